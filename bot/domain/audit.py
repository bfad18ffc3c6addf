"""The audit log as a chain: its rows as bytes, and segments that each hold the hash of the one before.

What a hash covers is written down here and nowhere else: docs/adr/0023-sealed-log.md says why it is so.
"""

import hashlib
import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from typing import Any, Final

from bot.domain.ids import NamndId, StaffId
from bot.domain.people import World

FORMAT: Final = "beredskapsbot audit 1"
NOTHING_BEFORE: Final = "0" * 64  # what the first segment holds in place of the hash before it
# Made once: a log of a million rows asks for it as often.
AS_JSON: Final = json.JSONEncoder(ensure_ascii=True, sort_keys=True, separators=(",", ":")).encode


@dataclass(frozen=True, slots=True)
class Logged:
    """A row of the log. `world` is None in rows from before worlds stood there."""

    id: int
    at: datetime
    actor: str
    act: str
    subject: str
    namnd: str | None
    world: str | None
    is_allowed: bool
    ground: str
    details: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Segment:
    """A sealed stretch of the log: the `count` rows with first_id <= id <= last_id. `hash` is 64 hex digits.

    `released_by` is the decision under which its rows may be, and perhaps have been, deleted.
    """

    number: int
    first_id: int
    last_id: int
    count: int
    first_at: datetime
    last_at: datetime
    sealed_at: datetime
    previous: str
    hash: str = ""
    released_by: str | None = None


@dataclass(frozen=True, slots=True)
class Horizon:
    """How far the log can be seen: its newest row, and the transactions that might still add one before it."""

    last_id: int
    writers: frozenset[str] = frozenset()


@dataclass(frozen=True, slots=True)
class DayHash:
    """What left the machine on a local day: the newest segment of then."""

    day: str  # ISO
    number: int
    count: int
    hash: str


def canonical(row: Logged) -> bytes:
    """Return the one way in which a row is written as bytes: a line of JSON in ASCII, its time in UTC."""
    values = [
        row.id,
        _instant(row.at),
        row.actor,
        row.act,
        row.subject,
        row.namnd,
        row.world,
        row.is_allowed,
        row.ground,
        dict(row.details),
    ]
    return AS_JSON(values).encode("ascii") + b"\n"


def sealed(rows: Sequence[Logged], after: Segment | None, now: datetime) -> Segment:
    """Return the segment of `rows`, in the order of their ids, that comes after another; there must be some row."""
    made = Segment(
        number=1 if after is None else after.number + 1,
        first_id=rows[0].id,
        last_id=rows[-1].id,
        count=len(rows),
        first_at=min(row.at for row in rows),
        last_at=max(row.at for row in rows),
        sealed_at=now,
        previous=NOTHING_BEFORE if after is None else after.hash,
    )
    return replace(made, hash=hash_of(made, rows))


def hash_of(segment: Segment, rows: Iterable[Logged]) -> str:
    """Return the SHA-256 of a segment with these rows: what it says of itself, the hash before it, and every row."""
    says = [
        FORMAT,
        segment.number,
        segment.previous,
        segment.first_id,
        segment.last_id,
        segment.count,
        _instant(segment.first_at),
        _instant(segment.last_at),
        _instant(segment.sealed_at),
    ]
    digest = hashlib.sha256(json.dumps(says, separators=(",", ":")).encode("ascii") + b"\n")
    for row in rows:
        digest.update(canonical(row))
    return digest.hexdigest()


def _instant(at: datetime) -> str:
    return at.astimezone(UTC).isoformat(timespec="microseconds")


@dataclass(frozen=True, slots=True)
class LogQuery:
    """Which rows of the log somebody may be shown and wants: of one nämnd in one world, since <= at < until.

    Rows that concern no nämnd are shown where one of `own_staff` did it. `subjects` None: whatever it was about;
    otherwise such a row is shown where it is about a conversation or call among them too. `with_old`: rows too from
    before it was kept in which world they are.
    """

    namnd: NamndId
    world: World
    since: datetime
    until: datetime
    own_staff: frozenset[StaffId] = frozenset()
    actor: StaffId | None = None
    subjects: frozenset[str] | None = None
    with_old: bool = False


@dataclass(frozen=True, slots=True)
class Entry:
    """A row of the log, with the name of whoever it was and the code of the case; "" for what is not known."""

    row: Logged
    who: str
    code: str
