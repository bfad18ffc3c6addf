"""Who may read or act: the one rule (OSL 2009:400 26 kap. 1 §, 8 kap. 2 §; lag 2001:454 10 §).

Every entry point asks `may()`, and both answers go to the audit log.
"""

from dataclasses import dataclass, field
from datetime import date, datetime, time
from enum import Enum

from bot.domain.calendar import ONE_DAY, instant, last_day, next_working_day
from bot.domain.conversation import Conversation
from bot.domain.duty import Shift
from bot.domain.ids import NamndId, ShiftId, StaffId
from bot.domain.people import Role, Staff, World


class Act(str, Enum):
    """What somebody wants to do."""

    SEE_STATE = "see_state"
    READ = "read"
    REPLY = "reply"
    NOTE = "note"
    TAKE = "take"
    CLOSE = "close"
    START = "start"  # begin a conversation with an enrolled contact
    HAND_OVER = "hand_over"  # an unknown number, to one nämnd
    LINK = "link"
    ENROL = "enrol"
    SEE_DUTY = "see_duty"
    SEE_HANDOVER = "see_handover"  # coded rows: no content
    READ_NOTE = "read_note"
    HANDLE_ACTION = "handle_action"
    TRANSFER = "transfer"  # to the record; and to have gone through it at the meeting
    READ_BACKGROUND = "read_background"
    WRITE_BACKGROUND = "write_background"
    REGISTER_CLOCK = "register_clock"
    SEE_CLOCK = "see_clock"
    HANDLE_CLOCK = "handle_clock"
    SEE_UNIT = "see_unit"
    ASSIGN_CLOCK = "assign_clock"
    SET_ABSENCE = "set_absence"


READING = frozenset({Act.READ, Act.REPLY, Act.READ_BACKGROUND})
KEPT_BY_THE_NAMND = frozenset(  # who is known to a nämnd, and its record, are for its own familjebehandlare
    {Act.ENROL, Act.LINK, Act.SEE_HANDOVER, Act.TRANSFER, Act.WRITE_BACKGROUND}
)
LEADERS_OWN = frozenset({Act.SEE_STATE, Act.NOTE, Act.SEE_HANDOVER, Act.READ_NOTE, Act.HANDLE_ACTION})
BEREDSKAPS_OWN = frozenset(  # who is enrolled, and with whom; its handovers, notes, actions and backgrounds
    {
        Act.LINK,
        Act.ENROL,
        Act.HAND_OVER,
        Act.START,
        Act.SEE_HANDOVER,
        Act.READ_NOTE,
        Act.HANDLE_ACTION,
        Act.TRANSFER,
        Act.READ_BACKGROUND,
        Act.WRITE_BACKGROUND,
    }
)
CLOCK_ACTS = frozenset(  # myndighetsutövning: the duty gives no right to any of it
    {Act.REGISTER_CLOCK, Act.SEE_CLOCK, Act.HANDLE_CLOCK, Act.SEE_UNIT, Act.ASSIGN_CLOCK, Act.SET_ABSENCE}
)
LEADERS_ONLY = frozenset({Act.SEE_UNIT, Act.ASSIGN_CLOCK})
RESPONSIBLES_OWN = frozenset({Act.SEE_CLOCK, Act.HANDLE_CLOCK, Act.SET_ABSENCE})


@dataclass(frozen=True, slots=True)
class Turn:
    """A shift of the actor's: running now, or lately ended. `note_until` is when the right to write its note ends."""

    shift_id: ShiftId
    answers_for: frozenset[NamndId]
    starts_at: datetime
    note_until: datetime


@dataclass(frozen=True, slots=True)
class Actor:
    """Somebody who wants something, with the duty they have at this instant and lately had."""

    staff: Staff
    on_duty: tuple[Turn, ...] = ()
    former: tuple[Turn, ...] = ()

    @property
    def duty_namnder(self) -> frozenset[NamndId]:
        return frozenset().union(*(turn.answers_for for turn in self.on_duty)) if self.on_duty else frozenset()


@dataclass(frozen=True, slots=True)
class Subject:
    """What they want it with. `namnd` None is an unknown number; `candidates` are the nämnder its line serves."""

    namnd: NamndId | None
    world: World = World.BEREDSKAP
    shift_ids: frozenset[ShiftId] = field(default_factory=frozenset)
    escalated_to: frozenset[StaffId] = field(default_factory=frozenset)
    jav: frozenset[StaffId] = field(default_factory=frozenset)
    candidates: frozenset[NamndId] = field(default_factory=frozenset)
    reception: NamndId | None = None
    responsible: frozenset[StaffId] = field(default_factory=frozenset)  # of a clock: its handläggare and stand-in

    @staticmethod
    def of(
        conversation: Conversation,
        *,
        jav: frozenset[StaffId],
        candidates: tuple[NamndId, ...],
        responsible: frozenset[StaffId] = frozenset(),
    ) -> "Subject":
        return Subject(
            namnd=conversation.namnd,
            world=conversation.world,
            shift_ids=frozenset(r.shift_id for r in conversation.routes if r.shift_id is not None),
            escalated_to=conversation.escalated_to,
            jav=jav,
            candidates=frozenset(candidates),
            reception=candidates[0] if candidates else None,
            responsible=responsible,
        )


@dataclass(frozen=True, slots=True)
class Allowed:
    """Yes, and why; the ground stands in the audit log."""

    ground: str


@dataclass(frozen=True, slots=True)
class Denied:
    """No, and a key into the texts that says it kindly and tells nothing."""

    reason: str


def may(actor: Actor, act: Act, subject: Subject, at: datetime) -> Allowed | Denied:
    """Decide whether `actor` may do `act` with `subject` at the instant `at` (aware UTC)."""
    staff = actor.staff
    if not staff.is_active:
        return Denied("not_staff")
    if staff.id in subject.jav:
        return Denied("jav")
    if subject.world is World.MYNDIGHET:
        return _in_myndighet(staff, act, subject)
    if act in CLOCK_ACTS:
        return Denied("other_world")
    if subject.namnd is None:
        return _unknown_number(actor, act, subject, at)
    if act is Act.SEE_DUTY:
        return Allowed("staff")
    if staff.has(Role.FAMILJEBEHANDLARE, subject.namnd):
        return Allowed("home_namnd")
    if staff.id in subject.escalated_to and act not in KEPT_BY_THE_NAMND - LEADERS_OWN:
        return Allowed("escalated")
    on_duty_here = subject.namnd in actor.duty_namnder
    if on_duty_here and act is Act.START:
        return Allowed("on_duty")
    if on_duty_here and act not in KEPT_BY_THE_NAMND and _is_live(actor.on_duty, subject):
        return Allowed("on_duty")
    if act is Act.NOTE and _may_still_note(actor, subject, at):
        return Allowed("after_shift_note")
    if act in LEADERS_OWN and staff.has(Role.LEADER, subject.namnd):
        return Allowed("leader")
    if act in READING and staff.has(Role.LEADER, subject.namnd):
        return Denied("leader_not_escalated")
    if act in KEPT_BY_THE_NAMND:
        return Denied("not_home")
    return Denied("not_on_duty" if actor.former else "other_namnd")


def _may_still_note(actor: Actor, subject: Subject, at: datetime) -> bool:
    return any(turn.shift_id in subject.shift_ids and at < turn.note_until for turn in actor.former)


def note_deadline(shift: Shift, closed_days: frozenset[date] = frozenset()) -> datetime:
    """Return when the working day after a shift ends: until then its holder may write the note.

    A shift that crosses midnight belongs to the day on which it starts; one of several days, to the last but one.
    """
    day = next_working_day(last_day(shift.starts_at, shift.ends_at), closed_days)
    return instant(day + ONE_DAY, time(0))


def _is_live(turns: tuple[Turn, ...], subject: Subject) -> bool:
    return any(turn.shift_id in subject.shift_ids and subject.namnd in turn.answers_for for turn in turns)


def _unknown_number(actor: Actor, act: Act, subject: Subject, at: datetime) -> Allowed | Denied:
    if act in {Act.LINK, Act.ENROL, Act.READ_BACKGROUND, Act.WRITE_BACKGROUND}:
        return Denied("hand_over_first")
    if act not in KEPT_BY_THE_NAMND and any(turn.shift_id in subject.shift_ids for turn in actor.on_duty):
        return Allowed("unknown_on_duty")
    if actor.staff.id in subject.escalated_to and act not in KEPT_BY_THE_NAMND - LEADERS_OWN:
        return Allowed("escalated")
    if subject.reception is not None and actor.staff.has(Role.FAMILJEBEHANDLARE, subject.reception):
        return Allowed("unknown_reception")
    if act is Act.NOTE and _may_still_note(actor, subject, at):
        return Allowed("after_shift_note")
    if act in LEADERS_OWN and subject.reception is not None and actor.staff.has(Role.LEADER, subject.reception):
        return Allowed("leader")
    return Denied("not_home" if act in KEPT_BY_THE_NAMND else "not_on_duty")


def _in_myndighet(staff: Staff, act: Act, subject: Subject) -> Allowed | Denied:
    """The responsible handläggare, the stand-in and that nämnd's leaders; what has no clock, any handläggare there."""
    if act in BEREDSKAPS_OWN or subject.namnd is None:
        return Denied("other_world")
    if staff.has(Role.LEADER, subject.namnd, World.MYNDIGHET):
        return Allowed("leader")
    if not staff.has(Role.HANDLAGGARE, subject.namnd, World.MYNDIGHET):
        return Denied("other_world")
    if act in LEADERS_ONLY:
        return Denied("leaders_only")
    if act in RESPONSIBLES_OWN or (subject.responsible and act is not Act.REGISTER_CLOCK):
        return Allowed("responsible") if staff.id in subject.responsible else Denied("not_responsible")
    return Allowed("handlaggare")
