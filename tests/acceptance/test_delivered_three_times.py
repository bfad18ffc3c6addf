"""Slack delivers its events three times, with a restart between: everything is done once."""

from pathlib import Path

from tests.acceptance.night import NORRVIK, a_night


async def test_events_three_times(tmp_path: Path, database_url: str) -> None:
    async with a_night(tmp_path, database_url, "2026-11-20 18:00", norrvik="inline", sodermark="inline") as night:
        anna = await night.hires("Anna Ek", NORRVIK)
        night.opens_channels()
        nova, _ = await night.enrols("Nova Berg", "+46701740605", NORRVIK)
        await night.on_beredskap(anna, "2026-11-20 17:00", "2026-11-20 22:00")
        await nova.texts("svara mig en gång")
        nova.receives("tystnadsplikt")
        anna.is_told("svara mig en gång")
        card = anna.card()

        night.sandbox.slack.faults.set("slack_event_copies", 3)
        await anna.types_in_thread(card, "Här är svaret")
        nova.receives("Här är svaret", times=1)
        await night.restarts()
        nova.receives("Här är svaret", times=1)
        assert "Anna" not in (await anna.opens_home())
        night.expect_nothing_else()
        await night.nothing_waits()
