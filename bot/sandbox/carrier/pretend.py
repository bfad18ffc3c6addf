"""The pretend carrier: phones on one side, Twilio's protocol on the other, nothing in between.

Sections are those of facts/twilio.md.
"""

import asyncio
from collections.abc import Callable, Coroutine
from datetime import UTC, datetime
from typing import Any, Final, TypeVar

from aiohttp import web

from bot.clock import Clock
from bot.domain.sms_parts import parts
from bot.sandbox.carrier.api import API_VERSION, MessagesApi
from bot.sandbox.carrier.calls_api import CallsApi
from bot.sandbox.carrier.control import CarrierControl
from bot.sandbox.carrier.faults import CarrierFaults
from bot.sandbox.carrier.state import Book, OurNumber, Phone, Sms, UnknownNumber, address, new_sid
from bot.sandbox.carrier.switchboard import Switchboard
from bot.sandbox.carrier.webhooks import Note, WebhookSender

T = TypeVar("T")

SMS_PATH: Final = "/twilio/sms"
FALLBACK_PATH: Final = "/twilio/sms-fallback"

# Section 11: a single English word, in any case.
STOP_WORDS: Final = frozenset({"STOP", "STOPALL", "UNSUBSCRIBE", "CANCEL", "END", "QUIT", "REVOKE", "OPTOUT"})
START_WORDS: Final = frozenset({"START", "YES", "UNSTOP"})
HELP_WORDS: Final = frozenset({"HELP", "INFO"})
HELP_REPLY: Final = "Reply STOP to unsubscribe. Msg&Data Rates May Apply."

# Where an sms ends, and what the network says about it (section 6.2), for each position of the switch.
_ENDS: Final[dict[str, tuple[str, int | None]]] = {
    "delivered": ("delivered", None),
    "silent": ("delivered", None),
    "undelivered": ("undelivered", 30003),
    "filtered": ("undelivered", 30007),
    "stuck": ("sent", None),
}


class PretendCarrier:
    """Speaks Twilio's protocol to the bot, and shows what the phones show.

    World time dates every sms; signatures and time-outs have nothing to do with it.
    """

    def __init__(
        self,
        *,
        clock: Clock,
        bot_url: Callable[[], str] | str,
        public_base_url: Callable[[], str] | str,
        account_sid: str,
        auth_token: str,
        on_change: Callable[[], None],
        faults: CarrierFaults | None = None,
    ) -> None:
        """`bot_url` is where the bot listens, `public_base_url` what it believes to be its address."""
        self.faults = CarrierFaults() if faults is None else faults
        self.has_default_opt_out = True  # section 11: Twilio's default handling of STOP
        self._clock = clock
        self._account_sid = account_sid
        self._on_change = on_change
        self._book = Book()
        self._webhooks = WebhookSender(auth_token, _callable(bot_url), _callable(public_base_url))
        self._tasks: set[asyncio.Task[Any]] = set()
        self._api = MessagesApi(
            book=lambda: self._book,
            faults=self.faults,
            network=self,
            account_sid=account_sid,
            auth_token=auth_token,
        )
        self.board = Switchboard(
            house=self,
            book=lambda: self._book,
            webhooks=self._webhooks,
            account_sid=account_sid,
            api_version=API_VERSION,
        )
        self._calls = CallsApi(book=lambda: self._book, messages=self._api, board=self.board)

    @property
    def notes(self) -> list[Note]:
        """What went wrong with webhooks and callbacks, as in Twilio's debugger (section 6.3)."""
        return self._webhooks.notes

    @property
    def webhooks(self) -> WebhookSender:
        """The sender, whose time-outs a test may shorten."""
        return self._webhooks

    async def start(self) -> None:
        """Open connections; needs a running loop."""
        await self._webhooks.start()

    async def close(self) -> None:
        """Drop what is in flight and close the connections."""
        self.board.close()
        tasks = list(self._tasks)
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)
        await self._webhooks.close()

    async def quiet(self) -> None:
        """Return when no webhook or callback is in flight or due now."""
        while self._tasks:
            await asyncio.gather(*self._tasks, return_exceptions=True)

    def routes(self) -> list[web.RouteDef]:
        """Return Twilio's REST API, under `/carrier`."""
        return [*self._api.routes(), *self._calls.routes()]

    def control_routes(self) -> list[web.RouteDef]:
        """Return the carrier's part of the control interface (docs/sandbox.md)."""
        return CarrierControl(self, self.board).routes()

    def add_number(self, number: str, label: str, world: str) -> None:
        """Give us a number. Raises NumberTaken."""
        self._book.add_number(OurNumber(address(number), label, world))
        self._on_change()

    def add_phone(self, number: str, name: str, note: str = "") -> None:
        """Give somebody a phone. Raises NumberTaken."""
        self._book.add_phone(Phone(address(number), name, note))
        self._on_change()

    def know_owner(self, number: str, name: str) -> None:
        """Say whose phone it is, if anything ever happens on it; until then it is not shown."""
        self._book.owners[address(number)] = name

    def state(self) -> dict[str, Any]:
        """Return `numbers` and `phones` as docs/sandbox.md has them."""
        return self._book.shown()

    def message(self, sid: str) -> Sms:
        """Return one sms; raises UnknownNumber."""
        return self._book.find(sid)

    def snapshot(self) -> dict[str, Any]:
        """Return everything but what is in flight, JSON-able; take it when quiet."""
        return {**self._book.snapshot(), "faults": self.faults.snapshot(), "default_opt_out": self.has_default_opt_out}

    def restore(self, data: dict[str, Any]) -> None:
        """Become what `snapshot` described."""
        self._book = Book.restored(data)
        for name, value in data["faults"].items():
            setattr(self.faults, name, value)
        self.has_default_opt_out = data["default_opt_out"]
        self._on_change()

    async def text(self, from_number: str, body: str, to: str, media: int = 0) -> str:
        """Send an sms from a phone to one of our numbers; return its sid when the bot has been told.

        The bot may have refused it or been away: the sms stays in the Messages list all the same.
        Raises UnknownNumber when `to` is not ours.
        """
        sid, told = self.begin_text(from_number, body, to, media)
        await asyncio.shield(told)
        return sid

    def begin_text(self, from_number: str, body: str, to: str, media: int = 0) -> tuple[str, asyncio.Task[None]]:
        """As `text`, without waiting for the bot."""
        ours = address(to)
        if ours not in self._book.numbers:
            raise UnknownNumber
        phone = self._book.phone_at(address(from_number)).number
        sms = self._write_down("inbound", phone, ours, body, "received", media=media)
        sms.sent_at = sms.created_at  # section 8: when our webhook was called
        self._obey_keyword(sms)
        self._on_change()
        return sms.sid, self.in_background(self._webhooks.inbound(SMS_PATH, FALLBACK_PATH, self._inbound_params(sms)))

    async def repeat_webhook(self, sid: str, *, fallback: bool = False) -> int | None:
        """Call the bot about an inbound sms once more; return Twilio's error code or None."""
        params = self._inbound_params(self._book.find(sid))
        url = self._webhooks.public(FALLBACK_PATH if fallback else SMS_PATH)
        return await self._webhooks.post(url, params, wants_twiml=True)

    async def report(self, sid: str, status: str, error_code: int | None = None) -> None:
        """Send one status callback, whatever the switches say. Raises UnknownNumber."""
        sms = self._book.find(sid)
        if sms.is_inbound:
            raise UnknownNumber
        self._move(sms, status, error_code)
        await asyncio.shield(self.in_background(self._call_back(sms, status, error_code)))

    async def time_passes(self) -> None:
        """The world's clock has moved: what has rung for too long ends."""
        await self.board.time_passes()

    def changed(self) -> None:
        """Tell whoever watches."""
        self._on_change()

    def accept(self, *, from_: str, to: str, body: str, status_callback: str | None) -> Sms:
        """Write an outgoing sms down as queued."""
        self._book.phone_at(to)
        sms = self._write_down("outbound-api", from_, to, body, "queued", status_callback=status_callback)
        self._on_change()
        return sms

    def carry(self, sms: Sms) -> None:
        """Carry it on in the background."""
        self.in_background(self.carry_early(sms))

    async def carry_early(self, sms: Sms) -> None:
        """Carry it to where the switch lets it come, with callbacks in the order of the other switch.

        Section 5: none for the initial state; `sent` is the network, `delivered` the handset.
        """
        network = self.faults.end_of(sms.sid)
        end, error_code = _ENDS[network]
        steps: list[tuple[str, int | None]] = [("sent", None)]
        if end != "sent":
            steps.append((end, error_code))
        if network == "silent":
            for status, code in steps:
                self._move(sms, status, code)
            return
        order = self.faults.order_of(sms.sid)
        if order == "reversed":  # both have happened by the time that the bot hears of the later one
            for status, code in steps:
                self._move(sms, status, code)
            steps.reverse()
        for status, code in steps:
            if order != "reversed":
                self._move(sms, status, code)
            for _ in range(2 if order == "doubled" else 1):
                await self._call_back(sms, status, code)

    def forget_text(self, sms: Sms) -> None:
        """Section 14: redact."""
        sms.body = ""
        sms.updated_at = self.now()
        self._on_change()

    def forget(self, sms: Sms) -> None:
        """Section 14: delete."""
        del self._book.messages[sms.sid]
        self._on_change()

    def _obey_keyword(self, sms: Sms) -> None:
        """Section 11: STOP blocks our replies, START lets them through, HELP is answered in English."""
        if not self.has_default_opt_out:
            return
        word = sms.body.strip().upper()
        if word in STOP_WORDS:
            self._book.blocked.add((sms.to, sms.from_))
        elif word in START_WORDS:
            self._book.blocked.discard((sms.to, sms.from_))
        elif word in HELP_WORDS:
            reply = self._write_down("outbound-reply", sms.to, sms.from_, HELP_REPLY, "delivered")
            reply.sent_at = reply.created_at

    def _write_down(self, direction: str, from_: str, to: str, body: str, status: str, **rest: Any) -> Sms:
        now = self.now()
        sms = Sms(new_sid(rest.get("media", 0)), direction, from_, to, body, status, now, now, **rest)
        self._book.messages[sms.sid] = sms
        return sms

    def _move(self, sms: Sms, status: str, error_code: int | None) -> None:
        sms.status, sms.error_code, sms.updated_at = status, error_code, self.now()
        if status in ("sent", "delivered") and sms.sent_at is None:
            sms.sent_at = sms.updated_at
        self._on_change()

    async def _call_back(self, sms: Sms, status: str, error_code: int | None) -> None:
        """Section 3: the parameters of a status callback; to the very URL that create() was given."""
        if sms.status_callback is None:
            return
        params = {
            "AccountSid": self._account_sid,
            "ApiVersion": API_VERSION,
            "From": sms.from_,
            "MessageSid": sms.sid,
            "MessageStatus": status,
            "SmsSid": sms.sid,
            "SmsStatus": status,
            "To": sms.to,
        }
        if error_code is not None:
            params["ErrorCode"] = str(error_code)
        if status == "delivered":
            params["RawDlrDoneDate"] = self.now().strftime("%y%m%d%H%M")
        await self._webhooks.post(sms.status_callback, params)

    def _inbound_params(self, sms: Sms) -> dict[str, str]:
        """Section 3, blank ones included.

        Left out as Twilio leaves them out: MessagingServiceSid without a Messaging Service, and
        OptOutType without Advanced Opt-Out.
        """
        places = {f"{end}{part}": "" for end in ("From", "To") for part in ("City", "State", "Zip")}
        media_base = f"https://api.twilio.com/{API_VERSION}/Accounts/{self._account_sid}/Messages/{sms.sid}/Media"
        media: dict[str, str] = {}
        for index in range(sms.media):
            media[f"MediaUrl{index}"] = f"{media_base}/ME{index:032x}"
            media[f"MediaContentType{index}"] = "image/jpeg"
        return {
            **places,
            **media,
            "AccountSid": self._account_sid,
            "ApiVersion": API_VERSION,
            "Body": sms.body,
            "From": sms.from_,
            "FromCountry": "SE",
            "MessageSid": sms.sid,
            "NumMedia": str(sms.media),
            "NumSegments": str(max(parts(sms.body).count, 1)),
            "SmsMessageSid": sms.sid,
            "SmsSid": sms.sid,
            "SmsStatus": "received",
            "To": sms.to,
            "ToCountry": "SE",
        }

    def in_background(self, work: Coroutine[Any, Any, T]) -> asyncio.Task[T]:
        """Do `work` whoever waits for it; not quiet until it is done."""
        task = asyncio.create_task(work, name="pretend carrier")
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)
        return task

    def now(self) -> datetime:
        """Return the world's time in whole seconds, as Twilio dates things."""
        return self._clock.now().astimezone(UTC).replace(microsecond=0)


def _callable(url: Callable[[], str] | str) -> Callable[[], str]:
    return (lambda: url) if isinstance(url, str) else url
