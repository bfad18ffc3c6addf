"""Avsluta, Skriv anteckning and Läs överlämningen."""

from typing import Any

from slack_bolt.async_app import AsyncAck
from slack_sdk.web.async_client import AsyncWebClient

from bot.domain.ids import new_id
from bot.domain.slack_text import plain_from_slack
from bot.services.context import Context
from bot.services.keep_clicked_card import keep_clicked_card
from bot.services.read_handover import read_handover
from bot.services.write_note import NoteCommand, Written, begin_note, write_note
from bot.slack.ids import ActionId, CallbackId
from bot.slack.kit import Block
from bot.slack.views import note_form
from bot.slack.views.shift_handover import handover_modal
from handlers.slack.interaction import Click, field_errors, metadata, run, ticked, typed
from handlers.slack.listeners import Listeners
from handlers.slack.showing import show


def register(app: Listeners, ctx: Context) -> None:
    """Bind what belongs to notes; called once, by build_bolt."""

    async def form(click: Click, *, closes: bool) -> Block:
        conversation_id, _, newest = click.value.partition(":")
        known_of = int(newest) if newest.isdecimal() else None
        found = await begin_note(click.user, conversation_id, closes=closes, known_of=known_of, ctx=ctx)
        return note_form.note_modal(found, ctx.texts, new_id())

    @app.action(ActionId.CLOSE.value)
    async def on_close(body: dict[str, Any], ack: AsyncAck, client: AsyncWebClient) -> None:
        await ack()
        click = Click.parse(body)
        await show(client, ctx, click, form(click, closes=True))
        if click.channel is not None and click.ts is not None:
            await run(keep_clicked_card(click.value.partition(":")[0], click.channel, click.ts, ctx=ctx))

    @app.action(ActionId.NOTE.value)
    async def on_note(body: dict[str, Any], ack: AsyncAck, client: AsyncWebClient) -> None:
        await ack()
        click = Click.parse(body)
        await show(client, ctx, click, form(click, closes=False))

    @app.view(CallbackId.NOTE.value)
    async def on_submit(ack: AsyncAck, body: dict[str, Any], view: dict[str, Any]) -> None:
        """Keep the note. The modal closes only when that is done; otherwise what was written stays, with the reason."""
        written: list[Written] = []

        async def work() -> None:
            written.append(await write_note(_command(body["user"]["id"], view), ctx=ctx))

        error = await run(work())
        if error is not None:
            errors = field_errors(error, ctx.texts, default_block=note_form.CAME_IN)
            await ack(response_action="errors", errors=errors)
        elif written[0].left_open or written[0].was_closed:
            key = "note.saved_not_closed" if written[0].left_open else "note.saved_already_closed"
            words = ctx.texts.staff(key)
            drawn = note_form.saved_modal(ctx.texts, words, written[0].unsent)
            await ack(response_action="update", view=drawn)
        else:
            await ack()

    @app.action(ActionId.READ_HANDOVER.value)
    async def on_read(body: dict[str, Any], ack: AsyncAck, client: AsyncWebClient) -> None:
        await ack()
        click = Click.parse(body)

        async def drawn() -> Block:
            stories = await read_handover(click.user, click.value, ctx=ctx)
            return handover_modal(stories, ctx.texts, ctx.clock.now())

        await show(client, ctx, click, drawn())

    async def on_field(ack: AsyncAck) -> None:
        """Slack may send what is chosen in a form; its value is read when the form is submitted."""
        await ack()

    for field in (
        ActionId.SITUATION,
        ActionId.ACTION_CODE,
        ActionId.OWNER,
        ActionId.SOCIALJOUREN,
        ActionId.NOTE_CONCERNS,
        ActionId.DATE,
    ):
        app.action(field.value)(on_field)


def _command(user: str, view: dict[str, Any]) -> NoteCommand:
    known = metadata(view)
    owner = typed(view, note_form.OWNER)
    return NoteCommand(
        slack_user_id=user,
        conversation_id=str(known.get("c", "")),
        key=str(view.get("external_id") or view["id"]),
        closes=bool(known.get("closes")),
        newest_inbound=int(known.get("n", 0)),
        came_in=plain_from_slack(typed(view, note_form.CAME_IN)),
        support=plain_from_slack(typed(view, note_form.SUPPORT)),
        promised=plain_from_slack(typed(view, note_form.PROMISED)),
        situation=typed(view, note_form.SITUATION),
        action=typed(view, note_form.ACTION),
        owner="" if owner == note_form.OWNER_TEAM else owner,
        socialjouren=typed(view, note_form.SOCIALJOUREN),
        concerns=ticked(view, note_form.CONCERNS),
        closing_text=plain_from_slack(typed(view, note_form.CLOSING_TEXT)),
    )
