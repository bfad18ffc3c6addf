import pytest

from bot.clock import Clock
from bot.services.context import Context
from storage.store import SqlStore
from tests.rest.given import context


@pytest.fixture
def ctx(store: SqlStore, clock: Clock) -> Context:
    """A context in which active time is written down, on either database."""
    return context(store, clock)
