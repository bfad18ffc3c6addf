"""Templates in local wall time become slots in UTC, each of which somebody must own."""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime, time
from enum import Enum

from bot.domain.calendar import (
    FREE_DAY,
    ONE_DAY,
    SATURDAY,
    STOCKHOLM,
    Hours,
    WeekHours,
    free_days,
    instant,
    is_working_day,
    local,
)
from bot.domain.ids import NamndId
from bot.domain.rest.spans import Stretch
from bot.domain.rota.rules import BEFORE_FREE_DAY
from bot.domain.rules import NamndRules


class SlotKind(str, Enum):
    """What is shared fairly, each by itself."""

    EVENING = "evening"
    WEEKEND = "weekend"
    HOLIDAY = "holiday"


class ClockTurn(str, Enum):
    """What the clocks do to a time of a template."""

    MISSING = "missing"  # put forward past it: the slot is moved an hour on
    TWICE = "twice"  # put back over it: the first is meant


@dataclass(frozen=True, slots=True)
class Team:
    """The nämnder that one shift can cover together, and those whose staff may take it, for all of them."""

    namnder: tuple[NamndId, ...]
    lenders: frozenset[NamndId]
    hours: WeekHours


@dataclass(frozen=True, slots=True)
class Slot:
    """A stretch of beredskap, [starts_at, ends_at) in UTC, that begins on the local `day`."""

    team: Team
    day: date
    starts_at: datetime
    ends_at: datetime
    kind: SlotKind
    turns: tuple[ClockTurn, ...] = ()

    @property
    def stretch(self) -> Stretch:
        return Stretch(self.starts_at, self.ends_at)


def teams(namnder: Mapping[NamndId, NamndRules], templates: WeekHours) -> tuple[Team, ...]:
    """Return who can share a rota: nämnder with the same hours, for which the same others may answer."""
    found: dict[tuple[frozenset[NamndId], WeekHours], list[NamndId]] = {}
    for key, namnd in sorted(namnder.items()):
        hours = templates if templates.days else namnd.beredskap_hours
        found.setdefault((namnd.answered_by, hours), []).append(key)
    return tuple(Team(tuple(keys), lenders, hours) for (lenders, hours), keys in found.items())


def slots_of(
    some: Iterable[Team], first: date, last: date, closed_days: frozenset[date] = frozenset()
) -> tuple[Slot, ...]:
    """Return the slots that begin on the local days from `first` to `last`, both included, in order."""
    found = [slot for team in some for day in _days(first, last) for slot in _on(team, day, closed_days)]
    return tuple(sorted(found, key=lambda slot: (slot.starts_at, slot.team.namnder)))


def kind_of(day: date) -> SlotKind:
    """Return what a shift that begins on this local day counts as. A helgdag on a Saturday or Sunday is one."""
    if day in free_days(day.year):
        return SlotKind.HOLIDAY
    return SlotKind.WEEKEND if day.weekday() >= SATURDAY else SlotKind.EVENING


def _days(first: date, last: date) -> Iterator[date]:
    day = first
    while day <= last:
        yield day
        day += ONE_DAY


def _on(team: Team, day: date, closed_days: frozenset[date]) -> Iterator[Slot]:
    for hours in team.hours.on(_row(team.hours, day, closed_days)):
        start, end = _instant(day, hours.start), _instant(_end_day(day, hours), hours.end)
        turns = tuple(turn for turn in (start[1], end[1]) if turn is not None)
        if start[0] < end[0]:
            yield Slot(team, day, start[0], end[0], kind_of(day), turns)


def _row(hours: WeekHours, day: date, closed_days: frozenset[date]) -> int:
    """Return the row of the template: a working day before a free weekday has its own, where there is one."""
    if day.weekday() >= SATURDAY:
        return day.weekday()
    if not is_working_day(day, closed_days):
        return FREE_DAY
    following = day + ONE_DAY
    is_before = following.weekday() < SATURDAY and following in free_days(following.year)
    return BEFORE_FREE_DAY if is_before and hours.on(BEFORE_FREE_DAY) else day.weekday()


def _end_day(day: date, hours: Hours) -> date:
    return day + ONE_DAY if hours.crosses_midnight else day


def _instant(day: date, wall: time) -> tuple[datetime, ClockTurn | None]:
    at = instant(day, wall)
    if local(at).replace(tzinfo=None) != datetime.combine(day, wall):
        return at, ClockTurn.MISSING
    second = datetime.combine(day, wall.replace(fold=1), tzinfo=STOCKHOLM).astimezone(UTC)
    return at, ClockTurn.TWICE if second != at else None
