"""The inbox: what a webhook brought is kept before it is answered, once, in order per sender."""

import asyncio
import threading
from datetime import datetime
from functools import partial

import pytest

from bot.domain.errors import Busy
from bot.ports import Incoming, Tx
from storage.store import SqlStore
from storage.threads import INGEST, ORDINARY, Threads
from storage.vault import Vault
from tests.frozen import FrozenClock
from tests.storage.given import GUARDIAN_NUMBER, NOW, YOUTH_NUMBER, incoming


def take(tx: Tx) -> Incoming | None:
    """Take the next row and be done with it."""
    row = tx.inbox.next()
    if row is not None:
        tx.inbox.done([row.id])
    return row


async def taken(store: SqlStore) -> list[str]:
    """Empty the inbox, one transaction a row, and return the ids in that order."""
    ids = []
    while (row := await store.write(take)) is not None:
        ids.append(row.provider_id)
    return ids


async def test_what_was_put_is_there_for_the_next_process(
    database_url: str, store: SqlStore, vault: Vault, clock: FrozenClock
) -> None:
    assert await store.put(incoming(raw="Body=kan+n%C3%A5n+ringa"))

    next_process = SqlStore(database_url, vault, clock)
    try:
        row = await next_process.read(lambda tx: tx.inbox.next())
    finally:
        await next_process.close()

    assert row is not None
    assert (row.provider_id, row.raw, row.received_at) == ("SM1", "Body=kan+n%C3%A5n+ringa", NOW)
    assert row.lane != YOUTH_NUMBER


async def test_a_repeat_changes_nothing(store: SqlStore) -> None:
    assert await store.put(incoming(raw="first"))
    assert not await store.put(incoming(raw="second"))

    row = await store.read(lambda tx: tx.inbox.next())
    assert row is not None
    assert row.raw == "first"
    assert await store.read(lambda tx: tx.inbox.waiting()) == 1


async def test_the_same_id_from_another_provider_is_another_row(store: SqlStore) -> None:
    assert await store.put(incoming())
    assert await store.put(incoming(provider="slack"))


async def test_of_twenty_at_once_with_one_id_one_is_new(store: SqlStore) -> None:
    answers = await asyncio.gather(*(store.put(incoming()) for _ in range(20)))

    assert sorted(answers) == [False] * 19 + [True]
    assert await store.read(lambda tx: tx.inbox.waiting()) == 1


async def test_of_a_group_larger_than_a_statement_the_new_are_told_from_the_repeats(store: SqlStore) -> None:
    """Seven came before; of 1,001 ids at once one comes twice."""
    ids = [f"SM{n}" for n in range(1001)]
    before = ids[:1000:150]
    for known in before:
        assert await store.put(incoming(known))

    answers = await asyncio.gather(*(store.put(incoming(i, raw=f"Body={i}")) for i in [*ids, "SM1000"]))

    assert [i for i, is_new in zip([*ids, "SM1000"], answers, strict=True) if not is_new] == [*before, "SM1000"]
    rows = await store.read(lambda tx: list(tx.inbox.take(2000)))
    assert {row.provider_id: row.raw for row in rows} == {i: "Body=hej" if i in before else f"Body={i}" for i in ids}
    assert [row.provider_id for row in rows] == [*before, *(i for i in ids if i not in before)]


async def test_what_cannot_be_said_in_a_statement_fails_alone(store: SqlStore) -> None:
    """Half a surrogate pair in an id: the group is stored without it."""
    puts = [store.put(incoming(i)) for i in ("SM1", "SM\ud83d", "SM2")]

    answers = await asyncio.gather(*puts, return_exceptions=True)

    assert [answers[0], answers[2]] == [True, True]
    assert isinstance(answers[1], UnicodeEncodeError)
    assert await taken(store) == ["SM1", "SM2"]


async def test_two_instances_that_get_the_same_webhooks_store_each_once(
    postgres_database_url: str, vault: Vault, clock: FrozenClock
) -> None:
    stores = [SqlStore(postgres_database_url, vault, clock) for _ in range(2)]
    try:
        ids = [f"SM{n}" for n in range(40)]
        orders = (ids, list(reversed(ids)))
        puts = [s.put(incoming(i)) for s, order in zip(stores, orders, strict=True) for i in order]
        answers = await asyncio.gather(*puts)

        assert sum(answers) == 40
        assert await stores[0].read(lambda tx: tx.inbox.waiting()) == 40
    finally:
        for store in stores:
            await store.close()


async def test_one_bad_row_does_not_fail_the_others(store: SqlStore) -> None:
    bad = incoming("SMbad", received_at=datetime(2026, 11, 20, 22, 14))  # noqa: DTZ001

    answers = await asyncio.gather(
        store.put(incoming("SM1")), store.put(bad), store.put(incoming("SM2")), return_exceptions=True
    )

    assert (answers[0], answers[2]) == (True, True)
    assert isinstance(answers[1], ValueError)
    assert await taken(store) == ["SM1", "SM2"]


async def test_one_who_hangs_up_does_not_leave_the_others_waiting(store: SqlStore) -> None:
    puts = [asyncio.create_task(store.put(incoming(f"SM{n}"))) for n in range(5)]
    await asyncio.sleep(0)  # each has joined the group
    puts[1].cancel()

    answers = await asyncio.gather(*puts, return_exceptions=True)

    assert [a for n, a in enumerate(answers) if n != 1] == [True] * 4
    assert sorted(await taken(store)) in ([f"SM{n}" for n in range(5)], ["SM0", "SM2", "SM3", "SM4"])


async def test_rows_of_one_sender_come_in_the_order_in_which_they_came(store: SqlStore) -> None:
    for n in range(5):
        await store.put(incoming(f"Y{n}", YOUTH_NUMBER))
        await store.put(incoming(f"G{n}", GUARDIAN_NUMBER))

    ids = await taken(store)

    assert [i for i in ids if i.startswith("Y")] == [f"Y{n}" for n in range(5)]
    assert [i for i in ids if i.startswith("G")] == [f"G{n}" for n in range(5)]


async def test_many_are_taken_at_once_in_the_order_in_which_they_came(store: SqlStore) -> None:
    for n in range(6):
        await store.put(incoming(f"Y{n}", YOUTH_NUMBER))
        await store.put(incoming(f"G{n}", GUARDIAN_NUMBER))

    def take_some(tx: Tx) -> list[str]:
        rows = list(tx.inbox.take(5))
        tx.inbox.done([row.id for row in rows[:4]])  # the last one could not be reached in time
        return [row.provider_id for row in rows]

    assert await store.write(take_some) == ["Y0", "G0", "Y1", "G1", "Y2"]
    assert await store.write(take_some) == ["Y2", "G2", "Y3", "G3", "Y4"]


async def test_who_takes_many_takes_whole_lanes(postgres_database_url: str, vault: Vault, clock: FrozenClock) -> None:
    """The second text of somebody whose first is being worked on is not taken by another instance."""
    store = SqlStore(postgres_database_url, vault, clock)
    try:
        for n in range(3):
            await store.put(incoming(f"Y{n}", YOUTH_NUMBER))
        await store.put(incoming("G0", GUARDIAN_NUMBER))
        loop, others = asyncio.get_running_loop(), list[str]()

        def slow(tx: Tx) -> list[str]:
            mine = tx.inbox.take(2)
            other = asyncio.run_coroutine_threadsafe(store.write(lambda tx: tx.inbox.take(10)), loop).result(10)
            others.extend(row.provider_id for row in other)
            return [row.provider_id for row in mine]

        assert await store.write(slow) == ["Y0", "Y1"]
        assert others == []  # the lane of G0 has been taken too, though there was no room for it

        assert await taken(store) == ["Y0", "Y1", "Y2", "G0"]
    finally:
        await store.close()


async def test_ingest_and_the_rest_take_turns() -> None:
    """A flood of webhooks does not keep what has come in from being worked on."""
    threads, order = Threads("test", 1), list[str]()
    try:
        has_begun, held_up = threading.Event(), threading.Event()
        threads.submit(has_begun.set)
        threads.submit(held_up.wait)
        has_begun.wait(10)  # the thread is up, and what it does next is to wait
        done = [threads.submit(partial(order.append, f"webhooks {n}"), INGEST) for n in range(3)]
        done += [threads.submit(partial(order.append, f"work {n}"), ORDINARY) for n in range(2)]
        held_up.set()
        for one in done:
            one.result(10)
    finally:
        threads.close()

    assert order == ["webhooks 0", "work 0", "webhooks 1", "work 1", "webhooks 2"]


async def test_a_parked_row_does_not_block_its_sender_and_stays(store: SqlStore) -> None:
    await store.put(incoming("SM1"))
    await store.put(incoming("SM2"))

    def park(tx: Tx) -> int:
        row = tx.inbox.next()
        assert row is not None
        tx.inbox.park(row.id)
        return row.id

    parked = await store.write(park)

    assert await taken(store) == ["SM2"]
    kept = await store.read(lambda tx: tx.inbox.get(parked))
    assert kept is not None
    assert kept.raw == "Body=hej"


async def test_a_change_that_fails_leaves_its_row_waiting(store: SqlStore) -> None:
    await store.put(incoming("SM1"))

    def crash(tx: Tx) -> None:
        take(tx)
        raise RuntimeError("a bug of ours")

    with pytest.raises(RuntimeError):
        await store.write(crash)

    assert await taken(store) == ["SM1"]


async def test_four_workers_take_each_row_once_and_in_order(store: SqlStore) -> None:
    for n in range(60):
        await store.put(incoming(f"SM{n:02}", lane=f"sender {n % 6}"))

    async def work() -> list[str]:
        ids: list[str] = []
        while await store.read(lambda tx: tx.inbox.waiting()):
            row = await store.write(take)
            if row is not None:
                ids.append(row.provider_id)
        return ids

    shares = await asyncio.gather(*(work() for _ in range(4)))

    assert sorted(i for share in shares for i in share) == [f"SM{n:02}" for n in range(60)]
    for share in shares:
        for sender in range(6):
            mine = [i for i in share if int(i[2:]) % 6 == sender]
            assert mine == sorted(mine)


async def test_a_row_that_somebody_is_working_on_blocks_its_sender_only(
    postgres_database_url: str, vault: Vault, clock: FrozenClock
) -> None:
    store = SqlStore(postgres_database_url, vault, clock)
    try:
        await store.put(incoming("Y1", YOUTH_NUMBER))
        await store.put(incoming("Y2", YOUTH_NUMBER))
        await store.put(incoming("G1", GUARDIAN_NUMBER))
        loop, others = asyncio.get_running_loop(), []

        def slow(tx: Tx) -> str:
            row = take(tx)
            assert row is not None
            other = asyncio.run_coroutine_threadsafe(store.read(lambda tx: tx.inbox.next()), loop).result(10)
            others.append(None if other is None else other.provider_id)
            return row.provider_id

        assert await store.write(slow) == "Y1"
        assert others == ["G1"]
    finally:
        await store.close()


async def test_a_database_that_is_not_there_is_said_at_once(vault: Vault, clock: FrozenClock) -> None:
    store = SqlStore("postgresql://postgres@127.0.0.1:1/none", vault, clock)
    try:
        with pytest.raises(Busy):
            await store.put(incoming())
    finally:
        await store.close()
