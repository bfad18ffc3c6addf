"""Who has duty. `duty()` alone decides; everything else asks it."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime
from enum import Enum

from bot.domain.ids import NamndId, ShiftId, StaffId
from bot.domain.rules import NamndRules


class DutyState(str, Enum):
    """The three states of a nämnd."""

    BEREDSKAP = "beredskap"
    OFFICE = "office"
    CLOSED = "closed"


@dataclass(frozen=True, slots=True)
class Shift:
    """A turn of beredskap, [starts_at, ends_at) in UTC, lent by one nämnd.

    Whoever `is_backup` stands behind the one who has duty, and answers when that person cannot.
    """

    id: ShiftId
    staff_id: StaffId
    lending_namnd: NamndId
    starts_at: datetime
    ends_at: datetime
    is_backup: bool = False

    def covers(self, at: datetime) -> bool:
        return self.starts_at <= at < self.ends_at


@dataclass(frozen=True, slots=True)
class ShownShift:
    """A shift as whoever has it sees it."""

    id: ShiftId
    starts_at: datetime
    ends_at: datetime
    namnd_name: str  # of the nämnd that lends it
    is_backup: bool

    @classmethod
    def of(cls, shift: Shift, namnd_name: str) -> "ShownShift":
        return cls(shift.id, shift.starts_at, shift.ends_at, namnd_name, shift.is_backup)


@dataclass(frozen=True, slots=True)
class Duty:
    """The answer for one nämnd at one instant.

    `is_gap` says that somebody should have had duty and nobody has; `overlaps` that more than one
    shift wanted the lead, which the leader should know.
    """

    namnd: NamndId
    state: DutyState
    lead: Shift | None = None
    backup: tuple[Shift, ...] = ()
    is_gap: bool = False

    @property
    def overlaps(self) -> bool:
        """Two who each believe that they have the lead; a planned backup is no overlap."""
        return any(not shift.is_backup for shift in self.backup)


def duty(
    namnd: NamndRules,
    at: datetime,
    shifts: Iterable[Shift],
    *,
    closed_days: frozenset[date] = frozenset(),
    avoid: frozenset[StaffId] = frozenset(),
) -> Duty:
    """Return who answers for `namnd` at the instant `at`.

    Only shifts whose lending nämnd answers for `namnd` count. Of several the one that started last
    leads and the others are backup (ties by id, so that every instance says the same); whoever was
    planned as backup leads only when nobody else can. Staff in `avoid`, who are related to the case,
    are passed over. A running shift goes before office hours:
    somebody has been asked to answer.
    """
    running = sorted(
        (shift for shift in shifts if shift.covers(at) and shift.lending_namnd in namnd.answered_by),
        key=lambda shift: (not shift.is_backup, shift.starts_at, shift.id),
        reverse=True,
    )
    able = [shift for shift in running if shift.staff_id not in avoid]
    if able:
        return Duty(namnd.id, DutyState.BEREDSKAP, able[0], tuple(able[1:]))
    if namnd.office_hours.covers(at, closed_days):
        return Duty(namnd.id, DutyState.OFFICE)
    should_be_staffed = bool(running) or namnd.beredskap_hours.covers(at, closed_days)
    return Duty(namnd.id, DutyState.CLOSED, is_gap=should_be_staffed)


def next_shift(namnd: NamndRules, after: datetime, shifts: Iterable[Shift]) -> Shift | None:
    """Return the first shift for `namnd` that starts after the instant `after`, or None; a backup's is not one."""
    coming = [shift for shift in shifts if shift.starts_at > after and shift.lending_namnd in namnd.answered_by]
    coming = [shift for shift in coming if not shift.is_backup]
    return min(coming, key=lambda shift: (shift.starts_at, shift.id), default=None)


def period_key(duty_now: Duty, at_local_day: date) -> str:
    """Name the stretch of duty for "one automatic text per kind, sender and shift".

    The shift when there is one, otherwise the state and the local day.
    """
    if duty_now.lead is not None:
        return f"shift:{duty_now.lead.id}"
    return f"{duty_now.state.value}:{at_local_day.isoformat()}"
