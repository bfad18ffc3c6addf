"""What is shown of the clocks, as data: the adapters turn it into blocks.

Staff stand as Slack user ids ("" for nobody). A case stands as its reference, never as a name or a number.
"""

from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Final

from bot.domain.clocks import ClockKind, Limit
from bot.domain.deadline import ClockState, EventKind, Gender, Outcome, Reason, Stage
from bot.domain.retention import CarriedGround
from bot.domain.summons import Party, SummonsState

UNIT_ROWS: Final = 20  # on a page of the unit


@dataclass(frozen=True, slots=True)
class ClockRow:
    """One clock in a list. `stand_in_for` is whose it is when the reader stands in for somebody."""

    deadline_id: str
    case_ref: str
    kind: ClockKind
    stage: Stage
    limit: Limit
    owner: str
    is_overdue: bool = False
    state: ClockState = ClockState.RUNNING
    outcome: Outcome | None = None
    reason: Reason | None = None
    snoozed_until: date | None = None
    booked_at: datetime | None = None
    stand_in_for: str = ""
    lacking: Party | None = None  # who is left to summon when the other one has been


@dataclass(frozen=True, slots=True)
class ClockList:
    """The morning's message to one handläggare, most urgent first; `more` are left out for want of room.

    `not_in_record` are the reader's own cases in which something has been settled that is not in the record yet.
    """

    namnd_name: str
    day: date
    rows: tuple[ClockRow, ...]
    more: int = 0
    not_in_record: tuple[str, ...] = ()
    is_trial: bool = False


@dataclass(frozen=True, slots=True)
class ClockNotice:
    """Something said of one clock at once. `why` is a key into the texts under `clock.now`."""

    why: str
    namnd_name: str
    row: ClockRow
    is_trial: bool = False


@dataclass(frozen=True, slots=True)
class OwnerLine:
    """How one handläggare stands. `owner` "" are those that nobody has."""

    owner: str
    running: int
    overdue: int
    this_week: int  # run out within the week, and not overdue
    away_until: date | None = None
    stand_in: str = ""


@dataclass(frozen=True, slots=True)
class UnitMessage:
    """What a leader is told in the morning: what is overdue and what nobody has; once a week the whole unit."""

    namnd_name: str
    day: date
    overdue: tuple[ClockRow, ...]
    unowned: tuple[ClockRow, ...]
    more_overdue: int = 0
    more_unowned: int = 0
    owners: tuple[OwnerLine, ...] = ()
    is_week: bool = False
    is_trial: bool = False


@dataclass(frozen=True, slots=True)
class EventLine:
    at: datetime
    kind: EventKind
    by: str  # Slack user id, "" for the program itself
    code: str = ""
    text: str = ""


@dataclass(frozen=True, slots=True)
class InRecord:
    """That what a clock holds is in the record, or need not go there. `by` is a Slack user id."""

    ground: CarriedGround
    at: datetime
    by: str
    reference: str = field(repr=False)


@dataclass(frozen=True, slots=True)
class AnswerLine:
    """How one of those summoned stands: which number, in what language, what has become of our text."""

    party: Party
    number: str
    language: str
    status: str  # of the newest text, as SentState.status
    answered_at: datetime | None = None
    conversation_id: str = ""  # where their answer can be read


@dataclass(frozen=True, slots=True)
class SummonsView:
    summons_id: str
    state: SummonsState
    times: tuple[datetime, ...]
    first_number: int
    booked_at: datetime | None
    sent_at: datetime
    people: tuple[AnswerLine, ...]


@dataclass(frozen=True, slots=True)
class ClockView:
    """One clock in a modal. `may_settle` and the like say which buttons stand there."""

    row: ClockRow
    namnd_name: str
    now: datetime
    received_at: datetime
    starts_at: datetime
    gender: Gender
    wants_feedback: bool
    events: tuple[EventLine, ...]
    police_hold: bool = False
    has_contact: bool = False
    child_summoned_at: datetime | None = None
    guardian_summoned_at: datetime | None = None
    extended_to: date | None = None
    extended_by: str = ""
    extension_reason: str = ""
    snooze_reason: str = ""
    summons: SummonsView | None = None
    siblings: tuple[ClockRow, ...] = ()  # the other clocks that the same report started
    outcomes: tuple[Outcome, ...] = ()
    may_extend: bool = False
    may_assign: bool = False
    in_record: InRecord | None = None
    is_trial: bool = False


@dataclass(frozen=True, slots=True)
class HomeClocks:
    """The part of App Home that has to do with clocks. `may_lead`: the reader leads the unit."""

    mine: tuple[ClockRow, ...] = ()
    mine_more: int = 0
    may_register: bool = False
    may_lead: bool = False
    owners: tuple[OwnerLine, ...] = ()
    overdue: int = 0
    unowned: int = 0


@dataclass(frozen=True, slots=True)
class Choice:
    """Something that can be chosen in a menu."""

    value: str
    name: str


@dataclass(frozen=True, slots=True)
class RegistrationChoices:
    """What the form for a new case offers somebody. `staff` are the handläggare of each nämnd."""

    namnder: tuple[Choice, ...]
    staff: dict[str, tuple[Choice, ...]]
    me: str  # the reader's own staff id
    asks_for_suspicion: frozenset[str]  # nämnder whose allvarssamtal are counted from the suspicion


@dataclass(frozen=True, slots=True)
class UnitPage:
    """The unit as its leader sees it, a page of it. `chosen` is what the list is narrowed to.

    `chosen`: "all", "overdue", "unowned", "owner:<staff id>" or "kind:<kind>".
    """

    namnd: str
    namnd_name: str
    now: datetime
    namnder: tuple[Choice, ...]
    owners: tuple[OwnerLine, ...]
    staff: tuple[Choice, ...]  # to narrow by; names stand only in the modal
    chosen: str
    rows: tuple[ClockRow, ...]
    offset: int
    total: int


@dataclass(frozen=True, slots=True)
class AbsenceLine:
    absence_id: str
    staff: str  # Slack user id
    first: date
    last: date
    stand_in: str  # Slack user id; "" leaves it to the leader
    may_remove: bool


@dataclass(frozen=True, slots=True)
class AbsenceChoices:
    """What the form for absence offers. `people` are whose absence the reader may register, `stand_ins` by nämnd."""

    namnder: tuple[Choice, ...]
    people: dict[str, tuple[Choice, ...]]
    stand_ins: dict[str, tuple[Choice, ...]]
    me: str
    lines: tuple[AbsenceLine, ...]


@dataclass(frozen=True, slots=True)
class SummonDefaults:
    """What the form for Kalla via sms begins with. `languages` have a template; `numbers` are those used before."""

    case_ref: str
    namnd_name: str
    now: datetime
    languages: tuple[Choice, ...]
    numbers: dict[Party, str]
    chosen_languages: dict[Party, str]
    preview: str  # the text in Swedish, with the times left open
