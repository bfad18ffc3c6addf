"""chat.* and conversations.*: posting, changing, reading, limits, faults, and what is recorded."""

import json
from datetime import timedelta
from typing import Any

import aiohttp
import pytest
from slack_sdk.errors import SlackApiError
from slack_sdk.web.async_client import AsyncWebClient

from .test_pretend_slack_world import BOT_TOKEN, SIGNING_SECRET, World, open_world

SECTION = {"type": "section", "text": {"type": "mrkdwn", "text": "hej"}}


async def test_a_user_id_opens_the_dm_and_answers_with_the_d_id() -> None:
    async with open_world() as world:
        posted = await world.client.chat_postMessage(channel="U01", text="hej")

        assert posted["channel"] == "D01"
        assert posted["message"]["bot_id"] == "B0BOT"
        assert await world.refused(world.client.chat_update(channel="U01", ts=posted["ts"], text="x")) == (
            "channel_not_found"
        )
        assert (await world.client.chat_update(channel="D01", ts=posted["ts"], text="x"))["text"] == "x"


@pytest.mark.parametrize(
    ("arguments", "error"),
    [
        ({"channel": "C77"}, "channel_not_found"),
        ({"channel": "U77"}, "channel_not_found"),
        ({"channel": "C02"}, "not_in_channel"),
        ({"channel": "C03"}, "channel_not_found"),
        ({"channel": "C04"}, "is_archived"),
        ({"text": " "}, "no_text"),
        ({"blocks": "[{"}, "invalid_blocks_format"),
        ({"blocks": {"type": "section"}}, "invalid_blocks_format"),
        ({"blocks": [{"type": "sektion"}]}, "invalid_blocks"),
        ({"blocks": [SECTION] * 51}, "invalid_blocks"),
        (
            {"blocks": [{"type": "section", "text": {"type": "mrkdwn", "text": "x" * 2900}}] * 5},
            "msg_blocks_too_long",
        ),
        ({"thread_ts": "0"}, "invalid_thread_ts"),
        ({"metadata": {"event_type": "x"}}, "invalid_metadata_format"),
        ({"attachments": [{"fallback": "x"}] * 101}, "too_many_attachments"),
        ({"markdown_text": "x"}, "markdown_text_conflict"),
        ({"text": "", "markdown_text": "x" * 12_001}, "msg_too_long"),
    ],
)
async def test_a_post_is_refused(arguments: dict[str, Any], error: str) -> None:
    async with open_world() as world:
        world.slack.add_channel("C02", "allmant", ["U01"], is_private=False, bot_is_member=False)
        world.slack.add_channel("C03", "hemligt", ["U01"], bot_is_member=False)
        world.slack.add_channel("C04", "gammalt", ["U01"], is_archived=True)

        call = world.client.api_call("chat.postMessage", json={"channel": "C01", "text": "hej", **arguments})
        assert await world.refused(call) == error
        assert world.slack.state()["messages"] == {}


async def test_invalid_blocks_say_where() -> None:
    async with open_world() as world:
        header = {"type": "header", "text": {"type": "plain_text", "text": "x" * 151}}
        with pytest.raises(SlackApiError) as caught:
            await world.client.chat_postMessage(channel="C01", text="x", blocks=[SECTION, header])

    messages = caught.value.response["response_metadata"]["messages"]
    assert messages == ["[ERROR] must be less than 151 characters [json-pointer:/blocks/1/text/text]"]


async def test_long_text_is_cut_in_a_post_and_refused_in_an_update() -> None:
    async with open_world() as world:
        posted = await world.client.chat_postMessage(channel="C01", text="x" * 40_001)

        assert len(posted["message"]["text"]) == 40_000
        update = world.client.chat_update(channel="C01", ts=posted["ts"], text="x" * 4_001)
        assert await world.refused(update) == "msg_too_long"


async def test_an_update_without_blocks_drops_them_and_keeps_the_metadata() -> None:
    async with open_world() as world:
        metadata = {"event_type": "card", "event_payload": {"id": "01J"}}
        posted = await world.client.chat_postMessage(channel="D01", text="a", blocks=[SECTION], metadata=metadata)
        assert posted["message"]["blocks"][0]["block_id"]

        await world.client.chat_update(channel="D01", ts=posted["ts"], text="b")

        shown = world.slack.state()["messages"]["D01"][0]
        assert (shown["text"], shown["blocks"], shown["edited"]) == ("b", [], True)
        history = await world.client.conversations_history(channel="D01", include_all_metadata=True)
        assert history["messages"][0]["metadata"] == metadata
        assert "metadata" not in (await world.client.conversations_history(channel="D01"))["messages"][0]


async def test_only_own_messages_can_be_changed_or_deleted() -> None:
    async with open_world() as world:
        theirs = await world.slack.say("U01", "D01", "mitt")
        client = world.client

        assert await world.refused(client.chat_update(channel="D01", ts=theirs, text="x")) == "cant_update_message"
        assert await world.refused(client.chat_delete(channel="D01", ts=theirs)) == "cant_delete_message"
        assert await world.refused(client.chat_update(channel="D01", ts="1.000000", text="x")) == "message_not_found"
        own = (await client.chat_postMessage(channel="D01", text="vårt"))["ts"]
        await client.chat_delete(channel="D01", ts=own)
        assert await world.refused(client.chat_delete(channel="D01", ts=own)) == "message_not_found"
        assert world.slack.state()["messages"]["D01"][1]["deleted"]
        old = (await client.chat_postMessage(channel="C01", text="x"))["ts"]
        world.slack.workspace.channels["C01"].is_archived = True
        assert await world.refused(client.chat_update(channel="C01", ts=old, text="y")) == "is_inactive"


async def test_an_ephemeral_message_is_seen_by_one_and_is_in_no_history() -> None:
    async with open_world() as world:
        await world.client.chat_postEphemeral(channel="D01", user="U01", text="redan taget")

        assert world.slack.state()["messages"]["D01"][0]["ephemeral_to"] == "U01"
        assert (await world.client.conversations_history(channel="D01"))["messages"] == []
        stranger = world.client.chat_postEphemeral(channel="C01", user="U02", text="x")
        assert await world.refused(stranger) == "user_not_in_channel"


async def test_ts_follows_the_world_clock_and_is_never_used_twice() -> None:
    async with open_world() as world:
        stamps = [(await world.client.chat_postMessage(channel="D01", text="x"))["ts"] for _ in range(3)]
        night = world.clock.now() + timedelta(hours=9)
        world.clock.move_to(night)
        stamps.append((await world.client.chat_postMessage(channel="D01", text="x"))["ts"])

        assert stamps == sorted(set(stamps))
        assert float(stamps[-1]) == pytest.approx(night.timestamp(), abs=0.001)


async def test_history_and_replies_are_read_in_pages() -> None:
    async with open_world() as world:
        client = world.client
        first = await world.slack.say("U01", "D01", "en fråga")
        await client.chat_postMessage(channel="D01", text="svar", thread_ts=first)
        loud = await client.chat_postMessage(channel="D01", text="för alla", thread_ts=first, reply_broadcast=True)
        last = await client.chat_postMessage(channel="D01", text="sist")

        page = await client.conversations_history(channel="D01", limit=2)
        assert [message["ts"] for message in page["messages"]] == [last["ts"], loud["ts"]]
        assert page["has_more"]
        rest = await client.conversations_history(
            channel="D01", limit=2, cursor=page["response_metadata"]["next_cursor"]
        )
        assert [message["ts"] for message in rest["messages"]] == [first]
        assert rest["messages"][0]["reply_count"] == 2
        thread = await client.conversations_replies(channel="D01", ts=first)
        assert [message["text"] for message in thread["messages"]] == ["en fråga", "svar", "för alla"]
        edge = {"channel": "D01", "oldest": last["ts"]}
        assert (await client.conversations_history(**edge))["messages"] == []
        assert len((await client.conversations_history(**edge, inclusive=True))["messages"]) == 1
        assert await world.refused(client.conversations_replies(channel="D01", ts="1.000000")) == "thread_not_found"


async def test_a_reply_that_is_broadcast_says_so_and_carries_its_root() -> None:
    """docs.slack.dev/reference/events/message/thread_broadcast"""
    async with open_world() as world:
        first = await world.slack.say("U01", "D01", "en fråga")
        quiet = await world.client.chat_postMessage(channel="D01", text="svar", thread_ts=first)
        loud = await world.client.chat_postMessage(channel="D01", text="alla", thread_ts=first, reply_broadcast=True)

        assert "subtype" not in quiet["message"]
        assert loud["message"]["subtype"] == "thread_broadcast"
        assert (loud["message"]["root"]["ts"], loud["message"]["root"]["reply_count"]) == (first, 2)
        newest = (await world.client.conversations_history(channel="D01"))["messages"][0]
        assert (newest["ts"], newest["subtype"]) == (loud["ts"], "thread_broadcast")


async def test_a_channel_shows_what_a_bot_must_refuse() -> None:
    async with open_world() as world:
        world.slack.add_channel("C05", "delad", ["U01"], is_ext_shared=True)
        channel = (await world.client.conversations_info(channel="C05"))["channel"]

        assert (channel["is_ext_shared"], channel["is_private"], channel["is_member"]) == (True, True, True)
        assert await world.refused(world.client.conversations_info(channel="D01")) == "missing_scope"


async def test_too_many_posts_in_one_channel_meet_429() -> None:
    async with open_world() as world:
        world.slack.limits.post_burst = 2
        for _ in range(2):
            await world.client.chat_postMessage(channel="C01", text="x")
        with pytest.raises(SlackApiError) as caught:
            await world.client.chat_postMessage(channel="C01", text="x")

        response = caught.value.response
        assert (response.status_code, response["error"], response.headers["Retry-After"]) == (429, "ratelimited", "1")
        await world.client.chat_postMessage(channel="D01", text="another channel")
        world.machine.advance(1)
        await world.client.chat_postMessage(channel="C01", text="x")
        for _ in range(50):
            await world.client.conversations_info(channel="C01")
        assert await world.refused(world.client.conversations_info(channel="C01")) == "ratelimited"


async def test_a_lost_answer_posts_once_although_the_client_saw_a_dropped_connection() -> None:
    async with open_world() as world:
        world.slack.faults.slack = "lost_answer"
        world.slack.faults.methods = frozenset({"chat.postMessage"})
        world.slack.faults.remaining = 1
        with pytest.raises(aiohttp.ServerDisconnectedError):
            await world.client.chat_postMessage(channel="C01", text="x")

        assert len(world.slack.state()["messages"]["C01"]) == 1
        assert world.slack.faults.slack == "ok"
        assert [record.fault for record in world.slack.recorder] == ["lost_answer"]


async def test_an_error_may_come_after_the_post() -> None:
    async with open_world() as world:
        world.slack.faults.slack, world.slack.faults.remaining = "late_error", 1
        with pytest.raises(SlackApiError) as caught:
            await world.client.chat_postMessage(channel="C01", text="x")

        assert caught.value.response.status_code == 500
        assert len(world.slack.state()["messages"]["C01"]) == 1


async def test_a_call_that_hangs_does_nothing_and_is_cut_off() -> None:
    async with open_world() as world:
        world.slack.faults.slack, world.slack.faults.remaining, world.slack.faults.hang_s = "hang", 1, 0.05
        with pytest.raises(aiohttp.ServerDisconnectedError):
            await world.client.chat_postMessage(channel="C01", text="x")

        assert "C01" not in world.slack.state()["messages"]


async def test_the_default_client_posts_twice_after_a_lost_answer() -> None:
    async with open_world() as world:
        world.slack.faults.slack, world.slack.faults.remaining = "lost_answer", 1
        careless = AsyncWebClient(BOT_TOKEN, base_url=world.client.base_url)
        await careless.chat_postMessage(channel="C01", text="x")

        assert len(world.slack.state()["messages"]["C01"]) == 2


async def _post(world: World) -> None:
    await world.client.chat_postMessage(channel="C01", text="x")


async def test_slack_down_limited_erring_and_slow() -> None:
    async with open_world() as world:
        faults = world.slack.faults
        faults.slack = "down"
        with pytest.raises(aiohttp.ServerDisconnectedError):
            await _post(world)
        faults.slack, faults.retry_after_s = "limited", 7
        with pytest.raises(SlackApiError) as limited:
            await _post(world)
        assert (limited.value.response.status_code, limited.value.response.headers["Retry-After"]) == (429, "7")
        faults.slack = "error"
        with pytest.raises(SlackApiError) as erring:
            await _post(world)
        assert erring.value.response.status_code == 500
        assert "C01" not in world.slack.state()["messages"]
        faults.slack, faults.slow_s = "slow", 0.01
        await _post(world)
        faults.slack, faults.methods = "down", frozenset({"views.open"})
        await _post(world)
        assert len(world.slack.state()["messages"]["C01"]) == 2


@pytest.mark.parametrize(
    ("switch", "value"), [("slack", "tired"), ("slack_event_copies", 0), ("slack_event_copies", True), ("sms", "ok")]
)
async def test_switches_refuse_what_the_contract_does_not_have(switch: str, value: Any) -> None:
    async with open_world() as world:
        world.slack.faults.set("slack", "down")
        world.slack.faults.set("slack_event_copies", 3)
        with pytest.raises(ValueError, match=switch):
            world.slack.faults.set(switch, value)
        assert world.slack.faults.as_dict() == {"slack": "down", "slack_event_copies": 3}


async def test_the_recorder_keeps_what_was_sent_and_no_token() -> None:
    async with open_world() as world:
        await world.client.chat_postMessage(channel="C01", text='Åsa sa "hej"\noch gick')
        await world.client.api_call("users.info", params={"user": "U01"}, http_verb="GET")
        await world.client.api_call("auth.test", data={"token": BOT_TOKEN})
        recorder = world.slack.recorder

        assert [(record.kind, record.method) for record in recorder] == [
            ("message", "chat.postMessage"),
            ("query", "users.info"),
            ("query", "auth.test"),
        ]
        assert recorder.records[0].contains('Åsa sa "hej"\noch gick')
        assert b"user=U01" in recorder.records[1].body
        everything = json.dumps(recorder.as_list())
        assert BOT_TOKEN not in everything
        assert SIGNING_SECRET not in everything
        assert recorder.all_but("query") == recorder.of("message")
