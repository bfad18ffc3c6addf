"""Whatever somebody writes is shown as it is, and wakes a person; whoever cannot be answered is not."""

from pathlib import Path
from typing import Any

import pytest

from tests.acceptance.night import NORRVIK, NUMBER, Night, Person, Phone, a_night

FAMILY = "👩\u200d👩\u200d👧\u200d👦"
ODD_TEXTS = {
    "longest": ("å" * 1600, "å" * 1600),
    "joined emoji": (f"vi är {FAMILY} här", f"vi är {FAMILY} här"),
    "right to left": ("أنا خائفة جدا", "أنا خائفة جدا"),
    "turned around": ("stopp\u202ejag är här", "stoppjag är här"),
    "nul": ("hjälp\x00mig", "hjälp␀mig"),
    "the whole channel": ("kom <!channel> nu", "kom <!channel> nu"),
    "somebody": ("hej <@U01> och <https://example.se|klicka>", "hej <@U01> och <https://example.se|klicka>"),
    "emphasis": ("*inte* _fet_ :wave: &amp;", "*inte* _fet_ :wave: &amp;"),
    "fifty lines": ("\n".join(f"rad {n}" for n in range(50)), "\n".join(f"rad {n}" for n in range(50))),
}


async def duty(night: Night) -> tuple[Person, Phone]:
    anna = await night.hires("Anna Ek", NORRVIK)
    night.opens_channels()
    nova, _ = await night.enrols("Nova Berg", "+46701740605", NORRVIK)
    await night.on_beredskap(anna, "2026-11-20 17:00", "2026-11-20 22:00")
    return anna, nova


def plain_texts(modal: dict[str, Any]) -> list[str]:
    """Return what stands in a modal where nothing can ping, link or be bold."""
    texts = [block["text"] for block in modal["blocks"] if block["type"] == "section"]
    return [text["text"] for text in texts if text["type"] == "plain_text" and text["emoji"] is False]


@pytest.mark.parametrize(("written", "shown"), ODD_TEXTS.values(), ids=ODD_TEXTS)
async def test_what_was_written_is_shown(tmp_path: Path, database_url: str, written: str, shown: str) -> None:
    async with a_night(tmp_path, database_url, "2026-11-20 18:00") as night:
        anna, nova = await duty(night)
        await nova.texts(written)
        card = anna.card("Ett sms väntar på svar")
        nova.receives("tystnadsplikt")
        await anna.opens(card)
        assert shown in plain_texts(anna.modal())
        night.expect_nothing_else()
        await night.nothing_waits()


async def test_an_empty_text_and_one_of_pictures_only(tmp_path: Path, database_url: str) -> None:
    async with a_night(tmp_path, database_url, "2026-11-20 18:00") as night:
        anna, nova = await duty(night)
        await nova.texts("")
        card = anna.card("Ett sms väntar på svar")
        nova.receives("tystnadsplikt")
        assert "(tomt sms)" in await anna.opens(card)
        await anna.closes_modal()

        await nova.texts("", media=2)
        anna.is_told("Nytt sms")
        shown = await anna.opens(anna.card("2 sms väntar på svar"))
        assert "[2 bilder bifogade, visas inte]" in shown
        assert "api.twilio.com" not in shown
        night.expect_nothing_else()
        await night.nothing_waits()


@pytest.mark.parametrize("sender", ["BANKEN", "71234", "anonymous", NUMBER])
async def test_who_cannot_be_answered(tmp_path: Path, database_url: str, sender: str) -> None:
    """It wakes somebody all the same; no automatic text goes out, and the modal says why none of ours can."""
    async with a_night(tmp_path, database_url, "2026-11-20 18:00") as night:
        anna, _ = await duty(night)
        sent = await night.is_texted_by(sender, "din kod är 8812 34")
        card = anna.card("Okänt nummer")
        assert sent == []
        shown = await anna.opens(card)
        assert "din kod är 8812 34" in shown
        assert "kan inte få svar" in shown
        assert "Sms till" not in shown
        assert "Intern anteckning" in shown
        for record in night.sandbox.slack.recorder.all_but("modal"):
            assert sender == "71234" or not record.contains(sender)

        done = await anna.submits({"reply": {"reply_text": "bara reklam, tror jag"}})
        assert not done["errors"]
        assert await night.is_texted_by(sender, "din kod är 9913 45") == []
        anna.is_told("Nytt sms")
        night.expect_nothing_else()
        await night.nothing_waits()


@pytest.mark.parametrize("word", ["STOP", "Stopp", "STOPP!", "HJÄLP", "stop it he is here", "START"])
async def test_words_that_machines_obey_wake_a_person(tmp_path: Path, database_url: str, word: str) -> None:
    async with a_night(tmp_path, database_url, "2026-11-20 18:00") as night:
        night.sandbox.carrier.has_default_opt_out = False
        anna, nova = await duty(night)
        await nova.texts(word)
        card = anna.card("Ett sms väntar på svar")
        nova.receives("tystnadsplikt")
        await anna.opens(card)
        assert word in plain_texts(anna.modal())
        await anna.writes("Jag ringer dig nu")
        nova.receives("Jag ringer dig nu")
        night.expect_nothing_else()
        await night.nothing_waits()


async def test_after_stop_our_answers_are_stopped_until_start(tmp_path: Path, database_url: str) -> None:
    """Only what the carrier does with it counts: we find out when an answer is refused, and say so in words."""
    async with a_night(tmp_path, database_url, "2026-11-20 18:00") as night:
        anna, nova = await duty(night)
        await nova.texts("är du där")
        card = anna.card("Ett sms väntar på svar")
        nova.receives("tystnadsplikt")
        await nova.texts("STOP")
        assert "2 sms" in anna.card().words

        await anna.replies("Vill du att jag slutar?", card=card)

        nova.receives("slutar", times=0)
        assert "har skrivit STOP" in anna.card("kom inte fram").words
        assert "resend" not in anna.card().buttons
        anna.is_told("Ring, eller be personen skicka START")
        shown = await anna.opens()
        assert "har skrivit STOP" in shown
        assert "Sms till" not in shown
        await anna.closes_modal()

        await nova.texts("hallå igen")  # no automatic text either, and nothing is tried in vain
        anna.is_told("Nytt sms", times=2)  # STOP had pinged too: whether it was meant so is for a person to say
        await nova.texts("START")
        assert "Sms till Nova Berg" in await anna.opens()
        await anna.writes("Bra att du hör av dig igen")
        nova.receives("Bra att du hör av dig igen")
        night.secret_words -= {"STOP", "START"}  # our own words name them
        night.expect_nothing_else()
        await night.nothing_waits()
