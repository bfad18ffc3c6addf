"""A program to watch: a store, a clock that stands still, and a channel for alarms; or a whole night with one."""

from dataclasses import dataclass, field
from datetime import timedelta
from pathlib import Path
from typing import Any, cast

import sqlalchemy as sa

from bot.domain.alerts import Alert, AlertCode, Instance
from bot.domain.ids import StaffId
from bot.domain.outbound import OutboxKind, OutboxState, Priority
from bot.domain.people import Role, Staff, StaffRole, World
from bot.ports import Calls, Chat, Outbound, Sms, Tx
from bot.services.context import Context
from bot.services.watch.watch_health import watch_health
from bot.settings import load_file, rules_of
from bot.texts import Texts
from scheduler.ticks import INTERVALS, watch_tick
from storage.store import SqlStore
from storage.tables import OutboxRow
from tests.acceptance.night import CONFIG, DAYS_HASH, NORRVIK, Night, Said
from tests.frozen import FrozenClock

OUTBOX: sa.Table = OutboxRow.__table__  # type: ignore[attr-defined]
CHANNEL = "C0DRIFT"
ALERTS = f'\n[alerts]\nchannel = "{CHANNEL}"\n'
SECOND, MINUTE = timedelta(seconds=1), timedelta(minutes=1)


@dataclass
class Program:
    """One that runs since a while, all of whose ticks have just run."""

    store: SqlStore
    clock: FrozenClock
    ctx: Context
    instances: dict[str, Instance] = field(default_factory=dict)

    async def runs(self, name: str = "i1", *, settings_hash: str = "s", **more: Any) -> None:
        """An instance starts now."""
        now = self.clock.wire_now()
        self.instances[name] = Instance(name, now, now, "1.0", settings_hash, **more)
        if self.ctx.pulse.since is None:
            self.ctx.pulse.beat(now)
        await self.beats(name)

    async def beats(self, *names: str, ticks: bool = True) -> None:
        """Let instances beat, and every tick run, now. We have beaten all the time: only the newest is written."""
        now = self.clock.wire_now()
        self.ctx.pulse.newest = now

        def write(tx: Tx) -> None:
            for name in names:
                born = self.instances[name]
                tx.watch.beat(Instance(name, born.started_at, now, born.version, born.settings_hash))
            for tick in [*INTERVALS, "reconcile"] if ticks else []:
                tx.watch.ran(tick, now)

        await self.store.write(write)

    async def passes(self, span: timedelta, *beating: str, ticks: bool = True) -> None:
        self.clock.passes(span)
        await self.beats(*(beating or ("i1",)), ticks=ticks)

    async def looks(self) -> list[str]:
        """Watch once; return the keys of the alerts that are open then."""
        self.takes_what_is_told()
        await watch_health(ctx=self.ctx, every=INTERVALS)
        return [alert.key for alert in await self.open()]

    async def open(self) -> list[Alert]:
        return await self.store.read(lambda tx: tx.watch.open_alerts())

    async def told(self) -> list[tuple[int, str]]:
        """Return what the channel is to be told, by alert, in order."""
        return [(payload["alert"], payload["what"]) for payload in self._payloads(OutboxKind.ALERT)]

    def texted(self) -> list[tuple[str, int]]:
        """Return who is texted of which alert, in order."""
        return [(payload["staff"], payload["alert"]) for payload in self._payloads(OutboxKind.STAFF_SMS)]

    async def hires(self, name: str, role: Role, phone: str) -> None:
        """Somebody whose phone is verified."""
        roles = frozenset({StaffRole(NORRVIK, World.BEREDSKAP, role)})
        person = Staff(StaffId(name), name, f"{name}@example.se", None, roles, phone, True)
        await self.store.write(lambda tx: tx.staff.save(person))

    def _payloads(self, kind: OutboxKind) -> list[dict[str, Any]]:
        statement = sa.select(OUTBOX.c.payload).where(OUTBOX.c.kind == kind.value).order_by(OUTBOX.c.id)
        with self._other().connect() as connection:
            return [row.payload for row in connection.execute(statement)]

    def takes_what_is_told(self) -> None:
        """Nothing is sent here; what waited for it would be told of in its turn."""
        told = sa.update(OUTBOX).where(OUTBOX.c.kind.in_(("alert", "staff_sms")), OUTBOX.c.state == "due")
        with self._other().begin() as connection:
            connection.execute(told.values(state=OutboxState.DROPPED.value))

    def _other(self) -> sa.Engine:
        return sa.create_engine(self.store.engine.url, poolclass=sa.NullPool)

    async def queues(
        self, kind: OutboxKind, key: str, *, priority: Priority = Priority.NORMAL, error: str | None = None
    ) -> Outbound:
        """Put a row in the outbox; with an error it has been tried once and waits for the next time."""

        def write(tx: Tx) -> Outbound:
            tx.outbox.add(kind, key, {}, dedupe_key=key, priority=priority)
            row = tx.outbox.by_key(key)
            assert row is not None
            if error is not None:
                tx.outbox.record(row.id, OutboxState.DUE, error=error)
            return row

        return await self.store.write(write)

    async def settles(self, row: Outbound, state: OutboxState, error: str | None = None) -> None:
        await self.store.write(lambda tx: tx.outbox.record(row.id, state, error=error))


def a_program(store: SqlStore, clock: FrozenClock, folder: Path, *, channel: str = CHANNEL) -> Program:
    """A program without chat or sms: nothing is sent."""
    config = folder / "beredskap.toml"
    filled = CONFIG.format(
        norrvik_content="sealed", sodermark_content="sealed", norrvik_answers="", sodermark_answers=""
    )
    config.write_text(filled + f'\n[alerts]\nchannel = "{channel}"\n', encoding="utf-8")
    file, _ = load_file(config, [])
    assert file is not None
    ctx = Context(
        store=store,
        clock=clock,
        rules=rules_of(file),
        texts=Texts(),
        chat=cast(Chat, None),
        sms=cast(Sms, None),
        calls=cast(Calls, None),
        status_url="",
        reserve_url="",
        voice_url="",
        as_webhook=str,
    )
    return Program(store, clock, ctx)


async def watches(night: Night) -> None:
    """Let the program look at how it is doing, as it does every fifteen seconds."""
    assert night.sandbox.bot is not None
    await night.sandbox.bot.ticker.run(watch_tick)
    await night.settles()
    await night.paced_posts_leave()


def in_channel(night: Night) -> list[Said]:
    """Return what the alert channel shows but for the daily hash of the audit log, and expect all of it."""
    said = [m for m in night.messages(CHANNEL) if not m.deleted]
    night.expected.update((m.channel, m.ts) for m in said)
    return [m for m in said if not m.words.startswith(DAYS_HASH)]


async def open_codes(night: Night) -> list[AlertCode]:
    assert night.sandbox.bot is not None
    return [alert.code for alert in await night.sandbox.bot.store.read(lambda tx: tx.watch.open_alerts())]
