"""The pages that show clocks. Each says in its metadata what it is and what it was opened from, so that a change made
above it can be seen in it. Slack stacks three modals: what would be the fourth takes the place of the third.
"""

import json
from collections.abc import Awaitable
from typing import Any

import structlog
from slack_sdk.web.async_client import AsyncWebClient

from bot.domain.errors import NotFound
from bot.domain.ids import new_id
from bot.domain.sending import SendPostponed, SendRejected, SendUncertain
from bot.services.clocks.absences import absence_choices
from bot.services.clocks.look import find_case, my_clocks, open_clock
from bot.services.clocks.unit import unit_page
from bot.services.context import Context
from bot.services.show_duty import show_home
from bot.slack.kit import Block
from bot.slack.views.absence_form import absence_list
from bot.slack.views.case_list import case_modal, my_list_modal, unit_modal
from bot.slack.views.clock_modal import clock_modal
from bot.slack.views.conversation import message_modal
from handlers.slack.interaction import Click, metadata
from handlers.slack.showing import DEEPEST, depth, draw, or_refusal, redraw, show

log = structlog.get_logger(__name__)

CLOCK, CASE, MINE, UNIT, ABSENCES = "clock", "case", "mine", "unit", "absences"

Page = dict[str, Any]  # "page" is one of the above; "under" is the page it was opened from


def clock_page(deadline_id: str) -> Page:
    return {"page": CLOCK, "id": deadline_id}


def page_of(view: dict[str, Any] | None) -> Page:
    """Return which page a modal is; empty for anything else."""
    known = metadata(view)
    return known if "page" in known else {}


async def page_block(ctx: Context, user: str, page: Page) -> Block:
    """Return a page as it stands now. Raises what the services raise: NotAllowed, NotFound."""
    return with_metadata(await _drawn(ctx, user, page), page)


async def _drawn(ctx: Context, user: str, page: Page) -> Block:
    texts, now, kind = ctx.texts, ctx.clock.now(), page.get("page")
    if kind == CLOCK:
        return clock_modal(await open_clock(user, str(page.get("id", "")), ctx=ctx), texts)
    if kind == MINE:
        return my_list_modal(texts, await my_clocks(user, ctx=ctx), now)
    if kind == CASE:
        try:
            case_ref, rows = await find_case(user, str(page.get("ref", "")), ctx=ctx)
        except NotFound:
            return message_modal(texts, "modal.refused_title", texts.staff("frist.case_unknown"))
        return case_modal(texts, case_ref, rows, now)
    if kind == UNIT:
        namnd, chosen = str(page.get("namnd", "")), str(page.get("chosen", "all"))
        offset = int(page.get("offset", 0))
        return unit_modal(await unit_page(user, namnd=namnd, chosen=chosen, offset=offset, ctx=ctx), texts)
    if kind == ABSENCES:
        return absence_list(await absence_choices(user, ctx=ctx), texts, now)
    raise NotFound


def with_metadata(view: Block, known: dict[str, Any]) -> Block:
    """Return a modal that also knows `known`. A refusal drawn in its place knows nothing."""
    return {**view, "private_metadata": json.dumps({**metadata(view), **known})}


async def open_page(client: AsyncWebClient, ctx: Context, click: Click, page: Page) -> None:
    """Open a page above the one that was clicked in, or in its place where no more can stand above."""
    if depth(click.view) < DEEPEST:
        above = {**page, "under": page_of(click.view)}
        await show(client, ctx, click, page_block(ctx, click.user, above))
        return
    instead = {**page, "under": page_of(click.view).get("under") or {}}
    await redraw(client, ctx, click, page_block(ctx, click.user, instead))


async def open_form(client: AsyncWebClient, ctx: Context, click: Click, form: Awaitable[Block]) -> None:
    """Open a form about the clock whose button was pressed. It remembers the clock, a key of its own, and its page.

    Where it stands above no page, or had to take the place of one, the clock is shown `instead` of it afterwards.
    """
    page, deep = page_of(click.view), depth(click.view)
    known: dict[str, Any] = {"c": click.value, "key": new_id()}
    if deep == DEEPEST:
        known |= {"instead": page or clock_page(click.value), "under": page.get("under") or {}}
    elif page:
        known |= {"under": page}
    else:
        known |= {"instead": clock_page(click.value)}

    async def made() -> Block:
        return with_metadata(await form, known)

    await (redraw if deep == DEEPEST else show)(client, ctx, click, made())


def below(view: dict[str, Any]) -> list[tuple[str, Page]]:
    """Return the modals under this one that show clocks, with what each shows."""
    page: Page = metadata(view).get("under") or {}
    previous, root = str(view.get("previous_view_id") or ""), str(view.get("root_view_id") or "")
    found = [(previous, page)] if previous and page else []
    if previous and root != previous and page.get("under"):
        found.append((root, page["under"]))
    return found


async def draw_again(client: AsyncWebClient, ctx: Context, user: str, pages: list[tuple[str, Page]]) -> None:
    """Draw pages as they are after a change, and Home under them. One that has been closed meanwhile is left alone."""
    for view_id, page in pages:
        if page.get("page"):
            await draw(client, view_id, await or_refusal(ctx, page_block(ctx, user, page)))
    try:
        await ctx.chat.publish_home(user, await show_home(user, ctx=ctx))
    except (SendRejected, SendPostponed, SendUncertain) as error:
        log.info("home_not_drawn", reason=error.reason)  # it is drawn when it is next opened
