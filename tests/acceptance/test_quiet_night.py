"""A quiet night: one text, one answer, and nothing else."""

from pathlib import Path

from tests.acceptance.night import NORRVIK, SODERMARK, a_night


async def test_a_text_is_answered(tmp_path: Path, database_url: str) -> None:
    async with a_night(tmp_path, database_url, "2026-11-20 22:10") as night:
        anna = await night.hires("Anna Ek", NORRVIK)
        bo = await night.hires("Bo Lind", SODERMARK)
        night.opens_channels()
        nova, _ = await night.enrols("Nova Berg", "+46701740605", NORRVIK)
        await night.on_beredskap(anna, "2026-11-20 17:00", "2026-11-21 02:00")

        await night.clock_reaches("2026-11-20 22:14")
        await nova.texts("kan nån ringa mig")

        card = anna.card("Ett sms väntar på svar")
        assert "22.14" in card.words
        assert "ungdom, Norrvik" in card.words.lower().replace("norrvik", "Norrvik")
        nova.receives("tystnadsplikt")
        shown = await anna.opens(card)
        assert "kan nån ringa mig" in shown
        assert "Nova Berg" in shown

        await anna.writes("Jag ringer om två minuter")

        nova.receives("Jag ringer om två minuter")
        assert "levererat" in anna.card("svarade").words
        bo.has_no_card()
        await anna.closes(anna.card())
        assert "Avslutat" in anna.card().words
        night.expect_nothing_else()
        await night.nothing_waits()
