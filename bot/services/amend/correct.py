"""Something that stands about somebody was wrong (GDPR, article 16).

Names are content: the log tells which field was changed and never what stood there. The old value is given back to
whoever corrects it, for the nämnd's own record: the bot is not that record.
"""

from dataclasses import dataclass, field, replace
from enum import Enum

from bot.domain.consent import in_another_role
from bot.domain.errors import AuditEntry, BadInput
from bot.domain.ids import ContactId
from bot.domain.people import AgeBand, Link, LinkRole, Youth, may_be_enrolled
from bot.domain.personnummer import holds_personnummer
from bot.domain.phone import normalise
from bot.domain.secrecy import Act
from bot.ports import Tx
from bot.services.amend.drawing import draw_again
from bot.services.context import Context
from bot.services.retention.acting import Known, named_by


class Field(str, Enum):
    """What can be corrected. The last three are of one number, the first two of the youth."""

    NAME = "name"
    AGE_BAND = "age_band"
    CONTACT_NAME = "contact_name"
    LANGUAGE = "language"
    ROLE = "role"


OF_A_NUMBER = frozenset({Field.CONTACT_NAME, Field.LANGUAGE, Field.ROLE})


@dataclass(frozen=True, slots=True)
class Correction:
    """One field, what should stand there, and the reference of the request or decision."""

    code: str
    what: Field
    value: str = field(repr=False)
    reference: str = field(repr=False)
    number: str | None = field(default=None, repr=False)


async def correct(correction: Correction, *, ctx: Context, as_email: str) -> str:
    """Correct it, and return what stood there, for the record. Raises NotAllowed, BadInput or Busy."""

    def change(tx: Tx) -> str:
        known = named_by(tx, ctx, correction.code, as_email, Act.AMEND)
        before = put_right(tx, ctx, known, correction)
        draw_again(tx, known)
        return before

    return await ctx.store.write(change)


def put_right(tx: Tx, ctx: Context, known: Known, correction: Correction) -> str:
    """Correct it for somebody who may, and return what stood there. Raises BadInput."""
    youth = None if known.named.youth_id is None else tx.people.youth(known.named.youth_id)
    if youth is None:
        raise BadInput({"code": "nobody_enrolled"})
    if not correction.reference.strip():
        raise BadInput({"reference": "decision_missing"})
    if not correction.value.strip():
        raise BadInput({"value": "value_missing"})
    if holds_personnummer(correction.value):
        raise BadInput({"value": "personnummer"})
    before = _of_number(tx, ctx, youth, correction) if correction.what in OF_A_NUMBER else _own(tx, youth, correction)
    _log(tx, known, youth, correction)
    return before


def _own(tx: Tx, youth: Youth, correction: Correction) -> str:
    value = correction.value.strip()
    if correction.what is Field.NAME:
        tx.people.save_youth(replace(youth, name=value))
        return youth.name
    if value not in {band.value for band in AgeBand}:
        raise BadInput({"value": "unknown_age_band"})
    consent = tx.consents.of_youths([youth.id]).get(youth.id)
    is_signed = consent is not None and consent.is_signed
    wrong = may_be_enrolled(AgeBand(value), youth.basis, youth.basis_reason, is_signed=is_signed)
    if wrong is not None:  # the ground that stands does not carry the age: that is for whoever enrols
        raise BadInput({"value": "basis_does_not_carry"})
    tx.people.save_youth(replace(youth, age_band=AgeBand(value)))
    return youth.age_band.value


def _of_number(tx: Tx, ctx: Context, youth: Youth, correction: Correction) -> str:
    number = normalise(correction.number or "")
    contact = None if number is None else tx.people.contact_by_number(number)
    links = [] if contact is None else [link for link in contact.links if link.youth.id == youth.id]
    if contact is None or number is None or not links:
        raise BadInput({"number": "not_linked"})
    if correction.what is Field.LANGUAGE:
        if correction.value not in ctx.texts.languages:
            raise BadInput({"value": "unknown_language"})
        tx.people.ensure_contact(number, language=correction.value)
        return contact.contact.language
    return _link(tx, contact.contact.id, links, correction)


def _link(tx: Tx, contact_id: ContactId, links: list[Link], correction: Correction) -> str:
    if len(links) > 1:
        raise BadInput({"number": "shared_phone"})  # it is youth and guardian: remove it and enrol anew
    link, value = links[0], correction.value.strip()
    if correction.what is Field.CONTACT_NAME:
        tx.people.link(contact_id, link.youth.id, link.role, value)
        return link.name
    if value not in {role.value for role in LinkRole}:
        raise BadInput({"value": "unknown_role"})
    if LinkRole(value) is not link.role:
        _give_role(tx, contact_id, link, LinkRole(value))
    return link.role.value


def _give_role(tx: Tx, contact_id: ContactId, link: Link, role: LinkRole) -> None:
    known = [one for one in tx.consents.of_links([link.youth.id]) if one.contact_id == contact_id]
    tx.people.unlink(contact_id, link.youth.id)
    tx.people.link(contact_id, link.youth.id, role, link.name)
    for consent in known:
        tx.consents.save_link(in_another_role(consent))


def _log(tx: Tx, known: Known, youth: Youth, correction: Correction) -> None:
    details = {"field": correction.what.value}
    tx.audit.record(AuditEntry(known.by.id, "correct", f"youth:{youth.id}", known.ground, known.namnd, details=details))
