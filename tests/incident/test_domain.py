"""What a stop holds back, who may order and lift it, and when its clocks run out."""

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.domain.calendar import local
from bot.domain.ids import NamndId, StaffId
from bot.domain.incident import (
    FREE_ACTS,
    REMINDED,
    IncidentClock,
    IncidentDuty,
    Stop,
    a_month_after,
    begin_clocks,
    holds,
    may_act,
    next_reminder,
)
from bot.domain.people import Role, Staff, StaffRole, World
from bot.domain.secrecy import Act, Actor, Allowed, Denied

NORRVIK, SODERMARK = NamndId("norrvik"), NamndId("sodermark")
NIGHT = datetime(2026, 11, 22, 2, 0, tzinfo=UTC)  # 03.00
CODES = [f"CODE{n}" for n in range(9)]
instants = st.datetimes(datetime(2026, 1, 1), datetime(2029, 1, 1), timezones=st.just(UTC))  # noqa: DTZ001 - hypothesis adds it


def somebody(*roles: tuple[NamndId, World, Role], is_active: bool = True) -> Staff:
    held = frozenset(StaffRole(*role) for role in roles)
    return Staff(StaffId("s"), "S", "s@example.se", "U1", held, is_active=is_active)


LEADER = (NORRVIK, World.BEREDSKAP, Role.LEADER)
UNIT_HEAD = (NORRVIK, World.MYNDIGHET, Role.LEADER)
OTHER_LEADER = (SODERMARK, World.BEREDSKAP, Role.LEADER)
ADMIN = (NORRVIK, World.BEREDSKAP, Role.ADMIN)
TREATER = (NORRVIK, World.BEREDSKAP, Role.FAMILJEBEHANDLARE)
CASEWORKER = (NORRVIK, World.MYNDIGHET, Role.HANDLAGGARE)


@pytest.mark.parametrize(
    ("staff", "stop_both", "lift", "lift_both", "settle"),
    [
        (somebody(LEADER), "leader", "leader", None, "leader"),
        (somebody(UNIT_HEAD), "leader", "leader", None, "leader"),
        (somebody(OTHER_LEADER), "leader", None, None, None),
        (somebody(LEADER, OTHER_LEADER), "leader", "leader", "leader", "leader"),
        (somebody(ADMIN), "admin", None, None, None),
        (somebody(TREATER), None, None, None, None),
        (somebody(CASEWORKER), None, None, None, None),
        (somebody(), None, None, None, None),
        (somebody(LEADER, OTHER_LEADER, ADMIN, is_active=False), None, None, None, None),
    ],
)
def test_who_may(
    staff: Staff, stop_both: str | None, lift: str | None, lift_both: str | None, settle: str | None
) -> None:
    """Anybody who leads or administers may stop all; only a nämnd's own leaders let its content out again."""

    def ground(act: Act, *namnder: NamndId) -> str | None:
        answer = may_act(Actor(staff), act, namnder, NIGHT)
        return answer.ground if isinstance(answer, Allowed) else None

    assert ground(Act.STOP, NORRVIK, SODERMARK) == stop_both
    assert ground(Act.LIFT_STOP, NORRVIK) == lift
    assert ground(Act.LIFT_STOP, NORRVIK, SODERMARK) == lift_both
    assert ground(Act.SETTLE_INCIDENT, NORRVIK) == settle
    assert isinstance(may_act(Actor(staff), Act.LIFT_STOP, (), NIGHT), Denied)


def test_what_may_be_done_all_the_same_shows_and_sends_nothing() -> None:
    assert FREE_ACTS.isdisjoint({Act.READ, Act.REPLY, Act.START, Act.CLOSE, Act.NOTE, Act.READ_NOTE, Act.SEE_HANDOVER})
    assert FREE_ACTS.isdisjoint({Act.READ_BACKGROUND, Act.SEE_CLOCK, Act.HANDLE_CLOCK, Act.SEE_UNIT, Act.TRANSFER})
    assert FREE_ACTS.isdisjoint({Act.LINK, Act.WRITE_BACKGROUND, Act.HANDLE_ACTION, Act.SEE_REST, Act.ASSIGN_CLOCK})


@pytest.mark.parametrize(
    ("stopped", "about", "is_held"),
    [
        ((), (), False),
        ((), (NORRVIK,), False),
        ((NORRVIK,), (NORRVIK,), True),
        ((NORRVIK,), (SODERMARK,), False),
        ((NORRVIK,), (SODERMARK, NORRVIK), True),
        ((NORRVIK,), (), True),  # nobody can tell whose it is
    ],
)
def test_what_a_stop_holds(stopped: tuple[NamndId, ...], about: tuple[NamndId, ...], is_held: bool) -> None:
    assert holds([Stop("i", namnd, NIGHT, StaffId("s")) for namnd in stopped], about) == is_held


# --- the clocks ---


def clocks(at: datetime = NIGHT, *namnder: NamndId) -> dict[tuple[IncidentDuty, NamndId | None], IncidentClock]:
    made = begin_clocks("i", namnder or (NORRVIK, SODERMARK), at, CODES)
    return {(clock.duty, clock.namnd): clock for clock in made}


def test_the_clocks_that_start() -> None:
    """The municipality's once; IMY's for each nämnd, which is its own controller."""
    made = clocks()

    assert {key: clock.due_at.isoformat() for key, clock in made.items()} == {
        (IncidentDuty.EARLY_WARNING, None): "2026-11-23T02:00:00+00:00",
        (IncidentDuty.NOTIFICATION, None): "2026-11-25T02:00:00+00:00",
        (IncidentDuty.IMY, NORRVIK): "2026-11-25T02:00:00+00:00",
        (IncidentDuty.IMY, SODERMARK): "2026-11-25T02:00:00+00:00",
        (IncidentDuty.FINAL_REPORT, None): "2026-12-25T02:00:00+00:00",
    }
    assert len({clock.id for clock in made.values()}) == 5


@pytest.mark.parametrize(
    ("began", "early", "notified"),
    [
        ("2027-03-27T22:00:00+00:00", "2027-03-28T22:00:00+00:00", "2027-03-30T22:00:00+00:00"),  # to summer time
        ("2026-10-24T22:00:00+00:00", "2026-10-25T22:00:00+00:00", "2026-10-27T22:00:00+00:00"),  # and back
    ],
)
def test_hours_are_hours_when_the_clocks_change(began: str, early: str, notified: str) -> None:
    made = clocks(datetime.fromisoformat(began))

    assert made[IncidentDuty.EARLY_WARNING, None].due_at.isoformat() == early
    assert made[IncidentDuty.NOTIFICATION, None].due_at.isoformat() == notified


@pytest.mark.parametrize(
    ("at", "due"),
    [
        ("2027-03-10T02:00:00+00:00", "2027-04-10T01:00:00+00:00"),  # 03.00 in both
        ("2026-10-10T01:00:00+00:00", "2026-11-10T02:00:00+00:00"),
        ("2027-01-31T02:00:00+00:00", "2027-02-28T02:00:00+00:00"),
        ("2028-01-31T02:00:00+00:00", "2028-02-29T02:00:00+00:00"),
        ("2026-12-31T02:00:00+00:00", "2027-01-31T02:00:00+00:00"),
        ("2027-02-28T01:30:00+00:00", "2027-03-28T01:30:00+00:00"),  # 02.30 is not on that night: 03.30 is
    ],
)
def test_a_month_is_the_same_time_of_the_same_day(at: str, due: str) -> None:
    assert a_month_after(datetime.fromisoformat(at)).isoformat() == due


@given(at=instants)
def test_a_month_is_never_shorter_than_february_nor_longer_than_a_month(at: datetime) -> None:
    due = a_month_after(at)

    assert timedelta(days=27, hours=22) < due - at < timedelta(days=31, hours=2)
    assert local(due).month == local(at).month % 12 + 1


def test_the_final_report_runs_from_the_notification() -> None:
    final = clocks()[IncidentDuty.FINAL_REPORT, None]
    moved = final.counted_from(NIGHT + timedelta(hours=30))

    assert moved.due_at.isoformat() == "2026-12-23T08:00:00+00:00"
    assert moved.due_at < final.due_at
    assert moved.next_at == moved.due_at - timedelta(days=14)


@pytest.mark.parametrize("duty", IncidentDuty)
@given(due_at=instants, offset=st.integers(-60 * 24 * 40, 60 * 24 * 40))
def test_a_reminder_always_comes_and_is_never_behind(duty: IncidentDuty, due_at: datetime, offset: int) -> None:
    after = due_at + timedelta(minutes=offset)
    following = next_reminder(duty, due_at, after)

    assert following > after
    if after >= due_at:
        assert following - after <= timedelta(hours=12)
    else:
        assert following <= due_at
        assert following == due_at or due_at - following in REMINDED[duty]


def test_what_is_done_reminds_of_nothing() -> None:
    clock = clocks()[IncidentDuty.EARLY_WARNING, None]
    late = NIGHT + timedelta(days=2)

    assert clock.is_overdue(late)
    done = clock.done(StaffId("s"), "dnr 1", late)
    assert not done.is_overdue(late)
    assert done.next_at is None
