"""Text whoever runs the program of what the alert channel cannot tell. It may come twice rather than not at all."""

from datetime import timedelta
from typing import Final

import structlog

from bot.domain.ids import StaffId
from bot.domain.outbound import OutboxState
from bot.domain.sending import OutgoingSms, SendRejected, SendUncertain
from bot.ports import Outbound, Tx
from bot.services.context import Context
from bot.services.shared.outcome import FIRST_LOOK, MOST_AGAIN, Outcome
from bot.services.watch.text_alerts import UNPOSTED, can_be_texted, said_of

log = structlog.get_logger(__name__)

VALID_FOR: Final = timedelta(hours=1)


async def deliver_alert_sms(row: Outbound, *, ctx: Context) -> Outcome | None:
    """Send one row, unless what it says is over by now. None when the lease has lapsed; raises SendPostponed."""
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
        if row.looks >= MOST_AGAIN:
            return Outcome(OutboxState.FAILED, error="uncertain_final")
        return Outcome(
            OutboxState.DUE,
            error=unknown.reason,
            wait=FIRST_LOOK,
            then=lambda tx: tx.outbox.looked(row.id, FIRST_LOOK),
        )
    return Outcome(OutboxState.SENT, provider_id=receipt.provider_id)


def _compose(tx: Tx, ctx: Context, row: Outbound) -> OutgoingSms | None:
    person = tx.staff.get(StaffId(row.payload["staff"]))
    words = _words(tx, ctx, row)
    if words is None or ctx.clock.now() - row.created_at > VALID_FOR:
        return None
    if person is None or person.phone is None or not can_be_texted(person, ctx):
        return None
    trial = ctx.texts.staff("reserve_sms.trial") if ctx.rules.is_trial else ""
    return OutgoingSms(
        outbox_id=str(row.id),
        to=person.phone,
        from_=ctx.rules.number_for("").number,
        body=f"{trial} {words}".strip(),
        status_callback=f"{ctx.status_url}?d=staff-{row.id}",  # no delivery of ours: its reports change nothing
        validity_s=int(VALID_FOR.total_seconds()),
    )


def _words(tx: Tx, ctx: Context, row: Outbound) -> str | None:
    if row.payload.get("what") == UNPOSTED:
        return ctx.texts.staff("alert.unposted_sms")
    alert = tx.watch.alert(int(row.payload["alert"]))
    if alert is None:
        return None
    said = said_of(alert)
    if all(said_of(other) != said for other in tx.watch.open_alerts()):
        return None  # it speaks for all that read the same: one of them may be over, and the others not
    return ctx.texts.staff(f"alert.{alert.code.value}.sms", **alert.values)
