"""Every running process says that it is alive, with which settings, and which ticks have run in it."""

import asyncio
import contextlib
from collections import deque
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from typing import Final

import structlog

from bot.domain.alerts import AlertCode, Instance
from bot.domain.errors import Busy
from bot.domain.health import BEAT_EVERY, REMEMBERED_FOR
from bot.domain.ids import new_id
from bot.ports import Tx
from bot.services.context import Context
from bot.services.watch.raising import raise_alert

log = structlog.get_logger(__name__)

GOODBYE_WITHIN: Final = 2.0  # seconds; a stop never waits longer for a database that is away
FORGED_WITHIN: Final = timedelta(minutes=10)
MANY_FORGED: Final = 10  # webhooks with a wrong signature: our own address or token is wrong, or somebody tries


class Strangers:
    """Webhooks with a wrong signature, lately and in this process. Wire time."""

    def __init__(self) -> None:
        self._at: deque[datetime] = deque(maxlen=1000)

    def note(self, at: datetime) -> None:
        self._at.append(at)

    def count(self, now: datetime) -> int:
        return sum(now - at <= FORGED_WITHIN for at in self._at)


@dataclass(slots=True)
class Heartbeat:
    """Beats into the database. `runs` gives when each tick last ran in this process: they are noted with the beat,
    for a commit of its own for each of them would cost more than most ticks do."""

    ctx: Context
    version: str
    settings_hash: str
    runs: Callable[[], Mapping[str, datetime]]
    strangers: Strangers = field(default_factory=Strangers)
    beat_at: datetime | None = None  # wire time, of the newest that was written
    _me: Instance | None = None
    _noted: dict[str, datetime] = field(default_factory=dict)
    _forged: int = 0
    _task: "asyncio.Task[None] | None" = None

    async def start(self) -> None:
        """Beat once, and then go on; raises Busy when the database is away."""
        now = self.ctx.clock.wire_now()
        self._me = Instance(new_id(), now, now, self.version, self.settings_hash)
        await self.beat()
        self._task = asyncio.create_task(self._go_on(), name="heartbeat")

    async def stop(self) -> None:
        """Say goodbye, if the database is there to hear it."""
        if self._task is not None:
            self._task.cancel()
            await asyncio.gather(self._task, return_exceptions=True)
        if self._me is None:
            return
        now = self.ctx.clock.wire_now()
        gone = replace(self._me, seen_at=now, stopped_at=now)
        with contextlib.suppress(Busy, TimeoutError):
            async with asyncio.timeout(GOODBYE_WITHIN):
                await self.ctx.store.write(lambda tx: tx.watch.beat(gone))

    async def beat(self) -> None:
        """Write down that this process is alive, and what has run in it since the last time."""
        if self._me is None:
            return
        now = self.ctx.clock.wire_now()
        alive = replace(self._me, seen_at=now)
        fresh = {name: at for name, at in self.runs().items() if self._noted.get(name) != at}
        forged = self.strangers.count(now)

        def write(tx: Tx) -> None:
            tx.watch.beat(alive)
            tx.watch.forget_instances(now - REMEMBERED_FOR)
            for name, at in sorted(fresh.items()):  # in one order everywhere: two instances never wait for each other
                tx.watch.ran(name, at)
            if forged >= MANY_FORGED and forged != self._forged:
                raise_alert(tx, self.ctx, AlertCode.BAD_SIGNATURES, AlertCode.BAD_SIGNATURES.value, count=forged)

        await self.ctx.store.write(write)
        self.beat_at = now
        self.ctx.pulse.beat(now)
        self._forged = forged
        self._noted.update(fresh)

    async def _go_on(self) -> None:
        while True:
            await asyncio.sleep(BEAT_EVERY.total_seconds())
            try:
                await self.beat()
            except Busy:
                log.warning("beat_postponed")
            except Exception:
                log.exception("beat_failed")
