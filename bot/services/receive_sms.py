"""A text has come in: find out whose it is, put it before whoever has it now, and answer honestly."""

from dataclasses import replace
from datetime import datetime, timedelta
from typing import Final

import structlog

from bot.domain.auto_reply import AutoKind, choose
from bot.domain.calendar import local
from bot.domain.conversation import Conversation, Direction, Message
from bot.domain.duty import Duty, duty, period_key
from bot.domain.errors import AuditEntry
from bot.domain.ids import ConversationId, MessageId, NamndId, new_id
from bot.domain.incoming import ReceivedSms
from bot.domain.people import LinkedContact, Staff, World
from bot.domain.phone import can_be_answered, normalise
from bot.domain.routing import choose_namnd, is_elsewhere, ping_is_due
from bot.domain.rules import OurNumber
from bot.ports import Tx
from bot.services.clocks.summons_answers import hold_clocks, take_answer
from bot.services.context import Context
from bot.services.incident.answer import answer_in_stop
from bot.services.ready.confirm import confirm_by_sms
from bot.services.reserve.ask_anew import text_anew
from bot.services.shared.access import known_to, summoned_in
from bot.services.shared.auto_text import auto_text, information_line
from bot.services.shared.consent import is_stopped, note_wish
from bot.services.shared.episodes import account_for_text
from bot.services.shared.placing import destination, duty_now, notice, place, put_off, refresh, waits_for_office
from bot.services.shared.reaching import acknowledge, waits_for
from bot.services.shared.restored import is_from_before
from bot.services.shared.saying import say_automatic
from bot.services.shared.stopped import is_silent

log = structlog.get_logger(__name__)

OPT_IN_WORDS: Final = frozenset({"START", "UNSTOP", "YES"})  # the provider lifts its own block (facts: opt-out)
LINK_WORDS: Final = frozenset({"länk", "lank"})
TOO_LATE_FOR_AUTO: Final = timedelta(hours=1)


def receive_sms(tx: Tx, ctx: Context, sms: ReceivedSms) -> None:
    """Take one incoming sms from the inbox through to cards, pings and the automatic answer."""
    source = f"sms:{sms.provider_id}"
    if tx.messages.by_source(source) is not None:
        return
    to = normalise(sms.to) or sms.to
    number = ctx.rules.number_for(to)
    if to not in ctx.rules.numbers:
        log.error("text_to_a_number_that_is_not_in_the_settings", provider_id=sms.provider_id)
    sender = normalise(sms.from_) or sms.from_ or "okänd"
    staff = tx.staff.by_verified_phone(sender)
    if staff is not None:
        _from_staff(tx, ctx, staff, sms)
        return
    answerable = can_be_answered(sms.from_) and sender not in ctx.rules.numbers
    contact = tx.people.ensure_contact(sender, is_answerable=answerable)
    if contact.contact.is_blocked and sms.body.strip().upper() in OPT_IN_WORDS:
        tx.people.set_blocked(contact.contact.id, False)
        contact = tx.people.contact(contact.contact.id)
    if number.world is World.MYNDIGHET:
        hold_clocks(tx, contact.contact.id, number.reception)
    conversation, must_pick = conversation_with(tx, ctx, contact, number)
    contact = known_to(conversation, contact, summoned_in(tx, conversation))
    previous_inbound = conversation.last_inbound_seq
    shift = _duty_for(tx, ctx, conversation, contact, number, sms.received_at).lead  # received, not handled
    message = Message(
        MessageId(new_id()),
        conversation.id,
        conversation.last_seq + 1,
        Direction.IN,
        sms.body,
        sms.received_at,
        shift_id=None if shift is None else shift.id,
        media_count=sms.media_count,
        is_late=sms.is_late,
        auto_kind=AutoKind.MISSED_CALL.value if sms.is_call else None,
    )
    if not tx.messages.add(message, source=source):
        return  # another instance has taken it in while we waited for the conversation
    account_for_text(tx, ctx, conversation, sms.received_at, shift)
    conversation = replace(conversation.receive(message.seq, at=sms.received_at), is_namnd_open=must_pick)
    was_answered = is_from_before(tx, sms.received_at)  # perhaps, by the program that the backup was taken of
    booked = None if was_answered else take_answer(tx, ctx, conversation, message)
    if booked is not None:  # the program has read it, and told whoever has the clock
        refresh(tx, booked)
        tx.audit.record(
            AuditEntry("system", "receive", f"conversation:{booked.id}", "summons", booked.namnd, world=booked.world)
        )
        return
    has_wish = note_wish(tx, ctx, conversation, sms.body)
    where = destination(tx, ctx, conversation, contact)
    ping = has_wish or ping_is_due(
        seen_seq=conversation.seen_seq,
        previous_inbound_seq=previous_inbound,
        pinged_at=conversation.pinged_at,
        now=ctx.clock.now(),
        again_after_s=ctx.rules.ping_again_after.total_seconds(),
    )
    newest = conversation.routes[-1] if conversation.routes else None
    ping = ping or is_elsewhere(newest, where.ground, where.shift_id)  # who has it now has not been woken yet
    if waits_for_office(ctx, where):
        conversation = put_off(tx, conversation)
    else:
        conversation = place(tx, ctx, conversation, where, ping=ping, message_id=message.id)
    if not was_answered:
        conversation = _answer_automatically(tx, ctx, conversation, contact, number, sms)
    tx.conversations.save(conversation)
    tx.audit.record(
        AuditEntry(
            "system",
            "receive",
            f"conversation:{conversation.id}",
            where.ground.value,
            conversation.namnd,
            world=conversation.world,
        )
    )
    log.info("sms_routed", conversation_id=conversation.id, ground=where.ground.value, is_late=sms.is_late)


def _from_staff(tx: Tx, ctx: Context, staff: Staff, sms: ReceivedSms) -> None:
    """A verified staff phone never opens a conversation; '1' acknowledges what waits for that person.

    To whoever was asked by sms whether they are ready for a shift it says that they are.
    The word *länk* is answered with a new link of the reservväg when something waits that Slack has not brought.
    """
    if sms.body.strip(" \n.!*\"'”").casefold() in LINK_WORDS and text_anew(tx, ctx, staff.id, "own_phone"):
        return
    acknowledged = 0
    if sms.body.strip() == "1":
        for conversation in tx.conversations.open_ones():
            if _waits_for(tx, staff, conversation):
                held = tx.conversations.lock(conversation.id)  # a text that comes in just now must not be undone
                if held is not None and _waits_for(tx, staff, held):
                    tx.conversations.save(held.see(conversation.last_seq))
                    acknowledge(tx, ctx, held, staff.id, "sms")
                    acknowledged += 1
        if confirm_by_sms(tx, ctx, staff) and not acknowledged:
            return
    key = "staff_acknowledged" if acknowledged else "staff_phone_text"
    notice(tx, staff.id, key, dedupe=f"sms:{sms.provider_id}", count=str(acknowledged))
    tx.audit.record(AuditEntry(staff.id, "text_from_staff_phone", "bot", key, details={"count": acknowledged}))


def _waits_for(tx: Tx, staff: Staff, conversation: Conversation) -> bool:
    newest = conversation.routes[-1] if conversation.routes else None
    is_theirs = newest is not None and newest.staff_id == staff.id and conversation.seen_seq < conversation.last_seq
    return is_theirs or waits_for(tx, conversation, staff.id)


def conversation_with(tx: Tx, ctx: Context, contact: LinkedContact, number: OurNumber) -> tuple[Conversation, bool]:
    """Return the conversation that a text or call continues or begins, and whether its nämnd is still to be picked."""
    namnd, must_pick = namnd_of(tx, ctx, contact, number)
    found = tx.conversations.latest(contact.contact.id, namnd, number.world)
    now = ctx.clock.now()
    if found is not None and (found.is_open or (_is_recent(ctx, found) and not must_pick)):
        return found, must_pick and found.is_namnd_open  # what was closed in one nämnd is never carried to another
    made = Conversation(ConversationId(new_id()), contact.contact.id, number.world, namnd, number.number, opened_at=now)
    tx.conversations.add(made)
    return made, must_pick


def namnd_of(tx: Tx, ctx: Context, contact: LinkedContact, number: OurNumber) -> tuple[NamndId | None, bool]:
    """Return the nämnd that a text or call belongs to, None for nobody's yet; and whether it is still to be picked."""
    if number.world is World.MYNDIGHET:
        return number.reception, False
    if not contact.namnder:
        handed_to = tx.conversations.newest_namnd(contact.contact.id, number.world)
        return (handed_to if handed_to in number.namnder else None), False
    served = contact.served_by(number.namnder)
    if len(served) < 2:
        return choose_namnd(contact, number, None, {}).namnd, False
    leads = {}
    for namnd_id in served:
        lead = duty_now(tx, ctx, ctx.rules.namnder[namnd_id], ctx.clock.now(), contact.within(namnd_id).jav).lead
        leads[namnd_id] = None if lead is None else lead.staff_id
    choice = choose_namnd(contact, number, tx.conversations.last_written_from(contact.contact.id), leads)
    return choice.namnd, choice.must_pick


def _is_recent(ctx: Context, conversation: Conversation) -> bool:
    return conversation.closed_at is not None and (ctx.clock.now() - conversation.closed_at <= ctx.rules.reopen_within)


def _duty_for(
    tx: Tx, ctx: Context, conversation: Conversation, contact: LinkedContact, number: OurNumber, at: datetime
) -> Duty:
    """Return whose it was at `at`; for an unknown number whoever had duty for any nämnd of the line.

    The time of receipt decides to which shift, and so to which handover, a text belongs. In the world of myndighet
    there are office hours and nothing else: whoever has beredskap does not read there.
    """
    if number.world is World.MYNDIGHET:
        return duty(ctx.rules.namnder[number.reception], at, [], closed_days=ctx.rules.closed_days)
    if conversation.namnd is not None:
        return duty_now(tx, ctx, ctx.rules.namnder[conversation.namnd], at, contact.jav)
    duties = [duty_now(tx, ctx, ctx.rules.namnder[namnd], at) for namnd in number.namnder]
    return next((found for found in duties if found.lead is not None), duties[0])


def _answer_automatically(
    tx: Tx, ctx: Context, conversation: Conversation, contact: LinkedContact, number: OurNumber, sms: ReceivedSms
) -> Conversation:
    now = ctx.clock.now()
    if now - sms.received_at > TOO_LATE_FOR_AUTO:
        return conversation
    if ctx.rules.answers_in_stop and is_silent(tx, ctx, conversation):
        return answer_in_stop(tx, ctx, conversation, contact)
    namnd = ctx.rules.namnder[conversation.namnd or number.reception]
    current = _duty_for(tx, ctx, conversation, contact, number, now)
    kind = choose(contact, current, conversation.world, is_call=sms.is_call)
    if kind is None or not ctx.rules.may_text(contact.contact.number) or is_stopped(tx, conversation):
        return conversation
    period = period_key(current, local(now).date())
    whose = conversation.namnd if current.lead is None else None  # one shift says it once, for all its nämnder
    if not tx.once("auto_reply", f"{kind.value}:{contact.contact.id}:{whose}:{period}"):
        return conversation
    body = auto_text(tx, ctx, kind, contact.contact.language, namnd, now)
    body += information_line(tx, ctx, kind, contact)
    shift_id = None if current.lead is None else current.lead.id
    return say_automatic(tx, conversation, kind, body, at=now, shift_id=shift_id)
