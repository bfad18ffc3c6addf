"""Wires the watch that a running bot keeps over itself: heartbeat, loop lag, readiness, and what a scrape is told."""

import asyncio
from collections import Counter
from datetime import datetime, timedelta
from importlib.metadata import version
from typing import Final

from bot.domain.errors import Busy
from bot.domain.health import Health
from bot.ports import Tx
from bot.services.context import Context
from bot.services.watch.heartbeat import Heartbeat, Strangers
from bot.services.watch.lag import LoopLag
from bot.services.watch.watch_health import health_of
from bot.settings import Settings
from bot.settings_hash import settings_hash
from bot.worker import Worker
from handlers.measures import Gauges, Measures
from scheduler.ticks import Ticker
from storage.migrate import older_revisions
from storage.store import SqlStore

ANSWER_WITHIN: Final = 0.8  # seconds, for whoever asks gives up after one
STALE_AFTER: Final = timedelta(seconds=60)  # a loop, or the heartbeat
PING_EVERY: Final = timedelta(seconds=2)  # whoever asks more often must not make us write more often
MOST_LAG: Final = 5.0  # seconds that the event loop may be late


class Watch:
    """Lives as long as the bot does; what its loops and ticks have to tell goes to `measures`."""

    def __init__(
        self, settings: Settings, ctx: Context, store: SqlStore, measures: Measures, worker: Worker, ticker: Ticker
    ) -> None:
        self.strangers = Strangers()
        self.gauges = Gauges()
        self._ctx, self._store, self._worker, self._ticker = ctx, store, worker, ticker
        self._lag = LoopLag(measures)
        self.heart = Heartbeat(
            ctx, version("beredskapsbot"), settings_hash(settings), lambda: ticker.ran_at, self.strangers
        )
        self._older = older_revisions()
        self._started_at = ctx.clock.wire_now()
        self._took_in_at: datetime | None = None  # when the database last took something in that we asked it to
        store.on_written = measures.wrote

    async def start(self) -> None:
        self._lag.start()
        await self.heart.start()

    async def stop(self) -> None:
        await self._lag.stop()
        await self.heart.stop()

    async def problems(self) -> list[str]:
        """Return why this process is not fit to serve, in short codes; empty when it is."""
        now = self._ctx.clock.wire_now()
        found = [f"loop {name} is stale" for name in self._worker.stale(now, STALE_AFTER)]
        found += [f"tick {name} is stale" for name in self._ticker.stale()]
        if now - (self.heart.beat_at or self._started_at) > STALE_AFTER:
            found.append("heartbeat is stale")
        if self._lag.worst > MOST_LAG:
            found.append("event loop lags")
        return found + await self._database_problems()

    async def scrape(self) -> None:
        """Bring the gauges up to date, or empty them when the database does not answer."""

        def query(tx: Tx) -> tuple[Health, dict[str, int]]:
            return health_of(tx, self._ctx.clock), Counter(alert.code.value for alert in tx.watch.open_alerts())

        self.gauges.tick_ages = self._ticker.ages()
        try:
            async with asyncio.timeout(ANSWER_WITHIN):
                self.gauges.health, self.gauges.alerts = await self._ctx.store.read(query)
        except (Busy, TimeoutError):
            self.gauges.health = None

    async def _database_problems(self) -> list[str]:
        try:
            async with asyncio.timeout(ANSWER_WITHIN):
                await self._ping()
                revision = await self._ctx.store.read(lambda tx: tx.watch.revision())
        except (Busy, TimeoutError):
            return ["database does not answer"]
        return ["database is not migrated"] if revision in self._older else []

    async def _ping(self) -> None:
        now = self._ctx.clock.wire_now()
        if self._took_in_at is not None and timedelta(0) <= now - self._took_in_at < PING_EVERY:
            return
        await self._store.ping()
        self._took_in_at = now
