"""Sending: several at once, the urgent before the ordinary, and what is known of each written down come what may."""

import asyncio
from collections import defaultdict
from collections.abc import Awaitable, Callable
from datetime import timedelta
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest

import bot.sender
from bot.domain.errand import is_urgent, leaving
from bot.domain.errors import Busy
from bot.domain.outbound import PACED, OutboxKind, OutboxState, Priority
from bot.ports import Outbound, Tx
from bot.sender import MOST_CRASHES, MOST_POSTS, MOST_TEXTS, Sender, waited
from bot.services.context import Context
from bot.services.look_for_uncertain import look_for_uncertain
from bot.services.shared.outcome import Outcome
from bot.services.watch.observer import Unobserved
from storage.repos.outbox import OutboxRows
from storage.store import SqlStore
from tests.frozen import FrozenClock
from tests.storage.given import MINUTE, to_send

LEASE = timedelta(seconds=30)
SENT = Outcome(OutboxState.SENT, provider_id="D1:1")
Deliver = Callable[[Outbound], Awaitable[Outcome]]


class Bench:
    """A sender whose other side does as the test says."""

    def __init__(self, store: SqlStore, clock: FrozenClock, monkeypatch: pytest.MonkeyPatch) -> None:
        self.store, self.clock = store, clock
        self.does: Deliver = self._sends
        self.asked: list[str] = []
        self.left: list[str] = []
        monkeypatch.setattr("bot.sender.deliver", self._deliver)
        self.ctx: Context = SimpleNamespace(store=store, clock=clock)  # type: ignore[assignment]
        self.sender = self.another()

    def another(self) -> Sender:
        return Sender(self.ctx, lambda: LEASE, Unobserved())

    async def _deliver(self, row: Outbound, *, ctx: Context) -> Outcome:
        self.asked.append(str(row.payload["row"]))
        return await self.does(row)

    async def _sends(self, row: Outbound) -> Outcome:
        leaving()
        self.left.append(str(row.payload["row"]))
        return SENT

    async def adds(self, *keys: str, lane: str = "", priority: Priority = Priority.NORMAL, **more: Any) -> None:
        def change(tx: Tx) -> None:
            for key in keys:
                assert to_send(tx, key, lane or key, priority=priority, **more)

        await self.store.write(change)

    async def texts(self, *keys: str) -> None:
        def change(tx: Tx) -> None:
            for key in keys:
                tx.outbox.add(OutboxKind.SMS, key, {"row": key}, dedupe_key=key, priority=Priority.SMS)

        await self.store.write(change)

    async def turns(self, times: int = 1) -> None:
        """Let it send, and what it has sent come to an end, so many times."""
        for _ in range(times):
            await self.sender.send_some()
            await self.calm()
        await self.sender.send_some()

    async def calm(self) -> None:
        for _ in range(20):
            await asyncio.sleep(0)

    async def states(self) -> dict[str, OutboxState]:
        def read(tx: Tx) -> dict[str, OutboxState]:
            rows = [tx.outbox.get(n) for n in range(1, 60)]
            return {str(row.payload["row"]): row.state for row in rows if row is not None}

        return await self.store.read(read)


@pytest.fixture
def bench(store: SqlStore, clock: FrozenClock, monkeypatch: pytest.MonkeyPatch) -> Bench:
    return Bench(store, clock, monkeypatch)


async def test_what_is_due_is_sent_and_written_down(bench: Bench) -> None:
    await bench.adds("1", "2", lane="a")
    await bench.texts("3")

    await bench.turns(3)

    assert bench.left == ["3", "1", "2"]
    assert set((await bench.states()).values()) == {OutboxState.SENT}
    assert bench.sender.in_hand == 0


async def test_who_was_frozen_past_the_lease_sends_nothing(bench: Bench) -> None:
    """The row had been claimed, and nothing had left: it is put back, and sent once, by whoever takes it next."""

    async def freezes(row: Outbound) -> Outcome:
        bench.clock.passes(LEASE + MINUTE)
        return await bench._sends(row)

    await bench.adds("1")
    bench.does = freezes
    await bench.sender.send_some()
    await bench.calm()
    assert bench.left == []
    await bench.store.write(lambda tx: tx.outbox.lapse())
    assert (await bench.states())["1"] is OutboxState.UNCERTAIN

    bench.does = bench._sends
    await bench.sender.send_some()  # says that nothing has left
    assert (await bench.states())["1"] is OutboxState.DUE
    bench.clock.passes(MINUTE)
    await bench.turns()

    assert bench.left == ["1"]
    assert (await bench.states())["1"] is OutboxState.SENT


async def test_an_outcome_that_comes_after_the_row_was_settled_changes_nothing(bench: Bench) -> None:
    """Somebody looked, found the sms, and adopted it. The one who was frozen while sending knows less."""
    arrived = asyncio.Event()

    async def hangs(row: Outbound) -> Outcome:
        leaving()
        await arrived.wait()
        return Outcome(OutboxState.UNCERTAIN, error="maybe_sent")

    await bench.texts("1")
    bench.does = hangs
    await bench.sender.send_some()
    await bench.calm()
    bench.clock.passes(LEASE + MINUTE)
    [row_id] = await bench.store.write(lambda tx: tx.outbox.lapse())
    await bench.store.write(lambda tx: tx.outbox.record(row_id, OutboxState.SENT, provider_id="SM1"))

    arrived.set()
    await bench.calm()
    await bench.sender.send_some()

    assert (await bench.states())["1"] is OutboxState.SENT


@pytest.mark.parametrize(
    ("has_left", "state"), [(False, OutboxState.DUE), (True, OutboxState.UNCERTAIN)], ids=["before", "after"]
)
async def test_a_bug_before_the_request_leaves_is_no_uncertainty(
    bench: Bench, has_left: bool, state: OutboxState
) -> None:
    async def crashes(_row: Outbound) -> Outcome:
        if has_left:
            leaving()
        raise RuntimeError("a bug of ours")

    await bench.adds("1")
    bench.does = crashes
    await bench.turns()

    assert (await bench.states())["1"] is state


async def test_what_always_crashes_is_given_up_and_frees_its_lane(
    bench: Bench, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Nothing has left, so nobody is in doubt; it fails openly, and what waits behind it goes on."""
    failed = Outcome(OutboxState.FAILED, error="crashed")
    monkeypatch.setattr("bot.sender.given_up", lambda row, *, ctx: failed)

    async def crashes_once(row: Outbound) -> Outcome:
        if row.payload["row"] == "bad":
            raise RuntimeError("a bug of ours")
        return await bench._sends(row)

    await bench.adds("bad", lane="a")
    bench.does = crashes_once
    for _ in range(MOST_CRASHES):
        await bench.turns()
        bench.clock.passes(2 * MINUTE)
    await bench.adds("good", lane="a")
    await bench.turns(2)

    assert bench.asked.count("bad") == MOST_CRASHES
    assert await bench.states() == {"bad": OutboxState.FAILED, "good": OutboxState.SENT}


async def test_ordinary_posts_that_hang_leave_room_for_an_urgent_one(bench: Bench) -> None:
    never = asyncio.Event()

    async def hangs_unless_urgent(row: Outbound) -> Outcome:
        if not is_urgent():
            await never.wait()
        return await bench._sends(row)

    await bench.adds(*(f"nag {n}" for n in range(2 * MOST_POSTS)), priority=Priority.LOW)
    bench.does = hangs_unless_urgent
    await bench.turns()
    await bench.adds("card", priority=Priority.URGENT)
    await bench.turns()

    assert bench.left == ["card"]
    assert bench.sender.in_hand < MOST_POSTS
    await bench.sender.give_up()


async def test_a_slack_that_hangs_holds_up_no_text(bench: Bench) -> None:
    never = asyncio.Event()

    async def hangs_in_slack(row: Outbound) -> Outcome:
        if row.kind is OutboxKind.CARD:
            await never.wait()
        return await bench._sends(row)

    await bench.adds(*(f"card {n}" for n in range(2 * MOST_POSTS)), priority=Priority.URGENT)
    bench.does = hangs_in_slack
    await bench.turns()
    await bench.texts("text")
    await bench.turns()

    assert bench.left == ["text"]
    await bench.sender.give_up()


async def test_no_more_leave_at_once_than_may(bench: Bench) -> None:
    on_the_way: dict[OutboxKind, int] = defaultdict(int)
    most: dict[OutboxKind, int] = defaultdict(int)

    async def counts(row: Outbound) -> Outcome:
        on_the_way[row.kind] += 1
        most[row.kind] = max(most[row.kind], on_the_way[row.kind])
        await asyncio.sleep(0)
        on_the_way[row.kind] -= 1
        return SENT

    await bench.texts(*(f"text {n}" for n in range(20)))
    await bench.adds(*(f"card {n}" for n in range(30)), priority=Priority.URGENT)
    bench.does = counts
    await bench.turns(6)

    assert most == {OutboxKind.SMS: MOST_TEXTS, OutboxKind.CARD: MOST_POSTS}
    assert set((await bench.states()).values()) == {OutboxState.SENT}


async def test_a_database_that_is_away_when_it_is_to_be_recorded_hears_it_later(
    bench: Bench, monkeypatch: pytest.MonkeyPatch
) -> None:
    """What is known is kept as long as the process lives; the row is not sent again meanwhile."""
    await bench.adds("1", "2")
    await bench.sender.send_some()
    await bench.calm()

    async def away(_change: Any) -> Any:
        raise Busy

    with monkeypatch.context() as broken:
        broken.setattr(bench.store, "write", away)
        for _ in range(8):
            with pytest.raises(Busy):
                await bench.sender.send_some()
    await bench.sender.send_some()

    assert sorted(bench.left) == ["1", "2"]
    assert set((await bench.states()).values()) == {OutboxState.SENT}


async def test_a_claim_whose_answer_was_lost_is_sent_once(bench: Bench, monkeypatch: pytest.MonkeyPatch) -> None:
    """The database had committed, and the connection broke: nothing has left, so nothing need be uncertain."""
    await bench.adds("1", "2")
    writes = bench.store.write

    async def loses_the_answer(change: Any) -> Any:
        await writes(change)
        raise Busy

    with monkeypatch.context() as broken:
        broken.setattr(bench.store, "write", loses_the_answer)
        with pytest.raises(Busy):
            await bench.sender.send_some()
    assert set((await bench.states()).values()) == {OutboxState.SENDING}
    await bench.turns(2)

    assert sorted(bench.left) == ["1", "2"]
    assert set((await bench.states()).values()) == {OutboxState.SENT}


async def test_what_is_recorded_twice_touches_no_claim_of_another(
    bench: Bench, monkeypatch: pytest.MonkeyPatch
) -> None:
    """We write down that nothing has left, and do not hear that we have; by then another instance is sending it."""
    arrived, other, writes = asyncio.Event(), bench.another(), bench.store.write

    async def comes_to_nothing(_row: Outbound) -> Outcome:
        raise Busy

    async def hangs(row: Outbound) -> Outcome:
        leaving()
        bench.left.append(str(row.payload["row"]))
        await arrived.wait()
        return SENT

    async def loses_the_answer(change: Any) -> Any:
        await writes(change)
        raise Busy

    await bench.texts("1")
    bench.does = comes_to_nothing
    await bench.sender.send_some()
    await bench.calm()
    with monkeypatch.context() as broken:
        broken.setattr(bench.store, "write", loses_the_answer)
        with pytest.raises(Busy):
            await bench.sender.send_some()
    bench.clock.passes(MINUTE)
    bench.does = hangs
    await other.send_some()
    await bench.calm()
    await bench.turns()
    bench.clock.passes(2 * MINUTE)
    await bench.turns()
    arrived.set()
    await bench.calm()
    await other.send_some()

    assert bench.left == ["1"]
    assert (await bench.states())["1"] is OutboxState.SENT


async def test_an_hour_of_turns_that_fail_is_one_claim_to_put_back(
    bench: Bench, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The first of them had claimed after all."""
    released, release, writes = list[str](), OutboxRows.release, bench.store.write
    hour = 3600
    failed = 0

    async def is_away(change: Any) -> Any:
        nonlocal failed
        if not failed:
            await writes(change)
        failed += 1
        raise Busy

    def releases(self: OutboxRows, owner: str) -> None:
        released.append(owner)
        release(self, owner)

    monkeypatch.setattr(OutboxRows, "release", releases)
    await bench.texts("1")
    with monkeypatch.context() as broken:
        broken.setattr(bench.store, "write", is_away)
        for _ in range(hour):
            with pytest.raises(Busy):
                await bench.sender.send_some()
    await bench.turns()

    assert len(released) == 1
    assert bench.left == ["1"]
    assert (await bench.states())["1"] is OutboxState.SENT


async def test_an_outcome_that_was_recorded_without_our_knowing_counts_once(
    bench: Bench, monkeypatch: pytest.MonkeyPatch
) -> None:
    noted: list[int] = []

    async def notes(row: Outbound) -> Outcome:
        leaving()
        return Outcome(OutboxState.SENT, then=lambda tx: noted.append(row.id) if tx.once("sent", "k") else None)

    await bench.adds("1")
    bench.does = notes
    await bench.sender.send_some()
    await bench.calm()
    writes = bench.store.write

    async def loses_the_answer(change: Any) -> Any:
        await writes(change)
        raise Busy

    with monkeypatch.context() as broken:
        broken.setattr(bench.store, "write", loses_the_answer)
        with pytest.raises(Busy):
            await bench.sender.send_some()
    await bench.turns()

    assert len(noted) == 1
    assert (await bench.states())["1"] is OutboxState.SENT


@pytest.mark.parametrize("how", ["code", "statement"])
async def test_one_that_cannot_be_recorded_keeps_no_other_from_it_and_ends_uncertain(
    bench: Bench, monkeypatch: pytest.MonkeyPatch, how: str
) -> None:
    """It has left, and nobody can write it down: in the end a person hears of it. By itself it never leaves again."""

    def breaks(tx: Any) -> None:
        if how == "statement":
            tx._session.connection().exec_driver_sql("SELECT no_such_function(1)")
        raise RuntimeError("a bug of ours")

    async def sends(row: Outbound) -> Outcome:
        leaving()
        return Outcome(OutboxState.SENT, then=breaks) if row.payload["row"] == "bad" else SENT

    await bench.texts("bad", "good")
    bench.does = sends
    await bench.turns(3)
    assert await bench.states() == {"bad": OutboxState.SENDING, "good": OutboxState.SENT}

    looked: list[int] = []

    async def looks(row: Outbound, _ctx: Context) -> None:
        looked.append(row.id)

    monkeypatch.setattr("bot.services.look_for_uncertain._look_for_sms", looks)
    bench.clock.passes(LEASE + MINUTE)
    await look_for_uncertain(ctx=bench.ctx)
    await bench.turns(3)

    assert len(looked) == 1
    assert bench.asked.count("bad") == 1
    assert (await bench.states())["bad"] is OutboxState.UNCERTAIN


@pytest.mark.parametrize(
    ("has_left", "state"), [(False, OutboxState.DUE), (True, OutboxState.UNCERTAIN)], ids=["before", "after"]
)
async def test_what_is_broken_off_at_a_stop_is_put_back_or_uncertain(
    bench: Bench, has_left: bool, state: OutboxState
) -> None:
    async def hangs(_row: Outbound) -> Outcome:
        if has_left:
            leaving()
        await asyncio.Event().wait()
        return SENT

    await bench.texts("1")
    bench.does = hangs
    await bench.sender.send_some()
    await bench.calm()

    await bench.sender.give_up()

    assert (await bench.states())["1"] is state
    assert bench.sender.in_hand == 0


async def test_what_is_in_hand_at_a_stop_is_finished_and_nothing_new_is_begun(bench: Bench) -> None:
    arrived = asyncio.Event()

    async def waits(row: Outbound) -> Outcome:
        await arrived.wait()
        return await bench._sends(row)

    await bench.texts("1")
    bench.does = waits
    await bench.sender.send_some()
    await bench.texts("2")
    finishing = asyncio.create_task(bench.sender.finish())
    await bench.calm()
    arrived.set()
    await finishing

    assert await bench.states() == {"1": OutboxState.SENT, "2": OutboxState.DUE}


async def test_it_says_when_something_else_may_leave(bench: Bench) -> None:
    assert await bench.sender.send_some() >= 60
    await bench.adds("later", after=timedelta(seconds=0.4))
    assert await bench.sender.send_some() == pytest.approx(0.4)


async def test_a_pace_is_no_failure(bench: Bench) -> None:
    """The hundredth wait for our own pace is as long as the first."""

    async def paced(_row: Outbound) -> Outcome:
        return Outcome(OutboxState.DUE, error=PACED, wait=timedelta(seconds=1), counted=False)

    await bench.adds("1", priority=Priority.URGENT)
    bench.does = paced
    for n in range(1, 6):
        await bench.turns()
        bench.clock.passes(timedelta(seconds=1))
        assert len(bench.asked) == n


@pytest.mark.parametrize("attempts", [1, 2, 5, 50])
def test_what_they_ask_for_is_waited_for_exactly(attempts: int) -> None:
    wait = timedelta(seconds=30)
    assert waited(Outcome(OutboxState.DUE, error="ratelimited", wait=wait), attempts) == wait
    assert waited(Outcome(OutboxState.DUE, error=PACED, wait=wait, counted=False), attempts) == wait


def test_where_we_guess_we_wait_ever_longer_and_never_too_long() -> None:
    waits = [
        waited(Outcome(OutboxState.DUE, error="provider_unreachable", wait=timedelta(seconds=3)), n).total_seconds()
        for n in (1, 2, 3, 4, 10, 100)
    ]
    assert waits[0] == 3
    assert 4.8 <= waits[1] <= 7.2
    assert 9.6 <= waits[2] <= 14.4
    assert all(wait <= 63 for wait in waits)
    assert waits[-1] > 40


def test_nothing_else_in_the_program_sends(tmp_path: Path) -> None:
    """One place claims, so that one place decides what may be on its way at once."""
    root = Path(bot.sender.__file__).parent
    callers = {path.name for path in root.rglob("*.py") if ".claim_some(" in path.read_text(encoding="utf-8")}
    assert callers == {"sender.py"}
