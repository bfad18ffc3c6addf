"""When we may be the first to write, what asks for no more sms, and when age and consent are asked about again."""

from datetime import UTC, date, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.domain.calendar import is_working_day
from bot.domain.consent import (
    Barrier,
    LinkConsent,
    Says,
    SmsStop,
    Standing,
    StopState,
    YouthConsent,
    basis_missing,
    review_after,
    review_is_due,
    settled,
    why_not_first,
)
from bot.domain.ids import ContactId, NamndId, StaffId, YouthId
from bot.domain.people import AgeBand, Basis, Contact, Link, LinkedContact, LinkRole, World, Youth, may_be_enrolled
from bot.domain.sms_wish import is_wish
from bot.texts.wish_words import START_WORDS, STOP_WORDS

NOW = datetime(2026, 11, 20, 18, tzinfo=UTC)
NORRVIK = NamndId("norrvik")
MINE, OTHER = ContactId("mine"), ContactId("other")
ANNA = StaffId("anna")


def youth(
    age: AgeBand = AgeBand.FROM_12_TO_14, basis: Basis = Basis.GUARDIAN_CONSENT, reason: str = "", name: str = "Nova"
) -> Youth:
    return Youth(YouthId(name), NORRVIK, "K-1", name, age, basis, reason)


def signed(of: Youth, by: str = "Bo Ek, handläggare", on: date | None = date(2026, 11, 2)) -> YouthConsent:
    return YouthConsent(of.id, by, on, None, ANNA, NOW)


def said(says: Says, contact: ContactId = MINE, *, bars_other: bool = False) -> LinkConsent:
    return LinkConsent(contact, YouthId("Nova"), says, bars_other=bars_other)


def contact(*links: tuple[Youth, LinkRole]) -> LinkedContact:
    made = Contact(MINE, "+46701740605", "T-1")
    return LinkedContact(made, tuple(Link(MINE, of, role, of.name) for of, role in links))


def stop(state: StopState) -> SmsStop:
    return SmsStop(MINE, NORRVIK, World.BEREDSKAP, state, None, NOW)


GIVEN, REFUSED = said(Says.GIVEN), said(Says.REFUSED, OTHER)
OVERRIDDEN = youth(AgeBand.UNDER_12, Basis.OVERRIDE, "Bor hos mormor")
DISAGREED = youth(reason="FB 6 kap. 13 a §, beslut 12")


@pytest.mark.parametrize(
    ("standing", "missing"),
    [
        (Standing(youth()), None),
        (Standing(youth(), None, (GIVEN,)), None),
        (Standing(youth(), None, (REFUSED,)), Barrier.GUARDIAN_REFUSED),
        (Standing(youth(), None, (GIVEN, REFUSED)), Barrier.GUARDIAN_REFUSED),
        # one refuses, and somebody has decided that it is done all the same: who, when and why
        (Standing(DISAGREED, signed(DISAGREED), (GIVEN, REFUSED)), None),
        (Standing(DISAGREED, signed(DISAGREED, by=" "), (GIVEN, REFUSED)), Barrier.GUARDIAN_REFUSED),
        (Standing(DISAGREED, signed(DISAGREED, on=None), (GIVEN, REFUSED)), Barrier.GUARDIAN_REFUSED),
        (Standing(youth(), signed(youth()), (GIVEN, REFUSED)), Barrier.GUARDIAN_REFUSED),
        # nobody consents: the other's consent is what the decision leans on
        (Standing(DISAGREED, signed(DISAGREED), (REFUSED,)), Barrier.GUARDIAN_REFUSED),
        # the child's own consent counts from 12, whatever a guardian says
        (Standing(youth(basis=Basis.CHILD_CONSENT_21_1), None, (REFUSED,)), None),
        (Standing(youth(AgeBand.UNDER_12, Basis.CHILD_CONSENT_21_1)), Barrier.NO_BASIS),
        (Standing(youth(basis=Basis.FIFTEEN_OR_OVER)), Barrier.NO_BASIS),
        # a handläggare's decision: reason, name and day
        (Standing(OVERRIDDEN), Barrier.NO_BASIS),
        (Standing(OVERRIDDEN, signed(OVERRIDDEN)), None),
        (Standing(OVERRIDDEN, signed(OVERRIDDEN, on=None)), Barrier.NO_BASIS),
        (Standing(youth(AgeBand.UNDER_12, Basis.OVERRIDE), signed(OVERRIDDEN)), Barrier.NO_BASIS),
        # from 15 it is the young person's own
        (Standing(youth(AgeBand.FROM_15, Basis.FIFTEEN_OR_OVER), None, (REFUSED,)), None),
    ],
)
def test_the_ground_must_carry_our_own_first_text(standing: Standing, missing: Barrier | None) -> None:
    assert basis_missing(standing) is missing


@pytest.mark.parametrize(
    ("age", "basis", "problem"),
    [
        (AgeBand.UNDER_12, Basis.OVERRIDE, "override_needs_decision"),
        (AgeBand.FROM_15, Basis.OVERRIDE, "override_needs_decision"),
        (AgeBand.FROM_12_TO_14, Basis.CHILD_CONSENT_21_1, None),
    ],
)
def test_a_decision_that_nobody_has_signed_enrols_nobody(age: AgeBand, basis: Basis, problem: str | None) -> None:
    assert may_be_enrolled(age, basis, "ett skäl", is_signed=False) == problem


def test_the_other_guardian_is_never_written_to_first() -> None:
    nova = youth()
    barred = Standing(nova, None, (said(Says.GIVEN, OTHER, bars_other=True),))
    own = Standing(nova, None, (said(Says.GIVEN, MINE, bars_other=True),))

    assert why_not_first(contact((nova, LinkRole.GUARDIAN)), None, [barred]) is Barrier.OTHER_PARENT
    assert why_not_first(contact((nova, LinkRole.GUARDIAN)), None, [own]) is None, "whoever is protected may be"
    assert why_not_first(contact((nova, LinkRole.YOUTH)), None, [barred]) is None, "and the child"


def test_one_child_whose_ground_carries_is_enough_for_a_guardian_of_two() -> None:
    nova, elis = youth(), youth(AgeBand.UNDER_12, Basis.OVERRIDE, name="Elis")
    both = contact((nova, LinkRole.GUARDIAN), (elis, LinkRole.GUARDIAN))

    assert why_not_first(both, None, [Standing(nova), Standing(elis)]) is None
    assert why_not_first(contact((elis, LinkRole.GUARDIAN)), None, [Standing(elis)]) is Barrier.NO_BASIS


@pytest.mark.parametrize("state", StopState)
def test_only_what_a_person_has_confirmed_stops_us(state: StopState) -> None:
    nova = youth()
    found = why_not_first(contact((nova, LinkRole.YOUTH)), stop(state), [Standing(nova)])

    assert (found is Barrier.STOPPED) is (state in {StopState.STOPPED, StopState.ASKED_AGAIN})


@pytest.mark.parametrize(
    ("asked", "is_meant", "then"),
    [
        (StopState.ASKED, True, StopState.STOPPED),
        (StopState.ASKED, False, StopState.OPEN),
        (StopState.ASKED_AGAIN, True, StopState.OPEN),
        (StopState.ASKED_AGAIN, False, StopState.STOPPED),
    ],
)
def test_a_person_says_what_was_meant(asked: StopState, is_meant: bool, then: StopState) -> None:
    later = NOW + timedelta(minutes=5)
    answer = settled(stop(asked), is_meant=is_meant, by=ANNA, at=later)

    assert (answer.state, answer.staff_id, answer.at) == (then, ANNA, later)


STOPS = [word for words in STOP_WORDS.values() for word in words]


@pytest.mark.parametrize(
    ("text", "is_meant"),
    [
        ("STOP", True),
        ("Stopp!", True),
        ("sluta", True),
        ("SLUTA\n\nSTOPP", True),
        ("  Avsluta. ", True),
        ("kan ni sluta skriva till mig", True),
        ("sluta skriv till mig", True),
        ("Sluta mess mig!!", True),
        ("sluta skicka sms hit", True),
        ("jag vill inte ha fler sms av er", True),
        ("please stop texting me", True),
        ("توقف", True),
        ("jooji", True),
        ("stop it he is here", False),
        ("han slutar inte", False),
        ("stoppa honom", False),
        ("jag orkar inte sluta gråta", False),
        ("när slutar ni", False),
        ("hjälp", False),
        ("", False),
        ("🛑", False),
    ],
)
def test_what_asks_for_no_more_sms(text: str, is_meant: bool) -> None:
    assert is_wish(text, STOPS) is is_meant


@given(st.sampled_from(STOPS), st.sampled_from(["", "!", " ...", "\n"]), st.booleans())
def test_every_word_on_the_list_is_found_however_it_is_written(word: str, after: str, shouted: bool) -> None:
    assert is_wish((word.upper() if shouted else word) + after, STOPS)


def test_the_two_lists_share_no_word() -> None:
    starts = {word for words in START_WORDS.values() for word in words}

    assert not starts & set(STOPS)
    assert set(START_WORDS) == set(STOP_WORDS)


@given(st.dates(date(2026, 1, 1), date(2030, 1, 1)), st.integers(1, 24))
def test_age_and_consent_are_asked_about_again_on_a_working_day(day: date, months: int) -> None:
    again = review_after(day, months)

    assert is_working_day(again)
    assert timedelta(days=30 * months) <= again - day <= timedelta(days=30 * months + 14)


@pytest.mark.parametrize(
    ("age", "review_on", "is_due"),
    [
        (AgeBand.FROM_12_TO_14, None, True),
        (AgeBand.FROM_12_TO_14, date(2026, 11, 20), True),
        (AgeBand.UNDER_12, date(2026, 11, 21), False),
        (AgeBand.FROM_15, None, False),
        (AgeBand.FROM_15, date(2026, 1, 1), False),
    ],
)
def test_an_age_goes_stale(age: AgeBand, review_on: date | None, is_due: bool) -> None:
    nova = youth(age)

    assert review_is_due(nova, YouthConsent(nova.id, "", None, review_on, None, NOW), date(2026, 11, 20)) is is_due


def test_of_those_enrolled_before_nobody_knows_when_they_were_asked() -> None:
    assert review_is_due(youth(), None, date(2026, 11, 20))
