"""H11: "emoji, smart quotes, Arabic, ZWJ arrive and leave unchanged; segments as twilio.md section 13" (facts: storage,
section 12). The segments are in tests/domain/test_sms_parts.py.
"""

from pathlib import Path
from typing import Any

import pytest

from tests.acceptance.night import a_night
from tests.holes.given import AUTOMATIC, EVENING, a_question, duty

FAMILY = "👩\u200d👩\u200d👧\u200d👦"
LETTERS = {
    "emoji": "jag är hos farmor 🙂👍🏽",
    "joined": f"vi är {FAMILY} här",
    "Arabic": "أنا خائفة جدا",
    "names": "Zoë, Łukasz, Ñandú och Björn",
    "quotes": "han sa “kom hit” – jag vill inte…",
    "German quotes": "„nej‚ aldrig‘",
    "zero width": "pan\u200bna och جان\u200cها",
}


def shown_in(modal: dict[str, Any]) -> list[str]:
    texts = [block["text"] for block in modal["blocks"] if block["type"] == "section"]
    return [text["text"] for text in texts if text["type"] == "plain_text"]


@pytest.mark.parametrize("written", LETTERS.values(), ids=LETTERS)
async def test_it_comes_in_by_the_list_as_by_the_webhook(tmp_path: Path, database_url: str, written: str) -> None:
    """Nobody was at the door: what the list brings in reads as if somebody had been."""
    async with a_night(tmp_path, database_url, EVENING) as night:
        anna, nova = await duty(night)
        await night.is_away_while(nova, written)
        await night.reconciles()
        await anna.opens(anna.card("Ett sms väntar på svar"))
        assert written in shown_in(anna.modal())
        nova.receives(AUTOMATIC)
        night.expect_nothing_else()


TIDIED = {**LETTERS, "quotes": 'han sa "kom hit" - jag vill inte...', "German quotes": LETTERS["German quotes"]}


@pytest.mark.parametrize("kind", LETTERS)
async def test_it_leaves_as_it_was_written(tmp_path: Path, sqlite_database_url: str, kind: str) -> None:
    """Letters are never touched. Typographic quotes and dashes become plain ones, which costs nobody anything."""
    async with a_night(tmp_path, sqlite_database_url, EVENING) as night:
        anna, nova = await a_question(night)
        await anna.replies(LETTERS[kind])
        assert [m["body"] for m in nova.inbox()][1:] == [TIDIED[kind]]
        assert not any("?" in m["body"] for m in nova.inbox()[1:])
        nova.receives(TIDIED[kind])
        anna.card("levererat")
        night.expect_nothing_else()
