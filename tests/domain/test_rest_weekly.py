"""R4 and R5: the vectors of facts/time.md section 5, by their names, with what was measured."""

from dataclasses import replace
from datetime import date, timedelta

import pytest

from bot.domain.rest.findings import Finding, Level
from bot.domain.rest.rules import OFFICE, RestRules, ordinary_work
from bot.domain.rest.spans import Kind, Span, gaps, longest, of_kinds, week_window
from bot.domain.rest.weekly import rests_apart, weekly_rest
from tests.domain.rest_given import ANNA, AT_EIGHT, beredskap, work

HOUR, MINUTE = timedelta(hours=1), timedelta(minutes=1)
MONDAY, SUNDAY = date(2026, 11, 16), date(2026, 11, 22)
WEEK = ordinary_work(OFFICE, MONDAY, SUNDAY)
EVENINGS = [beredskap(f"2026-11-{day} 17:00", "22:00") for day in range(16, 23)]


def rest_in_week(spans: list[Span], monday: date = MONDAY) -> timedelta:
    rest = longest(gaps(of_kinds(spans, set(Kind)), week_window(monday)))
    assert rest is not None
    return rest.length


def r4(spans: list[Span], monday: date = MONDAY, rules: RestRules = AT_EIGHT) -> list[Finding]:
    return weekly_rest(ANNA, spans, rules, monday, monday)


def r5(*spans: Span) -> list[Finding]:
    return rests_apart(ANNA, spans, AT_EIGHT, MONDAY, SUNDAY)


def around(monday: date, free_from: str, free_to: str) -> list[Span]:
    """Bound for the whole week of `monday` but for one stretch."""
    begins, ends = f"{monday} 00:00", f"{monday + timedelta(days=7)} 00:00"
    return [beredskap(begins, free_from), *([beredskap(free_to, ends)] if free_to != ends else [])]


@pytest.mark.parametrize(
    ("spans", "monday", "rest"),
    [
        ([*WEEK, *EVENINGS[:5]], MONDAY, 50 * HOUR),
        (around(MONDAY, "2026-11-21 08:00", "2026-11-22 20:00"), MONDAY, 36 * HOUR),
        (around(date(2026, 10, 19), "2026-10-24 12:00", "2026-10-25 23:00"), date(2026, 10, 19), 36 * HOUR),
    ],
)
def test_r4_passes(spans: list[Span], monday: date, rest: timedelta) -> None:
    assert rest_in_week(spans, monday) == rest
    assert r4(spans, monday) == []


@pytest.mark.parametrize(
    ("spans", "monday", "rest"),
    [
        ([*WEEK, *EVENINGS], MONDAY, 19 * HOUR),
        (around(MONDAY, "2026-11-21 08:00", "2026-11-22 19:59"), MONDAY, 36 * HOUR - MINUTE),
        (around(date(2026, 3, 23), "2026-03-28 12:00", "2026-03-30 00:00"), date(2026, 3, 23), 35 * HOUR),
    ],
)
def test_r4_fails(spans: list[Span], monday: date, rest: timedelta) -> None:
    [found] = r4(spans, monday)

    assert (found.level, found.found, found.limit) == (Level.ERROR, rest, 36 * HOUR)
    assert found.when == week_window(monday)


def test_r4_a_local_agreement_makes_it_a_warning() -> None:
    [found] = r4([*WEEK, *EVENINGS], rules=replace(AT_EIGHT, local_agreement_ref="LOK 2026:3"))

    assert found.level is Level.WARN


@pytest.mark.parametrize(("monday", "hours"), [("2026-03-23", 167), ("2026-10-19", 169), ("2026-11-16", 168)])
def test_the_fixed_week(monday: str, hours: int) -> None:
    assert week_window(date.fromisoformat(monday)).length == hours * HOUR


def test_r5_passes() -> None:
    assert r5(*WEEK, work("2026-11-22 16:00", "22:00")) == []  # free Friday 17:00 to Sunday 16:00: 47 h


def test_r5_fails() -> None:
    """Free Friday 17:00 to Sunday 12:00: 36 h there are, 47 there are not."""
    spans = [*WEEK, work("2026-11-22 12:00", "22:00")]
    [found] = r5(*spans)

    assert (found.level, found.found, found.limit) == (Level.WARN, 43 * HOUR, 47 * HOUR)
    assert r4(spans) == []


def test_r5_says_nothing_where_r4_has() -> None:
    assert r5(*WEEK, *EVENINGS) == []


def test_r5_the_dygnsvila_may_have_been_had_before() -> None:
    """Free Friday 22:00 to Sunday 12:00, 38 h. With nothing to do on Friday its 11 h were had before 22:00."""
    bound = [beredskap("2026-11-16 00:00", "2026-11-20 22:00"), beredskap("2026-11-22 12:00", "2026-11-23 00:00")]

    assert rest_in_week(bound) == 38 * HOUR
    assert r5(*bound) == []
    [found] = r5(*bound, work("2026-11-20 08:00", "17:00"))
    assert found.found == 38 * HOUR


def test_r5_a_rest_that_begins_with_the_dygn_has_nothing_before_it() -> None:
    bound = [beredskap("2026-11-16 00:00", "2026-11-21 08:00"), beredskap("2026-11-22 22:00", "2026-11-23 00:00")]

    assert rest_in_week(bound) == 38 * HOUR
    assert [found.found for found in r5(*bound)] == [38 * HOUR]
