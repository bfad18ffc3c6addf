"""Jag är redo, Testlarm and Bekräfta telefon."""

from typing import Any

import structlog
from slack_bolt.async_app import AsyncAck, AsyncRespond
from slack_sdk.web.async_client import AsyncWebClient

from bot.domain.errors import BotError
from bot.domain.sending import SendError
from bot.services.context import Context
from bot.services.ready.confirm import confirm_ready
from bot.services.ready.own_sms import send_phone_code, send_test_alarm
from bot.services.ready.verify_phone import verify_phone
from bot.services.show_duty import show_home
from bot.slack.ids import ActionId, CallbackId
from bot.slack.views.conversation import message_modal
from bot.slack.views.ready import CODE, code_form
from handlers.slack.interaction import Click, field_errors, in_words, run, typed
from handlers.slack.listeners import Listeners

log = structlog.get_logger(__name__)


def register(app: Listeners, ctx: Context) -> None:
    """Bind what belongs to being ready; called once, by build_bolt."""

    @app.action(ActionId.READY.value)
    async def on_ready(body: dict[str, Any], ack: AsyncAck, respond: AsyncRespond, client: AsyncWebClient) -> None:
        """From a message, which then says what was pressed, or from Home."""
        click = Click.parse(body)
        error = await run(confirm_ready(click.user, click.value, ctx=ctx))
        await ack()
        words = in_words(error, ctx.texts) if error is not None else ctx.texts.staff("ready.confirmed")
        if click.channel is None:
            if error is not None:
                await _open(client, ctx, click, "modal.refused_title", words)
        elif error is not None:
            await respond(text=words, response_type="ephemeral", replace_original=False)
        else:
            await respond(text=words, replace_original=True)
        await draw_home(ctx, click.user)

    @app.action(ActionId.TEST_ALARM.value)
    async def on_test(body: dict[str, Any], ack: AsyncAck, client: AsyncWebClient) -> None:
        await ack()
        click = Click.parse(body)
        try:
            is_texted = await send_test_alarm(click.user, click.key, ctx=ctx)
        except BotError as error:
            await _open(client, ctx, click, "modal.refused_title", in_words(error, ctx.texts))
            return
        words = ctx.texts.staff("ready.tested_sms" if is_texted else "ready.tested")
        await _open(client, ctx, click, "button.test_alarm", words)

    @app.action(ActionId.PHONE_CODE.value)
    async def on_phone(body: dict[str, Any], ack: AsyncAck, client: AsyncWebClient) -> None:
        await ack()
        click = Click.parse(body)
        try:
            end = await send_phone_code(click.user, click.key, ctx=ctx)
        except BotError as error:
            await _open(client, ctx, click, "modal.refused_title", in_words(error, ctx.texts))
            return
        await client.views_open(trigger_id=click.trigger_id, view=code_form(end, ctx.texts))

    @app.view(CallbackId.PHONE_CODE.value)
    async def on_code(ack: AsyncAck, body: dict[str, Any], view: dict[str, Any]) -> None:
        """Spaces and dashes are how people write six digits; they are no part of them."""
        user = str(body["user"]["id"])
        code = "".join(typed(view, CODE).replace("-", " ").split())
        error = await run(verify_phone(user, code, ctx=ctx))
        if error is not None:
            await ack(response_action="errors", errors=field_errors(error, ctx.texts, default_block=CODE))
            return
        drawn = message_modal(ctx.texts, "phone_code.title", ctx.texts.staff("phone_code.done"))
        await ack(response_action="update", view=drawn)
        await draw_home(ctx, user)


async def draw_home(ctx: Context, user: str) -> None:
    """Draw somebody's Home anew, as far as Slack lets us."""
    try:
        await ctx.chat.publish_home(user, await show_home(user, ctx=ctx))
    except SendError as lost:
        log.info("home_not_drawn", reason=lost.reason)  # the next time it is opened it says the same


async def _open(client: AsyncWebClient, ctx: Context, click: Click, title: str, words: str) -> None:
    await client.views_open(trigger_id=click.trigger_id, view=message_modal(ctx.texts, title, words))
