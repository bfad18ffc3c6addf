"""Läs och svara: show the whole conversation to somebody who may read it."""

from dataclasses import replace

from bot.domain.cards import ConversationView
from bot.domain.errors import Stale
from bot.domain.ids import ConversationId, ShiftId
from bot.domain.rest.active import Source
from bot.domain.secrecy import Act, Allowed
from bot.ports import OpenView, Tx
from bot.services.context import Context
from bot.services.rest.note_activity import note_activity
from bot.services.shared.access import actor, actor_by_slack, ask, contact_of, locked, require
from bot.services.shared.open_views import own_view
from bot.services.shared.placing import refresh
from bot.services.shared.reaching import acknowledge
from bot.services.shared.view import PAGE, conversation_view


async def open_conversation(
    slack_user_id: str, conversation_id: str, external_id: str, view_id: str, view_hash: str, *, ctx: Context
) -> tuple[OpenView, ConversationView]:
    """Log the grant, then return the conversation; remember the modal so that it stays live.

    The grant is committed before any content is returned. Raises NotAllowed or NotFound.
    """

    def change(tx: Tx) -> tuple[OpenView, ConversationView]:
        conversation = locked(tx, conversation_id)
        reader = actor_by_slack(tx, ctx, slack_user_id)
        contact = contact_of(tx, conversation)
        require(tx, ctx, reader, Act.READ, conversation, contact)
        shift_id: ShiftId | None = next(
            (turn.shift_id for turn in reader.on_duty if conversation.was_routed_in(turn.shift_id)), None
        )
        opened = OpenView(
            external_id,
            reader.staff.id,
            conversation.id,
            shift_id,
            view_id,
            view_hash,
            last_seen=conversation.last_seq,
            warned_of=None,
            shown=PAGE,
        )
        tx.views.save(opened)
        note_activity(tx, ctx, reader, conversation, Source.READ)
        acknowledge(tx, ctx, conversation, reader.staff.id, "opened")
        if conversation.seen_seq < conversation.last_seq:
            conversation = conversation.see(conversation.last_seq)
            tx.conversations.save(conversation)
            refresh(tx, conversation)
        return opened, conversation_view(tx, ctx, conversation, contact, reader, opened)

    return await ctx.store.write(change)


async def may_note(slack_user_id: str, conversation_id: str, *, ctx: Context) -> bool:
    """Tell whether somebody who may not read may still write their note about it, which shows them nothing."""

    def query(tx: Tx) -> bool:
        conversation = tx.conversations.get(ConversationId(conversation_id))
        staff = tx.staff.by_slack_id(slack_user_id)
        if conversation is None or staff is None:
            return False
        contact = contact_of(tx, conversation)
        return isinstance(ask(tx, ctx, actor(tx, ctx, staff), Act.NOTE, conversation, contact), Allowed)

    return await ctx.store.read(query)


async def turn_page(
    slack_user_id: str, external_id: str, *, earlier: bool, ctx: Context
) -> tuple[OpenView, ConversationView]:
    """Visa tidigare, Visa senare: another page in the same modal. Raises NotAllowed or Stale."""

    def change(tx: Tx) -> tuple[OpenView, ConversationView]:
        reader = actor_by_slack(tx, ctx, slack_user_id)
        opened = own_view(tx, reader.staff, external_id)
        if opened is None:
            raise Stale
        conversation = locked(tx, opened.conversation_id)
        contact = contact_of(tx, conversation)
        require(tx, ctx, reader, Act.READ, conversation, contact)
        opened = replace(opened, shown=max(PAGE, opened.shown + (PAGE if earlier else -PAGE)))
        tx.views.save(opened)
        note_activity(tx, ctx, reader, conversation, Source.READ)
        return opened, conversation_view(tx, ctx, conversation, contact, reader, opened)

    return await ctx.store.write(change)
