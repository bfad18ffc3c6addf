"""A backup has been restored: what its original may have sent since is not sent again."""

from dataclasses import dataclass

from bot.domain.errors import AuditEntry
from bot.ports import Tx
from bot.services.context import Context
from bot.services.post_digests import FIRST_START
from bot.services.shared.restored import JOB


@dataclass(frozen=True, slots=True)
class Held:
    """How many sendings are looked for on the other side before anything is done, and how many were dropped."""

    looked_for: int
    dropped: int


async def take_over_restored(*, ctx: Context) -> Held:
    """Hold what waited in the backup, and begin anew with what falls due: one transaction, safe to run twice.

    Handovers and mornings from before now are not made up for; the next handover covers everything since the last that
    the backup knows of. What waits for a person is escalated as ever: too often is better than not at all.
    """

    def change(tx: Tx) -> Held:
        tx.once("job", FIRST_START)
        tx.note_run(FIRST_START)
        tx.note_run(JOB)
        tx.watch.forget_instances(ctx.clock.wire_now())  # they are the original's
        held = Held(*tx.outbox.hold_restored())
        details = {"looked_for": held.looked_for, "dropped": held.dropped}
        tx.audit.record(AuditEntry("system", "restore", "database", "command_line", details=details))
        return held

    return await ctx.store.write(change)
