"""Kalla via sms, and the time that comes of it: booked by hand, called off, or nobody came."""

from typing import Any

from slack_bolt.async_app import AsyncAck, AsyncRespond
from slack_sdk.web.async_client import AsyncWebClient

from bot.services.clocks.summons import Summoning, book_by_hand, call_off, no_show, summon, summon_defaults
from bot.services.context import Context
from bot.slack.ids import ActionId, CallbackId
from bot.slack.kit import Block
from bot.slack.views import clock_forms
from bot.slack.views import summon_form as views
from handlers.slack.clock_answers import key_of, pressed, refuse, shown, submitted
from handlers.slack.clock_forms import who_and_what
from handlers.slack.clock_pages import draw_again, open_form
from handlers.slack.interaction import Click, metadata, run, ticked, typed
from handlers.slack.listeners import Listeners
from handlers.slack.showing import DEEPEST, depth


def register(app: Listeners, ctx: Context) -> None:
    """Bind what belongs to a summons; called once, by build_bolt."""

    async def form(click: Click) -> Block:
        defaults = await summon_defaults(click.user, click.value, ctx=ctx)
        return views.summon_form(defaults, ctx.texts, is_trial=ctx.rules.is_trial)

    @app.action(ActionId.CLOCK_SUMMON.value)
    async def on_summon(body: dict[str, Any], ack: AsyncAck, client: AsyncWebClient) -> None:
        await ack()
        click = Click.parse(body)
        await open_form(client, ctx, click, form(click))

    @app.view(CallbackId.CLOCK_SUMMON.value)
    async def on_sent(ack: AsyncAck, body: dict[str, Any], view: dict[str, Any], client: AsyncWebClient) -> None:
        work = summon(_summoning(body, view), ctx=ctx)
        await submitted(ack, body, view, client, ctx, work, default_block=views.time_block(1))

    @app.view(CallbackId.CLOCK_BOOK.value)
    async def on_booked(ack: AsyncAck, body: dict[str, Any], view: dict[str, Any], client: AsyncWebClient) -> None:
        """A time that was agreed in words or by phone."""
        work = book_by_hand(
            *who_and_what(body, view),
            typed(view, clock_forms.ON),
            typed(view, clock_forms.TIME).strip(),
            tell_family=clock_forms.YES in ticked(view, clock_forms.TELL),
            reached=ticked(view, clock_forms.WHO),
            key=key_of(body, view),
            ctx=ctx,
        )
        await submitted(ack, body, view, client, ctx, work, default_block=clock_forms.ON)

    @app.action(ActionId.CLOCK_NO_SHOW.value)
    async def on_no_show(body: dict[str, Any], ack: AsyncAck, respond: AsyncRespond, client: AsyncWebClient) -> None:
        """The family did not come: a new time is asked for at once, while whoever waited still sits there."""
        click = Click.parse(body)
        error = await run(no_show(click.user, click.value, click.key, ctx=ctx))
        await ack()
        if error is not None:
            await refuse(client, ctx, click, respond, error)
            return
        await open_form(client, ctx, click, form(click))
        if 0 < depth(click.view) < DEEPEST:
            await draw_again(client, ctx, click.user, shown(click))

    @app.action(ActionId.CLOCK_CALL_OFF.value)
    async def on_call_off(body: dict[str, Any], ack: AsyncAck, respond: AsyncRespond, client: AsyncWebClient) -> None:
        click = Click.parse(body)
        await pressed(body, ack, respond, client, ctx, call_off(click.user, click.value, click.key, ctx=ctx))


def _summoning(body: dict[str, Any], view: dict[str, Any]) -> Summoning:
    times = tuple(
        (typed(view, views.day_block(number)), typed(view, views.time_block(number)).strip())
        for number in views.NUMBERS
    )
    return Summoning(
        slack_user_id=str(body["user"]["id"]),
        deadline_id=str(metadata(view).get("c", "")),
        times=times,
        child_number=typed(view, views.CHILD_NUMBER).strip(),
        guardian_number=typed(view, views.GUARDIAN_NUMBER).strip(),
        child_language=typed(view, views.CHILD_LANGUAGE) or "sv",
        guardian_language=typed(view, views.GUARDIAN_LANGUAGE) or "sv",
        in_school_too=views.IN_SCHOOL_TOO in ticked(view, views.IN_SCHOOL),
        key=key_of(body, view),
    )
