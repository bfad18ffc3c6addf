"""A conversation's life: texts come, people take it and answer, it is closed and opened again."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, rule

from bot.domain.conversation import Conversation, Ground, Route
from bot.domain.ids import ContactId, ConversationId, NamndId, ShiftId, StaffId
from bot.domain.people import World

NOW = datetime(2026, 11, 20, 21, 14, tzinfo=UTC)
LATER = NOW + timedelta(minutes=9)
ANNA, BO = StaffId("anna"), StaffId("bo")
FRIDAY, SATURDAY = ShiftId("friday"), ShiftId("saturday")
NEW = Conversation(
    id=ConversationId("c"),
    contact_id=ContactId("k"),
    world=World.BEREDSKAP,
    namnd=NamndId("norrvik"),
    our_number="+46701740699",
    opened_at=NOW,
)


def test_a_text_waits_from_the_first_that_was_not_answered() -> None:
    waiting = NEW.receive(1, at=NOW).receive(2, at=LATER)

    assert waiting.is_unanswered
    assert (waiting.first_unanswered_at, waiting.last_activity_at) == (NOW, LATER)


def test_an_answer_answers_everything_and_its_author_has_it() -> None:
    answered = NEW.receive(1, at=NOW).receive(2, at=NOW).answer(3, ANNA, at=LATER)

    assert not answered.is_unanswered
    assert (answered.answered_seq, answered.last_seq, answered.seen_seq) == (2, 3, 3)
    assert (answered.taken_by, answered.taken_at, answered.first_unanswered_at) == (ANNA, LATER, None)


def test_who_answers_what_a_colleague_has_taken_does_not_take_it_over() -> None:
    answered = NEW.receive(1, at=NOW).take(BO, at=NOW).answer(2, ANNA, at=LATER)

    assert (answered.taken_by, answered.taken_at) == (BO, NOW)


def test_taking_is_seeing_and_ends_the_ladder() -> None:
    taken = replace(NEW.receive(1, at=NOW), nudge_at=LATER).take(ANNA, at=LATER)

    assert (taken.taken_by, taken.taken_at, taken.seen_seq, taken.nudge_at) == (ANNA, LATER, 1, None)
    assert taken.is_unanswered


def test_taking_ones_own_again_changes_nothing() -> None:
    taken = NEW.receive(1, at=NOW).take(ANNA, at=NOW).receive(2, at=NOW)

    assert taken.take(ANNA, at=LATER) == taken
    assert taken.take(BO, at=LATER).taken_by == BO


def test_closing_lets_go_and_a_text_opens_it_again() -> None:
    closed = NEW.receive(1, at=NOW).take(ANNA, at=NOW).close(at=LATER)

    assert (closed.is_open, closed.closed_at, closed.taken_by, closed.is_unanswered) == (False, LATER, None, False)
    again = closed.receive(2, at=LATER)
    assert (again.is_open, again.closed_at, again.first_unanswered_at) == (True, None, LATER)
    assert again.is_unanswered


def test_an_answer_opens_it_again() -> None:
    assert NEW.close(at=NOW).answer(1, ANNA, at=LATER).is_open


def test_who_has_looked_has_seen_and_nothing_is_unseen_again() -> None:
    assert NEW.receive(5, at=NOW).see(5).see(3).seen_seq == 5


def test_the_same_route_twice_is_noted_once() -> None:
    once = NEW.routed(Route(NOW, Ground.DUTY, ANNA, FRIDAY))

    assert once.routed(Route(LATER, Ground.DUTY, ANNA, FRIDAY)) == once
    assert len(once.routed(Route(LATER, Ground.DUTY, ANNA, SATURDAY)).routes) == 2


@pytest.mark.parametrize(
    ("first", "second", "keeps"),
    [
        (Route(NOW, Ground.DUTY, ANNA, FRIDAY), Route(LATER, Ground.DUTY, BO, SATURDAY), False),
        (Route(NOW, Ground.DUTY, ANNA, FRIDAY), Route(LATER, Ground.DUTY, ANNA, SATURDAY), True),
        (Route(NOW, Ground.DUTY, ANNA, FRIDAY), Route(LATER, Ground.OFFICE), False),
        (Route(NOW, Ground.OFFICE), Route(LATER, Ground.UNTAKEN, BO), False),
        (Route(NOW, Ground.OFFICE), Route(LATER, Ground.DUTY, BO, FRIDAY), False),
    ],
)
def test_whoever_it_goes_to_has_not_taken_it(first: Route, second: Route, keeps: bool) -> None:
    taken = NEW.routed(first).take(ANNA, at=NOW)

    moved = taken.routed(second)

    assert moved.taken_by == (ANNA if keeps else None)
    assert (moved.taken_at is None) is not keeps


def test_what_a_shift_had_and_whom_it_was_escalated_to() -> None:
    routed = NEW.routed(Route(NOW, Ground.DUTY, ANNA, FRIDAY)).routed(Route(NOW, Ground.CLOSED, BO))

    assert routed.was_routed_in(FRIDAY)
    assert not routed.was_routed_in(SATURDAY)
    assert not routed.was_routed_in(None)
    assert routed.escalated_to == {BO}


@pytest.mark.parametrize("ground", Ground)
def test_only_a_leaders_grounds_are_escalations(ground: Ground) -> None:
    assert ground.is_escalation is (ground in {Ground.CLOSED, Ground.NOBODY, Ground.UNTAKEN, Ground.ESCALATED})


people = st.sampled_from([ANNA, BO])
routes = st.builds(
    Route,
    st.just(NOW),
    st.sampled_from(Ground),
    st.none() | people,
    st.none() | st.sampled_from([FRIDAY, SATURDAY]),
)


class AnyEvening(RuleBasedStateMachine):
    """Whatever happens in whatever order, the conversation stays one that the database accepts."""

    def __init__(self) -> None:
        super().__init__()
        self.at = NOW
        self.it = NEW

    def later(self) -> datetime:
        self.at += timedelta(minutes=1)
        return self.at

    @rule()
    def a_text_comes(self) -> None:
        self.it = self.it.receive(self.it.last_seq + 1, at=self.later())
        assert self.it.is_unanswered
        assert self.it.is_open

    @rule(who=people)
    def somebody_answers(self, who: StaffId) -> None:
        self.it = self.it.answer(self.it.last_seq + 1, who, at=self.later())
        assert not self.it.is_unanswered
        assert self.it.taken_by is not None

    @rule(who=people)
    def somebody_takes_it(self, who: StaffId) -> None:
        self.it = self.it.take(who, at=self.later())
        assert self.it.taken_by == who

    @rule()
    def somebody_closes_it(self) -> None:
        self.it = self.it.close(at=self.later())
        assert not self.it.is_open

    @rule(back=st.integers(0, 5))
    def somebody_looks(self, back: int) -> None:
        self.it = self.it.see(max(0, self.it.last_seq - back))

    @rule(route=routes)
    def it_is_put_before_somebody(self, route: Route) -> None:
        before = self.it.routes
        self.it = self.it.routed(route)
        assert self.it.routes[: len(before)] == before

    @invariant()
    def the_numbers_are_in_order(self) -> None:
        assert self.it.answered_seq <= self.it.last_inbound_seq <= self.it.last_seq
        assert self.it.seen_seq <= self.it.last_seq

    @invariant()
    def what_waits_has_waited_since_a_time(self) -> None:
        assert (self.it.first_unanswered_at is not None) == self.it.is_unanswered
        assert not self.it.is_unanswered or self.it.is_open

    @invariant()
    def times_and_states_go_together(self) -> None:
        assert (self.it.closed_at is None) == self.it.is_open
        assert (self.it.taken_at is None) == (self.it.taken_by is None)


TestAnyEvening = AnyEvening.TestCase


@given(st.lists(routes, max_size=8))
def test_no_route_stands_twice_in_a_row(listed: list[Route]) -> None:
    it = NEW
    for route in listed:
        it = it.routed(route)

    same = [(r.staff_id, r.shift_id, r.ground) for r in it.routes]
    assert all(a != b for a, b in pairwise(same))
