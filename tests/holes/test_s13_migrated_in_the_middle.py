"""Section 13, last line: "migration with rows in every state" (facts: storage)."""

from pathlib import Path

import sqlalchemy as sa

from storage.migrate import head, migrate
from tests.acceptance.night import a_night
from tests.holes.given import (
    ANSWER,
    EVENING,
    INBOX,
    OUTBOX,
    a_question,
    all_is_known,
    carrier_fails,
    lease_lapses,
    outbox,
)
from tests.storage.test_migrations import run

BEFORE = "0003"  # the revision that the running version of yesterday knew


async def test_every_row_is_done_once_afterwards(tmp_path: Path, database_url: str) -> None:
    """Four answers: sent, waiting, uncertain and in the middle of leaving, and a text not yet digested. The schema is
    taken back to yesterday's and brought forward again under them.
    """
    async with a_night(tmp_path, database_url, EVENING) as night:
        anna, nova = await a_question(night)
        liam, elis = night.phone("+46701740606"), night.phone("+46701740607")
        await anna.replies("den här har kommit fram")
        nova.receives("den här har kommit fram")
        for phone, how, words in ((liam, "limited", "den här väntar"), (elis, "lost_answer", "den här är osäker")):
            await phone.texts("hej där")
            phone.receives("Vi känner inte igen numret")
            carrier_fails(night, how, calls=1)
            await anna.replies(words, card=anna.cards()[-1])
        night.sandbox.carrier.faults.set("callback_order", "normal")
        await anna.replies(ANSWER, card=anna.cards()[0])
        nova.receives(ANSWER, times=1)
        await nova.texts("hallå igen")
        await night.sandbox.stop_bot()

        last = outbox(night, "sms")[-1].id
        await night.executes(sa.update(OUTBOX).where(OUTBOX.c.id == last).values(state="sending", settled_at=None))
        await lease_lapses(night)
        newest = sa.select(sa.func.max(INBOX.c.id)).where(INBOX.c.provider == "twilio").scalar_subquery()
        await night.executes(sa.update(INBOX).where(INBOX.c.id == newest).values(state="waiting", done_at=None))
        before = {row.id: row.state for row in outbox(night, "sms")}
        run(database_url, BEFORE, back=True)
        assert migrate(database_url) == head()
        assert {row.id: row.state for row in outbox(night, "sms")} == before
        assert set(before.values()) >= {"sent", "sending"}

        await night.sandbox.start_bot()
        await all_is_known(night)
        for phone, words in ((nova, ANSWER), (liam, "den här väntar"), (elis, "den här är osäker")):
            phone.receives(words, times=1)
        assert {row.state for row in outbox(night, "sms")} == {"sent"}
        assert not night.rows(sa.select(INBOX.c.id).where(INBOX.c.state != "done"))
        night.expected.update((m.channel, m.ts) for m in anna.messages())
        night.expect_nothing_else()
        await night.nothing_waits()
