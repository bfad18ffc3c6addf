"""/beredskap logg: what has been."""

from collections.abc import Awaitable
from typing import Any

from slack_bolt.async_app import AsyncAck
from slack_sdk.web.async_client import AsyncWebClient

from bot.domain.digest import LookBack
from bot.domain.errors import BotError
from bot.services.context import Context
from bot.services.look_back import Wanted, look_back, youths_in_log
from bot.slack.ids import ActionId
from bot.slack.kit import MOST_OPTIONS, Block, option
from bot.slack.views.look_back import look_back_modal
from handlers.slack.interaction import Click, metadata
from handlers.slack.listeners import Listeners
from handlers.slack.showing import redraw, show


def register(app: Listeners, ctx: Context) -> None:
    """Bind what belongs to the log; called once, by build_bolt."""

    @app.action(ActionId.LOOK_BACK_OPEN.value)
    async def on_open(body: dict[str, Any], ack: AsyncAck, client: AsyncWebClient) -> None:
        await ack()
        await open_log(client, ctx, Click.parse(body))

    async def changed(body: dict[str, Any], ack: AsyncAck, client: AsyncWebClient, **change: Any) -> None:
        await ack()
        click = Click.parse(body)
        known = _wanted(metadata(click.view))
        wanted = Wanted(**{**known, "page": 0, **change})
        await redraw(client, ctx, click, _drawn(ctx, look_back(click.user, wanted, ctx=ctx)))

    @app.action(ActionId.LOG_NAMND.value)
    async def on_namnd(body: dict[str, Any], ack: AsyncAck, client: AsyncWebClient) -> None:
        await changed(body, ack, client, namnd=Click.parse(body).value, youth="")

    @app.action(ActionId.LOG_YOUTH.value)
    async def on_youth(body: dict[str, Any], ack: AsyncAck, client: AsyncWebClient) -> None:
        await changed(body, ack, client, youth=Click.parse(body).value)

    @app.action(ActionId.LOG_UNTIL.value)
    async def on_until(body: dict[str, Any], ack: AsyncAck, client: AsyncWebClient) -> None:
        await changed(body, ack, client, until=Click.parse(body).value)

    @app.action(ActionId.LOG_CLEAR.value)
    async def on_clear(body: dict[str, Any], ack: AsyncAck, client: AsyncWebClient) -> None:
        await changed(body, ack, client, youth="")

    @app.action(ActionId.LOG_OLDER.value)
    async def on_older(body: dict[str, Any], ack: AsyncAck, client: AsyncWebClient) -> None:
        await changed(body, ack, client, page=_page(Click.parse(body).value))

    @app.action(ActionId.LOG_NEWER.value)
    async def on_newer(body: dict[str, Any], ack: AsyncAck, client: AsyncWebClient) -> None:
        await changed(body, ack, client, page=_page(Click.parse(body).value))

    @app.options(ActionId.LOG_YOUTH.value)
    async def on_search(ack: AsyncAck, body: dict[str, Any]) -> None:
        namnd = str(metadata(body.get("view")).get("n", ""))
        try:
            youths = await youths_in_log(body["user"]["id"], namnd, ctx=ctx)
        except BotError:
            youths = []
        wanted = str(body.get("value", "")).casefold()
        found = [option(name, key) for key, name in youths if wanted in name.casefold()]
        await ack(options=found[:MOST_OPTIONS])


async def open_log(client: AsyncWebClient, ctx: Context, click: Click) -> None:
    """Open the log from its beginning: the caller's own nämnd, everybody, until today."""
    await show(client, ctx, click, _drawn(ctx, look_back(click.user, Wanted(), ctx=ctx)))


async def _drawn(ctx: Context, found: Awaitable[LookBack]) -> Block:
    return look_back_modal(await found, ctx.texts, ctx.clock.now())


def _wanted(known: dict[str, Any]) -> dict[str, Any]:
    return {"namnd": str(known.get("n", "")), "youth": str(known.get("y", "")), "until": str(known.get("u", ""))}


def _page(text: str) -> int:
    return int(text) if text.isdecimal() else 0
