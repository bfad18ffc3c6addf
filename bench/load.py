"""The phones of the town, in a process of their own: signed form posts as the carrier makes them, made beforehand.

    python -m bench.load < order

The order is one line of JSON, and so is the answer: which texts were acknowledged, and how long each took.
"""

import asyncio
import base64
import hashlib
import hmac
import json
import sys
import time
from collections import deque
from collections.abc import Iterator
from dataclasses import asdict, dataclass, field
from typing import Any, Final
from urllib.parse import urlencode

from bench.world import ACCOUNT_SID, OUR_NUMBER, PUBLIC_URL, TOKEN

PATH: Final = "/twilio/sms"
END_OF_HEAD: Final = b"\r\n\r\n"
OK: Final = b"200"


@dataclass(frozen=True, slots=True)
class Order:
    """Post `count` texts, from `senders` by turns. With a `rate` (a second) they leave by the clock; else at once."""

    port: int
    connections: int
    count: int
    senders: tuple[str, ...]
    prefix: str = "SM"
    rate: float = 0.0


@dataclass(slots=True)
class Report:
    """Instants are seconds of the machine's monotonic clock, which all processes share."""

    began: float
    ended: float
    acknowledged: list[str]
    refused: int
    waits: list[float]  # seconds from when a text was to leave until it was answered
    left: dict[str, float] = field(default_factory=dict)

    @property
    def per_second(self) -> float:
        return len(self.acknowledged) / (self.ended - self.began)


def sid_of(prefix: str, number: int) -> str:
    return f"{prefix}{number:032x}"[: 32 + len(prefix)]


def request_of(sid: str, sender: str, number: int) -> bytes:
    """Return one webhook as it stands on the wire, signed."""
    form = {
        "ToCountry": "SE",
        "ToState": "",
        "SmsMessageSid": sid,
        "NumMedia": "0",
        "ToCity": "",
        "FromZip": "",
        "SmsSid": sid,
        "FromState": "",
        "SmsStatus": "received",
        "FromCity": "",
        "Body": f"Kan nån ringa mig? Det är bråk igen. ({number})",
        "FromCountry": "SE",
        "To": OUR_NUMBER,
        "ToZip": "",
        "NumSegments": "1",
        "MessageSid": sid,
        "AccountSid": ACCOUNT_SID,
        "From": sender,
        "ApiVersion": "2010-04-01",
    }
    said = PUBLIC_URL + PATH + "".join(f"{name}{form[name]}" for name in sorted(form))
    signature = base64.b64encode(hmac.new(TOKEN.encode(), said.encode(), hashlib.sha1).digest()).decode()
    body = urlencode(form).encode()
    head = (
        f"POST {PATH} HTTP/1.1\r\nHost: beredskap.example.se\r\nX-Twilio-Signature: {signature}\r\n"
        f"Content-Type: application/x-www-form-urlencoded; charset=UTF-8\r\nContent-Length: {len(body)}\r\n\r\n"
    )
    return head.encode() + body


class Connection(asyncio.Protocol):
    """One kept-alive connection with one request on the way at a time."""

    def __init__(self, phones: "Phones") -> None:
        self._phones = phones
        self._transport: asyncio.Transport | None = None
        self._received = b""
        self._asked: tuple[str, float] | None = None

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        assert isinstance(transport, asyncio.Transport)  # noqa: S101 - a TCP connection
        self._transport = transport

    def ask(self, sid: str, request: bytes, due: float) -> None:
        if self._transport is None:
            raise ConnectionError
        self._asked = (sid, due)
        self._transport.write(request)

    def data_received(self, data: bytes) -> None:
        self._received += data
        head, found, body = self._received.partition(END_OF_HEAD)
        if not found or len(body) < _length(head) or self._asked is None:
            return
        self._received = b""
        (sid, due), self._asked = self._asked, None
        self._phones.answered(self, sid, due, is_ok=head[9:12] == OK)

    def connection_lost(self, exc: Exception | None) -> None:
        if self._asked is not None:
            self._phones.answered(self, self._asked[0], self._asked[1], is_ok=False)


def _length(head: bytes) -> int:
    for line in head.split(b"\r\n"):
        name, _, value = line.partition(b":")
        if name.lower() == b"content-length":
            return int(value)
    return 0


class Phones:
    """Gives each free connection the next text."""

    def __init__(self, order: Order) -> None:
        self._order = order
        self._made: deque[tuple[str, bytes]] = deque(self._requests(order))
        self._free: deque[Connection] = deque()
        self._late: deque[float] = deque()  # when those were to leave for which no connection was free
        self._done = asyncio.Event()
        self._open = order.count
        self.report = Report(0.0, 0.0, [], 0, [])

    @staticmethod
    def _requests(order: Order) -> Iterator[tuple[str, bytes]]:
        for number in range(order.count):
            sid = sid_of(order.prefix, number)
            yield sid, request_of(sid, order.senders[number % len(order.senders)], number)

    async def text(self) -> Report:
        loop = asyncio.get_running_loop()
        for _ in range(self._order.connections):
            _, connection = await loop.create_connection(lambda: Connection(self), "127.0.0.1", self._order.port)
            self._free.append(connection)
        self.report.began = time.monotonic()
        if self._order.rate:
            await self._by_the_clock()
        else:
            while self._made and self._free:
                self._next(time.monotonic())
        await self._done.wait()
        self.report.ended = time.monotonic()
        return self.report

    async def _by_the_clock(self) -> None:
        for number in range(self._order.count):
            due = self.report.began + number / self._order.rate
            ahead = due - time.monotonic()
            if ahead > 0:
                await asyncio.sleep(ahead)
            if self._free:
                self._next(due)
            else:
                self._late.append(due)

    def _next(self, due: float) -> None:
        sid, request = self._made.popleft()
        self.report.left[sid] = due
        self._free.popleft().ask(sid, request, due)

    def answered(self, connection: Connection, sid: str, due: float, *, is_ok: bool) -> None:
        now = time.monotonic()
        if is_ok:
            self.report.acknowledged.append(sid)
        else:
            self.report.refused += 1
        self.report.waits.append(now - due)
        self._open -= 1
        self._free.append(connection)
        if self._open == 0:
            self._done.set()
        elif self._late:
            self._next(self._late.popleft())
        elif not self._order.rate and self._made:
            self._next(now)


async def main() -> None:
    given: dict[str, Any] = json.loads(sys.stdin.readline())
    given["senders"] = tuple(given["senders"])
    report = await Phones(Order(**given)).text()
    sys.stdout.write(json.dumps(asdict(report)) + "\n")


if __name__ == "__main__":
    asyncio.run(main())
