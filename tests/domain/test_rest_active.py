"""Active time: what is done within ten minutes is one stretch of work, and what somebody has corrected stays."""

from dataclasses import replace
from datetime import timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.domain.ids import ActiveTimeId, ConversationId, ShiftId
from bot.domain.rest.active import JOIN_WITHIN, LEAST, ActiveTime, Source
from tests.domain.rest_given import ANNA, wall

NOW = wall("2026-11-20 18:00")
SHIFT, NOVA, ELIS = ShiftId("s"), ConversationId("nova"), ConversationId("elis")
READ = ActiveTime(ActiveTimeId("a"), ANNA, SHIFT, NOVA, NOW, NOW + LEAST, Source.READ)
MINUTE = timedelta(minutes=1)


@pytest.mark.parametrize(
    ("known", "minutes", "goes_on"),
    [
        (READ, 0, True),
        (READ, 11, True),  # ten minutes after the one that reading takes
        (READ, 11.01, False),
        (READ, -0.01, False),
        (replace(READ, shift_id=ShiftId("next")), 5, False),
        (replace(READ, corrected_at=NOW), 5, False),
        (replace(READ, source=Source.MANUAL), 5, False),
    ],
)
def test_what_is_the_same_work(known: ActiveTime, minutes: float, goes_on: bool) -> None:
    assert known.may_go_on(SHIFT, NOW + minutes * MINUTE) is goes_on


def test_an_answer_after_reading_makes_one_stretch() -> None:
    found = READ.going_on(NOVA, NOW + 4 * MINUTE, Source.ANSWER).going_on(NOVA, NOW + 5 * MINUTE, Source.READ)

    assert found == replace(READ, ended_at=NOW + 6 * MINUTE, source=Source.ANSWER)


def test_work_about_two_conversations_is_about_none_in_particular() -> None:
    assert READ.going_on(ELIS, NOW + MINUTE, Source.READ).conversation_id is None


def test_a_correction_keeps_who_and_says_when() -> None:
    start, end = NOW - 5 * MINUTE, NOW + 40 * MINUTE
    found = READ.corrected(start, end, SHIFT, NOW + timedelta(hours=8))

    assert found == replace(READ, started_at=start, ended_at=end, corrected_at=NOW + timedelta(hours=8))
    assert found.stretch.length == 45 * MINUTE


@given(st.lists(st.floats(0, 30), max_size=20))
def test_a_stretch_never_shrinks_and_holds_all_that_joined_it(waits: list[float]) -> None:
    found, at = READ, NOW
    for wait in waits:
        at += wait * MINUTE
        if found.may_go_on(SHIFT, at):
            longer = found.going_on(NOVA, at, Source.READ)
            assert longer.ended_at >= max(found.ended_at, at + LEAST)
            found = longer
        else:
            assert at > found.ended_at + JOIN_WITHIN
            break
    assert found.stretch.length >= LEAST
