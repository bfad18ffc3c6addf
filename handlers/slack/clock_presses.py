"""The buttons of a clock that ask nothing more: pressed, done, and drawn anew."""

from typing import Any

from slack_bolt.async_app import AsyncAck, AsyncRespond
from slack_sdk.web.async_client import AsyncWebClient

from bot.services.clocks.handle import found_contact, set_hold, want_feedback
from bot.services.clocks.settle import withdraw_clock
from bot.services.context import Context
from bot.slack.ids import ActionId
from handlers.slack.clock_answers import pressed
from handlers.slack.interaction import Click
from handlers.slack.listeners import Listeners


def register(app: Listeners, ctx: Context) -> None:
    """Bind the buttons; called once, by build_bolt."""

    @app.action(ActionId.CLOCK_HOLD.value)
    async def on_hold(body: dict[str, Any], ack: AsyncAck, respond: AsyncRespond, client: AsyncWebClient) -> None:
        click = Click.parse(body)
        await pressed(body, ack, respond, client, ctx, set_hold(click.user, click.value, click.key, on=True, ctx=ctx))

    @app.action(ActionId.CLOCK_LIFT.value)
    async def on_lift(body: dict[str, Any], ack: AsyncAck, respond: AsyncRespond, client: AsyncWebClient) -> None:
        click = Click.parse(body)
        await pressed(body, ack, respond, client, ctx, set_hold(click.user, click.value, click.key, on=False, ctx=ctx))

    @app.action(ActionId.CLOCK_CONTACT.value)
    async def on_contact(body: dict[str, Any], ack: AsyncAck, respond: AsyncRespond, client: AsyncWebClient) -> None:
        click = Click.parse(body)
        await pressed(body, ack, respond, client, ctx, found_contact(click.user, click.value, click.key, ctx=ctx))

    @app.action(ActionId.CLOCK_FEEDBACK.value)
    async def on_feedback(body: dict[str, Any], ack: AsyncAck, respond: AsyncRespond, client: AsyncWebClient) -> None:
        click = Click.parse(body)
        await pressed(body, ack, respond, client, ctx, want_feedback(click.user, click.value, click.key, ctx=ctx))

    @app.action(ActionId.CLOCK_WITHDRAW.value)
    async def on_withdraw(body: dict[str, Any], ack: AsyncAck, respond: AsyncRespond, client: AsyncWebClient) -> None:
        click = Click.parse(body)
        await pressed(body, ack, respond, client, ctx, withdraw_clock(click.user, click.value, click.key, ctx=ctx))
