"""Skicka igen: one click gives one sms, two clicks give one."""

from bot.domain.errors import NotFound, Stale
from bot.domain.ids import MessageId
from bot.domain.secrecy import Act
from bot.ports import Tx
from bot.services.context import Context
from bot.services.reply import require_textable
from bot.services.shared.access import actor_by_slack, contact_of, locked, require
from bot.services.shared.consent import require_may_write, require_not_stopped
from bot.services.shared.placing import refresh
from bot.services.shared.saying import recount, send
from bot.services.shared.view import sent_state


async def resend(slack_user_id: str, message_id: str, key: str, *, ctx: Context) -> str:
    """Send a text again that did not arrive; returns the conversation's id.

    Raises NotAllowed, CannotText, or Stale when it has arrived or been sent again meanwhile.
    """

    def change(tx: Tx) -> str:
        message = tx.messages.get(MessageId(message_id))
        if message is None:
            raise NotFound
        conversation = locked(tx, message.conversation_id)
        actor = actor_by_slack(tx, ctx, slack_user_id)
        contact = contact_of(tx, conversation)
        require(tx, ctx, actor, Act.REPLY, conversation, contact)
        if not tx.once("click", key):
            return conversation.id
        state = sent_state(tx, message)
        if state is None or not state.may_resend:
            raise Stale
        require_textable(ctx, contact)
        require_not_stopped(tx, conversation)
        require_may_write(tx, conversation, contact)
        send(tx, conversation, message.id)
        conversation = recount(tx, conversation)
        tx.conversations.save(conversation)
        refresh(tx, conversation)
        return conversation.id

    return await ctx.store.write(change)
