"""Ring upp, when the key has been pressed: the contact's phone rings, and how it goes stands in the conversation."""

from dataclasses import replace
from typing import Final

from bot.domain.errors import AuditEntry
from bot.domain.phone_call import (
    NOT_REACHED,
    TAKE_KEY,
    CallState,
    Dial,
    HangUp,
    LegState,
    Move,
    PhoneCall,
    PhoneLeg,
    Speak,
)
from bot.domain.rest.active import Source
from bot.domain.secrecy import Act, Allowed
from bot.ports import Tx
from bot.services.context import Context
from bot.services.rest.note_activity import note_activity
from bot.services.shared.access import actor, ask, contact_of
from bot.services.shared.placing import refresh
from bot.services.shared.reaching import acknowledge
from bot.services.voice.end_call import end_call

CONTACTS: Final = 1  # the place of the contact's phone in a call that we make


def reach_contact(tx: Tx, ctx: Context, call: PhoneCall, own: PhoneLeg, digits: str) -> Move:
    """Whoever ordered the call has pressed a key on their own phone, or none: ring the contact's.

    The rule is asked again at that moment; the answer stands in the audit log.
    """
    if digits != TAKE_KEY:
        return Speak(ctx.texts.staff("voice.out_no_key"))
    person = None if own.staff_id is None else tx.staff.get(own.staff_id)
    conversation = None if call.conversation_id is None else tx.conversations.lock(call.conversation_id)
    if call.state is not CallState.RINGING or person is None or conversation is None:
        return HangUp()
    asking, contact = actor(tx, ctx, person), contact_of(tx, conversation)
    theirs = tx.phone_calls.legs_of(call.id)[CONTACTS]
    dial = Dial(call.id, theirs.id, contact.contact.number, call.our_number, asks_for_key=False)
    if own.state is LegState.PRESSED:
        return dial  # taken in already: by the inbox, or by whoever answers the provider
    answer = ask(tx, ctx, asking, Act.REPLY, conversation, contact)
    is_allowed = isinstance(answer, Allowed)
    ground = answer.ground if isinstance(answer, Allowed) else answer.reason
    what = f"conversation:{conversation.id}"
    tx.audit.record(
        AuditEntry(
            person.id,
            "reach_contact",
            what,
            ground,
            conversation.namnd,
            is_allowed=is_allowed,
            world=conversation.world,
        )
    )
    if not is_allowed:
        end_call(tx, ctx, call, CallState.NOT_BEGUN)
        return Speak(ctx.texts.staff("voice.out_refused"))
    tx.phone_calls.save_leg(own.told(LegState.PRESSED))
    tx.phone_calls.save(call.heard_of(ctx.clock.now()))
    acknowledge(tx, ctx, conversation, person.id, "key")
    note_activity(tx, ctx, asking, conversation, Source.ANSWER)
    return dial


def reached(tx: Tx, ctx: Context, call: PhoneCall) -> PhoneCall:
    """Somebody, or voicemail, has answered on the contact's phone: the two speak, and whoever called has it."""
    if call.state is not CallState.RINGING or call.staff_id is None:
        return call
    now = ctx.clock.now()
    taken = call.take(call.staff_id, now)
    tx.phone_calls.save(taken)
    conversation = None if call.conversation_id is None else tx.conversations.lock(call.conversation_id)
    if conversation is not None:
        spoken = conversation.speak(at=now)
        if spoken.taken_by is None:
            spoken = replace(spoken, taken_by=call.staff_id, taken_at=now, nudge_at=None)
        tx.conversations.save(spoken)
        refresh(tx, spoken)
    return taken


def report_out(tx: Tx, ctx: Context, call: PhoneCall, leg: PhoneLeg, *, was_pressed: bool) -> None:
    """Note what a report on one of the two phones says of the call: `leg` is as it stands after it."""
    if leg.staff_id is None:
        _report_contact(tx, ctx, call, leg)
    elif leg.state in {LegState.DUE, LegState.RINGING, LegState.ANSWERED, LegState.PRESSED}:
        tx.phone_calls.save(call.heard_of(ctx.clock.now()))
    else:  # whoever ordered it has hung up, or never took it
        end_call(tx, ctx, call, CallState.NO_ANSWER if was_pressed else CallState.NOT_BEGUN)


def _report_contact(tx: Tx, ctx: Context, call: PhoneCall, leg: PhoneLeg) -> None:
    if leg.state is LegState.ANSWERED:
        reached(tx, ctx, call)
    elif leg.state in NOT_REACHED:
        end_call(tx, ctx, call, NOT_REACHED[leg.state])
    elif leg.state is LegState.OVER:
        end_call(tx, ctx, reached(tx, ctx, call), CallState.ENDED)
    else:
        tx.phone_calls.save(call.heard_of(ctx.clock.now()))
