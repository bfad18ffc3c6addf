"""Section 13, last line: "contact disabled between queue and send: not sent, logged" (facts: storage)."""

import logging
from pathlib import Path

import pytest
import sqlalchemy as sa

from storage.tables import ContactRow
from tests.acceptance.night import a_night
from tests.holes.given import ANSWER, EVENING, OUTBOX, a_question, carrier_fails, logged, outbox, until

CONTACT: sa.Table = ContactRow.__table__  # type: ignore[attr-defined]


@pytest.mark.parametrize(
    ("column", "value", "reason", "words"),
    [
        ("is_blocked", True, "opted_out", "Personen har skrivit STOP"),
        ("is_answerable", False, "not_answerable", "kan inte få svar"),
    ],
)
async def test_it_is_not_sent_and_said(
    tmp_path: Path,
    database_url: str,
    caplog: pytest.LogCaptureFixture,
    column: str,
    value: bool,
    reason: str,
    words: str,
) -> None:
    """Anna's answer waits for the carrier; meanwhile the number may be texted no more. A restart lies between."""
    caplog.set_level(logging.INFO)
    async with a_night(tmp_path, database_url, EVENING) as night:
        anna, nova = await a_question(night)
        carrier_fails(night, "limited")
        await anna.replies(ANSWER)
        assert outbox(night, "sms")[-1].state == "due"
        await night.executes(sa.update(CONTACT).values({column: value}))
        carrier_fails(night, "ok")
        await night.restarts()
        await until(night, lambda: outbox(night, "sms")[-1].state == "failed")

        assert outbox(night, "sms")[-1].last_error == reason
        nova.receives(ANSWER, times=0)
        anna.is_told(words)
        assert words in anna.card("kom inte fram").words
        assert logged(night, "sms_withheld") == 1
        assert not night.rows(sa.select(OUTBOX.c.id).where(OUTBOX.c.state == "due"))
        night.expect_nothing_else()
        await night.nothing_waits()
