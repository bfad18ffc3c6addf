"""One number that never stops: every text is kept, and nobody else waits for it or goes unseen."""

import asyncio
from pathlib import Path

from bot.domain.phone import pretty
from tests.acceptance.night import NORRVIK, a_night
from tests.http.doors import Doors, form

FLOOD = 150
FLOODER, NOVAS = "+46701740611", "+46701740605"


async def test_a_flood_from_one_number(tmp_path: Path, database_url: str) -> None:
    """One card, one automatic answer; and the text of somebody else stands beside it, answered as always."""
    async with a_night(tmp_path, database_url, "2026-11-20 18:00") as night:
        anna = await night.hires("Anna Ek", NORRVIK)
        night.opens_channels()
        nova, _ = await night.enrols("Nova Berg", NOVAS, NORRVIK)
        await night.on_beredskap(anna, "2026-11-20 17:00", "2026-11-20 22:00")
        flooder, doors = night.phone(FLOODER), Doors(night)
        texts = [form(f"SMF{number:03}", f"meddelande {number}", from_=FLOODER) for number in range(FLOOD)]
        answers = await asyncio.gather(
            *(doors.twilio(text) for text in texts[: FLOOD // 2]),
            doors.twilio(form("SMN1", "jag är rädd", from_=NOVAS)),
            *(doors.twilio(text) for text in texts[FLOOD // 2 :]),
        )
        assert {answer.status for answer in answers} == {200}
        await night.settles()
        assert len(doors.stored()) == FLOOD + 1
        assert len(flooder.inbox()) == 1
        assert len(nova.inbox()) == 1
        cards = [said for said in night.messages(anna.cards()[0].channel) if said.is_card and not said.deleted]
        assert len(cards) == 2
        for number in (FLOODER, pretty(FLOODER)):
            assert number not in doors.log()
        await night.nothing_waits()
