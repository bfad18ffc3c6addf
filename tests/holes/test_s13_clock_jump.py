"""Section 13, last line: "Clock jump of 1 h" (facts: storage). The machine's own clock, forwards and back again."""

from datetime import timedelta
from pathlib import Path

import pytest

from tests.acceptance.night import a_night
from tests.holes.given import (
    ANSWER,
    AUTOMATIC,
    EVENING,
    a_question,
    all_is_known,
    carrier_fails,
    comes,
    duty,
    machine_clock_wrong,
    outbox,
    slack_fails,
    until,
)

HOUR = timedelta(hours=1)


async def test_what_came_while_the_clock_was_ahead_does_not_wait_an_hour(tmp_path: Path, database_url: str) -> None:
    """The machine wakes an hour ahead, a text comes, Slack asks us to wait a second, and the clock is put right."""
    async with a_night(tmp_path, database_url, EVENING) as night:
        anna, nova = await duty(night)
        night.sandbox.slack.faults.retry_after_s = 1
        with machine_clock_wrong(night, HOUR):
            slack_fails(night, "limited", calls=1)
            await nova.texts("är du där")
        await until(night, lambda: anna.cards())
        anna.card("Ett sms väntar på svar")
        nova.receives(AUTOMATIC)
        await all_is_known(night)
        night.expect_nothing_else()


async def test_a_channel_is_not_held_back_for_an_hour(tmp_path: Path, database_url: str) -> None:
    """Posts were counted by a clock that was an hour ahead; now it is right, the next one leaves as it should."""
    async with a_night(tmp_path, database_url, EVENING) as night:
        anna, nova = await duty(night)
        liam = night.phone("+46701740606")
        with machine_clock_wrong(night, HOUR):
            await nova.texts("är du där")
        await liam.texts("jag med")
        await until(night, lambda: len(anna.cards()) == 2)
        nova.receives(AUTOMATIC)
        liam.receives("Vi känner inte igen numret")
        night.expected.update((card.channel, card.ts) for card in anna.cards())
        await all_is_known(night)
        night.expect_nothing_else()


@pytest.mark.parametrize("hours", [1, -1])
async def test_a_jump_in_the_middle_of_a_send_sends_nothing_twice(
    tmp_path: Path, database_url: str, hours: int
) -> None:
    """The lease of what is being sent is over at once, or lasts an hour longer: the answer arrives once."""
    async with a_night(tmp_path, database_url, EVENING) as night:
        anna, nova = await a_question(night)
        night.sandbox.carrier.faults.slow_s = 1.0
        carrier_fails(night, "slow", calls=1)
        await anna.opens(anna.card())
        night.secret_words.add(ANSWER)
        await night.sandbox.slack.submit(anna.user, anna.modal()["id"], {"reply": {"reply_text": ANSWER}})
        await comes(lambda: night.sandbox.carrier.faults.carrier == "ok")  # the call has come in
        with machine_clock_wrong(night, hours * HOUR):
            await until(night, lambda: [m for m in nova.inbox() if m["body"] == ANSWER])
            await all_is_known(night)
        await all_is_known(night)
        nova.receives(ANSWER, times=1)
        anna.card("levererat")
        night.expect_nothing_else()
        await night.nothing_waits()


async def test_an_open_modal_goes_on_living(tmp_path: Path, database_url: str) -> None:
    """Drawn by a clock that was an hour ahead, and drawn again when the next text comes."""
    async with a_night(tmp_path, database_url, EVENING) as night:
        anna, nova = await a_question(night)
        await anna.opens(anna.card())
        with machine_clock_wrong(night, HOUR):
            await nova.texts("hallå där")
            await until(night, lambda: "hallå där" in anna.reads())
        await nova.texts("svara snälla")
        await until(night, lambda: "svara snälla" in anna.reads())
        anna.card("3 sms väntar på svar")
        anna.is_told("Nytt sms 19.00")
        night.expect_nothing_else()


async def test_the_worlds_clock_too(tmp_path: Path, database_url: str) -> None:
    """A sandbox's jump of an hour is world time: what waits for the carrier is stopped, and said to be."""
    async with a_night(tmp_path, database_url, EVENING) as night:
        anna, nova = await a_question(night)
        carrier_fails(night, "limited")
        await anna.replies(ANSWER)
        await night.minutes_pass(61)
        carrier_fails(night, "ok")
        await until(night, lambda: outbox(night, "sms")[-1].state == "failed")
        nova.receives(ANSWER, times=0)
        anna.is_told("hann inte iväg i tid")
        anna.card("hann inte iväg i tid")
        night.expect_nothing_else()
        await night.nothing_waits()
