"""What services need from outside. The adapters in `storage`, `bot.slack` and `bot.sms` provide it.

A transaction (`Tx`) is handed to a plain function that runs to its end without waiting for anything: no
network call can take place inside it. The function is run again as a whole when the database asks for it,
so it must have no effect but its writes and its result.
"""

from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any, Final, Protocol, TypeVar

from bot.domain.absence import Absence
from bot.domain.alerts import Alert, AlertCode, AlertNotice, Instance, TickRun
from bot.domain.background import Background
from bot.domain.cards import Card, ConversationView, Home, Notice, ThreadReply
from bot.domain.clock_views import ClockList, ClockNotice, UnitMessage
from bot.domain.clocks import ClockKind
from bot.domain.conversation import Conversation, Direction, DraftState, HeldReply, Message
from bot.domain.deadline import ClockEvent, Deadline
from bot.domain.digest import Addendum, DigestView, ShiftHandover
from bot.domain.duty import Shift
from bot.domain.errors import AuditEntry
from bot.domain.handover import DigestRecord, Episode, Period
from bot.domain.health import Queues
from bot.domain.ids import (
    AbsenceId,
    ActionTaskId,
    ClockListId,
    ContactId,
    ConversationId,
    DeadlineId,
    DigestId,
    EpisodeId,
    MessageId,
    NamndId,
    NoteId,
    ReportId,
    ShiftId,
    StaffId,
    SummonsId,
    YouthId,
)
from bot.domain.notes import Note
from bot.domain.outbound import OutboxKind, OutboxState, Priority
from bot.domain.people import AgeBand, Basis, Link, LinkedContact, LinkRole, Role, Staff, World, Youth
from bot.domain.reaction import Action
from bot.domain.reserve import ReserveLink, StaffPin
from bot.domain.sending import OutgoingSms, ProviderSms, SmsDirection, SmsReceipt
from bot.domain.summons import Summons, SummonsMessage

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
    def contacts_of(self, namnd: NamndId) -> list[LinkedContact]: ...
    def youths_by_reference(self, keys: Iterable[tuple[NamndId, str]]) -> dict[tuple[NamndId, str], Youth]: ...
    def contacts_with(self, numbers: Iterable[str], youths: Iterable[YouthId]) -> list[LinkedContact]: ...
    def add_youths(self, youths: Sequence[tuple[Youth, str]]) -> None: ...
    def add_contacts(self, languages: Mapping[str, str]) -> dict[str, ContactId]: ...
    def add_links(self, links: Sequence[Link]) -> None: ...


class ShiftRepo(Protocol):
    def get(self, shift_id: ShiftId) -> Shift | None: ...
    def between(self, start: datetime, end: datetime) -> list[Shift]: ...
    def next_boundary(self, after: datetime) -> datetime | None: ...
    def upsert(self, shift: Shift) -> bool: ...
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
    def last_inbound_at(self, conversation_id: ConversationId) -> datetime | None: ...
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
    def claim_some(
        self, owner: str, lease: timedelta, kinds: Collection[OutboxKind], limit: int, *, ordinary: int | None = None
    ) -> list[Outbound]: ...
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


class InboxRepo(Protocol):
    def next(self) -> Incoming | None: ...
    def take(self, limit: int) -> list[Incoming]: ...
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

    def cards_waiting(self) -> dict[str, datetime]:
        """Return the posts whose card or ping has yet to reach Slack, by id, and since when (world time)."""


class AuditRepo(Protocol):
    def record(self, entry: AuditEntry) -> None: ...
    def record_all(self, entries: Iterable[AuditEntry]) -> None: ...


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
    watch: WatchRepo
    reserve: ReserveRepo
    audit: AuditRepo

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
    async def withdraw(self, channel: str, ts: str) -> None: ...
    async def find(
        self, to: str, outbox_id: int, since: datetime, thread_ts: str | None, other_than: str | None = None
    ) -> Posted | None: ...
    async def update_conversation(self, view: OpenView, shown: ConversationView | None) -> str | None: ...
    async def publish_home(self, slack_user_id: str, home: Home) -> None: ...


class Sms(Protocol):
    """Outbound sms. Raises SendRejected, SendPostponed or SendUncertain."""

    async def send(self, sms: OutgoingSms) -> SmsReceipt: ...
    async def find(self, sms: OutgoingSms, since: datetime, known: Collection[str]) -> SmsReceipt | None: ...
    async def list_since(self, since: datetime, direction: SmsDirection) -> list[ProviderSms]: ...
