"""The sealed log, and the keys that what is stored is sealed with."""

from collections.abc import Collection, Iterable, Sequence
from datetime import datetime
from typing import Protocol

from bot.domain.audit import DayHash, Horizon, Logged, LogQuery, Segment
from bot.domain.audit_review import Review, ReviewCount, ReviewId, ReviewItem
from bot.domain.errors import AuditEntry
from bot.domain.ids import (
    NamndId,
    StaffId,
    YouthId,
)
from bot.domain.people import World
from bot.domain.rotation import Bookmark, KeyUse, Rotation, Stretch


class AuditRepo(Protocol):
    def record(self, entry: AuditEntry) -> None: ...
    def record_all(self, entries: Iterable[AuditEntry]) -> None: ...


class KeyRepo(Protocol):
    """Which keys everything is sealed with, and sealing it anew with the one that is first in this process."""

    def current(self) -> str:
        """Return the id of the key that this process seals with."""

    def uses(self) -> list[KeyUse]:
        """Count what is under each key that is held or noted, ours first. It reads all that is sealed."""

    def rotation(self) -> Rotation | None:
        """Return the newest round, finished or not."""

    def ask(self) -> Rotation:
        """Begin a round to the key that is first here, or return the one that is going."""

    def move_some(self, rotation_id: int, after: Bookmark | None, limit: int) -> Stretch:
        """Seal at most `limit` rows anew, from a bookmark or the beginning; those that somebody else holds are left."""

    def finish(self, rotation_id: int, stuck: int) -> None: ...


class SealRepo(Protocol):
    """The segments of the audit log, and the rows in the order in which they are sealed."""

    def horizon(self) -> Horizon:
        """Return the newest row that can be seen, and who might still add one with a lower id."""

    def writers(self) -> frozenset[str]:
        """Return the transactions that may have taken an id and have not ended."""

    def rows(self, after_id: int, last_id: int, limit: int) -> list[Logged]:
        """Return those with after_id < id <= last_id, by id."""

    def oldest_after(self, row_id: int) -> datetime | None:
        """Return the earliest time that stands in a row with a higher id."""

    def count_after(self, row_id: int) -> int: ...
    def newest(self) -> Segment | None: ...
    def segments(self, after: int, limit: int) -> list[Segment]:
        """Return those with a higher number, by number."""

    def add(self, segment: Segment) -> bool:
        """Add the segment; False when another has been added since it was made."""

    def day(self, day: str) -> DayHash | None: ...
    def days(self, since: str = "") -> list[DayHash]: ...
    def add_day(self, day: DayHash) -> None: ...
    def release(self, before: datetime, decision: str, limit: int, *, keep_from: int | None = None) -> int:
        """Delete the rows of the oldest segments (`limit` of them at most) whose newest row is of before `before`.

        No segment goes that holds the row with the id `keep_from` or a later one. `decision` is the reference of the
        decision to do so; the segments stay, and say it. Returns how many rows went.
        """

    def released_to(self) -> int:
        """Return the id of the last row that has been released; 0 when none has."""


class AuditLogRepo(Protocol):
    """The audit log, to whoever may read it."""

    def entries(self, query: LogQuery, after_id: int, limit: int) -> list[Logged]:
        """Return the rows with a higher id that the query asks for, by id."""

    def several(self, ids: Collection[int]) -> dict[int, Logged]: ...
    def about_youth(self, youth_id: YouthId, namnd: NamndId) -> frozenset[str]:
        """Return the subjects of rows about a youth: themselves, their contacts, and conversations in this nämnd."""

    def youth_by_code(self, case_code: str, namnd: NamndId) -> YouthId | None: ...
    def jav_of(self, staff_id: StaffId, namnd: NamndId) -> list[YouthId]:
        """Return the nämnd's youths whose cases somebody may have nothing to do with."""

    def about_case(self, case_ref: str, namnd: NamndId) -> frozenset[str]:
        """Return the subjects of rows about a case of myndighet: its clocks, and conversations with those summoned."""

    def codes(self, subjects: Iterable[str], namnd: NamndId, world: World) -> dict[str, str]:
        """Return the case codes of those subjects that this nämnd knows in this world."""


class ReviewRepo(Protocol):
    """The monthly samples of the audit log, and what their reviewers have found."""

    def add(self, review: Review, audit_ids: Sequence[int]) -> None: ...
    def get(self, review_id: ReviewId, *, lock: bool = False) -> Review | None: ...
    def set_reminder(self, review_id: ReviewId, remind_at: datetime | None, reminded: int) -> None: ...
    def items(self, review_id: ReviewId) -> list[ReviewItem]:
        """Return the entries of a review, in their order. Hold the review before changing any."""

    def settle(self, review_id: ReviewId, item: ReviewItem) -> None: ...
    def due(self, now: datetime) -> list[ReviewId]: ...
    def next_due(self, after: datetime) -> datetime | None: ...
    def oldest_unread(self) -> int | None:
        """Return the lowest id of an entry that somebody has yet to look at."""

    def count_unread(self, before: datetime) -> int:
        """Count the entries that somebody was asked before `before` to look at, and nobody has."""

    def forget(self, released_to: int) -> int:
        """Delete what was found in entries up to this id, and the reviews of which nothing is left; count entries."""

    def counts(self, namnd: NamndId, world: World) -> list[ReviewCount]:
        """Return how every month's review has gone, by month."""
