"""Look whether the audit log is what was sealed. Reads a segment at a time, and nothing of what the rows say leaves."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import Enum
from functools import partial
from typing import Final

from bot.domain.audit import NOTHING_BEFORE, Segment, hash_of
from bot.ports import Tx
from bot.services.context import Context
from bot.services.imports.run import Progress, quiet
from bot.texts import audit_words as words

LOWEST: Final = -(2**31)  # no row has such an id
PATIENCE: Final = timedelta(hours=1)  # the tick seals every minute: what is older and in no segment is waited for


class Flaw(str, Enum):
    """What can be wrong with a segment, or with what stands after the last one."""

    CHANGED = "changed"  # a row has been edited, or rows have changed places
    FEWER = "fewer"
    MORE = "more"
    MISSING = "missing"  # whole segments
    UNLINKED = "unlinked"  # it does not go on from the one before
    UNSEALED = "unsealed"
    UNKNOWN = "unknown"  # a hash that has left the machine stands in no segment


@dataclass(frozen=True, slots=True)
class Wrong:
    """One thing that is wrong. `number` is of a segment, to `last_number` for several; `count` is of rows."""

    flaw: Flaw
    number: int = 0
    last_number: int = 0
    since: datetime | None = None
    until: datetime | None = None
    count: int = 0
    day: str = ""
    hash: str = ""


@dataclass(frozen=True, slots=True)
class Expected:
    """A hash that has left the machine. `day` and `number` are as far as they are known."""

    hash: str
    day: str = ""
    number: int = 0


@dataclass(frozen=True, slots=True)
class Verified:
    """What was found. `released` are segments whose rows may have been deleted, by the decisions under which."""

    segments: int
    rows: int
    newest: Segment | None
    waiting: int
    expected: int
    released: dict[str, int]
    wrong: tuple[Wrong, ...]


async def verify_audit(against: Collection[Expected], *, ctx: Context, progress: Progress = quiet) -> Verified:
    """Read the log through, and look for every hash that is known to have left. Raises Busy."""
    newest = await ctx.store.read(lambda tx: tx.seals.newest())
    days = await ctx.store.read(lambda tx: tx.seals.days())
    wanted = {day.hash: Expected(day.hash, day.day, day.number) for day in days}
    wanted |= {one.hash: one for one in against}
    unseen, found = set(wanted), _Found()
    before: Segment | None = None
    while (looked := await ctx.store.read(partial(_look, before=before))) is not None:
        before, wrong = looked
        found.add(before, wrong)
        unseen.discard(before.hash)
        progress(words.VERIFYING, before.number, max(before.number, 0 if newest is None else newest.number))
    waiting, tail = await ctx.store.read(partial(_tail, ctx=ctx, newest=before))
    gone = [Wrong(Flaw.UNKNOWN, one.number, day=one.day, hash=one.hash) for h, one in wanted.items() if h in unseen]
    return Verified(
        found.segments,
        found.rows,
        before,
        waiting,
        len(wanted),
        found.released,
        (*found.wrong, *tail, *sorted(gone, key=lambda one: (one.day, one.number))),
    )


class _Found:
    def __init__(self) -> None:
        self.segments = self.rows = 0
        self.released: dict[str, int] = {}
        self.wrong: list[Wrong] = []

    def add(self, segment: Segment, wrong: list[Wrong]) -> None:
        self.segments += 1
        self.rows += 0 if segment.released_by is not None else segment.count
        self.wrong += wrong
        if segment.released_by is not None:
            self.released[segment.released_by] = self.released.get(segment.released_by, 0) + 1


def _after(tx: Tx, number: int) -> Segment | None:
    return next(iter(tx.seals.segments(number, 1)), None)


def _look(tx: Tx, before: Segment | None) -> tuple[Segment, list[Wrong]] | None:
    """Return the segment that stands after another, and what is wrong with it; None when there is none."""
    segment = _after(tx, 0 if before is None else before.number)
    return None if segment is None else (segment, _wrong_with(tx, segment, before))


def _wrong_with(tx: Tx, segment: Segment, before: Segment | None) -> list[Wrong]:
    found = []
    expected = 1 if before is None else before.number + 1
    is_next = segment.number == expected
    if not is_next:
        since = None if before is None else before.last_at
        found.append(Wrong(Flaw.MISSING, expected, segment.number - 1, since, segment.first_at))
    elif segment.previous != (NOTHING_BEFORE if before is None else before.hash):
        found.append(_of(Flaw.UNLINKED, segment))
    if segment.released_by is None:
        found += _rows_of(tx, segment, _begins_after(segment, before, is_next=is_next))
    return found


def _begins_after(segment: Segment, before: Segment | None, *, is_next: bool) -> int:
    if not is_next:
        return segment.first_id - 1
    return LOWEST if before is None else before.last_id


def _rows_of(tx: Tx, segment: Segment, after_id: int) -> list[Wrong]:
    """Compare the rows with the seal. A row between those of two segments was sealed in none, and is one too many."""
    try:
        rows = tx.seals.rows(after_id, segment.last_id, segment.count + 1)
    except ValueError:  # what stands there is not even what a row can hold
        return [_of(Flaw.CHANGED, segment)]
    if len(rows) == segment.count:
        return [] if hash_of(segment, rows) == segment.hash else [_of(Flaw.CHANGED, segment)]
    if len(rows) > segment.count:
        return [_of(Flaw.MORE, segment)]
    now = _after(tx, segment.number - 1)
    if now is not None and now.number == segment.number and now.released_by is not None:
        return []  # deleted by decision, while we were reading
    return [_of(Flaw.FEWER, segment, segment.count - len(rows))]


def _of(flaw: Flaw, segment: Segment, count: int = 0) -> Wrong:
    return Wrong(flaw, segment.number, segment.number, segment.first_at, segment.last_at, count)


def _tail(tx: Tx, ctx: Context, newest: Segment | None) -> tuple[int, list[Wrong]]:
    """Count what is not sealed yet; it is wrong when it should have been."""
    last_id = 0 if newest is None else newest.last_id
    count, oldest = tx.seals.count_after(last_id), tx.seals.oldest_after(last_id)
    if oldest is None or ctx.clock.now() - oldest <= PATIENCE:
        return count, []
    return count, [Wrong(Flaw.UNSEALED, since=oldest, count=count)]
