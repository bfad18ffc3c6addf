"""Somebody calls our number: whoever has the duty is rung, then their backup, and nobody sees a number but ours."""

import structlog

from bot.domain.conversation import Conversation, Ground
from bot.domain.errors import AuditEntry
from bot.domain.escalation import Whom
from bot.domain.ids import ConversationId, PhoneCallId, PhoneLegId, StaffId, new_id
from bot.domain.incoming import ToldOfCall
from bot.domain.people import LinkedContact, World
from bot.domain.phone import HIDDEN, caller, can_be_answered, normalise
from bot.domain.phone_call import SETTLE_AFTER, Move, PhoneCall, PhoneLeg, Speak, Way
from bot.domain.rules import OurNumber
from bot.ports import Tx
from bot.services.context import Context
from bot.services.receive_sms import namnd_of
from bot.services.shared.access import known_to
from bot.services.shared.placing import destination
from bot.services.shared.reaching import people_of
from bot.services.voice.go_on import ring_next

log = structlog.get_logger(__name__)

RUNG: tuple[Whom, ...] = (Whom.LEAD, Whom.BACKUP)


def begin_call(tx: Tx, ctx: Context, told: ToldOfCall) -> Move:
    """Take in a call and say what the provider is to do; the same call again gets the same answer."""
    found = tx.phone_calls.by_provider_id(told.provider_id)
    if found is not None:
        return ring_next(tx, ctx, tx.phone_calls.get(found.id, lock=True) or found)
    to = normalise(told.to) or told.to
    if to not in ctx.rules.numbers:
        log.error("call_to_a_number_that_is_not_in_the_settings", provider_id=told.provider_id)
    number = ctx.rules.number_for(to)
    sender = caller(told.from_)
    staff = tx.staff.by_verified_phone(sender)
    if staff is not None:  # a verified staff phone never opens a conversation
        if tx.once("staff_call", told.provider_id):
            tx.audit.record(AuditEntry(staff.id, "call_from_staff_phone", "bot", "staff_phone"))
        return Speak(ctx.texts.staff("voice.staff_phone"))
    answerable = sender != HIDDEN and can_be_answered(sender) and sender not in ctx.rules.numbers
    contact = tx.people.ensure_contact(sender, is_answerable=answerable)
    now = ctx.clock.now()
    call_id = PhoneCallId(new_id())
    call = PhoneCall(
        call_id, Way.IN, contact.contact.id, number.number, now, now + SETTLE_AFTER, provider_id=told.provider_id
    )
    tx.phone_calls.save(call)  # of two who take it in at once the other runs again, and finds it
    rung = _who_is_rung(tx, ctx, contact, number)
    for nth, staff_id in enumerate(rung):
        tx.phone_calls.save_leg(PhoneLeg(PhoneLegId(new_id()), call_id, nth, staff_id))
    tx.audit.record(AuditEntry("system", "call_in", f"call:{call_id}", "rings" if rung else "nobody_to_ring"))
    log.info("call_begun", call_id=call_id, phones=len(rung))
    return ring_next(tx, ctx, call)


def _who_is_rung(tx: Tx, ctx: Context, contact: LinkedContact, number: OurNumber) -> list[StaffId]:
    """Return those who are rung, in order: whoever would have had a text now, and their backup; with a phone each."""
    if number.world is not World.BEREDSKAP:
        return []
    namnd, _ = namnd_of(tx, ctx, contact, number)
    now = ctx.clock.now()
    as_texted = Conversation(ConversationId(""), contact.contact.id, number.world, namnd, number.number, opened_at=now)
    where = destination(tx, ctx, as_texted, known_to(as_texted, contact))
    if where.ground is not Ground.DUTY:
        return []
    people = people_of(tx, ctx, as_texted, where.ground, where.staff, where.namnd)
    found = [one.staff_id for whom in RUNG for one in people.get(whom, ()) if one.has_phone]
    return list(dict.fromkeys(found))
