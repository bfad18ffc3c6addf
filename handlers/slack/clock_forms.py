"""The forms of one clock: the button that opens each, and what is done when it is sent."""

from collections.abc import Callable
from typing import Any, Final

from slack_bolt.async_app import AsyncAck, AsyncRespond
from slack_sdk.web.async_client import AsyncWebClient

from bot.domain.clock_views import ClockView
from bot.domain.slack_text import plain_from_slack
from bot.services.clocks.assign import assign_clock, assignment_choices
from bot.services.clocks.carry import mark_carried
from bot.services.clocks.handle import extend_clock, give_reason, mark_summoned, snooze_clock
from bot.services.clocks.look import open_clock
from bot.services.clocks.settle import settle_clock
from bot.services.context import Context
from bot.slack.ids import ActionId, CallbackId
from bot.slack.kit import Block
from bot.slack.views import clock_forms as views
from bot.slack.views.conversation import message_modal
from bot.texts import Texts
from handlers.slack.clock_answers import key_of, refuse, submitted
from handlers.slack.clock_pages import below, draw_again, open_form, page_block
from handlers.slack.interaction import Click, metadata, run, ticked, typed
from handlers.slack.listeners import Listeners
from handlers.slack.showing import draw, or_refusal

FORMS: Final[dict[ActionId, Callable[[ClockView, Texts], Block]]] = {
    ActionId.CLOCK_SETTLE: views.settle_form,
    ActionId.CLOCK_EXTEND: views.extend_form,
    ActionId.CLOCK_REASON: views.reason_form,
    ActionId.CLOCK_SUMMONED: views.summoned_form,
    ActionId.CLOCK_BOOK: views.book_form,
    ActionId.CLOCK_CARRY: views.carry_form,
}


def register(app: Listeners, ctx: Context) -> None:
    """Bind the forms; called once, by build_bolt."""
    for action, form in FORMS.items():
        _bind_form(app, ctx, action, form)
    _bind_snooze(app, ctx)
    _bind_assign(app, ctx)
    _bind_outcome(app, ctx)
    _bind_reason(app, ctx)
    _bind_summoned(app, ctx)
    _bind_carried(app, ctx)


def _bind_form(app: Listeners, ctx: Context, action: ActionId, form: Callable[[ClockView, Texts], Block]) -> None:
    @app.action(action.value)
    async def on_open(body: dict[str, Any], ack: AsyncAck, client: AsyncWebClient) -> None:
        await ack()
        click = Click.parse(body)

        async def drawn() -> Block:
            return form(await open_clock(click.user, click.value, ctx=ctx), ctx.texts)

        await open_form(client, ctx, click, drawn())


def _bind_snooze(app: Listeners, ctx: Context) -> None:
    @app.action(ActionId.CLOCK_SNOOZE.value)
    async def on_open(body: dict[str, Any], ack: AsyncAck, client: AsyncWebClient) -> None:
        await ack()
        click = Click.parse(body)

        async def drawn() -> Block:
            clock = await open_clock(click.user, click.value, ctx=ctx)
            return views.snooze_form(clock, ctx.texts, ctx.rules.closed_days)

        await open_form(client, ctx, click, drawn())

    @app.view(CallbackId.CLOCK_SNOOZE.value)
    async def on_snoozed(ack: AsyncAck, body: dict[str, Any], view: dict[str, Any], client: AsyncWebClient) -> None:
        until, reason = typed(view, views.UNTIL), _written(view, views.REASON)
        work = snooze_clock(*who_and_what(body, view), until, reason, key_of(body, view), ctx=ctx)
        await submitted(ack, body, view, client, ctx, work, default_block=views.UNTIL)


def _bind_assign(app: Listeners, ctx: Context) -> None:
    @app.action(ActionId.CLOCK_ASSIGN.value)
    async def on_open(body: dict[str, Any], ack: AsyncAck, client: AsyncWebClient) -> None:
        await ack()
        click = Click.parse(body)

        async def drawn() -> Block:
            choices = await assignment_choices(click.user, click.value, ctx=ctx)
            return views.assign_form(await open_clock(click.user, click.value, ctx=ctx), choices, ctx.texts)

        await open_form(client, ctx, click, drawn())

    @app.view(CallbackId.CLOCK_ASSIGN.value)
    async def on_assigned(ack: AsyncAck, body: dict[str, Any], view: dict[str, Any], client: AsyncWebClient) -> None:
        work = assign_clock(*who_and_what(body, view), typed(view, views.STAFF), key_of(body, view), ctx=ctx)
        await submitted(ack, body, view, client, ctx, work, default_block=views.STAFF)


def _bind_outcome(app: Listeners, ctx: Context) -> None:
    """How it ended, more time, and why it is late."""

    @app.view(CallbackId.CLOCK_SETTLE.value)
    async def on_settled(ack: AsyncAck, body: dict[str, Any], view: dict[str, Any], client: AsyncWebClient) -> None:
        work = settle_clock(
            *who_and_what(body, view),
            typed(view, views.OUTCOME),
            typed(view, views.ON),
            time=typed(view, views.TIME).strip(),
            reason=typed(view, views.REASON),
            with_police=typed(view, views.WITH_POLICE),
            reference=_written(view, views.REFERENCE),
            key=key_of(body, view),
            ctx=ctx,
        )
        await submitted(ack, body, view, client, ctx, work, default_block=views.OUTCOME)

    @app.view(CallbackId.CLOCK_EXTEND.value)
    async def on_extended(ack: AsyncAck, body: dict[str, Any], view: dict[str, Any], client: AsyncWebClient) -> None:
        work = extend_clock(
            *who_and_what(body, view),
            typed(view, views.TO),
            _written(view, views.DECIDED_BY),
            _written(view, views.REASON),
            key_of(body, view),
            ctx=ctx,
        )
        await submitted(ack, body, view, client, ctx, work, default_block=views.TO)


def _bind_reason(app: Listeners, ctx: Context) -> None:
    @app.action(ActionId.CLOCK_REASON_PICK.value)
    async def on_reason(body: dict[str, Any], ack: AsyncAck, respond: AsyncRespond, client: AsyncWebClient) -> None:
        """Keep the reason that was tapped, and say so; above no page, show the clock."""
        click = Click.parse(body)
        view = click.view or {}
        known = metadata(view)
        error = await run(give_reason(click.user, str(known.get("c", "")), click.value, click.key, ctx=ctx))
        await ack()
        if error is not None:
            await refuse(client, ctx, click, respond, error)
            return
        instead = known.get("instead")
        if instead:
            await draw(client, str(view["id"]), await or_refusal(ctx, page_block(ctx, click.user, instead)))
        else:
            words = ctx.texts.staff("clock_form.reason_saved")
            await draw(client, str(view["id"]), message_modal(ctx.texts, "clock_form.reason_title", words))
        await draw_again(client, ctx, click.user, below(view))


def _bind_summoned(app: Listeners, ctx: Context) -> None:
    """Somebody was summoned by phone, by letter or in school."""

    @app.view(CallbackId.CLOCK_SUMMONED.value)
    async def on_summoned(ack: AsyncAck, body: dict[str, Any], view: dict[str, Any], client: AsyncWebClient) -> None:
        who, on, at = ticked(view, views.WHO), typed(view, views.ON), typed(view, views.TIME).strip()
        work = mark_summoned(*who_and_what(body, view), who, on, at, key_of(body, view), ctx=ctx)
        await submitted(ack, body, view, client, ctx, work, default_block=views.WHO)


def _bind_carried(app: Listeners, ctx: Context) -> None:
    """What a clock that has ended holds stands in the record now."""

    @app.view(CallbackId.CLOCK_CARRY.value)
    async def on_carried(ack: AsyncAck, body: dict[str, Any], view: dict[str, Any], client: AsyncWebClient) -> None:
        work = mark_carried(*who_and_what(body, view), _written(view, views.REFERENCE), key_of(body, view), ctx=ctx)
        await submitted(ack, body, view, client, ctx, work, default_block=views.REFERENCE)


def who_and_what(body: dict[str, Any], view: dict[str, Any]) -> tuple[str, str]:
    """Return who has sent a form, and which clock it is about."""
    return str(body["user"]["id"]), str(metadata(view).get("c", ""))


def _written(view: dict[str, Any], block: str) -> str:
    return plain_from_slack(typed(view, block)).strip()
