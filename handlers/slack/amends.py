"""Ändra eller ta bort: what stands about somebody who is enrolled, and the forms that change it."""

from collections.abc import Awaitable, Callable
from typing import Any, Final

from slack_bolt.async_app import AsyncAck
from slack_sdk.web.async_client import AsyncWebClient

from bot.domain.enrolled import EnrolledPage
from bot.domain.errors import BadInput, Refused, Stale
from bot.domain.ids import ContactId
from bot.services.amend import amend_in_slack as services
from bot.services.amend.amend_in_slack import Asked, AsRight, NumberAsRight
from bot.services.amend.enrolled_page import read_enrolled
from bot.services.amend.remove_number import Written
from bot.services.context import Context
from bot.slack.ids import ActionId, CallbackId
from bot.slack.kit import Block
from bot.slack.views import amend as views
from bot.texts import Texts
from handlers.slack.interaction import Click, field_errors, in_words, metadata, picked_day, run, typed
from handlers.slack.listeners import Listeners
from handlers.slack.showing import beneath, draw, or_refusal, redraw, show

FORMS: Final[dict[ActionId, Callable[[EnrolledPage, Texts], Block]]] = {
    ActionId.AMEND_CORRECT: views.correct_form,
    ActionId.AMEND_END: views.end_form,
    ActionId.AMEND_HOLD: views.hold_form,
}


def register(app: Listeners, ctx: Context) -> None:
    """Bind what belongs to changing an enrolment; called once, by build_bolt."""

    async def page(user: str, youth_id: str) -> Block:
        return views.enrolled_modal(await read_enrolled(user, youth_id, ctx=ctx), ctx.texts)

    @app.action(ActionId.AMEND_PICK.value)
    async def on_pick(body: dict[str, Any], ack: AsyncAck, client: AsyncWebClient) -> None:
        await ack()
        await client.views_open(trigger_id=body["trigger_id"], view=views.amend_pick_modal(ctx.texts))

    @app.view(CallbackId.AMEND_PICK.value)
    async def on_picked(ack: AsyncAck, body: dict[str, Any], view: dict[str, Any]) -> None:
        youth_id = typed(view, views.YOUTH)
        if not youth_id:
            await ack(response_action="errors", errors={views.YOUTH: ctx.texts.staff("problem.pick_youth")})
            return
        await _answer(ack, ctx, page(body["user"]["id"], youth_id), views.YOUTH)

    for action, form in FORMS.items():
        _register_form(app, ctx, action, form)

    @app.action(ActionId.AMEND_REMOVE.value)
    async def on_remove(body: dict[str, Any], ack: AsyncAck, client: AsyncWebClient) -> None:
        await ack()
        click = Click.parse(body)
        youth_id, _, contact_id = click.value.partition(":")

        async def drawn() -> Block:
            found = await services.read_number(click.user, youth_id, contact_id, ctx=ctx)
            return views.remove_form(*found, ctx.texts)

        await show(client, ctx, click, _or_stale(ctx, drawn()))

    @app.view(CallbackId.AMEND_REMOVE.value)
    async def on_removing(ack: AsyncAck, body: dict[str, Any], view: dict[str, Any]) -> None:
        """Say what is about to happen, before it does."""
        known = metadata(view)

        async def drawn() -> Block:
            youth_id, contact_id = str(known.get("y", "")), str(known.get("c", ""))
            found = await services.read_number(body["user"]["id"], youth_id, contact_id, ctx=ctx)
            return views.remove_sure_form(*found, _written(typed(view, views.WRITTEN)).value, ctx.texts)

        await _answer(ack, ctx, drawn(), views.WRITTEN)

    @app.action(ActionId.AMEND_LIFT.value)
    async def on_lift(body: dict[str, Any], ack: AsyncAck, client: AsyncWebClient) -> None:
        await ack()
        click = Click.parse(body)
        youth_id, _, hold_id = click.value.partition(":")

        async def drawn() -> Block:
            await services.lift_in_slack(click.user, youth_id, hold_id, ctx=ctx)
            return await page(click.user, youth_id)

        await redraw(client, ctx, click, drawn())

    _register_changes(app, ctx, page)


def _register_form(
    app: Listeners, ctx: Context, action: ActionId, form: Callable[[EnrolledPage, Texts], Block]
) -> None:
    @app.action(action.value)
    async def on_open(body: dict[str, Any], ack: AsyncAck, client: AsyncWebClient) -> None:
        await ack()
        click = Click.parse(body)

        async def drawn() -> Block:
            found = await read_enrolled(click.user, click.value, ctx=ctx)
            return form(found, ctx.texts) if found.youth.is_active else views.enrolled_modal(found, ctx.texts)

        await show(client, ctx, click, drawn())


def _register_changes(app: Listeners, ctx: Context, page: Callable[[str, str], Awaitable[Block]]) -> None:
    """Bind the forms that change something. The window beneath is drawn again afterwards."""

    async def changed(
        ack: AsyncAck, client: AsyncWebClient, view: dict[str, Any], asked: Asked, work: Awaitable[Block]
    ) -> None:
        if await _answer(ack, ctx, work, views.REFERENCE) and beneath(view):
            await draw(client, beneath(view), await or_refusal(ctx, page(asked.slack_user_id, asked.youth_id)))

    def said(title_key: str, words: str) -> Block:
        return views.said_modal(title_key, words, ctx.texts)

    @app.view(CallbackId.AMEND_CORRECT.value)
    async def on_correct(ack: AsyncAck, body: dict[str, Any], view: dict[str, Any], client: AsyncWebClient) -> None:
        asked = _asked(body, view)

        async def work() -> Block:
            before = await services.correct_in_slack(asked, _as_right(view), ctx=ctx)
            return views.corrected_modal(tuple((what.value, stood) for what, stood in before), ctx.texts)

        await changed(ack, client, view, asked, work())

    @app.view(CallbackId.AMEND_END.value)
    async def on_end(ack: AsyncAck, body: dict[str, Any], view: dict[str, Any], client: AsyncWebClient) -> None:
        asked = _asked(body, view)

        async def work() -> Block:
            await services.end_in_slack(asked, ctx=ctx)
            return said("amend.end_title", ctx.texts.staff("amend.end_done"))

        await changed(ack, client, view, asked, work())

    @app.view(CallbackId.AMEND_REMOVE_SURE.value)
    async def on_sure(ack: AsyncAck, body: dict[str, Any], view: dict[str, Any], client: AsyncWebClient) -> None:
        asked, known = _asked(body, view), metadata(view)
        written = _written(str(known.get("w", "")))

        async def work() -> Block:
            count = await services.remove_in_slack(asked, str(known.get("c", "")), written, ctx=ctx)
            key = f"amend.removed_{written.value}"
            return said("amend.remove_title", ctx.texts.staff(key, count=count))

        await changed(ack, client, view, asked, work())

    @app.view(CallbackId.AMEND_HOLD.value)
    async def on_hold(ack: AsyncAck, body: dict[str, Any], view: dict[str, Any], client: AsyncWebClient) -> None:
        asked, until = _asked(body, view), picked_day(typed(view, views.UNTIL))

        async def work() -> Block:
            await services.hold_in_slack(asked, until, ctx=ctx)
            return said("amend.hold_title", ctx.texts.staff("amend.hold_done"))

        await changed(ack, client, view, asked, work())


async def _answer(ack: AsyncAck, ctx: Context, work: Awaitable[Block], block: str) -> bool:
    """Put what `work` draws in the place of the form, and tell whether it went well.

    What can be put right is said at its field, and so is what may be sent again as it is: a time-out, a busy database.
    What somebody may not, or what an old window asks for, is said in the form's place.
    """
    drawn: list[Block] = []

    async def kept() -> None:
        drawn.append(await work)

    error = await run(kept())
    if error is None:
        await ack(response_action="update", view=drawn[0])
    elif isinstance(error, BadInput) or not isinstance(error, Refused):
        await ack(response_action="errors", errors=field_errors(error, ctx.texts, default_block=block))
    else:
        words = ctx.texts.staff("amend.stale") if isinstance(error, Stale) else in_words(error, ctx.texts)
        await ack(response_action="update", view=views.said_modal("modal.refused_title", words, ctx.texts))
    return error is None


async def _or_stale(ctx: Context, drawn: Awaitable[Block]) -> Block:
    try:
        return await drawn
    except Stale:
        return views.said_modal("modal.refused_title", ctx.texts.staff("amend.stale"), ctx.texts)


def _asked(body: dict[str, Any], view: dict[str, Any]) -> Asked:
    known = metadata(view)
    return Asked(
        body["user"]["id"],
        str(known.get("y", "")),
        f"view:{view['id']}",
        str(known.get("at", "")),
        typed(view, views.REFERENCE),
    )


def _written(value: str) -> Written:
    """Return what the decision says; what is not said keeps."""
    return Written.DELETED if value == Written.DELETED.value else Written.KEPT


def _as_right(view: dict[str, Any]) -> AsRight:
    mark = views.of_number(views.LANGUAGE, "")  # every number has a language
    blocks = view.get("state", {}).get("values", {})
    numbers = [block.removeprefix(mark) for block in blocks if block.startswith(mark)]
    return AsRight(
        typed(view, views.NAME), typed(view, views.AGE), tuple(_number_as_right(view, one) for one in numbers)
    )


def _number_as_right(view: dict[str, Any], contact_id: str) -> NumberAsRight:
    name, role = (views.of_number(part, contact_id) for part in (views.CONTACT_NAME, views.ROLE))
    blocks = view.get("state", {}).get("values", {})
    is_told_apart = name in blocks and role in blocks
    return NumberAsRight(
        ContactId(contact_id),
        typed(view, views.of_number(views.LANGUAGE, contact_id)),
        typed(view, name) if is_told_apart else None,
        typed(view, role) if is_told_apart else None,
    )
