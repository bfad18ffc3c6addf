"""What stands in the way of our own first and automatic texts, and what somebody has asked for. Incoming is never held.

Each nämnd knows its own only: that another has been asked not to text would tell that it knows them.
"""

from dataclasses import replace

from bot.domain.consent import Barrier, SmsStop, Standing, StopState, why_not_first
from bot.domain.conversation import Conversation, Direction, Message
from bot.domain.errors import AuditEntry, CannotText
from bot.domain.ids import ContactId, NamndId
from bot.domain.people import LinkedContact, World
from bot.domain.sms_wish import is_wish
from bot.ports import Tx
from bot.services.context import Context
from bot.services.shared.access import contact_of

Line = tuple[str, str]  # a key into the texts, and the youth it is about


def stop_of(tx: Tx, conversation: Conversation) -> SmsStop | None:
    return tx.consents.stop_of(conversation.contact_id, conversation.namnd, conversation.world)


def is_stopped(tx: Tx, conversation: Conversation) -> bool:
    """Tell whether automatic texts are held back, and a person is asked before answering."""
    stop = stop_of(tx, conversation)
    return stop is not None and stop.is_stopped


def standings_of(tx: Tx, contact: LinkedContact) -> list[Standing]:
    """Return what is known of each youth that the contact is linked to, as one nämnd sees it."""
    youths = {link.youth.id: link.youth for link in contact.links}
    if not youths:
        return []
    decisions, links = tx.consents.of_youths(list(youths)), tx.consents.of_links(list(youths))
    return [
        Standing(youth, decisions.get(youth_id), tuple(link for link in links if link.youth_id == youth_id))
        for youth_id, youth in youths.items()
    ]


def barrier(tx: Tx, contact: LinkedContact, namnd: NamndId | None, world: World) -> Barrier | None:
    """Return why we may not be the first to write; None when we may."""
    return why_not_first(contact, tx.consents.stop_of(contact.contact.id, namnd, world), standings_of(tx, contact))


def require_may_write(tx: Tx, conversation: Conversation, contact: LinkedContact) -> None:
    """Raise CannotText when what is to be sent would be our own first text, and something stands in its way.

    Whoever has written or called may be answered whatever stands there.
    """
    if tx.messages.inbound(conversation.id, 0)[1]:
        return
    found = barrier(tx, contact, conversation.namnd, conversation.world)
    if found is not None:
        raise CannotText(found.value)


def require_not_stopped(tx: Tx, conversation: Conversation) -> None:
    """Raise CannotText where nobody can be asked first and sms are not wanted."""
    if is_stopped(tx, conversation):
        raise CannotText(Barrier.STOPPED.value)


def why_unwanted(tx: Tx, conversation: Conversation, message: Message) -> str | None:
    """Return why a text of ours may not leave any more: asked again at the moment when it is to."""
    if message.direction is Direction.AUTO:
        return Barrier.STOPPED.value if is_stopped(tx, conversation) else None
    try:
        require_may_write(tx, conversation, contact_of(tx, conversation))
    except CannotText as refusal:
        return refusal.reason
    return None


def barrier_lines(tx: Tx, contact: LinkedContact, namnd: NamndId | None, world: World) -> tuple[Line, ...]:
    """Return the keys of what whoever reads should know before they write, the gravest first."""
    stop, standings = tx.consents.stop_of(contact.contact.id, namnd, world), standings_of(tx, contact)
    found = why_not_first(contact, stop, standings)
    lines: list[Line] = [] if found is None else [(found.value, "")]
    for standing in standings:
        mine = [link for link in standing.links if link.contact_id == contact.contact.id]
        if any(link.bars_other for link in mine):
            lines.append(("bars_other", standing.youth.name))
    if stop is not None and stop.awaits:
        lines.append((stop.state.value, ""))
    return tuple(lines)


def note_wish(tx: Tx, ctx: Context, conversation: Conversation, body: str) -> bool:
    """Remember that a text seems to ask for no more sms, or for them again; return whether somebody must be pinged.

    Nothing changes by it: whoever has the conversation reads it and decides what was meant.
    """
    found = stop_of(tx, conversation)
    is_closed = found is not None and found.is_stopped
    words = ctx.rules.consent.start_words if is_closed else ctx.rules.consent.stop_words
    if not is_wish(body, (phrase for phrases in words.values() for phrase in phrases)):
        return False
    state = StopState.ASKED_AGAIN if is_closed else StopState.ASKED
    if found is not None and found.state is state:
        return False  # it waits already, and whoever writes it ten times is not pinged about ten times
    now = ctx.clock.now()
    made = SmsStop(conversation.contact_id, conversation.namnd, conversation.world, state, None, now)
    tx.consents.save_stop(made)
    what = f"conversation:{conversation.id}"
    tx.audit.record(AuditEntry("system", "wish_noted", what, state.value, conversation.namnd, world=conversation.world))
    return True


def move_wish(tx: Tx, contact_id: ContactId, before: NamndId | None, after: NamndId) -> None:
    """Let what waits to be confirmed follow a conversation to the nämnd it turned out to belong to."""
    found = tx.consents.stop_of(contact_id, before, World.BEREDSKAP)
    if found is None or found.namnd != before or not found.awaits or before == after:
        return
    was_stopped = found.is_stopped
    tx.consents.save_stop(replace(found, namnd=after))
    tx.consents.save_stop(replace(found, state=StopState.STOPPED if was_stopped else StopState.OPEN))
