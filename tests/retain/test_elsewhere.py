"""What is to be deleted on the other side: a no, a later and a not knowing each have their end."""

from dataclasses import dataclass, replace
from typing import Any

import pytest

from bot.domain.outbound import OutboxKind, OutboxState
from bot.domain.retention import SLACK, SMS, DataKind, Place, RetentionRules, Standing
from bot.domain.sending import LookupFailed, SendRejected, SendUncertain
from bot.ports import Outbound, Tx
from bot.services.context import Context
from bot.services.look_for_uncertain import look_for_uncertain
from bot.services.retention.delete_old import delete_old
from bot.services.retention.deliver_erasure import AGAIN_AFTER, deliver_erasure, leave
from bot.settings.retention import RetentionConfig
from storage.store import SqlStore
from tests.frozen import FrozenClock
from tests.imports.given import context
from tests.storage.given import NORRVIK

POST, TEXT = Place(SLACK, "D1:1.2"), Place(SMS, "SM1")


@dataclass
class OtherSide:
    """Slack and the provider at once: answers as it is told to."""

    answer: Exception | bool = True
    asked: str = ""

    async def withdraw(self, channel: str, ts: str) -> None:
        await self.erase(f"{channel}:{ts}")

    async def erase(self, address: str) -> bool:
        self.asked = address
        if isinstance(self.answer, Exception):
            raise self.answer
        return self.answer


def rules() -> RetentionRules:
    return RetentionConfig.model_validate({"inbox": {"days": 1, "decision": "dnr 1"}}).rules({NORRVIK})


@pytest.fixture
def other_side() -> OtherSide:
    return OtherSide()


@pytest.fixture
def ctx(store: SqlStore, clock: FrozenClock, other_side: OtherSide) -> Context:
    made = context(store, clock)
    parts: Any = other_side
    return replace(made, chat=parts, sms=parts, rules=replace(made.rules, retention=rules()))


async def planned(ctx: Context, place: Place) -> Outbound:
    """Put one thing down to be deleted, and return its row."""

    def change(tx: Tx) -> Outbound:
        [place_id] = tx.retention.account(DataKind.CONVERSATIONS, NORRVIK, "conversation:1", "dnr", 1, [place])
        leave(tx, place_id, place, tries=0)
        row = tx.outbox.by_key(f"erase:{place_id}:0")
        assert row is not None
        return row

    return await ctx.store.write(change)


@pytest.mark.parametrize(
    ("place", "answer", "state", "left"),
    [
        (POST, True, OutboxState.SENT, Standing(0, 0)),
        (TEXT, True, OutboxState.SENT, Standing(0, 0)),
        (TEXT, False, OutboxState.DROPPED, Standing(1, 1)),
        (TEXT, LookupFailed("provider_unreachable"), OutboxState.DROPPED, Standing(1, 1)),
        (POST, SendRejected("is_archived"), OutboxState.DROPPED, Standing(1, 1)),
        (POST, SendUncertain("maybe"), OutboxState.DUE, Standing(1, 0)),
    ],
)
async def test_how_it_ends(
    ctx: Context,
    other_side: OtherSide,
    place: Place,
    answer: Exception | bool,
    state: OutboxState,
    left: Standing,
) -> None:
    row = await planned(ctx, place)
    other_side.answer = answer

    outcome = await deliver_erasure(row, ctx=ctx)
    if outcome.then is not None:
        await ctx.store.write(outcome.then)

    assert (other_side.asked, outcome.state) == (place.address, state)
    assert await ctx.store.read(lambda tx: tx.retention.standing()) == left


async def test_what_failed_is_tried_again_each_day_and_once_a_day(
    ctx: Context, clock: FrozenClock, other_side: OtherSide
) -> None:
    row = await planned(ctx, TEXT)
    other_side.answer = False
    outcome = await deliver_erasure(row, ctx=ctx)
    assert outcome.then is not None
    await ctx.store.write(outcome.then)
    place_id = row.payload["place"]

    async def is_planned_again() -> bool:
        await delete_old(ctx=ctx)
        found = await ctx.store.read(lambda tx: tx.outbox.by_key(f"erase:{place_id}:1"))
        assert found is None or found.kind is OutboxKind.ERASE
        return found is not None

    assert not await is_planned_again()
    clock.passes(AGAIN_AFTER)
    assert await is_planned_again()
    assert await is_planned_again()
    assert (await ctx.store.read(lambda tx: tx.retention.places_due(clock.now(), limit=9))) == []


async def test_what_is_gone_already_is_nothing_to_do(ctx: Context) -> None:
    row = await planned(ctx, TEXT)
    await ctx.store.write(lambda tx: tx.retention.gone(row.payload["place"]))
    assert (await deliver_erasure(row, ctx=ctx)).state is OutboxState.DROPPED


async def test_what_waited_in_a_backup_is_deleted_all_the_same(ctx: Context) -> None:
    """The original may have deleted it since: deleting it again does no harm, and not deleting it does."""
    row = await planned(ctx, TEXT)
    await ctx.store.write(lambda tx: tx.outbox.hold_restored())
    await look_for_uncertain(ctx=ctx)
    assert (await ctx.store.read(lambda tx: tx.outbox.get(row.id))).state is OutboxState.DUE  # type: ignore[union-attr]


@pytest.mark.parametrize("state", [OutboxState.FAILED, OutboxState.DROPPED, OutboxState.SENT])
async def test_what_was_given_up_is_tried_again_another_day(
    ctx: Context, clock: FrozenClock, state: OutboxState
) -> None:
    """Whatever became of the row that was to delete it: as long as it stands over there, somebody goes on trying."""
    row = await planned(ctx, TEXT)
    place_id = row.payload["place"]
    await ctx.store.write(lambda tx: tx.outbox.record(row.id, state, error="crashed"))
    for _ in range(3):
        clock.passes(AGAIN_AFTER)
        await delete_old(ctx=ctx)
    again = await ctx.store.read(lambda tx: tx.outbox.by_key(f"erase:{place_id}:1"))
    assert again is not None
    assert again.state is OutboxState.DUE


async def test_what_is_on_its_way_is_not_planned_twice(ctx: Context, clock: FrozenClock) -> None:
    row = await planned(ctx, TEXT)
    for _ in range(3):
        clock.passes(AGAIN_AFTER)
        await delete_old(ctx=ctx)
    assert await ctx.store.read(lambda tx: tx.outbox.by_key(f"erase:{row.payload['place']}:1")) is None
    assert await ctx.store.read(lambda tx: tx.retention.standing()) == Standing(1, 0)
