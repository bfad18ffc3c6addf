"""How long what is stored is kept, and how it is taken out or away."""

from collections.abc import Collection, Sequence
from datetime import date, datetime
from typing import Protocol

from bot.domain.ids import (
    ContactId,
    ConversationId,
    DeadlineId,
    NamndId,
    StaffId,
    YouthId,
)
from bot.domain.people import World
from bot.domain.retention import (
    Carried,
    DataKind,
    Deleted,
    HeldBack,
    LegalHold,
    Named,
    Place,
    Standing,
    TextThere,
    Waiver,
)
from bot.domain.taking_out import TakeOut


class RetentionRepo(Protocol):
    """What is old enough to be deleted, what holds it back, and the account of what has been. World time.

    `numbers` are the lines on which a nämnd receives what nobody has taken over; `before` is until when what is old
    enough was, `today` the local day that a hold is asked about. `linked` chooses between enrolled and unknown numbers.
    """

    def due(
        self, namnd: NamndId, numbers: Collection[str], before: datetime, today: date, *, linked: bool, limit: int
    ) -> list[ConversationId]:
        """Return conversations whose words may be deleted, the longest closed first."""

    def is_due(
        self,
        conversation_id: ConversationId,
        namnd: NamndId,
        numbers: Collection[str],
        before: datetime,
        today: date,
        *,
        linked: bool,
    ) -> bool: ...
    def held_back(
        self, namnd: NamndId, numbers: Collection[str], before: datetime, today: date, *, linked: bool
    ) -> dict[HeldBack, int]:
        """Count what would be old enough, by each reason why it is still there."""

    def emptied(
        self, namnd: NamndId, numbers: Collection[str], before: datetime, today: date, *, limit: int
    ) -> list[ConversationId]:
        """Return conversations without words whose coded rows may be deleted too."""

    def ended(self, namnd: NamndId, before: datetime, today: date, *, limit: int) -> list[YouthId]:
        """Return those who ended before that, of whom nothing that was written is left."""

    def texts_there(
        self, namnd: NamndId, numbers: Collection[str], before: datetime, today: date, *, limit: int
    ) -> list[TextThere]:
        """Return texts of both worlds whose words may be blanked at the provider, the oldest first.

        What came in was dealt with by then, and what we sent had its last word; nothing of it is on hold.
        """

    def parked(self) -> int: ...
    def hold_still(self) -> None:
        """Let nobody put anything on hold while this transaction deletes, nor the other way round."""

    def is_held(self, conversation_id: ConversationId, namnd: NamndId, today: date) -> bool: ...
    def add_hold(self, hold: LegalHold) -> None: ...
    def lift_hold(self, hold_id: str, by: StaffId, at: datetime) -> bool: ...
    def hold(self, hold_id: str) -> LegalHold | None: ...
    def holds(self, namnd: NamndId, today: date) -> list[LegalHold]:
        """Return those that hold on a local day, the first set first."""

    def waive(self, waiver: Waiver) -> None: ...
    def waivers_of(self, conversations: Sequence[ConversationId]) -> list[Waiver]: ...
    def ended_on(self, youth_id: YouthId) -> datetime | None:
        """Return when an enrolment ended; None while it goes on."""

    def to_waive(self, conversations: Sequence[ConversationId]) -> list[ConversationId]:
        """Return those that are closed and neither in the record nor waived."""

    def named(self, code: str, world: World = World.BEREDSKAP) -> Named | None:
        """Return what a code stands for in a world. In myndighet it is always a number's."""

    def end(self, youth_id: YouthId, at: datetime, by: StaffId, reference: str) -> None:
        """Note that an enrolment has ended."""

    def account(
        self,
        kind: DataKind,
        namnd: NamndId | None,
        subject: str,
        decision: str,
        rows: int,
        places: Sequence[Place] = (),
    ) -> list[str]:
        """Write down a deletion; return the ids of what is now to be deleted on the other side."""

    def place(self, place_id: str) -> Place | None: ...
    def gone(self, place_id: str) -> None: ...
    def not_yet(self, place_id: str, error: str, again_at: datetime) -> None: ...
    def places_due(self, now: datetime, *, limit: int) -> list[tuple[str, int]]:
        """Return ids, and how often each has failed, of what is to be looked after now."""

    def put_off(self, place_ids: Sequence[str], until: datetime) -> None: ...
    def standing(self) -> Standing: ...
    def deleted_between(self, namnd: NamndId, start: datetime, end: datetime) -> list[Deleted]: ...


class ClocksKeptRepo(Protocol):
    """The clocks, and what was written with families about them: what is in the record, what may go. World time.

    `before` and `today` as in RetentionRepo. A conversation in the world of myndighet is about the clocks whose
    summonses it holds; one that holds none is carried over by a waiver alone.
    """

    def carry(self, carried: Carried) -> None:
        """Note that a clock is in the record as it is now; what was noted before no longer counts."""

    def carried(self, deadline_id: DeadlineId) -> Carried | None: ...
    def to_waive(self, namnd: NamndId, case_ref: str) -> list[DeadlineId]:
        """Return the clocks of a case that have ended and are neither in the record nor waived."""

    def texts_to_waive(self, conversations: Sequence[ConversationId]) -> list[ConversationId]:
        """Return those that are closed, about no clock, and not waived as they are now."""

    def knows_case(self, namnd: NamndId, case_ref: str) -> bool: ...
    def not_carried(self, namnd: NamndId, owner: StaffId, *, limit: int) -> list[str]:
        """Return the references of somebody's own cases with a clock that has ended and is not in the record."""

    def texts_due(self, namnd: NamndId, before: datetime, today: date, *, limit: int) -> list[ConversationId]:
        """Return conversations whose words may be deleted, the longest closed first."""

    def is_text_due(self, conversation_id: ConversationId, namnd: NamndId, before: datetime, today: date) -> bool: ...
    def due(self, namnd: NamndId, before: datetime, today: date, *, limit: int) -> list[DeadlineId]:
        """Return clocks that may be deleted, the longest settled first: no words that are about them are left."""

    def is_due(self, deadline_id: DeadlineId, namnd: NamndId, before: datetime, today: date) -> bool: ...
    def texts_held_back(self, namnd: NamndId, before: datetime, today: date) -> dict[HeldBack, int]: ...
    def held_back(self, namnd: NamndId, before: datetime, today: date) -> dict[HeldBack, int]: ...
    def drop(self, deadline_id: DeadlineId) -> int:
        """Delete a clock with its history and summonses; return how many rows."""

    def left_over(self, namnd: NamndId, before: datetime, today: date, *, limit: int) -> list[ConversationId]:
        """Return conversations without words that no summons needs any more."""

    def drop_lists(self, namnd: NamndId, before: date, limit: int) -> int:
        """Delete the morning's lists of before that day in which no clock stands."""


class TakeOutRepo(Protocol):
    """Content that is to leave the program, and who has said that it may."""

    def save(self, asked: TakeOut) -> None: ...
    def get(self, take_out_id: str, *, lock: bool = False) -> TakeOut | None: ...
    def used(self, subject: str) -> list[TakeOut]:
        """Return what has been taken out of a subject, oldest first."""

    def newest(self, subject: str, asked_by: StaffId) -> TakeOut | None:
        """Return what somebody asked for last of a subject, held for this transaction."""


class ErasingRepo(Protocol):
    """Deletes. Whether it may has been asked before, in the same transaction."""

    def empty_inbox(self, before: datetime, limit: int) -> int: ...
    def drop_emptied(self, before: datetime, limit: int) -> int: ...
    def is_on_the_way(self, conversation_id: ConversationId) -> bool:
        """Tell whether something about a conversation has yet to leave."""

    def places_of(self, conversation_id: ConversationId) -> list[Place]:
        """Return where there is something about a conversation on the other side. Ask before it is emptied."""

    def redacted(self, row_ids: Collection[str], at: datetime) -> None:
        """Remember that the words of these texts are to be blanked at the provider."""

    def empty(self, conversation_id: ConversationId, at: datetime) -> int:
        """Delete every word of a conversation; return how many things held any."""

    def drop(self, conversation_id: ConversationId) -> int:
        """Delete what is left of a conversation; return how many rows."""

    def loose_posts(self, before: datetime, limit: int) -> list[tuple[str, Place]]: ...
    def forget_posts(self, post_ids: Sequence[str]) -> None: ...
    def drop_digests(self, namnd: NamndId, before: datetime, limit: int) -> int: ...
    def erase_youth(self, youth_id: YouthId, at: datetime) -> int: ...
    def forget_number(self, contact_id: ContactId) -> bool:
        """Delete a number that nobody is linked to and with which no words are left; False when it is still needed."""
