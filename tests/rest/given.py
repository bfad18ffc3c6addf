"""An evening of beredskap for the tests of rest: who has it, what they did, and what stands in the log."""

from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any, Final

import sqlalchemy as sa

from bot.clock import Clock
from bot.domain.duty import Shift
from bot.domain.ids import ActiveTimeId, ShiftId, StaffId, new_id
from bot.domain.people import Role, Staff, StaffRole, World
from bot.domain.rest.active import ActiveTime, Source
from bot.ports import Store, Tx
from bot.services.context import Context
from storage.engine import writer_engine
from storage.tables import AuditRow
from tests.domain.rest_given import wall
from tests.imports.given import context as imports_context
from tests.storage.given import NORRVIK, staff

RECORDED: Final = "\n[rest]\nrecord_active_time = true\n"
MINUTE: Final = timedelta(minutes=1)


def context(store: Store, clock: Clock, **rest: Any) -> Context:
    made = imports_context(store, clock)
    rules = replace(made.rules.rest, **{"record_active_time": True, **rest})
    return replace(made, rules=replace(made.rules, rest=rules))


def leader(name: str = "Lena Holm") -> Staff:
    return staff(name, roles=frozenset({StaffRole(NORRVIK, World.BEREDSKAP, Role.LEADER)}))


def turn(who: Staff, start: str, end: str, *, is_backup: bool = False) -> Shift:
    return Shift(ShiftId(new_id()), who.id, NORRVIK, wall(start), wall(end), is_backup)


def did(shift: Shift, start: str, end: str, source: Source = Source.ANSWER) -> ActiveTime:
    return ActiveTime(ActiveTimeId(new_id()), shift.staff_id, shift.id, None, wall(start), wall(end), source)


async def stored(ctx: Context, *things: Staff | Shift | ActiveTime) -> None:
    def change(tx: Tx) -> None:
        for thing in things:
            if isinstance(thing, Staff):
                tx.staff.save(thing)
            elif isinstance(thing, Shift):
                tx.shifts.upsert(thing)
            else:
                tx.active_times.add(thing)

    await ctx.store.write(change)


async def active_of(ctx: Context, staff_id: StaffId) -> list[ActiveTime]:
    start, end = wall("2026-01-01 00:00"), wall("2027-12-31 00:00")
    return await ctx.store.read(lambda tx: tx.active_times.between(start, end, {staff_id}))


def logged(database_url: str, act: str) -> list[tuple[str, str, bool, dict[str, Any]]]:
    """Return who did `act`, on what ground, whether they might, and the details."""
    table = AuditRow.__table__  # type: ignore[attr-defined]
    engine = writer_engine(database_url)
    try:
        with engine.connect() as connection:
            rows = connection.execute(sa.select(table).where(table.c.act == act).order_by(table.c.id)).all()
    finally:
        engine.dispose()
    return [(row.actor, row.ground, row.is_allowed, row.details) for row in rows]


def at(text: str) -> datetime:
    return wall(text)
