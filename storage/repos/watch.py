"""What the program knows of itself: instances, ticks, alerts."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

import sqlalchemy as sa
from sqlalchemy.dialects import postgresql, sqlite
from sqlmodel import Session, col, select

from bot.clock import Clock
from bot.domain.alerts import Alert, AlertCode, Instance, TickRun
from bot.ports import Posted
from storage.tables import AlertRow, InstanceRow, TickRow


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
        self._session.execute(
            insert.values(name=name, ran_at=at, failing_since=None).on_conflict_do_update(
                index_elements=["name"], set_={"ran_at": later, "failing_since": None}
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
