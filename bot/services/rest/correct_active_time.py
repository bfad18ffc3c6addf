"""Correct, add or take away one's own active time. What it was before stands in the audit log."""

from dataclasses import dataclass
from datetime import date, datetime, time
from typing import Final

from bot.domain.calendar import ONE_DAY, instant
from bot.domain.duty import Shift
from bot.domain.errors import AuditEntry, BadInput, NotAllowed, NotFound
from bot.domain.ids import ActiveTimeId, StaffId, new_id
from bot.domain.people import Staff
from bot.domain.rest.active import ActiveTime, Source
from bot.domain.written_time import read_day, read_time
from bot.ports import Tx
from bot.services.context import Context
from bot.services.rest.show_active_time import CORRECTABLE, keeps_active_time
from bot.services.shared.own import require_own

DAY, START, END = "active_day", "active_start", "active_end"  # the fields that problems are shown at
ACT: Final = "correct_active_time"
SELF: Final = "self"  # the ground: nobody else's time can be touched


@dataclass(frozen=True, slots=True)
class WrittenTime:
    """What was filled in: a day as 2026-11-20, times of day as 22.30. `active_id` is "" for something new."""

    active_id: str
    day: str
    start: str
    end: str


async def correct_active_time(slack_user_id: str, written: WrittenTime, key: str, *, ctx: Context) -> None:
    """Keep the time that somebody says they worked, once; an end at or before the start is on the next day.

    Raises NotAllowed, NotFound when it has been taken away, or BadInput with a problem per field.
    """

    def change(tx: Tx) -> None:
        staff = _oneself(tx, ctx, slack_user_id)
        old = _mine(tx, ctx, slack_user_id, written.active_id) if written.active_id else None
        start, end = _read(ctx, written)
        shift = _shift_at(tx, staff.id, start)
        if not tx.once("active_time", key):
            return
        if old is None:
            new = ActiveTime(ActiveTimeId(new_id()), staff.id, shift.id, None, start, end, Source.MANUAL)
            tx.active_times.add(new)
            _log(tx, "add_active_time", shift, new, start=start, end=end)
        else:
            tx.active_times.save(old.corrected(start, end, shift.id, ctx.clock.now()))
            was = {"was_start": old.started_at, "was_end": old.ended_at}
            _log(tx, "correct_active_time", shift, old, start=start, end=end, **was)

    await ctx.store.write(change)


async def remove_active_time(slack_user_id: str, active_id: str, *, ctx: Context) -> None:
    """Take away what was no work. Raises NotAllowed, or NotFound when it is gone already."""

    def change(tx: Tx) -> None:
        _oneself(tx, ctx, slack_user_id)
        old = _mine(tx, ctx, slack_user_id, active_id)
        tx.active_times.remove(old.id)
        was = {"was_start": old.started_at, "was_end": old.ended_at}
        _log(tx, "remove_active_time", tx.shifts.get(old.shift_id), old, **was)

    await ctx.store.write(change)


def _oneself(tx: Tx, ctx: Context, slack_user_id: str) -> Staff:
    staff = require_own(tx, ctx, slack_user_id, ACT, otherwise="no_active_time")
    if not keeps_active_time(ctx, staff):
        entry = AuditEntry(staff.id, ACT, f"staff:{staff.id}", "no_active_time", is_allowed=False)
        raise NotAllowed("no_active_time", audit=entry)
    return staff


def _mine(tx: Tx, ctx: Context, slack_user_id: str, active_id: str) -> ActiveTime:
    found = tx.active_times.get(ActiveTimeId(active_id))
    if found is None:
        raise NotFound
    what = f"active_time:{found.id}"
    require_own(tx, ctx, slack_user_id, ACT, owner=found.staff_id, what=what, otherwise="not_own_time")
    return found


def _read(ctx: Context, written: WrittenTime) -> tuple[datetime, datetime]:
    """Return the times as instants; raises BadInput."""
    problems: dict[str, str] = {}
    day, start, end = read_day(written.day), read_time(written.start), read_time(written.end)
    if day is None:
        problems[DAY] = "pick_date"
    if start is None:
        problems[START] = "not_a_time"
    if end is None:
        problems[END] = "not_a_time"
    if day is None or start is None or end is None:
        raise BadInput(problems)
    starts_at, ends_at = instant(day, start), _end(day, start, end)
    now = ctx.clock.now()
    if ends_at <= starts_at:  # in the spring night, when an hour is missing
        raise BadInput({END: "time_backwards"})
    if ends_at > now:
        raise BadInput({END: "time_to_come"})
    if starts_at < now - CORRECTABLE:
        raise BadInput({DAY: "time_too_old"})
    return starts_at, ends_at


def _end(day: date, start: time, end: time) -> datetime:
    return instant(day if end > start else day + ONE_DAY, end)


def _shift_at(tx: Tx, staff_id: StaffId, at: datetime) -> Shift:
    """Return the shift in which somebody began to work; raises BadInput."""
    mine = [shift for shift in tx.shifts.between(at, at + ONE_DAY) if shift.staff_id == staff_id and shift.covers(at)]
    if not mine:
        raise BadInput({START: "time_outside_shift"})
    return mine[-1]


def _log(tx: Tx, act: str, shift: Shift | None, who: ActiveTime, **times: datetime) -> None:
    details = {name: at.isoformat() for name, at in times.items()}
    namnd = None if shift is None else shift.lending_namnd
    tx.audit.record(AuditEntry(who.staff_id, act, f"active_time:{who.id}", SELF, namnd, details=details))
