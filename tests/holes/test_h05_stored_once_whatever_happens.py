"""H5: "same SID 20 times at once: one row; DB down 60 s: exactly one row afterwards; unknown number: stored, shown,
answered once" (facts: storage, section 12).
"""

import asyncio
from pathlib import Path

import pytest

from tests.acceptance.night import NORRVIK, Night, a_night
from tests.holes.given import EVENING, another_instance, duty, inbox
from tests.http.doors import SENDER, Doors, form, locked

WORDS = "är det här rätt nummer"
TIMES = 20


async def knocks(doors: Doors, *, times: int = TIMES) -> list[int]:
    """Say the same at both doors at once, half of it as the retry that carries Twilio's reason for it."""
    plain = form("SM05", WORDS)
    again = form("SM05", WORDS, more=[("ErrorCode", "11200"), ("ErrorUrl", doors.base)])
    calls = [
        doors.twilio(again, path="/twilio/sms-fallback") if number % 2 else doors.twilio(plain)
        for number in range(times)
    ]
    return [answer.status for answer in await asyncio.gather(*calls)]


async def is_shown_once(night: Night, doors: Doors) -> None:
    await night.settles()
    assert doors.stored() == ["SM05"]
    night.people["Anna"].card("Okänt nummer")
    night.phone(SENDER).receives("Vi känner inte igen numret")
    night.secret_words.add(WORDS)
    night.expect_nothing_else()
    await night.nothing_waits()


async def on_duty(night: Night) -> Doors:
    anna = await night.hires("Anna Ek", NORRVIK)
    night.opens_channels()
    night.phone(SENDER)
    await night.on_beredskap(anna, "2026-11-20 17:00", "2026-11-20 22:00")
    return Doors(night)


async def test_twenty_at_once_while_the_database_goes_and_comes(
    tmp_path: Path, database_url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Some are told 503 and come again, some are stored meanwhile; a restart lies between."""
    monkeypatch.setattr("storage.engine.SQLITE_BUSY_MS", 100)
    async with a_night(tmp_path, database_url, EVENING) as night:
        doors = await on_duty(night)
        night.expected_errors.update({"database_unavailable", "webhook_not_stored"})
        with locked(database_url):
            assert set(await knocks(doors)) == {503}
        assert doors.stored() == []
        assert set(await knocks(doors)) == {200}
        await night.restarts()
        assert set(await knocks(doors)) == {200}
        await is_shown_once(night, doors)


async def test_the_list_repairs_what_the_database_refused(
    tmp_path: Path, database_url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Webhook and fallback both met a database that was away, and the carrier gives up: the list has it still."""
    monkeypatch.setattr("storage.engine.SQLITE_BUSY_MS", 100)
    async with a_night(tmp_path, database_url, EVENING) as night:
        anna, nova = await duty(night)
        night.expected_errors.update({"database_unavailable", "webhook_not_stored"})
        with locked(database_url):
            sid = await nova.texts("hör ni mig", settle=False)
        assert [note.code for note in night.sandbox.carrier.notes] == [11217, 11217]
        await night.minutes_pass(1)
        await night.reconciles()
        assert await night.sandbox.carrier.repeat_webhook(sid) is None  # and a webhook that was only slow
        await night.reconciles()

        assert [(row.provider_id, row.is_late) for row in inbox(night)] == [(sid, True)]
        anna.card("Ett sms väntar på svar* sedan 18.00")
        nova.receives("tystnadsplikt")
        night.expect_nothing_else()
        await night.nothing_waits()


async def test_twenty_at_once_before_two_instances(tmp_path: Path, postgres_database_url: str) -> None:
    """Two bots empty the inbox that the same text was put into: one card, one automatic answer."""
    async with a_night(tmp_path, postgres_database_url, EVENING) as night:
        doors = await on_duty(night)
        async with another_instance(night) as other:
            assert set(await knocks(doors)) == {200}
            await other.settle()
        await is_shown_once(night, doors)
