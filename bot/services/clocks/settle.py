"""Avgör: how a clock ends, and the clocks that its end starts."""

from dataclasses import dataclass, replace
from datetime import date, datetime

from bot.domain.calendar import instant, local
from bot.domain.clock_views import ClockRow
from bot.domain.clocks import ClockKind
from bot.domain.deadline import OUTCOMES, Deadline, EventKind, Outcome, Reason
from bot.domain.errors import BadInput
from bot.domain.follow_ups import follow_ups
from bot.domain.ids import StaffId
from bot.domain.secrecy import Actor
from bot.domain.written_time import read_time
from bot.ports import Tx
from bot.services.clocks.carry import carry, checked_reference
from bot.services.clocks.changing import event, save
from bot.services.clocks.fields import Problems, day_since, reason_in
from bot.services.clocks.pressing import press
from bot.services.clocks.starting import Origin, start
from bot.services.clocks.summons import close_open
from bot.services.context import Context

NEED_A_REASON = frozenset({Outcome.DECLINED, Outcome.CANCELLED})
WITH_POLICE = {"yes": True, "no": False}


@dataclass(frozen=True, slots=True)
class _Decision:
    """What the form holds, checked. `ended_at` is when a talk was held; when it was declined, if that is known."""

    outcome: Outcome
    on: date
    ended_at: datetime | None
    with_police: bool | None
    reason: Reason | None


async def settle_clock(
    slack_user_id: str,
    deadline_id: str,
    outcome: str,
    on: str,
    *,
    time: str = "",
    reason: str = "",
    with_police: str = "",
    reference: str = "",
    key: str,
    ctx: Context,
) -> ClockRow:
    """Settle a clock with what was decided on the local day `on`, and start what follows from that.

    `time` is asked for a talk that was held; `with_police` is "yes", "no" or "" for not said. A limit that was
    missed needs a reason, once. `reference` is where in the record it stands, "" when it is not there yet.

    Raises NotAllowed, NotFound, Stale, or BadInput with a problem per field.
    """

    def step(tx: Tx, actor: Actor, clock: Deadline) -> Deadline:
        decision = _checked(ctx, clock, outcome, on, time, reason, with_police)
        in_record = checked_reference(reference)
        by = actor.staff.id
        settled = clock.settle(decision.outcome, by, at=ctx.clock.now(), on=decision.on, reason=decision.reason)
        if settled.talk is not None:
            talk = replace(settled.talk, ended_at=decision.ended_at, with_police=decision.with_police)
            settled = replace(settled, talk=talk)
        settled = save(tx, ctx, settled, event(ctx, settled, EventKind.SETTLED, by, code=decision.outcome.value))
        close_open(tx, ctx, settled, by)
        if in_record:
            carry(tx, ctx, settled, by, in_record)
        _start_what_follows(tx, ctx, settled, by)
        return settled

    return await press(slack_user_id, deadline_id, key, step, ctx=ctx)


async def withdraw_clock(slack_user_id: str, deadline_id: str, key: str, *, ctx: Context) -> ClockRow:
    """Registrerad av misstag: it counts nowhere. Raises NotAllowed, NotFound or Stale."""

    def step(tx: Tx, actor: Actor, clock: Deadline) -> Deadline:
        by = actor.staff.id
        withdrawn = clock.withdraw(by, at=ctx.clock.now())
        withdrawn = save(tx, ctx, withdrawn, event(ctx, withdrawn, EventKind.WITHDRAWN, by))
        close_open(tx, ctx, withdrawn, by)
        return withdrawn

    return await press(slack_user_id, deadline_id, key, step, ctx=ctx)


def _checked(ctx: Context, clock: Deadline, outcome: str, on: str, at: str, reason: str, with_police: str) -> _Decision:
    """Return the decision; raises BadInput."""
    problems: Problems = {}
    chosen = next((possible for possible in OUTCOMES[clock.kind] if possible.value == outcome), None)
    if chosen is None:
        problems["outcome"] = "pick_one"
    day = day_since(ctx, on, local(clock.received_at).date(), problems, block="on")
    ended_at = _ended_at(ctx, clock, day, at, problems, is_held=chosen is Outcome.HELD) if not problems else None
    coded = reason_in(reason, problems)
    if day is not None and not problems and coded is None and clock.reason is None:
        if chosen in NEED_A_REASON:
            problems["reason"] = "clock_reason_needed"
        elif is_late(clock, day, ended_at):
            problems["reason"] = "clock_reason_late"
    if problems or chosen is None or day is None:
        raise BadInput(problems)
    return _Decision(chosen, day, ended_at, WITH_POLICE.get(with_police), coded)


def _ended_at(
    ctx: Context, clock: Deadline, day: date | None, at: str, problems: Problems, *, is_held: bool
) -> datetime | None:
    """Return when a talk ended. What is not known is None: no time is made up."""
    if clock.talk is None or day is None or not (is_held or at):
        return None
    found = read_time(at)
    if found is None:
        problems["time"] = "clock_time"
        return None
    ended_at = instant(day, found)
    if ended_at > ctx.clock.now():
        problems["time"] = "clock_future"
    elif ended_at < clock.received_at:
        problems["time"] = "clock_before_received"
    return ended_at


def is_late(clock: Deadline, on: date, ended_at: datetime | None) -> bool:
    """Tell whether the limit was missed: for a talk, if neither both had been summoned nor it was held in time."""
    if clock.talk is None:
        return on > clock.limit.due_on
    reached = clock.talk.summoned_at or ended_at
    return reached is None or reached >= clock.limit.due_at


def _start_what_follows(tx: Tx, ctx: Context, settled: Deadline, by: StaffId) -> None:
    for new in follow_ups(settled):
        if new.kind is ClockKind.UTREDNING and has_open_utredning(tx, settled):
            continue
        start(tx, ctx, Origin.of(settled), new.kind, new.received_at, by, starts_at=new.starts_at)


def has_open_utredning(tx: Tx, clock: Deadline) -> bool:
    """Tell whether an utredning is running for the case."""
    of_case = tx.deadlines.of_case(clock.namnd, clock.case_ref)
    return any(other.kind is ClockKind.UTREDNING and other.is_running for other in of_case)
