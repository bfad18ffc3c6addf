"""How a press on a clock and a form about it are answered: once, in time, and in words to the person alone."""

from collections.abc import Awaitable
from typing import Any

from slack_bolt.async_app import AsyncAck, AsyncRespond
from slack_sdk.errors import SlackApiError
from slack_sdk.web.async_client import AsyncWebClient

from bot.services.context import Context
from bot.slack.kit import Block
from bot.slack.views.conversation import message_modal
from bot.texts import Texts
from handlers.slack.clock_pages import below, clock_page, draw_again, open_page, page_block, page_of
from handlers.slack.interaction import Click, field_errors, in_words, metadata, run
from handlers.slack.showing import depth, draw


async def pressed(
    body: dict[str, Any],
    ack: AsyncAck,
    respond: AsyncRespond,
    client: AsyncWebClient,
    ctx: Context,
    work: Awaitable[object],
) -> bool:
    """Do what a button says and draw what shows the clock anew; tell whether it was done."""
    click = Click.parse(body)
    error = await run(work)
    await ack()
    if error is not None:
        await refuse(client, ctx, click, respond, error)
        return False
    if depth(click.view) == 0:
        await open_page(client, ctx, click, clock_page(click.value))
        await draw_again(client, ctx, click.user, [])
    else:
        await draw_again(client, ctx, click.user, shown(click))
    return True


def shown(click: Click) -> list[tuple[str, dict[str, Any]]]:
    """Return the modal that was clicked in and those under it, with what each shows."""
    view = click.view or {}
    return [(str(view.get("id", "")), page_of(view) or clock_page(click.value)), *below(view)]


async def refuse(
    client: AsyncWebClient, ctx: Context, click: Click, respond: AsyncRespond, error: BaseException
) -> None:
    """Say why not: under the message, above the modal, or in its place where nothing more can stand above it."""
    words = in_words(error, ctx.texts)
    if click.channel is not None:
        await respond(text=words, response_type="ephemeral", replace_original=False)
        return
    said = message_modal(ctx.texts, "modal.refused_title", words)
    if depth(click.view) == 0:
        await client.views_open(trigger_id=click.trigger_id, view=said)
        return
    try:
        await client.views_push(trigger_id=click.trigger_id, view=said)
    except SlackApiError:
        await draw(client, str((click.view or {}).get("id", "")), said)


async def submitted(
    ack: AsyncAck,
    body: dict[str, Any],
    view: dict[str, Any],
    client: AsyncWebClient,
    ctx: Context,
    work: Awaitable[object],
    *,
    default_block: str,
) -> None:
    """Keep what a form says, and draw what is under it anew.

    It closes, or shows the clock, only when that is done; otherwise it stays as it is, with the reason.
    """
    user, instead = str(body["user"]["id"]), metadata(view).get("instead") or {}
    done: list[bool] = []
    drawn: list[Block] = []

    async def both() -> None:
        await work
        done.append(True)
        if instead:
            drawn.append(await page_block(ctx, user, instead))

    error = await run(both())  # both, within the time that Slack gives
    if error is not None and not done:
        errors = errors_in(view, error, ctx.texts, default_block=default_block)
        await ack(response_action="errors", errors=errors)
        return
    if instead:
        await ack(response_action="update", view=drawn[0] if drawn else not_shown(ctx.texts))
    else:
        await ack()
    await draw_again(client, ctx, user, below(view))


def not_shown(texts: Texts) -> Block:
    """Say that it was done, where what came of it could not be drawn."""
    return message_modal(texts, "modal.wait_title", texts.staff("clock_form.saved_not_shown"))


def errors_in(view: dict[str, Any], error: BaseException, texts: Texts, *, default_block: str) -> dict[str, str]:
    """Return the errors of a form by block; what is wrong with a field that is not there stands by `default_block`."""
    fields = [str(block.get("block_id")) for block in view.get("blocks", ()) if block.get("type") == "input"]
    found: dict[str, str] = {}
    for name, words in field_errors(error, texts, default_block=default_block).items():
        of_a_namnd = next((field for field in fields if field.startswith(f"{name}_")), default_block)
        block = name if name in fields else of_a_namnd
        found[block] = f"{found[block]} {words}" if block in found else words
    return found


def key_of(body: dict[str, Any], view: dict[str, Any]) -> str:
    """Return what makes a submitted form happen once: of this form, of this person."""
    known = metadata(view)
    return f"{body['user']['id']}:{known.get('key') or view['id']}"
