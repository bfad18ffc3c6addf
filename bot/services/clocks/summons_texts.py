"""Whom a summons concerns, and the texts that it brings: each is tied to it, so that their fate is followed."""

from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import datetime

from bot.domain.conversation import Conversation, Ground, Message, Route
from bot.domain.deadline import ClockEvent, Deadline, EventKind
from bot.domain.ids import ContactId, ConversationId, NamndId, StaffId, new_id
from bot.domain.people import World
from bot.domain.rules import OurNumber
from bot.domain.summons import Party, Purpose, Summons, SummonsMessage
from bot.ports import Tx
from bot.services.clocks import summons_words as words
from bot.services.clocks.changing import event
from bot.services.context import Context
from bot.services.shared.placing import refresh
from bot.services.shared.saying import say_outgoing, say_unasked


@dataclass(frozen=True, slots=True)
class Addressee:
    """One phone of a summons: the child's, a guardian's, or one that they share."""

    contact_id: ContactId
    parties: tuple[Party, ...]
    language: str


def addressees(tx: Tx, summons: Summons) -> tuple[Addressee, ...]:
    """Return the phones that a summons has been sent to, the child's first."""
    found: dict[ContactId, set[Party]] = {}
    languages: dict[ContactId, str] = {}
    for message in tx.summons.messages_of(summons.id):
        found.setdefault(message.contact_id, set()).add(message.party)
        languages[message.contact_id] = message.language
    people = (
        Addressee(contact_id, tuple(party for party in Party if party in parties), languages[contact_id])
        for contact_id, parties in found.items()
    )
    return tuple(sorted(people, key=lambda person: (person.parties[0].value, person.contact_id)))


def offer(tx: Tx, ctx: Context, summons: Summons, to: Iterable[Addressee], author: StaffId) -> None:
    """Text the times that may be chosen from to each phone, each in its own language."""
    now = ctx.clock.now()
    for person in to:
        body = words.offer(ctx, summons, person.parties, person.language)
        _text(tx, ctx, summons, person, Purpose.OFFER, body, author, now)


def confirm(
    tx: Tx,
    ctx: Context,
    summons: Summons,
    at: datetime,
    to: Iterable[Addressee],
    author: StaffId | None = None,
    *,
    is_moved: bool = False,
) -> None:
    """Text the time that has been booked."""
    now = ctx.clock.now()
    for person in to:
        body = words.confirmation(ctx, summons.namnd, at, person.language, is_moved=is_moved)
        _text(tx, ctx, summons, person, Purpose.CONFIRMATION, body, author, now)


def remind(tx: Tx, ctx: Context, summons: Summons, at: datetime) -> None:
    now = ctx.clock.now()
    for person in addressees(tx, summons):
        body = words.reminder(ctx, summons.namnd, at, person.language)
        _text(tx, ctx, summons, person, Purpose.REMINDER, body, None, now)


def call_off(tx: Tx, ctx: Context, summons: Summons, at: datetime, author: StaffId) -> None:
    """Text everybody who was summoned that the time `at` no longer holds."""
    now = ctx.clock.now()
    for person in addressees(tx, summons):
        body = words.called_off(ctx, summons.namnd, at, person.language)
        _text(tx, ctx, summons, person, Purpose.CALLED_OFF, body, author, now)


def _text(
    tx: Tx,
    ctx: Context,
    summons: Summons,
    to: Addressee,
    purpose: Purpose,
    body: str,
    author: StaffId | None,
    now: datetime,
) -> None:
    """Say it in the conversation with that phone: in somebody's name, or by itself when `author` is None.

    `now` is the same for all that is sent at once: by it one knows that they belong together when they are lost.
    """
    conversation = conversation_with(tx, ctx, to.contact_id, summons.namnd, is_new=purpose is Purpose.OFFER)
    if author is None:
        changed, message = say_unasked(tx, conversation, f"summons_{purpose.value}", body, at=now)
    else:
        source = f"summons:{conversation.id}:{conversation.last_seq + 1}"
        routed = conversation.routed(Route(now, Ground.STARTED, author))
        changed, message = say_outgoing(tx, routed, body, author, at=now, shift_id=None, source=source)
    tx.conversations.save(changed)
    remember(tx, summons, to, message, purpose)
    refresh(tx, changed)


def remember(tx: Tx, summons: Summons, person: Addressee, message: Message, purpose: Purpose) -> None:
    """Tie a text to its summons; one to or from a shared phone is tied once for each who reads there."""
    for party in person.parties:
        tied = SummonsMessage(
            summons.id, message.id, person.contact_id, party, purpose, message.at, language=person.language
        )
        tx.summons.add_message(tied)


def conversation_with(
    tx: Tx, ctx: Context, contact_id: ContactId, namnd: NamndId, *, is_new: bool = False
) -> Conversation:
    """Return the conversation with a phone in the unit's own world, made if need be.

    `is_new`: what has been closed is not continued, since it was about something else.
    """
    found = tx.conversations.latest(contact_id, namnd, World.MYNDIGHET)
    if found is not None and (found.is_open or not is_new):
        return found
    made = Conversation(
        ConversationId(new_id()),
        contact_id,
        World.MYNDIGHET,
        namnd,
        _our_number(ctx, namnd).number,
        opened_at=ctx.clock.now(),
    )
    tx.conversations.add(made)
    return made


def _our_number(ctx: Context, namnd: NamndId) -> OurNumber:
    found = ctx.rules.myndighet_number(namnd)
    if found is None:  # it was there when the family was summoned
        raise LookupError(f"no myndighet number for {namnd}")
    return found


def with_summoned(
    ctx: Context, clock: Deadline, parties: Iterable[Party], at: datetime, *, by: StaffId | None = None
) -> tuple[Deadline, list[ClockEvent]]:
    """Return the clock with these counted as summoned at `at`, and what is new in that; the first time counts.

    `by` is who says so; None when the carrier or the family's own answer does.
    """
    talk, events = clock.talk, list[ClockEvent]()
    if talk is None:
        return clock, events
    for party in parties:
        known = talk.child_summoned_at if party is Party.CHILD else talk.guardian_summoned_at
        first = at if known is None else min(known, at)
        if party is Party.CHILD:
            talk = replace(talk, child_summoned_at=first)
        else:
            talk = replace(talk, guardian_summoned_at=first)
        if first != known:
            events.append(event(ctx, clock, EventKind.SUMMONED, by, code=party.value))
    return replace(clock, talk=talk), events
