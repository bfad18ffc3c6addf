"""Text whoever runs the program of what the alert channel cannot tell. It may come twice rather than not at all."""

from datetime import timedelta
from typing import Final

from bot.domain.ids import StaffId
from bot.domain.outbound import OutboxState
from bot.domain.sending import OutgoingSms
from bot.ports import Outbound, Tx
from bot.services.context import Context
from bot.services.shared.outcome import Outcome
from bot.services.shared.staff_sms import text_staff, trial_first
from bot.services.watch.text_alerts import UNPOSTED, can_be_texted, said_of

VALID_FOR: Final = timedelta(hours=1)


async def deliver_alert_sms(row: Outbound, *, ctx: Context) -> Outcome | None:
    """Send one row, unless what it says is over by now. None when the lease has lapsed; raises SendPostponed."""
    composed = await ctx.store.read(lambda tx: _compose(tx, ctx, row))
    if composed is None:
        return Outcome(OutboxState.DROPPED, error="no_need")
    if not await ctx.store.read(lambda tx: tx.outbox.is_mine(row)):
        return None
    return await text_staff(row, composed, what="alert", ctx=ctx)


def _compose(tx: Tx, ctx: Context, row: Outbound) -> OutgoingSms | None:
    person = tx.staff.get(StaffId(row.payload["staff"]))
    words = _words(tx, ctx, row)
    if words is None or ctx.clock.now() - row.created_at > VALID_FOR:
        return None
    if person is None or person.phone is None or not can_be_texted(person, ctx):
        return None
    return OutgoingSms(
        outbox_id=str(row.id),
        to=person.phone,
        from_=ctx.rules.number_for("").number,
        body=trial_first(ctx, words),
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
