"""H7: "Slack 429 with Retry-After 30 on the handover post: posted once, after 30 s, never lost" (facts: storage,
section 12).
"""

from datetime import timedelta
from pathlib import Path

from tests.acceptance.night import NORRVIK, SODERMARK, Person, Said, a_night
from tests.holes.given import all_is_known, machine_clock_at, machine_clock_wrong, outbox, slack_fails

NORRVIKS, SODERMARKS = "C0NORRVIK", "C0SODERMARK"


def handovers(person: Person, channel: str) -> list[Said]:
    return [m for m in person.messages(channel) if m.is_handover]


async def test_the_handover_waits_as_long_as_slack_asks(tmp_path: Path, database_url: str) -> None:
    """Only the channel that was refused waits: Södermark's has its own at once. A restart lies between."""
    async with a_night(tmp_path, database_url, "2026-11-24 07:50") as night:
        anna = await night.hires("Anna Ek", NORRVIK)
        bo = await night.hires("Bo Lind", SODERMARK)
        night.opens_channels()
        night.sandbox.slack.faults.retry_after_s = 30
        slack_fails(night, "limited", calls=1)
        await night.clock_reaches("2026-11-24 08:00")
        waits, has = (anna, bo) if handovers(bo, SODERMARKS) else (bo, anna)
        channel = {anna.user: NORRVIKS, bo.user: SODERMARKS}[waits.user]
        assert handovers(waits, channel) == []
        assert len(handovers(has, SODERMARKS if waits is anna else NORRVIKS)) == 1

        def asked() -> int:
            calls = night.sandbox.slack.recorder.calls("chat.postMessage")
            return sum(call.decoded.get("channel") == channel for call in calls)

        [due] = [row.next_at for row in outbox(night, "digest") if row.state == "due"]
        with machine_clock_at(night, due - timedelta(seconds=1)):
            await night.restarts()
            assert asked() == 1
        with machine_clock_wrong(night, timedelta(seconds=31)):
            await all_is_known(night)
            assert asked() == 2
        assert len(handovers(waits, channel)) == 1
        assert "upprepning" not in handovers(waits, channel)[0].words
        night.expect_handovers()
        night.expect_nothing_else()
        await night.nothing_waits()
