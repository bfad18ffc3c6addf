"""Kalla via sms: the times that may be offered, the one that was chosen, and when the family is reminded."""

from dataclasses import replace
from datetime import date, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.domain.calendar import local
from bot.domain.clocks import SCHOOL
from bot.domain.ids import DeadlineId, NamndId, StaffId, SummonsId
from bot.domain.summons import MOST_TIMES, Reminder, Summons, SummonsState, problem_with, scheduled
from tests.domain.test_clocks import NONE_CLOSED, PLANNING, said, wall

CREATED = wall("2026-11-18 10:00")  # a Wednesday
TIMES = (wall("2026-11-20 16:00"), wall("2026-11-23 16:30"), wall("2026-11-24 15:15"))


def a_summons(times: tuple[datetime, ...] = TIMES, first_number: int = 1) -> Summons:
    return Summons(
        SummonsId("s"), DeadlineId("d"), NamndId("norrvik"), times, CREATED, StaffId("anna"), first_number=first_number
    )


def reminders(booked: str, now: str) -> list[tuple[str, Reminder]]:
    """Return every reminder of a talk that was booked at `now`."""
    summons = a_summons().book(wall(booked), wall(now))
    found = []
    while summons.next_at is not None and summons.next_step is not None:
        found.append((said(summons.next_at), summons.next_step))
        summons = scheduled(summons, summons.next_at)
    return found


DAY_BEFORE, SAME_DAY = Reminder.DAY_BEFORE, Reminder.SAME_DAY


@pytest.mark.parametrize(
    ("booked", "now", "steps"),
    [
        (
            "2026-11-24 15:15",
            "2026-11-18 10:00",
            [("2026-11-23 16:00", DAY_BEFORE), ("2026-11-24 13:15", SAME_DAY)],
        ),
        # the day before is a Sunday on which the clock is changed; 16.00 is 16.00 all the same
        (
            "2026-10-26 15:00",
            "2026-10-20 10:00",
            [("2026-10-25 16:00", DAY_BEFORE), ("2026-10-26 13:00", SAME_DAY)],
        ),
        (
            "2026-03-30 15:00",
            "2026-03-20 10:00",
            [("2026-03-29 16:00", DAY_BEFORE), ("2026-03-30 13:00", SAME_DAY)],
        ),
        ("2027-03-29 09:30", "2027-03-28 17:00", [("2027-03-29 07:30", SAME_DAY)]),
        # on the very day
        ("2026-03-29 10:00", "2026-03-28 12:00", [("2026-03-28 16:00", DAY_BEFORE), ("2026-03-29 08:00", SAME_DAY)]),
        # early in the morning nobody is reminded before seven
        ("2026-11-24 08:00", "2026-11-18 10:00", [("2026-11-23 16:00", DAY_BEFORE), ("2026-11-24 07:00", SAME_DAY)]),
        ("2026-11-24 07:00", "2026-11-18 10:00", [("2026-11-23 16:00", DAY_BEFORE)]),
        # booked late
        ("2026-11-24 15:15", "2026-11-23 15:59", [("2026-11-23 16:00", DAY_BEFORE), ("2026-11-24 13:15", SAME_DAY)]),
        ("2026-11-24 15:15", "2026-11-23 16:00", [("2026-11-24 13:15", SAME_DAY)]),
        ("2026-11-24 15:15", "2026-11-24 13:14", [("2026-11-24 13:15", SAME_DAY)]),
        ("2026-11-24 15:15", "2026-11-24 13:15", []),
        ("2026-11-24 15:15", "2026-11-24 15:30", []),
    ],
)
def test_the_family_is_reminded_the_day_before_and_two_hours_before(
    booked: str, now: str, steps: list[tuple[str, Reminder]]
) -> None:
    assert reminders(booked, now) == steps


def test_only_what_is_booked_is_reminded_of() -> None:
    offered = replace(a_summons(), next_at=CREATED, next_step=DAY_BEFORE)
    booked = a_summons().book(TIMES[2], CREATED)

    assert (scheduled(offered, CREATED).next_at, scheduled(offered, CREATED).next_step) == (None, None)
    assert booked.state is SummonsState.BOOKED
    assert booked.booked_at == TIMES[2]
    closed = booked.close()
    assert (closed.state, closed.next_at, closed.next_step) == (SummonsState.CLOSED, None, None)
    assert scheduled(closed, CREATED).next_at is None


def test_a_time_that_is_changed_is_reminded_of_anew() -> None:
    first = a_summons().book(TIMES[0], CREATED)
    second = first.book(TIMES[2], wall("2026-11-19 17:00"))

    assert first.next_at == wall("2026-11-19 16:00")
    assert second.next_at == wall("2026-11-23 16:00")


@given(
    st.integers(0, 600 * 24 * 4).map(lambda n: CREATED + timedelta(minutes=15 * n)),
    st.integers(0, 14 * 24 * 60).map(lambda n: timedelta(minutes=n)),
)
def test_nobody_is_reminded_at_night_too_late_or_twice(booked: datetime, ahead: timedelta) -> None:
    summons = a_summons().book(booked, booked - ahead)
    seen: list[datetime] = []
    while summons.next_at is not None:
        assert booked - ahead < summons.next_at < booked
        assert local(summons.next_at).hour >= 7
        assert summons.next_at not in seen
        seen.append(summons.next_at)
        summons = scheduled(summons, summons.next_at)
    assert len(seen) <= len(Reminder)


@pytest.mark.parametrize(
    ("first_number", "number", "place"),
    [(1, 1, 0), (1, 3, 2), (1, 0, None), (1, 4, None), (1, -1, None), (4, 4, 0), (4, 6, 2), (4, 1, None), (4, 7, None)],
)
def test_the_number_that_was_answered(first_number: int, number: int, place: int | None) -> None:
    chosen = a_summons(first_number=first_number).chosen(number)

    assert chosen == (None if place is None else TIMES[place])


@pytest.mark.parametrize(
    ("times", "problem"),
    [
        ((), "summons_no_time"),
        (("2026-11-20 16:00",), None),
        (("2026-11-20 16:00", "2026-11-23 16:30", "2026-11-24 15:15"), None),
        (("2026-11-20 16:00", "2026-11-23 16:30", "2026-11-24 15:15", "2026-11-25 16:00"), "summons_times"),
        (("2026-11-20 16:00", "2026-11-20 16:00"), "summons_times"),
        (("2026-11-18 10:00",), "summons_past"),
        (("2026-11-20 16:00", "2026-11-17 16:00"), "summons_past"),
        (("2026-11-20 14:59",), "summons_school"),
        (("2026-11-20 15:00",), None),
        (("2026-11-20 07:59",), None),
        (("2026-11-20 16:00", "2026-11-20 08:00"), "summons_school"),
        (("2026-11-21 10:00",), None),  # a Saturday
        (("2026-12-24 10:00",), None),  # julafton
        (("2026-11-23 10:00",), None),  # the municipality's own closed day
        (("2026-11-24 10:00",), "summons_school"),
    ],
)
def test_what_may_be_offered(times: tuple[str, ...], problem: str | None) -> None:
    offered = tuple(wall(at) for at in times)

    assert problem_with(offered, CREATED, SCHOOL, PLANNING, in_school_too=False) == problem


def test_school_hours_may_be_offered_when_somebody_says_so() -> None:
    at_ten = (wall("2026-11-20 10:00"),)

    assert problem_with(at_ten, CREATED, SCHOOL, NONE_CLOSED, in_school_too=True) is None
    assert problem_with((wall("2026-11-18 09:00"),), CREATED, SCHOOL, NONE_CLOSED, in_school_too=True) == (
        "summons_past"
    )


def test_no_more_than_three() -> None:
    assert MOST_TIMES == 3
    assert local(TIMES[0]).date() == date(2026, 11, 20)
