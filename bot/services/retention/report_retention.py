"""Once a month each leader is told what has been deleted in their nämnd, and what is held back. Counts only."""

from collections.abc import Iterator
from datetime import date, datetime, time, timedelta
from functools import partial
from typing import Final

from bot.domain.calendar import instant, local
from bot.domain.errors import AuditEntry
from bot.domain.ids import NamndId
from bot.domain.people import Role, World
from bot.domain.retention import Deleted, HeldBack, kinds_of
from bot.ports import Tx
from bot.services.context import Context
from bot.services.retention.standing import (
    RetentionOf,
    decides_on_clocks,
    not_reviewed,
    retention_of,
    unit_retention,
)
from bot.services.shared.placing import notice
from bot.texts import Texts

TOLD_AT: Final = time(9)  # local, on the first day of the month
JOB: Final = "retention_report"


async def report_retention(*, ctx: Context) -> int:
    """Tell of the month before, once for each nämnd; return how many were told of. Safe to run late or twice."""
    now = ctx.clock.now()
    first = local(now).date().replace(day=1)
    if not ctx.rules.retention.of or now < instant(first, TOLD_AT):
        return 0
    told = 0
    for namnd in ctx.rules.namnder:
        for world in World:
            if world is World.BEREDSKAP or decides_on_clocks(ctx.rules, namnd):
                told += await ctx.store.write(partial(_tell, ctx=ctx, namnd=namnd, world=world, first=first))
    return told


def next_report(after: datetime) -> datetime:
    """Return the first instant after `after` at which the leaders are told."""
    this = instant(local(after).date().replace(day=1), TOLD_AT)
    return this if this > after else instant(_next_month(local(after).date()), TOLD_AT)


def _next_month(day: date) -> date:
    return (day.replace(day=1) + timedelta(days=32)).replace(day=1)


def _tell(tx: Tx, *, ctx: Context, namnd: NamndId, world: World, first: date) -> bool:
    month = (first - timedelta(days=1)).replace(day=1)
    which = f"{namnd}:{month:%Y-%m}" if world is World.BEREDSKAP else f"{namnd}:{world.value}:{month:%Y-%m}"
    if not tx.once(JOB, which):
        return False
    every = tx.retention.deleted_between(namnd, instant(month, time(0)), instant(first, time(0)))
    deleted = [found for found in every if found.kind in kinds_of(world)]
    read = retention_of if world is World.BEREDSKAP else unit_retention
    state = read(tx, ctx.rules, namnd, ctx.clock.now())
    parked, unread = tx.retention.parked(), not_reviewed(tx, ctx.rules, ctx.clock.now())
    lines = "\n".join(_lines(ctx.texts, deleted, state, parked, unread))
    for leader in tx.staff.with_role(Role.LEADER, namnd, world):
        if leader.slack_user_id:
            name = ctx.rules.namnder[namnd].short_name
            notice(tx, leader.id, JOB, dedupe=f"{JOB}:{which}", namnd=name, month=f"{month:%Y-%m}", lines=lines)
    counts = {f"deleted_{found.kind.value}": found.rows for found in deleted}
    counts |= {f"held_{why.value}": count for why, count in state.held_back.items()}
    counts |= {f"held_clocks_{why.value}": count for why, count in state.clocks.items()}
    counts |= {"holds": state.holds, "parked": parked, "not_reviewed": unread}
    details: dict[str, str | int | bool | None] = {"month": f"{month:%Y-%m}", **counts}
    tx.audit.record(AuditEntry("system", JOB, f"namnd:{namnd}", "monthly", namnd, details=details, world=world))
    return True


def _lines(texts: Texts, deleted: list[Deleted], state: RetentionOf, parked: int, unread: int) -> Iterator[str]:
    if not deleted:
        yield texts.staff("retention.nothing")
    for found in deleted:
        yield texts.staff(f"retention.deleted.{found.kind.value}", count=found.rows)
        if found.left:
            yield texts.staff("retention.left", count=found.left)
    yield from held_back_lines(texts, state, parked, unread)


def held_back_lines(texts: Texts, state: RetentionOf, parked: int, unread: int = 0) -> Iterator[str]:
    """Yield what is still there although its time is out, a line for each reason."""
    for why, count in state.held_back.items():
        yield texts.staff(f"retention.held.{why.value}", count=count)
    for why, count in state.clocks.items():
        yield texts.staff(f"retention.held_clocks.{why.value}", count=count)
    if state.holds:
        yield texts.staff("retention.holds", count=state.holds)
    if parked:
        yield texts.staff(f"retention.held.{HeldBack.PARKED.value}", count=parked)
    if unread:
        yield texts.staff(f"retention.held.{HeldBack.NOT_REVIEWED.value}", count=unread)
