"""The two nights of the year when the clocks are changed: a text goes to whoever has that hour, the one of two too."""

from datetime import UTC, datetime
from pathlib import Path

import pytest

from bot.domain.duty import Shift
from bot.domain.ids import ShiftId, new_id
from tests.acceptance.night import NORRVIK, Night, Person, a_night

AUTUMN = ("2026-10-24 20:00", "2026-10-24T18:00Z", "2026-10-25T01:00Z", "2026-10-25T04:00Z")
SPRING = ("2027-03-27 20:00", "2027-03-27T19:00Z", "2027-03-28T01:00Z", "2027-03-28T04:00Z")


async def has(night: Night, person: Person, start: str, end: str) -> Shift:
    """A shift told in world time: of the hour that comes twice the wall clock does not say which."""
    begins, ends = (datetime.fromisoformat(at).astimezone(UTC) for at in (start, end))
    shift = Shift(ShiftId(new_id()), person.staff.id, NORRVIK, begins, ends)
    await night.writes(lambda tx: tx.shifts.upsert(shift))
    return shift


async def at(night: Night, moment: str) -> None:
    await night.sandbox.world.jump(datetime.fromisoformat(moment).astimezone(UTC))
    await night.paced_posts_leave()


@pytest.mark.parametrize("year", [AUTUMN, SPRING], ids=["autumn", "spring"])
async def test_the_shift_changes_when_the_clocks_do(
    tmp_path: Path, database_url: str, year: tuple[str, str, str, str]
) -> None:
    """In autumn 02.30 comes twice: the first is Anna's, the second Bo's. In spring 03.00 follows upon 01.59."""
    opens, start, boundary, end = year
    async with a_night(tmp_path, database_url, opens) as night:
        anna, bo = await night.hires("Anna Ek", NORRVIK), await night.hires("Bo Lund", NORRVIK)
        night.opens_channels()
        nova, _ = await night.enrols("Nova Berg", "+46701740605", NORRVIK)
        await has(night, anna, start, boundary)
        await has(night, bo, boundary, end)

        await at(night, boundary.replace("T01:00Z", "T00:30Z"))
        await nova.texts("är du vaken")
        nova.receives("Ditt sms har kommit fram")
        anna.card("Ett sms väntar på svar")
        bo.has_no_card()
        await anna.replies("Ja, jag är här.")
        nova.receives("Ja, jag är här.")

        await at(night, boundary.replace("T01:00Z", "T01:30Z"))
        await nova.texts("kan vi höras igen")
        nova.receives("Ditt sms har kommit fram", times=2)  # once for each shift
        card = bo.card("Ett sms väntar på svar")
        bo.is_told(f"Nytt sms {'02.30' if year is AUTUMN else '03.30'} i")
        await bo.replies("Jag är Bo, jag har det nu.", card=card)
        nova.receives("Jag är Bo, jag har det nu.")
        anna.is_told("Anteckning saknas")
        night.expect_handovers()
        night.expect_nothing_else()
        await night.nothing_waits()
