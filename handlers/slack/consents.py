"""Samtycke och spärrar, and what somebody wrote about wanting no more sms."""

from typing import Any, Final

from slack_bolt.async_app import AsyncAck
from slack_sdk.web.async_client import AsyncWebClient

from bot.domain.consent import ConsentPage, Says, StopState
from bot.domain.ids import ContactId
from bot.domain.people import AgeBand, Basis
from bot.services.consent_page import ConsentChange, NumberChange, change_consent, read_consent
from bot.services.context import Context
from bot.services.settle_wish import settle_wish
from bot.slack.ids import ActionId, CallbackId
from bot.slack.kit import Block
from bot.slack.views import consent as views
from bot.slack.views.conversation import message_modal
from handlers.slack.interaction import Click, field_errors, in_words, metadata, picked_day, run, ticked, typed
from handlers.slack.listeners import Listeners
from handlers.slack.showing import show

WISHES: Final = {
    ActionId.STOP_CONFIRM: (StopState.ASKED, True),
    ActionId.STOP_DECLINE: (StopState.ASKED, False),
    ActionId.START_CONFIRM: (StopState.ASKED_AGAIN, True),
    ActionId.START_DECLINE: (StopState.ASKED_AGAIN, False),
}


def register(app: Listeners, ctx: Context) -> None:
    """Bind what belongs to consent; called once, by build_bolt."""

    async def form(user: str, youth_id: str) -> Block:
        page: ConsentPage = await read_consent(user, youth_id, ctx=ctx)
        return views.consent_form(page, ctx.texts, ctx.clock.now())

    @app.action(ActionId.CONSENT.value)
    async def on_open(body: dict[str, Any], ack: AsyncAck, client: AsyncWebClient) -> None:
        await ack()
        click = Click.parse(body)
        await show(client, ctx, click, form(click.user, click.value))

    @app.action(ActionId.CONSENT_PICK.value)
    async def on_pick(body: dict[str, Any], ack: AsyncAck, client: AsyncWebClient) -> None:
        await ack()
        await client.views_open(trigger_id=body["trigger_id"], view=views.consent_pick_modal(ctx.texts))

    @app.view(CallbackId.CONSENT_PICK.value)
    async def on_picked(ack: AsyncAck, body: dict[str, Any], view: dict[str, Any]) -> None:
        youth_id = typed(view, views.YOUTH)
        if not youth_id:
            await ack(response_action="errors", errors={views.YOUTH: ctx.texts.staff("problem.pick_youth")})
            return
        drawn: list[Block] = []

        async def work() -> None:
            drawn.append(await form(body["user"]["id"], youth_id))

        error = await run(work())
        if error is None:
            await ack(response_action="update", view=drawn[0])
        elif isinstance(error, TimeoutError):  # the choice stays, to be sent again
            await ack(response_action="errors", errors={views.YOUTH: in_words(error, ctx.texts)})
        else:
            refused = message_modal(ctx.texts, "modal.refused_title", in_words(error, ctx.texts))
            await ack(response_action="update", view=refused)

    @app.view(CallbackId.CONSENT.value)
    async def on_submit(ack: AsyncAck, body: dict[str, Any], view: dict[str, Any]) -> None:
        """Keep it. Otherwise what was filled in stays in the form, with the reason."""
        error = await run(change_consent(_filled_in(body["user"]["id"], view), ctx=ctx))
        if error is None:
            saved = message_modal(ctx.texts, "consent.title", ctx.texts.staff("consent.saved"))
            await ack(response_action="update", view=saved)
        else:
            await ack(response_action="errors", errors=field_errors(error, ctx.texts, default_block=views.BASIS))

    for action, (shown, is_meant) in WISHES.items():
        _register_wish(app, ctx, action, shown, is_meant=is_meant)


def _register_wish(app: Listeners, ctx: Context, action: ActionId, shown: StopState, *, is_meant: bool) -> None:
    """The open modal is drawn again by itself once it is settled."""

    @app.action(action.value)
    async def on_settle(body: dict[str, Any], ack: AsyncAck, client: AsyncWebClient) -> None:
        click = Click.parse(body)
        error = await run(settle_wish(click.user, click.value, shown, click.key, is_meant=is_meant, ctx=ctx))
        await ack()
        if error is not None:
            drawn = message_modal(ctx.texts, "modal.refused_title", in_words(error, ctx.texts))
            await client.views_push(trigger_id=click.trigger_id, view=drawn)


def _filled_in(user: str, view: dict[str, Any]) -> ConsentChange:
    known = metadata(view)
    seen = str(known.get("at", ""))
    blocks = view.get("state", {}).get("values", {})
    mark = views.of_number(views.LANGUAGE, "")  # every number has a language
    numbers = [block.removeprefix(mark) for block in blocks if block.startswith(mark)]
    return ConsentChange(
        slack_user_id=user,
        youth_id=str(known.get("y", "")),
        age_band=AgeBand(typed(view, views.AGE)),
        basis=Basis(typed(view, views.BASIS)),
        reason=typed(view, views.REASON),
        decided_by=typed(view, views.DECIDED_BY),
        decided_on=picked_day(typed(view, views.DECIDED_ON)),
        review_on=picked_day(typed(view, views.REVIEW_ON)),
        numbers=tuple(_number(view, contact_id) for contact_id in numbers),
        key=f"{view['id']}:{seen}",
        seen=seen,
    )


def _number(view: dict[str, Any], contact_id: str) -> NumberChange:
    says = typed(view, views.of_number(views.SAYS, contact_id))
    flags = ticked(view, views.of_number(views.FLAGS, contact_id))
    return NumberChange(
        ContactId(contact_id),
        typed(view, views.of_number(views.LANGUAGE, contact_id)),
        Says(says) if says else None,
        picked_day(typed(view, views.of_number(views.SAID_ON, contact_id))),
        bars_other=views.BARS_OTHER in flags,
        no_sms=views.NO_SMS in flags,
    )
