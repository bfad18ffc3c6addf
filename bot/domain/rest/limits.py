"""R7 to R11: how much beredskap and work there is, how early it is told, and how often it is disturbed."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from bot.domain.calendar import ONE_DAY, local
from bot.domain.ids import StaffId
from bot.domain.rest.findings import Finding, Level, Rule
from bot.domain.rest.rules import RestRules
from bot.domain.rest.spans import (
    WEEK,
    WORK,
    Kind,
    Span,
    Stretch,
    days,
    days_window,
    mondays,
    month_window,
    months,
    of_kinds,
    total,
    within,
    year_window,
)

BEREDSKAP = frozenset({Kind.PASSIVE})
EXTRA = frozenset({Kind.OVERTIME, Kind.ACTIVE})  # active work in beredskap is normally övertid (facts: time, section 3)
FOUR_WEEKS = timedelta(days=28)


def beredskap_in_months(
    staff: StaffId, spans: Iterable[Span], rules: RestRules, first: date, last: date
) -> list[Finding]:
    """R7: beredskap in each calendar month that `first` to `last` touch; above the limit it costs twice as much."""
    beredskap = of_kinds(spans, BEREDSKAP)
    found = []
    for month in months(first, last):
        hours = beredskap_in(beredskap, month)
        if hours > rules.month_limit:
            found.append(Finding(Rule.R7, Level.WARN, staff, month_window(month), hours, rules.month_limit))
    return found


def beredskap_in(beredskap: Sequence[Stretch], month: date) -> timedelta:
    """Return how much of `beredskap` (merged) lies in the calendar month of `month`, cut at its edges."""
    return total(within(beredskap, month_window(month)))


def overtime(staff: StaffId, spans: Iterable[Span], rules: RestRules, first: date, last: date) -> list[Finding]:
    """R8: övertid in a rolling four weeks (the worst of those that end `first` to `last`), a month and a year."""
    extra = of_kinds(spans, EXTRA)
    fours = (days_window(day - FOUR_WEEKS + ONE_DAY, day) for day in days(first, last))
    worst = max(((total(within(extra, window)), window) for window in fours), key=lambda pair: pair[0])
    measured = [(*worst, rules.overtime_four_weeks, Level.WARN)]
    for window in map(month_window, months(first, last)):
        measured.append((total(within(extra, window)), window, rules.overtime_month, Level.WARN))
    for window in map(year_window, range(first.year, last.year + 1)):
        measured.append((total(within(extra, window)), window, rules.overtime_year, Level.ERROR))
    return [
        Finding(Rule.R8, level, staff, window, hours, limit)
        for hours, window, limit, level in measured
        if hours > limit
    ]


def weekly_average(staff: StaffId, spans: Sequence[Span], rules: RestRules, first: date, last: date) -> list[Finding]:
    """R9: all working time, on average over the weeks that end with one of `first` to `last`; the worst is told.

    Each ordinary day is taken to hold a rast (`daily_break`), which is no working time.
    """
    work, ordinary = of_kinds(spans, WORK), of_kinds(spans, {Kind.ORDINARY})
    length = rules.average_weeks * WEEK
    ends = (monday + WEEK for monday in mondays(first, last))
    averages = []
    for end in ends:
        window = days_window(end - length, end - ONE_DAY)
        worked = total(within(work, window)) - len(within(ordinary, window)) * rules.daily_break
        averages.append((worked / rules.average_weeks, window))
    average, window = max(averages, key=lambda pair: pair[0])
    if average <= rules.week_average:
        return []
    return [Finding(Rule.R9, Level.WARN, staff, window, average, rules.week_average)]


@dataclass(frozen=True, slots=True)
class Change:
    """A shift that was made or changed at `made_at`; `approver` is who answers for it being late, "" for nobody."""

    staff: StaffId
    shift: Stretch
    made_at: datetime
    approver: str = ""


def short_notice(changes: Iterable[Change], rules: RestRules) -> list[Finding]:
    """R10: so many local days between the day of a change and the day of the shift."""
    found = []
    for change in changes:
        ahead = local(change.shift.starts_at).date() - local(change.made_at).date()
        if ahead < rules.notice:
            level = Level.EXCEPTED if change.approver.strip() else Level.WARN
            found.append(Finding(Rule.R10, level, change.staff, change.shift, ahead, rules.notice))
    return found


@dataclass(frozen=True, slots=True)
class Disturbed:
    """How many turns of beredskap there were, and in how many of them somebody had to work."""

    turns: int = 0
    disturbed: int = 0

    def is_more_than(self, percent: int) -> bool:
        return self.disturbed * 100 > self.turns * percent

    def __add__(self, other: "Disturbed") -> "Disturbed":
        return Disturbed(self.turns + other.turns, self.disturbed + other.disturbed)


def disturbed(spans: Sequence[Span], window: Stretch) -> Disturbed:
    """Count one person's turns that begin in `window`."""
    active = of_kinds(spans, {Kind.ACTIVE})
    turns = list(_turns(spans, window))
    return Disturbed(len(turns), sum(bool(within(active, turn)) for turn in turns))


def disturbed_too_often(people: Iterable[Sequence[Span]], rules: RestRules, last: date) -> list[Finding]:
    """R11: the share of all turns that was disturbed, over the weeks that end with `last`."""
    window = days_window(last - rules.disturbed_weeks * WEEK + ONE_DAY, last)
    counted = sum((disturbed(spans, window) for spans in people), Disturbed())
    if not counted.is_more_than(rules.disturbed_percent):
        return []
    figures = {"disturbed": counted.disturbed, "turns": counted.turns, "percent": rules.disturbed_percent}
    return [Finding(Rule.R11, Level.REPORT, None, window, figures=figures)]


def _turns(spans: Iterable[Span], window: Stretch) -> Iterator[Stretch]:
    for span in spans:
        if span.kind is Kind.PASSIVE and window.starts_at <= span.stretch.starts_at < window.ends_at:
            yield span.stretch
