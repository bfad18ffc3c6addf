"""Skriv in: a youth or a guardian."""

from typing import Any

from slack_bolt.async_app import AsyncAck
from slack_sdk.web.async_client import AsyncWebClient

from bot.domain.consent import Says
from bot.domain.errors import BotError
from bot.domain.ids import new_id
from bot.domain.people import LinkRole
from bot.services.context import Context
from bot.services.enrol import Enrolment, enrol, enrolment_choices
from bot.slack.ids import ActionId, CallbackId
from bot.slack.views import forms
from bot.slack.views.consent import BARS_OTHER, NO_SMS
from bot.slack.views.conversation import loading_modal, message_modal
from handlers.slack.interaction import Click, field_errors, in_words, picked_day, run, ticked, typed
from handlers.slack.listeners import Listeners


def register(app: Listeners, ctx: Context) -> None:
    """Bind the form for enrolment; called once, by build_bolt."""

    @app.action(ActionId.ENROL.value)
    async def on_enrol(body: dict[str, Any], ack: AsyncAck, client: AsyncWebClient) -> None:
        await ack()
        click = Click.parse(body)
        opened = await client.views_open(trigger_id=click.trigger_id, view=loading_modal(ctx.texts, new_id()))
        try:
            namnder, youths = await enrolment_choices(click.user, ctx=ctx)
            drawn = forms.enrol_modal(ctx.texts, new_id(), namnder, youths, LinkRole.YOUTH)
        except BotError as error:
            drawn = message_modal(ctx.texts, "modal.refused_title", in_words(error, ctx.texts))
        await client.views_update(view_id=opened["view"]["id"], view=drawn)

    @app.action(ActionId.ENROL_WHAT.value)
    async def on_what(body: dict[str, Any], ack: AsyncAck, client: AsyncWebClient) -> None:
        """The first choice redraws the rest of the form; what has been typed stays."""
        await ack()
        click = Click.parse(body)
        view = click.view or {}
        try:
            namnder, youths = await enrolment_choices(click.user, ctx=ctx)
        except BotError:
            return
        key = str(view.get("private_metadata", ""))
        drawn = forms.enrol_modal(ctx.texts, key, namnder, youths, LinkRole(click.value))
        await client.views_update(view_id=view["id"], hash=view["hash"], view=drawn)

    @app.view(CallbackId.ENROL.value)
    async def on_submit(ack: AsyncAck, body: dict[str, Any], view: dict[str, Any]) -> None:
        role = LinkRole(typed(view, forms.WHAT) or LinkRole.YOUTH.value)
        command = Enrolment(
            slack_user_id=body["user"]["id"],
            namnd=typed(view, forms.NAMND),
            name=typed(view, forms.NAME),
            number=typed(view, forms.NUMBER),
            role=role,
            language=typed(view, forms.LANGUAGE) or "sv",
            key=str(view.get("private_metadata", "")),
            youth_id=typed(view, forms.YOUTH) or None,
            age_band=typed(view, forms.AGE) or None,
            basis=typed(view, forms.BASIS) or None,
            basis_reason=typed(view, forms.REASON),
            decided_by=typed(view, forms.DECIDED_BY),
            decided_on=picked_day(typed(view, forms.DECIDED_ON)),
            says=Says(typed(view, forms.SAYS) or Says.UNKNOWN.value),
            said_on=picked_day(typed(view, forms.SAID_ON)),
            bars_other=BARS_OTHER in ticked(view, forms.FLAGS),
            no_sms=NO_SMS in ticked(view, forms.FLAGS),
        )
        code: list[str] = []

        async def work() -> None:
            code.append(await enrol(command, ctx=ctx))

        error = await run(work())
        if error is None:
            words = ctx.texts.staff("modal.enrolled", code=code[0])
            await ack(response_action="update", view=message_modal(ctx.texts, "modal.enrol_title", words))
        else:
            await ack(response_action="errors", errors=field_errors(error, ctx.texts, default_block=forms.NAME))
