"""Somebody has pressed the key: the call is theirs, and so is the conversation that it belongs to."""

from dataclasses import replace
from typing import Final

import structlog

from bot.domain.conversation import Conversation, Ground, Route
from bot.domain.errors import AuditEntry
from bot.domain.incoming import ToldOfCall
from bot.domain.outbound import Priority
from bot.domain.people import LinkedContact, Staff
from bot.domain.phone_call import TAKE_KEY, CallState, Connect, HangUp, LegState, Move, PhoneCall, PhoneLeg, Speak, Way
from bot.domain.rest.active import Source
from bot.domain.secrecy import Act, Allowed
from bot.ports import Tx
from bot.services.context import Context
from bot.services.receive_sms import conversation_with
from bot.services.rest.note_activity import note_activity
from bot.services.shared.access import actor, ask, contact_of
from bot.services.shared.episodes import account_for_answer
from bot.services.shared.placing import Destination, destination, place, refresh
from bot.services.shared.reaching import acknowledge
from bot.services.voice.held import held
from bot.services.voice.reach_contact import reach_contact

log = structlog.get_logger(__name__)

GROUND: Final = "key"


def press_key(tx: Tx, ctx: Context, told: ToldOfCall) -> Move:
    """Somebody who was rung has pressed a key, or none: say what comes of it. The same key again changes nothing."""
    found = held(tx, told.ours)
    if found is None:
        return HangUp()
    call, leg = found
    if call.way is Way.OUT:
        return reach_contact(tx, ctx, call, leg, told.digits)
    if told.digits != TAKE_KEY:
        return Speak(ctx.texts.staff("voice.no_key"))
    taken = take(tx, ctx, call, leg)
    return Speak(ctx.texts.staff("voice.gone")) if taken is None else Connect(ctx.texts.staff("voice.connecting"))


def take(tx: Tx, ctx: Context, call: PhoneCall, leg: PhoneLeg) -> PhoneCall | None:
    """Give the call to whoever's phone it is; None when it is over, somebody else's, or not for them any more."""
    if call.state is CallState.TAKEN and call.staff_id == leg.staff_id:
        return call
    person = None if leg.staff_id is None else tx.staff.get(leg.staff_id)
    if call.state is not CallState.RINGING or person is None or leg.state is LegState.FAILED:
        return None
    whole = tx.people.contact(call.contact_id)
    found, must_pick = conversation_with(tx, ctx, whole, ctx.rules.number_for(call.our_number))
    conversation = tx.conversations.lock(found.id) or found
    contact = contact_of(tx, conversation)
    where = destination(tx, ctx, conversation, contact)
    route = _route(ctx, where, person)
    if not _may_take(tx, ctx, person, conversation.routed(route), contact):
        tx.phone_calls.save_leg(leg.told(LegState.FAILED))
        return None
    now = ctx.clock.now()
    conversation = replace(conversation.speak(at=now), is_namnd_open=must_pick or conversation.is_namnd_open)
    conversation = _put_before(tx, ctx, conversation, where, route)
    conversation = conversation.take(person.id, at=now)
    tx.conversations.save(conversation)
    acknowledge(tx, ctx, conversation, person.id, GROUND)
    account_for_answer(tx, ctx, conversation, now, where.shift_id)
    note_activity(tx, ctx, actor(tx, ctx, person), conversation, Source.ANSWER)
    taken = replace(call.take(person.id, now), conversation_id=conversation.id, shift_id=where.shift_id)
    tx.phone_calls.save(taken)
    tx.phone_calls.save_leg(leg.told(LegState.PRESSED))
    refresh(tx, conversation, priority=Priority.URGENT)
    log.info("call_taken", call_id=call.id, conversation_id=conversation.id)
    return taken


def _route(ctx: Context, where: Destination, person: Staff) -> Route:
    is_lead = person.id in {one.id for one in where.staff}
    ground = where.ground if is_lead else Ground.ESCALATED
    return Route(ctx.clock.now(), ground, person.id, where.shift_id)


def _may_take(tx: Tx, ctx: Context, person: Staff, conversation: Conversation, contact: LinkedContact) -> bool:
    """Ask the rule as for taking a text. A no is no exception: the call goes on to the next phone."""
    answer = ask(tx, ctx, actor(tx, ctx, person), Act.TAKE, conversation, contact)
    is_allowed = isinstance(answer, Allowed)
    ground = answer.ground if isinstance(answer, Allowed) else answer.reason
    what = f"conversation:{conversation.id}"
    tx.audit.record(
        AuditEntry(
            person.id, "take_call", what, ground, conversation.namnd, is_allowed=is_allowed, world=conversation.world
        )
    )
    return is_allowed


def _put_before(tx: Tx, ctx: Context, conversation: Conversation, where: Destination, route: Route) -> Conversation:
    """Let whoever took it have the card, with the conversation behind it; whoever has the duty has it too."""
    if route.ground is not Ground.ESCALATED:
        return place(tx, ctx, conversation, where, ping=False)
    if route.staff_id not in conversation.escalated_to:
        conversation = conversation.routed(route)
    tx.posts.ensure_card(conversation.id, f"staff:{route.staff_id}")
    return conversation
