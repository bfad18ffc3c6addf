"""The inbox: what came in, before anything is made of it."""

from collections.abc import Sequence
from typing import Any

import sqlalchemy as sa
from sqlalchemy.dialects import postgresql, sqlite
from sqlmodel import Session, col

from bot.clock import Clock
from bot.ports import Incoming
from storage.tables import InboxRow
from storage.vault import Vault, WrongKey

TABLE: sa.Table = InboxRow.__table__  # type: ignore[attr-defined]


def insert_incoming(connection: sa.Connection, vault: Vault, group: Sequence[Incoming]) -> set[tuple[str, str]]:
    """Insert `group` and return the keys that were new; repeats are normal and change nothing."""
    rows: dict[tuple[str, str], dict[str, Any]] = {
        (incoming.provider, incoming.provider_id): {
            "provider": incoming.provider,
            "provider_id": incoming.provider_id,
            "lane": vault.lane(incoming.lane),
            "raw": vault.seal("raw", incoming.raw),
            "received_at": incoming.received_at,
            "is_late": incoming.is_late,
            "state": "waiting",
            "attempts": 0,
        }
        for incoming in group
    }
    build = sqlite.insert if connection.dialect.name == "sqlite" else postgresql.insert
    statement = (
        build(TABLE)
        .values(list(rows.values()))
        .on_conflict_do_nothing(index_elements=["provider", "provider_id"])
        .returning(TABLE.c.provider, TABLE.c.provider_id)
    )
    return {(provider, provider_id) for provider, provider_id in connection.execute(statement)}


class InboxRows:
    def __init__(self, session: Session, vault: Vault, clock: Clock) -> None:
        self._session = session
        self._vault = vault
        self._clock = clock

    def next(self) -> Incoming | None:
        """Return the oldest waiting row whose lane has nothing older waiting, locked for this transaction."""
        earlier = TABLE.alias("earlier")
        statement = (
            sa.select(TABLE)
            .where(TABLE.c.state == "waiting")
            .where(
                ~sa.exists(
                    sa.select(earlier.c.id).where(
                        earlier.c.lane == TABLE.c.lane, earlier.c.state == "waiting", earlier.c.id < TABLE.c.id
                    )
                )
            )
            .order_by(TABLE.c.id)
            .limit(1)
            .with_for_update(skip_locked=True, of=TABLE)
        )
        row = self._session.execute(statement).mappings().first()
        return None if row is None else self._domain(row)

    def get(self, row_id: int) -> Incoming | None:
        row = self._session.execute(sa.select(TABLE).where(TABLE.c.id == row_id)).mappings().first()
        return None if row is None else self._domain(row)

    def parked(self, row_id: int) -> Incoming | None:
        statement = sa.select(TABLE).where(TABLE.c.id == row_id, TABLE.c.state == "parked")
        row = self._session.execute(statement).mappings().first()
        return None if row is None else self._domain(row)

    def done(self, row_id: int) -> None:
        self._set(row_id, state="done", done_at=self._clock.now())

    def park(self, row_id: int) -> None:
        self._set(row_id, state="parked", done_at=self._clock.now())

    def waiting(self) -> int:
        statement = sa.select(sa.func.count()).select_from(TABLE).where(TABLE.c.state == "waiting")
        return int(self._session.execute(statement).scalar_one())

    def _set(self, row_id: int, **values: object) -> None:
        self._session.execute(sa.update(InboxRow).where(col(InboxRow.id) == row_id).values(**values))

    def _domain(self, row: sa.RowMapping) -> Incoming:
        return Incoming(
            provider=row["provider"],
            provider_id=row["provider_id"],
            lane=row["lane"],
            raw=self._opened(row["raw"]),
            received_at=row["received_at"],
            is_late=row["is_late"],
            id=row["id"],
            attempts=row["attempts"],
        )

    def _opened(self, blob: bytes) -> str:
        """Return the payload, or "" when no key of ours opens it: the row is parked then, and the next one served."""
        try:
            return self._vault.open("raw", blob)
        except WrongKey:
            return ""
