"""The database of one run, and the blows that it takes."""

import asyncio
import sqlite3
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, closing
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from sqlalchemy.engine import make_url

from bench.chaos.faults import CRASH, LOCK, RESTART
from storage.migrate import migrate
from tests.database import Postgres, sqlite_url

DURABLE: Final = ("fsync=on", "synchronous_commit=on", "full_page_writes=on")
LOCKED_S: Final = 1.5  # three times what a hurried bot waits for it
LOCK_WITHIN_S: Final = 20.0


@dataclass(frozen=True, slots=True)
class Database:
    """`server` is the PostgreSQL behind it; None for SQLite."""

    url: str
    server: Postgres | None = None

    @property
    def blows(self) -> tuple[str, ...]:
        return (LOCK,) if self.server is None else (RESTART, CRASH)

    async def takes(self, blow: str) -> None:
        """Return when it is over."""
        if self.server is None:
            await asyncio.to_thread(_lock, Path(str(make_url(self.url).database)))
        else:
            await asyncio.to_thread(self.server.restart, "fast" if blow == RESTART else "immediate")


@asynccontextmanager
async def a_database(kind: str, place: Path) -> AsyncIterator[Database]:
    """Yield a fresh, migrated one that is as durable as in production, on the disk that `place` is on."""
    if kind == "sqlite":
        url = sqlite_url(place / "chaos.sqlite3")
        await asyncio.to_thread(migrate, url)
        yield Database(url)
        return
    server = Postgres(place, DURABLE)
    await asyncio.to_thread(server.start)
    try:
        with server.database(migrated=False) as url:
            await asyncio.to_thread(migrate, url)
            yield Database(url, server)
    finally:
        await asyncio.to_thread(server.stop)


def _lock(path: Path) -> None:
    """Hold the one lock that a writer needs for longer than a bot waits for it."""
    with closing(sqlite3.connect(path, timeout=LOCK_WITHIN_S, isolation_level=None)) as connection:
        connection.execute("BEGIN EXCLUSIVE")
        time.sleep(LOCKED_S)
        connection.execute("ROLLBACK")
