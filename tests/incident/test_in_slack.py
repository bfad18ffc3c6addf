"""A leader stops, lifts and ticks off in Slack; others see that it stands, and what to do."""

from pathlib import Path

from tests.acceptance.night import SODERMARK, a_night
from tests.incident.given import GUNILLAS, SARAS, cast, presses_home

REASON = {"reason": {"field": "Svar kan ha gått fel"}}


async def test_a_leader_stops_and_lifts_from_home(tmp_path: Path, database_url: str) -> None:
    async with a_night(tmp_path, database_url, "2026-11-20 22:00") as night:
        story = await cast(night)
        gunilla, anna = story.gunilla, story.anna
        assert "Nödstopp" not in await anna.opens_home()

        await presses_home(gunilla, "incident_stop")
        assert "Alla nämnder" in gunilla.reads()
        shown = await gunilla.submits({"reason": {"field": " "}, "namnd": {"field": "*"}})
        assert shown["errors"]
        await gunilla.submits({**REASON, "namnd": {"field": SODERMARK}})
        assert "Stoppat: Södermark. 1 ledare får veta." in gunilla.reads()
        await gunilla.closes_modal()
        assert "Nödstopp för Södermark sedan 22.00" in await anna.opens_home()
        assert "Tidig varning" not in anna.drawn_home()
        assert "Häv nödstoppet" not in await gunilla.opens_home()  # it is Sara's to lift
        assert "Tidig varning" in await story.sara.opens_home()
        assert "Senast lör 21 nov 22.00" in story.sara.drawn_home()

        [imy] = [clock for clock in await story.clocks() if clock.namnd == SODERMARK]
        await presses_home(story.sara, "incident_settle", imy.id)
        await story.sara.submits({"reference": {"field": "IMY-2026-1"}})
        assert "Avprickat: Anmälan till IMY" in story.sara.reads()
        await story.sara.closes_modal()
        assert imy.id not in {clock.id for clock in await story.clocks()}

        await presses_home(story.sara, "incident_lift")
        await story.sara.submits(REASON)
        assert "Hävt: Södermark." in story.sara.reads()
        await story.sara.closes_modal()
        assert "Nödstopp för" not in await anna.opens_home()
        assert "Tidig varning" in await story.sara.opens_home()  # the reports are due all the same
        story.sara.is_told("Nödstopp för Södermark")
        anna.is_told("Nödstopp för Södermark")
        story.sara.is_told("hävdes 22.00")
        night.phone(SARAS).receives("nödstopp. Boten")
        night.phone(SARAS).receives("nödstoppet är hävt")
        assert night.phone(GUNILLAS).inbox() == []
        night.expect_nothing_else()


async def test_only_who_may_gets_the_form(tmp_path: Path, database_url: str) -> None:
    async with a_night(tmp_path, database_url, "2026-11-20 22:00") as night:
        story = await cast(night)

        await story.anna.commands("nödstopp")
        assert "Bara en ledare eller en administratör" in story.anna.reads()
        await story.gunilla.commands("nödstopp")
        assert "Boten slutar genast" in story.gunilla.reads()
        said = await night.forges(story.anna, "incident_settle", "CODE1", "")
        assert said is not None
        night.expect_nothing_else()
