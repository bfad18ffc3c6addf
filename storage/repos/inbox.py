"""The inbox: what came in, before anything is made of it."""

from collections.abc import Sequence
from typing import Final

import sqlalchemy as sa
from sqlalchemy.dialects import postgresql, sqlite
from sqlmodel import Session

from bot.clock import Clock
from bot.ports import Incoming
from storage.repos.chunks import chunks
from storage.tables import InboxRow
from storage.vault import Vault, WrongKey

TABLE: sa.Table = InboxRow.__table__  # type: ignore[attr-defined]


GIVEN: Final = ("provider", "provider_id", "lane", "raw", "received_at", "is_late")
KEY: Final = ("provider", "provider_id")

# Each is the same however many rows there are: a statement made anew for a group costs more than the group's commit.
ONE_BY_ONE: Final = (
    sqlite.insert(TABLE)
    .values(state="waiting", attempts=0)
    .on_conflict_do_nothing(index_elements=KEY)
    .execution_options(preserve_rowcount=True)
)
NEWEST: Final = sa.select(sa.func.coalesce(sa.func.max(TABLE.c.id), 0))
SINCE: Final = sa.select(TABLE.c.provider, TABLE.c.provider_id).where(TABLE.c.id > sa.bindparam("before"))
AT_ONCE: Final = (
    postgresql.insert(TABLE)
    .from_select(
        [*GIVEN, "state", "attempts"],
        sa.select(
            *(sa.func.unnest(sa.bindparam(name, type_=postgresql.ARRAY(TABLE.c[name].type))) for name in GIVEN),
            sa.literal("waiting"),
            sa.literal(0),
        ),
    )
    .on_conflict_do_nothing(index_elements=KEY)
    .returning(TABLE.c.provider, TABLE.c.provider_id)
)


def insert_incoming(connection: sa.Connection, vault: Vault, group: Sequence[Incoming]) -> set[tuple[str, str]]:
    """Insert `group` and return the keys that were new; repeats are normal and change nothing."""
    rows = {
        (incoming.provider, incoming.provider_id): {
            "provider": incoming.provider,
            "provider_id": incoming.provider_id,
            "lane": vault.lane(incoming.lane),
            "raw": vault.seal("raw", incoming.raw),
            "received_at": incoming.received_at,
            "is_late": incoming.is_late,
        }
        for incoming in group
    }
    if connection.dialect.name != "sqlite":
        columns = {name: [row[name] for row in rows.values()] for name in GIVEN}
        return {(provider, provider_id) for provider, provider_id in connection.execute(AT_ONCE, columns)}
    before = connection.execute(NEWEST).scalar_one()
    if connection.execute(ONE_BY_ONE, list(rows.values())).rowcount == len(rows):
        return set(rows)
    # Nobody else writes meanwhile: what is new has a higher number than anything before.
    return {(provider, provider_id) for provider, provider_id in connection.execute(SINCE, {"before": before})}


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

    def take(self, limit: int) -> list[Incoming]:
        """Return the oldest waiting rows of lanes that nobody else has, `limit` at most, in order.

        The first row of each lane is locked for this transaction, and with it the lane: to everybody else it is still
        waiting, and stands before the others.
        """
        connection = self._session.connection()
        first = connection.execute(FIRST_OF_LANES, {"at_most": limit}).all()
        if not first:
            return []
        if limit == 1:
            found = connection.execute(ONE, {"of": first[0].id})
        else:
            found = connection.execute(OF_LANES, {"lanes": sorted({row.lane for row in first}), "at_most": limit})
        return [self._domain(row) for row in found.mappings()]

    def get(self, row_id: int) -> Incoming | None:
        row = self._session.connection().execute(ONE, {"of": row_id}).mappings().first()
        return None if row is None else self._domain(row)

    def parked(self, row_id: int) -> Incoming | None:
        statement = sa.select(TABLE).where(TABLE.c.id == row_id, TABLE.c.state == "parked")
        row = self._session.execute(statement).mappings().first()
        return None if row is None else self._domain(row)

    def done(self, row_ids: Sequence[int]) -> None:
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
