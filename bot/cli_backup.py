"""beredskapsbot backup and restore: a copy beside the running bot, and a copy made to be the database again."""

import asyncio
import contextlib
import logging
import sys
from collections.abc import Callable, Iterator
from contextlib import AbstractAsyncContextManager
from pathlib import Path
from typing import Any, Final, Protocol

import click
import structlog
from sqlalchemy.engine import make_url

from bot.clock import SystemClock
from bot.domain.errors import Busy
from bot.domain.health import GONE_AFTER
from bot.services.context import Context
from bot.services.take_over_restored import Held, take_over_restored
from bot.settings import BadSettings, Settings
from bot.texts import backup_words as words
from bot.texts import key_words, listed
from storage.backup import BackupFailed, back_up, put_beside, put_in_place, unmark
from storage.known_keys import WrongKeys
from storage.migrate import DatabaseAway, WrongSchema, require_file, sqlite_file
from storage.origin import settle

CANNOT_RUN: Final = 2


class OpenCopy(Protocol):
    """Opens the services over a database that may be a copy."""

    def __call__(self, settings: Settings, *, is_copy: bool) -> AbstractAsyncContextManager[Context]: ...


def register(
    cli: click.Group, settings: Callable[[], Settings], open_copy: OpenCopy, only_process: Callable[[str], Any]
) -> None:
    """Add the commands to `cli`. `only_process` raises BadSettings where a running bot has the database for itself."""

    @cli.command("backup", help="Kopiera databasen till FILE medan boten kör (SQLite).")
    @click.argument("file", type=click.Path(path_type=Path, dir_okay=False))
    def backup_command(file: Path) -> None:
        with _in_words():
            _back_up(settings(), file)

    @cli.command("restore", help="Läs tillbaka säkerhetskopian FILE till den tomma plats som DATABASE_URL anger.")
    @click.argument("file", required=False, type=click.Path(path_type=Path, dir_okay=False))
    @click.option("--in-place", is_flag=True, help="Databasen är redan inläst, till exempel med pg_restore.")
    def restore_command(file: Path | None, in_place: bool) -> None:
        logging.getLogger().setLevel(logging.CRITICAL)  # what is wrong is said in words
        structlog.configure(wrapper_class=structlog.make_filtering_bound_logger(logging.CRITICAL))
        with _in_words():
            if (file is None) != in_place:
                raise BackupFailed(words.NEEDS_ONE)
            chosen = settings()
            if file is None:
                held = _restored_in_place(chosen, open_copy, only_process)
            else:
                held = _restored(chosen, file, open_copy)
            click.echo(words.RESTORED)
            click.echo(words.HELD.format(looked_for=held.looked_for, dropped=held.dropped))
            click.echo(words.THEN)


@contextlib.contextmanager
def _in_words() -> Iterator[None]:
    """Say what is wrong in a sentence, and end with 2."""
    try:
        yield
    except (BackupFailed, WrongKeys, WrongSchema, DatabaseAway) as error:
        click.echo(f"  ✗ {error}", err=True)
    except BadSettings as error:
        for problem in error.problems:
            click.echo(f"  ✗ {problem}", err=True)
    except Busy:
        click.echo(f"  ✗ {key_words.BUSY}", err=True)
    else:
        return
    sys.exit(CANNOT_RUN)


def _back_up(settings: Settings, file: Path) -> None:
    url = settings.env.database_url
    require_file(url)
    database = sqlite_file(url)
    if database is None:
        raise BackupFailed(words.POSTGRES)
    copied = back_up(database, file)
    click.echo(words.DONE.format(path=file, revision=copied.revision, rows=copied.rows))
    click.echo(words.KEYS.format(keys=listed(list(copied.keys))))


def _restored(settings: Settings, file: Path, open_copy: OpenCopy) -> Held:
    """Prepare the copy beside its place, and put it there when all is done: cut short, nothing stands there."""
    url = make_url(settings.env.database_url)
    database = sqlite_file(settings.env.database_url)
    if database is None:
        raise BackupFailed(words.FILE_IS_SQLITE)
    beside = put_beside(file, database)
    try:
        there = url.set(database=str(beside)).render_as_string(hide_password=False)
        env = settings.env.model_copy(update={"database_url": there})
        held = asyncio.run(_taken_over(settings.model_copy(update={"env": env}), open_copy, may_run=True))
        put_in_place(beside, database)
    finally:
        for left in database.parent.glob(f"{beside.name}*"):
            left.unlink()
    return held


def _restored_in_place(settings: Settings, open_copy: OpenCopy, only_process: Callable[[str], Any]) -> Held:
    url = settings.env.database_url
    require_file(url)
    database = sqlite_file(url)
    with only_process(url):
        # On SQLite the lock says that nobody works in it: whoever ran a moment ago according to a copy ran elsewhere.
        held = asyncio.run(_taken_over(settings, open_copy, may_run=database is not None))
        if database is None:
            settle(url)
        else:
            unmark(database)
    return held


async def _taken_over(settings: Settings, open_copy: OpenCopy, *, may_run: bool) -> Held:
    """Hold what waits; unless `may_run`, not in a database that somebody works in."""
    since = SystemClock().wire_now() - GONE_AFTER
    async with open_copy(settings, is_copy=True) as ctx:
        seen = await ctx.store.read(lambda tx: tx.watch.instances(since))
        if not may_run and any(instance.stopped_at is None for instance in seen):
            raise BackupFailed(words.RUNNING)
        return await take_over_restored(ctx=ctx)
