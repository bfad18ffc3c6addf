"""Text a member of staff's own phone. What must not be missed may come twice rather than not at all."""

import structlog

from bot.domain.outbound import OutboxState
from bot.domain.sending import OutgoingSms, SendRejected, SendUncertain
from bot.ports import Outbound
from bot.services.context import Context
from bot.services.shared.outcome import FIRST_LOOK, MOST_AGAIN, Outcome

log = structlog.get_logger(__name__)

UNCERTAIN_FINAL = "uncertain_final"  # it may have left each time, and is not sent again


async def text_staff(row: Outbound, sms: OutgoingSms, *, what: str, ctx: Context) -> Outcome:
    """Send it, and return what became of it; `what` names it in the log. Raises SendPostponed.

    What may have left is sent again, twice at most.
    """
    try:
        receipt = await ctx.sms.send(sms)
    except SendRejected as refusal:
        log.error("staff_sms_rejected", what=what, outbox_id=row.id, reason=refusal.reason)
        return Outcome(OutboxState.FAILED, error=refusal.reason)
    except SendUncertain as unknown:
        log.warning("staff_sms_uncertain", what=what, outbox_id=row.id, reason=unknown.reason)
        if row.looks >= MOST_AGAIN:
            return Outcome(OutboxState.FAILED, error=UNCERTAIN_FINAL)
        return Outcome(
            OutboxState.DUE,
            error=unknown.reason,
            wait=FIRST_LOOK,
            then=lambda tx: tx.outbox.looked(row.id, FIRST_LOOK),
        )
    return Outcome(OutboxState.SENT, provider_id=receipt.provider_id)


def staff_words(ctx: Context, key: str, **values: str) -> str:
    """Return what is texted, by its key."""
    return trial_first(ctx, ctx.texts.staff(key, **values))


def trial_first(ctx: Context, words: str) -> str:
    """Return the words; in a trial they say so first."""
    trial = ctx.texts.staff("reserve_sms.trial") if ctx.rules.is_trial else ""
    return f"{trial} {words}".strip()
