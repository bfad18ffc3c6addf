"""Skicka en ny länk: whoever holds an old link may have another, to the same verified phone and nowhere else."""

from datetime import timedelta
from typing import Final

from bot.domain.errors import AuditEntry
from bot.domain.ids import StaffId
from bot.domain.outbound import OutboxKind, Priority
from bot.ports import Tx
from bot.services.context import Context
from bot.services.reserve.call_out import lane
from bot.services.reserve.secrets import hashed
from bot.services.reserve.unreached import ANEW, LINK, dedupe_key, unreached, whom

OLDEST: Final = timedelta(hours=24)  # an older link is nobody's any more
AT_MOST_EVERY: Final = timedelta(minutes=2)


async def ask_anew(token: str, *, ctx: Context) -> None:
    """Text another link if something still waits for this person. The caller learns nothing of whether it was done."""

    def change(tx: Tx) -> None:
        now = ctx.clock.now()
        old = tx.reserve.link_by_token(hashed(token), lock=True)
        newest = None if old is None else tx.reserve.newest_link(old.staff_id)
        if old is None or newest is None or now - old.made_at > OLDEST or now - newest.made_at < AT_MOST_EVERY:
            return
        conversation_id = _waits_for(tx, ctx, old.staff_id)
        if conversation_id is None:
            return
        payload = {"staff": old.staff_id, "key": ANEW, "conversation": conversation_id}
        key = dedupe_key(f"{ANEW}:{newest.id}")  # once for each link that has been made
        tx.outbox.add(OutboxKind.STAFF_SMS, lane(old.staff_id), payload, dedupe_key=key, priority=Priority.URGENT)
        tx.audit.record(AuditEntry(old.staff_id, "reserve_anew", f"staff:{old.staff_id}", "old_link"))

    await ctx.store.write(change)


def _waits_for(tx: Tx, ctx: Context, staff_id: StaffId) -> str | None:
    """Return a conversation that this person could open now; None when Slack has brought everything."""
    for one in unreached(tx, ctx, seen_too=True):
        if any(person.id == staff_id and key == LINK for person, key in whom(tx, ctx, one)):
            return one.conversation.id
    return None
