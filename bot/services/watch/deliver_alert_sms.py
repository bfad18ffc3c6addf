"""Text whoever runs the program of what the alert channel cannot tell. It may come twice rather than not at all."""

from datetime import timedelta
from typing import Final

import structlog

from bot.domain.ids import StaffId
from bot.domain.outbound import OutboxState
from bot.domain.sending import OutgoingSms, SendRejected, SendUncertain
from bot.ports import Outbound, Tx
from bot.services.context import Context
from bot.services.shared.outcome import FIRST_LOOK, Outcome

log = structlog.get_logger(__name__)

VALID_FOR: Final = timedelta(hours=1)
MOST_ATTEMPTS: Final = 3  # of a text that may have left


async def deliver_alert_sms(row: Outbound, *, ctx: Context) -> Outcome | None:
    """Send one row, unless the alert is over by now. None when the lease has lapsed; raises SendPostponed."""
    composed = await ctx.store.read(lambda tx: _compose(tx, ctx, row))
    if composed is None:
        return Outcome(OutboxState.DROPPED, error="no_need")
    if not await ctx.store.read(lambda tx: tx.outbox.is_mine(row)):
        return None
    try:
        receipt = await ctx.sms.send(composed)
    except SendRejected as refusal:
        log.error("alert_sms_rejected", outbox_id=row.id, reason=refusal.reason)
        return Outcome(OutboxState.FAILED, error=refusal.reason)
    except SendUncertain as unknown:
        log.warning("alert_sms_uncertain", outbox_id=row.id, reason=unknown.reason)
        if row.attempts >= MOST_ATTEMPTS:
            return Outcome(OutboxState.FAILED, error="uncertain_final")
        return Outcome(OutboxState.DUE, error=unknown.reason, wait=FIRST_LOOK)
    return Outcome(OutboxState.SENT, provider_id=receipt.provider_id)


def _compose(tx: Tx, ctx: Context, row: Outbound) -> OutgoingSms | None:
    alert = tx.watch.alert(int(row.payload["alert"]))
    person = tx.staff.get(StaffId(row.payload["staff"]))
    if alert is None or alert.is_over or ctx.clock.now() - row.created_at > VALID_FOR:
        return None
    if person is None or not (person.is_active and person.is_phone_verified and person.phone):
        return None
    if not ctx.rules.may_text(person.phone):
        return None
    words = ctx.texts.staff(f"alert.{alert.code.value}.sms", **alert.values)
    trial = ctx.texts.staff("reserve_sms.trial") if ctx.rules.is_trial else ""
    return OutgoingSms(
        outbox_id=str(row.id),
        to=person.phone,
        from_=ctx.rules.number_for("").number,
        body=f"{trial} {words}".strip(),
        status_callback=f"{ctx.status_url}?d=staff-{row.id}",  # no delivery of ours: its reports change nothing
        validity_s=int(VALID_FOR.total_seconds()),
    )
