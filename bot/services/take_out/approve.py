"""A leader lets content be taken out: once, within the hour, and never what they have asked for themselves."""

from dataclasses import replace

from bot.domain.errors import AuditEntry, BadInput, NotFound, Stale
from bot.domain.secrecy import Act
from bot.ports import Tx
from bot.services.context import Context
from bot.services.shared.access import actor_by_slack, require_namnd


async def approve_take_out(slack_user_id: str, take_out_id: str, *, ctx: Context) -> None:
    """Approve it; approving it again changes nothing. Raises NotAllowed, NotFound, BadInput, or Stale after an hour."""

    def change(tx: Tx) -> None:
        asked = tx.take_outs.get(take_out_id, lock=True)
        leader = actor_by_slack(tx, ctx, slack_user_id)
        if asked is None:
            raise NotFound
        require_namnd(tx, ctx, leader, Act.RETAIN, asked.namnd)
        if leader.staff.id == asked.asked_by:
            raise BadInput({"leader": "own_request"})
        if asked.approved_at is not None:
            return
        if not asked.waits(ctx.clock.now()):
            raise Stale
        tx.take_outs.save(replace(asked, approved_by=leader.staff.id, approved_at=ctx.clock.now()))
        details = {"take_out": asked.id, "kind": asked.kind.value}
        entry = AuditEntry(leader.staff.id, "approve_take_out", asked.subject, "leader", asked.namnd, details=details)
        tx.audit.record(entry)

    await ctx.store.write(change)
