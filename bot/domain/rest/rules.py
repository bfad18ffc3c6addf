"""What an employer has decided about rest and working time, as data. Built from `[rest]` in beredskap.toml."""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import date, time, timedelta
from enum import Enum
from typing import Final

from bot.domain.calendar import Hours, WeekHours
from bot.domain.ids import NamndId
from bot.domain.rest.spans import (
    WORK,
    Kind,
    Span,
    Stretch,
    day_window,
    days,
    gaps,
    longest,
    of_kinds,
)

DAILY_REST: Final = timedelta(hours=11)  # ATL 13 §: dygnsvila
PLANNED_LEAST: Final = timedelta(hours=9)  # AB § 13 mom. 8 a: an exception never goes below this
WEEKLY_REST: Final = timedelta(hours=36)  # ATL 14 §: veckovila
NIGHT: Final = Hours(time(0), time(5))  # ATL 13 § second paragraph
OFFICE: Final = WeekHours(tuple((day, Hours(time(8), time(17))) for day in range(5)))
A_PLAIN_MONDAY: Final = date(2026, 11, 16)  # no holiday and no change of the clock in its week


class Compensation(str, Enum):
    """How much rest is owed after a disturbance: the local agreement decides (facts: time, section 6)."""

    UNDECIDED = "undecided"  # both numbers are told
    FULL = "full"  # what the rest fell short of 11 hours
    DISTURBANCE = "disturbance"  # the same, but never longer than the disturbance itself


class Ground(str, Enum):
    """Why dygnsvila may be shorter than 11 hours."""

    PLANNED = "8a"  # AB § 13 mom. 8 a: planned, and never below 9 hours
    UNFORESEEN = "8b"  # AB § 13 mom. 8 b: an event that nobody could foresee


@dataclass(frozen=True, slots=True)
class RestException:
    """An exception from the dygnsvila that somebody answers for. It holds for dygn that begin `first` to `last`."""

    ground: Ground
    namnd: NamndId
    first: date
    last: date
    reason: str
    approver: str

    def allows(self, begins_on: date, rest: timedelta) -> bool:
        """Tell whether a dygn that begins on that day may have so little rest."""
        is_answered_for = bool(self.reason.strip()) and bool(self.approver.strip())
        is_enough = self.ground is Ground.UNFORESEEN or rest >= PLANNED_LEAST
        return is_answered_for and is_enough and self.first <= begins_on <= self.last


@dataclass(frozen=True, slots=True)
class RestRules:
    """The rules for one group: `in_namnd` gives those of a nämnd that has a dygnsbryt of its own."""

    ordinary_hours: WeekHours = OFFICE  # an assumption: the program does not know anybody's own hours
    daily_break: timedelta = timedelta(hours=1)  # rast within an ordinary day, which is no working time (ATL 15 §)
    dygnsbryt: time = time(6)
    dygnsbryt_of: Mapping[NamndId, time] = field(default_factory=dict)
    local_agreement_ref: str = ""  # beredskap during veckovila; "" means that there is no such agreement
    compensation: Compensation = Compensation.UNDECIDED
    month_limit: timedelta = timedelta(hours=130)  # beredskap in a calendar month, AB 17
    overtime_four_weeks: timedelta = timedelta(hours=48)  # ATL 8 §
    overtime_month: timedelta = timedelta(hours=50)  # ATL 8 §
    overtime_year: timedelta = timedelta(hours=200)  # ATL 8 §
    week_average: timedelta = timedelta(hours=48)  # ATL 10 b §
    average_weeks: int = 17  # of whole weeks in four months
    notice: timedelta = timedelta(days=14)
    disturbed_percent: int = 25
    disturbed_weeks: int = 8
    exceptions: tuple[RestException, ...] = ()
    record_active_time: bool = False  # needs a decision after negotiation (MBL 11 §)
    kept_for: timedelta = timedelta(days=730)  # active time and days off, after which they are deleted

    def in_namnd(self, namnd: NamndId) -> "RestRules":
        """Return the rules as they are in one nämnd."""
        return replace(
            self,
            dygnsbryt=self.dygnsbryt_of.get(namnd, self.dygnsbryt),
            exceptions=tuple(e for e in self.exceptions if e.namnd == namnd),
        )


def cuts_night_rest(dygnsbryt: time, ordinary_hours: WeekHours) -> bool:
    """Tell whether ordinary hours alone would seem to break the rest with this dygnsbryt.

    It does when it falls within the night's rest, so that neither dygn holds all of it (facts: time, section 4).
    """
    work = of_kinds(ordinary_work(ordinary_hours, A_PLAIN_MONDAY, A_PLAIN_MONDAY + timedelta(days=13)), WORK)
    windows = [day_window(day, dygnsbryt) for day in days(A_PLAIN_MONDAY, A_PLAIN_MONDAY + timedelta(days=6))]
    rests = [longest(gaps(work, window)) for window in windows]
    return NIGHT.start < dygnsbryt < NIGHT.end or any(rest is None or rest.length < DAILY_REST for rest in rests)


def ordinary_work(
    hours: WeekHours, first: date, last: date, *, away: frozenset[date] = frozenset()
) -> tuple[Span, ...]:
    """Return the working time that is assumed from `first` to `last`; none on red days and eves, nor when `away`.

    The municipality's own closed days are no days off, as far as we know.
    """
    spans = (hours.spans_on(day) for day in days(first, last) if day not in away)
    return tuple(Span(Kind.ORDINARY, Stretch(*span)) for day_spans in spans for span in day_spans)
