"""Draw the open modals again after something has changed, asking each time whether the reader still may."""

from dataclasses import replace
from datetime import timedelta
from typing import Final

import structlog

from bot.domain.cards import ConversationView
from bot.domain.incident import STOPPED
from bot.domain.secrecy import Act, Denied
from bot.domain.sending import SendError, SendRejected, SendUncertain
from bot.ports import OpenView, Tx
from bot.services.context import Context
from bot.services.shared.access import actor, contact_of, may_show
from bot.services.shared.view import conversation_view

log = structlog.get_logger(__name__)

NOT_NOW: Final = timedelta(seconds=5)  # wire time until a redraw that failed is tried again
EVERY: Final = timedelta(seconds=2)  # wire time: one modal is drawn at most this often


async def refresh_views(*, ctx: Context) -> int:
    """Redraw what is due; return how many modals were drawn. A lost redraw costs nothing: the next one shows all."""

    def due(tx: Tx) -> list[tuple[OpenView, ConversationView | Denied]]:
        return [(opened, _shown(tx, ctx, opened)) for opened in tx.views.take_dirty(every=EVERY)]

    work = await ctx.store.write(due)
    for opened, shown in work:
        await _draw(ctx, opened, shown)
    return len(work)


def _shown(tx: Tx, ctx: Context, opened: OpenView) -> ConversationView | Denied:
    """Return what the modal shows now, or why its reader may read no more."""
    conversation = tx.conversations.get(opened.conversation_id)
    person = tx.staff.get(opened.staff_id)
    if conversation is None or person is None:
        return Denied("not_found")
    reader = actor(tx, ctx, person)
    contact = contact_of(tx, conversation)
    answer = may_show(tx, ctx, reader, Act.READ, conversation, contact)
    if isinstance(answer, Denied):
        return answer
    return conversation_view(tx, ctx, conversation, contact, reader, opened)


async def _draw(ctx: Context, opened: OpenView, answer: ConversationView | Denied) -> None:
    shown, is_stopped = (None, answer.reason == STOPPED) if isinstance(answer, Denied) else (answer, False)
    try:
        new_hash = await ctx.chat.update_conversation(opened, shown, is_stopped=is_stopped)
    except SendRejected as refusal:
        if refusal.reason == "hash_conflict":
            await ctx.store.write(lambda tx: _again(tx, opened, forget_hash=True))
            return
        await ctx.store.write(lambda tx: tx.views.drop(opened.external_id))  # the modal has been closed
        return
    except SendError as error:
        log.info("view_not_drawn", reason=error.reason)
        unknown = isinstance(error, SendUncertain)
        await ctx.store.write(lambda tx: _again(tx, opened, forget_hash=unknown, after=NOT_NOW))
        return

    def remember(tx: Tx) -> None:
        current = tx.views.get(opened.external_id)
        if shown is None:
            tx.views.drop(opened.external_id)
        elif current is not None and new_hash is not None:
            tx.views.save(replace(current, view_hash=new_hash))

    await ctx.store.write(remember)


def _again(tx: Tx, opened: OpenView, *, forget_hash: bool, after: timedelta = timedelta(0)) -> None:
    """Have the modal drawn again; without its hash when we no longer know what Slack has."""
    current = tx.views.get(opened.external_id)
    if current is None:
        return
    if forget_hash:
        tx.views.save(replace(current, view_hash=None))
    tx.views.again(opened.external_id, after)
