"""An evening on which everything fails, every library at DEBUG: no name or word in log, metrics or answer."""

import json
import sqlite3
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
import sqlalchemy as sa
from aiohttp import web

from handlers import inbox_rows
from tests.acceptance.night import NORRVIK, Night, Person, Phone, a_night, everything_heard
from tests.edge.asking import ask
from tests.http.doors import Doors, form, locked, slack_headers

NAME, NUMBER = "Nova Lövgren", "+46701740605"
SAID, ANSWERED, NOTED = "han står utanför dörren igen", "jag ringer polisen åt dig", "mamman får inte veta"
SECRETS = (
    NAME,
    "Lövgren",
    "L\\u00f6vgren",
    NUMBER,
    "701740605",
    "70-174 06 05",
    SAID,
    "utanför",
    ANSWERED,
    "polisen åt",
    NOTED,
)


@dataclass
class Evening:
    night: Night
    anna: Person
    nova: Phone

    async def goes_on(self, *, is_answered: bool = True) -> None:
        """A text comes in, is answered or at least looked at, and one more comes."""
        night = self.night
        await self.nova.texts(SAID)
        await night.minutes_pass(1)
        if is_answered:
            await self.anna.replies(ANSWERED)
        else:
            await self.anna.presses("open")
        await self.nova.texts(f"{SAID} nu", settle=False)
        await night.settles()

    async def tells_nothing(self) -> None:
        doors = Doors(self.night)
        shown = [doors.log(), (await doors.get("/metrics")).text, (await doors.get("/readyz")).text]
        assert '"library"' in shown[0]  # they were heard
        for text in shown:
            for secret in SECRETS:
                assert secret not in text


@asynccontextmanager
async def an_evening(folder: Path, database_url: str) -> AsyncIterator[Evening]:
    with everything_heard():
        async with a_night(folder, database_url, "2026-11-20 18:00") as night:
            anna = await night.hires("Anna Ek", NORRVIK)
            night.opens_channels()
            nova, _ = await night.enrols(NAME, NUMBER, NORRVIK)
            await night.on_beredskap(anna, "2026-11-20 17:00", "2026-11-20 22:00")
            with everything_heard():  # again: some libraries were quietened when they were set up
                yield Evening(night, anna, nova)


async def test_when_all_is_well(tmp_path: Path, database_url: str) -> None:
    async with an_evening(tmp_path, database_url) as evening:
        await evening.goes_on()
        assert evening.nova.inbox()
        await evening.tells_nothing()


@pytest.mark.parametrize("fault", ["down", "limited", "error", "lost_answer", "late_error"])
async def test_when_slack_fails(tmp_path: Path, sqlite_database_url: str, fault: str) -> None:
    async with an_evening(tmp_path, sqlite_database_url) as evening:
        await evening.goes_on()
        evening.night.sandbox.slack.faults.set("slack", fault)
        await evening.goes_on(is_answered=False)
        await evening.tells_nothing()


@pytest.mark.parametrize("fault", ["down", "limited", "error", "lost_answer", "late_error"])
async def test_when_the_carrier_fails(tmp_path: Path, sqlite_database_url: str, fault: str) -> None:
    async with an_evening(tmp_path, sqlite_database_url) as evening:
        await evening.goes_on()
        evening.night.sandbox.carrier.faults.set("carrier", fault)
        await evening.goes_on()
        await evening.tells_nothing()


@pytest.mark.parametrize("body", [SAID.encode(), b"<html>" + SAID.encode(), json.dumps({"error": SAID}).encode()])
async def test_when_they_answer_garbage(
    tmp_path: Path, sqlite_database_url: str, body: bytes, monkeypatch: pytest.MonkeyPatch
) -> None:
    """And our own words stand in it, as when a proxy shows what it could not pass on."""

    async def garbage(*_: Any) -> web.Response:
        return web.Response(status=502, body=body)

    async with an_evening(tmp_path, sqlite_database_url) as evening:
        await evening.goes_on()
        monkeypatch.setattr("bot.sandbox.slack.web_api.struck", garbage)
        await evening.goes_on(is_answered=False)
        await evening.tells_nothing()


async def test_when_the_database_is_locked(tmp_path: Path, database_url: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("storage.engine.SQLITE_BUSY_MS", 50)
    async with an_evening(tmp_path, database_url) as evening:
        doors = Doors(evening.night)
        with locked(database_url):
            told = await doors.twilio(form("SM01", SAID, from_=NUMBER))
        assert (told.status, told.text) == (503, "")
        await evening.tells_nothing()


async def test_when_the_database_says_no(tmp_path: Path, sqlite_database_url: str) -> None:
    """A constraint, in the driver's own words, which may repeat the row."""
    async with an_evening(tmp_path, sqlite_database_url) as evening:
        says_no = f"CREATE TRIGGER no BEFORE INSERT ON message BEGIN SELECT RAISE(ABORT, '{NAME} {NUMBER} {SAID}'); END"
        await evening.night.executes(sa.text(says_no))
        await evening.nova.texts(SAID)
        assert any("row_parked" in line.getMessage() for line in evening.night.log_lines)
        await evening.tells_nothing()


@pytest.mark.parametrize("kind", [ValueError, sqlite3.IntegrityError, UnicodeError, ExceptionGroup])
async def test_when_our_own_code_stumbles(
    tmp_path: Path, sqlite_database_url: str, kind: type[Exception], monkeypatch: pytest.MonkeyPatch
) -> None:
    """In a digest, a send, a tick and a click, each with the text in the exception."""
    held = f"{NAME} {NUMBER} {SAID}"

    def stumbles(*_: Any, **__: Any) -> Any:
        raise ExceptionGroup(held, [ValueError(held)]) if kind is ExceptionGroup else kind(held)

    async def stumbles_later(*_: Any, **__: Any) -> Any:
        stumbles()

    async with an_evening(tmp_path, sqlite_database_url) as evening:
        night = evening.night
        await evening.goes_on(is_answered=False)
        assert night.sandbox.bot is not None
        monkeypatch.setattr("handlers.slack.clicks.take_conversation", stumbles_later)
        await evening.anna.presses("take")
        monkeypatch.setattr("scheduler.ticks.follow_duty", stumbles_later)
        await night.sandbox.bot.ticker.run_due()
        monkeypatch.setitem(night.sandbox.bot.worker.digests, "twilio", stumbles)
        await evening.nova.texts(SAID)
        monkeypatch.setattr("bot.sender.deliver", stumbles_later)
        await evening.goes_on(is_answered=False)
        events = {json.loads(line.getMessage())["event"] for line in night.log_lines}
        assert {"row_parked", "interaction_failed"} <= events
        assert inbox_rows.DIGESTS["twilio"] is not stumbles
        await evening.tells_nothing()


async def test_when_strangers_knock(tmp_path: Path, sqlite_database_url: str) -> None:
    """What is refused is not repeated, in the answer or in the log: not the path, nor a header, nor the body."""
    async with an_evening(tmp_path, sqlite_database_url) as evening:
        night, doors = evening.night, Doors(evening.night)
        path = f"/{SAID.replace(' ', '-')}/{NUMBER}"
        body = f"From={NUMBER}&Body={SAID}".encode()
        knocks = [
            ("GET", path, None, {}), ("POST", "/twilio/sms", body, {"X-Twilio-Signature": SAID}),
            ("POST", "/slack/events", body, {"X-Slack-Signature": "v0=1", "X-Slack-Request-Timestamp": NUMBER}),
            ("GET", f"/reserv{path}", None, {"Cookie": f"reserv={SAID}"}), ("GET", f"/kalender/{NUMBER}.ics", None, {}),
            ("POST", f"/reserv/{'a' * 22}", body, {}), ("POST", "/twilio/voice/screen?l=" + NUMBER, body, {}),
            ("PUT", "/twilio/sms", body, {"User-Agent": SAID}),
        ]  # fmt: skip
        for method, where, sent, headers in knocks:
            said = {name: value.encode().decode("latin-1") for name, value in headers.items()}
            told = await ask(night, method, where, sent, said)
            assert told.status in {400, 401, 403, 404, 405}
            for secret in SECRETS:
                assert secret.encode() not in told.body
                assert secret not in str(told.headers)
        for sent in (b"", b"payload=" + body, json.dumps({"type": SAID, "team_id": "T0FOREIGN"}).encode()):
            proof = {**slack_headers(doors.settings, sent), "Content-Type": "application/json"}
            assert (await ask(night, "POST", "/slack/events", sent, proof)).status < 500
        await evening.tells_nothing()
