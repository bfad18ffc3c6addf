"""What a sweep costs: a hundred clocks that are due, alone in the table and among a hundred thousand that run.

    python -m bench.sweep_clocks [how many run]

Both databases are made anew, and thrown away. SQLite waits for its disk at each commit; PostgreSQL is started as for
the tests, in memory and without waiting: compare within a database, not between them.
"""

import asyncio
import statistics
import sys
import tempfile
import time
from collections import defaultdict
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Final

from rich.console import Console
from rich.table import Table

from bot.domain.clocks import ClockKind, Limit
from bot.domain.deadline import Deadline
from bot.domain.ids import DeadlineId, NamndId, ReportId, StaffId, new_id
from bot.domain.people import Role, Staff, StaffRole, World
from bot.ports import Tx
from storage.migrate import migrate
from storage.store import SqlStore
from storage.vault import Vault, generate_key, parse_keys
from tests.database import Postgres, sqlite_url
from tests.frozen import FrozenClock

NOW: Final = datetime(2026, 11, 23, 7, 0, tzinfo=UTC)
NAMND: Final = NamndId("norrvik")
MINUTE: Final = timedelta(minutes=1)
DUE: Final = 100
MANY: Final = 100_000
OWNERS: Final = 50
ROUNDS: Final = 25
AT_A_TIME: Final = 5_000  # in one transaction: a statement may take five seconds

Taken = defaultdict[str, list[float]]  # seconds of each round


@dataclass(frozen=True, slots=True)
class Figures:
    """Seconds, the median of the rounds."""

    database: str
    running: int
    due: float
    save: float
    next_due: float
    morning: float  # what is running of one handläggare, and how the unit stands

    @property
    def sweep(self) -> float:
        return self.due + self.save


def main() -> None:
    many = int(sys.argv[1]) if len(sys.argv) > 1 else MANY
    with tempfile.TemporaryDirectory() as directory:
        urls = [sqlite_url(Path(directory) / f"{running}.sqlite3") for running in (DUE, many)]
        for url in urls:
            migrate(url)
        found = asyncio.run(_compare("SQLite", urls, (DUE, many)))
    with _postgres() as server, server.database() as small, server.database() as large:
        found += asyncio.run(_compare("PostgreSQL", [small, large], (DUE, many)))
    Console().print(_table(found))


@contextmanager
def _postgres() -> Iterator[Postgres]:
    server = Postgres()
    server.start()
    try:
        yield server
    finally:
        server.stop()


async def _compare(name: str, urls: Sequence[str], sizes: Sequence[int]) -> list[Figures]:
    """Fill one database of each size, then measure them by turns: what else the machine does then falls on both."""
    stores = [SqlStore(url, Vault(parse_keys(generate_key())), FrozenClock(NOW)) for url in urls]
    try:
        owners = [await _fill(store, running) for store, running in zip(stores, sizes, strict=True)]
        taken: list[Taken] = [defaultdict(list) for _ in stores]
        for number in range(ROUNDS):
            for store, owner, times in zip(stores, owners, taken, strict=True):
                await _round(store, owner, number, times)
        medians = [{what: statistics.median(found) for what, found in times.items()} for times in taken]
        return [Figures(name, running, **found) for running, found in zip(sizes, medians, strict=True)]
    finally:
        for store in stores:
            await store.close()


async def _fill(store: SqlStore, running: int) -> StaffId:
    """Add clocks, and return one of those who own them."""
    people = [_handlaggare() for _ in range(OWNERS)]
    owners = [person.id for person in people]
    await store.write(lambda tx: tx.staff.add_all(people))
    clocks = [_clock(n, owners[n % OWNERS], is_due=n % (running // DUE) == 0) for n in range(running)]
    for start in range(0, running, AT_A_TIME):
        some = clocks[start : start + AT_A_TIME]
        await store.write(lambda tx, some=some: tx.deadlines.add_all(some))  # type: ignore[misc]
    with store.engine.connect() as connection:
        connection.exec_driver_sql("ANALYZE")
        connection.commit()
    return owners[0]


def _handlaggare() -> Staff:
    roles = frozenset({StaffRole(NAMND, World.MYNDIGHET, Role.HANDLAGGARE)})
    return Staff(StaffId(new_id()), "Anna Ek", f"{new_id()}@example.se", None, roles)


def _clock(number: int, owner: StaffId, *, is_due: bool) -> Deadline:
    due_at = NOW + timedelta(hours=number % 300 - 10)
    return Deadline(
        id=DeadlineId(new_id()),
        report_id=ReportId(new_id()),
        namnd=NAMND,
        kind=ClockKind.FORHANDSBEDOMNING,
        case_ref=f"K-{number}",
        received_at=NOW - timedelta(days=7),
        starts_at=NOW - timedelta(days=7),
        limit=Limit(due_at, due_at.date(), due_at.date(), due_at - MINUTE),
        registered_at=NOW - timedelta(days=7),
        owner=owner,
        next_at=NOW - MINUTE if is_due else NOW + timedelta(hours=1 + number % 200),
    )


async def _round(store: SqlStore, owner: StaffId, number: int, taken: Taken) -> None:
    with _timed(taken["due"]):
        due = await store.read(lambda tx: tx.deadlines.due(NOW, limit=DUE))
    if len(due) != DUE:
        raise AssertionError(f"{len(due)} are due")
    with _timed(taken["save"]):
        for clock in due:
            await store.write(lambda tx, clock=clock: _spoken_of(tx, clock.id, number))  # type: ignore[misc]
    with _timed(taken["next_due"]):
        await store.read(lambda tx: tx.deadlines.next_due(NOW))
    with _timed(taken["morning"]):
        await store.read(lambda tx: tx.deadlines.running(NAMND, [owner], limit=20))
        await store.read(lambda tx: tx.deadlines.overdue(NAMND, NOW, limit=20))


@contextmanager
def _timed(taken: list[float]) -> Iterator[None]:
    began = time.perf_counter()
    yield
    taken.append(time.perf_counter() - began)


def _spoken_of(tx: Tx, deadline_id: DeadlineId, number: int) -> None:
    """Write another time, as a sweep does: each clock in a transaction of its own. It stays due, for the next round."""
    clock = tx.deadlines.get(deadline_id, lock=True)
    if clock is None:
        raise AssertionError(deadline_id)
    tx.deadlines.save(replace(clock, next_at=NOW - (number + 2) * MINUTE))


def _table(found: list[Figures]) -> Table:
    table = Table(title=f"A sweep of {DUE} clocks that are due; milliseconds, median of {ROUNDS} rounds")
    for heading in ("database", "running", "due", "save", "sweep", "against alone", "next_due", "lists"):
        table.add_column(heading, justify="left" if heading == "database" else "right")
    alone = {figures.database: figures.sweep for figures in found if figures.running == DUE}
    for figures in found:
        times = (figures.due, figures.save, figures.sweep)
        table.add_row(
            figures.database,
            f"{figures.running:,}",
            *(f"{1000 * seconds:.1f}" for seconds in times),
            f"x {figures.sweep / alone[figures.database]:.2f}",
            *(f"{1000 * seconds:.1f}" for seconds in (figures.next_due, figures.morning)),
        )
    return table


if __name__ == "__main__":
    main()
