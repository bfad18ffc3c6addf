"""Who has how many clocks in a nämnd, who stands in for whom, and which clocks nobody has."""

from collections.abc import Iterable
from datetime import timedelta
from typing import Final

from bot.domain.absence import Absence
from bot.domain.calendar import local
from bot.domain.clock_views import OwnerLine
from bot.domain.ids import NamndId, StaffId
from bot.domain.people import Role, World
from bot.ports import OwnerCount, Tx
from bot.services.clocks.access import owners_behind, who_has
from bot.services.context import Context
from bot.services.shared.view import slack_id

A_WEEK: Final = timedelta(days=7)


def answered_for(tx: Tx, ctx: Context, namnd: NamndId, staff_id: StaffId) -> frozenset[StaffId]:
    """Return whose clocks somebody may see as theirs: their own, also while away, and of those they stand in for."""
    return frozenset({staff_id, *owners_behind(tx, ctx, namnd, staff_id)})


def owner_counts(tx: Tx, ctx: Context, namnd: NamndId) -> list[OwnerCount]:
    now = ctx.clock.now()
    return tx.deadlines.counts(namnd, now, now + A_WEEK)


def unreached(tx: Tx, ctx: Context, namnd: NamndId, owners: Iterable[StaffId | None]) -> frozenset[StaffId | None]:
    """Return those of `owners` whose clocks nobody has today: None, who has left, who is away without a stand-in."""
    return frozenset(owner for owner in owners if who_has(tx, ctx, namnd, owner) is None)


def owner_lines(tx: Tx, ctx: Context, namnd: NamndId) -> tuple[OwnerLine, ...]:
    """Return how each handläggare of a unit stands, also who has no clocks; last what nobody in Slack owns."""
    counts = {count.owner: count for count in owner_counts(tx, ctx, namnd)}
    for person in tx.staff.with_role(Role.HANDLAGGARE, namnd, World.MYNDIGHET):
        counts.setdefault(person.id, OwnerCount(person.id, 0, 0, 0))
    today = local(ctx.clock.now()).date()
    away = {a.staff_id: a for a in tx.absences.of(namnd, today) if a.covers(today)}
    lines: dict[str, OwnerLine] = {}
    for owner, count in counts.items():
        line = _line(tx, count, None if owner is None else away.get(owner))
        lines[line.owner] = _together(lines[line.owner], line) if line.owner in lines else line
    return tuple(sorted(lines.values(), key=lambda ln: (not ln.owner, -ln.overdue, -ln.this_week, -ln.running)))


def together(lines: Iterable[OwnerLine]) -> tuple[OwnerLine, ...]:
    """Return lines of several nämnder with one line for each person."""
    found: dict[str, OwnerLine] = {}
    for line in lines:
        found[line.owner] = _together(found[line.owner], line) if line.owner in found else line
    return tuple(found.values())


def _line(tx: Tx, count: OwnerCount, absence: Absence | None) -> OwnerLine:
    return OwnerLine(
        owner=slack_id(tx, count.owner),
        running=count.running,
        overdue=count.overdue,
        this_week=count.soon,
        away_until=None if absence is None else absence.last,
        stand_in="" if absence is None else slack_id(tx, absence.stand_in),
    )


def _together(one: OwnerLine, other: OwnerLine) -> OwnerLine:
    return OwnerLine(
        one.owner,
        one.running + other.running,
        one.overdue + other.overdue,
        one.this_week + other.this_week,
        one.away_until or other.away_until,
        one.stand_in or other.stand_in,
    )


def count_unreached(tx: Tx, ctx: Context, namnd: NamndId) -> int:
    """Return how many running clocks nobody has today."""
    counts = owner_counts(tx, ctx, namnd)
    nobody = unreached(tx, ctx, namnd, (count.owner for count in counts))
    return sum(count.running for count in counts if count.owner in nobody)
