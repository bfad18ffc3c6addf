"""Nytt sms, Lämna till nämnd, Koppla numret, and a message as it came."""

from typing import Any

from slack_bolt.async_app import AsyncAck
from slack_sdk.web.async_client import AsyncWebClient

from bot.domain.errors import BotError
from bot.domain.ids import new_id
from bot.domain.people import LinkRole
from bot.domain.slack_text import plain_from_slack
from bot.services.amend.enrolled_page import youths_to_amend
from bot.services.background import youths_to_write_about
from bot.services.context import Context
from bot.services.enrol import enrolment_choices
from bot.services.open_raw import open_raw
from bot.services.start_conversation import NewText, find_contacts, start_conversation
from bot.services.unknown_number import hand_over, link_number, namnder_to_hand_over_to, youths_to_link
from bot.slack.ids import ActionId, CallbackId
from bot.slack.kit import Block, option
from bot.slack.views import forms
from bot.slack.views.conversation import loading_modal, message_modal
from handlers.slack.interaction import Click, field_errors, in_words, run, typed
from handlers.slack.listeners import Listeners


def register(app: Listeners, ctx: Context) -> None:
    """Bind the forms of this module; called once, by build_bolt."""

    @app.action(ActionId.NEW_TEXT.value)
    async def on_new_text(body: dict[str, Any], ack: AsyncAck, client: AsyncWebClient) -> None:
        await ack()
        drawn = forms.new_text_modal(ctx.texts, new_id(), is_trial=ctx.rules.is_trial)
        await client.views_open(trigger_id=body["trigger_id"], view=drawn)

    @app.options(ActionId.CONTACT.value)
    async def on_search(ack: AsyncAck, body: dict[str, Any]) -> None:
        """Names stand in the answer to one person who may text these people; nothing of it stays in Slack."""
        try:
            found = await find_contacts(body["user"]["id"], str(body.get("value", "")), ctx=ctx)
        except BotError:
            found = []
        texts = ctx.texts
        options = [
            option(
                texts.staff("modal.person_youth", name=choice.name)
                if choice.role is LinkRole.YOUTH
                else texts.staff("modal.person_guardian", name=choice.name, youth=choice.youth_name),
                choice.value,
                " · ".join([choice.namnd_name, *(texts.staff(f"barrier.hint_{key}") for key in choice.barriers)]),
            )
            for choice in found
        ]
        await ack(options=options)

    @app.view(CallbackId.NEW_TEXT.value)
    async def on_new_text_sent(ack: AsyncAck, body: dict[str, Any], view: dict[str, Any]) -> None:
        command = NewText(
            slack_user_id=body["user"]["id"],
            choice=typed(view, forms.CONTACT),
            text=plain_from_slack(typed(view, forms.TEXT)),
            key=str(view.get("private_metadata", "")),
        )
        await _answer(ack, await run(start_conversation(command, ctx=ctx)), forms.TEXT)

    @app.action(ActionId.HAND_OVER.value)
    async def on_hand_over(body: dict[str, Any], ack: AsyncAck, client: AsyncWebClient) -> None:
        await ack()
        click = Click.parse(body)
        opened = await client.views_open(trigger_id=click.trigger_id, view=loading_modal(ctx.texts, new_id()))
        try:
            choices = await namnder_to_hand_over_to(click.user, click.value, ctx=ctx)
            drawn = forms.hand_over_modal(ctx.texts, click.value, choices)
        except BotError as error:
            drawn = _refused(error)
        await client.views_update(view_id=opened["view"]["id"], view=drawn)

    @app.view(CallbackId.HAND_OVER.value)
    async def on_handed_over(ack: AsyncAck, body: dict[str, Any], view: dict[str, Any]) -> None:
        user, conversation_id = body["user"]["id"], str(view.get("private_metadata", ""))
        work = hand_over(user, conversation_id, typed(view, forms.NAMND), view["id"], ctx=ctx)
        await _answer(ack, await run(work), forms.NAMND)

    @app.action(ActionId.LINK.value)
    async def on_link(body: dict[str, Any], ack: AsyncAck, client: AsyncWebClient) -> None:
        await ack()
        click = Click.parse(body)
        opened = await client.views_open(trigger_id=click.trigger_id, view=loading_modal(ctx.texts, new_id()))
        try:
            youths = await youths_to_link(click.user, click.value, ctx=ctx)
            drawn = forms.link_modal(ctx.texts, click.value, youths)
        except BotError as error:
            drawn = _refused(error)
        await client.views_update(view_id=opened["view"]["id"], view=drawn)

    @app.view(CallbackId.LINK.value)
    async def on_linked(ack: AsyncAck, body: dict[str, Any], view: dict[str, Any]) -> None:
        work = link_number(
            body["user"]["id"],
            str(view.get("private_metadata", "")),
            typed(view, forms.YOUTH),
            LinkRole(typed(view, forms.ROLE)),
            typed(view, forms.NAME),
            view["id"],
            ctx=ctx,
        )
        await _answer(ack, await run(work), forms.YOUTH)

    @app.action(ActionId.OPEN_RAW.value)
    async def on_open_raw(body: dict[str, Any], ack: AsyncAck, client: AsyncWebClient) -> None:
        await ack()
        click = Click.parse(body)
        opened = await client.views_open(trigger_id=click.trigger_id, view=loading_modal(ctx.texts, new_id()))
        try:
            raw = await open_raw(click.user, int(click.value), ctx=ctx)
            drawn = forms.raw_modal(ctx.texts, "", raw)
        except BotError as error:
            drawn = _refused(error)
        await client.views_update(view_id=opened["view"]["id"], view=drawn)

    @app.options(ActionId.YOUTH.value)
    async def on_search_youth(ack: AsyncAck, body: dict[str, Any]) -> None:
        """Where a nämnd has more youths than a menu can hold."""
        user, view = body["user"]["id"], body.get("view") or {}
        try:
            if view.get("callback_id") == CallbackId.LINK.value:
                youths = await youths_to_link(user, str(view.get("private_metadata", "")), ctx=ctx)
            elif view.get("callback_id") in {CallbackId.BACKGROUND_PICK.value, CallbackId.CONSENT_PICK.value}:
                youths = await youths_to_write_about(user, ctx=ctx)
            elif view.get("callback_id") == CallbackId.AMEND_PICK.value:
                youths = await youths_to_amend(user, str(body.get("value", "")), ctx=ctx)
            else:
                _, youths = await enrolment_choices(user, ctx=ctx)
        except BotError:
            youths = []
        wanted = str(body.get("value", "")).casefold()
        await ack(
            options=[option(name, key) for key, name in youths if wanted in name.casefold()][: forms.MOST_OPTIONS]
        )

    @app.action(ActionId.FIELD.value)
    async def on_field(ack: AsyncAck) -> None:
        await ack()

    @app.action(ActionId.CONTACT.value)
    async def on_contact(ack: AsyncAck) -> None:
        await ack()

    @app.action(ActionId.YOUTH.value)
    async def on_youth(ack: AsyncAck) -> None:
        await ack()

    def _refused(error: BotError) -> Block:
        return message_modal(ctx.texts, "modal.refused_title", in_words(error, ctx.texts))

    async def _answer(ack: AsyncAck, error: BaseException | None, block: str) -> None:
        if error is None:
            await ack()
        else:
            await ack(response_action="errors", errors=field_errors(error, ctx.texts, default_block=block))
