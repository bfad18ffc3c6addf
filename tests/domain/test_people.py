"""Who may be enrolled, what a number stands for, and the small rules beside."""

from datetime import date

import pytest

from bot.domain.failures import WORTH_ANOTHER_TRY, WORTH_ONE_MORE, may_resend
from bot.domain.ids import CODE_ALPHABET, ContactId, NamndId, StaffId, YouthId, new_case_code, new_id
from bot.domain.people import (
    AgeBand,
    Basis,
    Contact,
    Link,
    LinkedContact,
    LinkRole,
    Role,
    Staff,
    StaffRole,
    World,
    Youth,
    may_be_enrolled,
)
from bot.domain.rules import HelpNumber, OurNumber, Rules
from bot.sms import errors

A, B = NamndId("a"), NamndId("b")
UNDER_12, FROM_12, FROM_15 = AgeBand.UNDER_12, AgeBand.FROM_12_TO_14, AgeBand.FROM_15


@pytest.mark.parametrize(
    ("age", "basis", "reason", "problem"),
    [
        (UNDER_12, Basis.GUARDIAN_CONSENT, "", None),
        (FROM_12, Basis.GUARDIAN_CONSENT, "", None),
        (FROM_15, Basis.GUARDIAN_CONSENT, "", None),
        (UNDER_12, Basis.CHILD_CONSENT_21_1, "", "under_twelve"),
        (FROM_12, Basis.CHILD_CONSENT_21_1, "", None),
        (FROM_15, Basis.CHILD_CONSENT_21_1, "", None),
        (UNDER_12, Basis.FIFTEEN_OR_OVER, "", "under_fifteen"),
        (FROM_12, Basis.FIFTEEN_OR_OVER, "", "under_fifteen"),
        (FROM_15, Basis.FIFTEEN_OR_OVER, "", None),
        (UNDER_12, Basis.OVERRIDE, "", "override_needs_reason"),
        (FROM_15, Basis.OVERRIDE, " \n", "override_needs_reason"),
        (UNDER_12, Basis.OVERRIDE, "Bo Ek har beslutat", None),
        (UNDER_12, Basis.FIFTEEN_OR_OVER, "Bo Ek har beslutat", "under_fifteen"),
    ],
)
def test_who_may_be_enrolled(age: AgeBand, basis: Basis, reason: str, problem: str | None) -> None:
    assert may_be_enrolled(age, basis, reason, is_signed=True) == problem


def youth(namnd: NamndId, number: int = 1, *, jav: frozenset[StaffId] = frozenset(), active: bool = True) -> Youth:
    basis = Basis.GUARDIAN_CONSENT
    return Youth(YouthId(f"{namnd}{number}"), namnd, f"C{namnd}{number}", "Ture", FROM_15, basis, "", jav, active)


def linked(*links: tuple[Youth, LinkRole]) -> LinkedContact:
    contact = Contact(ContactId("k"), "+46701740605", "7WQ2D")
    return LinkedContact(contact, tuple(Link(contact.id, who, role, "Gun") for who, role in links))


def test_a_number_that_nobody_is_linked_to() -> None:
    stranger = linked()

    assert (stranger.role, stranger.codes, stranger.is_shared_phone) == (None, ("7WQ2D",), False)
    assert (stranger.namnder, stranger.jav) == (frozenset(), frozenset())


def test_siblings_under_one_guardian() -> None:
    anna, bo = StaffId("anna"), StaffId("bo")
    siblings = linked(
        (youth(A, 2, jav=frozenset({anna})), LinkRole.GUARDIAN), (youth(A, 1, jav=frozenset({bo})), LinkRole.GUARDIAN)
    )

    assert (siblings.role, siblings.codes) == (LinkRole.GUARDIAN, ("Ca1", "Ca2"))
    assert not siblings.is_shared_phone
    assert siblings.jav == {anna, bo}


def test_a_shared_phone_counts_as_the_youths() -> None:
    shared = linked((youth(A), LinkRole.YOUTH), (youth(A), LinkRole.GUARDIAN))

    assert shared.is_shared_phone
    assert shared.role is LinkRole.YOUTH


def test_a_namnd_sees_its_own_active_links() -> None:
    both = linked(
        (youth(A), LinkRole.YOUTH), (youth(B), LinkRole.GUARDIAN), (youth(B, 2, active=False), LinkRole.YOUTH)
    )

    assert both.namnder == {A, B}
    assert both.within(A).codes == ("Ca1",)
    assert both.within(B).codes == ("Cb1",)
    assert not both.within(B).is_shared_phone
    assert both.within(None).links == ()


def test_the_other_world_knows_a_number_and_whom_it_may_not_be_put_before() -> None:
    anna = StaffId("anna")
    stranger = linked((youth(A, jav=frozenset({anna})), LinkRole.YOUTH)).as_stranger()

    assert (stranger.links, stranger.role, stranger.codes) == ((), None, ("7WQ2D",))
    assert stranger.jav == {anna}
    assert stranger.within(A).jav == {anna}


def test_a_role_is_held_in_one_namnd_and_one_world() -> None:
    anna = Staff(
        StaffId("anna"),
        "Anna",
        "a@example.se",
        "U1",
        frozenset({StaffRole(A, World.BEREDSKAP, Role.LEADER), StaffRole(B, World.MYNDIGHET, Role.LEADER)}),
    )

    assert anna.has(Role.LEADER, A)
    assert not anna.has(Role.LEADER, B)
    assert anna.has(Role.LEADER, B, World.MYNDIGHET)
    assert not anna.has(Role.ADMIN, A)
    assert anna.namnder(Role.LEADER, Role.ADMIN) == {A}
    assert anna.namnder(Role.LEADER, world=World.MYNDIGHET) == {B}
    assert anna.namnder(Role.ADMIN) == frozenset()


# --- help numbers and our own ---

TODAY = date(2026, 11, 20)


@pytest.mark.parametrize(
    ("verified_on", "verified_by", "fresh"),
    [
        (date(2026, 11, 20), "Anna", True),
        (date(2025, 11, 20), "Anna", True),
        (date(2025, 11, 19), "Anna", False),
        (date(2025, 10, 20), "Anna", False),
        (None, "Anna", False),
        (date(2026, 11, 20), "", False),
    ],
)
def test_a_number_is_named_only_when_somebody_has_checked_it_within_a_year(
    verified_on: date | None, verified_by: str, fresh: bool
) -> None:
    assert HelpNumber("bris", "Bris", "000 000", verified_on, verified_by).is_fresh(TODAY) is fresh


def test_a_number_that_we_do_not_know_is_treated_as_beredskapens() -> None:
    numbers = {
        "+46701740698": OurNumber("+46701740698", "Myndighet", World.MYNDIGHET, (A,)),
        "+46701740699": OurNumber("+46701740699", "Beredskapen", World.BEREDSKAP, (B, A)),
    }
    rules = Rules({}, numbers, ())

    assert rules.number_for("+46701740698").world is World.MYNDIGHET
    assert rules.number_for("+46701740697").number == "+46701740699"
    assert rules.number_for("+46701740699").reception == B


def test_in_a_trial_only_those_on_the_list_are_texted() -> None:
    listed = frozenset({"+46701740605"})
    trial = Rules({}, {}, (), is_trial=True, trial_numbers=listed)

    assert trial.may_text("+46701740605")
    assert not trial.may_text("+46701740606")
    assert Rules({}, {}, ()).may_text("+46701740606")


# --- failures ---


def test_the_domain_and_the_provider_agree_on_what_may_be_sent_again() -> None:
    for failure in errors.FAILURES.values():
        assert (failure.reason in WORTH_ANOTHER_TRY) is failure.may_resend
        assert (failure.reason in WORTH_ONE_MORE) is failure.only_once
    unknown = errors.failure(None)
    assert (unknown.reason in WORTH_ANOTHER_TRY, unknown.reason in WORTH_ONE_MORE) == (True, True)


@pytest.mark.parametrize(
    ("reason", "attempt", "expected"),
    [
        ("handset_unreachable", 1, True),
        ("handset_unreachable", 9, True),
        ("unknown_carrier_error", 1, True),
        ("unknown_carrier_error", 2, False),
        ("unknown_error", 2, False),
        ("landline", 1, False),
        ("opted_out", 1, False),
        ("maybe_sent", 1, False),
        ("uncertain_final", 1, True),
        (None, 1, False),
        ("unheard_of", 1, False),
    ],
)
def test_when_sending_again_is_offered(reason: str | None, attempt: int, expected: bool) -> None:
    assert may_resend(reason, attempt) is expected


# --- ids ---


def test_ids_say_nothing_and_differ() -> None:
    assert len({new_id() for _ in range(1000)}) == 1000
    assert all(len(new_id()) == 24 for _ in range(10))


def test_a_case_code_is_easy_to_say_and_no_word() -> None:
    for _ in range(200):
        code = new_case_code()
        assert len(code) == 5
        assert set(code) <= set(CODE_ALPHABET)
    assert not set(CODE_ALPHABET) & set("AEIOUÅÄÖ01LSZB")
