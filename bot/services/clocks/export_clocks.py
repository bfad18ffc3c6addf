"""The clocks of a nämnd over a period, for a file: one row each, by when they came in. For who leads the unit.

Codes, times and the case's reference (lag 2001:454 7 a §); nothing that somebody wrote.
"""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from functools import partial
from typing import Final

from bot.domain.calendar import ONE_DAY, instant, local
from bot.domain.clocks import MIDNIGHT, ClockKind
from bot.domain.deadline import Deadline
from bot.domain.errors import AuditEntry, NotAllowed
from bot.domain.ids import NamndId, StaffId
from bot.domain.indicator import MEASURED, Indicator, Period, indicator
from bot.domain.people import Staff, World
from bot.domain.rules import NamndRules
from bot.domain.secrecy import Act
from bot.ports import Tx
from bot.services.clocks.access import subject_in
from bot.services.context import Context
from bot.services.imports.run import CLI, Progress, quiet
from bot.services.shared.access import actor, require_for
from bot.texts import export_words as words

DAYS: Final = timedelta(days=31)  # of which clocks are read in one transaction
HOUR: Final = timedelta(hours=1)


class UnknownNamnd(Exception):
    """There is no such nämnd; the message is for the person at the terminal."""


@dataclass(frozen=True, slots=True)
class ExportedClock:
    """One clock and the name of its handläggare. `hours_over` of a talk, `days_over` of the others; None in time."""

    clock: Deadline
    owner: str
    days_over: int | None
    hours_over: int | None


@dataclass(frozen=True, slots=True)
class ClockExport:
    """What the file holds, and what it says about itself. `made_by` is a name."""

    namnd_name: str
    first: date
    last: date
    made_at: datetime
    made_by: str
    rows: tuple[ExportedClock, ...]
    is_trial: bool = False


@dataclass(frozen=True, slots=True)
class IndicatorExport:
    """The indicator table, and what the file says about itself."""

    namnd_name: str
    made_at: datetime
    made_by: str
    table: Indicator
    is_trial: bool = False


async def export_clocks(
    namnd: str, first: date, last: date, *, ctx: Context, as_email: str, progress: Progress = quiet
) -> ClockExport:
    """Return the clocks that came in from `first` to `last`, both included; what was withdrawn is left out.

    The log has it before anybody does. Raises UnknownNamnd, NotAllowed (logged) or Busy.
    """
    rules = _known(ctx, namnd)
    reader, ground = await ctx.store.write(partial(_admit, ctx=ctx, namnd=rules.id, as_email=as_email))
    names = await ctx.store.read(lambda tx: {person.id: person.name for person in tx.staff.everyone()})
    clocks = await _received(ctx, rules.id, frozenset(ClockKind), first, last, progress)
    now = ctx.clock.now()
    rows = tuple(_row(clock, names.get(clock.owner, "") if clock.owner else "", now) for clock in clocks)
    details: dict[str, str | int] = {"from": first.isoformat(), "to": last.isoformat(), "rows": len(rows)}
    await ctx.store.write(_logging(reader.id, "export_clocks", ground, rules.id, details))
    return ClockExport(rules.name, first, last, now, reader.name, rows, ctx.rules.is_trial)


async def indicator_table(namnd: str, period: Period, *, ctx: Context, as_email: str) -> IndicatorExport:
    """Return the indicator table of a period, beside it the same period the year before.

    Raises UnknownNamnd, NotAllowed (logged) or Busy.
    """
    rules = _known(ctx, namnd)
    reader, ground = await ctx.store.write(partial(_admit, ctx=ctx, namnd=rules.id, as_email=as_email))
    clocks, before = [
        await _received(ctx, rules.id, MEASURED, some.first, some.last, quiet) for some in (period, period.year_before)
    ]
    await ctx.store.write(_logging(reader.id, "indicator", ground, rules.id, {"period": period.label}))
    now = ctx.clock.now()
    table = indicator(clocks, before, period, rules.clocks, now)
    return IndicatorExport(rules.name, now, reader.name, table, ctx.rules.is_trial)


def _known(ctx: Context, namnd: str) -> NamndRules:
    found = ctx.rules.namnder.get(NamndId(namnd.strip()))
    if found is None:
        raise UnknownNamnd(words.UNKNOWN_NAMND.format(known=", ".join(sorted(ctx.rules.namnder))))
    return found


def _admit(tx: Tx, *, ctx: Context, namnd: NamndId, as_email: str) -> tuple[Staff, str]:
    """Return who it is and on what ground they may; raises NotAllowed, logged."""
    staff = tx.staff.by_email(as_email.strip())
    if staff is None:
        entry = AuditEntry(
            CLI, Act.SEE_UNIT.value, f"namnd:{namnd}", "not_staff", namnd, is_allowed=False, world=World.MYNDIGHET
        )
        raise NotAllowed("not_staff", audit=entry)
    allowed = require_for(tx, ctx, actor(tx, ctx, staff), Act.SEE_UNIT, subject_in(namnd), what=f"namnd:{namnd}")
    return staff, allowed.ground


def _logging(
    reader: StaffId, act: str, ground: str, namnd: NamndId, details: dict[str, str | int]
) -> Callable[[Tx], None]:
    entry = AuditEntry(reader, act, f"namnd:{namnd}", ground, namnd, details=dict(details), world=World.MYNDIGHET)
    return lambda tx: tx.audit.record(entry)


async def _received(
    ctx: Context, namnd: NamndId, kinds: frozenset[ClockKind], first: date, last: date, progress: Progress
) -> list[Deadline]:
    """Return what came in, a month or so at a time: no transaction is long."""
    clocks: list[Deadline] = []
    for start, end in _parts(first, last):
        begins, ends = instant(start, MIDNIGHT), instant(end + ONE_DAY, MIDNIGHT)
        clocks += await ctx.store.read(partial(_between, namnd=namnd, kinds=kinds, first=begins, last=ends))
        progress(words.READING, (end - first).days + 1, (last - first).days + 1)
    return clocks


def _between(tx: Tx, *, namnd: NamndId, kinds: frozenset[ClockKind], first: datetime, last: datetime) -> list[Deadline]:
    return tx.deadlines.received_between(namnd, kinds, first, last)


def _parts(first: date, last: date) -> Iterator[tuple[date, date]]:
    start = first
    while start <= last:
        end = min(last, start + DAYS - ONE_DAY)
        yield start, end
        start = end + ONE_DAY


def _row(clock: Deadline, owner: str, now: datetime) -> ExportedClock:
    """Return a row with how long over its limit a clock went, or has gone so far."""
    if clock.talk is None:
        until = local(now).date() if clock.decided_on is None else clock.decided_on
        days = (until - clock.limit.due_on).days
        return ExportedClock(clock, owner, days if days > 0 else None, None)
    over = _reached(clock, now) - clock.limit.due_at
    return ExportedClock(clock, owner, None, max(over // HOUR, 0) if over >= timedelta() else None)


def _reached(clock: Deadline, now: datetime) -> datetime:
    """Return when both had been summoned, or else the talk ended, or else now."""
    talk = clock.talk
    ended = None if clock.decided_on is None else instant(clock.decided_on + ONE_DAY, MIDNIGHT)
    known = (None, None) if talk is None else (talk.summoned_at, talk.ended_at)
    return next((at for at in (*known, ended) if at is not None), now)
