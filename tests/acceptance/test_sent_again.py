"""An sms that fails is said in words, and sent again once."""

from pathlib import Path

from tests.acceptance.night import NORRVIK, a_night


async def test_an_sms_that_does_not_arrive_is_sent_again(tmp_path: Path, database_url: str) -> None:
    async with a_night(tmp_path, database_url, "2026-11-20 18:00") as night:
        anna = await night.hires("Anna Ek", NORRVIK)
        night.opens_channels()
        nova, _ = await night.enrols("Nova Berg", "+46701740605", NORRVIK)
        await night.on_beredskap(anna, "2026-11-20 17:00", "2026-11-20 22:00")
        await nova.texts("kan du komma")
        nova.receives("tystnadsplikt")

        night.sandbox.carrier.faults.set("sms", "undelivered")
        await anna.replies("Jag kommer om en timme")
        nova.loses("Jag kommer om en timme")
        card = anna.card("Telefonen går inte att nå")
        assert "Ett sms väntar på svar" in card.words  # an answer that did not arrive is none
        told = anna.is_told("kom inte fram")
        assert f"<@{anna.user}>" in told.words

        night.sandbox.carrier.faults.set("sms", "delivered")
        await anna.presses("resend", card)
        nova.receives("Jag kommer om en timme")
        assert "levererat" in anna.card("svarade").words
        assert "Inget väntar på svar" in anna.card().words

        await anna.presses("resend", told)  # the second button for the same text does nothing more
        nova.receives("Jag kommer om en timme")
        anna.is_told("Läget har ändrats")
        night.expect_nothing_else()
        await night.nothing_waits()
