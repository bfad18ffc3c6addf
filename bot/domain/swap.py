"""To give a shift to somebody else, whole or in part."""

from collections.abc import Iterable
from dataclasses import dataclass, field, replace
from datetime import datetime, time, timedelta
from enum import Enum
from typing import NewType

from bot.domain.calendar import ONE_DAY, instant, local
from bot.domain.duty import Shift, ShownShift
from bot.domain.ids import NamndId, ShiftId, StaffId, new_id
from bot.domain.people import Role, Staff
from bot.domain.rest.findings import Finding

SwapId = NewType("SwapId", str)


class SwapState(str, Enum):
    """`open` -> `asked` where a leader has to approve -> one of the others, which are final."""

    OPEN = "open"
    ASKED = "asked"
    DONE = "done"
    WITHDRAWN = "withdrawn"
    REFUSED = "refused"
    LAPSED = "lapsed"


@dataclass(frozen=True, slots=True)
class SwapOffer:
    """A part of a shift, [starts_at, ends_at) in UTC, that its owner wants to give away. `to` None: to all who may."""

    id: SwapId
    shift_id: ShiftId
    giver: StaffId
    namnd: NamndId  # which lends the shift
    starts_at: datetime
    ends_at: datetime
    made_at: datetime
    to: StaffId | None = None
    state: SwapState = SwapState.OPEN
    taker: StaffId | None = None
    declined: frozenset[StaffId] = field(default_factory=frozenset)

    @property
    def is_live(self) -> bool:
        return self.state in {SwapState.OPEN, SwapState.ASKED}

    @property
    def is_now(self) -> bool:
        """It was offered while it ran: whoever takes it has it from that moment, and no leader is waited for."""
        return self.starts_at <= self.made_at

    @property
    def lapses_at(self) -> datetime:
        return self.ends_at if self.is_now else self.starts_at

    def overlaps(self, starts_at: datetime, ends_at: datetime) -> bool:
        return self.starts_at < ends_at and self.ends_at > starts_at


def part_of(shift: Shift, first: time | None, last: time | None, now: datetime) -> tuple[datetime, datetime] | None:
    """Return the part of a shift between two wall-clock times, None where there is no such part; None is its edge.

    Of a shift that runs only what is left can be given. Where a time comes twice, in the autumn night, it is the first.
    """
    start = shift.starts_at if first is None else _within(shift, first)
    end = shift.ends_at if last is None else _within(shift, last)
    if start is None or end is None:
        return None
    start = max(start, now) if first is None else start
    return (start, end) if now <= start < end else None


def _within(shift: Shift, wall: time) -> datetime | None:
    day = local(shift.starts_at).date()
    while day <= local(shift.ends_at).date():
        at = instant(day, wall)
        if shift.starts_at <= at <= shift.ends_at:
            return at
        day += ONE_DAY
    return None


def handed(shift: Shift, starts_at: datetime, ends_at: datetime, taker: StaffId) -> tuple[Shift, ...]:
    """Return what a shift becomes when somebody takes a part of it: the taker's first, then what is kept.

    Whole it stays the same shift with another owner. Of what is kept the first keeps the id: what has been said and
    done in it stays with whoever had it.
    """
    if (starts_at, ends_at) == (shift.starts_at, shift.ends_at):
        return (replace(shift, staff_id=taker),)
    given = replace(shift, id=ShiftId(new_id()), staff_id=taker, starts_at=starts_at, ends_at=ends_at)
    return (given, *left_of(shift, starts_at, ends_at))


def left_of(shift: Shift, starts_at: datetime, ends_at: datetime) -> tuple[Shift, ...]:
    """Return what is left of a shift without [starts_at, ends_at); the first part keeps the id."""
    spans = ((shift.starts_at, min(starts_at, shift.ends_at)), (max(ends_at, shift.starts_at), shift.ends_at))
    kept = [replace(shift, starts_at=start, ends_at=end) for start, end in spans if start < end]
    return tuple(part if nth == 0 else replace(part, id=ShiftId(new_id())) for nth, part in enumerate(kept))


def may_take(staff: Staff, offer: SwapOffer) -> bool:
    """Tell whether somebody can have this shift: who lends it decides whose texts it may read."""
    is_able = staff.is_active and staff.slack_user_id is not None and staff.has(Role.FAMILJEBEHANDLARE, offer.namnd)
    return is_able and staff.id != offer.giver and offer.to in {None, staff.id}


def is_taken_up(staff_id: StaffId, starts_at: datetime, ends_at: datetime, shifts: Iterable[Shift]) -> bool:
    """Tell whether somebody has a shift already that touches these hours; one as backup gives way."""
    return any(
        shift.staff_id == staff_id and not shift.is_backup and shift.starts_at < ends_at and shift.ends_at > starts_at
        for shift in shifts
    )


@dataclass(frozen=True, slots=True)
class SwapCard:
    """What somebody is asked: to take a shift, or as a leader to approve that it changes hands."""

    offer_id: str
    giver: str  # a mention
    taker: str  # a mention; "" while nobody has said yes
    namnd_name: str
    starts_at: datetime
    ends_at: datetime
    rest: timedelta | None  # the taker's; None when they have no other shift near it
    findings: tuple[Finding, ...] = ()  # what the rules of rest say against it
    is_now: bool = False
    is_backup: bool = False
    is_trial: bool = False


@dataclass(frozen=True, slots=True)
class SwapPlan:
    """What somebody is about to offer, before they say yes."""

    shift_id: str
    starts_at: datetime
    ends_at: datetime
    to: str  # a staff id; "" for all
    to_name: str
    rest: timedelta | None
    namnd_name: str
    needs_approval: bool
    is_now: bool
    findings: tuple[Finding, ...] = ()
    is_backup: bool = False


@dataclass(frozen=True, slots=True)
class SwapForm:
    """What can be offered, and to whom: ids with what they are called."""

    shifts: tuple[ShownShift, ...]
    people: tuple[tuple[str, str], ...]  # id and name


@dataclass(frozen=True, slots=True)
class SwapLine:
    """One of my own offers that nobody has taken yet."""

    offer_id: str
    starts_at: datetime
    ends_at: datetime
    to: str  # a mention; "" for all
    is_asked: bool


@dataclass(frozen=True, slots=True)
class SwapHome:
    """What Home says of swaps."""

    may_offer: bool
    offers: tuple[SwapLine, ...] = ()
