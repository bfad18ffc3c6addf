"""Who has the beredskap, who is away, who has worked, who is ready."""

from collections.abc import Collection, Sequence
from datetime import date, datetime
from typing import Protocol

from bot.domain.absence import Absence
from bot.domain.duty import Shift
from bot.domain.ids import (
    AbsenceId,
    ActiveTimeId,
    NamndId,
    ShiftId,
    StaffId,
)
from bot.domain.phone_code import PhoneCode
from bot.domain.readiness import Readiness
from bot.domain.rest.active import ActiveTime
from bot.domain.rota.draft import FreeDay, RotaDraft
from bot.domain.rota.members import WishedDays
from bot.domain.swap import SwapId, SwapOffer


class ShiftRepo(Protocol):
    def get(self, shift_id: ShiftId) -> Shift | None: ...
    def between(self, start: datetime, end: datetime) -> list[Shift]: ...
    def of_staff(self, staff_id: StaffId, start: datetime, end: datetime) -> list[Shift]: ...
    def next_boundary(self, after: datetime) -> datetime | None: ...
    def upsert(self, shift: Shift) -> bool: ...
    def change(self, shift: Shift) -> bool: ...
    def remove(self, shift_id: ShiftId) -> bool: ...
    def add_all(self, shifts: Sequence[Shift]) -> None: ...


class AbsenceRepo(Protocol):
    def add(self, absence: Absence) -> None: ...
    def remove(self, absence_id: AbsenceId) -> None: ...
    def get(self, absence_id: AbsenceId) -> Absence | None: ...
    def of(self, namnd: NamndId, since: date) -> list[Absence]:
        """Return the absences in a nämnd that have not ended before `since`, by first day."""

    def running_or_coming(self, since: date) -> list[Absence]:
        """Return the same for every nämnd."""


class ActiveTimeRepo(Protocol):
    """When people worked in their beredskap."""

    def add(self, active: ActiveTime) -> None: ...
    def save(self, active: ActiveTime) -> None: ...
    def remove(self, active_id: ActiveTimeId) -> None: ...
    def get(self, active_id: ActiveTimeId) -> ActiveTime | None:
        """Return it, held for this transaction."""

    def newest(self, staff_id: StaffId) -> ActiveTime | None:
        """Return what somebody did last that they have not written themselves, held for this transaction."""

    def between(self, start: datetime, end: datetime, staff: Collection[StaffId]) -> list[ActiveTime]:
        """Return what these people did that touches [start, end), by start."""

    def forget(self, before: datetime) -> int:
        """Delete what ended before `before`; return how many there were."""


class ReadyRepo(Protocol):
    """Who has been asked whether they are ready for which shift, and the codes that are out to phones."""

    def get(self, shift_id: ShiftId, staff_id: StaffId, *, lock: bool = False) -> Readiness | None: ...
    def save(self, readiness: Readiness) -> None: ...
    def held(self, now: datetime) -> list[Readiness]:
        """Return what was said of shifts that had not ended by `now`, and has not been taken back."""

    def code(self, staff_id: StaffId, *, lock: bool = False) -> PhoneCode | None: ...
    def save_code(self, code: PhoneCode) -> None: ...
    def drop_code(self, staff_id: StaffId) -> None: ...


class SwapRepo(Protocol):
    """What is offered of shifts. Few are live at a time."""

    def get(self, offer_id: SwapId, *, lock: bool = False) -> SwapOffer | None: ...
    def save(self, offer: SwapOffer) -> None: ...
    def live(self) -> list[SwapOffer]:
        """Return those that may still be taken or wait for a leader, by when the shift ends."""


class RotaRepo(Protocol):
    """Drafts of the rota, what people have said of some days, and calendars. Tokens are kept as hashes only."""

    def save_draft(self, draft: RotaDraft) -> None: ...
    def draft(self, draft_id: str) -> RotaDraft | None: ...
    def drafts(self, first: date, last: date) -> list[RotaDraft]:
        """Return the drafts that have any of these local days, both included, the oldest first."""

    def add_wish(self, wish: WishedDays) -> None: ...
    def remove_wish(self, wish_id: str) -> bool: ...
    def wish(self, wish_id: str) -> WishedDays | None: ...
    def wishes(self, first: date, last: date) -> list[WishedDays]:
        """Return what has been said of any of these local days, both included, by day."""

    def days_off(self, first: date, last: date) -> list[FreeDay]:
        """Return the days off that published rotas give on these local days, both included, by day."""

    def add_days_off(self, days: Collection[FreeDay]) -> None:
        """Keep them; one that is kept already stays as it is."""

    def remove_days_off(self, days: Collection[FreeDay]) -> int:
        """Forget them; return how many were there."""

    def forget(self, before: date) -> int:
        """Delete the days off before a local day; return how many there were."""

    def save_feed(self, staff_id: StaffId, token_hash: bytes, made_at: datetime) -> None: ...
    def feed_made_at(self, staff_id: StaffId) -> datetime | None: ...
    def whose_feed(self, token_hash: bytes) -> StaffId | None: ...
    def remove_feed(self, staff_id: StaffId) -> bool: ...
