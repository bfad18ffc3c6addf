"""beredskapsbot keys: which keys the database is sealed with, and sealing it anew with the one that is first."""

import asyncio
import contextlib
import logging
import sys
from collections.abc import Callable, Coroutine, Iterator
from contextlib import AbstractAsyncContextManager
from typing import Any, Final, TypeVar

import click
import structlog

from bot.cli_progress import shown
from bot.domain.errors import Busy
from bot.domain.health import GONE_AFTER
from bot.domain.rotation import KeyUse, Rotation
from bot.services.context import Context
from bot.services.imports.run import Progress
from bot.services.keys.rotate import ask_for_rotation, left_to_move, rotate
from bot.settings import BadSettings, Settings
from bot.settings_hash import settings_hash
from bot.texts import key_words as words
from bot.texts import listed, when
from storage.engine import is_sqlite
from storage.vault import Vault

NEEDS_SOMEBODY: Final = 1
LOOK_EVERY: Final = 1.0  # seconds
PATIENCE: Final = 30  # looks without anything having been moved

T = TypeVar("T")
OpenContext = Callable[[], AbstractAsyncContextManager[Context]]
OnlyProcess = Callable[[str], Any]


def register(
    cli: click.Group,
    open_context: OpenContext,
    settings: Callable[[], Settings],
    vault_of: Callable[[Settings], Vault],
    only_process: OnlyProcess,
) -> None:
    """Add the commands to `cli`. `only_process` raises BadSettings where a running bot has the database for itself."""

    @cli.group("keys", help="Visa och byt krypteringsnycklar.")
    def keys() -> None:
        logging.getLogger().setLevel(logging.CRITICAL)  # what is wrong is said in words
        structlog.configure(wrapper_class=structlog.make_filtering_bound_logger(logging.CRITICAL))

    @keys.command("status", help="Visa hur många rader som ligger under vilken nyckel.")
    def status_command() -> None:
        for line in _run(_status(open_context, lambda: vault_of(settings()))):
            click.echo(line)

    @keys.command("rotate", help="Kryptera om allt med den nyckel som står först i ENCRYPTION_KEYS.")
    def rotate_command() -> None:
        chosen = settings()
        sys.exit(_run(_rotate(open_context, chosen, lambda: vault_of(chosen), only_process)))


def _run(work: Coroutine[Any, Any, T]) -> T:
    try:
        return asyncio.run(work)
    except Busy:
        raise click.ClickException(words.BUSY) from None


# --- status ------------------------------------------------------------------


async def _status(open_context: OpenContext, vault_of: Callable[[], Vault]) -> list[str]:
    async with open_context() as ctx:
        vault = vault_of()
        uses, rotation = await ctx.store.read(lambda tx: (tx.keys.uses(), tx.keys.rotation()))
        return list(_status_lines(uses, rotation, vault, ctx))


def _status_lines(uses: list[KeyUse], rotation: Rotation | None, vault: Vault, ctx: Context) -> Iterator[str]:
    for use in uses:
        is_held = use.key_id in vault.key_ids
        mark = (words.IN_USE if use.key_id == vault.current else "") if is_held else words.NOT_HELD
        fingerprint = use.fingerprint or words.UNNOTED
        yield words.UNDER.format(id=use.key_id, fingerprint=fingerprint, rows=use.total, mark=mark)
        if use.key_id != vault.current:
            for table, rows in use.rows.items():
                yield words.TABLE.format(table=table, rows=rows)
    if rotation is None:
        return
    left = sum(use.total for use in uses if use.key_id != rotation.to_key)
    if rotation.finished_at is None:
        yield words.GOING.format(id=rotation.to_key, moved=rotation.moved, left=left)
    else:
        at = when(rotation.finished_at, ctx.clock.now())
        yield words.FINISHED.format(id=rotation.to_key, at=at, moved=rotation.moved)


# --- rotate ------------------------------------------------------------------


async def _rotate(
    open_context: OpenContext, settings: Settings, vault_of: Callable[[], Vault], only_process: OnlyProcess
) -> int:
    async with open_context() as ctx:
        current, *old = vault_of().key_ids
        left = await ctx.store.read(left_to_move)
        if not left:
            click.echo(words.ALREADY.format(id=current))
            return await _what_may_go(ctx, settings, current, old)
        await ask_for_rotation(ctx=ctx)
        with shown(is_long=True) as progress:
            rotation = await _carried_out(ctx, settings.env.database_url, only_process, left, progress)
        if rotation.finished_at is None:
            click.echo(words.STILL.format(id=current), err=True)
            return NEEDS_SOMEBODY
        click.echo(words.MOVED.format(id=current, moved=rotation.moved))
        if rotation.stuck:
            click.echo(words.STUCK.format(count=rotation.stuck, old=listed(old)), err=True)
            return NEEDS_SOMEBODY
        return await _what_may_go(ctx, settings, current, old)


async def _carried_out(ctx: Context, url: str, only_process: OnlyProcess, total: int, progress: Progress) -> Rotation:
    """Work here where that is right, else watch the running bot work."""
    if not is_sqlite(url):  # many may work at once, and those that run need not have the new key yet
        return await _worked(ctx, total, progress)
    with contextlib.ExitStack() as stack:
        try:
            stack.enter_context(only_process(url))
        except BadSettings:
            click.echo(words.THERE, err=True)
            return await _watched(ctx, total, progress)
        click.echo(words.HERE, err=True)
        return await _worked(ctx, total, progress)


async def _worked(ctx: Context, total: int, progress: Progress) -> Rotation:
    while True:
        await rotate(ctx=ctx)
        rotation, left = await _standing(ctx)
        progress(words.STAGE, max(0, total - left), total)
        if rotation.finished_at is not None:
            return rotation


async def _watched(ctx: Context, total: int, progress: Progress) -> Rotation:
    """Return the round when it is finished, or when nothing has moved for long."""
    last, idle = -1, 0
    while True:
        rotation, left = await _standing(ctx)
        progress(words.STAGE, max(0, total - left), total)
        idle = 0 if left != last else idle + 1
        last = left
        if rotation.finished_at is not None or idle >= PATIENCE:
            return rotation
        await asyncio.sleep(LOOK_EVERY)


async def _standing(ctx: Context) -> tuple[Rotation, int]:
    rotation, left = await ctx.store.read(lambda tx: (tx.keys.rotation(), left_to_move(tx)))
    if rotation is None:
        raise LookupError("no round has been asked for")
    return rotation, left


async def _what_may_go(ctx: Context, settings: Settings, current: str, old: list[str]) -> int:
    """Say that the old keys can be taken out, unless somebody who is running may still write with one."""
    since = ctx.clock.wire_now() - GONE_AFTER
    running = await ctx.store.read(lambda tx: [i for i in tx.watch.instances(since) if i.stopped_at is None])
    if any(instance.settings_hash != settings_hash(settings) for instance in running):
        click.echo(words.ONE_MORE.format(id=current), err=True)
        return NEEDS_SOMEBODY
    if old:
        click.echo(words.MAY_GO.format(old=listed(old)))
    return 0
