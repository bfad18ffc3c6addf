"""What App Home says of being ready: the next shift, and whether the phone is verified."""

from datetime import datetime

from bot.domain.people import Staff
from bot.domain.readiness import NextShift, Phone, ReadyHome, Trouble
from bot.ports import Tx
from bot.services.context import Context
from bot.services.ready.ask import new_readiness
from bot.services.ready.own_sms import may_be_tested, number_end


def ready_home(tx: Tx, ctx: Context, staff: Staff) -> ReadyHome | None:
    """Return None for whoever neither has shifts nor leads them."""
    if not may_be_tested(staff):
        return None
    known = Phone.VERIFIED if staff.is_phone_verified else Phone.UNVERIFIED
    phone = Phone.NONE if staff.phone is None else known
    return ReadyHome(_next(tx, ctx, staff, ctx.clock.now()), phone, number_end(staff))


def _next(tx: Tx, ctx: Context, staff: Staff, now: datetime) -> NextShift | None:
    coming = tx.shifts.between(now, now + ctx.rules.ready.first_ahead)
    shift = next((shift for shift in coming if shift.staff_id == staff.id), None)
    if shift is None or not ctx.rules.ready.asks:
        return None
    kept = tx.ready.get(shift.id, staff.id)
    said = kept if kept is not None and kept.fits(shift) else new_readiness(shift)
    return NextShift(
        shift.id,
        shift.starts_at,
        shift.ends_at,
        ctx.rules.namnder[shift.lending_namnd].short_name,
        is_confirmed=said.confirmed_at is not None,
        is_silenced=Trouble.SILENCED in said.troubles,
        is_running=shift.covers(now),
        is_backup=shift.is_backup,
    )
