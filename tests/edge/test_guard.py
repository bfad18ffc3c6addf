"""The edge over HTTP: what is too big, too slow, too often or from the wrong place, and what every answer carries."""

import asyncio
import gzip
import json
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from urllib.parse import urlencode

import pytest
from aiohttp import web

from handlers.edge.answers import HEADERS
from handlers.edge.doors import DOORS, KIB, Kind, first_part
from tests.acceptance.night import NORRVIK, Night, a_night
from tests.edge.asking import Told, ask, says
from tests.http.doors import Doors, form, sign, slack_headers

BEHIND_PROXY = '\n[edge]\ntrusted_proxies = ["127.0.0.1"]\noperators = ["10.1.0.0/16"]\ntries = 5\n'
SLOW_HEADS, SLOW_BODIES = "\n[edge]\nheader_seconds = 0.4\n", "\n[edge]\nbody_seconds = 0.4\n"
PLANTED = "Nova-Berg-0701740605"
FORM = {"Content-Type": "application/x-www-form-urlencoded"}


@asynccontextmanager
async def a_door(folder: Path, database_url: str, settings: str = "") -> AsyncIterator[Night]:
    async with a_night(folder, database_url, "2026-11-20 18:00", settings=settings) as night:
        yield night


def app_of(night: Night) -> web.Application:
    assert night.sandbox.bot is not None
    return night.sandbox.bot.web_app


def from_(address: str) -> dict[str, str]:
    return {"X-Forwarded-For": address}


async def test_every_route_has_a_door(tmp_path: Path, sqlite_database_url: str) -> None:
    async with a_door(tmp_path, sqlite_database_url) as night:
        paths = {resource.canonical for resource in app_of(night).router.resources()}
        assert len(paths) > 15
        assert {first_part(path) for path in paths} == set(DOORS)


async def test_what_every_answer_carries(tmp_path: Path, sqlite_database_url: str) -> None:
    """Pages, refusals, unknown paths and what is no HTTP alike; and none tells what we are made of."""
    async with a_door(tmp_path, sqlite_database_url) as night:
        asked = [
            await ask(night, method, path)
            for method, path in [
                ("GET", "/livez"), ("GET", "/readyz"), ("GET", "/metrics"), ("GET", "/reserv"), ("GET", "/nothing"),
                ("POST", "/twilio/sms"), ("POST", "/slack/events"), ("GET", f"/kalender/{'a' * 22}.ics"),
                ("OPTIONS", "/twilio/sms"), ("TRACE", "/"), ("HEAD", "/livez"), ("GET", f"/reserv/{'a' * 22}"),
            ]
        ]  # fmt: skip
        for told in asked:
            for name in HEADERS:
                assert name in told.headers, (told.status, name)
            assert "frame-ancestors 'none'" in told.headers["Content-Security-Policy"] or told.status == 404
            assert not {"Server", "X-Powered-By", "Via"} & set(told.headers)
        odd = await says(night, b"GET / HTTP/1.1\r\nHost: x\r\n" + PLANTED.encode() + b"\x01: y\r\n\r\n")
        assert odd.startswith((b"HTTP/1.0 400", b"HTTP/1.1 400"))
        everything = str(asked) + odd.decode()
        for word in ("aiohttp", "Python", PLANTED):
            assert word not in everything


@pytest.mark.parametrize(
    ("method", "path", "status", "allow"),
    [
        ("GET", f"/{PLANTED}", 404, None),
        ("POST", f"/reserv/{PLANTED}/{PLANTED}/x/y", 404, None),
        ("GET", "/twilio/sms", 405, "POST"),
        ("OPTIONS", "/slack/events", 405, "POST"),
        ("PUT", "/livez", 405, "GET,HEAD"),
        ("DELETE", "/reserv", 405, "GET,HEAD"),
        (PLANTED, "/livez", 400, None),
    ],
)
async def test_what_we_do_not_have(
    tmp_path: Path, sqlite_database_url: str, method: str, path: str, status: int, allow: str | None
) -> None:
    async with a_door(tmp_path, sqlite_database_url) as night:
        told = await ask(night, method, path)
        assert (told.status, told.body, told.headers.get("Allow")) == (status, b"", allow)


async def test_head_is_get_without_a_body(tmp_path: Path, sqlite_database_url: str) -> None:
    async with a_door(tmp_path, sqlite_database_url) as night:
        for path in ("/livez", "/readyz", "/metrics"):
            told = await ask(night, "HEAD", path)
            assert (told.status, told.body) == (200, b"")


# --- how much -------------------------------------------------------------------


@pytest.mark.parametrize("path", ["/twilio/sms", "/twilio/voice/incoming", "/slack/events", "/reserv/ut"])
async def test_a_body_may_be_so_big(tmp_path: Path, sqlite_database_url: str, path: str) -> None:
    """Announced or not, what is bigger is refused; what is as big as allowed is read, and found unsigned."""
    async with a_door(tmp_path, sqlite_database_url) as night:
        most = DOORS[first_part(path)].most_body
        assert (await ask(night, "POST", path, b"a" * (most + 1), FORM)).status == 413
        assert (await ask(night, "POST", path, b"a" * most, FORM)).status in {401, 403, 413}
        host = night.sandbox.bot_url.removeprefix("http://")
        head = f"POST {path} HTTP/1.1\r\nHost: {host}\r\nTransfer-Encoding: chunked\r\n\r\n".encode()
        chunk = b"4000\r\n" + b"a" * 0x4000 + b"\r\n"
        assert b" 413 " in (await says(night, head + chunk * (most // 0x4000 + 1)))[:20]


async def test_where_nothing_is_to_be_sent(tmp_path: Path, sqlite_database_url: str) -> None:
    async with a_door(tmp_path, sqlite_database_url) as night:
        for path in ("/livez", "/metrics", f"/kalender/{'a' * 22}.ics"):
            assert (await ask(night, "GET", path, b"x")).status == 413


async def test_the_longest_texts_come_in(tmp_path: Path, database_url: str) -> None:
    """1600 emoji and ten pictures are a third of what is taken."""
    async with a_door(tmp_path, database_url) as night:
        anna = await night.hires("Anna Ek", NORRVIK)
        night.opens_channels()
        await night.on_beredskap(anna, "2026-11-20 17:00", "2026-11-20 22:00")
        doors = Doors(night)
        pictures = [(f"MediaUrl{n}", f"https://api.twilio.com/{'m' * 200}") for n in range(10)]
        sent = form("SM01", "\N{CRYING FACE}" * 1600, more=pictures)
        assert len(urlencode(sent)) < DOORS["twilio"].most_body / 2
        assert (await doors.twilio(sent)).status == 200
        await night.settles()
        assert doors.stored() == ["SM01"]


async def test_a_packed_body_is_not_unpacked(tmp_path: Path, sqlite_database_url: str) -> None:
    """A kilobyte that becomes a gigabyte stays a kilobyte."""
    async with a_door(tmp_path, sqlite_database_url) as night:
        packed = gzip.compress(b"a" * (20 * KIB * KIB))
        assert len(packed) < DOORS["twilio"].most_body
        told = await ask(night, "POST", "/twilio/sms", packed, {**FORM, "Content-Encoding": "gzip"})
        assert told.status == 403


# --- how long -------------------------------------------------------------------


@pytest.mark.parametrize("begun", [b"", b"POST /twilio/sms HT", b"GET /livez HTTP/1.1\r\nHost: x\r\nX-A: b\r\n"])
async def test_a_head_that_never_ends_is_cut_off(tmp_path: Path, sqlite_database_url: str, begun: bytes) -> None:
    async with a_door(tmp_path, sqlite_database_url, SLOW_HEADS) as night:
        assert await says(night, begun) == b""


async def test_a_head_that_trickles_is_cut_off(tmp_path: Path, sqlite_database_url: str) -> None:
    """A byte now and then does not make the time begin anew: that is what slow attacks are made of."""
    async with a_door(tmp_path, sqlite_database_url, SLOW_HEADS) as night:
        host, port = night.sandbox.bot_url.removeprefix("http://").split(":")
        reader, writer = await asyncio.open_connection(host, int(port))
        writer.write(b"GET /livez HTTP/1.1\r\n")
        closed = asyncio.create_task(reader.read())
        async with asyncio.timeout(10):
            while not closed.done():
                writer.write(b"X-A: b\r\n")
                await asyncio.sleep(0.05)
        assert closed.exception() is not None or closed.result() == b""
        writer.close()


async def test_a_body_that_never_ends_is_told_so(tmp_path: Path, sqlite_database_url: str) -> None:
    async with a_door(tmp_path, sqlite_database_url, SLOW_BODIES) as night:
        head = b"POST /twilio/sms HTTP/1.1\r\nHost: x\r\nContent-Length: 100\r\n\r\nFrom="
        told = await says(night, head)
        assert told.startswith(b"HTTP/1.1 408 ")
        assert b"Connection: close" in told


async def test_others_are_answered_meanwhile(tmp_path: Path, sqlite_database_url: str) -> None:
    async with a_door(tmp_path, sqlite_database_url) as night:
        host, port = night.sandbox.bot_url.removeprefix("http://").split(":")
        slow = [await asyncio.open_connection(host, int(port)) for _ in range(200)]
        for _, writer in slow:
            writer.write(b"POST /twilio/sms HTTP/1.1\r\nHost: x\r\nContent-Length: 100\r\n\r\nFrom=")
        assert (await ask(night, "GET", "/livez")).status == 200
        for _, writer in slow:
            writer.close()


# --- how often ------------------------------------------------------------------


async def wrong(night: Night, path: str, address: str) -> Told:
    return await ask(night, "POST", path, urlencode(form("SM99")).encode(), {**FORM, **from_(address)})


async def test_who_signs_wrongly_too_often(tmp_path: Path, database_url: str) -> None:
    """429 and no more lines in the log, for that address alone; what is signed comes in from there all the same."""
    async with a_door(tmp_path, database_url, BEHIND_PROXY) as night:
        anna = await night.hires("Anna Ek", NORRVIK)
        night.opens_channels()
        await night.on_beredskap(anna, "2026-11-20 17:00", "2026-11-20 22:00")
        doors = Doors(night)
        for path in ("/twilio/sms", "/twilio/voice/incoming", "/slack/events", "/twilio/status", "/slack/events"):
            assert (await wrong(night, path, "192.0.2.7")).status in {401, 403}
        lines = len(night.log_lines)
        for path in ("/twilio/sms", "/slack/events") * 3:
            told = await wrong(night, path, "192.0.2.7")
            assert (told.status, told.body, told.headers["Retry-After"]) == (429, b"", "600")
        assert len(night.log_lines) == lines
        assert (await wrong(night, "/twilio/sms", "192.0.2.8")).status == 403

        sent = form("SM01")
        genuine = {"X-Twilio-Signature": sign(doors.token, f"{doors.base}/twilio/sms", sent)}
        told = await ask(
            night, "POST", "/twilio/sms", urlencode(sent).encode(), {**FORM, **from_("192.0.2.7"), **genuine}
        )
        assert told.status == 200
        event = json.dumps({"type": "event_callback", "team_id": "T0SANDBOX", "event_id": "Ev1", "event": {}}).encode()
        proof = slack_headers(doors.settings, event)
        json_type = {"Content-Type": "application/json"}
        told = await ask(night, "POST", "/slack/events", event, {**json_type, **from_("192.0.2.7"), **proof})
        assert told.status == 200
        await night.settles()
        assert (doors.stored(), doors.stored("slack")) == (["SM01"], ["Ev1"])
        assert await doors.counted('beredskap_refused_at_edge_total{why="often"}') == 6


@pytest.mark.parametrize("path", ["/reserv/{}", "/kalender/{}.ics"])
async def test_who_guesses_too_often(tmp_path: Path, sqlite_database_url: str, path: str) -> None:
    async with a_door(tmp_path, sqlite_database_url, BEHIND_PROXY) as night:
        guesses = [path.format(f"{number:022}") for number in range(20)]
        statuses = [(await ask(night, "GET", guess, headers=from_("192.0.2.7"))).status for guess in guesses[:8]]
        assert statuses == [404] * 5 + [429] * 3
        at_once = await asyncio.gather(*(ask(night, "GET", guess, headers=from_("192.0.2.7")) for guess in guesses))
        assert {told.status for told in at_once} == {429}
        assert (await ask(night, "GET", guesses[0], headers=from_("2001:db8::7"))).status == 404


async def test_a_proxy_that_nobody_has_named_limits_nobody(tmp_path: Path, sqlite_database_url: str) -> None:
    """All the world comes from this machine then: the one who guesses must not shut out whoever has the right link."""
    async with a_door(tmp_path, sqlite_database_url, "\n[edge]\ntries = 5\n") as night:
        for number in range(8):
            assert (await ask(night, "GET", f"/reserv/{number:022}", headers=from_("192.0.2.7"))).status == 404
        warned = [line for line in night.log_lines if "forwarded_by_a_stranger" in line.getMessage()]
        assert len(warned) == 1


# --- from where -----------------------------------------------------------------


@pytest.mark.parametrize("path", [f"/{name}" for name, door in DOORS.items() if door.kind is Kind.OPERATOR])
@pytest.mark.parametrize(
    ("settings", "forwarded", "status"),
    [
        ("", None, 200),
        ("", "127.0.0.1", 403),
        (BEHIND_PROXY, None, 200),
        (BEHIND_PROXY, "192.0.2.7", 403),
        (BEHIND_PROXY, "127.0.0.1, 192.0.2.7", 403),
        (BEHIND_PROXY, "10.1.2.3", 200),
        (BEHIND_PROXY, "nonsense", 403),
    ],
)
async def test_who_is_told_how_we_are(
    tmp_path: Path, sqlite_database_url: str, path: str, settings: str, forwarded: str | None, status: int
) -> None:
    async with a_door(tmp_path, sqlite_database_url, settings) as night:
        told = await ask(night, "GET", path, headers=from_(forwarded) if forwarded else {})
        assert told.status == status
        assert (await ask(night, "GET", "/livez", headers=from_("192.0.2.7"))).status == 200


async def test_networks_of_slack_and_twilio(tmp_path: Path, sqlite_database_url: str) -> None:
    """Where they are set, not even a signature helps whoever comes from elsewhere."""
    edge = BEHIND_PROXY + 'twilio_networks = ["192.0.2.0/24"]\n'
    async with a_door(tmp_path, sqlite_database_url, edge) as night:
        doors = Doors(night)
        sent = form("SM01", from_="BANKEN")
        proof = {**FORM, "X-Twilio-Signature": sign(doors.token, f"{doors.base}/twilio/sms", sent)}
        body = urlencode(sent).encode()
        assert (await ask(night, "POST", "/twilio/sms", body, {**proof, **from_("198.51.100.1")})).status == 403
        assert doors.stored() == []
        assert (await ask(night, "POST", "/twilio/sms", body, {**proof, **from_("192.0.2.9")})).status == 200
        assert (await ask(night, "POST", "/slack/events", b"{}", from_("198.51.100.1"))).status == 401


@pytest.mark.parametrize("header", ["X-Forwarded-Host", "X-Forwarded-Proto", "Forwarded", "X-Original-URL", "Host"])
async def test_no_header_changes_what_is_signed(tmp_path: Path, sqlite_database_url: str, header: str) -> None:
    """The address in the settings is what counts, whatever a proxy or a stranger calls us."""
    async with a_door(tmp_path, sqlite_database_url, BEHIND_PROXY) as night:
        doors = Doors(night)
        sent = form("SM01", from_="BANKEN")
        body, said = urlencode(sent).encode(), {header: "evil.example", **FORM}
        for url, status in (("http://evil.example/twilio/sms", 403), (f"{doors.base}/twilio/sms", 200)):
            told = await ask(
                night, "POST", "/twilio/sms", body, {**said, "X-Twilio-Signature": sign(doors.token, url, sent)}
            )
            assert told.status == status


async def test_a_handler_that_stumbles_says_nothing(
    tmp_path: Path, sqlite_database_url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def stumbles(*_: object) -> None:
        raise RuntimeError(PLANTED)

    monkeypatch.setattr("bot.app_watch.Watch.problems", stumbles)
    async with a_door(tmp_path, sqlite_database_url) as night:
        told = await ask(night, "GET", "/readyz")
        assert (told.status, told.body) == (500, b"")
        failed = [line for line in night.log_lines if "request_failed" in line.getMessage()]
        assert [line.levelname for line in failed] == ["ERROR"]
