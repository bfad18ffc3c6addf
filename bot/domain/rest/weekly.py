"""R4 and R5: veckovila (ATL 14 §), for which beredskap does not count as rest."""

from collections.abc import Iterable, Sequence
from datetime import date, timedelta

from bot.domain.ids import StaffId
from bot.domain.rest.findings import Finding, Level, Rule
from bot.domain.rest.rules import DAILY_REST, WEEKLY_REST, RestRules
from bot.domain.rest.spans import (
    NOTHING,
    WORK,
    Kind,
    Span,
    Stretch,
    dygn_at,
    gaps,
    longest,
    mondays,
    of_kinds,
    week_window,
)

BOTH_RESTS = DAILY_REST + WEEKLY_REST  # 47 hours


def weekly_rest(staff: StaffId, spans: Iterable[Span], rules: RestRules, first: date, last: date) -> list[Finding]:
    """R4: in each fixed week that `first` to `last` touch, 36 hours with neither work nor beredskap."""
    bound = of_kinds(spans, set(Kind))
    found = []
    for monday in mondays(first, last):
        length = rest_in_week(bound, monday)
        if length < WEEKLY_REST:
            level = Level.WARN if rules.local_agreement_ref else Level.ERROR
            found.append(Finding(Rule.R4, level, staff, week_window(monday), length, WEEKLY_REST))
    return found


def rest_in_week(bound: Sequence[Stretch], monday: date) -> timedelta:
    """Return the longest stretch of a fixed week that nothing in `bound` (merged) touches, in elapsed time."""
    rest = longest(gaps(bound, week_window(monday)))
    return NOTHING if rest is None else rest.length


def rests_apart(staff: StaffId, spans: Sequence[Span], rules: RestRules, first: date, last: date) -> list[Finding]:
    """R5: the 36 hours do not overlap the 11 of a dygn: 47 in a row, or the 11 were had before them.

    Said only where R4 holds. Which of the two is right is not agreed on (facts: time, section 3): both are told.
    """
    bound, work = of_kinds(spans, set(Kind)), of_kinds(spans, WORK)
    found = []
    for monday in mondays(first, last):
        window = week_window(monday)
        rests = [rest for rest in gaps(bound, window) if rest.length >= WEEKLY_REST]
        best = longest(rests)
        is_apart = any(rest.length >= BOTH_RESTS or _had_before(rest, work, rules) for rest in rests)
        if best is not None and not is_apart:
            found.append(Finding(Rule.R5, Level.WARN, staff, window, best.length, BOTH_RESTS))
    return found


def _had_before(rest: Stretch, work: Sequence[Stretch], rules: RestRules) -> bool:
    """Tell whether the dygn in which the weekly rest begins had its 11 hours before it."""
    dygn = dygn_at(rest.starts_at, rules.dygnsbryt)
    if dygn.starts_at == rest.starts_at:
        return False
    return any(gap.length >= DAILY_REST for gap in gaps(work, Stretch(dygn.starts_at, rest.starts_at)))
