"""Text a member of staff's own phone that something waits. It may come twice rather than not at all."""

from dataclasses import replace
from datetime import timedelta
from typing import Final

from bot.domain.escalation import StepState
from bot.domain.outbound import OutboxState
from bot.domain.sending import OutgoingSms
from bot.ports import Outbound, Tx
from bot.services.context import Context
from bot.services.escalation.steps import MARK, Needed, settle, still_needed
from bot.services.shared.outcome import Outcome
from bot.services.shared.staff_sms import UNCERTAIN_FINAL, staff_words, text_staff

VALID_FOR: Final = timedelta(minutes=15)  # what has not arrived by then is news to nobody


async def deliver_step_sms(row: Outbound, *, ctx: Context) -> Outcome | None:
    """Send one row, unless somebody has it by now. None when the lease has lapsed; raises SendPostponed."""
    wanted = await still_needed(row, ctx=ctx)
    if not isinstance(wanted, Needed):
        return wanted
    outcome = await text_staff(row, _sms(ctx, row, wanted), what="step", ctx=ctx)
    if outcome.state is OutboxState.DUE or outcome.error == UNCERTAIN_FINAL:
        return outcome
    state = StepState.SENT if outcome.state is OutboxState.SENT else StepState.FAILED

    def then(tx: Tx) -> None:
        settle(tx, ctx, wanted.step.id, state, provider_id=outcome.provider_id)

    return replace(outcome, then=then)


def _sms(ctx: Context, row: Outbound, wanted: Needed) -> OutgoingSms:
    return OutgoingSms(
        outbox_id=str(row.id),
        to=wanted.phone,
        from_=wanted.conversation.our_number,
        body=staff_words(ctx, "escalation.sms_again" if wanted.is_reminder else "escalation.sms"),
        status_callback=f"{ctx.status_url}?d={MARK}{wanted.step.id}",
        validity_s=int(VALID_FOR.total_seconds()),
    )
