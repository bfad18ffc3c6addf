"""Frånvaro: who is away, and who has their clocks meanwhile."""

import json
from typing import Any

from slack_bolt.async_app import AsyncAck, AsyncRespond
from slack_sdk.web.async_client import AsyncWebClient

from bot.domain.ids import new_id
from bot.services.clocks.absences import absence_choices, add_absence, remove_absence
from bot.services.context import Context
from bot.slack.ids import ActionId, CallbackId
from bot.slack.kit import Block
from bot.slack.views import absence_form as views
from handlers.slack.clock_answers import errors_in, key_of, not_shown, refuse
from handlers.slack.clock_pages import ABSENCES, page_block, page_of, with_metadata
from handlers.slack.interaction import Click, metadata, run, typed
from handlers.slack.listeners import Listeners
from handlers.slack.showing import DEEPEST, depth, draw, or_refusal, redraw, show


async def form(ctx: Context, user: str, namnd: str = "", known: dict[str, Any] | None = None) -> Block:
    """Return the form for `namnd`, or the first of the reader's. Raises NotAllowed."""
    choices = await absence_choices(user, ctx=ctx)
    namnder = [choice.value for choice in choices.namnder]
    chosen = namnd if namnd in namnder else next(iter(namnder), "")
    drawn = views.absence_form(choices, chosen, ctx.texts, ctx.clock.now(), is_trial=ctx.rules.is_trial)
    kept = {"key": (known or {}).get("key") or new_id(), "namnd": chosen}
    return {**drawn, "private_metadata": json.dumps(kept)}


def register(app: Listeners, ctx: Context) -> None:
    """Bind what belongs to absence; called once, by build_bolt."""

    @app.action(ActionId.ABSENCE.value)
    async def on_absence(body: dict[str, Any], ack: AsyncAck, client: AsyncWebClient) -> None:
        """From the list of absences the form takes its place, so that they do not pile up."""
        await ack()
        click = Click.parse(body)
        is_instead = page_of(click.view).get("page") == ABSENCES or depth(click.view) == DEEPEST
        await (redraw if is_instead else show)(client, ctx, click, form(ctx, click.user))

    @app.view(CallbackId.ABSENCE.value)
    async def on_submit(ack: AsyncAck, body: dict[str, Any], view: dict[str, Any]) -> None:
        user = str(body["user"]["id"])
        namnd = typed(view, views.NAMND) or str(metadata(view).get("namnd", ""))
        stand_in = typed(view, views.in_namnd(views.STAND_IN, namnd))
        done: list[bool] = []
        drawn: list[Block] = []

        async def work() -> None:
            await add_absence(
                user,
                namnd,
                typed(view, views.in_namnd(views.STAFF, namnd)),
                typed(view, views.FIRST),
                typed(view, views.LAST),
                "" if stand_in == views.NOBODY else stand_in,
                key_of(body, view),
                ctx=ctx,
            )
            done.append(True)
            choices = await absence_choices(user, ctx=ctx)
            drawn.append(views.absence_list(choices, ctx.texts, ctx.clock.now(), is_saved=True))

        error = await run(work())
        if error is not None and not done:
            errors = errors_in(view, error, ctx.texts, default_block=views.FIRST)
            await ack(response_action="errors", errors=errors)
            return
        shown = with_metadata(drawn[0], {"page": ABSENCES}) if drawn else not_shown(ctx.texts)
        await ack(response_action="update", view=shown)

    @app.action(ActionId.ABSENCE_REMOVE.value)
    async def on_remove(body: dict[str, Any], ack: AsyncAck, respond: AsyncRespond, client: AsyncWebClient) -> None:
        """In the form what has been typed stays; in the list the line goes."""
        click = Click.parse(body)
        error = await run(remove_absence(click.user, click.value, click.key, ctx=ctx))
        await ack()
        if error is not None:
            await refuse(client, ctx, click, respond, error)
            return
        view = click.view or {}
        known = metadata(view)
        is_form = view.get("callback_id") == CallbackId.ABSENCE.value
        again = (
            form(ctx, click.user, str(known.get("namnd", "")), known)
            if is_form
            else page_block(ctx, click.user, {"page": ABSENCES})
        )
        await draw(client, str(view.get("id", "")), await or_refusal(ctx, again))
