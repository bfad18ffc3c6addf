"""Tell the leaders what is wrong with the duty right now: two shifts at once, or nobody."""

from bot.domain.calendar import local
from bot.domain.duty import Duty
from bot.domain.outbound import Priority
from bot.domain.people import Role
from bot.domain.rules import NamndRules
from bot.ports import Tx
from bot.services.context import Context
from bot.services.shared.placing import duty_now, notice
from bot.services.shared.view import slack_id


async def watch_duty(*, ctx: Context) -> int:
    """Tell each nämnd's leaders of an overlap or a gap, once for each; return how many notices were written."""

    def change(tx: Tx) -> int:
        return sum(_watch(tx, ctx, namnd) for namnd in ctx.rules.namnder.values())

    return await ctx.store.write(change)


def _watch(tx: Tx, ctx: Context, namnd: NamndRules) -> int:
    found = duty_now(tx, ctx, namnd, ctx.clock.now())
    if found.is_gap:
        day = local(ctx.clock.now()).date().isoformat()
        return _tell(tx, ctx, namnd, "gap", f"gap:{namnd.id}:{day}")
    if found.overlaps and found.lead is not None:
        pair = ":".join([found.lead.id, *(shift.id for shift in found.backup)])
        return _tell(tx, ctx, namnd, "overlap", f"overlap:{namnd.id}:{pair}", who=_lead(tx, found))
    return 0


def _lead(tx: Tx, found: Duty) -> str:
    return f"<@{slack_id(tx, found.lead.staff_id)}>" if found.lead is not None else ""


def _tell(tx: Tx, ctx: Context, namnd: NamndRules, key: str, once: str, **values: str) -> int:
    leaders = [p for p in tx.staff.with_role(Role.LEADER, namnd.id) if p.slack_user_id is not None]
    if not leaders or not tx.once("watch_duty", once):
        return 0
    for leader in leaders:
        notice(tx, leader.id, key, dedupe=once, priority=Priority.URGENT, namnd=namnd.short_name, **values)
    return len(leaders)
