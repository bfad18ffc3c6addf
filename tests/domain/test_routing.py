"""To whom a text goes, whether a phone should sound, and when a conversation follows the duty."""

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.domain.auto_reply import AutoKind, choose
from bot.domain.conversation import Ground, Route
from bot.domain.duty import Duty, DutyState, Shift
from bot.domain.ids import ContactId, NamndId, ShiftId, StaffId, YouthId
from bot.domain.people import AgeBand, Basis, Contact, Link, LinkedContact, LinkRole, World, Youth
from bot.domain.routing import NamndChoice, choose_namnd, ground_of, ping_is_due, should_move
from bot.domain.rules import OurNumber

NOW = datetime(2026, 11, 20, 21, 14, tzinfo=UTC)
A, B, C = NamndId("a"), NamndId("b"), NamndId("c")
ANNA, BO = StaffId("anna"), StaffId("bo")
FRIDAY, SATURDAY = ShiftId("friday"), ShiftId("saturday")
OURS = OurNumber("+46701740699", "Beredskapen", World.BEREDSKAP, (A, B))


def youth(namnd: NamndId, *, active: bool = True) -> Youth:
    return Youth(
        YouthId(f"y-{namnd}"), namnd, "4TK9M", "Ture", AgeBand.FROM_15, Basis.GUARDIAN_CONSENT, is_active=active
    )


def contact(*links: tuple[NamndId, LinkRole], answerable: bool = True, blocked: bool = False) -> LinkedContact:
    who = Contact(ContactId("k"), "+46701740605", "7WQ2D", is_answerable=answerable, is_blocked=blocked)
    return LinkedContact(who, tuple(Link(who.id, youth(namnd), role, "Ture") for namnd, role in links))


def linked(*namnder: NamndId) -> LinkedContact:
    return contact(*((namnd, LinkRole.GUARDIAN) for namnd in namnder))


@pytest.mark.parametrize(
    ("namnder", "last", "leads", "expected"),
    [
        ((), None, {}, NamndChoice(None)),
        ((A,), None, {}, NamndChoice(A)),
        ((B,), A, {A: ANNA}, NamndChoice(B)),
        ((C,), None, {C: ANNA}, NamndChoice(None)),  # our number does not serve it: a stranger here
        ((A, C), None, {}, NamndChoice(A)),
        ((A, B), None, {}, NamndChoice(A)),
        ((A, B), B, {}, NamndChoice(B)),
        ((A, B), C, {}, NamndChoice(A)),
        ((A, B), None, {A: None, B: BO}, NamndChoice(B)),
        ((A, B), A, {A: None, B: BO}, NamndChoice(A)),
        ((A, B), None, {A: ANNA, B: BO}, NamndChoice(A)),
        ((A, B), None, {A: ANNA, B: ANNA}, NamndChoice(A, must_pick=True)),
        ((A, B), B, {A: ANNA, B: ANNA}, NamndChoice(B, must_pick=True)),
        ((A, B), None, {A: None, B: None}, NamndChoice(A)),
    ],
)
def test_which_namnd_a_text_belongs_to(
    namnder: tuple[NamndId, ...],
    last: NamndId | None,
    leads: dict[NamndId, StaffId | None],
    expected: NamndChoice,
) -> None:
    assert choose_namnd(linked(*namnder), OURS, last, leads) == expected


def test_who_is_no_longer_enrolled_is_a_stranger() -> None:
    former = LinkedContact(
        Contact(ContactId("k"), "+46701740605", "7WQ2D"),
        (Link(ContactId("k"), youth(A, active=False), LinkRole.YOUTH, "Ture"),),
    )

    assert choose_namnd(former, OURS, A, {A: ANNA}) == NamndChoice(None)
    assert former.within(A).role is None


@given(
    st.lists(st.sampled_from([A, B, C]), unique=True),
    st.none() | st.sampled_from([A, B, C]),
    st.dictionaries(st.sampled_from([A, B, C]), st.none() | st.sampled_from([ANNA, BO])),
)
def test_the_namnd_is_one_that_knows_them_and_that_the_number_serves(
    namnder: list[NamndId], last: NamndId | None, leads: dict[NamndId, StaffId | None]
) -> None:
    choice = choose_namnd(linked(*namnder), OURS, last, leads)
    possible = set(namnder) & {A, B}

    assert (choice.namnd in possible) if possible else choice.namnd is None
    if choice.must_pick:
        assert possible == {A, B}
        assert leads[A] == leads[B] is not None


@pytest.mark.parametrize(
    ("state", "is_gap", "ground"),
    [
        (DutyState.BEREDSKAP, False, Ground.DUTY),
        (DutyState.OFFICE, False, Ground.OFFICE),
        (DutyState.CLOSED, False, Ground.CLOSED),
        (DutyState.CLOSED, True, Ground.NOBODY),
    ],
)
def test_on_what_ground(state: DutyState, is_gap: bool, ground: Ground) -> None:
    assert ground_of(Duty(A, state, is_gap=is_gap)) is ground


@pytest.mark.parametrize(
    ("newest", "ground", "shift", "unanswered", "calm"),
    [
        # (the newest route), where duty is now, moves when it waits, moves when it does not
        ((Ground.DUTY, FRIDAY), (Ground.DUTY, FRIDAY), FRIDAY, False, False),
        ((Ground.DUTY, FRIDAY), (Ground.DUTY, SATURDAY), SATURDAY, True, True),
        ((Ground.DUTY, FRIDAY), (Ground.OFFICE, None), None, True, True),
        ((Ground.DUTY, FRIDAY), (Ground.CLOSED, None), None, True, False),
        ((Ground.DUTY, FRIDAY), (Ground.NOBODY, None), None, True, False),
        ((Ground.STARTED, FRIDAY), (Ground.DUTY, SATURDAY), SATURDAY, True, True),
        ((Ground.OFFICE, None), (Ground.OFFICE, None), None, False, False),
        ((Ground.OFFICE, None), (Ground.DUTY, FRIDAY), FRIDAY, True, False),
        ((Ground.OFFICE, None), (Ground.CLOSED, None), None, True, False),
        ((Ground.UNTAKEN, None), (Ground.CLOSED, None), None, False, False),
        ((Ground.UNTAKEN, None), (Ground.OFFICE, None), None, False, False),
        ((Ground.UNTAKEN, None), (Ground.DUTY, FRIDAY), FRIDAY, True, False),
        ((Ground.CLOSED, None), (Ground.CLOSED, None), None, False, False),
        ((Ground.CLOSED, None), (Ground.NOBODY, None), None, False, False),
        ((Ground.CLOSED, None), (Ground.OFFICE, None), None, True, True),
        ((Ground.NOBODY, None), (Ground.OFFICE, None), None, True, True),
        ((Ground.NOBODY, None), (Ground.DUTY, FRIDAY), FRIDAY, True, False),
        ((Ground.DUTY, FRIDAY), (Ground.MYNDIGHET, None), None, False, False),
    ],
)
def test_when_a_conversation_follows_the_duty(
    newest: tuple[Ground, ShiftId | None],
    ground: tuple[Ground, ShiftId | None],
    shift: ShiftId | None,
    unanswered: bool,
    calm: bool,
) -> None:
    route = Route(NOW, newest[0], None, newest[1])

    assert should_move(route, ground[0], shift, is_unanswered=True) is unanswered
    assert should_move(route, ground[0], shift, is_unanswered=False) is calm
    assert should_move(None, ground[0], shift, is_unanswered=False)


@given(
    st.sampled_from(Ground),
    st.none() | st.sampled_from([FRIDAY, SATURDAY]),
    st.sampled_from([Ground.DUTY, Ground.OFFICE, Ground.CLOSED, Ground.NOBODY]),
    st.booleans(),
)
def test_a_conversation_that_has_followed_stays(
    before: Ground, shift: ShiftId | None, ground: Ground, is_unanswered: bool
) -> None:
    """Asked twice in the same state, it moves at most once: nobody is woken again by a tick."""
    now_shift = FRIDAY if ground is Ground.DUTY else None
    if should_move(Route(NOW, before, None, shift), ground, now_shift, is_unanswered=is_unanswered):
        moved = Route(NOW, ground, None, now_shift)
        assert not should_move(moved, ground, now_shift, is_unanswered=is_unanswered)


@pytest.mark.parametrize(
    ("seen", "previous", "minutes_since_ping", "due"),
    [
        (0, 0, None, True),  # the first text
        (0, 1, 0, False),  # one more in the same breath
        (0, 1, 4.99, False),
        (0, 1, 5, True),  # the last ping has gone unheeded
        (1, 1, 0, True),  # somebody has looked in between
        (3, 2, 0, True),
        (1, 2, 1, False),
        (0, 5, None, True),
    ],
)
def test_when_a_phone_sounds(seen: int, previous: int, minutes_since_ping: float | None, due: bool) -> None:
    pinged_at = None if minutes_since_ping is None else NOW - timedelta(minutes=minutes_since_ping)

    found = ping_is_due(seen_seq=seen, previous_inbound_seq=previous, pinged_at=pinged_at, now=NOW, again_after_s=300)

    assert found is due


# --- automatic texts ---

LEAD = Shift(FRIDAY, ANNA, A, NOW, NOW + timedelta(hours=5))
BEREDSKAP = Duty(A, DutyState.BEREDSKAP, LEAD)
OFFICE, CLOSED = Duty(A, DutyState.OFFICE), Duty(A, DutyState.CLOSED)
GAP = Duty(A, DutyState.CLOSED, is_gap=True)
YOUTH, GUARDIAN = contact((A, LinkRole.YOUTH)), contact((A, LinkRole.GUARDIAN))
SHARED, STRANGER = contact((A, LinkRole.YOUTH), (A, LinkRole.GUARDIAN)), contact()


@pytest.mark.parametrize(
    ("who", "state", "kind"),
    [
        (YOUTH, BEREDSKAP, AutoKind.YOUTH),
        (YOUTH, OFFICE, AutoKind.OFFICE_YOUTH),
        (YOUTH, CLOSED, AutoKind.CLOSED),
        (YOUTH, GAP, AutoKind.NOBODY),
        (GUARDIAN, BEREDSKAP, AutoKind.GUARDIAN),
        (GUARDIAN, OFFICE, AutoKind.OFFICE_GUARDIAN),
        (GUARDIAN, CLOSED, AutoKind.CLOSED),
        (GUARDIAN, GAP, AutoKind.NOBODY),
        *((SHARED, state, AutoKind.SHARED) for state in (BEREDSKAP, OFFICE, CLOSED, GAP)),
        *((STRANGER, state, AutoKind.UNKNOWN) for state in (BEREDSKAP, OFFICE)),
        *((STRANGER, state, AutoKind.UNKNOWN_CLOSED) for state in (CLOSED, GAP)),
    ],
)
def test_which_automatic_text(who: LinkedContact, state: Duty, kind: AutoKind) -> None:
    assert choose(who, state, World.BEREDSKAP) is kind


@pytest.mark.parametrize("state", [BEREDSKAP, OFFICE, CLOSED, GAP], ids=lambda d: d.state.value)
@pytest.mark.parametrize("who", [YOUTH, GUARDIAN, SHARED, STRANGER], ids=["youth", "guardian", "shared", "stranger"])
def test_who_cannot_be_answered_is_not(who: LinkedContact, state: Duty) -> None:
    for changes in ({"answerable": False}, {"blocked": True}):
        silent = contact(*((link.youth.namnd, link.role) for link in who.links), **changes)
        for world in World:
            assert choose(silent, state, world) is None


def test_a_text_to_the_authority_is_said_to_be_unread_out_of_office_hours() -> None:
    for who in (YOUTH, STRANGER):
        assert choose(who, CLOSED, World.MYNDIGHET) is AutoKind.MYNDIGHET_UNREAD
        assert choose(who, BEREDSKAP, World.MYNDIGHET) is AutoKind.MYNDIGHET_UNREAD
        assert choose(who, OFFICE, World.MYNDIGHET) is None


def test_whether_another_namnd_knows_somebody_does_not_show() -> None:
    elsewhere = contact((B, LinkRole.YOUTH)).within(A)

    assert choose(elsewhere, BEREDSKAP, World.BEREDSKAP) is choose(STRANGER, BEREDSKAP, World.BEREDSKAP)
