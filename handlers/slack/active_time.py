"""Min arbetstid i beredskapen: look at one's own times, and correct them."""

from typing import Any

from slack_bolt.async_app import AsyncAck, AsyncRespond
from slack_sdk.web.async_client import AsyncWebClient

from bot.domain.errors import NotFound
from bot.domain.ids import new_id
from bot.services.context import Context
from bot.services.rest.correct_active_time import WrittenTime, correct_active_time, remove_active_time
from bot.services.rest.show_active_time import show_active_time
from bot.slack.ids import ActionId, CallbackId
from bot.slack.kit import Block
from bot.slack.views import active_time as views
from handlers.slack.clock_answers import errors_in, key_of, not_shown, refuse
from handlers.slack.interaction import Click, metadata, run, typed
from handlers.slack.listeners import Listeners
from handlers.slack.showing import redraw, show


async def times(ctx: Context, user: str, *, is_saved: bool = False) -> Block:
    """Return the list of somebody's own times. Raises NotAllowed."""
    lines = await show_active_time(user, ctx=ctx)
    now, is_trial = ctx.clock.now(), ctx.rules.is_trial
    return views.active_time_list(lines, ctx.texts, now, is_saved=is_saved, is_trial=is_trial)


async def form(ctx: Context, user: str, active_id: str) -> Block:
    """Return the form for one of them, or for a new one. Raises NotAllowed, or NotFound when it is gone."""
    lines = {line.id: line for line in await show_active_time(user, ctx=ctx)}
    if active_id != views.NEW and active_id not in lines:
        raise NotFound
    return views.active_time_form(lines.get(active_id), ctx.texts, ctx.clock.now(), new_id())


def register(app: Listeners, ctx: Context) -> None:
    """Bind what belongs to active time; called once, by build_bolt."""

    @app.action(ActionId.ACTIVE_TIME.value)
    async def on_open(body: dict[str, Any], ack: AsyncAck, client: AsyncWebClient) -> None:
        await ack()
        click = Click.parse(body)
        await show(client, ctx, click, times(ctx, click.user))

    @app.action(ActionId.ACTIVE_TIME_CORRECT.value)
    async def on_correct(body: dict[str, Any], ack: AsyncAck, client: AsyncWebClient) -> None:
        """The form takes the place of the list, and the list that of the form when it is saved."""
        await ack()
        click = Click.parse(body)
        await redraw(client, ctx, click, form(ctx, click.user, click.value))

    @app.action(ActionId.ACTIVE_TIME_REMOVE.value)
    async def on_remove(body: dict[str, Any], ack: AsyncAck, respond: AsyncRespond, client: AsyncWebClient) -> None:
        click = Click.parse(body)
        error = await run(remove_active_time(click.user, click.value, ctx=ctx))
        await ack()
        if error is not None:
            await refuse(client, ctx, click, respond, error)
            return
        await redraw(client, ctx, click, times(ctx, click.user, is_saved=True))

    @app.view(CallbackId.ACTIVE_TIME.value)
    async def on_submit(ack: AsyncAck, body: dict[str, Any], view: dict[str, Any]) -> None:
        user, active_id = str(body["user"]["id"]), str(metadata(view).get("active") or views.NEW)
        day, start, end = (typed(view, views.of_line(name, active_id)) for name in (views.DAY, views.START, views.END))
        written = WrittenTime("" if active_id == views.NEW else active_id, day, start, end)
        drawn: list[Block] = []
        done: list[bool] = []

        async def work() -> None:
            await correct_active_time(user, written, key_of(body, view), ctx=ctx)
            done.append(True)
            drawn.append(await times(ctx, user, is_saved=True))

        error = await run(work())
        if error is not None and not done:
            errors = errors_in(view, error, ctx.texts, default_block=views.of_line(views.DAY, active_id))
            await ack(response_action="errors", errors=errors)
            return
        await ack(response_action="update", view=drawn[0] if drawn else not_shown(ctx.texts))
