"""What a person sees of a run: progress while it lasts, and tables when it is over."""

import asyncio
import time
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from typing import Final

from rich.console import Console
from rich.table import Table

from bench.chaos.faults import DATABASE, Kind, kinds
from bench.chaos.plan import Scale, Setup
from bench.chaos.storm import Progress, Result

LINE_EVERY_S: Final = 5.0
MOST_FINDINGS: Final = 40


@asynccontextmanager
async def watched(console: Console, setup: Setup, progress: Progress) -> AsyncIterator[None]:
    """Say how far it has come: in a line that is written anew, or where there is no terminal in one now and then."""
    watcher = asyncio.create_task(_watch(console, setup, progress), name="progress")
    try:
        yield
    finally:
        watcher.cancel()
        await asyncio.gather(watcher, return_exceptions=True)


async def _watch(console: Console, setup: Setup, progress: Progress) -> None:
    began = time.monotonic()
    if console.is_terminal:
        with console.status("") as status:
            while True:
                status.update(_line(setup, progress, began))
                await asyncio.sleep(0.25)
    while True:
        console.print(_line(setup, progress, began), highlight=False)
        await asyncio.sleep(LINE_EVERY_S)


def _line(setup: Setup, progress: Progress, began: float) -> str:
    took = time.monotonic() - began
    done = f"{progress.events:,} of {progress.of:,} events, {progress.blows} blows"
    return f"{took:5.0f} s  {setup.name}: {progress.phase}, {done}  {progress.waiting}".rstrip()


def verdict(result: Result, scale: Scale) -> str:
    """Return in a line how one set-up went; what was wrong follows."""
    struck = f"{result.struck.total():,} strikes, {result.events:,} events"
    wrong, missing = len(result.verdict.findings), len(result.missing(kinds_of(result.setup), scale.floor))
    said = "nothing lost, nothing twice" if not wrong else f"[red]{wrong} wrong[/red]"
    return f"{result.setup.name}: {said}, {struck}" + (f", {missing} kinds struck too seldom" if missing else "")


def kinds_of(setup: Setup) -> list[Kind]:
    return kinds(is_sqlite=setup.database == "sqlite")


def strikes(results: Sequence[Result], scale: Scale) -> Table:
    """Return how often each kind has struck; below the floor it is marked."""
    table = Table(title=f"Strikes of each kind (at least {scale.floor} wanted)")
    table.add_column("where")
    table.add_column("what")
    for result in results:
        table.add_column(result.setup.name, justify="right")
    every = list(dict.fromkeys([*kinds(is_sqlite=True), *kinds(is_sqlite=False)]))
    for kind in every:
        cells = [_cell(result, kind, scale) for result in results]
        table.add_row(kind[0], kind[1], *cells)
    return table


def _cell(result: Result, kind: Kind, scale: Scale) -> str:
    if kind not in kinds_of(result.setup):
        return "does not apply" if kind[0] == DATABASE else "-"
    times = result.struck[kind]
    return f"{times:,}" if times >= scale.floor else f"[red]{times} (too few)[/red]"


def counts(results: Sequence[Result]) -> Table:
    """Return what was sent, read and answered, and how long it took."""
    table = Table(title="The ledgers")
    table.add_column("")
    for result in results:
        table.add_column(result.setup.name, justify="right")
    for name in results[0].verdict.counts:
        table.add_row(name, *(f"{result.verdict.counts[name]:,}" for result in results))
    table.add_row("events", *(f"{result.events:,}" for result in results))
    table.add_row("times a person gave up opening", *(f"{result.gave_up:,}" for result in results))
    table.add_row("starts that failed, database away", *(f"{result.stillborn:,}" for result in results))
    for name in results[0].took_s:
        table.add_row(f"{name}, s", *(f"{result.took_s.get(name, 0):.1f}" for result in results))
    table.add_row("events a second in the storm", *(f"{_rate(result):.1f}" for result in results))
    return table


def _rate(result: Result) -> float:
    return result.events / max(0.1, result.took_s.get("storm", 0.1))


def errors(results: Sequence[Result]) -> Table:
    """Return what the bots logged as errors; most of it is what they should have said."""
    table = Table(title="What the bots logged as errors")
    table.add_column("event")
    for result in results:
        table.add_column(result.setup.name, justify="right")
    for name in sorted({name for result in results for name in result.errors}):
        table.add_row(name, *(f"{result.errors[name]:,}" for result in results))
    return table


def findings(result: Result) -> list[str]:
    """Return what is wrong, a line for each."""
    found = [f"{finding.wrong.value}: {finding.what}" for finding in result.verdict.findings]
    rest = len(found) - MOST_FINDINGS
    return [*found[:MOST_FINDINGS], f"... and {rest} more"] if rest > 0 else found
