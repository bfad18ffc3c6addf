"""What the program knows of itself: instances, ticks, queues, alerts."""

from collections.abc import Collection, Mapping
from datetime import datetime, timedelta
from typing import Any, Final

import sqlalchemy as sa
from sqlalchemy.dialects import postgresql, sqlite
from sqlmodel import Session, col, select

from bot.clock import Clock
from bot.domain.alerts import Alert, AlertCode, Instance, TickRun
from bot.domain.health import InboxDepth, OutboxDepth, Queues
from bot.domain.outbound import OutboxKind, OutboxState, Priority
from bot.ports import Posted
from storage.tables import AlertRow, InboxRow, InstanceRow, OutboxRow, TickRow

INBOX: Final[sa.Table] = InboxRow.__table__  # type: ignore[attr-defined]
OUTBOX: Final[sa.Table] = OutboxRow.__table__  # type: ignore[attr-defined]
CALM_SINCE: Final = "calm_since"  # kept among an alert's values; it fills no blank of any text


class WatchRows:
    """See bot.ports.WatchRepo."""

    def __init__(self, session: Session, clock: Clock) -> None:
        self._session = session
        self._clock = clock

    def beat(self, instance: Instance) -> None:
        values: dict[str, Any] = {
            "id": instance.id,
            "started_at": instance.started_at,
            "seen_at": instance.seen_at,
            "stopped_at": instance.stopped_at,
            "version": instance.version,
            "settings_hash": instance.settings_hash,
        }
        fresh = {name: values[name] for name in ("seen_at", "stopped_at")}
        self._session.execute(
            self._insert(InstanceRow).values(values).on_conflict_do_update(index_elements=["id"], set_=fresh)
        )

    def instances(self, since: datetime) -> list[Instance]:
        statement = select(InstanceRow).where(col(InstanceRow.seen_at) >= since)
        rows = self._session.exec(statement.order_by(col(InstanceRow.started_at), col(InstanceRow.id)))
        return [
            Instance(row.id, row.started_at, row.seen_at, row.version, row.settings_hash, row.stopped_at)
            for row in rows
        ]

    def forget_instances(self, before: datetime) -> None:
        self._session.execute(sa.delete(InstanceRow).where(col(InstanceRow.seen_at) < before))

    def ran(self, name: str, at: datetime) -> None:
        insert = self._insert(TickRow)
        later = sa.case(
            (insert.excluded.ran_at > col(TickRow.ran_at), insert.excluded.ran_at), else_=col(TickRow.ran_at)
        )
        # Runs are noted a little late: one from before the failure says nothing of what came after it.
        failing = sa.case((insert.excluded.ran_at <= col(TickRow.failing_since), col(TickRow.failing_since)))
        self._session.execute(
            insert.values(name=name, ran_at=at, failing_since=None).on_conflict_do_update(
                index_elements=["name"], set_={"ran_at": later, "failing_since": failing}
            )
        )

    def failed(self, name: str, at: datetime) -> None:
        first = sa.func.coalesce(col(TickRow.failing_since), at)
        self._session.execute(
            self._insert(TickRow)
            .values(name=name, ran_at=at, failing_since=at)
            .on_conflict_do_update(index_elements=["name"], set_={"failing_since": first})
        )

    def ticks(self) -> list[TickRun]:
        rows = self._session.exec(select(TickRow).order_by(col(TickRow.name)))
        return [TickRun(row.name, row.ran_at, row.failing_since) for row in rows]

    def open_alert(self, key: str, code: AlertCode, values: Mapping[str, str]) -> Alert | None:
        statement = (
            self._insert(AlertRow)
            .values(key=key, code=code.value, values=dict(values), opened_at=self._clock.now())
            .on_conflict_do_nothing()
            .returning(col(AlertRow.id))
        )
        made = self._session.execute(statement).scalar_one_or_none()
        if made is None:
            is_it = (col(AlertRow.key) == key, col(AlertRow.closed_at).is_(None))
            self._session.execute(sa.update(AlertRow).where(*is_it).values({"values": dict(values)}))
            return None
        return self.alert(made)

    def close_alert(self, key: str) -> Alert | None:
        statement = (
            sa.update(AlertRow)
            .where(col(AlertRow.key) == key, col(AlertRow.closed_at).is_(None))
            .values(closed_at=self._clock.now())
            .returning(col(AlertRow.id))
        )
        closed = self._session.execute(statement).scalar_one_or_none()
        return None if closed is None else self.alert(closed)

    def alert(self, alert_id: int) -> Alert | None:
        row = self._session.get(AlertRow, alert_id, populate_existing=True)
        return None if row is None else _alert(row)

    def open_alerts(self) -> list[Alert]:
        statement = select(AlertRow).where(col(AlertRow.closed_at).is_(None)).order_by(col(AlertRow.id))
        return [_alert(row) for row in self._session.exec(statement)]

    def alert_placed(self, alert_id: int, posted: Posted) -> None:
        values = {"channel": posted.channel, "ts": posted.ts}
        self._session.execute(sa.update(AlertRow).where(col(AlertRow.id) == alert_id).values(values))

    def note_calm(self, alert_id: int, at: datetime) -> datetime:
        row = self._session.get(AlertRow, alert_id, populate_existing=True)
        if row is None:
            return at
        values = {CALM_SINCE: at.isoformat(), **row.values}
        if values != row.values:
            self._session.execute(sa.update(AlertRow).where(col(AlertRow.id) == alert_id).values({"values": values}))
        return datetime.fromisoformat(values[CALM_SINCE])

    def queues(self) -> Queues:
        return Queues(self._inbox(), self._outbox())

    def refused_lately(self, kinds: Collection[OutboxKind], reasons: Collection[str], since: datetime) -> list[str]:
        mine = (OUTBOX.c.kind.in_([kind.value for kind in kinds]), OUTBOX.c.next_at >= since)
        sent = sa.select(sa.func.max(OUTBOX.c.next_at)).where(OUTBOX.c.state == OutboxState.SENT.value, *mine)
        last_sent = self._session.execute(sent).scalar_one()
        refused = sa.select(OUTBOX.c.last_error).where(
            OUTBOX.c.state == OutboxState.FAILED.value, OUTBOX.c.last_error.in_(sorted(reasons)), *mine
        )
        if last_sent is not None:
            refused = refused.where(OUTBOX.c.next_at > last_sent)
        return sorted(set(self._session.execute(refused).scalars()))

    def has_sent(self, kinds: Collection[OutboxKind], since: datetime) -> bool:
        # The index has wire time; what was settled since then in world time was settled since then in wire time too,
        # unless the world has jumped, and then we only look a little further back.
        ago = self._clock.now() - since
        statement = sa.select(OUTBOX.c.id).where(
            OUTBOX.c.state == OutboxState.SENT.value,
            OUTBOX.c.next_at >= self._clock.wire_now() - ago - timedelta(minutes=1),
            OUTBOX.c.settled_at > since,
            OUTBOX.c.kind.in_([kind.value for kind in kinds]),
        )
        return self._session.execute(statement.limit(1)).first() is not None

    def late_since(self, since: datetime) -> int:
        statement = (
            sa.select(sa.func.count())
            .select_from(INBOX)
            .where(INBOX.c.provider == "twilio", INBOX.c.is_late, INBOX.c.received_at >= since)
        )
        return int(self._session.execute(statement).scalar_one())

    def revision(self) -> str:
        return str(self._session.execute(sa.text("SELECT version_num FROM alembic_version")).scalar_one())

    def _inbox(self) -> tuple[InboxDepth, ...]:
        # What was found late has the time of when it should have come: it says nothing of how long it waits here.
        oldest = sa.func.min(
            sa.case((INBOX.c.is_late, None), else_=INBOX.c.received_at), type_=INBOX.c.received_at.type
        )
        statement = (
            sa.select(INBOX.c.state, sa.func.count().label("held"), oldest.label("oldest"))
            .where(INBOX.c.state.in_(("waiting", "parked")))
            .group_by(INBOX.c.state)
        )
        return tuple(InboxDepth(row.state, row.held, row.oldest) for row in self._session.execute(statement))

    def _outbox(self) -> tuple[OutboxDepth, ...]:
        urgent = sa.case((OUTBOX.c.priority <= int(Priority.SMS), 1), else_=0)
        error = sa.func.coalesce(OUTBOX.c.last_error, "")
        is_planned = sa.and_(OUTBOX.c.attempts == 0, OUTBOX.c.next_at > self._clock.wire_now())
        statement = (
            sa.select(
                OUTBOX.c.kind,
                OUTBOX.c.state,
                urgent.label("urgent"),
                error.label("error"),
                sa.func.count().label("held"),
                sa.func.min(OUTBOX.c.created_at).label("oldest"),
            )
            .where(OUTBOX.c.state.in_(("due", "sending", "uncertain")), ~is_planned)
            .group_by(OUTBOX.c.kind, OUTBOX.c.state, urgent, error)
        )
        return tuple(
            OutboxDepth(OutboxKind(row.kind), OutboxState(row.state), bool(row.urgent), row.error, row.held, row.oldest)
            for row in self._session.execute(statement)
        )

    def _insert(self, table: type[AlertRow] | type[InstanceRow] | type[TickRow]) -> Any:
        is_sqlite = self._session.get_bind().dialect.name == "sqlite"
        return (sqlite.insert if is_sqlite else postgresql.insert)(table)


def _alert(row: AlertRow) -> Alert:
    return Alert(
        id=row.id or 0,
        key=row.key,
        code=AlertCode(row.code),
        values={str(name): str(value) for name, value in row.values.items()},
        opened_at=row.opened_at,
        closed_at=row.closed_at,
        channel=row.channel,
        ts=row.ts,
    )
