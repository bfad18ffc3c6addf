"""python -m bench.chaos [--short] [--events N] [--seed S] [--database sqlite|postgres --processes N] [--self-test]"""

import asyncio
import secrets
import sys
from dataclasses import replace
from pathlib import Path

import click
from rich.console import Console

from bench.chaos import report
from bench.chaos.plan import FULL, SETUPS, SHORT, Scale, Setup
from bench.chaos.processes import BotFailed
from bench.chaos.selftest import PLANTED, failures
from bench.chaos.storm import Progress, Result, run


@click.command()
@click.option("--events", type=click.IntRange(50), help="Texts and answers in each set-up.")
@click.option("--seed", help="Deals the same faults again; one is chosen, and printed, when none is given.")
@click.option("--processes", type=click.IntRange(1, 8), help="Of the bot; SQLite serves one.")
@click.option("--database", type=click.Choice(["sqlite", "postgres"]))
@click.option("--short", is_flag=True, help="A minute or so, for CI: SQLite with one process, PostgreSQL with three.")
@click.option("--logs", type=click.Path(path_type=Path), help="A folder to keep the bots' logs in.")
@click.option("--self-test", is_flag=True, help="Plant a loss, a double and a mix-up, and see each reported.")
def main(
    events: int | None,
    seed: str | None,
    processes: int | None,
    database: str | None,
    short: bool,
    logs: Path | None,
    self_test: bool,
) -> None:
    """Let everything fail at random, then hold what phones, Slack and the database say against each other."""
    console = Console(width=max(110, Console().width))
    missed = failures()
    console.print(f"The judge sees {len(PLANTED) - len(missed)} of {len(PLANTED)} planted wrongs.", highlight=False)
    for line in missed:
        console.print(f"  {line}", highlight=False)
    if self_test or missed:
        sys.exit(1 if missed else 0)
    chosen = seed or secrets.token_hex(4)
    scale = SHORT if short else FULL
    if events is not None:
        scale = _scaled(scale, events)
    console.print(f"Seed {chosen}: the same faults come again with --seed {chosen}", highlight=False)
    setups = _setups(database, processes, short=short)
    sys.exit(asyncio.run(_all(console, setups, scale, chosen, logs)))


def _setups(database: str | None, processes: int | None, *, short: bool) -> list[Setup]:
    if database == "sqlite" and (processes or 1) > 1:
        raise click.UsageError("SQLite serves one process.")
    if database is not None:
        return [Setup(database, processes or 1)]
    if processes is not None:
        return [setup for setup in SETUPS if setup.processes == processes] or [Setup("postgres", processes)]
    return [SETUPS[0], SETUPS[2]] if short else list(SETUPS)


def _scaled(scale: Scale, events: int) -> Scale:
    """Return the same storm over another number of events; fewer cannot bring as many strikes."""
    share = min(1.0, events / scale.events)
    return (
        replace(
            scale,
            events=events,
            blows=max(1, round(scale.blows * share)),
            floor=max(1, round(scale.floor * share * 0.8)),
        )
        if share < 1
        else replace(scale, events=events)
    )


async def _all(console: Console, setups: list[Setup], scale: Scale, seed: str, logs: Path | None) -> int:
    results: list[Result] = []
    for setup in setups:
        progress = Progress()
        async with report.watched(console, setup, progress):
            try:
                results.append(await run(setup, scale, seed, progress, logs))
            except BotFailed as failed:
                console.print(f"[red]{setup.name}: {failed}[/red]\nNot clean. Seed {seed}.", highlight=False)
                return 1
        console.print(report.verdict(results[-1], scale), highlight=False)
        for line in report.findings(results[-1]):  # at once: the next set-up takes a quarter of an hour
            console.print(f"[red]{setup.name}: {line}[/red]", highlight=False)
    console.print(report.strikes(results, scale))
    console.print(report.errors(results))
    console.print(report.counts(results))
    is_clean = True
    for result in results:
        missing = result.missing(report.kinds_of(result.setup), scale.floor)
        for where, what in missing:
            console.print(f"[red]{result.setup.name}: too few strikes of {where}: {what}[/red]", highlight=False)
        is_clean = is_clean and result.verdict.is_clean and not missing
    console.print("Nothing lost, nothing twice." if is_clean else f"Not clean. Seed {seed}.", highlight=False)
    return 0 if is_clean else 1


if __name__ == "__main__":
    main()
