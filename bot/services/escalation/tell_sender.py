"""The sender is told the truth: that nobody has read it yet. Briefly, at most once a stage, with 112."""

from typing import Final

from bot.domain.auto_reply import AutoKind
from bot.domain.conversation import Conversation
from bot.ports import Tx
from bot.services.context import Context
from bot.services.shared.access import contact_of
from bot.services.shared.auto_text import auto_text
from bot.services.shared.consent import is_stopped
from bot.services.shared.episodes import home_of
from bot.services.shared.restored import is_from_before
from bot.services.shared.saying import say_automatic

STAGES: Final = {"waiting": AutoKind.WAITING, "unanswered": AutoKind.UNANSWERED}


def tell_sender(tx: Tx, ctx: Context, conversation: Conversation, stage: str) -> Conversation:
    """Say that nobody has read what waits; return the conversation, not yet saved.

    Never to whom we may not write, who has asked us not to, or who cannot be answered. On a shared phone only that we
    want them to call.
    """
    contact = contact_of(tx, conversation)
    number = contact.contact.number
    if not contact.contact.is_answerable or contact.contact.is_blocked or not ctx.rules.may_text(number):
        return conversation
    if conversation.first_unanswered_at is not None and is_from_before(tx, conversation.first_unanswered_at):
        return conversation  # they may have been told already
    if is_stopped(tx, conversation):
        return conversation
    if not tx.once("escalation_told", f"{stage}:{conversation.id}:{conversation.answered_seq}"):
        return conversation
    now = ctx.clock.now()
    kind = AutoKind.SHARED if contact.is_shared_phone else STAGES[stage]
    namnd = ctx.rules.namnder[home_of(ctx, conversation)]
    body = auto_text(tx, ctx, kind, contact.contact.language, namnd, now)
    newest = conversation.routes[-1] if conversation.routes else None
    return say_automatic(tx, conversation, kind, body, at=now, shift_id=None if newest is None else newest.shift_id)
