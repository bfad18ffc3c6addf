"""What somebody asks us to text to their own phone, from App Home: a code that verifies it, or a test."""

from enum import Enum
from typing import Final

from bot.domain.calendar import local
from bot.domain.errors import AuditEntry, NotYet
from bot.domain.outbound import OutboxKind, Priority
from bot.domain.people import Role, Staff
from bot.domain.phone_code import AGAIN_AFTER, MOST_A_DAY
from bot.ports import Tx
from bot.services.context import Context
from bot.services.shared.own import require_own
from bot.services.shared.placing import notice

KEY: Final = "own"  # in the payload of a row


class OwnSms(str, Enum):
    CODE = "code"
    TEST = "test"


def may_be_tested(staff: Staff) -> bool:
    """Tell whether somebody may come to be woken by us."""
    return staff.is_active and bool(staff.namnder(Role.FAMILJEBEHANDLARE, Role.LEADER))


def number_end(staff: Staff) -> str:
    """Return the two last digits of somebody's phone, by which they know it; "" when they have none."""
    return "" if staff.phone is None else staff.phone[-2:]


async def send_phone_code(slack_user_id: str, key: str, *, ctx: Context) -> str:
    """Text a code to the phone on file, and return how that number ends. The code is made when it is sent.

    `key` makes a click count once. Raises NotAllowed, or NotYet when there is nothing to text, or too much has been.
    """

    def change(tx: Tx) -> str:
        staff = _require(tx, ctx, slack_user_id, "send_phone_code")
        if staff.phone is None:
            raise NotYet("no_phone")
        if staff.is_phone_verified:
            raise NotYet("already_verified")
        if not ctx.rules.may_text(staff.phone):
            raise NotYet("phone_outside_trial")
        if tx.once("click", key):
            _not_too_often(tx, ctx, staff, OwnSms.CODE)
            _count_code(tx, ctx, staff)
            _plan(tx, staff, OwnSms.CODE, key)
            tx.audit.record(AuditEntry(staff.id, "send_phone_code", f"staff:{staff.id}", "self"))
        return number_end(staff)

    return await ctx.store.write(change)


async def send_test_alarm(slack_user_id: str, key: str, *, ctx: Context) -> bool:
    """Post a test in the person's DM, and text it when their phone is verified; return whether it was texted too.

    Raises NotAllowed, or NotYet when the last test was just now.
    """

    def change(tx: Tx) -> bool:
        staff = _require(tx, ctx, slack_user_id, "test_alarm")
        is_texted = staff.phone is not None and staff.is_phone_verified and ctx.rules.may_text(staff.phone)
        if tx.once("click", key):
            _not_too_often(tx, ctx, staff, OwnSms.TEST)
            notice(tx, staff.id, "test_alarm", dedupe=f"test_alarm:{key}", priority=Priority.URGENT)
            if is_texted:
                _plan(tx, staff, OwnSms.TEST, key)
            tx.audit.record(AuditEntry(staff.id, "test_alarm", f"staff:{staff.id}", "self"))
        return is_texted

    return await ctx.store.write(change)


def _require(tx: Tx, ctx: Context, slack_user_id: str, act: str) -> Staff:
    return require_own(tx, ctx, slack_user_id, act, otherwise="no_beredskap")


def _not_too_often(tx: Tx, ctx: Context, staff: Staff, what: OwnSms) -> None:
    job, now = f"own_sms:{what.value}:{staff.id}", ctx.clock.now()
    last = tx.last_run(job)
    if last is not None and now - last < AGAIN_AFTER:
        raise NotYet("just_sent")
    tx.note_run(job)


def _count_code(tx: Tx, ctx: Context, staff: Staff) -> None:
    day = local(ctx.clock.now()).date().isoformat()
    if not any(tx.once("phone_code", f"{staff.id}:{day}:{nth}") for nth in range(MOST_A_DAY)):
        raise NotYet("too_many_codes")


def _plan(tx: Tx, staff: Staff, what: OwnSms, key: str) -> None:
    tx.outbox.add(
        OutboxKind.STAFF_SMS,
        f"own_sms:{staff.id}",
        {"staff": staff.id, KEY: what.value},
        dedupe_key=f"own_sms:{what.value}:{key}",
        priority=Priority.SMS,
    )
