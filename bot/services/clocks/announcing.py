"""Who is told at once that a clock has come to them: the responsible handläggare, or the leaders when nobody is."""

from collections.abc import Sequence
from datetime import timedelta
from typing import Final

from bot.domain.calendar import ONE_DAY, local
from bot.domain.clocks import ClockKind, is_working_time
from bot.domain.deadline import Deadline
from bot.domain.secrecy import Actor
from bot.ports import Tx
from bot.services.clocks.access import responsible_now
from bot.services.clocks.changing import say
from bot.services.clocks.rows import by_urgency
from bot.services.context import Context

HARDLY_ANY_TIME: Final = timedelta(hours=3)  # of working time
MAY_BE_CRITICAL: Final = frozenset({ClockKind.ALLVARSSAMTAL, ClockKind.SKYDDSBEDOMNING})


def announce_new(tx: Tx, ctx: Context, clocks: Sequence[Deadline], actor: Actor) -> None:
    """Tell of a new report: each clock that is critical already, or else that somebody has been given it.

    One message tells of a report that started several clocks. Whoever registered it is told of what is critical.
    """
    critical = [clock for clock in clocks if is_critical(ctx, clock)]
    for clock in critical:
        say(tx, ctx, clock, "registered_critical", key="registered")
    if clocks and not critical:
        announce(tx, ctx, by_urgency(clocks, ctx.clock.now())[0], actor, key="registered")


def announce(tx: Tx, ctx: Context, clock: Deadline, actor: Actor, *, key: str) -> None:
    """Tell whoever has a clock now that they have it, unless it is they who did it; the leaders when nobody has."""
    person = responsible_now(tx, ctx, clock)
    if person is None:
        say(tx, ctx, clock, "unowned", key=key)
    elif person.id != actor.staff.id:
        say(tx, ctx, clock, "assigned" if person.id == clock.owner else "stand_in", key=key)


def is_critical(ctx: Context, clock: Deadline) -> bool:
    """Tell whether it must be acted on today, or within a few working hours, or could not be in working time at all.

    Not while the police ask us to wait: then nothing can be done in time.
    """
    if clock.kind not in MAY_BE_CRITICAL or (clock.talk is not None and clock.talk.police_hold):
        return False
    now, last = ctx.clock.now(), clock.limit.act_before
    return local(last).date() <= local(now).date() or working_time_left(ctx, clock) < HARDLY_ANY_TIME


def working_time_left(ctx: Context, clock: Deadline) -> timedelta:
    """Return how long the office is open from now until the last instant that helps."""
    office = ctx.rules.namnder[clock.namnd].office_hours
    now, last, left = ctx.clock.now(), clock.limit.act_before, timedelta()
    day = local(now).date()
    while day <= local(last).date():
        for start, end in office.spans_on(day, ctx.rules.closed_days):
            begins, ends = max(start, now), min(end, last)
            if begins < ends and is_working_time(office, begins, ctx.rules.closed_days):
                left += ends - begins
        if left >= HARDLY_ANY_TIME:
            break
        day += ONE_DAY
    return left
