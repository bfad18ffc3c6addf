"""beredskapsbot status: how the bot is doing, to a person. Works beside a running bot, and changes nothing."""

import asyncio
import json
import logging
import sys
from collections.abc import Callable, Iterator, Sequence
from datetime import datetime
from pathlib import Path
from typing import Any, Final

import click
import sqlalchemy as sa
import structlog
from sqlalchemy.engine import make_url

from bot.clock import Clock, SystemClock
from bot.domain.alerts import Instance
from bot.domain.errors import Busy
from bot.domain.incident import IncidentClock, Stop
from bot.retention_words import retention_data, retention_lines
from bot.services.watch.status import Queue, Status, Tick, status
from bot.settings import Settings
from bot.texts import Texts, lasted, when
from scheduler.ticks import INTERVALS
from storage.engine import is_sqlite, reader_engine, writer_engine
from storage.known_keys import WrongKeys, require_keys
from storage.migrate import DatabaseAway, current, older_revisions
from storage.store import SqlStore
from storage.vault import Vault

NEEDS_SOMEBODY: Final = 1
CANNOT_RUN: Final = 2
ANSWER_WITHIN: Final = 10.0  # seconds


class Unknown(Exception):
    """Nothing can be said; holds the key of the text that says why."""

    def __init__(self, key: str) -> None:
        self.key = key
        super().__init__(key)


def register(cli: click.Group, settings: Callable[[], Settings], vault_of: Callable[[Settings], Vault]) -> None:
    """Add the command to `cli`; `settings` gives the checked settings, or says what is wrong and stops."""

    @cli.command("status", help="Visa hur boten mår. Slutar med 1 när någon behöver göra något.")
    @click.option("--json", "as_json", is_flag=True, help="Skriv som JSON.")
    def command(as_json: bool) -> None:
        chosen = settings()
        logging.getLogger().setLevel(logging.CRITICAL)  # what is wrong is said in words
        structlog.configure(wrapper_class=structlog.make_filtering_bound_logger(logging.CRITICAL))
        clock = SystemClock()
        try:
            found = asyncio.run(read_status(chosen, vault_of(chosen), clock))
        except (Unknown, WrongKeys) as problem:
            is_key = isinstance(problem, WrongKeys)
            said = str(problem) if is_key else chosen.texts.staff(str(problem))
            click.echo(json.dumps({"ok": False, "problem": said}, ensure_ascii=False) if as_json else f"  ✗ {said}")
            sys.exit(CANNOT_RUN if is_key else NEEDS_SOMEBODY)
        if as_json:
            click.echo(json.dumps(as_data(found, chosen.texts), ensure_ascii=False, indent=2))
        else:
            for line in as_lines(found, chosen.texts):
                click.echo(line)
        sys.exit(NEEDS_SOMEBODY if found.needs_somebody else 0)


async def read_status(settings: Settings, vault: Vault, clock: Clock) -> Status:
    """Read it from the database; raises Unknown when that cannot be asked, and WrongKeys."""
    url = settings.env.database_url
    await asyncio.to_thread(_require_schema, url)
    try:
        await asyncio.to_thread(require_keys, url, vault)
    except DatabaseAway:
        raise Unknown("status.away") from None
    store = SqlStore(url, vault, clock)
    try:
        async with asyncio.timeout(ANSWER_WITHIN):
            return await store.read(lambda tx: status(tx, clock, INTERVALS, settings.rules))
    except (Busy, TimeoutError):
        raise Unknown("status.away") from None
    finally:
        await store.close()


def _require_schema(url: str) -> None:
    """Look, without migrating and without making a file."""
    database = make_url(url).database
    if is_sqlite(url) and not (database and Path(database).exists()):
        raise Unknown("status.no_file")
    writer = writer_engine(url)
    reader = reader_engine(url, writer)
    try:
        found = current(reader)
    except sa.exc.SQLAlchemyError:
        raise Unknown("status.away") from None
    finally:
        reader.dispose()
        writer.dispose()
    if found is None or found in older_revisions():
        raise Unknown("status.not_migrated")


# --- words -------------------------------------------------------------------


def as_lines(found: Status, texts: Texts) -> Iterator[str]:
    """Yield the lines that a person reads."""
    yield texts.staff("status.look" if found.needs_somebody else "status.fine")
    yield from _headed(texts, "status.alerts", _alerts(found, texts))
    if found.stops or found.clocks:
        yield from _headed(texts, "status.incidents", incident_lines(found.stops, found.clocks, found.now, texts))
    yield from _headed(texts, "status.instances", _instances(found, texts))
    yield from _headed(texts, "status.queues", _queues(found, texts))
    yield from _headed(texts, "status.ticks", _ticks(found, texts))
    if found.retention is not None:
        yield from _headed(texts, "retention.header", retention_lines(found.retention, texts))


def incident_lines(
    stops: Sequence[Stop], clocks: Sequence[IncidentClock], now: datetime, texts: Texts
) -> Iterator[str]:
    """Yield what stands and what must be reported, for status and check. Nämnder by their keys."""
    for stop in stops:
        yield _plain(texts.staff("incident.standing", namnd=stop.namnd, at=when(stop.since, now)))
    for clock in clocks:
        key = "incident.clock_overdue" if clock.is_overdue(now) else "incident.clock"
        namnd = clock.namnd or texts.staff("incident.all_namnder")
        what = texts.staff(f"incident.{clock.duty.value}")
        yield _plain(texts.staff(key, what=what, namnd=namnd, at=when(clock.due_at, now), code=clock.id))


def _plain(words: str) -> str:
    return words.replace("*", "").replace("\n", " ")


def _headed(texts: Texts, heading: str, lines: Iterator[str]) -> Iterator[str]:
    yield ""
    yield texts.staff(heading)
    for line in lines:
        yield f"  {line}"


def _alerts(found: Status, texts: Texts) -> Iterator[str]:
    if not found.alerts:
        yield texts.staff("status.no_alerts")
    for alert in found.alerts:
        what = texts.staff(f"alert.{alert.code.value}.what", **alert.values)
        yield f"! {texts.staff('status.alert', what=what, at=when(alert.opened_at, found.now))}"
        yield f"  {texts.staff(f'alert.{alert.code.value}.do', **alert.values)}"


def _instances(found: Status, texts: Texts) -> Iterator[str]:
    if not found.alive:
        yield f"! {texts.staff('status.none_running')}"
    for instance in found.instances:
        yield _instance(instance, found, texts)


def _instance(instance: Instance, found: Status, texts: Texts) -> str:
    values = {"id": instance.id[:8], "version": instance.version, "seen": when(instance.seen_at, found.now)}
    if instance.id not in found.alive:
        is_stopped = instance.stopped_at is not None
        return texts.staff("status.instance_stopped" if is_stopped else "status.instance_gone", **values)
    is_same = instance.settings_hash == found.hash_of_most
    settings = texts.staff("status.same") if is_same else _differs(instance, texts)
    return texts.staff("status.instance", **values, start=when(instance.started_at, found.now), settings=settings)


def _differs(instance: Instance, texts: Texts) -> str:
    return texts.staff("status.differs", hash=instance.settings_hash[:8])


def _queues(found: Status, texts: Texts) -> Iterator[str]:
    for queue in found.queues:
        yield _queue(queue, texts)
    yield texts.staff("status.uncertain", count=found.uncertain)
    yield texts.staff("status.parked", count=found.parked)


def _queue(queue: Queue, texts: Texts) -> str:
    name = texts.staff(f"status.group_{queue.name}")
    if not queue.count or queue.oldest is None:
        return texts.staff("status.empty", group=name)
    return texts.staff("status.group", group=name, count=queue.count, age=lasted(queue.oldest))


def _ticks(found: Status, texts: Texts) -> Iterator[str]:
    for tick in found.ticks:
        yield _tick(tick, found, texts)
    never = texts.staff("status.never")
    reconciled = never if found.reconciled_at is None else when(found.reconciled_at, found.now)
    yield texts.staff("status.reconciled", at=reconciled, count=found.found_late)


def _tick(tick: Tick, found: Status, texts: Texts) -> str:
    at = texts.staff("status.never") if tick.ran_at is None else when(tick.ran_at, found.now)
    key = "status.tick_stale" if tick.is_stale else "status.tick"
    return f"{'! ' if tick.is_stale else ''}{texts.staff(key, name=tick.name, at=at)}"


# --- data --------------------------------------------------------------------


def as_data(found: Status, texts: Texts) -> dict[str, Any]:
    """Return the same for a program. Times are ISO 8601 in UTC, waits are seconds."""
    return {
        "ok": not found.needs_somebody,
        "alerts": [
            {
                "code": alert.code.value,
                "values": dict(alert.values),
                "since": alert.opened_at.isoformat(),
                "what": texts.staff(f"alert.{alert.code.value}.what", **alert.values),
                "do": texts.staff(f"alert.{alert.code.value}.do", **alert.values),
            }
            for alert in found.alerts
        ],
        "stops": [{"namnd": stop.namnd, "since": stop.since.isoformat()} for stop in found.stops],
        "incident_clocks": [
            {
                "code": clock.id,
                "duty": clock.duty.value,
                "namnd": clock.namnd,
                "due_at": clock.due_at.isoformat(),
                "is_overdue": clock.is_overdue(found.now),
            }
            for clock in found.clocks
        ],
        "instances": [
            {
                "id": instance.id,
                "version": instance.version,
                "started_at": instance.started_at.isoformat(),
                "seen_at": instance.seen_at.isoformat(),
                "stopped_at": None if instance.stopped_at is None else instance.stopped_at.isoformat(),
                "is_alive": instance.id in found.alive,
                "has_settings_of_most": instance.settings_hash == found.hash_of_most,
            }
            for instance in found.instances
        ],
        "queues": {
            queue.name: {
                "count": queue.count,
                "oldest_s": None if queue.oldest is None else queue.oldest.total_seconds(),
            }
            for queue in found.queues
        },
        "uncertain": found.uncertain,
        "parked": found.parked,
        "ticks": {
            tick.name: {"ran_at": None if tick.ran_at is None else tick.ran_at.isoformat(), "is_stale": tick.is_stale}
            for tick in found.ticks
        },
        "reconciled_at": None if found.reconciled_at is None else found.reconciled_at.isoformat(),
        "found_late": found.found_late,
        "retention": None if found.retention is None else retention_data(found.retention),
    }
