"""The loops that empty inbox and outbox and keep open modals live. They stop gracefully and lose nothing.

Work is claimed in one transaction, done with none open, and recorded in another, come what may.
"""

import asyncio
import functools
import secrets
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any, Final

import structlog

from bot.domain.errors import BotError, Busy
from bot.domain.outbound import OutboxState
from bot.ports import Incoming, Outbound, Tx
from bot.services.context import Context
from bot.services.deliver import deliver
from bot.services.open_raw import park
from bot.services.refresh_views import refresh_views
from bot.services.shared.outcome import Outcome

log = structlog.get_logger(__name__)

POLL_EVERY: Final = 1.0  # seconds; a safety net, for every commit wakes the loops
AFTER_TROUBLE: Final = 1.0  # seconds
LEASE: Final = timedelta(seconds=60)  # longer than any send may take
SENDERS: Final = 4
QUIET_WITHIN: Final = 30.0  # seconds that `settle` waits at most
MOST_TRIES_IN_A_ROW: Final = 5

Digest = Callable[[Tx, Context, Incoming], list[Any]]


@dataclass(slots=True)
class Worker:
    """Runs the loops. `effects` performs what a digested row asks for after its commit (a lost one costs a click)."""

    ctx: Context
    digests: dict[str, Digest]
    effects: Callable[[Any], Awaitable[None]]
    views_every: float = 0.25  # seconds between looks for modals to draw again
    _stop: asyncio.Event = field(default_factory=asyncio.Event)
    _inbox: asyncio.Event = field(default_factory=asyncio.Event)
    _outbox: asyncio.Event = field(default_factory=asyncio.Event)
    _views: asyncio.Event = field(default_factory=asyncio.Event)
    _tasks: list["asyncio.Task[None]"] = field(default_factory=list)
    _effects: set["asyncio.Task[None]"] = field(default_factory=set)
    _busy: int = 0
    _turned: dict[str, datetime] = field(default_factory=dict)

    def start(self) -> None:
        """Start the loops; needs a running event loop."""
        self._spawn("inbox", self._empty_inbox)
        for number in range(SENDERS):
            self._spawn(f"outbox {number}", functools.partial(self._empty_outbox, f"outbox {number}"))
        self._spawn("views", self._redraw)

    def wake(self, work: frozenset[str] = frozenset({"inbox", "outbox", "views"})) -> None:
        """Something has been committed: look now rather than at the next poll."""
        for name, event in (("inbox", self._inbox), ("outbox", self._outbox), ("views", self._views)):
            if name in work:
                event.set()

    async def stop(self, within: float = 20.0) -> None:
        """Finish what is in hand, within so many seconds; what is left waits in the database."""
        self._stop.set()
        self.wake()
        if self._tasks:
            _, late = await asyncio.wait(self._tasks, timeout=within)
            for task in late:
                task.cancel()
            await asyncio.gather(*late, return_exceptions=True)

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

        return self._busy == 0 and not self._effects and await self.ctx.store.read(waiting) == 0 and self._busy == 0

    def _spawn(self, name: str, loop: Callable[[], Awaitable[None]]) -> None:
        self._tasks.append(asyncio.create_task(self._guard(name, loop), name=name))

    async def _guard(self, name: str, loop: Callable[[], Awaitable[None]]) -> None:
        while not self._stop.is_set():
            try:
                await loop()
            except asyncio.CancelledError:
                raise
            except Exception:
                log.exception("loop_stumbled", loop=name)
                await asyncio.sleep(AFTER_TROUBLE)

    async def _pause(self, event: asyncio.Event, seconds: float) -> None:
        try:
            async with asyncio.timeout(seconds):
                await event.wait()
        except TimeoutError:
            return

    def _turn(self, name: str) -> None:
        self._turned[name] = self.ctx.clock.wire_now()

    # --- inbox ---------------------------------------------------------------

    async def _empty_inbox(self) -> None:
        while not self._stop.is_set():
            self._turn("inbox")
            self._inbox.clear()
            try:
                while not self._stop.is_set() and await self._digest_one():
                    pass
            except Busy:
                await asyncio.sleep(AFTER_TROUBLE)
                continue
            await self._pause(self._inbox, POLL_EVERY)

    async def _digest_one(self) -> bool:
        """Digest the next row; True when there was one. What our code cannot digest is parked, not lost."""
        taken: list[Incoming] = []

        def change(tx: Tx) -> list[Any] | None:
            row = tx.inbox.next()
            if row is None:
                return None
            taken[:] = [row]
            effects = self.digests[row.provider](tx, self.ctx, row)
            tx.inbox.done(row.id)
            return effects

        self._busy += 1
        try:
            effects = await self.ctx.store.write(change)
            for effect in effects or []:
                task = asyncio.create_task(self._perform(effect), name="effect")
                self._effects.add(task)  # held, and not waited for: the next text must not wait for Slack
                task.add_done_callback(self._effects.discard)
            return effects is not None
        except Busy:
            raise
        except Exception as error:
            if not taken:
                raise
            row = taken[0]
            known = isinstance(error, BotError)
            log.error("row_parked", inbox_id=row.id, provider=row.provider, kind=type(error).__name__, known=known)
            await self.ctx.store.write(lambda tx: park(tx, self.ctx, row))
            return True
        finally:
            self._busy -= 1

    async def _perform(self, effect: Any) -> None:
        self._busy += 1
        try:
            await self.effects(effect)
        except Exception as error:
            log.info("effect_lost", effect=type(effect).__name__, kind=type(error).__name__)
        finally:
            self._busy -= 1

    # --- outbox --------------------------------------------------------------

    async def _empty_outbox(self, name: str) -> None:
        owner = f"{name} {secrets.token_hex(4)}"
        while not self._stop.is_set():
            self._turn(name)
            self._outbox.clear()
            try:
                while not self._stop.is_set() and await self._send_one(owner):
                    pass
            except Busy:
                await asyncio.sleep(AFTER_TROUBLE)
                continue
            await self._pause(self._outbox, POLL_EVERY)

    async def _send_one(self, owner: str) -> bool:
        self._busy += 1
        try:
            row = await self.ctx.store.write(lambda tx: tx.outbox.claim(owner, LEASE))
            if row is None:
                return False
            attempt = asyncio.create_task(self._attempt(row), name=f"outbox row {row.id}")
            try:
                await asyncio.shield(attempt)
            except asyncio.CancelledError:
                await attempt  # it may have left already: its outcome must reach the table
                raise
            return True
        finally:
            self._busy -= 1

    async def _attempt(self, row: Outbound) -> None:
        """Send one row with no transaction open, then record what we know about it."""
        try:
            outcome = await deliver(row, ctx=self.ctx)
        except Busy:
            outcome = Outcome(OutboxState.DUE, error="busy", wait=timedelta(seconds=AFTER_TROUBLE))
        except Exception as error:
            log.exception("send_crashed", outbox_id=row.id, kind=type(error).__name__)
            # A bug may have struck after the send: not knowing is the honest answer.
            outcome = Outcome(OutboxState.UNCERTAIN, error="crashed", wait=timedelta(seconds=5))
        if outcome is not None:
            await self._record(row, outcome)

    async def _record(self, row: Outbound, outcome: Outcome) -> None:
        def record(tx: Tx) -> None:
            wait = outcome.wait if outcome.state is not OutboxState.DUE else backed_off(outcome.wait, row.attempts)
            tx.outbox.record(
                row.id,
                outcome.state,
                provider_id=outcome.provider_id,
                error=outcome.error,
                wait=wait,
                counted=outcome.counted,
            )
            if outcome.then is not None:
                outcome.then(tx)

        for attempt in range(MOST_TRIES_IN_A_ROW):
            try:
                await self.ctx.store.write(record)
                return
            except Busy:
                await asyncio.sleep(AFTER_TROUBLE * (attempt + 1))
            except Exception:
                log.exception("outcome_crashed", outbox_id=row.id)
                break
        log.error("outcome_not_recorded", outbox_id=row.id)  # the lease lapses, and it becomes uncertain

    # --- open modals ---------------------------------------------------------

    async def _redraw(self) -> None:
        while not self._stop.is_set():
            self._turn("views")
            self._views.clear()
            self._busy += 1
            try:
                await refresh_views(ctx=self.ctx)
            except Busy:
                await asyncio.sleep(AFTER_TROUBLE)
            finally:
                self._busy -= 1
            await asyncio.sleep(self.views_every)
            await self._pause(self._views, POLL_EVERY)


def backed_off(wait: timedelta, attempts: int) -> timedelta:
    """Return a longer wait for each attempt, with jitter, a minute at most above what the other side asked for."""
    growth = min(2 ** max(0, attempts - 1), 20)
    jitter = 0.8 + secrets.randbelow(400) / 1000
    return min(wait * growth * jitter, wait + timedelta(seconds=60)) if attempts > 1 else wait
