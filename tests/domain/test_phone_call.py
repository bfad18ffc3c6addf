"""A call only goes forward, whatever order what is told of it comes in."""

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.domain.ids import ContactId, PhoneCallId, PhoneLegId, StaffId
from bot.domain.phone import HIDDEN, HIDDEN_CALLERS, aloud, caller
from bot.domain.phone_call import (
    LEG_RANK,
    REPORTS,
    SETTLE_AFTER,
    SETTLED,
    CallState,
    LegState,
    PhoneCall,
    PhoneLeg,
    Way,
)

NOW = datetime(2026, 11, 20, 17, 0, tzinfo=UTC)
ANNA, BO = StaffId("anna"), StaffId("bo")
CALL = PhoneCall(PhoneCallId("c"), Way.IN, ContactId("k"), "+46701740699", NOW, NOW + SETTLE_AFTER)
LEG = PhoneLeg(PhoneLegId("l"), CALL.id, 0, ANNA)

states = st.sampled_from(LegState)
reports = st.lists(st.tuples(states, st.none() | st.integers(0, 9)), max_size=12)


@given(told=reports)
def test_a_phone_never_goes_back(told: list[tuple[LegState, int | None]]) -> None:
    """A phone that is done with does not ring again, and what was pressed stays pressed until it is over."""
    leg = LEG
    for state, sequence in told:
        after = leg.told(state, sequence)
        assert after.rank >= leg.rank
        assert after.sequence >= leg.sequence
        assert not (leg.rank == SETTLED and after.state is not leg.state)
        leg = after


@given(told=st.lists(st.tuples(states, st.integers(0, 9)), max_size=8))
def test_a_repeated_report_changes_nothing(told: list[tuple[LegState, int]]) -> None:
    leg = LEG
    for state, sequence in told:
        once = leg.told(state, sequence)
        assert once.told(state, sequence) == once
        leg = once


@given(
    ends=st.lists(st.sampled_from([s for s in CallState if s not in {CallState.RINGING, CallState.TAKEN}]), min_size=1)
)
def test_what_was_taken_has_ended_whatever_is_said_of_it(ends: list[CallState]) -> None:
    call = CALL.take(ANNA, NOW)
    for state in ends:
        call = call.end(state, NOW + timedelta(minutes=5))
    assert (call.state, call.staff_id, call.due_at) == (CallState.ENDED, ANNA, None)
    assert call.ended_at == NOW + timedelta(minutes=5)


def test_a_call_is_taken_once() -> None:
    taken = CALL.take(ANNA, NOW)
    with pytest.raises(ValueError, match="rings"):
        taken.take(BO, NOW)
    with pytest.raises(ValueError, match="rings"):
        CALL.end(CallState.MISSED, NOW).take(BO, NOW)


def test_something_heard_of_a_call_puts_off_its_end_only_while_it_rings() -> None:
    later = NOW + timedelta(minutes=1)
    assert CALL.heard_of(later).due_at == later + SETTLE_AFTER
    taken = CALL.take(ANNA, NOW)
    assert taken.heard_of(later) == taken
    missed = CALL.end(CallState.MISSED, NOW)
    assert missed.heard_of(later) == missed


def test_every_word_of_the_providers_has_a_rank() -> None:
    """An answer is no key: only a key that was pressed ranks above it, and all that is over ranks above both."""
    assert LEG_RANK[LegState.PRESSED] > LEG_RANK[LegState.ANSWERED]
    over = {state for state in LegState if state not in LEG_RANK}
    assert over == {REPORTS[word] for word in ("completed", "busy", "no-answer", "canceled", "failed")}


@pytest.mark.parametrize(
    "raw", ["anonymous", "Restricted", "", "BANKEN", "+266696687", "266696687", *sorted(HIDDEN_CALLERS)]
)
def test_who_hides_their_number(raw: str) -> None:
    assert caller(raw) == HIDDEN


@pytest.mark.parametrize(
    ("raw", "number"),
    [("+46701740605", "+46701740605"), ("070-174 06 05", "+46701740605"), ("+4612345678901234", HIDDEN)],
)
def test_who_shows_it(raw: str, number: str) -> None:
    """Too many digits are no number."""
    assert caller(raw) == number


@pytest.mark.parametrize(
    ("number", "said"), [("112", "1 1 2"), ("116 111", "1 1 6, 1 1 1"), ("+46701740605", "0 7 0, 1 7 4, 0 6, 0 5")]
)
def test_numbers_are_read_digit_by_digit(number: str, said: str) -> None:
    assert aloud(number) == said
