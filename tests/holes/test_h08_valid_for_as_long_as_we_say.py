"""H8: "the outgoing request carries the configured value (default 3600); 30036 gives a retry button" (facts: storage,
section 12).
"""

from collections.abc import Mapping
from pathlib import Path

import pytest

from bot.sandbox.carrier.api import MessagesApi
from tests.acceptance.night import a_night
from tests.holes.given import ANSWER, EVENING, a_question, carrier_fails, outbox, sid_of, until

STOPPED = "hann inte iväg i tid och har stoppats"


@pytest.fixture
def asked_for(monkeypatch: pytest.MonkeyPatch) -> list[Mapping[str, str]]:
    """What the carrier has been asked to send, as it was asked."""
    forms: list[Mapping[str, str]] = []
    original = MessagesApi._checked

    def checked(api: MessagesApi, form: Mapping[str, str]) -> tuple[str, str, str]:
        forms.append(form)
        return original(api, form)

    monkeypatch.setattr(MessagesApi, "_checked", checked)
    return forms


@pytest.mark.parametrize(("settings", "seconds"), [("", "3600"), ("sms_validity_minutes = 20\n", "1200")])
async def test_every_text_carries_it(
    tmp_path: Path, sqlite_database_url: str, asked_for: list[Mapping[str, str]], settings: str, seconds: str
) -> None:
    """The automatic one, the answer, and the one that is sent again after 30036."""
    async with a_night(tmp_path, sqlite_database_url, EVENING, settings=settings) as night:
        anna, nova = await a_question(night)
        night.sandbox.carrier.faults.set("sms", "stuck")
        await anna.replies(ANSWER)
        await night.sandbox.carrier.report(sid_of(nova), "failed", 30036)
        await night.settles()
        nova.loses(ANSWER, status="failed")
        anna.is_told(STOPPED)
        night.sandbox.carrier.faults.set("sms", "delivered")
        await anna.presses("resend", anna.card(STOPPED))
        nova.receives(ANSWER, times=1)
        assert [form["ValidityPeriod"] for form in asked_for] == [seconds] * 3
        night.expect_nothing_else()
        await night.nothing_waits()


async def test_it_does_not_turn_up_long_after(tmp_path: Path, database_url: str) -> None:
    """The carrier would not take it for over an hour: it is stopped here, and its author told."""
    async with a_night(tmp_path, database_url, EVENING) as night:
        anna, nova = await a_question(night)
        carrier_fails(night, "limited")
        await anna.replies(ANSWER)
        await night.minutes_pass(61)
        carrier_fails(night, "ok")
        await until(night, lambda: outbox(night, "sms")[-1].state == "failed")
        nova.receives(ANSWER, times=0)
        anna.is_told(STOPPED)
        await anna.presses("resend", anna.card(STOPPED))
        nova.receives(ANSWER, times=1)
        night.expect_nothing_else()
        await night.nothing_waits()
