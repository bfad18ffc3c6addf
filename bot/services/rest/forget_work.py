"""Forget when people worked in their beredskap, and were off for it, once it is older than has been decided."""

from bot.domain.calendar import local
from bot.domain.errors import AuditEntry
from bot.ports import Tx
from bot.services.context import Context


async def forget_work(*, ctx: Context) -> int:
    """Delete the active time and the days off that are kept no longer; return how many. Safe to run late or twice."""
    before = ctx.clock.now() - ctx.rules.rest.kept_for

    def change(tx: Tx) -> int:
        counts = {"active_times": tx.active_times.forget(before), "days_off": tx.rota.forget(local(before).date())}
        if any(counts.values()):
            tx.audit.record(AuditEntry("system", "forget_work", "rest", "kept_for", details=dict(counts)))
        return sum(counts.values())

    return await ctx.store.write(change)
