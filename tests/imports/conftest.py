from collections.abc import AsyncIterator

import pytest

from bot.clock import Clock
from bot.services.context import Context
from storage.store import SqlStore
from storage.vault import Vault
from tests.imports.given import context, with_staff


@pytest.fixture
async def sqlite_ctx(sqlite_database_url: str, vault: Vault, clock: Clock) -> AsyncIterator[Context]:
    """A context with the staff of the sandbox, on SQLite."""
    opened = SqlStore(sqlite_database_url, vault, clock)
    try:
        ctx = context(opened, clock)
        await with_staff(ctx)
        yield ctx
    finally:
        await opened.close()


@pytest.fixture
async def ctx(store: SqlStore, clock: Clock) -> Context:
    """The same on either database."""
    made = context(store, clock)
    await with_staff(made)
    return made
