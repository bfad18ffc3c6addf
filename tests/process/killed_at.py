"""Walk through the evening, and kill the bot with SIGKILL at one line after the other.

    python -m tests.process.killed_at --all --step 20 --database postgres

Prints every place at which something was lost, doubled or left undone, and ends with 1 if there was one.
"""

import asyncio
import contextlib
import sys
import tempfile
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager
from pathlib import Path
from typing import Final

import click

from storage.migrate import migrate
from tests.database import Postgres, copy_sqlite, sqlite_url
from tests.process.evening import an_evening
from tests.process.forked import Forks
from tests.process.trap import Place

NewDatabase = Callable[[Path], AbstractContextManager[str]]
TOLD_EVERY: Final = 10  # runs


async def lines_of_an_evening(forks: Forks, folder: Path, database_url: str) -> list[Place]:
    """Return every line that an evening without trouble passes, in order."""
    async with an_evening(forks, folder, database_url) as evening:
        await evening.plays(passed=folder / "passed")
        await evening.adds_up()
    return [Place.read(line) for line in (folder / "passed").read_text(encoding="utf-8").splitlines()]


async def killed_at(place: Place, forks: Forks, folder: Path, database_url: str) -> bool:
    """Kill it there and hold the ledgers; False when this evening never came to that place."""
    async with an_evening(forks, folder, database_url) as evening:
        await evening.plays(killed_at=place)
        await evening.adds_up()
        return evening.deaths == 1


@contextlib.contextmanager
def databases(kind: str) -> Iterator[NewDatabase]:
    """Give what makes fresh, migrated databases of one kind."""
    if kind == "postgres":
        server = Postgres()
        server.start()
        try:
            yield lambda _: server.database()
        finally:
            server.stop()
        return
    with tempfile.TemporaryDirectory() as name:
        template = Path(name) / "template.sqlite3"
        migrate(sqlite_url(template))
        yield lambda folder: contextlib.nullcontext(copy_sqlite(template, folder / "bot.sqlite3"))


async def walk(kind: str, step: int, first: int, only: Place | None) -> int:
    """Return the number of places at which something went wrong."""
    forks, wrong, missed = Forks(), 0, 0
    with contextlib.closing(forks), databases(kind) as new_database, tempfile.TemporaryDirectory() as name:
        root = Path(name)
        with a_room(root, "whole", new_database) as (folder, url):
            places = await lines_of_an_evening(forks, folder, url)
        chosen = places[first::step] if only is None else [only]
        click.echo(f"{kind}: {len(places)} lines, {len({place[:2] for place in places})} of them different")
        for number, place in enumerate(chosen):
            try:
                with a_room(root, str(number), new_database) as (folder, url):
                    missed += not await killed_at(place, forks, folder, url)
            except Exception as error:
                wrong += 1
                click.echo(f"  {place}: {type(error).__name__}: {str(error)[:600]}")
            if number % TOLD_EVERY == TOLD_EVERY - 1:
                click.echo(f"{number + 1} of {len(chosen)}, {wrong} wrong, {missed} not reached")
    click.echo(f"{kind}: killed at {len(chosen) - missed} places, {wrong} wrong, {missed} not reached")
    return wrong


@contextlib.contextmanager
def a_room(root: Path, name: str, new_database: NewDatabase) -> Iterator[tuple[Path, str]]:
    folder = root / name
    folder.mkdir()
    with new_database(folder) as url:
        yield folder, url


@click.command()
@click.option("--all", "walks", is_flag=True, help="Every line of the evening.")
@click.option("--step", default=1, show_default=True, help="Only every so many lines.")
@click.option("--first", default=0, show_default=True, help="Where the steps begin.")
@click.option("--at", "only", default="", help="One place only, e.g. bot/worker.py:187#2.")
@click.option("--database", "kind", default="sqlite", type=click.Choice(["sqlite", "postgres"]), show_default=True)
def main(*, walks: bool, step: int, first: int, only: str, kind: str) -> None:
    if not walks and not only:
        raise click.UsageError("either --all or --at")
    sys.exit(1 if asyncio.run(walk(kind, step, first, Place.read(only) if only else None)) else 0)


if __name__ == "__main__":
    main()
