"""The calendar under App Home: make an address, and take it back."""

from typing import Any

import structlog
from slack_bolt.async_app import AsyncAck
from slack_sdk.web.async_client import AsyncWebClient

from bot.domain.sending import SendError
from bot.services.context import Context
from bot.services.rota.feed import make_feed, revoke_feed
from bot.services.show_duty import show_home
from bot.slack.ids import ActionId
from bot.slack.kit import Block
from bot.slack.views.calendar_home import address_modal
from bot.slack.views.conversation import message_modal
from handlers.slack.interaction import Click
from handlers.slack.listeners import Listeners
from handlers.slack.showing import show

log = structlog.get_logger(__name__)


def register(app: Listeners, ctx: Context) -> None:
    """Bind the two buttons; called once, by build_bolt."""

    @app.action(ActionId.CALENDAR.value)
    async def on_make(body: dict[str, Any], ack: AsyncAck, client: AsyncWebClient) -> None:
        await ack()
        click = Click.parse(body)
        await show(client, ctx, click, _made(ctx, click.user))
        await _draw_home(ctx, click.user)

    @app.action(ActionId.CALENDAR_REVOKE.value)
    async def on_revoke(body: dict[str, Any], ack: AsyncAck, client: AsyncWebClient) -> None:
        await ack()
        click = Click.parse(body)
        await show(client, ctx, click, _revoked(ctx, click.user))
        await _draw_home(ctx, click.user)


async def _made(ctx: Context, user: str) -> Block:
    return address_modal(await make_feed(user, ctx=ctx), ctx.texts)


async def _revoked(ctx: Context, user: str) -> Block:
    await revoke_feed(user, ctx=ctx)
    return message_modal(ctx.texts, "calendar.title", ctx.texts.staff("calendar.revoked"))


async def _draw_home(ctx: Context, user: str) -> None:
    try:
        await ctx.chat.publish_home(user, await show_home(user, ctx=ctx))
    except SendError as lost:
        log.info("home_not_drawn", reason=lost.reason)  # the next time it is opened it says the same
