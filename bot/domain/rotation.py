"""A change of encryption keys: everything that lies sealed is sealed anew with the key that is first."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

Bookmark = tuple[str, tuple[str | int, ...]]  # a table, and the key of the last row that was looked at there


@dataclass(frozen=True, slots=True)
class Rotation:
    """One round. `moved` are the rows sealed anew; `stuck` those that could not be, known when it is finished."""

    id: int
    to_key: str
    asked_at: datetime
    moved: int = 0
    stuck: int = 0
    finished_at: datetime | None = None


@dataclass(frozen=True, slots=True)
class KeyUse:
    """How many rows have something sealed under a key. `fingerprint` is None for one that has not been noted."""

    key_id: str
    rows: Mapping[str, int]  # by table; those without any are left out
    fingerprint: str | None = None

    @property
    def total(self) -> int:
        return sum(self.rows.values())


@dataclass(frozen=True, slots=True)
class Stretch:
    """What one small transaction did, and where the next one goes on; None when it was the last."""

    moved: int
    stuck: int
    goes_on: Bookmark | None
