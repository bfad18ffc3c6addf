"""All checks together, the question of one more shift, and laws that hold for any hours."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import UTC, date, datetime, time, timedelta
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.domain.duty import Shift
from bot.domain.ids import NamndId, ShiftId, StaffId
from bot.domain.rest.check import check_person, check_rest, spans_of, would_break
from bot.domain.rest.daily import daily_rest
from bot.domain.rest.findings import Level, Rule
from bot.domain.rest.rules import OFFICE, RestRules, ordinary_work
from bot.domain.rest.spans import (
    WORK,
    Kind,
    Span,
    Stretch,
    a_span,
    days_window,
    dygn_at,
    gaps,
    merged,
    of_kinds,
    total,
    week_window,
    within,
)
from tests.domain.rest_given import ANNA, AT_EIGHT, AT_SIX, active, beredskap, of, span, stretch, wall

BO = StaffId("bo")
HOUR, MINUTE = timedelta(hours=1), timedelta(minutes=1)
MONDAY, SUNDAY = date(2026, 11, 16), date(2026, 11, 22)
WEEK = ordinary_work(OFFICE, MONDAY, SUNDAY)


def test_an_ordinary_week_with_beredskap_on_some_evenings_breaks_nothing() -> None:
    evenings = [beredskap(f"2026-11-{day} 17:00", "22:00") for day in (16, 17, 19)]

    assert check_rest({ANNA: [*WEEK, *evenings], BO: WEEK}, AT_SIX, MONDAY, SUNDAY) == []


def test_the_gravest_stands_first_and_each_person_is_named() -> None:
    disturbed = [*WEEK, beredskap("2026-11-17 17:00", "22:00"), active("2026-11-17 21:00", "21:59")]
    every_evening = [*WEEK, *(beredskap(f"2026-11-{day} 17:00", "22:00") for day in range(16, 23))]
    found = check_rest({ANNA: disturbed, BO: every_evening}, AT_EIGHT, MONDAY, SUNDAY)

    assert [(f.rule, f.level, f.staff) for f in found] == [
        (Rule.R4, Level.ERROR, BO),
        (Rule.R1, Level.ERROR, ANNA),
        (Rule.R2, Level.ERROR, ANNA),
        (Rule.R6, Level.TASK, ANNA),
    ]


def test_one_disturbed_turn_in_two_is_reported_of_the_group() -> None:
    turns = [beredskap(f"2026-11-{day} 17:00", "22:00") for day in (16, 17)]
    found = check_rest({ANNA: [*WEEK, *turns, active("2026-11-17 18:00", "18:20")]}, AT_SIX, MONDAY, SUNDAY)

    assert [(f.rule, f.staff, f.figures["disturbed"], f.figures["turns"]) for f in found] == [(Rule.R11, None, 1, 2)]


def test_one_more_shift_that_takes_the_weekly_rest() -> None:
    spans = [*WEEK, beredskap("2026-11-21 10:00", "22:00")]

    [found] = would_break(ANNA, spans, beredskap("2026-11-22 10:00", "22:00"), AT_SIX)
    assert (found.rule, found.level, found.found) == (Rule.R4, Level.ERROR, 17 * HOUR)
    assert would_break(ANNA, WEEK, beredskap("2026-11-19 17:00", "22:00"), AT_SIX) == []


def test_one_more_shift_is_not_blamed_for_what_was_broken_before() -> None:
    """The week has no weekly rest as it is: an evening within it changes nothing, one within the longest gap does."""
    evenings = [beredskap(f"2026-11-{day} 17:00", "22:00") for day in range(16, 23)]

    assert would_break(ANNA, [*WEEK, *evenings], beredskap("2026-11-18 17:00", "21:00"), AT_SIX) == []
    [found] = would_break(ANNA, [*WEEK, *evenings[:6]], evenings[6], AT_SIX)
    assert (found.rule, found.found) == (Rule.R4, 19 * HOUR)


def test_one_more_shift_over_the_month() -> None:
    turns = [beredskap(f"2026-12-{day:02} 00:00", f"2026-12-{day + 1:02} 00:00") for day in (1, 8, 15, 21, 28)]
    spans = [*turns, beredskap("2026-12-18 12:00", "22:00")]

    found = would_break(ANNA, spans, beredskap("2026-12-11 17:00", "17:01"), AT_SIX)
    assert [(f.rule, f.found) for f in found] == [(Rule.R7, 130 * HOUR + MINUTE)]


def test_spans_of_a_person() -> None:
    """Ordinary hours as they are assumed, beredskap as it is planned, and what was done in it."""
    shifts = [
        Shift(ShiftId(f"s{n}"), ANNA, NamndId("norrvik"), wall(f"2026-11-{day} 17:00"), wall(f"2026-11-{day} 22:00"))
        for n, day in enumerate((15, 16, 20))
    ]
    worked = stretch("2026-11-16 18:00", "18:20")
    spans = spans_of(
        [*shifts[:2], replace(shifts[2], is_backup=True)],
        AT_SIX,
        MONDAY,
        SUNDAY,
        active=[worked],
        away=frozenset({MONDAY}),
    )

    assert [s.stretch.starts_at.day for s in spans if s.kind is Kind.ORDINARY] == [17, 18, 19, 20]
    assert [s.stretch.starts_at.day for s in spans if s.kind is Kind.PASSIVE] == [16, 20]  # a backup is bound too
    assert [s.stretch for s in spans if s.kind is Kind.ACTIVE] == [worked]


def test_no_work_is_assumed_on_red_days_and_eves() -> None:
    christmas = ordinary_work(OFFICE, date(2026, 12, 21), date(2026, 12, 27))

    assert [s.stretch.starts_at.day for s in christmas] == [21, 22, 23]


def test_a_namnd_may_have_a_dygnsbryt_of_its_own() -> None:
    rules = RestRules(dygnsbryt_of={NamndId("norrvik"): time(8)})

    assert rules.in_namnd(NamndId("norrvik")).dygnsbryt == time(8)
    assert rules.in_namnd(NamndId("sodermark")).dygnsbryt == time(6)


def test_a_stretch_has_length_and_is_in_utc() -> None:
    with pytest.raises(ValueError, match="end after it starts"):
        Stretch(wall("2026-11-20 22:00"), wall("2026-11-20 22:00"))
    assert stretch("2026-11-20 22:00", "23:00").starts_at.tzinfo is UTC


# --- laws ---------------------------------------------------------------------

CHANGES = (date(2026, 3, 29), date(2026, 10, 25), date(2027, 3, 28), date(2026, 11, 18))


@st.composite
def some_weeks(draw: st.DrawFn) -> tuple[date, list[Span]]:
    """Return a day around a change of the clock or none, and spans of any kind in the days around it."""
    middle = draw(st.sampled_from(CHANGES))
    begins = datetime.combine(middle - timedelta(days=5), time(0), tzinfo=UTC)
    pieces = draw(
        st.lists(st.tuples(st.sampled_from(Kind), st.integers(0, 60 * 24 * 10), st.integers(1, 900)), max_size=12)
    )
    return middle, [
        a_span(kind, begins + start * MINUTE, begins + (start + length) * MINUTE) for kind, start, length in pieces
    ]


rules_made = st.sampled_from([AT_SIX, AT_EIGHT, RestRules(dygnsbryt=time(17))])


@given(week=some_weeks(), start=st.integers(0, 60 * 24 * 9), length=st.integers(1, 2000), rules=rules_made)
def test_passive_beredskap_never_changes_r1(
    week: tuple[date, list[Span]], start: int, length: int, rules: RestRules
) -> None:
    middle, spans = week
    begins = datetime.combine(middle - timedelta(days=5), time(0), tzinfo=UTC) + start * MINUTE
    more = a_span(Kind.PASSIVE, begins, begins + length * MINUTE)
    first, last = middle - timedelta(days=4), middle + timedelta(days=4)

    assert daily_rest(ANNA, [*spans, more], rules, first, last) == daily_rest(ANNA, spans, rules, first, last)
    assert {f.rule for f in would_break(ANNA, spans, more, rules)} <= {Rule.R4, Rule.R5, Rule.R7}


@given(week=some_weeks(), at=st.integers(1, 899), rules=rules_made)
def test_cutting_a_span_in_two_that_touch_changes_nothing(
    week: tuple[date, list[Span]], at: int, rules: RestRules
) -> None:
    middle, spans = week
    halves: list[Span] = []
    for one in spans:
        cut = one.stretch.starts_at + at * MINUTE
        parts = [(one.stretch.starts_at, cut), (cut, one.stretch.ends_at)] if cut < one.stretch.ends_at else []
        halves += [a_span(one.kind, *part) for part in parts] or [one]
    first, last = middle - timedelta(days=4), middle + timedelta(days=4)

    assert check_person(ANNA, halves, rules, first, last) == check_person(ANNA, spans, rules, first, last)
    assert check_person(ANNA, spans[::-1], rules, first, last) == check_person(ANNA, spans, rules, first, last)


@given(week=some_weeks(), start=st.integers(0, 60 * 24 * 9), length=st.integers(1, 900), rules=rules_made)
def test_more_work_never_gives_more_rest(
    week: tuple[date, list[Span]], start: int, length: int, rules: RestRules
) -> None:
    middle, spans = week
    begins = datetime.combine(middle - timedelta(days=5), time(0), tzinfo=UTC) + start * MINUTE
    more = a_span(Kind.ACTIVE, begins, begins + length * MINUTE)
    first, last = middle - timedelta(days=4), middle + timedelta(days=4)
    before, after = (daily_rest(ANNA, some, rules, first, last) for some in (spans, [*spans, more]))

    rest_after = {f.when: f.found for f in after}
    for finding in before:
        left = rest_after[finding.when]
        assert left is not None
        assert finding.found is not None
        assert left <= finding.found


@given(week=some_weeks(), rules=rules_made)
def test_work_and_free_time_fill_the_dygn_in_elapsed_time(week: tuple[date, list[Span]], rules: RestRules) -> None:
    middle, spans = week
    work = of_kinds(spans, WORK)
    window = dygn_at(wall(f"{middle} 02:30"), rules.dygnsbryt)

    assert total(within(work, window)) + total(gaps(work, window)) == window.length
    assert window.length in {23 * HOUR, 24 * HOUR, 25 * HOUR}
    assert window.starts_at <= wall(f"{middle} 02:30") < window.ends_at


@given(week=some_weeks())
def test_merged_stretches_are_apart_and_lose_no_time(week: tuple[date, list[Span]]) -> None:
    middle, spans = week
    found = merged(s.stretch for s in spans)
    window = week_window(middle - timedelta(days=middle.weekday()))
    probes: Sequence[datetime] = [window.starts_at + hour * HOUR for hour in range(160)]

    assert all(one.ends_at < other.starts_at for one, other in pairwise(found))
    for at in probes:
        is_busy = any(s.stretch.starts_at <= at < s.stretch.ends_at for s in spans)
        assert is_busy == any(s.starts_at <= at < s.ends_at for s in found)


@given(week=some_weeks(), rules=rules_made)
def test_what_one_more_span_breaks_is_found_by_the_whole_check(week: tuple[date, list[Span]], rules: RestRules) -> None:
    """`would_break` looks at a few days; it must say nothing that the check of all of them does not."""
    _, spans = week
    if not spans:
        return
    *others, more = spans
    window = days_window(date(2026, 3, 1), date(2026, 4, 30)).touches(more.stretch)
    first, last = (date(2026, 3, 1), date(2026, 4, 30)) if window else (date(2026, 10, 1), date(2027, 4, 30))
    whole = [f for f in check_person(ANNA, spans, rules, first, last) if f.rule is not Rule.R8]

    for finding in would_break(ANNA, others, more, rules):
        if finding.rule not in {Rule.R8, Rule.R9}:  # of these the worst is told, which may be elsewhere
            assert finding in whole


def test_jour_breaks_the_rest_and_counts_as_no_beredskap() -> None:
    found = check_person(
        ANNA, [*WEEK, span(Kind.JOUR, "2026-11-17 17:00", "2026-11-18 08:00")], AT_EIGHT, MONDAY, SUNDAY
    )

    assert [f.found for f in of(Rule.R1, found)] == [timedelta(0)]
    assert of(Rule.R7, found) == []
