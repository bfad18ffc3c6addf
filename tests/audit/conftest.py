import pytest

from storage.store import SqlStore
from tests.audit.given import Log
from tests.frozen import FrozenClock
from tests.imports.given import context


@pytest.fixture
def log(store: SqlStore, clock: FrozenClock, database_url: str) -> Log:
    """An empty log, on either database."""
    return Log(context(store, clock), store, clock, database_url)
