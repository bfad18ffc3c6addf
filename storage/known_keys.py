"""Whether ENCRYPTION_KEYS are the keys that the database was sealed with: asked before anything is written.

With a wrong key nobody who texts would be recognised, everybody would become a stranger, and what was taken in under
the new key would be unreadable the day the right one is put back.
"""

from collections.abc import Iterator, Mapping
from typing import Any, Final

import sqlalchemy as sa
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.exc import SQLAlchemyError

from bot.clock import machine_now
from bot.texts import key_words as words
from storage.engine import is_sqlite, reader_engine, writer_engine
from storage.migrate import DatabaseAway, sqlite_file
from storage.sealed_columns import is_under, sealed_tables
from storage.tables import EncryptionKeyRow
from storage.trouble import said_by
from storage.vault import CHECK, Vault, key_id_of

KEYS: Final[sa.Table] = EncryptionKeyRow.__table__  # type: ignore[attr-defined]

SAMPLE: Final = 5  # of each column: one that has been altered says nothing of the key


class WrongKeys(Exception):
    """ENCRYPTION_KEYS do not fit this database; the message says which, and what to do."""


def require_keys(url: str, vault: Vault) -> None:
    """Raise WrongKeys unless every key that something is sealed with is among ours. Writes nothing, at any revision.

    Raises DatabaseAway. A database that is not there yet, or is empty, fits every key.
    """
    path = sqlite_file(url)
    if path is not None and not path.exists():
        return
    writer = writer_engine(url)
    reader = reader_engine(url, writer)
    try:
        with reader.connect() as connection:
            _compare(connection, vault)
    except SQLAlchemyError as error:
        raise DatabaseAway(said_by(error)) from None
    finally:
        reader.dispose()
        writer.dispose()


def note_keys(url: str, vault: Vault) -> None:
    """Note our keys before they are used; raises WrongKeys when somebody has noted other ones meanwhile."""
    engine = writer_engine(url)
    insert = sqlite.insert if is_sqlite(url) else postgresql.insert
    try:
        with engine.connect() as connection:
            noted = set(connection.execute(sa.select(KEYS.c.key_id)).scalars())
        fresh = [name for name in vault.key_ids if name not in noted]
        if not fresh:
            return
        with engine.begin() as connection:
            rows = [_row(vault, name) for name in fresh]
            connection.execute(insert(KEYS).on_conflict_do_nothing(), rows)
            _compare_noted(connection, vault)
    except SQLAlchemyError as error:
        raise DatabaseAway(said_by(error)) from None
    finally:
        engine.dispose()


def _row(vault: Vault, name: str) -> dict[str, Any]:
    return {
        "key_id": name,
        "check_value": vault.check_value(name),
        "fingerprint": vault.fingerprint(name),
        "noted_at": machine_now(),
    }


def _compare(connection: sa.Connection, vault: Vault) -> None:
    noted = _compare_noted(connection, vault) if sa.inspect(connection).has_table(KEYS.name) else []
    if not noted:
        _compare_rows(connection, vault)
        return
    for name in sorted(set(noted) - set(vault.key_ids)):
        if any(_has(connection, is_under(column, name)) for column, _ in _columns(connection)):
            raise WrongKeys(words.MISSING.format(id=name))


def _compare_noted(connection: sa.Connection, vault: Vault) -> list[str]:
    rows = connection.execute(sa.select(KEYS).order_by(KEYS.c.key_id)).all()
    for row in rows:
        if row.key_id in vault.key_ids and not vault.opens(CHECK, row.check_value):
            ours = vault.fingerprint(row.key_id)
            raise WrongKeys(words.OTHER.format(id=row.key_id, noted=row.fingerprint, ours=ours))
    return [row.key_id for row in rows]


def _compare_rows(connection: sa.Connection, vault: Vault) -> None:
    """Look at what is sealed, where no version before this one has noted with what."""
    opened: dict[str, bool] = {}
    columns = list(_columns(connection))
    filled = _filled(connection, {column.table.name: column.table for column, _ in columns})
    for column, purpose in columns:
        if column.table.name not in filled:
            continue  # most often all are empty: what nothing is sealed in is asked nothing more
        is_ours = sa.or_(*(is_under(column, name) for name in vault.key_ids))
        foreign = connection.execute(sa.select(column).where(column.is_not(None), ~is_ours).limit(1)).scalar()
        if foreign is not None:
            raise WrongKeys(words.MISSING.format(id=key_id_of(foreign)))
        for name in vault.key_ids:
            some = connection.execute(sa.select(column).where(is_under(column, name)).limit(SAMPLE)).scalars().all()
            if some:
                opened[name] = opened.get(name, False) or any(vault.opens(purpose, sealed) for sealed in some)
    for name, is_opened in opened.items():
        if not is_opened:
            raise WrongKeys(words.OTHER_OLD.format(id=name, ours=vault.fingerprint(name)))


def _columns(connection: sa.Connection) -> Iterator[tuple[sa.Column[Any], str]]:
    """Yield the sealed columns that there are: the database may be older than the program."""
    inspector = sa.inspect(connection)
    standing = set(inspector.get_table_names())
    for table, purposes in sealed_tables():
        names = {found["name"] for found in inspector.get_columns(table.name)} if table.name in standing else set()
        for name in sorted(names & purposes.keys()):
            yield table.c[name], purposes[name]


def _filled(connection: sa.Connection, tables: Mapping[str, sa.FromClause]) -> set[str]:
    """Return the names of the tables that have any row."""
    asked: list[sa.Select[Any]] = [
        sa.select(sa.literal_column(f"'{name}'")).where(sa.exists(sa.select(sa.literal_column("1")).select_from(table)))
        for name, table in tables.items()
    ]
    return set(connection.execute(sa.union_all(*asked)).scalars()) if asked else set()


def _has(connection: sa.Connection, where: sa.ColumnElement[bool]) -> bool:
    return connection.execute(sa.select(sa.literal(1)).where(where).limit(1)).first() is not None
