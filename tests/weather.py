"""Bad weather: a machine that is slow at random, to see which tests pass by luck. Off unless asked for.

    python -m pytest -p tests.weather --weather-seed 7 tests/escalation

Nothing here is wrong of a machine to do, only rare: the event loop stands still, a thread begins late or tells late
of what it has done, an answer takes its time, a tick comes late, garbage is collected in the middle of something. A
test that fails in it looks for something before it has been waited for, or stands on a boundary of time.
"""

import asyncio
import gc
import hashlib
import random
import time
from collections.abc import Awaitable, Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any, Final

import aiohttp
import pytest
from aiohttp import web

from bot.clock import WorldClock
from scheduler.ticks import Ticker
from storage.store import SqlStore

STALL: Final = (0.05, 0.8)  # seconds that the event loop stands still
BETWEEN_STALLS: Final = 2.5  # seconds, on average
LATE: Final = (0.005, 0.35)  # seconds that a thread, an answer or a tick comes late
HOW_OFTEN: Final = 0.02  # of all turns of a thread, all answers and all ticks


@dataclass(slots=True)
class Weather:
    """What happens next. Its chances follow from the seed and the name of the test; when they fall does not."""

    chance: random.Random
    strength: float
    most_drift: float
    next_stall: float = field(default=0.0)

    def late(self) -> float:
        """Return how many seconds something comes late; mostly none."""
        return self.chance.uniform(*LATE) if self.chance.random() < HOW_OFTEN * self.strength else 0.0

    def perhaps_stall(self) -> None:
        now = time.monotonic()
        if now < self.next_stall or not self.strength:
            return
        if self.next_stall:
            if self.chance.random() < 0.2:
                gc.collect()
            else:
                low, high = STALL
                time.sleep(low + (high - low) * self.chance.random() ** 2)
        self.next_stall = time.monotonic() + self.chance.expovariate(self.strength / BETWEEN_STALLS)

    def drift(self) -> timedelta:
        return timedelta(seconds=self.chance.uniform(0, self.most_drift))


def pytest_addoption(parser: pytest.Parser) -> None:
    group = parser.getgroup("weather")
    group.addoption("--weather-seed", type=int, default=None, help="the seed of the bad weather; else at random")
    group.addoption("--weather-strength", type=float, default=1.0, help="1 is bad, 3 is awful, 0 is none")
    group.addoption(
        "--weather-drift", type=float, default=2.5, help="seconds that a stop of the world's clock may take"
    )


def pytest_configure(config: pytest.Config) -> None:
    if config.option.weather_seed is None:
        config.option.weather_seed = random.SystemRandom().randrange(100_000)


def pytest_report_header(config: pytest.Config) -> str:
    given = config.option
    return " ".join(f"--weather-{name} {given.__dict__[f'weather_{name}']}" for name in ("seed", "strength", "drift"))


def pytest_terminal_summary(terminalreporter: Any, config: pytest.Config) -> None:
    terminalreporter.write_line(pytest_report_header(config))  # -q shows no header


@pytest.hookimpl(wrapper=True, tryfirst=True)
def pytest_runtest_protocol(item: pytest.Item) -> Iterator[None]:
    given = item.config.option
    name = f"{given.weather_seed} {item.nodeid}"
    seed = int.from_bytes(hashlib.sha256(name.encode()).digest()[:8])
    with pytest.MonkeyPatch.context() as patch:
        over(patch, Weather(random.Random(seed), given.weather_strength, given.weather_drift))
        return (yield)


@pytest.hookimpl(wrapper=True, trylast=True)
def pytest_runtest_teardown() -> Iterator[None]:
    """What a test leaves unclosed is told of in that test, and not in whichever comes when it is collected."""
    yield
    gc.collect()


def over(patch: pytest.MonkeyPatch, weather: Weather) -> None:
    """Let this weather come over everything that is run until `patch` is undone."""
    _stall_the_loop(patch, weather)
    for name in ("_transact", "_query", "_put_group"):
        _delay_in_thread(patch, weather, name)
    _delay_executor(patch, weather)
    for owner, name in (
        (web.Application, "_handle"),
        (aiohttp.ClientSession, "_request"),
        (Ticker, "run"),
    ):
        _delay_in_loop(patch, weather, owner, name)
    _drift(patch, weather)


def _stall_the_loop(patch: pytest.MonkeyPatch, weather: Weather) -> None:
    run = asyncio.Handle._run

    def stalled(handle: asyncio.Handle) -> Any:
        weather.perhaps_stall()
        return run(handle)

    patch.setattr(asyncio.Handle, "_run", stalled)


def _delay_in_thread(patch: pytest.MonkeyPatch, weather: Weather, name: str) -> None:
    does = getattr(SqlStore, name)

    def delayed(*arguments: Any, **more: Any) -> Any:
        time.sleep(weather.late())
        try:
            return does(*arguments, **more)
        finally:
            time.sleep(weather.late())

    patch.setattr(SqlStore, name, delayed)


def _delay_executor(patch: pytest.MonkeyPatch, weather: Weather) -> None:
    submit = ThreadPoolExecutor.submit

    def submitted(executor: ThreadPoolExecutor, does: Callable[..., Any], /, *arguments: Any, **more: Any) -> Any:
        def delayed(*given: Any, **named: Any) -> Any:
            time.sleep(weather.late())
            return does(*given, **named)

        return submit(executor, delayed, *arguments, **more)

    patch.setattr(ThreadPoolExecutor, "submit", submitted)


def _delay_in_loop(patch: pytest.MonkeyPatch, weather: Weather, owner: type, name: str) -> None:
    does: Callable[..., Awaitable[Any]] = getattr(owner, name)

    async def delayed(*arguments: Any, **more: Any) -> Any:
        await asyncio.sleep(weather.late())
        try:
            return await does(*arguments, **more)
        finally:
            await asyncio.sleep(weather.late())

    patch.setattr(owner, name, delayed)


def _drift(patch: pytest.MonkeyPatch, weather: Weather) -> None:
    """The world's clock runs on while the machine is slow; here it does so without our waiting for it."""
    move_to = WorldClock.move_to

    def moved(clock: WorldClock, at: Any) -> None:
        move_to(clock, at)
        clock._offset += weather.drift()

    patch.setattr(WorldClock, "move_to", moved)
