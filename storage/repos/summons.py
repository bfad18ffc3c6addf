"""Kalla via sms: what was offered, to whom, and what came of it. The words are among the messages."""

from dataclasses import asdict
from datetime import UTC, datetime
from typing import Any

import sqlalchemy as sa
from sqlmodel import Session, col, select

from bot.domain.ids import ContactId, DeadlineId, MessageId, NamndId, StaffId, SummonsId
from bot.domain.summons import Party, Purpose, Reminder, Summons, SummonsMessage, SummonsState
from storage.tables import SummonsMessageRow, SummonsRow

OPEN = (SummonsState.OFFERED.value, SummonsState.BOOKED.value)


class SummonsRows:
    def __init__(self, session: Session) -> None:
        self._session = session

    def add(self, summons: Summons) -> None:
        self._session.add(SummonsRow(**_values(summons)))
        self._session.flush()

    def save(self, summons: Summons) -> None:
        row = self._session.get_one(SummonsRow, summons.id)
        for name, value in _values(summons).items():
            setattr(row, name, value)
        self._session.add(row)
        self._session.flush()

    def get(self, summons_id: SummonsId, *, lock: bool = False) -> Summons | None:
        """Return a summons; with `lock` as it is now, held against other writers until this transaction ends."""
        statement = select(SummonsRow).where(SummonsRow.id == summons_id)
        if lock:
            statement = statement.with_for_update().execution_options(populate_existing=True)
        row = self._session.exec(statement).first()
        return None if row is None else _domain(row)

    def of_deadline(self, deadline_id: DeadlineId) -> list[Summons]:
        rows = self._session.exec(
            select(SummonsRow)
            .where(SummonsRow.deadline_id == deadline_id)
            .order_by(col(SummonsRow.created_at), col(SummonsRow.id))
        )
        return [_domain(row) for row in rows]

    def open_with(self, contact_id: ContactId, namnd: NamndId, *, lock: bool = False) -> list[Summons]:
        theirs = select(SummonsMessageRow.summons_id).where(SummonsMessageRow.contact_id == contact_id)
        statement = (
            select(SummonsRow)
            .where(
                col(SummonsRow.id).in_(theirs),
                SummonsRow.namnd == namnd,
                col(SummonsRow.state).in_(OPEN),
            )
            .order_by(col(SummonsRow.created_at), col(SummonsRow.id))
        )
        if lock:
            statement = statement.with_for_update().execution_options(populate_existing=True)
        return [_domain(row) for row in self._session.exec(statement)]

    def newest_with(self, contact_id: ContactId, namnd: NamndId, since: datetime) -> Summons | None:
        theirs = select(SummonsMessageRow.summons_id).where(SummonsMessageRow.contact_id == contact_id)
        row = self._session.exec(
            select(SummonsRow)
            .where(col(SummonsRow.id).in_(theirs), SummonsRow.namnd == namnd, SummonsRow.created_at >= since)
            .order_by(col(SummonsRow.created_at).desc(), col(SummonsRow.id).desc())
            .limit(1)
        ).first()
        return None if row is None else _domain(row)

    def add_message(self, message: SummonsMessage) -> None:
        values = asdict(message) | {"party": message.party.value, "purpose": message.purpose.value}
        self._session.add(SummonsMessageRow(**values))
        self._session.flush()

    def messages_of(self, summons_id: SummonsId) -> list[SummonsMessage]:
        """Return the texts of a summons, oldest first."""
        rows = self._session.exec(
            select(SummonsMessageRow)
            .where(SummonsMessageRow.summons_id == summons_id)
            .order_by(col(SummonsMessageRow.at), col(SummonsMessageRow.message_id))
        )
        return [_message(row) for row in rows]

    def by_message(self, message_id: MessageId) -> SummonsMessage | None:
        row = self._session.exec(
            select(SummonsMessageRow)
            .where(SummonsMessageRow.message_id == message_id)
            .order_by(SummonsMessageRow.party)
            .limit(1)
        ).first()
        return None if row is None else _message(row)

    def due(self, now: datetime) -> list[SummonsId]:
        """Return the summons of which the family is to be reminded by now, the longest waiting first."""
        rows = self._session.exec(
            select(SummonsRow.id)
            .where(col(SummonsRow.next_at).is_not(None), col(SummonsRow.next_at) <= now)
            .order_by(col(SummonsRow.next_at), col(SummonsRow.id))
        )
        return [SummonsId(found) for found in rows]

    def next_due(self, after: datetime) -> datetime | None:
        return self._session.exec(
            select(sa.func.min(SummonsRow.next_at)).where(col(SummonsRow.next_at) > after)
        ).first()


def _values(summons: Summons) -> dict[str, Any]:
    return {
        "id": summons.id,
        "deadline_id": summons.deadline_id,
        "namnd": summons.namnd,
        "times": [at.astimezone(UTC).isoformat() for at in summons.times],
        "created_at": summons.created_at,
        "created_by": summons.created_by,
        "first_number": summons.first_number,
        "state": summons.state.value,
        "booked_at": summons.booked_at,
        "next_at": summons.next_at,
        "next_step": None if summons.next_step is None else summons.next_step.value,
    }


def _domain(row: SummonsRow) -> Summons:
    return Summons(
        id=SummonsId(row.id),
        deadline_id=DeadlineId(row.deadline_id),
        namnd=NamndId(row.namnd),
        times=tuple(datetime.fromisoformat(at) for at in row.times),
        created_at=row.created_at,
        created_by=StaffId(row.created_by),
        first_number=row.first_number,
        state=SummonsState(row.state),
        booked_at=row.booked_at,
        next_at=row.next_at,
        next_step=None if row.next_step is None else Reminder(row.next_step),
    )


def _message(row: SummonsMessageRow) -> SummonsMessage:
    return SummonsMessage(
        summons_id=SummonsId(row.summons_id),
        message_id=MessageId(row.message_id),
        contact_id=ContactId(row.contact_id),
        party=Party(row.party),
        purpose=Purpose(row.purpose),
        at=row.at,
        language=row.language,
    )
