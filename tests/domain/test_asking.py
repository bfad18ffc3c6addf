"""When a missing note is asked for: at the end of the shift, at noon of the next working day, and then the leader."""

from datetime import date, datetime, time

import pytest

from bot.domain.calendar import STOCKHOLM, Hours, WeekHours
from bot.domain.handover import Episode
from bot.domain.ids import ConversationId, EpisodeId, NamndId, ShiftId
from bot.domain.rules import NamndRules
from bot.services.shared.episodes import next_asking

OFFICE = WeekHours(tuple((day, Hours(time(8), time(17))) for day in range(5)))
NORRVIK = NamndRules(NamndId("norrvik"), "Norrvik", "Norrvik", "C1", OFFICE, WeekHours(), frozenset())


def wall(text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=STOCKHOLM)


def lacking(day: str, stage: int) -> Episode:
    on = date.fromisoformat(day)
    shift = ShiftId("s")
    conversation = ConversationId("c")
    return Episode(
        EpisodeId("e"), conversation, NORRVIK.id, "shift:s", 1, on, shift, wall(f"{day} 18:00"), on, note_stage=stage
    )


@pytest.mark.parametrize(
    ("day", "stage", "now", "expected"),
    [
        ("2026-11-23", 0, "2026-11-23 22:00", ("2026-11-24 12:00", 1)),
        ("2026-11-23", 1, "2026-11-24 12:00", ("2026-11-24 17:00", 2)),
        ("2026-11-20", 0, "2026-11-21 02:00", ("2026-11-23 12:00", 1)),  # Friday's, though it ended on Saturday
        ("2026-11-20", 1, "2026-11-23 12:00", ("2026-11-23 17:00", 2)),
        ("2026-11-19", 0, "2026-11-22 17:00", ("2026-11-23 12:00", 1)),  # Thursday to Sunday
        ("2026-11-19", 1, "2026-11-23 12:00", ("2026-11-23 17:00", 2)),
        ("2026-12-23", 0, "2026-12-23 22:00", ("2026-12-28 12:00", 1)),
        ("2026-11-23", 0, "2026-11-24 13:00", ("2026-11-24 17:00", 2)),  # we were away at noon
        ("2026-11-23", 1, "2026-11-24 17:30", None),  # and when the day ended: the leader hears of it now
    ],
)
def test_when_it_is_asked_for_next(day: str, stage: int, now: str, expected: tuple[str, int] | None) -> None:
    found = next_asking(lacking(day, stage), NORRVIK, wall(now), frozenset())

    assert found == (None if expected is None else (wall(expected[0]), expected[1]))
