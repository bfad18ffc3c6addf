"""The live modal: it follows what happens while somebody writes, and what they have written stays."""

import asyncio
from pathlib import Path
from typing import Any

import sqlalchemy as sa

from storage.tables import OpenViewRow
from tests.acceptance.night import NORRVIK, NUMBER, SODERMARK, Night, Person, Phone, a_night, local_time
from tests.http.doors import locked

LONG = "Jag skriver ganska mycket nu. " * 16  # 480 characters, four parts


async def a_text(night: Night, *, in_office_hours: bool = False) -> tuple[Person, Phone]:
    """Nova has written, and Anna has the modal open."""
    anna = await night.hires("Anna Ek", NORRVIK)
    await night.hires("Bo Lind", NORRVIK)
    night.opens_channels()
    nova, _ = await night.enrols("Nova Berg", "+46701740605", NORRVIK)
    if not in_office_hours:
        await night.on_beredskap(anna, "2026-11-20 17:00", "2026-11-20 22:00")
    await nova.texts("är du där")
    nova.receives("under dagen" if in_office_hours else "tystnadsplikt")
    await anna.opens(anna.card(channel="C0NORRVIK" if in_office_hours else None))
    return anna, nova


def reply_field(modal: dict[str, Any]) -> dict[str, Any]:
    """Return what decides whether Slack keeps what stands in the field for the answer."""
    block = next(b for b in modal["blocks"] if b["type"] == "input" and b["element"]["action_id"] == "reply_text")
    return {"block_id": block["block_id"], "element": block["element"]}


def typed(person: Person) -> Any:
    """Return what stands in the field for the answer."""
    view = person.night.sandbox.slack.workspace.find_view(person.modal()["id"])
    return view and view.values["reply"]["reply_text"]["value"]


def open_views(night: Night) -> list[Any]:
    return night.rows(sa.select(OpenViewRow.__table__))  # type: ignore[attr-defined]


async def test_a_text_comes_in_while_somebody_writes(tmp_path: Path, database_url: str) -> None:
    """It shows in the modal, the draft stays, and the author is asked once."""
    async with a_night(tmp_path, database_url, "2026-11-20 18:00") as night:
        anna, nova = await a_text(night)
        before = reply_field(anna.modal())

        await nova.texts("han är på väg hit")
        assert "han är på väg hit" in anna.reads()
        assert reply_field(anna.modal()) == before
        anna.is_told("Nytt sms")

        done = await anna.writes("Vad gör du just nu?")
        assert "Ett nytt sms har kommit medan du skrev" in done["errors"]["reply"]
        assert typed(anna) == "Vad gör du just nu?"
        nova.receives("Vad gör du", times=0)
        done = await anna.writes("Vad gör du just nu?")
        assert not done["errors"]
        nova.receives("Vad gör du just nu?", times=1)
        night.expect_nothing_else()
        await night.nothing_waits()


async def test_a_colleague_answers_while_somebody_writes(tmp_path: Path, database_url: str) -> None:
    async with a_night(tmp_path, database_url, "2026-11-20 10:00") as night:
        anna, nova = await a_text(night, in_office_hours=True)
        bo = night.people["Bo"]
        await bo.replies("Bo här, jag ringer dig", card=bo.card(channel="C0NORRVIK"))
        nova.receives("Bo här, jag ringer dig")
        assert "Bo här, jag ringer dig" in anna.reads()

        done = await anna.writes("Anna här, jag ringer")
        assert "En kollega har svarat medan du skrev" in done["errors"]["reply"]
        nova.receives("Anna här", times=0)
        await anna.writes("Anna här, jag ringer")
        nova.receives("Anna här, jag ringer")
        night.expect_nothing_else()
        await night.nothing_waits()


async def test_a_long_answer_is_told_of_once(tmp_path: Path, database_url: str) -> None:
    async with a_night(tmp_path, database_url, "2026-11-20 18:00") as night:
        anna, nova = await a_text(night)
        done = await anna.writes(LONG)
        assert "Texten blir 4 sms" in done["errors"]["reply"]
        done = await anna.writes(LONG)
        assert not done["errors"]
        nova.receives(LONG.strip(), times=1)
        night.expect_nothing_else()
        await night.nothing_waits()


async def test_what_cannot_be_sent_stays_where_it_was_written(tmp_path: Path, database_url: str) -> None:
    async with a_night(tmp_path, database_url, "2026-11-20 18:00") as night:
        anna, _ = await a_text(night)
        done = await anna.writes("   ")
        assert done["errors"]["reply"]
        done = await anna.writes("å" * 1601)
        assert "längre än 1600 tecken" in done["errors"]["reply"]
        assert typed(anna) == "å" * 1601
        done = await anna.writes("\u200b\u2060")  # nothing that can be seen
        assert "Skriv något först" in done["errors"]["reply"]
        night.expect_nothing_else()
        await night.nothing_waits()


async def test_a_note_stays_in_the_house(tmp_path: Path, database_url: str) -> None:
    async with a_night(tmp_path, database_url, "2026-11-20 18:00") as night:
        anna, _ = await a_text(night)
        await anna.writes("Hon låter lugnare än i går", note=True)
        assert anna.modals() == []
        anna.card("Ett sms väntar på svar")
        shown = await anna.opens()
        assert "intern anteckning" in shown
        assert "Hon låter lugnare än i går" in shown
        night.expect_nothing_else()
        await night.nothing_waits()


async def test_the_newest_thirty_and_back(tmp_path: Path, database_url: str) -> None:
    async with a_night(tmp_path, database_url, "2026-11-20 18:00") as night:
        anna, nova = await a_text(night)
        await anna.closes_modal()
        for number in range(1, 36):
            await night.sandbox.carrier.text(nova.number, f"rad nummer {number}.", NUMBER)
        night.secret_words.add("rad nummer")
        await night.paced_posts_leave()
        anna.is_told("Nytt sms")

        newest = await anna.opens(anna.card("36 sms väntar på svar"))
        assert sum("rad nummer" in line for line in newest.split("\n")) == 30
        assert "rad nummer 35." in newest
        assert "rad nummer 5." not in newest
        await anna.presses_in_modal("earlier")
        assert "är du där" in anna.reads()
        assert "rad nummer 5." in anna.reads()
        assert "rad nummer 35." not in anna.reads()
        assert "Visa tidigare" not in anna.reads()
        await anna.presses_in_modal("later")
        assert anna.reads() == newest
        night.expect_nothing_else()
        await night.nothing_waits()


async def test_submitted_twice_is_sent_once(tmp_path: Path, database_url: str) -> None:
    async with a_night(tmp_path, database_url, "2026-11-20 18:00") as night:
        anna, nova = await a_text(night)
        night.secret_words.add("Jag ringer strax")
        values = {"reply": {"reply_text": "Jag ringer strax"}, "kind": {"kind_choice": "sms"}}
        slack, view = night.sandbox.slack, anna.modal()["id"]
        answers = await asyncio.gather(*(slack.submit(anna.user, view, values) for _ in range(2)))
        assert [answer["errors"] for answer in answers] == [None, None]
        await night.settles()
        nova.receives("Jag ringer strax", times=1)
        night.expect_nothing_else()
        await night.nothing_waits()


async def test_the_shift_ends_while_somebody_writes(tmp_path: Path, database_url: str) -> None:
    """Sara of Södermark had duty for Norrvik's Nova. Her draft may become a note, but she reads and sends no more."""
    async with a_night(tmp_path, database_url, "2026-11-20 21:50") as night:
        sara = await night.hires("Sara Holm", SODERMARK)
        anna = await night.hires("Anna Ek", NORRVIK)
        night.opens_channels()
        nova, _ = await night.enrols("Nova Berg", "+46701740605", NORRVIK)
        await night.on_beredskap(sara, "2026-11-20 17:00", "2026-11-20 22:00")
        await night.on_beredskap(anna, "2026-11-20 22:00", "2026-11-21 02:00")
        await nova.texts("orkar inte mer")
        nova.receives("tystnadsplikt")
        await sara.opens(sara.card())

        night.sandbox.clock.move_to(local_time("2026-11-20 22:00"))  # nothing has been drawn again yet
        done = await sara.writes("Jag kommer till dig")
        assert "Ditt pass är slut" in done["errors"]["reply"]
        nova.receives("kommer till dig", times=0)

        await night.clock_reaches("2026-11-20 22:01")
        assert "samtalet följs av någon annan nu" in sara.reads()
        assert "orkar inte mer" not in sara.reads()
        assert "Nova Berg" not in sara.reads()
        assert typed(sara) == "Jag kommer till dig"
        sara.card("Följs vidare")
        anna.card("Ett sms väntar på svar")

        done = await sara.writes("Hon orkade inte mer, jag han inte svara", note=True)
        assert not done["errors"], done
        shown = await anna.opens()
        assert "Hon orkade inte mer, jag han inte svara" in shown
        assert "Sara Holm" in shown
        assert (sara.staff.id, "after_shift_note", True) in night.audit("note")
        assert (sara.staff.id, "not_on_duty", False) in night.audit("reply")
        sara.is_told("Anteckning saknas")  # an internal note among the texts is not the note of the shift
        night.expect_handovers()
        night.expect_nothing_else()
        await night.nothing_waits()


async def test_at_home_in_her_own_namnd_the_modal_only_says_so(tmp_path: Path, database_url: str) -> None:
    async with a_night(tmp_path, database_url, "2026-11-20 21:50") as night:
        anna, _ = await a_text(night)
        bo = night.people["Bo"]
        await night.on_beredskap(bo, "2026-11-20 22:00", "2026-11-21 02:00")
        await night.clock_reaches("2026-11-20 22:01")
        assert "Ditt pass är slut" in anna.reads()
        bo.card("Ett sms väntar på svar")
        anna.card()
        anna.is_told("Anteckning saknas")
        night.expect_handovers()
        night.expect_nothing_else()
        await night.nothing_waits()


async def test_a_closed_modal_is_forgotten(tmp_path: Path, database_url: str) -> None:
    async with a_night(tmp_path, database_url, "2026-11-20 18:00") as night:
        anna, nova = await a_text(night)
        assert [view.staff_id for view in open_views(night)] == [anna.staff.id]
        await anna.closes_modal()
        assert open_views(night) == []
        await nova.texts("hallå, svara")
        anna.is_told("Nytt sms")
        night.expect_nothing_else()
        await night.nothing_waits()


async def test_how_far_an_answer_has_come(tmp_path: Path, database_url: str) -> None:
    """köat, skickat, levererat: in the card and in the modal."""
    async with a_night(tmp_path, database_url, "2026-11-20 18:00") as night:
        anna, nova = await a_text(night)
        carrier = night.sandbox.carrier
        carrier.faults.set("sms", "silent")
        await anna.writes("Jag är på väg ut")
        sid = next(m["sid"] for m in nova.inbox() if "på väg ut" in m["body"])
        for reported, words in [("", "köat"), ("sent", "skickat"), ("delivered", "levererat")]:
            if reported:
                await carrier.report(sid, reported)
                await night.settles()
            assert f"svarade 18.00: {words}." in anna.card().words
            if not anna.modals():
                await anna.opens()
            assert f"(vi) · 18.00 · {words}" in anna.reads()
        nova.receives("Jag är på väg ut")
        night.expect_nothing_else()
        await night.nothing_waits()


async def test_nothing_is_shown_that_was_not_logged_first(tmp_path: Path, database_url: str) -> None:
    """Each opening has its line. When the log cannot be written the modal says so, and shows nothing."""
    async with a_night(tmp_path, database_url, "2026-11-20 18:00") as night:
        anna, nova = await a_text(night)
        await anna.closes_modal()
        await nova.texts("står utanför porten")
        anna.is_told("Nytt sms")
        night.expected_errors.add("database_unavailable")
        with locked(database_url, "audit"):
            slack, card = night.sandbox.slack, anna.card()
            await slack.click(anna.user, action_id="open", channel=card.channel, ts=card.ts)
            assert night.sandbox.bot is not None
            await night.sandbox.bot.background.quiet()
        assert "Databasen svarar inte" in anna.reads()
        assert not any(record.contains("står utanför porten") for record in slack.recorder)
        await anna.closes_modal()

        assert night.audit("read") == [(anna.staff.id, "home_namnd", True)]
        assert "står utanför porten" in await anna.opens()
        assert night.audit("read") == [(anna.staff.id, "home_namnd", True)] * 2
        night.expect_nothing_else()
        await night.nothing_waits()
