"""A conversation with one number within one nämnd, and what was written in it."""

import itertools
from dataclasses import dataclass, field, replace
from datetime import datetime
from enum import Enum

from bot.domain.ids import ContactId, ConversationId, MessageId, NamndId, ShiftId, StaffId, YouthId
from bot.domain.people import World


class Ground(str, Enum):
    """Why a conversation was put before somebody."""

    DUTY = "duty"
    OFFICE = "office"
    CLOSED = "closed"  # nobody is expected to answer now: the leader has it
    NOBODY = "nobody"  # somebody should have had duty and nobody has: the leader has it
    UNTAKEN = "untaken"
    ESCALATED = "escalated"  # whoever has the duty has not acknowledged: the backup or the leader has it too
    STARTED = "started"  # by the person themselves: Nytt sms
    HANDED_OVER = "handed_over"
    MYNDIGHET = "myndighet"

    @property
    def is_escalation(self) -> bool:
        return self in {Ground.CLOSED, Ground.NOBODY, Ground.UNTAKEN, Ground.ESCALATED}


@dataclass(frozen=True, slots=True)
class Route:
    """The conversation was put before `staff_id` (or a team, when None) at `at`, on a ground."""

    at: datetime
    ground: Ground
    staff_id: StaffId | None = None
    shift_id: ShiftId | None = None


@dataclass(frozen=True, slots=True)
class Conversation:
    """State of a conversation. Times are aware UTC.

    `namnd` is None while an unknown number has not been handed over. `last_seq` counts what was said;
    `seen_seq` is the newest that anybody who may read has seen, and decides whether a ping is due.
    """

    id: ConversationId
    contact_id: ContactId
    world: World
    namnd: NamndId | None
    our_number: str
    opened_at: datetime
    is_open: bool = True
    closed_at: datetime | None = None
    taken_by: StaffId | None = None
    taken_at: datetime | None = None
    last_seq: int = 0
    last_inbound_seq: int = 0
    seen_seq: int = 0
    answered_seq: int = 0  # the newest inbound text that a person has answered
    first_unanswered_at: datetime | None = None
    last_activity_at: datetime | None = None
    pinged_at: datetime | None = None
    nudge_at: datetime | None = None  # when the next step of the office-hours ladder is due
    nudge_stage: int = 0
    is_namnd_open: bool = False  # links in several nämnder, and nobody has picked yet
    concerns: frozenset[YouthId] = field(default_factory=frozenset)
    routes: tuple[Route, ...] = ()
    erased_at: datetime | None = None  # what was written is deleted, and nobody opens it any more

    @property
    def is_unanswered(self) -> bool:
        return self.last_inbound_seq > self.answered_seq

    def receive(self, seq: int, *, at: datetime) -> "Conversation":
        """A text came in: it is open again, and unanswered."""
        return replace(
            self,
            is_open=True,
            closed_at=None,
            last_seq=seq,
            last_inbound_seq=seq,
            first_unanswered_at=self.first_unanswered_at if self.is_unanswered else at,
            last_activity_at=at,
        )

    def answer(self, seq: int, staff_id: StaffId, *, at: datetime) -> "Conversation":
        """A person answered: everything that had come in is answered, and the author has it now."""
        return replace(
            self,
            is_open=True,
            closed_at=None,
            last_seq=seq,
            answered_seq=self.last_inbound_seq,
            seen_seq=max(self.seen_seq, seq),
            first_unanswered_at=None,
            last_activity_at=at,
            taken_by=self.taken_by or staff_id,
            taken_at=self.taken_at or at,
            nudge_at=None,
        )

    def speak(self, *, at: datetime) -> "Conversation":
        """Somebody speaks with the other end: it is open. What waits for an answer in writing still does."""
        return replace(self, is_open=True, closed_at=None, last_activity_at=at)

    def see(self, seq: int) -> "Conversation":
        return replace(self, seen_seq=max(self.seen_seq, seq))

    def unsee(self) -> "Conversation":
        """It is somebody else's now: what waits for an answer has not been seen by whoever has it."""
        return replace(self, seen_seq=min(self.seen_seq, self.answered_seq)) if self.is_unanswered else self

    def take(self, staff_id: StaffId, *, at: datetime) -> "Conversation":
        """Give the conversation to `staff_id`; taking one's own again changes nothing."""
        if self.taken_by == staff_id:
            return self
        return replace(self, taken_by=staff_id, taken_at=at, seen_seq=self.last_seq, nudge_at=None)

    def close(self, *, at: datetime) -> "Conversation":
        return replace(
            self,
            is_open=False,
            closed_at=at,
            nudge_at=None,
            first_unanswered_at=None,
            answered_seq=self.last_inbound_seq,
            taken_by=None,
            taken_at=None,
        )

    def routed(self, route: Route) -> "Conversation":
        """Note that it was put before somebody; the same twice in a row is noted once.

        Whoever had taken it has it no longer when it goes to somebody else: a new shift, the office, a leader.
        """
        newest = self.routes[-1] if self.routes else None
        same = newest is not None and (newest.staff_id, newest.shift_id, newest.ground) == (
            route.staff_id,
            route.shift_id,
            route.ground,
        )
        stays_with_leader = newest is not None and newest.ground is Ground.UNTAKEN and route.ground is Ground.OFFICE
        is_escalated = newest is not None and newest.ground is Ground.ESCALATED and newest.shift_id == route.shift_id
        if same or stays_with_leader or (is_escalated and route.ground is Ground.DUTY):
            return self
        stands = newest is None or (newest.shift_id, newest.ground) == (route.shift_id, route.ground)
        keeps = self.taken_by in {None, route.staff_id} or stands
        return replace(
            self,
            routes=(*self.routes, route),
            taken_by=self.taken_by if keeps else None,
            taken_at=self.taken_at if keeps else None,
        )

    def was_routed_in(self, shift_id: ShiftId | None) -> bool:
        return shift_id is not None and any(route.shift_id == shift_id for route in self.routes)

    @property
    def escalated_to(self) -> frozenset[StaffId]:
        """The leaders who have it now because nobody else did; it ends when somebody else has it."""
        newest = itertools.takewhile(lambda route: route.ground.is_escalation, reversed(self.routes))
        return frozenset(route.staff_id for route in newest if route.staff_id is not None)


class Direction(str, Enum):
    IN = "in"
    OUT = "out"
    NOTE = "note"  # an internal note; never leaves
    AUTO = "auto"  # an automatic text of ours


@dataclass(frozen=True, slots=True)
class Message:
    """One thing that was said. `seq` orders it within its conversation; `at` is aware UTC.

    `status`, `reason` and `outbox_id` describe the sending of OUT and AUTO messages.
    """

    id: MessageId
    conversation_id: ConversationId
    seq: int
    direction: Direction
    body: str
    at: datetime
    author: StaffId | None = None
    shift_id: ShiftId | None = None
    media_count: int = 0
    is_late: bool = False  # found by reconciliation; `at` is when the provider had it
    auto_kind: str | None = None


class DraftState(str, Enum):
    """A reply typed in a DM thread of a sealed nämnd is held until its author decides."""

    HELD = "held"
    SENT = "sent"
    DISCARDED = "discarded"


@dataclass(frozen=True, slots=True)
class HeldReply:
    """Text that somebody typed in Slack and that has not been sent."""

    id: str
    conversation_id: ConversationId
    staff_id: StaffId
    channel: str
    ts: str  # Slack's id of the author's own message
    body: str
    state: DraftState
