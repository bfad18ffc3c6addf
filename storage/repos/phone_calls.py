"""Calls through our number, and the phones that rang in them."""

from collections.abc import Collection
from dataclasses import asdict
from datetime import datetime
from typing import Final

import sqlalchemy as sa
from sqlmodel import Session, col, select

from bot.domain.ids import ContactId, ConversationId, PhoneCallId, PhoneLegId, ShiftId, StaffId
from bot.domain.phone_call import CallState, LegState, PhoneCall, PhoneLeg, Way
from storage.repos.chunks import chunks
from storage.tables import PhoneCallRow, PhoneLegRow

TABLE: Final[sa.Table] = PhoneCallRow.__table__  # type: ignore[attr-defined]
IS_DUE: Final = sa.text("due_at IS NOT NULL")


class PhoneCallRows:
    """See bot.ports.PhoneCallRepo."""

    def __init__(self, session: Session) -> None:
        self._session = session

    def get(self, call_id: PhoneCallId, *, lock: bool = False) -> PhoneCall | None:
        row = self._session.get(PhoneCallRow, call_id, with_for_update=lock, populate_existing=lock)
        return None if row is None else _call(row)

    def by_provider_id(self, provider_id: str) -> PhoneCall | None:
        row = self._session.exec(select(PhoneCallRow).where(PhoneCallRow.provider_id == provider_id)).first()
        return None if row is None else _call(row)

    def save(self, call: PhoneCall) -> None:
        self._session.merge(PhoneCallRow(**{**asdict(call), "way": call.way.value, "state": call.state.value}))
        self._session.flush()

    def of_conversations(self, conversations: Collection[ConversationId]) -> dict[ConversationId, list[PhoneCall]]:
        found: dict[ConversationId, list[PhoneCall]] = {conversation_id: [] for conversation_id in conversations}
        for some in chunks(list(found)):
            rows = self._session.exec(
                select(PhoneCallRow)
                .where(col(PhoneCallRow.conversation_id).in_(some))
                .order_by(col(PhoneCallRow.began_at), col(PhoneCallRow.id))
            )
            for row in rows:
                found[ConversationId(row.conversation_id or "")].append(_call(row))
        return found

    def due(self, now: datetime) -> list[PhoneCallId]:
        statement = sa.select(TABLE.c.id).where(IS_DUE, TABLE.c.due_at <= now).order_by(TABLE.c.due_at, TABLE.c.id)
        return [PhoneCallId(found) for found in self._session.execute(statement).scalars()]

    def next_due(self, after: datetime) -> datetime | None:
        waits = sa.select(sa.func.min(TABLE.c.due_at)).where(IS_DUE, TABLE.c.due_at > after)
        found: datetime | None = self._session.execute(waits).scalar()
        return found

    def leg(self, leg_id: PhoneLegId) -> PhoneLeg | None:
        row = self._session.get(PhoneLegRow, leg_id, populate_existing=True)
        return None if row is None else _leg(row)

    def save_leg(self, leg: PhoneLeg) -> None:
        self._session.merge(PhoneLegRow(**{**asdict(leg), "state": leg.state.value}))
        self._session.flush()

    def legs_of(self, call_id: PhoneCallId) -> list[PhoneLeg]:
        statement = select(PhoneLegRow).where(PhoneLegRow.call_id == call_id).order_by(col(PhoneLegRow.nth))
        fresh = statement.execution_options(populate_existing=True)
        return [_leg(row) for row in self._session.exec(fresh)]


def _call(row: PhoneCallRow) -> PhoneCall:
    return PhoneCall(
        id=PhoneCallId(row.id),
        way=Way(row.way),
        contact_id=ContactId(row.contact_id),
        our_number=row.our_number,
        began_at=row.began_at,
        due_at=row.due_at,
        state=CallState(row.state),
        provider_id=row.provider_id,
        conversation_id=None if row.conversation_id is None else ConversationId(row.conversation_id),
        staff_id=None if row.staff_id is None else StaffId(row.staff_id),
        shift_id=None if row.shift_id is None else ShiftId(row.shift_id),
        taken_at=row.taken_at,
        ended_at=row.ended_at,
    )


def _leg(row: PhoneLegRow) -> PhoneLeg:
    return PhoneLeg(
        id=PhoneLegId(row.id),
        call_id=PhoneCallId(row.call_id),
        nth=row.nth,
        staff_id=None if row.staff_id is None else StaffId(row.staff_id),
        state=LegState(row.state),
        provider_id=row.provider_id,
        sequence=row.sequence,
    )
