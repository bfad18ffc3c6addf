"""Granska åtkomster: the month's sample of the audit log."""

from collections.abc import Awaitable
from typing import Any

from slack_bolt.async_app import AsyncAck
from slack_sdk.web.async_client import AsyncWebClient

from bot.domain.audit_review import Mark, ReviewPage
from bot.services.audit.review import open_review, review_entries
from bot.services.context import Context
from bot.slack.ids import ActionId, CallbackId
from bot.slack.kit import Block
from bot.slack.views import audit_review as views
from bot.slack.views.conversation import message_modal
from handlers.slack.interaction import Click, field_errors, run, typed
from handlers.slack.listeners import Listeners
from handlers.slack.showing import show


def register(app: Listeners, ctx: Context) -> None:
    """Bind what belongs to the review of the log; called once, by build_bolt."""

    async def page(found: Awaitable[ReviewPage]) -> Block:
        return views.review_modal(await found, ctx.texts)

    @app.action(ActionId.AUDIT_REVIEW.value)
    async def on_review(body: dict[str, Any], ack: AsyncAck, client: AsyncWebClient) -> None:
        await ack()
        click = Click.parse(body)
        await show(client, ctx, click, page(open_review(click.user, click.value, ctx=ctx)))

    @app.view(CallbackId.AUDIT_REVIEW.value)
    async def on_submit(ack: AsyncAck, body: dict[str, Any], view: dict[str, Any]) -> None:
        left: list[int] = []

        async def work() -> None:
            review_id = str(view.get("private_metadata", ""))
            left.append(await review_entries(str(body["user"]["id"]), review_id, marks_in(view), ctx=ctx))

        error = await run(work())
        if error is not None:
            first = next(iter(blocks_of(view)), views.entry_block(1))
            await ack(response_action="errors", errors=field_errors(error, ctx.texts, default_block=first))
            return
        key = "audit_review.saved_all" if not left[0] else "audit_review.saved"
        words = ctx.texts.staff(key, count=left[0])
        await ack(response_action="update", view=message_modal(ctx.texts, "audit_review.title", words))


def blocks_of(view: dict[str, Any]) -> list[str]:
    """Return the ids of the fields of a submitted form, in their order."""
    ids = [str(block.get("block_id", "")) for block in view.get("blocks", [])]
    return [block_id for block_id in ids if block_id.startswith(f"{views.ENTRY}_")]


def marks_in(view: dict[str, Any]) -> tuple[Mark, ...]:
    """Return what was chosen in a submitted form."""
    chosen = (
        views.marked(int(block_id.removeprefix(f"{views.ENTRY}_")), typed(view, block_id))
        for block_id in blocks_of(view)
    )
    return tuple(mark for mark in chosen if mark is not None)
