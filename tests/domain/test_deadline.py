"""One running clock: what it waits for, when it is overdue, and how it is settled."""

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.domain.calendar import STOCKHOLM
from bot.domain.clocks import ClockKind, ClockRules, limit_of
from bot.domain.deadline import (
    EXTENDABLE,
    OUTCOMES,
    ClockEvent,
    ClockState,
    Deadline,
    EventKind,
    Outcome,
    Reason,
    Stage,
    Talk,
)
from bot.domain.ids import DeadlineId, NamndId, ReportId, StaffId
from tests.domain.test_clocks import NONE_CLOSED, OFFICE, wall

ANNA = StaffId("anna")
RECEIVED = wall("2026-11-18 09:00")  # a Wednesday
DUE = RECEIVED + timedelta(hours=48)
SOON, LATER = RECEIVED + timedelta(hours=3), RECEIVED + timedelta(hours=60)


def a_clock(kind: ClockKind = ClockKind.ALLVARSSAMTAL, talk: Talk | None = None) -> Deadline:
    limit = limit_of(kind, RECEIVED, ClockRules(), OFFICE, NONE_CLOSED)
    of_talk = talk or Talk() if kind is ClockKind.ALLVARSSAMTAL else None
    return Deadline(
        DeadlineId("d"),
        ReportId("r"),
        NamndId("norrvik"),
        kind,
        "K-1",
        RECEIVED,
        RECEIVED,
        limit,
        RECEIVED,
        talk=of_talk,
    )


BOTH = Talk(has_contact=True, child_summoned_at=SOON, guardian_summoned_at=SOON)


@pytest.mark.parametrize(
    ("talk", "at", "stage"),
    [
        (Talk(), SOON, Stage.CONTACT),
        (Talk(has_contact=True), SOON, Stage.SUMMON),
        (Talk(has_contact=True, guardian_summoned_at=SOON), SOON, Stage.SUMMON),  # the child has not been
        (Talk(has_contact=True, child_summoned_at=SOON), SOON, Stage.SUMMON),
        (BOTH, SOON, Stage.ANSWER),
        (replace(BOTH, booked_at=LATER), SOON, Stage.MEETING),
        (replace(BOTH, booked_at=LATER), LATER, Stage.OUTCOME),
        (replace(BOTH, booked_at=LATER), LATER + timedelta(days=3), Stage.OUTCOME),
        (Talk(booked_at=LATER), SOON, Stage.MEETING),  # by telephone: neither number nor summons
        (Talk(police_hold=True), SOON, Stage.HOLD),
        (Talk(has_contact=True, police_hold=True), SOON, Stage.HOLD),
        (replace(BOTH, police_hold=True), SOON, Stage.HOLD),
    ],
)
def test_what_a_talk_waits_for(talk: Talk, at: datetime, stage: Stage) -> None:
    assert a_clock(talk=talk).stage(at) is stage


@pytest.mark.parametrize("kind", [kind for kind in ClockKind if kind is not ClockKind.ALLVARSSAMTAL])
def test_everything_else_waits_for_a_decision(kind: ClockKind) -> None:
    assert a_clock(kind).stage(LATER) is Stage.DECIDE


def test_the_child_is_summoned_together_with_a_guardian_when_the_later_of_them_is() -> None:
    assert Talk(child_summoned_at=SOON).summoned_at is None
    assert Talk(guardian_summoned_at=SOON).summoned_at is None
    assert Talk(child_summoned_at=SOON, guardian_summoned_at=LATER).summoned_at == LATER
    assert Talk(child_summoned_at=LATER, guardian_summoned_at=SOON).summoned_at == LATER


def test_it_is_overdue_from_the_first_instant_at_which_it_is_too_late() -> None:
    clock = a_clock()

    assert clock.limit.due_at == DUE
    assert not clock.is_overdue(DUE - timedelta(microseconds=1))
    assert clock.is_overdue(DUE)
    assert a_clock(ClockKind.FORHANDSBEDOMNING).is_overdue(wall("2026-12-03 00:00"))
    assert not a_clock(ClockKind.FORHANDSBEDOMNING).is_overdue(wall("2026-12-02 23:59"))


def test_a_talk_is_not_overdue_once_both_have_been_summoned() -> None:
    assert not a_clock(talk=BOTH).is_overdue(LATER)
    assert a_clock(talk=replace(BOTH, child_summoned_at=None)).is_overdue(LATER)
    assert a_clock(talk=Talk(police_hold=True)).is_overdue(LATER)  # the raw figure knows no excuse


def test_what_is_settled_or_withdrawn_is_never_overdue_nor_spoken_of() -> None:
    clock = replace(a_clock(), next_at=SOON, snoozed_until=date(2026, 11, 20))
    settled = clock.settle(Outcome.CANCELLED, ANNA, at=SOON, on=date(2026, 11, 18), reason=Reason.POLISFORHOR)
    withdrawn = clock.withdraw(ANNA, at=SOON)

    for one, state in ((settled, ClockState.SETTLED), (withdrawn, ClockState.WITHDRAWN)):
        assert one.state is state
        assert not one.is_running
        assert not one.is_overdue(LATER)
        assert (one.next_at, one.snoozed_until, one.settled_by, one.settled_at) == (None, None, ANNA, SOON)
    assert (settled.outcome, settled.decided_on, settled.reason) == (
        Outcome.CANCELLED,
        date(2026, 11, 18),
        Reason.POLISFORHOR,
    )


def test_the_reason_that_was_given_stays_when_it_is_settled_without_another() -> None:
    late = replace(a_clock(), reason=Reason.ARBETSBELASTNING)
    on = date(2026, 11, 21)

    assert late.settle(Outcome.HELD, ANNA, at=LATER, on=on).reason is Reason.ARBETSBELASTNING
    assert late.settle(Outcome.HELD, ANNA, at=LATER, on=on, reason=Reason.SKOLA).reason is Reason.SKOLA


def test_every_kind_can_be_settled_and_only_two_extended() -> None:
    assert set(OUTCOMES) == set(ClockKind)
    assert all(OUTCOMES.values())
    assert frozenset({ClockKind.FORHANDSBEDOMNING, ClockKind.UTREDNING}) == EXTENDABLE


def test_what_somebody_wrote_never_stands_in_a_log() -> None:
    clock = replace(a_clock(), extended_by="Gruppledare Sten", extension_reason="skriven", snooze_reason="skriven")
    event = ClockEvent(DeadlineId("d"), SOON, EventKind.SNOOZED, text="skriven")

    assert "skriven" not in repr(clock)
    assert "Sten" not in repr(clock)
    assert "skriven" not in repr(event)


instants = st.integers(0, 200).map(
    lambda n: datetime(2026, 11, 17, tzinfo=STOCKHOLM).astimezone(UTC) + timedelta(hours=n)
)
talks = st.builds(
    Talk, st.booleans(), st.booleans(), st.none() | instants, st.none() | instants, st.none() | instants, st.none()
)


@given(talks, instants)
def test_under_a_hold_nobody_is_asked_to_reach_the_family(talk: Talk, at: datetime) -> None:
    stage = a_clock(talk=replace(talk, police_hold=True)).stage(at)

    assert stage in {Stage.HOLD, Stage.MEETING, Stage.OUTCOME}


@given(talks, instants)
def test_a_talk_always_waits_for_something_and_never_for_a_decision(talk: Talk, at: datetime) -> None:
    assert a_clock(talk=talk).stage(at) is not Stage.DECIDE
