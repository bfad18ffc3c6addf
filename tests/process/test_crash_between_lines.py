"""kill -9 between any two lines: nothing is lost, nothing happens twice. A sample; `killed_at --all` walks them all."""

import contextlib
import random
from pathlib import Path

import pytest

from tests.database import Postgres, copy_sqlite
from tests.process.forked import Forks
from tests.process.killed_at import NewDatabase, a_room, killed_at, lines_of_an_evening
from tests.process.trap import Place

DEATHS = 8
SEED = 20261122


def sample(places: list[Place], seed: int) -> list[Place]:
    """Choose one place from each part of the evening."""
    chance = random.Random(seed)
    part = len(places) / DEATHS
    return [places[int(part * number + chance.random() * part)] for number in range(DEATHS)]


async def a_sample_of_deaths(forks: Forks, root: Path, new_database: NewDatabase) -> None:
    with a_room(root, "whole", new_database) as (folder, url):
        places = await lines_of_an_evening(forks, folder, url)
    for number, place in enumerate(sample(places, SEED)):
        with a_room(root, str(number), new_database) as (folder, url):
            try:
                await killed_at(place, forks, folder, url)
            except Exception as error:
                error.add_note(f"killed at {place}")
                raise


@pytest.mark.timeout(240)
async def test_killed_between_any_two_lines_on_sqlite(forks: Forks, tmp_path: Path, migrated_sqlite: Path) -> None:
    await a_sample_of_deaths(
        forks, tmp_path, lambda folder: contextlib.nullcontext(copy_sqlite(migrated_sqlite, folder / "bot.sqlite3"))
    )


@pytest.mark.timeout(240)
async def test_killed_between_any_two_lines_on_postgresql(forks: Forks, tmp_path: Path, postgres: Postgres) -> None:
    await a_sample_of_deaths(forks, tmp_path, lambda _: postgres.database())
