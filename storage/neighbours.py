"""Tells other instances on the same PostgreSQL that there is work, and hears it from them (LISTEN/NOTIFY).

Nothing rests on it: what is said while nobody listens is found by the poll of bot.worker. It is said after the commit
and not in it, for commits that notify wait for each other, and so would the webhooks for whatever is being sent.
"""

import asyncio
import contextlib
import secrets
from collections.abc import Callable
from typing import Any, Final

import psycopg
import sqlalchemy as sa
import structlog

from storage.engine import PG_SILENCE

log = structlog.get_logger(__name__)

CHANNEL: Final = "beredskapsbot_work"
EVERYTHING: Final = frozenset({"inbox", "outbox", "views"})
GATHER_FOR: Final = 0.02  # seconds: whoever made the work takes it first, and one word does for many commits
AFTER_TROUBLE: Final = 1.0  # seconds
SAY: Final = "SELECT pg_notify(%s, %s)"


class Neighbours:
    """Call `tell` in the event loop after each commit that made work; `heard` is called with what others have made."""

    def __init__(self, engine: sa.Engine, heard: Callable[[frozenset[str]], None]) -> None:
        self._engine = engine
        self._heard = heard
        self._name = secrets.token_hex(4)
        self._to_say: set[str] = set()
        self._news = asyncio.Event()
        self._tasks: list[asyncio.Task[None]] = []
        self._open: set[psycopg.AsyncConnection[Any]] = set()

    def start(self) -> None:
        """Needs a running event loop."""
        for name, work in (("neighbours hear", self._listen), ("neighbours tell", self._say)):
            self._tasks.append(asyncio.create_task(self._go_on(work), name=name))

    async def stop(self) -> None:
        """End at once: a question that is broken off waits for its answer, and a server that hangs never gives one."""
        for connection in self._open:
            connection.pgconn.finish()
        for task in self._tasks:
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)
        self._tasks.clear()

    def tell(self, work: frozenset[str]) -> None:
        """Have the others told soon."""
        self._to_say |= work & EVERYTHING
        self._news.set()

    async def _go_on(self, work: Callable[[psycopg.AsyncConnection[Any]], Any]) -> None:
        while True:
            try:
                async with await self._connected() as connection:
                    self._open.add(connection)
                    try:
                        await work(connection)
                    finally:
                        self._open.discard(connection)
            except (psycopg.Error, OSError) as error:
                log.info("neighbours_out_of_hearing", kind=type(error).__name__)
            except Exception:
                log.exception("neighbours_stumbled")
            await asyncio.sleep(AFTER_TROUBLE)

    async def _listen(self, connection: psycopg.AsyncConnection[Any]) -> None:
        await connection.execute(f"LISTEN {CHANNEL}")
        self._heard(EVERYTHING)  # what was said before we listened
        async for notice in connection.notifies():
            name, _, work = notice.payload.partition(" ")
            if name != self._name:
                self._heard(EVERYTHING.intersection(work.split()))

    async def _say(self, connection: psycopg.AsyncConnection[Any]) -> None:
        while True:
            await self._news.wait()
            await asyncio.sleep(GATHER_FOR)
            self._news.clear()
            said, self._to_say = self._to_say, set()
            try:
                await connection.execute(SAY, (CHANNEL, f"{self._name} {' '.join(sorted(said))}"))
            except BaseException:
                self.tell(frozenset(said))
                raise

    async def _connected(self) -> psycopg.AsyncConnection[Any]:
        _, given = self._engine.dialect.create_connect_args(self._engine.url)
        with contextlib.suppress(KeyError):
            del given["context"]  # SQLAlchemy's own, of its type adapters
        return await psycopg.AsyncConnection.connect(**{**given, **PG_SILENCE, "connect_timeout": 5}, autocommit=True)
