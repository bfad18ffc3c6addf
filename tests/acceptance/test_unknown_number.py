"""An unknown number is shown as such, handed over to one nämnd, and linked by its people."""

from pathlib import Path

from bot.domain.people import Role
from tests.acceptance.night import NORRVIK, SODERMARK, a_night


async def test_an_unknown_number_is_handed_over_and_linked(tmp_path: Path, database_url: str) -> None:
    async with a_night(tmp_path, database_url, "2026-11-20 18:00") as night:
        anna = await night.hires("Anna Ek", NORRVIK)
        sara = await night.hires("Sara Holm", SODERMARK)
        lars = await night.hires("Lars Ny", SODERMARK, Role.LEADER)
        night.opens_channels()
        _, elis = await night.enrols("Elis Dahl", "+46701740607", SODERMARK)
        await night.on_beredskap(anna, "2026-11-20 17:00", "2026-11-20 22:00")
        stranger = night.phone("+46701740633")

        await stranger.texts("det är elis nya nummer")

        card = anna.card("Okänt nummer")
        sara.has_no_card()
        stranger.receives("Vi känner inte igen numret")
        assert "link" not in card.buttons
        await anna.presses("hand_over", card)
        assert "Södermarks stadsdelsnämnd" in anna.reads()
        done = await anna.submits({"namnd": {"field": "sodermark"}})
        assert not done.get("errors")

        team = sara.card("Okänt nummer, Södermark", channel="C0SODERMARK")
        card = anna.card("Okänt nummer, Södermark")
        await anna.presses("link", card)
        assert "Bara nämndens egna" in anna.reads()  # only the nämnd's own people link
        await anna.closes_modal()

        await night.clock_reaches("2026-11-23 08:20")
        lars.card("Följs vidare")  # it was his while nobody had duty, until the office opened
        sara.card("Okänt nummer, Södermark")  # in DM: nobody had taken it in a quarter of an hour
        await sara.presses("link", team)
        done = await sara.submits({"youth": {"field": elis.id}, "role": {"field": "youth"}, "name": {"field": ""}})
        assert not done.get("errors"), done
        assert elis.case_code in sara.card(channel="C0SODERMARK").words
        lars.is_told("Numret har kopplats")
        anna.card("Följs vidare")

        await stranger.texts("nu är jag hemma igen")
        await night.paced_posts_leave()
        assert "Ungdom, Södermark" in sara.card(channel="C0SODERMARK").words
        sara.is_told("Nytt sms fre 20 nov 18.00", channel="C0SODERMARK")  # when the office opened: nobody had answered
        sara.is_told("Nytt sms 08.20", channel="C0SODERMARK")
        shown = await sara.opens(sara.card(channel="C0SODERMARK"))
        assert "Elis Dahl (ungdom)" in shown
        stranger.receives("under dagen")
        await sara.closes_modal()
        anna.is_told("Anteckning saknas")
        night.expect_handovers()
        night.expect_nothing_else()
        await night.nothing_waits()


async def test_whoever_had_an_unknown_number_is_asked_for_its_note(tmp_path: Path, database_url: str) -> None:
    """Nobody at the line's reception has duty, and Sara of the other nämnd does: the evening was hers."""
    async with a_night(tmp_path, database_url, "2026-11-20 18:00", norrvik_answers="", sodermark_answers="") as night:
        sara = await night.hires("Sara Holm", SODERMARK)
        lena = await night.hires("Lena Holm", NORRVIK, Role.LEADER)
        night.opens_channels()
        await night.on_beredskap(sara, "2026-11-20 17:00", "2026-11-20 22:00")
        stranger = night.phone("+46701740633")
        await stranger.texts("är det här rätt nummer")
        stranger.receives("Vi känner inte igen numret")
        sara.card("Okänt nummer")

        await night.clock_reaches("2026-11-20 22:01")
        asked = sara.is_told("Anteckning saknas")
        await sara.notes(asked)
        lena.card("Okänt nummer")
        sara.card("Följs vidare")
        await night.clock_reaches("2026-11-23 12:01")
        for channel in ("C0NORRVIK", lena.dm):  # the office wonders who takes it
            night.expected.update((said.channel, said.ts) for said in night.messages(channel))
        sara.is_told("Anteckning saknas")
        night.expected_errors.add("namnd_without_reachable_leader")
        night.expect_handovers()
        night.expect_nothing_else()
        await night.nothing_waits()
