"""When the rest after a shift is looked at: in time for the morning, and not in the middle of the night."""

import pytest

from bot.domain.duty import Shift
from bot.domain.ids import NamndId, ShiftId
from bot.domain.rest.morning import told_at
from bot.domain.rest.rules import RestRules
from tests.domain.rest_given import ANNA, NO_HOURS, wall


def shift(start: str, end: str) -> Shift:
    return Shift(ShiftId("s"), ANNA, NamndId("norrvik"), wall(start), wall(end))


@pytest.mark.parametrize(
    ("start", "end", "told"),
    [
        ("2026-11-19 17:00", "2026-11-19 22:00", "2026-11-19 22:00"),  # when it ends
        ("2026-11-19 17:00", "2026-11-19 22:01", "2026-11-20 06:00"),  # in the morning
        ("2026-11-20 17:00", "2026-11-21 02:00", "2026-11-21 06:00"),
        ("2026-11-19 22:00", "2026-11-20 08:00", "2026-11-20 07:00"),  # an hour before work, while it runs
        ("2026-11-19 22:00", "2026-11-20 07:30", "2026-11-20 07:00"),
        ("2026-11-21 10:00", "2026-11-21 22:00", "2026-11-21 22:00"),  # no work on Sunday
        ("2026-12-24 10:00", "2026-12-25 08:00", "2026-12-25 08:00"),  # nor on a red day
        ("2026-10-24 22:00", "2026-10-25 04:00", "2026-10-25 06:00"),
    ],
)
def test_when_it_is_told(start: str, end: str, told: str) -> None:
    assert told_at(shift(start, end), RestRules()) == wall(told)


def test_without_known_hours_it_is_told_when_the_shift_ends() -> None:
    assert told_at(shift("2026-11-19 22:00", "2026-11-20 08:00"), RestRules(ordinary_hours=NO_HOURS)) == wall(
        "2026-11-20 08:00"
    )
