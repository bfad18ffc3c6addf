"""What is wrong with a rota, whoever has made it: read by a leader before it is published."""

from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from enum import Enum

from bot.domain.calendar import local
from bot.domain.ids import StaffId
from bot.domain.rest.planning import Breach, Rest, breaches, rest_options
from bot.domain.rest.spans import gaps, merged, mondays, week_window
from bot.domain.rota.draft import FreeDay, Turn
from bot.domain.rota.members import DayWish, Member
from bot.domain.rota.proposal import Part, Problem
from bot.domain.rota.slots import Slot


class FindingKind(str, Enum):
    """What can be found, the gravest first."""

    HOLE = "hole"
    BETWEEN = "between"
    WEEK = "week"
    MONTH = "month"
    AWAY = "away"
    LATE = "late"  # begins sooner than the notice that has been decided (facts: time, R10)
    RATHER_NOT = "rather_not"


SERIOUS = frozenset({FindingKind.HOLE, FindingKind.BETWEEN, FindingKind.WEEK, FindingKind.MONTH, FindingKind.AWAY})


@dataclass(frozen=True, slots=True)
class Finding:
    """One thing. `at` is when the shift begins, or the week or month; `lasts` is how long rest or beredskap is."""

    kind: FindingKind
    at: datetime | date
    staff_id: StaffId | None = None
    part: Part | None = None
    slot: Slot | None = None
    lasts: timedelta = timedelta(0)

    @property
    def is_serious(self) -> bool:
        return self.kind in SERIOUS


@dataclass(frozen=True, slots=True)
class Review:
    """What was found, the gravest first, and the days off that the rest of the week asks for."""

    findings: tuple[Finding, ...]
    free_days: tuple[FreeDay, ...]

    @property
    def is_clean(self) -> bool:
        return not any(finding.is_serious for finding in self.findings)


def review(
    problem: Problem,
    turns: Sequence[Turn],
    now: datetime,
    chosen: Iterable[FreeDay] = (),
    given: Collection[FreeDay] = (),
) -> Review:
    """Look through the shifts of a rota. `chosen` are days off that are kept where they help, and `given` are out
    already: only they can have been before now.
    """
    found = [*_holes(problem, turns), *_late(problem, turns, now)]
    free: list[FreeDay] = []
    coming = [day for day in chosen if day.day > local(now).date()]
    preferred = frozenset((*coming, *given))
    for member in problem.members:
        mine = [turn for turn in turns if turn.staff_id == member.id]
        if mine:
            days = _days_off(problem, member, mine, preferred, local(now).date())
            free += [FreeDay(member.id, day) for day in days]
            found += _of_person(problem, member, mine, days)
    order = list(FindingKind)
    return Review(tuple(sorted(found, key=lambda f: (order.index(f.kind), str(f.at)))), tuple(free))


def _holes(problem: Problem, turns: Sequence[Turn]) -> list[Finding]:
    found = []
    for slot in problem.slots:
        for part in Part if problem.rules.has_backup else (Part.OWNER,):
            theirs = merged(
                turn.stretch
                for turn in turns
                if turn.is_backup is (part is Part.BACKUP) and turn.lending_namnd in slot.team.lenders
            )
            if gaps(theirs, slot.stretch):
                found.append(Finding(FindingKind.HOLE, slot.starts_at, part=part, slot=slot))
    return found


def _late(problem: Problem, turns: Sequence[Turn], now: datetime) -> list[Finding]:
    soon = [turn for turn in turns if now < turn.starts_at < now + problem.rules.notice]
    if not soon:
        return []
    return [Finding(FindingKind.LATE, min(turn.starts_at for turn in soon))]


def _days_off(
    problem: Problem, member: Member, mine: Sequence[Turn], preferred: frozenset[FreeDay], today: date
) -> tuple[date, ...]:
    """Return a day off for each week that has its rest only with one; none where no day to come helps."""
    if not problem.asks_for_week:
        return ()
    shifts = [*(turn.stretch for turn in mine), *problem.fixed_of(member.id)]
    found: list[date] = []
    for monday in mondays(problem.first, problem.last):
        here = [shift for shift in shifts if shift.touches(week_window(monday))]
        options = rest_options(
            monday,
            here,
            problem.rules.ordinary_hours,
            away=problem.away_days(member.id),
        )
        helping = [option.day_off for option in options if not option.disturbed_by]
        days = [day for day in helping if day is not None]
        if here and days and len(days) == len(helping):
            kept = [day for day in days if FreeDay(member.id, day) in preferred]
            found += (kept or [day for day in days if day > today])[:1]
    return tuple(found)


def _of_person(problem: Problem, member: Member, mine: Sequence[Turn], days_off: Sequence[date]) -> list[Finding]:
    broken = breaches(
        [*(turn.stretch for turn in mine), *problem.fixed_of(member.id)],
        hours=problem.rules.ordinary_hours,
        rest_between=problem.rules.rest_between,
        most_in_month=problem.rules.most_in_month,
        free={*days_off} | problem.away_days(member.id),
        asks_for_week=problem.asks_for_week,
    )
    found = [_finding(member, breach) for breach in broken if _is_here(problem, breach)]
    for wish in (w for w in problem.wishes if w.staff_id == member.id and w.wish is not DayWish.GLADLY):
        kind = FindingKind.AWAY if wish.wish is DayWish.AWAY else FindingKind.RATHER_NOT
        found += [Finding(kind, t.starts_at, member.id) for t in mine if wish.touches(t.starts_at, t.ends_at)]
    return found


def _is_here(problem: Problem, breach: Breach) -> bool:
    """Tell whether a breach has to do with the days that are asked about, and not only with what stands around."""
    if breach.rest is Rest.MONTH:
        return problem.first.replace(day=1) <= breach.day <= problem.last
    if breach.rest is Rest.WEEK:
        return breach.day in mondays(problem.first, problem.last)
    return problem.first <= breach.day <= problem.last + timedelta(days=1)


def _finding(member: Member, breach: Breach) -> Finding:
    return Finding(FindingKind(breach.rest.value), breach.day, member.id, lasts=breach.found)
