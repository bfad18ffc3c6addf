"""H1: "kill -9 after claim, before and after the provider accepted: after restart the row is *uncertain* or resent per
kind, never silently failed; handover and SMS to a child are not lost" (facts: storage, section 12).
"""

from pathlib import Path

import pytest

from tests.acceptance.night import NORRVIK, Person, Said, a_night
from tests.holes.given import (
    ANSWER,
    AUTOMATIC,
    EVENING,
    a_process,
    a_question,
    all_is_known,
    carrier_fails,
    claimed_by_the_dead,
    comes,
    duty,
    lease_lapses,
    outbox,
    settled,
    slack_fails,
    until,
)


async def test_a_text_that_never_left_is_put_to_its_author(tmp_path: Path, database_url: str) -> None:
    """Claimed, and the process gone before the call: we cannot know, so we look twice and ask Anna."""
    async with a_night(tmp_path, database_url, EVENING) as night:
        anna, nova = await a_question(night)
        carrier_fails(night, "limited")
        await anna.replies(ANSWER)
        await claimed_by_the_dead(night, outbox(night, "sms")[-1].id)

        await until(night, lambda: outbox(night, "sms")[-1].state == "failed")
        nova.receives(ANSWER, times=0)
        anna.is_told("Osäkert om sms:et")
        await anna.presses("resend", anna.card("Vi hittar det inte hos sms-tjänsten"))
        nova.receives(ANSWER, times=1)
        night.expect_nothing_else()
        await night.nothing_waits()


async def test_killed_after_the_carrier_had_taken_it(tmp_path: Path, database_url: str) -> None:
    """A real process, a real kill -9: the carrier has the answer and nobody heard so. It is found and adopted."""
    async with a_night(tmp_path, database_url, EVENING) as night:
        anna, nova = await duty(night)
        async with a_process(night) as child:
            await nova.texts("kan nån ringa mig")
            await comes(lambda: nova.inbox() and anna.cards())
            await comes(lambda: settled(night))
            night.sandbox.carrier.faults.slow_s = 3.0  # long enough to be killed in
            carrier_fails(night, "slow", calls=1)
            await anna.opens(anna.card())
            await comes(lambda: anna.modal().get("submit"))
            night.secret_words.add(ANSWER)
            await night.sandbox.slack.submit(anna.user, anna.modal()["id"], {"reply": {"reply_text": ANSWER}})
            await comes(lambda: night.sandbox.carrier.faults.carrier == "ok")  # the call has come in
            assert outbox(night, "sms")[-1].state == "sending"
            child.kill()
            await child.wait()
        await night.sandbox.carrier.quiet()  # it takes what it was asked to take, and finds nobody to report to
        await lease_lapses(night)
        await night.sandbox.start_bot()
        await until(night, lambda: "levererat" in anna.cards()[-1].words)
        await all_is_known(night)

        nova.receives(AUTOMATIC)
        nova.receives(ANSWER, times=1)
        anna.card("svarade")
        night.expect_nothing_else()
        await night.nothing_waits()


@pytest.mark.parametrize("has_left", [False, True], ids=["before Slack had it", "after"])
async def test_a_handover_is_not_lost(tmp_path: Path, database_url: str, *, has_left: bool) -> None:
    """In a channel it cannot be looked for: it stands there in any case, a second time only as a repetition."""
    async with a_night(tmp_path, database_url, "2026-11-24 07:50") as night:
        anna = await night.hires("Anna Ek", NORRVIK)
        night.opens_channels()
        night.sandbox.slack.faults.retry_after_s = 1
        slack_fails(night, "lost_answer" if has_left else "limited")  # Norrvik's and Södermark's
        await night.clock_reaches("2026-11-24 08:00")
        assert len(handovers(anna)) == has_left

        row = outbox(night, "digest")[0]
        await claimed_by_the_dead(night, row.id)
        await all_is_known(night)

        shown = handovers(anna)
        assert len(shown) == 1 + has_left
        assert ["upprepning" in m.words for m in shown] == [False, True][: len(shown)] if has_left else [True]
        night.expect_handovers()
        night.expect_nothing_else()
        await night.nothing_waits()


def handovers(anna: Person) -> list[Said]:
    return [m for m in anna.messages("C0NORRVIK") if m.is_handover]
