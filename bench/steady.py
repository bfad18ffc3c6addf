"""At a hundred texts a second: how long the carrier waits for its answer, and how long until Slack shows the text."""

from dataclasses import dataclass
from pathlib import Path
from typing import Final

from rich.table import Table

from bench.databases import Fresh
from bench.evening import evening
from bench.ledger import ways
from bench.world import Town

RATE: Final = 100.0  # texts a second
CONNECTIONS: Final = 32


@dataclass(frozen=True, slots=True)
class Size:
    seconds: float
    town: Town


FULL = Size(30, Town(60, 5))
QUICK = Size(5, Town(60, 5))


async def measure(place: Path, fresh: dict[str, Fresh], size: Size) -> Table:
    load = f"{RATE:.0f} texts a second for {size.seconds:.0f} s, {len(size.town.phones)} families"
    table = Table(title=f"Steady: {load}; milliseconds")
    headings = ("answer p50", "answer p99", "to Slack p50", "to Slack p95", "to Slack p99", "CPU per text, µs")
    table.add_column("database")
    for heading in headings:
        table.add_column(heading, justify="right")
    for name, make in fresh.items():
        url = make()
        async with evening(place, url, size.town) as tonight:
            before, count = tonight.cpu(), int(RATE * size.seconds)
            report = await tonight.text(count, connections=CONNECTIONS, rate=RATE)
            await tonight.quiet()
            tonight.check()
            shown = ways(url, report.left, tonight.told)
            answers = [percentile(report.waits, p) for p in (50, 99)]
            slack = [percentile(shown, p) for p in (50, 95, 99)]
            cpu = 1e6 * (tonight.cpu() - before) / count
            table.add_row(name, *(f"{1000 * wait:.1f}" for wait in (*answers, *slack)), f"{cpu:,.0f}")
    return table


def percentile(values: list[float], percent: int) -> float:
    """Return the smallest value that so many per cent do not exceed."""
    ordered = sorted(values)
    return ordered[min(len(ordered) - 1, max(0, -(-len(ordered) * percent // 100) - 1))]
