"""Somebody calls our number: whoever has the duty is rung, voicemail is no answer, and nobody's number is shown."""

from pathlib import Path

from tests.acceptance.night import NUMBER
from tests.escalation.evening import ANNAS, BOS, NOVAS
from tests.voice.calling import SCREEN, an_evening_of_calls


async def test_whoever_has_the_duty_takes_the_call(tmp_path: Path, database_url: str) -> None:
    async with an_evening_of_calls(tmp_path, database_url) as calling:
        night = calling.cast.night
        sid = await calling.calls_us()
        assert calling.ringing() == [ANNAS]
        assert calling.of(ANNAS)["with"] == NUMBER
        assert calling.of(NOVAS)["with"] == NUMBER
        await calling.cast.answers(ANNAS, "1")
        assert calling.of(ANNAS)["says"].startswith(SCREEN)
        assert (calling.of(ANNAS)["bridged"], calling.of(NOVAS)["bridged"]) == (True, True)
        [row] = calling.rows()
        assert (row.state, row.staff_id) == ("taken", calling.cast.anna.staff.id)
        await night.minutes_pass(6)
        await calling.hangs_up(sid)
        [row] = calling.rows()
        assert row.state == "ended"
        assert row.ended_at > row.taken_at
        assert calling.ringing() == []
        assert len(calling.cast.calls(BOS)) == 0
        assert night.phone(NOVAS).inbox() == []
        calling.cast.expect_what_was_said()
        night.expect_nothing_else()
        await night.nothing_waits()


async def test_a_call_that_meets_voicemail(tmp_path: Path, database_url: str) -> None:
    """Anna's voicemail answers and presses nothing; Bo does not hear it; Nova is told where to turn, and is seen."""
    async with an_evening_of_calls(tmp_path, database_url) as calling:
        night = calling.cast.night
        await calling.calls_us()
        await calling.cast.answers(ANNAS)
        assert not calling.of(ANNAS)["bridged"]
        assert calling.ringing() == [BOS]
        await calling.rings_out()
        assert calling.of(BOS)["status"] == "no-answer"
        heard = calling.of(NOVAS)["says"]
        assert "Ingen kunde svara" in heard
        assert "1 1 2" in heard
        assert calling.of(NOVAS)["status"] == "completed"
        assert [row.state for row in calling.rows()] == ["missed"]
        assert [row.state for row in calling.cast.escalations()] == ["running"]
        night.phone(NOVAS).receives("Vi ser att du har ringt oss")
        assert "Missat samtal" in calling.card(calling.cast.anna.dm)
        await calling.cast.goes_on()
        assert calling.cast.times()[0] == 1
        calling.cast.expect_what_was_said()
        night.expect_nothing_else()


async def test_the_backup_takes_it_and_has_the_conversation(tmp_path: Path, database_url: str) -> None:
    async with an_evening_of_calls(tmp_path, database_url) as calling:
        night, bo = calling.cast.night, calling.cast.bo
        sid = await calling.calls_us()
        await calling.declines(ANNAS)
        await calling.cast.answers(BOS, "1")
        await night.minutes_pass(2)
        await calling.hangs_up(sid)
        [row] = calling.rows()
        assert (row.state, row.staff_id) == ("ended", bo.staff.id)
        assert calling.legs() == [(0, "busy"), (1, "over")]
        assert f"Telefonsamtal 18.00\u201318.02, taget av <@{bo.user}>" in calling.card(bo.dm)
        await bo.opens()
        assert "taget av Bo Lind" in bo.reads()
        assert night.audit("take_call") == [(bo.staff.id, "home_namnd", True)]
        assert calling.cast.escalations() == []
        calling.cast.expect_what_was_said()
        night.expect_nothing_else()


async def test_whoever_hangs_up_first_is_seen_all_the_same(tmp_path: Path, database_url: str) -> None:
    """Nova hangs up while Anna's phone rings. Her phone falls silent, Bo is not rung, and the call waits as a text."""
    async with an_evening_of_calls(tmp_path, database_url) as calling:
        sid = await calling.calls_us()
        await calling.hangs_up(sid)
        assert calling.of(ANNAS)["status"] == "canceled"
        assert calling.ringing() == []
        assert [row.state for row in calling.rows()] == ["missed"]
        card = calling.card(calling.cast.anna.dm)
        assert "Ett missat samtal väntar på svar* sedan 18.00." in card
        assert "sms" not in card
        calling.cast.night.phone(NOVAS).receives("Vi ser att du har ringt oss")
        await calling.cast.anna.opens()
        assert "ringde 18.00. Ingen tog samtalet." in calling.cast.anna.reads()
        calling.cast.expect_what_was_said()
        calling.cast.night.expect_nothing_else()


async def test_a_missed_call_and_a_text_are_counted_apart(tmp_path: Path, sqlite_database_url: str) -> None:
    async with an_evening_of_calls(tmp_path, sqlite_database_url) as calling:
        await calling.cast.nova.texts("hallå där inne")
        sid = await calling.calls_us()
        await calling.hangs_up(sid)
        card = calling.card(calling.cast.anna.dm)
        assert "Ett sms väntar på svar" in card
        assert "Missat samtal" in card
        pings = [said.words for said in calling.cast.night.messages(calling.cast.anna.dm) if said.thread_ts]
        assert not any("Nytt sms" in words for words in pings)


async def test_a_call_that_is_taken_acknowledges_the_text_that_waited(tmp_path: Path, database_url: str) -> None:
    async with an_evening_of_calls(tmp_path, database_url) as calling:
        await calling.cast.nova.texts("jag ringer nu")
        assert [row.state for row in calling.cast.escalations()] == ["running"]
        await calling.calls_us()
        await calling.cast.answers(ANNAS, "1")
        assert [row.state for row in calling.cast.escalations()] == ["acknowledged"]
        assert f"<@{calling.cast.anna.user}> har tagit det" in calling.card(calling.cast.anna.dm)
