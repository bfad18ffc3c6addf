"""Requests from Slack to the bot: signed HTTP, or a Socket Mode envelope when the bot has a websocket open."""

import asyncio
import hashlib
import hmac
import json
from collections import deque
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final, Literal
from urllib.parse import urlencode

import aiohttp

from bot.clock import Clock

from .recorder import Kind, Recorder
from .socket_mode import SocketClosedError, SocketMode
from .state import Json

Route = Literal["events_api", "interactive", "slash_commands"]  # Socket Mode's own names
PATH: Final = "/slack/events"
MOST_REDIRECTS: Final = 2  # `too_many_redirects` (more than 2), facts/slack.md section 2


@dataclass(frozen=True, slots=True)
class Retry:
    """X-Slack-Retry-Num 1 to 3 and its reason. facts/slack.md section 2."""

    num: int
    reason: str


@dataclass(frozen=True, slots=True)
class Answer:
    """What the bot answered. `failure` is one of the retry reasons, None when it answered 2xx in time."""

    status: int | None
    body: bytes = b""
    failure: str | None = None
    is_retry_refused: bool = False

    def json(self) -> Json | None:
        """Return the body as an object; None when it is empty or something else."""
        try:
            decoded = json.loads(self.body)
        except ValueError:
            return None
        return decoded if isinstance(decoded, dict) else None


@dataclass(frozen=True, slots=True)
class Delivery:
    """One attempt, for tests that count them."""

    at: datetime
    route: Route
    what: str  # the event's or interaction's type
    id: str | None  # event_id
    retry: Retry | None
    status: int | None
    failure: str | None


def signature(secret: str, timestamp: int, body: bytes) -> str:
    """`v0=` + hex HMAC-SHA256 over `v0:{timestamp}:{raw body}`. facts/slack.md section 4."""
    base = b"v0:%d:%s" % (timestamp, body)
    return "v0=" + hmac.new(secret.encode(), base, hashlib.sha256).hexdigest()


class Courier:
    """Delivers, measures the 3 seconds, records what came back, and knows when nothing is under way."""

    def __init__(
        self,
        *,
        clock: Clock,
        bot_url: Callable[[], str],
        signing_secret: str,
        recorder: Recorder,
        socket: SocketMode,
    ) -> None:
        self.answer_within_s = 3.0  # facts/slack.md section 2, for events and interactions alike
        self.deliveries: deque[Delivery] = deque(maxlen=10_000)
        self._clock = clock
        self._bot_url = bot_url
        self._secret = signing_secret
        self._recorder = recorder
        self._socket = socket
        self._session: aiohttp.ClientSession | None = None
        self._under_way = 0
        self._idle = asyncio.Event()
        self._idle.set()

    async def start(self) -> None:
        """Open the HTTP client."""
        if self._session is None:
            self._session = aiohttp.ClientSession()

    async def close(self) -> None:
        """Close the HTTP client."""
        if self._session is not None:
            await self._session.close()
            self._session = None

    async def quiet(self) -> None:
        """Wait until nothing is under way."""
        await self._idle.wait()

    def entered(self) -> None:
        """Count one delivery as under way."""
        self._under_way += 1
        self._idle.clear()

    def left(self) -> None:
        """Count it as done."""
        self._under_way -= 1
        if self._under_way == 0:
            self._idle.set()

    @contextmanager
    def under_way(self) -> Iterator[None]:
        """Hold `quiet` while something is being delivered."""
        self.entered()
        try:
            yield
        finally:
            self.left()

    @contextmanager
    def waiting(self) -> Iterator[None]:
        """Let `quiet` pass while a delivery only waits for its time."""
        self.left()
        try:
            yield
        finally:
            self.entered()

    async def send(
        self,
        route: Route,
        payload: Json,
        *,
        retry: Retry | None = None,
        kind: Kind = "ack",
        accepts_payload: bool = False,
    ) -> Answer:
        """Deliver once, over a websocket when there is one and else over HTTP; record the answer's body."""
        with self.under_way():
            try:
                async with asyncio.timeout(self.answer_within_s):
                    if self._socket.is_connected:
                        answer = await self._by_socket(route, payload, retry, accepts_payload=accepts_payload)
                    else:
                        answer = await self._by_http(route, payload, retry)
            except TimeoutError:
                answer = Answer(None, failure="http_timeout")
            self._note(route, payload, retry, answer, kind)
            return answer

    async def _by_socket(self, route: Route, payload: Json, retry: Retry | None, *, accepts_payload: bool) -> Answer:
        """facts/slack.md section 14: each payload goes to one of the connections."""
        envelope: Json = {"type": route, "payload": payload, "accepts_response_payload": accepts_payload}
        if route == "events_api":
            envelope |= {"retry_attempt": retry.num if retry else 0, "retry_reason": retry.reason if retry else ""}
        try:
            answered = await self._socket.deliver(envelope)
        except SocketClosedError:
            return Answer(None, failure="connection_failed")
        return Answer(200, answered)

    async def _by_http(self, route: Route, payload: Json, retry: Retry | None) -> Answer:
        if self._session is None:
            raise RuntimeError("the pretend Slack has not been started")
        body, content_type = _encode(route, payload)
        timestamp = int(self._clock.wire_now().timestamp())
        headers = {
            "Content-Type": content_type,
            "User-Agent": "Slackbot 1.0 (+https://api.slack.com/robots)",
            "X-Slack-Request-Timestamp": str(timestamp),
            "X-Slack-Signature": signature(self._secret, timestamp, body),
        }
        if retry is not None:
            headers |= {"X-Slack-Retry-Num": str(retry.num), "X-Slack-Retry-Reason": retry.reason}
        try:
            async with self._session.post(
                self._bot_url().rstrip("/") + PATH, data=body, headers=headers, max_redirects=MOST_REDIRECTS
            ) as response:
                answered = await response.read()
                is_good = 200 <= response.status < 300
                return Answer(
                    response.status,
                    answered,
                    failure=None if is_good else "http_error",
                    is_retry_refused=not is_good and response.headers.get("X-Slack-No-Retry") == "1",
                )
        except aiohttp.TooManyRedirects:
            return Answer(None, failure="too_many_redirects")
        except aiohttp.ClientSSLError:
            return Answer(None, failure="ssl_error")
        except aiohttp.ClientConnectionError:
            return Answer(None, failure="connection_failed")
        except aiohttp.ClientError:
            return Answer(None, failure="unknown_error")

    def _note(self, route: Route, payload: Json, retry: Retry | None, answer: Answer, kind: Kind) -> None:
        event = payload.get("event", {})
        what = event.get("type") or payload.get("type") or payload.get("command", "")
        delivery = Delivery(
            self._clock.wire_now(), route, what, payload.get("event_id"), retry, answer.status, answer.failure
        )
        self.deliveries.append(delivery)
        if answer.body:
            text = {"text": answer.body.decode(errors="replace")}
            self._recorder.add(kind, what, answer.body, answer.json() or text)


def _encode(route: Route, payload: Json) -> tuple[bytes, str]:
    """Events are JSON, interactions a form with one field, commands a form with many."""
    if route == "events_api":
        return json.dumps(payload).encode(), "application/json"
    form: dict[str, Any] = payload if route == "slash_commands" else {"payload": json.dumps(payload)}
    return urlencode(form).encode(), "application/x-www-form-urlencoded"
