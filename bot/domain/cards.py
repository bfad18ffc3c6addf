"""What is shown, as data: the adapters turn it into blocks. Sealed: no name, no number, nothing that was written."""

from dataclasses import dataclass
from datetime import date, datetime
from enum import Enum

from bot.domain.clock_views import HomeClocks
from bot.domain.conversation import Direction, Ground
from bot.domain.duty import ShownShift
from bot.domain.incident_home import IncidentHome
from bot.domain.outward import OutwardMark, OutwardView
from bot.domain.people import LinkRole
from bot.domain.phone_call import CallMark
from bot.domain.readiness import ReadyHome
from bot.domain.socialjour import Answer
from bot.domain.swap import SwapHome


class Sender(str, Enum):
    """What kind of sender a conversation is with."""

    YOUTH = "youth"
    GUARDIAN = "guardian"
    SHARED = "shared"
    UNKNOWN = "unknown"


def sender_of(role: LinkRole | None, *, is_shared: bool) -> Sender:
    if role is None:
        return Sender.UNKNOWN
    if is_shared:
        return Sender.SHARED
    return Sender.YOUTH if role is LinkRole.YOUTH else Sender.GUARDIAN


@dataclass(frozen=True, slots=True)
class SentState:
    """How the sending of one message goes. `reason` is a key into the texts of failures."""

    status: str
    reason: str | None = None
    may_resend: bool = False
    is_corrected: bool = False

    @property
    def is_failed(self) -> bool:
        return self.status in {"undelivered", "failed", "canceled", "uncertain"}


@dataclass(frozen=True, slots=True)
class LastAnswer:
    """The newest answer from a person, for the card."""

    message_id: str
    at: datetime
    by: str  # Slack user id, or "" for staff without Slack
    sent: SentState


@dataclass(frozen=True, slots=True)
class Card:
    """The one card of a conversation at one place, complete."""

    conversation_id: str
    codes: tuple[str, ...]
    sender: Sender
    namnd_name: str  # "" for an unknown number that nobody has taken over
    ground: Ground
    opened_at: datetime
    last_in_at: datetime | None
    unanswered: int
    waiting_since: datetime | None
    taken_by: str = ""  # Slack user id
    taken_at: datetime | None = None
    closed_at: datetime | None = None
    last_answer: LastAnswer | None = None
    has_moved: bool = False  # the reader may no longer open it: it is followed elsewhere now
    newest_inbound: int = 0  # what the reader could know of when they close it
    can_note: bool = False  # has_moved, but the reader may still write their note
    is_with_duty: bool = False  # in a team's channel: the person on duty has it now
    must_pick_namnd: bool = False
    is_channel: bool = False
    is_repeat: bool = False
    is_trial: bool = False
    can_hand_over: bool = False
    can_link: bool = False
    is_inline: bool = False
    is_plain: bool = False  # the world of myndighet: it is closed without a note
    cases: tuple[str, ...] = ()  # in the world of myndighet: references of what it is about
    outward: tuple[OutwardMark, ...] = ()  # the newest of each kind
    has_wish: bool = False  # something about wanting no more sms is to be confirmed
    calls: tuple[CallMark, ...] = ()  # the newest each way
    missed: int = 0  # of `unanswered`: calls that nobody took
    is_call_newest: bool = False  # what came last is such a call


class ThreadWhat(str, Enum):
    """What a reply in a card's thread says."""

    PING = "ping"
    WAITING = "waiting"  # nobody has acknowledged, or somebody has and nobody has answered
    INLINE = "inline"  # the sms itself, for a nämnd that has chosen so
    INLINE_SENT = "inline_sent"  # what was answered elsewhere, for the same
    HELD = "held"
    HELD_GONE = "held_gone"
    FAILED = "failed"
    UNCERTAIN = "uncertain"
    CORRECTED = "corrected"
    ALREADY_SENT = "already_sent"  # an edit or deletion came too late
    REFUSED = "refused"
    NOT_TEXT = "not_text"  # a picture or file cannot be sent


@dataclass(frozen=True, slots=True)
class ThreadReply:
    """A reply in a card's thread. `body` is filled only in an inline nämnd."""

    what: ThreadWhat
    conversation_id: str
    codes: tuple[str, ...]
    mention: str = ""  # Slack user id to wake
    at: datetime | None = None
    body: str = ""
    media_count: int = 0
    message_id: str = ""
    held_id: str = ""
    by: str = ""
    sent: SentState | None = None
    reason: str = ""
    count: int = 0
    broadcast: bool = False
    is_trial: bool = False
    is_call: bool = False  # what came last is a call that nobody took


@dataclass(frozen=True, slots=True)
class Notice:
    """A direct message to one member of staff: a key into the texts, and values that are safe in Slack."""

    key: str
    values: tuple[tuple[str, str], ...] = ()
    button: str = ""  # an action id, with `value`
    value: str = ""
    is_trial: bool = False


@dataclass(frozen=True, slots=True)
class SaidLine:
    """One line of the modal."""

    seq: int
    direction: Direction
    at: datetime
    who: str  # a name; modals may hold names
    body: str
    media_count: int = 0
    is_late: bool = False
    sent: SentState | None = None
    message_id: str = ""
    is_new: bool = False
    is_call: bool = False  # a call that nobody took; `body` says so in words


@dataclass(frozen=True, slots=True)
class Person:
    """Somebody on the other end, as the modal shows them."""

    name: str
    role: LinkRole
    youth_name: str
    case_code: str
    youth_id: str


@dataclass(frozen=True, slots=True)
class LastNote:
    """What the newest note left for whoever takes over: what was promised, and what may be expected."""

    author: str
    at: datetime
    promised: str


@dataclass(frozen=True, slots=True)
class ConversationView:
    """Everything the live modal shows."""

    conversation_id: str
    codes: tuple[str, ...]
    sender: Sender
    people: tuple[Person, ...]
    number: str
    namnd_name: str
    lines: tuple[SaidLine, ...]
    has_earlier: bool
    has_later: bool
    is_open: bool
    can_reply: bool
    no_reply_reason: str = ""
    taken_by: str = ""
    concerns: frozenset[str] = frozenset()
    must_pick: tuple[tuple[str, str], ...] = ()  # (nämnd id, name) to choose among
    is_shift_over: bool = False
    language: str = "sv"
    is_trial: bool = False
    draft: str = ""
    last_note: LastNote | None = None
    cases: tuple[str, ...] = ()  # in the world of myndighet: references of what it is about
    outward: tuple[OutwardView, ...] = ()
    calls: tuple[CallMark, ...] = ()  # by name
    barriers: tuple[tuple[str, str], ...] = ()  # a key into the texts, and the name of a youth or ""
    may_set_consent: bool = False
    can_call: bool = False  # the number can be called through ours
    socialjour: Answer | None = None  # of the nämnd's place; None in the world of myndighet, which has its own ways


@dataclass(frozen=True, slots=True)
class DutyLine:
    """Who has duty for one nämnd."""

    namnd_name: str
    state: str
    who: str = ""  # Slack user id, else a name
    until: datetime | None = None
    backup: str = ""
    next_who: str = ""
    next_from: datetime | None = None
    is_gap: bool = False
    is_mine: bool = False


@dataclass(frozen=True, slots=True)
class OpenLine:
    """One of my open conversations, sealed."""

    conversation_id: str
    codes: tuple[str, ...]
    sender: Sender
    unanswered: int
    since: datetime | None
    namnd_name: str


@dataclass(frozen=True, slots=True)
class HomeAction:
    """Something that I have to do, sealed."""

    episode_id: str
    codes: tuple[str, ...]
    namnd_name: str
    due_on: date
    is_late: bool


@dataclass(frozen=True, slots=True)
class ReserveHome:
    """What somebody should know of their own way in when Slack is away."""

    pin_set_on: date | None  # local day; None when they have not chosen one
    has_phone: bool  # a verified one, which is where the link goes


@dataclass(frozen=True, slots=True)
class CalendarHome:
    """What somebody should know of the calendar with their shifts."""

    made_on: date | None  # local day on which its address was made; None when there is none


@dataclass(frozen=True, slots=True)
class Home:
    """What App Home shows."""

    now: datetime
    duties: tuple[DutyLine, ...]
    open: tuple[OpenLine, ...]
    shifts: tuple[ShownShift, ...]
    may_enrol: bool
    may_start: bool
    is_trial: bool = False
    is_known: bool = True
    actions: tuple[HomeAction, ...] = ()
    may_look_back: bool = False
    may_write_background: bool = False
    may_set_consent: bool = False
    may_amend: bool = False
    clocks: HomeClocks | None = None  # None for whoever has no part in the world of myndighet
    reserve: ReserveHome | None = None  # None for whoever is never needed when Slack is away
    has_active_time: bool = False  # what they do in beredskap is written down
    swaps: SwapHome | None = None  # None for whoever has no shifts to swap
    ready: ReadyHome | None = None  # None for whoever never has a shift nor leads one
    incident: IncidentHome | None = None  # None while nothing is stopped, for whoever may not stop
    calendar: CalendarHome | None = None  # None for whoever has no shifts
