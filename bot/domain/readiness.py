"""Is whoever has the next shift there? When they are asked, and what may keep a text from reaching them."""

from dataclasses import dataclass, field
from datetime import datetime
from enum import Enum

from bot.domain.calendar import ONE_DAY
from bot.domain.duty import Shift
from bot.domain.ids import ShiftId, StaffId
from bot.domain.ready_rules import ReadyRules


class Stage(str, Enum):
    """What falls due on the way to a shift."""

    FIRST = "first"  # a day ahead
    LAST = "last"  # an hour ahead
    START = "start"  # it has begun, and nobody has said that they are ready


class Trouble(str, Enum):
    """What keeps us from reaching somebody."""

    NO_ACCOUNT = "no_account"  # not in Slack, or deactivated there
    GUEST = "guest"
    SILENCED = "silenced"
    NO_PHONE = "no_phone"  # none that has been verified

    @property
    def is_grave(self) -> bool:
        """Nothing that we post reaches them: the leader is told at once, and not only at the start."""
        return self in {Trouble.NO_ACCOUNT, Trouble.GUEST}


@dataclass(frozen=True, slots=True)
class Account:
    """Somebody's account in Slack."""

    is_active: bool
    is_guest: bool = False
    is_bot: bool = False

    @property
    def is_members(self) -> bool:
        """Whether it is the account of a person who is a member of the workspace."""
        return self.is_active and not (self.is_guest or self.is_bot)


@dataclass(frozen=True, slots=True)
class Silence:
    """When Slack next keeps somebody's phone quiet, [starts_at, ends_at) in UTC. `is_daily`: a schedule, no pause."""

    starts_at: datetime
    ends_at: datetime
    is_daily: bool = True

    def touches(self, starts_at: datetime, ends_at: datetime) -> bool:
        """Tell whether it falls within a stretch of time, on its own day or, when it is a schedule, on a later one."""
        away = max(0, (starts_at - self.starts_at) // ONE_DAY) if self.is_daily else 0
        days = range(away, away + 3) if self.is_daily else (0,)
        return any(self.starts_at + n * ONE_DAY < ends_at and self.ends_at + n * ONE_DAY > starts_at for n in days)


@dataclass(frozen=True, slots=True)
class Readiness:
    """What one person has been told of one shift, with the hours it had then, and has said."""

    shift_id: ShiftId
    staff_id: StaffId
    starts_at: datetime
    ends_at: datetime
    told_first_at: datetime | None = None
    told_last_at: datetime | None = None
    confirmed_at: datetime | None = None
    warned_at: datetime | None = None  # when others were told that nobody had said that they were ready
    released_at: datetime | None = None  # when they were told that the shift is not theirs any more
    troubles: frozenset[Trouble] = field(default_factory=frozenset)

    @property
    def was_told(self) -> bool:
        return self.told_first_at is not None or self.told_last_at is not None

    def is_of(self, shift: Shift | None) -> bool:
        """Tell whether the shift is still this person's."""
        return shift is not None and shift.staff_id == self.staff_id

    def fits(self, shift: Shift) -> bool:
        """Tell whether what was said was said of the shift as it is, and has not been taken back since."""
        return (
            self.is_of(shift)
            and self.released_at is None
            and (self.starts_at, self.ends_at) == (shift.starts_at, shift.ends_at)
        )


class Phone(str, Enum):
    """How far we have come with somebody's own phone; the value is a key into the texts."""

    NONE = "none"
    UNVERIFIED = "unverified"
    VERIFIED = "verified"


@dataclass(frozen=True, slots=True)
class NextShift:
    """The next shift of whoever looks at Home, when it is time to say that they are ready."""

    shift_id: ShiftId
    starts_at: datetime
    ends_at: datetime
    namnd_name: str
    is_confirmed: bool
    is_silenced: bool  # when we last looked
    is_running: bool = False
    is_backup: bool = False


@dataclass(frozen=True, slots=True)
class ReadyHome:
    """What Home says of being ready."""

    next: NextShift | None
    phone: Phone
    phone_end: str = ""  # the two last digits


def due_stage(shift: Shift, kept: Readiness | None, now: datetime, rules: ReadyRules) -> Stage | None:
    """Return what is to be said of a shift now; None when nothing is.

    Whoever was told of it too late for the first is told the last only. After the start those are spoken of who were
    told before and have said nothing: whoever was never asked is not to blame.
    """
    if kept is not None and not kept.fits(shift):
        kept = None
    if now >= shift.ends_at:
        return None
    if now >= shift.starts_at:
        is_silent = kept is not None and kept.was_told and kept.confirmed_at is None and kept.warned_at is None
        return Stage.START if is_silent else None
    if now >= shift.starts_at - rules.last_ahead:
        return Stage.LAST if kept is None or kept.told_last_at is None else None
    if now >= shift.starts_at - rules.first_ahead:
        return Stage.FIRST if kept is None or kept.told_first_at is None else None
    return None


def next_stage(shift: Shift, after: datetime, rules: ReadyRules) -> datetime | None:
    """Return the next instant after `after` at which something may have to be said of a shift."""
    edges = (shift.starts_at - rules.first_ahead, shift.starts_at - rules.last_ahead, shift.starts_at)
    return min((edge for edge in edges if edge > after), default=None)
