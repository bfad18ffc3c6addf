"""H12: "status callback with an `MM` SID is accepted and attributed" (facts: storage, section 12)."""

from pathlib import Path

import pytest

from tests.acceptance.night import a_night
from tests.holes.given import ANSWER, DELIVERY, EVENING, a_question, deliveries, sid_of


@pytest.mark.parametrize("how", ["report", "list", "without our id"])
async def test_it_is_attributed(tmp_path: Path, database_url: str, monkeypatch: pytest.MonkeyPatch, how: str) -> None:
    """By the id in the address, by the SID alone, and by the carrier's list when no report came."""
    async with a_night(tmp_path, database_url, EVENING) as night:
        anna, nova = await a_question(night)
        monkeypatch.setattr("bot.sandbox.carrier.pretend.new_sid", lambda media=0: "MM" + "b" * 32)
        night.sandbox.carrier.faults.set("sms", "silent")
        await anna.replies(ANSWER)
        sid = sid_of(nova)
        assert sid.startswith("MM")
        sms = night.sandbox.carrier.message(sid)
        if how == "without our id":
            assert sms.status_callback is not None
            sms.status_callback = sms.status_callback.partition("?")[0]
        if how == "list":
            await night.minutes_pass(1)
            await night.reconciles()
        else:
            await night.sandbox.carrier.report(sid, "delivered")
            await night.settles()
        assert deliveries(night)[-1] == "delivered"
        assert night.rows(DELIVERY.select().where(DELIVERY.c.provider_id == sid))
        assert "levererat" in anna.card().words
        nova.receives(ANSWER, times=1)
        night.expect_nothing_else()
        await night.nothing_waits()
