"""Ring upp: a member of staff speaks with a contact through our number; neither sees the other's."""

from dataclasses import dataclass
from datetime import timedelta
from typing import Final

import structlog

from bot.domain.conversation import Conversation
from bot.domain.errors import AuditEntry, NotYet, Stale
from bot.domain.ids import PhoneCallId, PhoneLegId, new_id
from bot.domain.outbound import OutboxKind, Priority
from bot.domain.people import LinkedContact, World
from bot.domain.phone import is_dialable
from bot.domain.phone_call import SETTLE_AFTER, CallState, PhoneCall, PhoneLeg, Way
from bot.domain.secrecy import Act, Actor
from bot.ports import Tx
from bot.services.context import Context
from bot.services.shared.access import actor_by_slack, contact_of, locked, require
from bot.services.shared.call_marks import calls_of
from bot.services.shared.episodes import account_for_answer
from bot.services.shared.placing import refresh
from bot.services.shared.reaching import has_own_phone
from bot.services.voice.end_call import end_call

log = structlog.get_logger(__name__)

SAME_CALL: Final = timedelta(minutes=1)  # whoever presses again within it means the call that they have just ordered


@dataclass(frozen=True, slots=True)
class RingUp:
    """What somebody has pressed. `key` makes it happen once."""

    slack_user_id: str
    conversation_id: str
    key: str


async def ring_up(command: RingUp, *, ctx: Context) -> PhoneCall:
    """Order a call: first to the caller's own phone, and when they have pressed the key there, to the contact.

    Pressed again within a minute it is the same call. Somebody who has written STOP has said no to texts, not to this.

    Raises:
        NotAllowed: the rule of secrecy says no, at this moment.
        NotYet: the caller's own phone is not verified, or the number cannot be called.
        Stale: the conversation is of the world of myndighet.
    """

    def change(tx: Tx) -> PhoneCall:
        conversation = locked(tx, command.conversation_id)
        actor, contact = actor_by_slack(tx, ctx, command.slack_user_id), contact_of(tx, conversation)
        require(tx, ctx, actor, Act.REPLY, conversation, contact, despite_stop=True)
        _require_phones(ctx, actor, conversation, contact)
        is_first = tx.once("ring_up", command.key)
        newest = _newest(tx, actor, conversation)
        if newest is not None and (not is_first or _goes_on(ctx, newest)):
            return newest
        if newest is not None:
            end_call(tx, ctx, newest, CallState.FAILED)  # nothing, if it is over
        return _order(tx, ctx, actor, conversation)

    return await ctx.store.write(change)


def _require_phones(ctx: Context, actor: Actor, conversation: Conversation, contact: LinkedContact) -> None:
    if conversation.world is not World.BEREDSKAP:
        raise Stale
    if not has_own_phone(ctx, actor.staff):
        raise NotYet("own_phone_unverified")
    if not is_dialable(contact.contact.number):
        raise NotYet("not_callable")
    if not ctx.rules.may_text(contact.contact.number):
        raise NotYet("call_outside_trial")


def _newest(tx: Tx, actor: Actor, conversation: Conversation) -> PhoneCall | None:
    """Return the last call that this person has ordered in this conversation."""
    own = [c for c in calls_of(tx, conversation.id) if c.way is Way.OUT and c.staff_id == actor.staff.id]
    return own[-1] if own else None


def _goes_on(ctx: Context, call: PhoneCall) -> bool:
    """Tell whether the two speak, or a phone may be about to ring."""
    is_new = call.state is CallState.RINGING and call.began_at > ctx.clock.now() - SAME_CALL
    return is_new or call.state is CallState.TAKEN


def _order(tx: Tx, ctx: Context, actor: Actor, conversation: Conversation) -> PhoneCall:
    now, staff = ctx.clock.now(), actor.staff
    turn = next((turn for turn in actor.on_duty if conversation.was_routed_in(turn.shift_id)), None)
    call = PhoneCall(
        id=PhoneCallId(new_id()),
        way=Way.OUT,
        contact_id=conversation.contact_id,
        our_number=conversation.our_number,
        began_at=now,
        due_at=now + SETTLE_AFTER,
        conversation_id=conversation.id,
        staff_id=staff.id,
        shift_id=None if turn is None else turn.shift_id,
    )
    tx.phone_calls.save(call)
    own = PhoneLeg(PhoneLegId(new_id()), call.id, 0, staff.id)
    tx.phone_calls.save_leg(own)
    tx.phone_calls.save_leg(PhoneLeg(PhoneLegId(new_id()), call.id, 1))
    tx.outbox.add(
        OutboxKind.CALL,
        f"ring_up:{staff.id}",
        {"leg": own.id},
        dedupe_key=f"ring_up:{call.id}",
        priority=Priority.URGENT,
    )
    account_for_answer(tx, ctx, conversation, now, call.shift_id)
    what = f"conversation:{conversation.id}"
    tx.audit.record(AuditEntry(staff.id, "ring_up", what, "ordered", conversation.namnd, world=conversation.world))
    refresh(tx, conversation)
    log.info("call_ordered", call_id=call.id, conversation_id=conversation.id)
    return call
