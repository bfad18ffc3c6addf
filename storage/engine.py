"""Engines with the settings that make each database safe (facts: storage, sections 3 and 4)."""

import sqlite3
import time
from typing import Any, Final

import sqlalchemy as sa
from sqlalchemy.engine import Engine, make_url
from sqlalchemy.pool import ConnectionPoolEntry

from storage.sqlite_file import require_same_file

SQLITE_BUSY_MS: Final = 1500  # below the 2.5 s within which a click must be answered
PG_STATEMENT_MS: Final = 5000
PG_LOCK_MS: Final = 2000
PG_IDLE_MS: Final = 5000
PG_THREADS: Final = 6
RESTED_S: Final = 1.0
USED_AT: Final = "used_at"  # monotonic seconds
# A server that has vanished from the network says nothing; without these we would wait for it for a quarter of an hour.
PG_SILENCE: Final = {
    "tcp_user_timeout": 10_000,  # milliseconds
    "keepalives_idle": 10,  # seconds, as the next
    "keepalives_interval": 3,
    "keepalives_count": 3,
}


def is_sqlite(url: str) -> bool:
    return make_url(url).get_backend_name() == "sqlite"


def normal_url(url: str) -> str:
    """Return `url` with the drivers that we use: the standard library's, and psycopg 3."""
    parsed = make_url(url)
    if parsed.get_backend_name() == "postgresql":
        parsed = parsed.set(drivername="postgresql+psycopg")
    return parsed.render_as_string(hide_password=False)


def writer_engine(url: str) -> Engine:
    """Return the engine for transactions that write. One connection on SQLite, a few on PostgreSQL."""
    if not is_sqlite(url):
        return _postgres(url)
    engine = sa.create_engine(
        url,
        hide_parameters=True,
        poolclass=sa.StaticPool,
        connect_args={"check_same_thread": False, "isolation_level": None, "timeout": SQLITE_BUSY_MS / 1000},
    )
    _on_connect(engine, query_only=False)
    # A deferred transaction that has read fails at once when it then writes after another commit.
    _begin_with(engine, "BEGIN IMMEDIATE")
    require_same_file(engine, url, makes_it=True)
    return engine


def reader_engine(url: str, writer: Engine) -> Engine:
    """Return the engine for reads: the same on PostgreSQL, connections that cannot write on SQLite."""
    if not is_sqlite(url):
        return writer
    engine = sa.create_engine(
        url,
        hide_parameters=True,
        poolclass=sa.QueuePool,
        pool_size=4,
        connect_args={"check_same_thread": False, "isolation_level": None, "timeout": SQLITE_BUSY_MS / 1000},
    )
    _on_connect(engine, query_only=True)
    _begin_with(engine, "BEGIN")
    require_same_file(engine, url, makes_it=False)
    return engine


def _begin_with(engine: Engine, statement: str) -> None:
    """Begin each transaction so. Not by an event: an engine with one looks for listeners at every statement."""

    def begin(dbapi_connection: Any) -> None:
        dbapi_connection.execute(statement)

    vars(engine.dialect)["do_begin"] = begin


def alone_engine(writer: Engine) -> Engine:
    """Return the engine, on the writer's connections, for one statement that is a transaction by itself.

    PostgreSQL then has nothing to be told before and after it; SQLite is in one process and has no such ways to go.
    """
    return writer if writer.dialect.name == "sqlite" else writer.execution_options(isolation_level="AUTOCOMMIT")


def _on_connect(engine: Engine, *, query_only: bool) -> None:
    def prepare(connection: sqlite3.Connection, _entry: ConnectionPoolEntry) -> None:
        cursor = connection.cursor()
        cursor.execute("PRAGMA journal_mode=WAL")
        cursor.execute("PRAGMA foreign_keys=ON")
        cursor.execute("PRAGMA synchronous=FULL")
        cursor.execute(f"PRAGMA busy_timeout={SQLITE_BUSY_MS}")
        cursor.execute(f"PRAGMA query_only={'ON' if query_only else 'OFF'}")
        cursor.close()

    sa.event.listen(engine, "connect", prepare)


def _postgres(url: str) -> Engine:
    options = (
        f"-c timezone=UTC -c statement_timeout={PG_STATEMENT_MS} -c lock_timeout={PG_LOCK_MS} "
        f"-c idle_in_transaction_session_timeout={PG_IDLE_MS} "
        "-c synchronous_commit=on"  # whatever the server's habit: after our 200 a crash of it must forget nothing
    )
    arguments: dict[str, Any] = {"options": options, "connect_timeout": 5, **PG_SILENCE}
    engine = sa.create_engine(
        normal_url(url),
        hide_parameters=True,
        pool_size=PG_THREADS + 4,
        max_overflow=4,
        connect_args=arguments,
    )
    _ping_what_has_rested(engine)
    return engine


def _ping_what_has_rested(engine: Engine) -> None:
    """Ask a connection whether it is alive before it is used, when it has not been for a while.

    A server that was restarted in a quiet night is met anew without anybody noticing. One that is restarted under load
    breaks what is on its way in any case, and a question before each transaction costs as much as a statement of it.
    """

    def note(_connection: Any, record: ConnectionPoolEntry) -> None:
        record.info[USED_AT] = time.monotonic()

    def ask(connection: Any, record: ConnectionPoolEntry, _proxy: Any) -> None:
        if time.monotonic() - record.info.get(USED_AT, 0.0) < RESTED_S:
            return
        try:
            engine.dialect.do_ping(connection)
        except engine.dialect.loaded_dbapi.Error as error:
            raise sa.exc.DisconnectionError from error  # the pool opens another

    sa.event.listen(engine, "connect", note)
    sa.event.listen(engine, "checkin", note)
    sa.event.listen(engine, "checkout", ask)
