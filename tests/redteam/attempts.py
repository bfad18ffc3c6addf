"""The table: who tries what and how, and what must happen. Each row is a function that tries it."""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from enum import Enum
from typing import Any, Final

ANYTHING: Final = frozenset({"*"})  # what families write is received: the attempt itself says what may come of it
EVERYBODYS: Final = frozenset({"norrvik", "sodermark", "unknown"})  # modals that are open meanwhile are drawn anew


class Scene(str, Enum):
    """The world in which something is tried; all that is tried in one world follows on each other."""

    EVENING = "evening"  # somebody has the beredskap, and a youth of hers has written
    SLACK_AWAY = "slack_away"  # the same, and the reservväg is open
    INLINE = "inline"  # what families write may stand in Slack


@dataclass(frozen=True, slots=True)
class Attempt:
    """One row. A `hole` is known and not mended here.

    `changes` are the tables that may be changed by it, `may_read` the nämnder (or worlds) whose words whoever tries it
    may read anyway.
    """

    scene: Scene
    who: str
    tries: str
    how: str
    must: str
    run: Callable[[Any], Awaitable[None]] = field(repr=False)
    changes: frozenset[str] = frozenset()
    may_read: frozenset[str] = frozenset()
    hole: str = ""

    @property
    def name(self) -> str:
        return self.run.__name__


TABLE: list[Attempt] = []


def attempt(
    who: str,
    tries: str,
    how: str,
    must: str,
    *,
    scene: Scene = Scene.EVENING,
    changes: frozenset[str] = frozenset(),
    may_read: frozenset[str] = frozenset(),
    hole: str = "",
) -> Callable[[Callable[[Any], Awaitable[None]]], Callable[[Any], Awaitable[None]]]:
    """Put a function into the table. What is true of every attempt is asserted around it (tests/redteam/watch.py)."""

    def enter(run: Callable[[Any], Awaitable[None]]) -> Callable[[Any], Awaitable[None]]:
        read = EVERYBODYS if changes >= ANYTHING else may_read
        TABLE.append(Attempt(scene, who, tries, how, must, run, changes, read, hole))
        return run

    return enter
