"""H10: "10 nonsense texts, restart after 5: at most one auto-reply per kind, sender and shift, across two instances"
(facts: storage, section 12).
"""

import asyncio
from pathlib import Path

from tests.acceptance.night import NORRVIK, a_night
from tests.holes.given import EVENING, another_instance, outbox

STRANGER, NONSENSE = "+46701740633", "asdf qwer"
CONFIRMS_NOTHING = "Vi känner inte igen numret"


async def test_ten_texts_and_a_restart(tmp_path: Path, database_url: str) -> None:
    """What has been said is in the database and not in a process. The next shift says it once again."""
    async with a_night(tmp_path, database_url, EVENING) as night:
        anna = await night.hires("Anna Ek", NORRVIK)
        night.opens_channels()
        await night.on_beredskap(anna, "2026-11-20 17:00", "2026-11-20 22:00")
        await night.on_beredskap(anna, "2026-11-21 10:00", "2026-11-21 22:00")
        stranger = night.phone(STRANGER)
        for number in range(10):
            if number == 5:
                await night.restarts()
            await stranger.texts(f"{NONSENSE} {number}", settle=bool(number % 2))
        await night.settles()
        assert "10 sms väntar" in anna.card("Okänt nummer").words
        stranger.receives(CONFIRMS_NOTHING, times=1)

        await night.clock_reaches("2026-11-21 10:01")
        await stranger.texts("vem är ni")
        stranger.receives(CONFIRMS_NOTHING, times=2)
        night.expected.update((m.channel, m.ts) for m in anna.messages())
        night.expected_errors.add("namnd_without_reachable_leader")
        night.expected.update((m.channel, m.ts) for m in night.messages("C0NORRVIK"))
        night.expect_nothing_else()
        await night.nothing_waits()


async def test_across_two_instances(tmp_path: Path, postgres_database_url: str) -> None:
    """Ten at once, digested by whichever of the two is first; one of them is stopped in the middle."""
    async with a_night(tmp_path, postgres_database_url, EVENING) as night:
        anna = await night.hires("Anna Ek", NORRVIK)
        night.opens_channels()
        await night.on_beredskap(anna, "2026-11-20 17:00", "2026-11-20 22:00")
        stranger, other = night.phone(STRANGER), night.phone("+46701740634")
        async with another_instance(night):
            await asyncio.gather(
                *(stranger.texts(f"{NONSENSE} {n}", settle=False) for n in range(5)),
                *(other.texts(f"{NONSENSE} {n}", settle=False) for n in range(5)),
            )
        await asyncio.gather(*(stranger.texts(f"{NONSENSE} {n}", settle=False) for n in range(5, 10)))
        await night.settles()
        await night.paced_posts_leave()
        stranger.receives(CONFIRMS_NOTHING, times=1)
        other.receives(CONFIRMS_NOTHING, times=1)
        assert len(outbox(night, "sms")) == 2
        assert sorted("10 sms" in card.words for card in anna.cards()) == [False, True]
        night.expected.update((m.channel, m.ts) for m in anna.messages())
        night.expect_nothing_else()
        await night.nothing_waits()
