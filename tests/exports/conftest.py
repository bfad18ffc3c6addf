import pytest

from bot.clock import Clock
from bot.services.context import Context
from storage.store import SqlStore
from tests.imports.given import context, with_staff


@pytest.fixture
async def ctx(store: SqlStore, clock: Clock) -> Context:
    """A context with the staff of the sandbox, on either database."""
    made = context(store, clock)
    await with_staff(made)
    return made
