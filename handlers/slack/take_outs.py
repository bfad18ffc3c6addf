"""Godkänn, under a request to take content out."""

from typing import Any

from slack_bolt.async_app import AsyncAck, AsyncRespond

from bot.services.context import Context
from bot.services.take_out.approve import approve_take_out
from bot.slack.ids import ActionId
from handlers.slack.interaction import Click, in_words, run
from handlers.slack.listeners import Listeners


def register(app: Listeners, ctx: Context) -> None:
    """Bind the button; called once, by build_bolt."""

    @app.action(ActionId.TAKE_OUT_APPROVE.value)
    async def on_approve(body: dict[str, Any], ack: AsyncAck, respond: AsyncRespond) -> None:
        click = Click.parse(body)
        error = await run(approve_take_out(click.user, click.value, ctx=ctx))
        await ack()
        if error is not None:
            await respond(text=in_words(error, ctx.texts), response_type="ephemeral", replace_original=False)
            return
        await respond(text=ctx.texts.staff("take_out.approved"), replace_original=True)
