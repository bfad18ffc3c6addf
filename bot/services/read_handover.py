"""Läs överlämningen: what was promised and what to expect, in each open conversation of a running shift."""

from bot.domain.cards import sender_of
from bot.domain.conversation import Conversation
from bot.domain.digest import HandoverStory
from bot.domain.errors import AuditEntry, NotAllowed, NotFound
from bot.domain.ids import ShiftId
from bot.domain.secrecy import Act
from bot.ports import Tx
from bot.services.context import Context
from bot.services.deliver_handover import open_for
from bot.services.meeting import note_view
from bot.services.shared.access import actor_by_slack, contact_of, require
from bot.services.shared.logged import read_logged
from bot.services.shared.own import require_own
from bot.services.shared.people_shown import people_of
from bot.services.shared.view import outward_views

MOST_STORIES = 20


async def read_handover(slack_user_id: str, shift_id: str, *, ctx: Context) -> tuple[HandoverStory, ...]:
    """Return the stories of the holder's own shift, each reading logged. Raises NotAllowed or NotFound."""

    def query(tx: Tx) -> tuple[HandoverStory, ...]:
        shift = tx.shifts.get(ShiftId(shift_id))
        reader = actor_by_slack(tx, ctx, slack_user_id)
        if shift is None:
            raise NotFound
        what = f"shift:{shift.id}"
        require_own(tx, ctx, slack_user_id, "read_handover", owner=shift.staff_id, what=what, otherwise="not_on_duty")
        if not shift.covers(ctx.clock.now()):
            entry = AuditEntry(reader.staff.id, "read_handover", what, "not_on_duty", is_allowed=False)
            raise NotAllowed("not_on_duty", audit=entry)
        mine = open_for(tx, ctx, reader, shift)[:MOST_STORIES]
        for conversation in mine:
            require(tx, ctx, reader, Act.READ_NOTE, conversation, contact_of(tx, conversation))
        return tuple(_story(tx, ctx, conversation) for conversation in mine)

    return await read_logged(query, ctx=ctx)


def _story(tx: Tx, ctx: Context, conversation: Conversation) -> HandoverStory:
    contact = contact_of(tx, conversation)
    newest = tx.notes.newest_of(conversation.id)
    return HandoverStory(
        conversation_id=conversation.id,
        codes=contact.codes,
        sender=sender_of(contact.role, is_shared=contact.is_shared_phone),
        people=people_of(contact),
        namnd_name="" if conversation.namnd is None else ctx.rules.namnder[conversation.namnd].short_name,
        waiting_since=conversation.first_unanswered_at if conversation.is_unanswered else None,
        notes=() if newest is None else (note_view(tx, newest, contact),),
        outward=outward_views(tx, tx.outward.of_conversation(conversation.id)),
    )
