"""A transaction over everything that is stored."""

from collections.abc import Callable
from datetime import datetime
from typing import Protocol, TypeVar

from bot.ports.clocks import DeadlineRepo, SummonsRepo
from bot.ports.conversations import (
    BackgroundRepo,
    ConversationRepo,
    DigestRepo,
    EpisodeRepo,
    MessageRepo,
    NoteRepo,
    OutwardRepo,
)
from bot.ports.duty import AbsenceRepo, ActiveTimeRepo, ReadyRepo, RotaRepo, ShiftRepo, SwapRepo
from bot.ports.inbox import InboxRepo, Incoming
from bot.ports.log import AuditLogRepo, AuditRepo, KeyRepo, ReviewRepo, SealRepo
from bot.ports.outbox import OutboxRepo
from bot.ports.people import ConsentRepo, PeopleRepo, StaffRepo
from bot.ports.posts import PostRepo, ViewRepo
from bot.ports.retention import ClocksKeptRepo, ErasingRepo, RetentionRepo, TakeOutRepo
from bot.ports.watch import EscalationRepo, IncidentRepo, PhoneCallRepo, ReserveRepo, WatchRepo

T = TypeVar("T")


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
    clocks_kept: ClocksKeptRepo
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
