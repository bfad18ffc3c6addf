"""Another link: by an old one, or by an sms; to the same verified phone and nowhere else."""

from datetime import timedelta
from typing import Final

from bot.domain.errors import AuditEntry
from bot.domain.ids import StaffId
from bot.domain.outbound import OutboxKind, OutboxState, Priority
from bot.domain.reserve import ReserveLink
from bot.ports import Tx
from bot.services.context import Context
from bot.services.reserve.secrets import hashed
from bot.services.reserve.unreached import ANEW, LINK, dedupe_key, lane, unreached, whom

OLDEST: Final = timedelta(hours=24)  # an older link is nobody's any more
AT_MOST_EVERY: Final = timedelta(minutes=2)
MOST_IN_VAIN: Final = 5  # rows for one link that came to nothing; then the next text to staff makes another


async def ask_anew(token: str, *, ctx: Context) -> None:
    """Text another link if something still waits for this person. The caller learns nothing of whether it was done."""

    def change(tx: Tx) -> None:
        old = tx.reserve.link_by_token(hashed(token), lock=True)
        if old is not None and ctx.clock.now() - old.made_at <= OLDEST:
            text_anew(tx, ctx, old.staff_id, "old_link")

    await ctx.store.write(change)


def text_anew(tx: Tx, ctx: Context, staff_id: StaffId, ground: str) -> bool:
    """Have another link texted if something waits for this person; return whether one is on its way.

    Asked for too soon after the last one it leaves a little later: silence would be asked again.
    """
    conversation_id = _waits_for(tx, ctx, staff_id)
    if conversation_id is None:
        return False
    newest = tx.reserve.newest_link(staff_id)
    wait = timedelta(0) if newest is None else newest.made_at + AT_MOST_EVERY - ctx.clock.now()
    is_new = tx.outbox.add(
        OutboxKind.STAFF_SMS,
        lane(staff_id),
        {"staff": staff_id, "key": ANEW, "conversation": conversation_id},
        dedupe_key=_key(tx, staff_id, newest),
        priority=Priority.URGENT,
        after=max(wait, timedelta(0)),
    )
    if is_new:
        tx.audit.record(AuditEntry(staff_id, "reserve_anew", f"staff:{staff_id}", ground))
    return True


def _key(tx: Tx, staff_id: StaffId, newest: ReserveLink | None) -> str:
    """Name the row: once for each link that has been made, but again when the former came to nothing."""
    after = staff_id if newest is None else newest.id
    keys = [dedupe_key(f"{ANEW}:{after}:{n}") for n in range(MOST_IN_VAIN)]
    rows = ((key, tx.outbox.by_key(key)) for key in keys)
    in_vain = {OutboxState.DROPPED, OutboxState.FAILED}
    return next((key for key, row in rows if row is None or row.state not in in_vain), keys[-1])


def _waits_for(tx: Tx, ctx: Context, staff_id: StaffId) -> str | None:
    """Return a conversation that this person could open now; None when Slack has brought everything."""
    for one in unreached(tx, ctx, seen_too=True):
        if any(person.id == staff_id and key == LINK for person, key in whom(tx, ctx, one)):
            return one.conversation.id
    return None
