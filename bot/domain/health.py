"""How the program is doing, in counts and times, and what of that a human must act on. Pure."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final

from bot.domain.alerts import AlertCode, Finding, Instance, TickRun
from bot.domain.incident import STOPPED
from bot.domain.outbound import POSTED_AGAIN, OutboxKind, OutboxState

BEAT_EVERY: Final = timedelta(seconds=10)  # wire time, like all about instances and ticks
MOST_BETWEEN: Final = 3 * BEAT_EVERY  # beats of one process; else it was frozen, or the database away
STEADY_AFTER: Final = timedelta(minutes=2)  # by then all who live have beaten, and the ticks have been noted
GONE_AFTER: Final = timedelta(seconds=60)  # an instance that has not been seen for so long
REMEMBERED_FOR: Final = timedelta(days=1)  # then a lost instance is forgotten
SETTLED_AFTER: Final = timedelta(minutes=2)  # after a start: before that a change of settings is on its way to all
CRASHES_WITHIN: Final = timedelta(hours=1)
MANY_CRASHES: Final = 3

TICK_SLACK: Final = timedelta(seconds=60)  # beyond three of its intervals a tick is stale
FAILS_FOR: Final = timedelta(minutes=10)
RECONCILED: Final = "reconcile"  # noted like a tick when the provider's list has been read, which its tick may fail to
RECONCILED_EVERY: Final = timedelta(minutes=15)

AWAY_AFTER: Final = timedelta(minutes=2)  # world time, like all that waits
INBOX_WITHIN: Final = timedelta(seconds=60)
URGENT_WITHIN: Final = timedelta(minutes=2)
ORDINARY_WITHIN: Final = timedelta(minutes=15)
MANY_UNCERTAIN: Final = 3
UNCERTAIN_WITHIN: Final = timedelta(minutes=10)

SMS_KINDS: Final = frozenset({OutboxKind.SMS, OutboxKind.STAFF_SMS, OutboxKind.CALL})
SLACK_KINDS: Final = frozenset(OutboxKind) - SMS_KINDS
SLACK_REFUSALS: Final = frozenset(
    {"not_authed", "invalid_auth", "account_inactive", "token_revoked", "token_expired", "missing_scope"}
)
SLACK_TROUBLE: Final = frozenset(
    {"slack_unreachable", "slack_error", "maybe_sent", "ratelimited", "update_again", POSTED_AGAIN}
)
SMS_REFUSALS: Final = frozenset({"not_logged_in", "sender_cannot_send", "wrong_settings", "account_suspended"})
SMS_TROUBLE: Final = frozenset({"provider_unreachable", "provider_busy"})

NEEDS_STEADY: Final = frozenset({AlertCode.TICK, AlertCode.RECONCILE, AlertCode.INSTANCE_LOST, AlertCode.RESTARTS})


@dataclass(slots=True, eq=False)
class Pulse:
    """The unbroken row of beats of this process: since when, and the newest. Wire time.

    Whoever could not write cannot tell whether the others are gone, or could not write either.
    """

    since: datetime | None = None
    newest: datetime | None = None

    def beat(self, at: datetime) -> None:
        """Note a beat that has been written down."""
        if self.since is None or self.newest is None or at - self.newest > MOST_BETWEEN:
            self.since = at
        self.newest = at

    def is_steady(self, now: datetime) -> bool:
        if self.since is None or self.newest is None or now - self.newest > MOST_BETWEEN:
            return False
        return now - self.since >= STEADY_AFTER


@dataclass(frozen=True, slots=True)
class InboxDepth:
    """Rows of the inbox in one state. `oldest_at` is world time; None where only late ones are among them."""

    state: str
    count: int
    oldest_at: datetime | None


@dataclass(frozen=True, slots=True)
class OutboxDepth:
    """Rows of the outbox that are alike. `oldest_at` is when the first of them was written, in world time."""

    kind: OutboxKind
    state: OutboxState
    is_urgent: bool
    error: str
    count: int
    oldest_at: datetime

    @property
    def group(self) -> str:
        """ "sms", "staff_sms", "call", "alert", or "slack" for everything else."""
        own = {OutboxKind.SMS, OutboxKind.STAFF_SMS, OutboxKind.CALL, OutboxKind.ALERT}
        return self.kind.value if self.kind in own else "slack"


@dataclass(frozen=True, slots=True)
class Queues:
    """What waits, is under way, is uncertain, or was set aside."""

    inbox: tuple[InboxDepth, ...] = ()
    outbox: tuple[OutboxDepth, ...] = ()


@dataclass(frozen=True, slots=True)
class Health:
    """Everything that is looked at. `refused` are reasons why sms were lately refused for our own fault; `beaten_since`
    is since when whoever looks has beaten without a gap, None where that is nobody who beats."""

    now: datetime
    wire_now: datetime
    queues: Queues
    instances: tuple[Instance, ...]
    ticks: tuple[TickRun, ...]
    refused: tuple[str, ...] = ()
    beaten_since: datetime | None = None

    @property
    def alive(self) -> list[Instance]:
        return [i for i in self.instances if i.stopped_at is None and self.wire_now - i.seen_at <= GONE_AFTER]


def stale_after(every: timedelta) -> timedelta:
    """Return how long after its last run a tick that should run `every` so often is stale."""
    return 3 * every + TICK_SLACK


def findings(health: Health, every: Mapping[str, timedelta]) -> list[Finding]:
    """Return what a human must act on now. `every` says how often each tick should run."""
    slack = _in_trouble(health, SLACK_KINDS)
    sms = _in_trouble(health, SMS_KINDS)
    return [
        *([slack] if slack is not None else []),
        *([sms] if sms is not None else []),
        *_waiting(health, slack_is_known=slack is not None, sms_is_known=sms is not None),
        *_ticks(health, every),
        *_instances(health),
    ]


def _in_trouble(health: Health, kinds: frozenset[OutboxKind]) -> Finding | None:
    """Return what the other side does to us: it refuses us, or it does not take what we send."""
    is_slack = kinds is SLACK_KINDS
    refusals, trouble = (SLACK_REFUSALS, SLACK_TROUBLE) if is_slack else (SMS_REFUSALS, SMS_TROUBLE)
    rows = [depth for depth in health.queues.outbox if depth.kind in kinds]
    refused = sorted(
        {depth.error for depth in rows if depth.error in refusals} | set(() if is_slack else health.refused)
    )
    if refused:
        code = AlertCode.SLACK_REFUSES if is_slack else AlertCode.SMS_REFUSES
        return Finding(code, code.value, {"reason": refused[0]})
    if any(depth.error in trouble and health.now - depth.oldest_at > AWAY_AFTER for depth in rows):
        code = AlertCode.SLACK_AWAY if is_slack else AlertCode.SMS_AWAY
        return Finding(code, code.value, {"count": str(sum(depth.count for depth in rows))})
    return None


def _waiting(health: Health, *, slack_is_known: bool, sms_is_known: bool) -> Iterator[Finding]:
    """Yield what waits or is uncertain for other reasons than one that is told of already."""
    waiting = [depth for depth in health.queues.inbox if depth.state == "waiting"]
    if any(d.oldest_at is not None and health.now - d.oldest_at > INBOX_WITHIN for d in waiting):
        yield _counted(AlertCode.WAITING_IN, waiting)
    known = (SLACK_KINDS if slack_is_known else frozenset()) | (SMS_KINDS if sms_is_known else frozenset())
    others = [depth for depth in health.queues.outbox if depth.kind not in known]
    uncertain = [depth for depth in others if depth.state is OutboxState.UNCERTAIN]
    texts = [depth for depth in uncertain if depth.kind in SMS_KINDS]
    is_old = any(health.now - depth.oldest_at > UNCERTAIN_WITHIN for depth in uncertain)
    if is_old or sum(depth.count for depth in texts) >= MANY_UNCERTAIN:
        yield _counted(AlertCode.UNCERTAIN, uncertain)
    late = [d for d in others if d.state is not OutboxState.UNCERTAIN and health.now - d.oldest_at > _within(d)]
    if late and all(depth.error != STOPPED for depth in others):  # what waits for a leader to lift the stop
        yield _counted(AlertCode.WAITING_OUT, late)


def _within(depth: OutboxDepth) -> timedelta:
    return URGENT_WITHIN if depth.is_urgent else ORDINARY_WITHIN


def _counted(code: AlertCode, depths: Sequence[InboxDepth | OutboxDepth]) -> Finding:
    return Finding(code, code.value, {"count": str(sum(depth.count for depth in depths))})


def _ticks(health: Health, every: Mapping[str, timedelta]) -> Iterator[Finding]:
    runs = {run.name: run for run in health.ticks}
    up_since = min((instance.started_at for instance in health.alive), default=None)
    if up_since is None:
        return
    if health.beaten_since is not None:
        up_since = max(up_since, health.beaten_since)  # nor while the database was away
    for name, interval in every.items():
        run = runs.get(name)
        last = up_since if run is None else max(run.ran_at, up_since)  # nothing ran while nobody was up
        fails = run is not None and run.failing_since is not None and health.wire_now - run.failing_since > FAILS_FOR
        if fails or health.wire_now - last > stale_after(interval):
            yield Finding(AlertCode.TICK, f"tick:{name}", {"tick": name})
    reconciled = runs.get(RECONCILED)
    if health.wire_now - (up_since if reconciled is None else max(reconciled.ran_at, up_since)) > RECONCILED_EVERY:
        yield Finding(AlertCode.RECONCILE, AlertCode.RECONCILE.value)


def _instances(health: Health) -> Iterator[Finding]:
    alive = health.alive
    has_settled = all(health.wire_now - instance.started_at > SETTLED_AFTER for instance in alive)
    if has_settled and len({instance.settings_hash for instance in alive}) > 1:
        yield Finding(AlertCode.SETTINGS_DIFFER, AlertCode.SETTINGS_DIFFER.value, {"count": str(len(alive))})
    lost = [i for i in health.instances if i.stopped_at is None and health.wire_now - i.seen_at > GONE_AFTER]
    for instance in _not_replaced(lost, alive):
        yield Finding(AlertCode.INSTANCE_LOST, f"instance_lost:{instance.id}", {"instance": instance.id})
    lately = [instance for instance in lost if health.wire_now - instance.seen_at < CRASHES_WITHIN]
    if len(lately) >= MANY_CRASHES:
        yield Finding(AlertCode.RESTARTS, AlertCode.RESTARTS.value, {"count": str(len(lately))})


def _not_replaced(lost: Sequence[Instance], alive: Sequence[Instance]) -> list[Instance]:
    """Return the lost instances in whose place none has started; each that lives replaces one."""
    unused = sorted(alive, key=lambda instance: instance.started_at)
    missing = []
    for instance in sorted(lost, key=lambda instance: instance.seen_at):
        replacement = next((other for other in unused if other.started_at > instance.seen_at), None)
        if replacement is None:
            missing.append(instance)
        else:
            unused.remove(replacement)
    return missing
