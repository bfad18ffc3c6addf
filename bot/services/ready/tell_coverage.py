"""Each working morning the leaders of a nämnd are told what is missing in the rota ahead, until nothing is."""

from functools import partial
from typing import Final

from bot.domain.calendar import local
from bot.domain.cards import Notice
from bot.domain.handover import latest_summary
from bot.domain.ids import NamndId, StaffId
from bot.domain.outbound import OutboxKind, OutboxState, Priority
from bot.domain.people import Role
from bot.domain.rules import NamndRules
from bot.ports import Outbound, Tx
from bot.services.context import Context
from bot.services.post_digests import FIRST_START
from bot.services.ready.coverage import coverage_lines
from bot.services.shared.alone import alone
from bot.services.shared.outcome import Outcome
from bot.services.shared.view import slack_id

SCOPE: Final = "coverage"
KEY: Final = "coverage"


async def tell_coverage(*, ctx: Context) -> int:
    """Plan this morning's messages; return for how many nämnder. A morning that was missed is not made up for."""
    if not ctx.rules.ready.tells_leaders:
        return 0
    told = 0
    for namnd in ctx.rules.namnder.values():
        step = partial(_tell, ctx=ctx, namnd=namnd)
        told += await alone(ctx, step, event="coverage_not_told", namnd=namnd.id)
    return told


def _tell(tx: Tx, *, ctx: Context, namnd: NamndRules) -> bool:
    now, started = ctx.clock.now(), tx.last_run(FIRST_START)
    day, due_at = latest_summary(now, namnd.summary_at, ctx.rules.closed_days)
    if day != local(now).date() or (started is not None and due_at < started):
        return False
    if tx.was_done(SCOPE, f"{namnd.id}:{day}") or not tx.once(SCOPE, f"{namnd.id}:{day}"):
        return False
    if not coverage_lines(tx, ctx, namnd.id):
        return False
    leaders = [p for p in tx.staff.with_role(Role.LEADER, namnd.id) if p.slack_user_id is not None]
    for leader in leaders:
        tx.outbox.add(
            OutboxKind.NOTICE,
            f"notice:{leader.id}",
            {"staff": leader.id, KEY: namnd.id},
            dedupe_key=f"notice:{leader.id}:{SCOPE}:{namnd.id}:{day}",
            priority=Priority.NORMAL,
        )
    return bool(leaders)


async def deliver_coverage(row: Outbound, *, ctx: Context) -> Outcome:
    """Send one leader what is missing at this moment; nothing when it has been put right, or they lead no longer."""
    staff_id, namnd_id = StaffId(row.payload["staff"]), NamndId(row.payload[KEY])

    def compose(tx: Tx) -> tuple[str, list[str]]:
        leaders = {person.id for person in tx.staff.with_role(Role.LEADER, namnd_id)}
        lines = coverage_lines(tx, ctx, namnd_id) if staff_id in leaders else []
        return slack_id(tx, staff_id), lines

    to, lines = await ctx.store.read(compose)
    if not to or not lines:
        return Outcome(OutboxState.DROPPED, error="no_need")
    values = (("namnd", ctx.rules.namnder[namnd_id].short_name), ("lines", "\n".join(lines)))
    posted = await ctx.chat.post_notice(to, Notice("coverage", values, is_trial=ctx.rules.is_trial), row.id)
    return Outcome(
        OutboxState.SENT,
        provider_id=f"{posted.channel}:{posted.ts}",
        then=lambda tx: tx.posts.remember("notice", None, f"staff:{staff_id}", posted),
    )
