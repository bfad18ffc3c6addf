"""What was said, how its sending goes, and what is held back."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any, Final

import sqlalchemy as sa
from sqlalchemy.dialects import postgresql, sqlite
from sqlmodel import Session, col, select

from bot.clock import Clock
from bot.domain.conversation import Direction, DraftState, HeldReply, Message
from bot.domain.ids import ConversationId, MessageId, ShiftId, StaffId, new_id
from bot.ports import Delivery, Spoken
from storage.repos.chunks import chunks
from storage.tables import DeliveryRow, HeldReplyRow, MessageRow
from storage.vault import Vault

TABLE: sa.Table = MessageRow.__table__  # type: ignore[attr-defined]
DELIVERIES: sa.Table = DeliveryRow.__table__  # type: ignore[attr-defined]

# Made once: every text that comes in or leaves asks these, and making a statement costs more than running it.
ADD: Final = {
    dialect: build(TABLE).on_conflict_do_nothing(index_elements=["source"]).execution_options(preserve_rowcount=True)
    for dialect, build in (("sqlite", sqlite.insert), ("postgresql", postgresql.insert))
}
ONE: Final = sa.select(TABLE).where(TABLE.c.id == sa.bindparam("of"))
BY_SOURCE: Final = sa.select(TABLE).where(TABLE.c.source == sa.bindparam("from_source"))
OF: Final = TABLE.c.conversation_id == sa.bindparam("of")
NEWEST: Final = sa.select(TABLE).where(OF).order_by(TABLE.c.seq.desc()).limit(sa.bindparam("at_most"))
LAST_ANSWER: Final = sa.select(TABLE).where(OF, TABLE.c.direction == "out").order_by(TABLE.c.seq.desc()).limit(1)
LAST_INBOUND_AT: Final = (
    sa.select(TABLE.c.at).where(OF, TABLE.c.direction == "in").order_by(TABLE.c.seq.desc()).limit(1)
)
COUNT_INBOUND: Final = (
    sa.select(sa.func.count())
    .select_from(TABLE)
    .where(OF, TABLE.c.direction == "in", TABLE.c.seq > sa.bindparam("after"))
)
INBOUND: Final = sa.select(
    LAST_INBOUND_AT.scalar_subquery().label("last_at"), COUNT_INBOUND.scalar_subquery().label("count_after")
)
NEWEST_DELIVERY: Final = (
    sa.select(DELIVERIES)
    .where(DELIVERIES.c.message_id == sa.bindparam("of"))
    .order_by(DELIVERIES.c.attempt.desc())
    .limit(1)
)
SPOKEN: Final = (MessageRow.id, MessageRow.seq, MessageRow.direction, MessageRow.at, MessageRow.author)


class MessageRows:
    def __init__(self, session: Session, vault: Vault, clock: Clock) -> None:
        self._session = session
        self._vault = vault
        self._clock = clock

    def add(self, message: Message, source: str | None = None) -> bool:
        """Add a message; False when something from the same source stands there already."""
        connection = self._session.connection()
        added = connection.execute(
            ADD[connection.dialect.name],
            {
                "id": message.id,
                "conversation_id": message.conversation_id,
                "seq": message.seq,
                "direction": message.direction.value,
                "body": self._vault.seal("body", message.body),
                "at": message.at,
                "author": message.author,
                "shift_id": message.shift_id,
                "media_count": message.media_count,
                "is_late": message.is_late,
                "auto_kind": message.auto_kind,
                "source": source,
            },
        )
        return added.rowcount == 1

    def get(self, message_id: MessageId) -> Message | None:
        return self._first(ONE, of=message_id)

    def by_source(self, source: str) -> Message | None:
        return self._first(BY_SOURCE, from_source=source)

    def _first(self, statement: sa.Select[Any], **given: str) -> Message | None:
        row = self._session.connection().execute(statement, given).first()
        return None if row is None else self._domain(row)

    def of(self, conversation_id: ConversationId, *, limit: int) -> list[Message]:
        """Return the newest `limit` messages, oldest first."""
        rows = self._session.connection().execute(NEWEST, {"of": conversation_id, "at_most": limit}).all()
        return [self._domain(row) for row in reversed(rows)]

    def since(self, conversation_id: ConversationId, at: datetime, *, limit: int) -> list[Message]:
        """Return the first `limit` messages that were said at or after the instant `at`, in their order."""
        rows = self._session.exec(
            select(MessageRow)
            .where(MessageRow.conversation_id == conversation_id, MessageRow.at >= at)
            .order_by(col(MessageRow.seq))
            .limit(limit)
        )
        return [self._domain(row) for row in rows]

    def spoken_since(self, conversation_id: ConversationId, at: datetime, *, limit: int) -> list[Spoken]:
        """Return the same as `since`, with what was said left sealed."""
        rows = self._session.execute(
            sa.select(*(col(column) for column in SPOKEN))
            .where(col(MessageRow.conversation_id) == conversation_id, col(MessageRow.at) >= at)
            .order_by(col(MessageRow.seq))
            .limit(limit)
        )
        return [
            Spoken(
                id=MessageId(row.id),
                seq=row.seq,
                direction=Direction(row.direction),
                at=row.at,
                author=None if row.author is None else StaffId(row.author),
            )
            for row in rows
        ]

    def count_inbound_after(self, conversation_id: ConversationId, seq: int) -> int:
        counted = self._session.connection().execute(COUNT_INBOUND, {"of": conversation_id, "after": seq})
        return int(counted.scalar_one())

    def inbound(self, conversation_id: ConversationId, after: int) -> tuple[datetime | None, int]:
        """Return when the newest text came in, and how many have come in after the seq `after`."""
        given = {"of": conversation_id, "after": after}
        found = self._session.connection().execute(INBOUND, given).one()
        return found.last_at, int(found.count_after)

    def last_answer(self, conversation_id: ConversationId) -> Message | None:
        return self._first(LAST_ANSWER, of=conversation_id)

    def add_delivery(self, message_id: MessageId) -> Delivery:
        newest = self.newest_delivery(message_id)
        row = DeliveryRow(
            id=new_id(),
            message_id=message_id,
            attempt=1 if newest is None else newest.attempt + 1,
            updated_at=self._clock.now(),
        )
        self._session.add(row)
        self._session.flush()
        return _delivery(row)

    def delivery(self, delivery_id: str, *, lock: bool = False) -> Delivery | None:
        statement = select(DeliveryRow).where(DeliveryRow.id == delivery_id)
        if lock:
            statement = statement.with_for_update().execution_options(populate_existing=True)
        row = self._session.exec(statement).first()
        return None if row is None else _delivery(row)

    def newest_delivery(self, message_id: MessageId) -> Delivery | None:
        row = self._session.connection().execute(NEWEST_DELIVERY, {"of": message_id}).first()
        return None if row is None else _delivery(row)

    def newest_deliveries(self, messages: Sequence[MessageId]) -> dict[MessageId, Delivery]:
        """Return the newest attempt to deliver each of `messages` that has one, in few statements."""
        found: dict[MessageId, Delivery] = {}
        for some in chunks(list(dict.fromkeys(messages))):
            rows = self._session.exec(
                select(DeliveryRow).where(col(DeliveryRow.message_id).in_(some)).order_by(col(DeliveryRow.attempt))
            )
            found.update({MessageId(row.message_id): _delivery(row) for row in rows})
        return found

    def delivery_by_provider_id(self, provider_id: str) -> Delivery | None:
        row = self._session.exec(select(DeliveryRow).where(DeliveryRow.provider_id == provider_id)).first()
        return None if row is None else _delivery(row)

    def set_delivery(
        self,
        delivery_id: str,
        status: str,
        *,
        reason: str | None = None,
        provider_code: str | None = None,
        provider_id: str | None = None,
        is_corrected: bool = False,
    ) -> None:
        row = self._session.get_one(DeliveryRow, delivery_id)
        row.status, row.reason, row.provider_code = status, reason, provider_code
        row.provider_id = provider_id or row.provider_id
        row.is_corrected = row.is_corrected or is_corrected
        row.updated_at = self._clock.now()
        self._session.add(row)
        self._session.flush()

    def hold(self, held: HeldReply) -> bool:
        """Keep a typed reply; False when this Slack message is held already."""
        if self.held_at(held.channel, held.ts) is not None:
            return False
        self._session.add(
            HeldReplyRow(
                id=held.id,
                conversation_id=held.conversation_id,
                staff_id=held.staff_id,
                channel=held.channel,
                ts=held.ts,
                body=self._vault.seal("body", held.body),
                state=held.state.value,
                created_at=self._clock.now(),
            )
        )
        self._session.flush()
        return True

    def held(self, held_id: str) -> HeldReply | None:
        row = self._session.exec(select(HeldReplyRow).where(HeldReplyRow.id == held_id).with_for_update()).first()
        return None if row is None else self._held(row)

    def held_at(self, channel: str, ts: str) -> HeldReply | None:
        row = self._session.exec(
            select(HeldReplyRow).where(HeldReplyRow.channel == channel, HeldReplyRow.ts == ts)
        ).first()
        return None if row is None else self._held(row)

    def set_held(self, held_id: str, state: DraftState, body: str | None = None) -> None:
        row = self._session.get_one(HeldReplyRow, held_id)
        row.state = state.value
        if body is not None:
            row.body = self._vault.seal("body", body)
        self._session.add(row)
        self._session.flush()

    def _held(self, row: HeldReplyRow) -> HeldReply:
        return HeldReply(
            id=row.id,
            conversation_id=ConversationId(row.conversation_id),
            staff_id=StaffId(row.staff_id),
            channel=row.channel,
            ts=row.ts,
            body=self._vault.open("body", row.body),
            state=DraftState(row.state),
        )

    def _domain(self, row: MessageRow | sa.Row[Any]) -> Message:
        return Message(
            id=MessageId(row.id),
            conversation_id=ConversationId(row.conversation_id),
            seq=row.seq,
            direction=Direction(row.direction),
            body=self._vault.open("body", row.body),
            at=row.at,
            author=None if row.author is None else StaffId(row.author),
            shift_id=None if row.shift_id is None else ShiftId(row.shift_id),
            media_count=row.media_count,
            is_late=row.is_late,
            auto_kind=row.auto_kind,
        )


def _delivery(row: DeliveryRow | sa.Row[Any]) -> Delivery:
    return Delivery(
        id=row.id,
        message_id=MessageId(row.message_id),
        attempt=row.attempt,
        status=row.status,
        reason=row.reason,
        provider_id=row.provider_id,
        is_corrected=row.is_corrected,
        updated_at=row.updated_at,
    )
