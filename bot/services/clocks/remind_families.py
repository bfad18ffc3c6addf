"""The family is reminded of a booked time: the day before, and two hours before."""

from datetime import datetime, time
from functools import partial
from typing import Final

from bot.domain.calendar import local
from bot.domain.deadline import Deadline
from bot.domain.ids import SummonsId
from bot.domain.summons import EARLIEST, Summons, scheduled
from bot.ports import Tx
from bot.services.clocks import summons_texts as texts
from bot.services.context import Context
from bot.services.shared.alone import alone
from bot.services.shared.restored import is_from_before

LATEST: Final = time(21)  # local; what is late by then waits for the morning's reminder


async def remind_families(*, ctx: Context) -> int:
    """Send the reminders that are due; return how many summons were reminded of.

    Each in a transaction of its own. One that is late is sent only while the talk is ahead, and says when it is.
    """
    due = await ctx.store.read(lambda tx: tx.summons.due(ctx.clock.now()))
    reminded = 0
    for summons_id in due:
        step = partial(_remind_if_due, ctx=ctx, summons_id=summons_id)
        reminded += await alone(ctx, step, event="summons_left_behind", summons_id=summons_id)
    return reminded


def _remind_if_due(tx: Tx, ctx: Context, summons_id: SummonsId) -> bool:
    now = ctx.clock.now()
    seen = tx.summons.get(summons_id)
    clock = None if seen is None else tx.deadlines.get(seen.deadline_id, lock=True)
    summons = tx.summons.get(summons_id, lock=True)
    if clock is None or summons is None or summons.next_at is None or summons.next_at > now:
        return False  # another instance was first
    tx.summons.save(scheduled(summons, now))
    if is_from_before(tx, summons.next_at):
        return False  # it may have been sent by the program that the backup was taken of
    if summons.booked_at is None or not _may_remind(clock, summons, now):
        return False
    texts.remind(tx, ctx, summons, summons.booked_at)
    return True


def _may_remind(clock: Deadline, summons: Summons, now: datetime) -> bool:
    """Not while the police ask us to wait, not of a time that is off, and nobody at night."""
    if not clock.is_running or clock.talk is None or clock.talk.police_hold:
        return False
    is_ahead = summons.booked_at is not None and summons.booked_at > now
    return is_ahead and clock.talk.booked_at == summons.booked_at and EARLIEST <= local(now).time() < LATEST
