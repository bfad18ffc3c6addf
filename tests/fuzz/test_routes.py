"""Every route, knocked at with what nobody would send: never our fault, never repeated, never stored unless signed.

`FUZZ_EXAMPLES` sets how many knocks each route gets (make fuzz); a few in the ordinary suite.
"""

import hashlib
import hmac
import json
import os
import time
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Final

import aiohttp
import sqlalchemy as sa
from aiohttp import web
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from multidict import MultiDict
from twilio.request_validator import RequestValidator
from yarl import URL

from bot.slack import ids
from storage.tables import AuditRow, InboxRow, OutboxRow
from tests.acceptance.night import NORRVIK, Night, a_night
from tests.fuzz.strategies import (
    FORM,
    JSON,
    PLANTED,
    RESERVE_FIELDS,
    TWILIO_FIELDS,
    Knock,
    headers,
    path_parts,
    posted,
    slack_payloads,
    types,
)

EXAMPLES: Final = int(os.environ.get("FUZZ_EXAMPLES", "12"))
IN_THE_SUITE: Final = "FUZZ_EXAMPLES" not in os.environ
IDS: Final = sorted({value for name, value in vars(ids).items() if name.isupper() and isinstance(value, str)})
TABLES: Final = (InboxRow, OutboxRow, AuditRow)

slack_bodies = slack_payloads(IDS, IDS)
twilio_bodies = posted(TWILIO_FIELDS)
reserve_bodies = posted(RESERVE_FIELDS)
nothing = st.just(b"")
BODIES: Final[dict[str, st.SearchStrategy[bytes]]] = {  # by method and first part: a new one without a line fails
    "POST /twilio": twilio_bodies,
    "POST /slack": slack_bodies,
    "POST /reserv": reserve_bodies,
    "GET /reserv": nothing,
    "GET /kalender": nothing,
    "GET /livez": nothing | st.just(b"x"),
    "GET /readyz": nothing,
    "GET /metrics": nothing,
}


def routes_of(app: web.Application) -> list[tuple[str, str]]:
    """Return every method and path that the application answers to."""
    found = [(r.method, r.resource.canonical) for r in app.router.routes() if r.resource is not None]
    return sorted(pair for pair in found if pair[0] != "HEAD")


def key_of(method: str, path: str) -> str:
    return f"{method} /{path.split('/')[1]}"


@st.composite
def knocks(draw: st.DrawFn, method: str, path: str) -> Knock:
    """Draw one request to a route, its blanks filled in with anything."""
    filled = "/".join(draw(path_parts) + part.partition("}")[2] if "{" in part else part for part in path.split("/"))
    query = draw(st.sampled_from(["", "", "?d=" + PLANTED, "?l=1", "?%ff=%00", "?s=x&s=y"]))
    body = draw(BODIES[key_of(method, path)])
    kind = FORM if draw(st.booleans()) else draw(types)
    if path.startswith("/slack") and not body.startswith((b"payload", b"command")):
        kind = JSON if draw(st.booleans()) else kind
    sent = {**draw(headers), **({"Content-Type": kind} if kind else {})}
    return Knock(method, filled + query, body, sent, is_signed=draw(st.booleans()))


def thought_of(method: str, path: str, count: int = EXAMPLES) -> list[Knock]:
    """Return so many different requests to a route, thought of before they are sent."""
    found: list[Knock] = []

    @settings(
        max_examples=count,
        deadline=None,
        suppress_health_check=list(HealthCheck),
        database=None,
        derandomize=IN_THE_SUITE,  # make fuzz looks for what nobody has met yet
    )
    @given(knocks(method, path))
    def think(knock: Knock) -> None:
        found.append(knock)

    think()
    return found


@asynccontextmanager
async def a_house(folder: Path, database_url: str) -> AsyncIterator[tuple[Night, web.Application]]:
    async with a_night(folder, database_url, "2026-11-20 18:00") as night:
        anna = await night.hires("Anna Ek", NORRVIK)
        night.opens_channels()
        await night.on_beredskap(anna, "2026-11-20 17:00", "2026-11-20 22:00")
        assert night.sandbox.bot is not None
        yield night, night.sandbox.bot.web_app


def signed(night: Night, knock: Knock) -> dict[str, str]:
    """Return the headers of a request with the proof that its sender would give."""
    assert night.sandbox.bot is not None
    env = night.sandbox.bot.settings.env
    if knock.path.startswith("/slack"):
        at = str(int(time.time()))
        secret = env.slack_signing_secret.get_secret_value().encode()
        made = hmac.new(secret, f"v0:{at}:".encode() + knock.body, hashlib.sha256).hexdigest()
        return {**knock.headers, "X-Slack-Request-Timestamp": at, "X-Slack-Signature": f"v0={made}"}
    if knock.path.startswith("/twilio"):
        from urllib.parse import parse_qsl

        pairs = MultiDict(parse_qsl(knock.body.decode("utf-8", "replace"), keep_blank_values=True))
        validator = RequestValidator(env.twilio_auth_token.get_secret_value())  # type: ignore[no-untyped-call]
        made = validator.compute_signature(night.sandbox.bot_url + knock.path, pairs)  # type: ignore[no-untyped-call]
        kept = {name: value for name, value in knock.headers.items() if not name.startswith("X-Twilio")}
        return {**kept, "Content-Type": FORM, "X-Twilio-Signature": str(made)}
    return dict(knock.headers)


async def send(session: aiohttp.ClientSession, night: Night, knock: Knock, sent: dict[str, str]) -> tuple[int, str]:
    """Send it; return the status and all that came back. (0, "") for what no client can ask for."""
    try:
        url = URL(night.sandbox.bot_url + _encoded(knock.path), encoded=True)
        async with session.request(
            knock.method, url, data=knock.body or None, headers=sent, allow_redirects=False
        ) as got:
            return got.status, str(dict(got.headers)) + (await got.read()).decode("utf-8", "replace")
    except (ValueError, UnicodeError, aiohttp.ClientConnectionError):
        return 0, ""


def _encoded(path: str) -> str:
    return "".join(c if 32 < ord(c) < 127 else "".join(f"%{b:02X}" for b in c.encode()) for c in path)


def counted(night: Night) -> list[int]:
    return [night.rows(sa.select(sa.func.count()).select_from(table))[0][0] for table in TABLES]


async def knock_at_all(night: Night, app: web.Application, wanted: Callable[[Knock], bool], *, proof: bool) -> int:
    """Knock at every route; return how many knocks were answered. Nothing is our fault, and nothing is repeated."""
    answered = 0
    async with aiohttp.ClientSession(
        timeout=aiohttp.ClientTimeout(total=20), skip_auto_headers=["Content-Type"], cookie_jar=aiohttp.DummyCookieJar()
    ) as session:
        for method, path in routes_of(app):
            for knock in filter(wanted, thought_of(method, path)):
                sent = signed(night, knock) if proof else dict(knock.headers)
                status, told = await send(session, night, knock, sent)
                assert status < 500, (knock, status)
                assert PLANTED not in told, knock
                assert "Traceback" not in told, knock
                answered += bool(status)
    return answered


async def test_every_route_has_a_strategy(tmp_path: Path, sqlite_database_url: str) -> None:
    async with a_house(tmp_path, sqlite_database_url) as (_, app):
        assert {key_of(*route) for route in routes_of(app)} == set(BODIES)


async def test_what_is_not_signed_changes_nothing(tmp_path: Path, sqlite_database_url: str) -> None:
    async with a_house(tmp_path, sqlite_database_url) as (night, app):
        await night.settles()
        before = counted(night)
        assert await knock_at_all(night, app, lambda _: True, proof=False) > 10
        await night.settles()
        assert counted(night) == before
        log = "\n".join(line.getMessage() for line in night.log_lines)
        assert PLANTED not in log
        assert "request_failed" not in log


async def test_what_is_signed_is_never_our_fault(tmp_path: Path, sqlite_database_url: str) -> None:
    """Slack and Twilio send what they should; if they did not, it would be refused, parked, or done."""
    async with a_house(tmp_path, sqlite_database_url) as (night, app):
        assert await knock_at_all(night, app, lambda k: k.path.startswith(("/slack", "/twilio")), proof=True) > 10
        await night.settles()
        log = [json.loads(line.getMessage()) for line in night.log_lines]
        ids = ("provider_id",)  # Twilio's own, which we are told and tell
        assert PLANTED not in str([{name: value for name, value in line.items() if name not in ids} for line in log])
        assert "request_failed" not in {line["event"] for line in log}
