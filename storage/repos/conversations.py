"""Conversations and the record of whom they were put before."""

from datetime import datetime

import sqlalchemy as sa
from sqlmodel import Session, col, select

from bot.domain.conversation import Conversation, Ground, Route
from bot.domain.ids import ContactId, ConversationId, NamndId, ShiftId, StaffId, YouthId
from bot.domain.people import World
from storage.tables import ConversationRouteRow, ConversationRow, MessageRow

PLAIN = (
    "our_number",
    "opened_at",
    "is_open",
    "closed_at",
    "taken_by",
    "taken_at",
    "last_seq",
    "last_inbound_seq",
    "seen_seq",
    "answered_seq",
    "first_unanswered_at",
    "last_activity_at",
    "pinged_at",
    "nudge_at",
    "nudge_stage",
    "is_namnd_open",
    "namnd",
)


class ConversationRows:
    def __init__(self, session: Session) -> None:
        self._session = session

    def get(self, conversation_id: ConversationId) -> Conversation | None:
        row = self._session.get(ConversationRow, conversation_id)
        return None if row is None else self._domain(row)

    def lock(self, conversation_id: ConversationId) -> Conversation | None:
        """Return the conversation, held against other writers until this transaction ends."""
        row = self._session.exec(
            select(ConversationRow)
            .where(ConversationRow.id == conversation_id)
            .with_for_update()
            .execution_options(populate_existing=True)
        ).first()
        return None if row is None else self._domain(row)

    def latest(self, contact_id: ContactId, namnd: NamndId | None, world: World) -> Conversation | None:
        """Return the open conversation of this contact and nämnd, else the newest closed one; locked."""
        row = self._session.exec(
            select(ConversationRow)
            .where(
                ConversationRow.contact_id == contact_id,
                ConversationRow.namnd == namnd,
                ConversationRow.world == world.value,
            )
            .order_by(col(ConversationRow.is_open).desc(), col(ConversationRow.opened_at).desc())
            .limit(1)
            .with_for_update()
        ).first()
        return None if row is None else self._domain(row)

    def last_written_from(self, contact_id: ContactId) -> NamndId | None:
        """Return the nämnd from which a person last wrote to this contact, in the world of beredskap."""
        found = self._session.exec(
            select(ConversationRow.namnd)
            .join(MessageRow, col(MessageRow.conversation_id) == col(ConversationRow.id))
            .where(
                ConversationRow.contact_id == contact_id,
                ConversationRow.world == World.BEREDSKAP.value,
                MessageRow.direction == "out",
            )
            .order_by(col(MessageRow.at).desc())
            .limit(1)
        ).first()
        return None if found is None else NamndId(found)

    def newest_namnd(self, contact_id: ContactId, world: World) -> NamndId | None:
        """Return the nämnd of this contact's newest conversation: where an unknown number was handed over to."""
        found = self._session.exec(
            select(ConversationRow.namnd)
            .where(ConversationRow.contact_id == contact_id, ConversationRow.world == world.value)
            .order_by(col(ConversationRow.opened_at).desc())
            .limit(1)
        ).first()
        return None if found is None else NamndId(found)

    def add(self, conversation: Conversation) -> None:
        row = ConversationRow(
            id=conversation.id,
            contact_id=conversation.contact_id,
            world=conversation.world.value,
            our_number=conversation.our_number,
            opened_at=conversation.opened_at,
        )
        self._fill(row, conversation)

    def save(self, conversation: Conversation) -> None:
        self._fill(self._session.get_one(ConversationRow, conversation.id), conversation)

    def open_ones(self) -> list[Conversation]:
        rows = self._session.exec(
            select(ConversationRow)
            .where(col(ConversationRow.is_open).is_(True))
            .order_by(col(ConversationRow.opened_at))
        )
        return [self._domain(row) for row in rows]

    def nudges_due(self, now: datetime) -> list[ConversationId]:
        rows = self._session.exec(
            select(ConversationRow.id).where(
                col(ConversationRow.nudge_at).is_not(None), col(ConversationRow.nudge_at) <= now
            )
        )
        return [ConversationId(found) for found in rows]

    def next_nudge(self, after: datetime) -> datetime | None:
        return self._session.exec(
            select(sa.func.min(ConversationRow.nudge_at)).where(col(ConversationRow.nudge_at) > after)
        ).first()

    def _fill(self, row: ConversationRow, conversation: Conversation) -> None:
        for name in PLAIN:
            setattr(row, name, getattr(conversation, name))
        row.concerns = sorted(conversation.concerns)
        self._session.add(row)
        self._session.flush()
        stored = self._session.exec(
            select(sa.func.count())
            .select_from(ConversationRouteRow)
            .where(ConversationRouteRow.conversation_id == conversation.id)
        ).one()
        for route in conversation.routes[stored:]:
            self._session.add(
                ConversationRouteRow(
                    conversation_id=conversation.id,
                    at=route.at,
                    ground=route.ground.value,
                    staff_id=route.staff_id,
                    shift_id=route.shift_id,
                )
            )
        self._session.flush()

    def _domain(self, row: ConversationRow) -> Conversation:
        routes = self._session.exec(
            select(ConversationRouteRow)
            .where(ConversationRouteRow.conversation_id == row.id)
            .order_by(col(ConversationRouteRow.id))
        )
        return Conversation(
            id=ConversationId(row.id),
            contact_id=ContactId(row.contact_id),
            world=World(row.world),
            namnd=None if row.namnd is None else NamndId(row.namnd),
            our_number=row.our_number,
            opened_at=row.opened_at,
            is_open=row.is_open,
            closed_at=row.closed_at,
            taken_by=None if row.taken_by is None else StaffId(row.taken_by),
            taken_at=row.taken_at,
            last_seq=row.last_seq,
            last_inbound_seq=row.last_inbound_seq,
            seen_seq=row.seen_seq,
            answered_seq=row.answered_seq,
            first_unanswered_at=row.first_unanswered_at,
            last_activity_at=row.last_activity_at,
            pinged_at=row.pinged_at,
            nudge_at=row.nudge_at,
            nudge_stage=row.nudge_stage,
            is_namnd_open=row.is_namnd_open,
            concerns=frozenset(YouthId(youth_id) for youth_id in row.concerns),
            routes=tuple(
                Route(
                    at=r.at,
                    ground=Ground(r.ground),
                    staff_id=None if r.staff_id is None else StaffId(r.staff_id),
                    shift_id=None if r.shift_id is None else ShiftId(r.shift_id),
                )
                for r in routes
            ),
        )
