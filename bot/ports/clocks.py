"""Förhandsbedömningar, allvarssamtal, and the summonses to them."""

from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Protocol

from bot.domain.clocks import ClockKind
from bot.domain.deadline import ClockEvent, Deadline
from bot.domain.ids import (
    ClockListId,
    ContactId,
    DeadlineId,
    MessageId,
    NamndId,
    ReportId,
    StaffId,
    SummonsId,
)
from bot.domain.summons import Summons, SummonsMessage
from bot.ports.posts import Posted


@dataclass(frozen=True, slots=True)
class PostedList:
    """The morning's list of one handläggare in one nämnd. `channel` and `ts` are None until it has been posted."""

    id: ClockListId
    namnd: NamndId
    staff_id: StaffId
    day: date
    channel: str | None = None
    ts: str | None = None
    shown: str | None = None


@dataclass(frozen=True, slots=True)
class OwnerCount:
    """How many clocks somebody owns: running, overdue of these, and running out before a time but not overdue."""

    owner: StaffId | None
    running: int
    overdue: int
    soon: int


class DeadlineRepo(Protocol):
    """The clocks of the world of myndighet. What somebody wrote (reasons, who decided) is sealed at rest."""

    def add(self, deadline: Deadline) -> None: ...
    def add_all(self, deadlines: Sequence[Deadline]) -> None: ...
    def save(self, deadline: Deadline) -> None: ...
    def get(self, deadline_id: DeadlineId, *, lock: bool = False) -> Deadline | None: ...
    def of_case(self, namnd: NamndId, case_ref: str) -> list[Deadline]: ...
    def of_report(self, report_id: ReportId) -> list[Deadline]: ...
    def known(
        self, namnd: NamndId, keys: Iterable[tuple[str, ClockKind, datetime]]
    ) -> dict[tuple[str, ClockKind, datetime], Deadline]:
        """Return those there are of (case_ref, kind, received_at), in few statements: an import may be repeated.

        A withdrawn one only where there is no other, so that an import does not bring it back.
        """

    def known_on_day(
        self, namnd: NamndId, keys: Iterable[tuple[str, ClockKind, datetime]]
    ) -> dict[tuple[str, ClockKind, datetime], Deadline]:
        """Like `known`, by the local day: for what came in at a time that is not known."""

    def due(self, now: datetime, *, limit: int) -> list[Deadline]:
        """Return the clocks that are to be spoken of by `now`, the longest waiting first."""

    def next_due(self, after: datetime) -> datetime | None: ...
    def running(self, namnd: NamndId, owners: Collection[StaffId | None], *, limit: int) -> list[Deadline]:
        """Return the running clocks of these owners (None: those that nobody owns) by when they run out."""

    def count_running(self, namnd: NamndId, owners: Collection[StaffId | None]) -> int: ...
    def overdue(self, namnd: NamndId, now: datetime, *, limit: int) -> list[Deadline]:
        """Return what Deadline.is_overdue is true of, the longest overdue first."""

    def count_overdue(self, namnd: NamndId, now: datetime) -> int: ...
    def counts(self, namnd: NamndId, now: datetime, soon: datetime) -> list[OwnerCount]: ...
    def received_between(
        self, namnd: NamndId, kinds: Collection[ClockKind], first: datetime, last: datetime
    ) -> list[Deadline]:
        """Return clocks of any state but withdrawn with first <= received_at < last, oldest first."""

    def note(self, event: ClockEvent) -> None: ...
    def note_all(self, events: Sequence[ClockEvent]) -> None: ...
    def events(self, deadline_id: DeadlineId) -> list[ClockEvent]: ...
    def ensure_list(self, namnd: NamndId, staff_id: StaffId, day: date) -> tuple[PostedList, bool]:
        """Return the list of that person and day, and whether it was made now."""

    def posted_list(self, list_id: ClockListId) -> PostedList | None: ...
    def list_placed(self, list_id: ClockListId, posted: Posted, shown: str | None = None) -> None: ...
    def in_list(self, list_id: ClockListId) -> list[Deadline]: ...


class SummonsRepo(Protocol):
    """Kalla via sms: what was offered, to whom, and what came of it."""

    def add(self, summons: Summons) -> None: ...
    def save(self, summons: Summons) -> None: ...
    def get(self, summons_id: SummonsId, *, lock: bool = False) -> Summons | None: ...
    def of_deadline(self, deadline_id: DeadlineId) -> list[Summons]:
        """Return them oldest first."""

    def open_with(self, contact_id: ContactId, namnd: NamndId, *, lock: bool = False) -> list[Summons]:
        """Return the summons that are offered or booked with this contact as one of those summoned, oldest first."""

    def newest_with(self, contact_id: ContactId, namnd: NamndId, since: datetime) -> Summons | None:
        """Return the newest summons, open or closed, with this contact that was made at `since` or later."""

    def add_message(self, message: SummonsMessage) -> None:
        """Add a text to a summons; one to a shared phone is added once for each party."""

    def messages_of(self, summons_id: SummonsId) -> list[SummonsMessage]: ...
    def by_message(self, message_id: MessageId) -> SummonsMessage | None: ...
    def due(self, now: datetime) -> list[SummonsId]: ...
    def next_due(self, after: datetime) -> datetime | None: ...
