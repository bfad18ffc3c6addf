"""Calls to the bot as Twilio makes them: signed, impatient, and tried again at most once.

Sections are those of facts/twilio.md.
"""

import re
import uuid
from collections.abc import Callable
from dataclasses import dataclass
from typing import Final
from urllib.parse import quote_plus, urldefrag, urlencode

from aiohttp import ClientConnectorError, ClientError, ClientSession, ClientTimeout, ConnectionTimeoutError
from twilio.request_validator import SIGNATURE_HEADER, RequestValidator
from yarl import URL

CONNECTION_FAILED: Final = 11205  # section 2
RETRIEVAL_FAILED: Final = 11200
BAD_ANSWER: Final = 11217
UNPARSABLE_TWIML: Final = 12100
WRONG_CONTENT_TYPE: Final = 12300

_TWIML: Final = re.compile(r"\s*(<\?xml[^>]*\?>)?\s*<Response\s*(/>|>.*</Response>)\s*", re.DOTALL)


@dataclass(frozen=True)
class Note:
    """A line in the carrier's debugger."""

    sid: str
    code: int
    url: str


class WebhookSender:
    """Signs over the public address and connects to wherever the bot really listens."""

    def __init__(self, auth_token: str, bot_url: Callable[[], str], public_base_url: Callable[[], str]) -> None:
        self._validator = RequestValidator(auth_token)  # type: ignore[no-untyped-call]
        self._bot_url = bot_url
        self._public_base_url = public_base_url
        self._session: ClientSession | None = None
        self.connect_s = 5.0  # section 2: connect time-out
        self.total_s = 15.0  # section 2: read time-out, and the whole
        self.notes: list[Note] = []

    async def start(self) -> None:
        """Open the connections; needs a running loop."""
        self._session = ClientSession()

    async def close(self) -> None:
        """Close them."""
        if self._session is not None:
            await self._session.close()
            self._session = None

    async def inbound(self, path: str, fallback_path: str, params: dict[str, str]) -> None:
        """Deliver an sms: the webhook, on failure the fallback, then nothing (section 2)."""
        url = self.public(path)
        error = await self.post(url, params, wants_twiml=True)
        if error is not None:
            # Section 2: the fallback gets `ErrorCode` and `ErrorUrl` and the same MessageSid.
            extra = {"ErrorCode": str(error), "ErrorUrl": url}
            await self.post(self.public(fallback_path), {**params, **extra}, wants_twiml=True)

    async def post(self, url: str, params: dict[str, str], *, wants_twiml: bool = False) -> int | None:
        """Post once, and once more if the connection failed; return Twilio's error code or None."""
        error, _ = await self._told(url, params, wants_twiml)
        return error

    async def ask(self, url: str, params: dict[str, str], fallback: str = "") -> str | None:
        """Post as `post` does and return the TwiML that comes back; None when `fallback` has none either."""
        error, body = await self._told(url, params, wants_twiml=True)
        if error is not None and fallback:
            error, body = await self._told(fallback, {**params, "ErrorCode": str(error), "ErrorUrl": url}, True)
        return body if error is None else None

    async def _told(self, url: str, params: dict[str, str], wants_twiml: bool) -> tuple[int | None, str]:
        error, body = await self._attempt(url, params, wants_twiml, {})
        if error == CONNECTION_FAILED:
            # Section 2: one retry, on connect time-out only; retries carry the token.
            token = {"I-Twilio-Idempotency-Token": str(uuid.uuid4())}
            error, body = await self._attempt(url, params, wants_twiml, token)
        if error is not None:
            self._note(params, error, url)
        return error, body

    async def _attempt(
        self, url: str, params: dict[str, str], wants_twiml: bool, headers: dict[str, str]
    ) -> tuple[int | None, str]:
        if self._session is None:
            raise RuntimeError("the pretend carrier has not been started")
        signed = urldefrag(url).url  # section 2: the fragment is neither sent nor signed
        signature = self._validator.compute_signature(signed, params)  # type: ignore[no-untyped-call]
        request = self._session.post(
            URL(self._reachable(signed), encoded=True),
            data=urlencode(params, quote_via=quote_plus).encode("ascii"),
            headers={
                "Content-Type": "application/x-www-form-urlencoded; charset=UTF-8",
                "User-Agent": "TwilioProxy/1.1",
                SIGNATURE_HEADER: signature,
                **headers,
            },
            timeout=ClientTimeout(total=self.total_s, sock_connect=self.connect_s),
            allow_redirects=False,
        )
        try:
            async with request as answer:
                body = await answer.text(errors="replace")
                if not 200 <= answer.status < 300:
                    return BAD_ANSWER, ""
                if wants_twiml:
                    self._judge_answer(params, answer.status, answer.content_type, body, url)
                return None, body
        except (ClientConnectorError, ConnectionTimeoutError):
            return CONNECTION_FAILED, ""
        except (ClientError, OSError, TimeoutError):
            return RETRIEVAL_FAILED, ""

    def _judge_answer(self, params: dict[str, str], status: int, content_type: str, body: str, url: str) -> None:
        """Section 2: `<Response/>` as text/xml or 204; anything else is a line in the debugger."""
        if status == 204:
            return
        if content_type not in ("text/xml", "application/xml"):
            self._note(params, WRONG_CONTENT_TYPE, url)
        elif _TWIML.fullmatch(body) is None:
            self._note(params, UNPARSABLE_TWIML, url)

    def _note(self, params: dict[str, str], code: int, url: str) -> None:
        self.notes.append(Note(params.get("MessageSid") or params["CallSid"], code, url))

    def public(self, path: str) -> str:
        """Return the address at which Twilio believes to find `path`."""
        return self._public_base_url().rstrip("/") + path

    def _reachable(self, url: str) -> str:
        public = self._public_base_url().rstrip("/")
        return self._bot_url().rstrip("/") + url.removeprefix(public) if url.startswith(public + "/") else url
