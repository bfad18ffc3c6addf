"""How many texts a second go the whole way, from the webhook to the last finished outbox row, with routing on."""

import statistics
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from rich.table import Table

from bench.databases import Fresh
from bench.evening import evening
from bench.world import Town

CONNECTIONS: Final = 32


@dataclass(frozen=True, slots=True)
class Size:
    rounds: int
    town: Town
    rate: float  # texts a second that are fed
    seconds: float


FULL = Size(3, Town(60, 5), 300, 6)  # more than one process manages here: what counts is how fast it works it off
QUICK = Size(1, Town(20, 5), 200, 3)


async def measure(place: Path, fresh: dict[str, Fresh], size: Size) -> Table:
    """Texts are fed by the clock; what counts is when the last of what they ask for has been done."""
    table = Table(
        title=f"Flow: texts a second from webhook to finished outbox row, routing on; {size.rate:,.0f} a second fed for"
        f" {size.seconds:.0f} s, {len(size.town.phones)} families, median of {size.rounds}"
    )
    for heading in (
        "database",
        "texts/s",
        "acknowledged/s",
        "behind at the end, s",
        "CPU per text, µs",
        "Slack posts/s",
    ):
        table.add_column(heading, justify="left" if heading == "database" else "right")
    for name, make in fresh.items():
        found = [await _round(place, make(), size) for _ in range(size.rounds)]
        through, taken, behind, cpu, posts = (statistics.median(values) for values in zip(*found, strict=True))
        table.add_row(name, f"{through:,.0f}", f"{taken:,.0f}", f"{behind:.1f}", f"{1e6 * cpu:,.0f}", f"{posts:,.0f}")
    return table


async def _round(place: Path, url: str, size: Size) -> tuple[float, float, float, float, float]:
    async with evening(place, url, size.town) as tonight:
        count, before, told = int(size.rate * size.seconds), tonight.cpu(), len(tonight.told)
        report = await tonight.text(count, connections=CONNECTIONS, rate=size.rate)
        done = await tonight.quiet()
        tonight.check()
        took = done - report.began
        cpu = (tonight.cpu() - before) / count
        return count / took, report.per_second, done - report.ended, cpu, (len(tonight.told) - told) / took
