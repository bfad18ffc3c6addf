"""Somebody wrote in the DM with the bot instead of in the modal.

In a sealed nämnd the text is held until its author decides; in an inline one it is the answer. Nothing
typed is ever lost, and nothing that was sent can be taken back.
"""

import structlog

from bot.domain.cards import ThreadWhat
from bot.domain.conversation import Conversation, DraftState, HeldReply
from bot.domain.errors import BadInput, CannotText, NotAllowed, NotFound, Stale
from bot.domain.ids import ConversationId, new_id
from bot.domain.incoming import TypedInSlack
from bot.domain.outbound import Priority
from bot.domain.people import World
from bot.domain.secrecy import Act, Actor
from bot.domain.slack_text import is_note, plain_from_slack, without_note_mark
from bot.ports import Post, Tx
from bot.services.context import Context
from bot.services.reply import clean, followed_by_other, require_newest, require_textable, say
from bot.services.shared.access import actor_by_slack, contact_of, locked, require
from bot.services.shared.consent import is_stopped, require_may_write
from bot.services.shared.own import require_own
from bot.services.shared.placing import is_inline, notice, thread
from bot.services.shared.restored import is_from_before

log = structlog.get_logger(__name__)


def typed_in_slack(tx: Tx, ctx: Context, typed: TypedInSlack) -> None:
    """Handle one message, edit or deletion in a DM. What is refused is explained in the thread."""
    try:
        author = actor_by_slack(tx, ctx, typed.user)
    except NotAllowed as refusal:
        if refusal.audit is not None:
            tx.audit.record(refusal.audit)
        return
    if typed.what != "said":
        _too_late(tx, ctx, author, typed)
        return
    post = None if typed.thread_ts is None else tx.posts.at(typed.channel, typed.thread_ts)
    if post is None or post.conversation_id is None:
        notice(tx, author.staff.id, "typed_outside_thread", dedupe=f"typed:{typed.channel}:{typed.ts}")
        return
    conversation = locked(tx, post.conversation_id)
    if typed.has_files:
        _answer(tx, post, ThreadWhat.NOT_TEXT, typed)
    if not typed.text.strip():
        return
    text = plain_from_slack(typed.text)
    is_unasked = followed_by_other(tx, conversation, author) is None and not is_stopped(tx, conversation)
    was_sent = is_from_before(tx, typed.at)  # perhaps: then its author decides whether it is sent again
    if is_inline(tx, ctx, conversation, post.target) and (is_unasked or is_note(text)) and not was_sent:
        _send_inline(tx, ctx, author, conversation, post, typed, text)
    else:
        _hold(tx, ctx, author, conversation, post, typed, text)


def _send_inline(
    tx: Tx, ctx: Context, author: Actor, conversation: Conversation, post: Post, typed: TypedInSlack, text: str
) -> None:
    note = is_note(text)
    contact = contact_of(tx, conversation)
    try:
        require(tx, ctx, author, Act.NOTE if note else Act.REPLY, conversation, contact)
        body = clean(without_note_mark(text) if note else text, is_note=note)
        if not note:
            require_textable(ctx, contact)
            require_may_write(tx, conversation, contact)
            require_newest(tx, conversation)
    except NotAllowed as refusal:
        if refusal.audit is not None:
            tx.audit.record(refusal.audit)
        _answer(tx, post, ThreadWhat.REFUSED, typed, reason=refusal.reason)
        return
    except CannotText as refusal:
        _answer(tx, post, ThreadWhat.REFUSED, typed, reason=refusal.reason)
        return
    except BadInput as bad:
        _answer(tx, post, ThreadWhat.REFUSED, typed, reason=next(iter(bad.problems.values())))
        return
    source = f"slack:{typed.channel}:{typed.ts}"
    if tx.messages.by_source(source) is None:
        say(tx, ctx, conversation, author, body, source=source, is_note=note)


def _hold(
    tx: Tx, ctx: Context, author: Actor, conversation: Conversation, post: Post, typed: TypedInSlack, text: str
) -> None:
    contact = contact_of(tx, conversation)
    try:
        require(tx, ctx, author, Act.REPLY, conversation, contact)
    except NotAllowed as refusal:
        if refusal.audit is not None:
            tx.audit.record(refusal.audit)
        _answer(tx, post, ThreadWhat.REFUSED, typed, reason=refusal.reason)
        return
    held = HeldReply(new_id(), conversation.id, author.staff.id, typed.channel, typed.ts, text, DraftState.HELD)
    if tx.messages.hold(held):
        _answer(tx, post, ThreadWhat.HELD, typed, held=held.id)


def _too_late(tx: Tx, ctx: Context, author: Actor, typed: TypedInSlack) -> None:
    """An edit or a deletion: of a held text it counts, of a sent one it comes too late and we say so."""
    held = tx.messages.held_at(typed.channel, typed.ts)
    sent = tx.messages.by_source(f"slack:{typed.channel}:{typed.ts}")
    if held is not None and held.state is DraftState.HELD:
        if typed.what == "edited" and held.staff_id == author.staff.id:
            tx.messages.set_held(held.id, DraftState.HELD, plain_from_slack(typed.text))
        return  # deleting one's own message is what we asked for
    conversation_id: ConversationId | None = None
    if sent is not None:
        conversation_id = sent.conversation_id
    elif held is not None and held.state is DraftState.SENT and typed.what == "edited":
        conversation_id = held.conversation_id
    if conversation_id is None:
        return
    post = tx.posts.card(conversation_id, f"staff:{author.staff.id}")
    if post is not None:
        _answer(tx, post, ThreadWhat.ALREADY_SENT, typed, suffix=typed.event_id)


def _answer(tx: Tx, post: Post, what: ThreadWhat, typed: TypedInSlack, *, suffix: str = "", **ids: str) -> None:
    key = f"{what.value}:{typed.channel}:{typed.ts}:{suffix}"
    thread(tx, post, what.value, key=key, priority=Priority.URGENT, **ids)


async def send_held(slack_user_id: str, held_id: str, key: str, *, ctx: Context) -> None:
    """Skicka som sms: send a held reply, once. Raises NotAllowed, CannotText, BadInput, or Stale when it is settled."""

    def change(tx: Tx) -> None:
        held = _held(tx, held_id)
        conversation = locked(tx, held.conversation_id)
        author = actor_by_slack(tx, ctx, slack_user_id)
        contact = contact_of(tx, conversation)
        require(tx, ctx, author, Act.REPLY, conversation, contact)
        if not tx.once("click", key):
            return
        if held.state is not DraftState.HELD or held.staff_id != author.staff.id:
            raise Stale
        body = clean(held.body, is_note=False)
        require_textable(ctx, contact)
        require_may_write(tx, conversation, contact)
        tx.messages.set_held(held.id, DraftState.SENT)
        say(tx, ctx, conversation, author, body, source=f"held:{held.id}")

    await ctx.store.write(change)


async def discard_held(slack_user_id: str, held_id: str, key: str, *, ctx: Context) -> None:
    """Släng: forget a held reply. Raises Stale when it has been sent."""

    def change(tx: Tx) -> None:
        held = _held(tx, held_id)
        conversation = tx.conversations.get(held.conversation_id)
        require_own(
            tx,
            ctx,
            slack_user_id,
            "discard_held",
            owner=held.staff_id,
            what=f"conversation:{held.conversation_id}",
            otherwise="not_yours",
            world=World.BEREDSKAP if conversation is None else conversation.world,
        )
        if not tx.once("click", key) or held.state is DraftState.DISCARDED:
            return
        if held.state is not DraftState.HELD:
            raise Stale
        tx.messages.set_held(held.id, DraftState.DISCARDED, "")

    await ctx.store.write(change)


def _held(tx: Tx, held_id: str) -> HeldReply:
    held = tx.messages.held(held_id)
    if held is None:
        raise NotFound
    return held
