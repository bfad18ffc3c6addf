"""What must be done the same day or the next working day is spoken of until it is done."""

from pathlib import Path

from bot.domain.people import Role
from tests.acceptance.night import NORRVIK, SODERMARK, Night, Person, Phone, a_night

TEAM = "C0NORRVIK"


async def given(night: Night) -> tuple[Person, Person, Person, Phone]:
    anna = await night.hires("Anna Ek", NORRVIK)
    bo = await night.hires("Bo Lind", SODERMARK)
    lena = await night.hires("Lena Holm", NORRVIK, Role.LEADER)
    night.opens_channels()
    nova, _ = await night.enrols("Nova Berg", "+46701740605", NORRVIK)
    return anna, bo, lena, nova


async def test_not_done_for_two_days(tmp_path: Path, database_url: str) -> None:
    """Noon, the leader at the end of the day, on top of the next handover; until it is dropped with a reason."""
    async with a_night(tmp_path, database_url, "2026-11-23 16:55") as night:
        anna, bo, lena, nova = await given(night)
        await night.on_beredskap(bo, "2026-11-23 17:00", "2026-11-23 22:00")
        await night.clock_reaches("2026-11-23 18:00")
        await nova.texts("hej")
        await bo.closes(bo.card("Ett sms väntar"), action="next_working_day", owner=anna.staff.id)

        await night.clock_reaches("2026-11-24 08:00")
        assert "Ska göras i dag" in anna.handover("Överlämning tisdag", channel=TEAM).words
        await night.clock_reaches("2026-11-24 11:59")
        anna.is_not_told("Åtgärden i samtal")
        await night.clock_reaches("2026-11-24 12:00")
        anna.is_told("Åtgärden i samtal")
        await night.clock_reaches("2026-11-24 17:00")
        assert f"<@{anna.user}>" in lena.is_told("är inte gjord fast dagen är slut").words
        await night.clock_reaches("2026-11-25 08:00")
        post = anna.handover("Överlämning onsdag", channel=TEAM)
        assert post.words.index("Ska göras i dag") < post.words.index("skulle gjorts tis")
        await night.clock_reaches("2026-11-25 17:00")
        anna.is_told("Åtgärden i samtal", times=2)
        lena.is_told("är inte gjord fast dagen är slut", times=2)

        await anna.presses("meeting", post)
        await anna.presses_in_modal("drop_action")
        assert (await anna.submits({"reason": {"field": " "}}))["errors"]
        await anna.submits({"reason": {"field": "Familjen hade redan ordnat det."}})
        assert "Familjen hade redan ordnat det." in anna.reads()
        await anna.closes_modal()
        await night.clock_reaches("2026-11-27 17:00")
        anna.is_told("Åtgärden i samtal", times=2)
        assert "Ska göras i dag" not in anna.handover("Överlämning torsdag", channel=TEAM).words
        nova.receives("tystnadsplikt")
        lena.is_told("Ingen har beredskap för Norrvik", times=4)
        night.expect_handovers()
        night.expect_nothing_else()
        await night.nothing_waits()


async def test_due_on_a_day_off_whoever_has_the_duty_has_it(tmp_path: Path, database_url: str) -> None:
    """Saturday: Bo codes *i dag*. At the change it is Anna's, at noon she is reminded, and she does it."""
    async with a_night(tmp_path, database_url, "2026-11-21 07:55") as night:
        anna, bo, lena, nova = await given(night)
        await night.on_beredskap(bo, "2026-11-21 08:00", "2026-11-21 11:00")
        await night.on_beredskap(anna, "2026-11-21 11:00", "2026-11-21 22:00")
        await night.clock_reaches("2026-11-21 09:00")
        await nova.texts("hej")
        await bo.closes(bo.card("Ett sms väntar"), action="today", promised="Ring före 15")

        await night.clock_reaches("2026-11-21 11:00")
        told = anna.handover("Du har beredskapen nu")
        assert "episode" in told.buttons
        await anna.presses("episode", told)
        assert "Ring före 15" in anna.reads()
        await anna.closes_modal()
        await night.clock_reaches("2026-11-21 12:00")
        due = anna.is_told("ligger på dig som har beredskapen")
        bo.is_not_told("Åtgärden i samtal")
        await bo.presses("write_note", bo.card())  # his own note he may still write; do what is Anna's he may not
        await bo.closes_modal()
        await anna.presses("episode", due)
        await anna.presses_in_modal("action_done")
        await anna.closes_modal()
        await night.clock_reaches("2026-11-23 08:00")
        lena.is_not_told("fast dagen är slut")
        assert "✅ klart av" in anna.handover("Överlämning måndag", channel=TEAM).words


async def test_not_done_on_the_day_off_the_team_has_it(tmp_path: Path, database_url: str) -> None:
    """The leader is told when the beredskap closes; on Monday it stands first, and nobody has it yet."""
    async with a_night(tmp_path, database_url, "2026-11-21 09:55") as night:
        anna, bo, lena, nova = await given(night)
        await night.on_beredskap(bo, "2026-11-21 10:00", "2026-11-21 22:00")
        await night.clock_reaches("2026-11-21 11:00")
        await nova.texts("hej")
        await bo.closes(bo.card("Ett sms väntar"), action="today")
        await night.clock_reaches("2026-11-21 22:00")
        lena.is_told("är inte gjord fast dagen är slut")
        bo.is_told("ligger på dig som har beredskapen")
        await night.clock_reaches("2026-11-23 08:00")
        post = anna.handover("Överlämning måndag", channel=TEAM)
        assert "skulle gjorts lör" in post.words
        assert "ingen ägare än" in post.words
        await night.clock_reaches("2026-11-23 12:00")
        anna.is_told("ingen har tagit den")
        await anna.presses("meeting", post)
        await anna.presses_in_modal("take_action")
        await anna.closes_modal()
        assert f"<@{anna.user}>" in anna.handover("Överlämning måndag", channel=TEAM).words
