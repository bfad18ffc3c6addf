"""Zammad: "check-then-insert race, no signature, retries on any error" - "20 concurrent inserts; 503 then retry; no
blind resend" (facts: storage, section 13).
"""

import asyncio
from contextlib import AsyncExitStack
from pathlib import Path

import pytest
import sqlalchemy as sa

from bot.clock import Clock
from bot.ports import Incoming
from storage.store import SqlStore
from storage.tables import InboxRow
from storage.vault import Vault
from tests.acceptance.night import a_night
from tests.holes.given import ANSWER, EVENING, a_question, carrier_fails, outbox, until

INBOX: sa.Table = InboxRow.__table__  # type: ignore[attr-defined]


async def test_twenty_at_once_into_several_processes(postgres_database_url: str, vault: Vault, clock: Clock) -> None:
    """Five ids, twenty times each, through four stores at once: each is new exactly once."""
    async with AsyncExitStack() as stack:
        stores = [SqlStore(postgres_database_url, vault, clock) for _ in range(4)]
        for store in stores:
            stack.push_async_callback(store.close)
        texts = [Incoming("twilio", f"SM{n % 5}", "sms:x", "[]", clock.now()) for n in range(100)]
        new = await asyncio.gather(*(stores[n % 4].put(text) for n, text in enumerate(texts)))
        with stores[0].engine.connect() as connection:
            stored = connection.execute(sa.select(INBOX.c.provider_id).order_by(INBOX.c.provider_id)).scalars().all()
    assert list(stored) == [f"SM{n}" for n in range(5)]
    assert sum(new) == 5


@pytest.mark.parametrize("how", ["error", "lost_answer", "down", "late_error"])
async def test_it_is_never_sent_again_by_itself(tmp_path: Path, database_url: str, how: str) -> None:
    """Whatever the carrier's failure was, it has been asked once when we are done looking; a person decides."""
    async with a_night(tmp_path, database_url, EVENING) as night:
        anna, nova = await a_question(night)
        carrier_fails(night, how, calls=1)
        await anna.replies(ANSWER)
        await until(night, lambda: outbox(night, "sms")[-1].state in {"sent", "failed"})
        row = outbox(night, "sms")[-1]
        assert row.attempts == 1
        arrived = [m["body"] for m in nova.inbox()].count(ANSWER)
        assert arrived == (how in {"lost_answer", "late_error"})
        assert (row.state, row.last_error) == (("sent", None) if arrived else ("failed", "uncertain_final"))
        night.expected.update((m.channel, m.ts) for m in anna.messages())
        nova.receives(ANSWER, times=arrived)
        night.expect_nothing_else()
        await night.nothing_waits()
