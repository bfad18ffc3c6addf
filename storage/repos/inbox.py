"""The inbox: what came in, before anything is made of it."""

from collections.abc import Iterator, Sequence
from typing import Final

import sqlalchemy as sa
from sqlmodel import Session

from bot.clock import Clock
from bot.ports import Incoming
from storage.repos.chunks import chunks
from storage.tables import InboxRow
from storage.vault import Vault, WrongKey

TABLE: sa.Table = InboxRow.__table__  # type: ignore[attr-defined]
WAITING: Final = TABLE.c.state == sa.literal_column("'waiting'")  # in these words, so that the partial index is found
EARLIER: Final = TABLE.alias("earlier")
IS_BEHIND: Final = sa.exists(
    sa.select(EARLIER.c.id).where(
        EARLIER.c.lane == TABLE.c.lane,
        EARLIER.c.state == sa.literal_column("'waiting'"),
        EARLIER.c.id < TABLE.c.id,
    )
)
AT_MOST: Final[sa.BindParameter[int]] = sa.bindparam("at_most")
OLDEST: Final = sa.select(TABLE).where(WAITING).order_by(TABLE.c.id).limit(AT_MOST)
FIRST_OF_LANES: Final = (
    sa.select(TABLE.c.id, TABLE.c.lane)
    .where(WAITING, ~IS_BEHIND)
    .order_by(TABLE.c.id)
    .limit(AT_MOST)
    .with_for_update(skip_locked=True, of=TABLE)
)
OF_LANES: Final = (
    sa.select(TABLE)
    .where(WAITING, TABLE.c.lane.in_(sa.bindparam("lanes", expanding=True)))
    .order_by(TABLE.c.id)
    .limit(AT_MOST)
    .with_for_update(skip_locked=True, of=TABLE)  # one that came before them may have been taken by somebody else
)
ONE: Final = sa.select(TABLE).where(TABLE.c.id == sa.bindparam("of"))
KNOWN: Final = sa.select(TABLE.c.provider_id).where(
    TABLE.c.provider == sa.bindparam("by"), TABLE.c.provider_id.in_(sa.bindparam("some", expanding=True))
)
COUNT_WAITING: Final = sa.select(sa.func.count()).select_from(TABLE).where(WAITING)
PARK: Final = (
    sa.update(TABLE)
    .where(TABLE.c.id == sa.bindparam("of"), WAITING)
    .values(state="parked", done_at=sa.bindparam("at", type_=TABLE.c.done_at.type))
)
CHANGE: Final = sa.update(TABLE).where(TABLE.c.id.in_(sa.bindparam("some", expanding=True)))


class InboxRows:
    def __init__(self, session: Session, vault: Vault, clock: Clock) -> None:
        self._session = session
        self._vault = vault
        self._clock = clock

    def next(self) -> Incoming | None:
        """Return the oldest waiting row whose lane has nothing older waiting, locked for this transaction."""
        return next(iter(self.take(1)), None)

    def take(self, limit: int) -> Iterator[Incoming]:
        """Yield the oldest waiting rows of lanes that nobody else has, `limit` at most, in order.

        The first row of each lane is locked for this transaction, and with it the lane: to everybody else it is still
        waiting, and stands before the others. A row is opened when it is come to: not all that are taken may be.
        """
        return (self._domain(row) for row in self._taken(limit))

    def _taken(self, limit: int) -> Sequence[sa.RowMapping]:
        connection = self._session.connection()
        if connection.dialect.name == "sqlite":  # nobody else writes meanwhile: all lanes are ours
            return connection.execute(OLDEST, {"at_most": limit}).mappings().all()
        first = connection.execute(FIRST_OF_LANES, {"at_most": limit}).all()
        if not first:
            return []
        if limit == 1:
            return connection.execute(ONE, {"of": first[0].id}).mappings().all()
        wanted = {"lanes": sorted({row.lane for row in first}), "at_most": limit}
        return connection.execute(OF_LANES, wanted).mappings().all()

    def get(self, row_id: int) -> Incoming | None:
        row = self._session.connection().execute(ONE, {"of": row_id}).mappings().first()
        return None if row is None else self._domain(row)

    def parked(self, row_id: int) -> Incoming | None:
        statement = sa.select(TABLE).where(TABLE.c.id == row_id, TABLE.c.state == "parked")
        row = self._session.execute(statement).mappings().first()
        return None if row is None else self._domain(row)

    def done(self, row_ids: Sequence[int]) -> None:
        if row_ids:
            self._set(row_ids, state="done", done_at=self._clock.now())

    def park(self, row_id: int) -> bool:
        """Set a waiting row aside; False when somebody has dealt with it meanwhile."""
        parked = {"of": row_id, "at": self._clock.now()}
        return self._session.connection().execute(PARK, parked).rowcount == 1

    def known(self, provider: str, provider_ids: Sequence[str]) -> set[str]:
        """Return those of a provider's ids that have come in."""
        connection, found = self._session.connection(), set[str]()
        for some in chunks(provider_ids):
            found.update(connection.execute(KNOWN, {"by": provider, "some": list(some)}).scalars())
        return found

    def waiting(self) -> int:
        return int(self._session.connection().execute(COUNT_WAITING).scalar_one())

    def _set(self, row_ids: Sequence[int], **values: object) -> None:
        self._session.connection().execute(CHANGE, {"some": list(row_ids), **values})

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
