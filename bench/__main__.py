"""python -m bench [--quick] [ingest flow steady storm sweep memory audit ...]: every measurement, or those named."""

import asyncio
import sys
from collections.abc import Awaitable, Callable
from pathlib import Path

import click
from rich.console import Console
from rich.table import Table

from bench import audit, flow, ingest, memory, steady, storm, sweep
from bench.databases import databases
from bench.machine import describe
from bench.world import a_place
from bot.logs import set_up_logging

Measure = Callable[..., Awaitable[Table]]
PARTS: dict[str, tuple[Measure, object, object]] = {
    "ingest": (ingest.measure, ingest.FULL, ingest.QUICK),
    "flow": (flow.measure, flow.FULL, flow.QUICK),
    "steady": (steady.measure, steady.FULL, steady.QUICK),
    "storm": (storm.measure, storm.FULL, storm.QUICK),
    "sweep": (sweep.measure, sweep.FULL, sweep.QUICK),
    "memory": (memory.measure, memory.FULL, memory.QUICK),
    "audit": (audit.measure, audit.FULL, audit.QUICK),
}


@click.command()
@click.argument("parts", nargs=-1, type=click.Choice(list(PARTS)))
@click.option("--quick", is_flag=True, help="Fewer rounds of less: shows that it works, not how fast.")
@click.option("--on", "wanted", multiple=True, type=click.Choice(["SQLite", "PostgreSQL"]), help="That database only.")
def main(parts: tuple[str, ...], quick: bool, wanted: tuple[str, ...]) -> None:
    """Measure."""
    asyncio.run(_all(parts or tuple(PARTS), wanted or ("SQLite", "PostgreSQL"), quick=quick))


async def _all(parts: tuple[str, ...], wanted: tuple[str, ...], *, quick: bool) -> None:
    console = Console(width=max(100, Console().width))
    with a_place() as place:
        place.chmod(0o755)  # PostgreSQL runs as somebody else
        console.print(_machine(place))
        with databases(place, wanted) as fresh:
            for name in parts:
                measure, full, small = PARTS[name]
                console.print(await measure(place, fresh, small if quick else full))


def _machine(place: Path) -> Table:
    table = Table(title="The machine", show_header=False)
    for name, value in describe(place):
        table.add_row(name, value)
    table.add_row(
        "Databases", f"SQLite: WAL, synchronous=FULL. PostgreSQL: fsync and synchronous_commit on. Both in {place}"
    )
    return table


if __name__ == "__main__":
    set_up_logging()
    sys.exit(main())
