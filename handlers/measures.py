"""What is measured while we work, for Prometheus. Labels are kinds, states and codes, never a person's."""

from collections.abc import Iterator
from datetime import timedelta
from typing import Final

from prometheus_client import CollectorRegistry, Counter, Gauge, Histogram
from prometheus_client.core import GaugeMetricFamily

from bot.domain.health import Health, OutboxDepth
from bot.domain.outbound import OutboxKind, OutboxState
from bot.ports import Incoming, Outbound

QUICK: Final = (0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 5.0, 10.0)
PATIENT: Final = (0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 5.0, 10.0, 30.0, 60.0, 120.0, 300.0, 600.0)
Labelled = dict[tuple[str, ...], float]  # values by the labels of a family


class Measures:
    """See bot.services.watch.observer.Observer. One set per application, in its registry."""

    def __init__(self, registry: CollectorRegistry) -> None:
        def histogram(
            name: str, help_: str, labels: tuple[str, ...] = (), buckets: tuple[float, ...] = QUICK
        ) -> Histogram:
            return Histogram(f"beredskap_{name}", help_, labels, buckets=buckets, registry=registry)

        self._digested = histogram("inbox_wait_seconds", "From the webhook until digested", ("provider",))
        self._sends = Counter("beredskap_sends", "Sends that have ended", ["kind", "outcome"], registry=registry)
        self._send = histogram("send_seconds", "How long a send took", ("kind",))
        self._card = histogram("card_wait_seconds", "From what a card shows until Slack has the card", (), PATIENT)
        self._carded = histogram("text_to_card_seconds", "From a text came in until Slack has its card", (), PATIENT)
        self._sms = histogram("sms_wait_seconds", "From an sms was written until the provider has it", (), PATIENT)
        self._ticks = Counter("beredskap_ticks", "Runs of ticks", ["tick", "outcome"], registry=registry)
        self._reconciled = Counter("beredskap_reconciled", "Texts whose webhook had failed", registry=registry)
        self._lag = histogram("loop_lag_seconds", "How late the event loop is")
        self._write = histogram("database_write_seconds", "From a write is asked for until it is durable")
        self._last_lag = Gauge("beredskap_loop_lag_last_seconds", "The newest measurement", registry=registry)

    def digested(self, row: Incoming, waited: timedelta) -> None:
        if not row.is_late:
            self._digested.labels(row.provider).observe(max(0.0, waited.total_seconds()))

    def sent(self, row: Outbound, outcome: str, took_s: float, waited: timedelta) -> None:
        self._sends.labels(row.kind.value, outcome).inc()
        self._send.labels(row.kind.value).observe(took_s)
        if outcome == OutboxState.SENT.value and row.kind in {OutboxKind.CARD, OutboxKind.SMS}:
            waits = self._card if row.kind is OutboxKind.CARD else self._sms
            waits.observe(max(0.0, waited.total_seconds()))

    def carded(self, waited: timedelta) -> None:
        self._carded.observe(max(0.0, waited.total_seconds()))

    def ran(self, tick: str, result: object) -> None:
        self._ticks.labels(tick, "done").inc()
        if tick == "reconcile_tick" and isinstance(result, int):
            self._reconciled.inc(result)

    def failed(self, tick: str) -> None:
        self._ticks.labels(tick, "failed").inc()

    def lagged(self, seconds: float) -> None:
        self._lag.observe(seconds)
        self._last_lag.set(seconds)

    def wrote(self, seconds: float) -> None:
        self._write.observe(seconds)


class Gauges:
    """What the database says at the moment of a scrape, and the age of each tick in this process.

    While the database is away only `beredskap_database_up` and the ages are told: an old depth would be a lie.
    """

    def __init__(self) -> None:
        self.health: Health | None = None
        self.alerts: dict[str, int] = {}
        self.tick_ages: dict[str, float] = {}

    def collect(self) -> Iterator[GaugeMetricFamily]:
        yield _one("database_up", "Whether the database answered this scrape", float(self.health is not None))
        yield _labelled(
            "tick_age_seconds", "Since it last ran here", ("tick",), {(n,): a for n, a in self.tick_ages.items()}
        )
        if self.health is None:
            return
        health = self.health
        inbox = {(depth.state,): depth for depth in health.queues.inbox}
        counts: Labelled = {
            state: float(inbox[state].count if state in inbox else 0) for state in (("waiting",), ("parked",))
        }
        yield _labelled("inbox_rows", "Rows of the inbox that are not done", ("state",), counts)
        oldest = [d.oldest_at for d in health.queues.inbox if d.state == "waiting" and d.oldest_at is not None]
        age = max((health.now - at for at in oldest), default=timedelta(0))
        yield _one("inbox_oldest_seconds", "How long the oldest waiting row has waited", age.total_seconds())
        yield _labelled("outbox_rows", "Rows of the outbox that are not settled", ("group", "state"), _rows(health))
        yield _labelled("outbox_oldest_seconds", "How long the oldest has waited", ("urgency",), _oldest(health))
        uncertain = sum(d.count for d in health.queues.outbox if d.state is OutboxState.UNCERTAIN)
        yield _one("uncertain_rows", "Sends that may or may not have gone out", float(uncertain))
        yield _one("instances", "Processes that are alive", float(len(health.alive)))
        open_alerts: Labelled = {(code,): float(count) for code, count in self.alerts.items()}
        yield _labelled("alerts_open", "Alerts that are not over", ("code",), open_alerts)


def _rows(health: Health) -> Labelled:
    states = (OutboxState.DUE, OutboxState.SENDING, OutboxState.UNCERTAIN)
    counts: Labelled = {
        (group, state.value): 0.0 for group in ("sms", "slack", "staff_sms", "call", "alert") for state in states
    }
    for depth in health.queues.outbox:
        counts[depth.group, depth.state.value] += depth.count
    return counts


def _oldest(health: Health) -> Labelled:
    def age(depths: list[OutboxDepth]) -> float:
        return max((health.now - depth.oldest_at for depth in depths), default=timedelta(0)).total_seconds()

    urgent = [depth for depth in health.queues.outbox if depth.is_urgent]
    ordinary = [depth for depth in health.queues.outbox if not depth.is_urgent]
    return {("urgent",): age(urgent), ("ordinary",): age(ordinary)}


def _one(name: str, help_: str, value: float) -> GaugeMetricFamily:
    return GaugeMetricFamily(f"beredskap_{name}", help_, value=value)


def _labelled(name: str, help_: str, labels: tuple[str, ...], values: Labelled) -> GaugeMetricFamily:
    family = GaugeMetricFamily(f"beredskap_{name}", help_, labels=labels)
    for label, value in sorted(values.items()):
        family.add_metric(label, value)
    return family
