"""Instances on one PostgreSQL tell each other of work, so that none waits for its next poll."""

import asyncio
from collections.abc import AsyncIterator

import pytest
import sqlalchemy as sa
from psycopg.pq import TransactionStatus

from bot.ports import Tx
from storage.neighbours import EVERYTHING
from storage.store import SqlStore
from storage.vault import Vault
from tests.database import Postgres
from tests.frozen import FrozenClock
from tests.storage.given import incoming, to_send

PATIENCE = 60.0  # seconds
CUT = "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE query LIKE 'LISTEN%'"


class Instance:
    """A store, and what its loops would have been woken for."""

    def __init__(self, url: str, vault: Vault, clock: FrozenClock) -> None:
        self.store = SqlStore(url, vault, clock)
        self.heard: asyncio.Queue[frozenset[str]] = asyncio.Queue()
        self.store.on_commit = self.heard.put_nowait
        self.store.meet_others()

    async def hears(self, work: frozenset[str]) -> None:
        """Wait for exactly this."""
        async with asyncio.timeout(PATIENCE):
            assert await self.heard.get() == work


@pytest.fixture
async def two(postgres_database_url: str, vault: Vault, clock: FrozenClock) -> AsyncIterator[tuple[Instance, Instance]]:
    instances = Instance(postgres_database_url, vault, clock), Instance(postgres_database_url, vault, clock)
    for instance in instances:
        await instance.hears(EVERYTHING)  # it listens now, and looks once at what was said before
    yield instances
    await asyncio.gather(*(instance.store.close() for instance in instances))


def an_answer(tx: Tx) -> None:
    to_send(tx, "an answer")


async def test_what_one_commits_the_other_hears_of(two: tuple[Instance, Instance]) -> None:
    here, there = two
    await here.store.put(incoming("SM1"))
    await there.hears(frozenset({"inbox"}))
    await here.store.write(an_answer)
    await there.hears(frozenset({"outbox"}))


async def test_nobody_hears_themselves_twice(two: tuple[Instance, Instance]) -> None:
    """Woken at the commit, and not again by the echo: the second word that comes is the other's."""
    here, there = two
    await here.store.put(incoming("SM1"))
    await here.hears(frozenset({"inbox"}))
    await there.hears(frozenset({"inbox"}))
    await there.store.write(an_answer)
    await here.hears(frozenset({"outbox"}))
    assert here.heard.empty()


async def test_a_listener_that_was_cut_off_listens_again_and_looks_at_what_it_missed(
    two: tuple[Instance, Instance],
) -> None:
    here, there = two

    def cut() -> None:
        with here.store.engine.begin() as connection:
            connection.execute(sa.text(CUT))

    await asyncio.to_thread(cut)
    await there.hears(EVERYTHING)
    await here.store.put(incoming("SM2"))
    await there.hears(frozenset({"inbox"}))


async def test_a_stop_does_not_wait_for_a_server_that_hangs(postgres: Postgres, two: tuple[Instance, Instance]) -> None:
    here, _ = two
    neighbours = here.store._neighbours
    assert neighbours is not None
    with postgres.frozen():
        neighbours.tell(frozenset({"inbox"}))
        async with asyncio.timeout(PATIENCE):
            while all(c.pgconn.transaction_status != TransactionStatus.ACTIVE for c in neighbours._open):  # noqa: ASYNC110
                await asyncio.sleep(0.01)
            await neighbours.stop()


async def test_on_sqlite_there_are_no_others(sqlite_database_url: str, vault: Vault, clock: FrozenClock) -> None:
    alone = Instance(sqlite_database_url, vault, clock)
    try:
        await alone.store.put(incoming("SM1"))
        await alone.hears(frozenset({"inbox"}))
        assert alone.heard.empty()
    finally:
        await alone.store.close()
