"""Seal everything anew with the key that is first, beside whatever else is going on.

A row is moved whole, with the hash that it is found by, so a number is found under one of the two at every moment.
Nothing has to be remembered: what is left is what the database says, so whoever goes on after a kill -9, or together
with another instance, does no harm.
"""

from functools import partial
from typing import Final

import structlog

from bot.domain.errors import AuditEntry
from bot.domain.rotation import Bookmark, Rotation, Stretch
from bot.ports import Tx
from bot.services.context import Context

log = structlog.get_logger(__name__)

AT_A_TIME: Final = 100  # rows in one transaction: a text that comes in waits for no more than that
STRETCHES: Final = 100  # transactions in one go, a second or two; the next tick goes on


async def ask_for_rotation(*, ctx: Context) -> Rotation:
    """Ask for everything to be sealed with the key that is first here; return the round, which may be going already."""

    def change(tx: Tx) -> Rotation:
        asked = tx.keys.ask()
        tx.audit.record(AuditEntry("system", "rotate_keys", f"key:{asked.to_key}", "command_line"))
        return asked

    return await ctx.store.write(change)


async def rotate(*, ctx: Context, stretches: int = STRETCHES) -> Rotation | None:
    """Go on with the round that has been asked for; return it as it stands then. None when there is none.

    An instance that has another key first leaves it alone: what it writes is taken in the round after.
    """
    rotation = await ctx.store.read(lambda tx: tx.keys.rotation())
    if rotation is None or rotation.finished_at is not None:
        return None
    if await ctx.store.read(lambda tx: tx.keys.current()) != rotation.to_key:
        log.warning("key_rotation_needs_other_key", rotation_id=rotation.id)
        return rotation
    await _move(rotation, ctx, stretches)
    return await ctx.store.read(lambda tx: tx.keys.rotation())


async def _move(rotation: Rotation, ctx: Context, stretches: int) -> None:
    bookmark: Bookmark | None = None
    stuck = 0
    for _ in range(stretches):
        stretch = await ctx.store.write(partial(_stretch, rotation_id=rotation.id, after=bookmark))
        bookmark, stuck = stretch.goes_on, stuck + stretch.stuck
        if bookmark is not None:
            continue
        left = await ctx.store.read(left_to_move)
        if left <= stuck:
            await _finish(rotation, left, ctx)
            return
        stuck = 0  # somebody held a row, or wrote with an old key: once more from the beginning


def _stretch(tx: Tx, *, rotation_id: int, after: Bookmark | None) -> Stretch:
    return tx.keys.move_some(rotation_id, after, AT_A_TIME)


async def _finish(rotation: Rotation, stuck: int, ctx: Context) -> None:
    await ctx.store.write(lambda tx: tx.keys.finish(rotation.id, stuck))
    if stuck:
        log.error("key_rotation_left_rows", rotation_id=rotation.id, count=stuck)
    log.info("key_rotation_finished", rotation_id=rotation.id, stuck=stuck)


def left_to_move(tx: Tx) -> int:
    """Return how many rows have something that is sealed with another key than the one that is first."""
    return sum(use.total for use in tx.keys.uses() if use.key_id != tx.keys.current())
