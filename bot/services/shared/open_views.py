"""A modal that shows a conversation is that of whoever opened it: nobody else pages, answers in or ends it.

Slack sends back what a client gave it, so the id of a modal proves nothing about whose it is.
"""

from bot.domain.errors import AuditEntry, Stale
from bot.domain.people import Staff
from bot.ports import OpenView, Tx
from bot.services.context import Context


def own_view(tx: Tx, staff: Staff, external_id: str) -> OpenView | None:
    """Return a modal that is open; None when it is not any more. Raises Stale, to be logged, for somebody else's."""
    opened = tx.views.get(external_id)
    if opened is not None and opened.staff_id != staff.id:
        what = f"conversation:{opened.conversation_id}"
        raise Stale(audit=AuditEntry(staff.id, "use_view", what, "not_own_view", is_allowed=False))
    return opened


async def close_view(slack_user_id: str, external_id: str, *, ctx: Context) -> None:
    """Remember no more that somebody has a modal open. Raises Stale for a modal of somebody else's."""

    def change(tx: Tx) -> None:
        staff = tx.staff.by_slack_id(slack_user_id)
        if staff is not None and own_view(tx, staff, external_id) is not None:
            tx.views.drop(external_id)

    await ctx.store.write(change)
