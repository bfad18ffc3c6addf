"""To which day and handover something belongs. The dates are those of the facts on time, sections 7, 11 and 13."""

from datetime import UTC, date, datetime, time, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.domain.calendar import ONE_DAY, STOCKHOLM, instant, is_working_day, local, next_working_day
from bot.domain.duty import Shift
from bot.domain.handover import Period, first_summary, latest_summary, next_summary, period_of, summary_on
from bot.domain.ids import NamndId, ShiftId, StaffId

EIGHT = time(8)
TICK = timedelta(microseconds=1)


def wall(text: str, *, fold: int = 0) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=STOCKHOLM, fold=fold).astimezone(UTC)


def day(text: str) -> date:
    return date.fromisoformat(text)


def shift(start: str, end: str) -> Shift:
    return Shift(ShiftId(start), StaffId("anna"), NamndId("norrvik"), wall(start), wall(end))


def night_of(duty_date: str) -> Shift:
    """Return a shift from 17.00 to 02.00."""
    return shift(f"{duty_date} 17:00", f"{day(duty_date) + ONE_DAY} 02:00")


def summary(at: str, during: Shift | None = None, closed: frozenset[date] = frozenset()) -> str:
    return summary_on(wall(at), during, EIGHT, closed).isoformat()


FRIDAY = night_of("2026-11-20")
SUNDAY_NIGHT = shift("2026-11-22 22:00", "2026-11-23 08:00")
SUNDAY_AND_LONGER = shift("2026-11-22 22:00", "2026-11-23 09:00")


@pytest.mark.parametrize(
    ("duty_date", "expected"),
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
def test_a_shift_is_handed_over_on_the_next_working_day(duty_date: str, expected: str) -> None:
    """Facts, time, section 11, every row of "Duty date | Summary day", from the first minute of the pass to its last.

    "A pass that crosses midnight belongs to its start date: Saturday 01:30 is Friday's pass."
    """
    night = night_of(duty_date)
    moments = (night.starts_at, wall(f"{duty_date} 21:59"), night.ends_at - TICK)

    assert [summary_on(at, night, EIGHT).isoformat() for at in moments] == [expected] * 3
    assert {period_of(at, night).day for at in moments} == {day(duty_date)}


@pytest.mark.parametrize(
    ("duty_dates", "expected"),
    [
        (["2026-12-23", "2026-12-24", "2026-12-25", "2026-12-26", "2026-12-27"], "2026-12-28"),
        (["2026-12-28"], "2026-12-29"),
        (["2026-04-02", "2026-04-03", "2026-04-04", "2026-04-05", "2026-04-06"], "2026-04-07"),
        (["2026-04-01"], "2026-04-02"),  # skärtorsdag is a working day
        (["2026-05-13", "2026-05-14"], "2026-05-15"),  # and so is a klämdag
        (["2026-05-15", "2026-05-16", "2026-05-17"], "2026-05-18"),
    ],
)
def test_a_long_weekend_is_handed_over_at_once(duty_dates: list[str], expected: str) -> None:
    for duty_date in duty_dates:
        assert summary(f"{duty_date} 21:00", night_of(duty_date)) == expected
        assert summary(f"{duty_date} 17:00") == expected  # and with nobody on duty


@pytest.mark.parametrize(
    ("at", "during", "expected"),
    [
        ("2026-11-20 16:59", None, "2026-11-23"),  # a Friday at the office
        ("2026-11-20 17:00", FRIDAY, "2026-11-23"),
        ("2026-11-21 01:30", FRIDAY, "2026-11-23"),
        ("2026-11-21 12:00", None, "2026-11-23"),
        ("2026-11-23 07:59", None, "2026-11-23"),  # the same Monday, in time for its handover
        ("2026-11-23 08:00", None, "2026-11-23"),
        ("2026-11-23 08:00:00.000001", None, "2026-11-24"),
        ("2026-11-23 08:30", None, "2026-11-24"),
        ("2026-11-23 07:58", SUNDAY_NIGHT, "2026-11-23"),
        ("2026-11-23 07:58", SUNDAY_AND_LONGER, "2026-11-23"),
        ("2026-11-23 08:00", SUNDAY_AND_LONGER, "2026-11-23"),
        ("2026-11-23 08:30", SUNDAY_AND_LONGER, "2026-11-23"),
        ("2026-11-20 07:30", shift("2026-11-20 07:00", "2026-11-20 22:00"), "2026-11-20"),  # before its own day's
        ("2026-11-20 08:30", shift("2026-11-20 07:00", "2026-11-20 22:00"), "2026-11-23"),
    ],
)
def test_which_handover_it_belongs_to(at: str, during: Shift | None, expected: str) -> None:
    assert summary(at, during) == expected


def test_a_shift_that_runs_past_the_hour_is_added_to_a_handover_that_is_due_already() -> None:
    """Facts, time, section 11: "what turns up after the post is added to it openly (*Tillägg 09.12*)"."""
    at = wall("2026-11-23 08:30")

    assert latest_summary(at, EIGHT)[0] == summary_on(at, SUNDAY_AND_LONGER, EIGHT)
    assert latest_summary(at, EIGHT)[0] < summary_on(at, None, EIGHT)


@pytest.mark.parametrize(
    ("at", "expected"),
    [
        ("2026-11-20 07:30", "2026-11-20"),
        ("2026-11-20 08:30", "2026-11-20"),  # still running when its own handover was due
        ("2026-11-20 23:30", "2026-11-20"),
        ("2026-11-21 00:00", "2026-11-23"),
        ("2026-11-21 12:00", "2026-11-23"),
        ("2026-11-22 16:59", "2026-11-23"),
    ],
)
def test_a_shift_of_three_days_never_adds_to_the_handover_of_a_day_that_has_passed(at: str, expected: str) -> None:
    """Thursday to Sunday by one person: Monday's meeting would be told that nothing had come in on Saturday."""
    assert summary(at, shift("2026-11-19 17:00", "2026-11-22 17:00")) == expected


def test_a_closed_day_of_the_municipality_moves_the_handover() -> None:
    """Facts, time, section 7: the city's own list "may move the *summary*, never a statutory date"."""
    planning, klamdag = frozenset({day("2026-11-23")}), frozenset({day("2026-05-15")})

    assert summary("2026-11-21 01:30", FRIDAY, planning) == "2026-11-24"
    assert summary("2026-11-20 16:59", closed=planning) == "2026-11-24"
    assert summary("2026-11-23 07:59", closed=planning) == "2026-11-24"
    assert summary("2026-11-23 08:30", SUNDAY_AND_LONGER, planning) == "2026-11-24"
    assert summary("2026-05-13 21:00", night_of("2026-05-13"), klamdag) == "2026-05-18"
    assert latest_summary(wall("2026-11-23 09:00"), EIGHT, planning)[0] == day("2026-11-20")


def test_another_hour_than_eight() -> None:
    half_past_nine, before = time(9, 30), wall("2026-11-23 09:00")

    assert summary_on(before, None, half_past_nine) == day("2026-11-23")
    assert latest_summary(before, half_past_nine) == (day("2026-11-20"), wall("2026-11-20 09:30"))


# --- periods ---


@pytest.mark.parametrize(
    ("at", "during", "expected"),
    [
        ("2026-11-20 17:00", FRIDAY, Period(f"shift:{FRIDAY.id}", date(2026, 11, 20), FRIDAY.id)),
        ("2026-11-21 01:30", FRIDAY, Period(f"shift:{FRIDAY.id}", date(2026, 11, 20), FRIDAY.id)),
        ("2026-11-21 01:30", None, Period("day:2026-11-21", date(2026, 11, 21))),
        ("2026-11-21 00:00", None, Period("day:2026-11-21", date(2026, 11, 21))),
        ("2026-11-20 23:59:59", None, Period("day:2026-11-20", date(2026, 11, 20))),
        ("2026-07-01 00:30", None, Period("day:2026-07-01", date(2026, 7, 1))),  # still June in UTC
    ],
)
def test_saturday_half_past_one_is_fridays(at: str, during: Shift | None, expected: Period) -> None:
    """Facts, time, section 11: "A pass that crosses midnight belongs to its start date"."""
    assert period_of(wall(at), during) == expected


# --- the nights when the clock changes ---


@pytest.mark.parametrize(
    ("saturday", "moments", "expected", "due", "before"),
    [
        ("2026-03-28", [("01:59", 0), ("03:00", 0), ("07:59", 0)], "2026-03-30", "2026-03-30T06:00", "2026-03-27"),
        (
            "2026-10-24",
            [("01:59", 0), ("02:30", 0), ("02:30", 1), ("03:00", 0), ("07:59", 0)],
            "2026-10-26",
            "2026-10-26T07:00",
            "2026-10-23",
        ),
        ("2027-03-27", [("01:59", 0), ("03:00", 0), ("07:59", 0)], "2027-03-30", "2027-03-30T06:00", "2027-03-25"),
    ],
)
def test_a_night_when_the_clock_changes(
    saturday: str, moments: list[tuple[str, int]], expected: str, due: str, before: str
) -> None:
    """Facts, time: "A pass Sat 17:00 to Sun 08:00" on 2026-03-29, 2026-10-25 and 2027-03-28, which is Easter."""
    sunday = day(saturday) + ONE_DAY
    night = shift(f"{saturday} 17:00", f"{sunday} 08:00")
    due_at = datetime.fromisoformat(due).replace(tzinfo=UTC)
    said = [wall(f"{saturday} 17:00"), *(wall(f"{sunday} {clock}", fold=fold) for clock, fold in moments)]

    assert said == sorted(set(said))
    assert {period_of(at, night) for at in said} == {Period(f"shift:{night.id}", day(saturday), night.id)}
    assert {summary_on(at, night, EIGHT) for at in said} == {day(expected)}
    assert {latest_summary(at, EIGHT)[0] for at in said} == {day(before)}
    assert latest_summary(due_at - TICK, EIGHT) == (day(before), wall(f"{before} 08:00"))
    assert latest_summary(due_at, EIGHT) == (day(expected), due_at)


# --- what is due ---


@pytest.mark.parametrize(
    ("now", "expected"),
    [
        ("2026-11-23 07:59:59.999999", "2026-11-20"),
        ("2026-11-23 08:00", "2026-11-23"),
        ("2026-11-23 08:00:00.000001", "2026-11-23"),
        ("2026-11-23 23:59", "2026-11-23"),
        ("2026-11-24 00:00", "2026-11-23"),
        ("2026-11-22 12:00", "2026-11-20"),
        ("2026-12-27 12:00", "2026-12-23"),
        ("2026-12-28 07:59", "2026-12-23"),
        ("2026-12-28 08:00", "2026-12-28"),
        ("2027-01-04 07:59", "2026-12-30"),  # nyårsafton, nyårsdagen and a weekend
        ("2026-04-07 07:59", "2026-04-02"),
        ("2026-04-07 08:00", "2026-04-07"),
    ],
)
def test_the_newest_handover_that_is_due(now: str, expected: str) -> None:
    assert latest_summary(wall(now), EIGHT) == (day(expected), wall(f"{expected} 08:00"))


@pytest.mark.parametrize(
    ("after", "expected"),
    [
        ("2026-11-23 07:59:59.999999", "2026-11-23 08:00"),
        ("2026-11-23 08:00", "2026-11-24 08:00"),  # that one is being posted
        ("2026-12-23 08:00", "2026-12-28 08:00"),
        ("2026-03-27 09:00", "2026-03-30 08:00"),
        ("2026-10-23 09:00", "2026-10-26 08:00"),
    ],
)
def test_the_next_handover_that_will_be_due(after: str, expected: str) -> None:
    assert next_summary(wall(after), EIGHT) == wall(expected)


# --- laws ---

dates = st.dates(date(2025, 12, 20), date(2028, 1, 20))
closed_days = st.frozensets(dates, max_size=8)
hours = st.builds(time, st.integers(0, 23), st.sampled_from([0, 15, 30]))
clock_times = hours | st.builds(time, st.integers(0, 23), st.integers(0, 59), st.integers(0, 59))
instants = st.builds(instant, st.dates(date(2026, 1, 1), date(2027, 12, 31)), clock_times)
clock_changes = st.sampled_from([wall("2026-03-28 17:00"), wall("2026-10-24 17:00"), wall("2027-03-27 17:00")])


@st.composite
def said_in_a_shift(draw: st.DrawFn, longest: int = 72) -> tuple[datetime, Shift]:
    """Draw a shift of at most `longest` hours, and an instant in it."""
    starts_at = draw(st.one_of(instants, instants, clock_changes))
    length = draw(st.sampled_from(range(1, longest + 1))) * timedelta(hours=1)
    made = Shift(ShiftId("s"), StaffId("anna"), NamndId("norrvik"), starts_at, starts_at + length)
    return starts_at + length * draw(st.sampled_from(range(100))) / 100, made


said = st.tuples(instants, st.none()) | said_in_a_shift()


@given(said, hours, closed_days)
def test_a_handover_is_on_a_working_day_and_never_before_the_day_it_was_said(
    said: tuple[datetime, Shift | None], hour: time, closed: frozenset[date]
) -> None:
    at, during = said
    found = summary_on(at, during, hour, closed)

    assert is_working_day(found, closed)
    assert found >= local(at).date()


@given(said, hours, closed_days)
def test_what_is_said_is_handed_over_at_the_first_chance_or_added_to_the_one_its_shift_ran_into(
    said: tuple[datetime, Shift | None], hour: time, closed: frozenset[date]
) -> None:
    at, during = said
    found = summary_on(at, during, hour, closed)
    due_at = instant(found, hour)

    if due_at < at:
        assert during is not None
        assert during.starts_at < due_at < during.ends_at
        assert latest_summary(at, hour, closed) == (found, due_at)  # no newer one has been due
    else:
        earlier = (local(at).date() + ONE_DAY * n for n in range((found - local(at).date()).days))
        assert not any(is_working_day(other, closed) and at <= instant(other, hour) for other in earlier)


@given(said_in_a_shift(), hours, closed_days)
def test_a_shift_between_two_handovers_has_one(
    said: tuple[datetime, Shift], hour: time, closed: frozenset[date]
) -> None:
    """The rule of the facts, "duty date, summary day", for a shift that begins after the hour of its day."""
    at, during = said
    own = next_working_day(local(during.starts_at).date(), closed)

    if instant(local(during.starts_at).date(), hour) < during.starts_at and during.ends_at <= instant(own, hour):
        assert summary_on(at, during, hour, closed) == own


@given(instants, hours, closed_days)
def test_the_next_handover_follows_the_latest(now: datetime, hour: time, closed: frozenset[date]) -> None:
    latest, due_at = latest_summary(now, hour, closed)
    following = next_working_day(latest, closed)

    assert is_working_day(latest, closed)
    assert due_at == instant(latest, hour) <= now < next_summary(now, hour, closed) == instant(following, hour)
    assert first_summary(due_at, hour, closed) == latest
    assert first_summary(now, hour, closed) == (latest if due_at == now else following)


@given(instants, instants, hours, closed_days)
def test_what_is_said_later_is_never_handed_over_earlier(
    one: datetime, other: datetime, hour: time, closed: frozenset[date]
) -> None:
    first, then = sorted((one, other))

    assert summary_on(first, None, hour, closed) <= summary_on(then, None, hour, closed)
    assert latest_summary(first, hour, closed) <= latest_summary(then, hour, closed)


@given(said_in_a_shift(), st.integers(0, 72 * 3600), hours, closed_days)
def test_nor_within_a_shift(said: tuple[datetime, Shift], seconds: int, hour: time, closed: frozenset[date]) -> None:
    at, during = said
    later = min(at + timedelta(seconds=seconds), during.ends_at - TICK)

    assert summary_on(at, during, hour, closed) <= summary_on(max(at, later), during, hour, closed)


@given(st.tuples(instants, st.none()) | said_in_a_shift(longest=24), hours, closed_days, closed_days)
def test_closed_days_only_ever_move_it_later(
    said: tuple[datetime, Shift | None], hour: time, closed: frozenset[date], more: frozenset[date]
) -> None:
    at, during = said

    assert summary_on(at, during, hour, closed) <= summary_on(at, during, hour, closed | more)
    assert latest_summary(at, hour, closed) >= latest_summary(at, hour, closed | more)


@given(said)
def test_a_period_begins_on_the_day_it_was_said_or_before(said: tuple[datetime, Shift | None]) -> None:
    at, during = said
    period = period_of(at, during)

    assert period.day <= local(at).date()
    assert period.shift_id == (None if during is None else during.id)
    assert period == period_of(at if during is None else during.starts_at, during)
