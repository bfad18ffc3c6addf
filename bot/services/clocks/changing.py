"""What every change of a clock brings: its next reminder counted anew, its history, and the list where it stands."""

from dataclasses import replace
from datetime import datetime, timedelta
from typing import Final

from bot.domain.clock_ladder import next_rung, speaks_now
from bot.domain.clocks import Limit, limit_of, next_morning
from bot.domain.deadline import ClockEvent, Deadline, EventKind
from bot.domain.ids import ClockListId, StaffId, new_id
from bot.domain.outbound import OutboxKind, Priority
from bot.ports import Tx
from bot.services.clocks.access import leaders_of, responsible_now
from bot.services.context import Context

JUST_BEFORE: Final = timedelta(microseconds=1)


def scheduled(ctx: Context, clock: Deadline, after: datetime | None = None) -> Deadline:
    """Return the clock with its next reminder after `after` (now, when None) written into it."""
    namnd = ctx.rules.namnder[clock.namnd]
    since = after if after is not None else ctx.clock.now()
    rung = next_rung(clock, namnd.clocks, namnd.office_hours, since, ctx.rules.closed_days)
    return replace(clock, next_at=None if rung is None else rung.at)


def limit_for(ctx: Context, clock: Deadline) -> Limit:
    """Return the limit of a clock as its nämnd's rules are now."""
    namnd = ctx.rules.namnder[clock.namnd]
    return limit_of(
        clock.kind,
        clock.starts_at,
        namnd.clocks,
        namnd.office_hours,
        ctx.rules.closed_days,
        at_once=clock.at_once,
        extended_to=clock.extended_to,
    )


def save(tx: Tx, ctx: Context, clock: Deadline, *events: ClockEvent) -> Deadline:
    """Save a changed clock with what happened to it, and have the list where it stands drawn again.

    What is due to be said, and has not been yet, is still due: a press at 08.00 does not cost the morning's reminder.
    Neither does it cost what was put off until the office opens.
    """
    is_waiting = clock.next_at is not None and clock.next_at <= ctx.clock.now()
    put_off = _put_off_until(tx, ctx, clock)
    clock = scheduled(ctx, clock, clock.next_at - JUST_BEFORE if is_waiting and clock.next_at is not None else None)
    if put_off is not None and clock.is_running and (clock.next_at is None or put_off < clock.next_at):
        clock = replace(clock, next_at=put_off)
    tx.deadlines.save(clock)
    tx.deadlines.note_all(events)
    refresh(tx, clock)
    return clock


def _put_off_until(tx: Tx, ctx: Context, clock: Deadline) -> datetime | None:
    """Return when a stored clock is to be spoken of although its ladder says nothing then; None if it is not.

    That is what `say` leaves for the morning. Whoever puts the reminder off has seen the clock, and means that too.
    """
    stored = tx.deadlines.get(clock.id)
    if stored is None or stored.next_at is None or stored.snoozed_until != clock.snoozed_until:
        return None
    planned = scheduled(ctx, stored, min(ctx.clock.now(), stored.next_at - JUST_BEFORE)).next_at
    return stored.next_at if planned is None or stored.next_at < planned else None


def event(
    ctx: Context, clock: Deadline, kind: EventKind, by: StaffId | None, *, code: str = "", text: str = ""
) -> ClockEvent:
    """Return a line for the history of a clock, as of now."""
    return ClockEvent(clock.id, ctx.clock.now(), kind, by, code, text)


def refresh(tx: Tx, clock: Deadline) -> None:
    """Have the newest morning's list in which a clock stands drawn again."""
    if clock.listed_in is not None:
        draw_list(tx, clock.listed_in)


def draw_list(tx: Tx, list_id: ClockListId) -> None:
    tx.outbox.add(
        OutboxKind.CLOCKS,
        f"clocks:{list_id}",
        {"list": list_id},
        dedupe_key=f"clocks:{list_id}:{new_id()}",
        fold_key=f"clocks:{list_id}",
    )


def is_office_time(ctx: Context, clock: Deadline) -> bool:
    """Tell whether whoever has a clock may be told something now: never at night, never on a day off."""
    namnd = ctx.rules.namnder[clock.namnd]
    return speaks_now(ctx.clock.now(), namnd.office_hours, ctx.rules.closed_days)


def say(tx: Tx, ctx: Context, clock: Deadline, why: str, *, key: str) -> None:
    """Tell whoever has a clock something of it at once, or the leaders when nobody has; once for each `key`.

    Outside office hours nothing is said: it stands in the next morning's list. Called after the clock was saved.
    `why` is a key into the texts under `clock.now`.
    """
    if not is_office_time(ctx, clock):
        namnd = ctx.rules.namnder[clock.namnd]
        morning = next_morning(namnd.office_hours, ctx.clock.now(), ctx.rules.closed_days)
        if clock.next_at is None or clock.next_at > morning:
            tx.deadlines.save(replace(clock, next_at=morning))
        return
    person = responsible_now(tx, ctx, clock)
    for staff in [person] if person is not None else leaders_of(tx, clock.namnd):
        tell(tx, clock, staff.id, why, key=key)


def tell(tx: Tx, clock: Deadline, staff_id: StaffId, why: str, *, key: str) -> None:
    """Tell one person something of a clock, once for each `key`; what they may see is asked when it leaves."""
    tx.outbox.add(
        OutboxKind.CLOCK,
        f"clock:{staff_id}",
        {"deadline": clock.id, "staff": staff_id, "why": why},
        dedupe_key=f"clock:{why}:{clock.id}:{staff_id}:{key}",
        priority=Priority.URGENT,
    )
