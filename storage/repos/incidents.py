"""Stops, and the clocks of their incidents. Reasons and references are sealed."""

from collections.abc import Collection
from datetime import datetime
from typing import Any, Final

import sqlalchemy as sa
from sqlalchemy.dialects import postgresql, sqlite
from sqlmodel import Session, col, select

from bot.domain.ids import NamndId, StaffId
from bot.domain.incident import IncidentClock, IncidentDuty, Stop
from storage.tables import IncidentClockRow, IncidentRow, IncidentStopRow
from storage.tables.incident import RUNNING, STANDING
from storage.vault import Vault

PURPOSE: Final = "incident"
INCIDENT: Final[sa.Table] = IncidentRow.__table__  # type: ignore[attr-defined]
STOP: Final[sa.Table] = IncidentStopRow.__table__  # type: ignore[attr-defined]

# Made once: every row that leaves asks it, and making a statement costs more than running it.
STANDING_ONES: Final = (
    sa.select(STOP.c.incident_id, STOP.c.namnd, INCIDENT.c.at, INCIDENT.c.staff_id)
    .join(INCIDENT, INCIDENT.c.id == STOP.c.incident_id)
    .where(sa.text(f"incident_stop.{STANDING}"))
    .order_by(INCIDENT.c.at, STOP.c.namnd)
)
HELD_ONES: Final = STANDING_ONES.with_for_update(read=True, of=STOP)


class IncidentRows:
    """See bot.ports.IncidentRepo."""

    def __init__(self, session: Session, vault: Vault) -> None:
        self._session = session
        self._vault = vault

    def stops(self, *, lock: bool = False) -> list[Stop]:
        rows = self._session.connection().execute(HELD_ONES if lock else STANDING_ONES)
        return [Stop(row.incident_id, NamndId(row.namnd), row.at, StaffId(row.staff_id)) for row in rows]

    def begin(
        self, incident_id: str, namnder: Collection[NamndId], by: StaffId, reason: str, at: datetime
    ) -> list[NamndId]:
        sealed = self._vault.seal(PURPOSE, reason)
        self._session.add(IncidentRow(id=incident_id, at=at, staff_id=by, reason=sealed))
        self._session.flush()
        stopped = [namnd for namnd in sorted(namnder) if self._stop(incident_id, namnd)]
        if not stopped:  # another instance was first: its incident is the one
            self._session.connection().execute(sa.delete(INCIDENT).where(INCIDENT.c.id == incident_id))
        return stopped

    def _stop(self, incident_id: str, namnd: NamndId) -> bool:
        connection = self._session.connection()
        insert = (sqlite.insert if connection.dialect.name == "sqlite" else postgresql.insert)(STOP)
        statement = insert.values(incident_id=incident_id, namnd=namnd).on_conflict_do_nothing()
        return connection.execute(statement.execution_options(preserve_rowcount=True)).rowcount == 1

    def lift(self, namnd: NamndId, by: StaffId, reason: str, at: datetime) -> bool:
        statement = (
            sa.update(STOP)
            .where(STOP.c.namnd == namnd, sa.text(STANDING))
            .values(lifted_at=at, lifted_by=by, lift_reason=self._vault.seal(PURPOSE, reason))
        )
        return self._session.connection().execute(statement).rowcount == 1

    def namnder_of(self, incident_id: str) -> list[NamndId]:
        statement = sa.select(STOP.c.namnd).where(STOP.c.incident_id == incident_id).order_by(STOP.c.namnd)
        return [NamndId(namnd) for namnd in self._session.connection().execute(statement).scalars()]

    def save_clock(self, clock: IncidentClock) -> None:
        self._session.merge(
            IncidentClockRow(
                id=clock.id,
                incident_id=clock.incident_id,
                duty=clock.duty.value,
                namnd=clock.namnd,
                due_at=clock.due_at,
                next_at=clock.next_at,
                done_at=clock.done_at,
                done_by=clock.done_by,
                reference=self._vault.seal(PURPOSE, clock.reference) if clock.reference else None,
            )
        )
        self._session.flush()

    def clock(self, clock_id: str, *, lock: bool = False) -> IncidentClock | None:
        row = self._session.get(IncidentClockRow, clock_id, with_for_update=lock, populate_existing=lock)
        return None if row is None else self._clock(row)

    def clocks_of(self, incident_id: str) -> list[IncidentClock]:
        return self._clocks(col(IncidentClockRow.incident_id) == incident_id)

    def running_clocks(self) -> list[IncidentClock]:
        return self._clocks(sa.text(RUNNING))

    def clocks_due(self, now: datetime) -> list[str]:
        statement = select(IncidentClockRow.id).where(sa.text(RUNNING), col(IncidentClockRow.next_at) <= now)
        return list(self._session.exec(statement.order_by(col(IncidentClockRow.next_at), col(IncidentClockRow.id))))

    def next_due(self, after: datetime) -> datetime | None:
        soonest = sa.func.min(col(IncidentClockRow.next_at))
        found: datetime | None = (
            self._session.connection()
            .execute(sa.select(soonest).where(sa.text(RUNNING), col(IncidentClockRow.next_at) > after))
            .scalar_one()
        )
        return found

    def _clocks(self, which: Any) -> list[IncidentClock]:
        statement = select(IncidentClockRow).where(which)
        rows = self._session.exec(statement.order_by(col(IncidentClockRow.due_at), col(IncidentClockRow.id)))
        return [self._clock(row) for row in rows]

    def _clock(self, row: IncidentClockRow) -> IncidentClock:
        return IncidentClock(
            id=row.id,
            incident_id=row.incident_id,
            duty=IncidentDuty(row.duty),
            namnd=None if row.namnd is None else NamndId(row.namnd),
            due_at=row.due_at,
            next_at=row.next_at,
            done_at=row.done_at,
            done_by=None if row.done_by is None else StaffId(row.done_by),
            reference="" if row.reference is None else self._vault.open(PURPOSE, row.reference),
        )
