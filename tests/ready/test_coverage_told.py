"""Each working morning the leaders are told what is missing ahead, until nothing is."""

from dataclasses import replace
from pathlib import Path

from bot.domain.ids import NamndId
from bot.domain.people import Role
from tests.acceptance.night import NORRVIK, SODERMARK, Night, Person, a_night

WEEK = "*Bemanningen i Norrvik"
ONLY_LEADERS = "\n[ready]\nask = false\n"


async def covers(night: Night, person: Person, first: int, last: int, namnd: NamndId = NORRVIK) -> None:
    """Give somebody every evening and weekend day from one November day to another."""
    for day in range(first, last + 1):
        at = night.at(f"2026-11-{day:02}")
        start = "10:00" if at.weekday() > 4 else "17:00"
        await night.on_beredskap(person, f"2026-11-{day:02} {start}", f"2026-11-{day:02} 22:00", namnd)


def answer(person: Person) -> str:
    """Return what the newest answer to /beredskap says."""
    return person.messages()[-1].words


async def test_a_week_without_cover_is_one_line_each_working_morning(tmp_path: Path, database_url: str) -> None:
    """Nobody in the rota for a week: said on Friday, not at the weekend, and again on Monday."""
    async with a_night(tmp_path, database_url, "2026-11-13 06:00", asks_if_ready=True, settings=ONLY_LEADERS) as night:
        anna = await night.hires("Anna Ek", NORRVIK, phone="+46701740611")
        lena = await night.hires("Lena Holm", NORRVIK, Role.LEADER)
        sara = await night.hires("Sara Lind", SODERMARK, Role.LEADER)
        night.opens_channels()
        await covers(night, anna, 13, 16)
        await covers(night, anna, 24, 30)

        await night.clock_reaches("2026-11-13 07:59")
        lena.is_not_told(WEEK)
        await night.clock_reaches("2026-11-13 08:01")
        said = lena.is_told(WEEK)
        assert said.words.count("•") == 2  # one line, which the block and its notification both say
        assert (
            "Ingen har beredskap från tisdag 17.00 till måndag 23/11 22.00 (7 tillfällen, sammanlagt 49 tim)."
            in said.words
        )
        sara.is_told("Bemanningen i Södermark")

        await night.clock_reaches("2026-11-16 07:00")
        lena.is_told(WEEK, times=1)
        await night.clock_reaches("2026-11-16 08:01")
        lena.is_told(WEEK, times=2)

        await covers(night, anna, 17, 23)
        await night.clock_reaches("2026-11-17 06:00")
        lena.is_told(WEEK, times=2)
        await night.clock_reaches("2026-11-17 08:01")
        lena.is_told(WEEK, times=2)
        lena.is_told("Ingen har beredskap", times=2)


async def test_beredskap_shows_the_leader_what_is_missing(tmp_path: Path, database_url: str) -> None:
    async with a_night(tmp_path, database_url, "2026-11-13 12:00") as night:
        anna = await night.hires("Anna Ek", NORRVIK)
        lena = await night.hires("Lena Holm", NORRVIK, Role.LEADER)
        night.opens_channels()
        await covers(night, anna, 13, 27)

        await lena.commands()
        await anna.commands()

        assert "<@U01> har passet från i dag 17.00 till torsdag 26/11 22.00 (14 tillfällen" in answer(lena)
        assert "och kan bara nås i Slack" in answer(lena)
        assert "Sedan <@U01> från 17.00" in answer(anna)
        assert "kan bara nås i Slack" not in answer(anna)

        anna.staff = replace(anna.staff, phone="+46701740611", is_phone_verified=True)
        await night.writes(lambda tx: tx.staff.save(anna.staff))
        await lena.commands()
        assert "*Norrviks stadsdelsnämnd:* inget saknas de närmaste 14 dagarna." in answer(lena)


async def test_whoever_leaves_before_their_shift_leaves_a_hole(tmp_path: Path, database_url: str) -> None:
    async with a_night(tmp_path, database_url, "2026-11-13 12:00") as night:
        anna = await night.hires("Anna Ek", NORRVIK, phone="+46701740611")
        lena = await night.hires("Lena Holm", NORRVIK, Role.LEADER)
        night.opens_channels()
        await covers(night, anna, 13, 27)

        await night.leaves(anna)
        await lena.commands()

        assert "🚨 <@U01> har passet från i dag 17.00 till torsdag 26/11 22.00 (14 tillfällen" in answer(lena)
