"""H4: "deliver callbacks in all 6 orders of queued, sent, delivered, with duplicates: ends delivered, one mark" (facts:
storage, section 12).
"""

import itertools
from pathlib import Path

import pytest
import sqlalchemy as sa

from tests.acceptance.night import a_night
from tests.holes.given import DELIVERY, EVENING, a_question, deliveries, outbox, sid_of

ORDERS = list(itertools.permutations(("queued", "sent", "delivered")))
AGAIN = ((), (0,), (2, 0), (0, 0, 1, 2))  # which of the three come once more, after all of them


@pytest.mark.parametrize("order", ORDERS, ids="-".join)
async def test_it_ends_delivered(tmp_path: Path, database_url: str, order: tuple[str, ...]) -> None:
    """Four answers in a row, each reported in this order, and with other repeats."""
    async with a_night(tmp_path, database_url, EVENING) as night:
        anna, nova = await a_question(night)
        night.sandbox.carrier.faults.set("sms", "silent")
        for number, again in enumerate(AGAIN):
            answer = f"Svar nummer {number}"
            await anna.replies(answer)
            for word in (*order, *(order[i] for i in again)):
                await night.sandbox.carrier.report(sid_of(nova, answer), word)
            await night.paced_posts_leave()
            assert "levererat." in anna.card().words
            night.sandbox.carrier.message(sid_of(nova, answer)).status = "delivered"
            nova.receives(answer, times=1)
        assert deliveries(night) == ["delivered"] * 5
        assert not any(row.is_corrected for row in night.rows(sa.select(DELIVERY)))
        assert outbox(night, "thread") == []  # nobody is told of what went well
        night.expect_nothing_else()
        await night.nothing_waits()


@pytest.mark.parametrize("final", ["delivered", "undelivered", "failed", "canceled"])
async def test_after_final_nothing_but_the_open_correction(tmp_path: Path, database_url: str, final: str) -> None:
    """Every other word comes after the final one. What was said to be lost may turn out to have arrived."""
    later = ["accepted", "queued", "sending", "sent", "undelivered", "failed", "canceled", "nonsense", "delivered"]
    async with a_night(tmp_path, database_url, EVENING) as night:
        anna, nova = await a_question(night)
        night.sandbox.carrier.faults.set("sms", "stuck")
        await anna.replies("Är du hemma nu?")
        sid = sid_of(nova, "Är du hemma nu?")
        await night.sandbox.carrier.report(sid, final, 30008 if final in {"undelivered", "failed"} else None)
        for word in later[:-1]:
            await night.sandbox.carrier.report(sid, word)
            await night.settles()
            assert deliveries(night)[-1] == final
        await night.sandbox.carrier.report(sid, "delivered")
        await night.paced_posts_leave()

        is_corrected = final in {"undelivered", "failed"}
        assert deliveries(night)[-1] == ("canceled" if final == "canceled" else "delivered")
        assert [row.is_corrected for row in night.rows(sa.select(DELIVERY).order_by(DELIVERY.c.id))].count(True) == (
            is_corrected
        )
        anna.card()
        if final != "delivered":
            anna.is_told("kom inte fram")
        if is_corrected:
            anna.is_told("kom fram till slut")
        nova.heard.add(sid)
        night.expect_nothing_else()
        await night.nothing_waits()
