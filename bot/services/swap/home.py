"""What App Home says of swaps."""

from bot.domain.people import Role, Staff
from bot.domain.swap import SwapHome, SwapLine, SwapState
from bot.ports import Tx
from bot.services.context import Context
from bot.services.shared.view import slack_id
from bot.services.swap.offering import AHEAD


def swap_home(tx: Tx, ctx: Context, staff: Staff) -> SwapHome | None:
    """Return None for whoever has no shifts to swap."""
    if not staff.namnder(Role.FAMILJEBEHANDLARE):
        return None
    now = ctx.clock.now()
    mine = tuple(
        SwapLine(
            offer.id,
            offer.starts_at,
            offer.ends_at,
            "" if offer.to is None else f"<@{slack_id(tx, offer.to)}>",
            offer.state is SwapState.ASKED,
        )
        for offer in tx.swaps.live()
        if offer.giver == staff.id
    )
    has_shifts = any(shift.staff_id == staff.id for shift in tx.shifts.between(now, now + AHEAD))
    return SwapHome(has_shifts, mine) if has_shifts or mine else None
