"""Everything that stands about one person in one nämnd, and nothing about anybody else.

A youth's extract never holds what a guardian has written, or that they have, nor the reverse (OSL 2009:400 12 kap.
3 §; facts: law, section 3). What staff have written in free text may still name others: the nämnd reads it before it is
handed over.
"""

from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import datetime
from typing import Final

from bot.domain.conversation import Conversation, Direction
from bot.domain.errors import BadInput
from bot.domain.ids import ContactId, YouthId
from bot.domain.people import LinkedContact, LinkRole, Youth
from bot.domain.phone import normalise, pretty
from bot.ports import Tx
from bot.services.retention.acting import Known
from bot.services.shared.view import name_of

MOST: Final = 100_000  # messages of one conversation


@dataclass(frozen=True, slots=True)
class Whose:
    """The person, and the phones that are theirs alone. `youth` is None for a guardian."""

    subject: str
    name: str = field(repr=False)
    phones: tuple[LinkedContact, ...] = field(repr=False)
    youth: Youth | None


@dataclass(frozen=True, slots=True)
class Line:
    """Something that was said or noted; `what` is a direction, "note" for what staff wrote to each other."""

    at: datetime
    what: str
    who: str = field(repr=False)
    text: str = field(repr=False)


def whose(tx: Tx, known: Known, number: str | None) -> Whose:
    """Return the youth, or with `number` the guardian whose number it is; raises BadInput.

    A phone that youth and guardian share is nobody's alone: what was written with it cannot be told apart.
    """
    youth = None if known.named.youth_id is None else tx.people.youth(known.named.youth_id)
    if youth is None:
        raise BadInput({"code": "nobody_enrolled"})
    if number is None:
        phones = [found for found in tx.people.contacts_with([], [youth.id]) if _has(found, youth.id, LinkRole.YOUTH)]
        _require_own(phones, youth)
        return Whose(f"youth:{youth.id}", youth.name, tuple(phones), youth)
    normal = normalise(number)
    contact = None if normal is None else tx.people.contact_by_number(normal)
    if contact is None or not _has(contact, youth.id, LinkRole.GUARDIAN):
        raise BadInput({"number": "not_linked"})
    _require_own([contact], youth)
    name = next(link.name for link in contact.links if link.youth.id == youth.id)
    return Whose(f"contact:{contact.contact.id}", name, (contact,), None)


def _has(contact: LinkedContact, youth_id: YouthId, role: LinkRole) -> bool:
    return any(link.youth.id == youth_id and link.role is role for link in contact.links)


def _require_own(phones: list[LinkedContact], youth: Youth) -> None:
    here = [{link.role for link in phone.links if link.youth.namnd == youth.namnd} for phone in phones]
    if any(len(roles) > 1 for roles in here):
        raise BadInput({"number": "phone_of_two"})


def facts_of(tx: Tx, person: Whose) -> Iterator[tuple[str, str]]:
    """Yield what is registered: a key into the words, and the value."""
    yield "name", person.name
    for phone in person.phones:
        yield "number", pretty(phone.contact.number)
        yield "language", phone.contact.language
    if person.youth is None:
        return
    yield "age_band", person.youth.age_band.value
    yield "basis", person.youth.basis.value
    if person.youth.basis_reason:
        yield "basis_reason", person.youth.basis_reason
    background = tx.backgrounds.get(person.youth.id)
    if background is not None:
        for key in ("agreements", "watch_for", "interpreter", "call_first"):
            if getattr(background, key):
                yield key, getattr(background, key)


def lines_of(tx: Tx, known: Known, person: Whose) -> list[Line]:
    """Return what was said with the person's own phones and noted about it, oldest first."""
    theirs = conversations_of(tx, known, person)
    lines = [line for conversation in theirs for line in _said(tx, conversation, person)]
    return sorted(lines, key=lambda line: line.at)


def conversations_of(tx: Tx, known: Known, person: Whose) -> list[Conversation]:
    """Return the conversations of this nämnd with the person's own phones."""
    mine: dict[ContactId, LinkedContact] = {phone.contact.id: phone for phone in person.phones}
    held = [tx.conversations.get(found) for found in known.named.conversations]
    return [found for found in held if found is not None and found.contact_id in mine]


def _said(tx: Tx, conversation: Conversation, person: Whose) -> Iterator[Line]:
    for message in tx.messages.of(conversation.id, limit=MOST):
        who = person.name if message.direction is Direction.IN else name_of(tx, message.author)
        yield Line(message.at, message.direction.value, who, message.body)
    episodes = [episode.id for episode in tx.episodes.of_conversation(conversation.id)]
    notes = {note.id: note for some in tx.notes.of_episodes(episodes).values() for note in some}
    for note in notes.values():
        text = "\n".join(part for part in (note.came_in, note.support, note.promised) if part)
        yield Line(note.at, Direction.NOTE.value, name_of(tx, note.author), text)
