"""Ring upp, from the live modal."""

from typing import Any

from slack_bolt.async_app import AsyncAck
from slack_sdk.web.async_client import AsyncWebClient

from bot.services.context import Context
from bot.services.voice.ring_up import RingUp, ring_up
from bot.slack.ids import ActionId
from bot.slack.kit import Block
from bot.slack.views.conversation import message_modal
from handlers.slack.interaction import Click
from handlers.slack.listeners import Listeners
from handlers.slack.showing import show


def register(app: Listeners, ctx: Context) -> None:
    """Bind the button; called once, by build_bolt."""

    async def ordered(click: Click) -> Block:
        await ring_up(RingUp(click.user, click.value, click.key), ctx=ctx)
        return message_modal(ctx.texts, "call_page.title", ctx.texts.staff("call_page.rings"))

    @app.action(ActionId.RING_UP.value)
    async def on_ring_up(body: dict[str, Any], ack: AsyncAck, client: AsyncWebClient) -> None:
        """Order the call and say what happens now, or why it does not."""
        await ack()
        click = Click.parse(body)
        await show(client, ctx, click, ordered(click))
