"""The buttons of cards and threads."""

from collections.abc import Awaitable, Callable
from typing import Any

from slack_bolt.async_app import AsyncAck, AsyncRespond
from slack_sdk.web.async_client import AsyncWebClient

from bot.services.close_conversation import close_conversation
from bot.services.context import Context
from bot.services.keep_clicked_card import keep_clicked_card
from bot.services.resend import resend
from bot.services.take_conversation import take_conversation
from bot.services.typed_in_slack import discard_held, send_held
from bot.slack.ids import ActionId
from bot.slack.views.conversation import message_modal
from handlers.slack.interaction import Click, in_words, run
from handlers.slack.listeners import Listeners

Service = Callable[[Click], Awaitable[Any]]


def register(app: Listeners, ctx: Context) -> None:
    """Bind the buttons of this module; called once, by build_bolt.

    Each is acknowledged only when the answer is known. What is refused is told to the person alone.
    """

    async def press(
        body: dict[str, Any],
        ack: AsyncAck,
        respond: AsyncRespond,
        client: AsyncWebClient,
        service: Service,
        done: str | None = None,
    ) -> None:
        click = Click.parse(body)
        error = await run(service(click))
        await ack()
        if error is not None:
            await _say(ctx, click, respond, client, in_words(error, ctx.texts))
        elif done is not None and click.channel is not None:
            await respond(text=ctx.texts.staff(done), replace_original=True)
        if click.channel is not None and click.ts is not None and service in {take, close}:
            await run(keep_clicked_card(click.value.partition(":")[0], click.channel, click.ts, ctx=ctx))

    async def take(click: Click) -> None:
        await take_conversation(click.user, click.value, click.key, ctx=ctx)

    async def close(click: Click) -> None:
        conversation_id, _, newest = click.value.partition(":")
        await close_conversation(click.user, conversation_id, int(newest or 0), click.key, ctx=ctx)

    async def again(click: Click) -> None:
        await resend(click.user, click.value, click.key, ctx=ctx)

    async def send(click: Click) -> None:
        await send_held(click.user, click.value, click.key, ctx=ctx)

    async def discard(click: Click) -> None:
        await discard_held(click.user, click.value, click.key, ctx=ctx)

    @app.action(ActionId.TAKE.value)
    async def on_take(body: dict[str, Any], ack: AsyncAck, respond: AsyncRespond, client: AsyncWebClient) -> None:
        await press(body, ack, respond, client, take)

    @app.action(ActionId.CLOSE_PLAIN.value)
    async def on_close(body: dict[str, Any], ack: AsyncAck, respond: AsyncRespond, client: AsyncWebClient) -> None:
        await press(body, ack, respond, client, close)

    @app.action(ActionId.RESEND.value)
    async def on_resend(body: dict[str, Any], ack: AsyncAck, respond: AsyncRespond, client: AsyncWebClient) -> None:
        await press(body, ack, respond, client, again)

    @app.action(ActionId.SEND_HELD.value)
    async def on_send_held(body: dict[str, Any], ack: AsyncAck, respond: AsyncRespond, client: AsyncWebClient) -> None:
        await press(body, ack, respond, client, send, "thread.held_sent")

    @app.action(ActionId.DISCARD_HELD.value)
    async def on_discard(body: dict[str, Any], ack: AsyncAck, respond: AsyncRespond, client: AsyncWebClient) -> None:
        await press(body, ack, respond, client, discard, "thread.held_gone")


async def _say(ctx: Context, click: Click, respond: AsyncRespond, client: AsyncWebClient, words: str) -> None:
    if click.channel is not None:
        await respond(text=words, response_type="ephemeral", replace_original=False)
    else:
        drawn = message_modal(ctx.texts, "modal.refused_title", words)
        await client.views_push(trigger_id=click.trigger_id, view=drawn)
