from collections.abc import Iterator

import pytest

from tests.process.forked import Forks


@pytest.fixture(scope="session")
def forks() -> Iterator[Forks]:
    """What starts bots in processes of their own."""
    made = Forks()
    yield made
    made.close()
