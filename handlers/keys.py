"""What the web application carries, by typed key."""

from collections.abc import Awaitable, Callable
from typing import Final

from aiohttp import web
from prometheus_client import CollectorRegistry

from bot.clock import Clock
from bot.ports import Store
from bot.services.context import Context
from bot.services.watch.heartbeat import Strangers
from bot.sms.signature import SignatureVerifier
from bot.texts import Texts
from handlers.counters import Counters

Readiness = Callable[[], Awaitable[list[str]]]
Scrape = Callable[[], Awaitable[None]]  # brings the gauges up to date, and raises nothing
STORE = web.AppKey("store", Store)
CLOCK = web.AppKey("clock", Clock)
TEXTS = web.AppKey("texts", Texts)
CONTEXT = web.AppKey("context", Context)
VERIFIER = web.AppKey("verifier", SignatureVerifier)
COUNTERS = web.AppKey("counters", Counters)
REGISTRY = web.AppKey("registry", CollectorRegistry)
SCRAPE: web.AppKey[Scrape] = web.AppKey("scrape")
TOO_MANY: Final = web.RequestKey("too_many", bool)  # this address has been refused so often that nothing is said of it
STRANGERS = web.AppKey("strangers", Strangers)
READY: web.AppKey[Readiness] = web.AppKey("ready")
