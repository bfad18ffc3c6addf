"""What nobody took before the shift began is over, and whoever offered it still has the shift."""

from dataclasses import replace
from datetime import datetime
from functools import partial

from bot.domain.outbound import Priority
from bot.domain.swap import SwapId, SwapState
from bot.ports import Tx
from bot.services.context import Context
from bot.services.shared.alone import alone
from bot.services.shared.placing import notice
from bot.texts import span


async def lapse_swaps(*, ctx: Context) -> int:
    """End the offers whose time has come, or whose shift is somebody else's by now; return how many."""

    def over(tx: Tx) -> list[SwapId]:
        return [offer.id for offer in tx.swaps.live() if _is_over(tx, ctx, offer.id)]

    lapsed = 0
    for offer_id in await ctx.store.read(over):
        lapsed += await alone(ctx, partial(_lapse, ctx=ctx, offer_id=offer_id), event="swap_not_lapsed", swap=offer_id)
    return lapsed


def next_lapse(tx: Tx, after: datetime) -> datetime | None:
    """Return when the next offer lapses."""
    return min((offer.lapses_at for offer in tx.swaps.live() if offer.lapses_at > after), default=None)


def _is_over(tx: Tx, ctx: Context, offer_id: SwapId) -> bool:
    offer = tx.swaps.get(offer_id)
    if offer is None or not offer.is_live:
        return False
    shift = tx.shifts.get(offer.shift_id)
    is_theirs = shift is not None and shift.staff_id == offer.giver and shift.ends_at >= offer.ends_at
    return offer.lapses_at <= ctx.clock.now() or not is_theirs


def _lapse(tx: Tx, *, ctx: Context, offer_id: SwapId) -> bool:
    offer = tx.swaps.get(offer_id, lock=True)
    if offer is None or not _is_over(tx, ctx, offer_id):
        return False  # another instance was first
    tx.swaps.save(replace(offer, state=SwapState.LAPSED))
    when = span(offer.starts_at, offer.ends_at)
    for person in filter(None, (offer.giver, offer.taker)):
        key = "swap_lapsed" if person == offer.giver else "swap_lapsed_taker"
        notice(tx, person, key, dedupe=f"swap_lapsed:{offer.id}", priority=Priority.URGENT, when=when)
    return True
