"""The calls of a conversation as cards, modals and handovers show them."""

from collections.abc import Callable, Iterable

from bot.domain.conversation import Conversation
from bot.domain.ids import ConversationId, StaffId
from bot.domain.phone_call import CallMark, CallState, PhoneCall, Way
from bot.ports import Tx

Named = Callable[[StaffId | None], str]


def mark_of(call: PhoneCall, named: Named) -> CallMark:
    """Return a call with whoever of the staff it is about, as `named` calls them."""
    return CallMark(call.way, call.state, call.began_at, call.taken_at, call.ended_at, named(call.staff_id))


def calls_of(tx: Tx, conversation_id: ConversationId) -> list[PhoneCall]:
    return tx.phone_calls.of_conversations([conversation_id])[conversation_id]


def newest_marks(calls: Iterable[PhoneCall], named: Named) -> tuple[CallMark, ...]:
    """Return the newest call each way."""
    newest = {call.way: call for call in calls}
    return tuple(mark_of(newest[way], named) for way in Way if way in newest)


def missed_waiting(conversation: Conversation, calls: Iterable[PhoneCall]) -> list[PhoneCall]:
    """Return the missed calls among what waits for an answer, the oldest first."""
    since = conversation.first_unanswered_at
    if since is None or not conversation.is_unanswered:
        return []
    return [call for call in calls if call.state is CallState.MISSED and call.began_at >= since]
