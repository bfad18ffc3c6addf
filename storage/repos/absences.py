"""Who is away, and who stands in."""

from datetime import date

from sqlmodel import Session, col, select

from bot.domain.absence import Absence
from bot.domain.ids import AbsenceId, NamndId, StaffId
from storage.tables import AbsenceRow


class AbsenceRows:
    def __init__(self, session: Session) -> None:
        self._session = session

    def add(self, absence: Absence) -> None:
        self._session.add(
            AbsenceRow(
                id=absence.id,
                namnd=absence.namnd,
                staff_id=absence.staff_id,
                first_day=absence.first,
                last_day=absence.last,
                stand_in=absence.stand_in,
            )
        )
        self._session.flush()

    def remove(self, absence_id: AbsenceId) -> None:
        """Forget an absence; harmless when it has been forgotten already."""
        row = self._session.get(AbsenceRow, absence_id)
        if row is not None:
            self._session.delete(row)
            self._session.flush()

    def get(self, absence_id: AbsenceId) -> Absence | None:
        row = self._session.get(AbsenceRow, absence_id)
        return None if row is None else _domain(row)

    def of(self, namnd: NamndId, since: date) -> list[Absence]:
        rows = self._session.exec(
            select(AbsenceRow)
            .where(AbsenceRow.namnd == namnd, AbsenceRow.last_day >= since)
            .order_by(col(AbsenceRow.first_day), col(AbsenceRow.id))
        )
        return [_domain(row) for row in rows]

    def running_or_coming(self, since: date) -> list[Absence]:
        rows = self._session.exec(
            select(AbsenceRow)
            .where(AbsenceRow.last_day >= since)
            .order_by(col(AbsenceRow.first_day), col(AbsenceRow.id))
        )
        return [_domain(row) for row in rows]


def _domain(row: AbsenceRow) -> Absence:
    return Absence(
        id=AbsenceId(row.id),
        namnd=NamndId(row.namnd),
        staff_id=StaffId(row.staff_id),
        first=row.first_day,
        last=row.last_day,
        stand_in=None if row.stand_in is None else StaffId(row.stand_in),
    )
