"""A backup is put in the place of the database that it was taken of, in the same world.

On PostgreSQL it is taken with the server's own pg_dump, and loaded with pg_restore.
"""

import shutil
from pathlib import Path

from sqlalchemy.engine import make_url

from bot.app import open_context
from bot.services.take_over_restored import Held, take_over_restored
from storage.backup import back_up, put_beside, put_in_place
from storage.engine import is_sqlite
from storage.origin import settle
from tests.acceptance.night import Night
from tests.database import dump, load, made_anew
from tests.watch.test_status import with_database


def database_of(night: Night) -> Path:
    return Path(str(make_url(night.sandbox.database_url).database))


def backs_up(night: Night, to: Path) -> Path:
    """Take a backup beside the running bot."""
    if is_sqlite(night.sandbox.database_url):
        back_up(database_of(night), to)
    else:
        dump(night.sandbox.database_url, to)
    return to


async def loses_its_database(night: Night) -> None:
    await night.sandbox.stop_bot()
    if not is_sqlite(night.sandbox.database_url):
        made_anew(night.sandbox.database_url)
        return
    database = database_of(night)
    for path in database.parent.glob(f"{database.name}*"):
        path.unlink()


async def is_merely_put_there(night: Night, backup: Path) -> None:
    """Put the backup where the database was, without the command that makes it an original."""
    await loses_its_database(night)
    if is_sqlite(night.sandbox.database_url):
        shutil.copy(backup, database_of(night))
    else:
        load(backup, night.sandbox.database_url)


async def restores(night: Night, backup: Path) -> Held:
    """Put the backup in the place of the database, as `restore` does, and start the bot on it."""
    url = night.sandbox.database_url
    if is_sqlite(url):
        await loses_its_database(night)
        beside = put_beside(backup, database_of(night))
        held = await _taken_over(night, f"sqlite:///{beside}")
        put_in_place(beside, database_of(night))
    else:
        await is_merely_put_there(night, backup)
        held = await _taken_over(night, url)
        settle(url)
    await night.sandbox.start_bot()
    await night.settles()
    return held


async def _taken_over(night: Night, url: str) -> Held:
    settings = with_database(night.sandbox.settings(), url)
    async with open_context(settings, night.sandbox.clock, is_copy=True) as ctx:
        return await take_over_restored(ctx=ctx)
