"""Nobody on duty, and a nämnd that nobody on duty answers for."""

from pathlib import Path

from bot.domain.people import Role
from tests.acceptance.night import NORRVIK, SODERMARK, a_night


async def test_nobody_has_duty_so_the_leader_does(tmp_path: Path, database_url: str) -> None:
    """A gap within the hours when somebody should answer: the leader is told why, the sender the truth."""
    async with a_night(tmp_path, database_url, "2026-11-21 12:00") as night:
        anna = await night.hires("Anna Ek", NORRVIK)
        lena = await night.hires("Lena Holm", NORRVIK, Role.LEADER)
        night.opens_channels()
        nova, _ = await night.enrols("Nova Berg", "+46701740605", NORRVIK)

        await nova.texts("kan nån komma hit")

        card = lena.card("Ingen har beredskap fast någon borde ha det")
        anna.has_no_card()
        nova.receives("vi har ingen som kan svara", times=0)
        nova.receives("har vi ingen som kan svara")
        nova.receives("ring 112")
        await lena.replies("Jag är chef och ringer dig nu.", card=card)
        nova.receives("Jag är chef och ringer dig nu.")
        night.expect_nothing_else()
        await night.nothing_waits()


async def test_closed_hours_say_when_we_answer_again(tmp_path: Path, database_url: str) -> None:
    async with a_night(tmp_path, database_url, "2026-11-21 03:00") as night:
        lena = await night.hires("Lena Holm", NORRVIK, Role.LEADER)
        anna = await night.hires("Anna Ek", NORRVIK)
        night.opens_channels()
        nova, _ = await night.enrols("Nova Berg", "+46701740605", NORRVIK)
        await night.on_beredskap(anna, "2026-11-21 10:00", "2026-11-21 22:00")

        await nova.texts("kan inte sova alls")

        lena.card("Ingen har beredskap just nu")
        nova.receives("Vi svarar igen lördag 10.00.")
        night.expect_nothing_else()
        await night.nothing_waits()


async def test_a_namnd_that_the_person_on_duty_does_not_answer_for(tmp_path: Path, database_url: str) -> None:
    """Norrvik has not decided to answer for Södermark: Anna neither sees nor hears of it."""
    async with a_night(tmp_path, database_url, "2026-11-20 18:00", norrvik_answers="") as night:
        anna = await night.hires("Anna Ek", NORRVIK)
        lars = await night.hires("Lars Ny", SODERMARK, Role.LEADER)
        night.opens_channels()
        elis, _ = await night.enrols("Elis Dahl", "+46701740607", SODERMARK)
        await night.on_beredskap(anna, "2026-11-20 17:00", "2026-11-20 22:00")

        await elis.texts("jag är rädd nu")

        anna.has_no_card()
        lars.card("Ingen har beredskap fast någon borde ha det")
        elis.receives("har vi ingen som kan svara")
        assert "Södermarks stadsdelsnämnd:* ingen har beredskap" in await anna.opens_home()
        night.expect_nothing_else()
        await night.nothing_waits()
