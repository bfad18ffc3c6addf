"""The audit log, whole segments at a time, the oldest first, and what its reviewers found in them.

The segments stay, with the decision: that is what `audit verify` goes by (docs/adr/0023-sealed-log.md). A segment holds
what concerns all nämnder, so every one of them must have decided, and anything that is on hold anywhere keeps all of it
(docs/adr/0027-what-a-clock-leaves-behind.md).
"""

from typing import Final

from bot.domain.calendar import local
from bot.domain.retention import DataKind
from bot.ports import Tx
from bot.services.context import Context
from bot.services.retention.accounting import account_for
from bot.services.retention.due import is_anything_held, shared_due

SEGMENTS: Final = 5  # in one transaction: at most 10,000 rows
ROUNDS: Final = 10


async def delete_log(*, ctx: Context) -> int:
    """Release the segments that are old enough and have been reviewed; return how many rows went."""
    now = ctx.clock.now()
    due = shared_due(ctx.rules, DataKind.AUDIT_LOG, now)
    if due is None:
        return 0
    before, decision = due

    def change(tx: Tx) -> int:
        tx.retention.hold_still()
        if is_anything_held(tx, ctx.rules, local(now).date()):
            return 0
        rows = tx.seals.release(before, decision, SEGMENTS, keep_from=tx.reviews.oldest_unread())
        tx.reviews.forget(tx.seals.released_to())
        if rows:
            account_for(tx, DataKind.AUDIT_LOG, None, "audit", decision, rows)
        return rows

    total = 0
    for _ in range(ROUNDS):
        rows = await ctx.store.write(change)
        total += rows
        if not rows:
            break
    return total
