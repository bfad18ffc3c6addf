"""H2: "callback failed 30008 (and 30001): a retry button appears, and one click gives exactly one new SMS" (facts:
storage, section 12).
"""

import asyncio
from pathlib import Path

import pytest

from tests.acceptance.night import a_night
from tests.holes.given import ANSWER, EVENING, a_question, deliveries, sid_of

FASTNADE, UNKNOWN = "fastnade i kön", "Okänt fel hos operatören"


@pytest.mark.parametrize(("code", "words"), [(30001, FASTNADE), (30008, UNKNOWN)])
@pytest.mark.parametrize("status", ["failed", "undelivered"])
async def test_it_may_be_tried_again_and_is_once(
    tmp_path: Path, database_url: str, code: int, words: str, status: str
) -> None:
    """The report comes three times, and the button is pressed on the card and in the thread at once."""
    async with a_night(tmp_path, database_url, EVENING) as night:
        anna, nova = await a_question(night)
        night.sandbox.carrier.faults.set("sms", "stuck")
        await anna.replies(ANSWER)
        for _ in range(3):
            await night.sandbox.carrier.report(sid_of(nova), status, code)
        await night.settles()
        card, told = anna.card(words), anna.is_told(words)

        night.sandbox.carrier.faults.set("sms", "delivered")
        slack = night.sandbox.slack
        pressed = [slack.click(anna.user, action_id="resend", channel=on.channel, ts=on.ts) for on in (card, told)]
        await asyncio.gather(*pressed, *(slack.click(anna.user, action_id="resend", channel=card.channel, ts=card.ts),))
        await night.settles()

        assert [m["body"] for m in nova.inbox()].count(ANSWER) == 2  # the lost one, and one more
        nova.loses(ANSWER, status=status)
        nova.receives(ANSWER, times=1)
        assert sorted(deliveries(night)) == ["delivered", "delivered", status]
        assert "levererat" in anna.card().words
        for said in anna.messages():  # whoever pressed too late is told so
            if "Läget har ändrats" in said.words:
                night.expected.add((said.channel, said.ts))
        night.expect_nothing_else()
        await night.nothing_waits()


async def test_an_unknown_error_is_offered_once_only(tmp_path: Path, database_url: str) -> None:
    """The second time the same words are not offered again: the author is told to call."""
    async with a_night(tmp_path, database_url, EVENING) as night:
        anna, nova = await a_question(night)
        night.sandbox.carrier.faults.set("sms", "stuck")
        await anna.replies(ANSWER)
        await night.sandbox.carrier.report(sid_of(nova), "failed", 30008)
        await night.settles()
        await anna.presses("resend", anna.card())
        await night.sandbox.carrier.report(sid_of(nova), "failed", 30008)
        await night.settles()
        assert "resend" not in anna.card(UNKNOWN).buttons
        anna.is_told(UNKNOWN, times=2)
        nova.heard.update(m["sid"] for m in nova.inbox() if m["status"] == "failed")
        night.expect_nothing_else()
        await night.nothing_waits()
