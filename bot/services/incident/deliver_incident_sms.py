"""Text a leader's own phone of a nödstopp. It may come twice rather than not at all, and says nothing of anybody."""

from datetime import timedelta
from typing import Final

from bot.domain.ids import StaffId
from bot.domain.outbound import OutboxState
from bot.domain.sending import OutgoingSms
from bot.ports import Outbound, Tx
from bot.services.context import Context
from bot.services.shared.outcome import Outcome
from bot.services.shared.reaching import has_own_phone
from bot.services.shared.staff_sms import staff_words, text_staff

VALID_FOR: Final = timedelta(hours=3)


async def deliver_incident_sms(row: Outbound, *, ctx: Context) -> Outcome | None:
    """Send one row. None when the lease has lapsed; raises SendPostponed."""
    sms = await ctx.store.read(lambda tx: _sms(tx, ctx, row))
    if sms is None:
        return Outcome(OutboxState.DROPPED, error="no_need")
    if not await ctx.store.read(lambda tx: tx.outbox.is_mine(row)):
        return None
    return await text_staff(row, sms, what="incident", ctx=ctx)


def _sms(tx: Tx, ctx: Context, row: Outbound) -> OutgoingSms | None:
    person = tx.staff.get(StaffId(row.payload["staff"]))
    if person is None or person.phone is None or not person.is_active or not has_own_phone(ctx, person):
        return None
    if ctx.clock.now() - row.created_at > VALID_FOR:
        return None
    return OutgoingSms(
        outbox_id=str(row.id),
        to=person.phone,
        from_=ctx.rules.number_for("").number,
        body=staff_words(ctx, f"incident_sms.{row.payload['incident']}"),
        status_callback=f"{ctx.status_url}?d=staff-{row.id}",  # no delivery of ours: its reports change nothing
        validity_s=int(VALID_FOR.total_seconds()),
    )
