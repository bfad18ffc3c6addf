"""Stretches of time, and what somebody did in them.

Everything is turned into UTC first: what is measured is elapsed time (facts: time, section 13), while the edges of a
dygn, a week or a month are those of the Stockholm wall clock.
"""

from bisect import bisect_right
from collections.abc import Collection, Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from enum import Enum
from typing import Final

from bot.domain.calendar import ONE_DAY, instant, local

NOTHING: Final = timedelta()
MIDNIGHT: Final = time(0)
WEEK: Final = timedelta(days=7)


class Kind(str, Enum):
    """What somebody does in a span (facts: time, section 1)."""

    ORDINARY = "ordinary"
    OVERTIME = "overtime"
    JOUR = "jour"  # at the workplace (ATL 6 §): it breaks the rest like work
    ACTIVE = "active"  # work in beredskap
    PASSIVE = "passive"  # a turn of beredskap from its start to its end, whatever is done in it


PASSES: Final = frozenset({Kind.ORDINARY, Kind.OVERTIME, Kind.JOUR})  # arbetspass: what somebody has to turn up for
WORK: Final = PASSES | {Kind.ACTIVE}


@dataclass(frozen=True, slots=True)
class Stretch:
    """[starts_at, ends_at) in UTC. Raises ValueError when it has no length."""

    starts_at: datetime
    ends_at: datetime

    def __post_init__(self) -> None:
        object.__setattr__(self, "starts_at", self.starts_at.astimezone(UTC))
        object.__setattr__(self, "ends_at", self.ends_at.astimezone(UTC))
        if self.starts_at >= self.ends_at:
            raise ValueError("a stretch of time must end after it starts")

    @property
    def length(self) -> timedelta:
        """Return elapsed time."""
        return self.ends_at - self.starts_at

    def touches(self, other: "Stretch") -> bool:
        """Tell whether the two have any time in common."""
        return self.starts_at < other.ends_at and other.starts_at < self.ends_at

    def holds(self, other: "Stretch") -> bool:
        return self.starts_at <= other.starts_at and other.ends_at <= self.ends_at


@dataclass(frozen=True, slots=True)
class Span:
    """What one person does in a stretch of time. Spans may overlap: active time lies within its beredskap."""

    kind: Kind
    stretch: Stretch


def a_span(kind: Kind, starts_at: datetime, ends_at: datetime) -> Span:
    """Return a span between two aware instants of any zone. Raises ValueError when it has no length."""
    return Span(kind, Stretch(starts_at, ends_at))


def of_kinds(spans: Iterable[Span], kinds: Collection[Kind]) -> tuple[Stretch, ...]:
    """Return when any of `kinds` is done, merged."""
    return merged(span.stretch for span in spans if span.kind in kinds)


def merged(stretches: Iterable[Stretch]) -> tuple[Stretch, ...]:
    """Return the same time as stretches that neither overlap nor touch, in order."""
    found: list[Stretch] = []
    for stretch in sorted(stretches, key=lambda s: s.starts_at):
        if found and stretch.starts_at <= found[-1].ends_at:
            if stretch.ends_at > found[-1].ends_at:
                found[-1] = Stretch(found[-1].starts_at, stretch.ends_at)
        else:
            found.append(stretch)
    return tuple(found)


def within(busy: Sequence[Stretch], window: Stretch) -> list[Stretch]:
    """Return the part of `busy` (merged) that lies in `window`, cut at its edges."""
    found = []
    for stretch in busy[bisect_right(busy, window.starts_at, key=lambda s: s.ends_at) :]:
        if stretch.starts_at >= window.ends_at:
            break
        found.append(Stretch(max(stretch.starts_at, window.starts_at), min(stretch.ends_at, window.ends_at)))
    return found


def gaps(busy: Sequence[Stretch], window: Stretch) -> list[Stretch]:
    """Return the time in `window` that `busy` (merged) leaves free, in order."""
    free, reached = [], window.starts_at
    for stretch in within(busy, window):
        if reached < stretch.starts_at:
            free.append(Stretch(reached, stretch.starts_at))
        reached = stretch.ends_at
    if reached < window.ends_at:
        free.append(Stretch(reached, window.ends_at))
    return free


def longest(stretches: Iterable[Stretch]) -> Stretch | None:
    """Return the longest of them, the first of several; None when there is none."""
    return max(stretches, key=lambda s: (s.length, -s.starts_at.timestamp()), default=None)


def total(stretches: Iterable[Stretch]) -> timedelta:
    return sum((stretch.length for stretch in stretches), NOTHING)


def day_window(day: date, starts: time) -> Stretch:
    """Return the dygn that begins on the local day `day` at `starts`: 23 or 25 hours when the clock changes in it."""
    return Stretch(instant(day, starts), instant(day + ONE_DAY, starts))


def dygn_at(at: datetime, starts: time) -> Stretch:
    """Return the dygn in which the instant `at` lies."""
    window = day_window(local(at).date(), starts)
    return window if window.starts_at <= at else day_window(local(at).date() - ONE_DAY, starts)


def days_window(first: date, last: date) -> Stretch:
    """Return the local days `first` to `last`, both included."""
    return Stretch(instant(first, MIDNIGHT), instant(last + ONE_DAY, MIDNIGHT))


def week_window(monday: date) -> Stretch:
    """Return the fixed week, Monday 00:00 to Monday 00:00 by the wall clock."""
    return days_window(monday, monday + WEEK - ONE_DAY)


def month_window(of: date) -> Stretch:
    """Return the calendar month in which `of` lies."""
    first = of.replace(day=1)
    return days_window(first, _next_month(first) - ONE_DAY)


def year_window(year: int) -> Stretch:
    return days_window(date(year, 1, 1), date(year, 12, 31))


def days(first: date, last: date) -> Iterator[date]:
    while first <= last:
        yield first
        first += ONE_DAY


def monday_of(day: date) -> date:
    return day - day.weekday() * ONE_DAY


def mondays(first: date, last: date) -> Iterator[date]:
    """Yield the Mondays of the weeks that `first` to `last` touch."""
    monday = monday_of(first)
    while monday <= last:
        yield monday
        monday += WEEK


def months(first: date, last: date) -> Iterator[date]:
    """Yield the first days of the months that `first` to `last` touch."""
    month = first.replace(day=1)
    while month <= last:
        yield month
        month = _next_month(month)


def local_days(stretch: Stretch) -> tuple[date, date]:
    """Return the first and the last local day that a stretch touches."""
    return local(stretch.starts_at).date(), local(stretch.ends_at - timedelta(microseconds=1)).date()


def _next_month(first: date) -> date:
    return (first + timedelta(days=31)).replace(day=1)
