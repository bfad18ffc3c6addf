"""What a hostile reader found where two instances, or two moments, meet: each with the order of events that showed it.

What needs two transactions at once is shown on PostgreSQL: SQLite has one writer.
"""

import asyncio
import threading
from collections.abc import AsyncIterator, Callable
from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from typing import Any, cast

import pytest
import sqlalchemy as sa

from bot.domain.incoming import ReceivedSms
from bot.domain.outbound import OutboxKind, OutboxState
from bot.domain.sending import LookupFailed, OutgoingSms, SmsReceipt
from bot.ports import Incoming, Outbound, Share, Sms, Tx
from bot.services.context import Context
from bot.services.look_for_uncertain import LOOK_FAILED, UNSURE_AT_MOST, look_for_uncertain
from bot.services.open_raw import park
from bot.services.receive_sms import receive_sms
from bot.worker import Worker
from storage.repos.conversations import ConversationRows
from storage.repos.incoming import insert_incoming
from storage.repos.messages import MessageRows
from storage.repos.outbox import OutboxRows
from storage.store import SqlStore
from storage.tables import ConversationRow, InboxRow, MessageRow, OutboxRow
from storage.vault import Vault
from tests.acceptance.night import NUMBER, Night, a_night
from tests.frozen import FrozenClock
from tests.holes.given import EVENING, NOVA, duty
from tests.storage.given import MINUTE, a_conversation, incoming
from tests.watch.given import a_program

ANNAS = "+46701740690"
LEASE = timedelta(seconds=30)
PATIENCE = 60.0  # seconds
CONVERSATION: sa.Table = ConversationRow.__table__  # type: ignore[attr-defined]
MESSAGE: sa.Table = MessageRow.__table__  # type: ignore[attr-defined]
INBOX: sa.Table = InboxRow.__table__  # type: ignore[attr-defined]
OUTBOX: sa.Table = OutboxRow.__table__  # type: ignore[attr-defined]


@pytest.fixture
async def on_postgres(postgres_database_url: str, vault: Vault, clock: FrozenClock) -> AsyncIterator[SqlStore]:
    opened = SqlStore(postgres_database_url, vault, clock)
    try:
        yield opened
    finally:
        await opened.close()


@pytest.fixture
def ctx(store: SqlStore, clock: FrozenClock, tmp_path: Path) -> Context:
    return a_program(store, clock, tmp_path).ctx


class Pause:
    """Holds one transaction up at one place, once, while another is made."""

    def __init__(self) -> None:
        self.reached, self.may_go_on = threading.Event(), threading.Event()

    def __call__(self) -> None:
        if not self.reached.is_set():
            self.reached.set()
            assert self.may_go_on.wait(PATIENCE)

    async def meanwhile(self, first: Callable[[Tx], Any], second: Callable[[Tx], Any], store: Any) -> Any:
        """Begin the first, make the second while the first is held up, and return what the first has returned."""
        begun = asyncio.create_task(store.write(first))
        try:
            assert await asyncio.to_thread(self.reached.wait, PATIENCE)
            await store.write(second)
        finally:
            self.may_go_on.set()
        return await begun


async def a_lock_is_waited_for(store: SqlStore) -> None:
    waiting = sa.text("SELECT count(*) FROM pg_locks WHERE NOT granted")
    with store.engine.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
        async with asyncio.timeout(PATIENCE):
            while not connection.execute(waiting).scalar_one():  # noqa: ASYNC110 - a server tells nobody of its locks
                await asyncio.sleep(0.01)


def receives(night: Night, sid: str, body: str, number: str = NOVA) -> Callable[[Tx], None]:
    assert night.sandbox.bot is not None
    ctx = night.sandbox.bot.ctx
    return lambda tx: receive_sms(tx, ctx, ReceivedSms(sid, number, NUMBER, body, 0, ctx.clock.now()))


def counted(night: Night) -> tuple[int, int, int, int]:
    """Return the newest, the newest inbound, the seen and the answered of the only conversation."""
    [row] = night.rows(sa.select(CONVERSATION))
    return row.last_seq, row.last_inbound_seq, row.seen_seq, row.answered_seq


async def test_staff_acknowledge_while_a_text_comes_in(
    tmp_path: Path, postgres_database_url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The text was not there when "1" was written: it stands, and nobody has seen it."""
    async with a_night(tmp_path, postgres_database_url, EVENING) as night:
        anna, nova = await duty(night)
        await night.writes(lambda tx: tx.staff.save(replace(anna.staff, phone=ANNAS, is_phone_verified=True)))
        await nova.texts("hallå hallå")
        pause, looks = Pause(), ConversationRows.open_ones

        def looked(self: ConversationRows) -> Any:
            found = looks(self)
            pause()
            return found

        first = counted(night)
        assert night.sandbox.bot is not None
        with monkeypatch.context() as held_up:
            held_up.setattr(ConversationRows, "open_ones", looked)
            await pause.meanwhile(
                receives(night, "SM1", "1", ANNAS), receives(night, "SM2", "snälla svara"), night.sandbox.bot.store
            )
        last_seq, last_inbound_seq, seen_seq, _ = counted(night)
        assert (last_seq, last_inbound_seq) == (first[0] + 1, first[0] + 1)
        assert seen_seq == first[0]
        await nova.texts("är nån där")
        await anna.replies("Jag ringer dig")
        nova.receives("Jag ringer dig")


async def test_a_text_that_two_have_in_hand_is_taken_in_once(
    tmp_path: Path, postgres_database_url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Nothing is counted twice, and nothing waits that was not sent."""
    async with a_night(tmp_path, postgres_database_url, EVENING) as night:
        _, nova = await duty(night)
        await nova.texts("hallå hallå")
        pause, finds = Pause(), MessageRows.by_source

        def found(self: MessageRows, source: str) -> Any:
            was_there = finds(self, source)
            if source == "sms:SM2":
                pause()
            return was_there

        monkeypatch.setattr(MessageRows, "by_source", found)

        def other(tx: Tx) -> None:
            receives(night, "SM1", "ett")(tx)
            receives(night, "SM2", "två")(tx)

        assert night.sandbox.bot is not None
        await pause.meanwhile(receives(night, "SM2", "två"), other, night.sandbox.bot.store)
        came_in = night.rows(sa.select(MESSAGE.c.seq).where(MESSAGE.c.direction == "in"))
        last_seq, last_inbound_seq, *_ = counted(night)
        assert len(came_in) == 3
        assert last_seq == last_inbound_seq == max(row.seq for row in night.rows(sa.select(MESSAGE.c.seq)))


async def test_no_row_of_the_inbox_is_taken_by_two(on_postgres: SqlStore, vault: Vault) -> None:
    """An older one of the same sender is committed while the newer one is in hand."""
    slow = on_postgres.engine.connect()
    slow.begin()
    insert_incoming(slow, vault, [incoming("SM1")])
    await on_postgres.put(incoming("SM2"))
    pause, others = Pause(), list[str]()

    def takes(tx: Tx) -> list[str]:
        mine = [row.provider_id for row in tx.inbox.take(50)]
        pause()
        return mine

    def other(tx: Tx) -> None:
        slow.commit()
        slow.close()
        others.extend(row.provider_id for row in tx.inbox.take(50))

    assert await pause.meanwhile(takes, other, on_postgres) == ["SM2"]
    assert others == ["SM1"]


async def test_the_same_webhooks_in_two_orders_wait_for_each_other_and_not_in_a_ring(
    on_postgres: SqlStore, vault: Vault
) -> None:
    """Another instance has stored SM1 and not yet committed when it comes to SM2; ours has them the other way round."""
    ours, theirs = on_postgres.engine.connect(), on_postgres.engine.connect()
    with ours, theirs:
        insert_incoming(theirs, vault, [incoming("SM1")])
        waits = asyncio.create_task(
            asyncio.to_thread(insert_incoming, ours, vault, [incoming("SM2"), incoming("SM1"), incoming("SM0")])
        )
        await a_lock_is_waited_for(on_postgres)
        await asyncio.to_thread(insert_incoming, theirs, vault, [incoming("SM2")])
        theirs.commit()
        new = await waits
        ours.commit()

    assert new == {("twilio", "SM0")}


async def test_texts_are_numbered_as_they_came(on_postgres: SqlStore, vault: Vault) -> None:
    """However their keys are sorted: a sender's texts are digested in the order of the numbers."""
    with on_postgres.engine.begin() as connection:
        insert_incoming(connection, vault, [incoming("SM3"), incoming("SM1"), incoming("SM2")])
        stored = connection.execute(sa.select(INBOX.c.provider_id).order_by(INBOX.c.id)).scalars().all()

    assert stored == ["SM3", "SM1", "SM2"]


async def test_a_statement_of_ours_that_is_wrong_is_set_aside(ctx: Context, store: SqlStore) -> None:
    """It would be as wrong in an hour: it is no database that is away, and the others get past it."""
    digested: list[str] = []

    def digest(tx: Tx, _ctx: Context, row: Incoming) -> list[Any]:
        if row.provider_id == "bad":
            cast(Any, tx)._session.connection().exec_driver_sql("SELECT no_such_function(1)")
        digested.append(row.provider_id)
        return []

    await store.put(incoming("bad", lane="a", provider="twilio-status"))
    await store.put(incoming("good", lane="b", provider="twilio-status"))
    worker = Worker(ctx, {"twilio-status": digest}, cast(Any, None))

    while await worker._digest_some():
        pass

    assert digested[-1:] == ["good"]
    with store.engine.connect() as connection:
        states = {row.provider_id: row.state for row in connection.execute(sa.select(INBOX))}
    assert states == {"bad": "parked", "good": "done"}


async def test_what_somebody_has_digested_meanwhile_is_not_parked(ctx: Context, store: SqlStore) -> None:
    await store.put(incoming("SM1"))
    row = await store.read(lambda tx: tx.inbox.next())
    assert row is not None
    await store.write(lambda tx: tx.inbox.done([row.id]))

    await store.write(lambda tx: park(tx, ctx, row))

    assert await store.read(lambda tx: tx.inbox.parked(row.id)) is None
    assert await store.read(lambda tx: tx.watch.open_alerts()) == []
    assert await store.read(lambda tx: tx.outbox.waiting()) == 0


async def test_a_card_that_another_instance_adds_is_seen_once_the_conversation_is_held(on_postgres: SqlStore) -> None:
    made = await on_postgres.write(a_conversation)
    pause = Pause()

    def first(tx: Tx) -> bool:
        assert tx.posts.cards_of(made.id) == []
        pause()
        tx.conversations.lock(made.id)
        return tx.posts.ensure_card(made.id, "staff:anna")[1]

    assert not await pause.meanwhile(first, lambda tx: tx.posts.ensure_card(made.id, "staff:anna"), on_postgres)


# --- looking for what may have left ----------------------------------------------


class Carrier:
    """One whose list says what the test says."""

    def __init__(self) -> None:
        self.asked = 0
        self.finds: Callable[[], Any] = self._nothing

    async def find(self, sms: OutgoingSms, since: object, known: object) -> SmsReceipt | None:
        self.asked += 1
        return cast("SmsReceipt | None", await self.finds())

    async def _nothing(self) -> None:
        return None

    async def is_away(self) -> None:
        raise LookupFailed("provider_unreachable")


@pytest.fixture
def carrier(monkeypatch: pytest.MonkeyPatch) -> Carrier:
    sms = OutgoingSms("1", NOVA, NUMBER, "hej", "", 3600)
    monkeypatch.setattr("bot.services.look_for_uncertain.compose_sms", lambda tx, ctx, row: sms)
    return Carrier()


async def uncertain(store: SqlStore, *lanes: str, kind: OutboxKind = OutboxKind.SMS) -> list[Outbound]:
    """Add rows, claim them, and let the lease lapse."""

    def add(tx: Tx) -> list[Outbound]:
        for lane in lanes:
            tx.outbox.add(kind, lane, {"delivery": lane}, dedupe_key=lane)
        return tx.outbox.claim_some("gone", timedelta(0) - MINUTE, [Share(frozenset({kind}), len(lanes))])

    rows = await store.write(add)
    await store.write(lambda tx: tx.outbox.lapse())
    return rows


async def state_of(store: SqlStore, row: Outbound) -> tuple[OutboxState, int, str]:
    now = await store.read(lambda tx: tx.outbox.get(row.id))
    assert now is not None
    return now.state, now.looks, now.claim


async def test_who_looks_for_one_claim_says_nothing_about_the_next(
    ctx: Context, store: SqlStore, carrier: Carrier
) -> None:
    """While the list is read another sends the row again, and is lost too: that attempt is still to be looked for."""
    [row] = await uncertain(store, "a")

    async def is_sent_again() -> None:
        def again(tx: Tx) -> None:
            tx.outbox.record(row.id, OutboxState.DUE)
            assert tx.outbox.claim("another", timedelta(0) - MINUTE) is not None

        await store.write(again)
        await store.write(lambda tx: tx.outbox.lapse())

    carrier.finds = is_sent_again
    await look_for_uncertain(ctx=replace(ctx, sms=cast(Sms, carrier)))

    assert await state_of(store, row) == (OutboxState.UNCERTAIN, 0, "another")


@pytest.mark.parametrize("is_found", [True, False])
async def test_the_row_is_held_while_it_is_settled(
    on_postgres: SqlStore,
    clock: FrozenClock,
    tmp_path: Path,
    carrier: Carrier,
    monkeypatch: pytest.MonkeyPatch,
    is_found: bool,
) -> None:
    """A report that comes in at that moment waits for what we write, and does not stand under it."""
    store, free = on_postgres, list[int]()
    await uncertain(store, "a")
    name = "record" if is_found else "looked"
    writes = getattr(OutboxRows, name)

    def written(self: OutboxRows, row_id: int, *args: Any, **more: Any) -> Any:
        with store.engine.connect() as other:
            free.extend(other.execute(sa.select(OUTBOX.c.id).with_for_update(skip_locked=True)).scalars())
        return writes(self, row_id, *args, **more)

    async def finds() -> SmsReceipt | None:
        return SmsReceipt("SM1", "sent") if is_found else None

    monkeypatch.setattr(OutboxRows, name, written)
    carrier.finds = finds
    await look_for_uncertain(ctx=replace(a_program(store, clock, tmp_path).ctx, sms=cast(Sms, carrier)))

    assert carrier.asked == 1
    assert free == []


async def test_a_first_look_that_fails_does_not_end_at_the_author(
    ctx: Context, store: SqlStore, clock: FrozenClock, carrier: Carrier
) -> None:
    """We may have been away for an hour ourselves: one list that does not come says nothing yet."""
    [row] = await uncertain(store, "a")
    carrier.finds = carrier.is_away
    looking = replace(ctx, sms=cast(Sms, carrier))
    clock.passes(6 * UNSURE_AT_MOST)

    await look_for_uncertain(ctx=looking)
    assert (await state_of(store, row))[0] is OutboxState.UNCERTAIN
    kept = await store.read(lambda tx: tx.outbox.get(row.id))
    assert kept is not None
    assert kept.error == LOOK_FAILED

    clock.passes(ctx.rules.uncertain_look_after)
    await look_for_uncertain(ctx=looking)
    assert (await state_of(store, row))[0] is OutboxState.FAILED


async def test_texts_whose_provider_hangs_keep_no_card_from_being_looked_for(
    ctx: Context, store: SqlStore, carrier: Carrier
) -> None:
    await uncertain(store, *(f"sms {n}" for n in range(25)))
    [card] = await uncertain(store, "card", kind=OutboxKind.CARD)
    looked_for_card, in_vain = asyncio.Event(), list[str]()

    async def hangs() -> None:
        if in_vain:
            return
        try:
            async with asyncio.timeout(PATIENCE):
                await looked_for_card.wait()
        except TimeoutError:
            in_vain.append("no card")

    carrier.finds = hangs
    store.on_commit = lambda _: looked_for_card.set()  # the card is to be posted again; no text has come to an end
    await look_for_uncertain(ctx=replace(ctx, sms=cast(Sms, carrier)))

    assert in_vain == []
    assert (await state_of(store, card))[0] is OutboxState.DUE
    assert carrier.asked > 1


@pytest.mark.parametrize("attempts", [3, 30])
async def test_a_text_to_staff_of_which_nobody_ever_hears_leaves_three_times(
    ctx: Context, store: SqlStore, attempts: int
) -> None:
    """Each time whoever sent it was lost. How often it was only tried, and refused at the door, does not count."""
    await store.write(lambda tx: tx.outbox.add(OutboxKind.STAFF_SMS, "a", {"staff": "anna"}, dedupe_key="a"))
    for _ in range(attempts - 3):
        await store.write(lambda tx: tx.outbox.claim("turned away", LEASE))
        await store.write(lambda tx: tx.outbox.record(1, OutboxState.DUE, error="provider_busy"))
    times = 0
    for _ in range(10):
        times += await store.write(lambda tx: tx.outbox.claim("gone", timedelta(0) - MINUTE)) is not None
        await look_for_uncertain(ctx=ctx)

    row = await store.read(lambda tx: tx.outbox.by_key("a"))
    assert row is not None
    assert (times, row.state) == (3, OutboxState.FAILED)
