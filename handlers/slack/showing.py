"""Open a modal for something that must be looked up: skeleton first, for the trigger lives three seconds."""

import asyncio
from collections.abc import Awaitable
from typing import Any, Final

import structlog
from slack_sdk.errors import SlackApiError
from slack_sdk.web.async_client import AsyncWebClient

from bot.domain.errors import BotError
from bot.services.context import Context
from bot.slack.kit import Block
from bot.slack.views.conversation import message_modal
from handlers.slack.interaction import Click, in_words

log = structlog.get_logger(__name__)

DRAWN_WITHIN: Final = 20.0  # seconds; what waits for it is on somebody's screen
DEEPEST: Final = 3  # modals on a stack (facts: slack, section 13)


def depth(view: dict[str, Any] | None) -> int:
    """Return how many modals stand where somebody clicked, with the one they clicked in; 0 in a message or at Home."""
    if view is None or view.get("type") != "modal":
        return 0
    if not view.get("previous_view_id"):
        return 1
    return 2 if view["previous_view_id"] == view.get("root_view_id") else DEEPEST


async def begin(client: AsyncWebClient, click: Click, waiting: Block) -> dict[str, Any]:
    """Open a modal that is drawn later, above the one that was clicked in if any, and return the view.

    What would be the fourth takes the place of the third.
    """
    deep = depth(click.view)
    if deep == DEEPEST and click.view is not None:
        answer = await client.views_update(view_id=click.view["id"], view=waiting)
    elif deep:
        answer = await client.views_push(trigger_id=click.trigger_id, view=waiting)
    else:
        answer = await client.views_open(trigger_id=click.trigger_id, view=waiting)
    return dict(answer["view"])


async def show(client: AsyncWebClient, ctx: Context, click: Click, drawn: Awaitable[Block]) -> str:
    """Open a modal, above the one that was clicked in if any, and draw `drawn` in it; return the view's id.

    A refusal is said in its place, and so is a failure of ours. Nothing that a person may not see is drawn before
    `drawn` has been awaited.
    """
    waiting = message_modal(ctx.texts, "modal.wait_title", ctx.texts.staff("modal.wait"))
    view_id = str((await begin(client, click, waiting))["id"])
    await draw(client, view_id, await or_refusal(ctx, drawn))
    return view_id


async def redraw(client: AsyncWebClient, ctx: Context, click: Click, drawn: Awaitable[Block]) -> None:
    """Draw the modal that was clicked in anew; a refusal is said above it, so that it stays.

    When nothing can be put above it any more, since the trigger has died meanwhile, it is said in its place.
    """
    view_id = str((click.view or {}).get("id", ""))
    made = await _made(drawn)
    if isinstance(made, Exception):
        refused = _refusal(ctx, made)
        try:
            await client.views_push(trigger_id=click.trigger_id, view=refused)
        except SlackApiError as error:
            log.info("view_not_pushed", reason=str(error.response.get("error")))
            await draw(client, view_id, refused)
        return
    await draw(client, view_id, made)


async def or_refusal(ctx: Context, drawn: Awaitable[Block]) -> Block:
    """Return what was drawn, or a modal that says why not."""
    made = await _made(drawn)
    return _refusal(ctx, made) if isinstance(made, Exception) else made


async def _made(drawn: Awaitable[Block]) -> Block | Exception:
    """Return what was drawn, or what went wrong; that we took too long is something that went wrong."""
    try:
        async with asyncio.timeout(DRAWN_WITHIN):
            return await drawn
    except BotError as error:
        return error
    except Exception as error:
        # Its kind only: what it says may hold what somebody has written.
        log.error("interaction_failed", kind=type(error).__name__)
        return error


def _refusal(ctx: Context, error: Exception) -> Block:
    return message_modal(ctx.texts, "modal.refused_title", in_words(error, ctx.texts))


async def draw(client: AsyncWebClient, view_id: str, drawn: Block) -> None:
    """Update a modal. One that has been closed meanwhile is nothing to be alarmed at."""
    try:
        await client.views_update(view_id=view_id, view=drawn)
    except SlackApiError as error:
        log.info("view_not_drawn", reason=str(error.response.get("error")))


def beneath(view: dict[str, Any]) -> str:
    """Return the id of the modal under a pushed one; "" when there is none."""
    return str(view.get("previous_view_id") or "")
