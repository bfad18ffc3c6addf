"""Databases to measure on: an SQLite file and a PostgreSQL server, both durable and on the same disk."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Final

from storage.migrate import migrate
from tests.database import Postgres, sqlite_url

DURABLE: Final = ("fsync=on", "synchronous_commit=on", "full_page_writes=on", "autovacuum=on")
SQLITE, POSTGRES = "SQLite", "PostgreSQL"
Fresh = Callable[[], str]


@contextmanager
def databases(place: Path, wanted: tuple[str, ...] = (SQLITE, POSTGRES)) -> Iterator[dict[str, Fresh]]:
    """Yield, by name, functions that make a fresh migrated database and return its address."""
    made: dict[str, Fresh] = {}
    numbers = iter(range(1, 10_000))

    def fresh_sqlite() -> str:
        url = sqlite_url(place / f"bench-{next(numbers)}.sqlite3")
        migrate(url)
        return url

    if SQLITE in wanted:
        made[SQLITE] = fresh_sqlite
    if POSTGRES not in wanted:
        yield made
        return
    server = Postgres(place, DURABLE)
    server.start()
    opened = []

    def fresh_postgres() -> str:
        database = server.database()
        opened.append(database)
        return database.__enter__()

    made[POSTGRES] = fresh_postgres
    try:
        yield made
    finally:
        for database in opened:
            database.__exit__(None, None, None)
        server.stop()
