"""Välj PIN-kod, for the reservväg."""

from typing import Any

import structlog
from slack_bolt.async_app import AsyncAck
from slack_sdk.web.async_client import AsyncWebClient

from bot.domain.sending import SendError
from bot.services.context import Context
from bot.services.reserve.choose_pin import choose_pin
from bot.services.show_duty import show_home
from bot.slack.ids import ActionId, CallbackId
from bot.slack.views.conversation import message_modal
from bot.slack.views.pin_form import PIN, PIN_AGAIN, pin_form
from handlers.slack.interaction import field_errors, run, typed
from handlers.slack.listeners import Listeners

log = structlog.get_logger(__name__)


def register(app: Listeners, ctx: Context) -> None:
    """Bind what belongs to the PIN; called once, by build_bolt."""

    @app.action(ActionId.PIN.value)
    async def on_pin(body: dict[str, Any], ack: AsyncAck, client: AsyncWebClient) -> None:
        await ack()
        await client.views_open(trigger_id=body["trigger_id"], view=pin_form(ctx.texts))

    @app.view(CallbackId.PIN.value)
    async def on_chosen(ack: AsyncAck, body: dict[str, Any], view: dict[str, Any]) -> None:
        """Spaces and dashes are how people write six digits; they are no part of them."""
        user = str(body["user"]["id"])
        pin, again = (_digits(typed(view, block)) for block in (PIN, PIN_AGAIN))
        error = await run(choose_pin(user, pin, again, ctx=ctx))
        if error is not None:
            await ack(response_action="errors", errors=field_errors(error, ctx.texts, default_block=PIN))
            return
        drawn = message_modal(ctx.texts, "reserve_pin.title", ctx.texts.staff("reserve_pin.done"))
        await ack(response_action="update", view=drawn)
        try:
            await ctx.chat.publish_home(user, await show_home(user, ctx=ctx))
        except SendError as lost:
            log.info("home_not_drawn", reason=lost.reason)  # the next time it is opened it says the same


def _digits(written: str) -> str:
    return "".join(written.replace("-", " ").split())
