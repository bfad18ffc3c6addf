"""Slack: "3 retries: almost at once, after 1 min, after 5 min (4 deliveries in all); at least once, unordered;
`event_id` is stable" and "never treat *has `X-Slack-Retry-Num`* as *is a duplicate*" (facts: slack, section 2).
"""

import json
from pathlib import Path
from typing import Any

import pytest

from tests.acceptance.night import Night, Person, Phone, Said, a_night
from tests.holes.given import AUTOMATIC, EVENING, duty, inbox
from tests.http.doors import Doors, locked, slack_headers

AT = {0: 0.0, 1: 0.0, 2: 1.0, 3: 5.0}  # minutes after the first, by number of the retry


async def inline(night: Night) -> tuple[Person, Phone, Said, Doors]:
    anna, nova = await duty(night)
    await nova.texts("är du där")
    nova.receives(AUTOMATIC)
    anna.is_told("är du där")
    return anna, nova, anna.card(), Doors(night)


def said(anna: Person, card: Said, event_id: str, text: str, ts: str, **more: Any) -> dict[str, Any]:
    """One message event, as Slack sends it."""
    message = {
        "type": "message",
        "channel_type": "im",
        "channel": anna.dm,
        "user": anna.user,
        "text": text,
        "ts": ts,
        "thread_ts": card.ts,
        "event_ts": ts,
        **more,
    }
    return {
        "type": "event_callback",
        "team_id": "T0SANDBOX",
        "api_app_id": "A0SANDBOX",
        "event_id": event_id,
        "event": message,
    }


async def delivers(doors: Doors, payload: dict[str, Any], retry: int = 0) -> int:
    """Deliver one event, for the first time or as a retry; return the status."""
    body = json.dumps(payload).encode()
    headers = slack_headers(doors.settings, body)
    if retry:
        headers |= {"X-Slack-Retry-Num": str(retry), "X-Slack-Retry-Reason": "http_timeout"}
    return (await doors.slack(payload, headers=headers)).status


async def test_four_deliveries_with_a_restart_between(tmp_path: Path, database_url: str) -> None:
    """At once, at once again, after a minute, after five: one sms, and nobody is told anything twice."""
    async with a_night(tmp_path, database_url, EVENING, norrvik="inline", sodermark="inline") as night:
        anna, nova, card, doors = await inline(night)
        event = said(anna, card, "Ev1", "Ja, jag är här", "1800000001.000100")
        for retry, minutes in AT.items():
            if minutes:
                await night.minutes_pass(minutes)
            if retry >= 2:
                await night.restarts()
            assert await delivers(doors, event, retry) == 200
            await night.settles()
        nova.receives("Ja, jag är här", times=1)
        assert [row.provider_id for row in inbox(night, "slack")].count("Ev1") == 1
        night.secret_words.add("Ja, jag är här")
        night.expected.update((m.channel, m.ts) for m in anna.messages())
        night.expect_nothing_else()


@pytest.mark.parametrize("order", [(1, 0, 1, 0), (1, 1, 0, 1, 0), (0, 1, 0, 1)], ids=str)
async def test_two_answers_in_any_order(tmp_path: Path, database_url: str, order: tuple[int, ...]) -> None:
    """Slack promises no order between events, nor once each: both leave, each once."""
    async with a_night(tmp_path, database_url, EVENING, norrvik="inline", sodermark="inline") as night:
        anna, nova, card, doors = await inline(night)
        events = [
            said(anna, card, f"Ev{n}", text, f"180000000{n}.000100") for n, text in enumerate(("Första svar", "Andra"))
        ]
        for turn, which in enumerate(order):
            assert await delivers(doors, events[which], min(turn, 3)) == 200
            if turn == 1:
                await night.restarts()
        await night.settles()
        nova.receives("Första svar", times=1)
        nova.receives("Andra", times=1)
        night.expected.update((m.channel, m.ts) for m in anna.messages())


@pytest.mark.parametrize("what", ["message_deleted", "message_changed"])
async def test_the_regret_overtakes_the_words(tmp_path: Path, database_url: str, what: str) -> None:
    """Typed, and taken back at once; the event of the taking back comes first. What was said is never silently lost:
    it leaves or is held, and its author is told in the thread that it was too late.
    """
    async with a_night(tmp_path, database_url, EVENING) as night:
        anna, nova = await duty(night)
        await nova.texts("är du där")
        nova.receives(AUTOMATIC)
        card, doors = anna.card(), Doors(night)
        ts = "1800000001.000100"
        first = said(anna, card, "Ev1", "fel person", ts)
        before = {"user": anna.user, "ts": ts, "thread_ts": card.ts, "text": "fel person"}
        regret = said(
            anna, card, "Ev2", "", "1800000002.000100", subtype=what, previous_message=before,
            message={**before, "text": "rätt person"},
        )  # fmt: skip
        assert await delivers(doors, regret) == 200
        assert await delivers(doors, first) == 200
        assert await delivers(doors, regret, 1) == 200
        await night.settles()
        nova.receives("fel person", times=0)  # sealed: held, and never sent by itself
        anna.is_told("sparat men inte skickat")


async def test_a_retry_is_not_a_repeat_when_the_first_was_refused(
    tmp_path: Path, database_url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The database was away for the first two deliveries: the third has a retry number, and counts."""
    monkeypatch.setattr("storage.engine.SQLITE_BUSY_MS", 100)
    async with a_night(tmp_path, database_url, EVENING, norrvik="inline", sodermark="inline") as night:
        anna, nova, card, doors = await inline(night)
        event = said(anna, card, "Ev1", "Ja, jag är här", "1800000001.000100")
        with locked(database_url):
            assert [await delivers(doors, event, retry) for retry in (0, 1)] == [503, 503]
        night.expected_errors.update({"database_unavailable", "tick_postponed"})
        await night.restarts()
        assert [await delivers(doors, event, retry) for retry in (2, 3)] == [200, 200]
        await night.settles()
        nova.receives("Ja, jag är här", times=1)
