"""What nobody has acknowledged, and whom we have reached for."""

from dataclasses import asdict
from datetime import datetime
from typing import Any, Final

import sqlalchemy as sa
from sqlmodel import Session, col, select

from bot.domain.escalation import Escalation, EscalationState, How, Step, StepState
from bot.domain.ids import ConversationId, EscalationId, EscalationStepId, ShiftId, StaffId
from storage.tables import EscalationRow, EscalationStepRow

TABLE: Final[sa.Table] = EscalationRow.__table__  # type: ignore[attr-defined]

# Made once: every text that comes in asks it, and making a statement costs more than running it.
OPEN_OF: Final = sa.select(TABLE).where(
    TABLE.c.conversation_id == sa.bindparam("of"), TABLE.c.state != sa.literal_column("'ended'")
)


class EscalationRows:
    """See bot.ports.EscalationRepo."""

    def __init__(self, session: Session) -> None:
        self._session = session

    def open_of(self, conversation_id: ConversationId) -> Escalation | None:
        row = self._session.connection().execute(OPEN_OF, {"of": conversation_id}).first()
        return None if row is None else _escalation(row)

    def get(self, escalation_id: EscalationId) -> Escalation | None:
        row = self._session.get(EscalationRow, escalation_id)
        return None if row is None else _escalation(row)

    def save(self, escalation: Escalation, next_at: datetime | None) -> None:
        values = {**asdict(escalation), "state": escalation.state.value, "next_at": next_at}
        self._session.merge(EscalationRow(**values))
        self._session.flush()

    def due(self, now: datetime) -> list[ConversationId]:
        is_due = sa.and_(TABLE.c.state.in_(("running", "acknowledged")), TABLE.c.next_at <= now)
        statement = sa.select(TABLE.c.conversation_id).where(is_due).order_by(TABLE.c.next_at, TABLE.c.id)
        return [ConversationId(found) for found in self._session.execute(statement).scalars()]

    def next_due(self, after: datetime) -> datetime | None:
        waits = sa.and_(TABLE.c.state.in_(("running", "acknowledged")), TABLE.c.next_at > after)
        found: datetime | None = self._session.execute(sa.select(sa.func.min(TABLE.c.next_at)).where(waits)).scalar()
        return found

    def add_step(self, step: Step) -> None:
        self._session.add(EscalationStepRow(**{**asdict(step), "how": step.how.value, "state": step.state.value}))
        self._session.flush()

    def step(self, step_id: EscalationStepId, *, lock: bool = False) -> Step | None:
        row = self._session.get(EscalationStepRow, step_id, with_for_update=lock, populate_existing=lock)
        return None if row is None else _step(row)

    def save_step(self, step: Step) -> None:
        self._session.merge(EscalationStepRow(**{**asdict(step), "how": step.how.value, "state": step.state.value}))
        self._session.flush()

    def steps_of(self, escalation_id: EscalationId) -> list[Step]:
        order = (col(EscalationStepRow.at), col(EscalationStepRow.id))
        statement = select(EscalationStepRow).where(col(EscalationStepRow.escalation_id) == escalation_id)
        return [_step(row) for row in self._session.exec(statement.order_by(*order))]


def _escalation(row: EscalationRow | sa.Row[Any]) -> Escalation:
    return Escalation(
        id=EscalationId(row.id),
        conversation_id=ConversationId(row.conversation_id),
        since_seq=row.since_seq,
        started_at=row.started_at,
        last_at=row.last_at,
        shift_id=None if row.shift_id is None else ShiftId(row.shift_id),
        is_urgent=row.is_urgent,
        state=EscalationState(row.state),
        round=row.round,
        done=row.done,
        reminders=row.reminders,
        acknowledged_by=None if row.acknowledged_by is None else StaffId(row.acknowledged_by),
        ended_at=row.ended_at,
        ended_by=row.ended_by,
    )


def _step(row: EscalationStepRow) -> Step:
    return Step(
        id=EscalationStepId(row.id),
        escalation_id=EscalationId(row.escalation_id),
        staff_id=StaffId(row.staff_id),
        how=How(row.how),
        round=row.round,
        rung=row.rung,
        at=row.at,
        state=StepState(row.state),
        provider_id=row.provider_id,
        receipt_at=row.receipt_at,
        sequence=row.sequence,
    )
