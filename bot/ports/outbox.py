"""What has to go out: the queue, and the rows that wait in it."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Protocol

from bot.domain.outbound import OutboxKind, OutboxState, Priority


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
