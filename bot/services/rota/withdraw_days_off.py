"""Days off that the rest of the week no longer asks for, because a shift has been swapped, moved or taken away."""

from collections.abc import Mapping, Sequence
from datetime import date, timedelta
from functools import partial
from typing import Final

from bot.domain.calendar import ONE_DAY, local
from bot.domain.errors import AuditEntry
from bot.domain.ids import StaffId, new_id
from bot.domain.people import Role, Staff
from bot.domain.rest.planning import needless_days_off
from bot.domain.rest.spans import WEEK, Stretch, monday_of, week_window
from bot.domain.rota.draft import FreeDay
from bot.ports import Tx
from bot.services.context import Context
from bot.services.shared.alone import alone
from bot.services.shared.placing import notice, notice_about
from bot.texts import listed, weekday_and_date

SYSTEM: Final = "system"
AHEAD: Final = timedelta(days=400)


async def withdraw_days_off(*, ctx: Context) -> int:
    """Withdraw the coming days off that are not needed, and tell whom it concerns; return in how many weeks.

    A day that has come stays: whoever was told to be free has been. Safe to run late or twice.
    """
    withdrawn = 0
    for staff_id, monday in await ctx.store.read(lambda tx: _weeks(tx, ctx)):
        step = partial(_withdraw, ctx=ctx, staff_id=staff_id, monday=monday)
        withdrawn += await alone(ctx, step, event="day_off_not_withdrawn", staff_id=staff_id)
    return withdrawn


def _weeks(tx: Tx, ctx: Context) -> list[tuple[StaffId, date]]:
    """Return who has something to withdraw, and in which weeks."""
    today = local(ctx.clock.now()).date()
    coming = tx.rota.days_off(today + ONE_DAY, today + AHEAD)
    if coming:  # all of the rota in one statement: each week is then looked for among these
        tx.shifts.between(week_window(monday_of(today)).starts_at, week_window(monday_of(coming[-1].day)).ends_at)
    weeks = sorted({(free.staff_id, monday_of(free.day)) for free in coming})
    return [(staff_id, monday) for staff_id, monday in weeks if _needless(tx, ctx, staff_id, monday)]


def _needless(tx: Tx, ctx: Context, staff_id: StaffId, monday: date) -> list[FreeDay]:
    week, sunday = week_window(monday), monday + WEEK - ONE_DAY
    shifts = tx.shifts.between(week.starts_at, week.ends_at)
    mine = [Stretch(shift.starts_at, shift.ends_at) for shift in shifts if shift.staff_id == staff_id]
    given = {free.day for free in tx.rota.days_off(monday, sunday) if free.staff_id == staff_id}
    coming = {day for day in given if day > local(ctx.clock.now()).date()}
    hours = ctx.rules.rest.ordinary_hours
    return [FreeDay(staff_id, day) for day in sorted(coming & needless_days_off(monday, mine, hours, given))]


def _withdraw(tx: Tx, *, ctx: Context, staff_id: StaffId, monday: date) -> bool:
    needless, person = _needless(tx, ctx, staff_id, monday), tx.staff.get(staff_id)
    if person is None or not needless or not tx.rota.remove_days_off(needless):
        return False  # another instance was first
    namnder = person.namnder(Role.FAMILJEBEHANDLARE)
    for namnd in sorted(namnder):
        tx.audit.record(AuditEntry(SYSTEM, "day_off_withdrawn", f"staff:{staff_id}", "not_needed", namnd))
    _tell(tx, person, {leader.id: leader for n in namnder for leader in tx.staff.with_role(Role.LEADER, n)}, needless)
    return True


def _tell(tx: Tx, person: Staff, leaders: Mapping[StaffId, Staff], needless: Sequence[FreeDay]) -> None:
    days, once = listed([weekday_and_date(free.day) for free in needless]), f"day_off:{new_id()}"
    if person.slack_user_id is not None:
        notice(tx, person.id, "day_off_withdrawn", dedupe=once, days=days)
    for leader in leaders.values():
        if leader.slack_user_id is not None and leader.id != person.id:
            notice_about(tx, leader.id, "day_off_withdrawn_leader", person.id, {"days": days}, dedupe=once)
