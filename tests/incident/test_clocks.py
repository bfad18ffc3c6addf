"""The reports of an incident: reminded of before they run out and while overdue, ticked off by a person."""

from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest

from bot.domain.errors import BadInput, NotAllowed, NotFound, Stale
from bot.domain.incident import IncidentClock, IncidentDuty
from bot.services.incident.clocks import remind_of_incidents, settle_incident
from bot.services.incident.stop import by_email
from tests.acceptance.night import NORRVIK, Said, a_night
from tests.frozen import FrozenClock
from tests.incident.given import GUNILLAS, LEADER, OTHER_LEADER, SARAS, Cast, cast


async def settles(story: Cast, duty: IncidentDuty, *, by: str = LEADER, reference: str = "dnr 7/2026") -> IncidentClock:
    [clock] = [one for one in await story.clocks() if one.duty is duty]
    return await settle_incident(by_email(by), clock.id, reference, ctx=story.ctx)


def reminded(story: Cast, words: str) -> list[Said]:
    """Return what Gunilla has been told of a report, and expect it."""
    found = [said for said in story.gunilla.messages() if words in said.words and not said.words.startswith("🛑")]
    story.night.expected.update((said.channel, said.ts) for said in found)
    return found


async def test_over_a_day_and_three_days(tmp_path: Path, database_url: str) -> None:
    """The stop falls in the night when the clocks go back: 24 hours are 24 hours."""
    async with a_night(tmp_path, database_url, "2026-10-24 22:00") as night:
        story = await cast(night)
        night.expected_errors.add("conversation_reaches_nobody")
        await story.stops(NORRVIK)
        story.gunilla.is_told("Nödstopp för Norrvik sedan 22.00")

        await night.clock_reaches("2026-10-25 20:30")
        early = reminded(story, "Tidig varning")
        assert len(early) == 3  # 12, 4 and 1 h before 21.00, which is 24 hours after 22.00
        assert "senast 21.00" in early[-1].words
        await night.clock_reaches("2026-10-25 21:05")
        assert "skulle ha varit gjord 21.00. Gör den nu" in reminded(story, "Tidig varning")[-1].words
        await night.clock_reaches("2026-10-26 09:30")
        assert len(reminded(story, "Tidig varning")) == 5
        await settles(story, IncidentDuty.EARLY_WARNING)
        await night.restarts()

        await night.clock_reaches("2026-10-27 20:50")
        assert len(reminded(story, "Tidig varning")) == 5
        assert len(reminded(story, "Incidentanmälan")) == 3
        assert len(reminded(story, "Anmälan till IMY")) == 3
        await settles(story, IncidentDuty.NOTIFICATION)
        await settles(story, IncidentDuty.IMY)
        [final] = await story.clocks()
        assert timedelta(0) <= final.due_at - night.at("2026-11-27 20:50") < timedelta(minutes=2)

        texts = [message["body"] for message in night.phone(GUNILLAS).inbox()]
        assert sum("ska snart vara gjord" in body for body in texts) == 9
        assert not any("Norrvik" in body for body in texts)
        assert not any("gjord" in said.words for said in story.sara.messages())


async def test_the_final_report_is_due_a_month_after_the_notification(tmp_path: Path, database_url: str) -> None:
    """The ticks alone, hour after hour: nobody is on duty for a month."""
    async with a_night(tmp_path, database_url, "2026-10-24 22:00") as night:
        story = await cast(night)
        await story.stops(NORRVIK)
        for duty in IncidentDuty:
            if duty is not IncidentDuty.FINAL_REPORT:
                await settles(story, duty)
        [final] = await story.clocks()
        assert timedelta(0) <= final.due_at - night.at("2026-11-24 22:00") < timedelta(minutes=2)

        told = []
        for hours in range(24 * 32):
            then = night.at("2026-10-24 22:30") + timedelta(hours=hours)
            if await remind_of_incidents(ctx=replace(story.ctx, clock=FrozenClock(then))):
                told.append(then)
        ahead = [round((final.due_at - at) / timedelta(hours=1)) for at in told]
        assert ahead[:3] == [14 * 24, 7 * 24, 24]
        assert ahead[3:] == [0, -12]
        await settles(story, IncidentDuty.FINAL_REPORT)
        assert await story.clocks() == []


async def test_who_ticks_off_and_what_they_must_say(tmp_path: Path, database_url: str) -> None:
    async with a_night(tmp_path, database_url, "2026-11-20 22:00") as night:
        story = await cast(night)
        await story.stops(NORRVIK)

        with pytest.raises(BadInput):
            await settles(story, IncidentDuty.IMY, reference="  ")
        with pytest.raises(NotAllowed):
            await settles(story, IncidentDuty.IMY, by=OTHER_LEADER)
        with pytest.raises(NotAllowed):
            await settles(story, IncidentDuty.EARLY_WARNING, by="anna@example.se")
        with pytest.raises(NotAllowed):
            await settles(story, IncidentDuty.EARLY_WARNING, by="stranger@example.se")
        with pytest.raises(NotFound):
            await settle_incident(by_email(LEADER), "XXXXX", "dnr 1", ctx=story.ctx)
        done = await settles(story, IncidentDuty.IMY)
        with pytest.raises(Stale):
            await settle_incident(by_email(LEADER), done.id.lower(), "dnr 1", ctx=story.ctx)
        assert [act[2] for act in night.audit("settle_incident")] == [False, False, False, True]
        night.phone(SARAS)


async def test_a_tick_that_runs_twice_says_it_once(tmp_path: Path, database_url: str) -> None:
    async with a_night(tmp_path, database_url, "2026-11-20 22:00") as night:
        story = await cast(night)
        await story.stops(NORRVIK)
        await night.clock_reaches("2026-11-21 10:05")
        await remind_of_incidents(ctx=story.ctx)
        await remind_of_incidents(ctx=story.ctx)
        await night.settles()

        assert len(reminded(story, "Tidig varning")) == 1
