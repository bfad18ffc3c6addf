from collections.abc import AsyncIterator

import pytest

from storage.store import SqlStore
from storage.vault import Vault
from tests.clocks.given import FRIDAY, Office, an_office, wall
from tests.frozen import FrozenClock


@pytest.fixture
async def office(sqlite_database_url: str, vault: Vault) -> AsyncIterator[Office]:
    """An office on SQLite, a Friday at 14.30, with everybody at work and nothing registered."""
    clock = FrozenClock(wall(FRIDAY))
    store = SqlStore(sqlite_database_url, vault, clock)
    try:
        made = an_office(store, clock)
        await made.opens()
        yield made
    finally:
        await store.close()
