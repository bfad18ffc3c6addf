"""What stands between Twilio and Slack on one side and the bots on the other: a load balancer on a bad line.

It hands each request to the next bot that is up. On the way a request may be refused, cut off before or after it
has been stored, held until another has overtaken it, sent twice, or lost for good.
"""

import asyncio
import itertools
import re
import socket
import struct
from collections.abc import Callable, Coroutine, Sequence
from contextlib import suppress
from dataclasses import dataclass
from typing import Any, Final

from bench.chaos.faults import (
    CLICKS,
    DUPLICATE,
    EVENTS,
    FROM_SLACK,
    FROM_TWILIO,
    HANG,
    MISSED,
    REFUSED,
    REORDER,
    REPORTS,
    RESET_AFTER,
    RESET_BEFORE,
    TEXTS,
    Weather,
)

HOST: Final = "127.0.0.1"
MOST_HEAD: Final = 64 * 1024
BOT_WITHIN: Final = 20.0  # seconds; whoever called has given up long before
HELD_AT_MOST_S: Final = 1.8
NUMBER: Final = re.compile(rb"MessageSid=(\w+)")
RST: Final = struct.pack("ii", 1, 0)


@dataclass(frozen=True, slots=True)
class Request:
    """One request as it came."""

    head: bytes
    body: bytes

    @property
    def path(self) -> str:
        return self.head.split(b" ", 2)[1].decode()

    @property
    def sid(self) -> str:
        found = NUMBER.search(self.body)
        return "" if found is None else found[1].decode()

    @property
    def raw(self) -> bytes:
        """The same, for a connection that is used once."""
        return self.head[:-2] + b"Connection: close\r\n\r\n" + self.body

    @property
    def kind(self) -> str:
        if self.path.startswith("/twilio/sms"):
            return "sms"
        if self.path.startswith("/twilio/status"):
            return "status"
        return "click" if self.body.startswith(b"payload=") else "event" if self.body.startswith(b"{") else "other"


DECKS: Final[dict[str, tuple[str, Sequence[str]]]] = {
    "sms": (FROM_TWILIO, tuple(what for what in TEXTS if what != REFUSED)),
    "status": (FROM_TWILIO, tuple(what for what in REPORTS if what != REFUSED)),
    "event": (FROM_SLACK, tuple(what for what in EVENTS if what != REFUSED)),
    "click": (FROM_SLACK, CLICKS),
}


class Front:
    """Listens where Twilio and Slack believe that the bot is. `bots` are the ports of those that are up."""

    def __init__(self, weather: Weather, bots: Callable[[], Sequence[int]]) -> None:
        self._weather = weather
        self._bots = bots
        self._turns = itertools.count()
        self._server: asyncio.Server | None = None
        self._nobody = socket.socket()
        self._nobody.bind((HOST, 0))  # bound and never listening: whoever connects is refused
        self._passed: dict[str, int] = dict.fromkeys(DECKS, 0)
        self._doomed: set[str] = set()
        self._twins: set[asyncio.Task[Any]] = set()

    @property
    def url(self) -> str:
        return f"http://{HOST}:{self._port(self._server.sockets[0] if self._server else self._nobody)}"

    def url_for(self, where: str) -> str:
        """Return where this call goes: here, or to a port that refuses it."""
        if self._weather.deal(f"refused {where}", (REFUSED,), 4.0) is None:
            return self.url
        self._weather.strikes(where, REFUSED)
        return f"http://{HOST}:{self._port(self._nobody)}"

    async def open(self) -> None:
        self._server = await asyncio.start_server(self._serve, HOST, 0, limit=MOST_HEAD, backlog=1024)

    async def close(self) -> None:
        if self._server is not None:
            self._server.close()
        for twin in self._twins:
            twin.cancel()
        await asyncio.gather(*self._twins, return_exceptions=True)
        self._nobody.close()

    async def _serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        try:
            request = await _read(reader)
            if request is not None:
                await self._handle(request, writer)
        except (OSError, asyncio.IncompleteReadError, asyncio.CancelledError):
            pass
        finally:
            writer.close()

    async def _handle(self, request: Request, writer: asyncio.StreamWriter) -> None:
        where, fate = self._fate(request)
        if fate in {RESET_BEFORE, MISSED}:
            self._weather.strikes(where, fate) if fate == RESET_BEFORE else None
            _reset(writer)
            return
        if fate == HANG:
            self._weather.strikes(where, HANG)
            await asyncio.sleep(BOT_WITHIN)  # whoever called closes the connection before that
            return
        if fate == REORDER:
            await self._hold(request, where)
        if fate == DUPLICATE:
            self._weather.strikes(where, DUPLICATE)
            self._in_background(self._relayed(request))
        answer = await self._relayed(request)
        if fate == RESET_AFTER and answer is not None:
            self._weather.strikes(where, RESET_AFTER)
        if answer is None or fate == RESET_AFTER:
            _reset(writer)
            return
        writer.write(answer)
        await writer.drain()

    def _fate(self, request: Request) -> tuple[str, str | None]:
        if request.kind not in DECKS:
            return "", None
        where, what = DECKS[request.kind]
        if request.kind == "sms":
            if request.sid in self._doomed:
                return where, MISSED  # the fallback reaches nobody either
            fate = self._weather.deal("in sms", what)
            if fate == MISSED:
                self._doomed.add(request.sid)
                self._weather.strikes(where, MISSED)
            return where, fate
        return where, self._weather.deal(f"in {request.kind}", what)

    async def _hold(self, request: Request, where: str) -> None:
        """Keep it until another of its kind has gone by, or for as long as whoever called has patience."""
        before = self._passed[request.kind]
        loop = asyncio.get_running_loop()
        deadline = loop.time() + HELD_AT_MOST_S
        while self._passed[request.kind] == before and loop.time() < deadline:  # noqa: ASYNC110 - others are timed too
            await asyncio.sleep(0.02)
        if self._passed[request.kind] > before:
            self._weather.strikes(where, REORDER)

    async def _relayed(self, request: Request) -> bytes | None:
        """Return the answer of the next bot that takes it; None when nobody does."""
        ports = list(self._bots())
        turn = next(self._turns)
        for offset in range(len(ports)):
            try:
                reader, writer = await asyncio.open_connection(HOST, ports[(turn + offset) % len(ports)])
            except OSError:
                continue  # it has just gone: nothing has been sent, so the next may have it
            try:
                writer.write(request.raw)
                async with asyncio.timeout(BOT_WITHIN):
                    answer = await reader.read(-1)
                if request.kind in self._passed and answer:
                    self._passed[request.kind] += 1
                return answer or None
            except (OSError, TimeoutError):
                return None
            finally:
                writer.close()
        return None

    def _in_background(self, work: Coroutine[Any, Any, Any]) -> None:
        task = asyncio.create_task(work, name="twin")
        self._twins.add(task)
        task.add_done_callback(self._twins.discard)

    @staticmethod
    def _port(listener: Any) -> int:
        return int(listener.getsockname()[1])


async def _read(reader: asyncio.StreamReader) -> Request | None:
    try:
        head = await reader.readuntil(b"\r\n\r\n")
    except asyncio.IncompleteReadError:
        return None
    found = re.search(rb"\r\ncontent-length: *(\d+)", head, re.IGNORECASE)
    return Request(head, b"" if found is None else await reader.readexactly(int(found[1])))


def _reset(writer: asyncio.StreamWriter) -> None:
    """Cut the connection as a machine that has lost its memory does."""
    with suppress(OSError):
        writer.get_extra_info("socket").setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, RST)
    writer.transport.abort()
