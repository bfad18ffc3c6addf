"""All checks of people's rest at once, and the cheap question of one more shift."""

from collections.abc import Iterable, Mapping, Sequence
from datetime import date, timedelta

from bot.domain.duty import Shift
from bot.domain.ids import StaffId
from bot.domain.rest.compensation import rest_owed
from bot.domain.rest.daily import daily_rest, night_in_rest, rest_before_pass
from bot.domain.rest.findings import Finding, Level, Rule
from bot.domain.rest.limits import (
    beredskap_in_months,
    disturbed_too_often,
    overtime,
    weekly_average,
)
from bot.domain.rest.rules import RestRules, ordinary_work
from bot.domain.rest.spans import Kind, Span, Stretch, days_window, local_days
from bot.domain.rest.weekly import rests_apart, weekly_rest

GRAVEST_FIRST = {level: place for place, level in enumerate(Level)}


def spans_of(
    shifts: Iterable[Shift],
    rules: RestRules,
    first: date,
    last: date,
    *,
    active: Iterable[Stretch] = (),
    away: frozenset[date] = frozenset(),
) -> tuple[Span, ...]:
    """Return one person's spans: ordinary hours as assumed, their shifts (a backup's too), and `active` time."""
    window = days_window(first, last)
    turns = [Stretch(shift.starts_at, shift.ends_at) for shift in shifts]
    return (
        *ordinary_work(rules.ordinary_hours, first, last, away=away),
        *(Span(Kind.PASSIVE, turn) for turn in turns if turn.touches(window)),
        *(Span(Kind.ACTIVE, stretch) for stretch in active),
    )


def check_rest(people: Mapping[StaffId, Sequence[Span]], rules: RestRules, first: date, last: date) -> list[Finding]:
    """Return what R1 to R9 and R11 say of the local days `first` to `last`, the gravest first, then by time.

    `people` holds each person's spans (`spans_of` makes them of shifts). To be right about R8, R9 and R11 they should
    reach back over the year, the 17 and the 8 weeks; what is not there counts as free. `rules` are those of one group
    (`RestRules.in_namnd`).
    """
    found = [finding for staff, spans in people.items() for finding in check_person(staff, spans, rules, first, last)]
    found += disturbed_too_often(people.values(), rules, last)
    return sorted(found, key=lambda f: (GRAVEST_FIRST[f.level], f.when.starts_at, f.rule.value, f.staff or ""))


def check_person(staff: StaffId, spans: Sequence[Span], rules: RestRules, first: date, last: date) -> list[Finding]:
    """Return what R1 to R9 say of one person."""
    broken = daily_rest(staff, spans, rules, first, last)
    return [
        *broken,
        *rest_before_pass(staff, spans, first, last, broken),
        *night_in_rest(staff, spans, rules, first, last),
        *weekly_rest(staff, spans, rules, first, last),
        *rests_apart(staff, spans, rules, first, last),
        *rest_owed(staff, spans, rules, first, last),
        *beredskap_in_months(staff, spans, rules, first, last),
        *overtime(staff, spans, rules, first, last),
        *weekly_average(staff, spans, rules, first, last),
    ]


def would_break(staff: StaffId, spans: Sequence[Span], more: Span, rules: RestRules) -> list[Finding]:
    """Return what `check_person` would say with one more span that it does not say without it.

    Only the days around `more`, and the weeks and months that it touches, are looked at. What is owed for what has
    been done already (R6) is no matter of what is planned.
    """
    begins, ends = local_days(more.stretch)
    first, last = begins - timedelta(days=1), ends + timedelta(days=1)
    before = check_person(staff, spans, rules, first, last)
    after = check_person(staff, [*spans, more], rules, first, last)
    return [finding for finding in after if finding.rule is not Rule.R6 and finding not in before]
