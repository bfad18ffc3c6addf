"""Twilio's Messages resource, spoken well enough for Twilio's own client.

Sections are those of facts/twilio.md.
"""

import hmac
import re
from asyncio import Task, shield, sleep
from collections.abc import Awaitable, Callable, Coroutine, Mapping
from contextlib import suppress
from datetime import UTC, date, datetime, time, timedelta
from email.utils import format_datetime
from http import HTTPStatus
from typing import Any, Final, Protocol, TypeVar
from urllib.parse import urlencode, urlsplit

from aiohttp import encode_basic_auth, web

from bot.domain.phone import can_receive_sms, normalise
from bot.domain.sms_parts import MAX_SMS_CHARACTERS, parts
from bot.sandbox.carrier.faults import CarrierFaults
from bot.sandbox.carrier.state import Book, Sms, UnknownNumber

API_VERSION: Final = "2010-04-01"
DEFAULT_PAGE_SIZE: Final = 50  # section 8
MAX_PAGE_SIZE: Final = 1000
T = TypeVar("T")
IS_ANSWER_LOST: Final = web.RequestKey("is_answer_lost", bool)
_HOST_NAME: Final = re.compile(r"[A-Za-z0-9.-]+")  # section 5: a valid host name without underscores


class Refused(Exception):
    """Twilio's "no", as JSON."""

    def __init__(self, code: int, message: str, status: int = HTTPStatus.BAD_REQUEST) -> None:
        self.code = code
        self.message = message
        self.status = int(status)
        super().__init__(code)

    def answer(self, headers: Mapping[str, str] | None = None) -> web.Response:
        """Return the error as Twilio words it, number included."""
        body = {
            "code": self.code,
            "message": self.message,
            "more_info": f"https://www.twilio.com/docs/errors/{self.code}",
            "status": self.status,
        }
        return web.json_response(body, status=self.status, headers=headers)


class Network(Protocol):
    """What lies behind the API: it takes an sms and carries it on."""

    def accept(self, *, from_: str, to: str, body: str, status_callback: str | None) -> Sms:
        """Write it down as queued."""

    def carry(self, sms: Sms) -> None:
        """Carry it on in the background."""

    async def carry_early(self, sms: Sms) -> None:
        """Carry it to the end, callbacks included, before returning."""

    def in_background(self, work: Coroutine[Any, Any, T]) -> Task[T]:
        """Do `work` whoever waits for it; the carrier is not quiet until it is done."""

    def forget_text(self, sms: Sms) -> None:
        """Redact it."""

    def forget(self, sms: Sms) -> None:
        """Delete it."""


Handler = Callable[[web.Request], Awaitable[web.StreamResponse]]


class MessagesApi:
    """The routes under `/carrier`; state and network are given."""

    def __init__(
        self, *, book: Callable[[], Book], faults: CarrierFaults, network: Network, account_sid: str, auth_token: str
    ) -> None:
        self._book = book
        self._faults = faults
        self._network = network
        self._account_sid = account_sid
        self._auth_token = auth_token

    def routes(self) -> list[web.RouteDef]:
        """Return the routes of the Messages resource."""
        base = f"/carrier/{API_VERSION}/Accounts/{{account}}/Messages"
        one = base + "/{sid}.json"
        return [
            web.post(base + ".json", self.guarded(self._create)),
            web.get(base + ".json", self.guarded(self._list)),
            web.get(one, self.guarded(self._fetch)),
            web.post(one, self.guarded(self._update)),
            web.delete(one, self.guarded(self._delete)),
        ]

    def guarded(self, handler: Handler) -> Handler:
        """Apply the faults and the login to `handler`."""

        async def guarded(request: web.Request) -> web.StreamResponse:
            fault = self._faults.next_call(request.method)
            if fault == "down":
                return _dropped(request)
            if fault == "limited":  # sections 6.1 and 7: too many requests, not processed
                refused = Refused(20429, "Too many requests", HTTPStatus.TOO_MANY_REQUESTS)
                return refused.answer({"Retry-After": str(self._faults.retry_after_s)})
            if fault == "error":  # section 6.1
                return Refused(20500, "Internal server error", HTTPStatus.INTERNAL_SERVER_ERROR).answer()
            await request.read()  # now: after a hang-up it could no longer be had
            if fault == "hang":
                await sleep(self._faults.hang_s)
                return _dropped(request)
            request[IS_ANSWER_LOST] = fault in {"lost_answer", "late_error"}
            delay_s = self._faults.slow_s if fault == "slow" else 0.0
            # Section 7: a caller who gives up does not undo what it has asked for.
            answer = await shield(self._network.in_background(self._answered(handler, request, delay_s)))
            if fault == "late_error":  # section 7: a 500 does not say that nothing was done
                return Refused(20500, "Internal server error", HTTPStatus.INTERNAL_SERVER_ERROR).answer()
            return _dropped(request) if request[IS_ANSWER_LOST] else answer

        return guarded

    async def _answered(self, handler: Handler, request: web.Request, delay_s: float) -> web.StreamResponse:
        await sleep(delay_s)
        try:
            self._check_login(request)
            return await handler(request)
        except Refused as refused:
            return refused.answer()
        except UnknownNumber:  # section 6.1
            message = f"The requested resource {request.path} was not found"
            return Refused(20404, message, HTTPStatus.NOT_FOUND).answer()

    def _check_login(self, request: web.Request) -> None:
        """Section 6.1: 20003 for anything but our account and its token."""
        given = request.headers.get("Authorization", "").encode(errors="replace")
        wanted = encode_basic_auth(self._account_sid, self._auth_token).encode()
        is_account = request.match_info["account"] == self._account_sid
        if not (is_account and hmac.compare_digest(given, wanted)):
            raise Refused(20003, "Authenticate", HTTPStatus.UNAUTHORIZED)

    async def _create(self, request: web.Request) -> web.StreamResponse:
        form = {key: str(value) for key, value in (await request.post()).items()}
        from_, to, body = self._checked(form)
        sms = self._network.accept(from_=from_, to=to, body=body, status_callback=form.get("StatusCallback") or None)
        resource = self._resource(sms)
        if self._faults.order_of(sms.sid) == "early":  # section 5: callbacks may precede this answer
            await self._network.carry_early(sms)
            return web.json_response(resource, status=HTTPStatus.CREATED)
        answer = web.json_response(resource, status=HTTPStatus.CREATED)
        if not request[IS_ANSWER_LOST]:  # the answer first, then what comes of it
            with suppress(ConnectionError):  # hung up meanwhile; the sms is accepted nevertheless
                await answer.prepare(request)
                await answer.write_eof()
        self._network.carry(sms)
        return answer

    def _checked(self, form: Mapping[str, str]) -> tuple[str, str, str]:
        """Return From, To and Body, or refuse in Twilio's words (section 6.1)."""
        from_, raw_to, body = form.get("From", ""), form.get("To", ""), form.get("Body", "")
        if not raw_to:
            raise Refused(21604, "A 'To' phone number is required.")
        if not from_:
            raise Refused(21603, "A 'From' phone number is required.")
        if not body:
            raise Refused(21602, "Message body is required.")
        if len(body) > MAX_SMS_CHARACTERS:
            raise Refused(21617, "The concatenated message body exceeds the 1600 character limit.")
        to = normalise(raw_to)
        if to is None:
            raise Refused(21211, f"The 'To' number {raw_to} is not a valid phone number.")
        if not can_receive_sms(to):
            raise Refused(21614, f"'To' number {to} is not a valid mobile number.")
        if from_ not in self._book().numbers:
            raise Refused(21606, f"The 'From' phone number {from_} is not a valid, message-capable phone number.")
        if (from_, to) in self._book().blocked:  # section 11
            raise Refused(21610, f"Attempt to send to unsubscribed recipient {to}")
        check_callback(form.get("StatusCallback", ""))
        _check_validity(form.get("ValidityPeriod", ""))
        return from_, to, body

    async def _list(self, request: web.Request) -> web.StreamResponse:
        """Section 8: filtered, newest first, page by page; an unknown filter filters nothing."""
        query = request.query
        found = [sms for sms in self._book().newest_first() if _matches(sms, query)]
        page, size = (
            _number(query, "Page", 0),
            min(max(_number(query, "PageSize", DEFAULT_PAGE_SIZE), 1), MAX_PAGE_SIZE),
        )
        start = _start(found, query.get("PageToken"), page * size)
        shown = found[start : start + size]
        is_more = start + size < len(found)
        body = {
            "messages": [self._resource(sms) for sms in shown],
            "page": page,
            "page_size": size,
            "start": start,
            "end": max(start + len(shown) - 1, 0),
            "uri": request.rel_url.raw_path_qs.removeprefix("/carrier"),
            "first_page_uri": self._page_uri(query, 0, size, None),
            "previous_page_uri": self._page_uri(query, page - 1, size, None) if page else None,
            "next_page_uri": self._page_uri(query, page + 1, size, shown[-1].sid) if is_more else None,
        }
        return web.json_response(body)

    def _page_uri(self, query: Mapping[str, str], page: int, size: int, after: str | None) -> str:
        """The token pins the place, so that newcomers do not push anything past the reader."""
        kept = {key: value for key, value in query.items() if key not in ("Page", "PageSize", "PageToken")}
        token = {} if after is None else {"PageToken": "PA" + after}
        params = {**kept, "PageSize": str(size), "Page": str(page), **token}
        return f"/{API_VERSION}/Accounts/{self._account_sid}/Messages.json?{urlencode(params)}"

    async def _fetch(self, request: web.Request) -> web.StreamResponse:
        return web.json_response(self._resource(self._book().find(request.match_info["sid"])))

    async def _update(self, request: web.Request) -> web.StreamResponse:
        """Section 14: an empty Body redacts the text, once the status is final (20009)."""
        sms = self._book().find(request.match_info["sid"])
        if (await request.post()).get("Body") != "":
            raise Refused(20001, "Only an empty 'Body' is understood here.")
        _require_finished(sms)
        self._network.forget_text(sms)
        return web.json_response(self._resource(sms))

    async def _delete(self, request: web.Request) -> web.StreamResponse:
        """Section 14: removes the message, once the status is final (20009)."""
        sms = self._book().find(request.match_info["sid"])
        _require_finished(sms)
        self._network.forget(sms)
        return web.Response(status=HTTPStatus.NO_CONTENT)

    def _resource(self, sms: Sms) -> dict[str, Any]:
        uri = f"/{API_VERSION}/Accounts/{self._account_sid}/Messages/{sms.sid}"
        return {
            "account_sid": self._account_sid,
            "api_version": API_VERSION,
            "body": sms.body,
            "date_created": rfc_2822(sms.created_at),
            "date_sent": rfc_2822(sms.sent_at),
            "date_updated": rfc_2822(sms.updated_at),
            "direction": sms.direction,
            "error_code": sms.error_code,
            "error_message": None,
            "from": sms.from_,
            "messaging_service_sid": None,
            "num_media": str(sms.media),
            "num_segments": str(max(parts(sms.body).count, 1)),
            "price": None,
            "price_unit": "USD",
            "sid": sms.sid,
            "status": sms.status,
            "subresource_uris": {"media": f"{uri}/Media.json"},
            "to": sms.to,
            "uri": f"{uri}.json",
        }


def _dropped(request: web.Request) -> web.Response:
    """Cut the connection; what is returned reaches nobody."""
    if request.transport is not None:
        request.transport.abort()
    return web.Response()


def check_callback(url: str) -> None:
    """Section 5: a host name without underscores."""
    if not url:
        return
    try:
        split = urlsplit(url)
        is_good = split.scheme in ("http", "https") and _HOST_NAME.fullmatch(split.hostname or "") is not None
    except ValueError:
        is_good = False
    if not is_good:
        raise Refused(21609, f"The 'StatusCallback' URL {url} is not a valid URL.")


def _check_validity(seconds: str) -> None:
    """Sections 6.3 and 12: 1 to 36000 seconds."""
    if seconds and not (seconds.isdecimal() and 1 <= int(seconds) <= 36000):
        raise Refused(90007, "ValidityPeriod must be between 1 and 36000 seconds.")


def _require_finished(sms: Sms) -> None:
    if not sms.is_finished:
        raise Refused(20009, "Cannot change a resource before it is complete.")


def _matches(sms: Sms, query: Mapping[str, str]) -> bool:
    """Apply To, From, DateSent, DateSent< and DateSent> (section 8); what has no date_sent has no date."""
    if query.get("To") not in (None, "", sms.to) or query.get("From") not in (None, "", sms.from_):
        return False
    for name in ("DateSent", "DateSent<", "DateSent>"):
        wanted = query.get(name)
        if wanted and (sms.sent_at is None or not _is_within(sms.sent_at, name, wanted)):
            return False
    return True


def _is_within(sent_at: datetime, name: str, wanted: str) -> bool:
    """Compare with a GMT day, or with an instant; `<` and `>` include the limit."""
    first, last = _span(wanted)
    if name == "DateSent<":
        return sent_at <= last
    if name == "DateSent>":
        return sent_at >= first
    return first <= sent_at <= last


def _span(wanted: str) -> tuple[datetime, datetime]:
    try:
        if "T" not in wanted:
            first = datetime.combine(date.fromisoformat(wanted), time(), UTC)
            return first, first + timedelta(days=1) - timedelta(seconds=1)
        at = datetime.fromisoformat(wanted)
    except ValueError:
        raise Refused(20001, "Invalid date.") from None
    return at, at


def _start(found: list[Sms], token: str | None, otherwise: int) -> int:
    if token is None:
        return otherwise
    sids = [sms.sid for sms in found]
    sid = token.removeprefix("PA")
    return sids.index(sid) + 1 if sid in sids else otherwise


def _number(query: Mapping[str, str], name: str, default: int) -> int:
    raw = query.get(name, "")
    return int(raw) if raw.isdecimal() else default


def rfc_2822(at: datetime | None) -> str | None:
    """Return an instant as Twilio writes it."""
    return None if at is None else format_datetime(at.astimezone(UTC))
