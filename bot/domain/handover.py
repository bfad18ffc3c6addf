"""To which shift, day and handover something that was said belongs.

The handover follows working days as the municipality keeps them, its own closed days among them; a statutory date
never moves with it (facts: time, sections 7, 11 and 12).
"""

from dataclasses import dataclass
from datetime import date, datetime, time

from bot.domain.calendar import ONE_DAY, instant, is_working_day, local, next_working_day
from bot.domain.duty import Shift
from bot.domain.ids import ConversationId, DigestId, EpisodeId, NamndId, ShiftId, StaffId


@dataclass(frozen=True, slots=True)
class Period:
    """A shift, or a day without one. `day` is the local date that it belongs to."""

    key: str
    day: date
    shift_id: ShiftId | None = None


@dataclass(frozen=True, slots=True)
class Settled:
    """Somebody has seen to something. `reference` names where in the record it went; "" when that does not apply."""

    by: StaffId
    at: datetime
    reference: str = ""


@dataclass(frozen=True, slots=True)
class Episode:
    """What happened in one conversation during one period: a row of the handover.

    `namnd` is the nämnd whose handover it belongs to. `first_at` (UTC) is when it began, and `summary_on` the working
    day whose handover it is planned for. `digest_id` is set once it stands in one, and `added_at` when that happened
    after the post had been made. `note_next_at` is when its note is asked for next, None when nothing is asked.
    """

    id: EpisodeId
    conversation_id: ConversationId
    namnd: NamndId
    period: str
    ordinal: int
    day: date
    shift_id: ShiftId | None
    first_at: datetime
    summary_on: date
    digest_id: DigestId | None = None
    added_at: datetime | None = None
    note_next_at: datetime | None = None
    note_stage: int = 0
    reviewed: Settled | None = None
    transferred: Settled | None = None

    @property
    def takes_more(self) -> bool:
        """Tell whether what comes in may still be told in this row: nobody has read it yet, nor taken it over."""
        return self.digest_id is None and self.reviewed is None and self.transferred is None


@dataclass(frozen=True, slots=True)
class DigestRecord:
    """The handover of one nämnd on one working day. `since` is when the one before was due; None for the first."""

    id: DigestId
    namnd: NamndId
    day: date
    due_at: datetime
    posted_at: datetime
    since: datetime | None = None


def period_of(at: datetime, shift: Shift | None) -> Period:
    """Return the period of something that was said at `at`, while `shift` had the duty or nobody had.

    A shift that crosses midnight belongs to the day on which it starts: Saturday 01.30 is Friday's (facts: time,
    section 11).
    """
    if shift is not None:
        return Period(f"shift:{shift.id}", local(shift.starts_at).date(), shift.id)
    day = local(at).date()
    return Period(f"day:{day.isoformat()}", day)


def summary_on(at: datetime, shift: Shift | None, hour: time, closed_days: frozenset[date] = frozenset()) -> date:
    """Return the working day whose handover, at the local time `hour`, something said at `at` belongs to.

    That is the first one at or after `at`. A shift that is still running when its own handover is due belongs to
    that one all the same, until the day is over, and is added to it openly. A shift of several days never reaches
    back to the handover of a day that has passed.
    """
    first = first_summary(at, hour, closed_days)
    if shift is None:
        return first
    own = next_working_day(local(shift.starts_at).date(), closed_days)
    return own if local(at).date() <= own < first else first


def first_summary(at: datetime, hour: time, closed_days: frozenset[date] = frozenset()) -> date:
    """Return the first working day whose handover is due at or after the instant `at`."""
    day = local(at).date()
    if is_working_day(day, closed_days) and at <= instant(day, hour):
        return day
    return next_working_day(day, closed_days)


def next_summary(after: datetime, hour: time, closed_days: frozenset[date] = frozenset()) -> datetime:
    """Return the first instant after `after` at which a handover is due."""
    day = first_summary(after, hour, closed_days)
    if instant(day, hour) <= after:
        day = next_working_day(day, closed_days)
    return instant(day, hour)


def latest_summary(now: datetime, hour: time, closed_days: frozenset[date] = frozenset()) -> tuple[date, datetime]:
    """Return the newest working day whose handover is due by `now`, and the instant at which it was."""
    day = local(now).date()
    while not (is_working_day(day, closed_days) and instant(day, hour) <= now):
        day -= ONE_DAY
    return day, instant(day, hour)
