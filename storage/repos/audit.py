"""The audit log: append-only, and the segments that seal it."""

from collections.abc import Iterable, Sequence
from datetime import datetime
from typing import Any, Final

import sqlalchemy as sa
from sqlmodel import Session, col, select

from bot.clock import Clock
from bot.domain.audit import DayHash, Horizon, Logged, Segment
from bot.domain.errors import AuditEntry
from storage.tables import AuditDayRow, AuditRow, AuditSegmentRow

AUDIT: Final[sa.Table] = AuditRow.__table__  # type: ignore[attr-defined]
INTO: Final = sa.insert(AUDIT)
WRITING: Final = sa.text(  # whoever has taken an id holds this lock until its transaction has ended
    "SELECT DISTINCT virtualtransaction FROM pg_locks WHERE locktype = 'relation' AND relation = 'audit'::regclass "
    "AND database = (SELECT oid FROM pg_database WHERE datname = current_database()) "
    "AND mode = 'RowExclusiveLock' AND granted"
)


class AuditRows:
    """See bot.ports.AuditRepo."""

    def __init__(self, session: Session, clock: Clock) -> None:
        self._session = session
        self._clock = clock

    def record(self, entry: AuditEntry) -> None:
        self.record_all([entry])

    def record_all(self, entries: Iterable[AuditEntry]) -> None:
        """Record many entries, in their order, in few statements."""
        rows = [
            {
                "at": self._clock.now(),
                "actor": entry.actor,
                "act": entry.act,
                "subject": entry.subject,
                "namnd": entry.namnd,
                "world": entry.world.value,
                "is_allowed": entry.is_allowed,
                "ground": entry.ground,
                "details": dict(entry.details),
            }
            for entry in entries
        ]
        if rows:
            self._session.connection().execute(INTO, rows)


class SealRows:
    """See bot.ports.SealRepo."""

    def __init__(self, session: Session) -> None:
        self._session = session

    def horizon(self) -> Horizon:
        # In this order: whoever takes an id after the first statement has a higher one.
        last_id = self._session.connection().scalar(sa.select(sa.func.max(AUDIT.c.id)))
        return Horizon(last_id or 0, self.writers())

    def writers(self) -> frozenset[str]:
        if self._session.connection().dialect.name == "sqlite":
            return frozenset()  # one writes at a time: ids are committed in their order
        return frozenset(self._session.connection().scalars(WRITING))

    def rows(self, after_id: int, last_id: int, limit: int) -> list[Logged]:
        statement = sa.select(AUDIT).where(AUDIT.c.id > after_id, AUDIT.c.id <= last_id).order_by(AUDIT.c.id)
        return [logged(row) for row in self._session.connection().execute(statement.limit(limit))]

    def oldest_after(self, row_id: int) -> datetime | None:
        oldest = sa.select(sa.func.min(AUDIT.c.at)).where(AUDIT.c.id > row_id)
        found: datetime | None = self._session.connection().scalar(oldest)
        return found

    def count_after(self, row_id: int) -> int:
        counted = sa.select(sa.func.count()).select_from(AUDIT).where(AUDIT.c.id > row_id)
        return self._session.connection().scalar(counted) or 0

    def newest(self) -> Segment | None:
        row = self._session.exec(select(AuditSegmentRow).order_by(col(AuditSegmentRow.number).desc()).limit(1)).first()
        return None if row is None else _segment(row)

    def segments(self, after: int, limit: int) -> list[Segment]:
        statement = select(AuditSegmentRow).where(col(AuditSegmentRow.number) > after)
        return [
            _segment(row) for row in self._session.exec(statement.order_by(col(AuditSegmentRow.number)).limit(limit))
        ]

    def add(self, segment: Segment) -> bool:
        newest = self.newest()
        if segment.number != (1 if newest is None else newest.number + 1):
            return False
        self._session.add(
            AuditSegmentRow(
                number=segment.number,
                first_id=segment.first_id,
                last_id=segment.last_id,
                count=segment.count,
                first_at=segment.first_at,
                last_at=segment.last_at,
                sealed_at=segment.sealed_at,
                previous=segment.previous,
                hash=segment.hash,
            )
        )
        self._session.flush()  # another instance may have been first: then the key is taken, and we look again
        return True

    def day(self, day: str) -> DayHash | None:
        row = self._session.get(AuditDayRow, day)
        return None if row is None else DayHash(row.day, row.number, row.count, row.hash)

    def days(self, since: str = "") -> list[DayHash]:
        statement = select(AuditDayRow).where(col(AuditDayRow.day) >= since).order_by(col(AuditDayRow.day))
        return [DayHash(row.day, row.number, row.count, row.hash) for row in self._session.exec(statement)]

    def add_day(self, day: DayHash) -> None:
        self._session.add(AuditDayRow(day=day.day, number=day.number, count=day.count, hash=day.hash))
        self._session.flush()

    def release(self, before: datetime, decision: str, limit: int, *, keep_from: int | None = None) -> int:
        """See bot.ports.SealRepo."""
        oldest = select(AuditSegmentRow).where(col(AuditSegmentRow.released_by).is_(None))
        rows: Sequence[AuditSegmentRow] = self._session.exec(
            oldest.order_by(col(AuditSegmentRow.number)).limit(limit)
        ).all()
        gone = 0
        for row in rows:
            if row.last_at >= before or (keep_from is not None and row.last_id >= keep_from):
                break
            row.released_by = decision
            self._session.add(row)
            self._session.flush()
            within = sa.delete(AUDIT).where(AUDIT.c.id >= row.first_id, AUDIT.c.id <= row.last_id)
            gone += self._session.connection().execute(within).rowcount
        return gone

    def released_to(self) -> int:
        newest = sa.select(sa.func.max(AuditSegmentRow.last_id)).where(col(AuditSegmentRow.released_by).is_not(None))
        return self._session.connection().scalar(newest) or 0


def logged(row: Any) -> Logged:
    """Return a row of the table as the domain knows it."""
    return Logged(
        row.id, row.at, row.actor, row.act, row.subject, row.namnd, row.world, row.is_allowed, row.ground, row.details
    )


def _segment(row: AuditSegmentRow) -> Segment:
    return Segment(
        number=row.number,
        first_id=row.first_id,
        last_id=row.last_id,
        count=row.count,
        first_at=row.first_at,
        last_at=row.last_at,
        sealed_at=row.sealed_at,
        previous=row.previous,
        hash=row.hash,
        released_by=row.released_by,
    )
