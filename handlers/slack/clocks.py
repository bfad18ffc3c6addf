"""/frist: a new clock, my list, a case; and the buttons that open them."""

import json
from collections.abc import Awaitable
from typing import Any, Final

from slack_bolt.async_app import AsyncAck
from slack_sdk.web.async_client import AsyncWebClient

from bot.domain.case_ref import problem_with_ref
from bot.domain.clock_views import ClockRow
from bot.domain.clocks import ClockKind
from bot.domain.ids import new_id
from bot.domain.slack_text import plain_from_slack
from bot.services.clocks.register import Registration, register_clocks, registration_choices
from bot.services.context import Context
from bot.slack.ids import CLOCK_COMMAND, ActionId, CallbackId
from bot.slack.kit import Block
from bot.slack.views import register_form as views
from handlers.slack import absences
from handlers.slack.clock_answers import errors_in, key_of
from handlers.slack.clock_pages import CASE, MINE, UNIT, Page, below, clock_page, draw_again, open_page
from handlers.slack.interaction import Click, metadata, run, ticked, typed
from handlers.slack.listeners import Listeners
from handlers.slack.showing import redraw, show

PAGES: Final[dict[str, Page]] = {
    "lista": {"page": MINE},
    "listan": {"page": MINE},
    "mina": {"page": MINE},
    "enheten": {"page": UNIT},
    "enhet": {"page": UNIT},
}
ABSENCE: Final = frozenset({"frånvaro", "franvaro", "borta"})
NEW: Final = frozenset({"", "ny"})
HELP: Final = frozenset({"hjälp", "hjalp", "help"})
IS_PERSONNUMMER: Final = "case_ref_personnummer"


def register(app: Listeners, ctx: Context) -> None:
    """Bind the command, the form for a new clock and the pages of clocks; called once, by build_bolt."""

    @app.command(CLOCK_COMMAND)
    async def on_command(body: dict[str, Any], ack: AsyncAck, client: AsyncWebClient) -> None:
        """What was typed is never said again: it may be something that should not stand in Slack."""
        typed_text = plain_from_slack(str(body.get("text") or "")).strip()
        word = typed_text.casefold()
        is_page = word in NEW | ABSENCE or word in PAGES
        problem = None if is_page else problem_with_ref(typed_text)
        if problem is not None:
            await ack(text=_help(word, problem), response_type="ephemeral")
            return
        await ack()
        trigger = str(body["trigger_id"])
        click = Click(body["user_id"], "", f"{body['user_id']}:{trigger}", trigger, None, None, None)
        if word in NEW:
            await show(client, ctx, click, form(click.user))
        elif word in ABSENCE:
            await show(client, ctx, click, absences.form(ctx, click.user))
        else:
            await open_page(client, ctx, click, PAGES.get(word) or {"page": CASE, "ref": typed_text})

    def _help(word: str, problem: str) -> str:
        if problem == IS_PERSONNUMMER:
            return ctx.texts.staff("frist.personnummer")
        unknown = "" if word in HELP else ctx.texts.staff("frist.unknown") + " "
        return unknown + ctx.texts.staff("frist.help")

    def form(user: str, namnd: str = "", key: str = "") -> Awaitable[Block]:
        return _form(ctx, user, namnd, key or new_id())

    @app.action(ActionId.CLOCK_REGISTER.value)
    async def on_new(body: dict[str, Any], ack: AsyncAck, client: AsyncWebClient) -> None:
        await ack()
        click = Click.parse(body)
        await show(client, ctx, click, form(click.user))

    @app.action(ActionId.CLOCK_NAMND.value)
    async def on_namnd(body: dict[str, Any], ack: AsyncAck, client: AsyncWebClient) -> None:
        """Another nämnd has other people, and may count from something else; what has been typed stays."""
        await ack()
        click = Click.parse(body)
        known = metadata(click.view)
        if (click.view or {}).get("callback_id") == CallbackId.ABSENCE.value:
            await redraw(client, ctx, click, absences.form(ctx, click.user, click.value, known))
        else:
            await redraw(client, ctx, click, form(click.user, click.value, str(known.get("key", ""))))

    @app.view(CallbackId.CLOCK_REGISTER.value)
    async def on_submit(ack: AsyncAck, body: dict[str, Any], view: dict[str, Any], client: AsyncWebClient) -> None:
        """Start what was ticked and say when it runs out; otherwise the form stays as it is, with the reasons."""
        command = _registration(body, view)
        started: list[tuple[ClockRow, ...]] = []

        async def work() -> None:
            started.append(await register_clocks(command, ctx=ctx))

        error = await run(work())
        if error is not None:
            errors = errors_in(view, error, ctx.texts, default_block=views.CASE_REF)
            await ack(response_action="errors", errors=errors)
            return
        rows = started[0]
        forhand = ClockKind.FORHANDSBEDOMNING
        is_left_out = forhand.value in command.kinds and not any(row.kind is forhand for row in rows)
        reader, now = command.slack_user_id, ctx.clock.now()
        drawn = views.registered_modal(ctx.texts, rows, now, reader=reader, is_forhand_left_out=is_left_out)
        await ack(response_action="update", view=drawn)
        await draw_again(client, ctx, reader, below(view))

    @app.action(ActionId.CLOCK_OPEN.value)
    async def on_open(body: dict[str, Any], ack: AsyncAck, client: AsyncWebClient) -> None:
        await ack()
        click = Click.parse(body)
        await open_page(client, ctx, click, clock_page(click.value))

    @app.action(ActionId.CLOCKS_MINE.value)
    async def on_mine(body: dict[str, Any], ack: AsyncAck, client: AsyncWebClient) -> None:
        await ack()
        await open_page(client, ctx, Click.parse(body), {"page": MINE})


async def _form(ctx: Context, user: str, namnd: str, key: str) -> Block:
    choices = await registration_choices(user, ctx=ctx)
    known = [choice.value for choice in choices.namnder]
    chosen = namnd if namnd in known else next(iter(known), "")
    drawn = views.register_form(choices, chosen, ctx.texts, ctx.clock.now(), is_trial=ctx.rules.is_trial)
    return {**drawn, "private_metadata": json.dumps({"namnd": chosen, "key": key})}


def _registration(body: dict[str, Any], view: dict[str, Any]) -> Registration:
    known = metadata(view)
    namnd = typed(view, views.NAMND) or str(known.get("namnd", ""))
    owner = typed(view, views.owner_block(namnd))
    flags = ticked(view, views.FLAGS)
    return Registration(
        slack_user_id=body["user"]["id"],
        namnd=namnd,
        case_ref=plain_from_slack(typed(view, views.CASE_REF)),
        kinds=ticked(view, views.KINDS),
        received_on=typed(view, views.RECEIVED_ON),
        received_time=typed(view, views.RECEIVED_TIME).strip(),
        owner="" if owner == views.NOBODY else owner,
        gender=typed(view, views.GENDER),
        wants_feedback=views.WANTS_FEEDBACK in flags,
        has_open_utredning=views.HAS_OPEN_UTREDNING in flags,
        suspicion_on=typed(view, views.SUSPICION_ON),
        suspicion_time=typed(view, views.SUSPICION_TIME).strip(),
        police_hold=views.POLICE_HOLD in flags,
        has_contact=views.HAS_CONTACT in flags,
        key=key_of(body, view),
    )
