"""What waits, in sealed words; and one conversation, to somebody who may read it."""

from typing import Final

from bot.domain.cards import ConversationView, OpenLine, sender_of
from bot.domain.people import Staff, World
from bot.domain.rest.active import Source
from bot.domain.secrecy import Act, Actor, Allowed
from bot.ports import OpenView, Tx
from bot.services.context import Context
from bot.services.reserve.session import by_reserve, slack_id_of
from bot.services.rest.note_activity import note_activity
from bot.services.shared.access import actor, actor_by_slack, contact_of, locked, may_show, require
from bot.services.shared.placing import refresh
from bot.services.shared.reaching import acknowledge
from bot.services.shared.view import PAGE, conversation_view

MOST_LINES: Final = 50


async def list_conversations(staff: Staff, *, ctx: Context) -> tuple[OpenLine, ...]:
    """Return the open conversations that somebody may read now: those that wait first, the oldest of them first."""

    def query(tx: Tx) -> list[OpenLine]:
        person = tx.staff.get(staff.id)
        return [] if person is None else _lines(tx, ctx, actor(tx, ctx, person))

    lines = await ctx.store.read(query)
    return tuple(sorted(lines, key=_waiting_first)[:MOST_LINES])


def _waiting_first(line: OpenLine) -> tuple[bool, float]:
    since = 0.0 if line.since is None else line.since.timestamp()
    return not line.unanswered, since if line.unanswered else -since


def _lines(tx: Tx, ctx: Context, reader: Actor) -> list[OpenLine]:
    lines = []
    for conversation in tx.conversations.open_ones():
        contact = contact_of(tx, conversation)
        if conversation.world is not World.BEREDSKAP:
            continue
        if not isinstance(may_show(tx, ctx, reader, Act.READ, conversation, contact), Allowed):
            continue
        is_waiting = conversation.is_unanswered
        lines.append(
            OpenLine(
                conversation.id,
                contact.codes,
                sender_of(contact.role, is_shared=contact.is_shared_phone),
                tx.messages.count_inbound_after(conversation.id, conversation.answered_seq) if is_waiting else 0,
                conversation.first_unanswered_at or conversation.last_activity_at,
                "" if conversation.namnd is None else ctx.rules.namnder[conversation.namnd].short_name,
            )
        )
    return lines


async def read_conversation(
    staff: Staff, conversation_id: str, *, last_seen: int | None = None, ctx: Context
) -> tuple[ConversationView, int]:
    """Log the grant, then return the newest messages and how far they reach; what was written is seen now.

    What came after `last_seen` is marked as new. Raises NotAllowed or NotFound.
    """
    slack_user_id = slack_id_of(staff)

    def change(tx: Tx) -> tuple[ConversationView, int]:
        conversation = locked(tx, conversation_id)
        reader, contact = actor_by_slack(tx, ctx, slack_user_id), contact_of(tx, conversation)
        require(tx, ctx, reader, Act.READ, conversation, contact)
        note_activity(tx, ctx, reader, conversation, Source.READ)
        acknowledge(tx, ctx, conversation, reader.staff.id, "opened")
        shown = OpenView("", reader.staff.id, conversation.id, None, None, None, last_seen or 0, None, PAGE)
        if conversation.seen_seq < conversation.last_seq:
            conversation = conversation.see(conversation.last_seq)
            tx.conversations.save(conversation)
            refresh(tx, conversation)
        return conversation_view(tx, ctx, conversation, contact, reader, shown), conversation.last_seq

    return await by_reserve(ctx).store.write(change)
