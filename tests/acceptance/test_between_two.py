"""Between two people on duty: what is open is handed over, and notes are asked for until they are there."""

from datetime import date
from pathlib import Path

import sqlalchemy as sa
from sqlmodel import col

from bot.domain.people import Role
from storage.tables import EpisodeRow
from tests.acceptance.night import NORRVIK, SODERMARK, a_night

TEAM = "C0NORRVIK"


async def test_a_change_in_mid_conversation(tmp_path: Path, database_url: str) -> None:
    """Bo writes what he promised; Anna reads it before she answers; Bo's late answer is not sent."""
    async with a_night(tmp_path, database_url, "2026-11-21 11:55") as night:
        anna = await night.hires("Anna Ek", NORRVIK)
        bo = await night.hires("Bo Lind", SODERMARK)
        night.opens_channels()
        nova, _ = await night.enrols("Nova Berg", "+46701740605", NORRVIK)
        await night.on_beredskap(bo, "2026-11-21 12:00", "2026-11-21 17:00")
        await night.on_beredskap(anna, "2026-11-21 17:00", "2026-11-21 22:00")

        await night.clock_reaches("2026-11-21 16:40")
        bo.handover("Inget är öppet")
        await nova.texts("kan jag få sova någon annanstans")
        await bo.replies("Jag kollar med mormor.", card=bo.card("Ett sms väntar"))
        await bo.opens(bo.card("svarade"))  # and has the window open when the shift ends
        await night.clock_reaches("2026-11-21 16:55")
        await bo.closes_modal()
        await bo.presses("close", bo.card("svarade"))
        await bo.closes_modal()

        await night.clock_reaches("2026-11-21 17:00")
        told = anna.handover("till 22.00 för Norrvik och Södermark")
        assert f"<@{bo.user}>" in told.words
        assert "anteckning saknas" in told.words
        ask = bo.is_told("Anteckning saknas")
        await bo.notes(ask, "Vill sova någon annanstans.", promised="Lovade svar om mormor före 18", action="today")
        await anna.presses("read_handover", told)
        shown = anna.reads()
        assert "Lovade svar om mormor före 18" in shown
        assert "Nova Berg" in shown
        await anna.closes_modal()
        assert "Lovade svar om mormor före 18" in await anna.opens(anna.card())
        await anna.writes("Mormor säger ja. Hälsar Anna.")
        nova.receives("Jag kollar med mormor.")
        nova.receives("Mormor säger ja.")
        nova.receives("tystnadsplikt")
        assert "följs nu av någon annan" in bo.card().words
        assert "open" not in bo.card().buttons
        assert "Mina åtgärder" in await anna.opens_home()
        night.expect_nothing_else()
        await night.nothing_waits()


async def test_a_colleague_of_the_home_namnd_is_asked_first(tmp_path: Path, database_url: str) -> None:
    """The former person may still answer, being of the home nämnd; but is asked once, since Cecilia follows it."""
    async with a_night(tmp_path, database_url, "2026-11-21 11:55") as night:
        anna = await night.hires("Anna Ek", NORRVIK)
        cecilia = await night.hires("Cecilia Ros", NORRVIK)
        night.opens_channels()
        nova, _ = await night.enrols("Nova Berg", "+46701740605", NORRVIK)
        await night.on_beredskap(anna, "2026-11-21 12:00", "2026-11-21 17:00")
        await night.on_beredskap(cecilia, "2026-11-21 17:00", "2026-11-21 22:00")
        await night.clock_reaches("2026-11-21 16:50")
        await nova.texts("hallå")
        await anna.opens(anna.card("Ett sms väntar"))

        await night.clock_reaches("2026-11-21 17:05")
        refused = await anna.writes("Jag är här!")
        assert f"följs av <@{cecilia.user}> nu" in str(refused["errors"])
        await anna.writes("Jag är här!")
        nova.receives("Jag är här!")
        nova.receives("tystnadsplikt")
        cecilia.handover("väntar på svar")
        cecilia.card()
        anna.card()
        anna.handover()
        anna.is_told("Anteckning saknas")
        night.expect_nothing_else()
        await night.nothing_waits()


async def test_typed_in_an_inline_thread_after_the_shift(tmp_path: Path, database_url: str) -> None:
    """What the former person types is held and asked about, not sent."""
    async with a_night(tmp_path, database_url, "2026-11-21 11:55", norrvik="inline") as night:
        anna = await night.hires("Anna Ek", NORRVIK)
        cecilia = await night.hires("Cecilia Ros", NORRVIK)
        night.opens_channels()
        nova, _ = await night.enrols("Nova Berg", "+46701740605", NORRVIK)
        await night.on_beredskap(anna, "2026-11-21 12:00", "2026-11-21 17:00")
        await night.on_beredskap(cecilia, "2026-11-21 17:00", "2026-11-21 22:00")
        await night.clock_reaches("2026-11-21 16:50")
        await nova.texts("hallå")
        card = anna.card("Ett sms väntar")
        await night.clock_reaches("2026-11-21 17:05")
        await anna.types_in_thread(card, "Jag är här!")
        nova.receives("Jag är här!", times=0)
        held = anna.is_told("sparat men inte skickat")
        await anna.presses("send_held", held)
        nova.receives("Jag är här!")


async def test_a_missing_note_is_asked_for_until_the_working_day_ends(tmp_path: Path, database_url: str) -> None:
    """At the end of the shift, at noon of the next working day; when that day ends the leader is told."""
    async with a_night(tmp_path, database_url, "2026-11-20 16:00") as night:
        anna = await night.hires("Anna Ek", NORRVIK)
        bo = await night.hires("Bo Lind", SODERMARK)
        lena = await night.hires("Lena Holm", NORRVIK, Role.LEADER)
        night.opens_channels()
        nova, _ = await night.enrols("Nova Berg", "+46701740605", NORRVIK)
        await night.on_beredskap(bo, "2026-11-20 17:00", "2026-11-21 02:00")

        await night.clock_reaches("2026-11-21 01:30")  # Saturday, and Friday's shift (facts: time, section 11)
        await nova.texts("sover inte")
        await bo.replies("Jag ringer.", card=bo.card("Ett sms väntar"))
        await night.clock_reaches("2026-11-21 01:59")
        bo.is_not_told("Anteckning saknas")
        await night.clock_reaches("2026-11-21 02:00")
        bo.is_told("Anteckning saknas för samtal")
        await night.clock_reaches("2026-11-23 08:00")
        post = anna.handover("Överlämning måndag 23 november", channel=TEAM)
        assert "anteckning saknas" in post.words
        assert [row.day for row in night.rows(sa.select(col(EpisodeRow.day)))] == [date(2026, 11, 20)]
        await night.clock_reaches("2026-11-23 12:00")
        bo.is_told("saknas fortfarande")
        await night.clock_reaches("2026-11-23 16:59")
        lena.is_not_told("Anteckning saknas")
        await night.clock_reaches("2026-11-23 17:00")
        assert f"<@{bo.user}>" in lena.is_told("Anteckning saknas").words

        await bo.notes(bo.is_told("saknas fortfarande"), "Sov inte.", "Ringde.")
        assert "anteckning saknas" not in anna.handover(channel=TEAM).words
        await night.clock_reaches("2026-11-24 00:30")
        await bo.presses("write_note", bo.is_told("saknas fortfarande"))
        assert "Ditt pass är slut" in bo.reads()  # the next working day is over
        assert [allowed for who, _, allowed in night.audit("note") if who == bo.staff.id] == [True, True, False]


async def test_a_text_that_came_while_the_note_was_written(tmp_path: Path, database_url: str) -> None:
    """The note is kept, nothing is closed unseen, and the closing text comes back to its author."""
    async with a_night(tmp_path, database_url, "2026-11-20 18:00") as night:
        anna = await night.hires("Anna Ek", NORRVIK)
        night.opens_channels()
        nova, _ = await night.enrols("Nova Berg", "+46701740605", NORRVIK)
        await night.on_beredskap(anna, "2026-11-20 17:00", "2026-11-20 22:00")
        await nova.texts("hej")
        await anna.replies("Hallå där.", card=anna.card("Ett sms väntar"))
        await anna.presses("close", anna.card("svarade"))
        await nova.texts("en sak till")

        await anna.writes_note(closing="Hej då!")
        assert "Anteckningen är sparad" in anna.reads()
        assert "Hej då!" in anna.reads()
        await anna.closes_modal()
        card = anna.card("Ett sms väntar")
        nova.receives("Hej då!", times=0)
        await anna.replies("Ja?", card=card)
        await anna.closes(anna.card("svarade"))
        assert "Avslutat" in anna.card().words
        for words in ("Hallå där.", "Ja?", "tystnadsplikt"):
            nova.receives(words)
        anna.is_told("Nytt sms")
        night.expect_nothing_else()
        await night.nothing_waits()


async def test_what_is_filled_in_wrongly_keeps_the_form(tmp_path: Path, database_url: str) -> None:
    """A personnummer is refused in every field; nothing is saved, nothing is lost, and pressing twice saves once."""
    async with a_night(tmp_path, database_url, "2026-11-20 18:00") as night:
        anna = await night.hires("Anna Ek", NORRVIK)
        night.opens_channels()
        nova, _ = await night.enrols("Nova Berg", "+46701740605", NORRVIK)
        await night.on_beredskap(anna, "2026-11-20 17:00", "2026-11-20 22:00")
        await nova.texts("hej")
        await anna.presses("close", anna.card("Ett sms väntar"))
        assert "Någon väntar på svar" in anna.reads()
        done = await anna.writes_note("Gäller 121212-1212", "Stöd.", promised="Ring 201212121212")
        assert set(done["errors"]) == {"came_in", "promised"}
        assert "personnummer" in done["errors"]["came_in"]
        assert night.audit("wrote_note") == []
        await anna.writes_note(promised="Ringer i morgon.")
        assert len(night.audit("wrote_note")) == 1
        nova.receives("tystnadsplikt")
