"""The carrier reports on a call, or tells which key was pressed in it."""

from collections.abc import Mapping
from typing import Final

import structlog

from bot.domain.escalation import StepState
from bot.domain.ids import EscalationStepId
from bot.domain.incoming import ReceivedCall
from bot.domain.outbound import OutboxState
from bot.ports import Tx
from bot.services.context import Context
from bot.services.escalation.steps import settle
from bot.services.shared.placing import refresh
from bot.services.shared.reaching import acknowledge

log = structlog.get_logger(__name__)

KEY: Final = "1"
STATES: Final[Mapping[str, StepState]] = {  # section 16; an answer may be voicemail's, so it acknowledges nothing
    "queued": StepState.SENT,
    "initiated": StepState.SENT,
    "ringing": StepState.RINGING,
    "in-progress": StepState.ANSWERED,
    "completed": StepState.UNANSWERED,
    "busy": StepState.UNANSWERED,
    "no-answer": StepState.UNANSWERED,
    "canceled": StepState.UNANSWERED,
    "failed": StepState.FAILED,
}


def receive_call(tx: Tx, ctx: Context, call: ReceivedCall) -> None:
    """Note how a call goes. Whoever presses 1 has what waits; other keys, and none, change nothing."""
    step = tx.escalations.step(EscalationStepId(call.step_id))
    if step is None:
        log.info("report_on_unknown_call", provider_id=call.provider_id)
        return
    _settle_uncertain(tx, call)
    if call.digits == KEY:
        _pressed(tx, ctx, call)
    elif not call.digits and call.word in STATES:
        settle(tx, ctx, call.step_id, STATES[call.word], provider_id=call.provider_id, sequence=call.sequence)


def _pressed(tx: Tx, ctx: Context, call: ReceivedCall) -> None:
    step = tx.escalations.step(EscalationStepId(call.step_id))
    found = None if step is None else tx.escalations.get(step.escalation_id)
    conversation = None if found is None else tx.conversations.lock(found.conversation_id)
    if step is None or conversation is None:
        return
    settle(tx, ctx, call.step_id, StepState.PRESSED, provider_id=call.provider_id)
    if conversation.is_open and conversation.is_unanswered:
        seen = conversation.see(conversation.last_seq)
        tx.conversations.save(seen)
        acknowledge(tx, ctx, seen, step.staff_id, "key")
        refresh(tx, seen)


def _settle_uncertain(tx: Tx, call: ReceivedCall) -> None:
    """A report on a call that we were not sure of proves that it was made."""
    row = tx.outbox.by_key(f"escalation:{call.step_id}")
    if row is not None and row.state in {OutboxState.UNCERTAIN, OutboxState.FAILED}:
        tx.outbox.record(row.id, OutboxState.SENT, provider_id=call.provider_id)
