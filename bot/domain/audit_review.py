"""The monthly sample of a nämnd's audit log for its leaders to review (lag 2001:454 10 §: recurring checks)."""

import heapq
from collections.abc import Callable, Collection, Iterable
from dataclasses import dataclass
from datetime import date, datetime, time
from enum import Enum
from typing import Final, NewType

from bot.domain.audit import Entry, Logged
from bot.domain.calendar import ONE_DAY, instant, next_working_day
from bot.domain.ids import NamndId, StaffId
from bot.domain.people import World

ReviewId = NewType("ReviewId", str)

OPENINGS: Final = frozenset(  # acts by which somebody gets to see something of a family
    {
        "read",
        "read_raw",
        "read_note",
        "read_background",
        "read_handover",
        "see_handover",
        "search_youths",
        "search_contacts",
        "see_clock",
        "see_unit",
        "export_handovers",
        "export_clocks",
    }
)
ACROSS: Final = 4.0  # as likely to be drawn is what somebody of another nämnd has opened, to one of the own nämnd


class Finding(str, Enum):
    """What a reviewer says of an entry."""

    FINE = "fine"
    FOLLOW_UP = "follow_up"


class Reason(str, Enum):
    """Why an entry is to be followed up."""

    NO_NEED = "no_need"  # no need for it can be seen
    TOO_MUCH = "too_much"
    NOT_THEIRS = "not_theirs"
    ASK = "ask"


@dataclass(frozen=True, slots=True)
class Review:
    """One month (its first day) of a nämnd in a world. `remind_at` None: all of it has been reviewed."""

    id: ReviewId
    namnd: NamndId
    world: World
    month: date
    made_at: datetime
    remind_at: datetime | None
    reminded: int = 0


@dataclass(frozen=True, slots=True)
class ReviewItem:
    """One entry of the sample, and what has been found of it."""

    nth: int
    audit_id: int
    finding: Finding | None = None
    reason: Reason | None = None
    reviewed_by: StaffId | None = None
    reviewed_at: datetime | None = None


@dataclass(frozen=True, slots=True)
class ReviewCount:
    """How the review of a month went, in entries."""

    month: date
    fine: int
    follow_up: int
    open: int


@dataclass(frozen=True, slots=True)
class ReviewLine:
    """One entry as a reviewer sees it. `by` is the name of whoever has reviewed it, "" for nobody."""

    item: ReviewItem
    entry: Entry
    is_across: bool  # somebody of another nämnd
    is_own: bool  # the reader's own act, which another leader reviews
    by: str = ""


@dataclass(frozen=True, slots=True)
class ReviewPage:
    """A review for one reader. `hidden` counts what somebody else has to look at: the reader is related to it."""

    review: Review
    namnd_name: str
    lines: tuple[ReviewLine, ...]
    hidden: int
    is_trial: bool


@dataclass(frozen=True, slots=True)
class Mark:
    """What a reviewer says of the entry `nth`."""

    nth: int
    finding: Finding
    reason: Reason | None = None


def draw(
    rows: Iterable[Logged], own: Collection[StaffId], openings: int, denials: int, chance: Callable[[], float]
) -> list[int]:
    """Return the ids of a random sample: so many openings and denials at most, the newest last.

    Every row has a chance, and one of somebody who is not among the `own` staff a greater one (weighted sampling
    without replacement: the largest u ** (1 / weight) win). `chance` gives numbers in [0, 1). Reads `rows` once.
    """
    opened: list[tuple[float, int]] = []
    denied: list[tuple[float, int]] = []
    for row in rows:
        kept, most = (opened, openings) if row.is_allowed else (denied, denials)
        if row.is_allowed and row.act not in OPENINGS:
            continue
        weight = 1.0 if row.actor in own else ACROSS
        heapq.heappush(kept, (chance() ** (1 / weight), row.id))
        if len(kept) > most:
            heapq.heappop(kept)
    return sorted(row_id for _, row_id in (*opened, *denied))


def month_before(day: date) -> date:
    """Return the first day of the month before that of `day`."""
    return (day.replace(day=1) - ONE_DAY).replace(day=1)


def due_at(month: date, at: time, closed_days: frozenset[date]) -> datetime:
    """Return when the reviews of the month before `month` are put before the leaders: its first working day."""
    return instant(next_working_day(month - ONE_DAY, closed_days), at)
