"""Takes rows out of the outbox, sends several at once, and writes down what became of each.

One transaction a turn: what has ended is recorded and what may leave is claimed, however many there are of either.
"""

import asyncio
import secrets
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Final

import structlog

from bot.domain.errand import Errand, TooLateToLeave, on
from bot.domain.errors import Busy
from bot.domain.outbound import PACED, OutboxKind, OutboxState, Priority
from bot.ports import Outbound, Share, Tx
from bot.services.context import Context
from bot.services.deliver import deliver, given_up
from bot.services.shared.outcome import FIRST_LOOK, Outcome
from bot.services.watch.observer import Observer

log = structlog.get_logger(__name__)

TEXTS: Final = frozenset({OutboxKind.SMS, OutboxKind.STAFF_SMS, OutboxKind.CALL})
POSTS: Final = frozenset(OutboxKind) - TEXTS
MOST_TEXTS: Final = 8  # on their way at once; a Slack that hangs holds up no text, and the other way round
MOST_POSTS: Final = 16
MOST_ORDINARY: Final = 12  # of these posts; the rest are for what is urgent
MOST_CRASHES: Final = 8  # of one row, of which nothing has left
LAST_TRIES: Final = 3  # to record what has ended, when we stop

BUSY: Final = "busy"
AFTER_BUSY: Final = timedelta(seconds=1)
AFTER_CRASH: Final = timedelta(seconds=5)
LONGEST: Final = timedelta(seconds=60)  # that our own back-off adds to a wait
SOONEST: Final = 0.01  # seconds
SAID_BY_THEM: Final = frozenset({PACED, "ratelimited"})  # how long to wait is known: nothing is added to it

Ended = tuple[Outbound, Outcome]


@dataclass(slots=True)
class Sender:
    """Call `send_some` whenever `news` is set, or the time that it returned has passed."""

    ctx: Context
    lease: Callable[[], timedelta]
    observer: Observer
    news: asyncio.Event = field(default_factory=asyncio.Event)
    _name: str = field(default_factory=lambda: secrets.token_hex(4))
    _turns: int = 0
    _is_turning: bool = False
    _on_the_way: dict["asyncio.Task[None]", Outbound] = field(default_factory=dict)
    _ended: list[Ended] = field(default_factory=list)
    _unknown: list[str] = field(default_factory=list)  # claims of which we do not know whether they were committed

    @property
    def in_hand(self) -> int:
        """How many rows are on their way, or have ended and are not yet recorded."""
        return len(self._on_the_way) + len(self._ended) + self._is_turning

    async def send_some(self) -> float:
        """Record what has ended and send what may leave; return in how many seconds something else may. Raises Busy."""
        until = self.ctx.clock.wire_now() + self.lease()  # asked before the claim: ours ends first
        rows, next_at = await self._turn(is_claiming=True)
        for row in rows:
            task = asyncio.create_task(self._attempt(row, until), name=f"outbox row {row.id}")
            self._on_the_way[task] = row
            task.add_done_callback(self._back)
        if next_at is None:
            return LONGEST.total_seconds()
        return max(SOONEST, (next_at - self.ctx.clock.wire_now()).total_seconds())

    async def finish(self) -> None:
        """Wait for what is on its way and record it; nothing new is sent."""
        while self._on_the_way:
            await asyncio.wait(self._on_the_way)
        for attempt in range(LAST_TRIES):
            try:
                await self._turn(is_claiming=False)
                return
            except Busy:
                await asyncio.sleep(AFTER_BUSY.total_seconds() * attempt)

    async def give_up(self) -> None:
        """Break off what is on its way, and record that we do not know. What cannot be recorded lapses."""
        while self._on_the_way:
            for task in self._on_the_way:
                task.cancel()
            await asyncio.wait(self._on_the_way)
        if self._ended or self._unknown:
            try:
                await self._turn(is_claiming=False)
            except Busy:
                log.error("outcomes_not_recorded", count=len(self._ended))

    def _back(self, task: "asyncio.Task[None]") -> None:
        self._on_the_way.pop(task, None)
        self.news.set()

    # --- one turn ------------------------------------------------------------

    async def _turn(self, *, is_claiming: bool) -> tuple[list[Outbound], datetime | None]:
        if not self._unknown:  # else the same name again: what it may have claimed is put back before it claims anew
            self._turns += 1
        owner = f"{self._name} {self._turns}"
        ended, self._ended = self._ended, []
        unknown = list(self._unknown)
        self._is_turning = True
        try:
            claimed, next_at = await self._recorded_and_claimed(ended, unknown, owner, is_claiming=is_claiming)
        except BaseException:
            # Perhaps it was committed all the same: recording twice changes nothing, and a claim is known by its owner.
            self._ended = [*ended, *self._ended]
            self._unknown = [owner]
            raise
        finally:
            self._is_turning = False
        del self._unknown[: len(unknown)]
        return claimed, next_at

    async def _recorded_and_claimed(
        self, ended: list[Ended], unknown: list[str], owner: str, *, is_claiming: bool
    ) -> tuple[list[Outbound], datetime | None]:
        room = self._room()  # asked here: what is on its way changes in the loop, and the turn runs in a thread

        def turn(tx: Tx) -> tuple[list[Outbound], datetime | None]:
            for row, outcome in ended:
                self._record(tx, row, outcome)
            for lost in unknown:
                tx.outbox.release(lost)
            claimed = tx.outbox.claim_some(owner, self.lease(), room) if is_claiming else []
            return claimed, None if claimed else tx.outbox.next_at()  # we look again when one of these has ended

        try:
            return await self.ctx.store.write(turn)
        except Busy:
            raise
        except Exception:
            if not ended:
                raise
        for row, outcome in ended:
            await self._record_alone(row, outcome)
        ended.clear()
        return await self.ctx.store.write(turn)

    def _room(self) -> tuple[Share, Share]:
        """Return how many more texts and posts may be on their way, and how many of the posts may be ordinary."""
        kinds = [row.kind for row in self._on_the_way.values()]
        texts = MOST_TEXTS - sum(kind in TEXTS for kind in kinds)
        posts = MOST_POSTS - sum(kind in POSTS for kind in kinds)
        ordinary = MOST_ORDINARY - sum(
            row.kind in POSTS and row.priority > Priority.SMS for row in self._on_the_way.values()
        )
        return Share(TEXTS, texts), Share(POSTS, posts, max(0, ordinary))

    def _record(self, tx: Tx, row: Outbound, outcome: Outcome) -> None:
        is_ours = tx.outbox.record(
            row.id,
            outcome.state,
            provider_id=outcome.provider_id,
            error=outcome.error,
            wait=waited(outcome, row.attempts),
            counted=outcome.counted,
            claim=row.claim,
        )
        if is_ours and outcome.then is not None:
            outcome.then(tx)
        if not is_ours:
            log.warning("outcome_of_a_lapsed_claim", outbox_id=row.id, outcome=outcome.state.value)

    async def _record_alone(self, row: Outbound, outcome: Outcome) -> None:
        """One that cannot be recorded must not keep the others from it: its lease lapses, and it becomes uncertain."""
        try:
            await self.ctx.store.write(lambda tx: self._record(tx, row, outcome))
        except Busy:
            self._ended.append((row, outcome))
        except Exception:
            log.exception("outcome_crashed", outbox_id=row.id)

    # --- one row -------------------------------------------------------------

    async def _attempt(self, row: Outbound, until: datetime) -> None:
        """Send one row with no transaction open, and keep what we know about it for the next turn."""
        began = asyncio.get_running_loop().time()
        errand = Errand(lambda: self.ctx.clock.wire_now() < until, is_urgent=row.priority <= Priority.SMS)
        outcome = await self._outcome(row, errand)
        took_s, waited_for = asyncio.get_running_loop().time() - began, self.ctx.clock.now() - row.created_at
        self.observer.sent(row, outcome.state.value, took_s, waited_for)
        if outcome.text_at is not None:
            self.observer.carded(self.ctx.clock.now() - outcome.text_at)
        self._ended.append((row, outcome))

    async def _outcome(self, row: Outbound, errand: Errand) -> Outcome:
        try:
            with on(errand):
                outcome = await deliver(row, ctx=self.ctx)
        except (TooLateToLeave, Busy, asyncio.CancelledError) as cause:
            if errand.has_left:
                return Outcome(OutboxState.UNCERTAIN, error="cut_off", wait=FIRST_LOOK)
            reason = BUSY if isinstance(cause, Busy) else "put_back"
            log.warning("send_put_back", outbox_id=row.id, kind=row.kind.value, reason=type(cause).__name__)
            return Outcome(OutboxState.DUE, error=reason, wait=AFTER_BUSY, counted=False)
        except Exception as error:
            log.exception("send_crashed", outbox_id=row.id, kind=type(error).__name__, has_left=errand.has_left)
            if errand.has_left:  # a bug may have struck after the send: not knowing is the honest answer
                return Outcome(OutboxState.UNCERTAIN, error="crashed", wait=AFTER_CRASH)
            if row.attempts >= MOST_CRASHES:
                return given_up(row, ctx=self.ctx)
            return Outcome(OutboxState.DUE, error="crashed", wait=AFTER_CRASH)
        return outcome or Outcome(OutboxState.DUE, error="lease_lost", counted=False)


def waited(outcome: Outcome, attempts: int) -> timedelta:
    """Return how long to wait: ever longer where we guess, with jitter; as told where the other side has said.

    A wait that is a pace, or that they have asked for, is no failure and does not grow: what is urgent would be pushed
    back further and further just because there is much of it.
    """
    wait = outcome.wait
    if outcome.state is not OutboxState.DUE or not outcome.counted or outcome.error in SAID_BY_THEM or attempts <= 1:
        return wait
    growth = float(min(2 ** min(attempts - 1, 5), 20))
    jitter = 0.8 + secrets.randbelow(400) / 1000
    return min(wait * growth * jitter, wait + LONGEST)
