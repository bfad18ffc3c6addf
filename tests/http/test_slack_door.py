"""Slack's door: who may speak, what is kept before it is answered, and what a stranger is told."""

import json
import time
from pathlib import Path
from typing import Any

import pytest

from tests.acceptance.night import NORRVIK, Night, Person, a_night
from tests.http.doors import Doors, locked, slack_headers

TYPED = "hemligt för alla utom oss"
FOREIGN = {"team_id": "T0FOREIGN"}, {"api_app_id": "A0FOREIGN"}


def event(event_id: str, kind: str = "message", **changes: Any) -> dict[str, Any]:
    """Return one event in its envelope, as Slack posts it."""
    inner = {"type": kind, "channel_type": "im", "channel": "D01", "user": "U01", "text": TYPED, "ts": "1795190400.1"}
    envelope = {"type": "event_callback", "team_id": "T0SANDBOX", "api_app_id": "A0SANDBOX", "event_id": event_id}
    return {**envelope, "event": inner, **changes}


def command(**changes: str) -> dict[str, str]:
    return {
        "command": "/beredskap",
        "text": "",
        "team_id": "T0SANDBOX",
        "api_app_id": "A0SANDBOX",
        "user_id": "U01",
        "channel_id": "D01",
        "trigger_id": "1.2.3",
        **changes,
    }


async def a_card(night: Night) -> Person:
    """Let one text come in, to Anna who has duty."""
    anna = await night.hires("Anna Ek", NORRVIK)
    night.opens_channels()
    await night.on_beredskap(anna, "2026-11-20 17:00", "2026-11-20 22:00")
    nova, _ = await night.enrols("Nova Berg", "+46701740605", NORRVIK)
    await nova.texts("vem svarar här")
    nova.receives("tystnadsplikt")
    anna.card("Ett sms väntar på svar")
    return anna


def click(night: Night, anna: Person, action: str, **changes: Any) -> dict[str, str]:
    """Return a click on Anna's card, as Slack posts it, with parts of it changed."""
    card = anna.card()
    element = next(e for b in card.blocks if b["type"] == "actions" for e in b["elements"] if e["action_id"] == action)
    token = night.sandbox.slack.tickets.new_response_url(anna.user, card.channel, card.ts)
    payload = {
        "type": "block_actions",
        "team": {"id": "T0SANDBOX", "domain": "sandbox"},
        "user": {"id": anna.user, "username": "anna", "team_id": "T0SANDBOX"},
        "api_app_id": "A0SANDBOX",
        "container": {"type": "message", "channel_id": card.channel, "message_ts": card.ts},
        "trigger_id": night.sandbox.slack.tickets.new_trigger(anna.user),
        "response_url": f"{night.sandbox.url}/slack/respond/{token}",
        "actions": [{**element, "action_ts": "1795190401.1", "block_id": "b"}],
        **changes,
    }
    return {"payload": json.dumps(payload)}


async def test_who_cannot_prove_to_be_slack(tmp_path: Path, database_url: str) -> None:
    """Wrong signature, none at all, old, and no time at all: 401, nothing kept, nothing said in any log."""
    async with a_night(tmp_path, database_url, "2026-11-20 18:00") as night:
        doors = Doors(night)
        body = json.dumps(event("Ev1")).encode()
        good = slack_headers(doors.settings, body)
        at, signature = good["X-Slack-Request-Timestamp"], good["X-Slack-Signature"]
        strangers = [
            {**good, "X-Slack-Signature": "v0=" + "0" * 64},
            {**good, "X-Slack-Signature": ""},
            {**good, "X-Slack-Signature": "v0=åäö"},
            {"X-Slack-Request-Timestamp": at},
            {"X-Slack-Signature": signature},
            {},
            slack_headers(doors.settings, body, timestamp=str(int(time.time()) - 301)),
            slack_headers(doors.settings, body, timestamp=str(int(time.time()) + 400)),
            *(slack_headers(doors.settings, body, timestamp=odd) for odd in ("nyss", "-1", "1.5", "9" * 5000)),
        ]
        for headers in strangers:
            answer = await doors.slack(event("Ev1"), headers=headers)
            assert answer.status == 401, headers
        assert doors.stored("slack") == []
        assert TYPED not in doors.log()
        night.expect_nothing_else()
        await night.nothing_waits()


@pytest.mark.parametrize("foreign", FOREIGN, ids=["team", "app"])
async def test_an_event_from_elsewhere(tmp_path: Path, database_url: str, foreign: dict[str, str]) -> None:
    async with a_night(tmp_path, database_url, "2026-11-20 18:00") as night:
        doors = Doors(night)
        answer = await doors.slack(event("Ev1", **foreign))
        assert (answer.status, answer.text) == (200, "")  # anything else, and Slack would send it again
        assert doors.stored("slack") == []
        assert await doors.counted("beredskap_foreign_slack_total") == 1
        assert TYPED not in doors.log()
        night.expect_nothing_else()


@pytest.mark.parametrize("foreign", FOREIGN, ids=["team", "app"])
async def test_a_command_from_elsewhere(tmp_path: Path, database_url: str, foreign: dict[str, str]) -> None:
    async with a_night(tmp_path, database_url, "2026-11-20 18:00") as night:
        doors = Doors(night)
        answer = await doors.slack(command(**foreign), form=True)
        assert answer.status == 200
        assert "annan Slack-arbetsyta" in json.loads(answer.text)["text"]
        assert "har beredskap" not in answer.text
        night.expect_nothing_else()


@pytest.mark.parametrize(
    "foreign",
    [
        {"team": {"id": "T0FOREIGN", "domain": "annan"}},
        {"user": {"id": "U01", "username": "anna", "team_id": "T0FOREIGN"}},
        {"api_app_id": "A0FOREIGN"},
    ],
    ids=["team", "person", "app"],
)
async def test_a_click_from_elsewhere(tmp_path: Path, database_url: str, foreign: dict[str, Any]) -> None:
    """Nothing is done, and the person is told where Slack lets us."""
    async with a_night(tmp_path, database_url, "2026-11-20 18:00") as night:
        anna = await a_card(night)
        answer = await Doors(night).slack(click(night, anna, "take", **foreign), form=True)
        assert answer.status == 200
        await night.settles()
        assert "Anna" not in anna.card().words
        assert "har tagit det" not in anna.card().words
        anna.is_told("annan Slack-arbetsyta")
        night.expect_nothing_else()
        await night.nothing_waits()


async def test_a_form_from_elsewhere_keeps_its_text(tmp_path: Path, database_url: str) -> None:
    """An empty answer would close the form as if it had been sent."""
    async with a_night(tmp_path, database_url, "2026-11-20 18:00") as night:
        view = {"id": "V1", "type": "modal", "callback_id": "conversation", "private_metadata": "x", "external_id": "y"}
        form = {"type": "view_submission", "team": {"id": "T0FOREIGN"}, "user": {"id": "U01"}, "view": view}
        answer = await Doors(night).slack({"payload": json.dumps({**form, "api_app_id": "A0SANDBOX"})}, form=True)
        assert answer.status == 200
        said = json.loads(answer.text)
        assert said["response_action"] == "push"
        assert "annan Slack-arbetsyta" in str(said["view"]["blocks"])
        night.expect_nothing_else()


async def test_the_same_click_from_home_is_done(tmp_path: Path, database_url: str) -> None:
    async with a_night(tmp_path, database_url, "2026-11-20 18:00") as night:
        anna = await a_card(night)
        assert (await Doors(night).slack(click(night, anna, "take"), form=True)).status == 200
        await night.settles()
        assert "har tagit det" in anna.card().words
        night.expect_nothing_else()
        await night.nothing_waits()


async def test_the_address_is_confirmed(tmp_path: Path, database_url: str) -> None:
    async with a_night(tmp_path, database_url, "2026-11-20 18:00") as night:
        answer = await night.sandbox.slack.events.verify_url("utmaning")
        assert answer.status == 200
        assert b"utmaning" in answer.body
        night.expect_nothing_else()


async def test_every_event_is_taken_in(tmp_path: Path, database_url: str) -> None:
    """Those we subscribe to, those we have never heard of, and Slack's word that it holds some back."""
    async with a_night(tmp_path, database_url, "2026-11-20 18:00") as night:
        doors = Doors(night)
        kinds = ["message", "app_home_opened", "tokens_revoked", "app_uninstalled", "channel_shared", "nytt_2027"]
        for kind in kinds:
            assert (await doors.slack(event(f"Ev{kind}", kind))).status == 200, kind
        odd = event("Evodd", event={"type": "message", "channel_type": "im"})
        assert (await doors.slack(odd)).status == 200
        limited = {"type": "app_rate_limited", "team_id": "T0SANDBOX", "api_app_id": "A0SANDBOX"}
        assert (await doors.slack(limited)).status == 200
        await night.settles()
        assert doors.stored("slack") == [*(f"Ev{kind}" for kind in kinds), "Evodd"]
        night.expected_errors.update({"slack_limits_our_events", "slack_has_let_us_go"})
        night.expect_nothing_else()
        await night.nothing_waits()


async def test_an_event_that_comes_four_times_is_done_once(tmp_path: Path, database_url: str) -> None:
    async with a_night(tmp_path, database_url, "2026-11-20 18:00") as night:
        anna = await night.hires("Anna Ek", NORRVIK)
        night.opens_channels()
        doors = Doors(night)
        for _ in range(4):
            assert (await doors.slack(event("Ev1"))).status == 200
        await night.settles()
        assert doors.stored("slack") == ["Ev1"]
        anna.is_told("Jag vet inte vilket samtal det gäller", times=1)
        assert night.sandbox.slack.recorder.calls("auth.test") == []
        night.expect_nothing_else()
        await night.nothing_waits()


async def test_an_event_that_cannot_be_kept_comes_again(tmp_path: Path, database_url: str) -> None:
    async with a_night(tmp_path, database_url, "2026-11-20 18:00") as night:
        anna = await night.hires("Anna Ek", NORRVIK)
        night.opens_channels()
        doors = Doors(night)
        night.expected_errors.add("database_unavailable")
        with locked(database_url):
            assert (await doors.slack(event("Ev1"))).status == 503
        assert (await doors.slack(event("Ev1"))).status == 200
        await night.settles()
        assert doors.stored("slack") == ["Ev1"]
        anna.is_told("Jag vet inte vilket samtal det gäller")
        assert TYPED not in doors.log()
        night.expect_nothing_else()
        await night.nothing_waits()
