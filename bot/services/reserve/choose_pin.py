"""Välj PIN-kod: what opens the reservväg, chosen in App Home while Slack works."""

from bot.domain.errors import AuditEntry, BadInput
from bot.domain.people import Role, Staff
from bot.domain.reserve import StaffPin, is_guessable
from bot.ports import Tx
from bot.services.context import Context
from bot.services.reserve.secrets import hash_pin
from bot.services.shared.own import require_own

PIN, PIN_AGAIN = "pin", "pin_again"  # the fields that problems are shown at


def may_choose(staff: Staff) -> bool:
    """Tell whether somebody may come to be needed when Slack is away."""
    return staff.is_active and bool(staff.namnder(Role.FAMILJEBEHANDLARE, Role.LEADER))


async def choose_pin(slack_user_id: str, pin: str, again: str, *, ctx: Context) -> None:
    """Keep a slow hash of the PIN. Whatever the old one had opened is closed. Raises NotAllowed or BadInput."""
    if is_guessable(pin):
        raise BadInput({PIN: "pin_guessable"})
    if pin != again:
        raise BadInput({PIN_AGAIN: "pin_differs"})
    await ctx.store.write(lambda tx: _require(tx, ctx, slack_user_id))  # before the slow part; a refusal is logged
    pin_hash = await hash_pin(pin)

    def change(tx: Tx) -> None:
        staff = _require(tx, ctx, slack_user_id)
        tx.reserve.save_pin(StaffPin(staff.id, pin_hash, ctx.clock.now()))
        tx.reserve.end_sessions(staff.id)
        tx.audit.record(AuditEntry(staff.id, "choose_pin", f"staff:{staff.id}", "self"))

    await ctx.store.write(change)


def _require(tx: Tx, ctx: Context, slack_user_id: str) -> Staff:
    return require_own(tx, ctx, slack_user_id, "choose_pin", otherwise="no_duty")
