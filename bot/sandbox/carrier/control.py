"""The carrier's part of the control interface; docs/sandbox.md is its contract."""

import json
from collections.abc import Awaitable, Callable
from typing import Any, Final, Protocol

from aiohttp import web

from bot.sandbox.carrier.state import NumberTaken, UnknownNumber

MOST_MEDIA: Final = 10
STATUSES: Final = frozenset(
    {
        "accepted",
        "scheduled",
        "queued",
        "sending",
        "sent",
        "delivered",
        "undelivered",
        "failed",
        "canceled",
        "read",
        "partially_delivered",
    }
)

Handler = Callable[[web.Request], Awaitable[web.Response]]


class Carrier(Protocol):
    """What the control interface orders about."""

    def add_phone(self, number: str, name: str, note: str = "") -> None: ...

    def begin_text(self, from_number: str, body: str, to: str, media: int = 0) -> tuple[str, Any]: ...

    async def report(self, sid: str, status: str, error_code: int | None = None) -> None: ...


class Board(Protocol):
    """What a person does with a phone that rings."""

    async def answer(self, sid: str, digits: str = "") -> None: ...

    async def decline(self, sid: str) -> None: ...

    async def hang_up(self, sid: str) -> None: ...

    def begin_call(self, from_number: str, to: str, *, hides_number: bool = False) -> str: ...


class CarrierControl:
    """Phones text and are answered, phones appear, and one callback can be sent by hand."""

    def __init__(self, carrier: Carrier, board: Board) -> None:
        self._carrier = carrier
        self._board = board

    def routes(self) -> list[web.RouteDef]:
        """Return the routes under `/control`."""
        return [
            web.post("/control/phones", _told(self._add_phone)),
            web.post("/control/phones/{number}/text", _told(self._text)),
            web.post("/control/sms/{sid}/status", _told(self._status)),
            web.post("/control/phones/{number}/call", _told(self._call_us)),
            web.post("/control/calls/{sid}", _told(self._call)),
        ]

    async def _add_phone(self, request: web.Request) -> web.Response:
        order = await _order(request)
        self._carrier.add_phone(_word(order, "number"), _word(order, "name"), _text(order, "note"))
        return web.json_response({"ok": True})

    async def _text(self, request: web.Request) -> web.Response:
        """Does not wait for the bot: `/control/settle` does."""
        order = await _order(request)
        media = order.get("media", 0)
        if not isinstance(media, int) or not 0 <= media <= MOST_MEDIA:
            raise BadOrder("media")
        sid, _ = self._carrier.begin_text(request.match_info["number"], _text(order, "body"), _word(order, "to"), media)
        return web.json_response({"ok": True, "sid": sid})

    async def _status(self, request: web.Request) -> web.Response:
        order = await _order(request)
        status, error_code = _word(order, "status"), order.get("error_code")
        if status not in STATUSES:
            raise BadOrder("status")
        if error_code is not None and not isinstance(error_code, int):
            raise BadOrder("error_code")
        await self._carrier.report(request.match_info["sid"], status, error_code)
        return web.json_response({"ok": True})

    async def _call_us(self, request: web.Request) -> web.Response:
        """Does not wait for the bot: `/control/settle` does."""
        order = await _order(request)
        hidden = order.get("hidden", False)
        if not isinstance(hidden, bool):
            raise BadOrder("hidden")
        number = request.match_info["number"]
        sid = self._board.begin_call(number, _word(order, "to"), hides_number=hidden)
        return web.json_response({"ok": True, "sid": sid})

    async def _call(self, request: web.Request) -> web.Response:
        """`do`: `key` (with `digits`), `voicemail`, `decline` or, when somebody has answered or calls, `hang_up`."""
        order, sid = await _order(request), request.match_info["sid"]
        what = _word(order, "do")
        if what == "key":
            await self._board.answer(sid, _word(order, "digits"))
        elif what == "voicemail":
            await self._board.answer(sid)
        elif what == "decline":
            await self._board.decline(sid)
        elif what == "hang_up":
            await self._board.hang_up(sid)
        else:
            raise BadOrder("do")
        return web.json_response({"ok": True})


class BadOrder(ValueError):
    """A field is missing or makes no sense; the message names it."""


def _told(handler: Handler) -> Handler:
    """Turn what `handler` raises into the errors of docs/sandbox.md."""

    async def told(request: web.Request) -> web.Response:
        try:
            return await handler(request)
        except BadOrder as error:
            return _error(f"bad_{error}", 400)
        except UnknownNumber:
            return _error("not_found", 404)
        except NumberTaken:
            return _error("number_taken", 409)

    return told


def _error(word: str, status: int) -> web.Response:
    return web.json_response({"ok": False, "error": word}, status=status)


async def _order(request: web.Request) -> dict[str, Any]:
    try:
        order = json.loads(await request.text())
    except ValueError:
        raise BadOrder("json") from None
    if not isinstance(order, dict):
        raise BadOrder("json")
    return order


def _text(order: dict[str, Any], name: str) -> str:
    value = order.get(name, "")
    if not isinstance(value, str):
        raise BadOrder(name)
    return value


def _word(order: dict[str, Any], name: str) -> str:
    value = _text(order, name).strip()
    if not value:
        raise BadOrder(name)
    return value
