"""The one sentence that a family may be told during a nödstopp, where it has been decided ([incident] answer)."""

from dataclasses import replace

from bot.domain.auto_reply import AutoKind
from bot.domain.calendar import local
from bot.domain.conversation import Conversation, Direction, Message
from bot.domain.ids import MessageId, new_id
from bot.domain.outbound import OutboxKind, Priority
from bot.domain.people import LinkedContact
from bot.domain.sms_parts import tidy_outgoing
from bot.ports import Tx
from bot.services.context import Context
from bot.services.incident.hold import SAFE_SMS
from bot.services.shared.auto_text import help_numbers


def answer_in_stop(tx: Tx, ctx: Context, conversation: Conversation, contact: LinkedContact) -> Conversation:
    """Say it once for each contact and stop; return the conversation, not yet saved.

    It is the same to everybody, and confirms nothing. It goes past the texts that wait for the stop to be lifted.
    """
    incident_id = next((stop.incident_id for stop in tx.incidents.stops()), "")
    number = contact.contact
    if not number.is_answerable or number.is_blocked or not ctx.rules.may_text(number.number):
        return conversation
    if not tx.once("incident_answer", f"{incident_id}:{number.id}"):
        return conversation
    now, seq = ctx.clock.now(), conversation.last_seq + 1
    words = ctx.texts.sms(
        AutoKind.STOPPED.value, number.language, help=help_numbers(ctx, number.language, local(now).date())
    )
    message_id = MessageId(new_id())
    tx.messages.add(
        Message(
            message_id,
            conversation.id,
            seq,
            Direction.AUTO,
            tidy_outgoing(words),
            now,
            auto_kind=AutoKind.STOPPED.value,
        )
    )
    delivery = tx.messages.add_delivery(message_id)
    tx.outbox.add(
        OutboxKind.SMS,
        f"incident_answer:{number.id}",
        {"delivery": delivery.id, SAFE_SMS: True},
        dedupe_key=f"sms:{delivery.id}",
        priority=Priority.SMS,
    )
    seen = seq if conversation.seen_seq == conversation.last_seq else conversation.seen_seq
    return replace(conversation, last_seq=seq, seen_seq=seen)
