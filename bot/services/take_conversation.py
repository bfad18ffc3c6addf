"""Jag tar det."""

from bot.domain.conversation import Conversation
from bot.domain.errors import AlreadyTaken, Stale
from bot.domain.secrecy import Act
from bot.ports import Tx
from bot.services.context import Context
from bot.services.shared.access import actor_by_slack, contact_of, locked, require
from bot.services.shared.placing import refresh
from bot.services.shared.reaching import acknowledge


async def take_conversation(slack_user_id: str, conversation_id: str, key: str, *, ctx: Context) -> Conversation:
    """Give the conversation to the caller, once, and bring every card up to date.

    Taking one's own again is harmless. A colleague who has it on the same ground is told apart: in office hours
    the first to take it has it.

    Raises:
        NotAllowed: the rule of secrecy says no; the attempt is in the audit log.
        AlreadyTaken: somebody else was first.
        Stale: it has been closed meanwhile.
    """

    def change(tx: Tx) -> Conversation:
        conversation = locked(tx, conversation_id)
        actor = actor_by_slack(tx, ctx, slack_user_id)
        require(tx, ctx, actor, Act.TAKE, conversation, contact_of(tx, conversation))
        if not tx.once("click", key):
            return conversation
        if not conversation.is_open:
            raise Stale
        if conversation.taken_by not in {None, actor.staff.id}:
            holder = tx.staff.get(conversation.taken_by) if conversation.taken_by is not None else None
            raise AlreadyTaken(taken_by="" if holder is None else holder.slack_user_id or "")
        taken = conversation.take(actor.staff.id, at=ctx.clock.now())
        tx.conversations.save(taken)
        acknowledge(tx, ctx, taken, actor.staff.id, "taken")
        refresh(tx, taken)
        return taken

    return await ctx.store.write(change)
