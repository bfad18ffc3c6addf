"""Swedish working days and local wall-clock hours.

People live in Europe/Stockholm; everything is stored and compared in UTC. Subtracting two aware
times of the same zone gives wall-clock differences (facts: Python time traps), so convert first.
"""

from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from functools import lru_cache
from typing import Final
from zoneinfo import ZoneInfo

import holidays

STOCKHOLM: Final = ZoneInfo("Europe/Stockholm")
ONE_DAY: Final = timedelta(days=1)
SATURDAY: Final = 5
FREE_DAY: Final = 7  # the row of a WeekHours that holds on a weekday that is not a working day


@lru_cache(maxsize=64)
def free_days(year: int) -> frozenset[date]:
    """Return helgdagar and the three eves of `year` (lag 1989:253; lag 1930:173 2 §), Saturdays apart."""
    return frozenset(holidays.country_holidays("SE", years=year, categories=("public", "de_facto"), language="sv"))


def is_working_day(day: date, closed_days: frozenset[date] = frozenset()) -> bool:
    """Tell whether `day` is an arbetsdag; `closed_days` are the municipality's own."""
    return day.weekday() < SATURDAY and day not in free_days(day.year) and day not in closed_days


def next_working_day(day: date, closed_days: frozenset[date] = frozenset()) -> date:
    """Return the first working day after `day`."""
    following = day + ONE_DAY
    while not is_working_day(following, closed_days):
        following += ONE_DAY
    return following


def working_day_on_or_before(day: date, closed_days: frozenset[date] = frozenset()) -> date:
    """Return `day`, or the last working day before it."""
    while not is_working_day(day, closed_days):
        day -= ONE_DAY
    return day


def local(at: datetime) -> datetime:
    """Return the aware instant `at` as Stockholm wall-clock time."""
    return at.astimezone(STOCKHOLM)


def instant(day: date, wall: time) -> datetime:
    """Return the UTC instant of a Stockholm wall-clock time; the first of the two in the autumn night."""
    return datetime.combine(day, wall, tzinfo=STOCKHOLM).astimezone(UTC)


def last_day(starts_at: datetime, ends_at: datetime) -> date:
    """Return the local day that a stretch of duty ends with: a night belongs to the day on which it began."""
    return max(local(starts_at).date(), local(ends_at).date() - ONE_DAY)


@dataclass(frozen=True, slots=True)
class Hours:
    """A span of wall-clock time on one day; `end` at or before `start` means that it ends the next day."""

    start: time
    end: time

    @property
    def crosses_midnight(self) -> bool:
        return self.end <= self.start


@dataclass(frozen=True, slots=True)
class WeekHours:
    """Opening hours per weekday (0 Monday .. 6 Sunday) and for free days on weekdays (`FREE_DAY`)."""

    days: tuple[tuple[int, Hours], ...] = ()

    def on(self, row: int) -> tuple[Hours, ...]:
        return tuple(hours for day, hours in self.days if day == row)

    def covers(self, at: datetime, closed_days: frozenset[date] = frozenset()) -> bool:
        """Tell whether the instant `at` is within these hours, by the Stockholm wall clock.

        A span that crosses midnight belongs to the day on which it starts.
        """
        wall = local(at)
        clock = wall.time().replace(tzinfo=None, fold=0)
        today, yesterday = wall.date(), wall.date() - ONE_DAY
        for hours in self.on(self._row(today, closed_days)):
            if hours.start <= clock and (hours.crosses_midnight or clock < hours.end):
                return True
        return any(hours.crosses_midnight and clock < hours.end for hours in self.on(self._row(yesterday, closed_days)))

    def next_opening(self, after: datetime, closed_days: frozenset[date] = frozenset()) -> datetime | None:
        """Return the first instant after `after` at which a span starts, within a month; None if there is none."""
        day = local(after).date()
        for _ in range(32):
            starts = sorted(instant(day, hours.start) for hours in self.on(self._row(day, closed_days)))
            for start in starts:
                if start > after:
                    return start
            day += ONE_DAY
        return None

    def next_closing(self, after: datetime, closed_days: frozenset[date] = frozenset()) -> datetime | None:
        """Return the first instant after `after` at which a span ends, within a month; None if there is none."""
        day = local(after).date() - ONE_DAY
        for _ in range(32):
            ends = sorted(
                instant(day + ONE_DAY if hours.crosses_midnight else day, hours.end)
                for hours in self.on(self._row(day, closed_days))
            )
            for end in ends:
                if end > after:
                    return end
            day += ONE_DAY
        return None

    def spans_on(self, day: date, closed_days: frozenset[date] = frozenset()) -> tuple[tuple[datetime, datetime], ...]:
        """Return the UTC instants at which the spans that begin on `day` start and end, in order."""
        spans = (
            (instant(day, hours.start), instant(day + ONE_DAY if hours.crosses_midnight else day, hours.end))
            for hours in self.on(self._row(day, closed_days))
        )
        return tuple(sorted(spans))

    @staticmethod
    def _row(day: date, closed_days: frozenset[date]) -> int:
        if day.weekday() >= SATURDAY or is_working_day(day, closed_days):
            return day.weekday()
        return FREE_DAY
