"""Who may do what with the rota: a leader of the beredskap, or an admin, as for reading in shifts from a file."""

from collections.abc import Collection
from typing import Final

from bot.domain.errors import AuditEntry, NotAllowed
from bot.domain.ids import NamndId
from bot.domain.people import Staff
from bot.ports import Tx
from bot.services.context import Context
from bot.services.imports.run import CLI, Need, ground_for

NOT_PERMITTED: Final = "not_permitted"
NOT_IN_EACH: Final = "not_in_each"


def require_any(tx: Tx, ctx: Context, as_email: str, act: str, namnder: Collection[NamndId]) -> tuple[Staff, str]:
    """Return who it is and on what ground they may, in one of these nämnder at least. Raises NotAllowed, logged."""
    staff = _staff(tx, as_email, act)
    grounds = [ground for namnd in sorted(namnder) if (ground := ground_for(staff, Need("shifts", namnd), ctx))]
    if not grounds:
        raise _denied(staff, act, None, NOT_PERMITTED)
    return staff, grounds[0]


def require_all(tx: Tx, ctx: Context, as_email: str, act: str, namnder: Collection[NamndId]) -> tuple[Staff, str]:
    """Like `require_any`, in each of these nämnder: none of them has its staff scheduled by another.

    Raises NotAllowed, for `NOT_IN_EACH` when it is one of them that is missing.
    """
    staff = _staff(tx, as_email, act)
    grounds = {namnd: ground_for(staff, Need("shifts", namnd), ctx) for namnd in sorted(namnder)}
    given = {ground for ground in grounds.values() if ground is not None}
    for namnd, ground in grounds.items():
        if ground is None:
            raise _denied(staff, act, namnd, NOT_IN_EACH if given else NOT_PERMITTED)
    return staff, "+".join(sorted(given))


def _staff(tx: Tx, as_email: str, act: str) -> Staff:
    staff = tx.staff.by_email(as_email.strip())
    if staff is None or not staff.is_active:
        raise NotAllowed("not_staff", audit=AuditEntry(CLI, act, "rota", "not_staff", is_allowed=False))
    return staff


def _denied(staff: Staff, act: str, namnd: NamndId | None, reason: str) -> NotAllowed:
    return NotAllowed(reason, audit=AuditEntry(staff.id, act, "rota", reason, namnd, is_allowed=False))
