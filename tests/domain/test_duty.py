"""Who has duty: every text depends on this answer."""

from dataclasses import replace
from datetime import UTC, date, datetime, time, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.domain.calendar import STOCKHOLM, Hours, WeekHours
from bot.domain.duty import Duty, DutyState, Shift, duty, next_shift, period_key
from bot.domain.ids import NamndId, ShiftId, StaffId
from bot.domain.rules import NamndRules

NORRVIK, SODERMARK = NamndId("norrvik"), NamndId("sodermark")
ANNA, BO, CIA = StaffId("anna"), StaffId("bo"), StaffId("cia")
OFFICE = WeekHours(tuple((day, Hours(time(8), time(17))) for day in range(5)))
BEREDSKAP = WeekHours((*((day, Hours(time(17), time(22))) for day in range(4)), (4, Hours(time(17), time(2)))))


def rules(namnd: NamndId = NORRVIK, *, answered_by: frozenset[NamndId] | None = None) -> NamndRules:
    return NamndRules(namnd, "Nämnd", "N", "C1", OFFICE, BEREDSKAP, answered_by or frozenset({namnd}))


def wall(text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=STOCKHOLM).astimezone(UTC)


def shift(staff: StaffId, start: str, end: str, *, lends: NamndId = NORRVIK, id: str = "") -> Shift:
    return Shift(ShiftId(id or f"{staff} {start}"), staff, lends, wall(start), wall(end))


FRIDAY = shift(ANNA, "2026-11-20 17:00", "2026-11-21 02:00")


@pytest.mark.parametrize(
    ("at", "shifts", "state", "is_gap"),
    [
        ("2026-11-20 16:59:59", [FRIDAY], DutyState.OFFICE, False),
        ("2026-11-20 17:00", [FRIDAY], DutyState.BEREDSKAP, False),
        ("2026-11-21 01:30", [FRIDAY], DutyState.BEREDSKAP, False),
        ("2026-11-21 01:59:59", [FRIDAY], DutyState.BEREDSKAP, False),
        ("2026-11-21 02:00", [FRIDAY], DutyState.CLOSED, False),
        ("2026-11-20 17:00", [], DutyState.CLOSED, True),
        ("2026-11-21 01:30", [], DutyState.CLOSED, True),
        ("2026-11-20 12:00", [], DutyState.OFFICE, False),
        ("2026-12-24 12:00", [], DutyState.CLOSED, False),
        ("2026-11-21 12:00", [], DutyState.CLOSED, False),
    ],
)
def test_the_three_states(at: str, shifts: list[Shift], state: DutyState, is_gap: bool) -> None:
    found = duty(rules(), wall(at), shifts)

    assert (found.state, found.is_gap, found.namnd) == (state, is_gap, NORRVIK)
    assert found.lead == (FRIDAY if state is DutyState.BEREDSKAP else None)


def test_a_closed_day_has_no_office_hours() -> None:
    at, planning = wall("2026-11-23 10:00"), frozenset({date(2026, 11, 23)})

    assert duty(rules(), at, []).state is DutyState.OFFICE
    assert duty(rules(), at, [], closed_days=planning).state is DutyState.CLOSED


def test_a_running_shift_goes_before_office_hours() -> None:
    early = shift(ANNA, "2026-11-20 15:00", "2026-11-20 22:00")

    assert duty(rules(), wall("2026-11-20 16:00"), [early]).lead == early


def test_the_one_who_started_last_leads_and_the_others_are_backup() -> None:
    late = shift(BO, "2026-11-20 20:00", "2026-11-20 23:00")
    found = duty(rules(), wall("2026-11-20 21:00"), [late, FRIDAY])

    assert (found.lead, found.backup, found.overlaps) == (late, (FRIDAY,), True)
    after = duty(rules(), wall("2026-11-20 23:00"), [late, FRIDAY])
    assert (after.lead, after.overlaps) == (FRIDAY, False)


@pytest.mark.parametrize("order", [1, -1])
def test_two_that_start_at_once_are_told_apart_the_same_way_everywhere(order: int) -> None:
    twins = [shift(ANNA, "2026-11-20 17:00", "2026-11-20 22:00", id=i) for i in ("a", "b")]

    assert duty(rules(), wall("2026-11-20 18:00"), twins[::order]).lead == twins[1]


def test_staff_who_are_related_to_the_case_are_passed_over() -> None:
    late = shift(BO, "2026-11-20 20:00", "2026-11-20 23:00")
    at = wall("2026-11-20 21:00")

    found = duty(rules(), at, [late, FRIDAY], avoid=frozenset({BO}))
    assert (found.lead, found.backup) == (FRIDAY, ())
    nobody = duty(rules(), at, [late, FRIDAY], avoid=frozenset({ANNA, BO}))
    assert (nobody.state, nobody.lead, nobody.is_gap) == (DutyState.CLOSED, None, True)


def test_a_jav_in_office_hours_leaves_it_to_the_office() -> None:
    """The only one with duty may not, but the team sits at its desks."""
    early = shift(ANNA, "2026-11-20 15:00", "2026-11-20 22:00")
    found = duty(rules(), wall("2026-11-20 16:00"), [early], avoid=frozenset({ANNA}))

    assert (found.state, found.is_gap) == (DutyState.OFFICE, False)


def test_a_lent_shift_answers_in_the_direction_that_was_decided() -> None:
    """Södermark's staff answer for Norrvik; nobody has decided the reverse."""
    norrvik = rules(NORRVIK, answered_by=frozenset({NORRVIK, SODERMARK}))
    sodermark = rules(SODERMARK)
    lent = shift(BO, "2026-11-20 17:00", "2026-11-20 22:00", lends=SODERMARK)
    own = shift(ANNA, "2026-11-20 17:00", "2026-11-20 22:00", lends=NORRVIK)
    at = wall("2026-11-20 18:00")

    assert duty(norrvik, at, [lent]).lead == lent
    assert duty(sodermark, at, [lent]).lead == lent
    assert duty(norrvik, at, [own]).lead == own
    assert duty(sodermark, at, [own]).lead is None
    assert duty(sodermark, at, [own]).is_gap


@pytest.mark.parametrize(
    ("start", "end", "hours"),
    [
        ("2026-03-28 17:00", "2026-03-29 08:00", 14),
        ("2026-10-24 17:00", "2026-10-25 08:00", 16),
        ("2027-03-27 17:00", "2027-03-28 08:00", 14),
    ],
)
def test_a_night_when_the_clock_changes_is_covered_to_its_end(start: str, end: str, hours: int) -> None:
    night = shift(ANNA, start, end)

    assert night.ends_at - night.starts_at == timedelta(hours=hours)
    assert duty(rules(), night.ends_at - timedelta(microseconds=1), [night]).lead == night
    assert duty(rules(), night.ends_at, [night]).lead is None
    assert duty(rules(), night.starts_at, [night]).lead == night


START = wall("2026-11-20 12:00")
made_shifts = st.builds(
    lambda n, who, lends, begin, length: Shift(
        ShiftId(f"s{n}"), who, lends, START + timedelta(minutes=begin), START + timedelta(minutes=begin + length)
    ),
    st.integers(0, 999),
    st.sampled_from([ANNA, BO, CIA]),
    st.sampled_from([NORRVIK, SODERMARK]),
    st.integers(0, 2000),
    st.integers(1, 900),
)


@given(
    shifts=st.lists(made_shifts, max_size=8, unique_by=lambda s: s.id),
    minute=st.integers(0, 3000),
    avoid=st.frozensets(st.sampled_from([ANNA, BO, CIA])),
    lenders=st.sampled_from([frozenset({NORRVIK}), frozenset({NORRVIK, SODERMARK})]),
)
def test_one_leads_whenever_anybody_able_is_running(
    shifts: list[Shift], minute: int, avoid: frozenset[StaffId], lenders: frozenset[NamndId]
) -> None:
    at = START + timedelta(minutes=minute)
    found = duty(rules(answered_by=lenders), at, shifts, avoid=avoid)
    running = [s for s in shifts if s.starts_at <= at < s.ends_at and s.lending_namnd in lenders]
    able = [s for s in running if s.staff_id not in avoid]

    assert (found.lead is not None) == bool(able)
    assert (found.state is DutyState.BEREDSKAP) == bool(able)
    listed = [s for s in (found.lead, *found.backup) if s is not None]
    assert sorted(s.id for s in listed) == sorted(s.id for s in able)
    if found.lead is not None:
        assert all(s.starts_at <= found.lead.starts_at for s in able)
        assert not found.is_gap
    if running and not able:
        assert found.is_gap or found.state is DutyState.OFFICE
    assert duty(rules(answered_by=lenders), at, reversed(shifts), avoid=avoid) == found


def test_the_next_shift_is_the_first_that_counts() -> None:
    other = shift(BO, "2026-11-20 16:00", "2026-11-20 17:00", lends=SODERMARK)
    later = shift(CIA, "2026-11-21 10:00", "2026-11-21 22:00")
    at = wall("2026-11-20 12:00")

    assert next_shift(rules(), at, [later, other, FRIDAY]) == FRIDAY
    assert next_shift(rules(), FRIDAY.starts_at, [later, other, FRIDAY]) == later
    assert next_shift(rules(), later.starts_at, [later, other, FRIDAY]) is None


def test_a_stretch_of_duty_has_a_name() -> None:
    at = date(2026, 11, 20)

    assert period_key(Duty(NORRVIK, DutyState.BEREDSKAP, FRIDAY), at) == f"shift:{FRIDAY.id}"
    assert period_key(Duty(NORRVIK, DutyState.OFFICE), at) == "office:2026-11-20"
    assert period_key(Duty(NORRVIK, DutyState.CLOSED), at) == "closed:2026-11-20"


def test_a_planned_backup_never_leads_while_somebody_else_can() -> None:
    lead = shift(ANNA, "2026-11-20 17:00", "2026-11-20 22:00")
    behind = replace(shift(BO, "2026-11-20 18:00", "2026-11-20 22:00"), is_backup=True)

    found = duty(rules(), wall("2026-11-20 19:00"), [behind, lead])
    assert (found.lead, found.backup, found.overlaps) == (lead, (behind,), False)

    without_anna = duty(rules(), wall("2026-11-20 19:00"), [behind, lead], avoid=frozenset({ANNA}))
    assert (without_anna.lead, without_anna.backup) == (behind, ())

    alone = duty(rules(), wall("2026-11-20 19:00"), [behind])
    assert alone.lead == behind


def test_two_who_lead_overlap_although_there_is_a_backup_too() -> None:
    first, second = (shift(who, "2026-11-20 17:00", "2026-11-20 22:00") for who in (ANNA, BO))
    behind = replace(shift(CIA, "2026-11-20 17:00", "2026-11-20 22:00"), is_backup=True)

    found = duty(rules(), wall("2026-11-20 19:00"), [behind, first, second])
    assert found.lead in (first, second)
    assert found.backup[-1] == behind
    assert found.overlaps


def test_a_backup_is_not_the_next_who_has_duty() -> None:
    behind = replace(shift(BO, "2026-11-21 10:00", "2026-11-21 22:00"), is_backup=True)
    lead = shift(ANNA, "2026-11-21 12:00", "2026-11-21 22:00")
    assert next_shift(rules(), wall("2026-11-20 19:00"), [behind, lead]) == lead


def test_what_is_written_down_of_a_state() -> None:
    assert [state.value for state in DutyState] == ["beredskap", "office", "closed"]


def test_whoever_runs_and_may_not_leaves_a_gap_also_outside_the_planned_hours() -> None:
    """Somebody was asked to answer: that they are related to the case is no reason for silence."""
    morning = shift(ANNA, "2026-11-21 06:00", "2026-11-21 07:00")
    found = duty(rules(), wall("2026-11-21 06:30"), [morning], avoid=frozenset({ANNA}))

    assert (found.state, found.is_gap) == (DutyState.CLOSED, True)
    assert not duty(rules(), wall("2026-11-21 06:30"), []).is_gap


@pytest.mark.parametrize("order", [1, -1])
def test_of_several_to_come_the_first_is_next_and_ties_are_told_apart_by_id(order: int) -> None:
    early = shift(ANNA, "2026-11-21 10:00", "2026-11-21 22:00", id="z")
    late = shift(BO, "2026-11-22 10:00", "2026-11-22 22:00", id="a")
    twin = shift(CIA, "2026-11-21 10:00", "2026-11-21 22:00", id="y")
    at = wall("2026-11-20 12:00")

    assert next_shift(rules(), at, [early, late][::order]) == early
    assert next_shift(rules(), at, [early, twin][::order]) == twin
