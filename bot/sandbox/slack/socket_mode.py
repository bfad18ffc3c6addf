"""Socket Mode: the websockets that apps.connections.open hands out. facts/slack.md section 14."""

import asyncio
import json
import secrets
from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Final

from aiohttp import WSMsgType, web

from bot.clock import Clock

from .state import Json

MOST_CONNECTIONS: Final = 10  # facts/slack.md section 14
TICKET_LIFE: Final = timedelta(seconds=30)


class SocketClosedError(ConnectionError):
    """The websocket closed before the bot acknowledged."""


class SocketMode:
    """Open websockets, and who waits for which acknowledgement. Each payload goes to one connection, in turn."""

    def __init__(self, *, clock: Clock, base_url: Callable[[], str], app_id: str, changed: Callable[[], None]) -> None:
        self.opened_count = 0
        self._clock = clock
        self._base_url = base_url
        self._app_id = app_id
        self._changed = changed
        self._tickets: dict[str, datetime] = {}
        self._open: list[web.WebSocketResponse] = []
        self._waiting: dict[str, tuple[web.WebSocketResponse, asyncio.Future[bytes]]] = {}

    @property
    def is_connected(self) -> bool:
        """Tell whether payloads go by websocket; if not, they go by HTTP."""
        return bool(self._open)

    def new_url(self) -> str:
        """Return a websocket url, good for one connection within half a minute."""
        ticket = secrets.token_urlsafe(18)
        self._tickets[ticket] = self._clock.wire_now()
        base = self._base_url().rstrip("/").replace("http", "ws", 1)
        return f"{base}/slack/socket/{ticket}"

    async def handle(self, request: web.Request) -> web.WebSocketResponse:
        """Serve one websocket until it closes."""
        issued_at = self._tickets.pop(request.match_info["ticket"], None)
        if issued_at is None or self._clock.wire_now() - issued_at > TICKET_LIFE:
            raise web.HTTPUnauthorized
        websocket = web.WebSocketResponse()
        await websocket.prepare(request)
        if len(self._open) >= MOST_CONNECTIONS:
            await websocket.send_json({"type": "disconnect", "reason": "too_many_websockets"})
            await websocket.close()
            return websocket
        self._open.append(websocket)
        try:
            await websocket.send_json(
                {
                    "type": "hello",
                    "num_connections": len(self._open),
                    "debug_info": {"host": "sandbox", "approximate_connection_time": 18060},
                    "connection_info": {"app_id": self._app_id},
                }
            )
            self.opened_count += 1
            self._changed()
            async for message in websocket:
                if message.type == WSMsgType.TEXT:
                    self._acknowledged(message.data)
        finally:
            self._gone(websocket)
        return websocket

    async def deliver(self, envelope: Json) -> bytes:
        """Send one envelope and return the acknowledgement's payload as JSON, empty when it has none.

        Raises SocketClosedError. `envelope_id` is per delivery (facts/slack.md section 2).
        """
        websocket = self._open.pop(0)
        self._open.append(websocket)
        envelope_id = secrets.token_hex(16)
        answered: asyncio.Future[bytes] = asyncio.get_running_loop().create_future()
        self._waiting[envelope_id] = (websocket, answered)
        try:
            try:
                await websocket.send_json({"envelope_id": envelope_id, **envelope})
            except ConnectionError:
                raise SocketClosedError from None
            return await answered
        finally:
            self._waiting.pop(envelope_id, None)

    async def refresh(self) -> None:
        """Ask every connection to come back on a new url, as Slack does every few hours."""
        for websocket in list(self._open):
            await websocket.send_json({"type": "disconnect", "reason": "refresh_requested", "debug_info": {}})

    async def close(self) -> None:
        """Close every connection."""
        for websocket in list(self._open):
            await websocket.close()
            self._gone(websocket)

    def _acknowledged(self, text: str) -> None:
        try:
            said = json.loads(text)
            _, answered = self._waiting[said["envelope_id"]]
        except (ValueError, KeyError, TypeError):
            return  # an acknowledgement of something we no longer wait for
        if not answered.done():
            payload = said.get("payload")
            answered.set_result(b"" if payload is None else json.dumps(payload, ensure_ascii=False).encode())

    def _gone(self, websocket: web.WebSocketResponse) -> None:
        if websocket in self._open:
            self._open.remove(websocket)
            self._changed()
        for held_by, answered in list(self._waiting.values()):
            if held_by is websocket and not answered.done():
                answered.set_exception(SocketClosedError())
