"""Working days and wall-clock hours. The dates are those of the facts on time, sections 7, 11 and 13."""

from datetime import UTC, date, datetime, time, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.domain.calendar import (
    FREE_DAY,
    ONE_DAY,
    SATURDAY,
    STOCKHOLM,
    Hours,
    WeekHours,
    free_days,
    instant,
    is_working_day,
    local,
    next_working_day,
)

EVENING = Hours(time(17), time(22))
NIGHT = Hours(time(22), time(8))
days = st.dates(min_value=date(2020, 1, 1), max_value=date(2035, 12, 31))
instants = st.integers(0, 2 * 365 * 24 * 60).map(lambda n: datetime(2026, 1, 1, tzinfo=UTC) + timedelta(minutes=n))
clock_times = st.builds(time, st.integers(0, 23), st.sampled_from([0, 1, 30, 59]))
hours = st.builds(Hours, clock_times, clock_times)
weeks = st.builds(WeekHours, st.lists(st.tuples(st.integers(0, FREE_DAY), hours), max_size=6).map(tuple))


def wall(text: str, *, fold: int = 0) -> datetime:
    """Return a Stockholm wall-clock time as an aware instant."""
    return datetime.fromisoformat(text).replace(tzinfo=STOCKHOLM, fold=fold)


# --- working days ---

FREE_2026 = ["01-01", "01-06", "04-03", "04-06", "05-01", "05-14", "06-19", "12-24", "12-25", "12-31"]
FREE_2027 = ["01-01", "01-06", "03-26", "03-29", "05-06", "06-25", "12-24", "12-31"]


@pytest.mark.parametrize(("year", "free"), [(2026, FREE_2026), (2027, FREE_2027)])
def test_the_weekdays_that_are_free(year: int, free: list[str]) -> None:
    every_day = [date(year, 1, 1) + ONE_DAY * n for n in range(365)]
    found = [day for day in every_day if day.weekday() < SATURDAY and not is_working_day(day)]

    assert [f"{day:%m-%d}" for day in found] == free


@pytest.mark.parametrize("day", ["2026-04-02", "2026-05-15", "2026-10-30", "2027-01-05", "2026-04-30", "2026-12-23"])
def test_days_that_look_free_and_are_not(day: str) -> None:
    """Skärtorsdag, klämdag, allhelgonaafton, trettondagsafton, valborg, the day before julafton."""
    assert is_working_day(date.fromisoformat(day))


@pytest.mark.parametrize(
    ("duty", "summary"),
    [
        ("2026-11-20", "2026-11-23"),
        ("2026-12-23", "2026-12-28"),
        ("2026-12-24", "2026-12-28"),
        ("2026-12-30", "2027-01-04"),
        ("2026-04-02", "2026-04-07"),
        ("2026-04-30", "2026-05-04"),
        ("2026-05-13", "2026-05-15"),
        ("2026-06-18", "2026-06-22"),
        ("2026-06-05", "2026-06-08"),
        ("2026-10-30", "2026-11-02"),
        ("2027-01-05", "2027-01-07"),
        ("2027-03-25", "2027-03-30"),
        ("2027-06-24", "2027-06-28"),
    ],
)
def test_the_next_working_day(duty: str, summary: str) -> None:
    assert next_working_day(date.fromisoformat(duty)) == date.fromisoformat(summary)


def test_the_municipalitys_own_closed_days_count() -> None:
    planning = frozenset({date(2026, 11, 23)})

    assert not is_working_day(date(2026, 11, 23), planning)
    assert next_working_day(date(2026, 11, 20), planning) == date(2026, 11, 24)


@given(day=days, closed=st.frozensets(days, max_size=10))
def test_the_next_working_day_is_the_first_one_after(day: date, closed: frozenset[date]) -> None:
    following = next_working_day(day, closed)

    assert following > day
    assert is_working_day(following, closed)
    assert following.weekday() < SATURDAY
    assert following not in free_days(following.year) | closed
    between = (day + ONE_DAY * n for n in range(1, (following - day).days))
    assert not any(is_working_day(other, closed) for other in between)


# --- wall clock and instants ---


@pytest.mark.parametrize(
    ("day", "at", "utc"),
    [
        ("2026-03-28", "22:00", "2026-03-28T21:00"),
        ("2026-03-29", "08:00", "2026-03-29T06:00"),
        ("2026-03-29", "02:30", "2026-03-29T01:30"),  # does not exist: half past three
        ("2026-10-24", "22:00", "2026-10-24T20:00"),
        ("2026-10-25", "02:30", "2026-10-25T00:30"),  # comes twice: the first
        ("2026-10-25", "08:00", "2026-10-25T07:00"),
        ("2027-03-28", "08:00", "2027-03-28T06:00"),
        ("2026-07-01", "00:30", "2026-06-30T22:30"),
    ],
)
def test_a_wall_clock_time_is_one_instant(day: str, at: str, utc: str) -> None:
    found = instant(date.fromisoformat(day), time.fromisoformat(at))

    assert found == datetime.fromisoformat(utc).replace(tzinfo=UTC)
    assert found.utcoffset() == timedelta(0)


@given(instants)
def test_local_time_is_the_same_instant(at: datetime) -> None:
    assert local(at) == at
    assert local(at).tzinfo is STOCKHOLM


# --- hours ---

EVERY_EVENING = WeekHours(tuple((day, EVENING) for day in range(5)))
FRIDAY_NIGHT = WeekHours(((4, NIGHT),))
SATURDAY_NIGHT = WeekHours(((5, NIGHT),))
SUNDAY_MORNING = WeekHours(((6, Hours(time(2), time(3))),))


@pytest.mark.parametrize(
    ("week", "at", "expected"),
    [
        (EVERY_EVENING, "2026-11-20 16:59:59", False),
        (EVERY_EVENING, "2026-11-20 17:00", True),
        (EVERY_EVENING, "2026-11-20 21:59:59", True),
        (EVERY_EVENING, "2026-11-20 22:00", False),
        (EVERY_EVENING, "2026-11-21 18:00", False),  # Saturday
        (EVERY_EVENING, "2026-12-24 18:00", False),  # julafton, a Thursday
        (FRIDAY_NIGHT, "2026-11-20 21:59", False),
        (FRIDAY_NIGHT, "2026-11-20 22:00", True),
        (FRIDAY_NIGHT, "2026-11-21 01:30", True),  # Saturday 01.30 is Friday's
        (FRIDAY_NIGHT, "2026-11-21 07:59", True),
        (FRIDAY_NIGHT, "2026-11-21 08:00", False),
        (FRIDAY_NIGHT, "2026-11-21 22:00", False),
        (SATURDAY_NIGHT, "2026-03-29 01:59", True),
        (SATURDAY_NIGHT, "2026-03-29 03:00", True),
        (SATURDAY_NIGHT, "2026-03-29 08:00", False),
        (SATURDAY_NIGHT, "2026-10-25 07:59", True),
        (SATURDAY_NIGHT, "2026-10-25 08:00", False),
        (SATURDAY_NIGHT, "2027-03-28 07:59", True),
        (SATURDAY_NIGHT, "2027-03-28 08:00", False),
        (SUNDAY_MORNING, "2026-03-29 01:59", False),
        (SUNDAY_MORNING, "2026-03-29 03:00", False),  # two o'clock did not come that night
        (SUNDAY_MORNING, "2026-11-22 02:30", True),
    ],
)
def test_what_hours_cover(week: WeekHours, at: str, expected: bool) -> None:
    assert week.covers(wall(at)) is expected


@pytest.mark.parametrize("fold", [0, 1])
def test_an_hour_that_comes_twice_is_covered_twice(fold: int) -> None:
    assert SUNDAY_MORNING.covers(wall("2026-10-25 02:30", fold=fold))


def test_a_free_weekday_has_hours_of_its_own() -> None:
    week = WeekHours(((3, EVENING), (FREE_DAY, Hours(time(10), time(22)))))

    assert week.covers(wall("2026-12-24 10:00"))  # julafton, a Thursday
    assert not week.covers(wall("2026-12-17 10:00"))
    assert week.covers(wall("2026-12-17 17:00"))
    assert not week.covers(wall("2026-12-26 10:00"))  # annandag jul on a Saturday is a Saturday


def test_a_night_before_a_free_day_still_ends_in_it() -> None:
    week = WeekHours(((2, NIGHT),))

    assert week.covers(wall("2026-12-24 07:59"))  # Wednesday's night, into julafton
    assert not week.covers(wall("2026-12-24 08:00"))


def test_a_closed_day_is_a_free_day() -> None:
    week = WeekHours(((0, EVENING),))
    planning = frozenset({date(2026, 11, 23)})

    assert week.covers(wall("2026-11-23 18:00"))
    assert not week.covers(wall("2026-11-23 18:00"), planning)
    assert week.next_opening(wall("2026-11-22 12:00"), planning) == wall("2026-11-30 17:00")


def test_around_the_clock() -> None:
    always = WeekHours(tuple((day, Hours(time(0), time(0))) for day in range(8)))

    assert always.covers(wall("2026-12-24 00:00"))
    assert always.covers(wall("2026-12-24 23:59"))


@pytest.mark.parametrize(
    ("week", "after", "opening", "closing"),
    [
        (EVERY_EVENING, "2026-11-20 16:00", "2026-11-20 17:00", "2026-11-20 22:00"),
        (EVERY_EVENING, "2026-11-20 17:00", "2026-11-23 17:00", "2026-11-20 22:00"),
        (EVERY_EVENING, "2026-12-23 22:00", "2026-12-28 17:00", "2026-12-28 22:00"),
        (SATURDAY_NIGHT, "2026-03-28 23:00", "2026-04-04 22:00", "2026-03-29 08:00"),
        (SATURDAY_NIGHT, "2026-10-24 23:00", "2026-10-31 22:00", "2026-10-25 08:00"),
    ],
)
def test_when_it_opens_and_closes_next(week: WeekHours, after: str, opening: str, closing: str) -> None:
    assert week.next_opening(wall(after)) == wall(opening)
    assert week.next_closing(wall(after)) == wall(closing)


def test_what_never_opens_is_none() -> None:
    assert WeekHours().next_opening(wall("2026-11-20 17:00")) is None
    assert WeekHours().next_closing(wall("2026-11-20 17:00")) is None
    assert not WeekHours().covers(wall("2026-11-20 17:00"))


@given(week=weeks, at=instants, closed=st.frozensets(st.dates(date(2026, 1, 1), date(2027, 12, 31)), max_size=5))
def test_state_changes_only_at_an_opening_or_a_closing(week: WeekHours, at: datetime, closed: frozenset[date]) -> None:
    edges = [e for e in (week.next_opening(at, closed), week.next_closing(at, closed)) if e is not None]
    assert all(at < edge and edge.utcoffset() == timedelta(0) for edge in edges)
    until = min(edges, default=at + timedelta(days=3))
    if _touches_a_clock_change(at, until):
        return  # an edge may lie in the hour that is skipped or that comes twice
    step = (until - at) / 7
    states = {week.covers(at + step * n, closed) for n in range(7)}
    assert len(states) == 1


@given(week=weeks, at=instants)
def test_it_is_open_at_its_opening(week: WeekHours, at: datetime) -> None:
    opening = week.next_opening(at)

    assert opening is None or _touches_a_clock_change(opening, opening) or week.covers(opening)


def _touches_a_clock_change(start: datetime, end: datetime) -> bool:
    a, b = start - timedelta(hours=3), end + timedelta(hours=3)
    return local(a).utcoffset() != local(b).utcoffset()
