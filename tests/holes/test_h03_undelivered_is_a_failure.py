"""H3: "callback undelivered 30003: worker's message shows failure with Swedish reason within 60 s, counted in
handover" (facts: storage, section 12).
"""

from pathlib import Path

import pytest

from tests.acceptance.night import NORRVIK, a_night
from tests.holes.given import ANSWER, EVENING, a_question, sid_of

REASON = "Telefonen går inte att nå (avstängd eller utan täckning)"


@pytest.mark.parametrize("told_by", ["report", "list"])
async def test_it_is_said_and_stands_in_the_handover(tmp_path: Path, database_url: str, told_by: str) -> None:
    """The report may have been lost too: then the carrier's list says it. Whoever takes over sees what waits."""
    async with a_night(tmp_path, database_url, EVENING) as night:
        anna, nova = await a_question(night)
        bo = await night.hires("Bo Lind", NORRVIK)
        await night.on_beredskap(bo, "2026-11-20 22:00", "2026-11-21 02:00")
        night.sandbox.carrier.faults.set("sms", "stuck")
        await anna.replies(ANSWER)
        await anna.closes(anna.card("svarade"))
        sid = sid_of(nova)
        if told_by == "report":
            await night.sandbox.carrier.report(sid, "undelivered", 30003)
        else:
            sms = night.sandbox.carrier.message(sid)
            sms.status, sms.error_code = "undelivered", 30003
            await night.minutes_pass(3)
            await night.reconciles()
        await night.settles()

        nova.loses(ANSWER)
        assert REASON in anna.card("kom inte fram").words  # closed, and open again: nobody has been answered
        told = anna.is_told(REASON)
        assert f"<@{anna.user}>" in told.words
        await night.clock_reaches("2026-11-20 22:00")
        assert "väntar på svar sedan 18.00" in bo.handover().words
        bo.card("Ett sms väntar på svar")
        anna.card()
        night.expect_handovers()
        night.expect_nothing_else()
        await night.nothing_waits()
