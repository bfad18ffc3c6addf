"""What is wanted of a rota beyond what must hold: fairness, wishes, and nights that come in twos and threes."""

from collections import defaultdict
from collections.abc import Iterator, Sequence
from datetime import date
from typing import Final

from ortools.sat.python import cp_model

from bot.domain.calendar import ONE_DAY
from bot.domain.ids import StaffId
from bot.domain.rota.fairness import MOST_CARRIED, TENTHS, Load, load_of, targets
from bot.domain.rota.members import DayWish
from bot.domain.rota.proposal import Part
from bot.services.rota.model import Model

LONGEST_RUN: Final = 3  # evenings in a row
OF_THE_WORST: Final = 3  # how much more the one who is worst off counts than the others

Cost = tuple[cp_model.IntVar, int]  # what a variable costs for each that it counts


def cost_of(model: Model) -> cp_model.LinearExprT:
    """Return what the solver should make small."""
    costs = [*_unfair(model), *_wishes(model), *_runs(model), *_days_off(model)]
    return cp_model.LinearExpr.weighted_sum([variable for variable, _ in costs], [cost for _, cost in costs])


def _unfair(model: Model) -> Iterator[Cost]:
    """How far everybody is from what is fair, in tenths of a shift, and above all the one who is worst off."""
    weights = model.problem.rules.weights
    each = {
        Load.EVENINGS: weights.evenings,
        Load.WEEKENDS: weights.weekends,
        Load.HOLIDAYS: weights.holidays,
        Load.BACKUPS: weights.backups,
    }
    for load, weight in each.items():
        if weight:
            yield from _unfair_in(model, load, weight)


def _unfair_in(model: Model, load: Load, weight: int) -> Iterator[Cost]:
    theirs: defaultdict[StaffId, list[cp_model.IntVar]] = defaultdict(list)
    places = set()
    for (staff_id, (number, part)), variable in model.has.items():
        if load_of(model.problem.slots[number].kind, is_backup=part is Part.BACKUP) is load:
            theirs[staff_id].append(variable)
            places.add((number, part))
    able = {staff_id: len(variables) for staff_id, variables in theirs.items()}
    most = TENTHS * (len(places) + 1) + MOST_CARRIED
    worst = model.cp.new_int_var(0, most, f"worst {load.value}")
    yield worst, weight * OF_THE_WORST
    for staff_id, fair in targets(load, len(places), able, model.problem.before).items():
        off = model.cp.new_int_var(0, most, f"{staff_id} {load.value}")
        given = TENTHS * cp_model.LinearExpr.sum(theirs[staff_id])
        model.cp.add(off >= given - fair)
        model.cp.add(off >= fair - given)
        model.cp.add(worst >= off)
        yield off, weight


def _wishes(model: Model) -> Iterator[Cost]:
    """A shift against a wish costs; one that was wished for gives back half."""
    weight = model.problem.rules.weights.wishes * TENTHS
    wishes = [w for w in model.problem.wishes if w.wish is not DayWish.AWAY]
    for (staff_id, (number, _)), variable in model.has.items():
        slot = model.problem.slots[number]
        for wish in wishes:
            if wish.staff_id == staff_id and wish.touches(slot.starts_at, slot.ends_at):
                yield variable, weight if wish.wish is DayWish.RATHER_NOT else -weight // 2


def _runs(model: Model) -> Iterator[Cost]:
    """A night by itself costs, and so does the fourth in a row: two or three belong together."""
    weights = model.problem.rules.weights
    theirs: defaultdict[StaffId, defaultdict[date, list[cp_model.IntVar]]] = defaultdict(lambda: defaultdict(list))
    for (staff_id, (number, part)), variable in model.has.items():
        if part is Part.OWNER:
            theirs[staff_id][model.problem.slots[number].day].append(variable)
    for staff_id, days in theirs.items():
        for day in sorted(days):
            alone = model.cp.new_bool_var(f"{staff_id} alone {day}")
            beside = [*days.get(day - ONE_DAY, []), *days.get(day + ONE_DAY, [])]
            model.cp.add(_total([alone, *beside]) >= _total(days[day]))
            long = model.cp.new_bool_var(f"{staff_id} long {day}")
            run = [v for n in range(LONGEST_RUN + 1) for v in days.get(day + n * ONE_DAY, [])]
            model.cp.add(_total(run) <= LONGEST_RUN + long)
            yield alone, TENTHS * weights.single_nights
            yield long, TENTHS * weights.long_runs


def _total(variables: Sequence[cp_model.IntVar]) -> cp_model.LinearExprT:
    return cp_model.LinearExpr.sum(variables)


def _days_off(model: Model) -> Iterator[Cost]:
    """Each day off costs, and so does that one person has more of them than the others: they follow the Saturdays."""
    weight = model.problem.rules.weights.days_off * TENTHS
    theirs: defaultdict[StaffId, list[cp_model.IntVar]] = defaultdict(list)
    for (staff_id, _), variable in model.off.items():
        theirs[staff_id].append(variable)
        yield variable, weight
    most = model.cp.new_int_var(0, len(model.off), "most days off")
    for variables in theirs.values():
        model.cp.add(most >= _total(variables))
    yield most, weight * OF_THE_WORST
