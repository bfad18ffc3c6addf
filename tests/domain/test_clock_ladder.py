"""When a clock is spoken of: never at night, never on a day off, and always once more while it runs."""

from collections.abc import Iterator
from dataclasses import replace
from datetime import date, datetime, timedelta
from itertools import islice

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.domain.calendar import WeekHours, local
from bot.domain.clock_ladder import Rung, Step, moved_ahead, next_rung, speaks_now
from bot.domain.clocks import ClockKind, ClockRules, Counting, is_working_time, limit_of, next_morning
from bot.domain.deadline import Deadline, Outcome, Talk
from bot.domain.ids import DeadlineId, NamndId, ReportId, StaffId
from tests.domain.test_clocks import (
    ANMALARE,
    BARN,
    FORHAND,
    HALF_AN_HOUR,
    HOUR,
    NEVER,
    NO_FRIDAYS,
    NONE_CLOSED,
    OFFICE,
    PLANNING,
    SHORT_FRIDAY,
    SKYDD,
    TALK,
    UTREDNING,
    WITH_LUNCH,
    said,
    span,
    wall,
)

RULES = ClockRules()
REACHABLE = Talk(has_contact=True)
OFFICES = [OFFICE, SHORT_FRIDAY, WITH_LUNCH, NO_FRIDAYS, HALF_AN_HOUR, NEVER]


def a_clock(
    kind: ClockKind,
    starts_at: datetime,
    *,
    talk: Talk = REACHABLE,
    office: WeekHours = OFFICE,
    closed: frozenset[date] = NONE_CLOSED,
    rules: ClockRules = RULES,
    registered_at: datetime | None = None,
) -> Deadline:
    return Deadline(
        DeadlineId("d"),
        ReportId("r"),
        NamndId("norrvik"),
        kind,
        "K-1",
        starts_at,
        starts_at,
        limit_of(kind, starts_at, rules, office, closed),
        registered_at or starts_at,
        talk=talk if kind is TALK else None,
    )


def rungs(
    clock: Deadline,
    *,
    after: datetime | None = None,
    office: WeekHours = OFFICE,
    closed: frozenset[date] = NONE_CLOSED,
    rules: ClockRules = RULES,
) -> Iterator[Rung]:
    """Yield one after the other, each asked for after the one before."""
    at = after or clock.registered_at
    while (rung := next_rung(clock, rules, office, at, closed)) is not None:
        yield rung
        at = rung.at


def ladder(
    clock: Deadline,
    steps: int,
    *,
    after: datetime | None = None,
    office: WeekHours = OFFICE,
    closed: frozenset[date] = NONE_CLOSED,
    rules: ClockRules = RULES,
) -> list[str]:
    """Return the first steps as wall-clock times; those that come at once are marked with "!"."""
    found = islice(rungs(clock, after=after, office=office, closed=closed, rules=rules), steps)
    return [f"{local(rung.at):%a %m-%d %H:%M}{'!' if rung.step is Step.NOW else ''}" for rung in found]


# --- allvarssamtal ---


def test_in_the_middle_of_the_week() -> None:
    """24 and 40 hours, what falls in the night said in the last hour before it; each morning; the last hour."""
    assert ladder(a_clock(TALK, wall("2026-11-17 10:00")), 7) == [
        "Wed 11-18 08:00",
        "Wed 11-18 10:00!",
        "Wed 11-18 16:00!",  # 40 hours are Thursday 02.00
        "Thu 11-19 08:00",
        "Thu 11-19 09:00!",
        "Fri 11-20 08:00",  # overdue
        "Mon 11-23 08:00",
    ]


def test_what_runs_out_on_sunday_is_said_in_the_last_hour_of_friday() -> None:
    """Fri 2026-11-20 14.20: the time runs out on Sunday, when nobody works. 24 and 40 hours fall there too."""
    clock = a_clock(TALK, wall("2026-11-20 14:20"))

    assert ladder(clock, 3) == ["Fri 11-20 16:00!", "Mon 11-23 08:00", "Tue 11-24 08:00"]


def test_what_comes_in_within_the_last_hour_is_said_at_once() -> None:
    """Fri 2026-11-20 16.00 | due Sun 16.00: facts on time, section 9. The last hour has already begun."""
    clock = a_clock(TALK, wall("2026-11-20 16:00"))
    earlier = replace(clock, registered_at=wall("2026-11-20 15:59"))

    assert ladder(clock, 2) == ["Fri 11-20 16:10!", "Mon 11-23 08:00"]
    assert ladder(earlier, 2) == ["Fri 11-20 16:00!", "Mon 11-23 08:00"]
    assert ladder(replace(clock, registered_at=wall("2026-11-20 16:56")), 1) == ["Fri 11-20 16:58!"]


def test_a_short_friday() -> None:
    """08-15: a report at 14.20 must be acted on before 15.00."""
    clock = a_clock(TALK, wall("2026-11-20 14:20"), office=SHORT_FRIDAY)
    in_the_morning = a_clock(TALK, wall("2026-11-20 09:00"), office=SHORT_FRIDAY)

    assert ladder(clock, 2, office=SHORT_FRIDAY) == ["Fri 11-20 14:30!", "Mon 11-23 08:00"]
    assert ladder(in_the_morning, 2, office=SHORT_FRIDAY) == ["Fri 11-20 14:00!", "Mon 11-23 08:00"]


@pytest.mark.parametrize("received", ["2026-11-20 17:30", "2026-11-21 03:00", "2026-11-21 12:00", "2026-11-22 23:00"])
def test_a_report_that_leaves_no_working_time_is_spoken_of_the_next_working_morning(received: str) -> None:
    clock = a_clock(TALK, wall(received))

    first = next(rungs(clock))
    assert (said(first.at), first.step) == ("2026-11-23 08:00", Step.MORNING)


def test_when_the_limit_falls_soon_after_the_office_opens_its_last_hour_is_the_day_before() -> None:
    """Until 08.10 there are ten minutes of that day: nothing is said at 07.10."""
    in_the_week = a_clock(TALK, wall("2026-11-17 08:10"))
    on_a_saturday = a_clock(TALK, wall("2026-11-21 08:10"))  # Friday has passed: said when the office opens

    assert "Wed 11-18 16:10!" in ladder(in_the_week, 6)
    assert ladder(on_a_saturday, 2) == ["Mon 11-23 08:00!", "Tue 11-24 08:00"]


def test_an_office_that_is_open_half_an_hour() -> None:
    """10.00-10.30: its last hour is that of two days."""
    clock = a_clock(TALK, wall("2026-11-16 10:10"), office=HALF_AN_HOUR)

    assert ladder(clock, 5, office=HALF_AN_HOUR) == [
        "Mon 11-16 10:20!",  # until Wednesday 10.10 there is an hour in all
        "Tue 11-17 10:00",
        "Tue 11-17 10:10!",
        "Wed 11-18 10:00",
        "Thu 11-19 10:00",
    ]


def test_the_last_hour_steps_over_lunch() -> None:
    """Due at 13.20, after twenty minutes of the afternoon: 11.20, and not 12.20 when nobody is there."""
    clock = a_clock(TALK, wall("2026-11-17 13:20"), office=WITH_LUNCH)

    assert "Thu 11-19 11:20!" in ladder(clock, 8, office=WITH_LUNCH)
    late = a_clock(TALK, wall("2026-11-17 13:20"), office=WITH_LUNCH, registered_at=wall("2026-11-19 11:55"))
    assert ladder(late, 1, office=WITH_LUNCH) == ["Thu 11-19 13:00!"]


@pytest.mark.parametrize(
    ("received", "steps"),
    [
        # Fri 2027-03-26 is långfredag and Mon 03-29 annandag påsk: nothing from Thursday to Tuesday
        ("2027-03-25 16:30", ["Thu 03-25 16:40!", "Tue 03-30 08:00"]),
        ("2026-10-23 10:00", ["Fri 10-23 16:00!", "Mon 10-26 08:00"]),  # due Sun 10-25 09.00
        ("2026-10-24 10:00", ["Mon 10-26 08:00!", "Tue 10-27 08:00"]),  # due Mon 10-26 09.00
        ("2026-03-27 10:00", ["Fri 03-27 16:00!", "Mon 03-30 08:00"]),  # due Sun 03-29 11.00
        ("2026-03-28 10:00", ["Mon 03-30 08:00", "Mon 03-30 10:00!"]),  # due Mon 03-30 11.00
    ],
)
def test_over_easter_and_the_nights_when_the_clock_is_changed(received: str, steps: list[str]) -> None:
    assert ladder(a_clock(TALK, wall(received)), 2) == steps


def test_the_municipalitys_own_closed_days_are_days_off() -> None:
    clock = a_clock(TALK, wall("2026-11-20 10:00"), closed=PLANNING)

    assert ladder(clock, 2, closed=PLANNING) == ["Fri 11-20 16:00!", "Tue 11-24 08:00"]


def test_where_hours_are_counted_otherwise_the_ladder_is_too() -> None:
    rules = ClockRules(talk_counting=Counting.WORKING_DAYS)
    clock = a_clock(TALK, wall("2026-11-20 16:00"), rules=rules)  # due Tuesday 16.00

    assert ladder(clock, 5, rules=rules) == [
        "Mon 11-23 08:00",
        "Mon 11-23 16:00!",  # 24 hours
        "Tue 11-24 08:00!",  # 40 hours
        "Tue 11-24 15:00!",
        "Wed 11-25 08:00",
    ]


def test_missing_contact_details_are_asked_for_soon() -> None:
    without = a_clock(TALK, wall("2026-11-17 10:00"), talk=Talk())
    in_the_evening = a_clock(TALK, wall("2026-11-17 15:30"), talk=Talk())

    assert ladder(without, 1) == ["Tue 11-17 12:00!"]
    assert ladder(in_the_evening, 2) == ["Tue 11-17 16:00!", "Wed 11-18 08:00"]  # 17.30 is said before closing
    assert ladder(replace(without, talk=REACHABLE), 1) == ["Wed 11-18 08:00"]


def test_a_police_hold_is_asked_about_each_morning_and_presses_nobody() -> None:
    clock = a_clock(TALK, wall("2026-11-17 10:00"), talk=Talk(police_hold=True))

    assert ladder(clock, 4) == ["Wed 11-18 08:00", "Thu 11-19 08:00", "Fri 11-20 08:00", "Mon 11-23 08:00"]


SUMMONED = Talk(
    has_contact=True, child_summoned_at=wall("2026-11-17 11:00"), guardian_summoned_at=wall("2026-11-17 11:00")
)


def test_once_summoned_the_answer_is_waited_for_and_nobody_hurried() -> None:
    clock = a_clock(TALK, wall("2026-11-17 10:00"), talk=SUMMONED)

    assert ladder(clock, 3) == ["Wed 11-18 08:00", "Thu 11-19 08:00", "Fri 11-20 08:00"]


def test_a_booked_talk_is_quiet_until_an_hour_after_it() -> None:
    clock = a_clock(TALK, wall("2026-11-17 10:00"), talk=replace(SUMMONED, booked_at=wall("2026-11-26 15:00")))
    late = replace(clock, talk=replace(SUMMONED, booked_at=wall("2026-11-26 16:30")))
    on_a_friday_evening = replace(clock, talk=replace(SUMMONED, booked_at=wall("2026-11-27 18:00")))

    assert ladder(clock, 3) == ["Thu 11-26 16:00!", "Fri 11-27 08:00", "Mon 11-30 08:00"]
    assert ladder(late, 2) == ["Fri 11-27 08:00", "Mon 11-30 08:00"]
    assert ladder(on_a_friday_evening, 1) == ["Mon 11-30 08:00"]


def test_the_question_after_a_talk_is_not_lost_when_something_happens_meanwhile() -> None:
    clock = a_clock(TALK, wall("2026-11-17 10:00"), talk=replace(SUMMONED, booked_at=wall("2026-11-26 15:00")))

    assert ladder(clock, 2, after=wall("2026-11-26 15:30")) == ["Thu 11-26 16:00!", "Fri 11-27 08:00"]
    assert ladder(clock, 1, after=wall("2026-11-26 16:00")) == ["Fri 11-27 08:00"]


def test_a_talk_that_is_booked_though_not_both_were_summoned_is_spoken_of_when_it_is_overdue() -> None:
    """It counts as late, and its leader sees it: whoever has it must too."""
    booked = Talk(has_contact=True, guardian_summoned_at=wall("2026-11-17 11:00"), booked_at=wall("2026-11-24 10:00"))
    clock = a_clock(TALK, wall("2026-11-17 10:00"), talk=booked)  # due Thursday 10.00

    assert ladder(clock, 4) == ["Fri 11-20 08:00", "Mon 11-23 08:00", "Tue 11-24 08:00", "Tue 11-24 11:00!"]


# --- the others ---


def test_the_fourteen_days() -> None:
    """For Fri 2026-11-20: D+7 = 11-27, D+11 = 12-01 (facts on time, section 8); the plan day and its last hour."""
    assert ladder(a_clock(FORHAND, wall("2026-11-20 09:00")), 6) == [
        "Fri 11-27 08:00",
        "Tue 12-01 08:00",
        "Fri 12-04 08:00",
        "Fri 12-04 16:00!",
        "Mon 12-07 08:00",  # overdue
        "Tue 12-08 08:00",
    ]


def test_what_falls_on_days_off_is_said_before_them() -> None:
    """Thu 2026-12-10 | Thu 12-24 julafton | Wed 12-23."""
    assert ladder(a_clock(FORHAND, wall("2026-12-10 09:00")), 5) == [
        "Thu 12-17 08:00",
        "Mon 12-21 08:00",
        "Wed 12-23 08:00",
        "Wed 12-23 16:00!",
        "Mon 12-28 08:00",
    ]
    assert ladder(a_clock(FORHAND, wall("2026-11-14 09:00")), 3) == [  # a Saturday
        "Fri 11-20 08:00",
        "Wed 11-25 08:00",
        "Fri 11-27 08:00",
    ]


def test_four_months() -> None:
    """2026-10-31 to 2027-02-28, a Sunday."""
    assert ladder(a_clock(UTREDNING, wall("2026-10-31 09:00")), 6) == [
        "Fri 01-29 08:00",
        "Fri 02-12 08:00",  # the 14th is a Sunday
        "Fri 02-19 08:00",
        "Fri 02-26 08:00",
        "Fri 02-26 16:00!",
        "Mon 03-01 08:00",
    ]


@pytest.mark.parametrize(
    ("received", "steps"),
    [
        ("2026-11-18 10:00", ["Wed 11-18 16:00!", "Thu 11-19 08:00"]),  # the same day
        ("2026-11-18 15:30", ["Thu 11-19 08:00", "Thu 11-19 16:00!"]),  # the next
        ("2026-11-20 16:00", ["Fri 11-20 16:10!", "Mon 11-23 08:00"]),  # Saturday: said before, and as passed
        ("2026-11-21 14:00", ["Mon 11-23 08:00", "Tue 11-24 08:00"]),  # Saturday itself: first thing, as passed
        ("2026-11-22 16:00", ["Mon 11-23 08:00", "Mon 11-23 16:00!"]),
    ],
)
def test_the_omedelbara_skyddsbedomningen(received: str, steps: list[str]) -> None:
    assert ladder(a_clock(SKYDD, wall(received)), 2) == steps


@pytest.mark.parametrize("kind", [ANMALARE, BARN])
def test_the_feedback(kind: ClockKind) -> None:
    """Decision 2026-11-20: 2026-11-27."""
    assert ladder(a_clock(kind, wall("2026-11-20 15:00")), 3) == [
        "Fri 11-27 08:00",
        "Fri 11-27 16:00!",
        "Mon 11-30 08:00",
    ]


def test_what_is_overdue_is_said_each_working_morning() -> None:
    assert ladder(a_clock(FORHAND, wall("2026-12-10 09:00")), 6, after=wall("2026-12-28 08:00")) == [
        "Tue 12-29 08:00",
        "Wed 12-30 08:00",
        "Mon 01-04 08:00",
        "Tue 01-05 08:00",
        "Thu 01-07 08:00",
        "Fri 01-08 08:00",
    ]


@pytest.mark.parametrize("state", ["settled", "withdrawn"])
def test_what_is_done_is_spoken_of_no_more(state: str) -> None:
    clock = a_clock(FORHAND, wall("2026-11-20 09:00"))
    anna, at = StaffId("anna"), wall("2026-11-23 09:00")
    done = (
        clock.settle(Outcome.INLEDS, anna, at=at, on=date(2026, 11, 23))
        if state == "settled"
        else clock.withdraw(anna, at=at)
    )

    assert next_rung(done, RULES, OFFICE, at, NONE_CLOSED) is None


# --- snooze ---


def test_a_snooze_silences_until_its_end_and_no_longer() -> None:
    clock = a_clock(FORHAND, wall("2026-11-20 09:00"))
    snoozed = replace(clock, snoozed_until=date(2026, 12, 2))

    assert ladder(snoozed, 3, after=wall("2026-11-26 10:00")) == [
        "Wed 12-02 08:00",  # no day of the ladder, but the day that was promised
        "Fri 12-04 08:00",
        "Fri 12-04 16:00!",
    ]
    assert ladder(snoozed, 1, after=wall("2026-12-02 08:00")) == ["Fri 12-04 08:00"]


def test_a_snooze_that_ends_on_a_day_off_ends_the_next_working_morning() -> None:
    clock = replace(a_clock(TALK, wall("2026-11-18 10:00")), snoozed_until=date(2026, 11, 21))

    assert ladder(clock, 2) == ["Mon 11-23 08:00", "Tue 11-24 08:00"]


def test_what_runs_out_during_a_snooze_waits_for_its_end() -> None:
    clock = replace(a_clock(TALK, wall("2026-11-17 10:00")), snoozed_until=date(2026, 11, 25))

    assert ladder(clock, 2) == ["Wed 11-25 08:00", "Thu 11-26 08:00"]


# --- helpers ---


def test_moved_ahead() -> None:
    assert said(moved_ahead(wall("2026-11-20 16:30"), OFFICE, NONE_CLOSED)) == "2026-11-20 16:30"
    assert said(moved_ahead(wall("2026-11-22 08:00"), OFFICE, NONE_CLOSED)) == "2026-11-20 16:00"
    assert said(moved_ahead(wall("2026-11-20 02:00"), OFFICE, NONE_CLOSED)) == "2026-11-19 16:00"
    assert said(moved_ahead(wall("2026-11-20 12:30"), WITH_LUNCH, NONE_CLOSED)) == "2026-11-20 11:00"
    assert said(moved_ahead(wall("2026-11-22 08:00"), NEVER, NONE_CLOSED)) == "2026-11-20 16:00"


def test_a_handlaggare_may_be_told_something_when_the_office_is_open() -> None:
    assert speaks_now(wall("2026-11-20 08:00"), OFFICE, NONE_CLOSED)
    assert not speaks_now(wall("2026-11-20 17:00"), OFFICE, NONE_CLOSED)
    assert not speaks_now(wall("2026-11-21 10:00"), WeekHours(span("08:00", "17:00", 5)), NONE_CLOSED)
    assert not speaks_now(wall("2026-11-23 10:00"), OFFICE, PLANNING)


# --- laws ---

NEAR_THE_CHANGES = [wall(day) for day in ("2026-03-25 00:00", "2026-10-21 00:00", "2027-03-23 00:00")]
starts = st.builds(
    lambda at, minutes: at + timedelta(minutes=minutes),
    st.sampled_from([*NEAR_THE_CHANGES, wall("2026-12-18 00:00"), wall("2026-11-16 00:00")]),
    st.integers(0, 10 * 24 * 60),
)
later = st.integers(0, 40 * 24 * 60).map(lambda n: timedelta(minutes=n))
maybe = st.none() | later
closures = st.frozensets(
    st.sampled_from([wall(day) for day in ("2026-03-27 12:00", "2026-10-26 12:00", "2026-11-23 12:00")]).map(
        lambda at: at.date()
    )
)


@st.composite
def clocks(draw: st.DrawFn) -> tuple[Deadline, ClockRules, WeekHours, frozenset[date]]:
    """Draw a running clock of any kind and standing, with the rules and hours of its nämnd."""
    office, closed, at = draw(st.sampled_from(OFFICES)), draw(closures), draw(starts)
    rules = ClockRules(talk_counting=draw(st.sampled_from(Counting)))
    times = [None if by is None else at + by for by in draw(st.tuples(maybe, maybe, maybe))]
    talk = Talk(draw(st.booleans()), draw(st.booleans()), *times)
    registered = at + draw(st.sampled_from([timedelta(0), HOUR, timedelta(days=3), timedelta(days=30)]))
    clock = a_clock(
        draw(st.sampled_from(ClockKind)),
        at,
        talk=talk,
        office=office,
        closed=closed,
        rules=rules,
        registered_at=registered,
    )
    snoozed = draw(st.none() | later)
    until = None if snoozed is None else local(at + snoozed).date()
    return replace(clock, snoozed_until=until), rules, office, closed


@given(clocks(), later)
def test_never_at_night_never_on_a_day_off_and_always_once_more(
    drawn: tuple[Deadline, ClockRules, WeekHours, frozenset[date]], by: timedelta
) -> None:
    clock, rules, office, closed = drawn
    after = clock.starts_at + by
    found = list(islice(rungs(clock, after=after, office=office, closed=closed, rules=rules), 15))

    assert len(found) == 15
    last = after
    for rung in found:
        assert rung.at > last
        assert rung.at > clock.registered_at
        assert is_working_time(office, rung.at, closed)
        if rung.step is Step.MORNING:
            assert rung.at == next_morning(office, rung.at - timedelta(microseconds=1), closed)
        last = rung.at


@given(clocks(), later, later)
def test_asking_at_any_time_between_gives_the_same_next(
    drawn: tuple[Deadline, ClockRules, WeekHours, frozenset[date]], by: timedelta, more: timedelta
) -> None:
    """So that a tick may come late, a change may count anew, and iterating reaches every rung."""
    clock, rules, office, closed = drawn
    after = clock.starts_at + by
    rung = next_rung(clock, rules, office, after, closed)
    assert rung is not None

    between = after + min(more, rung.at - after - timedelta(microseconds=1))
    assert next_rung(clock, rules, office, between, closed) == rung


@given(clocks(), later)
def test_snoozed_is_silent(drawn: tuple[Deadline, ClockRules, WeekHours, frozenset[date]], by: timedelta) -> None:
    clock, rules, office, closed = drawn
    rung = next_rung(clock, rules, office, clock.starts_at + by, closed)

    if clock.snoozed_until is not None and rung is not None and clock.starts_at + by < rung.at:
        assert local(rung.at).date() >= clock.snoozed_until


@given(clocks(), later)
def test_what_is_overdue_is_spoken_of_by_the_next_working_morning(
    drawn: tuple[Deadline, ClockRules, WeekHours, frozenset[date]], by: timedelta
) -> None:
    clock, rules, office, closed = drawn
    clock = replace(clock, snoozed_until=None)
    after = max(clock.starts_at + by, clock.registered_at)
    rung = next_rung(clock, rules, office, after, closed)

    assert rung is not None
    if clock.is_overdue(after):
        assert rung.at <= next_morning(office, after, closed)


@given(starts, st.sampled_from([OFFICE, SHORT_FRIDAY, WITH_LUNCH]), closures)
def test_a_talk_is_said_while_it_can_still_be_summoned(
    at: datetime, office: WeekHours, closed: frozenset[date]
) -> None:
    """Wherever there is working time before the limit, something is said within it."""
    clock = a_clock(TALK, at, office=office, closed=closed)
    rung = next_rung(clock, RULES, office, at, closed)

    assert rung is not None
    if clock.limit.act_before > at + timedelta(microseconds=1):
        assert rung.at < clock.limit.act_before
