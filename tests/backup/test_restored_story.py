"""A restored copy starts: what its original has sent since is not sent again, and nothing that came in is lost."""

from pathlib import Path

import pytest
import sqlalchemy as sa

from bot.services.look_for_uncertain import look_for_uncertain
from storage.backup import IsCopy
from storage.tables import OutboxRow
from tests.acceptance.night import CHANNELS, NORRVIK, Night, Said, a_night
from tests.acceptance.test_carrier_faults import ANSWER, a_question, fails, has_arrived, until
from tests.backup.given import backs_up, is_merely_put_there, loses_its_database, restores

TABLE: sa.Table = OutboxRow.__table__  # type: ignore[attr-defined]


async def looks(night: Night) -> None:
    """Run every tick that might send something, and look for what may have been sent."""
    assert night.sandbox.bot is not None
    await night.sandbox.bot.ticker.run_due()
    await look_for_uncertain(ctx=night.sandbox.bot.ctx)
    await night.settles()


async def test_what_the_original_has_sent_is_not_sent_again(tmp_path: Path, database_url: str) -> None:
    async with a_night(tmp_path, database_url, "2026-11-20 18:00") as night:
        anna, nova = await a_question(night)
        liam, _ = await night.enrols("Liam Ask", "+46701740606", NORRVIK)
        fails(night, "limited")
        await anna.replies(ANSWER)
        backup = backs_up(night, tmp_path / "copy")  # the answer waits in it

        fails(night, "ok")
        await until(night, has_arrived(nova))
        nova.receives(ANSWER, times=1)
        await liam.texts("hinner du prata")
        liam.receives("tystnadsplikt", times=1)
        await night.minutes_pass(2)

        held = await restores(night, backup)
        assert held.looked_for >= 1
        await night.reconciles()
        await until(night, lambda: not waiting(night))
        await looks(night)

        nova.receives(ANSWER, times=1)
        liam.receives("tystnadsplikt", times=1)
        assert (nova.unexpected(), liam.unexpected()) == ([], [])
        assert "hinner du prata" in await anna.opens(newest_card(night, anna.dm))  # nothing that came in is lost
        await anna.closes_modal()


def waiting(night: Night) -> bool:
    return bool(night.rows(sa.select(TABLE.c.id).where(TABLE.c.state.in_(("uncertain", "due", "sending")))))


def newest_card(night: Night, channel: str) -> Said:
    return [said for said in night.messages(channel) if said.is_card and not said.deleted][-1]


async def test_an_answer_that_never_left_is_its_authors_to_send(tmp_path: Path, database_url: str) -> None:
    async with a_night(tmp_path, database_url, "2026-11-20 18:00") as night:
        anna, nova = await a_question(night)
        fails(night, "limited")
        await anna.replies(ANSWER)
        backup = backs_up(night, tmp_path / "copy")
        await loses_its_database(night)
        fails(night, "ok")

        await restores(night, backup)
        await until(night, lambda: not waiting(night))
        await looks(night)

        assert nova.unexpected() == []
        assert night.rows(sa.select(TABLE.c.last_error).where(TABLE.c.kind == "sms", TABLE.c.state == "failed"))
        anna.is_told("Osäkert om sms:et från 18.00 gick iväg", times=1)


async def test_the_handover_is_not_posted_again(tmp_path: Path, database_url: str) -> None:
    async with a_night(tmp_path, database_url, "2026-11-20 18:00") as night:
        anna, _ = await a_question(night)
        await anna.replies("Jag ringer nu")
        await night.clock_reaches("2026-11-22 12:00")
        backup = backs_up(night, tmp_path / "copy")
        await night.clock_reaches("2026-11-23 09:00")
        assert handovers(night) == 1

        await restores(night, backup)
        await looks(night)
        assert handovers(night) == 1
        await night.clock_reaches("2026-11-24 09:00")  # the next one comes
        assert handovers(night) == 2


def handovers(night: Night) -> int:
    return sum(said.is_handover and not said.deleted for said in night.messages(CHANNELS[NORRVIK]))


async def test_a_copy_that_is_merely_put_there_is_not_served(tmp_path: Path, database_url: str) -> None:
    async with a_night(tmp_path, database_url, "2026-11-20 18:00") as night:
        await a_question(night)
        backup = backs_up(night, tmp_path / "copy")
        await is_merely_put_there(night, backup)

        with pytest.raises(IsCopy, match="restore --in-place"):
            await night.sandbox.start_bot()


async def test_new_rows_never_bear_the_id_of_one_that_the_original_has_sent(tmp_path: Path, database_url: str) -> None:
    async with a_night(tmp_path, database_url, "2026-11-20 18:00") as night:
        _, nova = await a_question(night)
        backup = backs_up(night, tmp_path / "copy")
        await nova.texts("är du kvar")
        used = max(row.id for row in night.rows(sa.select(TABLE.c.id)))

        await restores(night, backup)
        await nova.texts("hallå")
        newest = max(row.id for row in night.rows(sa.select(TABLE.c.id).where(TABLE.c.state != "dropped")))
        assert newest > used + 1000


async def test_what_was_typed_before_is_not_sent_by_itself(tmp_path: Path, database_url: str) -> None:
    """Slack tells the copy of an answer that was typed before: the original may have sent it, so its author decides."""
    async with a_night(tmp_path, database_url, "2026-11-20 18:00", norrvik="inline", sodermark="inline") as night:
        anna, nova = await a_question(night)
        card = anna.card()
        typed_at = night.sandbox.slack.workspace.new_ts()
        await night.minutes_pass(5)
        await restores(night, backs_up(night, tmp_path / "copy"))

        said = {"type": "message", "user": anna.user, "text": ANSWER, "ts": typed_at, "thread_ts": card.ts}
        night.sandbox.slack.events.emit({**said, "channel": anna.dm, "channel_type": "im"}, name="message.im")
        await night.settles()

        assert nova.unexpected() == []
        anna.is_told("sparat men inte skickat")
