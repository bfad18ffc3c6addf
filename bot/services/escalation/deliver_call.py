"""Ring a member of staff's own phone. It may ring twice rather than not at all (docs/adr: calls)."""

from datetime import timedelta
from typing import Final

import structlog

from bot.domain.escalation import How, Step, StepState
from bot.domain.outbound import POSTED_AGAIN, OutboxKind, OutboxState, Priority
from bot.domain.sending import LookupFailed, OutgoingCall, SendRejected, SendUncertain
from bot.ports import Outbound, Tx
from bot.services.context import Context
from bot.services.escalation.steps import Needed, needed, settle, still_needed
from bot.services.shared.outcome import FIRST_LOOK, MOST_AGAIN, Outcome
from bot.services.shared.staff_sms import trial_first

log = structlog.get_logger(__name__)

RING_FOR: Final = timedelta(seconds=20)  # most voicemail answers later (facts: twilio, section 16)


async def deliver_call(row: Outbound, *, ctx: Context) -> Outcome | None:
    """Make one call, unless somebody has the text by now. None when the lease has lapsed; raises SendPostponed.

    One that may have been made is looked for; it is made again when it cannot be found.
    """
    wanted = await still_needed(row, ctx=ctx)
    if not isinstance(wanted, Needed):
        return wanted
    try:
        receipt = await ctx.calls.call(_call(ctx, row, wanted))
    except SendRejected as refusal:
        log.error("call_rejected", outbox_id=row.id, reason=refusal.reason, alarm=refusal.alarm)
        return Outcome(OutboxState.FAILED, error=refusal.reason, then=lambda tx: _text_instead(tx, ctx, wanted.step))
    except SendUncertain as unknown:
        log.warning("call_uncertain", outbox_id=row.id, reason=unknown.reason)
        return Outcome(OutboxState.UNCERTAIN, error=unknown.reason, wait=FIRST_LOOK)
    sid = receipt.provider_id

    def made(tx: Tx) -> None:
        settle(tx, ctx, wanted.step.id, StepState.SENT, provider_id=sid)

    return Outcome(OutboxState.SENT, provider_id=sid, then=made)


def _text_instead(tx: Tx, ctx: Context, step: Step) -> None:
    """A phone that cannot be rung is texted, unless it has been in this round: what must not wait has calls alone."""
    settle(tx, ctx, step.id, StepState.FAILED)
    texted = {
        s.staff_id for s in tx.escalations.steps_of(step.escalation_id) if (s.how, s.round) == (How.SMS, step.round)
    }
    if step.staff_id not in texted:
        tx.outbox.add(
            OutboxKind.STAFF_SMS,
            f"escalation_sms:{step.staff_id}",
            {"step": step.id},
            dedupe_key=f"escalation:{step.id}:sms",
            priority=Priority.URGENT,
        )


async def look_for_call(row: Outbound, *, ctx: Context) -> None:
    """Settle a call that may have been made: adopt it, or make it again, twice at most."""
    step_id = str(row.payload["step"])
    wanted = await ctx.store.read(lambda tx: needed(tx, ctx, row))
    found = None
    if wanted is not None:
        try:
            found = await ctx.calls.find_call(_call(ctx, row, wanted), row.created_at)
        except LookupFailed as error:
            log.warning("look_failed", outbox_id=row.id, reason=error.reason)

    def record(tx: Tx) -> None:
        current = tx.outbox.get(row.id, lock=True)
        if current is None or current.state is not OutboxState.UNCERTAIN or current.claim != row.claim:
            return  # a report or another instance has settled it meanwhile
        if found is not None:
            tx.outbox.record(row.id, OutboxState.SENT, provider_id=found.provider_id)
            settle(tx, ctx, step_id, StepState.SENT, provider_id=found.provider_id)
        elif wanted is None or row.looks >= MOST_AGAIN:
            tx.outbox.record(row.id, OutboxState.FAILED, error="uncertain_final")
            settle(tx, ctx, step_id, StepState.FAILED)
        else:
            tx.outbox.looked(row.id, FIRST_LOOK)
            tx.outbox.record(row.id, OutboxState.DUE, error=POSTED_AGAIN)

    await ctx.store.write(record)


def _call(ctx: Context, row: Outbound, wanted: Needed) -> OutgoingCall:
    step = wanted.step.id
    return OutgoingCall(
        outbox_id=str(row.id),
        to=wanted.phone,
        from_=wanted.conversation.our_number,
        says=trial_first(ctx, ctx.texts.staff("escalation.call")),
        no_key=ctx.texts.staff("escalation.call_no_key"),
        answer_url=f"{ctx.voice_url}/gather?s={step}",
        status_callback=f"{ctx.voice_url}/status?s={step}",
        ring_s=int(RING_FOR.total_seconds()),
    )
