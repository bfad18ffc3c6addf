"""The only place where parts are wired together."""

import asyncio
import contextlib
import fcntl
import gc
import signal
import socket
import sys
from collections.abc import AsyncIterator, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import IO, Any, Final

import structlog
from aiohttp import ClientSession, ClientTimeout, web
from prometheus_client import CollectorRegistry
from slack_bolt.adapter.socket_mode.aiohttp import AsyncSocketModeHandler
from slack_sdk.web.async_client import AsyncWebClient
from sqlalchemy.engine import make_url

from bot.app_watch import Watch
from bot.clock import Clock, SystemClock
from bot.services.context import Context
from bot.services.post_digests import note_first_start
from bot.services.show_duty import show_home
from bot.settings import BadSettings, Settings
from bot.slack.gateway import SlackChat
from bot.sms.signature import SignatureVerifier
from bot.sms.trial import TrialCarrier
from bot.sms.twilio_gateway import TwilioGateway
from bot.sms.twilio_inbound import raw_from_list
from bot.worker import Worker
from handlers import health, phone_calls, twilio, voice
from handlers.counters import Counters
from handlers.edge.answers import dress
from handlers.edge.connection import Connection
from handlers.edge.guard import Guard, middleware_of
from handlers.inbox_rows import DIGESTS, PublishHome
from handlers.kalender import calendar_routes
from handlers.keys import CLOCK, CONTEXT, COUNTERS, READY, REGISTRY, SCRAPE, STORE, STRANGERS, TEXTS, VERIFIER
from handlers.measures import Measures
from handlers.reserve.routes import reserve_routes
from handlers.slack.app import build_bolt, slack_routes
from handlers.slack.listeners import Background
from scheduler.ticks import Ticker, reconcile_tick
from storage.backup import require_original
from storage.engine import is_sqlite
from storage.known_keys import note_keys, require_keys
from storage.migrate import DatabaseAway, migrate, require_current, require_file
from storage.origin import note_origin
from storage.store import SqlStore
from storage.vault import BadKeys, Vault, parse_keys

log = structlog.get_logger(__name__)

SLACK_CALL: Final = ClientTimeout(total=10)
DRAIN_WITHIN: Final = 10.0  # seconds for what is in hand at a stop
SWITCH_EVERY: Final = 0.0005  # seconds
HEADER_WITHIN: Final = 20.0  # seconds
WAITING_TO_CONNECT: Final = 128


def vault_of(settings: Settings) -> Vault:
    """Return the vault; raises BadSettings without showing a key."""
    try:
        return Vault(parse_keys(settings.env.encryption_keys.get_secret_value()))
    except BadKeys as error:
        raise BadSettings([f"ENCRYPTION_KEYS: {error}"]) from None


@dataclass(slots=True)
class Bot:
    """The running program."""

    settings: Settings
    ctx: Context
    store: SqlStore
    worker: Worker
    ticker: Ticker
    background: Background
    web_app: web.Application
    watch: Watch

    async def settle(self) -> None:
        """Return when nothing is left to do now."""
        await self.background.quiet()
        await self.worker.settle()
        await self.background.quiet()


@contextlib.asynccontextmanager
async def open_context(
    settings: Settings, clock: Clock | None = None, *, is_copy: bool = False
) -> AsyncIterator[Context]:
    """The services without the loops: for the command line. With `is_copy` over a backup that is being restored."""
    prepare_database(settings, is_copy=is_copy)
    async with _parts(settings, clock or SystemClock()) as (ctx, _, _):
        yield ctx


@contextlib.asynccontextmanager
async def _parts(settings: Settings, clock: Clock) -> AsyncIterator[tuple[Context, SqlStore, AsyncWebClient]]:
    env = settings.env
    store = SqlStore(env.database_url, vault_of(settings), clock)
    session = ClientSession(timeout=SLACK_CALL)
    client = AsyncWebClient(
        token=env.slack_bot_token.get_secret_value(),
        base_url=env.slack_api_base_url,
        session=session,
        retry_handlers=[],  # a repeated post is a second post; the outbox decides
    )
    sms = TwilioGateway(
        env.twilio_account_sid, env.twilio_auth_token.get_secret_value(), base_url=env.twilio_api_base_url
    )
    carrier = TrialCarrier(sms, sms, settings.rules) if settings.rules.is_trial else sms
    ctx = Context(
        store=store,
        clock=clock,
        rules=settings.rules,
        texts=settings.texts,
        chat=SlackChat(
            client,
            settings.texts,
            clock,
            bot_user_id=settings.file.slack.bot_user_id,
            is_trial=settings.rules.is_trial,
        ),
        sms=carrier,
        calls=carrier,
        status_url=f"{env.public_base_url}/twilio/status",
        voice_url=f"{env.public_base_url}/twilio/voice",
        reserve_url=f"{env.public_base_url}/reserv",
        calendar_url=f"{env.public_base_url}/kalender",
        as_webhook=raw_from_list,
    )
    try:
        yield ctx, store, client
    finally:
        await sms.close()
        await session.close()
        await store.close()


def prepare_database(settings: Settings, *, is_copy: bool = False) -> None:
    """Migrate SQLite, after a backup; on PostgreSQL only check. The keys are asked for before anything is written.

    Raises WrongSchema, WrongKeys, DatabaseAway.
    """
    url, vault = settings.env.database_url, vault_of(settings)
    require_file(url)
    if not is_copy:
        require_original(url)
    require_keys(url, vault)
    if is_sqlite(url):
        migrate(url)
    else:
        require_current(url)
    note_keys(url, vault)
    if not is_copy:
        note_origin(url)


def _lock_file(database: str) -> IO[str]:
    try:
        return Path(f"{database}.lock").open("w")
    except OSError as error:  # no such folder, a disk that is full or may only be read
        raise DatabaseAway(error.strerror or type(error).__name__) from None


@contextlib.contextmanager
def only_process(database_url: str) -> Any:
    """SQLite serves one process: a second is refused in clear words."""
    database = make_url(database_url).database
    if not is_sqlite(database_url) or not database:
        yield
        return
    with _lock_file(database) as lock:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            raise BadSettings(
                [f"En annan beredskapsbot använder redan {database}. Stoppa den först, eller använd PostgreSQL."]
            ) from None
        yield


@contextlib.asynccontextmanager
async def running(settings: Settings, clock: Clock | None = None, *, ticks: bool = True) -> AsyncIterator[Bot]:
    """The whole bot, its loops turning, its web application ready to be served; stopped and drained at the end."""
    clock = clock or SystemClock()
    require_file(settings.env.database_url)  # before the lock, which would be put where a disk is missing
    with only_process(settings.env.database_url):
        prepare_database(settings)
        async with _parts(settings, clock) as (ctx, store, client):
            registry = CollectorRegistry()
            counters = Counters(registry)

            async def perform(effect: Any) -> None:
                if isinstance(effect, PublishHome):
                    home = await show_home(effect.slack_user_id, ctx=ctx)
                    await ctx.chat.publish_home(effect.slack_user_id, home)

            measures = Measures(registry)
            worker = Worker(ctx, dict(DIGESTS), perform, observer=measures)
            store.on_commit = worker.wake
            ticker = Ticker(ctx, measures)
            watch = Watch(settings, ctx, store, measures, worker, ticker)
            registry.register(watch.gauges)
            background = Background()
            bolt = build_bolt(settings, _without_token(client), ctx, counters, background)
            guard = Guard(settings.rules.edge, clock, counters)
            web_app = web.Application(middlewares=[middleware_of(guard)])
            web_app.on_response_prepare.append(dress)
            web_app[STORE], web_app[CLOCK], web_app[COUNTERS], web_app[REGISTRY] = store, clock, counters, registry
            web_app[VERIFIER] = SignatureVerifier(settings.env.public_base_url, settings.twilio_tokens)
            web_app[TEXTS] = settings.texts
            web_app[CONTEXT] = ctx
            web_app[READY], web_app[SCRAPE], web_app[STRANGERS] = watch.problems, watch.scrape, watch.strangers
            web_app.add_routes([*twilio.routes, *voice.routes, *phone_calls.routes, *health.routes])
            web_app.add_routes(
                [
                    *slack_routes(bolt, settings.env.slack_signing_secret.get_secret_value()),
                    *reserve_routes(ctx),
                    *calendar_routes(ctx),
                ]
            )
            socket_mode = _socket_mode(settings, bolt, client)
            await note_first_start(ctx=ctx)
            await watch.start()
            worker.start()
            store.meet_others()
            if ticks:
                ticker.start()
                ticker.soon(reconcile_tick)  # not waited for: a carrier that hangs must not keep our door shut
            if socket_mode is not None:
                await socket_mode.connect_async()  # type: ignore[no-untyped-call]
            try:
                yield Bot(settings, ctx, store, worker, ticker, background, web_app, watch)
            finally:
                if socket_mode is not None:
                    await socket_mode.close_async()  # type: ignore[no-untyped-call]
                if ticks:
                    ticker.stop()
                await asyncio.gather(background.drain(DRAIN_WITHIN), worker.stop(DRAIN_WITHIN))
                await watch.stop()


def _without_token(client: AsyncWebClient) -> AsyncWebClient:
    """Bolt puts the token in for each request that it has authorised."""
    return AsyncWebClient(base_url=client.base_url, session=client.session, retry_handlers=[])


def _socket_mode(settings: Settings, bolt: Any, client: AsyncWebClient) -> AsyncSocketModeHandler | None:
    """Socket Mode when there is an app token: for development, it promises nothing."""
    token = settings.env.slack_app_token
    if token is None:
        return None
    own = AsyncWebClient(token=token.get_secret_value(), base_url=settings.env.slack_api_base_url)
    return AsyncSocketModeHandler(bolt, app_token=token.get_secret_value(), web_client=own)


def answer_first() -> None:
    """Have the interpreter see to whoever waits for an answer; called once, when all has been made.

    What has been made by now stays: to sweep all of it again would hold up every answer meanwhile. And a thread that is
    busy with a transaction lets go sooner than after the usual 5 ms, of which one answer would meet several.
    """
    gc.collect()
    gc.freeze()
    sys.setswitchinterval(SWITCH_EVERY)


async def serve(settings: Settings, host: str, port: int) -> None:
    """Serve until SIGTERM or SIGINT; then stop taking in, finish what is in hand, and return."""
    stop = asyncio.Event()
    loop = asyncio.get_running_loop()
    for number in (signal.SIGTERM, signal.SIGINT):
        loop.add_signal_handler(number, stop.set)
    header_within = settings.rules.edge.header_within.total_seconds()
    async with running(settings) as bot, served(bot.web_app, host, port, header_within) as bound:
        answer_first()
        log.info("serving", host=host, port=bound)
        await stop.wait()
        log.info("stopping")


@contextlib.asynccontextmanager
async def served(
    app: web.Application, host: str, port: int, header_within: float = HEADER_WITHIN
) -> AsyncIterator[int]:
    """Serve an application; gives the port, which may have been chosen by the system when 0 was asked for."""
    with bound(host, port) as listener:
        async with served_on(app, listener, header_within):
            yield int(listener.getsockname()[1])


@contextlib.contextmanager
def bound(host: str, port: int) -> Iterator[socket.socket]:
    """A bound socket: its port is known before anybody can connect."""
    family, kind, proto, _, address = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)[0]
    listener = socket.socket(family, kind, proto)
    try:
        listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        listener.bind(address)
        yield listener
    finally:
        listener.close()


@contextlib.asynccontextmanager
async def served_on(
    app: web.Application, listener: socket.socket, header_within: float = HEADER_WITHIN
) -> AsyncIterator[None]:
    """Serve an application on a bound socket. `header_within` seconds is all that a request head may take."""
    runner = web.AppRunner(app, access_log=None, shutdown_timeout=5.0)  # a path may hold a person's number
    await runner.setup()
    server, loop = runner.server, asyncio.get_running_loop()
    assert server is not None  # noqa: S101 - made by the setup
    try:
        door = await loop.create_server(
            lambda: Connection(server, loop, header_within), sock=listener, backlog=WAITING_TO_CONNECT
        )
        try:
            yield
        finally:
            door.close()
    finally:
        await runner.cleanup()
