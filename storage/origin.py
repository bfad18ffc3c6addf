"""Where a PostgreSQL database is: noted in the database itself, so that one that has been loaded elsewhere shows it.

The note names the server (its system identifier), the database and our own table, as the server numbers them. A dump
takes the note along and none of the numbers: wherever it is loaded, into the same database too, they are others.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Final

import sqlalchemy as sa
from sqlalchemy.dialects import postgresql
from sqlalchemy.exc import SQLAlchemyError

from bot.clock import machine_now
from storage.engine import is_sqlite, writer_engine
from storage.migrate import DatabaseAway
from storage.tables import JobRunRow
from storage.trouble import said_by

JOB: Final = "database"
NOTES: Final[sa.Table] = JobRunRow.__table__  # type: ignore[attr-defined]
OURS: Final = NOTES.c.job == JOB
MAY_ASK: Final = sa.text("SELECT has_function_privilege('pg_control_system()', 'execute')")
SERVER: Final = sa.text("SELECT system_identifier FROM pg_control_system()")
NUMBERS: Final = sa.text(
    "SELECT (SELECT oid FROM pg_database WHERE datname = current_database())::text, 'job_run'::regclass::oid::text"
)
UNTOLD: Final = "-"  # a server that does not say which it is


def is_elsewhere(url: str) -> bool:
    """Tell whether a PostgreSQL database was noted at another place than where it is. Raises DatabaseAway.

    False where nothing has been noted: it is empty, or older than the note.
    """
    if is_sqlite(url):
        return False
    with _connected(url) as connection:
        if not sa.inspect(connection).has_table(NOTES.name):
            return False
        noted = set(connection.execute(sa.select(NOTES.c.scheduled_for).where(OURS)).scalars())
        return bool(noted - {_here(connection)})


def note_origin(url: str) -> None:
    """Note where it is, unless that has been noted. Raises DatabaseAway."""
    if is_sqlite(url):
        return
    with _connected(url) as connection:
        if connection.execute(sa.select(NOTES.c.job).where(OURS).limit(1)).first() is None:
            _note(connection)


def settle(url: str) -> None:
    """From now on it is at home where it is. Raises DatabaseAway."""
    with _connected(url) as connection:
        connection.execute(sa.delete(NOTES).where(OURS))
        _note(connection)


def _note(connection: sa.Connection) -> None:
    values = {"job": JOB, "scheduled_for": _here(connection), "ran_at": machine_now()}
    connection.execute(postgresql.insert(NOTES).values(values).on_conflict_do_nothing())  # another instance was first


def _here(connection: sa.Connection) -> str:
    server = connection.scalar(SERVER) if connection.scalar(MAY_ASK) else UNTOLD
    database, table = connection.execute(NUMBERS).one()
    return f"{server}/{database}/{table}"


@contextmanager
def _connected(url: str) -> Iterator[sa.Connection]:
    engine = writer_engine(url)
    try:
        with engine.begin() as connection:
            yield connection
    except SQLAlchemyError as error:
        raise DatabaseAway(said_by(error)) from None
    finally:
        engine.dispose()
