"""A Friday 16.59 and a Monday 07.59: who has it follows the clock to the minute."""

from pathlib import Path

from bot.domain.people import Role
from tests.acceptance.night import NORRVIK, a_night

TEAM = "C0NORRVIK"


async def test_friday_16_59_goes_to_the_team_and_on_to_the_one_on_duty(tmp_path: Path, database_url: str) -> None:
    async with a_night(tmp_path, database_url, "2026-11-20 16:55") as night:
        anna = await night.hires("Anna Ek", NORRVIK)
        bo = await night.hires("Bo Lind", NORRVIK)
        night.opens_channels()
        nova, _ = await night.enrols("Nova Berg", "+46701740605", NORRVIK)
        await night.on_beredskap(anna, "2026-11-20 17:00", "2026-11-20 22:00")

        await night.clock_reaches("2026-11-20 16:59")
        await nova.texts("hinner nån svara idag")

        bo.card("Ett sms väntar på svar", channel=TEAM)
        anna.has_no_card()
        nova.receives("under dagen")

        await night.clock_reaches("2026-11-20 17:00")
        card = anna.card("Ett sms väntar på svar")
        assert "Den som har beredskap följer samtalet nu" in bo.card(channel=TEAM).words
        await anna.replies("Ja, jag är här.", card=card)
        nova.receives("Ja, jag är här.")
        night.expect_handovers()
        night.expect_nothing_else()
        await night.nothing_waits()


async def test_monday_07_59_belongs_to_the_closed_night_and_08_00_to_the_team(
    tmp_path: Path, database_url: str
) -> None:
    async with a_night(tmp_path, database_url, "2026-11-23 07:55") as night:
        anna = await night.hires("Anna Ek", NORRVIK)
        lena = await night.hires("Lena Holm", NORRVIK, Role.LEADER)
        night.opens_channels()
        nova, _ = await night.enrols("Nova Berg", "+46701740605", NORRVIK)

        await night.clock_reaches("2026-11-23 07:59")
        await nova.texts("ska jag gå till skolan")
        lena.card("Ingen har beredskap just nu")
        nova.receives("Vi svarar igen måndag 08.00.")

        await night.clock_reaches("2026-11-23 08:00")
        card = anna.card("Ett sms väntar på svar", channel=TEAM)
        await anna.presses("take", card)
        assert f"<@{anna.user}> har tagit det 08.00" in anna.card(channel=TEAM).words
        await anna.replies("Ja, gå du. Jag ringer vid lunch.", card=anna.card(channel=TEAM))
        nova.receives("Ja, gå du.")
        night.expect_handovers()
        night.expect_nothing_else()
        await night.nothing_waits()


async def test_what_nobody_in_the_office_takes_goes_on(tmp_path: Path, database_url: str) -> None:
    """Channel, then each familjebehandlare in DM, then the leader; and it stops when somebody takes it."""
    async with a_night(tmp_path, database_url, "2026-11-23 09:00") as night:
        anna = await night.hires("Anna Ek", NORRVIK)
        bo = await night.hires("Bo Lind", NORRVIK)
        lena = await night.hires("Lena Holm", NORRVIK, Role.LEADER)
        night.opens_channels()
        nova, _ = await night.enrols("Nova Berg", "+46701740605", NORRVIK)

        await nova.texts("svarar ni på dagen")
        anna.card(channel=TEAM)
        nova.receives("under dagen")
        await night.clock_reaches("2026-11-23 09:16")
        anna.card("Ett sms väntar")
        bo.card("Ett sms väntar")
        lena.has_no_card()
        await night.clock_reaches("2026-11-23 09:31")
        lena.card("Ingen i teamet tog det i tid")

        await bo.presses("take", bo.card())
        done = await anna.presses("take", anna.card()) if "take" in anna.card().buttons else None
        assert done is None  # the button has gone from every card
        await night.clock_reaches("2026-11-23 12:00")
        night.expect_nothing_else()
        await night.nothing_waits()
