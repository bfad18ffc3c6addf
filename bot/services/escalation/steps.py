"""What becomes of one step: whether there is still need of it, and its receipt."""

from dataclasses import dataclass, replace
from typing import Final

from bot.domain.conversation import Conversation
from bot.domain.escalation import REMINDER, EscalationState, How, Step, StepState
from bot.domain.ids import EscalationStepId
from bot.domain.outbound import OutboxState
from bot.domain.people import Staff
from bot.ports import Outbound, Tx
from bot.services.context import Context
from bot.services.shared.outcome import Outcome
from bot.services.shared.reaching import has_own_phone

SETTLED: Final = frozenset({StepState.PRESSED, StepState.UNANSWERED, StepState.FAILED, StepState.DELIVERED})
MARK: Final = "step-"  # before our id of a step in the address of a status report


@dataclass(frozen=True, slots=True)
class Needed:
    """A step that is still to be taken."""

    step: Step
    person: Staff
    phone: str
    conversation: Conversation

    @property
    def is_reminder(self) -> bool:
        return self.step.rung == REMINDER


async def still_needed(row: Outbound, *, ctx: Context) -> Needed | Outcome | None:
    """Return the step to take; the end of one that nobody needs any more; None when the lease has lapsed."""
    wanted = await ctx.store.read(lambda tx: needed(tx, ctx, row))
    if wanted is None:
        step_id = str(row.payload["step"])
        return Outcome(
            OutboxState.DROPPED, error="no_need", then=lambda tx: settle(tx, ctx, step_id, StepState.DROPPED)
        )
    return wanted if await ctx.store.read(lambda tx: tx.outbox.is_mine(row)) else None


def needed(tx: Tx, ctx: Context, row: Outbound) -> Needed | None:
    """Return the step of an outbox row; None when somebody has acknowledged or answered meanwhile."""
    step = tx.escalations.step(EscalationStepId(row.payload["step"]))
    found = None if step is None else tx.escalations.get(step.escalation_id)
    conversation = None if found is None else tx.conversations.get(found.conversation_id)
    if step is None or found is None or conversation is None:
        return None
    wanted = EscalationState.ACKNOWLEDGED if step.rung == REMINDER else EscalationState.RUNNING
    if found.state is not wanted or not conversation.is_open or conversation.answered_seq >= found.since_seq:
        return None
    if any(_outdates(other, step) for other in tx.escalations.steps_of(found.id)):
        return None
    person = tx.staff.get(step.staff_id)
    if person is None or person.phone is None or not (person.is_active and has_own_phone(ctx, person)):
        return None
    return Needed(step, person, person.phone, conversation)


def _outdates(other: Step, step: Step) -> bool:
    """A provider that was away for long must not bring three rounds at once to one phone."""
    return (other.staff_id, other.how) == (step.staff_id, step.how) and other.at > step.at


def settle(
    tx: Tx,
    ctx: Context,
    step_id: str,
    state: StepState,
    *,
    provider_id: str | None = None,
    sequence: int | None = None,
) -> None:
    """Note what has become of a step; an older report never changes what a newer one has said."""
    step = tx.escalations.step(EscalationStepId(step_id), lock=True)
    if step is None:
        return
    is_old = sequence is not None and sequence <= step.sequence
    kept = step.state if is_old or not _may_become(step, state) else state
    tx.escalations.save_step(
        replace(
            step,
            state=kept,
            provider_id=provider_id or step.provider_id,
            receipt_at=ctx.clock.now() if kept is not step.state else step.receipt_at,
            sequence=step.sequence if sequence is None else max(step.sequence, sequence),
        )
    )


def _may_become(step: Step, state: StepState) -> bool:
    """A key that was pressed stays pressed; a call that is over does not ring again, an sms may arrive after all."""
    if step.state is StepState.PRESSED or state is step.state:
        return False
    if step.state in SETTLED:
        return state is StepState.PRESSED or (step.how is How.SMS and state is StepState.DELIVERED)
    return not (state is StepState.SENT and step.state is not StepState.DUE)
