"""Text somebody what they asked for themselves. A code is made at the moment of sending; only its hash is kept."""

import secrets
from dataclasses import dataclass
from typing import Final

import structlog

from bot.domain.ids import StaffId
from bot.domain.outbound import OutboxState
from bot.domain.phone_code import CODE_FOR, DIGITS, PhoneCode
from bot.domain.sending import OutgoingSms, SendRejected, SendUncertain
from bot.ports import Outbound, Tx
from bot.services.context import Context
from bot.services.ready.own_sms import KEY, OwnSms
from bot.services.reserve.secrets import hash_pin
from bot.services.shared.outcome import Outcome
from bot.services.shared.staff_sms import staff_words

log = structlog.get_logger(__name__)

TOO_OLD: Final = CODE_FOR  # whoever asked has given up, and asks again


@dataclass(frozen=True, slots=True)
class _To:
    staff_id: StaffId
    phone: str
    number_key: str


async def deliver_own_sms(row: Outbound, *, ctx: Context) -> Outcome | None:
    """Send one row, once: whoever gets nothing asks again. None when the lease has lapsed; raises SendPostponed."""
    to = await ctx.store.read(lambda tx: _to(tx, ctx, row))
    if to is None:
        return Outcome(OutboxState.DROPPED, error="no_need")
    what = OwnSms(row.payload[KEY])
    code = "".join(secrets.choice("0123456789") for _ in range(DIGITS))
    code_hash = await hash_pin(code) if what is OwnSms.CODE else b""

    def may_send(tx: Tx) -> bool:
        if not tx.outbox.is_mine(row):
            return False
        if what is OwnSms.CODE:
            tx.ready.save_code(PhoneCode(to.staff_id, to.number_key, code_hash, ctx.clock.now()))
        return True

    if not await ctx.store.write(may_send):
        return None
    try:
        receipt = await ctx.sms.send(_sms(ctx, row, to, what, code))
    except SendRejected as refusal:
        log.error("own_sms_rejected", outbox_id=row.id, reason=refusal.reason)
        return Outcome(OutboxState.FAILED, error=refusal.reason)
    except SendUncertain as unknown:
        log.warning("own_sms_uncertain", outbox_id=row.id, reason=unknown.reason)
        return Outcome(OutboxState.FAILED, error="uncertain_final")
    return Outcome(OutboxState.SENT, provider_id=receipt.provider_id)


def _to(tx: Tx, ctx: Context, row: Outbound) -> _To | None:
    person = tx.staff.get(StaffId(row.payload["staff"]))
    if person is None or person.phone is None or not person.is_active or not ctx.rules.may_text(person.phone):
        return None
    if ctx.clock.now() - row.created_at > TOO_OLD:
        return None
    return _To(person.id, person.phone, tx.hash_of(person.phone))


def _sms(ctx: Context, row: Outbound, to: _To, what: OwnSms, code: str) -> OutgoingSms:
    return OutgoingSms(
        outbox_id=str(row.id),
        to=to.phone,
        from_=ctx.rules.number_for("").number,
        body=staff_words(ctx, f"own_sms.{what.value}", code=code),
        status_callback=f"{ctx.status_url}?d=staff-{row.id}",  # no delivery of ours: its reports change nothing
        validity_s=int(CODE_FOR.total_seconds()),
    )
