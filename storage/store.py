"""The database as bot.ports.Store: transactions in threads, webhooks in groups."""

import asyncio
import threading
import time
from collections.abc import Callable
from concurrent.futures import Future
from typing import Final, TypeVar

import sqlalchemy as sa
import structlog
from sqlalchemy.exc import (
    DBAPIError,
    IntegrityError,
    InterfaceError,
    OperationalError,
    ProgrammingError,
    SQLAlchemyError,
)
from sqlmodel import Session

from bot.clock import Clock
from bot.domain.errors import Busy, Refused
from bot.ports import Incoming, Tx
from storage.engine import PG_THREADS, is_sqlite, reader_engine, writer_engine
from storage.repos.inbox import insert_incoming
from storage.threads import INGEST, ORDINARY, Threads
from storage.tx import SqlTx
from storage.vault import Vault

T = TypeVar("T")
log = structlog.get_logger(__name__)

TRIES: Final = 4
RETRYABLE_STATES: Final = frozenset({"40001", "40P01"})  # serialization failure, deadlock


class SqlStore:
    """SQLite for one process, PostgreSQL for many. `on_commit` is called, in the event loop, after each
    write that made work for a loop: with "inbox", "outbox" or "views"."""

    def __init__(self, url: str, vault: Vault, clock: Clock) -> None:
        self._vault = vault
        self._clock = clock
        self._writer = writer_engine(url)
        self._reader = reader_engine(url, self._writer)
        self._write_threads = Threads("writer", 1 if is_sqlite(url) else PG_THREADS)
        self._read_threads = Threads("reader", 2)
        self._waiting: list[tuple[Incoming, Future[bool]]] = []
        self._waiting_lock = threading.Lock()
        self.on_commit: Callable[[frozenset[str]], None] = lambda _: None

    @property
    def engine(self) -> sa.Engine:
        return self._writer

    async def write(self, change: Callable[[Tx], T]) -> T:
        result, work = await asyncio.wrap_future(self._write_threads.submit(lambda: self._transact(change), ORDINARY))
        if work:
            self.on_commit(work)
        return result

    async def read(self, query: Callable[[Tx], T]) -> T:
        return await asyncio.wrap_future(self._read_threads.submit(lambda: self._query(query)))

    async def put(self, incoming: Incoming) -> bool:
        """Store one webhook; all that wait at one moment share one durable commit."""
        mine: Future[bool] = Future()
        with self._waiting_lock:
            self._waiting.append((incoming, mine))
            first = len(self._waiting) == 1
        if first:
            self._write_threads.submit(self._put_group, INGEST)
        is_new = await asyncio.wrap_future(mine)
        self.on_commit(frozenset({"inbox"}))
        return is_new

    async def ping(self) -> None:
        """Raise Busy when the database does not answer."""
        await self.read(lambda tx: tx.inbox.waiting())

    async def close(self) -> None:
        """Wait for what has begun, then let the connections go."""
        await asyncio.to_thread(self._write_threads.close)
        await asyncio.to_thread(self._read_threads.close)
        self._writer.dispose()
        self._reader.dispose()

    def _transact(self, change: Callable[[Tx], T]) -> tuple[T, frozenset[str]]:
        for attempt in range(TRIES):
            try:
                with Session(self._writer, expire_on_commit=False) as session:
                    result = change(SqlTx(session, self._vault, self._clock))
                    session.commit()
                    return result, frozenset(session.info)
            except Refused as refusal:
                self._note_refusal(refusal)
                raise
            except SQLAlchemyError as error:
                if attempt == TRIES - 1 or not _is_worth_a_retry(error):
                    raise _sorted(error) from None
                log.info("transaction_again", attempt=attempt, kind=type(error).__name__)
                time.sleep(0.02 * (attempt + 1))
        raise AssertionError  # pragma: no cover - the loop returns or raises

    def _note_refusal(self, refusal: Refused) -> None:
        if refusal.audit is None:
            return
        entry = refusal.audit
        try:
            with Session(self._writer) as session:
                SqlTx(session, self._vault, self._clock).audit.record(entry)
                session.commit()
        except SQLAlchemyError as error:
            raise _sorted(error) from None

    def _query(self, query: Callable[[Tx], T]) -> T:
        try:
            with Session(self._reader, expire_on_commit=False) as session:
                return query(SqlTx(session, self._vault, self._clock))
        except SQLAlchemyError as error:
            raise _sorted(error) from None

    def _put_group(self) -> None:
        with self._waiting_lock:
            group, self._waiting = self._waiting, []
        for _, waiter in group:
            # From here on nobody can back out. What came from somebody who already has is stored like the rest.
            waiter.set_running_or_notify_cancel()
        try:
            new = self._insert([incoming for incoming, _ in group])
        except Exception as error:
            self._put_one_by_one(group, error)
            return
        for incoming, waiter in group:
            key = (incoming.provider, incoming.provider_id)
            if not waiter.cancelled():
                waiter.set_result(key in new)
            new.discard(key)  # the same id twice in one group: new once

    def _put_one_by_one(self, group: list[tuple[Incoming, "Future[bool]"]], failure: Exception) -> None:
        # One bad row must not fail the others; a database that is away need not be asked again for each of them.
        is_away = isinstance(failure, OperationalError) and not _has_lost_a_race(failure)
        for incoming, waiter in group:
            outcome = failure if is_away else self._try_one(incoming)
            if waiter.cancelled():
                continue
            if isinstance(outcome, bool):
                waiter.set_result(outcome)
            else:
                waiter.set_exception(_sorted(outcome) if isinstance(outcome, SQLAlchemyError) else outcome)

    def _try_one(self, incoming: Incoming) -> bool | Exception:
        try:
            return bool(self._insert([incoming]))
        except Exception as error:
            return error

    def _insert(self, group: list[Incoming]) -> set[tuple[str, str]]:
        with self._writer.begin() as connection:
            return insert_incoming(connection, self._vault, group)


def _is_worth_a_retry(error: SQLAlchemyError) -> bool:
    """A unique key that somebody else took meanwhile is found when the transaction runs again.

    A locked SQLite has been waited for already: those who wait behind must hear in time that it is busy.
    """
    return isinstance(error, IntegrityError) or _has_lost_a_race(error)


def _has_lost_a_race(error: SQLAlchemyError) -> bool:
    return isinstance(error, DBAPIError) and getattr(error.orig, "sqlstate", None) in RETRYABLE_STATES


def _sorted(error: SQLAlchemyError) -> Exception:
    """Turn what the driver says into Busy where it means that the database was not there for us."""
    if isinstance(error, OperationalError | InterfaceError | ProgrammingError):
        log.error("database_unavailable", kind=type(error.orig).__name__)
        return Busy()
    if isinstance(error, sa.exc.TimeoutError):
        return Busy()
    return error
