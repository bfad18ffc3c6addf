"""What each person has had over the year, and what would be fair now."""

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from enum import Enum
from typing import Final

from bot.domain.calendar import local
from bot.domain.duty import Shift
from bot.domain.ids import StaffId
from bot.domain.rota.slots import SlotKind, kind_of

TENTHS: Final = 10  # a target is counted in tenths of a shift
MOST_CARRIED: Final = 30  # tenths: what is owed from before is made good a few shifts at a time


class Load(str, Enum):
    """The columns of the fairness table."""

    EVENINGS = "evenings"
    WEEKENDS = "weekends"
    HOLIDAYS = "holidays"
    BACKUPS = "backups"


LOAD_OF: Final = {
    SlotKind.EVENING: Load.EVENINGS,
    SlotKind.WEEKEND: Load.WEEKENDS,
    SlotKind.HOLIDAY: Load.HOLIDAYS,
}

Tally = Mapping[Load, int]


@dataclass(frozen=True, slots=True)
class Fairness:
    """One row of the table: what somebody had before, and is given now."""

    staff_id: StaffId
    before: Tally
    now: Tally


def load_of(kind: SlotKind, *, is_backup: bool) -> Load:
    return Load.BACKUPS if is_backup else LOAD_OF[kind]


def tallies(shifts: Iterable[Shift]) -> dict[StaffId, Tally]:
    """Return how many of each everybody has had; whoever has had none is not in it."""
    found: dict[StaffId, Counter[Load]] = {}
    for shift in shifts:
        kind = kind_of(local(shift.starts_at).date())
        found.setdefault(shift.staff_id, Counter())[load_of(kind, is_backup=shift.is_backup)] += 1
    return dict(found)


def targets(load: Load, total: int, able: Mapping[StaffId, int], before: Mapping[StaffId, Tally]) -> dict[StaffId, int]:
    """Return what is fair for each person of `total` slots, in tenths.

    `able` is how many of them each could have: whoever is away half the time gets half as many. Who has had less
    than the others before gets more now, and the reverse; whoever is new starts at the average.
    """
    could = sum(able.values())
    if not could:
        return dict.fromkeys(able, 0)
    had = {staff_id: before[staff_id].get(load, 0) * TENTHS for staff_id in able if staff_id in before}
    mean = sum(had.values()) // len(had) if had else 0
    return {
        staff_id: max(0, total * TENTHS * count // could + _carried(mean - had.get(staff_id, mean)))
        for staff_id, count in able.items()
    }


def _carried(owed: int) -> int:
    return max(-MOST_CARRIED, min(MOST_CARRIED, owed))


def spread(rows: Sequence[Fairness], load: Load) -> int:
    """Return how many more the one with most has than the one with least, over the year and now together."""
    counts = [row.before.get(load, 0) + row.now.get(load, 0) for row in rows]
    return max(counts, default=0) - min(counts, default=0)
