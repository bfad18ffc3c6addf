"""Calls whose end was never told, restarts, what the handover says of a call, and the working time that it was."""

from datetime import timedelta
from pathlib import Path

import pytest
import sqlalchemy as sa

from storage.tables import ActiveTimeRow
from tests.escalation.evening import ANNAS, BOS, NOVAS
from tests.voice.calling import an_evening_of_calls

ACTIVE: sa.Table = ActiveTimeRow.__table__  # type: ignore[attr-defined]


async def test_a_call_whose_end_is_never_told_is_missed(tmp_path: Path, database_url: str) -> None:
    """The bot is restarted while Anna's phone rings, and the carrier tells it nothing more."""
    async with an_evening_of_calls(tmp_path, database_url) as calling:
        night = calling.cast.night
        sid = await calling.calls_us()
        await night.sandbox.stop_bot()
        await calling.board.hang_up(sid)
        await night.sandbox.start_bot()
        night.sandbox.carrier.notes.clear()
        assert [row.state for row in calling.rows()] == ["ringing"]
        await night.minutes_pass(4)
        assert [row.state for row in calling.rows()] == ["missed"]
        assert "Missat samtal" in calling.card(calling.cast.anna.dm)


async def test_a_call_that_was_taken_and_never_ended_ends_unknown(tmp_path: Path, sqlite_database_url: str) -> None:
    async with an_evening_of_calls(tmp_path, sqlite_database_url) as calling:
        night = calling.cast.night
        sid = await calling.calls_us()
        await calling.cast.answers(ANNAS, "1")
        await night.sandbox.stop_bot()
        await calling.board.hang_up(sid)
        await night.sandbox.start_bot()
        await night.minutes_pass(60 * 5 + 1)
        [row] = calling.rows()
        assert (row.state, row.ended_at) == ("ended", None)
        assert "när det slutade är inte känt" in calling.card(calling.cast.anna.dm)


async def test_a_database_that_is_busy_still_lets_the_caller_hear_something(
    tmp_path: Path, sqlite_database_url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """It is stored and cannot be decided: Nova hears so, and the inbox makes a missed call of it."""
    async with an_evening_of_calls(tmp_path, sqlite_database_url) as calling:
        monkeypatch.setattr("handlers.phone_calls.DECIDED_WITHIN", 0.0)
        calling.cast.night.expected_errors.add("call_not_decided")
        await calling.calls_us()
        heard = calling.of(NOVAS)["says"]
        assert "Något är fel hos oss" in heard
        assert "1 1 2" in heard
        assert [row.state for row in calling.rows()] == ["missed"]
        assert calling.ringing() == []


async def test_old_and_doubled_reports_change_nothing(tmp_path: Path, database_url: str) -> None:
    async with an_evening_of_calls(tmp_path, database_url) as calling:
        night = calling.cast.night
        night.sandbox.carrier.faults.set("callback_order", "doubled")
        await calling.calls_us()
        leg = calling.of(ANNAS)["sid"]
        await calling.cast.answers(ANNAS, "1")
        for status, sequence in (("ringing", 1), ("canceled", 0), ("queued", 0)):
            await calling.board.report(leg, status, sequence)
        await night.settles()
        assert [row.state for row in calling.rows()] == ["taken"]
        assert calling.legs() == [(0, "pressed"), (1, "due")]


async def test_the_handover_and_the_record_say_who_took_the_call(tmp_path: Path, database_url: str) -> None:
    async with an_evening_of_calls(tmp_path, database_url) as calling:
        night, anna = calling.cast.night, calling.cast.anna
        sid = await calling.calls_us()
        await calling.cast.answers(ANNAS, "1")
        await night.minutes_pass(12)
        await calling.hangs_up(sid)
        await anna.closes(None, "Nova ringde")
        await night.clock_reaches("2026-11-23 08:05")
        post = anna.handover("Överlämning måndag", channel="C0NORRVIK")
        row = post.words
        assert f"telefonsamtal fre 20/11 18.00\u201318.12, taget av <@{anna.user}>" in row
        assert "ringde" in row
        assert "Nova" not in row
        await anna.presses("meeting", post)
        await anna.presses_in_modal("journal")
        assert "Telefonsamtal 2026-11-20 kl. 18.00\u201318.12, taget av Anna Ek." in anna.reads()


async def test_a_long_call_is_working_time_from_end_to_end(tmp_path: Path, sqlite_database_url: str) -> None:
    recorded = "\n[rest]\nrecord_active_time = true\n"
    async with an_evening_of_calls(tmp_path, sqlite_database_url, settings=recorded) as calling:
        sid = await calling.calls_us()
        await calling.cast.answers(ANNAS, "1")
        await calling.cast.night.minutes_pass(40)
        await calling.hangs_up(sid)
        [row] = calling.cast.night.rows(sa.select(ACTIVE))
        assert (row.staff_id, row.source) == (calling.cast.anna.staff.id, "answer")
        assert timedelta(minutes=40) <= row.ended_at - row.started_at <= timedelta(minutes=42)


async def test_two_calls_at_once_are_two_calls(tmp_path: Path, database_url: str) -> None:
    """Somebody else calls while Anna speaks: her phone is busy, and Bo takes it."""
    async with an_evening_of_calls(tmp_path, database_url) as calling:
        await calling.calls_us()
        await calling.cast.answers(ANNAS, "1")
        await calling.calls_us("+46701740640")
        await calling.declines(ANNAS)
        await calling.cast.answers(BOS, "1")
        taken = {row.staff_id: row.state for row in calling.rows()}
        assert taken == {calling.cast.anna.staff.id: "taken", calling.cast.bo.staff.id: "taken"}
