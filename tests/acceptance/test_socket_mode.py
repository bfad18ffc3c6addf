"""Socket Mode, for development: the same night without a public address."""

from pathlib import Path

from tests.acceptance.night import NORRVIK, a_night


async def test_clicks_and_events_come_over_the_socket(tmp_path: Path, sqlite_database_url: str) -> None:
    async with a_night(tmp_path, sqlite_database_url, "2026-11-20 18:00", socket_mode=True) as night:
        anna = await night.hires("Anna Ek", NORRVIK)
        night.opens_channels()
        nova, _ = await night.enrols("Nova Berg", "+46701740605", NORRVIK)
        await night.on_beredskap(anna, "2026-11-20 17:00", "2026-11-20 22:00")
        assert night.sandbox.slack.socket.opened_count == 1

        await nova.texts("hör du mig")
        nova.receives("tystnadsplikt")
        await anna.replies("Ja, jag hör dig.", card=anna.card())
        nova.receives("Ja, jag hör dig.")
        assert "besvarat" in await anna.opens_home()
        night.expect_nothing_else()
        await night.nothing_waits()
