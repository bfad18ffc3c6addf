"""The pretend Slack seen by the real client: who may call what. Also the world that its other tests live in."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

import aiohttp
import pytest
from aiohttp import web
from aiohttp.test_utils import TestServer
from slack_bolt.adapter.aiohttp import to_aiohttp_response, to_bolt_request
from slack_bolt.async_app import AsyncApp
from slack_sdk.errors import SlackApiError
from slack_sdk.web.async_client import AsyncWebClient

from bot.clock import WorldClock, machine_now
from bot.sandbox.slack import PretendSlack

BOT_TOKEN = "xoxb-sandbox-0001"
APP_TOKEN = "xapp-sandbox-0001"
SIGNING_SECRET = "a-secret-only-for-tests"

Handler = Callable[[web.Request], Awaitable[web.StreamResponse]]
Routes = Callable[[PretendSlack, WorldClock], list[web.RouteDef]]


@dataclass
class Machine:
    """Wire time that stands still until a test moves it."""

    at: datetime = field(default_factory=machine_now)

    def __call__(self) -> datetime:
        return self.at

    def advance(self, seconds: float) -> None:
        self.at += timedelta(seconds=seconds)


@dataclass
class World:
    """The pretend Slack on one port, a Bolt app (or a scripted bot) on another, and a client."""

    slack: PretendSlack
    app: AsyncApp
    client: AsyncWebClient
    clock: WorldClock
    machine: Machine
    url: str
    changed: asyncio.Event

    async def until(self, condition: Callable[[], bool]) -> None:
        """Wait until something that the pretend Slack announces has made `condition` true."""
        async with asyncio.timeout(10):
            while not condition():
                self.changed.clear()
                await self.changed.wait()

    async def refused(self, call: Awaitable[Any]) -> str:
        """Return the error that a call is refused with."""
        with pytest.raises(SlackApiError) as caught:
            await call
        error: str = caught.value.response["error"]
        return error

    async def control(self, path: str, body: Any = None) -> tuple[int, dict[str, Any]]:
        """Make a control call as the page would; without a body it is a GET."""
        async with aiohttp.ClientSession() as session:
            verb = "GET" if body is None else "POST"
            async with session.request(verb, f"{self.url}/control/slack/{path}", json=body) as response:
                return response.status, await response.json()


@asynccontextmanager
async def open_world(
    bot: Handler | None = None, *, more: Routes = lambda slack, clock: [], **options: Any
) -> AsyncIterator[World]:
    """Start both servers. `bot` replaces the Bolt app at /slack/events; options go to PretendSlack.

    `more` returns what the pretend Slack's server is to answer beside it.
    """
    machine = Machine()
    clock = WorldClock(machine=machine)
    urls: dict[str, str] = {}
    changed = asyncio.Event()
    usual: dict[str, Any] = {
        "clock": clock,
        "bot_url": lambda: urls["bot"],
        "base_url": lambda: urls["slack"],
        "signing_secret": SIGNING_SECRET,
        "bot_token": BOT_TOKEN,
        "app_token": APP_TOKEN,
        "retry_delays": (0, 0, 0),
        "on_change": changed.set,
    }
    slack = PretendSlack(**(usual | options))
    slack.limits.post_burst = 1000
    slack.add_user("U01", "anna", "Anna Ek", "Familjebehandlare, Norrvik", "anna@example.test")
    slack.add_user("U02", "bo", "Bo Alm")
    slack.add_channel("C01", "norrvik-familj", ["U01"])
    pages = web.Application()
    pages.add_routes([*slack.routes(), *slack.control_routes(), *more(slack, clock)])
    async with TestServer(pages) as server:
        urls["slack"] = str(server.make_url("/")).rstrip("/")
        client = AsyncWebClient(BOT_TOKEN, base_url=f"{urls['slack']}/slack/api/", retry_handlers=[])
        app = AsyncApp(name="sandbox", client=client, signing_secret=SIGNING_SECRET)

        async def events(request: web.Request) -> web.StreamResponse:
            return await to_aiohttp_response(await app.async_dispatch(await to_bolt_request(request)))

        listener = web.Application()
        listener.router.add_post("/slack/events", bot or events)
        async with TestServer(listener) as bot_server:
            urls["bot"] = str(bot_server.make_url("/"))
            await slack.start()
            try:
                yield World(slack, app, client, clock, machine, urls["slack"], changed)
            finally:
                await slack.close()


async def test_auth_test_says_who_the_token_is() -> None:
    async with open_world() as world:
        answer = await world.client.auth_test()

        assert (answer["user_id"], answer["bot_id"], answer["team_id"]) == ("U0BOT", "B0BOT", "T0SANDBOX")
        assert "chat:write" in answer.headers["x-oauth-scopes"]
        assert (await world.client.api_test(foo="1"))["args"] == {"foo": "1"}
        assert await world.refused(world.client.api_test(error="so_it_is")) == "so_it_is"


async def test_a_method_that_slack_does_not_have_is_unknown() -> None:
    async with open_world() as world:
        assert await world.refused(world.client.api_call("chat.shout", json={})) == "unknown_method"


@pytest.mark.parametrize(
    ("token", "error"),
    [(None, "not_authed"), ("xoxb-wrong", "invalid_auth"), (APP_TOKEN, "not_allowed_token_type")],
)
async def test_only_the_right_token_is_let_in(token: str | None, error: str) -> None:
    async with open_world() as world:
        stranger = AsyncWebClient(token, base_url=world.client.base_url, retry_handlers=[])

        assert await world.refused(stranger.chat_postMessage(channel="C01", text="hej")) == error
        assert await world.refused(world.client.apps_connections_open(app_token=BOT_TOKEN)) == "not_allowed_token_type"


@pytest.mark.parametrize(
    ("scope", "method", "arguments"),
    [
        ("chat:write", "chat.postMessage", {"channel": "C01", "text": "hej"}),
        ("chat:write", "chat.postEphemeral", {"channel": "C01", "user": "U01", "text": "hej"}),
        ("chat:write", "chat.update", {"channel": "C01", "ts": "1.1", "text": "hej"}),
        ("chat:write", "chat.delete", {"channel": "C01", "ts": "1.1"}),
        ("users:read", "users.info", {"user": "U01"}),
        ("users:read", "users.list", {}),
        ("users:read.email", "users.lookupByEmail", {"email": "anna@example.test"}),
        ("groups:read", "conversations.info", {"channel": "C01"}),
        ("groups:read", "conversations.members", {"channel": "C01"}),
        ("im:read", "conversations.members", {"channel": "D01"}),
        ("im:history", "conversations.history", {"channel": "D01"}),
        ("im:history", "conversations.replies", {"channel": "D01", "ts": "1.1"}),
        ("dnd:read", "dnd.info", {"user": "U01"}),
        ("im:write", "conversations.open", {"users": "U01"}),
    ],
)
async def test_each_method_needs_its_scope(scope: str, method: str, arguments: dict[str, str]) -> None:
    async with open_world(scopes=frozenset({"commands"})) as world:
        with pytest.raises(SlackApiError) as caught:
            await world.client.api_call(method, params=arguments)

    response = caught.value.response
    assert (response["error"], response["needed"], response["provided"]) == ("missing_scope", scope, "commands")


async def test_the_usual_scopes_do_not_read_channels_or_open_dms() -> None:
    async with open_world() as world:
        assert await world.refused(world.client.conversations_history(channel="C01")) == "missing_scope"
        assert await world.refused(world.client.conversations_open(users="U01")) == "missing_scope"


@pytest.mark.parametrize("encoding", ["data", "json", "params", "multipart"])
async def test_every_encoding_of_slack_sdk_is_understood(encoding: str) -> None:
    async with open_world() as world:
        arguments = {"channel": "C01", "text": "Hej på er & <alla>"}
        if encoding == "multipart":
            form = aiohttp.FormData(arguments, default_to_multipart=True)
            headers = {"Authorization": f"Bearer {BOT_TOKEN}"}
            async with (
                aiohttp.ClientSession() as session,
                session.post(f"{world.client.base_url}chat.postMessage", data=form, headers=headers) as response,
            ):
                assert (await response.json())["ok"]
        else:
            encoded: dict[str, Any] = {encoding: arguments}
            await world.client.api_call("chat.postMessage", **encoded)

        assert world.slack.state()["messages"]["C01"][0]["text"] == arguments["text"]
        assert world.slack.recorder.calls("chat.postMessage")[0].contains(arguments["text"])


async def test_users_are_shown_with_what_the_scopes_allow() -> None:
    async with open_world() as world:
        world.slack.add_user("U09", "gast", "En Gäst", is_stranger=True)
        anna = (await world.client.users_info(user="U01"))["user"]
        stranger = (await world.client.users_info(user="U09"))["user"]
        found = (await world.client.users_lookupByEmail(email="Anna@Example.test"))["user"]

        assert (anna["profile"]["email"], anna["team_id"]) == ("anna@example.test", "T0SANDBOX")
        assert (stranger["is_stranger"], stranger["team_id"]) == (True, "T0FOREIGN")
        assert found["id"] == "U01"
        assert {user["id"] for user in (await world.client.users_list())["members"]} == {"U0BOT", "U01", "U02"}
        assert await world.refused(world.client.users_info(user="U77")) == "user_not_found"
        assert await world.refused(world.client.users_lookupByEmail(email="x@example.test")) == "users_not_found"
    async with open_world(scopes=frozenset({"users:read"})) as world:
        assert "email" not in (await world.client.users_info(user="U01"))["user"]["profile"]


async def test_dnd_is_read_in_world_time() -> None:
    async with open_world() as world:
        until = world.clock.now() + timedelta(hours=1)
        world.slack.set_dnd("U01", int(until.timestamp()))

        assert (await world.client.dnd_info(user="U01"))["dnd_enabled"]
        world.clock.move_to(until + timedelta(minutes=1))
        assert not (await world.client.dnd_info(user="U01"))["dnd_enabled"]
