"""A whole evening to measure in: the program, the world outside it and the phones, each in its own process."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from bench.ledger import all_is_done, require_all
from bench.load import Order, Report
from bench.processes import asked, cpu_of, running, texted
from bench.world import Town, environment
from storage.vault import generate_key


@dataclass(slots=True)
class Evening:
    """The program is up, and every family has texted once: their cards stand, and the automatic answers are sent."""

    url: str
    town: Town
    port: int
    bot: asyncio.subprocess.Process
    outside: asyncio.subprocess.Process
    texts: list[str] = field(default_factory=list)
    told: list[list[Any]] = field(default_factory=list)
    left: dict[str, float] = field(default_factory=dict)
    _orders: int = 0

    async def text(self, count: int, *, connections: int, rate: float = 0.0) -> Report:
        """Have the families text, by turns. Raises AssertionError when one is refused."""
        self._orders += 1
        prefix = f"S{self._orders:03}"
        report = await texted(Order(self.port, connections, count, tuple(self.town.phones), prefix, rate))
        if report.refused:
            raise AssertionError(f"{report.refused} texts were refused")
        self.texts += report.acknowledged
        self.left.update(report.left)
        return report

    async def quiet(self) -> float:
        """Wait until all is done, and return when it was; what Slack was told is kept."""
        at = await all_is_done(self.url)
        self.told += (await asked(self.outside, "told"))["told"]
        return at

    def cpu(self) -> float:
        """Return the processor time that the program has used, in seconds."""
        return cpu_of(self.bot)

    def check(self) -> None:
        require_all(self.url, self.texts)


@asynccontextmanager
async def evening(place: Path, url: str, town: Town) -> AsyncIterator[Evening]:
    """Begin an evening in a fresh database; it ends with the block."""
    config, key = place / f"town-{town.namnder}-{town.families}.toml", generate_key()
    config.write_text(town.config(), encoding="utf-8")
    await town.settle_in(url, key)
    async with running("bench.pretend") as (outside_port, outside):
        settings = environment(url, key, config, f"http://127.0.0.1:{outside_port}")
        async with running("bench.serving", "bot", environment=settings) as (port, bot):
            begun = Evening(url, town, port, bot, outside)
            await begun.text(len(town.phones), connections=16)
            await begun.quiet()
            yield begun
