"""When people worked in their beredskap."""

from collections.abc import Collection
from datetime import datetime

import sqlalchemy as sa
from sqlmodel import Session, col, select

from bot.domain.ids import ActiveTimeId, ConversationId, ShiftId, StaffId
from bot.domain.rest.active import ActiveTime, Source
from storage.repos.chunks import chunks
from storage.tables import ActiveTimeRow


class ActiveTimeRows:
    def __init__(self, session: Session) -> None:
        self._session = session

    def add(self, active: ActiveTime) -> None:
        self._session.add(_row(active))
        self._session.flush()

    def save(self, active: ActiveTime) -> None:
        self._session.merge(_row(active))
        self._session.flush()

    def remove(self, active_id: ActiveTimeId) -> None:
        """Forget it; harmless when it has been forgotten already."""
        row = self._session.get(ActiveTimeRow, active_id)
        if row is not None:
            self._session.delete(row)
            self._session.flush()

    def get(self, active_id: ActiveTimeId) -> ActiveTime | None:
        statement = select(ActiveTimeRow).where(col(ActiveTimeRow.id) == active_id).with_for_update()
        row = self._session.exec(statement.execution_options(populate_existing=True)).first()
        return None if row is None else _domain(row)

    def newest(self, staff_id: StaffId) -> ActiveTime | None:
        statement = (
            select(ActiveTimeRow)
            .where(col(ActiveTimeRow.staff_id) == staff_id, col(ActiveTimeRow.source) != Source.MANUAL.value)
            .order_by(col(ActiveTimeRow.started_at).desc(), col(ActiveTimeRow.id))
            .limit(1)
            .with_for_update()
        )
        row = self._session.exec(statement.execution_options(populate_existing=True)).first()
        return None if row is None else _domain(row)

    def between(self, start: datetime, end: datetime, staff: Collection[StaffId]) -> list[ActiveTime]:
        found: list[ActiveTime] = []
        for some in chunks(sorted(staff)):
            rows = self._session.exec(
                select(ActiveTimeRow).where(
                    col(ActiveTimeRow.staff_id).in_(some),
                    col(ActiveTimeRow.started_at) < end,
                    col(ActiveTimeRow.ended_at) > start,
                )
            )
            found += [_domain(row) for row in rows]
        return sorted(found, key=lambda active: (active.started_at, active.id))

    def forget(self, before: datetime) -> int:
        self._session.expire_all()
        old = sa.delete(ActiveTimeRow).where(col(ActiveTimeRow.ended_at) < before)
        return self._session.connection().execute(old).rowcount


def _row(active: ActiveTime) -> ActiveTimeRow:
    return ActiveTimeRow(
        id=active.id,
        staff_id=active.staff_id,
        shift_id=active.shift_id,
        conversation_id=active.conversation_id,
        started_at=active.started_at,
        ended_at=active.ended_at,
        source=active.source.value,
        corrected_at=active.corrected_at,
    )


def _domain(row: ActiveTimeRow) -> ActiveTime:
    return ActiveTime(
        id=ActiveTimeId(row.id),
        staff_id=StaffId(row.staff_id),
        shift_id=ShiftId(row.shift_id),
        conversation_id=None if row.conversation_id is None else ConversationId(row.conversation_id),
        started_at=row.started_at,
        ended_at=row.ended_at,
        source=Source(row.source),
        corrected_at=row.corrected_at,
    )
