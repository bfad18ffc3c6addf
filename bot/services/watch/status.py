"""How the bot is doing, for a person at the command line. Read only, and nothing in it is about anybody."""

from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final

from bot.clock import Clock
from bot.domain.alerts import Alert, AlertCode, Instance
from bot.domain.health import RECONCILED, Health, findings
from bot.domain.incident import IncidentClock, Stop
from bot.domain.outbound import OutboxState
from bot.domain.rules import Rules
from bot.ports import Tx
from bot.services.retention.standing import RetentionState, retention_state
from bot.services.watch.watch_health import health_of

A_DAY: Final = timedelta(days=1)
GROUPS: Final = ("sms", "slack", "staff_sms", "call", "alert")


@dataclass(frozen=True, slots=True)
class Queue:
    """So many wait, the first of them since so long; None when none does, or we cannot tell."""

    name: str
    count: int
    oldest: timedelta | None


@dataclass(frozen=True, slots=True)
class Tick:
    """`ran_at` is wire time; None when it never has."""

    name: str
    ran_at: datetime | None
    is_stale: bool


@dataclass(frozen=True, slots=True)
class Status:
    """Everything that is told. `now` is world time; times of instances, ticks and the list are wire time.

    `hash_of_most` is that of the settings that most who are alive run with.
    """

    now: datetime
    instances: tuple[Instance, ...]
    alive: frozenset[str]
    hash_of_most: str
    queues: tuple[Queue, ...]  # the inbox first
    uncertain: int
    parked: int
    ticks: tuple[Tick, ...]
    reconciled_at: datetime | None
    found_late: int
    alerts: tuple[Alert, ...]
    retention: RetentionState | None = None
    stops: tuple[Stop, ...] = ()
    clocks: tuple[IncidentClock, ...] = ()  # of incidents, by when they run out; nobody has ticked them off

    @property
    def needs_somebody(self) -> bool:
        return (
            bool(self.alerts or self.stops or self.clocks)
            or not self.alive
            or any(tick.is_stale for tick in self.ticks)
        )


def status(tx: Tx, clock: Clock, every: Mapping[str, timedelta], rules: Rules | None = None) -> Status:
    """Read all of it in one transaction. `every` says how often each tick should run, `rules` what is kept how long."""
    health = health_of(tx, clock)
    runs = {run.name: run.ran_at for run in health.ticks}
    stale = {f.values["tick"] for f in findings(health, every) if f.code is AlertCode.TICK}
    hashes = Counter(instance.settings_hash for instance in health.alive)
    return Status(
        now=health.now,
        instances=health.instances,
        alive=frozenset(instance.id for instance in health.alive),
        hash_of_most=hashes.most_common(1)[0][0] if hashes else "",
        queues=tuple(_queues(health)),
        uncertain=sum(depth.count for depth in health.queues.outbox if depth.state is OutboxState.UNCERTAIN),
        parked=sum(depth.count for depth in health.queues.inbox if depth.state == "parked"),
        ticks=tuple(Tick(name, runs.get(name), name in stale) for name in every),
        reconciled_at=runs.get(RECONCILED),
        found_late=tx.watch.late_since(health.now - A_DAY),
        alerts=tuple(tx.watch.open_alerts()),
        retention=None if rules is None else retention_state(tx, rules, health.now),
        stops=tuple(tx.incidents.stops()),
        clocks=tuple(tx.incidents.running_clocks()),
    )


def _queues(health: Health) -> Iterable[Queue]:
    waiting = [depth for depth in health.queues.inbox if depth.state == "waiting"]
    ages = [health.now - depth.oldest_at for depth in waiting if depth.oldest_at is not None]
    yield Queue("inbox", sum(depth.count for depth in waiting), max(ages, default=None))
    for group in GROUPS:
        rows = [depth for depth in health.queues.outbox if depth.group == group]
        ages = [health.now - depth.oldest_at for depth in rows]
        yield Queue(group, sum(depth.count for depth in rows), max(ages, default=None))
