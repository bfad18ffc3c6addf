"""A pretend carrier at one port, a bot that only listens at another, and Twilio's client between them."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any

from aiohttp import web
from aiohttp.test_utils import TestServer
from multidict import MultiDictProxy

from bot.clock import WorldClock
from bot.domain.sending import OutgoingSms
from bot.sandbox.carrier import PretendCarrier
from bot.sms.signature import SignatureVerifier
from bot.sms.twilio_gateway import TwilioGateway

ACCOUNT = "AC" + "0" * 32
TOKEN = "t" * 32
PUBLIC = "https://bot.example.se"
OURS = "+46701740699"
YOUTH = "+46701740605"
GUARDIAN = "+46701740606"
NOW = datetime(2026, 7, 1, 12, 0, 0, 700_000, UTC)


@dataclass
class Call:
    """One request that the carrier made."""

    path: str
    form: MultiDictProxy[Any]
    is_genuine: bool
    is_retry: bool


@dataclass(frozen=True)
class Answer:
    """What the bot says; None instead of one hangs up."""

    status: int = 200
    text: str = ""
    content_type: str = "text/plain"

    def made(self) -> web.Response:
        return web.Response(status=self.status, text=self.text, content_type=self.content_type)


@dataclass
class ListeningBot:
    """Verifies and remembers what it is told; answers as it is told to."""

    calls: list[Call] = field(default_factory=list)
    answers: dict[str, Answer | None] = field(default_factory=dict)
    heard: asyncio.Event = field(default_factory=asyncio.Event)

    def at(self, path: str) -> list[Call]:
        return [call for call in self.calls if call.path.split("?")[0] == path]

    @property
    def statuses(self) -> list[str]:
        return [str(call.form["MessageStatus"]) for call in self.at("/twilio/status")]

    async def listen(self, request: web.Request) -> web.Response:
        form = await request.post()
        is_genuine = SignatureVerifier(PUBLIC, [TOKEN]).is_genuine(request.raw_path, form, request.headers)
        is_retry = "I-Twilio-Idempotency-Token" in request.headers
        self.calls.append(Call(request.raw_path, form, is_genuine, is_retry))
        self.heard.set()
        if request.path in self.answers:
            answer = self.answers[request.path]
            if answer is None and request.transport is not None:
                request.transport.abort()
            return (answer or Answer()).made()
        return Answer(text="<Response/>", content_type="text/xml").made()


@dataclass
class World:
    """Everything a test touches."""

    carrier: PretendCarrier
    gateway: TwilioGateway
    bot: ListeningBot
    server: TestServer
    bot_server: TestServer
    changed: asyncio.Event
    time: list[datetime]

    @property
    def base_url(self) -> str:
        return str(self.server.make_url("/carrier"))

    def passes(self, span: timedelta) -> None:
        self.time[0] += span

    def sms(self, body: str = "Vi hörs i morgon.", *, to: str = YOUTH, outbox_id: str = "01A") -> OutgoingSms:
        return OutgoingSms(outbox_id, to, OURS, body, f"{PUBLIC}/twilio/status?outbox={outbox_id}", 3600)

    def on_phone(self, number: str = YOUTH) -> list[dict[str, Any]]:
        phones = {phone["number"]: phone["messages"] for phone in self.carrier.state()["phones"]}
        return list(phones[number])


@asynccontextmanager
async def carrier_world(within: timedelta = timedelta(seconds=10)) -> AsyncIterator[World]:
    bot, changed, time = ListeningBot(), asyncio.Event(), [NOW]
    bot_app = web.Application()
    bot_app.router.add_post("/{path:.*}", bot.listen)
    bot_server = TestServer(bot_app)
    await bot_server.start_server(access_log=None)
    bot_url = str(bot_server.make_url("")).rstrip("/")
    carrier = PretendCarrier(
        clock=WorldClock(machine=lambda: time[0]),
        bot_url=lambda: bot_url,
        public_base_url=PUBLIC,
        account_sid=ACCOUNT,
        auth_token=TOKEN,
        on_change=changed.set,
    )
    carrier.add_number(OURS, "Beredskapen", "beredskap")
    carrier.add_phone(YOUTH, "Ungdom 1")
    app = web.Application()
    app.add_routes([*carrier.routes(), *carrier.control_routes()])
    server = TestServer(app)
    await server.start_server(access_log=None)
    await carrier.start()
    gateway = TwilioGateway(ACCOUNT, TOKEN, base_url=str(server.make_url("/carrier")), within=within)
    try:
        yield World(carrier, gateway, bot, server, bot_server, changed, time)
    finally:
        await gateway.close()
        await carrier.close()
        await server.close()
        await bot_server.close()
