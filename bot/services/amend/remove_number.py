"""A number was enrolled that should not have been: its link ends, and what was written with it follows the decision."""

from dataclasses import dataclass, field, replace
from enum import Enum

from bot.domain.errors import AuditEntry, BadInput
from bot.domain.ids import ContactId, ConversationId, YouthId
from bot.domain.people import World
from bot.domain.phone import normalise
from bot.domain.retention import DataKind
from bot.domain.secrecy import Act, Subject
from bot.ports import Tx
from bot.services.context import Context
from bot.services.retention.accounting import account_for
from bot.services.retention.acting import Known, named_by
from bot.services.shared.access import actor, require_for
from bot.services.shared.episodes import today
from bot.services.shared.placing import refresh


class Written(str, Enum):
    """What the decision says of what was written with the number."""

    KEPT = "kept"
    DELETED = "deleted"


@dataclass(frozen=True, slots=True)
class Removal:
    """The decision. `number` as somebody writes it; `code` is the youth that it was linked to."""

    code: str
    number: str = field(repr=False)
    reference: str = field(repr=False)
    written: Written


async def remove_number(removal: Removal, *, ctx: Context, as_email: str) -> int:
    """Take the number from the youth; return how many conversations were deleted.

    What stands is asked before anything is changed: a hold, or a text on its way, keeps what was written, and then
    nothing is done. A conversation that is kept stays with the nämnd, closed. Raises NotAllowed, BadInput or Busy.
    """

    def change(tx: Tx) -> int:
        known = named_by(tx, ctx, removal.code, as_email, Act.AMEND)
        return take_away(tx, ctx, known, removal)

    return await ctx.store.write(change)


def take_away(tx: Tx, ctx: Context, known: Known, removal: Removal) -> int:
    """Take it for somebody who may, and return how many conversations were deleted. Raises NotAllowed or BadInput."""
    if not removal.reference.strip():
        raise BadInput({"reference": "decision_missing"})
    youth_id, contact_id = _linked(tx, known, removal)
    _require_no_relative(tx, ctx, known, contact_id)
    theirs = _written(tx, known, contact_id)
    tx.retention.hold_still()
    if removal.written is Written.DELETED and any(_stays(tx, ctx, known, one) for one in theirs):
        raise BadInput({"number": "kept_for_now"})
    tx.people.unlink(contact_id, youth_id)
    if removal.written is Written.DELETED:
        _delete(tx, ctx, known, removal, theirs)
    else:
        _close(tx, ctx, theirs)
    tx.erasing.forget_number(contact_id)
    details: dict[str, str | int | bool | None] = {"written": removal.written.value, "conversations": len(theirs)}
    subject = f"contact:{contact_id}"
    tx.audit.record(AuditEntry(known.by.id, "remove_number", subject, known.ground, known.namnd, details=details))
    return len(theirs) if removal.written is Written.DELETED else 0


def _require_no_relative(tx: Tx, ctx: Context, known: Known, contact_id: ContactId) -> None:
    """What was written with a number that siblings share is about each of them: jav in one is jav in all of it."""
    theirs = Subject(known.namnd, jav=tx.people.contact(contact_id).within(known.namnd).jav)
    require_for(tx, ctx, actor(tx, ctx, known.by), Act.AMEND, theirs, what=f"contact:{contact_id}")


def _linked(tx: Tx, known: Known, removal: Removal) -> tuple[YouthId, ContactId]:
    number = normalise(removal.number)
    contact = None if number is None else tx.people.contact_by_number(number)
    youth_id = known.named.youth_id
    if contact is None or youth_id is None or not any(link.youth.id == youth_id for link in contact.links):
        raise BadInput({"number": "not_linked"})
    return youth_id, contact.contact.id


def _written(tx: Tx, known: Known, contact_id: ContactId) -> list[ConversationId]:
    """Return the conversations with the number in this nämnd whose words are there."""
    held = [tx.conversations.get(found) for found in known.named.conversations]
    return [found.id for found in held if found is not None and found.contact_id == contact_id]


def _stays(tx: Tx, ctx: Context, known: Known, conversation_id: ConversationId) -> bool:
    is_held = tx.retention.is_held(conversation_id, known.namnd, today(ctx))
    return is_held or tx.erasing.is_on_the_way(conversation_id)


def _close(tx: Tx, ctx: Context, conversations: list[ConversationId]) -> None:
    for conversation_id in conversations:
        held = tx.conversations.lock(conversation_id)
        if held is not None and held.is_open:
            closed = held.close(at=ctx.clock.now())
            tx.conversations.save(replace(closed, is_namnd_open=False))
            refresh(tx, closed)


def _delete(tx: Tx, ctx: Context, known: Known, removal: Removal, conversations: list[ConversationId]) -> None:
    for conversation_id in conversations:
        held = tx.conversations.lock(conversation_id)
        if held is not None and held.is_open:
            tx.conversations.save(held.close(at=ctx.clock.now()))
        places = tx.erasing.places_of(conversation_id)
        rows = tx.erasing.empty(conversation_id, ctx.clock.now())
        subject, decision = f"conversation:{conversation_id}", removal.reference.strip()
        world = World.BEREDSKAP if held is None else held.world
        account_for(tx, DataKind.CONVERSATIONS, known.namnd, subject, decision, rows, places, world=world)
