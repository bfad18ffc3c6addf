"""The rota."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Final

import sqlalchemy as sa
from sqlmodel import Session, select

from bot.domain.duty import Shift
from bot.domain.ids import NamndId, ShiftId, StaffId
from storage.tables import ShiftRow

TABLE: sa.Table = ShiftRow.__table__  # type: ignore[attr-defined]
BETWEEN: Final = (
    sa.select(TABLE)
    .where(TABLE.c.starts_at < sa.bindparam("before"), TABLE.c.ends_at > sa.bindparam("after"))
    .order_by(TABLE.c.starts_at, TABLE.c.id)
)
OF_STAFF: Final = BETWEEN.where(TABLE.c.staff_id == sa.bindparam("whose"))
AROUND: Final = timedelta(hours=1)  # of a moment that is asked for: the next one is seldom far away


@dataclass(frozen=True, slots=True)
class _Seen:
    """All shifts that touch a stretch of time, as this transaction has seen them."""

    start: datetime
    end: datetime
    shifts: tuple[Shift, ...]


class ShiftRows:
    def __init__(self, session: Session) -> None:
        self._session = session
        self._seen: _Seen | None = None

    def get(self, shift_id: ShiftId) -> Shift | None:
        row = self._session.get(ShiftRow, shift_id)
        return None if row is None else _domain(row)

    def between(self, start: datetime, end: datetime) -> list[Shift]:
        """Return the shifts that touch [start, end), by start."""
        seen = self._seen
        if seen is None or start < seen.start or end > seen.end:
            after, before = start - AROUND, end + AROUND
            rows = self._session.connection().execute(BETWEEN, {"after": after, "before": before})
            self._seen = seen = _Seen(after, before, tuple(_domain(row) for row in rows))
        return [shift for shift in seen.shifts if shift.starts_at < end and shift.ends_at > start]

    def of_staff(self, staff_id: StaffId, start: datetime, end: datetime) -> list[Shift]:
        """Return somebody's shifts that touch [start, end), by start."""
        given = {"after": start, "before": end, "whose": staff_id}
        return [_domain(row) for row in self._session.connection().execute(OF_STAFF, given)]

    def next_boundary(self, after: datetime) -> datetime | None:
        """Return when the next shift starts or ends after `after`, within ten days."""
        horizon = after + timedelta(days=10)
        edges = [edge for shift in self.between(after, horizon) for edge in (shift.starts_at, shift.ends_at)]
        return min((edge for edge in edges if edge > after), default=None)

    def upsert(self, shift: Shift) -> bool:
        """Add the shift, or make the one with the same person, nämnd and start like it. True when anything changed."""
        self._seen = None
        row = self._session.exec(
            select(ShiftRow).where(
                ShiftRow.staff_id == shift.staff_id,
                ShiftRow.lending_namnd == shift.lending_namnd,
                ShiftRow.starts_at == shift.starts_at,
            )
        ).first()
        if row is not None and (row.ends_at, row.is_backup) == (shift.ends_at, shift.is_backup):
            return False
        if row is not None:
            row.ends_at, row.is_backup = shift.ends_at, shift.is_backup
        else:
            row = ShiftRow(**_values(shift))
        self._session.add(row)
        self._session.flush()
        return True

    def change(self, shift: Shift) -> bool:
        """Give the shift with this id another owner, other hours or another part; False when it is not there."""
        self._seen = None
        self._session.expire_all()
        changed = sa.update(TABLE).where(TABLE.c.id == shift.id).values(_values(shift))
        return self._session.connection().execute(changed).rowcount == 1

    def remove(self, shift_id: ShiftId) -> bool:
        """Take a shift out of the rota; False when it is not there."""
        self._seen = None
        self._session.expire_all()
        return self._session.connection().execute(sa.delete(TABLE).where(TABLE.c.id == shift_id)).rowcount == 1

    def add_all(self, shifts: Sequence[Shift]) -> None:
        """Add shifts that are known to be new, in few statements."""
        self._seen = None
        if shifts:
            self._session.execute(sa.insert(ShiftRow), [_values(shift) for shift in shifts])


def _values(shift: Shift) -> dict[str, Any]:
    return {
        "id": shift.id,
        "staff_id": shift.staff_id,
        "lending_namnd": shift.lending_namnd,
        "starts_at": shift.starts_at,
        "ends_at": shift.ends_at,
        "is_backup": shift.is_backup,
    }


def _domain(row: ShiftRow | sa.Row[Any]) -> Shift:
    return Shift(
        ShiftId(row.id),
        StaffId(row.staff_id),
        NamndId(row.lending_namnd),
        row.starts_at,
        row.ends_at,
        is_backup=bool(row.is_backup),
    )
