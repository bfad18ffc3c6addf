"""The control interface, Socket Mode, and surviving a restart."""

import json
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import datetime
from typing import Any

import aiohttp
import pytest
from aiohttp import web
from slack_bolt.adapter.socket_mode.aiohttp import AsyncSocketModeHandler
from slack_sdk.web.async_client import AsyncWebClient

from .test_pretend_slack_modals import CARD, modal, option, plain
from .test_pretend_slack_world import APP_TOKEN, World, open_world

Json = dict[str, Any]


async def test_the_control_interface_does_what_the_methods_do() -> None:
    async with open_world() as world:

        @world.app.event("message")
        async def message() -> None:
            """Somebody wrote."""

        @world.app.event("app_home_opened")
        async def home() -> None:
            """Somebody looked."""

        @world.app.action("pick")
        async def picked(ack: Any) -> None:
            await ack()

        @world.app.view("answer")
        async def submitted(ack: Any) -> None:
            await ack()

        @world.app.command("/beredskap")
        async def beredskap(ack: Any) -> None:
            await ack("hej")

        status, said = await world.control("users/U01/say", {"channel": "D01", "text": "hej", "thread_ts": None})
        assert status == 200
        ts = said["ts"]
        assert (await world.control("users/U01/edit", {"channel": "D01", "ts": ts, "text": "hå"}))[1] == {"ok": True}
        assert (await world.control("users/U01/delete", {"channel": "D01", "ts": ts}))[1] == {"ok": True}
        assert (await world.control("users/U01/home", {}))[1] == {"ok": True}
        card = (await world.client.chat_postMessage(channel="D01", text="kort", blocks=CARD))["ts"]
        click = {"channel": "D01", "ts": card, "action_id": "pick", "block_id": "card", "selected": "a"}
        assert (await world.control("users/U01/click", click))[1] == {"ok": True, "shown": None}
        view = (await world.client.views_open(trigger_id=world.slack.tickets.new_trigger("U01"), view=modal()))["view"]
        values = {"view_id": view["id"], "values": {"reply": {"text": "ja"}}}
        answer = (await world.control("users/U01/submit", values))[1]
        assert (answer["ok"], answer["response_action"], answer["errors"]) == (True, None, None)
        view = (await world.client.views_open(trigger_id=world.slack.tickets.new_trigger("U01"), view=modal()))["view"]
        assert (await world.control("users/U01/close", {"view_id": view["id"]}))[1] == {"ok": True}
        assert (await world.control("users/U01/command", {"command": "/beredskap", "text": ""}))[1]["shown"] == "hej"
        records = (await world.control("recorder"))[1]["records"]
        assert [record["method"] for record in records if record["kind"] == "modal"] == ["views.open"] * 2
        await world.slack.quiet()


@pytest.mark.parametrize(
    ("path", "body", "status", "error"),
    [
        ("users/U77/say", {"channel": "D01", "text": "x"}, 404, "user_not_found"),
        ("users/U0BOT/say", {"channel": "D01", "text": "x"}, 404, "user_not_found"),
        ("users/U01/say", {"channel": "C77", "text": "x"}, 404, "channel_not_found"),
        ("users/U02/say", {"channel": "C01", "text": "x"}, 409, "not_in_channel"),
        ("users/U02/say", {"channel": "D01", "text": "x"}, 409, "not_in_channel"),
        ("users/U01/say", {"channel": "D01"}, 400, "text must be a string"),
        ("users/U01/say", {"channel": "D01", "text": "x", "thread_ts": "1.000000"}, 404, "thread_not_found"),
        ("users/U01/say", ["x"], 400, "the body is no object"),
        ("users/U01/edit", {"channel": "D01", "ts": "1.000000", "text": "x"}, 404, "message_not_found"),
        ("users/U01/click", {"action_id": "x"}, 400, "either view_id or channel and ts"),
        ("users/U01/click", {"view_id": "V77", "action_id": "x"}, 404, "view_not_found"),
        ("users/U01/command", {"command": "beredskap"}, 400, "a command begins with /"),
    ],
)
async def test_what_a_person_cannot_do_is_an_error(path: str, body: Any, status: int, error: str) -> None:
    async with open_world() as world:
        assert await world.control(path, body) == (status, {"ok": False, "error": error})


async def test_a_person_can_only_touch_what_is_theirs() -> None:
    async with open_world() as world:
        await world.client.chat_postEphemeral(channel="C01", user="U01", text="x", blocks=CARD)
        ts = world.slack.state()["messages"]["C01"][0]["ts"]
        world.slack.workspace.channels["C01"].members.append("U02")
        posted = (await world.client.chat_postMessage(channel="D01", text="botens"))["ts"]

        click = {"channel": "C01", "ts": ts, "action_id": "open"}
        assert (await world.control("users/U02/click", click))[0] == 404
        edit = {"channel": "D01", "ts": posted, "text": "mitt"}
        assert await world.control("users/U01/edit", edit) == (409, {"ok": False, "error": "not_your_message"})
        assert (await world.control("users/U01/click", {**click, "action_id": "nope"}))[1]["error"] == (
            "action_not_found"
        )


async def test_the_state_has_the_shape_of_the_contract() -> None:
    async with open_world() as world:
        await world.slack.say("U01", "D01", "hej")
        state = json.loads(json.dumps(world.slack.state()))

        anna = {"id": "U01", "name": "anna", "real_name": "Anna Ek", "title": "Familjebehandlare, Norrvik"}
        assert anna.items() <= state["users"][0].items()
        kinds = [(channel["id"], channel["kind"], channel["members"]) for channel in state["channels"]]
        assert kinds == [("D01", "im", ["U01"]), ("D02", "im", ["U02"]), ("C01", "channel", ["U01"])]
        message: Json = {
            "user": "U01",
            "text": "hej",
            "blocks": [],
            "thread_ts": None,
            "edited": False,
            "deleted": False,
        }
        assert message.items() <= state["messages"]["D01"][0].items()
        assert {"views", "homes"} <= state.keys()


async def test_changes_are_announced() -> None:
    changes = 0

    def changed() -> None:
        nonlocal changes
        changes += 1

    async with open_world(on_change=changed) as world:
        before = changes
        await world.client.chat_postMessage(channel="C01", text="x")
        assert changes > before


async def test_a_snapshot_survives_a_restart() -> None:
    async with open_world() as world:
        posted = await world.client.chat_postMessage(channel="D01", text="före", blocks=CARD)
        home = {"type": "home", "blocks": [{"type": "divider"}]}
        await world.client.views_publish(user_id="U01", view=home)
        await world.client.views_open(trigger_id=world.slack.tickets.new_trigger("U01"), view=modal())
        kept = json.dumps(world.slack.snapshot())
        before = world.slack.state()
    async with open_world() as world:
        world.slack.clear()
        world.slack.restore(json.loads(kept))

        assert world.slack.state() == {**before, "views": {}}
        updated = await world.client.chat_update(channel="D01", ts=posted["ts"], text="efter")
        assert updated["ok"]
        later = await world.client.chat_postMessage(channel="D01", text="ny")
        assert later["ts"] > posted["ts"]


# -- Socket Mode


@asynccontextmanager
async def by_socket(world: World) -> AsyncIterator[None]:
    """Connect the Bolt app over a websocket."""
    client = AsyncWebClient(APP_TOKEN, base_url=world.client.base_url)
    handler = AsyncSocketModeHandler(world.app, APP_TOKEN, web_client=client)
    await handler.connect_async()  # type: ignore[no-untyped-call]
    try:
        yield
    finally:
        await handler.close_async()  # type: ignore[no-untyped-call]


async def test_socket_mode_carries_events_actions_submissions_and_commands() -> None:
    async with open_world() as world:
        texts: list[str] = []

        @world.app.event("message")
        async def message(event: Json) -> None:
            texts.append(event["text"])

        @world.app.view("answer")
        async def submitted(ack: Any) -> None:
            await ack(response_action="errors", errors={"reply": "Nej."})

        @world.app.options("who")
        async def names(ack: Any) -> None:
            await ack(options=[option("anna")])

        @world.app.command("/beredskap")
        async def beredskap(ack: Any) -> None:
            await ack("hej")

        async with by_socket(world):
            await world.until(lambda: world.slack.socket.is_connected)
            await world.slack.say("U01", "D01", "över tråden")
            await world.slack.quiet()
            external = {"type": "external_select", "action_id": "who", "min_query_length": 0}
            asks = {"type": "input", "block_id": "reply", "label": plain("Vem"), "element": external}
            trigger_id = world.slack.tickets.new_trigger("U01")
            view = (await world.client.views_open(trigger_id=trigger_id, view=modal(asks)))["view"]
            found = await world.slack.suggest("U01", view["id"], "reply", "who", "")
            outcome = await world.slack.submit("U01", view["id"], {"reply": {"who": "anna"}})
            command = await world.slack.command("U01", "/beredskap")

        assert texts == ["över tråden"]
        assert found["options"] == [option("anna")]
        assert outcome["errors"] == {"reply": "Nej."}
        assert command["shown"] == "hej"


async def test_socket_mode_comes_back_after_a_refresh() -> None:
    async with open_world() as world:
        texts: list[str] = []

        @world.app.event("message")
        async def message(event: Json) -> None:
            texts.append(event["text"])

        async with by_socket(world):
            await world.until(lambda: world.slack.socket.opened_count == 1)
            await world.slack.socket.refresh()
            await world.until(lambda: world.slack.socket.opened_count == 2)
            await world.slack.say("U01", "D01", "igen")
            await world.slack.quiet()

        assert texts == ["igen"]


async def test_socket_mode_retries_what_nobody_acknowledges_and_says_so() -> None:
    async with open_world(retry_delays=(0,)) as world:
        world.slack.courier.answer_within_s = 0.05
        url = (await world.client.apps_connections_open(app_token=APP_TOKEN))["url"]
        async with aiohttp.ClientSession() as session, session.ws_connect(url) as websocket:
            assert (await websocket.receive_json())["type"] == "hello"
            await world.slack.say("U01", "D01", "hej")
            await world.slack.quiet()
            envelopes = [await websocket.receive_json() for _ in range(2)]

        first, second = envelopes
        assert first["payload"]["event_id"] == second["payload"]["event_id"]
        assert first["envelope_id"] != second["envelope_id"]
        assert (first["retry_attempt"], second["retry_attempt"], second["retry_reason"]) == (0, 1, "http_timeout")


async def test_a_websocket_url_is_good_once() -> None:
    async with open_world() as world:
        url = (await world.client.apps_connections_open(app_token=APP_TOKEN))["url"]
        async with aiohttp.ClientSession() as session:
            async with session.ws_connect(url) as websocket:
                await websocket.receive_json()
            with pytest.raises(aiohttp.WSServerHandshakeError):
                await session.ws_connect(url)


async def test_clearing_drops_the_workspace_and_the_retries() -> None:
    async def bot(request: web.Request) -> web.Response:
        return web.Response(status=500)

    async with open_world(bot, retry_delays=(60,)) as world:
        await world.slack.say("U01", "D01", "hej")
        await world.slack.quiet()
        world.slack.clear()
        await world.slack.quiet()

        assert world.slack.state()["users"] == []
        assert world.slack.state()["messages"] == {}


async def test_accounts_are_deactivated_and_phones_kept_quiet() -> None:
    async with open_world() as world:
        until = "2026-11-20T23:00:00+01:00"
        assert await world.control("users/U01/account", {"active": False}) == (200, {"ok": True})
        assert (await world.client.users_info(user="U01"))["user"]["deleted"]
        assert await world.control("users/U01/account", {"active": True}) == (200, {"ok": True})
        assert not (await world.client.users_info(user="U01"))["user"]["deleted"]

        assert await world.control("users/U01/guest", {"guest": True}) == (200, {"ok": True})
        assert (await world.client.users_info(user="U01"))["user"]["is_restricted"]
        assert await world.control("users/U01/guest", {"guest": False}) == (200, {"ok": True})
        assert not (await world.client.users_info(user="U01"))["user"]["is_restricted"]

        assert await world.control("users/U01/quiet", {"until": until}) == (200, {"ok": True})
        ends_at = int(datetime.fromisoformat(until).timestamp())
        assert world.slack.workspace.users["U01"].dnd_until == ends_at
        assert await world.control("users/U01/quiet", {"until": None}) == (200, {"ok": True})
        assert not (await world.client.dnd_info(user="U01"))["dnd_enabled"]


@pytest.mark.parametrize(
    ("path", "given", "status", "error"),
    [
        ("users/U01/account", {}, 400, "active must be true or false"),
        ("users/U01/guest", {"guest": "yes"}, 400, "guest must be true or false"),
        ("users/U99/account", {"active": False}, 404, "user_not_found"),
        ("users/U01/quiet", {"until": "i kväll"}, 400, "until must be a time"),
        ("users/U01/quiet", {"until": "2026-11-20T23:00"}, 400, "until needs its offset"),
    ],
)
async def test_what_cannot_be_done_to_an_account(path: str, given: Json, status: int, error: str) -> None:
    async with open_world() as world:
        assert await world.control(path, given) == (status, {"ok": False, "error": error})
