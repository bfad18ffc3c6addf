"""What came in and has to be handled."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Protocol


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


class InboxRepo(Protocol):
    def next(self) -> Incoming | None: ...
    def take(self, limit: int) -> Iterator[Incoming]: ...
    def done(self, row_ids: Sequence[int]) -> None: ...
    def park(self, row_id: int) -> bool: ...
    def known(self, provider: str, provider_ids: Sequence[str]) -> set[str]: ...
    def parked(self, row_id: int) -> Incoming | None: ...
    def get(self, row_id: int) -> Incoming | None: ...
    def waiting(self) -> int: ...
