"""Monzo: "nag marked sent even when the callback raised; naive `now()`" - "exception in a nag leaves it due" (facts:
storage, section 13).
"""

from pathlib import Path

import pytest

from bot.domain.people import Role
from tests.acceptance.night import NORRVIK, a_night
from tests.holes.given import AUTOMATIC, NOVA, duty, slack_fails

TEAM = "C0NORRVIK"


def breaks(*_: object, **__: object) -> None:
    raise RuntimeError("a bug of ours")


async def test_what_nobody_takes_is_nagged_about_when_the_bug_is_gone(
    tmp_path: Path, database_url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The ladder stumbles on its first step for an hour: then that step is taken, and not the one after it."""
    async with a_night(tmp_path, database_url, "2026-11-23 09:00") as night:
        anna = await night.hires("Anna Ek", NORRVIK)
        lena = await night.hires("Lena Holm", NORRVIK, Role.LEADER)
        night.opens_channels()
        nova, _ = await night.enrols("Nova Berg", NOVA, NORRVIK)
        await nova.texts("är nån på plats")
        anna.card(channel=TEAM)
        with monkeypatch.context() as broken:
            broken.setattr("bot.services.follow_duty._next_people", breaks)
            await night.minutes_pass(60)
        assert anna.cards() == lena.cards() == []
        await night.minutes_pass(1)
        anna.card("Ett sms väntar på svar")
        lena.has_no_card()
        await night.minutes_pass(60)
        lena.card("Ingen i teamet tog det i tid")
        nova.receives("under dagen")
        night.expected_errors.add("conversation_left_behind")
        night.expect_handovers()
        night.expected.update((m.channel, m.ts) for m in night.messages(TEAM))
        night.expect_nothing_else()
        await night.nothing_waits()


async def test_a_reminder_of_what_was_promised_survives_a_bug_and_slack(
    tmp_path: Path, database_url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Twelve o'clock: our code breaks, then Slack is away. At a quarter past it is said, and once."""
    async with a_night(tmp_path, database_url, "2026-11-20 21:00") as night:
        anna, nova = await duty(night)
        await nova.texts("hej du")
        await anna.closes(anna.card("Ett sms väntar"), action="next_working_day", owner=anna.staff.id)
        nova.receives(AUTOMATIC)
        await night.clock_reaches("2026-11-23 11:59")
        with monkeypatch.context() as broken:
            broken.setattr("bot.services.remind_actions.notice", breaks)
            await night.clock_reaches("2026-11-23 12:01")
        anna.is_not_told("Åtgärden i samtal")
        night.sandbox.slack.faults.retry_after_s = 1
        slack_fails(night, "limited", calls=1)
        await night.clock_reaches("2026-11-23 12:15")

        async def said() -> bool:
            await night.settles()
            return any("Åtgärden i samtal" in m.words for m in anna.messages())

        while not await said():
            pass
        anna.is_told("Åtgärden i samtal", times=1)
        await night.clock_reaches("2026-11-23 13:00")
        anna.is_told("Åtgärden i samtal", times=1)
        night.expected_errors.add("action_not_reminded_of")
        night.expect_handovers()
        night.expect_nothing_else()
        await night.nothing_waits()
