"""Ways in which a child could have been left unanswered, each found by trying to break it."""

import asyncio
from dataclasses import replace
from pathlib import Path

from bot.domain.people import Role
from tests.acceptance.night import NORRVIK, SODERMARK, a_night

TEAM = "C0NORRVIK"


async def test_taken_in_the_evening_is_not_taken_in_the_morning(tmp_path: Path, database_url: str) -> None:
    """Sara of Södermark pressed Jag tar det and fell asleep: the office has it as untaken, and the ladder runs."""
    async with a_night(tmp_path, database_url, "2026-11-19 20:00") as night:
        sara = await night.hires("Sara Holm", SODERMARK)
        bo = await night.hires("Bo Lind", NORRVIK)
        lena = await night.hires("Lena Holm", NORRVIK, Role.LEADER)
        night.opens_channels()
        nova, _ = await night.enrols("Nova Berg", "+46701740605", NORRVIK)
        await night.on_beredskap(sara, "2026-11-19 17:00", "2026-11-20 08:00")

        await nova.texts("orkar inte mer nu")
        nova.receives("tystnadsplikt")
        await sara.presses("take", sara.card())
        await night.clock_reaches("2026-11-20 08:00")
        assert "take" in bo.card("Ett sms väntar på svar", channel=TEAM).buttons
        sara.card("Följs vidare")
        await night.clock_reaches("2026-11-20 08:31")
        bo.card("Ett sms väntar på svar")
        lena.card("Ingen i teamet tog det i tid")
        sara.is_told("Anteckning saknas")
        night.expect_handovers()
        night.expect_nothing_else()
        await night.nothing_waits()


async def test_the_same_person_again_is_woken_again(tmp_path: Path, database_url: str) -> None:
    """Anna has both evenings: what waits when the second begins makes her phone sound."""
    async with a_night(tmp_path, database_url, "2026-11-20 21:50") as night:
        anna = await night.hires("Anna Ek", NORRVIK)
        lena = await night.hires("Lena Holm", NORRVIK, Role.LEADER)
        night.opens_channels()
        nova, _ = await night.enrols("Nova Berg", "+46701740605", NORRVIK)
        await night.on_beredskap(anna, "2026-11-20 17:00", "2026-11-20 22:00")
        await night.on_beredskap(anna, "2026-11-21 10:00", "2026-11-21 22:00")

        await nova.texts("är du vaken än")
        await nova.texts("hallå där ute")
        nova.receives("tystnadsplikt")
        anna.card()
        await night.clock_reaches("2026-11-20 22:00")
        lena.card("Ingen har beredskap just nu")
        await night.clock_reaches("2026-11-21 10:00")
        anna.is_told("Nytt sms")
        anna.is_told("Anteckning saknas")  # for the first evening, when it ended
        lena.card("Följs vidare")
        night.expect_handovers()
        night.expect_nothing_else()
        await night.nothing_waits()


async def test_closing_over_a_text_that_nobody_saw(tmp_path: Path, database_url: str) -> None:
    """First her card is old, then the form is up when the text comes: neither counts as answered, nor is closed."""
    async with a_night(tmp_path, database_url, "2026-11-20 18:00") as night:
        anna = await night.hires("Anna Ek", NORRVIK)
        night.opens_channels()
        nova, _ = await night.enrols("Nova Berg", "+46701740605", NORRVIK)
        await night.on_beredskap(anna, "2026-11-20 17:00", "2026-11-20 22:00")
        await nova.texts("tack för hjälpen")
        nova.receives("tystnadsplikt")
        await anna.replies("Hör av dig om något händer.", card=anna.card())
        nova.receives("Hör av dig om något händer.")

        night.sandbox.slack.faults.set("slack", "down")  # the card on her screen does not change meanwhile
        await nova.texts("han slår mig nu", settle=False)
        await night.settles()
        night.sandbox.slack.faults.methods = frozenset({"chat.update", "chat.postMessage"})
        assert "Inget väntar på svar" in anna.card().words
        await anna.presses("close", anna.card())
        assert "Någon väntar på svar" in anna.reads()
        await anna.closes_modal()
        night.sandbox.slack.faults.clear()
        async with asyncio.timeout(60):  # until our own back-off is over
            while not ("Ett sms väntar på svar" in anna.card().words and anna.thread(anna.card())):
                await night.settles()
                await asyncio.sleep(0.05)
        assert "Ett sms väntar på svar" in anna.card().words
        anna.is_told("Nytt sms")

        await anna.presses("close", anna.card())
        await nova.texts("nu har han gått")
        await anna.writes_note(closing="Vi hörs i morgon.")
        assert "Samtalet är inte avslutat" in anna.reads()
        assert "Vi hörs i morgon." in anna.reads()  # it is hers to send, when she has read what came
        nova.receives("Vi hörs i morgon.", times=0)
        await anna.closes_modal()
        assert "2 sms väntar på svar" in anna.card().words
        night.expect_nothing_else()


async def test_a_channel_that_is_gone_does_not_hide_the_next_text(tmp_path: Path, database_url: str) -> None:
    """The team's channel has been archived: the leader gets the conversation instead."""
    async with a_night(tmp_path, database_url, "2026-11-23 09:00") as night:
        lena = await night.hires("Lena Holm", NORRVIK, Role.LEADER)
        night.sandbox.slack.add_channel(TEAM, "norrvik", [], is_archived=True)
        nova, _ = await night.enrols("Nova Berg", "+46701740605", NORRVIK)
        night.expected_errors.update({"send_rejected", "is_archived"})

        await nova.texts("är någon på kontoret")
        await night.paced_posts_leave()  # what cannot be posted there is not tried for ever
        nova.receives("under dagen")
        lena.card("Ett sms väntar på svar")
        lena.is_told("kunde inte läggas ut i Slack")
        await lena.replies("Ja, jag är här.", card=lena.card())
        nova.receives("Ja, jag är här.")
        night.expect_nothing_else()


async def test_the_number_of_somebody_who_has_left(tmp_path: Path, database_url: str) -> None:
    """A staff phone whose holder is no longer active is a number like any other."""
    async with a_night(tmp_path, database_url, "2026-11-20 18:00") as night:
        anna = await night.hires("Anna Ek", NORRVIK)
        await night.hires("Lars Ny", SODERMARK, Role.LEADER, phone="+46701740680")
        night.opens_channels()
        await night.on_beredskap(anna, "2026-11-20 17:00", "2026-11-20 22:00")
        lars = night.people["Lars"].staff
        await night.writes(lambda tx: tx.staff.save(replace(lars, is_active=False)))

        phone = night.phone("+46701740680")
        await phone.texts("jag har fått det här numret")
        anna.card("Okänt nummer")
        phone.receives("Vi känner inte igen numret")
        night.expect_nothing_else()
        await night.nothing_waits()
