"""Läs och svara: the live modal, opened, paged, submitted and closed."""

from dataclasses import replace
from typing import Any

import structlog
from slack_bolt.async_app import AsyncAck, AsyncRespond
from slack_sdk.errors import SlackApiError
from slack_sdk.web.async_client import AsyncWebClient

from bot.domain.cards import ConversationView
from bot.domain.errors import BotError, NotAllowed
from bot.domain.ids import new_id
from bot.domain.incident import STOPPED
from bot.domain.slack_text import plain_from_slack
from bot.ports import OpenView
from bot.services.context import Context
from bot.services.keep_clicked_card import keep_clicked_card
from bot.services.open_conversation import may_note, open_conversation, turn_page
from bot.services.reply import REPLY_BLOCK, Reply, reply
from bot.services.shared.open_views import close_view
from bot.services.unknown_number import mark_concerns, pick_namnd
from bot.slack.ids import ActionId, CallbackId
from bot.slack.views.conversation import KIND, SMS, conversation_modal, ended_modal, loading_modal, message_modal
from handlers.slack.interaction import Click, field_errors, in_words, run, typed
from handlers.slack.listeners import Listeners
from handlers.slack.showing import begin

log = structlog.get_logger(__name__)


def register(app: Listeners, ctx: Context) -> None:
    """Bind what belongs to the live modal; called once, by build_bolt."""

    @app.action(ActionId.OPEN.value)
    async def on_open(body: dict[str, Any], ack: AsyncAck, client: AsyncWebClient) -> None:
        """Skeleton first, for the trigger lives three seconds; content only after the grant is in the log."""
        await ack()
        click = Click.parse(body)
        external_id = new_id()
        view = await begin(client, click, loading_modal(ctx.texts, external_id))
        try:
            opened, shown = await open_conversation(
                click.user, click.value, external_id, view["id"], view["hash"], ctx=ctx
            )
        except BotError as error:
            drawn = message_modal(ctx.texts, "modal.refused_title", in_words(error, ctx.texts))
            if isinstance(error, NotAllowed) and error.reason == STOPPED:
                drawn = ended_modal(ctx.texts, click.value, external_id, is_stopped=True)
            elif isinstance(error, NotAllowed) and await may_note(click.user, click.value, ctx=ctx):
                drawn = ended_modal(ctx.texts, click.value, external_id)
            await client.views_update(view_id=view["id"], view=drawn)
            return
        await _draw(client, ctx, opened, shown)
        if click.channel is not None and click.ts is not None:
            await run(keep_clicked_card(click.value, click.channel, click.ts, ctx=ctx))

    async def page(body: dict[str, Any], client: AsyncWebClient, *, earlier: bool) -> None:
        click = Click.parse(body)
        try:
            opened, shown = await turn_page(click.user, click.value, earlier=earlier, ctx=ctx)
        except BotError as error:
            drawn = message_modal(ctx.texts, "modal.refused_title", in_words(error, ctx.texts))
            await client.views_push(trigger_id=click.trigger_id, view=drawn)
            return
        await _draw(client, ctx, opened, shown)

    @app.action(ActionId.EARLIER.value)
    async def on_earlier(body: dict[str, Any], ack: AsyncAck, client: AsyncWebClient) -> None:
        await ack()
        await page(body, client, earlier=True)

    @app.action(ActionId.LATER.value)
    async def on_later(body: dict[str, Any], ack: AsyncAck, client: AsyncWebClient) -> None:
        await ack()
        await page(body, client, earlier=False)

    @app.action(ActionId.PICK_NAMND.value)
    async def on_pick(body: dict[str, Any], ack: AsyncAck, client: AsyncWebClient) -> None:
        click = Click.parse(body)
        conversation_id = (click.view or {}).get("private_metadata", "")
        error = await run(pick_namnd(click.user, conversation_id, click.value, click.key, ctx=ctx))
        await ack()
        if error is not None:
            drawn = message_modal(ctx.texts, "modal.refused_title", in_words(error, ctx.texts))
            await client.views_push(trigger_id=click.trigger_id, view=drawn)

    @app.action(ActionId.CONCERNS.value)
    async def on_concerns(body: dict[str, Any], ack: AsyncAck, client: AsyncWebClient) -> None:
        click = Click.parse(body)
        chosen = [str(o["value"]) for o in body["actions"][0].get("selected_options") or []]
        conversation_id = (click.view or {}).get("private_metadata", "")
        error = await run(mark_concerns(click.user, conversation_id, chosen, ctx=ctx))
        await ack()
        if error is not None:
            drawn = message_modal(ctx.texts, "modal.refused_title", in_words(error, ctx.texts))
            await client.views_push(trigger_id=click.trigger_id, view=drawn)

    @app.view(CallbackId.CONVERSATION.value)
    async def on_submit(ack: AsyncAck, body: dict[str, Any], view: dict[str, Any]) -> None:
        """Send or note. The modal closes only when that is done; otherwise the draft stays, with the reason."""
        external_id = str(view.get("external_id") or view["id"])
        command = Reply(
            slack_user_id=body["user"]["id"],
            conversation_id=str(view.get("private_metadata", "")),
            text=plain_from_slack(typed(view, REPLY_BLOCK)),
            key=external_id,
            is_note=typed(view, KIND) != SMS,  # where there is no choice nothing is to leave
            external_id=external_id,
        )
        hidden: list[bool] = []

        async def work() -> None:
            hidden.append(await reply(command, ctx=ctx))

        error = await run(work())
        if error is not None:
            errors = field_errors(error, ctx.texts, default_block=REPLY_BLOCK)
            await ack(response_action="errors", errors=errors)
        elif any(hidden):  # no card will show that it was kept
            said = message_modal(ctx.texts, "incident.kept_title", ctx.texts.staff("incident.kept"))
            await ack(response_action="update", view=said)
        else:
            await ack()

    @app.view_closed(CallbackId.CONVERSATION.value)
    async def on_closed(ack: AsyncAck, body: dict[str, Any], view: dict[str, Any]) -> None:
        await ack()
        await run(close_view(str(body["user"]["id"]), str(view.get("external_id") or ""), ctx=ctx))

    # Slack sends these for fields whose values we read at submission; they only need an answer.
    @app.action(ActionId.KIND.value)
    async def on_kind(ack: AsyncAck) -> None:
        await ack()

    @app.action(ActionId.REPLY_TEXT.value)
    async def on_typing(ack: AsyncAck, respond: AsyncRespond) -> None:
        await ack()


async def _draw(client: AsyncWebClient, ctx: Context, opened: OpenView, shown: ConversationView) -> None:
    drawn = conversation_modal(shown, ctx.texts, ctx.clock.now(), opened.external_id)
    try:
        answer = await client.views_update(view_id=opened.view_id, view=drawn)
    except SlackApiError as error:
        log.info("view_not_drawn", reason=str(error.response.get("error")))
        await ctx.store.write(lambda tx: tx.views.drop(opened.external_id))
        return
    new_hash = answer["view"]["hash"]
    await ctx.store.write(lambda tx: tx.views.save(replace(opened, view_hash=new_hash)))
