"""The bot's doors from outside: what Twilio and Slack send, signed as they sign it, and a database that is busy."""

import hashlib
import hmac
import json
import sqlite3
import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlencode

import aiohttp
import psycopg
import pytest
import sqlalchemy as sa
from multidict import MultiDict
from pydantic import SecretStr
from sqlalchemy.engine import make_url
from twilio.request_validator import RequestValidator
from yarl import URL

from bot.app_sandbox import Sandbox
from bot.settings import Settings
from storage.engine import is_sqlite
from storage.tables import InboxRow
from tests.acceptance.night import NUMBER, Night

SENDER = "+46701740605"
Pairs = Sequence[tuple[str, str]]


def form(sid: str, body: str = "hej på dig", *, from_: str = SENDER, more: Pairs = ()) -> list[tuple[str, str]]:
    """Return what Twilio posts for one sms, blank parameters included."""
    return [
        ("MessageSid", sid),
        ("From", from_),
        ("To", NUMBER),
        ("Body", body),
        ("NumMedia", "0"),
        ("FromCity", ""),
        *more,
    ]


def sign(token: str, url: str, pairs: Pairs, algorithm: str | None = None) -> str:
    """Return the signature that Twilio would send for these pairs posted to `url`."""
    made = RequestValidator(token).compute_signature(url, MultiDict(pairs), algorithm)  # type: ignore[no-untyped-call]
    return str(made)


@dataclass(frozen=True)
class Answered:
    status: int
    text: str
    kind: str


@dataclass
class Doors:
    """One bot, knocked at over real HTTP."""

    night: Night
    public: str = ""  # what the bot believes to be its address; "" is where it listens

    @property
    def settings(self) -> Settings:
        assert self.night.sandbox.bot is not None
        return self.night.sandbox.bot.settings

    @property
    def token(self) -> str:
        return self.settings.env.twilio_auth_token.get_secret_value()

    @property
    def base(self) -> str:
        return self.public or self.night.sandbox.bot_url

    async def twilio(
        self,
        pairs: Pairs,
        *,
        path: str = "/twilio/sms",
        signed_url: str | None = None,
        signed: Pairs | None = None,
        token: str | None = None,
        headers: Mapping[str, str] | None = None,
    ) -> Answered:
        """Post a form as Twilio does; what is signed may differ from what is sent."""
        url = self.base + path if signed_url is None else signed_url
        signature = sign(token or self.token, url, pairs if signed is None else signed)
        sent = {"X-Twilio-Signature": signature} if headers is None else dict(headers)
        sent["Content-Type"] = "application/x-www-form-urlencoded; charset=UTF-8"
        return await self.post(path, urlencode(pairs).encode(), sent)

    async def slack(
        self, payload: Mapping[str, Any], *, form: bool = False, headers: Mapping[str, str] | None = None
    ) -> Answered:
        """Post an event as JSON, or an interaction or a command as a form."""
        body = urlencode(payload).encode() if form else json.dumps(payload).encode()
        sent = slack_headers(self.settings, body) if headers is None else dict(headers)
        sent["Content-Type"] = "application/x-www-form-urlencoded" if form else "application/json"
        return await self.post("/slack/events", body, sent)

    async def post(self, path: str, body: bytes, headers: Mapping[str, str]) -> Answered:
        url = URL(self.night.sandbox.bot_url + path, encoded=True)
        async with aiohttp.ClientSession() as session, session.post(url, data=body, headers=headers) as answer:
            return Answered(answer.status, await answer.text(), answer.content_type)

    async def get(self, path: str) -> Answered:
        url = self.night.sandbox.bot_url + path
        async with aiohttp.ClientSession() as session, session.get(url) as answer:
            return Answered(answer.status, await answer.text(), answer.content_type)

    async def counted(self, name: str) -> float:
        """Return one line of /metrics, by its name and labels; 0 before anything was counted."""
        lines = [line for line in (await self.get("/metrics")).text.splitlines() if line.startswith(f"{name} ")]
        return float(lines[0].rsplit(" ", 1)[1]) if lines else 0.0

    def stored(self, provider: str = "twilio") -> list[str]:
        """Return the ids of what has been stored, oldest first."""
        table: sa.Table = InboxRow.__table__  # type: ignore[attr-defined]
        ids = sa.select(table.c.provider_id).where(table.c.provider == provider).order_by(table.c.id)
        return [row.provider_id for row in self.night.rows(ids)]

    async def raw(self, row_id: int) -> list[tuple[str, str]]:
        """Return the pairs of one stored form."""
        assert self.night.sandbox.bot is not None
        row = await self.night.sandbox.bot.store.read(lambda tx: tx.inbox.get(row_id))
        assert row is not None
        return [(name, value) for name, value in json.loads(row.raw)]

    def log(self) -> str:
        return "\n".join(line.getMessage() + str(line.__dict__) for line in self.night.log_lines)


def slack_headers(settings: Settings, body: bytes, *, timestamp: str | None = None) -> dict[str, str]:
    """Return the headers with which Slack proves who it is."""
    at = timestamp or str(int(time.time()))
    secret = settings.env.slack_signing_secret.get_secret_value()
    signature = hmac.new(secret.encode(), f"v0:{at}:".encode() + body, hashlib.sha256).hexdigest()
    return {"X-Slack-Request-Timestamp": at, "X-Slack-Signature": f"v0={signature}"}


def with_settings(monkeypatch: pytest.MonkeyPatch, **changes: Any) -> None:
    """Let every bot that is started from now on have other settings in its environment."""
    original = Sandbox.settings
    secret = {key: SecretStr(v) if key.startswith("twilio_auth") else v for key, v in changes.items()}

    def changed(sandbox: Sandbox) -> Settings:
        settings = original(sandbox)
        return settings.model_copy(update={"env": settings.env.model_copy(update=secret)})

    monkeypatch.setattr(Sandbox, "settings", changed)


@contextmanager
def locked(database_url: str, table: str = "inbox") -> Iterator[None]:
    """Hold what every commit needs, from another connection: the whole of SQLite, one table of PostgreSQL."""
    if is_sqlite(database_url):
        other = sqlite3.connect(str(make_url(database_url).database), isolation_level=None)
        try:
            other.execute("BEGIN IMMEDIATE")
            yield
            other.execute("ROLLBACK")
        finally:
            other.close()
        return
    with psycopg.connect(database_url) as connection:
        connection.execute(f"LOCK TABLE {table} IN EXCLUSIVE MODE")
        yield
        connection.rollback()
