"""What is asked of a proposal, what comes of it, and why something could not be met."""

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from enum import Enum

from bot.domain.duty import Shift
from bot.domain.ids import NamndId, StaffId
from bot.domain.rest.planning import breaches, gap_between, rest_options
from bot.domain.rest.spans import WEEK, Stretch, local_days, mondays
from bot.domain.rota.fairness import Fairness, Tally, load_of
from bot.domain.rota.members import DayWish, Member, WishedDays, is_away
from bot.domain.rota.rules import RotaRules, WeeklyRest
from bot.domain.rota.slots import Slot


class Part(str, Enum):
    """What somebody does in a slot."""

    OWNER = "owner"
    BACKUP = "backup"


class WhyNot(str, Enum):
    """Why somebody cannot have a slot, the plainest first."""

    NOT_LENT = "not_lent"  # their nämnd may not answer for all that the slot covers
    WITHOUT_SLACK = "without_slack"
    AWAY = "away"
    HAS_IT = "has_it"  # they have another part of it, or another shift then
    BETWEEN = "between"
    WEEK = "week"
    MONTH = "month"
    SHARE = "share"
    NOTHING = "nothing"  # nothing is in the way of this one alone: more time may find a way


@dataclass(frozen=True, slots=True)
class Problem:
    """What a proposal is made of. `fixed` are shifts that stay as they are, round about and within."""

    first: date
    last: date
    slots: tuple[Slot, ...]
    members: tuple[Member, ...]
    wishes: tuple[WishedDays, ...] = ()
    fixed: tuple[Shift, ...] = ()
    before: Mapping[StaffId, Tally] = field(default_factory=dict)
    rules: RotaRules = field(default_factory=RotaRules)

    def away_days(self, staff_id: StaffId) -> frozenset[date]:
        """Return the local days on which somebody is away, and does no ordinary work either."""
        return frozenset(
            wish.first + timedelta(days=n)
            for wish in self.wishes
            if wish.staff_id == staff_id and wish.wish is DayWish.AWAY
            for n in range(wish.days)
        )

    def fixed_of(self, staff_id: StaffId) -> tuple[Stretch, ...]:
        return tuple(Stretch(s.starts_at, s.ends_at) for s in self.fixed if s.staff_id == staff_id)

    @property
    def asks_for_week(self) -> bool:
        return self.rules.weekly_rest is WeeklyRest.DAY_OFF


@dataclass(frozen=True, slots=True)
class Assignment:
    """Somebody has a part of a slot, lent by a nämnd."""

    slot: Slot
    part: Part
    staff_id: StaffId
    lending_namnd: NamndId

    @property
    def stretch(self) -> Stretch:
        return self.slot.stretch


@dataclass(frozen=True, slots=True)
class DayOff:
    """A working day on which somebody must be free, so that the week has its 36 hours of rest."""

    staff_id: StaffId
    day: date


@dataclass(frozen=True, slots=True)
class Unfilled:
    """A part of a slot that nobody could be given, and how many could not for each reason."""

    slot: Slot
    part: Part
    reasons: tuple[tuple[WhyNot, int], ...]


@dataclass(frozen=True, slots=True)
class Proposal:
    """What the solver found. `is_proven`: no rota fills more slots; without it more time might."""

    assignments: tuple[Assignment, ...]
    days_off: tuple[DayOff, ...] = ()
    unfilled: tuple[tuple[Slot, Part], ...] = ()
    is_proven: bool = True
    took: timedelta = timedelta(0)

    def of(self, staff_id: StaffId) -> tuple[Assignment, ...]:
        return tuple(a for a in self.assignments if a.staff_id == staff_id)


@dataclass(frozen=True, slots=True)
class WishNotMet:
    """Somebody was given a shift on a day on which they would rather not have one."""

    staff_id: StaffId
    starts_at: datetime


def explain(problem: Problem, proposal: Proposal) -> tuple[Unfilled, ...]:
    """Return each part that nobody has, with the reasons, the plainest first."""
    return tuple(_unfilled(problem, proposal, slot, part) for slot, part in proposal.unfilled)


def _unfilled(problem: Problem, proposal: Proposal, slot: Slot, part: Part) -> Unfilled:
    counted = Counter(why_not(problem, proposal, member, slot, part) for member in problem.members)
    return Unfilled(slot, part, tuple((why, counted[why]) for why in WhyNot if counted[why]))


def why_not(problem: Problem, proposal: Proposal, member: Member, slot: Slot, part: Part) -> WhyNot:
    """Return what keeps one person from one slot, when everything else is as proposed."""
    plain = cannot_ever(problem, member, slot, part)
    if plain is not None:
        return plain
    mine = [a.stretch for a in proposal.of(member.id)] + list(problem.fixed_of(member.id))
    gaps = [gap_between(other, slot.stretch) for other in mine]
    if any(gap < timedelta(0) for gap in gaps):
        return WhyNot.HAS_IT
    if any(gap < problem.rules.rest_between for gap in gaps):
        return WhyNot.BETWEEN
    if _breaks(problem, member, [*mine, slot.stretch], asks_for_week=False):
        return WhyNot.MONTH
    if _has_no_week(problem, member, mine, slot.stretch):
        return WhyNot.WEEK
    return WhyNot.SHARE if _share_is_full(problem, proposal, member, slot, part) else WhyNot.NOTHING


def cannot_ever(problem: Problem, member: Member, slot: Slot, part: Part) -> WhyNot | None:
    """Return what keeps one person from a slot whatever else they have; None when nothing does."""
    if member.lender_for(slot.team) is None:
        return WhyNot.NOT_LENT
    if part is Part.OWNER and not member.has_slack:
        return WhyNot.WITHOUT_SLACK
    return WhyNot.AWAY if is_away(member, slot, problem.wishes) else None


def _breaks(problem: Problem, member: Member, shifts: list[Stretch], *, asks_for_week: bool) -> bool:
    return bool(
        breaches(
            shifts,
            hours=problem.rules.ordinary_hours,
            rest_between=problem.rules.rest_between,
            most_in_month=problem.rules.most_in_month,
            free=problem.away_days(member.id),
            asks_for_week=asks_for_week,
        )
    )


def _has_no_week(problem: Problem, member: Member, mine: list[Stretch], more: Stretch) -> bool:
    """Tell whether no day off gives the weeks that the shift touches their rest."""
    if not problem.asks_for_week:
        return False
    for monday in mondays(*local_days(more)):
        near = [shift for shift in (*mine, more) if abs(shift.starts_at - more.starts_at) < 2 * WEEK]
        options = rest_options(
            monday,
            near,
            problem.rules.ordinary_hours,
            away=problem.away_days(member.id),
        )
        if all(option.disturbed_by for option in options):
            return True
    return False


def _share_is_full(problem: Problem, proposal: Proposal, member: Member, slot: Slot, part: Part) -> bool:
    lender = member.lender_for(slot.team)
    if part is not Part.OWNER or lender is None or lender not in problem.rules.max_share:
        return False
    owned = sum(a.part is Part.OWNER and a.lending_namnd == lender for a in proposal.assignments)
    return owned >= most_owned(problem, lender)


def most_owned(problem: Problem, lender: NamndId) -> int:
    """Return how many slots may have an owner whom this nämnd lends."""
    return len(problem.slots) * problem.rules.max_share.get(lender, 100) // 100


def fairness(problem: Problem, proposal: Proposal) -> tuple[Fairness, ...]:
    """Return the fairness table, by name."""
    rows = []
    for member in sorted(problem.members, key=lambda m: (m.name, m.id)):
        now = Counter(load_of(a.slot.kind, is_backup=a.part is Part.BACKUP) for a in proposal.of(member.id))
        rows.append(Fairness(member.id, problem.before.get(member.id, {}), now))
    return tuple(rows)


def wishes_not_met(problem: Problem, proposal: Proposal) -> tuple[WishNotMet, ...]:
    """Return the shifts that were given on days on which somebody would rather not, in order."""
    found = [
        WishNotMet(a.staff_id, a.slot.starts_at)
        for a in proposal.assignments
        for wish in problem.wishes
        if wish.staff_id == a.staff_id
        and wish.wish is DayWish.RATHER_NOT
        and wish.touches(a.slot.starts_at, a.slot.ends_at)
    ]
    return tuple(sorted(dict.fromkeys(found), key=lambda w: (w.starts_at, w.staff_id)))
