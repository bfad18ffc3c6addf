"""Bakgrund till beredskapen: read from a conversation, written by the home nämnd."""

from collections.abc import Awaitable
from typing import Any

from slack_bolt.async_app import AsyncAck
from slack_sdk.web.async_client import AsyncWebClient

from bot.domain.forms import BackgroundPage
from bot.services.background import BackgroundCommand, begin_background, read_background, write_background
from bot.services.context import Context
from bot.slack.ids import ActionId, CallbackId
from bot.slack.kit import Block
from bot.slack.views import background as views
from bot.slack.views.conversation import message_modal
from handlers.slack.interaction import Click, field_errors, in_words, metadata, run, typed
from handlers.slack.listeners import Listeners
from handlers.slack.showing import redraw, show


def register(app: Listeners, ctx: Context) -> None:
    """Bind what belongs to backgrounds; called once, by build_bolt."""

    async def reading(found: Awaitable[BackgroundPage]) -> Block:
        return views.background_modal(await found, ctx.texts, ctx.clock.now())

    @app.action(ActionId.BACKGROUND.value)
    async def on_read(body: dict[str, Any], ack: AsyncAck, client: AsyncWebClient) -> None:
        await ack()
        click = Click.parse(body)
        await show(client, ctx, click, reading(read_background(click.user, click.value, _via(click.view), ctx=ctx)))

    @app.action(ActionId.EDIT_BACKGROUND.value)
    async def on_edit(body: dict[str, Any], ack: AsyncAck, client: AsyncWebClient) -> None:
        """The form takes the page's place: Slack stacks no more than three modals."""
        await ack()
        click = Click.parse(body)

        async def drawn() -> Block:
            return views.background_form(await begin_background(click.user, click.value, ctx=ctx), ctx.texts)

        await redraw(client, ctx, click, drawn())

    @app.view(CallbackId.BACKGROUND.value)
    async def on_submit(ack: AsyncAck, body: dict[str, Any], view: dict[str, Any]) -> None:
        """Keep it and show it as it stands. Otherwise what was written stays in the form, with the reason."""
        user, known = body["user"]["id"], metadata(view)
        youth_id, seen = str(known.get("y", "")), str(known.get("at", ""))
        command = BackgroundCommand(
            slack_user_id=user,
            youth_id=youth_id,
            agreements=typed(view, views.AGREEMENTS),
            watch_for=typed(view, views.WATCH_FOR),
            interpreter=typed(view, views.INTERPRETER),
            call_first=typed(view, views.CALL_FIRST),
            review_on=typed(view, views.REVIEW_ON),
            key=f"{view['id']}:{seen}",
            seen=seen,
        )
        saved: list[bool] = []
        drawn: list[Block] = []

        async def work() -> None:
            await write_background(command, ctx=ctx)
            saved.append(True)
            drawn.append(await reading(read_background(user, youth_id, ctx=ctx)))

        error = await run(work())  # both, within the time that Slack gives
        if error is None:
            await ack(response_action="update", view=drawn[0])
        elif saved:
            words = ctx.texts.staff("background.saved_not_shown")
            await ack(response_action="update", view=message_modal(ctx.texts, "background.title", words))
        else:
            await ack(response_action="errors", errors=field_errors(error, ctx.texts, default_block=views.AGREEMENTS))

    @app.action(ActionId.BACKGROUND_PICK.value)
    async def on_pick(body: dict[str, Any], ack: AsyncAck, client: AsyncWebClient) -> None:
        await ack()
        await client.views_open(trigger_id=body["trigger_id"], view=views.background_pick_modal(ctx.texts))

    @app.view(CallbackId.BACKGROUND_PICK.value)
    async def on_picked(ack: AsyncAck, body: dict[str, Any], view: dict[str, Any]) -> None:
        youth_id = typed(view, views.YOUTH)
        if not youth_id:
            await ack(response_action="errors", errors={views.YOUTH: ctx.texts.staff("problem.pick_youth")})
            return
        drawn: list[Block] = []

        async def work() -> None:
            drawn.append(await reading(read_background(body["user"]["id"], youth_id, ctx=ctx)))

        error = await run(work())
        if error is None:
            await ack(response_action="update", view=drawn[0])
        elif isinstance(error, TimeoutError):  # the choice stays, to be sent again
            await ack(response_action="errors", errors={views.YOUTH: in_words(error, ctx.texts)})
        else:
            refused = message_modal(ctx.texts, "modal.refused_title", in_words(error, ctx.texts))
            await ack(response_action="update", view=refused)


def _via(view: dict[str, Any] | None) -> str:
    """Return the conversation or the episode whose modal was clicked in."""
    if view is None:
        return ""
    if view.get("callback_id") == CallbackId.CONVERSATION.value:
        return str(view.get("private_metadata", ""))
    return str(metadata(view).get("e", ""))
