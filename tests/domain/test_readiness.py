"""When somebody is asked whether they are ready, and when Slack would keep their phone quiet."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.domain.calendar import STOCKHOLM
from bot.domain.duty import Shift
from bot.domain.ids import NamndId, ShiftId, StaffId
from bot.domain.readiness import Readiness, Silence, Stage, due_stage, next_stage
from bot.domain.ready_rules import ReadyRules

RULES = ReadyRules()
MINUTE, HOUR, DAY = timedelta(minutes=1), timedelta(hours=1), timedelta(days=1)


def wall(text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=STOCKHOLM).astimezone(UTC)


SHIFT = Shift(ShiftId("s"), StaffId("anna"), NamndId("norrvik"), wall("2026-11-20 17:00"), wall("2026-11-20 22:00"))
ASKED = Readiness(SHIFT.id, SHIFT.staff_id, SHIFT.starts_at, SHIFT.ends_at, told_first_at=SHIFT.starts_at - DAY)
ASKED_TWICE = replace(ASKED, told_last_at=SHIFT.starts_at - HOUR)
READY = replace(ASKED_TWICE, confirmed_at=SHIFT.starts_at - MINUTE)


@pytest.mark.parametrize(
    ("at", "kept", "due"),
    [
        ("2026-11-19 16:59", None, None),
        ("2026-11-19 17:00", None, Stage.FIRST),
        ("2026-11-20 12:00", None, Stage.FIRST),  # late, and said all the same
        ("2026-11-20 12:00", ASKED, None),
        ("2026-11-20 16:00", ASKED, Stage.LAST),
        ("2026-11-20 16:30", None, Stage.LAST),  # a shift that was made just now: said once
        ("2026-11-20 16:30", ASKED_TWICE, None),
        ("2026-11-20 16:30", replace(ASKED, confirmed_at=ASKED.told_first_at), Stage.LAST),
        ("2026-11-20 17:00", ASKED_TWICE, Stage.START),
        ("2026-11-20 17:00", READY, None),
        ("2026-11-20 17:00", None, None),  # nobody has asked them
        ("2026-11-20 18:00", replace(ASKED_TWICE, warned_at=SHIFT.starts_at), None),
        ("2026-11-20 22:00", ASKED_TWICE, None),
        ("2026-11-20 12:00", replace(ASKED, staff_id=StaffId("bo")), Stage.FIRST),  # it was somebody else's
        ("2026-11-20 12:00", replace(ASKED, released_at=ASKED.told_first_at), Stage.FIRST),  # they got it back
        ("2026-11-20 12:00", replace(ASKED, starts_at=SHIFT.starts_at + HOUR), Stage.FIRST),  # at other hours
    ],
)
def test_what_is_due(at: str, kept: Readiness | None, due: Stage | None) -> None:
    assert due_stage(SHIFT, kept, wall(at), RULES) is due


@given(st.integers(-3000, 3000))
def test_nothing_falls_due_but_at_the_instants_that_are_announced(minutes: int) -> None:
    """Between one announced instant and the next, what is due stays the same: a jump of the clock misses nothing."""
    after = SHIFT.starts_at + minutes * MINUTE
    following = next_stage(SHIFT, after, RULES)

    later = (following or SHIFT.ends_at) - timedelta(microseconds=1)
    if after < later < SHIFT.ends_at:
        assert due_stage(SHIFT, ASKED, after, RULES) is due_stage(SHIFT, ASKED, later, RULES)


@pytest.mark.parametrize(
    ("start", "end", "is_daily", "is_silenced"),
    [
        ("2026-11-20 22:00", "2026-11-21 08:00", True, False),  # begins when the shift is over
        ("2026-11-20 21:59", "2026-11-21 08:00", True, True),
        ("2026-11-19 20:00", "2026-11-20 08:00", True, True),  # looked at a day ahead: it comes every evening
        ("2026-11-19 20:00", "2026-11-20 08:00", False, False),  # a pause that is over by then
        ("2026-11-20 12:00", "2026-11-20 18:00", False, True),
        ("2026-11-20 07:00", "2026-11-20 17:00", True, False),
    ],
)
def test_when_slack_is_silent(start: str, end: str, is_daily: bool, is_silenced: bool) -> None:
    silence = Silence(wall(start), wall(end), is_daily)

    assert silence.touches(SHIFT.starts_at, SHIFT.ends_at) is is_silenced
