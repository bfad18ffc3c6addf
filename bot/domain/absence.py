"""Who answers for whom while somebody is away. Days are local, both ends included."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date

from bot.domain.ids import AbsenceId, NamndId, StaffId


@dataclass(frozen=True, slots=True)
class Absence:
    """Somebody is away from `first` to `last`; `stand_in` None leaves it to the leader."""

    id: AbsenceId
    namnd: NamndId
    staff_id: StaffId
    first: date
    last: date
    stand_in: StaffId | None = None

    def covers(self, day: date) -> bool:
        return self.first <= day <= self.last


def responsible(owner: StaffId | None, namnd: NamndId, day: date, absences: Iterable[Absence]) -> StaffId | None:
    """Return who has `owner`'s clocks of `namnd` on `day`: the owner, or the stand-in of a stand-in.

    None when nobody has: no owner, nobody named, or a ring of people who are all away. The leader then has it.
    """
    away: dict[StaffId, Absence] = {}
    for absence in sorted(absences, key=lambda a: (a.first, a.id)):
        if absence.namnd == namnd and absence.covers(day):
            away[absence.staff_id] = absence  # of two that overlap, the one that began last
    found, passed = owner, set[StaffId]()
    while found is not None and found in away and found not in passed:
        passed.add(found)
        found = away[found].stand_in
    return None if found in passed else found
