"""Only a nämnd's own leader reads its log, each world by itself: examples, and a property over everybody."""

from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.domain.ids import NamndId, ShiftId, StaffId
from bot.domain.people import Role, Staff, StaffRole, World
from bot.domain.secrecy import Act, Actor, Allowed, Denied, Subject, Turn, may

NOW = datetime(2026, 11, 20, 21, 14, tzinfo=UTC)
NORRVIK, SODERMARK = NamndId("norrvik"), NamndId("sodermark")
ME = StaffId("me")
B, M = World.BEREDSKAP, World.MYNDIGHET


def somebody(*roles: StaffRole, is_active: bool = True, on_duty: tuple[Turn, ...] = ()) -> Actor:
    return Actor(Staff(ME, "N", "n@example.se", "U1", frozenset(roles), is_active=is_active), on_duty)


@pytest.mark.parametrize(
    ("role", "namnd", "world", "expected"),
    [
        (StaffRole(NORRVIK, B, Role.LEADER), NORRVIK, B, Allowed("leader")),
        (StaffRole(NORRVIK, M, Role.LEADER), NORRVIK, M, Allowed("leader")),
        (StaffRole(NORRVIK, B, Role.LEADER), SODERMARK, B, Denied("leaders_only")),
        (StaffRole(NORRVIK, M, Role.LEADER), SODERMARK, M, Denied("other_world")),
        (StaffRole(NORRVIK, B, Role.LEADER), NORRVIK, M, Denied("other_world")),
        (StaffRole(NORRVIK, M, Role.LEADER), NORRVIK, B, Denied("leaders_only")),
        (StaffRole(NORRVIK, B, Role.FAMILJEBEHANDLARE), NORRVIK, B, Denied("leaders_only")),
        (StaffRole(NORRVIK, M, Role.HANDLAGGARE), NORRVIK, M, Denied("leaders_only")),
        (StaffRole(NORRVIK, B, Role.ADMIN), NORRVIK, B, Denied("leaders_only")),
        (StaffRole(NORRVIK, M, Role.ADMIN), NORRVIK, M, Denied("other_world")),
    ],
)
def test_who_may(role: StaffRole, namnd: NamndId, world: World, expected: Allowed | Denied) -> None:
    assert may(somebody(role), Act.SEE_LOG, Subject(namnd, world), NOW) == expected


def test_neither_jav_nor_whoever_has_left() -> None:
    leads = StaffRole(NORRVIK, B, Role.LEADER)
    related = Subject(NORRVIK, B, jav=frozenset({ME}))
    assert may(somebody(leads), Act.SEE_LOG, related, NOW) == Denied("jav")
    assert may(somebody(leads, is_active=False), Act.SEE_LOG, Subject(NORRVIK, B), NOW) == Denied("not_staff")


roles = st.builds(StaffRole, st.sampled_from([NORRVIK, SODERMARK]), st.sampled_from(World), st.sampled_from(Role))
turns = st.builds(Turn, st.just(ShiftId("s")), st.just(frozenset({NORRVIK, SODERMARK})), st.just(NOW), st.just(NOW))
subjects = st.builds(
    Subject,
    st.none() | st.sampled_from([NORRVIK, SODERMARK]),
    st.sampled_from(World),
    shift_ids=st.just(frozenset({ShiftId("s")})),
    escalated_to=st.frozensets(st.just(ME)),
    jav=st.frozensets(st.just(ME)),
    responsible=st.frozensets(st.just(ME)),
)


@given(st.frozensets(roles, max_size=4), subjects, st.booleans(), st.tuples() | st.tuples(turns))
def test_only_the_leader_there_and_in_that_world(
    held: frozenset[StaffRole], subject: Subject, is_active: bool, on_duty: tuple[Turn, ...]
) -> None:
    """No duty, no escalation and no other role opens the log."""
    answer = may(somebody(*held, is_active=is_active, on_duty=on_duty), Act.SEE_LOG, subject, NOW)
    leads = subject.namnd is not None and StaffRole(subject.namnd, subject.world, Role.LEADER) in held
    assert isinstance(answer, Allowed) == (leads and is_active and ME not in subject.jav)
