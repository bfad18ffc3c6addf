"""What a reviewer found about the handover, told as it should have gone."""

import asyncio
import json
import logging
from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
import sqlalchemy as sa

from bot.domain.conversation import Direction, Message
from bot.domain.ids import ConversationId, MessageId, new_id
from bot.domain.people import Role
from bot.ports import Tx
from bot.services import journal
from handlers.slack import interaction, showing
from storage.tables import BackgroundRow, ConversationRow, NoteRow
from tests.acceptance.night import NORRVIK, SODERMARK, Night, Person, a_night, local_time
from tests.acceptance.test_background import writes_background

TEAM = "C0NORRVIK"
BACKGROUND: sa.Table = BackgroundRow.__table__  # type: ignore[attr-defined]
NOTE: sa.Table = NoteRow.__table__  # type: ignore[attr-defined]
CONVERSATION: sa.Table = ConversationRow.__table__  # type: ignore[attr-defined]
WAIT = "Hämtar …"
IN_A_HURRY = 1.2  # seconds; half of what the database takes where it is slow


def spoils(night: Night, table: sa.Table, column: str) -> None:
    """Make what is kept impossible to read, as a lost key would."""
    engine = sa.create_engine(night.sandbox.bot.store.engine.url)  # type: ignore[union-attr]
    with engine.begin() as connection:
        connection.execute(sa.update(table).values({column: b"\0"}))
    engine.dispose()


def is_slow(night: Night, monkeypatch: pytest.MonkeyPatch, seconds: float, *, after: int = 0) -> None:
    """Make the database take its time over each change, but for the first `after` ones."""
    assert night.sandbox.bot is not None
    store = night.sandbox.bot.store
    real, left = store.write, [after]

    async def write(change: Callable[[Tx], Any]) -> Any:
        left[0] -= 1
        if left[0] < 0:
            await asyncio.sleep(seconds)
        return await real(change)

    monkeypatch.setattr(store, "write", write)


def failures(night: Night) -> list[dict[str, Any]]:
    lines = [line.getMessage() for line in night.log_lines if line.levelno >= logging.ERROR]
    return [json.loads(line) for line in lines if "interaction_failed" in line]


async def a_morning(night: Night) -> tuple[Person, Any]:
    """A conversation with a note stands in Tuesday's handover."""
    anna = await night.hires("Anna Ek", NORRVIK)
    night.opens_channels()
    nova, _ = await night.enrols("Nova Berg", "+46701740605", NORRVIK)
    await night.on_beredskap(anna, "2026-11-23 17:00", "2026-11-23 22:00")
    await night.clock_reaches("2026-11-23 18:00")
    await nova.texts("hej")
    await anna.closes(anna.card("Ett sms väntar"), action="next_working_day")
    await night.clock_reaches("2026-11-24 08:01")
    return anna, anna.handover(channel=TEAM)


# --- a modal that waits ---


async def test_what_breaks_while_a_modal_is_drawn_is_said(tmp_path: Path, database_url: str) -> None:
    async with a_night(tmp_path, database_url, "2026-11-23 16:55") as night:
        anna, post = await a_morning(night)
        spoils(night, NOTE, "came_in")
        await anna.presses("meeting", post)
        assert "Något gick fel hos oss" in anna.reads()
        assert WAIT not in anna.reads()
        assert [set(line) for line in failures(night)] == [{"event", "kind", "level", "timestamp"}]


async def test_what_takes_too_long_is_said(tmp_path: Path, database_url: str, monkeypatch: pytest.MonkeyPatch) -> None:
    async with a_night(tmp_path, database_url, "2026-11-23 16:55") as night:
        anna, post = await a_morning(night)
        with monkeypatch.context() as patch:
            patch.setattr(showing, "DRAWN_WITHIN", 0.5)
            is_slow(night, patch, 2)
            await anna.presses("meeting", post)
            assert "Det tar längre tid än vanligt" in anna.reads()
        await anna.closes_modal()
        await anna.presses("meeting", post)
        assert "Mötesläge" in anna.reads()


# --- the background ---


async def picks(night: Night, person: Person, youth_id: str) -> dict[str, Any]:
    home = night.sandbox.slack.workspace.homes[person.user]
    await night.sandbox.slack.click(person.user, action_id="background_pick", view_id=home.id)
    await night.settles()
    await night.sandbox.slack.suggest(person.user, person.modal()["id"], "youth", "youth_choice", "Nova")
    return await person.submits({"youth": {"youth_choice": youth_id}})


async def test_nobody_writes_over_what_they_have_not_seen(tmp_path: Path, database_url: str) -> None:
    async with a_night(tmp_path, database_url, "2026-11-20 15:00") as night:
        anna = await night.hires("Anna Ek", NORRVIK)
        cecilia = await night.hires("Cecilia Ros", NORRVIK)
        night.opens_channels()
        _, youth = await night.enrols("Nova Berg", "+46701740605", NORRVIK)
        for person in (anna, cecilia):
            await person.opens_home()
        await writes_background(night, anna, youth.id)
        await anna.presses_in_modal("edit_background")

        await picks(night, cecilia, youth.id)
        await cecilia.presses_in_modal("edit_background")
        night.secret_words.add("Pappa får inte veta var hon är")
        await cecilia.submits({"watch_for": {"field": "Pappa får inte veta var hon är"}})
        assert "Pappa får inte veta" in cecilia.reads()
        await cecilia.closes_modal()

        done = await anna.submits({"interpreter": {"field": "Dari"}})
        said = done["errors"]["agreements"]
        assert said.startswith("Cecilia Ros skrev en nyare bakgrund 15.00. Läs den först")
        assert "Tryck Spara igen" in said
        await picks(night, cecilia, youth.id)
        assert "Pappa får inte veta" in cecilia.reads()
        await cecilia.closes_modal()

        done = await anna.submits({})  # what she had typed is still there
        assert not done.get("errors"), done
        assert "Dari" in anna.reads()
        assert "Pappa får inte veta" not in anna.reads()
        acts = [row.act for person in (anna, cecilia) for row in night.audited(person)]
        assert acts.count("wrote_background") == 3

        await anna.presses_in_modal("edit_background")  # nobody has written since: nothing is asked
        assert not (await anna.submits({"interpreter": {"field": "Somaliska"}})).get("errors")
        await anna.presses_in_modal("edit_background")
        assert not (await anna.submits({"interpreter": {"field": "Dari"}})).get("errors")
        assert "Dari" in anna.reads()


async def test_the_first_to_be_written_is_not_written_over_either(tmp_path: Path, database_url: str) -> None:
    async with a_night(tmp_path, database_url, "2026-11-20 15:00") as night:
        anna = await night.hires("Anna Ek", NORRVIK)
        cecilia = await night.hires("Cecilia Ros", NORRVIK)
        night.opens_channels()
        _, youth = await night.enrols("Nova Berg", "+46701740605", NORRVIK)
        for person in (anna, cecilia):
            await person.opens_home()
        await picks(night, anna, youth.id)
        await anna.presses_in_modal("edit_background")
        await writes_background(night, cecilia, youth.id)
        done = await anna.submits({"agreements": {"field": "Mormor"}})
        assert "Cecilia Ros skrev en nyare bakgrund" in done["errors"]["agreements"]


async def test_a_slow_database_and_the_background(
    tmp_path: Path, database_url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Slack gets its answer in time; the same press again goes through, and nothing typed is lost."""
    async with a_night(tmp_path, database_url, "2026-11-20 15:00") as night:
        anna = await night.hires("Anna Ek", NORRVIK)
        night.opens_channels()
        _, youth = await night.enrols("Nova Berg", "+46701740605", NORRVIK)
        await anna.opens_home()
        with monkeypatch.context() as patch:
            patch.setattr(interaction, "ACK_WITHIN", IN_A_HURRY)
            is_slow(night, patch, 2, after=1)  # the names are found
            done = await picks(night, anna, youth.id)
            assert "Det tar längre tid än vanligt" in done["errors"]["youth"]
        done = await anna.submits({"youth": {"youth_choice": youth.id}})
        assert not done.get("errors"), done
        await anna.presses_in_modal("edit_background")
        words = {"agreements": {"field": "Sover hos mormor"}, "review_on": {"date": "2026-12-01"}}
        with monkeypatch.context() as patch:
            patch.setattr(interaction, "ACK_WITHIN", IN_A_HURRY)
            is_slow(night, patch, 2)
            done = await anna.submits(words)
            assert "Det tar längre tid än vanligt" in done["errors"]["agreements"]
        with monkeypatch.context() as patch:
            patch.setattr(interaction, "ACK_WITHIN", IN_A_HURRY)
            is_slow(night, patch, 2, after=1)  # it is kept, and cannot be read in time
            done = await anna.submits({})
            assert not done.get("errors"), done
            assert "Bakgrunden är sparad" in anna.reads()
        await anna.closes_modal()
        await picks(night, anna, youth.id)
        assert "Sover hos mormor" in anna.reads()


async def test_a_background_that_cannot_be_read(tmp_path: Path, database_url: str) -> None:
    """It is said above the page, which stays; in its place once the trigger has died."""
    async with a_night(tmp_path, database_url, "2026-11-20 15:00") as night:
        anna = await night.hires("Anna Ek", NORRVIK)
        night.opens_channels()
        _, youth = await night.enrols("Nova Berg", "+46701740605", NORRVIK)
        await anna.opens_home()
        await writes_background(night, anna, youth.id)
        spoils(night, BACKGROUND, "agreements")
        await anna.presses_in_modal("edit_background")
        assert "Något gick fel hos oss" in anna.reads()
        await anna.closes_modal()
        assert "Ring mormor först" in anna.reads()

        faults = night.sandbox.slack.faults
        faults.set("slack", "error")
        faults.methods = frozenset({"views.push"})
        await anna.presses_in_modal("edit_background")
        faults.clear()
        assert "Något gick fel hos oss" in anna.reads()
        assert len(anna.modals()) == 1
        assert [set(line) for line in failures(night)] == [{"event", "kind", "level", "timestamp"}] * 2
        await anna.closes_modal()
        await picks(night, anna, youth.id)
        assert "Något gick fel hos oss" in anna.reads()


# --- who looked back at whom ---


async def test_to_look_back_at_one_youth_is_logged_with_whom(tmp_path: Path, database_url: str) -> None:
    async with a_night(tmp_path, database_url, "2026-11-20 15:00") as night:
        anna = await night.hires("Anna Ek", NORRVIK)
        night.opens_channels()
        _, youth = await night.enrols("Nova Berg", "+46701740605", NORRVIK)
        await anna.commands("logg")
        assert [(r.act, r.subject) for r in night.audited(anna)] == [("see_handover", "namnd:norrvik")]
        block = next(b["block_id"] for b in anna.modal()["blocks"] if b["block_id"].startswith("log:"))
        await night.sandbox.slack.suggest(anna.user, anna.modal()["id"], block, "log_youth", "Nova")
        await anna.presses_in_modal("log_youth", selected=youth.id)
        assert "Nova Berg" in str(anna.modal()["blocks"])
        found = [(r.act, r.subject, r.ground, r.is_allowed) for r in night.audited(anna)]
        assert found[-1] == ("see_handover", f"youth:{youth.id}", "home_namnd", True)


async def test_another_namnd_is_not_answered_with_ones_own(tmp_path: Path, database_url: str) -> None:
    async with a_night(tmp_path, database_url, "2026-11-20 15:00") as night:
        bo = await night.hires("Bo Lind", SODERMARK)
        lena = await night.hires("Lena Holm", NORRVIK, Role.LEADER)
        night.opens_channels()
        _, youth = await night.enrols("Nova Berg", "+46701740605", NORRVIK)

        def last(person: Person) -> tuple[str, str, bool]:
            row = night.audited(person)[-1]
            return row.act, row.subject, row.is_allowed

        shown = await night.forges(bo, "log_clear", "", json.dumps({"n": "norrvik"}))
        assert "nämndens egna" in shown
        assert last(bo) == ("see_handover", "namnd:norrvik", False)
        await night.forges(bo, "log_clear", "", json.dumps({"n": "sodermark"}))
        assert last(bo) == ("see_handover", "namnd:sodermark", True)
        forged = json.dumps({"n": "sodermark", "y": youth.id})
        shown = await night.forges(bo, "log_older", "0", forged)
        assert "Nova" not in shown
        assert last(bo) == ("see_handover", f"youth:{youth.id}", False)
        shown = await night.forges(lena, "log_older", "0", json.dumps({"n": "norrvik", "y": youth.id}))
        assert "Nova" not in shown  # a leader sees codes, not names
        assert last(lena) == ("enrol", f"youth:{youth.id}", False)
        for odd in ({"n": "Nova Berg"}, {"n": "sodermark", "y": "x"}):
            assert "finns inte" in await night.forges(bo, "log_older", "0", json.dumps(odd))
        assert "Nova" not in str(night.audited(bo))


# --- the record ---


@pytest.mark.parametrize(("count", "is_cut"), [(11, False), (12, True)])
async def test_a_journal_that_is_cut_says_so(
    tmp_path: Path, database_url: str, monkeypatch: pytest.MonkeyPatch, count: int, is_cut: bool
) -> None:
    monkeypatch.setattr(journal, "MOST_LINES", 12)
    async with a_night(tmp_path, database_url, "2026-11-23 16:55") as night:
        anna, _ = await a_morning(night)
        held = night.rows(sa.select(CONVERSATION.c.id))[0][0]

        def fill(tx: Tx) -> None:
            found = tx.conversations.lock(ConversationId(held))
            assert found is not None
            for n in range(1, count):
                at = local_time("2026-11-23 19:00") + timedelta(seconds=n)
                said = Message(MessageId(new_id()), found.id, found.last_seq + n, Direction.IN, f"<{n}>", at)
                tx.messages.add(said, source=f"x{n}")
            tx.conversations.save(replace(found, last_seq=found.last_seq + count - 1))

        await night.writes(fill)
        await anna.presses("meeting", anna.handover(channel=TEAM))
        await anna.presses_in_modal("journal")
        assert f"<{10}>" in anna.reads()
        assert ("bara de 12 första" in anna.reads()) is is_cut
        assert ("Läs och svara" in anna.reads()) is is_cut
        assert ("Sms i sin helhet" in anna.reads()) is not is_cut
