"""Who may read or act: the one rule, as a table and as laws."""

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.domain.calendar import STOCKHOLM
from bot.domain.conversation import Conversation, Ground, Route
from bot.domain.duty import Shift
from bot.domain.ids import ContactId, ConversationId, NamndId, ShiftId, StaffId
from bot.domain.people import Role, Staff, StaffRole, World
from bot.domain.secrecy import (
    BEREDSKAPS_OWN,
    CLOCK_ACTS,
    OF_INCIDENTS,
    OF_THE_STAFF,
    Act,
    Actor,
    Allowed,
    Denied,
    Subject,
    Turn,
    may,
    note_deadline,
)

HERE, THERE, ELSEWHERE = NamndId("norrvik"), NamndId("sodermark"), NamndId("ostanfors")
ME, SHIFT, OTHER_SHIFT = StaffId("me"), ShiftId("s1"), ShiftId("s2")
STARTED = datetime(2026, 11, 20, 17, tzinfo=STOCKHOLM).astimezone(UTC)  # a Friday
NOW = STARTED + timedelta(hours=4)
BEREDSKAP, MYNDIGHET = World.BEREDSKAP, World.MYNDIGHET
FAMILJEBEHANDLARE, HANDLAGGARE, LEADER, ADMIN = (
    Role.FAMILJEBEHANDLARE,
    Role.HANDLAGGARE,
    Role.LEADER,
    Role.ADMIN,
)


def me(*roles: tuple[NamndId, World, Role], active: bool = True) -> Staff:
    return Staff(ME, "Anna", "a@example.se", "U1", frozenset(StaffRole(*role) for role in roles), is_active=active)


def turn(*namnder: NamndId, shift: ShiftId = SHIFT) -> Turn:
    return a_turn(shift, frozenset(namnder), STARTED)


def a_shift(shift: ShiftId, starts_at: datetime, hours: float = 5) -> Shift:
    return Shift(shift, ME, HERE, starts_at, starts_at + timedelta(hours=hours))


def a_turn(shift: ShiftId, answers_for: frozenset[NamndId], starts_at: datetime) -> Turn:
    return Turn(shift, answers_for, starts_at, note_deadline(a_shift(shift, starts_at)))


NOBODY = Actor(me())
HOME = Actor(me((HERE, BEREDSKAP, FAMILJEBEHANDLARE)))
COLLEAGUE = Actor(me((THERE, BEREDSKAP, FAMILJEBEHANDLARE)))
ON_DUTY = replace(COLLEAGUE, on_duty=(turn(HERE, THERE),))
ON_DUTY_FOR_OTHERS = replace(COLLEAGUE, on_duty=(turn(THERE),))
AFTER_DUTY = replace(COLLEAGUE, former=(turn(HERE, THERE),))
LEADS = Actor(me((HERE, BEREDSKAP, LEADER)))
LEADS_THERE = Actor(me((THERE, BEREDSKAP, LEADER)))
DECIDES = Actor(me((HERE, MYNDIGHET, HANDLAGGARE)))
CHIEF = Actor(me((HERE, MYNDIGHET, LEADER)))
ADMINISTERS = Actor(me((HERE, BEREDSKAP, ADMIN), (HERE, MYNDIGHET, ADMIN)))

LIVE = Subject(HERE, shift_ids=frozenset({SHIFT}), candidates=frozenset({HERE, THERE}), reception=HERE)
EARLIER = replace(LIVE, shift_ids=frozenset({OTHER_SHIFT}))
ESCALATED = replace(LIVE, escalated_to=frozenset({ME}))
RELATED = replace(LIVE, jav=frozenset({ME}), escalated_to=frozenset({ME}))
UNKNOWN = replace(LIVE, namnd=None)
UNKNOWN_EARLIER = replace(UNKNOWN, shift_ids=frozenset({OTHER_SHIFT}))
UNKNOWN_ESCALATED = replace(UNKNOWN_EARLIER, escalated_to=frozenset({ME}))
CASE = Subject(HERE, world=MYNDIGHET, shift_ids=frozenset({SHIFT}), escalated_to=frozenset({ME}))


@pytest.mark.parametrize(
    ("actor", "act", "subject", "answer"),
    [
        # the contact's own nämnd, at any time
        (HOME, Act.READ, LIVE, Allowed("home_namnd")),
        (HOME, Act.REPLY, EARLIER, Allowed("home_namnd")),
        (HOME, Act.ENROL, LIVE, Allowed("home_namnd")),
        (HOME, Act.LINK, LIVE, Allowed("home_namnd")),
        # on duty for it now
        (ON_DUTY, Act.READ, LIVE, Allowed("on_duty")),
        (ON_DUTY, Act.REPLY, LIVE, Allowed("on_duty")),
        (ON_DUTY, Act.TAKE, LIVE, Allowed("on_duty")),
        (ON_DUTY, Act.CLOSE, LIVE, Allowed("on_duty")),
        (ON_DUTY, Act.NOTE, LIVE, Allowed("on_duty")),
        (ON_DUTY, Act.START, EARLIER, Allowed("on_duty")),
        (ON_DUTY, Act.READ, EARLIER, Denied("other_namnd")),  # not put before this shift
        (ON_DUTY, Act.ENROL, LIVE, Denied("not_home")),
        (ON_DUTY, Act.LINK, LIVE, Denied("not_home")),
        (ON_DUTY_FOR_OTHERS, Act.READ, LIVE, Denied("other_namnd")),
        (ON_DUTY_FOR_OTHERS, Act.START, LIVE, Denied("other_namnd")),
        # a colleague, off duty
        (COLLEAGUE, Act.READ, LIVE, Denied("other_namnd")),
        (COLLEAGUE, Act.SEE_STATE, LIVE, Denied("other_namnd")),
        (COLLEAGUE, Act.SEE_DUTY, LIVE, Allowed("staff")),
        (AFTER_DUTY, Act.NOTE, LIVE, Allowed("after_shift_note")),
        (AFTER_DUTY, Act.NOTE, EARLIER, Denied("not_on_duty")),
        (AFTER_DUTY, Act.READ, LIVE, Denied("not_on_duty")),
        (AFTER_DUTY, Act.REPLY, LIVE, Denied("not_on_duty")),
        (AFTER_DUTY, Act.SEE_STATE, LIVE, Denied("not_on_duty")),
        # the leader of beredskapen
        (LEADS, Act.SEE_STATE, LIVE, Allowed("leader")),
        (LEADS, Act.NOTE, LIVE, Allowed("leader")),
        (LEADS, Act.READ, LIVE, Denied("leader_not_escalated")),
        (LEADS, Act.REPLY, LIVE, Denied("leader_not_escalated")),
        (LEADS, Act.READ, ESCALATED, Allowed("escalated")),
        (LEADS, Act.REPLY, ESCALATED, Allowed("escalated")),
        (LEADS_THERE, Act.SEE_STATE, LIVE, Denied("other_namnd")),
        # working time is for whoever leads those who worked
        (LEADS, Act.SEE_REST, LIVE, Allowed("leader")),
        (LEADS_THERE, Act.SEE_REST, LIVE, Denied("leaders_only")),
        (HOME, Act.SEE_REST, LIVE, Denied("leaders_only")),
        (ON_DUTY, Act.SEE_REST, UNKNOWN, Denied("leaders_only")),
        (CHIEF, Act.SEE_REST, CASE, Denied("other_world")),
        # roles that say nothing about beredskap's texts
        (DECIDES, Act.READ, LIVE, Denied("other_namnd")),
        (CHIEF, Act.READ, LIVE, Denied("other_namnd")),
        (ADMINISTERS, Act.READ, LIVE, Denied("other_namnd")),
        (NOBODY, Act.READ, LIVE, Denied("other_namnd")),
        # jäv goes before everything
        (HOME, Act.READ, RELATED, Denied("jav")),
        (ON_DUTY, Act.READ, RELATED, Denied("jav")),
        (LEADS, Act.READ, RELATED, Denied("jav")),
        # an unknown number
        (ON_DUTY, Act.READ, UNKNOWN, Allowed("unknown_on_duty")),
        (ON_DUTY, Act.HAND_OVER, UNKNOWN, Allowed("unknown_on_duty")),
        (ON_DUTY, Act.READ, UNKNOWN_EARLIER, Denied("not_on_duty")),
        (AFTER_DUTY, Act.NOTE, UNKNOWN, Allowed("after_shift_note")),
        (AFTER_DUTY, Act.NOTE, UNKNOWN_EARLIER, Denied("not_on_duty")),
        (AFTER_DUTY, Act.READ, UNKNOWN, Denied("not_on_duty")),
        (LEADS, Act.NOTE, UNKNOWN, Allowed("leader")),
        (LEADS, Act.SEE_STATE, UNKNOWN, Allowed("leader")),
        (LEADS, Act.READ, UNKNOWN, Denied("not_on_duty")),
        (LEADS_THERE, Act.NOTE, UNKNOWN, Denied("not_on_duty")),
        (LEADS, Act.READ, UNKNOWN_ESCALATED, Allowed("escalated")),
        (HOME, Act.READ, UNKNOWN_EARLIER, Allowed("unknown_reception")),
        (COLLEAGUE, Act.READ, UNKNOWN_EARLIER, Denied("not_on_duty")),
        (ON_DUTY, Act.LINK, UNKNOWN, Denied("hand_over_first")),
        (HOME, Act.ENROL, UNKNOWN, Denied("hand_over_first")),
        # the other world
        (DECIDES, Act.READ, CASE, Allowed("handlaggare")),
        (CHIEF, Act.READ, CASE, Allowed("leader")),
        *((DECIDES, act, CASE, Denied("other_world")) for act in (Act.LINK, Act.ENROL, Act.HAND_OVER, Act.START)),
        (HOME, Act.READ, CASE, Denied("other_world")),
        (ON_DUTY, Act.READ, CASE, Denied("other_world")),
        (LEADS, Act.READ, CASE, Denied("other_world")),
        (DECIDES, Act.READ, replace(CASE, namnd=THERE), Denied("other_world")),
        (DECIDES, Act.READ, replace(CASE, namnd=None), Denied("other_world")),
    ],
)
def test_who_may_what(actor: Actor, act: Act, subject: Subject, answer: Allowed | Denied) -> None:
    assert may(actor, act, subject, NOW) == answer


HANDOVER_ACTS = (  # the columns of the table below
    Act.SEE_HANDOVER,
    Act.READ_NOTE,
    Act.HANDLE_ACTION,
    Act.TRANSFER,
    Act.READ_BACKGROUND,
    Act.WRITE_BACKGROUND,
)


@pytest.mark.parametrize(
    ("actor", "subject", "answers"),
    [
        # the contact's own nämnd, at any time
        (HOME, LIVE, "+home_namnd +home_namnd +home_namnd +home_namnd +home_namnd +home_namnd"),
        (HOME, EARLIER, "+home_namnd +home_namnd +home_namnd +home_namnd +home_namnd +home_namnd"),
        # a colleague of another nämnd: on duty for it with this conversation, and otherwise
        (ON_DUTY, LIVE, "not_home +on_duty +on_duty not_home +on_duty not_home"),
        (ON_DUTY, EARLIER, "not_home other_namnd other_namnd not_home other_namnd not_home"),
        (ON_DUTY_FOR_OTHERS, LIVE, "not_home other_namnd other_namnd not_home other_namnd not_home"),
        (AFTER_DUTY, LIVE, "not_home not_on_duty not_on_duty not_home not_on_duty not_home"),
        (COLLEAGUE, LIVE, "not_home other_namnd other_namnd not_home other_namnd not_home"),
        (COLLEAGUE, ESCALATED, "+escalated +escalated +escalated not_home +escalated not_home"),
        # leaders: state, notes and actions; the record and the plan are the familjebehandlare's
        (LEADS, LIVE, "+leader +leader +leader not_home leader_not_escalated not_home"),
        (LEADS, EARLIER, "+leader +leader +leader not_home leader_not_escalated not_home"),
        (LEADS, ESCALATED, "+escalated +escalated +escalated not_home +escalated not_home"),
        (LEADS_THERE, LIVE, "not_home other_namnd other_namnd not_home other_namnd not_home"),
        # roles that say nothing about beredskap
        (DECIDES, LIVE, "not_home other_namnd other_namnd not_home other_namnd not_home"),
        (CHIEF, LIVE, "not_home other_namnd other_namnd not_home other_namnd not_home"),
        (ADMINISTERS, LIVE, "not_home other_namnd other_namnd not_home other_namnd not_home"),
        (NOBODY, LIVE, "not_home other_namnd other_namnd not_home other_namnd not_home"),
        # jäv goes before everything
        (HOME, RELATED, "jav jav jav jav jav jav"),
        (ON_DUTY, RELATED, "jav jav jav jav jav jav"),
        (LEADS, RELATED, "jav jav jav jav jav jav"),
        # an unknown number has no plan, and its handover is its reception's
        (
            HOME,
            UNKNOWN_EARLIER,
            "+unknown_reception +unknown_reception +unknown_reception +unknown_reception"
            " hand_over_first hand_over_first",
        ),
        (ON_DUTY, UNKNOWN, "not_home +unknown_on_duty +unknown_on_duty not_home hand_over_first hand_over_first"),
        (ON_DUTY, UNKNOWN_EARLIER, "not_home not_on_duty not_on_duty not_home hand_over_first hand_over_first"),
        (AFTER_DUTY, UNKNOWN, "not_home not_on_duty not_on_duty not_home hand_over_first hand_over_first"),
        (COLLEAGUE, UNKNOWN, "not_home not_on_duty not_on_duty not_home hand_over_first hand_over_first"),
        (LEADS, UNKNOWN, "+leader +leader +leader not_home hand_over_first hand_over_first"),
        (LEADS_THERE, UNKNOWN, "not_home not_on_duty not_on_duty not_home hand_over_first hand_over_first"),
        (LEADS, UNKNOWN_ESCALATED, "+escalated +escalated +escalated not_home hand_over_first hand_over_first"),
        (DECIDES, UNKNOWN, "not_home not_on_duty not_on_duty not_home hand_over_first hand_over_first"),
        # the other world has none of it
        *(
            (actor, CASE, "other_world other_world other_world other_world other_world other_world")
            for actor in (HOME, ON_DUTY, LEADS, DECIDES, CHIEF)
        ),
    ],
)
def test_who_may_what_with_a_handover(actor: Actor, subject: Subject, answers: str) -> None:
    """One word for each of `HANDOVER_ACTS`: +ground when it is allowed, otherwise the reason."""
    found = [may(actor, act, subject, NOW) for act in HANDOVER_ACTS]

    assert [f"+{one.ground}" if isinstance(one, Allowed) else one.reason for one in found] == answers.split()


SOMEBODY = StaffId("other")
CLOCK = Subject(HERE, world=MYNDIGHET, shift_ids=frozenset({SHIFT}), responsible=frozenset({ME}))
OTHERS_CLOCK = replace(CLOCK, responsible=frozenset({SOMEBODY}))
SHARED_CLOCK = replace(CLOCK, responsible=frozenset({SOMEBODY, ME}))  # one is away, the other stands in
UNOWNED = replace(CLOCK, responsible=frozenset())
CLOCK_COLUMNS = (
    Act.REGISTER_CLOCK,
    Act.SEE_CLOCK,
    Act.HANDLE_CLOCK,
    Act.SEE_UNIT,
    Act.ASSIGN_CLOCK,
    Act.SET_ABSENCE,
)
DECIDES_THERE = Actor(me((THERE, MYNDIGHET, HANDLAGGARE)))
CHIEF_THERE = Actor(me((THERE, MYNDIGHET, LEADER)))
DECIDES_ON_DUTY = Actor(me((HERE, MYNDIGHET, HANDLAGGARE), (HERE, BEREDSKAP, FAMILJEBEHANDLARE)), (turn(HERE),))
HOME_ON_DUTY = replace(HOME, on_duty=(turn(HERE, THERE),))
MISPLACED = Actor(me((HERE, MYNDIGHET, FAMILJEBEHANDLARE), (HERE, BEREDSKAP, HANDLAGGARE)))
NO_CLOCK = " ".join(["other_world"] * len(CLOCK_COLUMNS))


@pytest.mark.parametrize(
    ("actor", "subject", "answers"),
    [
        # the responsible handläggare, and the stand-in
        (DECIDES, CLOCK, "+handlaggare +responsible +responsible leaders_only leaders_only +responsible"),
        (DECIDES, SHARED_CLOCK, "+handlaggare +responsible +responsible leaders_only leaders_only +responsible"),
        (DECIDES_ON_DUTY, CLOCK, "+handlaggare +responsible +responsible leaders_only leaders_only +responsible"),
        # other handläggare of the same nämnd
        (
            DECIDES,
            OTHERS_CLOCK,
            "+handlaggare not_responsible not_responsible leaders_only leaders_only not_responsible",
        ),
        (DECIDES, UNOWNED, "+handlaggare not_responsible not_responsible leaders_only leaders_only not_responsible"),
        (
            DECIDES_ON_DUTY,
            OTHERS_CLOCK,
            "+handlaggare not_responsible not_responsible leaders_only leaders_only not_responsible",
        ),
        # that nämnd's leaders
        *(
            (CHIEF, subject, "+leader +leader +leader +leader +leader +leader")
            for subject in (CLOCK, OTHERS_CLOCK, UNOWNED)
        ),
        # another nämnd's, though they be named as responsible
        *((DECIDES_THERE, subject, NO_CLOCK) for subject in (CLOCK, OTHERS_CLOCK, UNOWNED)),
        *((CHIEF_THERE, subject, NO_CLOCK) for subject in (CLOCK, OTHERS_CLOCK, UNOWNED)),
        # beredskap, in the clock's own world
        *(
            (actor, subject, NO_CLOCK)
            for actor in (HOME, HOME_ON_DUTY, ON_DUTY, AFTER_DUTY, COLLEAGUE, LEADS, ADMINISTERS, MISPLACED, NOBODY)
            for subject in (CLOCK, OTHERS_CLOCK, UNOWNED, replace(CLOCK, escalated_to=frozenset({ME})))
        ),
        # and in its own there are no clocks, for anybody
        *(
            (actor, subject, NO_CLOCK)
            for actor in (HOME, HOME_ON_DUTY, ON_DUTY, LEADS, DECIDES, DECIDES_ON_DUTY, CHIEF)
            for subject in (LIVE, ESCALATED, UNKNOWN, UNKNOWN_ESCALATED, replace(LIVE, responsible=frozenset({ME})))
        ),
        # no nämnd, no answer
        *((actor, replace(CLOCK, namnd=None), NO_CLOCK) for actor in (DECIDES, CHIEF, ON_DUTY)),
        # jäv goes before everything
        *(
            (actor, replace(CLOCK, jav=frozenset({ME})), "jav jav jav jav jav jav")
            for actor in (DECIDES, CHIEF, HOME_ON_DUTY)
        ),
    ],
)
def test_who_may_what_with_a_clock(actor: Actor, subject: Subject, answers: str) -> None:
    """One word for each of `CLOCK_COLUMNS`: +ground when it is allowed, otherwise the reason."""
    found = [may(actor, act, subject, NOW) for act in CLOCK_COLUMNS]

    assert frozenset(CLOCK_COLUMNS) == CLOCK_ACTS
    assert [f"+{one.ground}" if isinstance(one, Allowed) else one.reason for one in found] == answers.split()


@pytest.mark.parametrize("act", [Act.SEE_STATE, Act.READ, Act.REPLY, Act.NOTE, Act.TAKE, Act.CLOSE])
def test_the_conversation_of_a_clock_is_for_those_who_have_the_clock(act: Act) -> None:
    """The answers to a summons: not for the handläggare next door. What belongs to no clock is for any of them."""
    assert may(DECIDES, act, CLOCK, NOW) == Allowed("responsible")
    assert may(DECIDES, act, SHARED_CLOCK, NOW) == Allowed("responsible")
    assert may(DECIDES, act, OTHERS_CLOCK, NOW) == Denied("not_responsible")
    assert may(CHIEF, act, OTHERS_CLOCK, NOW) == Allowed("leader")
    assert may(DECIDES, act, UNOWNED, NOW) == Allowed("handlaggare")
    for actor in (HOME, HOME_ON_DUTY, ON_DUTY, LEADS, DECIDES_THERE, CHIEF_THERE, ADMINISTERS):
        assert may(actor, act, CLOCK, NOW) == Denied("other_world")


@pytest.mark.parametrize("act", Act)
def test_who_has_left_may_nothing(act: Act) -> None:
    gone = replace(ON_DUTY, staff=me((HERE, BEREDSKAP, FAMILJEBEHANDLARE), active=False))

    assert may(gone, act, LIVE, NOW) == Denied("not_staff")


@pytest.mark.parametrize(
    ("started", "last"),
    [
        ("2026-11-20 17:00", "2026-11-24 00:00"),  # Friday: until Monday has ended
        ("2026-11-20 23:30", "2026-11-24 00:00"),
        ("2026-11-19 17:00", "2026-11-21 00:00"),
        ("2026-12-23 17:00", "2026-12-29 00:00"),
        ("2026-03-27 17:00", "2026-03-31 00:00"),
        ("2026-10-23 17:00", "2026-10-27 00:00"),
    ],
)
@pytest.mark.parametrize("subject", [LIVE, UNKNOWN])
def test_the_note_may_be_written_until_the_next_working_day_ends(started: str, last: str, subject: Subject) -> None:
    starts_at, ends = (datetime.fromisoformat(t).replace(tzinfo=STOCKHOLM).astimezone(UTC) for t in (started, last))
    actor = replace(COLLEAGUE, former=(a_turn(SHIFT, frozenset({HERE}), starts_at),))

    assert note_deadline(a_shift(SHIFT, starts_at)) == ends
    assert note_deadline(a_shift(SHIFT, starts_at, hours=9)) == ends  # past midnight: the same night
    assert may(actor, Act.NOTE, subject, ends - timedelta(microseconds=1)) == Allowed("after_shift_note")
    assert may(actor, Act.NOTE, subject, ends) == Denied("not_on_duty")


def test_the_note_of_a_shift_of_several_days_may_be_written_after_it() -> None:
    """Thursday to Sunday: Friday, the working day after it began, is not when the right to write ends."""
    thursday = datetime(2026, 11, 19, 17, tzinfo=STOCKHOLM).astimezone(UTC)

    assert note_deadline(a_shift(SHIFT, thursday, hours=63)) == datetime(2026, 11, 24, tzinfo=STOCKHOLM)
    closed = frozenset({date(2026, 11, 23)})
    assert note_deadline(a_shift(SHIFT, thursday, hours=63), closed) == datetime(2026, 11, 25, tzinfo=STOCKHOLM)


def test_a_subject_is_what_the_conversation_went_through() -> None:
    conversation = Conversation(
        id=ConversationId("c"),
        contact_id=ContactId("k"),
        world=BEREDSKAP,
        namnd=HERE,
        our_number="+46701740699",
        opened_at=NOW,
        routes=(
            Route(NOW, Ground.DUTY, ME, SHIFT),
            Route(NOW, Ground.OFFICE),
            Route(NOW, Ground.UNTAKEN, StaffId("leader")),
        ),
    )

    subject = Subject.of(conversation, jav=frozenset({ME}), candidates=(HERE, THERE))

    assert subject == Subject(
        HERE,
        shift_ids=frozenset({SHIFT}),
        escalated_to=frozenset({StaffId("leader")}),
        jav=frozenset({ME}),
        candidates=frozenset({HERE, THERE}),
        reception=HERE,
    )
    assert Subject.of(conversation, jav=frozenset(), candidates=()).reception is None
    named = Subject.of(conversation, jav=frozenset(), candidates=(), responsible=frozenset({ME}))
    assert (subject.responsible, named.responsible) == (frozenset(), frozenset({ME}))


# --- laws ---

namnder = st.sampled_from([HERE, THERE, ELSEWHERE])
roles = st.builds(StaffRole, namnder, st.sampled_from(World), st.sampled_from(Role))
shift_ids = st.sampled_from([SHIFT, OTHER_SHIFT, ShiftId("s3")])
starts = st.integers(-400, 0).map(lambda h: NOW + timedelta(hours=h))
turns = st.lists(st.builds(a_turn, shift_ids, st.frozensets(namnder, max_size=3), starts), max_size=3).map(tuple)
people = st.sampled_from([ME, StaffId("other")])
actors = st.builds(
    Actor,
    st.builds(
        lambda held, active: Staff(ME, "Anna", "a@example.se", None, held, is_active=active),
        st.frozensets(roles, max_size=4),
        st.sampled_from([True, True, True, False]),
    ),
    turns,
    turns,
)
subjects = st.builds(
    Subject,
    st.none() | namnder,
    st.sampled_from(World),
    st.frozensets(shift_ids),
    st.frozensets(people),
    st.frozensets(people),
    st.frozensets(namnder),
    st.none() | namnder,
    st.frozensets(people),
)
# Of a case. What is of the staff themselves, of their register and of a nödstopp has its laws in tests/secrecy.
acts = st.sampled_from(sorted(set(Act) - OF_THE_STAFF - OF_INCIDENTS - {Act.OWN, Act.READ_RAW}))
times = st.integers(-500, 500).map(lambda h: NOW + timedelta(hours=h))


@given(actors, acts, subjects, times)
def test_there_is_always_an_answer(actor: Actor, act: Act, subject: Subject, at: datetime) -> None:
    answer = may(actor, act, subject, at)

    assert isinstance(answer, Allowed | Denied)
    assert (answer.ground if isinstance(answer, Allowed) else answer.reason).isidentifier()


@given(actors, acts, subjects, times)
def test_jav_is_always_denied(actor: Actor, act: Act, subject: Subject, at: datetime) -> None:
    related = replace(subject, jav=subject.jav | {ME})

    assert isinstance(may(actor, act, related, at), Denied)


@given(actors, st.sampled_from([Act.READ, Act.REPLY, Act.READ_BACKGROUND]), subjects, times)
def test_nobody_reads_without_a_part_in_the_namnd(actor: Actor, act: Act, subject: Subject, at: datetime) -> None:
    """Reading takes a role as familjebehandlare there, a running shift for it that had it, or an escalation."""
    if subject.namnd is None or subject.world is MYNDIGHET or ME in subject.escalated_to:
        return
    works_there = StaffRole(subject.namnd, BEREDSKAP, FAMILJEBEHANDLARE) in actor.staff.roles
    has_it = any(t.shift_id in subject.shift_ids and subject.namnd in t.answers_for for t in actor.on_duty)
    if not works_there and not has_it:
        assert isinstance(may(actor, act, subject, at), Denied)


@given(actors, acts, subjects, times)
def test_a_role_in_another_namnd_changes_nothing(actor: Actor, act: Act, subject: Subject, at: datetime) -> None:
    strangers = frozenset(role for role in actor.staff.roles if role.namnd in {subject.namnd, subject.reception})
    without = replace(actor, staff=replace(actor.staff, roles=strangers))

    assert may(actor, act, subject, at) == may(without, act, subject, at)


@given(actors, acts, subjects, times)
def test_the_worlds_never_mix(actor: Actor, act: Act, subject: Subject, at: datetime) -> None:
    """No role of beredskap and no shift opens a case of the authority."""
    only_beredskap = frozenset(role for role in actor.staff.roles if role.world is BEREDSKAP)
    here = replace(actor, staff=replace(actor.staff, roles=only_beredskap))

    assert isinstance(may(here, act, replace(subject, world=MYNDIGHET), at), Denied)


@given(actors, acts, subjects, times)
def test_a_familjebehandlare_never_reads_a_case_of_the_authority(
    actor: Actor, act: Act, subject: Subject, at: datetime
) -> None:
    """Not even with that role written down in the wrong world."""
    kept = frozenset(role for role in actor.staff.roles if role.role in {FAMILJEBEHANDLARE, ADMIN})
    here = replace(actor, staff=replace(actor.staff, roles=kept))

    assert isinstance(may(here, act, replace(subject, world=MYNDIGHET), at), Denied)


@given(acts, subjects, times, turns)
def test_after_the_shift_a_colleague_may_write_the_note_and_nothing_more(
    act: Act, subject: Subject, at: datetime, former: tuple[Turn, ...]
) -> None:
    if subject.world is MYNDIGHET or ME in subject.escalated_to:
        return
    answer = may(Actor(me(), (), former), act, subject, at)

    if isinstance(answer, Allowed) and act is not Act.SEE_DUTY:
        assert (act, answer) == (Act.NOTE, Allowed("after_shift_note"))
        assert any(t.shift_id in subject.shift_ids and at < t.note_until for t in former)


@given(subjects, times, st.sampled_from([Act.LINK, Act.ENROL, Act.TRANSFER, Act.WRITE_BACKGROUND]))
def test_only_the_own_namnd_enrols_and_links_and_keeps_the_record(subject: Subject, at: datetime, act: Act) -> None:
    on_duty = Actor(me((ELSEWHERE, BEREDSKAP, LEADER)), (a_turn(SHIFT, frozenset({HERE, THERE, ELSEWHERE}), NOW),))

    assert isinstance(may(on_duty, act, subject, at), Denied)


handover_acts = st.sampled_from(HANDOVER_ACTS)


@given(actors, handover_acts, subjects, times)
def test_another_namnd_has_no_part_in_a_handover(actor: Actor, act: Act, subject: Subject, at: datetime) -> None:
    """OSL 8:2: secrecy holds between the nämnder; a shift that runs now, or an escalation, is what opens it."""
    strangers = frozenset(held for held in actor.staff.roles if held.namnd not in {subject.namnd, subject.reception})
    other = replace(actor, staff=replace(actor.staff, roles=strangers))
    has_it = any(
        t.shift_id in subject.shift_ids and (subject.namnd is None or subject.namnd in t.answers_for)
        for t in actor.on_duty
    )

    if not has_it and ME not in subject.escalated_to:
        assert isinstance(may(other, act, subject, at), Denied)


@given(actors, subjects, times)
def test_only_the_own_familjebehandlare_keep_the_record_and_the_background(
    actor: Actor, subject: Subject, at: datetime
) -> None:
    """Whoever has the duty, or was escalated to, reads the background and leaves the record to those whose it is."""
    home = subject.namnd if subject.namnd is not None else subject.reception
    works_there = home is not None and StaffRole(home, BEREDSKAP, FAMILJEBEHANDLARE) in actor.staff.roles

    for act, grounds in (
        (Act.TRANSFER, {Allowed("home_namnd"), Allowed("unknown_reception")}),
        (Act.WRITE_BACKGROUND, {Allowed("home_namnd")}),
    ):
        answer = may(actor, act, subject, at)
        assert isinstance(answer, Denied) or (answer in grounds and works_there)


@given(actors, st.sampled_from([Act.READ, Act.REPLY, Act.READ_BACKGROUND, Act.WRITE_BACKGROUND]), subjects, times)
def test_a_leader_sees_notes_and_actions_but_reads_nothing(
    actor: Actor, act: Act, subject: Subject, at: datetime
) -> None:
    """Without a duty or an escalation, no role but that of familjebehandlare opens what was written."""
    kept = frozenset(held for held in actor.staff.roles if held.role is not FAMILJEBEHANDLARE)
    leads = frozenset(StaffRole(namnd, BEREDSKAP, LEADER) for namnd in (HERE, THERE, ELSEWHERE))
    leader = replace(actor, staff=replace(actor.staff, roles=kept | leads), on_duty=())

    if subject.world is BEREDSKAP and ME not in subject.escalated_to:
        assert isinstance(may(leader, act, subject, at), Denied)


@given(actors, handover_acts, subjects, times)
def test_the_authority_has_no_part_in_a_handover(actor: Actor, act: Act, subject: Subject, at: datetime) -> None:
    """Notes, actions, handovers and backgrounds are beredskap's: no role opens them in the other world, or from it."""
    decides = frozenset(
        StaffRole(namnd, MYNDIGHET, role) for namnd in (HERE, THERE, ELSEWHERE) for role in (HANDLAGGARE, LEADER)
    )
    both = replace(actor, staff=replace(actor.staff, roles=actor.staff.roles | decides))
    only_authority = Actor(replace(actor.staff, roles=decides), former=actor.former)

    assert isinstance(may(both, act, replace(subject, world=MYNDIGHET), at), Denied)
    if ME not in subject.escalated_to:
        assert isinstance(may(only_authority, act, replace(subject, world=BEREDSKAP), at), Denied)


@given(actors, handover_acts, subjects, times)
def test_a_familjebehandlare_of_the_home_namnd_has_all_of_it(
    actor: Actor, act: Act, subject: Subject, at: datetime
) -> None:
    if subject.namnd is None or not actor.staff.is_active:
        return
    held = actor.staff.roles | {StaffRole(subject.namnd, BEREDSKAP, FAMILJEBEHANDLARE)}
    home = replace(actor, staff=replace(actor.staff, roles=held))
    own = replace(subject, world=BEREDSKAP, jav=subject.jav - {ME})

    assert may(home, act, own, at) == Allowed("home_namnd")


# --- clocks ---

clock_acts = st.sampled_from(sorted(CLOCK_ACTS))


@given(actors, acts, subjects, times)
def test_no_role_of_beredskap_is_ever_allowed_anything_of_the_authority(
    actor: Actor, act: Act, subject: Subject, at: datetime
) -> None:
    """Not on duty for the nämnd, not by escalation, not named as responsible."""
    every_role = frozenset(StaffRole(namnd, BEREDSKAP, role) for namnd in (HERE, THERE, ELSEWHERE) for role in Role)
    on_duty = (a_turn(SHIFT, frozenset({HERE, THERE, ELSEWHERE}), STARTED),)
    here = replace(actor, staff=replace(actor.staff, roles=every_role), on_duty=on_duty)
    case = replace(
        subject,
        world=MYNDIGHET,
        shift_ids=frozenset({SHIFT}),
        escalated_to=frozenset({ME}),
        responsible=frozenset({ME}),
    )

    assert isinstance(may(here, act, case, at), Denied)


@given(actors, clock_acts, subjects, times)
def test_a_clock_is_for_its_own_namnds_authority(actor: Actor, act: Act, subject: Subject, at: datetime) -> None:
    if isinstance(may(actor, act, subject, at), Denied):
        return
    roles = {held.role for held in actor.staff.roles if (held.namnd, held.world) == (subject.namnd, MYNDIGHET)}

    assert subject.world is MYNDIGHET
    assert LEADER in roles or (HANDLAGGARE in roles and act not in {Act.SEE_UNIT, Act.ASSIGN_CLOCK})
    assert LEADER in roles or act is Act.REGISTER_CLOCK or ME in subject.responsible


@given(actors, acts, subjects, times)
def test_duty_changes_nothing_for_the_authority(actor: Actor, act: Act, subject: Subject, at: datetime) -> None:
    case = replace(subject, world=MYNDIGHET)

    assert may(actor, act, case, at) == may(replace(actor, on_duty=(), former=()), act, case, at)


@given(actors, acts, subjects, times)
def test_whoever_has_another_clock_reads_nothing_of_this_one(
    actor: Actor, act: Act, subject: Subject, at: datetime
) -> None:
    """Where somebody else is responsible, a handläggare may only register something of their own."""
    kept = frozenset(held for held in actor.staff.roles if held.role is not LEADER)
    here = replace(actor, staff=replace(actor.staff, roles=kept))
    others = replace(subject, world=MYNDIGHET, responsible=frozenset({SOMEBODY}))

    if act is not Act.REGISTER_CLOCK:
        assert isinstance(may(here, act, others, at), Denied)


@pytest.mark.parametrize("act", sorted(BEREDSKAPS_OWN))
def test_what_is_beredskaps_own_is_not_for_the_authoritys_leaders_either(act: Act) -> None:
    assert may(CHIEF, act, CLOCK, NOW) == Denied("other_world")
