"""Slack is away and Nova wants to be called: the page orders the same call as the modal, by our number."""

from pathlib import Path

from tests.acceptance.night import NUMBER, a_night
from tests.reserve.evening import ANNAS, PIN, Browser, a_browser, cast, details_of


def calls_to(night: object, number: str) -> list[dict[str, object]]:
    phones = night.sandbox.carrier.state()["phones"]  # type: ignore[attr-defined]
    return [call for phone in phones if phone["number"] == number for call in phone.get("calls", ())]


async def presses(phone: Browser) -> str:
    """Press Ring upp on the page of a conversation."""
    where, filled = phone.fields("/ring/")
    return await phone.posts(where, filled)


async def test_a_call_is_ordered_from_the_page(tmp_path: Path, sqlite_database_url: str) -> None:
    async with a_night(tmp_path, sqlite_database_url, "2026-11-20 23:35") as night, a_browser() as phone:
        story = await cast(night)
        story.slack_is_away()
        await night.clock_reaches("2026-11-20 23:40")
        await story.nova.texts("kan du ringa mig")
        await night.minutes_pass(4)
        await phone.opens(story.link())
        await phone.submits(pin=PIN)
        await phone.follows("ungdom, Norrvik")
        assert "Din egen telefon ringer nu" in await presses(phone)
        await night.settles()
        [call] = calls_to(night, ANNAS)
        assert call["with"] == NUMBER
        assert details_of(night, "ring_up") == [{"via": "reserv"}]
        await presses(phone)  # a minute has not passed: the same call
        await night.settles()
        assert len(calls_to(night, ANNAS)) == 1
