"""Seal what is new in the audit log. Safe late, twice, and in several instances at once (docs/adr/0023-sealed-log.md).

The rows are read and hashed outside the transaction that writes: texts wait for that one.
"""

from typing import Final

import structlog

from bot.domain.audit import Horizon, Segment, sealed
from bot.ports import Tx
from bot.services.context import Context

log = structlog.get_logger(__name__)

MOST_ROWS: Final = 2_000  # of one segment: what is read at a time, when sealing and when verifying
MOST_SEGMENTS: Final = 50  # in one run of the tick


async def seal_audit(*, ctx: Context) -> int:
    """Seal the rows that no transaction can come before any more; return how many segments that made."""
    horizon = await ctx.store.read(lambda tx: tx.seals.horizon())
    if horizon.writers and await _are_writing(horizon, ctx):
        log.debug("audit_not_sealed", writers=len(horizon.writers))
        return 0
    made = 0
    while made < MOST_SEGMENTS and await _seal_next(horizon, ctx):
        made += 1
    return made


async def _are_writing(horizon: Horizon, ctx: Context) -> bool:
    """Tell whether any of them still runs: in a transaction of its own, which begins after they were seen."""
    return bool(horizon.writers & await ctx.store.read(lambda tx: tx.seals.writers()))


async def _seal_next(horizon: Horizon, ctx: Context) -> bool:
    def hashed(tx: Tx) -> Segment | None:
        newest = tx.seals.newest()
        rows = tx.seals.rows(0 if newest is None else newest.last_id, horizon.last_id, MOST_ROWS)
        return sealed(rows, newest, ctx.clock.now()) if rows else None

    segment = await ctx.store.read(hashed)
    if segment is None or not await ctx.store.write(lambda tx: tx.seals.add(segment)):
        return False
    log.info("audit_sealed", segment=segment.number, count=segment.count)
    return True
