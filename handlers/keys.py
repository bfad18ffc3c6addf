"""What the web application carries, by typed key."""

from collections.abc import Awaitable, Callable

from aiohttp import web
from prometheus_client import CollectorRegistry

from bot.clock import Clock
from bot.ports import Store
from bot.services.watch.heartbeat import Strangers
from bot.sms.signature import SignatureVerifier
from handlers.counters import Counters

Readiness = Callable[[], Awaitable[list[str]]]
Scrape = Callable[[], Awaitable[None]]  # brings the gauges up to date, and raises nothing
STORE = web.AppKey("store", Store)
CLOCK = web.AppKey("clock", Clock)
VERIFIER = web.AppKey("verifier", SignatureVerifier)
COUNTERS = web.AppKey("counters", Counters)
REGISTRY = web.AppKey("registry", CollectorRegistry)
SCRAPE: web.AppKey[Scrape] = web.AppKey("scrape")
STRANGERS = web.AppKey("strangers", Strangers)
READY: web.AppKey[Readiness] = web.AppKey("ready")
