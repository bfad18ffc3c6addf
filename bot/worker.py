"""The loops that empty inbox and outbox and keep open modals live. They stop gracefully and lose nothing.

Work is claimed in one transaction, done with none open, and recorded in another, come what may.
"""

import asyncio
import contextlib
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any, Final

import structlog

from bot.domain.errors import BotError, Busy
from bot.ports import Incoming, Tx
from bot.sender import Sender
from bot.services.context import Context
from bot.services.open_raw import park
from bot.services.refresh_views import refresh_views
from bot.services.watch.observer import Observer, Unobserved

log = structlog.get_logger(__name__)

POLL_EVERY: Final = 1.0  # seconds; a safety net, for every commit wakes the loops
AFTER_TROUBLE: Final = 1.0  # seconds
LEASE: Final = timedelta(seconds=30)  # in which a claimed row must have left; see storage.repos.outbox
LAST_WORD_WITHIN: Final = 3.0  # seconds
QUIET_WITHIN: Final = 30.0  # seconds that `settle` waits at most
AT_A_TIME: Final = 50  # rows of the inbox in one transaction
MANY: Final = 4  # rows on their way: more of them end within a moment, and one transaction serves them all
GATHER_FOR: Final = 0.005  # seconds
FOR_AT_MOST: Final = timedelta(milliseconds=25)  # whoever waits for a 200 or a click waits for that transaction too

Digest = Callable[[Tx, Context, Incoming], list[Any]]


@dataclass(slots=True)
class Worker:
    """Runs the loops. `effects` performs what a digested row asks for after its commit (a lost one costs a click)."""

    ctx: Context
    digests: dict[str, Digest]
    effects: Callable[[Any], Awaitable[None]]
    views_every: float = 0.25  # seconds between looks for modals to draw again
    observer: Observer = field(default_factory=Unobserved)
    _stop: asyncio.Event = field(default_factory=asyncio.Event)
    _inbox: asyncio.Event = field(default_factory=asyncio.Event)
    _views: asyncio.Event = field(default_factory=asyncio.Event)
    _tasks: list["asyncio.Task[None]"] = field(default_factory=list)
    _effects: set["asyncio.Task[None]"] = field(default_factory=set)
    _sender: Sender = field(init=False)
    _busy: int = 0
    _one_by_one: int = 0  # rows to be digested each in a transaction of its own, since a group of them has failed
    _turned: dict[str, datetime] = field(default_factory=dict)

    def __post_init__(self) -> None:
        self._sender = Sender(self.ctx, lambda: LEASE, self.observer)

    def start(self) -> None:
        """Start the loops; needs a running event loop."""
        self._sender.observer = self.observer
        self._spawn("inbox", self._empty_inbox)
        self._spawn("outbox", self._empty_outbox)
        self._spawn("views", self._redraw)

    def wake(self, work: frozenset[str] = frozenset({"inbox", "outbox", "views"})) -> None:
        """Something has been committed: look now rather than at the next poll."""
        for name, event in (("inbox", self._inbox), ("outbox", self._sender.news), ("views", self._views)):
            if name in work:
                event.set()

    async def stop(self, within: float = 20.0) -> None:
        """Finish what is in hand, within so many seconds; what is left waits in the database."""
        self._stop.set()
        self.wake()
        log.info("loops_stopping", sends=self._sender.in_hand, effects=len(self._effects))
        loops = [*self._tasks, *self._effects]
        with contextlib.suppress(TimeoutError):
            async with asyncio.timeout(within):
                if loops:
                    await asyncio.wait(loops)
                await self._sender.finish()
        for task in loops:
            task.cancel()
        await asyncio.gather(*loops, return_exceptions=True)
        try:
            async with asyncio.timeout(LAST_WORD_WITHIN):
                await self._sender.give_up()
        except TimeoutError:  # a database that hangs must not keep us for ever; what is unrecorded lapses
            log.error("outcomes_not_recorded", count=self._sender.in_hand)

    def stale(self, now: datetime, after: timedelta) -> list[str]:
        """Return the loops that have not turned for `after` (wire time)."""
        return sorted(name for name, at in self._turned.items() if now - at > after)

    async def settle(self) -> None:
        """Return when nothing waits that could be done now; raises TimeoutError when that takes too long."""
        async with asyncio.timeout(QUIET_WITHIN):
            while not await self._is_quiet():  # noqa: ASYNC110 - quiet is what the database says, nobody tells us
                await asyncio.sleep(0.01)

    async def _is_quiet(self) -> bool:
        def waiting(tx: Tx) -> int:
            return tx.inbox.waiting() + tx.outbox.waiting() + tx.views.dirty_count()

        return not self._is_busy and await self.ctx.store.read(waiting) == 0 and not self._is_busy

    @property
    def _is_busy(self) -> bool:
        return bool(self._busy or self._effects or self._sender.in_hand)

    def _spawn(self, name: str, loop: Callable[[], Awaitable[None]]) -> None:
        self._tasks.append(asyncio.create_task(self._guard(name, loop), name=name))

    async def _guard(self, name: str, loop: Callable[[], Awaitable[None]]) -> None:
        while not self._stop.is_set():
            try:
                await loop()
            except asyncio.CancelledError:
                raise
            except Busy:
                await self._rest()
            except Exception:
                log.exception("loop_stumbled", loop=name)
                await self._rest()

    async def _rest(self) -> None:
        """Wait a little after trouble; not at all when it is time to stop."""
        await pause(self._stop, AFTER_TROUBLE)

    def _turn(self, name: str) -> None:
        self._turned[name] = self.ctx.clock.wire_now()

    # --- inbox ---------------------------------------------------------------

    async def _empty_inbox(self) -> None:
        while not self._stop.is_set():
            self._turn("inbox")
            self._inbox.clear()
            while not self._stop.is_set() and await self._digest_some():
                self._turn("inbox")
            await pause(self._inbox, POLL_EVERY)

    async def _digest_some(self) -> bool:
        """Digest the next rows in one transaction; True when there may be more of them.

        When one of them fails, each is digested in a transaction of its own, and the one that our code cannot digest
        is parked, not lost. What they ask for is done when they are committed, and not before.
        """
        limit = 1 if self._one_by_one else AT_A_TIME
        taken: list[Incoming] = []
        is_all = False

        def change(tx: Tx) -> list[Any]:
            nonlocal is_all
            taken.clear()
            effects: list[Any] = []
            began = self.ctx.clock.wire_now()
            for row in tx.inbox.take(limit):
                taken.append(row)
                effects.extend(self.digests[row.provider](tx, self.ctx, row))
                if self.ctx.clock.wire_now() - began > FOR_AT_MOST:
                    is_all = False
                    break  # the others are where they were
            else:
                is_all = len(taken) < limit
            tx.inbox.done([row.id for row in taken])
            return effects

        self._busy += 1
        try:
            effects = await self.ctx.store.write(change)
            self._one_by_one = max(0, self._one_by_one - 1)
            for row in taken:
                self.observer.digested(row, self.ctx.clock.now() - row.received_at)
            for effect in effects:
                task = asyncio.create_task(self._perform(effect), name="effect")
                self._effects.add(task)  # held, and not waited for: the next text must not wait for Slack
                task.add_done_callback(self._effects.discard)
        except Busy:
            raise
        except Exception as error:
            if not taken:
                raise
            if limit > 1 and len(taken) > 1:
                self._one_by_one = len(taken)
            else:
                await self._park(taken[0], error)
            is_all = False
        finally:
            self._busy -= 1
        return not is_all

    async def _park(self, row: Incoming, error: Exception) -> None:
        known = isinstance(error, BotError)
        log.error("row_parked", inbox_id=row.id, provider=row.provider, kind=type(error).__name__, known=known)
        try:
            await self.ctx.store.write(lambda tx: park(tx, self.ctx, row))
        except Busy:
            raise
        except Exception as trouble:
            # To tell of it fails too: it is set aside all the same, or nobody's text gets past.
            log.error("parked_untold", inbox_id=row.id, kind=type(trouble).__name__)
            await self.ctx.store.write(lambda tx: tx.inbox.park(row.id))

    async def _perform(self, effect: Any) -> None:
        try:
            await self.effects(effect)
        except Exception as error:
            log.info("effect_lost", effect=type(effect).__name__, kind=type(error).__name__)

    # --- outbox --------------------------------------------------------------

    async def _empty_outbox(self) -> None:
        while not self._stop.is_set():
            self._turn("outbox")
            self._sender.news.clear()
            wait = await self._sender.send_some()
            await pause(self._sender.news, min(wait, POLL_EVERY))
            if self._sender.in_hand > MANY:
                await pause(self._stop, GATHER_FOR)

    # --- open modals ---------------------------------------------------------

    async def _redraw(self) -> None:
        while not self._stop.is_set():
            self._turn("views")
            self._views.clear()
            self._busy += 1
            try:
                await refresh_views(ctx=self.ctx)
            finally:
                self._busy -= 1
            await pause(self._stop, self.views_every)
            await pause(self._views, POLL_EVERY)


async def pause(event: asyncio.Event, seconds: float) -> None:
    """Wait for an event, for so many seconds at most."""
    try:
        async with asyncio.timeout(seconds):
            await event.wait()
    except TimeoutError:
        return
