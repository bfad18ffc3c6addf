from datetime import timedelta
from pathlib import Path

import pytest

from storage.store import SqlStore
from tests.frozen import FrozenClock
from tests.watch.given import Program, a_program


@pytest.fixture
async def program(store: SqlStore, clock: FrozenClock, tmp_path: Path) -> Program:
    """One instance that started five minutes ago, and whose ticks have all just run."""
    made = a_program(store, clock, tmp_path)
    await made.runs("i1")
    await made.passes(timedelta(minutes=5))
    return made
