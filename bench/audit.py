"""How long `audit verify` reads a log of many years, and how much memory it takes."""

import os
import time
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path
from typing import Any, Final

import sqlalchemy as sa
from rich.table import Table

from bench.databases import Fresh
from bench.memory import resident
from bench.world import EVENING
from bot.domain.ids import new_id
from bot.services.audit.seal import seal_audit
from bot.services.audit.verify import verify_audit
from bot.services.context import Context
from storage.store import SqlStore
from storage.tables import AuditRow
from storage.vault import Vault, generate_key, parse_keys
from tests.frozen import FrozenClock
from tests.imports.given import context

AUDIT: Final[sa.Table] = AuditRow.__table__  # type: ignore[attr-defined]
AT_A_TIME: Final = 5_000
BEFORE: Final = timedelta(seconds=30)  # one act, so long before the next


@dataclass(frozen=True, slots=True)
class Size:
    rows: tuple[int, ...]


FULL, QUICK = Size((10_000, 100_000, 1_000_000)), Size((10_000,))


@dataclass(frozen=True, slots=True)
class Took:
    """Seconds by the clock, of them of the processor in our own process, and by how many MiB at most it grew."""

    sealing: float
    verifying: float
    working: float
    grew: float


async def measure(place: Path, fresh: dict[str, Fresh], size: Size) -> Table:
    table = Table(title="The audit log: sealed from nothing by the tick, and read through by audit verify")
    table.add_column("database")
    for heading in ("rows", "seal, s", "verify, s", "of it CPU, s", "memory grew, MiB"):
        table.add_column(heading, justify="right")
    for name, make in fresh.items():
        for rows in size.rows:
            clock = FrozenClock(EVENING)
            store = SqlStore(make(), Vault(parse_keys(generate_key())), clock)
            try:
                _fill(store, rows)
                took = await _timed(context(store, clock), rows)
            finally:
                await store.close()
            cells = (took.sealing, took.verifying, took.working, took.grew)
            table.add_row(name, f"{rows:,}", *(f"{cell:.1f}" for cell in cells))
    return table


async def _timed(ctx: Context, rows: int) -> Took:
    began = time.perf_counter()
    while await seal_audit(ctx=ctx):
        pass
    sealing = time.perf_counter() - began
    before = most = resident(os.getpid())

    def look(_stage: str, _done: int, _total: int) -> None:
        nonlocal most
        most = max(most, resident(os.getpid()))

    began, worked = time.perf_counter(), time.process_time()
    found = await verify_audit([], ctx=ctx, progress=look)
    took = Took(sealing, time.perf_counter() - began, time.process_time() - worked, most - before)
    if found.wrong or found.rows != rows:
        raise AssertionError("the log that was measured is not whole")
    return took


def _fill(store: SqlStore, rows: int) -> None:
    people = [new_id() for _ in range(40)]
    talks = [new_id() for _ in range(2_000)]
    for start in range(0, rows, AT_A_TIME):
        with store.engine.begin() as connection:
            some = range(start, min(rows, start + AT_A_TIME))
            connection.execute(sa.insert(AUDIT), list(_entries(some, rows, people, talks)))
    with store.engine.connect() as connection:
        connection.exec_driver_sql("ANALYZE")
        connection.commit()


def _entries(numbers: range, rows: int, people: list[str], talks: list[str]) -> Iterator[dict[str, Any]]:
    """Yield what is written most: somebody has read a conversation of theirs, at some version of it."""
    for number in numbers:
        yield {
            "at": EVENING - BEFORE * (rows - number),
            "actor": people[number % len(people)],
            "act": "read",
            "subject": f"conversation:{talks[number * 7 % len(talks)]}",
            "namnd": "norrvik",
            "world": "beredskap",
            "is_allowed": True,
            "ground": "on_duty",
            "details": {"seq": number % 50},
        }
