"""R1, R2 and R3: dygnsvila (ATL 13 §; AB § 13 mom. 8)."""

from collections.abc import Iterable, Sequence
from datetime import date
from itertools import pairwise

from bot.domain.calendar import ONE_DAY, instant, local
from bot.domain.ids import StaffId
from bot.domain.rest.findings import Finding, Level, Rule
from bot.domain.rest.rules import DAILY_REST, NIGHT, RestRules
from bot.domain.rest.spans import (
    NOTHING,
    PASSES,
    WORK,
    Span,
    Stretch,
    day_window,
    days,
    gaps,
    longest,
    of_kinds,
)


def daily_rest(staff: StaffId, spans: Iterable[Span], rules: RestRules, first: date, last: date) -> list[Finding]:
    """R1: in each dygn that begins `first` to `last`, 11 hours without work. Beredskap as such does not break it."""
    work = of_kinds(spans, WORK)
    found = []
    for day in days(first, last):
        window = day_window(day, rules.dygnsbryt)
        rest = longest(gaps(work, window))
        length = NOTHING if rest is None else rest.length
        if length < DAILY_REST:
            is_excepted = any(exception.allows(day, length) for exception in rules.exceptions)
            level = Level.EXCEPTED if is_excepted else Level.ERROR
            found.append(Finding(Rule.R1, level, staff, window, length, DAILY_REST))
    return found


def rest_before_pass(
    staff: StaffId, spans: Sequence[Span], first: date, last: date, broken: Iterable[Finding]
) -> list[Finding]:
    """R2: at least 11 hours before each arbetspass that begins `first` to `last`, since whatever work came before it.

    What is done in beredskap is no pass of its own: it interrupts the rest, which R1 measures. `broken` are the
    findings of R1; where one of them is an error, so is this.
    """
    work, passes = of_kinds(spans, WORK), of_kinds(spans, PASSES)
    begins = {one.starts_at for one in passes}
    errors = [finding.when for finding in broken if finding.level is Level.ERROR]
    found = []
    for before, after in pairwise(work):
        is_pass = after.starts_at in begins and first <= local(after.starts_at).date() <= last
        rest = Stretch(before.ends_at, after.starts_at)
        if is_pass and rest.length < DAILY_REST:
            level = Level.ERROR if any(rest.touches(window) for window in errors) else Level.WARN
            found.append(Finding(Rule.R2, level, staff, rest, rest.length, DAILY_REST))
    return found


def night_in_rest(staff: StaffId, spans: Iterable[Span], rules: RestRules, first: date, last: date) -> list[Finding]:
    """R3: the rest that R1 found covers 00:00 to 05:00. Where there is no such rest R1 has said so."""
    work = of_kinds(spans, WORK)
    found = []
    for day in days(first, last):
        window = day_window(day, rules.dygnsbryt)
        rests = [rest for rest in gaps(work, window) if rest.length >= DAILY_REST]
        night = _night_in(day, rules)
        if rests and not any(rest.holds(night) for rest in rests):
            rest = longest(rests)
            found.append(Finding(Rule.R3, Level.WARN, staff, window, None if rest is None else rest.length))
    return found


def _night_in(day: date, rules: RestRules) -> Stretch:
    """Return the night of the dygn that begins on `day`."""
    on = day if rules.dygnsbryt <= NIGHT.start else day + ONE_DAY
    return Stretch(instant(on, NIGHT.start), instant(on, NIGHT.end))
