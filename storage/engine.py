"""Engines with the settings that make each database safe (facts: storage, sections 3 and 4)."""

import sqlite3
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
    require_same_file(engine, url, makes_it=True)
    # A deferred transaction that has read fails at once when it then writes after another commit.
    sa.event.listen(engine, "begin", lambda connection: connection.exec_driver_sql("BEGIN IMMEDIATE"))
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
    require_same_file(engine, url, makes_it=False)
    sa.event.listen(engine, "begin", lambda connection: connection.exec_driver_sql("BEGIN"))
    return engine


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
    return sa.create_engine(
        normal_url(url),
        hide_parameters=True,
        pool_pre_ping=True,
        pool_size=PG_THREADS + 4,
        max_overflow=4,
        connect_args=arguments,
    )
