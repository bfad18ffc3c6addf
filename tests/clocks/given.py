"""An office: two nämnder with their handläggare and leaders, and the beredskap, which has no part in it."""

from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime, timedelta
from typing import Any, Final, TypeVar

import sqlalchemy as sa
from sqlmodel import col

from bot.domain.absence import Absence
from bot.domain.calendar import STOCKHOLM, local
from bot.domain.clock_views import ClockRow
from bot.domain.clocks import ClockRules
from bot.domain.deadline import Deadline
from bot.domain.duty import Shift
from bot.domain.ids import AbsenceId, DeadlineId, NamndId, ShiftId, StaffId, new_id
from bot.domain.people import Role, Staff, StaffRole, World
from bot.ports import Tx
from bot.services.clocks.register import Registration, register_clocks
from bot.services.context import Context
from storage.store import SqlStore
from storage.tables import AuditRow, OutboxRow
from tests.frozen import FrozenClock
from tests.imports.given import context

T = TypeVar("T")
NORRVIK, SODERMARK = NamndId("norrvik"), NamndId("sodermark")
FRIDAY: Final = "2026-11-20 14:30"

INGRID, LARS, MONA, JOHAN, KERSTIN, PETRA, NILS, ANNA, GUNILLA, KARIN = (
    "UINGRID",
    "ULARS",
    "UMONA",
    "UJOHAN",
    "UKERSTIN",
    "UPETRA",
    "UNILS",
    "UANNA",
    "UGUNILLA",
    "UKARIN",
)
CAST: Final[dict[str, tuple[NamndId, World, Role]]] = {
    INGRID: (NORRVIK, World.MYNDIGHET, Role.HANDLAGGARE),
    LARS: (NORRVIK, World.MYNDIGHET, Role.HANDLAGGARE),
    MONA: (NORRVIK, World.MYNDIGHET, Role.HANDLAGGARE),
    JOHAN: (NORRVIK, World.MYNDIGHET, Role.LEADER),
    KERSTIN: (NORRVIK, World.MYNDIGHET, Role.LEADER),
    PETRA: (SODERMARK, World.MYNDIGHET, Role.HANDLAGGARE),
    NILS: (SODERMARK, World.MYNDIGHET, Role.LEADER),
    ANNA: (NORRVIK, World.BEREDSKAP, Role.FAMILJEBEHANDLARE),
    GUNILLA: (NORRVIK, World.BEREDSKAP, Role.LEADER),
    KARIN: (NORRVIK, World.BEREDSKAP, Role.ADMIN),
}


def wall(text: str) -> datetime:
    """Read "2026-11-20 14:30" as Stockholm time."""
    return datetime.fromisoformat(text).replace(tzinfo=STOCKHOLM).astimezone(UTC)


def staff_id(slack_user_id: str) -> StaffId:
    return StaffId(f"staff-{slack_user_id.lower()}")


def person(slack_user_id: str) -> Staff:
    role = StaffRole(*CAST[slack_user_id])
    name = slack_user_id[1:].capitalize()
    return Staff(staff_id(slack_user_id), name, f"{name.lower()}@example.se", slack_user_id, frozenset({role}))


@dataclass
class Office:
    """The world of one test: what is stored, and what was said to whom."""

    ctx: Context
    store: SqlStore
    clock: FrozenClock

    async def opens(self) -> None:
        """Employ everybody, and give Anna the duty for both nämnder, day and night."""

        def change(tx: Tx) -> None:
            for slack_user_id in CAST:
                tx.staff.save(person(slack_user_id))
            now = self.clock.now()
            ends = now + timedelta(days=400)
            tx.shifts.upsert(Shift(ShiftId(new_id()), staff_id(ANNA), NORRVIK, now - timedelta(days=1), ends))

        await self.store.write(change)

    def is_now(self, text: str) -> None:
        self.clock.passes(wall(text) - self.clock.now())

    def with_clock_rules(self, **changes: Any) -> "Office":
        """Return the same office, where Norrvik has decided otherwise."""
        norrvik = self.ctx.rules.namnder[NORRVIK]
        own = replace(norrvik, clocks=replace(ClockRules(), **changes))
        rules = replace(self.ctx.rules, namnder={**self.ctx.rules.namnder, NORRVIK: own})
        return Office(replace(self.ctx, rules=rules), self.store, self.clock)

    async def registers(self, *kinds: str, by: str = INGRID, **changes: Any) -> tuple[ClockRow, ...]:
        """Register what came in just now, for whoever registers it."""
        return await register_clocks(self.registration(*kinds, by=by, **changes), ctx=self.ctx)

    def registration(self, *kinds: str, by: str = INGRID, **changes: Any) -> Registration:
        now = local(self.clock.now())
        filled_in: dict[str, Any] = {
            "slack_user_id": by,
            "namnd": CAST[by][0],
            "case_ref": "K-123",
            "kinds": kinds or ("forhandsbedomning",),
            "received_on": f"{now:%Y-%m-%d}",
            "received_time": f"{now:%H.%M}",
            "owner": staff_id(by),
            "key": new_id(),
        }
        return Registration(**(filled_in | changes))

    async def has_clock(self, kind: str = "forhandsbedomning", **changes: Any) -> str:
        """Register one clock and return its id."""
        rows = await self.registers(kind, **changes)
        return next(row.deadline_id for row in rows if row.kind.value == kind)

    async def reads(self, query: Callable[[Tx], T]) -> T:
        return await self.store.read(query)

    async def writes(self, change: Callable[[Tx], T]) -> T:
        return await self.store.write(change)

    async def deadline(self, deadline_id: str) -> Deadline:
        found = await self.store.read(lambda tx: tx.deadlines.get(DeadlineId(deadline_id)))
        assert found is not None
        return found

    async def of_case(self, case_ref: str = "K-123", namnd: NamndId = NORRVIK) -> list[Deadline]:
        return await self.store.read(lambda tx: tx.deadlines.of_case(namnd, case_ref))

    async def history(self, deadline_id: str) -> list[tuple[str, str]]:
        """Return what has happened to a clock: kind and code."""
        events = await self.store.read(lambda tx: tx.deadlines.events(DeadlineId(deadline_id)))
        return [(event.kind.value, event.code) for event in events]

    async def is_away(self, who: str, first: str, last: str, stand_in: str = "", namnd: NamndId = NORRVIK) -> str:
        """Store an absence as it is, and return its id."""
        begins, ends = date.fromisoformat(first), date.fromisoformat(last)
        instead = staff_id(stand_in) if stand_in else None
        absence = Absence(AbsenceId(new_id()), namnd, staff_id(who), begins, ends, instead)
        await self.store.write(lambda tx: tx.absences.add(absence))
        return absence.id

    async def leaves(self, who: str) -> None:
        await self.store.write(lambda tx: tx.staff.save(replace(person(who), is_active=False)))

    def told(self) -> list[tuple[str, str]]:
        """Return what was said at once, to whom, in the order it was said."""
        names = {staff_id(slack_user_id): slack_user_id for slack_user_id in CAST}
        rows = self._rows(OutboxRow, col(OutboxRow.kind) == "clock")
        return [(row.payload["why"], names[row.payload["staff"]]) for row in rows]

    def drawn(self) -> list[str]:
        """Return which lists are to be drawn again."""
        return [row.payload["list"] for row in self._rows(OutboxRow, col(OutboxRow.kind) == "clocks")]

    def audit(self, who: str) -> list[tuple[str, str, bool]]:
        """Return what somebody wanted to do, on what ground they were let in or refused, and which of the two."""
        rows = self._rows(AuditRow, col(AuditRow.actor) == staff_id(who))
        return [(row.act, row.ground, row.is_allowed) for row in rows]

    def audited_subjects(self, who: str) -> list[str]:
        return [row.subject for row in self._rows(AuditRow, col(AuditRow.actor) == staff_id(who))]

    def _rows(self, table: Any, where: Any) -> list[Any]:
        with self.store.engine.connect() as connection:
            return list(connection.execute(sa.select(table.__table__).where(where).order_by(col(table.id))))


def an_office(store: SqlStore, clock: FrozenClock) -> Office:
    return Office(context(store, clock), store, clock)
