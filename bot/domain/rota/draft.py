"""A rota that has been proposed, perhaps edited, and perhaps published."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime
from enum import Enum

from bot.domain.duty import Shift
from bot.domain.ids import NamndId, ShiftId, StaffId
from bot.domain.rest.spans import Stretch


class DraftState(str, Enum):
    """What has become of a draft."""

    DRAFT = "draft"
    PUBLISHED = "published"


@dataclass(frozen=True, slots=True)
class Turn:
    """One shift of a draft, [starts_at, ends_at) in UTC. `shift_id` is None until it has been published."""

    staff_id: StaffId
    lending_namnd: NamndId
    starts_at: datetime
    ends_at: datetime
    is_backup: bool = False
    shift_id: ShiftId | None = None

    @property
    def stretch(self) -> Stretch:
        return Stretch(self.starts_at, self.ends_at)

    def is_same_as(self, shift: Shift) -> bool:
        mine = (self.staff_id, self.lending_namnd, self.starts_at, self.ends_at, self.is_backup)
        return mine == (shift.staff_id, shift.lending_namnd, shift.starts_at, shift.ends_at, shift.is_backup)

    def as_shift(self, shift_id: ShiftId) -> Shift:
        return Shift(shift_id, self.staff_id, self.lending_namnd, self.starts_at, self.ends_at, self.is_backup)


@dataclass(frozen=True, slots=True)
class FreeDay:
    """A working day on which somebody is to be free, for the rest of the week."""

    staff_id: StaffId
    day: date


@dataclass(frozen=True, slots=True)
class RotaDraft:
    """A rota for the local days from `first` to `last`, both included."""

    id: str
    made_at: datetime
    made_by: StaffId
    first: date
    last: date
    turns: tuple[Turn, ...]
    free_days: tuple[FreeDay, ...] = ()
    state: DraftState = DraftState.DRAFT
    despite: str = ""  # the reason for publishing it with something serious found; "" when there was nothing


@dataclass(frozen=True, slots=True)
class RotaChange:
    """What publishing does to the rota. `stays` had been published already and is as it was."""

    adds: tuple[Shift, ...]
    removes: tuple[Shift, ...]
    stays: tuple[Shift, ...]
    past: tuple[Turn, ...]  # turns that have begun: nothing is done about them


def change_of(
    turns: Iterable[Turn],
    published: Iterable[Shift],
    now: datetime,
    new_ids: Iterable[ShiftId],
) -> RotaChange:
    """Return how the shifts that earlier drafts put into the rota become those of a draft.

    What is the same stays, with its id. Whatever has begun is left as it is, and so is a turn that has.
    """
    ids = iter(new_ids)
    theirs = {(s.staff_id, s.lending_namnd, s.starts_at): s for s in published}
    adds: list[Shift] = []
    stays: list[Shift] = []
    past: list[Turn] = []
    for turn in turns:
        known = theirs.get((turn.staff_id, turn.lending_namnd, turn.starts_at))
        if known is not None and turn.is_same_as(known):
            stays.append(known)
        elif turn.starts_at <= now:
            past.append(turn)
        else:
            adds.append(turn.as_shift(next(ids)))
    kept = {shift.id for shift in stays}
    removes = tuple(shift for shift in theirs.values() if shift.id not in kept and shift.starts_at > now)
    return RotaChange(tuple(adds), removes, tuple(stays), tuple(past))
