"""What turns up after the handover has been posted is added openly; a restart or a busy moment changes nothing."""

from pathlib import Path

from bot.domain.people import Role
from tests.acceptance.night import NORRVIK, SODERMARK, a_night

TEAM = "C0NORRVIK"


async def test_a_late_text_is_added_to_the_post(tmp_path: Path, database_url: str) -> None:
    """A webhook was lost on Sunday; reconciliation finds the text on Monday at 09.12."""
    async with a_night(tmp_path, database_url, "2026-11-22 19:55") as night:
        anna = await night.hires("Anna Ek", NORRVIK)
        bo = await night.hires("Bo Lind", SODERMARK)
        night.opens_channels()
        nova, _ = await night.enrols("Nova Berg", "+46701740605", NORRVIK)
        await night.on_beredskap(bo, "2026-11-22 20:00", "2026-11-22 22:00")
        await night.clock_reaches("2026-11-22 21:00")
        await night.is_away_while(nova, "ingen hör mig")
        await night.clock_reaches("2026-11-23 08:00")
        assert "Inget har kommit in" in anna.handover("Överlämning måndag", channel=TEAM).words

        await night.clock_reaches("2026-11-23 09:12")
        await night.reconciles()
        post = anna.handover("Överlämning måndag", channel=TEAM)
        assert "Tillägg 09.12" in post.words
        assert "21.00" in post.words
        added = anna.is_told("Tillägg 09.12", channel=TEAM)
        assert added.thread_ts == post.ts
        anna.card("Ett sms väntar på svar", channel=TEAM)
        assert len([m for m in anna.messages(TEAM) if m.is_handover]) == 1


async def test_a_note_that_comes_after_the_post(tmp_path: Path, database_url: str) -> None:
    async with a_night(tmp_path, database_url, "2026-11-23 16:55") as night:
        anna = await night.hires("Anna Ek", NORRVIK)
        bo = await night.hires("Bo Lind", SODERMARK)
        night.opens_channels()
        nova, _ = await night.enrols("Nova Berg", "+46701740605", NORRVIK)
        await night.on_beredskap(bo, "2026-11-23 17:00", "2026-11-23 22:00")
        await night.clock_reaches("2026-11-23 19:00")
        bo.handover()
        await nova.texts("hej")
        await bo.replies("Hej du.", card=bo.card("Ett sms väntar"))
        await night.clock_reaches("2026-11-24 09:12")
        assert "anteckning saknas" in anna.handover(channel=TEAM).words
        await bo.notes(bo.is_told("Anteckning saknas"), action="next_working_day")

        post = anna.handover(channel=TEAM)
        assert "anteckning saknas" not in post.words
        assert "anteckning 09.12" in post.words
        assert "ons 25/11" in post.words
        anna.is_told("Tillägg 09.12", channel=TEAM)
        nova.receives("Hej du.")
        nova.receives("tystnadsplikt")
        bo.card()
        anna.card(channel=TEAM)
        night.expect_handovers()
        night.expect_nothing_else()
        await night.nothing_waits()


async def test_a_shift_that_ends_when_the_handover_is_due(tmp_path: Path, database_url: str) -> None:
    """A text at 07.58 stands in the handover at 08.00, and the office follows it from then on."""
    async with a_night(tmp_path, database_url, "2026-11-23 06:00") as night:
        anna = await night.hires("Anna Ek", NORRVIK)
        bo = await night.hires("Bo Lind", SODERMARK)
        night.opens_channels()
        nova, _ = await night.enrols("Nova Berg", "+46701740605", NORRVIK)
        await night.on_beredskap(bo, "2026-11-23 06:00", "2026-11-23 08:00")
        await night.clock_reaches("2026-11-23 07:58")
        await nova.texts("ska jag gå till skolan")
        bo.card("Ett sms väntar")
        await night.clock_reaches("2026-11-23 08:00")
        post = anna.handover("Överlämning måndag", channel=TEAM)
        assert "Fortfarande öppet" in post.words
        assert "07.58" in post.words
        assert "Tillägg" not in post.words
        anna.card("Ett sms väntar på svar", channel=TEAM)
        bo.is_told("Anteckning saknas")
        nova.receives("tystnadsplikt")
        night.expect_handovers()
        night.expect_nothing_else()
        await night.nothing_waits()


async def test_a_shift_that_runs_on_after_the_handover(tmp_path: Path, database_url: str) -> None:
    """Sunday's shift ends at 09.00 on Monday: what comes in at 08.30 is Sunday's, and is added to Monday's post."""
    async with a_night(tmp_path, database_url, "2026-11-22 21:00") as night:
        anna = await night.hires("Anna Ek", NORRVIK)
        bo = await night.hires("Bo Lind", SODERMARK)
        night.opens_channels()
        nova, _ = await night.enrols("Nova Berg", "+46701740605", NORRVIK)
        await night.on_beredskap(bo, "2026-11-22 22:00", "2026-11-23 09:00")
        await night.clock_reaches("2026-11-23 08:30")
        await nova.texts("god morgon")
        bo.card("Ett sms väntar")
        assert "Tillägg 08.30" in anna.handover("Överlämning måndag", channel=TEAM).words
        await night.clock_reaches("2026-11-24 08:00")
        assert "Tillägg" not in anna.handover("Överlämning tisdag", channel=TEAM).words


async def test_a_restart_just_before_eight(tmp_path: Path, database_url: str) -> None:
    async with a_night(tmp_path, database_url, "2026-11-22 20:00") as night:
        anna = await night.hires("Anna Ek", NORRVIK)
        night.opens_channels()
        await night.clock_reaches("2026-11-23 07:59:15")
        await night.sandbox.stop_bot()
        await night.clock_reaches("2026-11-23 08:00:15")
        assert [m for m in anna.messages(TEAM) if m.is_handover] == []
        await night.sandbox.start_bot()
        await night.minutes_pass(1)
        assert len([m for m in anna.messages(TEAM) if m.is_handover]) == 1
        await night.restarts()
        await night.minutes_pass(1)
        assert len([m for m in anna.messages(TEAM) if m.is_handover]) == 1
        night.expect_handovers()
        night.expect_nothing_else()


async def test_three_days_of_downtime_give_one_handover(tmp_path: Path, database_url: str) -> None:
    """It covers everything since the last, by day (facts: time, section 15)."""
    async with a_night(tmp_path, database_url, "2026-11-23 16:55") as night:
        anna = await night.hires("Anna Ek", NORRVIK)
        night.opens_channels()
        nova, _ = await night.enrols("Nova Berg", "+46701740605", NORRVIK)
        await night.on_beredskap(anna, "2026-11-23 17:00", "2026-11-23 22:00")
        await night.clock_reaches("2026-11-23 18:00")
        await nova.texts("hej")
        await anna.closes(anna.card("Ett sms väntar"))
        await night.sandbox.stop_bot()
        await night.clock_reaches("2026-11-26 10:00")
        await night.sandbox.start_bot()
        await night.minutes_pass(1)
        posts = [m for m in anna.messages(TEAM) if m.is_handover]
        assert len(posts) == 1
        assert "Överlämning torsdag 26 november" in posts[0].words
        assert "1 samtal" in posts[0].words


async def test_a_text_that_reconciliation_finds_is_like_one_that_came(tmp_path: Path, database_url: str) -> None:
    """The time of receipt decides: found on Saturday, it is Friday's shift's."""
    async with a_night(tmp_path, database_url, "2026-11-20 16:55") as night:
        anna = await night.hires("Anna Ek", NORRVIK)
        await night.hires("Lena Holm", NORRVIK, Role.LEADER)
        night.opens_channels()
        nova, _ = await night.enrols("Nova Berg", "+46701740605", NORRVIK)
        await night.on_beredskap(anna, "2026-11-20 17:00", "2026-11-20 22:00")
        await night.clock_reaches("2026-11-20 21:00")
        await night.is_away_while(nova, "hörs det")
        await night.clock_reaches("2026-11-21 09:00")
        await night.reconciles()
        await night.clock_reaches("2026-11-23 08:00")
        assert "fre 21.00" in anna.handover("Överlämning måndag", channel=TEAM).words
