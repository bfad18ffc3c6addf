"""Events on their way to the bot: signatures, envelopes, retries, copies."""

import asyncio
import json
from collections.abc import Callable
from typing import Any

import pytest
from aiohttp import web
from slack_bolt.async_app import AsyncApp

from bot.sandbox.slack.delivery import signature

from .test_pretend_slack_world import SIGNING_SECRET, Handler, open_world

Json = dict[str, Any]


def scripted(*statuses: int, headers: dict[str, str] | None = None) -> tuple[Handler, list[web.Request]]:
    """Return a bot that answers these statuses in turn, then 200, and the requests it got."""
    seen: list[web.Request] = []

    async def bot(request: web.Request) -> web.Response:
        await request.read()
        seen.append(request)
        status = statuses[len(seen) - 1] if len(seen) <= len(statuses) else 200
        return web.Response(status=status, headers=headers if status != 200 else None)

    return bot, seen


def retries(seen: list[web.Request]) -> list[tuple[str | None, str | None]]:
    return [(request.headers.get("X-Slack-Retry-Num"), request.headers.get("X-Slack-Retry-Reason")) for request in seen]


def listen(app: AsyncApp, kept: list[Json]) -> None:
    """Keep every message event that gets through Bolt."""

    @app.event("message")
    async def message(body: Json) -> None:
        kept.append(body)


async def test_bolt_accepts_the_signature_and_gets_the_whole_envelope() -> None:
    async with open_world() as world:
        kept: list[Json] = []
        listen(world.app, kept)
        ts = await world.slack.say("U01", "D01", "a & b <c> https://sms.test/?x=1&y=2 anna@example.test")
        await world.slack.quiet()

        body = kept[0]
        assert (body["type"], body["team_id"], body["api_app_id"]) == ("event_callback", "T0SANDBOX", "A0SANDBOX")
        assert body["authorizations"][0]["user_id"] == "U0BOT"
        assert body["is_ext_shared_channel"] is False
        event = body["event"]
        assert (event["channel"], event["channel_type"], event["user"], event["ts"]) == ("D01", "im", "U01", ts)
        assert event["text"] == (
            "a &amp; b &lt;c&gt; <https://sms.test/?x=1&amp;y=2> <mailto:anna@example.test|anna@example.test>"
        )
        assert [delivery.status for delivery in world.slack.courier.deliveries] == [200]


async def test_raw_text_goes_through_as_it_is() -> None:
    async with open_world() as world:
        kept: list[Json] = []
        listen(world.app, kept)
        await world.slack.say("U01", "D01", "<tel:+46701740605|070-174 06 05>", raw=True)
        await world.slack.quiet()

        assert kept[0]["event"]["text"] == "<tel:+46701740605|070-174 06 05>"


async def test_a_wrong_secret_is_refused_by_bolt() -> None:
    async with open_world(signing_secret="something else") as world:
        await world.slack.say("U01", "D01", "hej")
        await world.slack.quiet()

        assert [delivery.status for delivery in world.slack.courier.deliveries] == [401] * 4


async def test_url_verification_is_answered() -> None:
    async with open_world() as world:
        answer = await world.slack.events.verify_url("abc")

        assert (answer.status, answer.json()) == (200, {"challenge": "abc"})


async def test_the_signature_follows_wire_time_when_the_world_has_jumped() -> None:
    bot, seen = scripted()
    async with open_world(bot) as world:
        world.clock.move_to(world.clock.now().replace(year=2099))
        world.machine.advance(5)
        await world.slack.say("U01", "D01", "hej")
        await world.slack.quiet()

        timestamp = int(seen[0].headers["X-Slack-Request-Timestamp"])
        assert timestamp == int(world.machine.at.timestamp())
        body = await seen[0].read()
        assert seen[0].headers["X-Slack-Signature"] == signature(SIGNING_SECRET, timestamp, body)
        assert json.loads(body)["event"]["ts"].startswith("40")


async def test_edits_and_deletions_come_as_subtypes() -> None:
    async with open_world() as world:
        kept: list[Json] = []
        listen(world.app, kept)
        ts = await world.slack.say("U01", "D01", "fel")
        await world.slack.quiet()
        await world.slack.edit("U01", "D01", ts, "rätt")
        await world.slack.quiet()
        await world.slack.delete("U01", "D01", ts)
        await world.slack.quiet()

        changed, deleted = kept[1]["event"], kept[2]["event"]
        assert (changed["subtype"], changed["message"]["text"]) == ("message_changed", "rätt")
        assert (changed["previous_message"]["text"], changed["message"]["edited"]["user"]) == ("fel", "U01")
        assert (deleted["subtype"], deleted["deleted_ts"]) == ("message_deleted", ts)
        assert deleted["previous_message"]["text"] == "rätt"


async def test_a_deleted_message_with_replies_leaves_a_tombstone() -> None:
    async with open_world() as world:
        kept: list[Json] = []
        listen(world.app, kept)
        ts = await world.slack.say("U01", "D01", "fråga")
        reply = await world.slack.say("U01", "D01", "mer", ts)
        await world.slack.delete("U01", "D01", ts)
        await world.slack.quiet()

        by_ts = {body["event"]["ts"]: body["event"] for body in kept}
        assert (by_ts[reply]["thread_ts"], by_ts[reply]["parent_user_id"]) == (ts, "U01")
        assert [event["message"]["subtype"] for event in by_ts.values() if "subtype" in event] == ["tombstone"]


async def test_the_bots_own_message_comes_back_with_its_bot_id_and_bolt_lets_it_pass() -> None:
    bot, seen = scripted()
    async with open_world(bot) as world:
        await world.client.chat_postMessage(channel="U01", text="hej")
        await world.slack.quiet()
        event = json.loads(await seen[0].read())["event"]

        assert (event["bot_id"], event["user"], event["channel"]) == ("B0BOT", "U0BOT", "D01")
    async with open_world() as world:
        kept: list[Json] = []
        listen(world.app, kept)
        posted = await world.client.chat_postMessage(channel="U01", text="hej")
        await world.client.chat_update(channel="D01", ts=posted["ts"], text="hej igen")
        await world.client.chat_delete(channel="D01", ts=posted["ts"])
        await world.slack.quiet()

        assert kept == []
        assert [delivery.status for delivery in world.slack.courier.deliveries] == [200, 200, 200]


async def test_what_the_app_does_not_subscribe_to_is_not_sent() -> None:
    bot, seen = scripted()
    async with open_world(bot) as world:
        await world.slack.say("U01", "C01", "i kanalen")
        assert world.slack.emit({"type": "team_join"}) is None
        assert world.slack.emit({"type": "tokens_revoked", "tokens": {"bot": ["U0BOT"]}}) is not None
        await world.slack.quiet()

        assert len(seen) == 1


async def test_app_home_opened_carries_the_view_once_it_is_published() -> None:
    async with open_world() as world:
        kept: list[Json] = []

        @world.app.event("app_home_opened")
        async def opened(event: Json) -> None:
            kept.append(event)

        await world.slack.open_home("U01")
        await world.slack.quiet()
        home = {"type": "home", "blocks": [{"type": "divider"}]}
        await world.client.views_publish(user_id="U01", view=home)
        await world.slack.open_home("U01")
        await world.slack.quiet()

        assert (kept[0]["tab"], kept[0]["channel"]) == ("home", "D01")
        assert ["view" in event for event in kept] == [False, True]


@pytest.mark.parametrize(
    ("statuses", "attempts"),
    [
        ((), [(None, None)]),
        ((500,), [(None, None), ("1", "http_error")]),
        (
            (404, 503, 500, 500, 500),
            [(None, None), ("1", "http_error"), ("2", "http_error"), ("3", "http_error")],
        ),
    ],
)
async def test_an_event_is_retried_three_times(statuses: tuple[int, ...], attempts: list[Any]) -> None:
    bot, seen = scripted(*statuses)
    async with open_world(bot) as world:
        await world.slack.say("U01", "D01", "hej")
        await world.slack.quiet()

        assert retries(seen) == attempts
        assert len({json.loads(await request.read())["event_id"] for request in seen}) == 1


async def test_no_retry_stops_the_retries() -> None:
    bot, seen = scripted(500, 500, headers={"X-Slack-No-Retry": "1"})
    async with open_world(bot) as world:
        await world.slack.say("U01", "D01", "hej")
        await world.slack.quiet()

        assert len(seen) == 1


async def test_an_answer_after_three_seconds_is_a_timeout() -> None:
    is_told = asyncio.Event()

    async def bot(request: web.Request) -> web.Response:
        if "X-Slack-Retry-Num" not in request.headers:
            world.slack.courier.answer_within_s = 3.0  # the second time, which is not this test's errand
            await is_told.wait()
        return web.Response(headers={"X-Slack-No-Retry": "1"})

    async with open_world(bot) as world:
        assert world.slack.courier.answer_within_s == 3.0
        world.slack.courier.answer_within_s = 0.2
        await world.slack.say("U01", "D01", "hej")
        await world.slack.quiet()
        is_told.set()

        failures = [delivery.failure for delivery in world.slack.courier.deliveries]
        assert failures == ["http_timeout", None]


async def _loops(request: web.Request) -> web.Response:
    raise web.HTTPTemporaryRedirect("/slack/events")


async def _hangs_up(request: web.Request) -> web.Response:
    assert request.transport is not None
    request.transport.close()
    return web.Response()


@pytest.mark.parametrize(("bot", "reason"), [(_loops, "too_many_redirects"), (_hangs_up, "connection_failed")])
async def test_the_retry_reason_says_what_went_wrong(bot: Handler, reason: str) -> None:
    async with open_world(bot, retry_delays=()) as world:
        await world.slack.say("U01", "D01", "hej")
        await world.slack.quiet()

        assert [delivery.failure for delivery in world.slack.courier.deliveries] == [reason]


async def test_quiet_does_not_wait_for_a_retry_that_is_scheduled_for_later() -> None:
    bot, seen = scripted(500)
    async with open_world(bot, retry_delays=(60,)) as world:
        await world.slack.say("U01", "D01", "hej")
        async with asyncio.timeout(5):
            await world.slack.quiet()

        assert len(seen) == 1


async def test_an_event_can_be_delivered_several_times() -> None:
    bot, seen = scripted()
    async with open_world(bot) as world:
        world.slack.faults.slack_event_copies = 3
        await world.slack.say("U01", "D01", "hej")
        await world.slack.quiet()

        bodies = [json.loads(await request.read()) for request in seen]
        assert len(bodies) == 3
        assert len({body["event_id"] for body in bodies}) == 1


@pytest.mark.parametrize("answer", [lambda: web.Response(text="hemligt svar"), lambda: web.json_response({"a": "å"})])
async def test_what_the_bot_answers_is_recorded(answer: Callable[[], web.Response]) -> None:
    async def bot(request: web.Request) -> web.Response:
        return answer()

    async with open_world(bot) as world:
        await world.slack.say("U01", "D01", "hej")
        await world.slack.quiet()

        (record,) = world.slack.recorder
        assert (record.kind, record.method) == ("ack", "message")
        assert record.contains("hemligt svar") or record.contains("å")
