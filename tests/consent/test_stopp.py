"""Somebody writes STOPP: it is shown, a person is pinged and says what was meant, and only then does anything stop."""

from pathlib import Path

from bot.domain.people import Role, World
from tests.acceptance.night import MYNDIGHET_NUMBER, NORRVIK, SODERMARK, a_night
from tests.consent.telling import NOVA, begins_text


async def test_a_wish_for_no_more_sms_is_confirmed_by_a_person(tmp_path: Path, database_url: str) -> None:
    """Shown and pinged at once, nothing changed until it is confirmed; then we call, and what comes in still comes."""
    async with a_night(tmp_path, database_url, "2026-11-20 18:00") as night:
        anna = await night.hires("Anna Ek", NORRVIK)
        night.opens_channels()
        nova, _ = await night.enrols("Nova Berg", NOVA, NORRVIK)
        await night.on_beredskap(anna, "2026-11-20 17:00", "2026-11-20 22:00")
        await nova.texts("hej är nån där")
        nova.receives("tystnadsplikt")
        card = anna.card("Ett sms väntar")

        await nova.texts("Sluta skriva!")  # within the five minutes in which a further text does not sound

        anna.is_told("Nytt sms")
        assert "Något om sms ska bekräftas" in anna.card().words
        shown = await anna.opens(card)
        assert "Sluta skriva!" in shown
        assert "verkar inte vilja ha fler sms" in shown
        assert "inget ändrat" in shown
        await anna.presses_in_modal("stop_confirm")
        assert night.audit("settled_wish") == [(anna.staff.id, "stopped", True)]
        assert "Inga egna sms" in anna.reads()
        await anna.closes_modal()
        assert "Något om sms" not in anna.card().words

        await nova.texts("nu är det bråk")  # received, shown and pinged as always
        anna.is_told("Nytt sms", times=2)
        assert "nu är det bråk" in await anna.opens(card)
        done = await anna.writes("Jag ringer dig nu.")
        assert "bett att inte få sms" in str(done["errors"])
        done = await anna.writes("Jag ringer dig nu.")
        assert not done.get("errors"), done
        nova.receives("Jag ringer dig nu.")
        night.expect_nothing_else()
        await night.nothing_waits()


async def test_a_stopped_number_gets_no_automatic_nor_first_text(tmp_path: Path, database_url: str) -> None:
    async with a_night(tmp_path, database_url, "2026-11-20 18:00") as night:
        anna = await night.hires("Anna Ek", NORRVIK)
        night.opens_channels()
        nova, _ = await night.enrols("Nova Berg", NOVA, NORRVIK)
        await night.on_beredskap(anna, "2026-11-20 17:00", "2026-11-20 22:00")
        await night.on_beredskap(anna, "2026-11-21 10:00", "2026-11-21 22:00")
        await nova.texts("STOPP")
        nova.receives("tystnadsplikt")  # it may be a cry for help: until a person knows better it is answered with 112
        await anna.opens(anna.card("Något om sms"))
        await anna.presses_in_modal("stop_confirm")
        await anna.closes_modal()
        await anna.closes(anna.card())

        done, described = await begins_text(night, anna, "nova", "Hur är det?")
        assert "Ring i stället" in str(done["errors"])
        assert described == ["Norrvik · Inga sms: ring"]
        await anna.closes_modal()
        await night.clock_reaches("2026-11-21 12:00")
        await nova.texts("hallå igen")  # another shift, whose automatic answer stays away

        assert "Ett sms väntar" in anna.card("Ett sms väntar").words
        anna.is_told("Nytt sms")
        night.expect_handovers()
        night.expect_nothing_else()


async def test_it_was_not_meant_so_and_then_they_want_sms_again(tmp_path: Path, database_url: str) -> None:
    async with a_night(tmp_path, database_url, "2026-11-20 18:00") as night:
        anna = await night.hires("Anna Ek", NORRVIK)
        night.opens_channels()
        nova, _ = await night.enrols("Nova Berg", NOVA, NORRVIK)
        await night.on_beredskap(anna, "2026-11-20 17:00", "2026-11-20 22:00")
        await nova.texts("SLUTA.")
        nova.receives("tystnadsplikt")
        card = anna.card("Något om sms")
        await anna.opens(card)
        await anna.presses_in_modal("stop_decline")
        await anna.closes_modal()
        assert "Något om sms" not in anna.card().words

        await nova.texts("Stopp stopp")
        await anna.opens(card)
        await anna.presses_in_modal("stop_confirm")
        await anna.closes_modal()
        await nova.texts("ni får skriva")
        shown = await anna.opens(card)
        assert "verkar vilja ha sms igen" in shown
        assert "Inga egna sms" in shown  # it still holds
        await anna.presses_in_modal("start_confirm")
        await anna.closes_modal()

        await anna.replies("Bra, då hörs vi.", card=card)  # nobody asks first
        nova.receives("Bra, då hörs vi.")
        states = [ground for _, ground, _ in night.audit("settled_wish")]
        assert states == ["open", "stopped", "open"]
        anna.is_told("Nytt sms", times=2)
        night.expect_nothing_else()


async def test_the_word_in_a_cry_for_help_is_no_wish(tmp_path: Path, database_url: str) -> None:
    async with a_night(tmp_path, database_url, "2026-11-20 18:00") as night:
        anna = await night.hires("Anna Ek", NORRVIK)
        night.opens_channels()
        nova, _ = await night.enrols("Nova Berg", NOVA, NORRVIK)
        await night.on_beredskap(anna, "2026-11-20 17:00", "2026-11-20 22:00")

        await nova.texts("stop it he is here")

        nova.receives("tystnadsplikt")
        assert "Något om sms" not in anna.card("Ett sms väntar").words
        assert "stop it he is here" in await anna.opens()
        assert "stop_confirm" not in str(anna.modal())
        night.expect_nothing_else()


async def test_what_one_namnd_knows_is_not_told_to_the_other(tmp_path: Path, database_url: str) -> None:
    """A wish that was confirmed in one nämnd: the other's people neither see it nor are held back by it."""
    async with a_night(tmp_path, database_url, "2026-11-20 18:00", norrvik_answers="", sodermark_answers="") as night:
        anna = await night.hires("Anna Ek", NORRVIK)
        sara = await night.hires("Sara Holm", SODERMARK)
        night.opens_channels()
        nova, _ = await night.enrols("Nova Berg", NOVA, NORRVIK)
        await night.on_beredskap(anna, "2026-11-20 17:00", "2026-11-20 22:00")
        await nova.texts("inga fler sms")
        nova.receives("tystnadsplikt")
        await anna.opens(anna.card("Något om sms"))
        await anna.presses_in_modal("stop_confirm")
        await night.enrols("Nova Dahl", NOVA, SODERMARK)

        done, described = await begins_text(night, sara, "nova", "Hej Nova!")

        assert not done.get("errors"), done
        assert described == ["Södermark"]
        nova.receives("Hej Nova!")
        sara.card("Inget väntar")
        night.expect_nothing_else()


async def test_on_the_other_worlds_number_it_is_the_handlaggares(tmp_path: Path, database_url: str) -> None:
    """A wish to the number of the world of myndighet says nothing in the beredskap, and the reverse."""
    async with a_night(tmp_path, database_url, "2026-11-20 10:00") as night:
        anna = await night.hires("Anna Ek", NORRVIK)
        night.opens_channels()
        nova, _ = await night.enrols("Nova Berg", NOVA, NORRVIK)
        johan = await night.hires("Johan Kvist", NORRVIK, Role.HANDLAGGARE, world=World.MYNDIGHET)

        await nova.texts("sluta skriva", to=MYNDIGHET_NUMBER)
        await johan.opens(johan.card("Något om sms"))
        await johan.presses_in_modal("stop_confirm")
        assert "Inga egna sms" in johan.reads()
        await nova.texts("hej beredskapen")

        nova.receives("under dagen")
        assert "Något om sms" not in anna.card("Ett sms väntar", channel="C0NORRVIK").words
        night.expect_nothing_else()
