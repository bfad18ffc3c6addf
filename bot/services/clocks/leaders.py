"""What the leaders of a unit are told when the office opens: what is overdue, and what nobody has."""

from datetime import date, timedelta
from functools import partial
from typing import Final

from bot.domain.calendar import ONE_DAY, WeekHours, local
from bot.domain.clock_ladder import speaks_now
from bot.domain.clock_views import UnitMessage
from bot.domain.clocks import open_spans, opening_on
from bot.domain.ids import NamndId, StaffId
from bot.domain.outbound import OutboxKind
from bot.domain.rules import NamndRules
from bot.ports import Tx
from bot.services.clocks.access import leaders_of
from bot.services.clocks.owners import owner_counts, owner_lines, unreached
from bot.services.clocks.rows import rows_of
from bot.services.context import Context
from bot.services.post_digests import FIRST_START
from bot.services.shared.alone import alone

MOST_OVERDUE: Final = 20  # rows in one message; the others are counted
MOST_UNOWNED: Final = 15
TOLD: Final = "unit"  # scopes of what is done once: thought of today, and the week's overview posted
TOLD_WEEK: Final = "unit_week"


async def tell_leaders(*, ctx: Context) -> int:
    """Write what each leader is to be told this morning; return how many messages were written.

    Once a working day while the office is open, so that downtime makes one message and not one a day. Once a week
    the overview goes with it, and then also when nothing is wrong.
    """
    told = 0
    for namnd in ctx.rules.namnder.values():
        for leader in await ctx.store.read(partial(_not_told, ctx=ctx, namnd=namnd)):
            step = partial(_tell, ctx=ctx, namnd=namnd, leader=leader)
            told += await alone(ctx, step, event="leader_not_told", namnd=namnd.id, staff_id=leader)
    return told


def overview_on(day: date, weekday: int, office: WeekHours, closed_days: frozenset[date]) -> date | None:
    """Return the day of the overview in the week of `day`: `weekday`, or the next day after it on which it is open.

    The last such day before it when the office is closed for the rest of that week; None for a week without any.
    """
    monday = day - timedelta(days=day.weekday())
    working = [d for d in (monday + n * ONE_DAY for n in range(7)) if any(open_spans(office, d, closed_days))]
    later = [d for d in working if d.weekday() >= weekday]
    return next(iter(later), working[-1] if working else None)


def _not_told(tx: Tx, *, ctx: Context, namnd: NamndRules) -> list[StaffId]:
    """Return the leaders whose message of today has not been thought of yet; nobody while the office is closed."""
    now, closed_days = ctx.clock.now(), ctx.rules.closed_days
    today = local(now).date()
    if not speaks_now(now, namnd.office_hours, closed_days) or _was_before_start(tx, ctx, namnd, today):
        return []
    return [p.id for p in leaders_of(tx, namnd.id) if not tx.was_done(TOLD, f"{namnd.id}:{today}:{p.id}")]


def _was_before_start(tx: Tx, ctx: Context, namnd: NamndRules, day: date) -> bool:
    """Tell whether the morning of `day` came before this installation began: that is not made up for."""
    started = tx.last_run(FIRST_START)
    return started is not None and opening_on(namnd.office_hours, day, ctx.rules.closed_days) < started


def _tell(tx: Tx, *, ctx: Context, namnd: NamndRules, leader: StaffId) -> bool:
    today = local(ctx.clock.now()).date()
    if not tx.once(TOLD, f"{namnd.id}:{today}:{leader}"):
        return False  # another process was first
    week = _week_to_survey(tx, ctx, namnd, leader, today)
    if not says_something(unit_message(tx, ctx, namnd.id, is_week=bool(week))):
        return False
    return tx.outbox.add(
        OutboxKind.UNIT,
        f"unit:{leader}",
        {"namnd": namnd.id, "staff": leader, "day": today.isoformat(), "week": week},
        dedupe_key=f"unit:{namnd.id}:{today}:{leader}",
    )


def _week_to_survey(tx: Tx, ctx: Context, namnd: NamndRules, leader: StaffId, today: date) -> str:
    """Return the key of the week whose overview a leader is to have now; "" when it is not time, or they have it.

    One that could not be posted on its day goes with the next morning's message of the same week.
    """
    day = overview_on(today, namnd.clocks.overview_weekday, namnd.office_hours, ctx.rules.closed_days)
    if day is None or day > today or _was_before_start(tx, ctx, namnd, day):
        return ""
    key = f"{namnd.id}:{today - timedelta(days=today.weekday())}:{leader}"
    return "" if tx.was_done(TOLD_WEEK, key) else key


def unit_message(tx: Tx, ctx: Context, namnd_id: NamndId, *, is_week: bool) -> UnitMessage:
    """Return what the leaders are told of a unit as it is now; what nobody has includes what is overdue of it."""
    now, namnd = ctx.clock.now(), ctx.rules.namnder[namnd_id]
    counts = owner_counts(tx, ctx, namnd_id)
    nobodys = unreached(tx, ctx, namnd_id, (count.owner for count in counts))
    overdue = tx.deadlines.overdue(namnd_id, now, limit=MOST_OVERDUE)
    unowned = tx.deadlines.running(namnd_id, nobodys, limit=MOST_UNOWNED) if nobodys else []
    return UnitMessage(
        namnd_name=namnd.short_name,
        day=local(now).date(),
        overdue=rows_of(tx, overdue, now),
        unowned=rows_of(tx, unowned, now),
        more_overdue=sum(count.overdue for count in counts) - len(overdue),
        more_unowned=sum(count.running for count in counts if count.owner in nobodys) - len(unowned),
        owners=owner_lines(tx, ctx, namnd_id) if is_week else (),
        is_week=is_week,
        is_trial=ctx.rules.is_trial,
    )


def says_something(unit: UnitMessage) -> bool:
    """Tell whether a message is worth sending: in a unit without any clocks there is nothing to survey either."""
    return bool(unit.overdue or unit.unowned or any(line.running for line in unit.owners))
