"""The rota."""

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any

import sqlalchemy as sa
from sqlmodel import Session, col, select

from bot.domain.duty import Shift
from bot.domain.ids import NamndId, ShiftId, StaffId
from storage.tables import ShiftRow


class ShiftRows:
    def __init__(self, session: Session) -> None:
        self._session = session

    def get(self, shift_id: ShiftId) -> Shift | None:
        row = self._session.get(ShiftRow, shift_id)
        return None if row is None else _domain(row)

    def between(self, start: datetime, end: datetime) -> list[Shift]:
        """Return the shifts that touch [start, end), by start."""
        rows = self._session.exec(
            select(ShiftRow)
            .where(ShiftRow.starts_at < end, ShiftRow.ends_at > start)
            .order_by(col(ShiftRow.starts_at), col(ShiftRow.id))
        )
        return [_domain(row) for row in rows]

    def next_boundary(self, after: datetime) -> datetime | None:
        """Return when the next shift starts or ends after `after`, within ten days."""
        horizon = after + timedelta(days=10)
        edges = [edge for shift in self.between(after, horizon) for edge in (shift.starts_at, shift.ends_at)]
        return min((edge for edge in edges if edge > after), default=None)

    def upsert(self, shift: Shift) -> bool:
        """Add the shift, or give the one with the same person, nämnd and start this end. True when anything changed."""
        row = self._session.exec(
            select(ShiftRow).where(
                ShiftRow.staff_id == shift.staff_id,
                ShiftRow.lending_namnd == shift.lending_namnd,
                ShiftRow.starts_at == shift.starts_at,
            )
        ).first()
        if row is not None and row.ends_at == shift.ends_at:
            return False
        if row is not None:
            row.ends_at = shift.ends_at
        else:
            row = ShiftRow(**_values(shift))
        self._session.add(row)
        self._session.flush()
        return True

    def add_all(self, shifts: Sequence[Shift]) -> None:
        """Add shifts that are known to be new, in few statements."""
        if shifts:
            self._session.execute(sa.insert(ShiftRow), [_values(shift) for shift in shifts])


def _values(shift: Shift) -> dict[str, Any]:
    return {
        "id": shift.id,
        "staff_id": shift.staff_id,
        "lending_namnd": shift.lending_namnd,
        "starts_at": shift.starts_at,
        "ends_at": shift.ends_at,
    }


def _domain(row: ShiftRow) -> Shift:
    return Shift(ShiftId(row.id), StaffId(row.staff_id), NamndId(row.lending_namnd), row.starts_at, row.ends_at)
