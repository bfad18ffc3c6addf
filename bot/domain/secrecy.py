"""Who may read or act: the one rule (OSL 2009:400 26 kap. 1 §, 8 kap. 2 §; lag 2001:454 10 §).

Every entry point asks `may()`, and both answers go to the audit log.
"""

from dataclasses import dataclass, field
from datetime import date, datetime, time
from enum import Enum

from bot.domain.calendar import ONE_DAY, instant, last_day, local, next_working_day
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
    SEE_CONSENT = "see_consent"  # ground, age and barriers of one youth, with the numbers
    SET_CONSENT = "set_consent"
    SETTLE_WISH = "settle_wish"  # what somebody wrote about wanting no more sms: was it meant so?
    SEE_REST = "see_rest"  # the working time of those who had the beredskap, by name
    # what belongs to the staff themselves, and to the rota and the registers: no case is seen in it
    OWN = "own"  # one's own shifts, phone, PIN, calendar and working time
    TAKE_SHIFT = "take_shift"
    SETTLE_SWAP = "settle_swap"
    SEE_COVERAGE = "see_coverage"  # what is missing in the rota ahead
    READ_RAW = "read_raw"  # what came in and could not be digested
    KEEP_ROTA = "keep_rota"
    KEEP_YOUTHS = "keep_youths"  # the register, from a file
    KEEP_STAFF = "keep_staff"
    KEEP_ADMINS = "keep_admins"
    RETAIN = "retain"  # decide on gallring: hold, waive, withdraw posts, let content be taken out
    AMEND = "amend"  # end an enrolment, correct it, or take a number away
    STOP = "stop"  # nödstopp: hold back all content
    LIFT_STOP = "lift_stop"
    SETTLE_INCIDENT = "settle_incident"  # say that a report of an incident has been made
    SEE_LOG = "see_log"  # the audit log of a nämnd in one world, to search and to review (lag 2001:454 10 §)


READING = frozenset({Act.READ, Act.REPLY, Act.READ_BACKGROUND})
KEPT_BY_THE_NAMND = frozenset(  # who is known to a nämnd, and its record, are for its own familjebehandlare
    {Act.ENROL, Act.LINK, Act.SEE_HANDOVER, Act.TRANSFER, Act.WRITE_BACKGROUND} | {Act.SEE_CONSENT, Act.SET_CONSENT}
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
        Act.SEE_CONSENT,
        Act.SET_CONSENT,
        Act.SEE_REST,
        Act.TAKE_SHIFT,
        Act.SETTLE_SWAP,
        Act.SEE_COVERAGE,
        Act.KEEP_ROTA,
        Act.KEEP_YOUTHS,
        Act.AMEND,
    }
)
OF_THE_ROTA = frozenset({Act.TAKE_SHIFT, Act.SETTLE_SWAP, Act.SEE_COVERAGE, Act.KEEP_ROTA, Act.KEEP_YOUTHS})
OF_INCIDENTS = frozenset({Act.STOP, Act.LIFT_STOP, Act.SETTLE_INCIDENT})  # nothing waits for a world or a duty
OF_THE_STAFF = frozenset({Act.KEEP_STAFF, Act.KEEP_ADMINS})  # one register of staff serves both worlds
CLOCK_ACTS = frozenset(  # myndighetsutövning: the duty gives no right to any of it
    {Act.REGISTER_CLOCK, Act.SEE_CLOCK, Act.HANDLE_CLOCK, Act.SEE_UNIT, Act.ASSIGN_CLOCK, Act.SET_ABSENCE}
)
BEREDSKAPS_LEADERS_ONLY = frozenset({Act.SEE_REST, Act.SEE_LOG, Act.RETAIN})
LEADERS_ONLY = frozenset({Act.SEE_UNIT, Act.ASSIGN_CLOCK, Act.SEE_LOG, Act.RETAIN})
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
    is_guest: bool = False  # their account in Slack is a guest's, a stranger's, a bot's or closed

    @property
    def duty_namnder(self) -> frozenset[NamndId]:
        return frozenset().union(*(turn.answers_for for turn in self.on_duty))


@dataclass(frozen=True, slots=True)
class Subject:
    """What they want it with. `namnd` None is an unknown number; `candidates` are the nämnder its line serves.

    Whoever it was escalated to has it until `escalated_until`, None for as long as it is open. `owners` are those whose
    own it is: a shift's holder and who has said that they take it, or those before whom something was put by name.
    """

    namnd: NamndId | None
    world: World = World.BEREDSKAP
    shift_ids: frozenset[ShiftId] = field(default_factory=frozenset)
    escalated_to: frozenset[StaffId] = field(default_factory=frozenset)
    jav: frozenset[StaffId] = field(default_factory=frozenset)
    candidates: frozenset[NamndId] = field(default_factory=frozenset)
    reception: NamndId | None = None
    responsible: frozenset[StaffId] = field(default_factory=frozenset)  # of a clock: its handläggare and stand-in
    escalated_until: datetime | None = None
    owners: frozenset[StaffId] = field(default_factory=frozenset)

    @staticmethod
    def of(
        conversation: Conversation,
        *,
        jav: frozenset[StaffId],
        candidates: tuple[NamndId, ...],
        responsible: frozenset[StaffId] = frozenset(),
        closed_days: frozenset[date] = frozenset(),
    ) -> "Subject":
        closed_on = None if conversation.closed_at is None else local(conversation.closed_at).date()
        return Subject(
            namnd=conversation.namnd,
            world=conversation.world,
            shift_ids=frozenset(r.shift_id for r in conversation.routes if r.shift_id is not None),
            escalated_to=conversation.escalated_to,
            jav=jav,
            candidates=frozenset(candidates),
            reception=candidates[0] if candidates else None,
            responsible=responsible,
            escalated_until=None if closed_on is None else end_of_next_working_day(closed_on, closed_days),
        )

    def is_escalated_to(self, staff: Staff, at: datetime) -> bool:
        """Tell whether somebody has it by escalation; what is closed they may see to its end, and then no more."""
        return staff.id in self.escalated_to and (self.escalated_until is None or at < self.escalated_until)


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
    if actor.is_guest:
        return Denied("guest")
    if staff.id in subject.jav:
        return Denied("jav")
    if act is Act.READ_RAW:
        return Allowed("parked_for") if _was_put_before(staff, subject) else Denied("not_on_duty")
    if act in OF_INCIDENTS:
        return _of_incidents(staff, act, subject)
    if act in OF_THE_STAFF:
        return _of_the_staff(staff, act, subject)
    if act is Act.OWN:
        return _own(staff, subject)
    if subject.world is World.MYNDIGHET:
        return _in_myndighet(staff, act, subject)
    if act in CLOCK_ACTS:
        return Denied("other_world")
    if act in OF_THE_ROTA:
        return _of_the_rota(staff, act, subject)
    if act in BEREDSKAPS_LEADERS_ONLY:
        return Allowed("leader") if staff.has(Role.LEADER, subject.namnd) else Denied("leaders_only")
    if act is Act.AMEND:
        return _amending(staff, subject)
    if subject.namnd is None:
        return _unknown_number(actor, act, subject, at)
    if act is Act.SEE_DUTY:
        return Allowed("staff")
    if staff.has(Role.FAMILJEBEHANDLARE, subject.namnd):
        return Allowed("home_namnd")
    if subject.is_escalated_to(staff, at) and act not in KEPT_BY_THE_NAMND - LEADERS_OWN:
        return Allowed("escalated")
    if act is Act.START and subject.namnd in actor.duty_namnder:
        return Allowed("on_duty")
    if act not in KEPT_BY_THE_NAMND and _is_live(actor.on_duty, subject):
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


def _amending(staff: Staff, subject: Subject) -> Allowed | Denied:
    """Who is enrolled is for the home nämnd alone, whoever has the duty or the conversation."""
    if subject.namnd is None:
        return Denied("hand_over_first")
    if staff.has(Role.FAMILJEBEHANDLARE, subject.namnd):
        return Allowed("home_namnd")
    return Allowed("leader") if staff.has(Role.LEADER, subject.namnd) else Denied("not_home")


def _may_still_note(actor: Actor, subject: Subject, at: datetime) -> bool:
    return any(turn.shift_id in subject.shift_ids and at < turn.note_until for turn in actor.former)


def note_deadline(shift: Shift, closed_days: frozenset[date] = frozenset()) -> datetime:
    """Return when the working day after a shift ends: until then its holder may write the note.

    A shift that crosses midnight belongs to the day on which it starts; one of several days, to the last but one.
    """
    return end_of_next_working_day(last_day(shift.starts_at, shift.ends_at), closed_days)


def end_of_next_working_day(day: date, closed_days: frozenset[date] = frozenset()) -> datetime:
    """Return the midnight that ends the working day after a local day."""
    return instant(next_working_day(day, closed_days) + ONE_DAY, time(0))


def _is_live(turns: tuple[Turn, ...], subject: Subject) -> bool:
    return any(turn.shift_id in subject.shift_ids and subject.namnd in turn.answers_for for turn in turns)


def _unknown_number(actor: Actor, act: Act, subject: Subject, at: datetime) -> Allowed | Denied:
    if act in {Act.LINK, Act.ENROL, Act.READ_BACKGROUND, Act.WRITE_BACKGROUND, Act.SEE_CONSENT, Act.SET_CONSENT}:
        return Denied("hand_over_first")
    if act not in KEPT_BY_THE_NAMND and any(turn.shift_id in subject.shift_ids for turn in actor.on_duty):
        return Allowed("unknown_on_duty")
    if subject.is_escalated_to(actor.staff, at) and act not in KEPT_BY_THE_NAMND - LEADERS_OWN:
        return Allowed("escalated")
    if actor.staff.has(Role.FAMILJEBEHANDLARE, subject.reception):
        return Allowed("unknown_reception")
    if act is Act.NOTE and _may_still_note(actor, subject, at):
        return Allowed("after_shift_note")
    if act in LEADERS_OWN and actor.staff.has(Role.LEADER, subject.reception):
        return Allowed("leader")
    return Denied("not_home" if act in KEPT_BY_THE_NAMND else "not_on_duty")


def _in_myndighet(staff: Staff, act: Act, subject: Subject) -> Allowed | Denied:
    """The responsible handläggare, the stand-in and that nämnd's leaders; what has no clock, any handläggare there."""
    if act in BEREDSKAPS_OWN:
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


def _own(staff: Staff, subject: Subject) -> Allowed | Denied:
    """What somebody who does the work of this world, or leads it, keeps or asks about themselves."""
    work = Role.HANDLAGGARE if subject.world is World.MYNDIGHET else Role.FAMILJEBEHANDLARE
    if not staff.namnder(work, Role.LEADER, world=subject.world):
        return Denied("no_duty")
    return Allowed("self") if staff.id in subject.owners else Denied("not_yours")


def _was_put_before(staff: Staff, subject: Subject) -> bool:
    return staff.id in subject.owners and bool(staff.namnder(*Role, world=subject.world))


def _of_the_rota(staff: Staff, act: Act, subject: Subject) -> Allowed | Denied:
    """Whose shifts a nämnd lends, and who is enrolled with it: its leaders', and an admin's where files are read in."""
    if act is Act.TAKE_SHIFT:
        is_able = staff.has(Role.FAMILJEBEHANDLARE, subject.namnd) and staff.id not in subject.owners
        return Allowed("offered") if is_able else Denied("swap_not_for_you")
    leads = staff.has(Role.LEADER, subject.namnd)
    if act is Act.SETTLE_SWAP:
        return Allowed("leader") if leads and staff.id not in subject.owners else Denied("swap_not_leader")
    if act is Act.SEE_COVERAGE:
        return Allowed("leader") if leads else Denied("leaders_only")
    if staff.has(Role.ADMIN, subject.namnd):
        return Allowed("admin")
    if leads:
        return Allowed("leader")
    if act is Act.KEEP_YOUTHS and staff.has(Role.FAMILJEBEHANDLARE, subject.namnd):
        return Allowed("home_namnd")
    return Denied("not_permitted")


def _of_the_staff(staff: Staff, act: Act, subject: Subject) -> Allowed | Denied:
    """The register of staff: an admin of the nämnd, and for other roles than admin whoever leads in that world."""
    if any(staff.has(Role.ADMIN, subject.namnd, world) for world in World):
        return Allowed("admin")
    leads = act is Act.KEEP_STAFF and staff.has(Role.LEADER, subject.namnd, subject.world)
    return Allowed("leader") if leads else Denied("not_permitted")


def _of_incidents(staff: Staff, act: Act, subject: Subject) -> Allowed | Denied:
    """Stopping only holds back, and content may go astray anywhere: any leader or administrator may, for every nämnd.

    Lifting lets a nämnd's content out again, and what is reported is its word: for that nämnd's own leaders.
    """
    if act is Act.STOP:
        role = next((one for one in (Role.LEADER, Role.ADMIN) if _anywhere(staff, one)), None)
        return Denied("stop_leaders_only") if role is None else Allowed(role.value)
    return Allowed("leader") if subject.namnd in _anywhere(staff, Role.LEADER) else Denied("lift_leaders_only")


def _anywhere(staff: Staff, role: Role) -> frozenset[NamndId]:
    return frozenset(held.namnd for held in staff.roles if held.role is role)  # in either world
