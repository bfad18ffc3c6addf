"""The world around the bot: both pretend services, the clock, and what survives a restart."""

import asyncio
import json
import os
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import UTC, datetime, time, timedelta
from pathlib import Path
from typing import Any, Final, Protocol

import structlog

from bot.clock import WorldClock
from bot.domain.calendar import ONE_DAY, instant, local
from bot.sandbox.carrier import PretendCarrier
from bot.sandbox.slack import PretendSlack

log = structlog.get_logger(__name__)

SAVE_AFTER: Final = 0.3  # seconds: several changes in a row are one write
MOST_STEPS: Final = 500  # due instants in one jump
FRIDAY: Final = 4
ROUNDS: Final = 20  # what one side does may give the other something to do
COMMANDS: Final = [
    {"command": "/beredskap", "description": "Vem har beredskap nu och sedan", "usage_hint": "[nytt | logg | hjälp]"},
    {
        "command": "/frist",
        "description": "Ny frist, dina frister eller ett ärende",
        "usage_hint": "[lista | K-123 | frånvaro | enheten | hjälp]",
    },
]


class BotHooks(Protocol):
    """What the jump of the clock asks of the bot; everything else goes over HTTP."""

    async def next_due(self, after: datetime) -> datetime | None:
        """Return the next instant at which something falls due by itself."""

    async def run_due(self) -> None:
        """Do what is due now."""

    async def settle(self) -> None:
        """Return when nothing is left to do now."""

    async def start_afresh(self) -> None:
        """Forget everything and start again."""


@dataclass(slots=True)
class World:
    """Everything in the sandbox but the bot."""

    clock: WorldClock
    slack: PretendSlack
    carrier: PretendCarrier
    state_file: Path | None
    version: int = 0
    hooks: BotHooks | None = None
    _changed: asyncio.Event = field(default_factory=asyncio.Event)
    _saver: "asyncio.Task[None] | None" = None
    _jumping: asyncio.Lock = field(default_factory=asyncio.Lock)

    def touch(self) -> None:
        """Something has changed: whoever watches is told, and it is written down shortly."""
        self.version += 1
        self._changed.set()
        self._changed = asyncio.Event()
        if self.state_file is not None and (self._saver is None or self._saver.done()):
            self._saver = asyncio.create_task(self._save_soon(), name="sandbox save")

    async def wait_for_change(self) -> int:
        """Return the version after the next change."""
        await self._changed.wait()
        return self.version

    async def settle(self) -> None:
        """Return when the bot and both pretend services have nothing left to do now."""
        for _ in range(ROUNDS):
            before = self.version
            await self.carrier.quiet()
            await self.slack.quiet()
            if self.hooks is not None:
                await self.hooks.settle()
            await self.carrier.quiet()
            await self.slack.quiet()
            if self.version == before:
                return

    async def jump(self, to: datetime) -> None:
        """Move the world's clock to `to`, stopping at each due instant; returns when all is quiet.

        Raises bot.clock.ClockWentBack.
        """
        async with self._jumping:
            if to < self.clock.now():
                self.clock.move_to(to)  # raises
            await self.settle()
            for _ in range(MOST_STEPS):
                due = None if self.hooks is None else await self.hooks.next_due(self.clock.now())
                if due is None or due > to:
                    break
                await self._stop_at(due)
            await self._stop_at(to)

    async def _stop_at(self, at: datetime) -> None:
        if at > self.clock.now():
            self.clock.move_to(at)
        await self.carrier.time_passes()
        if self.hooks is not None:
            await self.hooks.run_due()
        self.touch()
        await self.settle()

    def state(self) -> dict[str, Any]:
        """Return what GET /control/state promises."""
        faults = {**self.slack.faults.as_dict(), **self.carrier.faults.switches()}
        slack = {**self.slack.state(), "commands": COMMANDS}
        return {
            "version": self.version,
            "clock": {
                "now": self.clock.now().isoformat(),
                "offset_s": self.clock.offset.total_seconds(),
            },
            "faults": faults,
            **self.carrier.state(),
            "slack": slack,
        }

    def set_fault(self, name: str, value: Any) -> None:
        """Turn one switch; raises ValueError for an unknown one or a value it does not have."""
        owner = self.slack.faults if name in self.slack.faults.as_dict() else self.carrier.faults
        owner.set(name, value)

    def restore(self) -> bool:
        """Take up what an earlier run left; return whether there was anything."""
        if self.state_file is None or not self.state_file.exists():
            return False
        kept = json.loads(self.state_file.read_text(encoding="utf-8"))
        self.slack.restore(kept["slack"])
        self.carrier.restore(kept["carrier"])
        self.version = int(kept["version"])
        return True

    def save(self) -> None:
        """Write everything down, whole or not at all."""
        if self.state_file is None:
            return
        kept = {
            "version": self.version,
            "clock_offset_s": self.clock.offset.total_seconds(),
            "slack": self.slack.snapshot(),
            "carrier": self.carrier.snapshot(),
        }
        fresh = self.state_file.with_suffix(".new")
        fresh.write_text(json.dumps(kept, ensure_ascii=False), encoding="utf-8")
        os.replace(fresh, self.state_file)

    async def _save_soon(self) -> None:
        await asyncio.sleep(SAVE_AFTER)
        self.save()

    async def close(self) -> None:
        if self._saver is not None:
            self._saver.cancel()
            await asyncio.gather(self._saver, return_exceptions=True)
        self.save()


def saved_offset(state_file: Path) -> timedelta | None:
    """Return how far ahead the world's clock was when it was last saved."""
    if not state_file.exists():
        return None
    return timedelta(seconds=float(json.loads(state_file.read_text(encoding="utf-8"))["clock_offset_s"]))


def opening_offset(machine_now: datetime) -> timedelta:
    """Return the offset that lets a fresh world begin at 18.00 today, when somebody has beredskap."""
    return instant(local(machine_now).date(), time(18)) - machine_now.astimezone(UTC)


PRESETS: Final[dict[str, Callable[[datetime], datetime]]] = {
    "friday_1655": lambda now: _next_friday(now),
    "next_morning": lambda now: _next_morning(now),
}


def _next_morning(now: datetime) -> datetime:
    today = instant(local(now).date(), time(8))
    return today if today > now else instant(local(now).date() + ONE_DAY, time(8))


def _next_friday(now: datetime) -> datetime:
    day = local(now).date()
    while day.weekday() != FRIDAY or instant(day, time(16, 55)) <= now:
        day += ONE_DAY
    return instant(day, time(16, 55))
