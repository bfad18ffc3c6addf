"""Twilio: "poll every 1 to 5 min and at start, both directions, from watermark minus at least one day; dedupe by SID;
alert when anything was found" and "six hours down across midnight UTC and more than one list page: all found once"
(facts: twilio, sections 8 and 18).
"""

from pathlib import Path

import pytest

from tests.acceptance.night import NORRVIK, a_night
from tests.holes.given import NOVA, inbox

TIMES = ["22:40", "23:10", "23:59", "00:00", "00:30", "00:59", "01:00", "01:01", "02:15"]  # UTC midnight is at 01.00


@pytest.mark.parametrize("page", [1, 2, 200])
async def test_six_hours_away_across_midnight(
    tmp_path: Path, database_url: str, monkeypatch: pytest.MonkeyPatch, page: int
) -> None:
    """Each is found once, in order and with its true time, however the list is cut into pages; and told of as late."""
    monkeypatch.setattr("bot.sms.twilio_gateway.PAGE_SIZE", page)
    async with a_night(tmp_path, database_url, "2026-11-20 22:00", ticks=True) as night:
        anna = await night.hires("Anna Ek", NORRVIK)
        night.opens_channels()
        nova, _ = await night.enrols("Nova Berg", NOVA, NORRVIK)
        await night.on_beredskap(anna, "2026-11-20 17:00", "2026-11-21 10:00")
        await nova.texts("före avbrottet")
        await night.sandbox.stop_bot()
        for at in TIMES:
            await night.clock_reaches(f"2026-11-{'20' if at > '12' else '21'} {at}")
            await nova.texts(f"skrivet {at}", settle=False)
        await night.clock_reaches("2026-11-21 04:00")
        await night.sandbox.start_bot()
        await night.settles()
        await night.reconciles()
        await night.restarts()

        rows = inbox(night)
        assert [row.is_late for row in rows] == [False] + [True] * len(TIMES)
        assert len({row.provider_id for row in rows}) == len(rows)
        received = [night.at(f"2026-11-{'20' if at > '12' else '21'} {at}") for at in TIMES]
        assert [row.received_at.replace(second=0, microsecond=0) for row in rows[1:]] == received
        card = anna.card(f"{len(TIMES) + 1} sms väntar på svar")
        shown = await anna.opens(card)
        places = [shown.index(f"skrivet {at}") for at in TIMES]
        assert places == sorted(places)
        assert shown.count("kom fram till oss senare") == len(TIMES)
        nova.receives("tystnadsplikt", times=1)
        night.expected.update((m.channel, m.ts) for m in anna.messages())
        night.expect_nothing_else()


async def test_an_answer_of_ours_that_was_delivered_meanwhile(tmp_path: Path, database_url: str) -> None:
    """The other way round: its report was lost while we were away, over midnight, and the list says it."""
    async with a_night(tmp_path, database_url, "2026-11-20 23:50") as night:
        anna = await night.hires("Anna Ek", NORRVIK)
        night.opens_channels()
        nova, _ = await night.enrols("Nova Berg", NOVA, NORRVIK)
        await night.on_beredskap(anna, "2026-11-20 17:00", "2026-11-21 10:00")
        await nova.texts("sover ni")
        nova.receives("tystnadsplikt")
        night.sandbox.carrier.faults.set("sms", "silent")
        await anna.replies("Nej, jag är vaken", card=anna.card())
        assert "levererat" not in anna.card().words
        await night.clock_reaches("2026-11-21 02:00")
        await night.reconciles()
        await night.reconciles()
        assert "levererat" in anna.card().words
        nova.receives("Nej, jag är vaken", times=1)
        night.expect_nothing_else()


async def test_the_list_and_a_slow_webhook_at_once(tmp_path: Path, database_url: str) -> None:
    """Found in the list, and then the webhook comes after all, three times: one text, one automatic answer."""
    async with a_night(tmp_path, database_url, "2026-11-20 18:00") as night:
        anna = await night.hires("Anna Ek", NORRVIK)
        night.opens_channels()
        nova, _ = await night.enrols("Nova Berg", NOVA, NORRVIK)
        await night.on_beredskap(anna, "2026-11-20 17:00", "2026-11-20 22:00")
        await night.is_away_while(nova, "hör ni mig")
        await night.reconciles()
        sid = inbox(night)[0].provider_id
        for fallback in (False, True, False):
            assert await night.sandbox.carrier.repeat_webhook(sid, fallback=fallback) is None
        await night.settles()
        anna.card("Ett sms väntar på svar* sedan 18.00")
        nova.receives("tystnadsplikt", times=1)
        assert len(inbox(night)) == 1
        night.expect_nothing_else()
        await night.nothing_waits()
