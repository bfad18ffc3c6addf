"""What a family answers to a summons: a time is booked, and anything else is for a person to read."""

from dataclasses import replace
from datetime import datetime

import structlog

from bot.domain.conversation import Conversation, Message
from bot.domain.deadline import Deadline, EventKind
from bot.domain.errors import AuditEntry
from bot.domain.ids import ContactId, NamndId
from bot.domain.people import World
from bot.domain.summons import Purpose, Summons, SummonsState
from bot.domain.summons_answer import read_answer
from bot.ports import Tx
from bot.services.clocks import summons_texts as texts
from bot.services.clocks.changing import event, save, say
from bot.services.context import Context

log = structlog.get_logger(__name__)

Standing = tuple[Deadline, Summons]


def take_answer(tx: Tx, ctx: Context, conversation: Conversation, message: Message) -> Conversation | None:
    """Book the time that a text chooses, and tell whoever has the clock what was answered.

    `conversation` has received `message` and is not saved yet. Returns it saved when a time was chosen and no person
    needs to read the text; None when somebody does, or when it has to do with no summons.
    """
    standing = _standing(tx, conversation)
    read = ((clock, summons, _chosen(ctx, summons, message, is_only=len(standing) == 1)) for clock, summons in standing)
    chosen = [(clock, summons, at) for clock, summons, at in read if at is not None]
    if len(chosen) != 1 or not _can_be_booked(chosen[0][0]):
        _for_a_person(tx, ctx, conversation, standing, message)
        return None
    clock, summons, at = chosen[0]
    if summons.state is SummonsState.BOOKED and summons.booked_at != at:
        clock = _answered(tx, ctx, clock, summons, conversation, message)
        say(tx, ctx, clock, "differing_answer", key=message.id)
        return None
    conversation = _read(tx, conversation)
    tx.conversations.save(conversation)
    _agree(tx, ctx, clock, summons, at, conversation, message)
    log.info("summons_answered", summons_id=summons.id, deadline_id=clock.id)
    return tx.conversations.get(conversation.id)


def hold_clocks(tx: Tx, contact_id: ContactId, namnd: NamndId) -> None:
    """Hold the clocks that a text from this phone may be about, before its conversation is held.

    Whoever presses a button holds the clock first and then the conversations; the other way round, the answers of a
    child and a guardian in the same moment would wait for each other.
    """
    for deadline_id in sorted({summons.deadline_id for summons in tx.summons.open_with(contact_id, namnd)}):
        tx.deadlines.get(deadline_id, lock=True)


def _standing(tx: Tx, conversation: Conversation) -> list[Standing]:
    """Return the open summons of this phone with their clocks, held for this transaction: the clock first."""
    if conversation.world is not World.MYNDIGHET or conversation.namnd is None:
        return []
    found: list[Standing] = []
    for seen in tx.summons.open_with(conversation.contact_id, conversation.namnd):
        clock = tx.deadlines.get(seen.deadline_id, lock=True)
        summons = tx.summons.get(seen.id, lock=True)
        if clock is not None and summons is not None and summons.state is not SummonsState.CLOSED:
            found.append((clock, summons))
    return found


def _chosen(ctx: Context, summons: Summons, message: Message, *, is_only: bool) -> datetime | None:
    """Return the time to come that a text chooses; what was written before the summons is about something else."""
    if message.at < summons.created_at:
        return None
    now, at = ctx.clock.now(), read_answer(message.body, summons, message.at, is_only=is_only)
    return None if at is None or at <= now else at


def _can_be_booked(clock: Deadline) -> bool:
    """While the police ask us to wait, nothing may be confirmed: a person reads the answer."""
    return clock.is_running and clock.talk is not None and not clock.talk.police_hold


def _agree(
    tx: Tx,
    ctx: Context,
    clock: Deadline,
    summons: Summons,
    at: datetime,
    conversation: Conversation,
    message: Message,
) -> None:
    """Book the time, unless the other one has chosen the same already."""
    clock = _answered(tx, ctx, clock, summons, conversation, message)
    if summons.state is SummonsState.BOOKED or clock.talk is None:
        return
    booked = summons.book(at, ctx.clock.now())
    tx.summons.save(booked)
    clock = replace(clock, talk=replace(clock.talk, booked_at=at))
    clock = save(tx, ctx, clock, event(ctx, clock, EventKind.BOOKED, None, code=at.isoformat()))
    texts.confirm(tx, ctx, booked, at, texts.addressees(tx, booked))
    tx.audit.record(
        AuditEntry("system", "book_talk", f"deadline:{clock.id}", "family_answered", clock.namnd, world=World.MYNDIGHET)
    )
    say(tx, ctx, clock, "booked", key=message.id)


def _answered(
    tx: Tx, ctx: Context, clock: Deadline, summons: Summons, conversation: Conversation, message: Message
) -> Deadline:
    """Note the answer, and that whoever gave it has been summoned, whatever the carrier says of our text."""
    for person in texts.addressees(tx, summons):
        if person.contact_id != conversation.contact_id:
            continue
        sent = [m.at for m in tx.summons.messages_of(summons.id) if m.contact_id == person.contact_id]
        texts.remember(tx, summons, person, message, Purpose.ANSWER)
        codes = [event(ctx, clock, EventKind.ANSWERED, None, code=party.value) for party in person.parties]
        clock, summoned = texts.with_summoned(ctx, clock, person.parties, min(sent))
        clock = save(tx, ctx, clock, *codes, *summoned)
    return clock


def _for_a_person(tx: Tx, ctx: Context, conversation: Conversation, standing: list[Standing], message: Message) -> None:
    """Tell whoever has the clocks that there is an answer to read. Of several it is not known which it is about."""
    if len(standing) == 1:
        clock, summons = standing[0]
        standing = [(_answered(tx, ctx, clock, summons, conversation, message), summons)]
    for clock, _ in standing:
        say(tx, ctx, clock, "answer_words", key=message.id)


def _read(tx: Tx, conversation: Conversation) -> Conversation:
    """Return the conversation with the text answered by itself; an earlier one that waits for a person still does."""
    if tx.messages.count_inbound_after(conversation.id, conversation.answered_seq) > 1:
        return conversation
    newest = conversation.last_inbound_seq
    return replace(
        conversation,
        answered_seq=newest,
        first_unanswered_at=None,
        seen_seq=max(conversation.seen_seq, newest),
    )
