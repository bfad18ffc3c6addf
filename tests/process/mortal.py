"""Lets work die at any point at which it touches something that outlives the process, one after the other.

Such a point is the moment before a statement, before a commit, and on either side of a call to the outside. Between two
of them nothing changes but memory, so dying anywhere in between leaves the same behind. The points are found by letting
the work pass them all. From its death on nothing that the work still tries has any effect, as with a process that has
been killed: what was not committed is rolled back by the database when the connection is gone.
"""

from collections.abc import Awaitable, Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any, Final

import sqlalchemy as sa

ALIVE: Final = 0
LASTS: Final = frozenset({"commit", "call", "answer"})


class Dead(BaseException):
    """The process has been killed; nothing catches it."""


@dataclass
class Fate:
    """Counts the points that are passed. With `dies_at`, the number of one, everything from there on is in vain."""

    dies_at: int = ALIVE
    passed: list[str] = field(default_factory=list)

    def meets(self, what: str) -> None:
        """Pass one point, or die there; raises Dead."""
        self.passed.append(what)
        if self.dies_at and len(self.passed) >= self.dies_at:
            raise Dead(what)

    @contextmanager
    def over(self, engine: sa.Engine) -> Iterator[None]:
        """Decide over all that goes through an engine."""

        def statement(_connection: Any, _cursor: Any, text: str, *_: Any) -> None:
            self.meets(" ".join(text.split()[:3]))

        def commit(_connection: Any) -> None:
            self.meets("commit")

        sa.event.listen(engine, "before_cursor_execute", statement)
        sa.event.listen(engine, "commit", commit)
        try:
            yield
        finally:
            sa.event.remove(engine, "before_cursor_execute", statement)
            sa.event.remove(engine, "commit", commit)


def that_differ(points: Sequence[str], every: int) -> list[int]:
    """Return the numbers of the points that leave something else behind than the one before does, from 1.

    A statement leaves nothing behind before its commit. `every` so many of them are among them all the same.
    """
    return [n for n, point in enumerate(points, 1) if point in LASTS or n % every == 0]


async def lives(fate: Fate, work: Callable[[], Awaitable[object]]) -> bool:
    """Do the work; False when it died on the way."""
    try:
        await work()
    except Dead:
        return False
    return True
