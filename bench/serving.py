"""The server that is measured, in a process of its own: prints its port, then serves until SIGTERM.

    python -m bench.serving ceiling|ingest|bot [milliseconds added to each commit]

*ceiling* reads the form and checks the signature, and no more. *ingest* stores too, with the loops at rest. *bot* is
the whole program.
"""

import asyncio
import signal
import sys
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any, Final

import sqlalchemy as sa
from aiohttp import web
from prometheus_client import CollectorRegistry

from bench.world import EVENING
from bot.app import answer_first, running, served, vault_of
from bot.clock import SystemClock, WorldClock, machine_now
from bot.logs import set_up_logging
from bot.settings import Settings, load
from bot.sms.signature import SignatureVerifier
from handlers import twilio
from handlers.counters import Counters
from handlers.keys import CLOCK, COUNTERS, STORE, VERIFIER
from storage.store import SqlStore

HOST: Final = "127.0.0.1"


def verifier(settings: Settings) -> SignatureVerifier:
    return SignatureVerifier(settings.env.public_base_url, settings.twilio_tokens)


@asynccontextmanager
async def ceiling(settings: Settings) -> AsyncIterator[web.Application]:
    """Form and signature, and nothing kept."""
    checks = verifier(settings)

    async def answer(request: web.Request) -> web.Response:
        form = await request.post()
        if not checks.is_genuine(request.raw_path, form, request.headers):
            raise web.HTTPForbidden
        return web.Response(text=twilio.TWIML, content_type="text/xml")

    app = web.Application()
    app.router.add_post("/twilio/sms", answer)
    yield app


@asynccontextmanager
async def ingest(settings: Settings, delay_s: float) -> AsyncIterator[web.Application]:
    """The door and the store of the program; nobody empties the inbox."""
    store = SqlStore(settings.env.database_url, vault_of(settings), SystemClock())
    slow_down(store.engine, delay_s)
    app = web.Application()
    app[STORE], app[CLOCK], app[COUNTERS] = store, SystemClock(), Counters(CollectorRegistry())
    app[VERIFIER] = verifier(settings)
    app.add_routes(twilio.routes)
    try:
        yield app
    finally:
        await store.close()


@asynccontextmanager
async def whole(settings: Settings, delay_s: float) -> AsyncIterator[web.Application]:
    async with running(settings, WorldClock(EVENING - machine_now())) as bot:
        slow_down(bot.store.engine, delay_s)
        yield bot.web_app


def slow_down(engine: sa.Engine, delay_s: float) -> None:
    """Let each commit take so much longer, in the thread that waits for the disk anyway."""
    if delay_s:
        sa.event.listen(engine, "commit", lambda _connection: time.sleep(delay_s))


async def main(what: str, delay_s: float) -> None:
    settings = load()
    stop = asyncio.Event()
    asyncio.get_running_loop().add_signal_handler(signal.SIGTERM, stop.set)
    opened: Any = ceiling(settings) if what == "ceiling" else (ingest if what == "ingest" else whole)(settings, delay_s)
    async with opened as app, served(app, HOST, 0) as port:
        answer_first()
        sys.stdout.write(f"{port}\n")
        sys.stdout.flush()
        await stop.wait()


if __name__ == "__main__":
    set_up_logging()
    asyncio.run(main(sys.argv[1], float(sys.argv[2]) / 1000 if len(sys.argv) > 2 else 0.0))
