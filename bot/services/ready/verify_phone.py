"""Bekräfta telefon: the code that was texted is typed in, and the phone is known to be theirs."""

from dataclasses import replace
from typing import Final

from bot.domain.errors import AuditEntry, BadInput, NotYet
from bot.domain.people import Staff
from bot.domain.phone_code import PhoneCode
from bot.ports import Tx
from bot.services.context import Context
from bot.services.reserve.secrets import Crowded, is_right
from bot.services.shared.own import require_own

CODE: Final = "code"  # the field that problems are shown at


async def verify_phone(slack_user_id: str, typed: str, *, ctx: Context) -> None:
    """Mark the phone as verified when the code is right. Every try counts, and is logged.

    Raises NotAllowed, BadInput, or NotYet when too many codes are being compared: then nothing was tried.
    """

    def known(tx: Tx) -> PhoneCode | None:
        staff = require_own(tx, ctx, slack_user_id, "verify_phone", otherwise="no_beredskap")
        code = tx.ready.code(staff.id)
        return code if code is not None and _counts(tx, ctx, code, staff) else None

    tried = await ctx.store.write(known)  # a refusal is logged
    try:
        right = await is_right(typed, None if tried is None else tried.code_hash)
    except Crowded:
        raise NotYet("codes_crowded") from None
    problem = await ctx.store.write(lambda tx: _settle(tx, ctx, slack_user_id, tried, right=right))
    if problem:
        raise BadInput({CODE: problem})


def _settle(tx: Tx, ctx: Context, slack_user_id: str, tried: PhoneCode | None, *, right: bool) -> str:
    """Return the key of what is wrong, "" when the phone is verified."""
    staff = require_own(tx, ctx, slack_user_id, "verify_phone", otherwise="no_beredskap")
    code = tx.ready.code(staff.id, lock=True)
    if code is None or tried is None or code.code_hash != tried.code_hash or not _counts(tx, ctx, code, staff):
        return _refuse(tx, staff, "code_old")
    if not right:
        tx.ready.save_code(replace(code, failures=code.failures + 1))
        return _refuse(tx, staff, "code_wrong")
    tx.staff.save(replace(staff, is_phone_verified=True))
    tx.ready.drop_code(staff.id)
    tx.audit.record(AuditEntry(staff.id, "verify_phone", f"staff:{staff.id}", "code_by_sms"))
    return ""


def _counts(tx: Tx, ctx: Context, code: PhoneCode, staff: Staff) -> bool:
    return staff.phone is not None and code.may_be_tried(ctx.clock.now(), tx.hash_of(staff.phone))


def _refuse(tx: Tx, staff: Staff, why: str) -> str:
    tx.audit.record(AuditEntry(staff.id, "verify_phone", f"staff:{staff.id}", why, is_allowed=False))
    return why
