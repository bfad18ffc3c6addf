"""Clocks as they stand in lists."""

from collections.abc import Iterable, Sequence
from datetime import datetime

from bot.domain.clock_views import ClockRow
from bot.domain.deadline import Deadline, Talk
from bot.domain.ids import StaffId
from bot.domain.secrecy import Actor
from bot.domain.summons import Party
from bot.ports import Tx
from bot.services.clocks.access import responsible_now
from bot.services.context import Context
from bot.services.shared.view import slack_id


def row_of(tx: Tx, clock: Deadline, now: datetime, *, reader: StaffId | None = None) -> ClockRow:
    """Return a clock as a row; to somebody who stands in for its handläggare it says for whom."""
    owner = slack_id(tx, clock.owner)
    return ClockRow(
        deadline_id=clock.id,
        case_ref=clock.case_ref,
        kind=clock.kind,
        stage=clock.stage(now),
        limit=clock.limit,
        owner=owner,
        is_overdue=clock.is_overdue(now),
        state=clock.state,
        outcome=clock.outcome,
        reason=clock.reason,
        snoozed_until=clock.snoozed_until,
        booked_at=None if clock.talk is None else clock.talk.booked_at,
        stand_in_for=owner if reader is not None and clock.owner not in {None, reader} else "",
        lacking=_lacking(clock.talk),
    )


def _lacking(talk: Talk | None) -> Party | None:
    """Return who is left to summon when the other one has been: only both together count."""
    if talk is None or (talk.child_summoned_at is None) == (talk.guardian_summoned_at is None):
        return None
    return Party.CHILD if talk.child_summoned_at is None else Party.GUARDIAN


def row_for(tx: Tx, ctx: Context, clock: Deadline, actor: Actor) -> ClockRow:
    """Return a clock as a row to somebody who may be its stand-in, or a leader."""
    person = responsible_now(tx, ctx, clock)
    has_it = person is not None and person.id == actor.staff.id
    return row_of(tx, clock, ctx.clock.now(), reader=actor.staff.id if has_it else None)


def rows_of(
    tx: Tx, clocks: Sequence[Deadline], now: datetime, *, reader: StaffId | None = None
) -> tuple[ClockRow, ...]:
    return tuple(row_of(tx, clock, now, reader=reader) for clock in by_urgency(clocks, now))


def by_urgency(clocks: Iterable[Deadline], now: datetime) -> list[Deadline]:
    """Return what runs first put first: what is overdue, then by the last instant that helps; what is settled last."""
    return sorted(
        clocks,
        key=lambda c: (not c.is_running, not c.is_overdue(now), c.limit.act_before, c.limit.due_at, c.case_ref, c.id),
    )
