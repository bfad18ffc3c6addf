"""What shows somebody who has been changed is drawn again: the code on a card and the names in an open window."""

from bot.ports import Tx
from bot.services.retention.acting import Known
from bot.services.shared.placing import refresh


def draw_again(tx: Tx, known: Known) -> None:
    """Have every card and window of the open conversations that concern them drawn again."""
    for conversation_id in known.named.conversations:
        conversation = tx.conversations.get(conversation_id)
        if conversation is not None and conversation.is_open:
            refresh(tx, conversation)
