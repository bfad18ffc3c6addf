"""What comes in is put into the inbox: a group of webhooks in one statement.

Each call of a driver lets go of the interpreter, and has it back only when the event loop, busy with the next webhooks,
lets go of it in turn: a row at a time, a group does little but wait. And the drivers are spoken to directly: compiling
and binding by SQLAlchemy costs more for a row than storing it.
"""

from collections.abc import Sequence
from functools import cache
from itertools import chain
from typing import Any, Final

import sqlalchemy as sa

from bot.ports import Incoming
from storage.repos.chunks import chunks
from storage.tables import InboxRow
from storage.vault import Vault

Key = tuple[str, str]  # provider, provider_id
Row = tuple[str, str, str, bytes, Any, bool]

TABLE: Final[sa.Table] = InboxRow.__table__  # type: ignore[attr-defined]
COLUMNS: Final = "provider, provider_id, lane, raw, received_at, is_late, state, attempts"
ONCE: Final = "ON CONFLICT (provider, provider_id) DO NOTHING"
NEWEST: Final = "SELECT provider, provider_id FROM inbox ORDER BY id DESC LIMIT ?"
# Numbered in the order in which they came; stored in the order of their keys, so that two instances with the same ones
# in different orders wait for each other and not in a ring.
OF_COLUMNS: Final = (
    f"INSERT INTO inbox (id, {COLUMNS})"  # noqa: S608 - made of constants
    " SELECT numbered.*, 'waiting', 0 FROM ("
    "SELECT nextval('inbox_id_seq'), given.*"
    " FROM unnest(%b::text[], %b::text[], %b::text[], %b::bytea[], %b::timestamptz[], %b::boolean[])"
    " AS given(provider, provider_id, lane, raw, received_at, is_late)) AS numbered"
    f" ORDER BY numbered.provider, numbered.provider_id {ONCE} RETURNING provider, provider_id"
)


def insert_incoming(connection: sa.Connection, vault: Vault, group: Sequence[Incoming]) -> set[Key]:
    """Insert `group` and return the keys that were new; repeats are normal and change nothing.

    On PostgreSQL it is one statement, which needs no transaction around it.
    """
    rows = _rows(connection, vault, group)
    if connection.dialect.name == "sqlite":
        return _insert_values(connection, rows)
    columns = tuple(list(column) for column in zip(*rows.values(), strict=True))
    inserted = connection.exec_driver_sql(OF_COLUMNS, columns)
    if inserted.rowcount == len(rows):
        inserted.close()
        return set(rows)
    return {(provider, provider_id) for provider, provider_id in inserted}


def _rows(connection: sa.Connection, vault: Vault, group: Sequence[Incoming]) -> dict[Key, Row]:
    """Return what is stored, once for each key: of repeats within a group the last."""
    stored_time: Any = TABLE.c.received_at.type.bind_processor(connection.dialect)
    sealed = vault.seal_all("raw", [incoming.raw for incoming in group])
    return {
        (incoming.provider, incoming.provider_id): (
            incoming.provider,
            incoming.provider_id,
            vault.lane(incoming.lane),
            raw,
            stored_time(incoming.received_at),
            incoming.is_late,
        )
        for incoming, raw in zip(group, sealed, strict=True)
    }


def _insert_values(connection: sa.Connection, rows: dict[Key, Row]) -> set[Key]:
    inserted = 0
    for some in chunks(list(rows.values())):
        size = 1 << (len(some) - 1).bit_length()
        filled = [*some, *[some[-1]] * (size - len(some))]  # repeats change nothing, and few sizes are prepared once
        inserted += connection.exec_driver_sql(_values(size), tuple(chain.from_iterable(filled))).rowcount
    if inserted == len(rows):
        return set(rows)
    # Nobody else writes meanwhile: what is new has the highest numbers.
    return {(provider, provider_id) for provider, provider_id in connection.exec_driver_sql(NEWEST, (inserted,))}


@cache
def _values(rows: int) -> str:
    row = "(?, ?, ?, ?, ?, ?, 'waiting', 0)"
    return f"INSERT INTO inbox ({COLUMNS}) VALUES {', '.join([row] * rows)} {ONCE}"  # noqa: S608 - made of constants
