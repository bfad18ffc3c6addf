"""Put a message into a conversation, and on its way."""

from dataclasses import replace
from datetime import datetime
from typing import Final

from bot.domain.auto_reply import AutoKind
from bot.domain.conversation import Conversation, Direction, Message
from bot.domain.ids import ContactId, MessageId, ShiftId, StaffId, new_id
from bot.domain.outbound import OutboxKind, Priority
from bot.ports import Delivery, Tx

RECENT: Final = 200  # messages that are looked at when counting what waits


def sms_lane(contact_id: ContactId) -> str:
    """Texts to one contact leave one at a time, in order."""
    return f"sms:{contact_id}"


def send(tx: Tx, conversation: Conversation, message_id: MessageId, *, priority: Priority = Priority.SMS) -> Delivery:
    """Put one attempt to deliver `message_id` into the outbox."""
    delivery = tx.messages.add_delivery(message_id)
    tx.outbox.add(
        OutboxKind.SMS,
        sms_lane(conversation.contact_id),
        {"delivery": delivery.id},
        dedupe_key=f"sms:{delivery.id}",
        priority=priority,
    )
    return delivery


def say_outgoing(
    tx: Tx,
    conversation: Conversation,
    body: str,
    author: StaffId,
    *,
    at: datetime,
    shift_id: ShiftId | None,
    source: str,
) -> tuple[Conversation, Message]:
    """Add a person's answer and send it; returns the conversation as answered, not yet saved."""
    seq = conversation.last_seq + 1
    message = Message(
        MessageId(new_id()), conversation.id, seq, Direction.OUT, body, at, author=author, shift_id=shift_id
    )
    tx.messages.add(message, source=source)
    send(tx, conversation, message.id)
    return conversation.answer(seq, author, at=at), message


def recount(tx: Tx, conversation: Conversation) -> Conversation:
    """Return the conversation with what has been answered counted anew: an answer that did not arrive is none.

    Called when a text fails, arrives after all, or is sent again. A closed conversation stays as it is. That what
    had been answered waits again is something that nobody has seen.
    """
    if not conversation.is_open:
        return conversation
    said = tx.messages.of(conversation.id, limit=RECENT)
    reached = max((m.seq for m in said if m.direction is Direction.OUT and not is_lost(tx, m)), default=0)
    waiting = [m for m in said if m.direction is Direction.IN and m.seq > reached]
    if not waiting:
        return replace(conversation, answered_seq=conversation.last_inbound_seq, first_unanswered_at=None)
    answered = min(conversation.last_inbound_seq, waiting[0].seq - 1)
    is_news = answered < conversation.answered_seq
    recounted = replace(conversation, answered_seq=answered, first_unanswered_at=waiting[0].at)
    return recounted.unsee() if is_news else recounted


def reopened(tx: Tx, conversation: Conversation, *, lost: bool) -> Conversation:
    """Open a closed conversation whose answer was lost, so that it follows the duty; not beside a newer open one."""
    if conversation.is_open or not lost:
        return conversation
    newest = tx.conversations.latest(conversation.contact_id, conversation.namnd, conversation.world)
    if newest is not None and newest.is_open:
        return conversation
    return replace(conversation, is_open=True, closed_at=None)


def is_lost(tx: Tx, message: Message) -> bool:
    """Tell whether a text of ours is known not to have arrived, or cannot be found."""
    delivery = tx.messages.newest_delivery(message.id)
    return delivery is not None and delivery.is_lost


def say_automatic(
    tx: Tx, conversation: Conversation, kind: AutoKind, body: str, *, at: datetime, shift_id: ShiftId | None
) -> Conversation:
    """Add an automatic text and send it; it answers nothing and is seen by whoever opens the conversation."""
    return say_unasked(tx, conversation, kind.value, body, at=at, shift_id=shift_id)[0]


def say_unasked(
    tx: Tx, conversation: Conversation, kind: str, body: str, *, at: datetime, shift_id: ShiftId | None = None
) -> tuple[Conversation, Message]:
    """Add a text that the program sends by itself, and send it; returns the conversation not yet saved."""
    seq = conversation.last_seq + 1
    message = Message(
        MessageId(new_id()), conversation.id, seq, Direction.AUTO, body, at, shift_id=shift_id, auto_kind=kind
    )
    tx.messages.add(message)
    send(tx, conversation, message.id)
    # Our own automatic words are nothing that anybody needs to have seen.
    seen = seq if conversation.seen_seq == conversation.last_seq else conversation.seen_seq
    return replace(conversation, last_seq=seq, seen_seq=seen), message
