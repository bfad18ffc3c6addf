"""The outbox: claimed once, one at a time and in order per lane, and uncertain when somebody was lost."""

import asyncio
from datetime import timedelta

import pytest

from bot.domain.outbound import UNCERTAIN_FINAL, OutboxKind, OutboxState, Priority
from bot.ports import Outbound, Share, Tx
from bot.services.look_for_uncertain import LONGEST_SEND
from bot.slack import gateway
from bot.sms import twilio_gateway
from storage.store import SqlStore
from storage.vault import Vault
from tests.frozen import FrozenClock
from tests.storage.given import MINUTE, NOW, to_send

LEASE = timedelta(seconds=30)


async def claim(store: SqlStore, owner: str = "me") -> Outbound | None:
    return await store.write(lambda tx: tx.outbox.claim(owner, LEASE))


async def claimed_id(store: SqlStore) -> int:
    row = await claim(store)
    assert row is not None
    return row.id


async def record(store: SqlStore, row_id: int, state: OutboxState, wait: timedelta = timedelta(0)) -> None:
    await store.write(lambda tx: tx.outbox.record(row_id, state, wait=wait))


async def sent(store: SqlStore) -> list[str]:
    """Send everything that is due, and return the keys in that order."""
    keys = []
    while (row := await claim(store)) is not None:
        keys.append(row.payload["row"])
        await record(store, row.id, OutboxState.SENT)
    return keys


async def add(store: SqlStore, *keys: str, lane: str = "a", priority: Priority = Priority.NORMAL) -> None:
    def change(tx: Tx) -> None:
        for key in keys:
            assert to_send(tx, key, lane, priority=priority)

    await store.write(change)


async def test_a_row_is_what_was_added(store: SqlStore) -> None:
    await store.write(
        lambda tx: tx.outbox.add(OutboxKind.SMS, "x", {"delivery": "d1"}, dedupe_key="k", priority=Priority.SMS)
    )

    row = await claim(store)

    assert row == Outbound(
        id=row.id if row else 0,
        kind=OutboxKind.SMS,
        lane="x",
        payload={"delivery": "d1"},
        attempts=1,
        looks=0,
        created_at=NOW,
        state=OutboxState.SENDING,
        priority=Priority.SMS,
        claim=row.claim if row else "",
    )
    assert await store.read(lambda tx: tx.outbox.by_key("k")) == row
    assert await store.read(lambda tx: tx.outbox.by_key("none")) is None


async def test_planned_twice_is_said_once(store: SqlStore) -> None:
    assert await store.write(lambda tx: to_send(tx, "k"))
    assert not await store.write(lambda tx: to_send(tx, "k"))

    assert await sent(store) == ["k"]
    assert not await store.write(lambda tx: to_send(tx, "k"))


async def test_the_most_urgent_goes_first(store: SqlStore) -> None:
    await add(store, "nag", lane="a", priority=Priority.LOW)
    await add(store, "card", lane="b")
    await add(store, "alarm", lane="c", priority=Priority.URGENT)

    assert await sent(store) == ["alarm", "card", "nag"]


async def test_four_workers_claim_each_of_a_hundred_rows_once(store: SqlStore) -> None:
    for n in range(100):
        await add(store, f"{n:03}", lane=f"lane {n}")

    async def work(owner: str) -> list[str]:
        keys = []
        while (row := await claim(store, owner)) is not None:
            keys.append(row.payload["row"])
            await record(store, row.id, OutboxState.SENT)
        return keys

    shares = await asyncio.gather(*(work(f"worker {n}") for n in range(4)))

    assert sorted(key for share in shares for key in share) == [f"{n:03}" for n in range(100)]


async def test_a_lane_leaves_one_at_a_time_and_in_order(store: SqlStore) -> None:
    for n in range(40):
        await add(store, f"{n:02}", lane=f"lane {n % 4}")
    on_the_way: set[str] = set()
    order: list[str] = []

    async def work() -> None:
        while await store.read(lambda tx: tx.outbox.waiting()):
            row = await claim(store)
            if row is None:
                continue
            assert row.lane not in on_the_way
            on_the_way.add(row.lane)
            order.append(row.payload["row"])
            await asyncio.sleep(0)
            on_the_way.remove(row.lane)
            await record(store, row.id, OutboxState.SENT)

    await asyncio.gather(*(work() for _ in range(4)))

    assert sorted(order) == [f"{n:02}" for n in range(40)]
    for lane in range(4):
        mine = [key for key in order if int(key) % 4 == lane]
        assert mine == sorted(mine)


async def test_urgency_does_not_overtake_within_a_lane(store: SqlStore) -> None:
    await add(store, "first")
    await add(store, "second", priority=Priority.URGENT)

    assert await sent(store) == ["first", "second"]


async def test_of_several_updates_of_one_card_one_waits(store: SqlStore) -> None:
    assert await store.write(lambda tx: to_send(tx, "1", fold_key="card:c1"))
    assert not await store.write(lambda tx: to_send(tx, "2", fold_key="card:c1"))
    assert await store.write(lambda tx: to_send(tx, "3", fold_key="card:c2"))

    first = await claimed_id(store)
    # What changes while one is on its way must be said by a further one.
    assert await store.write(lambda tx: to_send(tx, "4", fold_key="card:c1"))
    await record(store, first, OutboxState.SENT)

    assert await sent(store) == ["3", "4"]


async def test_what_an_urgent_update_is_folded_into_becomes_as_urgent(store: SqlStore) -> None:
    """A report on a text waits behind a queue; a new text for the same card does not wait with it."""
    await add(store, "nag", lane="b")
    await store.write(lambda tx: to_send(tx, "report", fold_key="card:c1"))
    assert not await store.write(lambda tx: to_send(tx, "text", fold_key="card:c1", priority=Priority.URGENT))
    assert not await store.write(lambda tx: to_send(tx, "report 2", fold_key="card:c1", priority=Priority.LOW))

    assert await sent(store) == ["report", "nag"]


async def test_what_an_urgent_update_gives_way_to_becomes_as_urgent(store: SqlStore) -> None:
    await add(store, "nag", lane="b")
    await store.write(lambda tx: to_send(tx, "text", fold_key="card:c1", priority=Priority.URGENT))
    first = await claimed_id(store)
    await store.write(lambda tx: to_send(tx, "report", fold_key="card:c1"))
    await record(store, first, OutboxState.DUE)

    assert await sent(store) == ["report", "nag"]


async def test_what_is_folded_is_not_said_before_it_is_true(
    postgres_database_url: str, vault: Vault, clock: FrozenClock
) -> None:
    """An update waits while something more for the same card is about to be committed: claimed now, it would not say
    it, and nobody else would."""
    store = SqlStore(postgres_database_url, vault, clock)
    try:
        await store.write(lambda tx: to_send(tx, "1", fold_key="card:c1"))
        loop, others = asyncio.get_running_loop(), list[Outbound | None]()

        def slow(tx: Tx) -> bool:
            is_new = to_send(tx, "2", fold_key="card:c1")
            others.append(asyncio.run_coroutine_threadsafe(claim(store, "somebody else"), loop).result(10))
            return is_new

        assert not await store.write(slow)
        assert others == [None]
        assert await sent(store) == ["1"]
    finally:
        await store.close()


async def test_a_postponed_update_gives_way_to_a_newer_one(store: SqlStore, clock: FrozenClock) -> None:
    """Which leaves no sooner: what Slack has not answered may still be done, and would then have the last word."""
    await store.write(lambda tx: to_send(tx, "1", fold_key="card:c1"))
    first = await claimed_id(store)
    await store.write(lambda tx: to_send(tx, "2", fold_key="card:c1"))

    await record(store, first, OutboxState.DUE, wait=MINUTE)

    assert await sent(store) == []
    clock.passes(MINUTE)
    assert await sent(store) == ["2"]
    row = await store.read(lambda tx: tx.outbox.get(first))
    assert row is not None
    assert row.state is OutboxState.DROPPED


async def test_a_card_that_may_have_been_posted_is_not_posted_once_more_by_the_next_update(store: SqlStore) -> None:
    await store.write(lambda tx: to_send(tx, "1", fold_key="card:c1"))
    first = await claimed_id(store)
    await record(store, first, OutboxState.UNCERTAIN)
    await store.write(lambda tx: to_send(tx, "2", fold_key="card:c1"))
    await add(store, "another card in the same place")

    assert await claim(store) is None
    assert await store.read(lambda tx: tx.outbox.waiting()) == 0

    await record(store, first, OutboxState.SENT)
    assert await sent(store) == ["2", "another card in the same place"]


async def test_a_postponed_row_blocks_its_lane_and_no_other(store: SqlStore, clock: FrozenClock) -> None:
    await add(store, "1", "2")
    await record(store, await claimed_id(store), OutboxState.DUE, wait=MINUTE)
    await add(store, "3", lane="b")

    assert await sent(store) == ["3"]

    clock.passes(MINUTE)
    assert await sent(store) == ["1", "2"]


async def test_what_waits_follows_the_wire_and_not_the_world(store: SqlStore, clock: FrozenClock) -> None:
    await store.write(lambda tx: to_send(tx, "later", after=MINUTE))

    clock.world_jumps(timedelta(days=3))
    assert await claim(store) is None
    assert await store.read(lambda tx: tx.outbox.waiting()) == 0

    clock.passes(MINUTE)
    assert await sent(store) == ["later"]


async def test_an_attempt_that_does_not_count_is_not_counted(store: SqlStore) -> None:
    await add(store, "1")
    row_id = await claimed_id(store)
    await store.write(lambda tx: tx.outbox.record(row_id, OutboxState.DUE, counted=False))

    row = await claim(store)

    assert row is not None
    assert row.attempts == 1


async def test_a_row_is_uncertain_once_its_lease_and_the_longest_send_have_passed_and_not_before(
    store: SqlStore, clock: FrozenClock
) -> None:
    """A send that began at the end of its lease is still on its way: whoever looked for it now would not find it."""
    await add(store, "1", "2")
    row_id = await claimed_id(store)

    clock.passes(LEASE + LONGEST_SEND)
    assert await store.write(lambda tx: tx.outbox.lapse(LONGEST_SEND)) == []
    assert await claim(store) is None

    clock.passes(timedelta(microseconds=1))
    assert await store.write(lambda tx: tx.outbox.lapse(LONGEST_SEND)) == [row_id]
    assert await store.write(lambda tx: tx.outbox.lapse(LONGEST_SEND)) == []
    [uncertain] = await store.read(lambda tx: tx.outbox.uncertain_due())
    assert (uncertain.id, uncertain.state, uncertain.looks) == (row_id, OutboxState.UNCERTAIN, 0)
    assert await sent(store) == ["2"]


def test_the_longest_send_is_longer_than_either_gateway_takes() -> None:
    assert max(timedelta(seconds=gateway.CALL_WITHIN), twilio_gateway.CALL_WITHIN) < LONGEST_SEND


@pytest.mark.parametrize(
    ("found", "said", "stands"),
    [
        ("sending", OutboxState.SENT, OutboxState.SENT),
        ("sending", OutboxState.UNCERTAIN, OutboxState.UNCERTAIN),
        ("uncertain", OutboxState.SENT, OutboxState.SENT),
        ("uncertain", OutboxState.DUE, OutboxState.DUE),
        ("uncertain", OutboxState.FAILED, OutboxState.FAILED),
        ("uncertain", OutboxState.UNCERTAIN, None),
        ("told", OutboxState.SENT, OutboxState.SENT),
        ("told", OutboxState.DUE, None),
        ("told", OutboxState.UNCERTAIN, None),
        ("adopted", OutboxState.DUE, None),
        ("adopted", OutboxState.UNCERTAIN, None),
        ("adopted", OutboxState.FAILED, None),
        ("again", OutboxState.SENT, None),
        ("again", OutboxState.DUE, None),
    ],
)
async def test_who_comes_back_after_a_freeze_undoes_nothing(
    store: SqlStore, clock: FrozenClock, found: str, said: OutboxState, stands: OutboxState | None
) -> None:
    """What one attempt knows counts while nobody has begun another or settled the row. Nothing is sent again by it."""
    await add(store, "1")
    first = await claim(store)
    assert first is not None
    if found != "sending":
        clock.passes(LEASE + MINUTE)
        await store.write(lambda tx: tx.outbox.lapse())
    if found == "told":
        await store.write(lambda tx: tx.outbox.record(first.id, OutboxState.FAILED, error=UNCERTAIN_FINAL))
    if found == "adopted":
        await record(store, first.id, OutboxState.SENT)
    if found == "again":
        await record(store, first.id, OutboxState.DUE)
        assert await store.write(lambda tx: tx.outbox.claim("another", LEASE)) is not None
    before = await store.read(lambda tx: tx.outbox.get(first.id))
    assert before is not None

    counts = await store.write(lambda tx: tx.outbox.record(first.id, said, claim=first.claim))

    after = await store.read(lambda tx: tx.outbox.get(first.id))
    assert after is not None
    assert counts is (stands is not None)
    assert after.state is (stands or before.state)


async def test_several_are_claimed_at_once_the_most_urgent_first_and_one_of_a_lane(store: SqlStore) -> None:
    await add(store, "nag 1", "nag 2", lane="a", priority=Priority.LOW)
    await add(store, "card 1", "card 2", lane="b")
    await add(store, "alarm", lane="c", priority=Priority.URGENT)

    rows = await store.write(lambda tx: tx.outbox.claim_some("me", LEASE, [Share(frozenset(OutboxKind), 10)]))

    assert [row.payload["row"] for row in rows] == ["alarm", "card 1", "nag 1"]
    assert await claim(store) is None


async def test_a_card_and_what_is_said_in_its_thread_are_not_claimed_together(store: SqlStore) -> None:
    """A card may overtake what waits in its thread; the two are never on their way at once."""
    await store.write(lambda tx: tx.outbox.add(OutboxKind.THREAD, "a", {"row": "said"}, dedupe_key="said"))
    await add(store, "card")

    rows = await store.write(lambda tx: tx.outbox.claim_some("me", LEASE, [Share(frozenset(OutboxKind), 10)]))

    assert len(rows) == 1


async def test_the_ordinary_leave_room_for_the_urgent(store: SqlStore) -> None:
    for n in range(5):
        await add(store, f"nag {n}", lane=f"nag {n}", priority=Priority.LOW)

    rows = await store.write(lambda tx: tx.outbox.claim_some("me", LEASE, [Share(frozenset(OutboxKind), 10, 3)]))
    assert len(rows) == 3

    await add(store, "alarm", lane="alarm", priority=Priority.URGENT)
    rows = await store.write(lambda tx: tx.outbox.claim_some("me", LEASE, [Share(frozenset(OutboxKind), 10, 0)]))
    assert [row.payload["row"] for row in rows] == ["alarm"]


async def test_many_of_one_share_do_not_hide_another(store: SqlStore) -> None:
    for n in range(5):
        await add(store, f"alarm {n}", lane=f"alarm {n}", priority=Priority.URGENT)
    await store.write(lambda tx: tx.outbox.add(OutboxKind.SMS, "b", {"row": "text"}, dedupe_key="text"))
    shares = [Share(frozenset({OutboxKind.SMS}), 1), Share(frozenset({OutboxKind.CARD}), 2)]

    rows = await store.write(lambda tx: tx.outbox.claim_some("me", LEASE, shares))

    assert sorted(row.payload["row"] for row in rows) == ["alarm 0", "alarm 1", "text"]


@pytest.mark.parametrize(("room", "is_told"), [(2, True), (3, True), (4, False)])
async def test_nobody_is_told_to_look_for_more_when_all_that_can_leave_is_taken(
    store: SqlStore, room: int, is_told: bool
) -> None:
    """With room for three of three, there may be a fourth."""
    told: list[frozenset[str]] = []
    store.on_commit = told.append

    def change(tx: Tx) -> int:
        for key in "abc":
            to_send(tx, key, key)
        return len(tx.outbox.claim_some("me", LEASE, [Share(frozenset(OutboxKind), room)]))

    assert await store.write(change) == min(room, 3)
    assert any("outbox" in work for work in told) is is_told


async def test_only_the_kinds_that_are_asked_for_are_claimed(store: SqlStore) -> None:
    await add(store, "card")
    await store.write(lambda tx: tx.outbox.add(OutboxKind.SMS, "b", {"row": "text"}, dedupe_key="text"))

    rows = await store.write(lambda tx: tx.outbox.claim_some("me", LEASE, [Share(frozenset({OutboxKind.SMS}), 10)]))

    assert [row.payload["row"] for row in rows] == ["text"]


@pytest.mark.parametrize("has_lapsed", [False, True])
async def test_a_claim_that_nobody_knew_of_is_put_back(store: SqlStore, clock: FrozenClock, has_lapsed: bool) -> None:
    """The answer to the commit was lost: whoever claimed has sent nothing, and says so by the claim's own name."""
    await add(store, "1")
    await claim(store, "turn 1")
    await add(store, "2", lane="b")
    await claim(store, "turn 2")
    if has_lapsed:
        clock.passes(LEASE + MINUTE)
        await store.write(lambda tx: tx.outbox.lapse())

    await store.write(lambda tx: tx.outbox.release("turn 1"))

    row = await claim(store)
    assert row is not None
    assert (row.payload["row"], row.attempts) == ("1", 1)
    assert await claim(store) is None


async def test_an_update_that_is_put_back_gives_way_to_a_newer_one(store: SqlStore) -> None:
    await store.write(lambda tx: to_send(tx, "1", fold_key="card:c1"))
    await claim(store, "turn 1")
    await store.write(lambda tx: to_send(tx, "2", fold_key="card:c1"))

    await store.write(lambda tx: tx.outbox.release("turn 1"))

    assert await sent(store) == ["2"]


async def test_it_is_known_when_the_next_row_is_due(store: SqlStore, clock: FrozenClock) -> None:
    assert await store.read(lambda tx: tx.outbox.next_at()) is None
    await store.write(lambda tx: to_send(tx, "later", after=MINUTE))
    await store.write(lambda tx: to_send(tx, "much later", lane="b", after=3 * MINUTE))

    assert await store.read(lambda tx: tx.outbox.next_at()) == clock.wire_now() + MINUTE


async def test_a_world_that_jumps_ends_no_lease(store: SqlStore, clock: FrozenClock) -> None:
    await add(store, "1")
    await claimed_id(store)

    clock.world_jumps(timedelta(days=1))

    assert await store.write(lambda tx: tx.outbox.lapse()) == []


async def test_an_uncertain_row_is_looked_for_when_it_is_time(store: SqlStore, clock: FrozenClock) -> None:
    await add(store, "1")
    row_id = await claimed_id(store)
    await record(store, row_id, OutboxState.UNCERTAIN, wait=MINUTE)
    assert await store.read(lambda tx: tx.outbox.uncertain_due()) == []

    clock.passes(MINUTE)
    assert [row.id for row in await store.read(lambda tx: tx.outbox.uncertain_due())] == [row_id]
    await store.write(lambda tx: tx.outbox.looked(row_id, MINUTE))
    assert await store.read(lambda tx: tx.outbox.uncertain_due()) == []

    clock.passes(MINUTE)
    [row] = await store.read(lambda tx: tx.outbox.uncertain_due())
    assert row.looks == 1


async def test_the_ids_of_what_has_left_are_known_per_lane(store: SqlStore) -> None:
    await add(store, "1", lane="a")
    await add(store, "2", lane="b")
    row_id = await claimed_id(store)
    await store.write(lambda tx: tx.outbox.record(row_id, OutboxState.SENT, provider_id="SM1"))

    assert await store.read(lambda tx: tx.outbox.provider_ids("a")) == ["SM1"]
    assert await store.read(lambda tx: tx.outbox.provider_ids("b")) == []


async def test_an_outbox_row_goes_with_the_change_that_caused_it(store: SqlStore) -> None:
    def crash(tx: Tx) -> None:
        to_send(tx, "1")
        raise RuntimeError("after the row")

    with pytest.raises(RuntimeError):
        await store.write(crash)

    assert await claim(store) is None


@pytest.mark.parametrize("kind", list(OutboxKind))
async def test_a_post_is_coming_until_it_is_known_what_became_of_it(store: SqlStore, kind: OutboxKind) -> None:
    """Cards and handovers are what others of their lane are put under."""
    await store.write(lambda tx: tx.outbox.add(kind, "a", {}, dedupe_key="1"))
    is_post = kind in (OutboxKind.CARD, OutboxKind.DIGEST)

    async def is_coming() -> list[bool]:
        return await store.read(lambda tx: [tx.outbox.post_is_coming(lane) for lane in "ab"])

    assert await is_coming() == [is_post, False]
    row_id = await claimed_id(store)
    assert await is_coming() == [is_post, False]
    await record(store, row_id, OutboxState.UNCERTAIN)
    assert await is_coming() == [is_post, False]
    await record(store, row_id, OutboxState.SENT)
    assert await is_coming() == [False, False]
