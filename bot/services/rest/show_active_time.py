"""Min arbetstid: what is written down of one's own work in beredskap."""

from datetime import timedelta
from typing import Final

from bot.domain.ids import StaffId
from bot.domain.people import Role, Staff
from bot.domain.rest.active import ActiveTimeLine
from bot.ports import Tx
from bot.services.context import Context
from bot.services.shared.own import require_own

CORRECTABLE: Final = timedelta(days=35)  # the month that is reported, and some days to look it over


def keeps_active_time(ctx: Context, staff: Staff) -> bool:
    """Tell whether somebody's work in beredskap is written down."""
    return ctx.rules.rest.record_active_time and bool(staff.namnder(Role.FAMILJEBEHANDLARE, Role.LEADER))


async def show_active_time(slack_user_id: str, *, ctx: Context) -> tuple[ActiveTimeLine, ...]:
    """Return one's own active time of the last weeks, the newest first. Raises NotAllowed (logged)."""

    def query(tx: Tx) -> tuple[ActiveTimeLine, ...]:
        staff = require_own(tx, ctx, slack_user_id, "see_active_time", otherwise="no_active_time")
        return lines_of(tx, ctx, staff.id)

    return await ctx.store.write(query)  # a refusal is logged


def lines_of(tx: Tx, ctx: Context, staff_id: StaffId) -> tuple[ActiveTimeLine, ...]:
    now = ctx.clock.now()
    since = now - CORRECTABLE
    starts = {shift.id: shift.starts_at for shift in tx.shifts.between(since, now)}
    return tuple(
        ActiveTimeLine(
            active.id,
            active.started_at,
            active.ended_at,
            active.source,
            active.corrected_at is not None,
            starts.get(active.shift_id),
        )
        for active in reversed(tx.active_times.between(since, now + timedelta(minutes=1), {staff_id}))
    )
