"""How fast texts are taken in: our durable ingest against what aiohttp manages with the signature check alone."""

import statistics
from dataclasses import dataclass
from pathlib import Path
from typing import Final

import sqlalchemy as sa
from rich.table import Table

from bench.databases import Fresh
from bench.load import Order, Report
from bench.processes import running, texted
from bench.world import Town, environment
from storage.engine import normal_url
from storage.tables import InboxRow
from storage.vault import generate_key

CONNECTIONS: Final = (1, 16, 64)
TOWN: Final = Town(2, 100)
DELAY_MS: Final = 1


@dataclass(frozen=True, slots=True)
class Size:
    rounds: int
    texts: int  # at 64 connections; fewer at one


FULL, QUICK = Size(5, 8_000), Size(1, 1_500)


async def measure(place: Path, fresh: dict[str, Fresh], size: Size) -> Table:
    """Each round takes every shape in turn, on a database of its own: what else the machine does falls on all."""
    config = place / "ingest.toml"
    config.write_text(TOWN.config(), encoding="utf-8")
    shapes: list[tuple[str, str, int]] = [("aiohttp + signature (the ceiling)", "ceiling", 0)]
    shapes += [(name, "ingest", delay) for delay in (0, DELAY_MS) for name in fresh]
    taken: dict[tuple[str, int], dict[int, list[float]]] = {
        (name, delay): {connections: [] for connections in CONNECTIONS} for name, _, delay in shapes
    }
    for number in range(size.rounds):
        for name, what, delay in shapes:
            url = fresh[name]() if name in fresh else "sqlite:///:memory:"
            settings = environment(url, generate_key(), config, "http://127.0.0.1:9")
            async with running("bench.serving", what, str(delay), environment=settings) as (port, _):
                for connections in CONNECTIONS:
                    count = size.texts // (4 if connections == 1 else 1) // (3 if delay else 1)
                    order = Order(port, connections, count, tuple(TOWN.phones), prefix=f"S{number}{connections:02}")
                    report = await texted(order)
                    if report.refused:
                        raise AssertionError(f"{report.refused} were refused")
                    if name in fresh:
                        all_are_found(url, report)
                    taken[name, delay][connections].append(report.per_second)
    return _table(taken, size)


def all_are_found(url: str, report: Report) -> None:
    """Raise AssertionError unless each text that was acknowledged stands in the inbox, once."""
    engine = sa.create_engine(normal_url(url), poolclass=sa.NullPool)
    with engine.connect() as connection:
        stored: list[str] = list(
            connection.execute(sa.select(sa.column("provider_id")).select_from(_inbox())).scalars()
        )
    engine.dispose()
    missing = set(report.acknowledged) - set(stored)
    if missing or len(stored) != len(set(stored)):
        raise AssertionError(f"{len(missing)} acknowledged texts are not there, or some twice")


def _inbox() -> sa.Table:
    table: sa.Table = InboxRow.__table__  # type: ignore[attr-defined]
    return table


def _table(taken: dict[tuple[str, int], dict[int, list[float]]], size: Size) -> Table:
    table = Table(
        title=f"Ingest: acknowledged texts a second, median of {size.rounds}; every one of them was found afterwards"
    )
    table.add_column("shape")
    table.add_column("each commit", justify="right")
    for connections in CONNECTIONS:
        table.add_column(f"{connections} conn.", justify="right")
    table.add_column("of the ceiling at 64", justify="right")
    medians = {
        shape: {connections: statistics.median(found) for connections, found in by.items()}
        for shape, by in taken.items()
    }
    top = next(iter(medians.values()))[CONNECTIONS[-1]]
    for (name, delay), found in medians.items():
        added = "-" if "ceiling" in name else f"+{delay} ms" if delay else "as is"
        table.add_row(name, added, *(f"{found[c]:,.0f}" for c in CONNECTIONS), f"{found[CONNECTIONS[-1]] / top:.0%}")
    return table
