"""Grafana: "'announced' saved **before** the post; Slack 429, next run posts 0: shift notice lost for good" - "claim
and result are separate; a failed post stays due" (facts: storage, section 13).
"""

from pathlib import Path

import pytest

from tests.acceptance.night import NORRVIK, Person, Said, a_night
from tests.holes.given import AUTOMATIC, all_is_known, duty, outbox, slack_fails


def overlamningar(person: Person) -> list[Said]:
    return [m for m in person.messages() if m.is_handover]


@pytest.mark.parametrize("how", ["limited", "down", "error"])
async def test_who_takes_over_is_told_once_slack_lets_us(tmp_path: Path, database_url: str, how: str) -> None:
    """Slack says no for as long as the tick runs again and again, and a restart lies between."""
    async with a_night(tmp_path, database_url, "2026-11-20 21:50") as night:
        anna, nova = await duty(night)
        bo = await night.hires("Bo Lind", NORRVIK)
        await night.on_beredskap(bo, "2026-11-20 22:00", "2026-11-21 02:00")
        await nova.texts("är du där")
        nova.receives(AUTOMATIC)
        anna.card()
        night.sandbox.slack.faults.retry_after_s = 1
        slack_fails(night, how)
        await night.clock_reaches("2026-11-20 22:00")
        for _ in range(3):
            await night.minutes_pass(1)
        await night.restarts()
        await night.minutes_pass(1)
        assert overlamningar(bo) == []
        assert {row.state for row in outbox(night, "handover")} <= {"due", "uncertain"}

        night.sandbox.slack.faults.clear()
        await all_is_known(night)
        assert len(overlamningar(bo)) == 1
        assert "väntar på svar sedan 21.50" in bo.handover().words
        bo.card("Ett sms väntar på svar")
        night.expected.update((m.channel, m.ts) for m in [*bo.messages(), *anna.messages()])
        night.expected_errors.add("reserve_reaches_nobody")  # nobody here has told us of a phone
        night.expect_nothing_else()
        await night.nothing_waits()
