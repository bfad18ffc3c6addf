"""What every request meets before its handler: who asks, how much, how long, how often; and how every error is told."""

import asyncio
from dataclasses import dataclass, field
from http import HTTPStatus
from typing import Final

import structlog
from aiohttp import hdrs, web
from aiohttp.typedefs import Handler, Middleware

from bot.clock import Clock
from bot.domain.edge import Client, EdgeRules, client_of
from handlers.counters import Counters
from handlers.edge.answers import bare, bare_of
from handlers.edge.doors import Door, Kind, door_of, lets_in
from handlers.edge.tries import Tries
from handlers.keys import TOO_MANY

log = structlog.get_logger(__name__)

NOT_LET_IN: Final = frozenset({HTTPStatus.UNAUTHORIZED, HTTPStatus.FORBIDDEN, HTTPStatus.NOT_FOUND})
FORWARDED: Final = "X-Forwarded-For"


@dataclass(slots=True)
class Guard:
    """One for the application. What it remembers is of this process, and bounded."""

    rules: EdgeRules
    clock: Clock
    counters: Counters
    tries: Tries = field(init=False)
    _lane: asyncio.Lock = field(default_factory=asyncio.Lock)  # for those who have tried too often: one at a time
    _has_warned: bool = False

    def __post_init__(self) -> None:
        self.tries = Tries(self.rules.tries, self.rules.tries_within)

    async def handle(self, request: web.Request, handler: Handler) -> web.StreamResponse:
        """Answer one request, come what may."""
        door = door_of(request)
        if door is None:
            return await _answered(request, handler)  # 404 or 405: nothing is read
        client = self._client(request)
        if not lets_in(request.path, door, client, self.rules):
            self.counters.refused.labels("place").inc()
            return bare(403)
        read = await self._read(request, door)
        if not isinstance(read, web.Request):
            self.counters.refused.labels("body").inc()
            return read
        return await self._counted(read, handler, door, client)

    def _client(self, request: web.Request) -> Client:
        client = client_of(request.remote, request.headers.getall(FORWARDED, []), self.rules.trusted_proxies)
        if not client.is_certain and not self._has_warned:
            self._has_warned = True
            log.warning("forwarded_by_a_stranger")  # trusted_proxies may lack our own proxy
        return client

    async def _read(self, request: web.Request, door: Door) -> web.Request | web.Response:
        """Return the request with its whole body, or why not. Nothing later has to wait for the network."""
        length = request.content_length
        if (length or 0) > door.most_body or (request.body_exists and not door.most_body):
            return _closing(413)
        if not request.body_exists:
            return request
        limited = request.clone(client_max_size=door.most_body)
        try:
            async with asyncio.timeout(self.rules.body_within.total_seconds()):
                await limited.read()
        except TimeoutError:
            return _closing(408)
        except web.HTTPRequestEntityTooLarge:
            return _closing(413)
        except web.RequestPayloadError:
            return _closing(400)
        return limited

    async def _counted(self, request: web.Request, handler: Handler, door: Door, client: Client) -> web.StreamResponse:
        """Answer, and count whoever is not let in.

        Who has tried too often is answered 429 where they would have been refused, and only there: behind their
        address may stand a whole mobile network, and somebody in it who has the right link. Those who have no
        signature to show wait in one lane for that, so that they cannot keep the database busy.
        """
        bucket = client.bucket
        if bucket is None or door.kind not in {Kind.SIGNED, Kind.SECRET}:
            return await _answered(request, handler)
        is_over = self.tries.is_over(bucket, self.clock.wire_now())
        request[TOO_MANY] = is_over
        if is_over and door.kind is Kind.SECRET:
            if self._lane.locked():
                return self._too_many(bare(429))
            async with self._lane:
                answer = await _answered(request, handler)
        else:
            answer = await _answered(request, handler)
        if answer.status in NOT_LET_IN:
            self.tries.note(bucket, self.clock.wire_now())
            return self._too_many(answer) if is_over else answer
        return answer

    def _too_many(self, answer: web.StreamResponse) -> web.StreamResponse:
        self.counters.refused.labels("often").inc()
        answer.set_status(429)
        answer.headers[hdrs.RETRY_AFTER] = str(int(self.rules.tries_within.total_seconds()))
        return answer


def middleware_of(guard: Guard) -> Middleware:
    """Return the guard as the framework wants it."""

    @web.middleware
    async def at_the_edge(request: web.Request, handler: Handler) -> web.StreamResponse:
        return await guard.handle(request, handler)

    return at_the_edge


def _closing(status: int) -> web.Response:
    """Refuse what has not been read to its end: the connection cannot be used for another request."""
    answer = bare(status)
    answer.force_close()
    return answer


async def _answered(request: web.Request, handler: Handler) -> web.StreamResponse:
    """Return the handler's answer, or an empty one for whatever it raised."""
    try:
        return await handler(request)
    except web.HTTPException as error:
        return bare_of(error)
    except ConnectionError:
        raise
    except Exception as error:
        resource = request.match_info.route.resource
        log.exception("request_failed", route=resource.canonical if resource else "?", kind=type(error).__name__)
        return bare(500)
