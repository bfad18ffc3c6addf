"""Propose a rota: gather, let the solver work in a thread, and keep the draft."""

import asyncio
from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Final

from bot.domain.calendar import ONE_DAY
from bot.domain.errors import AuditEntry
from bot.domain.ids import new_id
from bot.domain.people import Staff
from bot.domain.rota.draft import FreeDay, RotaDraft, Turn
from bot.domain.rota.proposal import Part, Problem, Proposal
from bot.ports import Tx
from bot.services.context import Context
from bot.services.imports.run import Progress, quiet
from bot.services.rota.asking import require_any
from bot.services.rota.gather import gather, lenders_of
from bot.services.rota.solve import Effort, solve
from bot.texts import rota_words as words

ACT: Final = "rota_propose"
TOLD_EVERY: Final = 1.0  # seconds between two reports of progress


class NothingToFill(Exception):
    """No shift of those days is to come and without an owner."""


@dataclass(frozen=True, slots=True)
class Proposed:
    """A draft that has been kept, with what it was made of."""

    draft: RotaDraft
    problem: Problem
    proposal: Proposal


async def propose(
    first: date, weeks: int, *, ctx: Context, as_email: str, effort: Effort, progress: Progress = quiet
) -> Proposed:
    """Propose a rota for so many weeks from the local day `first`.

    Raises NotAllowed (logged), NothingToFill, NotSolved or Busy.
    """
    last = first + timedelta(weeks=weeks) - ONE_DAY

    def look(tx: Tx) -> tuple[Staff, str, Problem]:
        staff, ground = require_any(tx, ctx, as_email, ACT, lenders_of(ctx))
        return staff, ground, gather(tx, ctx, first, last)

    staff, ground, problem = await ctx.store.write(look)  # a refusal is logged
    if not problem.slots:
        raise NothingToFill
    proposal = await _solved(problem, effort, ctx, progress)
    draft = RotaDraft(
        id=new_id(),
        made_at=ctx.clock.now(),
        made_by=staff.id,
        first=first,
        last=last,
        turns=tuple(
            Turn(a.staff_id, a.lending_namnd, a.slot.starts_at, a.slot.ends_at, is_backup=a.part is Part.BACKUP)
            for a in proposal.assignments
        ),
        free_days=tuple(FreeDay(off.staff_id, off.day) for off in proposal.days_off),
    )
    await ctx.store.write(_keeping(draft, ground, len(proposal.unfilled)))
    return Proposed(draft, problem, proposal)


def _keeping(draft: RotaDraft, ground: str, unfilled: int) -> Callable[[Tx], None]:
    entry = AuditEntry(
        draft.made_by,
        ACT,
        f"rota:{draft.id}",
        ground,
        details={"from": draft.first.isoformat(), "to": draft.last.isoformat(), "empty": unfilled},
    )

    def keep(tx: Tx) -> None:
        tx.rota.save_draft(draft)
        tx.audit.record(entry)

    return keep


async def _solved(problem: Problem, effort: Effort, ctx: Context, progress: Progress) -> Proposal:
    """Solve in a thread, and tell how much of the time has gone."""
    began = ctx.clock.wire_now()
    most = 2 * effort.within
    work = asyncio.create_task(asyncio.to_thread(solve, problem, effort), name="rota")
    while True:
        done, _ = await asyncio.wait({work}, timeout=TOLD_EVERY)
        progress(words.SOLVING, int((ctx.clock.wire_now() - began).total_seconds()), int(most.total_seconds()))
        if done:
            progress(words.SOLVING, int(most.total_seconds()), int(most.total_seconds()))
            return work.result()
