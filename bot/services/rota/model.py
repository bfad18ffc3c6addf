"""The rota as a model for CP-SAT: what must hold, and what each part that nobody has would cost.

What must hold is never given up. That a slot stays empty is always possible, so that there is always an answer, and
`solve` first finds how few must, an owner before a backup.
"""

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import date, timedelta

from ortools.sat.python import cp_model

from bot.domain.ids import NamndId, StaffId
from bot.domain.rest.limits import beredskap_in
from bot.domain.rest.planning import gap_between, rest_options
from bot.domain.rest.spans import local_days, merged, mondays, months, week_window
from bot.domain.rota.members import Member
from bot.domain.rota.proposal import Part, Problem, cannot_ever, most_owned

A_MINUTE = timedelta(minutes=1)

Place = tuple[int, Part]  # a slot by its place in the problem, and the part


@dataclass(slots=True)
class Model:
    """The variables: who has which part, which parts nobody has, and who is off on which day."""

    problem: Problem
    cp: cp_model.CpModel = field(default_factory=cp_model.CpModel)
    has: dict[tuple[StaffId, Place], cp_model.IntVar] = field(default_factory=dict)
    empty: dict[Place, cp_model.IntVar] = field(default_factory=dict)
    off: dict[tuple[StaffId, date], cp_model.IntVar] = field(default_factory=dict)

    def of(self, member: Member, slot: int) -> list[cp_model.IntVar]:
        """Return what says whether somebody has any part of a slot; they have one at most."""
        return [self.has[key] for part in Part if (key := (member.id, (slot, part))) in self.has]


def built(problem: Problem) -> Model:
    """Return the model with everything that must hold."""
    model = Model(problem)
    parts = list(Part) if problem.rules.has_backup else [Part.OWNER]
    for number, slot in enumerate(problem.slots):
        for part in parts:
            _give_to_one(model, (number, part), [m for m in problem.members if not cannot_ever(problem, m, slot, part)])
    for member in problem.members:
        _rest_between(model, member)
        _rest_in_weeks(model, member)
        _hours_in_months(model, member)
    _shares(model)
    return model


def _give_to_one(model: Model, place: Place, able: Sequence[Member]) -> None:
    for member in able:
        model.has[member.id, place] = model.cp.new_bool_var(f"{member.id} {place[0]} {place[1].value}")
    model.empty[place] = model.cp.new_bool_var(f"empty {place[0]} {place[1].value}")
    model.cp.add_exactly_one([*(model.has[m.id, place] for m in able), model.empty[place]])


def _rest_between(model: Model, member: Member) -> None:
    """Of two slots with too little between them somebody has one at most; beside a fixed shift, none."""
    problem, slots = model.problem, model.problem.slots
    fixed = problem.fixed_of(member.id)
    for number, slot in enumerate(slots):
        mine = model.of(member, number)
        if any(gap_between(slot.stretch, other) < problem.rules.rest_between for other in fixed):
            model.cp.add(sum(mine) == 0)
            continue
        model.cp.add_at_most_one(mine)
        for later in range(number + 1, len(slots)):
            if slots[later].starts_at - slot.ends_at >= problem.rules.rest_between:
                break  # the slots are in order of their start
            model.cp.add_at_most_one([*mine, *model.of(member, later)])


def _rest_in_weeks(model: Model, member: Member) -> None:
    """Each week has a stretch of rest that none of somebody's shifts disturbs, with a day off where that is needed."""
    problem = model.problem
    if not problem.asks_for_week:
        return
    shifts, away = [slot.stretch for slot in problem.slots], problem.away_days(member.id)
    fixed = problem.fixed_of(member.id)
    for monday in mondays(problem.first, problem.last):
        week = week_window(monday)
        here = [n for n, shift in enumerate(shifts) if shift.touches(week) and model.of(member, n)]
        theirs = [shift for shift in fixed if shift.touches(week)]
        options = rest_options(
            monday,
            [*(shifts[n] for n in here), *theirs],
            problem.rules.ordinary_hours,
            away=away,
        )
        possible = [o for o in options if all(place < len(here) for place in o.disturbed_by)]
        if any(not option.disturbed_by and option.day_off is None for option in possible):
            continue
        chosen: list[cp_model.IntVar] = []
        for option in possible:
            way = model.cp.new_bool_var(f"{member.id} rests {monday} {len(chosen)}")
            chosen.append(way)
            for place in option.disturbed_by:
                model.cp.add_implication(way, ~_any(model, member, here[place]))
            if option.day_off is not None:
                model.cp.add_implication(way, _day_off(model, member, option.day_off))
        if chosen:
            model.cp.add_at_least_one(chosen)
        else:  # what is fixed has broken the week already: nothing is added to it
            model.cp.add(sum(v for n in here for v in model.of(member, n)) == 0)


def _any(model: Model, member: Member, slot: int) -> cp_model.IntVar:
    """Return a variable that is true when somebody has any part of a slot."""
    mine = model.of(member, slot)
    if len(mine) == 1:
        return mine[0]
    either = model.cp.new_bool_var(f"{member.id} {slot}")
    model.cp.add(sum(mine) <= either)
    return either


def _day_off(model: Model, member: Member, day: date) -> cp_model.IntVar:
    key = (member.id, day)
    if key not in model.off:
        model.off[key] = model.cp.new_bool_var(f"{member.id} off {day}")
    return model.off[key]


def _hours_in_months(model: Model, member: Member) -> None:
    """The beredskap of each calendar month is at most what has been decided, what is fixed counted in (R7)."""
    problem = model.problem
    minutes: defaultdict[date, list[tuple[int, Iterable[cp_model.IntVar]]]] = defaultdict(list)
    for number, slot in enumerate(problem.slots):
        for month in months(*local_days(slot.stretch)):
            minutes[month].append((_minutes(beredskap_in([slot.stretch], month)), model.of(member, number)))
    fixed = merged(problem.fixed_of(member.id))
    most = _minutes(problem.rules.most_in_month)
    for month, theirs in minutes.items():
        total = sum(length * variable for length, variables in theirs for variable in variables)
        model.cp.add(total <= max(0, most - _minutes(beredskap_in(fixed, month))))


def _minutes(length: timedelta) -> int:
    return length // A_MINUTE


def _shares(model: Model) -> None:
    """No nämnd lends more of the owners than has been decided."""
    problem = model.problem
    lent: defaultdict[NamndId, list[cp_model.IntVar]] = defaultdict(list)
    for member in problem.members:
        for number, slot in enumerate(problem.slots):
            key, lender = (member.id, (number, Part.OWNER)), member.lender_for(slot.team)
            if key in model.has and lender is not None:
                lent[lender].append(model.has[key])
    for lender, theirs in lent.items():
        if lender in problem.rules.max_share:
            model.cp.add(sum(theirs) <= most_owned(problem, lender))
