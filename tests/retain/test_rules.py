"""Who may decide on gallring and change who is enrolled; and what the settings may say."""

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.domain.ids import NamndId, ShiftId, StaffId
from bot.domain.people import Role, Staff, StaffRole, World
from bot.domain.retention import DataKind
from bot.domain.secrecy import Act, Actor, Allowed, Denied, Subject, Turn, may
from bot.settings.retention import RetentionConfig

NOW = datetime(2026, 11, 20, 21, tzinfo=UTC)
HERE, THERE = NamndId("norrvik"), NamndId("sodermark")
ROLES = [StaffRole(namnd, world, role) for namnd in (HERE, THERE) for world in World for role in Role]
LEADER, TREATS = StaffRole(HERE, World.BEREDSKAP, Role.LEADER), StaffRole(HERE, World.BEREDSKAP, Role.FAMILJEBEHANDLARE)
DUTY = Turn(ShiftId("s"), frozenset({HERE, THERE}), NOW, NOW + timedelta(days=1))


def somebody(*roles: StaffRole, is_active: bool = True) -> Staff:
    return Staff(StaffId("anna"), "Anna Ek", "anna@example.se", "U1", frozenset(roles), is_active=is_active)


@pytest.mark.parametrize(
    ("act", "role", "answer"),
    [
        (Act.RETAIN, LEADER, Allowed("leader")),
        (Act.RETAIN, TREATS, Denied("leaders_only")),
        (Act.RETAIN, StaffRole(THERE, World.BEREDSKAP, Role.LEADER), Denied("leaders_only")),
        (Act.RETAIN, StaffRole(HERE, World.MYNDIGHET, Role.LEADER), Denied("leaders_only")),
        (Act.RETAIN, StaffRole(HERE, World.BEREDSKAP, Role.ADMIN), Denied("leaders_only")),
        (Act.RETAIN, StaffRole(HERE, World.MYNDIGHET, Role.HANDLAGGARE), Denied("leaders_only")),
        (Act.AMEND, LEADER, Allowed("leader")),
        (Act.AMEND, TREATS, Allowed("home_namnd")),
        (Act.AMEND, StaffRole(THERE, World.BEREDSKAP, Role.FAMILJEBEHANDLARE), Denied("not_home")),
        (Act.AMEND, StaffRole(HERE, World.MYNDIGHET, Role.HANDLAGGARE), Denied("not_home")),
    ],
)
def test_by_role(act: Act, role: StaffRole, answer: Allowed | Denied) -> None:
    assert may(Actor(somebody(role)), act, Subject(HERE), NOW) == answer


@pytest.mark.parametrize(
    ("role", "answer"),
    [
        (StaffRole(HERE, World.MYNDIGHET, Role.LEADER), Allowed("leader")),
        (StaffRole(HERE, World.MYNDIGHET, Role.HANDLAGGARE), Denied("leaders_only")),
        (StaffRole(THERE, World.MYNDIGHET, Role.LEADER), Denied("other_world")),
        (LEADER, Denied("other_world")),
        (TREATS, Denied("other_world")),
    ],
)
def test_the_clocks_are_retained_by_the_units_own_leaders(role: StaffRole, answer: Allowed | Denied) -> None:
    """Whoever has a clock decides on it, and no more on whether it is kept than anybody else."""
    subject = Subject(HERE, World.MYNDIGHET, responsible=frozenset({StaffId("anna")}))
    assert may(Actor(somebody(role)), Act.RETAIN, subject, NOW) == answer
    assert may(Actor(somebody(role)), Act.RETAIN, Subject(HERE, World.MYNDIGHET), NOW) == answer


@given(
    roles=st.frozensets(st.sampled_from(ROLES)),
    act=st.sampled_from([Act.RETAIN, Act.AMEND]),
    on_duty=st.booleans(),
    is_escalated=st.booleans(),
)
def test_only_the_home_namnds_own_whatever_duty_they_have(
    roles: frozenset[StaffRole], act: Act, on_duty: bool, is_escalated: bool
) -> None:
    """Neither the duty nor an escalation gives any of it, and a leader is always one who may."""
    staff = somebody(*roles)
    escalated = frozenset({staff.id}) if is_escalated else frozenset()
    subject = Subject(HERE, shift_ids=frozenset({DUTY.shift_id}), escalated_to=escalated)
    answer = may(Actor(staff, on_duty=(DUTY,) if on_duty else ()), act, subject, NOW)

    assert isinstance(answer, Allowed) == (LEADER in roles or (act is Act.AMEND and TREATS in roles))


@given(roles=st.frozensets(st.sampled_from(ROLES)), act=st.sampled_from([Act.RETAIN, Act.AMEND]))
def test_in_each_world_its_own_and_never_with_jav_or_after_employment(roles: frozenset[StaffRole], act: Act) -> None:
    staff = somebody(*roles)
    other_world = Subject(HERE, World.MYNDIGHET)
    related = Subject(HERE, jav=frozenset({staff.id}))

    leads_there = StaffRole(HERE, World.MYNDIGHET, Role.LEADER) in roles
    assert isinstance(may(Actor(staff), act, other_world, NOW), Allowed) == (act is Act.RETAIN and leads_there)
    assert may(Actor(staff), act, related, NOW) == Denied("jav")
    assert may(Actor(somebody(*roles, is_active=False)), act, Subject(HERE), NOW) == Denied("not_staff")
    assert isinstance(may(Actor(staff), act, Subject(None), NOW), Denied)


# --- settings -------------------------------------------------------------------


def kept(days: int, decision: object = "dnr 1") -> dict[str, object]:
    return {"days": days, "decision": decision}


def test_a_kind_without_a_decision_is_never_due() -> None:
    given = {"inbox": kept(1), "conversations": kept(10, {"norrvik": "dnr 2"}), "handovers": kept(400, "")}
    rules = RetentionConfig.model_validate(given).rules({HERE, THERE})

    assert rules.before(DataKind.CONVERSATIONS, HERE, NOW) == NOW - timedelta(days=10)
    assert rules.before(DataKind.CONVERSATIONS, THERE, NOW) is None
    assert rules.before(DataKind.HANDOVERS, HERE, NOW) is None
    assert rules.before(DataKind.ENDED_YOUTHS, HERE, NOW) is None
    assert rules.shared_decision(DataKind.INBOX, (HERE, THERE)) == "dnr 1"
    assert rules.shared_decision(DataKind.CONVERSATIONS, (HERE, THERE)) == ""
    assert (DataKind.CONVERSATIONS, THERE) in rules.undecided((HERE, THERE))
    assert (DataKind.CONVERSATIONS, HERE) not in rules.undecided((HERE, THERE))


@pytest.mark.parametrize(
    ("given", "said"),
    [
        ({"conversations": kept(10)}, "kräver att inbox"),
        ({"inbox": kept(11), "conversations": kept(10)}, "kräver att inbox"),
        ({"inbox": kept(1, ""), "unknown_numbers": kept(10)}, "kräver att inbox"),
        ({"inbox": kept(1), "conversations": kept(10), "handovers": kept(9)}, "handovers gallras före"),
        ({"inbox": kept(1, {"norrvik": " "})}, "en nämnd utan beteckning"),
        ({"inbox": kept(0)}, "greater than or equal to 1"),
        ({"audit": kept(1)}, "Extra inputs"),
        ({"inbox": kept(11), "summonses": kept(10)}, "summonses kräver att inbox"),
        ({"clocks": kept(400)}, "clocks kräver att summonses"),
        ({"inbox": kept(1), "summonses": kept(401), "clocks": kept(400)}, "clocks kräver att summonses"),
        ({"inbox": kept(1), "summonses": kept(9), "clocks": kept(400)}, "clocks kräver att slack_posts"),
        (
            {"inbox": kept(1), "summonses": kept(9), "slack_posts": kept(5, ""), "clocks": kept(400)},
            "clocks kräver att slack_posts",
        ),
        ({"audit_log": kept(179)}, "minst 180 dagar"),
    ],
)
def test_what_does_not_fit_together_is_refused(given: dict[str, object], said: str) -> None:
    with pytest.raises(ValueError, match=said):
        RetentionConfig.model_validate(given)
