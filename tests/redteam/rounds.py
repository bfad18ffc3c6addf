"""Tries everything in the table, each scene in one world, and keeps what came of each."""

import traceback
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from tests.redteam import cases  # noqa: F401 - fills the table
from tests.redteam.attempts import TABLE, Attempt, Scene
from tests.redteam.scenes import opened, opens_again
from tests.redteam.watch import watched
from tests.redteam.ways import leave_modals

MEANWHILE: Final = {  # what changes there by itself: cards that cannot leave are tried again, a session is used
    Scene.SLACK_AWAY: frozenset({"outbox", "reserve_link"}),
}


@dataclass(frozen=True, slots=True)
class Outcome:
    """What came of an attempt: None when what must happen did, otherwise what went wrong."""

    attempt: Attempt
    wrong: str | None


async def try_all(scene: Scene, folder: Path, database_url: str, *, only: str = "") -> dict[str, Outcome]:
    """Try all that belongs to a scene, or the one that is called `only`; return the outcomes by name."""
    found: dict[str, Outcome] = {}
    async with opened(scene, folder, database_url) as house:
        for attempt in chosen(scene, only):
            try:
                await opens_again(house)
                changes = attempt.changes | MEANWHILE.get(scene, frozenset())
                async with watched(house, changes, may_read=attempt.may_read):
                    await attempt.run(house)
                wrong = None
            except Exception as error:  # whatever it is, the attempt did not end as it must
                wrong = "".join(traceback.format_exception(error))
            finally:
                leave_modals(house)
            found[attempt.name] = Outcome(attempt, wrong)
    return found


def chosen(scene: Scene, only: str = "") -> Sequence[Attempt]:
    return [one for one in TABLE if one.scene is scene and only in {"", one.name}]
