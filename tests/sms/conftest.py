from collections.abc import AsyncIterator

import pytest

from tests.sms.world import World, carrier_world


@pytest.fixture
async def world() -> AsyncIterator[World]:
    async with carrier_world() as made:
        yield made
