"""The ladder: each rung once a round, three rounds, then the leader each hour, and silence once somebody has it."""

from collections import Counter
from dataclasses import replace
from datetime import UTC, date, datetime, time, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.domain.calendar import instant
from bot.domain.escalation import (
    LADDER,
    Escalation,
    EscalationRules,
    EscalationState,
    How,
    NextStep,
    People,
    Reachable,
    Rung,
    Whom,
    next_reminder,
    next_step,
    stage_told,
)
from bot.domain.ids import ConversationId, EscalationId, StaffId

RULES = EscalationRules()
EVENING = datetime(2026, 11, 20, 17, 0, tzinfo=UTC)
ANNA, BO, LENA = StaffId("anna"), StaffId("bo"), StaffId("lena")
ALL: People = {
    Whom.LEAD: (Reachable(ANNA, True),),
    Whom.BACKUP: (Reachable(BO, True),),
    Whom.LEADER: (Reachable(LENA, True),),
}


def begun(at: datetime = EVENING, *, is_urgent: bool = False) -> Escalation:
    return Escalation(EscalationId("e"), ConversationId("c"), 1, at, at, is_urgent=is_urgent)


def taken(
    people: People, count: int, start: Escalation | None = None, rules: EscalationRules = RULES
) -> list[NextStep]:
    """Return the first steps when nobody acknowledges."""
    steps: list[NextStep] = []
    now = start or begun()
    for _ in range(count):
        step = next_step(now, people, rules)
        if step is None:
            break
        steps.append(step)
        now = step.after
    return steps


def told(steps: list[NextStep]) -> list[tuple[int, str, str]]:
    """Return minutes from the start, whom and how."""
    return [(round((s.at - EVENING).total_seconds() / 60), s.rung.whom.value, s.rung.how.value) for s in steps]


def test_a_round() -> None:
    assert told(taken(ALL, 7)) == [
        (5, "lead", "sms"),
        (8, "lead", "call"),
        (11, "backup", "sms"),
        (14, "backup", "call"),
        (18, "leader", "sms"),
        (21, "leader", "call"),
        (26, "lead", "sms"),
    ]


def test_after_three_rounds_the_leader_each_hour() -> None:
    steps = taken(ALL, 24)
    assert [s.after.round for s in steps[:18]] == [1] * 6 + [2] * 6 + [3] * 6
    hourly = steps[18:]
    assert {s.rung.whom for s in hourly} == {Whom.LEADER}
    assert hourly[0].at - steps[17].at == timedelta(hours=1)
    assert hourly[2].at - hourly[0].at == timedelta(hours=1)


def test_what_must_not_wait_begins_with_calls() -> None:
    steps = taken(ALL, 4, begun(is_urgent=True))
    assert told(steps) == [(0, "lead", "call"), (3, "backup", "call"), (6, "leader", "call"), (11, "lead", "sms")]


def test_a_rung_with_nobody_on_it_is_passed_over_without_its_wait() -> None:
    """H13: "step with nobody on call: skipped at once" (facts: storage, section 12)."""
    steps = taken({**ALL, Whom.BACKUP: ()}, 3)
    assert told(steps) == [(5, "lead", "sms"), (8, "lead", "call"), (12, "leader", "sms")]
    assert steps[2].empty == (Rung(Whom.BACKUP, How.SMS), Rung(Whom.BACKUP, How.CALL))


def test_when_nobody_has_duty_the_leader_has_the_first_minutes() -> None:
    steps = taken({Whom.LEADER: ALL[Whom.LEADER]}, 3)
    assert told(steps) == [(5, "leader", "sms"), (8, "leader", "call"), (13, "leader", "sms")]


def test_whoever_has_slack_alone_is_reached_there_and_not_called() -> None:
    steps = taken({**ALL, Whom.LEAD: (Reachable(ANNA, has_phone=False),)}, 2)
    assert told(steps) == [(5, "lead", "sms"), (8, "backup", "sms")]
    assert steps[1].empty == (Rung(Whom.LEAD, How.CALL),)
    nobody = {Whom.LEAD: (Reachable(ANNA, has_phone=False, has_slack=False),)}
    assert next_step(begun(), nobody, RULES) is None


def test_without_a_leader_somebody_is_reached_for_each_hour_all_the_same() -> None:
    steps = taken({Whom.LEAD: ALL[Whom.LEAD]}, 8)
    assert [(s.after.round, s.rung.whom) for s in steps[6:]] == [(4, Whom.LEAD)] * 2


def test_the_sender_is_told_once_a_stage() -> None:
    stages = [(s.after.round, stage_told(s, RULES)) for s in taken(ALL, 40) if stage_told(s, RULES)]
    assert stages == [(2, "waiting"), (4, "unanswered")]
    one = replace(RULES, rounds=1)
    assert [stage_told(s, one) for s in taken(ALL, 12, rules=one) if stage_told(s, one)] == ["unanswered"]


def test_whoever_has_acknowledged_is_asked_again() -> None:
    has_it = begun().acknowledge(ANNA, EVENING)
    assert next_step(has_it, ALL, RULES) is None
    assert next_reminder(has_it, RULES) == EVENING + timedelta(minutes=20)
    once = has_it.remind(EVENING + timedelta(minutes=20))
    assert next_reminder(once, RULES) == EVENING + timedelta(minutes=23)
    assert next_reminder(begun(), RULES) is None


@pytest.mark.parametrize("day", [date(2026, 10, 24), date(2026, 3, 28)])
def test_the_waits_are_as_long_on_the_nights_of_the_clocks(day: date) -> None:
    start = instant(day, time(23, 50))
    waits = [step.at - start for step in taken(ALL, 20, begun(start))]
    assert waits == [step.at - EVENING for step in taken(ALL, 20)]


people = st.fixed_dictionaries(
    {
        whom: st.lists(
            st.builds(Reachable, st.sampled_from([ANNA, BO, LENA]), st.booleans(), st.booleans()),
            max_size=2,
            unique_by=lambda one: one.staff_id,
        ).map(tuple)
        for whom in Whom
    }
)
minutes = st.integers(1, 10).map(lambda n: timedelta(minutes=n))
some_rules = st.builds(
    EscalationRules,
    acknowledge_within=minutes,
    call_after=minutes,
    backup_after=minutes,
    leader_after=minutes,
    round_after=minutes,
    rounds=st.integers(1, 3),
)


@given(people, some_rules, st.booleans())
def test_each_rung_once_a_round_and_at_most_three_rounds(
    found: People, rules: EscalationRules, is_urgent: bool
) -> None:
    steps = taken(found, 40, begun(is_urgent=is_urgent), rules)
    times = Counter((step.after.round, step.rung) for step in steps)
    assert all(count == 1 for count in times.values())
    late = [step for step in steps if step.after.round > rules.rounds]
    assert all(step.after.round - rules.rounds >= 1 for step in late)
    assert len({step.rung.whom for step in late}) <= 1


@given(people, some_rules, st.booleans())
def test_nobody_is_reached_for_twice_at_one_moment(found: People, rules: EscalationRules, is_urgent: bool) -> None:
    steps = taken(found, 40, begun(is_urgent=is_urgent), rules)
    moments = [step.at for step in steps]
    assert moments == sorted(set(moments))
    assert all(step.people and set(step.people) <= {ANNA, BO, LENA} for step in steps)


@given(people, some_rules, st.integers(0, 30))
def test_the_first_acknowledgement_ends_it(found: People, rules: EscalationRules, count: int) -> None:
    start = begun()
    for step in taken(found, count, start, rules):
        start = step.after
    assert next_step(start.acknowledge(BO, EVENING), found, rules) is None
    ended = start.end("answered", EVENING)
    assert (next_step(ended, found, rules), next_reminder(ended, rules)) == (None, None)
    assert ended.state is EscalationState.ENDED


@given(people, some_rules)
def test_a_step_is_missing_only_when_nobody_can_be_reached(found: People, rules: EscalationRules) -> None:
    able = any(one.is_on(rung) for rung in LADDER for one in found[rung.whom])
    assert (next_step(begun(), found, rules) is not None) == able
    assert len(taken(found, 40, rules=rules)) == (40 if able else 0)
