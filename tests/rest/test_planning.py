"""The rest that a plan must leave: the vectors of facts/time.md that concern planning."""

from datetime import date, timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bot.domain.calendar import WeekHours
from bot.domain.rest.planning import Rest, breaches, gap_between, needless_days_off, rest_options, work_around
from bot.domain.rest.rules import OFFICE
from bot.domain.rest.spans import Stretch, merged, week_window
from bot.domain.rest.weekly import rest_in_week
from tests.rota.given import wall

HOUR = timedelta(hours=1)
NEVER = WeekHours()


def span(start: str, end: str) -> Stretch:
    return Stretch(wall(start), wall(end))


def found(
    *shifts: Stretch, ordinary: WeekHours = OFFICE, free: set[date] | None = None, hours: float = 130
) -> list[Rest]:
    given = breaches(shifts, hours=ordinary, rest_between=11 * HOUR, most_in_month=hours * HOUR, free=free or set())
    return [breach.rest for breach in given]


@pytest.mark.parametrize(
    ("end", "start", "rest"),
    [
        ("2026-10-24 22:00", "2026-10-25 08:00", 11),  # the wall clock says 10
        ("2026-03-28 22:00", "2026-03-29 09:00", 10),  # and here 11
        ("2027-03-27 22:00", "2027-03-28 09:00", 10),
        ("2026-11-16 22:00", "2026-11-17 07:00", 9),
    ],
)
def test_rest_between_shifts_is_elapsed_time(end: str, start: str, rest: int) -> None:
    first, second = Stretch(wall(end) - 5 * HOUR, wall(end)), Stretch(wall(start), wall(start) + HOUR)

    assert gap_between(first, second) == rest * HOUR
    assert (Rest.BETWEEN in found(first, second, ordinary=NEVER)) is (rest < 11)


def test_five_evenings_and_a_free_weekend_have_their_rest() -> None:
    evenings = [span(f"2026-11-{day} 17:00", f"2026-11-{day} 22:00") for day in range(16, 21)]

    assert found(*evenings) == []


def test_beredskap_every_day_leaves_no_weekly_rest() -> None:
    every = [span(f"2026-11-{day} 17:00", f"2026-11-{day} 22:00") for day in range(16, 23)]

    assert found(*every) == [Rest.WEEK]


@pytest.mark.parametrize(("start", "is_broken"), [("2026-11-22 20:00", False), ("2026-11-22 19:59", True)])
def test_36_hours_to_the_minute(start: str, is_broken: bool) -> None:
    """Free from Saturday 08.00: until Sunday 20.00 is 36 hours, until 19.59 is not."""
    friday = span("2026-11-20 22:00", "2026-11-21 08:00")

    assert (Rest.WEEK in found(friday, span(start, "2026-11-22 22:00"), free=set())) is is_broken


def test_the_week_of_each_clock_change() -> None:
    spring, autumn = week_window(date(2026, 3, 23)), week_window(date(2026, 10, 19))

    assert (spring.length, autumn.length) == (167 * HOUR, 169 * HOUR)
    until_saturday = Stretch(spring.starts_at, wall("2026-03-28 12:00"))
    assert rest_in_week([until_saturday], date(2026, 3, 23)) == 35 * HOUR  # wall clock 36
    assert found(span("2026-03-28 10:00", "2026-03-28 12:00")) == [Rest.WEEK]
    assert found(span("2026-10-25 23:00", "2026-10-26 00:00"), span("2026-10-24 10:00", "2026-10-24 12:00")) == []


def test_a_saturday_needs_a_day_off_and_a_sunday_does_not() -> None:
    """Why a proposal gives days off: after ordinary work on Friday no Saturday leaves 36 hours in its week."""
    saturday, sunday = span("2026-12-12 10:00", "2026-12-12 22:00"), span("2026-12-13 10:00", "2026-12-13 22:00")

    assert found(sunday) == []
    assert found(saturday) == [Rest.WEEK]
    assert found(saturday, free={date(2026, 12, 11)}) == []


def test_130_hours_in_a_month_and_a_minute_more() -> None:
    nights = [span(f"2026-11-{day:02} 17:00", f"2026-11-{day:02} 22:00") for day in range(2, 28)]
    longer = Stretch(nights[0].starts_at - timedelta(minutes=1), nights[0].ends_at)

    assert Rest.MONTH not in found(*nights, ordinary=NEVER)
    assert Rest.MONTH in found(longer, *nights[1:], ordinary=NEVER)


def test_options_name_the_days_off_that_help() -> None:
    saturday = span("2026-12-12 10:00", "2026-12-12 22:00")
    found = rest_options(date(2026, 12, 7), [saturday], OFFICE)

    free = {option.day_off for option in found if not option.disturbed_by}
    assert free == {date(2026, 12, day) for day in (8, 9, 10, 11)}  # a Monday is cut off by the end of the week before


def test_a_day_off_is_needless_when_the_saturday_is_gone() -> None:
    saturday = span("2026-12-12 10:00", "2026-12-12 22:00")
    monday, friday, wednesday = (date(2026, 12, day) for day in (7, 11, 9))

    assert needless_days_off(monday, [saturday], OFFICE, {friday}) == set()
    assert needless_days_off(monday, [], OFFICE, {friday}) == {friday}
    assert needless_days_off(monday, [saturday], OFFICE, {wednesday, friday}) == {friday}  # one is enough


SHIFTS = st.lists(
    st.tuples(st.integers(0, 160), st.integers(1, 14)), min_size=1, max_size=6, unique_by=lambda pair: pair[0]
)


@settings(deadline=None)
@given(SHIFTS, st.sampled_from([date(2026, 3, 23), date(2026, 10, 19), date(2026, 12, 21), date(2026, 11, 16)]))
def test_there_is_an_option_exactly_when_the_longest_rest_is_long_enough(
    pairs: list[tuple[int, int]], monday: date
) -> None:
    """The options are what the solver is held to, `rest_in_week` what R4 is checked by: they must agree."""
    start = week_window(monday).starts_at
    shifts = [Stretch(start + a * HOUR, start + (a + length) * HOUR) for a, length in pairs]

    options = rest_options(monday, shifts, OFFICE, may_be_off=False)

    longest = rest_in_week(merged([*shifts, *work_around(monday, OFFICE)]), monday)
    assert any(not option.disturbed_by for option in options) is (longest >= 36 * HOUR)


@settings(deadline=None)
@given(SHIFTS, st.frozensets(st.sampled_from([date(2026, 11, day) for day in range(16, 21)])))
def test_without_what_is_needless_the_week_rests_as_well_as_before(
    pairs: list[tuple[int, int]], given_days: frozenset[date]
) -> None:
    monday = date(2026, 11, 16)
    start = week_window(monday).starts_at
    shifts = [Stretch(start + a * HOUR, start + (a + length) * HOUR) for a, length in pairs]

    kept = given_days - needless_days_off(monday, shifts, OFFICE, given_days)

    def rests(days: frozenset[date]) -> bool:
        return rest_in_week(merged([*shifts, *work_around(monday, OFFICE, days)]), monday) >= 36 * HOUR

    assert rests(kept) is rests(given_days)
    assert not rests(given_days) or all(not rests(kept - {day}) for day in kept)
