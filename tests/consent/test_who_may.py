"""Who sees and changes consent and barriers, and who says what a wish for no more sms meant."""

import pytest
from hypothesis import given

from bot.domain.ids import NamndId
from bot.domain.people import Role, StaffRole, World
from bot.domain.secrecy import Act, Actor, Allowed, Denied, Subject, may
from tests.domain.test_secrecy import (
    ADMINISTERS,
    AFTER_DUTY,
    CASE,
    CHIEF,
    COLLEAGUE,
    DECIDES,
    EARLIER,
    ESCALATED,
    HOME,
    LEADS,
    LEADS_THERE,
    LIVE,
    NOBODY,
    NOW,
    ON_DUTY,
    ON_DUTY_FOR_OTHERS,
    RELATED,
    UNKNOWN,
    actors,
    subjects,
)

ACTS = (Act.SEE_CONSENT, Act.SET_CONSENT, Act.SETTLE_WISH)  # the columns of the table


@pytest.mark.parametrize(
    ("actor", "subject", "answers"),
    [
        (HOME, LIVE, "+home_namnd +home_namnd +home_namnd"),
        (HOME, EARLIER, "+home_namnd +home_namnd +home_namnd"),
        (ON_DUTY, LIVE, "not_home not_home +on_duty"),
        (ON_DUTY, EARLIER, "not_home not_home other_namnd"),
        (ON_DUTY_FOR_OTHERS, LIVE, "not_home not_home other_namnd"),
        (AFTER_DUTY, LIVE, "not_home not_home not_on_duty"),
        (COLLEAGUE, LIVE, "not_home not_home other_namnd"),
        (COLLEAGUE, ESCALATED, "not_home not_home +escalated"),
        (LEADS, LIVE, "not_home not_home other_namnd"),
        (LEADS, ESCALATED, "not_home not_home +escalated"),
        (LEADS_THERE, LIVE, "not_home not_home other_namnd"),
        (DECIDES, LIVE, "not_home not_home other_namnd"),
        (CHIEF, LIVE, "not_home not_home other_namnd"),
        (ADMINISTERS, LIVE, "not_home not_home other_namnd"),
        (NOBODY, LIVE, "not_home not_home other_namnd"),
        (HOME, RELATED, "jav jav jav"),
        (ON_DUTY, UNKNOWN, "hand_over_first hand_over_first +unknown_on_duty"),
        (HOME, UNKNOWN, "hand_over_first hand_over_first +unknown_reception"),
        (DECIDES, CASE, "other_world other_world +handlaggare"),
        (CHIEF, CASE, "other_world other_world +leader"),
        (HOME, CASE, "other_world other_world other_world"),
    ],
)
def test_who_may(actor: Actor, subject: Subject, answers: str) -> None:
    found = [may(actor, act, subject, NOW) for act in ACTS]

    assert [f"+{a.ground}" if isinstance(a, Allowed) else a.reason for a in found] == answers.split()


@given(actors, subjects)
def test_only_the_own_familjebehandlare_see_and_change_consent(actor: Actor, subject: Subject) -> None:
    for act in (Act.SEE_CONSENT, Act.SET_CONSENT):
        answer = may(actor, act, subject, NOW)
        if isinstance(answer, Denied):
            continue
        home = subject.namnd or NamndId("")
        assert StaffRole(home, World.BEREDSKAP, Role.FAMILJEBEHANDLARE) in actor.staff.roles
        assert subject.world is World.BEREDSKAP
        assert actor.staff.is_active
        assert actor.staff.id not in subject.jav


@given(actors, subjects)
def test_whoever_says_what_was_meant_may_read_it(actor: Actor, subject: Subject) -> None:
    assert isinstance(may(actor, Act.SETTLE_WISH, subject, NOW), Denied) or isinstance(
        may(actor, Act.READ, subject, NOW), Allowed
    )
