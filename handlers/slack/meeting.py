"""Mötesläge, the page of one episode, and what can be done there."""

import json
from collections.abc import Awaitable
from typing import Any

from slack_bolt.async_app import AsyncAck
from slack_sdk.web.async_client import AsyncWebClient

from bot.domain.digest import MeetingPage
from bot.services import meeting
from bot.services.context import Context
from bot.services.journal import journal_text
from bot.services.keep_clicked_card import keep_clicked_digest
from bot.slack.ids import ActionId, CallbackId
from bot.slack.kit import Block
from bot.slack.views import meeting as views
from bot.slack.views.conversation import message_modal
from bot.slack.views.journal import journal_modal
from handlers.slack.interaction import Click, field_errors, in_words, metadata, run, typed
from handlers.slack.listeners import Listeners
from handlers.slack.showing import beneath, draw, or_refusal, redraw, show


def register(app: Listeners, ctx: Context) -> None:
    """Bind what belongs to the meeting; called once, by build_bolt."""

    async def page(found: Awaitable[MeetingPage]) -> Block:
        return views.meeting_modal(await found, ctx.texts, ctx.clock.now())

    def again(user: str, known: dict[str, Any], by: int = 0) -> Awaitable[MeetingPage]:
        return meeting.step(user, str(known.get("d", "")), str(known.get("e", "")), by, ctx=ctx)

    @app.action(ActionId.MEETING.value)
    async def on_meeting(body: dict[str, Any], ack: AsyncAck, client: AsyncWebClient) -> None:
        await ack()
        click = Click.parse(body)
        await show(client, ctx, click, page(meeting.open_meeting(click.user, click.value, ctx=ctx)))
        if click.channel is not None and click.ts is not None:
            await run(keep_clicked_digest(click.value, click.channel, click.ts, ctx=ctx))

    @app.action(ActionId.EPISODE.value)
    async def on_episode(body: dict[str, Any], ack: AsyncAck, client: AsyncWebClient) -> None:
        await ack()
        click = Click.parse(body)
        await show(client, ctx, click, page(meeting.open_episode(click.user, click.value, ctx=ctx)))

    async def turn(body: dict[str, Any], client: AsyncWebClient, by: int) -> None:
        click = Click.parse(body)
        await redraw(client, ctx, click, page(again(click.user, metadata(click.view), by)))

    @app.action(ActionId.MEETING_BACK.value)
    async def on_back(body: dict[str, Any], ack: AsyncAck, client: AsyncWebClient) -> None:
        await ack()
        await turn(body, client, -1)

    @app.action(ActionId.MEETING_NEXT.value)
    async def on_next(body: dict[str, Any], ack: AsyncAck, client: AsyncWebClient) -> None:
        await ack()
        await turn(body, client, 1)

    async def do(
        body: dict[str, Any], ack: AsyncAck, client: AsyncWebClient, work: Awaitable[None], *, by: int = 0
    ) -> None:
        """Do something on the page, and draw it anew, or the next one; a refusal is said above it."""
        click = Click.parse(body)
        error = await run(work)
        await ack()
        if error is not None:
            refused = message_modal(ctx.texts, "modal.refused_title", in_words(error, ctx.texts))
            await client.views_push(trigger_id=click.trigger_id, view=refused)
            return
        await redraw(client, ctx, click, page(again(click.user, metadata(click.view), by)))

    @app.action(ActionId.TAKE_ACTION.value)
    async def on_take(body: dict[str, Any], ack: AsyncAck, client: AsyncWebClient) -> None:
        click = Click.parse(body)
        await do(body, ack, client, meeting.take_action(click.user, click.value, click.key, ctx=ctx))

    @app.action(ActionId.ACTION_DONE.value)
    async def on_done(body: dict[str, Any], ack: AsyncAck, client: AsyncWebClient) -> None:
        click = Click.parse(body)
        await do(body, ack, client, meeting.finish_action(click.user, click.value, click.key, ctx=ctx))

    @app.action(ActionId.REVIEWED.value)
    async def on_reviewed(body: dict[str, Any], ack: AsyncAck, client: AsyncWebClient) -> None:
        click = Click.parse(body)
        await do(body, ack, client, meeting.mark_reviewed(click.user, click.value, click.key, ctx=ctx), by=1)

    @app.action(ActionId.DROP_ACTION.value)
    async def on_drop(body: dict[str, Any], ack: AsyncAck, client: AsyncWebClient) -> None:
        await ack()
        click = Click.parse(body)
        await _push(client, click, views.drop_form(click.value, ctx.texts))

    @app.action(ActionId.TRANSFER.value)
    async def on_transfer(body: dict[str, Any], ack: AsyncAck, client: AsyncWebClient) -> None:
        await ack()
        click = Click.parse(body)
        await _push(client, click, views.transfer_form(click.value, ctx.texts))

    async def submitted(
        ack: AsyncAck, view: dict[str, Any], user: str, client: AsyncWebClient, work: Awaitable[None], block: str
    ) -> None:
        error = await run(work)
        if error is not None:
            await ack(response_action="errors", errors=field_errors(error, ctx.texts, default_block=block))
            return
        await ack()
        if beneath(view):
            await draw(client, beneath(view), await or_refusal(ctx, page(again(user, metadata(view)))))

    @app.view(CallbackId.DROP.value)
    async def on_dropped(ack: AsyncAck, body: dict[str, Any], view: dict[str, Any], client: AsyncWebClient) -> None:
        user, action_id = body["user"]["id"], str(metadata(view).get("v", ""))
        reason = typed(view, views.REASON)
        work = meeting.drop_action(user, action_id, reason, f"view:{view['id']}", ctx=ctx)
        await submitted(ack, view, user, client, work, views.REASON)

    @app.view(CallbackId.TRANSFER.value)
    async def on_transferred(ack: AsyncAck, body: dict[str, Any], view: dict[str, Any], client: AsyncWebClient) -> None:
        user, episode_id = body["user"]["id"], str(metadata(view).get("v", ""))
        reference = typed(view, views.REFERENCE)
        work = meeting.mark_transferred(user, episode_id, reference, f"view:{view['id']}", ctx=ctx)
        await submitted(ack, view, user, client, work, views.REFERENCE)

    @app.action(ActionId.JOURNAL.value)
    async def on_journal(body: dict[str, Any], ack: AsyncAck, client: AsyncWebClient) -> None:
        await ack()
        click = Click.parse(body)

        async def drawn() -> Block:
            found = await journal_text(click.user, click.value, ctx=ctx)
            return journal_modal(found, ctx.texts, ctx.clock.now())

        await show(client, ctx, click, drawn())


async def _push(client: AsyncWebClient, click: Click, form: Block) -> None:
    """Put a small form above the page. It remembers which page, so that it can be drawn anew afterwards."""
    known = {**metadata(click.view), "v": click.value}
    await client.views_push(trigger_id=click.trigger_id, view={**form, "private_metadata": json.dumps(known)})
