"""As each kind of person and as a stranger: try to see or send what one may not (`python -m tests.redteam`)."""

from pathlib import Path
from typing import Any

import pytest

from tests.redteam.attempts import TABLE, Attempt
from tests.redteam.rounds import Outcome, try_all

TRIED: dict[tuple[Any, ...], dict[str, Outcome]] = {}


def rows() -> list[Any]:
    """Return the table; what is known to be open fails until it is mended."""
    return [
        pytest.param(one, id=one.name, marks=[pytest.mark.xfail(strict=True, reason=one.hole)] if one.hole else [])
        for one in TABLE
    ]


@pytest.mark.timeout(600)
@pytest.mark.parametrize("attempt", rows())
async def test_what_must_happen_does(
    attempt: Attempt, database_url: str, request: pytest.FixtureRequest, tmp_path: Path
) -> None:
    """All of a scene is tried in one world, when the first of it is asked for."""
    key = (attempt.scene, request.node.callspec.params["database_url"])
    if key not in TRIED:
        TRIED[key] = await try_all(attempt.scene, tmp_path, database_url)
    assert TRIED[key][attempt.name].wrong is None, TRIED[key][attempt.name].wrong


def test_every_row_has_a_name_of_its_own() -> None:
    names = [one.name for one in TABLE]
    assert len(names) == len(set(names)) > 100
