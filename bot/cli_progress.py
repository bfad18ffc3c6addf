"""How far a long command has come, on standard error: standard output is for the outcome."""

import sys
from collections.abc import Iterator
from contextlib import contextmanager

import click
from rich.console import Console
from rich.progress import Progress as Bars
from rich.progress import TaskID

from bot.services.imports.run import Progress, quiet
from bot.texts import import_words as words


@contextmanager
def shown(*, is_long: bool) -> Iterator[Progress]:
    """Give what shows progress: a bar at a terminal, else a line per ten per cent; nothing for short work."""
    if not is_long:
        yield quiet
    elif sys.stderr.isatty():
        with Bars(console=Console(stderr=True), transient=True) as bars:
            yield _bar(bars)
    else:
        yield _lines()


def _bar(bars: Bars) -> Progress:
    tasks: dict[str, TaskID] = {}

    def show(stage: str, done: int, total: int) -> None:
        if stage not in tasks:
            tasks[stage] = bars.add_task(stage, total=total)
        bars.update(tasks[stage], completed=done, total=total)

    return show


def _lines() -> Progress:
    said: set[tuple[str, int]] = set()

    def show(stage: str, done: int, total: int) -> None:
        tenth = done * 10 // total if total else 10
        if tenth == 0 or (stage, tenth) in said:
            return
        said.add((stage, tenth))
        click.echo(words.PROGRESS.format(stage=stage, percent=tenth * 10), err=True)

    return show
