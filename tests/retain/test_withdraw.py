"""Our own posts can be taken back: about one person, or in one channel; and by a leader there only."""

from pathlib import Path

import pytest

from bot.domain.errors import BadInput, NotAllowed
from bot.services.withdraw_posts import Withdrawal, withdraw_posts
from tests.acceptance.night import Night, a_night
from tests.retain.test_stories import LENA, NOVA, an_evening, ctx_of

ANNA, BO = "anna@example.se", "bo@example.se"


def ours(night: Night, channel: str) -> list[str]:
    return [said.words for said in night.messages(channel) if said.user == "U0BOT" and not said.deleted]


async def test_what_is_about_one_person_goes_and_the_next_text_is_shown(tmp_path: Path, database_url: str) -> None:
    async with a_night(tmp_path, database_url, "2026-11-20 16:55") as night:
        anna, _, youth = await an_evening(night)
        card = anna.cards()[-1]
        wanted = Withdrawal("fel kanal", code=youth.case_code)
        for who in (ANNA, BO):
            with pytest.raises(NotAllowed):
                await withdraw_posts(wanted, ctx=ctx_of(night), as_email=who)
        with pytest.raises(BadInput):
            await withdraw_posts(Withdrawal(" ", code=youth.case_code), ctx=ctx_of(night), as_email=LENA)

        assert await withdraw_posts(wanted, ctx=ctx_of(night), as_email=LENA) > 0
        await night.settles()
        assert [m for m in anna.messages() if m.ts == card.ts] == []
        assert await withdraw_posts(wanted, ctx=ctx_of(night), as_email=LENA) == 0

        await night.phone(NOVA).texts("hej igen")
        assert anna.card("Ett sms väntar", channel="C0NORRVIK")
        assert [row.subject for row in night.audited(night.people["Lena"]) if row.act == "withdraw_posts"]


async def test_what_stands_in_a_channel_goes(tmp_path: Path, database_url: str) -> None:
    async with a_night(tmp_path, database_url, "2026-11-20 16:55") as night:
        await an_evening(night)
        assert ours(night, "C0NORRVIK") != []
        there = ours(night, "C0SODERMARK")
        wanted = Withdrawal("kanalen är fel", channel="C0NORRVIK")
        with pytest.raises(NotAllowed):
            await withdraw_posts(wanted, ctx=ctx_of(night), as_email=BO)

        assert await withdraw_posts(wanted, ctx=ctx_of(night), as_email=LENA) > 0
        await night.settles()

        assert ours(night, "C0NORRVIK") == []
        assert ours(night, "C0SODERMARK") == there
