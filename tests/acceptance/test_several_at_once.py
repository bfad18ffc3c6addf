"""Two youths and a guardian at once, and several texts in a row."""

from pathlib import Path

from bot.domain.people import LinkRole
from tests.acceptance.night import NORRVIK, SODERMARK, a_night


async def test_two_youths_and_a_guardian_never_meet(tmp_path: Path, database_url: str) -> None:
    """Three conversations, each answered to the right phone; the guardian learns nothing of the youth's."""
    async with a_night(tmp_path, database_url, "2026-11-20 18:00") as night:
        anna = await night.hires("Anna Ek", NORRVIK)
        night.opens_channels()
        nova, nova_berg = await night.enrols("Nova Berg", "+46701740605", NORRVIK)
        mother, _ = await night.enrols("Mira Bergström", "+46701740606", NORRVIK, role=LinkRole.GUARDIAN, of=nova_berg)
        elis, _ = await night.enrols("Elis Dahl", "+46701740607", SODERMARK)
        await night.on_beredskap(anna, "2026-11-20 17:00", "2026-11-20 22:00")

        await nova.texts("jag vill inte hem", settle=False)
        await mother.texts("vet ni var hon befinner sig", settle=False)
        await elis.texts("bråk igen hemma", settle=False)
        await night.settles()

        hers = anna.card("Ungdom, Norrvik")
        mothers = anna.card("Vårdnadshavare, Norrvik")
        his = anna.card("Ungdom, Södermark")
        assert "jag vill inte hem" not in await anna.opens(mothers)
        await anna.writes("Jag kan inte svara på det, men ring gärna oss.")
        shown = await anna.opens(hers)
        assert "vet ni var" not in shown
        await anna.writes("Var är du nu?")
        await anna.replies("Jag ringer dig strax.", card=his)

        nova.receives("tystnadsplikt")
        nova.receives("Var är du nu?")
        mother.receives("beredskapen i Norrvik")
        mother.receives("Jag kan inte svara på det")
        elis.receives("tystnadsplikt")
        elis.receives("Jag ringer dig strax.")
        night.expect_nothing_else()
        await night.nothing_waits()


async def test_several_texts_in_a_row_are_one_card_and_one_ping(tmp_path: Path, database_url: str) -> None:
    async with a_night(tmp_path, database_url, "2026-11-20 18:00") as night:
        anna = await night.hires("Anna Ek", NORRVIK)
        night.opens_channels()
        nova, _ = await night.enrols("Nova Berg", "+46701740605", NORRVIK)
        await night.on_beredskap(anna, "2026-11-20 17:00", "2026-11-20 22:00")

        for body in ("hallå hallå", "är nån där", "snälla svara"):
            await nova.texts(body)

        card = anna.card("3 sms väntar på svar")
        assert anna.thread(card) == []
        nova.receives("tystnadsplikt")

        await night.minutes_pass(6)
        await nova.texts("svara nån då")

        anna.is_told("Nytt sms", times=1)
        assert "4 sms väntar" in anna.card().words
        shown = await anna.opens(card)
        assert [shown.index(b) for b in ("hallå hallå", "är nån där", "snälla svara", "svara nån då")] == sorted(
            shown.index(b) for b in ("hallå hallå", "är nån där", "snälla svara", "svara nån då")
        )
        await anna.closes_modal()
        night.expect_nothing_else()
        await night.nothing_waits()
