"""When a clock is spoken of: never at night, never on a day off. What would fall there is said earlier instead.

The morning's list is for what can wait until the office opens; `NOW` is what has turned critical during the day.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from enum import Enum
from typing import Final

from bot.domain.calendar import WeekHours, instant, local
from bot.domain.clocks import (
    ClockKind,
    ClockRules,
    counted_until,
    is_working_time,
    morning_on_or_before,
    next_morning,
    open_from,
    worked_back,
)
from bot.domain.deadline import Deadline, Stage

LAST_HOUR: Final = timedelta(hours=1)  # of office hours
TIME_TO_ACT: Final = timedelta(minutes=10)  # for whoever registers something in its last hour
WITHOUT_CONTACT: Final = timedelta(hours=2)  # then it is asked for
AFTER_MEETING: Final = timedelta(hours=1)  # then it is asked whether the talk was held
EVERY_MORNING: Final = frozenset({Stage.SUMMON, Stage.CONTACT, Stage.HOLD, Stage.ANSWER, Stage.OUTCOME})


class Step(str, Enum):
    """How something is said."""

    MORNING = "morning"  # in the list that each handläggare gets when the office opens
    NOW = "now"  # at once, by itself


@dataclass(frozen=True, slots=True)
class Rung:
    at: datetime
    step: Step


def next_rung(
    clock: Deadline, rules: ClockRules, office: WeekHours, after: datetime, closed_days: frozenset[date]
) -> Rung | None:
    """Return when a clock is next spoken of after the instant `after`, and how; None once it is settled."""
    if not clock.is_running:
        return None
    since = max(after, clock.registered_at)
    coming: list[Rung] = []
    if clock.snoozed_until is not None:
        just_before = instant(clock.snoozed_until, time(0)) - timedelta(microseconds=1)
        wakes = next_morning(office, just_before, closed_days)
        if since < wakes:
            coming.append(Rung(wakes, Step.MORNING))
            since = wakes - timedelta(microseconds=1)
    coming += (rung for rung in _rungs(clock, rules, office, closed_days) if rung.at > since)
    coming += _recurring(clock, office, since, closed_days)
    return min(coming, key=lambda rung: (rung.at, rung.step is Step.MORNING), default=None)


def _recurring(clock: Deadline, office: WeekHours, since: datetime, closed_days: frozenset[date]) -> Iterator[Rung]:
    """Yield the next of what is said every working morning, or after a talk that was booked."""
    booked_at = None if clock.talk is None else clock.talk.booked_at
    if booked_at is not None and since < (asked := booked_at + AFTER_MEETING):
        is_now = is_working_time(office, asked, closed_days)
        yield Rung(asked, Step.NOW) if is_now else Rung(next_morning(office, asked, closed_days), Step.MORNING)
    stage = clock.stage(since)
    starts = since if stage in EVERY_MORNING else max(since, clock.limit.due_at)
    if stage is Stage.MEETING and clock.talk is not None and clock.talk.summoned_at is not None:
        return  # it was summoned, and its time is set: it is quiet until then
    yield Rung(next_morning(office, starts, closed_days), Step.MORNING)


def _rungs(clock: Deadline, rules: ClockRules, office: WeekHours, closed_days: frozenset[date]) -> Iterator[Rung]:
    """Yield what is said before the limit."""
    if clock.talk is not None:
        yield from _talk_rungs(clock, rules, office, closed_days)
        return
    for day in {*_ladder_days(clock, rules), clock.limit.plan_on}:
        yield Rung(morning_on_or_before(office, min(day, clock.limit.due_on), closed_days), Step.MORNING)
    yield from _last_hour(clock, office, closed_days)


def _last_hour(clock: Deadline, office: WeekHours, closed_days: frozenset[date]) -> Iterator[Rung]:
    """Yield when the last hour of office hours begins; in it, soon after what was registered then."""
    ends, registered = clock.limit.act_before, clock.registered_at
    at = worked_back(office, ends, LAST_HOUR, closed_days)
    if at <= registered < ends:
        at = open_from(office, registered + min(TIME_TO_ACT, (ends - registered) / 2), closed_days)
    if at < ends:
        yield Rung(at, Step.NOW)


def _ladder_days(clock: Deadline, rules: ClockRules) -> Iterator[date]:
    if clock.kind is ClockKind.FORHANDSBEDOMNING:
        received = local(clock.starts_at).date()
        yield from (received + timedelta(days=days) for days in rules.forhand_ladder_days)
    elif clock.kind is ClockKind.UTREDNING:
        yield from (clock.limit.due_on - timedelta(days=days) for days in rules.utredning_ladder_days)


def _talk_rungs(clock: Deadline, rules: ClockRules, office: WeekHours, closed_days: frozenset[date]) -> Iterator[Rung]:
    talk = clock.talk
    if talk is None or talk.summoned_at is not None or talk.booked_at is not None or talk.police_hold:
        return
    yield from _last_hour(clock, office, closed_days)
    for hours in rules.talk_ladder_hours:
        at = counted_until(clock.starts_at, timedelta(hours=hours), rules.talk_counting, office, closed_days)
        if at < clock.limit.due_at:
            yield Rung(moved_ahead(at, office, closed_days), Step.NOW)
    if not talk.has_contact:
        yield Rung(moved_ahead(clock.registered_at + WITHOUT_CONTACT, office, closed_days), Step.NOW)


def moved_ahead(at: datetime, office: WeekHours, closed_days: frozenset[date]) -> datetime:
    """Return `at` when somebody works then, else the beginning of the last working hour before it."""
    if is_working_time(office, at, closed_days):
        return at
    return worked_back(office, at, LAST_HOUR, closed_days)


def speaks_now(at: datetime, office: WeekHours, closed_days: frozenset[date]) -> bool:
    """Tell whether a handläggare may be told something at `at`."""
    return is_working_time(office, at, closed_days)
