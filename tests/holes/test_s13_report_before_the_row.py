"""Grafana: "status callback before the row is saved is dropped" - "callback before commit is stored by our id and
applied"; VoterHelpLine: "unknown status SID dropped" (facts: storage, section 13).
"""

import logging
from pathlib import Path

import pytest
import sqlalchemy as sa

from tests.acceptance.night import a_night
from tests.holes.given import (
    ANSWER,
    EVENING,
    OUTBOX,
    a_question,
    carrier_fails,
    deliveries,
    inbox,
    lease_lapses,
    logged,
    outbox,
    sid_of,
    until,
)
from tests.http.doors import Doors


async def test_it_is_applied_before_anybody_knows_the_sid(tmp_path: Path, database_url: str) -> None:
    """The reports come while create() has not answered, and then its answer is lost: they alone say that it left."""
    async with a_night(tmp_path, database_url, EVENING) as night:
        anna, nova = await a_question(night)
        night.sandbox.carrier.faults.set("callback_order", "early")
        carrier_fails(night, "lost_answer", calls=1)
        await anna.replies(ANSWER)
        await until(night, lambda: outbox(night, "sms")[-1].state == "sent")
        row = outbox(night, "sms")[-1]
        assert row.provider_id == sid_of(nova)
        assert "levererat" in anna.card("svarade").words
        nova.receives(ANSWER, times=1)
        night.expect_nothing_else()
        await night.nothing_waits()


async def test_it_settles_what_the_process_did_not_live_to_record(tmp_path: Path, database_url: str) -> None:
    """Reported while still `sending`, then the process dies. The carrier has redacted the text, so that it cannot be
    found by its words; the report said all that there is to know, and nobody is asked anything.
    """
    async with a_night(tmp_path, database_url, EVENING) as night:
        anna, nova = await a_question(night)
        await anna.replies(ANSWER)
        nova.receives(ANSWER, times=1)
        sid = sid_of(nova)
        row = outbox(night, "sms")[-1]
        await night.sandbox.stop_bot()
        unrecorded = {"state": "sending", "provider_id": None, "settled_at": None}
        await night.executes(sa.update(OUTBOX).where(OUTBOX.c.id == row.id).values(**unrecorded))
        await lease_lapses(night)
        night.sandbox.carrier.message(sid).body = ""
        await night.sandbox.start_bot()

        await until(night, lambda: outbox(night, "sms")[-1].state not in {"sending", "uncertain"})
        assert (outbox(night, "sms")[-1].state, outbox(night, "sms")[-1].provider_id) == ("sent", sid)
        assert deliveries(night)[-1] == "delivered"
        assert "levererat" in anna.card("svarade").words
        night.expect_nothing_else()
        await night.nothing_waits()


async def test_a_report_on_what_we_do_not_know_is_kept(
    tmp_path: Path, database_url: str, caplog: pytest.LogCaptureFixture
) -> None:
    """It changes nothing, is answered 200 so that it does not come for ever, and stands in the inbox."""
    caplog.set_level(logging.INFO)
    async with a_night(tmp_path, database_url, EVENING) as night:
        anna, _ = await a_question(night)
        doors = Doors(night)
        before = deliveries(night)
        for sid, query in (("SM" + "f" * 32, ""), ("SM" + "e" * 32, "?d=01nobody"), ("", "")):
            report = [("MessageSid", sid), ("MessageStatus", "failed"), ("ErrorCode", "30008")]
            answer = await doors.twilio(report, path=f"/twilio/status{query}")
            assert answer.status == (200 if sid else 400)
        await night.settles()
        unknown = [row for row in inbox(night, "twilio-status") if row.state != "done"]
        assert unknown == []
        assert logged(night, "status_for_unknown_sms") == 2
        assert deliveries(night) == before
        anna.card("Ett sms väntar på svar")
        night.expect_nothing_else()
        await night.nothing_waits()
