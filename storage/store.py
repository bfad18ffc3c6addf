"""The database as bot.ports.Store: transactions in threads, webhooks in groups."""

import asyncio
import threading
import time
from collections.abc import Callable
from typing import Any, Final, TypeVar

import sqlalchemy as sa
import structlog
from sqlalchemy.exc import DBAPIError, IntegrityError, SQLAlchemyError
from sqlalchemy.orm.exc import StaleDataError
from sqlmodel import Session

from bot.clock import Clock
from bot.domain.errors import Busy, Refused
from bot.ports import Incoming, Tx
from storage.engine import PG_THREADS, alone_engine, is_sqlite, reader_engine, writer_engine
from storage.neighbours import Neighbours
from storage.repos.incoming import insert_incoming
from storage.threads import INGEST, ORDINARY, Threads
from storage.trouble import Outage, is_away
from storage.tx import SqlTx
from storage.vault import Vault

T = TypeVar("T")
log = structlog.get_logger(__name__)

_Put = tuple[Incoming, "asyncio.Future[bool]"]

INBOX: Final = frozenset({"inbox"})
TRIES: Final = 4
PING: Final = "ping"
RETRYABLE_STATES: Final = frozenset({"40001", "40P01"})  # serialization failure, deadlock


class OneTransaction(Session):
    """A session for one transaction. Its connection is looked up once: the repositories ask for it at every turn."""

    _only: sa.Connection | None = None

    def connection(self, *arguments: Any, **more: Any) -> sa.Connection:
        if self._only is None:
            self._only = super().connection(*arguments, **more)
        return self._only


class SqlStore:
    """SQLite for one process, PostgreSQL for many. `on_commit` is called, in the event loop, after each
    write that made work for a loop: with "inbox", "outbox" or "views"; `on_written` after each write with how
    many seconds it took."""

    def __init__(self, url: str, vault: Vault, clock: Clock) -> None:
        self._url = url
        self._vault = vault
        self._clock = clock
        self._writer = writer_engine(url)
        self._reader = reader_engine(url, self._writer)
        self._ingest = alone_engine(self._writer)
        self._write_threads = Threads("writer", 1 if is_sqlite(url) else PG_THREADS)
        self._read_threads = Threads("reader", 2)
        self._waiting: list[_Put] = []
        self._waiting_lock = threading.Lock()
        self._is_storing = False  # one group at a time: the next one gathers meanwhile
        self._outage = Outage()
        self.on_commit: Callable[[frozenset[str]], None] = lambda _: None
        self.on_written: Callable[[float], None] = lambda _: None
        self._neighbours: Neighbours | None = None

    @property
    def engine(self) -> sa.Engine:
        return self._writer

    async def write(self, change: Callable[[Tx], T]) -> T:
        began = time.perf_counter()
        try:
            written = self._write_threads.submit(lambda: self._transact(change), ORDINARY)
            result, work = await asyncio.wrap_future(written)
        finally:
            self.on_written(time.perf_counter() - began)
        if work:
            self._tell_of(work)
        return result

    async def read(self, query: Callable[[Tx], T]) -> T:
        return await asyncio.wrap_future(self._read_threads.submit(lambda: self._query(query)))

    async def put(self, incoming: Incoming) -> bool:
        """Store one webhook; all that wait at one moment share one durable commit."""
        loop = asyncio.get_running_loop()
        mine: asyncio.Future[bool] = loop.create_future()
        with self._waiting_lock:
            self._waiting.append((incoming, mine))
            is_first, self._is_storing = not self._is_storing, True
        if is_first:
            self._write_threads.submit(lambda: self._put_group(loop), INGEST)
        # Whoever hangs up backs out of the answer and not of the storing: what has joined the group is stored.
        return await mine

    async def ping(self) -> None:
        """Raise Busy when the database does not answer, or takes nothing in: a full disk can still be read."""
        await self.write(lambda tx: tx.note_run(PING))

    def meet_others(self) -> None:
        """Hear of work that other instances have committed, and tell them of ours. On SQLite there are none."""
        if not is_sqlite(self._url) and self._neighbours is None:
            self._neighbours = Neighbours(self._writer, lambda work: self.on_commit(work))
            self._neighbours.start()

    async def close(self) -> None:
        """Wait for what has begun, then let the connections go. What hangs is left behind: it ends with the process."""
        if self._neighbours is not None:
            await self._neighbours.stop()
        closed = await asyncio.gather(*(asyncio.to_thread(t.close) for t in (self._write_threads, self._read_threads)))
        if not all(closed):
            log.error("database_hangs_at_close")
        self._writer.dispose()
        self._reader.dispose()

    def _transact(self, change: Callable[[Tx], T]) -> tuple[T, frozenset[str]]:
        for attempt in range(TRIES):
            is_committing = False
            try:
                with OneTransaction(self._writer, expire_on_commit=False) as session:
                    result = change(SqlTx(session, self._vault, self._clock))
                    is_committing = True
                    session.commit()
                    self._outage.is_over()
                    return result, frozenset(session.info)
            except Refused as refusal:
                self._note_refusal(refusal)
                raise
            except SQLAlchemyError as error:
                is_cut = _is_cut(error) and not is_committing  # nothing of it stands
                if attempt == TRIES - 1 or not (is_cut or _is_worth_a_retry(error)):
                    raise self._outage.sorted(error) from None
                log.info("transaction_again", attempt=attempt, kind=type(error).__name__)
                time.sleep(0.02 * (attempt + 1))
        raise AssertionError  # pragma: no cover - the loop returns or raises

    def _note_refusal(self, refusal: Refused) -> None:
        if refusal.audit is None:
            return
        entry = refusal.audit
        try:
            with OneTransaction(self._writer) as session:
                SqlTx(session, self._vault, self._clock).audit.record(entry)
                session.commit()
        except SQLAlchemyError as error:
            raise self._outage.sorted(error) from None

    def _query(self, query: Callable[[Tx], T]) -> T:
        try:
            return self._queried(query)
        except SQLAlchemyError as error:
            if not _is_cut(error):
                raise self._outage.sorted(error) from None
        try:
            return self._queried(query)
        except SQLAlchemyError as error:
            raise self._outage.sorted(error) from None

    def _queried(self, query: Callable[[Tx], T]) -> T:
        with OneTransaction(self._reader, expire_on_commit=False) as session:
            return query(SqlTx(session, self._vault, self._clock))

    def _put_group(self, loop: asyncio.AbstractEventLoop) -> None:
        """Store all that wait at this moment; the loop is told once, not once for each."""
        with self._waiting_lock:
            group, self._waiting = self._waiting, []
        outcomes: list[bool | Exception] = [Busy()] * len(group)  # nobody is left waiting, whatever happens here
        try:
            outcomes = self._stored(group)
        finally:
            self._go_on(loop)
            loop.call_soon_threadsafe(self._tell, group, outcomes)

    def _stored(self, group: list[_Put]) -> list[bool | Exception]:
        try:
            new = self._insert([incoming for incoming, _ in group])
        except Exception as error:
            if not _is_cut(error):
                return self._one_by_one(group, error)
            return [self._try_one(incoming) for incoming, _ in group]  # what stands already is not stored again
        outcomes: list[bool | Exception] = []
        for incoming, _ in group:
            key = (incoming.provider, incoming.provider_id)
            outcomes.append(key in new)
            new.discard(key)  # the same id twice in one group: new once
        return outcomes

    def _go_on(self, loop: asyncio.AbstractEventLoop) -> None:
        with self._waiting_lock:
            self._is_storing = more = bool(self._waiting)
        if more:
            self._write_threads.submit(lambda: self._put_group(loop), INGEST)

    def _tell(self, group: list[_Put], outcomes: list[bool | Exception]) -> None:
        for (_, waiter), outcome in zip(group, outcomes, strict=True):
            if waiter.done():
                continue
            if isinstance(outcome, Exception):
                waiter.set_exception(outcome)
            else:
                waiter.set_result(outcome)
        if not all(isinstance(outcome, Exception) for outcome in outcomes):
            self._tell_of(INBOX)

    def _tell_of(self, work: frozenset[str]) -> None:
        self.on_commit(work)
        if self._neighbours is not None:
            self._neighbours.tell(work)

    def _one_by_one(self, group: list[_Put], failure: Exception) -> list[bool | Exception]:
        # One bad row must not fail the others; a database that is away need not be asked again for each of them.
        if isinstance(failure, SQLAlchemyError) and is_away(failure) and not _has_lost_a_race(failure):
            return [self._outage.sorted(failure)] * len(group)
        return [self._try_one(incoming) for incoming, _ in group]

    def _try_one(self, incoming: Incoming) -> bool | Exception:
        try:
            return bool(self._insert([incoming]))
        except Exception as error:
            return self._outage.sorted(error)

    def _insert(self, group: list[Incoming]) -> set[tuple[str, str]]:
        with self._ingest.begin() as connection:
            new = insert_incoming(connection, self._vault, group)
        self._outage.is_over()
        return new


def _is_worth_a_retry(error: SQLAlchemyError) -> bool:
    """A unique key that somebody else took meanwhile is found when the transaction runs again, and so is a row gone.

    A locked SQLite has been waited for already: those who wait behind must hear in time that it is busy.
    """
    return isinstance(error, IntegrityError | StaleDataError) or _has_lost_a_race(error)


def _is_cut(error: Exception) -> bool:
    """Tell whether it was the connection that broke; the next one is a new one."""
    return isinstance(error, DBAPIError) and error.connection_invalidated


def _has_lost_a_race(error: Exception) -> bool:
    return isinstance(error, DBAPIError) and getattr(error.orig, "sqlstate", None) in RETRYABLE_STATES
