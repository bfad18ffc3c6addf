"""The rest that a plan must leave, measured as the checks measure it (facts: time, section 5).

Passive beredskap is no work and breaks no dygnsvila, but it is not veckovila either. Planned are therefore: enough
hours between two shifts of one person, and 36 hours with neither work nor beredskap in each week from Monday to
Monday (R4). Active work is not known beforehand; it is checked afterwards.
"""

from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from enum import Enum
from itertools import pairwise

from bot.domain.calendar import ONE_DAY, WeekHours, local
from bot.domain.rest.limits import beredskap_in
from bot.domain.rest.rules import WEEKLY_REST, ordinary_work
from bot.domain.rest.spans import WEEK, Stretch, days, local_days, merged, mondays, months, week_window
from bot.domain.rest.weekly import rest_in_week


class Rest(str, Enum):
    """What a plan can break."""

    BETWEEN = "between"
    WEEK = "week"
    MONTH = "month"


@dataclass(frozen=True, slots=True)
class Breach:
    """What is broken, from which local day, and how long it is; for a month, how long it is in all."""

    rest: Rest
    day: date
    found: timedelta


@dataclass(frozen=True, slots=True)
class RestOption:
    """One way to find the weekly rest: in a stretch that these shifts (by place) would disturb, given a day off."""

    day_off: date | None
    disturbed_by: frozenset[int]


def gap_between(one: Stretch, other: Stretch) -> timedelta:
    """Return the elapsed time from the end of the earlier to the start of the later; below zero when they overlap."""
    earlier, later = sorted((one, other), key=_in_order)
    return later.starts_at - earlier.ends_at


def shortest_rest(duty: Stretch, others: Iterable[Stretch]) -> timedelta | None:
    """Return the shorter of the rests before and after a stretch of duty, among somebody's other shifts; elapsed time.

    What adjoins it belongs to the same block. None when there is no other block.
    """
    edges = pairwise(merged((duty, *others)))
    return min((gap_between(*blocks) for blocks in edges if any(block.holds(duty) for block in blocks)), default=None)


def rest_options(
    monday: date,
    shifts: Sequence[Stretch],
    hours: WeekHours,
    *,
    away: Collection[date] = (),
    may_be_off: bool = True,
) -> tuple[RestOption, ...]:
    """Return the ways in which somebody can get the weekly rest, without those that only ask for more.

    `shifts` are all that they might have in the week. Days in `away` are not worked anyhow. With `may_be_off` they
    can be free from ordinary work one day.
    """
    working = [day for day in days(monday, monday + WEEK - ONE_DAY) if hours.spans_on(day)]
    days_off: list[date | None] = [None]
    if may_be_off:
        days_off += [day for day in working if day not in away]
    found: list[RestOption] = []
    for day_off in days_off:
        free = {*away} | ({day_off} if day_off is not None else set())
        found += _windows(monday, shifts, work_around(monday, hours, free), day_off)
    return _without_needless(found)


def work_around(monday: date, hours: WeekHours, free: Collection[date] = ()) -> tuple[Stretch, ...]:
    """Return the ordinary work that touches a week, without the days in `free`."""
    spans = ordinary_work(hours, monday - ONE_DAY, monday + WEEK, away=frozenset(free))
    return tuple(span.stretch for span in spans)


def _windows(
    monday: date, shifts: Sequence[Stretch], work: Sequence[Stretch], day_off: date | None
) -> list[RestOption]:
    """Return the stretches of 36 hours without work; each begins where the week, some work or a shift lets it."""
    week = week_window(monday)
    starts = {week.starts_at} | {busy.ends_at for busy in (*work, *shifts) if week.starts_at <= busy.ends_at}
    found = []
    for begins in sorted(starts):
        rest = Stretch(begins, begins + WEEKLY_REST)
        if rest.ends_at <= week.ends_at and not any(busy.touches(rest) for busy in work):
            disturbing = frozenset(n for n, shift in enumerate(shifts) if shift.touches(rest))
            found.append(RestOption(day_off, disturbing))
    return found


def _without_needless(options: Sequence[RestOption]) -> tuple[RestOption, ...]:
    kept: list[RestOption] = []
    for option in sorted(options, key=lambda o: (o.day_off is not None, len(o.disturbed_by), o.day_off or date.min)):
        if not any(k.day_off in {None, option.day_off} and k.disturbed_by <= option.disturbed_by for k in kept):
            kept.append(option)
    return tuple(kept)


def needless_days_off(
    monday: date, shifts: Sequence[Stretch], hours: WeekHours, given: Collection[date]
) -> frozenset[date]:
    """Return the days off of a week without which it has its rest all the same, the latest first where one will do."""
    kept = set(given)
    for day in sorted(given, reverse=True):
        busy = merged((*shifts, *work_around(monday, hours, kept - {day})))
        if rest_in_week(busy, monday) >= WEEKLY_REST:
            kept.discard(day)
    return frozenset(given) - kept


def breaches(
    shifts: Sequence[Stretch],
    *,
    hours: WeekHours,
    rest_between: timedelta,
    most_in_month: timedelta,
    free: Collection[date] = (),
    asks_for_week: bool = True,
) -> tuple[Breach, ...]:
    """Return what one person's shifts break, by day. `free` are the days off that they are given, and when away."""
    ordered = sorted(shifts, key=_in_order)
    if not ordered:
        return ()
    found = [
        Breach(Rest.BETWEEN, local(later.starts_at).date(), gap)
        for earlier, later in pairwise(ordered)
        if (gap := gap_between(earlier, later)) < rest_between
    ]
    beredskap = merged(ordered)
    first, last = local(beredskap[0].starts_at).date(), local_days(beredskap[-1])[1]
    lengths = ((month, beredskap_in(beredskap, month)) for month in months(first, last))
    found += [Breach(Rest.MONTH, month, length) for month, length in lengths if length > most_in_month]
    for monday in mondays(first, last) if asks_for_week else ():
        length = rest_in_week(merged((*ordered, *work_around(monday, hours, free))), monday)
        if length < WEEKLY_REST and any(shift.touches(week_window(monday)) for shift in ordered):
            found.append(Breach(Rest.WEEK, monday, length))
    return tuple(sorted(found, key=lambda breach: (breach.day, breach.rest.value)))


def _in_order(stretch: Stretch) -> tuple[datetime, datetime]:
    return stretch.starts_at, stretch.ends_at
