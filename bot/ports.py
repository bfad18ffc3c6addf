"""What services need from outside. The adapters in `storage`, `bot.slack` and `bot.sms` provide it.

A transaction (`Tx`) is handed to a plain function that runs to its end without waiting for anything: no
network call can take place inside it. The function is run again as a whole when the database asks for it,
so it must have no effect but its writes and its result.
"""

from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any, Final, Protocol, TypeVar

from bot.domain.absence import Absence
from bot.domain.alerts import Alert, AlertCode, AlertNotice, Instance, TickRun
from bot.domain.audit import DayHash, Horizon, Logged, LogQuery, Segment
from bot.domain.audit_review import Review, ReviewCount, ReviewId, ReviewItem
from bot.domain.background import Background
from bot.domain.cards import Card, ConversationView, Home, Notice, ThreadReply
from bot.domain.clock_views import ClockList, ClockNotice, UnitMessage
from bot.domain.clocks import ClockKind
from bot.domain.consent import LinkConsent, SmsStop, YouthConsent
from bot.domain.conversation import Conversation, Direction, DraftState, HeldReply, Message
from bot.domain.deadline import ClockEvent, Deadline
from bot.domain.digest import Addendum, DigestView, ShiftHandover
from bot.domain.duty import Shift
from bot.domain.errors import AuditEntry
from bot.domain.escalation import Escalation, Step
from bot.domain.handover import DigestRecord, Episode, Period
from bot.domain.health import Queues
from bot.domain.ids import (
    AbsenceId,
    ActionTaskId,
    ActiveTimeId,
    ClockListId,
    ContactId,
    ConversationId,
    DeadlineId,
    DigestId,
    EpisodeId,
    EscalationId,
    EscalationStepId,
    MessageId,
    NamndId,
    NoteId,
    PhoneCallId,
    PhoneLegId,
    ReportId,
    ShiftId,
    StaffId,
    SummonsId,
    YouthId,
)
from bot.domain.incident import IncidentClock, Stop
from bot.domain.notes import Note
from bot.domain.outbound import OutboxKind, OutboxState, Priority
from bot.domain.outward import Outward
from bot.domain.people import AgeBand, Basis, Link, LinkedContact, LinkRole, Role, Staff, World, Youth
from bot.domain.phone_call import PhoneCall, PhoneLeg
from bot.domain.phone_code import PhoneCode
from bot.domain.reaction import Action
from bot.domain.readiness import Account, Readiness, Silence
from bot.domain.reserve import ReserveLink, StaffPin
from bot.domain.rest.active import ActiveTime
from bot.domain.retention import DataKind, Deleted, HeldBack, LegalHold, Named, Place, Standing, Waiver
from bot.domain.rota.draft import FreeDay, RotaDraft
from bot.domain.rota.members import WishedDays
from bot.domain.rotation import Bookmark, KeyUse, Rotation, Stretch
from bot.domain.sending import (
    CallReceipt,
    OutgoingCall,
    OutgoingSms,
    ProviderSms,
    SmsDirection,
    SmsReceipt,
)
from bot.domain.summons import Summons, SummonsMessage
from bot.domain.swap import SwapCard, SwapId, SwapOffer
from bot.domain.taking_out import TakeOut

T = TypeVar("T")

LOST: Final = frozenset({"undelivered", "failed", "canceled"})  # states of a delivery


@dataclass(frozen=True, slots=True)
class Incoming:
    """A row of the inbox. `lane` orders what comes from one sender; `raw` is the payload as it came."""

    provider: str
    provider_id: str
    lane: str
    raw: str
    received_at: datetime
    is_late: bool = False
    id: int = 0
    attempts: int = 0


@dataclass(frozen=True, slots=True)
class Outbound:
    """A row of the outbox as the worker sees it. `payload` holds ids only; `created_at` is world time."""

    id: int
    kind: OutboxKind
    lane: str
    payload: dict[str, Any]
    attempts: int
    looks: int
    created_at: datetime
    state: OutboxState
    priority: int = Priority.NORMAL
    claim: str = ""  # by whom and when it was claimed: no two claims are called the same
    error: str | None = None


@dataclass(frozen=True, slots=True)
class Post:
    """One of our own Slack messages. `channel` and `ts` are None until it has been posted."""

    id: str
    kind: str
    conversation_id: ConversationId | None
    target: str
    channel: str | None
    ts: str | None
    is_current: bool = True
    is_repeat: bool = False
    shown: str | None = None
    digest_id: DigestId | None = None


@dataclass(frozen=True, slots=True)
class OpenView:
    """A modal that somebody has open."""

    external_id: str
    staff_id: StaffId
    conversation_id: ConversationId
    shift_id: ShiftId | None
    view_id: str | None
    view_hash: str | None
    last_seen: int
    warned_of: str | None
    shown: int


@dataclass(frozen=True, slots=True)
class Delivery:
    """The newest attempt to bring a message to the phone."""

    id: str
    message_id: MessageId
    attempt: int
    status: str
    reason: str | None
    provider_id: str | None
    is_corrected: bool
    updated_at: datetime

    @property
    def is_lost(self) -> bool:
        """It is known not to have arrived, or cannot be found."""
        return self.status in LOST or (self.status == "uncertain" and self.reason == "uncertain_final")


@dataclass(frozen=True, slots=True)
class Spoken:
    """That something was said, when and by whom; not a word of it."""

    id: MessageId
    seq: int
    direction: Direction
    at: datetime
    author: StaffId | None


@dataclass(frozen=True, slots=True)
class Coded:
    """What the codes of an episode are made of; nothing of it was sealed.

    `youths` are all who are linked to the other end, with nämnd, case code and whether they are active. `noted` are
    those whom its notes name as concerned, `concerns` those whom its conversation does.
    """

    episode_id: EpisodeId
    namnd: NamndId | None  # of the conversation, like `world`
    world: World
    contact_code: str
    noted: frozenset[YouthId]
    concerns: frozenset[YouthId]
    youths: tuple[tuple[YouthId, NamndId, str, bool], ...]


@dataclass(frozen=True, slots=True)
class Posted:
    """Where Slack put a message."""

    channel: str
    ts: str


@dataclass(frozen=True, slots=True)
class Audience:
    """Who can read a channel. `is_safe` is False for a public, shared or general one, which anybody may join."""

    members: frozenset[str]  # Slack user ids, the bot's own left out
    is_safe: bool


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


class StaffRepo(Protocol):
    def get(self, staff_id: StaffId) -> Staff | None: ...
    def several(self, staff_ids: Iterable[StaffId]) -> dict[StaffId, Staff]: ...
    def by_slack_id(self, slack_user_id: str) -> Staff | None: ...
    def by_verified_phone(self, number: str) -> Staff | None: ...
    def by_email(self, email: str) -> Staff | None: ...
    def with_role(self, role: Role, namnd: NamndId, world: World = World.BEREDSKAP) -> list[Staff]: ...
    def save(self, staff: Staff) -> None: ...
    def everyone(self) -> list[Staff]: ...
    def add_all(self, staff: Sequence[Staff]) -> None: ...


class PeopleRepo(Protocol):
    def youth(self, youth_id: YouthId) -> Youth | None: ...
    def youth_by_reference(self, namnd: NamndId, reference: str) -> Youth | None: ...
    def youths_of(self, namnd: NamndId) -> list[Youth]: ...
    def add_youth(
        self,
        *,
        namnd: NamndId,
        name: str,
        age_band: AgeBand,
        basis: Basis,
        basis_reason: str,
        reference: str | None,
        jav: Iterable[StaffId],
    ) -> Youth: ...
    def save_youth(self, youth: Youth) -> None: ...
    def contact(self, contact_id: ContactId) -> LinkedContact: ...
    def contact_by_number(self, number: str) -> LinkedContact | None: ...
    def ensure_contact(
        self, number: str, *, is_answerable: bool = True, language: str | None = None
    ) -> LinkedContact: ...
    def link(self, contact_id: ContactId, youth_id: YouthId, role: LinkRole, name: str) -> None: ...
    def set_blocked(self, contact_id: ContactId, blocked: bool) -> None: ...
    def unlink(self, contact_id: ContactId, youth_id: YouthId) -> None: ...
    def contacts_of(self, namnd: NamndId) -> list[LinkedContact]: ...
    def youths_by_reference(self, keys: Iterable[tuple[NamndId, str]]) -> dict[tuple[NamndId, str], Youth]: ...
    def contacts_with(self, numbers: Iterable[str], youths: Iterable[YouthId]) -> list[LinkedContact]: ...
    def add_youths(self, youths: Sequence[tuple[Youth, str]]) -> None: ...
    def add_contacts(self, languages: Mapping[str, str]) -> dict[str, ContactId]: ...
    def add_links(self, links: Sequence[Link]) -> None: ...


class ShiftRepo(Protocol):
    def get(self, shift_id: ShiftId) -> Shift | None: ...
    def between(self, start: datetime, end: datetime) -> list[Shift]: ...
    def of_staff(self, staff_id: StaffId, start: datetime, end: datetime) -> list[Shift]: ...
    def next_boundary(self, after: datetime) -> datetime | None: ...
    def upsert(self, shift: Shift) -> bool: ...
    def change(self, shift: Shift) -> bool: ...
    def remove(self, shift_id: ShiftId) -> bool: ...
    def add_all(self, shifts: Sequence[Shift]) -> None: ...


class ConversationRepo(Protocol):
    def get(self, conversation_id: ConversationId) -> Conversation | None: ...
    def lock(self, conversation_id: ConversationId) -> Conversation | None: ...
    def latest(self, contact_id: ContactId, namnd: NamndId | None, world: World) -> Conversation | None: ...
    def last_written_from(self, contact_id: ContactId) -> NamndId | None: ...
    def newest_namnd(self, contact_id: ContactId, world: World) -> NamndId | None: ...
    def add(self, conversation: Conversation) -> None: ...
    def save(self, conversation: Conversation) -> None: ...
    def open_ones(self) -> list[Conversation]: ...
    def nudges_due(self, now: datetime) -> list[ConversationId]: ...
    def next_nudge(self, after: datetime) -> datetime | None: ...


class MessageRepo(Protocol):
    def add(self, message: Message, source: str | None = None) -> bool: ...
    def get(self, message_id: MessageId) -> Message | None: ...
    def by_source(self, source: str) -> Message | None: ...
    def of(self, conversation_id: ConversationId, *, limit: int) -> list[Message]: ...
    def since(self, conversation_id: ConversationId, at: datetime, *, limit: int) -> list[Message]: ...
    def spoken_since(self, conversation_id: ConversationId, at: datetime, *, limit: int) -> list[Spoken]: ...
    def count_inbound_after(self, conversation_id: ConversationId, seq: int) -> int: ...
    def inbound(self, conversation_id: ConversationId, after: int) -> tuple[datetime | None, int]: ...
    def last_answer(self, conversation_id: ConversationId) -> Message | None: ...
    def add_delivery(self, message_id: MessageId) -> Delivery: ...
    def delivery(self, delivery_id: str, *, lock: bool = False) -> Delivery | None: ...
    def newest_delivery(self, message_id: MessageId) -> Delivery | None: ...
    def newest_deliveries(self, messages: Sequence[MessageId]) -> dict[MessageId, Delivery]: ...
    def delivery_by_provider_id(self, provider_id: str) -> Delivery | None: ...
    def set_delivery(
        self,
        delivery_id: str,
        status: str,
        *,
        reason: str | None = None,
        provider_code: str | None = None,
        provider_id: str | None = None,
        is_corrected: bool = False,
    ) -> None: ...
    def hold(self, held: HeldReply) -> bool: ...
    def held(self, held_id: str) -> HeldReply | None: ...
    def held_at(self, channel: str, ts: str) -> HeldReply | None: ...
    def set_held(self, held_id: str, state: DraftState, body: str | None = None) -> None: ...


@dataclass(frozen=True, slots=True)
class Share:
    """How many rows of these kinds may be claimed, and how many of those may be less urgent than an sms."""

    kinds: frozenset[OutboxKind]
    limit: int
    ordinary: int | None = None


class OutboxRepo(Protocol):
    def add(
        self,
        kind: OutboxKind,
        lane: str,
        payload: dict[str, Any],
        *,
        dedupe_key: str,
        priority: Priority = Priority.NORMAL,
        fold_key: str | None = None,
        after: timedelta = timedelta(0),
    ) -> bool: ...
    def claim(self, owner: str, lease: timedelta) -> Outbound | None: ...
    def claim_some(self, owner: str, lease: timedelta, shares: Sequence[Share]) -> list[Outbound]: ...
    def hold_restored(self) -> tuple[int, int]:
        """Hold what waits in a database that has been restored: whoever it is a copy of may have sent it.

        What can be looked for becomes uncertain; what was for that moment only, or is a call, is dropped. Returns how
        many of each. Ids that the other one has used since are left unused: posts are found by them.
        """

    def release(self, owner: str) -> None: ...
    def next_at(self) -> datetime | None: ...
    def record(
        self,
        row_id: int,
        state: OutboxState,
        *,
        provider_id: str | None = None,
        error: str | None = None,
        wait: timedelta = timedelta(0),
        counted: bool = True,
        claim: str | None = None,
    ) -> bool: ...
    def lapse(self, after: timedelta = timedelta(0)) -> list[int]: ...
    def uncertain_due(self) -> list[Outbound]: ...
    def looked(self, row_id: int, wait: timedelta) -> None: ...
    def get(self, row_id: int, *, lock: bool = False) -> Outbound | None: ...
    def by_key(self, dedupe_key: str) -> Outbound | None: ...
    def posted_twice(self, lane: str, provider_id: str) -> list[Outbound]: ...
    def provider_ids(self, lane: str) -> list[str]: ...
    def post_is_coming(self, lane: str) -> bool: ...
    def was_refused(self, lane: str) -> bool: ...
    def is_mine(self, row: Outbound) -> bool: ...
    def waiting(self) -> int: ...
    def hurry(self, error: str) -> int:
        """Let what waits with this noted leave now; return how many rows there were."""


class InboxRepo(Protocol):
    def next(self) -> Incoming | None: ...
    def take(self, limit: int) -> Iterator[Incoming]: ...
    def done(self, row_ids: Sequence[int]) -> None: ...
    def park(self, row_id: int) -> bool: ...
    def known(self, provider: str, provider_ids: Sequence[str]) -> set[str]: ...
    def parked(self, row_id: int) -> Incoming | None: ...
    def get(self, row_id: int) -> Incoming | None: ...
    def waiting(self) -> int: ...


class PostRepo(Protocol):
    def card(self, conversation_id: ConversationId, target: str) -> Post | None: ...
    def ensure_card(self, conversation_id: ConversationId, target: str) -> tuple[Post, bool]: ...
    def cards_of(self, conversation_id: ConversationId) -> list[Post]: ...
    def get(self, post_id: str) -> Post | None: ...
    def at(self, channel: str, ts: str) -> Post | None: ...
    def placed(self, post_id: str, posted: Posted, shown: str | None = None) -> None: ...
    def dm_channel(self, target: str) -> str | None: ...
    def mark_repeat(self, post_id: str, is_repeat: bool = True) -> None: ...
    def lost(self, post_id: str) -> None: ...
    def standing(self, conversations: Sequence[ConversationId]) -> list[Post]:
        """Return every post of ours about these that stands somewhere, former ones too."""

    def standing_in(self, channel: str) -> list[Post]: ...
    def withdrawn(self, post_id: str) -> None:
        """It is gone from where it stood."""

    def ensure_digest(self, digest_id: DigestId, target: str) -> tuple[Post, bool]: ...
    def digest_posts(self, digest_id: DigestId) -> list[Post]: ...
    def retire(self, post_id: str) -> None: ...
    def replies_to(self, digest_id: DigestId, target: str) -> list[tuple[str, str]]: ...
    def remember(
        self,
        kind: str,
        conversation_id: ConversationId | None,
        target: str,
        posted: Posted,
        *,
        digest_id: DigestId | None = None,
    ) -> None: ...


class ViewRepo(Protocol):
    def save(self, view: OpenView) -> None: ...
    def get(self, external_id: str) -> OpenView | None: ...
    def drop(self, external_id: str) -> None: ...
    def mark_dirty(self, conversation_id: ConversationId) -> None: ...
    def take_dirty(self, *, every: timedelta) -> list[OpenView]: ...
    def mark_all_dirty(self) -> None: ...
    def again(self, external_id: str, after: timedelta) -> None: ...
    def dirty_count(self) -> int: ...


class NoteRepo(Protocol):
    """Notes and the actions that they ask for. Free text is sealed at rest."""

    def add(self, note: Note, episodes: Sequence[EpisodeId]) -> None: ...
    def get(self, note_id: NoteId) -> Note | None: ...
    def of_episodes(self, episodes: Sequence[EpisodeId]) -> dict[EpisodeId, list[Note]]: ...
    def newest_of(self, conversation_id: ConversationId) -> Note | None: ...
    def add_action(self, action: Action) -> None: ...
    def save_action(self, action: Action) -> None: ...
    def action(self, action_id: ActionTaskId, *, lock: bool = False) -> Action | None: ...
    def actions_of(self, notes: Sequence[NoteId]) -> dict[NoteId, list[Action]]: ...
    def open_actions(self, namnd: NamndId, *, lock: bool = False) -> list[Action]: ...
    def actions_due(self, now: datetime) -> list[ActionTaskId]: ...
    def next_action(self, after: datetime) -> datetime | None: ...
    def episode_of_action(self, action_id: ActionTaskId) -> EpisodeId | None: ...
    def episodes_of_actions(self, actions: Sequence[ActionTaskId]) -> dict[ActionTaskId, EpisodeId]: ...
    def move(self, conversation_id: ConversationId, namnd: NamndId) -> None: ...


class EpisodeRepo(Protocol):
    """What happened in which conversation when: the rows of the handovers."""

    def get(self, episode_id: EpisodeId, *, lock: bool = False) -> Episode | None: ...
    def save(self, episode: Episode) -> None: ...
    def add(self, episode: Episode) -> bool: ...
    def of_conversation(self, conversation_id: ConversationId, *, lock: bool = False) -> list[Episode]: ...
    def latest(self, conversation_id: ConversationId, namnd: NamndId, period: Period) -> Episode | None: ...
    def without_note(self, conversation_id: ConversationId, *, lock: bool = False) -> list[Episode]: ...
    def of_digest(self, digest_id: DigestId) -> list[Episode]: ...
    def attach(self, namnd: NamndId, until: date, digest_id: DigestId) -> list[EpisodeId]: ...
    def waiting(self, namnd: NamndId, until: date, *, lock: bool = False) -> list[Episode]: ...
    def carried(self, namnd: NamndId, digest: DigestRecord) -> list[Episode]: ...
    def of_conversations(self, conversations: Sequence[ConversationId]) -> dict[ConversationId, list[Episode]]: ...
    def with_action_by(self, episodes: Sequence[EpisodeId], day: date) -> set[EpisodeId]: ...
    def not_transferred(self, namnd: NamndId, before: DigestId, *, limit: int | None = None) -> list[Episode]: ...
    def coded_not_transferred(self, namnd: NamndId, before: DigestId) -> list[Coded]: ...
    def notes_due(self, now: datetime) -> list[EpisodeId]: ...
    def next_note(self, after: datetime) -> datetime | None: ...
    def look_back(
        self, namnd: NamndId, *, until: date, youth: YouthId | None, offset: int, limit: int
    ) -> list[Episode]: ...
    def between(self, namnd: NamndId, first: date, last: date) -> list[Episode]: ...


class DigestRepo(Protocol):
    """One handover per nämnd and working day."""

    def add(self, digest: DigestRecord) -> bool: ...
    def get(self, digest_id: DigestId) -> DigestRecord | None: ...
    def on(self, namnd: NamndId, day: date) -> DigestRecord | None: ...
    def newest(self, namnd: NamndId) -> DigestRecord | None: ...
    def until(self, namnd: NamndId, day: date, *, limit: int) -> list[DigestRecord]: ...


class BackgroundRepo(Protocol):
    """Bakgrund till beredskapen. Sealed at rest."""

    def get(self, youth_id: YouthId) -> Background | None: ...
    def save(self, background: Background) -> None: ...
    def stale(self, namnd: NamndId, today: date) -> list[YouthId]: ...


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


class WatchRepo(Protocol):
    """What the program knows of itself: its instances, its ticks, and what somebody must act on."""

    def beat(self, instance: Instance) -> None:
        """Write down that an instance is alive; its first beat adds it."""

    def instances(self, since: datetime) -> list[Instance]:
        """Return those seen at `since` (wire time) or later, the oldest first."""

    def forget_instances(self, before: datetime) -> None: ...
    def ran(self, name: str, at: datetime) -> None:
        """A tick has done its work to the end at `at` (wire time); a later time that stands already is kept."""

    def failed(self, name: str, at: datetime) -> None:
        """A tick has failed; the first time of several is kept."""

    def ticks(self) -> list[TickRun]: ...
    def open_alert(self, key: str, code: AlertCode, values: Mapping[str, str]) -> Alert | None:
        """Open an alert; None when one with that key is open already (its values are brought up to date)."""

    def close_alert(self, key: str) -> Alert | None:
        """Close the open alert with that key; None when there is none."""

    def alert(self, alert_id: int) -> Alert | None: ...
    def open_alerts(self) -> list[Alert]: ...
    def alert_placed(self, alert_id: int, posted: Posted) -> None: ...
    def note_calm(self, alert_id: int, at: datetime) -> datetime:
        """Note that what an alert is about is not so at `at`; return since when, until it is opened anew."""

    def queues(self) -> Queues:
        """Count what is not settled, in two cheap statements."""

    def refused_lately(self, kinds: Collection[OutboxKind], reasons: Collection[str], since: datetime) -> list[str]:
        """Return the reasons for which rows failed since `since` (wire time), if none has been sent after them."""

    def has_sent(self, kinds: Collection[OutboxKind], since: datetime) -> bool:
        """Tell whether a row of these kinds has been sent since `since` (world time)."""

    def late_since(self, since: datetime) -> int:
        """Count the texts that came at `since` (world time) or later, and whose webhook had failed. Slow."""

    def revision(self) -> str:
        """Return the migration that the database is at."""


class ReserveRepo(Protocol):
    """PINs and links of the reservväg. Tokens, cookies and PINs are kept as hashes only."""

    def pin(self, staff_id: StaffId, *, lock: bool = False) -> StaffPin | None: ...
    def save_pin(self, pin: StaffPin) -> None: ...
    def add_link(self, link: ReserveLink) -> None: ...
    def save_link(self, link: ReserveLink) -> None: ...
    def link_by_token(self, token_hash: bytes, *, lock: bool = False) -> ReserveLink | None: ...
    def link_by_session(self, session_hash: bytes, *, lock: bool = False) -> ReserveLink | None: ...
    def newest_link(self, staff_id: StaffId) -> ReserveLink | None: ...
    def links_since(self, staff_id: StaffId, since: datetime) -> list[ReserveLink]:
        """Return the links that were made for somebody at `since` (world time) or later."""

    def text_failed(self, lane: str, since: datetime) -> bool:
        """Tell whether the newest text to staff in this lane that is settled failed, and is of `since` or later."""

    def end_sessions(self, staff_id: StaffId) -> None:
        """Close everything that this person's links have opened or could still open."""

    def forget_links(self, before: datetime) -> int:
        """Delete the links that were made before that (world time); return how many."""

    def cards_waiting(self) -> dict[str, datetime]:
        """Return the posts whose card or ping has yet to reach Slack, by id, and since when (world time)."""


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


class EscalationRepo(Protocol):
    """What nobody has acknowledged, and whom we have reached for. Hold the conversation before changing any of it."""

    def open_of(self, conversation_id: ConversationId) -> Escalation | None: ...
    def get(self, escalation_id: EscalationId) -> Escalation | None: ...
    def save(self, escalation: Escalation, next_at: datetime | None) -> None:
        """Insert or replace; `next_at` is when the next step or reminder is due."""

    def due(self, now: datetime) -> list[ConversationId]: ...
    def next_due(self, after: datetime) -> datetime | None: ...
    def add_step(self, step: Step) -> None: ...
    def step(self, step_id: EscalationStepId, *, lock: bool = False) -> Step | None: ...
    def save_step(self, step: Step) -> None: ...
    def steps_of(self, escalation_id: EscalationId) -> list[Step]:
        """Return them oldest first."""


class ConsentRepo(Protocol):
    """Who consented or decided, what goes for each number, and who has asked us not to text. Names sealed at rest."""

    def of_youths(self, youths: Collection[YouthId]) -> dict[YouthId, YouthConsent]: ...
    def save_youth(self, consent: YouthConsent) -> None: ...
    def of_links(self, youths: Collection[YouthId]) -> list[LinkConsent]: ...
    def save_link(self, consent: LinkConsent) -> None: ...
    def stop_of(self, contact_id: ContactId, namnd: NamndId | None, world: World) -> SmsStop | None:
        """Return what the nämnd knows; what was asked for while the number was nobody's goes until it knows more."""

    def save_stop(self, stop: SmsStop) -> None: ...


class OutwardRepo(Protocol):
    """That socialjouren was contacted, or an orosanmälan made. Place and jour are sealed at rest."""

    def add(self, outward: Outward) -> None: ...
    def of_conversation(self, conversation_id: ConversationId) -> list[Outward]:
        """Return them by the time at which it was done, oldest first."""

    def of_episodes(self, episodes: Collection[EpisodeId]) -> dict[EpisodeId, list[Outward]]:
        """Return the same for each of `episodes`, in few statements."""


class PhoneCallRepo(Protocol):
    """Calls through our number. Hold the call before changing it or any of its phones."""

    def get(self, call_id: PhoneCallId, *, lock: bool = False) -> PhoneCall | None: ...
    def by_provider_id(self, provider_id: str) -> PhoneCall | None: ...
    def save(self, call: PhoneCall) -> None: ...
    def of_conversations(self, conversations: Collection[ConversationId]) -> dict[ConversationId, list[PhoneCall]]:
        """Return the calls of each of `conversations`, the oldest first, in few statements."""

    def due(self, now: datetime) -> list[PhoneCallId]: ...
    def next_due(self, after: datetime) -> datetime | None: ...
    def leg(self, leg_id: PhoneLegId) -> PhoneLeg | None: ...
    def save_leg(self, leg: PhoneLeg) -> None: ...
    def legs_of(self, call_id: PhoneCallId) -> list[PhoneLeg]:
        """Return them in the order in which they are rung."""


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
    def to_waive(self, conversations: Sequence[ConversationId]) -> list[ConversationId]:
        """Return those that are closed and neither in the record nor waived."""

    def named(self, code: str) -> Named | None: ...
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
        """Return ids, and how often each has been tried, of what has failed and is to be tried again."""

    def put_off(self, place_ids: Sequence[str], until: datetime) -> None: ...
    def standing(self) -> Standing: ...
    def deleted_between(self, namnd: NamndId, start: datetime, end: datetime) -> list[Deleted]: ...


class TakeOutRepo(Protocol):
    """Content that is to leave the program, and who has said that it may."""

    def save(self, asked: TakeOut) -> None: ...
    def get(self, take_out_id: str, *, lock: bool = False) -> TakeOut | None: ...
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


class IncidentRepo(Protocol):
    """Stops, and the clocks of their incidents. Reasons and references are sealed at rest."""

    def stops(self) -> list[Stop]:
        """Return the stops that stand now, the oldest first; one statement, for every row that leaves asks."""

    def begin(
        self, incident_id: str, namnder: Collection[NamndId], by: StaffId, reason: str, at: datetime
    ) -> list[NamndId]:
        """Write an incident down and stop these nämnder; return those that were not stopped already."""

    def lift(self, namnd: NamndId, by: StaffId, reason: str, at: datetime) -> bool:
        """Lift the stop of a nämnd; False when there is none."""

    def namnder_of(self, incident_id: str) -> list[NamndId]:
        """Return the nämnder that the incident stopped, lifted ones too."""

    def save_clock(self, clock: IncidentClock) -> None: ...
    def clock(self, clock_id: str, *, lock: bool = False) -> IncidentClock | None: ...
    def clocks_of(self, incident_id: str) -> list[IncidentClock]: ...
    def running_clocks(self) -> list[IncidentClock]:
        """Return the clocks of every incident that nobody has ticked off, by when they run out."""

    def clocks_due(self, now: datetime) -> list[str]:
        """Return the clocks of which somebody is to be reminded by `now`."""

    def next_due(self, after: datetime) -> datetime | None: ...


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
    def release(self, before: datetime, decision: str, limit: int) -> int:
        """Delete the rows of the oldest segments (`limit` of them at most) whose newest row is of before `before`.

        `decision` is the reference of the decision to do so; the segments stay, and say it. Returns how many rows went.
        """


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
    def counts(self, namnd: NamndId, world: World) -> list[ReviewCount]:
        """Return how every month's review has gone, by month."""


class Tx(Protocol):
    """One transaction. Committed when the function that got it returns; undone when it raises."""

    staff: StaffRepo
    people: PeopleRepo
    shifts: ShiftRepo
    conversations: ConversationRepo
    messages: MessageRepo
    outbox: OutboxRepo
    inbox: InboxRepo
    posts: PostRepo
    views: ViewRepo
    notes: NoteRepo
    episodes: EpisodeRepo
    digests: DigestRepo
    backgrounds: BackgroundRepo
    deadlines: DeadlineRepo
    summons: SummonsRepo
    absences: AbsenceRepo
    active_times: ActiveTimeRepo
    watch: WatchRepo
    reserve: ReserveRepo
    ready: ReadyRepo
    swaps: SwapRepo
    rota: RotaRepo
    escalations: EscalationRepo
    outward: OutwardRepo
    consents: ConsentRepo
    phone_calls: PhoneCallRepo
    keys: KeyRepo
    retention: RetentionRepo
    erasing: ErasingRepo
    incidents: IncidentRepo
    take_outs: TakeOutRepo
    audit: AuditRepo
    seals: SealRepo
    audit_log: AuditLogRepo
    reviews: ReviewRepo

    def once(self, scope: str, key: str) -> bool:
        """Return True the first time this key is used; the key is kept only if the transaction is."""

    def was_done(self, scope: str, key: str) -> bool:
        """Tell whether `once` has been used with this key."""

    def last_run(self, job: str) -> datetime | None:
        """Return when `note_run` was last called for `job`, in world time; None if never."""

    def note_run(self, job: str) -> None:
        """Remember that `job` has been done now."""

    def hash_of(self, value: str) -> str:
        """Return an opaque key that stands for `value` (a phone number) in dedupe keys and lanes."""


class Store(Protocol):
    """The database."""

    async def write(self, change: Callable[[Tx], T]) -> T:
        """Run `change` in one transaction and return its result once that is durable.

        Raises Busy when the database could not; a Refused from `change` undoes everything but its audit entry.
        """

    async def read(self, query: Callable[[Tx], T]) -> T:
        """Run `query` on a consistent state; it must not write."""

    async def put(self, incoming: Incoming) -> bool:
        """Store one webhook durably, many in one commit. True for a new one, False for a repeat; raises Busy."""


class Chat(Protocol):
    """Outbound Slack. Raises SendRejected, SendPostponed or SendUncertain; never retries a post by itself."""

    async def post_card(self, to: str, card: Card, outbox_id: int) -> Posted: ...
    async def update_card(self, channel: str, ts: str, card: Card) -> None: ...
    async def post_thread(self, channel: str, ts: str, reply: ThreadReply, outbox_id: int) -> Posted: ...
    async def post_notice(self, to: str, notice: Notice, outbox_id: int) -> Posted: ...
    async def post_swap(self, to: str, card: SwapCard, outbox_id: int) -> Posted: ...
    async def post_digest(self, to: str, digest: DigestView, outbox_id: int) -> Posted: ...
    async def update_digest(self, channel: str, ts: str, digest: DigestView) -> None: ...
    async def post_addendum(self, channel: str, ts: str, addendum: Addendum, outbox_id: int) -> Posted: ...
    async def post_handover(self, to: str, handover: ShiftHandover, outbox_id: int) -> Posted: ...
    async def post_clocks(self, to: str, clocks: ClockList, outbox_id: int) -> Posted: ...
    async def update_clocks(self, channel: str, ts: str, clocks: ClockList) -> None: ...
    async def post_clock(self, to: str, notice: ClockNotice, outbox_id: int) -> Posted: ...
    async def post_unit(self, to: str, unit: UnitMessage, outbox_id: int) -> Posted: ...
    async def post_alert(self, to: str, alert: AlertNotice, outbox_id: int, thread_ts: str | None = None) -> Posted: ...
    async def update_alert(self, channel: str, ts: str, alert: AlertNotice) -> None: ...
    async def audience(self, channel: str) -> Audience: ...
    async def account(self, slack_user_id: str) -> Account: ...
    async def silence(self, slack_user_id: str) -> Silence | None: ...
    async def withdraw(self, channel: str, ts: str) -> None: ...
    async def find(
        self, to: str, outbox_id: int, since: datetime, thread_ts: str | None, other_than: str | None = None
    ) -> Posted | None: ...
    async def update_conversation(
        self, view: OpenView, shown: ConversationView | None, *, is_stopped: bool = False
    ) -> str | None: ...
    async def publish_home(self, slack_user_id: str, home: Home) -> None: ...


class Sms(Protocol):
    """Outbound sms. Raises SendRejected, SendPostponed or SendUncertain."""

    async def send(self, sms: OutgoingSms) -> SmsReceipt: ...
    async def find(self, sms: OutgoingSms, since: datetime, known: Collection[str]) -> SmsReceipt | None: ...
    async def list_since(self, since: datetime, direction: SmsDirection) -> list[ProviderSms]: ...
    async def erase(self, provider_id: str) -> bool:
        """Delete an sms at the provider, numbers and pictures too; False when it is too early. Raises LookupFailed."""


class Calls(Protocol):
    """Outbound calls. Raises SendRejected, SendPostponed or SendUncertain, as `Sms` does."""

    async def call(self, call: OutgoingCall) -> CallReceipt: ...
    async def find_call(self, call: OutgoingCall, since: datetime) -> CallReceipt | None:
        """Return the newest call to this number that began at `since` or later; None when there is none (yet)."""
