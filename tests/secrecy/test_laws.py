"""What holds of the rule whatever it is asked."""

from dataclasses import replace
from datetime import date, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.domain.calendar import STOCKHOLM
from bot.domain.conversation import Conversation, Ground, Route
from bot.domain.duty import Shift
from bot.domain.ids import ContactId, ConversationId, NamndId, ShiftId, StaffId
from bot.domain.people import Role, Staff, StaffRole, World
from bot.domain.secrecy import (
    CLOCK_ACTS,
    KEPT_BY_THE_NAMND,
    LEADERS_OWN,
    OF_INCIDENTS,
    OF_THE_STAFF,
    READING,
    Act,
    Actor,
    Allowed,
    Denied,
    Subject,
    Turn,
    end_of_next_working_day,
    may,
    note_deadline,
)

NAMNDER = [NamndId("norrvik"), NamndId("sodermark"), NamndId("ostanfors")]
ME, OTHER = StaffId("me"), StaffId("other")
NOW = datetime(2026, 11, 20, 21, tzinfo=STOCKHOLM)
TOTAL = frozenset({Act.SEE_DUTY}) | OF_THE_STAFF | OF_INCIDENTS

namnder = st.sampled_from(NAMNDER)
held = st.frozensets(st.builds(StaffRole, namnder, st.sampled_from(World), st.sampled_from(Role)), max_size=4)
shift_ids = st.sampled_from([ShiftId("s1"), ShiftId("s2"), ShiftId("s3")])
moments = st.integers(-400, 400).map(lambda hours: NOW + timedelta(hours=hours))


def _turn(shift_id: ShiftId, answers_for: frozenset[NamndId], starts_at: datetime) -> Turn:
    shift = Shift(shift_id, ME, NAMNDER[0], starts_at, starts_at + timedelta(hours=5))
    return Turn(shift_id, answers_for, starts_at, note_deadline(shift))


turns = st.lists(st.builds(_turn, shift_ids, st.frozensets(namnder), moments), max_size=3).map(tuple)
staff = st.builds(
    lambda roles, active, name, phone: Staff(ME, name, f"{name}@example.se", "U1", roles, phone, is_active=active),
    held,
    st.sampled_from([True, True, True, False]),
    st.sampled_from(["Anna", "Bo"]),
    st.sampled_from([None, "+46701740680"]),
)
actors = st.builds(Actor, staff, turns, turns)
some_of_us = st.frozensets(st.sampled_from([ME, OTHER]))
subjects = st.builds(
    Subject,
    st.none() | namnder,
    st.sampled_from(World),
    st.frozensets(shift_ids),
    some_of_us,
    st.frozensets(st.just(OTHER)),
    st.frozensets(namnder),
    st.none() | namnder,
    some_of_us,
    st.none() | moments,
    some_of_us,
)
acts = st.sampled_from(Act)
asked = (actors, acts, subjects, moments)


def allows(actor: Actor, act: Act, subject: Subject, at: datetime) -> bool:
    return isinstance(may(actor, act, subject, at), Allowed)


def with_roles(actor: Actor, roles: frozenset[StaffRole]) -> Actor:
    return replace(actor, staff=replace(actor.staff, roles=roles))


@given(*asked)
def test_jav_never_allows_and_comes_before_every_other_reason(
    actor: Actor, act: Act, subject: Subject, at: datetime
) -> None:
    related = replace(subject, jav=subject.jav | {ME})

    assert may(actor, act, related, at) == Denied("jav" if actor.staff.is_active else "not_staff")


@given(*asked)
def test_whoever_has_left_may_nothing(actor: Actor, act: Act, subject: Subject, at: datetime) -> None:
    left = replace(actor, staff=replace(actor.staff, is_active=False))

    assert may(left, act, subject, at) == Denied("not_staff")


@given(*asked, st.data())
def test_taking_away_a_role_a_shift_or_an_escalation_never_allows_more(
    actor: Actor, act: Act, subject: Subject, at: datetime, data: st.DataObject
) -> None:
    kept = data.draw(st.frozensets(st.sampled_from(sorted(actor.staff.roles, key=repr)))) if actor.staff.roles else None
    less = replace(
        with_roles(actor, kept or frozenset()),
        on_duty=actor.on_duty[: data.draw(st.integers(0, len(actor.on_duty)))],
        former=actor.former[: data.draw(st.integers(0, len(actor.former)))],
    )
    nobodys = replace(subject, escalated_to=subject.escalated_to - {ME})

    if allows(less, act, subject, at):
        assert allows(actor, act, subject, at)
    if allows(actor, act, nobodys, at):
        assert allows(actor, act, subject, at)


@given(actors, st.sampled_from(sorted(READING)), subjects, moments)
def test_off_duty_nobody_of_another_namnd_reads(actor: Actor, act: Act, subject: Subject, at: datetime) -> None:
    """Whatever they are at home, whatever shift they had, in whichever world."""
    there = frozenset(role for role in actor.staff.roles if role.namnd not in {subject.namnd, subject.reception})
    off_duty = replace(with_roles(actor, there), on_duty=())

    if ME not in subject.escalated_to:
        assert not allows(off_duty, act, subject, at)


@given(*asked)
def test_nobody_of_one_world_acts_in_the_other(actor: Actor, act: Act, subject: Subject, at: datetime) -> None:
    """Only who has duty, which the whole staff may know, and the one register of staff, are common."""
    other = frozenset(role for role in actor.staff.roles if role.world is not subject.world)
    stranger = replace(with_roles(actor, other), on_duty=(), former=())
    unescalated = replace(subject, escalated_to=frozenset())

    if act not in TOTAL:
        assert not allows(stranger, act, unescalated, at)


@given(*asked)
def test_an_escalation_and_a_duty_open_nothing_of_the_authority(
    actor: Actor, act: Act, subject: Subject, at: datetime
) -> None:
    case = replace(subject, world=World.MYNDIGHET)
    without = replace(actor, on_duty=(), former=())

    assert may(actor, act, case, at) == may(without, act, replace(case, escalated_to=frozenset()), at)


@given(*asked, st.sampled_from(["Anna", "Cecilia"]), st.sampled_from([None, "+46701740699"]))
def test_the_answer_depends_on_nothing_else(
    actor: Actor, act: Act, subject: Subject, at: datetime, name: str, phone: str | None
) -> None:
    """Not on what somebody is called, on their phone or address, or on which nämnder a line could have been for."""
    renamed = replace(
        actor.staff, name=name, phone=phone, is_phone_verified=True, email="x@example.se", slack_user_id=None
    )
    same = replace(subject, candidates=frozenset())

    assert may(replace(actor, staff=renamed), act, same, at) == may(actor, act, subject, at)
    turned = replace(actor, on_duty=actor.on_duty[::-1], former=actor.former[::-1])
    assert may(turned, act, subject, at) == may(actor, act, subject, at)


@given(*asked)
def test_time_only_ever_takes_away(actor: Actor, act: Act, subject: Subject, at: datetime) -> None:
    """With the same shifts running, who may tomorrow may today."""
    if allows(actor, act, subject, at + timedelta(days=1)):
        assert allows(actor, act, subject, at)


@given(*asked)
def test_a_refusal_says_why_in_one_word(actor: Actor, act: Act, subject: Subject, at: datetime) -> None:
    answer = may(actor, act, subject, at)

    assert (answer.ground if isinstance(answer, Allowed) else answer.reason).isidentifier()


@given(actors, st.sampled_from(sorted(CLOCK_ACTS)), subjects, moments)
def test_there_are_no_clocks_in_beredskapen(actor: Actor, act: Act, subject: Subject, at: datetime) -> None:
    assert not allows(actor, act, replace(subject, world=World.BEREDSKAP), at)


# --- an escalation ends ---


def closed(at: datetime | None) -> Conversation:
    routes = (Route(NOW, Ground.DUTY, OTHER, ShiftId("s1")), Route(NOW, Ground.ESCALATED, ME))
    return Conversation(
        ConversationId("c"),
        ContactId("k"),
        World.BEREDSKAP,
        NAMNDER[0],
        "+46701740699",
        NOW,
        closed_at=at,
        routes=routes,
    )


@pytest.mark.parametrize(
    ("closed_at", "ends"),
    [
        ("2026-11-20 21:30", "2026-11-24 00:00"),  # a Friday evening: until Monday has ended
        ("2026-11-21 00:30", "2026-11-24 00:00"),
        ("2026-11-23 00:10", "2026-11-25 00:00"),  # by night it is Monday's: until Tuesday has ended
        ("2026-12-23 20:00", "2026-12-29 00:00"),
        ("2026-03-28 23:59", "2026-03-31 00:00"),  # the clock changes in between
    ],
)
def test_an_escalation_ends_with_the_working_day_after_the_conversation_was_closed(closed_at: str, ends: str) -> None:
    """The design gives it while the conversation is live; what was done in it may be looked at until then."""
    at, until = (datetime.fromisoformat(text).replace(tzinfo=STOCKHOLM) for text in (closed_at, ends))
    subject = Subject.of(closed(at), jav=frozenset(), candidates=())
    leader = Actor(Staff(ME, "", "", "U1", frozenset({StaffRole(NAMNDER[0], World.BEREDSKAP, Role.LEADER)})))
    backup = Actor(Staff(ME, "", "", "U1", frozenset({StaffRole(NAMNDER[1], World.BEREDSKAP, Role.LEADER)})))

    assert may(leader, Act.READ, subject, until - timedelta(microseconds=1)) == Allowed("escalated")
    assert may(leader, Act.READ, subject, until) == Denied("leader_not_escalated")
    assert may(leader, Act.SEE_STATE, subject, until) == Allowed("leader")
    assert may(backup, Act.READ, subject, until) == Denied("other_namnd")
    for act in set(Act) - (KEPT_BY_THE_NAMND - LEADERS_OWN):
        assert may(backup, act, subject, until) == may(backup, act, replace(subject, escalated_to=frozenset()), until)


def test_while_it_is_open_an_escalation_does_not_end() -> None:
    subject = Subject.of(closed(None), jav=frozenset(), candidates=())

    assert subject.escalated_until is None
    assert subject.is_escalated_to(Staff(ME, "", "", None, frozenset()), NOW + timedelta(days=400))
    assert not subject.is_escalated_to(Staff(OTHER, "", "", None, frozenset()), NOW)


def test_a_day_that_the_municipality_has_closed_is_no_working_day() -> None:
    monday = frozenset({date(2026, 11, 23)})
    subject = Subject.of(closed(NOW), jav=frozenset(), candidates=(), closed_days=monday)

    assert subject.escalated_until == datetime(2026, 11, 25, tzinfo=STOCKHOLM)
    assert end_of_next_working_day(date(2026, 11, 20)) == datetime(2026, 11, 24, tzinfo=STOCKHOLM)
