"""H6: "21614: one attempt, permanent; 21610: number marked blocked by provider state, next reply refused with reason"
(facts: storage, section 12).
"""

from pathlib import Path

import pytest

from tests.acceptance.night import a_night
from tests.holes.given import ANSWER, EVENING, a_question, outbox


async def test_no_mobile_is_tried_once(tmp_path: Path, database_url: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """The carrier knows that the number takes no sms: said in words, not tried again, not even after a restart."""
    async with a_night(tmp_path, database_url, EVENING) as night:
        anna, nova = await a_question(night)
        monkeypatch.setattr("bot.sandbox.carrier.api.can_receive_sms", lambda number: False)
        await anna.replies(ANSWER)
        await night.restarts()

        row = outbox(night, "sms")[-1]
        assert (row.attempts, row.state, row.last_error) == (1, "failed", "not_a_mobile")
        card = anna.card("Numret kan inte ta emot sms. Ring i stället.")
        assert "resend" not in card.buttons
        assert "resend" not in anna.is_told("Numret kan inte ta emot sms").buttons
        assert "Ett sms väntar på svar" in card.words
        nova.receives(ANSWER, times=0)
        night.expect_nothing_else()
        await night.nothing_waits()


async def test_stop_is_what_the_carrier_does_with_it(tmp_path: Path, database_url: str) -> None:
    """One call is refused; the next answer, typed in the thread, is refused with the reason and never leaves us."""
    async with a_night(tmp_path, database_url, EVENING) as night:
        anna, nova = await a_question(night)
        await nova.texts("STOP")
        anna.is_told("Nytt sms 18.00")  # whoever seems to want no more is put before somebody at once
        await anna.replies(ANSWER)
        row = outbox(night, "sms")[-1]
        assert (row.attempts, row.state, row.last_error) == (1, "failed", "opted_out")
        assert "resend" not in anna.is_told("Ring, eller be personen skicka START").buttons

        card = anna.card("kom inte fram")
        assert "har skrivit STOP" in await anna.opens(card)
        await anna.closes_modal()
        await anna.types_in_thread(card, "Hör du mig?")
        await anna.presses("send_held", anna.is_told("sparat men inte skickat"))
        anna.is_told("Personen har skrivit STOP, och sms-tjänsten stoppar våra sms", times=2)
        assert outbox(night, "sms")[-1].id == row.id
        nova.receives(ANSWER, times=0)
        nova.receives("Hör du mig?", times=0)
        night.secret_words -= {"STOP"}  # our own words name it
        night.expect_nothing_else()
        await night.nothing_waits()
