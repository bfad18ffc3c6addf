"""Find a rota: first how few slots must stay empty, then the fairest way to fill the rest.

It takes seconds of one or two cores, and OR-Tools takes a third of a second and a hundred megabytes to load, so
nothing that serves imports this.
"""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import timedelta
from typing import Final

import structlog
from ortools.sat.python import cp_model

from bot.domain.rota.proposal import Assignment, DayOff, Part, Problem, Proposal
from bot.services.rota.model import Model, built
from bot.services.rota.wanted import cost_of

log = structlog.get_logger(__name__)

WITHOUT_OWNER: Final = 10  # how many slots without a backup are as bad as one that nobody answers in

Found = Callable[[float], None]  # seconds that it has taken so far


@dataclass(frozen=True, slots=True)
class Effort:
    """How hard to try. With one worker, and `steps` in place of a time limit, the same problem gives the same rota.

    `within` bounds each of the two searches; `steps` is OR-Tools' deterministic time, some seconds of one core.
    """

    within: timedelta = timedelta(seconds=25)
    seed: int = 1
    workers: int = 2
    steps: float | None = None


def solve(problem: Problem, effort: Effort, found: Found | None = None) -> Proposal:
    """Return the best rota that was found. There always is one, with the slots that nobody can have left empty."""
    model = built(problem)
    holes = cp_model.LinearExpr.weighted_sum(
        list(model.empty.values()), [WITHOUT_OWNER if part is Part.OWNER else 1 for _, part in model.empty]
    )
    model.cp.minimize(holes)
    fewest = _searched(model, effort, found)
    is_proven = fewest.status == cp_model.OPTIMAL
    took = fewest.solver.wall_time
    for variable in (*model.has.values(), *model.empty.values(), *model.off.values()):
        model.cp.add_hint(variable, fewest.solver.value(variable))
    model.cp.add(holes <= round(fewest.solver.objective_value))
    model.cp.minimize(cost_of(model))
    try:
        best = _searched(model, effort, None if found is None else lambda so_far: found(took + so_far))
        took += best.solver.wall_time
    except NotSolved:  # the time was too short for anything fairer
        best = fewest
    found_one = _proposal(model, best.solver, is_proven=is_proven, took=timedelta(seconds=took))
    empty = len(found_one.unfilled)
    log.info("rota_solved", slots=len(problem.slots), empty=empty, is_proven=is_proven, took_s=round(took, 1))
    return found_one


@dataclass(frozen=True, slots=True)
class _Searched:
    solver: cp_model.CpSolver
    status: cp_model.CpSolverStatus


class _Watching(cp_model.CpSolverSolutionCallback):
    """Tells of each better rota."""

    def __init__(self, found: Found) -> None:
        super().__init__()
        self._found = found

    def on_solution_callback(self) -> None:
        self._found(self.wall_time)


class NotSolved(Exception):
    """Not even an empty rota was found in the time that there was."""


def _searched(model: Model, effort: Effort, found: Found | None) -> _Searched:
    solver = cp_model.CpSolver()
    solver.parameters.random_seed = effort.seed
    solver.parameters.num_workers = effort.workers
    solver.parameters.max_time_in_seconds = effort.within.total_seconds()
    if effort.steps is not None:
        solver.parameters.max_deterministic_time = effort.steps
    status = solver.solve(model.cp, None if found is None else _Watching(found))
    if status not in {cp_model.OPTIMAL, cp_model.FEASIBLE}:
        raise NotSolved
    return _Searched(solver, status)


def _proposal(model: Model, solver: cp_model.CpSolver, *, is_proven: bool, took: timedelta) -> Proposal:
    problem = model.problem
    given = []
    members = {member.id: member for member in problem.members}
    for (staff_id, (number, part)), variable in model.has.items():
        lender = members[staff_id].lender_for(problem.slots[number].team)
        if solver.boolean_value(variable) and lender is not None:
            given.append(Assignment(problem.slots[number], part, staff_id, lender))
    return Proposal(
        assignments=tuple(sorted(given, key=lambda a: (a.slot.starts_at, a.slot.team.namnder, a.part is Part.BACKUP))),
        days_off=tuple(DayOff(*key) for key, variable in sorted(model.off.items()) if solver.boolean_value(variable)),
        unfilled=tuple((problem.slots[n], part) for (n, part), v in model.empty.items() if solver.boolean_value(v)),
        is_proven=is_proven,
        took=took,
    )
