"""Twilio, as the rest of the bot knows it: send, find, list, fetch and redact.

The client that Twilio ships has twelve traps (facts/twilio.md section 9, T1 to T12); a comment
names each one where it is stepped around. Twilio's own messages repeat telephone numbers, and a
traceback ends up in a log, so every error is raised `from None`.
"""

import asyncio
import logging
from collections.abc import AsyncIterator, Awaitable, Collection, Coroutine
from datetime import UTC, datetime, timedelta
from typing import Any, Final, TypeVar

from aiohttp import ClientConnectorError, ClientError, encode_basic_auth
from twilio.base.exceptions import TwilioException, TwilioRestException, TwilioServiceException
from twilio.base.page import Page
from twilio.http.async_http_client import AsyncTwilioHttpClient
from twilio.http.response import Response
from twilio.rest import Client
from twilio.rest.api.v2010.account.message import MessageInstance

from bot.domain.errand import TooLateToLeave, leaving
from bot.domain.sending import (
    CallReceipt,
    LookupFailed,
    OutgoingCall,
    OutgoingSms,
    ProviderSms,
    SendError,
    SendPostponed,
    SendRejected,
    SendUncertain,
    SmsDirection,
    SmsReceipt,
)
from bot.sms.errors import (
    MAYBE_SENT,
    NOT_LOGGED_IN,
    PROVIDER_BUSY,
    PROVIDER_UNREACHABLE,
    REFUSALS,
    UNKNOWN_REFUSAL,
    Refusal,
)
from bot.sms.twilio_voice import CALL_EVENTS, asks_for_a_key

TWILIO_BASE_URL: Final = "https://api.twilio.com"
CALL_WITHIN: Final = timedelta(seconds=10)
BACK_OFF: Final = timedelta(seconds=3)  # at first, when the provider does not say how long to wait; it grows each time
LONGEST_BACK_OFF: Final = timedelta(minutes=15)  # whatever it says
LOOK_BACK: Final = timedelta(minutes=1)  # section 7: our clock and theirs may differ
PAGE_SIZE: Final = 200
CALLS_LOOKED_AT: Final = 20

NOT_FOUND: Final = 20404
NOT_FINISHED: Final = 20009

_T = TypeVar("_T")


class TwilioGateway:
    """One http client for the process. Create it inside the running loop (T1); close it at the end (T12)."""

    def __init__(
        self,
        account_sid: str,
        auth_token: str,
        *,
        base_url: str = TWILIO_BASE_URL,
        within: timedelta = CALL_WITHIN,
    ) -> None:
        """`base_url` is another one in the sandbox; `within` limits each call, in wire time."""
        _silence()
        self._http = _HttpClient()
        client = _LocalClient(account_sid, auth_token, base_url, self._http)
        self._messages, self._calls = client.messages, client.calls
        self._within_s = within.total_seconds()

    async def close(self) -> None:
        """Close the connections; a call after this fails."""
        await self._http.close()  # type: ignore[no-untyped-call]

    async def send(self, sms: OutgoingSms) -> SmsReceipt:
        """Hand one sms to Twilio, once; raise SendRejected, SendPostponed or SendUncertain.

        Raises TooLateToLeave when its errand may not leave any more.
        """
        return await self._sent(self._create_message(sms), sms.outbox_id)

    async def call(self, call: OutgoingCall) -> CallReceipt:
        """Have Twilio ring somebody, once; raises as `send` does (facts: section 16).

        `Url` is not given, since it would make Twilio ignore the words; nor is the call recorded or screened: only a
        key press counts, and no machine is to judge who answered.
        """
        return await self._sent(self._create_call(call), call.outbox_id)

    async def find_call(self, call: OutgoingCall, since: datetime) -> CallReceipt | None:
        """Look for an uncertain call that was attempted at `since`, by its recipient and start. Raises LookupFailed.

        One that has not started has no time to filter by, so the age is judged here, by when it was made.
        """
        oldest = _whole_second(since) - LOOK_BACK
        page: Page = await self._asked(self._calls.page_async(to=call.to, page_size=CALLS_LOOKED_AT))
        for found in page:
            made_at: datetime | None = found.date_created
            if (found.from_ or "") == call.from_ and (made_at is None or made_at >= oldest):
                return CallReceipt(_required(found.sid), str(found.status))
        return None

    async def _create_message(self, sms: OutgoingSms) -> SmsReceipt:
        message = await self._messages.create_async(
            to=sms.to,
            from_=sms.from_,
            body=sms.body,
            status_callback=sms.status_callback,
            validity_period=sms.validity_s,
        )
        return SmsReceipt(_required(message.sid), str(message.status))

    async def _create_call(self, call: OutgoingCall) -> CallReceipt:
        made = await self._calls.create_async(
            to=call.to,
            from_=call.from_,
            twiml=asks_for_a_key(call),
            status_callback=call.status_callback,
            status_callback_event=CALL_EVENTS,
            timeout=call.ring_s,
            record=False,
        )
        return CallReceipt(_required(made.sid), str(made.status))

    async def _sent(self, request: Coroutine[Any, Any, _T], outbox_id: str) -> _T:
        """Make a request that must not be made twice unasked; return its result, or raise one of the three kinds."""
        try:
            leaving()
        except TooLateToLeave:
            request.close()
            raise
        try:
            return await self._limited(request)
        except _TooManyRequests as error:
            raise SendPostponed(error.wait, PROVIDER_BUSY, provider_code=20429, outbox_id=outbox_id) from None
        except (TwilioRestException, TwilioServiceException) as error:
            raise _classified(error.status, error.code, outbox_id) from None
        except ClientConnectorError:  # never connected, so never sent
            raise SendPostponed(BACK_OFF, PROVIDER_UNREACHABLE, outbox_id=outbox_id) from None
        except (ClientError, OSError, TimeoutError, TwilioException, ValueError, AttributeError, KeyError, TypeError):
            # Cut off, too slow (T7), or a "yes" that we cannot read: it may be on its way.
            raise SendUncertain(MAYBE_SENT, outbox_id=outbox_id) from None

    async def find(self, sms: OutgoingSms, since: datetime, known: Collection[str]) -> SmsReceipt | None:
        """Look for an uncertain `sms` that was attempted at `since`; None when it is not there (yet).

        The newest with this recipient, sender and body whose id is not in `known` is the one. One
        that still waits has no `date_sent` to filter by, so the age is judged here. Raises LookupFailed.
        """
        oldest = _whole_second(since) - LOOK_BACK
        async for page in self._pages(to=sms.to):
            recent = [message for message in page if message.created_at is None or message.created_at >= oldest]
            for message in recent:
                is_ours = message.direction is SmsDirection.OUTBOUND and message.from_ == sms.from_
                if is_ours and message.body == sms.body and message.provider_id not in known:
                    return SmsReceipt(message.provider_id, message.status)
            if not recent:
                return None  # newest first: the rest is older still
        return None

    async def list_since(self, since: datetime, direction: SmsDirection) -> list[ProviderSms]:
        """Return all sms in `direction` with a `sent_at` at or after `since` (aware), oldest first.

        Twilio promises to filter by date only (section 8), so the time of day is filtered here.
        Raises LookupFailed.
        """
        oldest = _whole_second(since)
        found: dict[str, ProviderSms] = {}  # a page may repeat what a newcomer has pushed down
        async for page in self._pages(date_sent_after=oldest):
            for message in page:
                if message.direction is direction and message.sent_at is not None and message.sent_at >= oldest:
                    found.setdefault(message.provider_id, message)
        return list(reversed(found.values()))

    async def fetch_status(self, provider_id: str) -> ProviderSms | None:
        """Return how one sms is doing now, or None if Twilio does not know it. Raises LookupFailed."""
        try:
            return _listed(await self._asked(self._messages(provider_id).fetch_async()))
        except LookupFailed as error:
            if error.provider_code == NOT_FOUND:
                return None
            raise

    async def redact(self, provider_id: str) -> bool:
        """Erase the text at Twilio. True when it is gone, False when it is too early (section 14).

        Raises LookupFailed.
        """
        return await self._finished(self._messages(provider_id).update_async(body=""))

    async def erase(self, provider_id: str) -> bool:
        """Delete an sms at Twilio, with its pictures and numbers. True when it is gone, False when it is too early.

        The words go first: should the deletion be refused, what is left says nothing (section 14). Raises LookupFailed.
        """
        if not await self.redact(provider_id):
            return False
        return await self._finished(self._messages(provider_id).delete_async())

    async def _finished(self, change: Awaitable[object]) -> bool:
        """Await a change that is only taken once the sms is final; what is not there is done (section 14)."""
        try:
            await self._asked(change)
        except LookupFailed as error:
            if error.provider_code == NOT_FINISHED:
                return False
            if error.provider_code != NOT_FOUND:
                raise
        return True

    async def _pages(
        self, *, to: str | None = None, date_sent_after: datetime | None = None
    ) -> AsyncIterator[list[ProviderSms]]:
        filters: dict[str, object] = {"page_size": PAGE_SIZE}
        if to is not None:
            filters["to"] = to
        if date_sent_after is not None:
            filters["date_sent_after"] = date_sent_after.astimezone(UTC)  # T10: written out as it stands
        page: Page | None = await self._asked(self._messages.page_async(**filters))
        while page is not None:
            yield [_listed(message) for message in page]
            page = await self._asked(page.next_page_async())

    async def _asked(self, call: Awaitable[_T]) -> _T:
        """Await a call that changes nothing that matters; any trouble becomes LookupFailed."""
        try:
            return await self._limited(call)
        except _TooManyRequests as error:
            raise LookupFailed(PROVIDER_BUSY, provider_code=20429, wait=error.wait) from None
        except (TwilioRestException, TwilioServiceException) as error:
            refusal = _refusal(error.status, error.code)
            raise LookupFailed(refusal.reason, provider_code=_code(error), alarm=refusal.alarm) from None
        except TwilioException as error:  # a page: the status hides in the response beside the message
            refusal = _refusal(_status_of_page(error), None)
            raise LookupFailed(refusal.reason, alarm=refusal.alarm) from None
        except (ClientError, OSError, TimeoutError, ValueError):
            raise LookupFailed(PROVIDER_UNREACHABLE) from None

    async def _limited(self, call: Awaitable[_T]) -> _T:
        async with asyncio.timeout(self._within_s):  # T2: the client's own time-out is ignored
            return await call


class _HttpClient(AsyncTwilioHttpClient):
    """Reads `Retry-After`, which Twilio's exceptions leave out. No retries of its own (T4), async only (T8, T9).

    Logs in by header, because aiohttp is about to drop the class that Twilio's client logs in with.
    """

    def __init__(self) -> None:
        super().__init__(max_retries=None)

    async def request(self, *args: Any, **kwargs: Any) -> Response:  # type: ignore[override]
        login = kwargs.pop("auth", None)
        if login is not None:
            kwargs["headers"] = {**(kwargs.get("headers") or {}), "Authorization": encode_basic_auth(*login)}
        response = await super().request(*args, **kwargs)
        if response.status_code == 429:
            raise _TooManyRequests(_wait((response.headers or {}).get("Retry-After")))
        return response


class _LocalClient(Client):
    """Section 10: `region` and `edge` cannot leave twilio.com, one overridden method can."""

    def __init__(self, account_sid: str, auth_token: str, base_url: str, http_client: AsyncTwilioHttpClient) -> None:
        super().__init__(account_sid, auth_token, http_client=http_client)  # type: ignore[no-untyped-call]
        self._base_url = base_url.rstrip("/")

    def get_hostname(self, uri: str) -> str:
        if self._base_url == TWILIO_BASE_URL:
            return super().get_hostname(uri)
        return uri.replace(TWILIO_BASE_URL, self._base_url, 1)


class _TooManyRequests(Exception):
    """429: not processed (section 7)."""

    def __init__(self, wait: timedelta) -> None:
        self.wait = wait
        super().__init__()


def _silence() -> None:
    """T11: at INFO the client logs the whole address, and with it the number in `To=`."""
    for name in ("twilio", "twilio.async_http_client"):
        logging.getLogger(name).setLevel(logging.WARNING)


def _classified(status: int, code: int | None, outbox_id: str) -> SendError:
    """Sort Twilio's "no". Below 500 nothing was sent; from there on it may have been (section 7)."""
    if not 400 <= status < 500 or status == 408:
        return SendUncertain(MAYBE_SENT, provider_code=code, outbox_id=outbox_id)
    refusal = _refusal(status, code)
    if refusal.is_later:
        return SendPostponed(BACK_OFF, refusal.reason, provider_code=code, alarm=refusal.alarm, outbox_id=outbox_id)
    return SendRejected(refusal.reason, provider_code=code, alarm=refusal.alarm, outbox_id=outbox_id)


def _refusal(status: int, code: int | None) -> Refusal:
    """Look up the code; without a known one the HTTP status decides."""
    if code is not None and code in REFUSALS:
        return REFUSALS[code]
    if status in (401, 403):
        return Refusal(NOT_LOGGED_IN, alarm=True, is_later=True)
    if status >= 500:
        return Refusal(PROVIDER_UNREACHABLE, is_later=True)
    return Refusal(UNKNOWN_REFUSAL)


def _code(error: TwilioRestException | TwilioServiceException) -> int | None:
    """Return Twilio's code; a bare 404 from whatever stands between us is not Twilio's 20404."""
    return error.code if isinstance(error.code, int) else None


def _status_of_page(error: TwilioException) -> int:
    for argument in error.args:
        if isinstance(argument, Response):
            return argument.status_code
    return 500


def _wait(retry_after: str | None) -> timedelta:
    """Read `Retry-After` in seconds; a date or nonsense gives our own back-off."""
    if retry_after is None or not retry_after.isdecimal():
        return BACK_OFF
    return min(timedelta(seconds=min(int(retry_after), 10**6)), LONGEST_BACK_OFF)


def _whole_second(at: datetime) -> datetime:
    """Twilio's dates have no fractions: comparing with one would lose what came in the same second."""
    return at.astimezone(UTC).replace(microsecond=0)


def _required(sid: str | None) -> str:
    if not sid:
        raise ValueError("an answer without an id")
    return sid


def _listed(message: MessageInstance) -> ProviderSms:
    is_inbound = str(message.direction) == SmsDirection.INBOUND.value
    return ProviderSms(
        provider_id=_required(message.sid),
        direction=SmsDirection.INBOUND if is_inbound else SmsDirection.OUTBOUND,
        from_=message.from_ or "",
        to=message.to or "",
        body=message.body or "",
        status=str(message.status),
        error_code=message.error_code if isinstance(message.error_code, int) else None,
        media_count=int(message.num_media or 0),
        created_at=message.date_created,
        sent_at=message.date_sent,
    )
