"""Iris: "storm of 200 gives one batch 360 s late" - "storm: first person notified in p95 under 60 s" (facts: storage,
section 13). No time is measured here: the order of things is.
"""

import asyncio
from pathlib import Path

from tests.acceptance.night import a_night
from tests.holes.given import AUTOMATIC, EVENING, all_is_known, duty

STORM = 200
FEW = STORM // 2  # calls to Slack: what waits at one moment is one


async def test_the_first_card_does_not_wait_for_the_last_text(tmp_path: Path, database_url: str) -> None:
    """Two hundred texts from one phone: a card at once, one automatic answer, and the card counts them all."""
    async with a_night(tmp_path, database_url, EVENING) as night:
        anna, nova = await duty(night)
        slack = night.sandbox.slack
        slack.limits.post_burst = 1  # one post a second, as Slack would have it
        texts = [
            night.sandbox.carrier.begin_text(nova.number, f"svara mig {n}", to="+46701740699") for n in range(STORM)
        ]
        await asyncio.gather(*(told for _, told in texts))
        await night.settles()
        await all_is_known(night)

        card = anna.card(f"{STORM} sms väntar på svar")
        assert anna.thread(card) == []
        nova.receives(AUTOMATIC, times=1)
        assert night.sandbox.carrier.notes == []  # each was answered 200 at the first door
        calls = [record for record in slack.recorder.records if record.method.startswith("chat.")]
        assert [record.method for record in calls].count("chat.postMessage") == 1
        assert f"{STORM} sms" not in str(calls[0].decoded)  # it left while the rest was being digested
        assert len(calls) < FEW
        night.secret_words.add("svara mig")
        night.expect_nothing_else()
        await night.nothing_waits()


async def test_another_child_does_not_wait_behind_it(tmp_path: Path, database_url: str) -> None:
    """Liam texts once in the middle of Nova's storm: he has a card of his own, and an answer."""
    async with a_night(tmp_path, database_url, EVENING) as night:
        anna, nova = await duty(night)
        liam = night.phone("+46701740606")
        carrier = night.sandbox.carrier
        texts = [carrier.begin_text(nova.number, f"svara mig {n}", to="+46701740699") for n in range(STORM)]
        texts.insert(STORM // 2, carrier.begin_text(liam.number, "jag är ensam hemma", to="+46701740699"))
        await asyncio.gather(*(told for _, told in texts))
        await night.settles()
        await all_is_known(night)
        anna.card(f"{STORM} sms väntar på svar")
        anna.card("Okänt nummer")
        nova.receives(AUTOMATIC, times=1)
        liam.receives("Vi känner inte igen numret", times=1)
        night.secret_words.update({"svara mig", "jag är ensam hemma"})
        night.expect_nothing_else()
        await night.nothing_waits()
