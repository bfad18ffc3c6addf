"""The handover follows the working days: an ordinary Tuesday, Easter, Christmas."""

from pathlib import Path

from bot.domain.people import LinkRole, Role
from tests.acceptance.night import NORRVIK, SODERMARK, a_night

TEAM, OTHER_TEAM = "C0NORRVIK", "C0SODERMARK"


async def test_an_ordinary_tuesday(tmp_path: Path, database_url: str) -> None:
    """Monday evening, a youth and a guardian; on Tuesday at 08.00 the team knows what to do, and does it."""
    async with a_night(tmp_path, database_url, "2026-11-23 16:55") as night:
        anna = await night.hires("Anna Ek", NORRVIK)
        bo = await night.hires("Bo Lind", SODERMARK)
        night.opens_channels()
        nova, youth = await night.enrols("Nova Berg", "+46701740605", NORRVIK)
        mother, _ = await night.enrols("Eva Berg", "+46701740606", NORRVIK, role=LinkRole.GUARDIAN, of=youth)
        await night.on_beredskap(bo, "2026-11-23 17:00", "2026-11-23 22:00")

        await night.clock_reaches("2026-11-23 19:10")
        assert "Inget är öppet" in bo.handover().words
        await nova.texts("han kommer inte hem")
        await night.minutes_pass(4)
        await bo.replies("Jag ringer dig nu.", card=bo.card("Ett sms väntar"))
        await bo.closes(
            bo.card("svarade"),
            "Pappa kom inte hem som avtalat.",
            "Råd om att gå till mormor.",
            promised="Anna ringer på morgonen",
            situation="broken_plan",
            action="next_working_day",
            owner=anna.staff.id,
            socialjouren="yes",
        )
        await night.clock_reaches("2026-11-23 21:30")
        await mother.texts("vad gäller på torsdag")
        await bo.replies("Vi hörs i morgon.", card=bo.card("Ett sms väntar"))
        await bo.closes(bo.card("Vårdnadshavare"), closing="Hej då för i kväll.")
        nova.receives("tystnadsplikt")
        nova.receives("Jag ringer dig nu.")
        mother.receives("Ditt sms har kommit fram")
        mother.receives("Vi hörs i morgon.")
        mother.receives("Hej då för i kväll.")

        await night.clock_reaches("2026-11-24 08:00")
        post = anna.handover("Överlämning tisdag 24 november", channel=TEAM)
        lines = post.words.split("\n")
        first = next(i for i, line in enumerate(lines) if "ungdom" in line)
        assert "19.10" in lines[first]
        assert "svar efter 4 min av" in lines[first]
        assert f"<@{bo.user}>" in lines[first]
        assert f"<@{anna.user}>" in lines[first + 1]
        assert "bruten planering" in lines[first + 1]
        assert "lämnat till socialjouren" in lines[first + 1]
        assert any("vårdnadshavare" in line and "21.30" in line for line in lines)
        assert "Inget har kommit in" in bo.handover(channel=OTHER_TEAM).words
        night.expect_handovers()

        shown = await anna.presses("meeting", post) and anna.reads()
        assert "Mötesläge 1 av 2" in shown
        assert "Pappa kom inte hem som avtalat." in shown
        assert "Anna ringer på morgonen" in shown
        await anna.presses_in_modal("action_done")
        await anna.presses_in_modal("transfer")
        await anna.submits({"reference": {"field": "Akten 24 nov, nr 3"}})
        assert "Akten 24 nov, nr 3" in anna.reads()
        await anna.presses_in_modal("reviewed")
        assert "Mötesläge 2 av 2" in anna.reads()
        await anna.closes_modal()

        words = anna.handover(channel=TEAM).words
        assert "✅ klart av" in words
        assert "genomgånget" in words
        assert "förd till akten" in words
        night.expect_nothing_else()
        await night.nothing_waits()
        assert [ground for _, ground, _ in night.audit("read_note")] == ["home_namnd"] * 4
        assert len(night.audit("transferred")) == len(night.audit("reviewed")) == 1


async def test_easter_is_one_handover_by_day(tmp_path: Path, database_url: str) -> None:
    """Maundy Thursday 2026-04-02 to Tuesday 04-07 (facts: time, section 11): one post, a heading per day."""
    async with a_night(tmp_path, database_url, "2026-04-02 16:55") as night:
        anna = await night.hires("Anna Ek", NORRVIK)
        night.opens_channels()
        nova, _ = await night.enrols("Nova Berg", "+46701740605", NORRVIK)
        days = ["2026-04-02", "2026-04-03", "2026-04-04", "2026-04-05", "2026-04-06"]
        for day in days:
            await night.on_beredskap(anna, f"{day} 17:00", f"{day} 22:00")
        for day in days:
            await night.clock_reaches(f"{day} 20:00")
            await nova.texts(f"är du där {day[-2:]}")
            await anna.replies(f"Ja, svar {day[-2:]}.", card=anna.card("Ett sms väntar"))
            await anna.closes(anna.card("svarade"))
            nova.receives(f"Ja, svar {day[-2:]}.")
        nova.receives("tystnadsplikt", times=5)
        anna.is_told("Nytt sms 20.00", times=4)

        await night.clock_reaches("2026-04-07 07:59")
        assert [m for m in anna.messages(TEAM) if m.is_handover] == []
        await night.clock_reaches("2026-04-07 08:00")
        words = anna.handover("Överlämning tisdag 7 april", channel=TEAM).words
        for heading in ("Torsdag 2 april", "Fredag 3 april", "Lördag 4 april", "Söndag 5 april", "Måndag 6 april"):
            assert heading in words
        assert "5 samtal" in words
        assert len([m for m in anna.messages(TEAM) if m.is_handover]) == 1
        night.expect_handovers()
        night.expect_nothing_else()
        await night.nothing_waits()


async def test_23_to_28_december(tmp_path: Path, database_url: str) -> None:
    """The evening of the 23rd and all of Christmas stand in Monday the 28th's handover; the 24th has none."""
    async with a_night(tmp_path, database_url, "2026-12-23 07:30") as night:
        anna = await night.hires("Anna Ek", NORRVIK)
        await night.hires("Lena Holm", NORRVIK, Role.LEADER)
        night.opens_channels()
        nova, _ = await night.enrols("Nova Berg", "+46701740605", NORRVIK)
        for day in ("2026-12-23", "2026-12-25"):
            await night.on_beredskap(anna, f"{day} 17:00", f"{day} 22:00")

        await night.clock_reaches("2026-12-23 08:00")
        assert "Inget har kommit in" in anna.handover("Överlämning onsdag 23 december", channel=TEAM).words
        for day in ("2026-12-23", "2026-12-25"):
            await night.clock_reaches(f"{day} 18:00")
            await nova.texts(f"hej {day}")
            await anna.replies(f"Hej på dig {day[-2:]}.", card=anna.card("Ett sms väntar"))
            await anna.closes(anna.card("svarade"))
        await night.clock_reaches("2026-12-27 23:00")
        assert len([m for m in anna.messages(TEAM) if m.is_handover]) == 1
        await night.clock_reaches("2026-12-28 08:00")
        words = anna.handover("Överlämning måndag 28 december", channel=TEAM).words
        assert "Onsdag 23 december" in words
        assert "Fredag 25 december" in words
        assert "sedan onsdag 08.00" in words or "sedan onsdag 23 december 08.00" in words
        assert len([m for m in anna.messages(TEAM) if m.is_handover]) == 2


async def test_a_local_closed_day_moves_the_handover(tmp_path: Path, database_url: str) -> None:
    """Klämdag 2026-05-15 is a working day in law; a municipality that is closed has its handover on Monday."""
    async with a_night(tmp_path, database_url, "2026-05-13 16:00", closed_days=("2026-05-15",)) as night:
        anna = await night.hires("Anna Ek", NORRVIK)
        night.opens_channels()
        await night.clock_reaches("2026-05-17 12:00")
        assert [m for m in anna.messages(TEAM) if m.is_handover] == []
        await night.clock_reaches("2026-05-18 08:00")
        anna.handover("Överlämning måndag 18 maj", channel=TEAM)
