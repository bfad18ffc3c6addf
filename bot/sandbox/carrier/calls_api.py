"""Twilio's Calls resource, spoken well enough for Twilio's own client. Sections are those of facts/twilio.md."""

from collections.abc import Callable
from contextlib import suppress
from http import HTTPStatus
from typing import Any, Final

from aiohttp import web
from multidict import MultiMapping

from bot.domain.phone import normalise
from bot.sandbox.carrier.api import (
    API_VERSION,
    DEFAULT_PAGE_SIZE,
    IS_ANSWER_LOST,
    MessagesApi,
    Refused,
    check_callback,
    rfc_2822,
)
from bot.sandbox.carrier.calls import Call
from bot.sandbox.carrier.state import Book
from bot.sandbox.carrier.switchboard import Ordered, Switchboard

MOST_TWIML: Final = 4000  # section 16
LONGEST_RING_S: Final = 600  # section 16
DEFAULT_RING_S: Final = 60  # section 16
EVENTS: Final = frozenset({"initiated", "ringing", "answered", "completed"})  # section 16


class CallsApi:
    """The routes of the Calls resource; login and faults are those of the Messages resource."""

    def __init__(self, *, book: Callable[[], Book], messages: MessagesApi, board: Switchboard) -> None:
        self._book = book
        self._messages = messages
        self._board = board

    def routes(self) -> list[web.RouteDef]:
        """Return the routes of the Calls resource."""
        base = f"/carrier/{API_VERSION}/Accounts/{{account}}/Calls.json"
        return [
            web.post(base, self._messages.guarded(self._create)),
            web.get(base, self._messages.guarded(self._list)),
        ]

    async def _create(self, request: web.Request) -> web.StreamResponse:
        call = self._board.accept(self._checked(await request.post()))
        answer = web.json_response(_resource(call, request.match_info["account"]), status=HTTPStatus.CREATED)
        if not request[IS_ANSWER_LOST]:  # the answer first, then what comes of it
            with suppress(ConnectionError):  # hung up meanwhile; the call is made nevertheless
                await answer.prepare(request)
                await answer.write_eof()
        self._board.ring(call)
        return answer

    def _checked(self, form: MultiMapping[Any]) -> Ordered:
        """Return what is ordered, or refuse in Twilio's words (section 16)."""
        raw_to, from_, twiml = (str(form.get(name, "")) for name in ("To", "From", "Twiml"))
        to = normalise(raw_to)
        if to is None:
            raise Refused(21217, f"Phone number {raw_to} does not appear to be valid")
        if to in self._board.not_to_be_called:
            raise Refused(21217, f"Phone number {to} does not appear to be valid")
        if from_ not in self._book().numbers:
            raise Refused(21210, f"'From' phone number {from_} is not valid or verified for this account")
        if form.get("Url") or not 0 < len(twiml) <= MOST_TWIML:  # section 16: Twiml is ignored when Url is given too
            raise Refused(20001, "Only 'Twiml' of at most 4000 characters is understood here.")
        timeout = str(form.get("Timeout", DEFAULT_RING_S))
        if not (timeout.isdecimal() and 1 <= int(timeout) <= LONGEST_RING_S):
            raise Refused(21208, "Invalid Timeout")
        callback = str(form.get("StatusCallback", ""))
        check_callback(callback)
        events = [str(event) for event in form.getall("StatusCallbackEvent", [])] or ["completed"]
        if not set(events) <= EVENTS:
            raise Refused(20001, "Invalid StatusCallbackEvent")
        return Ordered(from_, to, twiml, int(timeout), callback or None, events)

    async def _list(self, request: web.Request) -> web.StreamResponse:
        """Filtered by To, newest first; one page is enough for a sandbox."""
        to, size = request.query.get("To"), request.query.get("PageSize", "")
        found = [call for call in reversed(self._book().calls.values()) if to in (None, call.to)]
        shown = found[: int(size) if size.isdecimal() else DEFAULT_PAGE_SIZE]
        account = request.match_info["account"]
        body = {
            "calls": [_resource(call, account) for call in shown],
            "page": 0,
            "page_size": len(shown),
            "next_page_uri": None,
            "uri": request.rel_url.raw_path_qs.removeprefix("/carrier"),
        }
        return web.json_response(body)


def _resource(call: Call, account: str) -> dict[str, Any]:
    made_at = rfc_2822(call.created_at)
    return {
        "account_sid": account,
        "api_version": API_VERSION,
        "date_created": made_at,
        "direction": "outbound-api",
        "from": call.from_,
        "sid": call.sid,
        "start_time": made_at,
        "status": call.status,
        "to": call.to,
        "uri": f"/{API_VERSION}/Accounts/{account}/Calls/{call.sid}.json",
    }
