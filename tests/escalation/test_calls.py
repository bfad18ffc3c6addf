"""Calls: the door checks who calls, reports come in any order, and a call that may have been made is made or found."""

from pathlib import Path

import pytest
import sqlalchemy as sa
from aiohttp import ClientSession

from bot.domain.escalation import StepState
from bot.services.escalation.steps import settle
from bot.services.look_for_uncertain import look_for_uncertain
from storage.tables import OutboxRow
from tests.escalation.evening import ANNAS, Cast, an_evening

SAID = "kan nån svara, jag är rädd"
OUTBOX: sa.Table = OutboxRow.__table__  # type: ignore[attr-defined]


async def a_call(cast: Cast) -> str:
    """Let Anna sleep until her phone rings; return the id of the call."""
    await cast.nova.texts(SAID)
    await cast.goes_on(times=2)
    return str(cast.calls(ANNAS)[0]["sid"])


def call_steps(cast: Cast) -> list[str]:
    return [row.state for row in cast.steps() if row.how == "call"]


@pytest.mark.parametrize("order", ["normal", "reversed", "doubled"])
async def test_reports_in_any_order(tmp_path: Path, sqlite_database_url: str, order: str) -> None:
    """A late and older report does not make a call ring again that is over."""
    async with an_evening(tmp_path, sqlite_database_url) as cast:
        cast.night.sandbox.carrier.faults.set("callback_order", order)
        sid = await a_call(cast)
        assert call_steps(cast) == ["ringing"]
        board = cast.night.sandbox.carrier.board
        await board.decline(sid)
        await board.report(sid, "ringing", 1)
        await cast.night.settles()
        assert call_steps(cast) == ["unanswered"]
        [call] = [row for row in cast.steps() if row.how == "call"]
        assert (call.provider_id, call.receipt_at is not None) == (sid, True)


async def test_a_key_counts_whenever_it_comes(tmp_path: Path, database_url: str) -> None:
    """The reports on the end of the call are stored before what was pressed in it."""
    async with an_evening(tmp_path, database_url) as cast:
        sid = await a_call(cast)
        [step] = [row for row in cast.steps() if row.how == "call"]
        bot = cast.night.sandbox.bot
        assert bot is not None
        await cast.night.writes(lambda tx: settle(tx, bot.ctx, step.id, StepState.UNANSWERED, sequence=9))
        await cast.night.sandbox.carrier.board.answer(sid, "1")
        await cast.night.settles()
        assert call_steps(cast) == ["pressed"]
        assert [row.state for row in cast.escalations()] == ["acknowledged"]


async def test_nobody_can_press_a_key_without_a_signature(tmp_path: Path, sqlite_database_url: str) -> None:
    async with an_evening(tmp_path, sqlite_database_url) as cast:
        sid = await a_call(cast)
        [step] = [row for row in cast.steps() if row.how == "call"]
        url = f"{cast.night.sandbox.bot_url}/twilio/voice/gather?s={step.id}"
        async with ClientSession() as session:
            answer = await session.post(url, data={"CallSid": sid, "Digits": "1"})
            assert answer.status == 403
            forged = {"X-Twilio-Signature": "bm9wZQ=="}
            assert (await session.post(url, data={"CallSid": sid, "Digits": "1"}, headers=forged)).status == 403
        await cast.night.settles()
        assert [row.state for row in cast.escalations()] == ["running"]


@pytest.mark.parametrize("fault", ["lost_answer", "late_error"])
async def test_a_call_that_was_made_is_found(tmp_path: Path, sqlite_database_url: str, fault: str) -> None:
    """The provider rang and its yes was lost: the list, or the first report, tells that it did."""
    async with an_evening(tmp_path, sqlite_database_url) as cast:
        await cast.nova.texts(SAID)
        await cast.goes_on()
        cast.night.sandbox.carrier.faults.set("carrier", fault)
        cast.night.sandbox.carrier.faults.remaining = 1
        await cast.goes_on()
        await _hurried(cast)
        assert len(cast.calls(ANNAS)) == 1
        rows = cast.night.rows(sa.select(OUTBOX).where(OUTBOX.c.kind == "call"))
        assert [row.state for row in rows] == ["sent"]


async def test_a_call_that_was_not_made_is_made(tmp_path: Path, sqlite_database_url: str) -> None:
    async with an_evening(tmp_path, sqlite_database_url) as cast:
        await cast.nova.texts(SAID)
        await cast.goes_on()
        cast.night.sandbox.carrier.faults.set("carrier", "error")
        cast.night.sandbox.carrier.faults.remaining = 1
        await cast.goes_on()
        assert cast.calls(ANNAS) == []
        await _hurried(cast)
        assert [call["status"] for call in cast.calls(ANNAS)] == ["ringing"]


async def test_a_phone_that_cannot_be_rung_is_texted(tmp_path: Path, sqlite_database_url: str) -> None:
    """What must not wait has calls alone in its first round: an sms must take the place of a call that is refused."""
    async with an_evening(tmp_path, sqlite_database_url) as cast:
        cast.night.sandbox.carrier.board.not_to_be_called.add(ANNAS)
        await cast.nova.texts("hjälp mig")
        await cast.goes_on()
        assert cast.times() == (1, 0, 0, 0, 0, 0)
        await cast.texts_one(ANNAS)
        assert [row.state for row in cast.escalations()] == ["acknowledged"]


async def test_an_outage_is_not_three_rounds_at_once(tmp_path: Path, sqlite_database_url: str) -> None:
    async with an_evening(tmp_path, sqlite_database_url) as cast:
        cast.night.sandbox.carrier.faults.set("carrier", "limited")
        await cast.nova.texts(SAID)
        await cast.reaches("18:55")
        assert cast.times() == (0, 0, 0, 0, 0, 0)
        cast.night.sandbox.carrier.faults.set("carrier", "ok")
        await _hurried(cast)
        assert cast.times() == (1, 1, 1, 1, 1, 1)


async def test_nobody_is_rung_who_has_it_by_then(tmp_path: Path, sqlite_database_url: str) -> None:
    """The carrier is away when the call falls due, and back when Anna has opened the text."""
    async with an_evening(tmp_path, sqlite_database_url) as cast:
        await cast.nova.texts(SAID)
        await cast.goes_on()
        cast.night.sandbox.carrier.faults.set("carrier", "limited")
        await cast.goes_on()
        assert cast.calls(ANNAS) == []
        await cast.anna.opens()
        cast.night.sandbox.carrier.faults.set("carrier", "ok")
        await _hurried(cast)
        assert cast.calls(ANNAS) == []
        assert call_steps(cast) == ["dropped"]


async def _hurried(cast: Cast) -> None:
    """Let what waits for the machine's time be done at once."""
    bot = cast.night.sandbox.bot
    assert bot is not None
    for _ in range(3):
        waits = OUTBOX.c.state.in_(("due", "uncertain"))
        soon = sa.update(OUTBOX).where(waits).values(next_at=cast.night.sandbox.clock.wire_now())
        await cast.night.executes(soon)
        await look_for_uncertain(ctx=bot.ctx)
        bot.worker.wake()
        await cast.night.settles()
