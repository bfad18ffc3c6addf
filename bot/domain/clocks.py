"""The limits that a nämnd works under: which there are, the law behind each, and when each runs out.

The law stands here as data and small pure functions, one a limit, so that a changed law is a small change. Days are
local (Europe/Stockholm); instants are aware UTC, and hours are elapsed time, also over the nights when the clock is
changed (facts: time, sections 7 to 12).
"""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from enum import Enum
from itertools import count
from typing import Final

from bot.domain.calendar import (
    ONE_DAY,
    SATURDAY,
    Hours,
    WeekHours,
    instant,
    is_working_day,
    local,
    next_working_day,
    working_day_on_or_before,
)

MIDNIGHT: Final = time(0)
MONTHS_A_YEAR: Final = 12
TEN_YEARS: Final = 3653  # days
SCHOOL: Final = WeekHours(tuple((day, Hours(time(8), time(15))) for day in range(5)))
USUAL: Final = WeekHours(tuple((day, Hours(time(8), time(17))) for day in range(5)))  # where an office has no hours


class ClockKind(str, Enum):
    """What may run out. Each is a clock of its own, also when one report started several."""

    SKYDDSBEDOMNING = "skyddsbedomning"
    FORHANDSBEDOMNING = "forhandsbedomning"
    UTREDNING = "utredning"
    ATERKOPPLING_ANMALARE = "aterkoppling_anmalare"
    ATERKOPPLING_BARN = "aterkoppling_barn"
    ALLVARSSAMTAL = "allvarssamtal"


@dataclass(frozen=True, slots=True)
class Ground:
    """Where a limit comes from: what people may look up, or "" where no statute says it."""

    section: str
    says: str


GROUNDS: Final[dict[ClockKind, Ground]] = {
    ClockKind.SKYDDSBEDOMNING: Ground("SoL 2025:400 20 kap. 1 §", "genast; samma dag (prop. 2012/13:10 s. 60)"),
    ClockKind.FORHANDSBEDOMNING: Ground("SoL 2025:400 20 kap. 2 §", "inom 14 dagar från det att anmälan kom in"),
    ClockKind.UTREDNING: Ground("SoL 2025:400 20 kap. 3 §", "skyndsamt och senast inom fyra månader"),
    ClockKind.ATERKOPPLING_ANMALARE: Ground("SoL 2025:400 19 kap. 6 §", "på begäran, inom en vecka från beslutet"),
    ClockKind.ATERKOPPLING_BARN: Ground("", "nämndens eget mål"),
    ClockKind.ALLVARSSAMTAL: Ground("", "nämndens riktlinje: kallad inom 48 timmar"),
}
HAS_LAST_DAY: Final = frozenset(  # what lag 1930:173 2 § can be about: "genast" has no last day, and a goal is no law
    {ClockKind.FORHANDSBEDOMNING, ClockKind.UTREDNING, ClockKind.ATERKOPPLING_ANMALARE}
)


class Counting(str, Enum):
    """How the hours of an allvarssamtal are counted; no source says, so each nämnd chooses (facts: time, section 9)."""

    ELAPSED = "elapsed"
    WORKING_DAYS = "working_days"  # days off are skipped, a working day counts whole
    OFFICE_HOURS = "office_hours"


class StartEvent(str, Enum):
    """What starts the hours of an allvarssamtal; the nämnd chooses (facts: time, section 9)."""

    REPORT_RECEIVED = "report_received"
    SUSPICION = "suspicion"
    ASSIGNED = "assigned"


@dataclass(frozen=True, slots=True)
class ClockRules:
    """What one nämnd has decided about its clocks. Ladders are when to remind, counted as their names say."""

    skydd_late_after: time = time(15)  # local; what comes in from then on may be assessed the next day
    forhand_days: int = 14
    counts_receipt_day: bool = False
    forhand_ladder_days: tuple[int, ...] = (7, 11)  # after receipt
    utredning_months: int = 4
    utredning_ladder_days: tuple[int, ...] = (30, 14, 7)  # before the limit
    feedback_days: int = 7
    child_feedback_days: int = 7
    talk_hours: int = 48
    talk_counting: Counting = Counting.ELAPSED
    talk_starts: StartEvent = StartEvent.REPORT_RECEIVED
    talk_ladder_hours: tuple[int, ...] = (24, 40)  # after the start, counted as the limit is
    school_hours: WeekHours = SCHOOL  # nobody is summoned then unless somebody says so
    target_percent: int = 90
    mask_at_most: int = 3  # counts from 1 to this many are never printed (facts: domain, section 10)
    overview_weekday: int = 0  # Monday


@dataclass(frozen=True, slots=True)
class Limit:
    """When something runs out. `due_at` is the first instant at which it is too late (UTC).

    `due_on` is the last local day; `act_before` the last instant in office hours before `due_at`, and `plan_on` its
    day. Both may lie before the start: what came in on a Friday evening and runs out on Sunday has no office hours.
    `late_on` is information only: the day on which a measure under law might still be taken when the last day is a
    day off (lag 1930:173 2 §). Nobody is told that a date was moved.
    """

    due_at: datetime
    due_on: date
    plan_on: date
    act_before: datetime
    late_on: date | None = None


def add_months(day: date, months: int) -> date:
    """Return the same day `months` later, or the last of that month (lag 1930:173 1 §).

    >>> add_months(date(2026, 10, 31), 4), add_months(date(2027, 10, 29), 4)
    (datetime.date(2027, 2, 28), datetime.date(2028, 2, 29))
    """
    years, month = divmod(day.month - 1 + months, MONTHS_A_YEAR)
    for last in range(day.day, 27, -1):
        try:
            return date(day.year + years, month + 1, last)
        except ValueError:
            continue
    return date(day.year + years, month + 1, day.day)


def limit_of(
    kind: ClockKind,
    starts_at: datetime,
    rules: ClockRules,
    office: WeekHours,
    closed_days: frozenset[date],
    *,
    at_once: bool = False,
    extended_to: date | None = None,
) -> Limit:
    """Return when a clock that started at `starts_at` (aware) runs out.

    `extended_to` is the last day by a decision to extend. `at_once`: what is to be said to whoever reported is due
    the same day, since the decision had been made when they asked (SoL 2025:400 19 kap. 6 §).
    """
    if kind is ClockKind.ALLVARSSAMTAL:
        due_at = counted_until(starts_at, timedelta(hours=rules.talk_hours), rules.talk_counting, office, closed_days)
        return _limit(due_at, _day_until(due_at), None, office, closed_days)
    due_on = extended_to or (local(starts_at).date() if at_once else DUE_ON[kind](starts_at, rules))
    has_late_on = kind in HAS_LAST_DAY and not at_once and not is_working_day(due_on)
    late_on = next_working_day(due_on) if has_late_on else None
    return _limit(instant(due_on + ONE_DAY, MIDNIGHT), due_on, late_on, office, closed_days)


def _limit(
    due_at: datetime, due_on: date, late_on: date | None, office: WeekHours, closed_days: frozenset[date]
) -> Limit:
    act_before = last_open(office, due_at, closed_days)
    plan_on = min(working_day_on_or_before(due_on, closed_days), _day_until(act_before))
    return Limit(due_at, due_on, plan_on, act_before, late_on)


def _day_until(at: datetime) -> date:
    """Return the local day that the time before `at` belongs to: midnight ends a day."""
    return local(at - timedelta(microseconds=1)).date()


def _skyddsbedomning(received_at: datetime, rules: ClockRules) -> date:
    """SoL 2025:400 20 kap. 1 §: genast. Older practice: the same day, or the next if it came late."""
    wall = local(received_at)
    return wall.date() + ONE_DAY if wall.time() >= rules.skydd_late_after else wall.date()


def _forhandsbedomning(received_at: datetime, rules: ClockRules) -> date:
    """SoL 2025:400 20 kap. 2 §: 14 days from when the report came in to the nämnd; its day is not counted."""
    return local(received_at).date() + timedelta(days=rules.forhand_days - int(rules.counts_receipt_day))


def _utredning(opened_at: datetime, rules: ClockRules) -> date:
    """SoL 2025:400 20 kap. 3 §: within four months."""
    return add_months(local(opened_at).date(), rules.utredning_months)


def _feedback(decided_at: datetime, rules: ClockRules) -> date:
    """SoL 2025:400 19 kap. 6 §: on request, within a week of the decision."""
    return local(decided_at).date() + timedelta(days=rules.feedback_days)


def _child_feedback(closed_at: datetime, rules: ClockRules) -> date:
    return local(closed_at).date() + timedelta(days=rules.child_feedback_days)


DUE_ON: Final[dict[ClockKind, Callable[[datetime, ClockRules], date]]] = {
    ClockKind.SKYDDSBEDOMNING: _skyddsbedomning,
    ClockKind.FORHANDSBEDOMNING: _forhandsbedomning,
    ClockKind.UTREDNING: _utredning,
    ClockKind.ATERKOPPLING_ANMALARE: _feedback,
    ClockKind.ATERKOPPLING_BARN: _child_feedback,
}


def counted_until(
    starts_at: datetime, length: timedelta, counting: Counting, office: WeekHours, closed_days: frozenset[date]
) -> datetime:
    """Return the instant (UTC) at which `length` has passed since `starts_at` (aware), of the hours that count."""
    starts_at = starts_at.astimezone(UTC)  # added to local time, hours would be those of the wall clock
    if counting is Counting.ELAPSED:
        return starts_at + length
    left = length
    for start, end in _counted_spans(local(starts_at).date(), counting, office, closed_days):
        begins = max(start, starts_at)
        if begins >= end:
            continue
        if begins + left <= end:
            return begins + left
        left -= end - begins
    return starts_at + length  # they do not come in ten years: the plain reading


def _counted_spans(
    first: date, counting: Counting, office: WeekHours, closed_days: frozenset[date]
) -> Iterator[tuple[datetime, datetime]]:
    for days in range(TEN_YEARS):
        day = first + days * ONE_DAY
        if counting is Counting.OFFICE_HOURS:
            yield from open_spans(office, day, closed_days)
        elif is_working_day(day, closed_days):
            yield instant(day, MIDNIGHT), instant(day + ONE_DAY, MIDNIGHT)


def open_spans(office: WeekHours, day: date, closed_days: frozenset[date]) -> Iterator[tuple[datetime, datetime]]:
    """Yield when the office is open on `day`, in order and without overlap; never on a day off, nor past midnight.

    An office without hours of its own, Monday to Friday, has the usual ones.
    """
    if not is_working_day(day, closed_days):
        return
    has_hours = any(row < SATURDAY for row, _ in office.days)
    reached, midnight = instant(day, MIDNIGHT), instant(day + ONE_DAY, MIDNIGHT)
    for start, end in (office if has_hours else USUAL).spans_on(day, closed_days):
        begins, ends = max(start, reached), min(end, midnight)
        if begins < ends:
            yield begins, ends
            reached = ends


def _spans_back(
    office: WeekHours, before: datetime, closed_days: frozenset[date]
) -> Iterator[tuple[datetime, datetime]]:
    """Yield when the office has been open before an instant, the newest first, without end: some day it was."""
    today = local(before).date()
    for days in count():
        for start, end in reversed(tuple(open_spans(office, today - days * ONE_DAY, closed_days))):
            if start < before:
                yield start, min(end, before)


def last_open(office: WeekHours, before: datetime, closed_days: frozenset[date]) -> datetime:
    """Return the last instant not after `before` until which the office is open on a working day."""
    return next(end for _, end in _spans_back(office, before, closed_days))


def worked_back(office: WeekHours, before: datetime, length: timedelta, closed_days: frozenset[date]) -> datetime:
    """Return the instant in working time from which `length` of office hours is left until `before`.

    It steps over lunch, nights and days off.
    """
    left, found = length, before
    for start, end in _spans_back(office, before, closed_days):
        found = max(start, end - left)
        left -= end - found
        if not left:
            break
    return found


def open_from(office: WeekHours, at: datetime, closed_days: frozenset[date]) -> datetime:
    """Return `at` when the office is open then, else when it next opens, also after lunch."""
    for start, end in open_spans(office, local(at).date(), closed_days):
        if at < end:
            return max(start, at)
    return next_morning(office, at, closed_days)


def opening_on(office: WeekHours, day: date, closed_days: frozenset[date]) -> datetime:
    """Return when the office opens on `day`; 08.00 where it has no hours."""
    return next((start for start, _ in open_spans(office, day, closed_days)), instant(day, time(8)))


def morning_on_or_before(office: WeekHours, day: date, closed_days: frozenset[date]) -> datetime:
    """Return when the office opens on `day`, or on the last day before it on which it opens."""
    return next(start for days in count() for start, _ in open_spans(office, day - days * ONE_DAY, closed_days))


def next_morning(office: WeekHours, after: datetime, closed_days: frozenset[date]) -> datetime:
    """Return the first opening of a working day after the instant `after`; after lunch is no morning."""
    days = (local(after).date() + n * ONE_DAY for n in count())
    openings = (next(open_spans(office, day, closed_days), None) for day in days)
    return next(opening[0] for opening in openings if opening is not None and opening[0] > after)


def is_working_time(office: WeekHours, at: datetime, closed_days: frozenset[date]) -> bool:
    """Tell whether the office is open at `at`, on a working day."""
    return any(start <= at < end for start, end in open_spans(office, local(at).date(), closed_days))
