"""The tick seals what is new: once, in any number of instances, and never before all of it can be seen."""

import asyncio
from collections.abc import Callable
from typing import Any

import pytest
import sqlalchemy as sa

from bot.services.audit import seal
from bot.services.audit.seal import seal_audit
from storage.engine import writer_engine
from storage.store import SqlStore
from tests.audit.given import Log, an_entry

INSERT = sa.text(
    "INSERT INTO audit (at, actor, act, subject, is_allowed, ground, details) "
    "VALUES (now(), 's9', 'read', 'conversation:late', true, 'x', '{}')"
)


async def test_what_is_sealed_is_sealed_once(log: Log) -> None:
    await log.grows()
    assert await seal_audit(ctx=log.ctx) == 0
    await log.grows(1)
    segments = await log.store.read(lambda tx: tx.seals.segments(0, 9))
    assert [(s.number, s.first_id, s.last_id, s.count) for s in segments] == [(1, 1, 3, 3), (2, 4, 4, 1)]
    assert segments[1].previous == segments[0].hash


async def test_a_long_backlog_becomes_segments_of_bounded_size(log: Log, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(seal, "MOST_ROWS", 4)
    monkeypatch.setattr(seal, "MOST_SEGMENTS", 2)
    await log.grows(10, seals=False)

    assert await seal_audit(ctx=log.ctx) == 2
    assert await seal_audit(ctx=log.ctx) == 1
    assert [s.count for s in await log.store.read(lambda tx: tx.seals.segments(0, 9))] == [4, 4, 2]
    assert await log.flaws() == []


async def test_several_at_once_make_one_chain(log: Log) -> None:
    """As many ticks at once as there may be instances, while the log grows."""

    async def writes() -> None:
        for _ in range(10):
            await log.store.write(lambda tx: tx.audit.record(an_entry()))

    async def seals() -> None:
        for _ in range(5):
            await seal_audit(ctx=log.ctx)

    await asyncio.gather(writes(), seals(), writes(), seals(), seals())
    await seal_audit(ctx=log.ctx)

    segments = await log.store.read(lambda tx: tx.seals.segments(0, 99))
    assert [s.number for s in segments] == list(range(1, len(segments) + 1))
    assert sum(s.count for s in segments) == 20
    assert await log.flaws() == []


@pytest.mark.parametrize("database_url", ["postgres"], indirect=True)
async def test_a_row_that_is_committed_late_is_waited_for(log: Log, database_url: str) -> None:
    """Its id is lower than one that can be seen: sealed without it, the segment would be wrong for ever."""
    other = writer_engine(database_url)
    with other.connect() as connection:
        late = connection.begin()
        connection.execute(INSERT)  # has taken id 1
        await log.grows(2, seals=False)  # ids 2 and 3, committed

        assert await seal_audit(ctx=log.ctx) == 0
        late.commit()
    other.dispose()

    assert await seal_audit(ctx=log.ctx) == 1
    [made] = await log.store.read(lambda tx: tx.seals.segments(0, 9))
    assert (made.first_id, made.last_id, made.count) == (1, 3, 3)
    assert await log.flaws() == []


@pytest.mark.parametrize("database_url", ["postgres"], indirect=True)
async def test_a_row_that_is_undone_late_leaves_a_gap(log: Log, database_url: str) -> None:
    other = writer_engine(database_url)
    with other.connect() as connection:
        late = connection.begin()
        connection.execute(INSERT)
        await log.grows(2, seals=False)
        late.rollback()
    other.dispose()

    assert await seal_audit(ctx=log.ctx) == 1
    assert await log.flaws() == []


@pytest.mark.parametrize("database_url", ["postgres"], indirect=True)
async def test_a_transaction_that_begins_meanwhile_does_not_hold_up_the_seal(
    log: Log, database_url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Somebody always writes where it is busy. What counts is whether those who wrote then still do."""
    await log.grows(2, seals=False)
    other = writer_engine(database_url)
    reads: list[Callable[..., Any]] = []
    read = SqlStore.read
    with other.connect() as first, other.connect() as second:
        early = first.begin()
        first.execute(INSERT)  # id 3, and not committed when the log is looked at

        async def reading(store: SqlStore, query: Callable[..., Any]) -> Any:
            reads.append(query)
            if len(reads) == 2:
                early.commit()
                second.begin()
                second.execute(INSERT)  # id 4, while we look again
            return await read(store, query)

        monkeypatch.setattr(SqlStore, "read", reading)
        assert await seal_audit(ctx=log.ctx) == 1
    other.dispose()
    monkeypatch.undo()

    [made] = await log.store.read(lambda tx: tx.seals.segments(0, 9))
    assert (made.last_id, made.count) == (2, 2)
