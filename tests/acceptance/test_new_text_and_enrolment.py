"""Nytt sms, Skriv in, /beredskap, and a message that our own code cannot digest."""

from pathlib import Path
from typing import Any

import pytest

from bot.ports import Incoming, Tx
from bot.services.context import Context
from handlers.inbox_rows import Effect
from tests.acceptance.night import NORRVIK, SODERMARK, Night, Person, a_night

NEW = "new_text"


async def open_new_text(night: Night, person: Person) -> None:
    await person.commands("nytt")
    assert person.modal()["title"]["text"] == "Nytt sms"


async def search(night: Night, person: Person, wanted: str) -> list[dict[str, Any]]:
    done = await night.sandbox.slack.suggest(person.user, person.modal()["id"], "contact", "contact_choice", wanted)
    return list(done["options"])


async def test_a_new_text_to_an_enrolled_contact(tmp_path: Path, database_url: str) -> None:
    async with a_night(tmp_path, database_url, "2026-11-20 18:00", norrvik_answers="") as night:
        anna = await night.hires("Anna Ek", NORRVIK)
        night.opens_channels()
        nova, _ = await night.enrols("Nova Berg", "+46701740605", NORRVIK)
        await night.enrols("Novalie Dahl", "+46701740607", SODERMARK)
        await night.on_beredskap(anna, "2026-11-20 17:00", "2026-11-20 22:00")

        await open_new_text(night, anna)
        found = await search(night, anna, "nova")
        assert [option["text"]["text"] for option in found] == ["Nova Berg (ungdom)"]  # not the other nämnd's
        values = {"contact": {"contact_choice": found[0]["value"]}, "reply": {"reply_text": "Hej! Hur gick det idag?"}}
        done = await anna.submits(values)
        assert not done.get("errors"), done

        nova.receives("Hej! Hur gick det idag?")
        card = anna.card("Inget väntar på svar")
        await nova.texts("det gick bra tack")
        nova.receives("tystnadsplikt")
        assert "Ett sms väntar på svar" in anna.card().words
        anna.is_told("Nytt sms")
        assert "Hur gick det idag" in await anna.opens(card)
        await anna.closes_modal()
        night.expect_nothing_else()
        await night.nothing_waits()


async def test_a_youth_is_enrolled_with_a_ground(tmp_path: Path, database_url: str) -> None:
    """The form says what is missing, keeps what was written, and the youth is known from the next text on."""
    async with a_night(tmp_path, database_url, "2026-11-23 09:00") as night:
        anna = await night.hires("Anna Ek", NORRVIK)
        night.opens_channels()
        phone = night.phone("+46701740605")
        night.secret_words.add("Nova Berg")
        await anna.opens_home()
        home = night.sandbox.slack.state()["homes"][anna.user]
        await night.sandbox.slack.click(anna.user, action_id="enrol", view_id=home["id"])
        await night.settles()

        form: dict[str, Any] = {
            "what": {"enrol_what": "youth"},
            "namnd": {"field": "norrvik"},
            "name": {"field": "Nova Berg"},
            "number": {"field": "tjugo"},
            "age_band": {"field": "12_to_14"},
            "basis": {"field": "fifteen_or_over"},
            "language": {"field": "sv"},
        }
        done = await anna.submits(form)
        assert "telefonnummer" in done["errors"]["number"]
        assert "från 15 år" in done["errors"]["basis"]
        done = await anna.submits(
            {**form, "number": {"field": "070-174 06 05"}, "basis": {"field": "guardian_consent"}}
        )
        assert not done.get("errors"), done
        assert "Ärendet heter" in anna.reads()
        await anna.closes_modal()

        await phone.texts("hej det är jag")
        phone.receives("under dagen")
        assert "Ungdom, Norrvik" in anna.card(channel="C0NORRVIK").words
        night.expect_nothing_else()
        await night.nothing_waits()


async def test_who_has_duty_now_and_next(tmp_path: Path, database_url: str) -> None:
    async with a_night(tmp_path, database_url, "2026-11-20 18:00") as night:
        anna = await night.hires("Anna Ek", NORRVIK)
        sara = await night.hires("Sara Holm", SODERMARK)
        night.opens_channels()
        await night.on_beredskap(anna, "2026-11-20 17:00", "2026-11-20 22:00")
        await night.on_beredskap(sara, "2026-11-21 10:00", "2026-11-21 22:00")

        await anna.commands()
        told = anna.is_told("Norrviks stadsdelsnämnd")
        assert f"<@{anna.user}> har beredskap till 22.00" in told.words
        assert f"Sedan <@{sara.user}> från lör 21 nov 10.00" in told.words
        home = await sara.opens_home()
        assert "lör 21 nov 10.00–22.00 · Södermark" in home
        night.expect_nothing_else()
        await night.nothing_waits()


async def test_what_our_code_cannot_digest_is_shown_as_it_is(
    tmp_path: Path, database_url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A bug of ours must not silence a child: the text is set aside, and the person on duty reads it raw."""
    async with a_night(tmp_path, database_url, "2026-11-20 18:00") as night:
        anna = await night.hires("Anna Ek", NORRVIK)
        night.opens_channels()
        nova, _ = await night.enrols("Nova Berg", "+46701740605", NORRVIK)
        await night.on_beredskap(anna, "2026-11-20 17:00", "2026-11-20 22:00")
        assert night.sandbox.bot is not None
        healthy = night.sandbox.bot.worker.digests["twilio"]

        def stumbles(tx: Tx, ctx: Context, row: Incoming) -> list[Effect]:
            raise ZeroDivisionError

        night.sandbox.bot.worker.digests["twilio"] = stumbles
        night.expected_errors.add("row_parked")
        await nova.texts("hör ni mig alls")
        told = anna.is_told("som jag inte kunde tolka")
        await anna.presses("open_raw", told)
        assert "hör ni mig alls" in anna.reads()
        await anna.closes_modal()

        night.sandbox.bot.worker.digests["twilio"] = healthy
        await nova.texts("och nu då")
        nova.receives("tystnadsplikt")
        anna.card("Ett sms väntar på svar")
        night.expect_nothing_else()
        await night.nothing_waits()


async def test_in_a_trial_only_listed_numbers_are_texted(tmp_path: Path, database_url: str) -> None:
    """The banner is everywhere, a stranger's text is shown, and nobody outside the list is answered."""
    async with a_night(tmp_path, database_url, "2026-11-20 18:00", trial=("+46701740605",)) as night:
        anna = await night.hires("Anna Ek", NORRVIK)
        night.opens_channels()
        nova, _ = await night.enrols("Nova Berg", "+46701740605", NORRVIK)
        elis, _ = await night.enrols("Elis Dahl", "+46701740607", NORRVIK)
        await night.on_beredskap(anna, "2026-11-20 17:00", "2026-11-20 22:00")

        await nova.texts("är det på riktigt")
        nova.receives("tystnadsplikt")
        card = anna.card("Provdrift")
        await anna.replies("Ja, på prov.", card=card)
        nova.receives("Ja, på prov.")

        await elis.texts("jag då, är jag med")
        other = anna.card("Ett sms väntar på svar")
        await anna.opens(other)
        done = await anna.writes("Hej Elis, hur är det?")
        assert "provlistan" in str(done["errors"])
        await anna.closes_modal()
        assert "Provdrift" in await anna.opens_home()
        night.expect_nothing_else()
        await night.nothing_waits()
