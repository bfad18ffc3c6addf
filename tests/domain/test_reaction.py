"""The reaction clock: what must be done the same day or the next working day, and when it is spoken of."""

from dataclasses import replace
from datetime import UTC, date, datetime, time, timedelta
from itertools import islice

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.domain.calendar import FREE_DAY, STOCKHOLM, Hours, WeekHours, instant, is_working_day, local, next_working_day
from bot.domain.ids import ActionTaskId, ConversationId, NamndId, NoteId, StaffId
from bot.domain.notes import ActionCode
from bot.domain.reaction import (
    Action,
    ActionState,
    Step,
    belongs_to_duty,
    counted_from,
    due_day,
    end_of_day,
    next_step,
    scheduled,
)
from bot.domain.rules import NamndRules

NORRVIK = NamndId("norrvik")
ANNA, BO = StaffId("anna"), StaffId("bo")
NOTHING, TODAY, NEXT = ActionCode.NOTHING, ActionCode.TODAY, ActionCode.NEXT_WORKING_DAY
REMIND, TELL = Step.REMIND, Step.TELL_LEADER
PLANNING = frozenset({date(2026, 11, 23)})  # a Monday that the municipality keeps closed
NONE_CLOSED: frozenset[date] = frozenset()


def span(start: int, end: int, *rows: int) -> tuple[tuple[int, Hours], ...]:
    return tuple((row, Hours(time(start), time(end))) for row in rows)


WEEKDAYS, DAYS_OFF = range(5), (5, 6, FREE_DAY)
OFFICE = WeekHours(span(8, 17, *WEEKDAYS))
BEREDSKAP = WeekHours((*span(17, 22, *WEEKDAYS), *span(10, 22, *DAYS_OFF)))
NEVER = WeekHours()


def namnd(office: WeekHours = OFFICE, beredskap: WeekHours = BEREDSKAP) -> NamndRules:
    return NamndRules(NORRVIK, "Nämnd", "N", "C1", office, beredskap, frozenset({NORRVIK}))


def wall(text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=STOCKHOLM).astimezone(UTC)


def action(due_on: str, *, state: ActionState = ActionState.OPEN) -> Action:
    return Action(
        ActionTaskId("a"), NoteId("n"), ConversationId("c"), NORRVIK, TODAY, date.fromisoformat(due_on), state=state
    )


def ladder(due_on: str, after: str, steps: int, closed: frozenset[date] = NONE_CLOSED) -> list[tuple[str, Step]]:
    """Return the first steps after `after`, as wall-clock times."""
    found, at = [], wall(after)
    for _ in range(steps):
        following = next_step(action(due_on), namnd(), at, closed)
        assert following is not None
        at, step = following
        found.append((f"{local(at):%Y-%m-%d %H:%M}", step))
    return found


# --- by when, and by whom ---


@pytest.mark.parametrize(
    ("code", "now", "closed", "expected"),
    [
        (NOTHING, "2026-11-20 20:00", NONE_CLOSED, None),
        (TODAY, "2026-11-20 20:00", NONE_CLOSED, "2026-11-20"),
        (TODAY, "2026-11-20 23:59:59", NONE_CLOSED, "2026-11-20"),
        (TODAY, "2026-11-21 01:30", NONE_CLOSED, "2026-11-21"),
        (TODAY, "2026-07-01 00:30", NONE_CLOSED, "2026-07-01"),  # still June in UTC
        (TODAY, "2026-12-24 12:00", NONE_CLOSED, "2026-12-24"),
        (NEXT, "2026-11-19 10:00", NONE_CLOSED, "2026-11-20"),
        (NEXT, "2026-11-20 20:00", NONE_CLOSED, "2026-11-23"),
        (NEXT, "2026-11-21 01:30", NONE_CLOSED, "2026-11-23"),
        (NEXT, "2026-11-20 20:00", PLANNING, "2026-11-24"),
        (NEXT, "2026-12-23 20:00", NONE_CLOSED, "2026-12-28"),
        (NEXT, "2026-12-30 20:00", NONE_CLOSED, "2027-01-04"),
        (NEXT, "2026-04-02 20:00", NONE_CLOSED, "2026-04-07"),
        (NEXT, "2026-05-13 20:00", NONE_CLOSED, "2026-05-15"),
        (NEXT, "2026-03-29 03:30", NONE_CLOSED, "2026-03-30"),
    ],
)
def test_by_when_it_must_be_done(code: ActionCode, now: str, closed: frozenset[date], expected: str | None) -> None:
    """Facts, time, section 10: "reaction to a broken plan (Eftervård) | same day or next weekday | Fri 20:00: Mon"."""
    found = due_day(code, wall(now), local(wall(now)).date(), closed)

    assert (None if found is None else found.isoformat()) == expected


@pytest.mark.parametrize(
    ("code", "due_on", "has_duty_now", "closed", "expected"),
    [
        (TODAY, "2026-11-20", False, NONE_CLOSED, False),  # a Friday at the office
        (TODAY, "2026-11-20", True, NONE_CLOSED, True),
        (TODAY, "2026-11-21", False, NONE_CLOSED, True),  # a Saturday, whoever has the duty next
        (TODAY, "2026-11-21", True, NONE_CLOSED, True),
        (TODAY, "2026-12-24", False, NONE_CLOSED, True),
        (TODAY, "2026-11-23", False, NONE_CLOSED, False),
        (TODAY, "2026-11-23", False, PLANNING, True),
        (NEXT, "2026-11-23", True, NONE_CLOSED, False),  # the office has it, also when it was coded at night
        (NEXT, "2026-11-23", False, NONE_CLOSED, False),
        (NOTHING, "2026-11-21", True, NONE_CLOSED, False),
    ],
)
def test_who_it_belongs_to(
    code: ActionCode, due_on: str, has_duty_now: bool, closed: frozenset[date], expected: bool
) -> None:
    day = date.fromisoformat(due_on)

    assert belongs_to_duty(code, day, has_duty_now=has_duty_now, closed_days=closed) is expected


# --- when the day ends ---

LUNCH = WeekHours(
    tuple((day, hours) for day in WEEKDAYS for hours in (Hours(time(8), time(12, 30)), Hours(time(13, 30), time(17))))
)
TWICE_ON_SATURDAY = WeekHours((*span(10, 14, 5), *span(17, 22, 5)))
SATURDAY_NIGHT = WeekHours(span(17, 2, 5, 6))
UNTIL_MIDNIGHT = WeekHours(span(10, 0, 5))
AROUND_THE_CLOCK = WeekHours(span(0, 0, *range(8)))
MORNINGS = WeekHours(span(8, 12, *range(8)))


@pytest.mark.parametrize(
    ("rules", "day", "closed", "expected"),
    [
        (namnd(), "2026-11-20", NONE_CLOSED, "17:00"),
        (namnd(), "2026-11-21", NONE_CLOSED, "22:00"),
        (namnd(), "2026-12-24", NONE_CLOSED, "22:00"),  # julafton, a Thursday
        (namnd(), "2026-11-23", PLANNING, "22:00"),
        (namnd(), "2026-03-29", NONE_CLOSED, "22:00"),
        (namnd(), "2026-10-25", NONE_CLOSED, "22:00"),
        (namnd(office=LUNCH), "2026-11-20", NONE_CLOSED, "17:00"),  # not when it closes for lunch
        (namnd(beredskap=TWICE_ON_SATURDAY), "2026-11-21", NONE_CLOSED, "22:00"),
        (namnd(beredskap=SATURDAY_NIGHT), "2026-11-21", NONE_CLOSED, "20:00"),
        (namnd(beredskap=SATURDAY_NIGHT), "2026-11-22", NONE_CLOSED, "20:00"),  # what closed at 02.00 was Saturday's
        (namnd(beredskap=UNTIL_MIDNIGHT), "2026-11-21", NONE_CLOSED, "20:00"),
        (namnd(beredskap=AROUND_THE_CLOCK), "2026-11-21", NONE_CLOSED, "20:00"),
        (namnd(MORNINGS, MORNINGS), "2026-11-20", NONE_CLOSED, "20:00"),
        (namnd(MORNINGS, MORNINGS), "2026-11-21", NONE_CLOSED, "20:00"),
        (namnd(NEVER, NEVER), "2026-11-20", NONE_CLOSED, "20:00"),
        (namnd(NEVER, NEVER), "2026-11-21", NONE_CLOSED, "20:00"),
        (namnd(beredskap=NEVER), "2026-11-20", NONE_CLOSED, "17:00"),
        (namnd(office=NEVER), "2026-11-20", NONE_CLOSED, "20:00"),  # the beredskap does not close an office day
    ],
)
def test_when_the_day_ends(rules: NamndRules, day: str, closed: frozenset[date], expected: str) -> None:
    assert end_of_day(rules, date.fromisoformat(day), closed) == wall(f"{day} {expected}")


# --- when it is spoken of ---


def test_at_noon_and_at_the_end_of_the_day_until_it_is_done() -> None:
    assert ladder("2026-11-20", "2026-11-20 09:00", 6) == [
        ("2026-11-20 12:00", REMIND),
        ("2026-11-20 17:00", TELL),
        ("2026-11-23 12:00", REMIND),
        ("2026-11-23 17:00", TELL),
        ("2026-11-24 12:00", REMIND),
        ("2026-11-24 17:00", TELL),
    ]


@pytest.mark.parametrize(
    ("due_on", "made", "expected"),
    [
        ("2026-11-20", "2026-11-20 11:59:59.999999", ("2026-11-20 12:00", REMIND)),
        ("2026-11-20", "2026-11-20 12:00", ("2026-11-20 17:00", TELL)),
        ("2026-11-20", "2026-11-20 13:00", ("2026-11-20 17:00", TELL)),
        ("2026-11-20", "2026-11-20 17:00", ("2026-11-23 12:00", REMIND)),
        ("2026-11-20", "2026-11-20 23:50", ("2026-11-23 12:00", REMIND)),
        ("2026-11-24", "2026-11-24 23:50", ("2026-11-25 12:00", REMIND)),
        ("2026-11-23", "2026-11-20 20:00", ("2026-11-23 12:00", REMIND)),  # not before it is due
        ("2026-11-23", "2026-11-21 12:00", ("2026-11-23 12:00", REMIND)),
    ],
)
def test_the_first_step(due_on: str, made: str, expected: tuple[str, Step]) -> None:
    assert ladder(due_on, made, 1) == [expected]


def test_something_to_be_done_today_in_the_small_hours_of_a_saturday() -> None:
    """It is for the beredskap of that Saturday; a Sunday is left in peace."""
    due_on = due_day(TODAY, wall("2026-11-21 01:30"), date(2026, 11, 20), NONE_CLOSED)
    assert due_on is not None

    assert ladder(due_on.isoformat(), "2026-11-21 01:30", 4) == [
        ("2026-11-21 12:00", REMIND),
        ("2026-11-21 22:00", TELL),
        ("2026-11-23 12:00", REMIND),
        ("2026-11-23 17:00", TELL),
    ]


def test_due_on_a_holiday() -> None:
    assert ladder("2026-12-24", "2026-12-23 23:00", 3) == [
        ("2026-12-24 12:00", REMIND),
        ("2026-12-24 22:00", TELL),
        ("2026-12-28 12:00", REMIND),
    ]


def test_a_closed_day_is_skipped_unless_it_is_the_day() -> None:
    assert ladder("2026-11-20", "2026-11-20 18:00", 1, PLANNING) == [("2026-11-24 12:00", REMIND)]
    assert ladder("2026-11-23", "2026-11-20 18:00", 3, PLANNING) == [
        ("2026-11-23 12:00", REMIND),
        ("2026-11-23 22:00", TELL),
        ("2026-11-24 12:00", REMIND),
    ]


@pytest.mark.parametrize(
    ("sunday", "noon", "evening"),
    [
        ("2026-03-29", "2026-03-29T10:00", "2026-03-29T20:00"),
        ("2026-10-25", "2026-10-25T11:00", "2026-10-25T21:00"),
        ("2027-03-28", "2027-03-28T10:00", "2027-03-28T20:00"),
    ],
)
def test_a_day_on_which_the_clock_changes(sunday: str, noon: str, evening: str) -> None:
    due = action(sunday)
    first = next_step(due, namnd(), wall(f"{sunday} 01:30"), NONE_CLOSED)
    assert first == (datetime.fromisoformat(noon).replace(tzinfo=UTC), REMIND)

    second = next_step(due, namnd(), first[0], NONE_CLOSED)
    assert second == (datetime.fromisoformat(evening).replace(tzinfo=UTC), TELL)


def test_the_next_step_is_written_into_it() -> None:
    due, after = action("2026-11-20"), wall("2026-11-20 12:00")
    found = scheduled(due, namnd(), after, NONE_CLOSED)

    assert (found.next_at, found.next_step) == (wall("2026-11-20 17:00"), TELL)
    assert replace(found, next_at=None, next_step=None) == due


# --- taken, done, dropped ---


def test_who_takes_it_has_it() -> None:
    with_duty = replace(action("2026-11-21"), with_duty=True)

    taken = with_duty.take(ANNA)
    assert (taken.owner, taken.with_duty, taken.is_open) == (ANNA, False, True)
    assert taken.take(BO).owner == BO
    assert taken.take(ANNA) == taken


@pytest.mark.parametrize(("state", "reason"), [(ActionState.DONE, ""), (ActionState.DROPPED, "flyttat till tisdag")])
def test_what_is_settled_is_spoken_of_no_more(state: ActionState, reason: str) -> None:
    at = wall("2026-11-20 14:00")
    running = scheduled(action("2026-11-20").take(ANNA), namnd(), wall("2026-11-20 12:00"), NONE_CLOSED)

    settled = running.settle(state, BO, at=at, reason=reason)

    assert (settled.state, settled.settled_by, settled.settled_at, settled.reason) == (state, BO, at, reason)
    assert (settled.next_at, settled.next_step) == (None, None)
    assert not settled.is_open
    assert settled.owner == ANNA
    assert scheduled(settled, namnd(), at, NONE_CLOSED) == settled
    assert "tisdag" not in repr(settled)


@pytest.mark.parametrize(
    ("state", "today", "expected"),
    [
        (ActionState.OPEN, "2026-11-19", False),
        (ActionState.OPEN, "2026-11-20", False),
        (ActionState.OPEN, "2026-11-21", True),
        (ActionState.DONE, "2026-11-21", False),
        (ActionState.DROPPED, "2026-11-21", False),
    ],
)
def test_it_is_late_when_its_day_has_passed(state: ActionState, today: str, expected: bool) -> None:
    assert action("2026-11-20", state=state).is_late(date.fromisoformat(today)) is expected


# --- laws ---

days = st.dates(date(2026, 1, 1), date(2027, 12, 31))
closed_days = st.frozensets(days, max_size=8)
clock_times = st.builds(time, st.integers(0, 23), st.sampled_from([0, 1, 30, 59]))
weeks = st.builds(
    WeekHours,
    st.lists(st.tuples(st.integers(0, FREE_DAY), st.builds(Hours, clock_times, clock_times)), max_size=8).map(tuple),
)
namnder = st.builds(namnd, st.just(OFFICE) | weeks, st.just(BEREDSKAP) | weeks)
instants = st.builds(instant, days, clock_times)
codes = st.sampled_from(ActionCode)


@st.composite
def actions(draw: st.DrawFn) -> tuple[Action, datetime]:
    """Draw an open action, and an instant around the day it is due."""
    due_on, clock = draw(days), draw(clock_times)
    after = instant(due_on, clock) + timedelta(days=draw(st.integers(-5, 20)))
    return action(due_on.isoformat()), after


@given(codes, instants, closed_days)
def test_the_day_is_today_or_the_next_working_day(code: ActionCode, now: datetime, closed: frozenset[date]) -> None:
    today = local(now).date()
    found = due_day(code, now, today, closed)

    assert (found is None) == (code is NOTHING)
    assert found in {None, today, next_working_day(today, closed)}
    if code is NEXT:
        assert found is not None
        assert found > today
        assert is_working_day(found, closed)


@given(namnder, days, closed_days)
def test_the_day_ends_once_in_its_afternoon_or_evening(rules: NamndRules, day: date, closed: frozenset[date]) -> None:
    ends = end_of_day(rules, day, closed)
    hours = rules.office_hours if is_working_day(day, closed) else rules.beredskap_hours
    closing = hours.next_closing(ends, closed)

    assert instant(day, time(12)) < ends
    assert local(ends).date() == day
    assert closing is None or local(closing).date() > day  # it does not close again that day


@given(actions(), namnder, closed_days)
def test_a_step_is_ahead_and_on_the_day_or_a_working_day_after_it(
    drawn: tuple[Action, datetime], rules: NamndRules, closed: frozenset[date]
) -> None:
    due, after = drawn
    found = next_step(due, rules, after, closed)
    assert found is not None
    at, step = found
    day = local(at).date()

    assert at > after
    assert at.utcoffset() == timedelta(0)
    assert day == due.due_on or (day > due.due_on and is_working_day(day, closed))
    assert at == (instant(day, time(12)) if step is REMIND else end_of_day(rules, day, closed))


@given(actions(), namnder, closed_days)
def test_no_day_is_skipped_and_the_leader_is_told_after_whoever_has_it(
    drawn: tuple[Action, datetime], rules: NamndRules, closed: frozenset[date]
) -> None:
    due, after = drawn
    first = next_step(due, rules, instant(due.due_on, time(0)), closed)
    assert first == (instant(due.due_on, time(12)), REMIND)

    steps = [first]
    for _ in range(7):
        found = next_step(due, rules, steps[-1][0], closed)
        assert found is not None
        steps.append(found)
    for (at, step), (then, following) in zip(steps, islice(steps, 1, None), strict=False):
        day, later = local(at).date(), local(then).date()
        assert (step, following) in {(REMIND, TELL), (TELL, REMIND)}
        assert later == (day if step is REMIND else next_working_day(day, closed))
    if after < steps[-1][0]:  # from wherever it is looked for, it is the first of these that lies ahead
        assert next_step(due, rules, after, closed) == next(one for one in steps if one[0] > after)


@given(actions(), namnder, closed_days, st.sampled_from([ActionState.DONE, ActionState.DROPPED]))
def test_what_is_settled_has_no_step(
    drawn: tuple[Action, datetime], rules: NamndRules, closed: frozenset[date], state: ActionState
) -> None:
    due, at = drawn
    settled = scheduled(due, rules, at, closed).settle(state, ANNA, at=at)

    assert next_step(settled, rules, at, closed) is None
    assert scheduled(settled, rules, at, closed) == settled


def test_at_night_the_next_working_day_follows_the_shift() -> None:
    """Monday 01.30 in Sunday's shift: what must be done the next working day must be done on Monday."""
    night = datetime(2026, 11, 23, 1, 30, tzinfo=STOCKHOLM)

    sunday = counted_from(night, time(8), is_on_duty=True)
    assert due_day(ActionCode.NEXT_WORKING_DAY, night, sunday, frozenset()) == date(2026, 11, 23)
    assert counted_from(night, time(8), is_on_duty=False) == date(2026, 11, 23)
    assert due_day(ActionCode.TODAY, night, sunday, frozenset()) == date(2026, 11, 23)
    afternoon = datetime(2026, 11, 21, 15, tzinfo=STOCKHOLM)  # in a shift from Thursday to Sunday
    assert counted_from(afternoon, time(8), is_on_duty=True) == date(2026, 11, 21)


def test_what_the_duty_has_is_spoken_of_on_days_off_too() -> None:
    """Coded on Friday at 23.50: on Saturday somebody has the duty, and hears of it at noon."""
    late = datetime(2026, 11, 20, 23, 50, tzinfo=STOCKHOLM)
    left = replace(action("2026-11-20"), with_duty=True)

    at, step = next_step(left, namnd(), late, frozenset()) or (late, None)
    assert (at.astimezone(STOCKHOLM), step) == (datetime(2026, 11, 21, 12, tzinfo=STOCKHOLM), Step.REMIND)
    at, _ = next_step(action("2026-11-20"), namnd(), late, frozenset()) or (late, None)
    assert at.astimezone(STOCKHOLM).date() == date(2026, 11, 23)
