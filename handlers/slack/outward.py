"""Kontakta socialjouren and Orosanmälan, from the live modal."""

from typing import Any

from slack_bolt.async_app import AsyncAck
from slack_sdk.web.async_client import AsyncWebClient

from bot.services.contact_socialjouren import Contacted, note_contact, show_socialjouren
from bot.services.context import Context
from bot.services.note_report import Reported, note_report, show_report
from bot.slack.ids import ActionId, CallbackId
from bot.slack.kit import Block
from bot.slack.views import outward as views
from handlers.slack.interaction import Click, field_errors, metadata, run, typed
from handlers.slack.listeners import Listeners
from handlers.slack.showing import redraw, show


def register(app: Listeners, ctx: Context) -> None:
    """Bind what belongs to turning to others; called once, by build_bolt."""

    async def socialjour(user: str, conversation_id: str, place: str | None) -> Block:
        return views.socialjour_modal(await show_socialjouren(user, conversation_id, place, ctx=ctx), ctx.texts)

    async def report(user: str, conversation_id: str) -> Block:
        return views.report_modal(await show_report(user, conversation_id, ctx=ctx), ctx.texts)

    @app.action(ActionId.SOCIALJOUR.value)
    async def on_socialjour(body: dict[str, Any], ack: AsyncAck, client: AsyncWebClient) -> None:
        await ack()
        click = Click.parse(body)
        await show(client, ctx, click, socialjour(click.user, click.value, None))

    @app.action(ActionId.SOCIALJOUR_PLACE.value)
    async def on_place(body: dict[str, Any], ack: AsyncAck, client: AsyncWebClient) -> None:
        """Draw the same modal for another place; what has been filled in stays."""
        await ack()
        click = Click.parse(body)
        place = "" if click.value == views.ELSEWHERE else click.value
        conversation_id = str(metadata(click.view).get("c", ""))
        await redraw(client, ctx, click, socialjour(click.user, conversation_id, place))

    @app.view(CallbackId.SOCIALJOUR.value)
    async def on_contacted(ack: AsyncAck, body: dict[str, Any], view: dict[str, Any]) -> None:
        """Write it down. Otherwise what was filled in stays, with the reason."""
        known = metadata(view)
        place = known.get("p")
        command = Contacted(
            slack_user_id=body["user"]["id"],
            conversation_id=str(known.get("c", "")),
            place=None if place is None else str(place),
            who=typed(view, views.who_block(str(known.get("at", "")))),
            outcome=typed(view, views.OUTCOME),
            on=typed(view, views.ON),
            time=typed(view, views.TIME),
            key=view["id"],
        )
        error = await run(note_contact(command, ctx=ctx))
        if error is None:
            await ack()
        else:
            await ack(response_action="errors", errors=field_errors(error, ctx.texts, default_block=views.OUTCOME))

    @app.action(ActionId.OROSANMALAN.value)
    async def on_report(body: dict[str, Any], ack: AsyncAck, client: AsyncWebClient) -> None:
        await ack()
        click = Click.parse(body)
        await show(client, ctx, click, report(click.user, click.value))

    @app.view(CallbackId.OROSANMALAN.value)
    async def on_reported(ack: AsyncAck, body: dict[str, Any], view: dict[str, Any]) -> None:
        """Write it down. Otherwise what was filled in stays, with the reason."""
        command = Reported(
            slack_user_id=body["user"]["id"],
            conversation_id=str(metadata(view).get("c", "")),
            place=typed(view, views.PLACE),
            outcome=typed(view, views.OUTCOME),
            on=typed(view, views.ON),
            time=typed(view, views.TIME),
            key=view["id"],
        )
        error = await run(note_report(command, ctx=ctx))
        if error is None:
            await ack()
        else:
            await ack(response_action="errors", errors=field_errors(error, ctx.texts, default_block=views.OUTCOME))
