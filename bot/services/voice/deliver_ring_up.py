"""Ring the phone of whoever wants to call a contact. One that may have been made is never made again by itself."""

from dataclasses import dataclass
from datetime import timedelta
from typing import Final

import structlog

from bot.domain.ids import PhoneLegId
from bot.domain.outbound import OutboxState, Priority
from bot.domain.phone_call import RING_FOR, CallState, LegState, PhoneCall, PhoneLeg
from bot.domain.secrecy import Act, Allowed
from bot.domain.sending import OutgoingCall, SendRejected, SendUncertain
from bot.ports import Outbound, Tx
from bot.services.context import Context
from bot.services.shared.access import actor, ask, contact_of
from bot.services.shared.outcome import Outcome
from bot.services.shared.placing import notice
from bot.services.shared.reaching import has_own_phone
from bot.services.shared.staff_sms import trial_first
from bot.services.voice.end_call import end_call

log = structlog.get_logger(__name__)

WANTED_FOR: Final = timedelta(minutes=2)  # world time; whoever ordered it has put the phone down after that
UNSURE: Final = "call_unsure"
REFUSED: Final = "call_refused"


@dataclass(frozen=True, slots=True)
class Wanted:
    """A call that is still to be made, to the phone of whoever ordered it."""

    call: PhoneCall
    leg: PhoneLeg
    phone: str


async def deliver_ring_up(row: Outbound, *, ctx: Context) -> Outcome | None:
    """Make one call, if it is wanted still. None when the lease has lapsed; raises SendPostponed.

    When nobody knows whether it was made, its author is told: the phone rings, or they press again.
    """
    wanted = await ctx.store.read(lambda tx: _wanted(tx, ctx, row))
    if wanted is None:
        return Outcome(OutboxState.DROPPED, error="no_need", then=lambda tx: _end(tx, ctx, row, CallState.NOT_BEGUN))
    if not await ctx.store.read(lambda tx: tx.outbox.is_mine(row)):
        return None
    try:
        receipt = await ctx.calls.call(_outgoing(ctx, row, wanted))
    except SendRejected as refusal:
        log.error("call_rejected", outbox_id=row.id, reason=refusal.reason, alarm=refusal.alarm)

        def refused(tx: Tx) -> None:
            _end(tx, ctx, row, CallState.FAILED)
            _tell(tx, wanted.leg, REFUSED)

        return Outcome(OutboxState.FAILED, error=refusal.reason, then=refused)
    except SendUncertain as unknown:
        log.warning("call_uncertain", outbox_id=row.id, reason=unknown.reason)
        return Outcome(OutboxState.FAILED, error=unknown.reason, then=lambda tx: _tell(tx, wanted.leg, UNSURE))
    sid = receipt.provider_id
    return Outcome(OutboxState.SENT, provider_id=sid, then=lambda tx: _made(tx, wanted.leg, sid))


async def leave_ring_up(row: Outbound, *, ctx: Context) -> None:
    """Settle a call that we were about to make when we were stopped: its author is told, and nothing rings again."""

    def record(tx: Tx) -> None:
        current = tx.outbox.get(row.id, lock=True)
        leg = tx.phone_calls.leg(PhoneLegId(row.payload["leg"]))
        if current is None or current.state is not OutboxState.UNCERTAIN or current.claim != row.claim:
            return
        tx.outbox.record(row.id, OutboxState.FAILED, error="uncertain_final")
        if leg is not None and leg.state is LegState.DUE:
            _tell(tx, leg, UNSURE)

    await ctx.store.write(record)


def _wanted(tx: Tx, ctx: Context, row: Outbound) -> Wanted | None:
    """Return the call; None when it is over, too old, or its author may not call any more."""
    leg = tx.phone_calls.leg(PhoneLegId(row.payload["leg"]))
    call = None if leg is None else tx.phone_calls.get(leg.call_id)
    person = None if leg is None or leg.staff_id is None else tx.staff.get(leg.staff_id)
    if leg is None or call is None or person is None or person.phone is None:
        return None
    conversation = None if call.conversation_id is None else tx.conversations.get(call.conversation_id)
    if conversation is None or call.state is not CallState.RINGING or ctx.clock.now() - call.began_at > WANTED_FOR:
        return None
    answer = ask(tx, ctx, actor(tx, ctx, person), Act.REPLY, conversation, contact_of(tx, conversation))
    if not isinstance(answer, Allowed) or not (person.is_active and has_own_phone(ctx, person)):
        return None
    return Wanted(call, leg, person.phone)


def _end(tx: Tx, ctx: Context, row: Outbound, state: CallState) -> None:
    leg = tx.phone_calls.leg(PhoneLegId(row.payload["leg"]))
    call = None if leg is None else tx.phone_calls.get(leg.call_id, lock=True)
    if call is not None:
        end_call(tx, ctx, call, state)


def _made(tx: Tx, leg: PhoneLeg, provider_id: str) -> None:
    current = tx.phone_calls.leg(leg.id) or leg
    tx.phone_calls.save_leg(current.told(current.state, provider_id=provider_id))


def _tell(tx: Tx, leg: PhoneLeg, key: str) -> None:
    if leg.staff_id is not None:
        notice(tx, leg.staff_id, key, dedupe=f"{key}:{leg.id}", priority=Priority.URGENT)


def _outgoing(ctx: Context, row: Outbound, wanted: Wanted) -> OutgoingCall:
    leg = f"l={wanted.leg.id}"
    return OutgoingCall(
        outbox_id=str(row.id),
        to=wanted.phone,
        from_=wanted.call.our_number,
        says=trial_first(ctx, ctx.texts.staff("voice.out_screen")),
        no_key=ctx.texts.staff("voice.out_no_key"),
        answer_url=f"{ctx.voice_url}/pressed?{leg}",
        status_callback=f"{ctx.voice_url}/leg?{leg}",
        ring_s=int(RING_FOR.total_seconds()),
    )
