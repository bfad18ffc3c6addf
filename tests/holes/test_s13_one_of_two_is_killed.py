"""Section 13, last lines: "Two instances plus kill -9 ... After restart: one post per inbound, one SMS per reply, or
*uncertain* with a human" (facts: storage). One representative case; every line is in tests/process/test_crash_*.py.
"""

from pathlib import Path

from tests.acceptance.night import a_night
from tests.holes.given import (
    AUTOMATIC,
    EVENING,
    a_process,
    all_is_known,
    another_instance,
    comes,
    duty,
    inbox,
    lease_lapses,
    outbox,
)

TEXTS = 12


async def test_killed_in_the_middle_of_a_burst(tmp_path: Path, postgres_database_url: str) -> None:
    """One is at the door and is killed as soon as the last text has its 200; the other goes on with what it left."""
    async with a_night(tmp_path, postgres_database_url, EVENING) as night:
        anna, nova = await duty(night)
        liam = night.phone("+46701740606")
        async with a_process(night) as child:
            for number in range(TEXTS):
                await (nova if number % 2 else liam).texts(f"text {number:02}", settle=False)
            assert night.sandbox.carrier.notes == []
            async with another_instance(night):
                child.kill()
                await child.wait()
                await comes(lambda: all(row.state == "done" for row in inbox(night)))
        await lease_lapses(night)
        await night.sandbox.start_bot()
        await all_is_known(night)

        assert len(inbox(night)) == TEXTS
        for words in ("Ungdom, Norrvik", "Okänt nummer"):
            shown = [card for card in anna.cards() if words in card.words]
            assert shown, words
            # Killed before its post had arrived, the first of them is not there, and the other is marked.
            assert sum("upprepning" not in card.words for card in shown) <= 1
            assert f"{TEXTS // 2} sms väntar" in anna.cards()[-1].words
        sent = {row.state: row for row in outbox(night, "sms")}
        assert set(sent) <= {"sent", "failed"}  # failed: we looked, did not find it, and say so
        assert len(outbox(night, "sms")) == 2
        for phone, words in ((nova, AUTOMATIC), (liam, "Vi känner inte igen numret")):
            assert sum(words in m["body"] for m in phone.inbox()) <= 1
        await anna.opens(next(card for card in anna.cards() if "Ungdom" in card.words))
        assert [n for n in range(TEXTS) if f"text {n:02}" in anna.reads()] == list(range(1, TEXTS, 2))
