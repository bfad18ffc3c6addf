"""Avsluta in the world of myndighet, which keeps no notes here. In beredskap a note closes: see write_note."""

from bot.domain.conversation import Conversation
from bot.domain.errors import Stale
from bot.domain.people import World
from bot.domain.secrecy import Act
from bot.ports import Tx
from bot.services.context import Context
from bot.services.shared.access import actor_by_slack, contact_of, locked, require
from bot.services.shared.placing import refresh


async def close_conversation(
    slack_user_id: str, conversation_id: str, newest_inbound: int, key: str, *, ctx: Context
) -> Conversation:
    """Close the conversation; a later text opens it again. Closing a closed one changes nothing.

    Raises NotAllowed, or Stale when a text has come in that was not on the card: nobody has seen it.
    Stale also where a note is called for.
    """

    def change(tx: Tx) -> Conversation:
        conversation = locked(tx, conversation_id)
        actor = actor_by_slack(tx, ctx, slack_user_id)
        require(tx, ctx, actor, Act.CLOSE, conversation, contact_of(tx, conversation))
        if not tx.once("click", key) or not conversation.is_open:
            return conversation
        if conversation.last_inbound_seq > newest_inbound or conversation.world is World.BEREDSKAP:
            raise Stale
        closed = conversation.close(at=ctx.clock.now())
        tx.conversations.save(closed)
        refresh(tx, closed)
        return closed

    return await ctx.store.write(change)
