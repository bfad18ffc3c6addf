import gc
from collections.abc import AsyncIterator, Iterator
from datetime import UTC, datetime
from itertools import count
from pathlib import Path

import hypothesis
import pytest

from storage.migrate import migrate
from storage.store import SqlStore
from storage.vault import Vault, generate_key, parse_keys
from tests.database import Postgres, PostgresOnDemand, copy_sqlite, sqlite_url
from tests.frozen import FrozenClock

FRIDAY_EVENING = datetime(2026, 11, 20, 21, 14, tzinfo=UTC)  # 22.14 in Stockholm
TESTS_BETWEEN_SWEEPS = 100
finished = count(1)
# A machine that does much else may stand still for seconds in the middle of a click: what is then too late is right by
# the clock, and nothing that a story is about. Tests of what is too late set their own.
SLOW_MACHINE = {
    "bot.app_watch.ANSWER_WITHIN": 8.0,
    "bot.services.know_member.ASKED_WITHIN": 8.0,
    "handlers.slack.app.SAY_WITHIN": 8.0,
    "handlers.slack.app.STORE_WITHIN": 10.0,
    "handlers.slack.interaction.ACK_WITHIN": 10.0,
    "storage.engine.PG_IDLE_MS": 30_000,
    "storage.engine.PG_LOCK_MS": 5_000,
    "storage.engine.PG_STATEMENT_MS": 30_000,
    # Bolt's own, which it asks of each listener and else is 3 seconds.
    "slack_bolt.listener.async_listener.AsyncCustomListener.ack_timeout": property(lambda _: 20, lambda *_: None),
}

# How long an example takes says something of the machine only. What is drawn stays at random, but for CI, where
# hypothesis draws the same each time.
hypothesis.settings.register_profile(
    "unhurried",
    hypothesis.settings(),
    deadline=None,
    suppress_health_check=[hypothesis.HealthCheck.too_slow],
)
hypothesis.settings.load_profile("unhurried")


def pytest_collection_finish() -> None:
    sweep()


def pytest_runtest_logfinish() -> None:
    if next(finished) % TESTS_BETWEEN_SWEEPS == 0:
        sweep()


def sweep() -> None:
    """Sweep between tests, and leave what stays out of later sweeps.

    Thousands of collected tests are a million objects: a full collection of those stops everything for a second and
    more, in the middle of a click that must be answered within 2.5 s.
    """
    gc.collect()
    gc.freeze()


@pytest.fixture(scope="session", autouse=True)
def patience() -> Iterator[None]:
    with pytest.MonkeyPatch.context() as patched:
        for name, value in SLOW_MACHINE.items():
            patched.setattr(name, value, raising=not isinstance(value, property))
        yield


@pytest.fixture(scope="session")
def postgres_on_demand() -> Iterator[PostgresOnDemand]:
    """Start PostgreSQL once, and only if a test asks for it."""
    on_demand = PostgresOnDemand()
    yield on_demand
    on_demand.stop()


@pytest.fixture
def postgres(postgres_on_demand: PostgresOnDemand) -> Postgres:
    return postgres_on_demand.server()


@pytest.fixture(scope="session")
def migrated_sqlite(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Migrate one SQLite file, to be copied."""
    path = tmp_path_factory.mktemp("migrated") / "template.sqlite3"
    migrate(sqlite_url(path))
    return path


@pytest.fixture
def sqlite_database_url(migrated_sqlite: Path, tmp_path: Path) -> str:
    return copy_sqlite(migrated_sqlite, tmp_path / "test.sqlite3")


@pytest.fixture
def postgres_database_url(postgres: Postgres) -> Iterator[str]:
    with postgres.database() as url:
        yield url


@pytest.fixture(params=["sqlite", "postgres"])
def database_url(request: pytest.FixtureRequest) -> str:
    """Return the address of a fresh, migrated database: first one kind, then the other."""
    return str(request.getfixturevalue(f"{request.param}_database_url"))


@pytest.fixture(params=["sqlite", "postgres"])
def empty_database_url(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[str]:
    """Yield the address of a database without any tables."""
    if request.param == "sqlite":
        yield sqlite_url(tmp_path / "empty.sqlite3")
        return
    server: Postgres = request.getfixturevalue("postgres")
    with server.database(migrated=False) as url:
        yield url


@pytest.fixture
def vault() -> Vault:
    return Vault(parse_keys(generate_key()))


@pytest.fixture
def clock() -> FrozenClock:
    return FrozenClock(FRIDAY_EVENING)


@pytest.fixture
async def store(database_url: str, vault: Vault, clock: FrozenClock) -> AsyncIterator[SqlStore]:
    opened = SqlStore(database_url, vault, clock)
    try:
        yield opened
    finally:
        await opened.close()
