"""R6: what is owed after a disturbance, and after which beredskap it falls due (facts: time, sections 1 and 6)."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from typing import Final

from bot.domain.calendar import ONE_DAY, instant, local
from bot.domain.ids import StaffId
from bot.domain.rest.findings import Figure, Finding, Level, Rule
from bot.domain.rest.rules import DAILY_REST, Compensation, RestRules
from bot.domain.rest.spans import (
    MIDNIGHT,
    NOTHING,
    PASSES,
    WORK,
    Kind,
    Span,
    Stretch,
    day_window,
    days,
    gaps,
    local_days,
    longest,
    merged,
    of_kinds,
    total,
    within,
)

SMALL_HOURS: Final = time(6)  # work from 00:00 until then gives leave hour for hour in the model of section 6


@dataclass(frozen=True, slots=True)
class Period:
    """Beredskap on one day, or on several that follow each other."""

    when: Stretch
    is_several_days: bool  # "flera dygn i sträck": rest is due after the end of all of it


@dataclass(frozen=True, slots=True)
class Owed:
    """What the disturbances of one dygn took.

    `restricted` is what the rest fell short of 11 hours, `capped` the same but never more than the disturbance. The
    two proposals for when the next arbetspass may start are None when nothing was done 00-06, or when there are 11
    hours before it all the same.
    """

    dygn: Stretch
    active: timedelta
    rest: timedelta
    restricted: timedelta
    capped: timedelta
    due_after: datetime
    next_pass: datetime | None = None
    by_the_hour: datetime | None = None  # moved by as much as was done 00-06
    after_rest: datetime | None = None  # moved until 11 hours have gone

    def amounts(self, compensation: Compensation) -> tuple[timedelta, ...]:
        """Return the hours owed: two numbers while it is undecided which of them holds."""
        if compensation is Compensation.FULL or self.restricted == self.capped:
            return (self.restricted,)
        if compensation is Compensation.DISTURBANCE:
            return (self.capped,)
        return (self.restricted, self.capped)


def beredskap_periods(spans: Iterable[Span]) -> tuple[Period, ...]:
    """Return one person's beredskap as periods.

    Flera dygn i sträck is more than 24 hours in a row, and also short turns on consecutive days, with work between
    them (SKR, example 3).
    """
    groups: list[list[Stretch]] = []
    for turn in merged(span.stretch for span in spans if span.kind is Kind.PASSIVE):
        if groups and local_days(turn)[0] - local_days(groups[-1][-1])[1] <= ONE_DAY:
            groups[-1].append(turn)
        else:
            groups.append([turn])
    return tuple(_period(group) for group in groups)


def _period(group: Sequence[Stretch]) -> Period:
    is_long = any(turn.length > ONE_DAY for turn in group)
    return Period(Stretch(group[0].starts_at, group[-1].ends_at), is_several_days=is_long or len(group) > 1)


def owed(spans: Sequence[Span], rules: RestRules, first: date, last: date) -> list[Owed]:
    """Return what is owed for each dygn that begins `first` to `last` whose rest, or next start, work in it touches."""
    work, passes, active = (of_kinds(spans, kinds) for kinds in (WORK, PASSES, {Kind.ACTIVE}))
    periods = beredskap_periods(spans)
    found = []
    for day in days(first, last):
        dygn = day_window(day, rules.dygnsbryt)
        done = within(active, dygn)
        rest = longest(gaps(work, dygn))
        length = NOTHING if rest is None else rest.length
        restricted = max(NOTHING, DAILY_REST - length)
        if not done:
            continue
        proposal = _next_start(done, passes)
        if restricted == NOTHING and proposal[0] is None:
            continue
        due_after = next((p.when.ends_at for p in periods if p.when.touches(done[-1])), done[-1].ends_at)
        capped = min(restricted, total(done))
        found.append(Owed(dygn, total(done), length, restricted, capped, due_after, *proposal))
    return found


def _next_start(
    done: Sequence[Stretch], passes: Sequence[Stretch]
) -> tuple[datetime | None, datetime | None, datetime | None]:
    """Return when the next arbetspass starts, and two proposals for when it might instead."""
    at_night = total(part for stretch in done for part in within([stretch], _small_hours(stretch)))
    ended = done[-1].ends_at
    following = next((one.starts_at for one in passes if one.starts_at >= ended), None)
    if at_night == NOTHING or following is None or following - ended >= DAILY_REST:
        return None, None, None
    return following, following + at_night, ended + DAILY_REST


def _small_hours(stretch: Stretch) -> Stretch:
    """Return 00:00 to 06:00 of the local day on which a stretch ends."""
    day = local(stretch.ends_at).date()
    return Stretch(instant(day, MIDNIGHT), instant(day, SMALL_HOURS))


def rest_owed(staff: StaffId, spans: Sequence[Span], rules: RestRules, first: date, last: date) -> list[Finding]:
    """R6: a task for the leader for each dygn in which active work has cut the rest short."""
    found = []
    for one in owed(spans, rules, first, last):
        amount, *other = one.amounts(rules.compensation)
        figures: dict[str, Figure] = {
            "active": one.active,
            "owed": amount,
            "or_owed": next(iter(other), None),  # while it is undecided which of two holds
            "due_after": one.due_after,
            "next_pass": one.next_pass,
            "by_the_hour": one.by_the_hour,
            "after_rest": one.after_rest,
        }
        found.append(Finding(Rule.R6, Level.TASK, staff, one.dygn, one.rest, DAILY_REST, figures))
    return found
