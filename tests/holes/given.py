"""What the holes have in common: an evening with a question in it, a process that dies, a clock that was wrong."""

import asyncio
import contextlib
import sys
from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import asynccontextmanager, contextmanager
from datetime import datetime, timedelta
from typing import Any

import sqlalchemy as sa

from bot.app import Bot, running, vault_of
from bot.clock import machine_now
from bot.services.look_for_uncertain import look_for_uncertain
from storage.store import SqlStore
from storage.tables import DeliveryRow, InboxRow, OutboxRow
from tests.acceptance.night import NORRVIK, Night, Person, Phone
from tests.process.test_serve import environment

OUTBOX: sa.Table = OutboxRow.__table__  # type: ignore[attr-defined]
INBOX: sa.Table = InboxRow.__table__  # type: ignore[attr-defined]
DELIVERY: sa.Table = DeliveryRow.__table__  # type: ignore[attr-defined]

EVENING = "2026-11-20 18:00"
NOVA = "+46701740605"
AUTOMATIC = "tystnadsplikt"
ANSWER = "Jag ringer om två minuter"
PATIENCE = 60.0  # seconds of wire time for what goes by the machine's clock
TOLD_WITHIN = 5.0
POST = frozenset({"chat.postMessage"})


async def duty(night: Night) -> tuple[Person, Phone]:
    """Anna has duty, and Nova has her number."""
    anna = await night.hires("Anna Ek", NORRVIK)
    night.opens_channels()
    nova, _ = await night.enrols("Nova Berg", NOVA, NORRVIK)
    await night.on_beredskap(anna, "2026-11-20 17:00", "2026-11-20 22:00")
    return anna, nova


async def a_question(night: Night) -> tuple[Person, Phone]:
    """Nova has written to Anna, who has duty; from here on anything may fail."""
    anna, nova = await duty(night)
    await nova.texts("kan nån ringa mig")
    nova.receives(AUTOMATIC)
    anna.card("Ett sms väntar på svar")
    return anna, nova


def slack_fails(night: Night, how: str, *, calls: int | None = None, methods: frozenset[str] | None = POST) -> None:
    """Let the next `calls` of these methods fail; None means until told otherwise."""
    faults = night.sandbox.slack.faults
    faults.set("slack", how)
    faults.methods, faults.remaining = methods, calls


def carrier_fails(night: Night, how: str, *, calls: int | None = None) -> None:
    night.sandbox.carrier.faults.set("carrier", how)
    night.sandbox.carrier.faults.remaining = calls


async def looks(night: Night) -> None:
    """Look once for what the bot is unsure of, as its tick would."""
    assert night.sandbox.bot is not None
    await look_for_uncertain(ctx=night.sandbox.bot.ctx)
    await night.settles()


async def until(night: Night, is_so: Callable[[], Any]) -> None:
    """Let the bot look for what it is unsure of, as its tick would, until something is so and has been told."""
    try:
        async with asyncio.timeout(PATIENCE):
            while not is_so():
                await looks(night)
                await asyncio.sleep(0.05)
    except TimeoutError:
        columns = (OUTBOX.c.id, OUTBOX.c.kind, OUTBOX.c.state, OUTBOX.c.last_error, OUTBOX.c.next_at)
        rows = night.rows(sa.select(*columns).where(OUTBOX.c.state.in_(("uncertain", "due", "sending"))))
        raise AssertionError(f"it never became so; {len(rows)} unsettled: {rows[:5]}") from None
    with contextlib.suppress(TimeoutError):  # what hangs on purpose is not waited for
        async with asyncio.timeout(TOLD_WITHIN):
            await night.paced_posts_leave()


def settled(night: Night) -> bool:
    """Tell whether nothing is uncertain and nothing waits for another try."""
    open_states = ("uncertain", "due", "sending")
    return not night.rows(sa.select(OUTBOX.c.id).where(OUTBOX.c.state.in_(open_states)))


async def all_is_known(night: Night) -> None:
    await until(night, lambda: settled(night))


def outbox(night: Night, kind: str) -> list[Any]:
    """Return the rows of one kind, oldest first."""
    return night.rows(sa.select(OUTBOX).where(OUTBOX.c.kind == kind).order_by(OUTBOX.c.id))


def inbox(night: Night, provider: str = "twilio") -> list[Any]:
    return night.rows(sa.select(INBOX).where(INBOX.c.provider == provider).order_by(INBOX.c.id))


def deliveries(night: Night) -> list[str]:
    """Return how far each of our texts has come, oldest first."""
    return [row.status for row in night.rows(sa.select(DELIVERY).order_by(DELIVERY.c.updated_at, DELIVERY.c.id))]


def logged(night: Night, event: str) -> int:
    return sum(f'"event": "{event}"' in line.getMessage() for line in night.log_lines)


def sid_of(phone: Phone, body: str = ANSWER) -> str:
    """Return the carrier's id of the newest of our texts with these words."""
    return next(str(m["sid"]) for m in reversed(phone.inbox()) if m["body"] == body)


async def lease_lapses(night: Night) -> None:
    """Whoever was sending has been gone for longer than a lease; no test waits a minute for that."""
    past = machine_now() - timedelta(minutes=5)
    await night.executes(sa.update(OUTBOX).where(OUTBOX.c.state == "sending").values(lease_until=past))


@asynccontextmanager
async def in_its_place(night: Night) -> AsyncIterator[SqlStore]:
    """Stop the bot and do by hand what a process does before it dies; a bot is started afterwards."""
    settings = night.sandbox.settings()
    await night.sandbox.stop_bot()
    store = SqlStore(settings.env.database_url, vault_of(settings), night.sandbox.clock)
    try:
        yield store
    finally:
        await store.close()
        await night.sandbox.start_bot()


async def claimed_by_the_dead(night: Night, row_id: int) -> None:
    """Somebody claims what is due, this row among it, and dies: nobody will ever say what became of it.

    Both services work again when the bot is back.
    """
    async with in_its_place(night) as store:  # only now: the bot itself must not claim it
        longer = machine_now() - timedelta(minutes=5)
        await night.executes(sa.update(OUTBOX).where(OUTBOX.c.id == row_id).values(state="due", next_at=longer))
        night.sandbox.carrier.faults.set("carrier", "ok")
        night.sandbox.slack.faults.clear()
        row = await store.write(lambda tx: tx.outbox.claim("somebody who died", timedelta(seconds=60)))
        assert row is not None
        assert row.id == row_id
        await lease_lapses(night)


@asynccontextmanager
async def a_process(night: Night) -> AsyncIterator[asyncio.subprocess.Process]:
    """The production bot in a process of its own, behind the same door; killed at the end if it still lives."""
    await night.sandbox.stop_bot()
    ahead, port = night.sandbox.clock.offset.total_seconds(), night.sandbox.bot_url.rsplit(":", 1)[1]
    child = await asyncio.create_subprocess_exec(
        sys.executable,
        "-m",
        "tests.holes.child",
        str(ahead),
        port,
        env=environment(night.sandbox),
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.DEVNULL,
    )
    try:
        assert child.stdout is not None
        async with asyncio.timeout(PATIENCE):
            assert (await child.stdout.readline()).strip() == b"ready"
        yield child
    finally:
        if child.returncode is None:
            child.kill()
        await child.communicate()


async def comes(is_so: Callable[[], Any]) -> None:
    """Wait until something that another process does has happened."""
    async with asyncio.timeout(PATIENCE):
        while not is_so():  # noqa: ASYNC110 - another process does it, and tells nobody
            await asyncio.sleep(0.02)


@asynccontextmanager
async def another_instance(night: Night) -> AsyncIterator[Bot]:
    """A second bot on the same database (PostgreSQL), which listens at no door and empties the same queues."""
    async with running(night.sandbox.settings(), night.sandbox.clock, ticks=False) as bot:
        yield bot


@contextmanager
def machine_clock_at(night: Night, at: datetime) -> Iterator[None]:
    """The machine's own clock stands still at `at`, however long what is done meanwhile takes."""
    with machine_clock_wrong(night, timedelta(0)):
        night.sandbox.clock._machine = lambda: at
        yield


@contextmanager
def machine_clock_wrong(night: Night, by: timedelta) -> Iterator[None]:
    """The machine's own clock is off by so much, and set right at the end: wire time and world time both jump."""
    clock = night.sandbox.clock
    clock._machine = lambda: machine_now() + by
    try:
        yield
    finally:
        clock._machine = machine_now
        night.sandbox.slack.limits.reset()  # Slack's own clock was right all the time
