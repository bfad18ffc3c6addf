"""Nödstopp, Häv nödstoppet and Klart: from Home, and the first from /beredskap nödstopp too."""

from typing import Any

import structlog
from slack_bolt.async_app import AsyncAck
from slack_sdk.web.async_client import AsyncWebClient

from bot.domain.errors import BotError
from bot.domain.ids import NamndId
from bot.domain.sending import SendError
from bot.services.context import Context
from bot.services.incident.clocks import settle_incident
from bot.services.incident.home import stoppable
from bot.services.incident.lift import lift_stop
from bot.services.incident.stop import Ordered, by_slack, stop_sending
from bot.services.incident.telling import names
from bot.services.show_duty import show_home
from bot.slack.ids import ActionId, CallbackId
from bot.slack.kit import Block
from bot.slack.views.conversation import message_modal
from bot.slack.views.incident import ALL, NAMND, REASON, REFERENCE, lift_form, settle_form, stop_form
from handlers.slack.interaction import Click, field_errors, typed
from handlers.slack.listeners import Listeners
from handlers.slack.showing import show

log = structlog.get_logger(__name__)


async def open_stop_form(client: AsyncWebClient, ctx: Context, click: Click) -> None:
    """Show the form to whoever may stop, and to others why not."""

    async def drawn() -> Block:
        return stop_form(await stoppable(click.user, ctx=ctx), ctx.texts, is_trial=ctx.rules.is_trial)

    await show(client, ctx, click, drawn())


def register(app: Listeners, ctx: Context) -> None:
    """Bind what belongs to the nödstopp; called once, by build_bolt."""

    async def say(ack: AsyncAck, user: str, title: str, *lines: str) -> None:
        words = "\n".join(line for line in lines if line)
        await ack(response_action="update", view=message_modal(ctx.texts, title, words))
        try:
            await ctx.chat.publish_home(user, await show_home(user, ctx=ctx))
        except SendError as lost:
            log.info("home_not_drawn", reason=lost.reason)  # the next time it is opened it says the same

    def told(key: str, done: Ordered, *, already: bool = False) -> str:
        chosen = done.already if already else done.stopped
        return ctx.texts.staff(key, namnd=names(ctx, chosen), count=done.told) if chosen else ""

    @app.action(ActionId.INCIDENT_STOP.value)
    async def on_stop(body: dict[str, Any], ack: AsyncAck, client: AsyncWebClient) -> None:
        await ack()
        await open_stop_form(client, ctx, Click.parse(body))

    @app.view(CallbackId.INCIDENT_STOP.value)
    async def on_stop_submitted(ack: AsyncAck, body: dict[str, Any], view: dict[str, Any]) -> None:
        """Not within the time of a click: whoever stops must know whether it was done."""
        user, chosen = str(body["user"]["id"]), typed(view, NAMND)
        namnd = None if chosen in {"", ALL} else NamndId(chosen)
        try:
            done = await stop_sending(by_slack(user), typed(view, REASON), namnd, ctx=ctx)
        except BotError as error:
            await ack(response_action="errors", errors=field_errors(error, ctx.texts, default_block=REASON))
            return
        stopped, stood = told("incident.stop_done", done), told("incident.stop_already", done, already=True)
        await say(ack, user, "incident.stop_title", stopped, stood)

    @app.action(ActionId.INCIDENT_LIFT.value)
    async def on_lift(body: dict[str, Any], ack: AsyncAck, client: AsyncWebClient) -> None:
        await ack()
        await client.views_open(trigger_id=body["trigger_id"], view=lift_form(ctx.texts, is_trial=ctx.rules.is_trial))

    @app.view(CallbackId.INCIDENT_LIFT.value)
    async def on_lift_submitted(ack: AsyncAck, body: dict[str, Any], view: dict[str, Any]) -> None:
        user = str(body["user"]["id"])
        try:
            done = await lift_stop(by_slack(user), typed(view, REASON), None, ctx=ctx)
        except BotError as error:
            await ack(response_action="errors", errors=field_errors(error, ctx.texts, default_block=REASON))
            return
        lifted, still = told("incident.lift_done", done), told("incident.lift_still", done, already=True)
        await say(ack, user, "incident.lift_title", lifted, still)

    @app.action(ActionId.INCIDENT_SETTLE.value)
    async def on_settle(body: dict[str, Any], ack: AsyncAck, client: AsyncWebClient) -> None:
        await ack()
        drawn = settle_form(Click.parse(body).value, ctx.texts, is_trial=ctx.rules.is_trial)
        await client.views_open(trigger_id=body["trigger_id"], view=drawn)

    @app.view(CallbackId.INCIDENT_SETTLE.value)
    async def on_settled(ack: AsyncAck, body: dict[str, Any], view: dict[str, Any]) -> None:
        user, code = str(body["user"]["id"]), str(view.get("private_metadata", ""))
        try:
            clock = await settle_incident(by_slack(user), code, typed(view, REFERENCE), ctx=ctx)
        except BotError as error:
            await ack(response_action="errors", errors=field_errors(error, ctx.texts, default_block=REFERENCE))
            return
        what = ctx.texts.staff(f"incident.{clock.duty.value}")
        await say(ack, user, "incident.settle_title", ctx.texts.staff("incident.settle_done", what=what))
