"""How large a run is, and when its heavy blows fall: all from the seed."""

import math
import random
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final

from bench.chaos.faults import DATABASE, FREEZE, KILL, PROCESS, REFUSED, TERM, TO_SLACK, TO_TWILIO, Kind

TEXT: Final = "text"
STORM: Final = "storm"
ANSWER: Final = "answer"
TYPED: Final = "typed"
NOTHING: Final = "report on nothing"
OF_A_STORM: Final = 10  # texts from one phone at once


@dataclass(frozen=True, slots=True)
class Scale:
    """`every`: calls between two faults. `blows`: so many of each heavy kind. `floor`: strikes that each kind needs."""

    events: int
    every: int
    blows: int
    floor: int
    per_s: float
    families: int
    namnder: int
    reconcile_s: float
    answers: float  # share of the events
    patience_s: float  # for everything to become quiet


FULL: Final = Scale(
    events=10_000,
    every=18,
    blows=24,
    floor=20,
    per_s=40.0,
    families=90,
    namnder=6,
    reconcile_s=20.0,
    answers=0.18,
    patience_s=240.0,
)
SHORT: Final = Scale(
    events=150,
    every=6,
    blows=1,
    floor=1,
    per_s=20.0,
    families=24,
    namnder=6,
    reconcile_s=5.0,
    answers=0.28,
    patience_s=120.0,
)


@dataclass(frozen=True, slots=True)
class Setup:
    """So many processes of the bot on one database."""

    database: str
    processes: int

    @property
    def name(self) -> str:
        title = {"sqlite": "SQLite", "postgres": "PostgreSQL"}[self.database]
        return f"{title}, {self.processes} process{'es' if self.processes > 1 else ''}"


SETUPS: Final = (Setup("sqlite", 1), Setup("postgres", 1), Setup("postgres", 3))


@dataclass(frozen=True, slots=True)
class Blow:
    """A heavy one. It falls when so many events have happened, on the process with this number."""

    after: int
    kind: Kind
    target: int


def blows(scale: Scale, seed: str, processes: int, database: tuple[str, ...]) -> list[Blow]:
    """Return all blows of a run, spread over its events in an order of their own."""
    chooser = random.Random(f"{seed}:blows")
    kinds = [
        *((PROCESS, what) for what in (KILL, FREEZE, TERM)),
        *((DATABASE, what) for what in database),
        (TO_TWILIO, REFUSED),
        (TO_SLACK, REFUSED),
    ]
    dealt = [kind for _ in range(scale.blows) for kind in chooser.sample(kinds, len(kinds))]
    distance = scale.events * 0.9 / len(dealt)
    return [
        Blow(int(scale.events * 0.05 + n * distance), kind, chooser.randrange(processes))
        for n, kind in enumerate(dealt)
    ]


def events(scale: Scale, seed: str) -> Iterator[tuple[str, int, int]]:
    """Yield what happens, to which phone and to which person, until there have been enough."""
    chooser = random.Random(f"{seed}:events")
    shares = {ANSWER: scale.answers, TYPED: 0.03, NOTHING: 0.01, STORM: 0.01}
    found = [what for what, share in shares.items() for _ in range(math.ceil(share * scale.events))]
    found += [TEXT] * (scale.events - len(found) - (OF_A_STORM - 1) * found.count(STORM))
    chooser.shuffle(found)
    for what in found:
        yield what, chooser.randrange(scale.families), chooser.randrange(scale.namnder)
