"""Import cases with clocks from an export of the case system. The key of a clock is case, kind and time of receipt.

Unlike the other imports this one takes what is right and hands back what is wrong, since a nightly export must not
wait for one bad row. It writes some hundred rows at a time, so that others may write in between, and a file that was
cut short may be run again: what is there already changes nothing and is told to nobody.
"""

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass, field
from functools import partial
from typing import Final

from bot.domain.clocks import ClockKind
from bot.domain.deadline import Deadline, EventKind
from bot.domain.errors import AuditEntry, NotAllowed
from bot.domain.follow_ups import follow_ups
from bot.domain.ids import NamndId, StaffId
from bot.domain.people import World
from bot.domain.retention import Carried, CarriedGround
from bot.domain.secrecy import Act
from bot.ports import Tx
from bot.services.clocks.access import handlaggare_of, subject_in
from bot.services.clocks.announcing import is_critical
from bot.services.clocks.changing import draw_list, event, save, say
from bot.services.clocks.settle import has_open_utredning
from bot.services.clocks.starting import Origin, build, is_known
from bot.services.clocks.summons import close_open
from bot.services.context import Context
from bot.services.imports.case_lines import CaseLine, CaseLines, Note, Rejected, read_lines
from bot.services.imports.case_plan import CasePlan, Owners, Planner, Step
from bot.services.imports.case_table import CaseTable
from bot.services.imports.run import CLI, CannotImport, Change, Effect, Progress, quiet
from bot.services.shared.access import actor, require_for
from bot.texts import case_words as words
from bot.texts import import_words

ACT: Final = "import_cases"
ROWS: Final = 250  # in one transaction
FROM_THE_FILE: Final = frozenset(  # a history of these alone holds nothing that the case system does not
    {EventKind.REGISTERED, EventKind.IMPORTED, EventKind.ASSIGNED, EventKind.SNOOZED, EventKind.SETTLED}
)


@dataclass(frozen=True, slots=True)
class CasesResult:
    """The outcome, counted in rows. `changes` and `notes` are by line; nothing is written after a dry run."""

    table: CaseTable
    changes: tuple[Change, ...] = ()
    rejected: tuple[Rejected, ...] = field(default=(), repr=False)
    notes: tuple[Note, ...] = ()
    idle: int = 0  # rows that start nothing

    @property
    def added(self) -> int:
        return self._count(Effect.NEW)

    @property
    def changed(self) -> int:
        return self._count(Effect.CHANGED)

    @property
    def unchanged(self) -> int:
        return self._count(Effect.SAME) + self.idle

    @property
    def counts(self) -> dict[str, int]:
        return {
            "added": self.added,
            "changed": self.changed,
            "unchanged": self.unchanged,
            "rejected": len(self.rejected),
        }

    @property
    def summary(self) -> str:
        """Return for instance "3 nya, 1 ändrade, 12 oförändrade, 2 avvisade"."""
        return words.SUMMARY.format(**self.counts)

    def _count(self, effect: Effect) -> int:
        return sum(change.effect is effect for change in self.changes)


@dataclass(frozen=True, slots=True)
class _Admitted:
    """Who imports, on what ground, and whom the cases may belong to."""

    staff_id: StaffId
    ground: str
    owners: Owners


async def import_cases(
    table: CaseTable,
    *,
    ctx: Context,
    namnd: NamndId,
    as_email: str,
    dry_run: bool = False,
    progress: Progress = quiet,
) -> CasesResult:
    """Import the rows that are right into a nämnd; what is wrong with the others stands in the result.

    Raises:
        CannotImport: there is no such nämnd, or no [case_import] in beredskap.toml.
        NotAllowed: whoever it is may not register clocks there; the attempt is in the audit log.
        Busy: some rows may have been written; the same file may be imported again.
    """
    config = ctx.rules.case_import
    if config is None:
        raise CannotImport(words.NO_SETTINGS)
    if namnd not in ctx.rules.namnder:
        raise CannotImport(words.UNKNOWN_NAMND.format(known=", ".join(sorted(ctx.rules.namnder))))
    admitted = await ctx.store.write(partial(_admit, ctx=ctx, namnd=namnd, as_email=as_email))
    rules = ctx.rules.namnder[namnd].clocks
    read = await asyncio.to_thread(read_lines, table, config, rules, ctx.clock.now(), progress)
    planner = Planner(ctx, namnd, admitted.staff_id, admitted.owners)
    plans = await _all_plans(read, planner, admitted, ctx, progress, dry_run=dry_run)
    result = CasesResult(
        table,
        changes=tuple(change for plan in plans for change in plan.changes),
        rejected=read.rejected,
        notes=tuple(sorted((*read.notes, *(note for plan in plans for note in plan.notes)), key=lambda n: n.line)),
        idle=read.idle,
    )
    if not dry_run:
        whole = _entry(admitted, namnd, {**result.counts, "is_whole": True})
        await ctx.store.write(lambda tx: tx.audit.record(whole))
    return result


def _admit(tx: Tx, *, ctx: Context, namnd: NamndId, as_email: str) -> _Admitted:
    staff = tx.staff.by_email(as_email.strip())
    if staff is None:
        entry = AuditEntry(CLI, ACT, f"namnd:{namnd}", "not_staff", namnd, is_allowed=False, world=World.MYNDIGHET)
        raise NotAllowed("not_staff", audit=entry)
    allowed = require_for(tx, ctx, actor(tx, ctx, staff), Act.REGISTER_CLOCK, subject_in(namnd), what=f"namnd:{namnd}")
    return _Admitted(staff.id, allowed.ground, Owners.of(handlaggare_of(tx, namnd)))


async def _all_plans(
    read: CaseLines, planner: Planner, admitted: _Admitted, ctx: Context, progress: Progress, *, dry_run: bool
) -> list[CasePlan]:
    plans = []
    for start_at in range(0, len(read.lines), ROWS):
        some = read.lines[start_at : start_at + ROWS]
        if dry_run:
            plans.append(await ctx.store.read(partial(_plan, planner=planner, lines=some)))
        else:
            plans.append(
                await ctx.store.write(partial(_write, ctx=ctx, planner=planner, lines=some, admitted=admitted))
            )
        progress(import_words.SAVING, start_at + len(some), len(read.lines))
    return plans


def _plan(tx: Tx, *, planner: Planner, lines: Sequence[CaseLine]) -> CasePlan:
    """Decide what some rows change. One without a time of receipt is what somebody has registered with one."""
    known = tx.deadlines.known(planner.namnd, [key for line in lines for key in line.keys])
    of_the_day = [key for line in lines if not line.has_time for key in line.keys if key not in known]
    return planner.plan(lines, tx.deadlines.known_on_day(planner.namnd, of_the_day) | known)


def _write(tx: Tx, *, ctx: Context, planner: Planner, lines: Sequence[CaseLine], admitted: _Admitted) -> CasePlan:
    plan = _plan(tx, planner=planner, lines=lines)
    changed = [step.before.id for step in plan.steps if step.before is not None]
    if changed:  # held against whoever handles them at the same moment, and looked at again
        for deadline_id in sorted(changed):
            tx.deadlines.get(deadline_id, lock=True)
        plan = _plan(tx, planner=planner, lines=lines)
    _add_new(tx, ctx, [step for step in plan.steps if step.before is None])
    for step in plan.steps:
        if step.before is not None:
            save(tx, ctx, step.after, *step.events)
            _leave_list(tx, step.before, step.after)
            if step.is_settling:
                close_open(tx, ctx, step.after, admitted.staff_id, is_from_file=True)
        if step.is_settling:
            _carry(tx, ctx, step, admitted.staff_id)
            _start_what_follows(tx, ctx, step, admitted.staff_id)
    counts = {effect.value: sum(c.effect is effect for c in plan.changes) for effect in (Effect.NEW, Effect.CHANGED)}
    if any(counts.values()):
        tx.audit.record(_entry(admitted, planner.namnd, counts))
    return plan


def _add_new(tx: Tx, ctx: Context, steps: Sequence[Step]) -> None:
    """Store new clocks. Of one that must be acted on today its handläggare is told; the morning tells of the rest."""
    clocks = [step.after for step in steps]
    tx.deadlines.add_all(clocks)
    tx.deadlines.note_all([event for step in steps for event in step.events])
    for clock in clocks:
        if clock.is_running and ctx.clock.now() < clock.limit.due_at and is_critical(ctx, clock):
            say(tx, ctx, clock, "registered_critical", key="registered")


def _leave_list(tx: Tx, before: Deadline, after: Deadline) -> None:
    """A clock that was given to somebody else leaves the list of whoever had it."""
    if before.listed_in is not None and after.listed_in is None:
        draw_list(tx, before.listed_in)


def _carry(tx: Tx, ctx: Context, step: Step, by: StaffId) -> None:
    """What the case system has told us, all of it, stands there already; anything else waits for its handläggare."""
    clock = step.after
    is_all_theirs = step.before is None or (
        {line.kind for line in tx.deadlines.events(clock.id)} <= FROM_THE_FILE and not tx.summons.of_deadline(clock.id)
    )
    if is_all_theirs:
        tx.clocks_kept.carry(Carried(clock.id, CarriedGround.CASE_SYSTEM, ctx.clock.now(), by, ""))


def _start_what_follows(tx: Tx, ctx: Context, step: Step, by: StaffId) -> None:
    """Start what a decision starts: what the file itself tells of is left to it.

    A case that was decided before it first came to us starts only what has time left: the rest is history.
    """
    settled, config = step.after, ctx.rules.case_import
    for new in follow_ups(settled):
        is_told_by_file = config is not None and config.starts(new.kind)
        if is_told_by_file or (new.kind is ClockKind.UTREDNING and has_open_utredning(tx, settled)):
            continue
        origin = Origin.of(settled)
        clock = build(ctx, origin, new.kind, new.received_at, by, starts_at=new.starts_at)
        is_history = step.before is None and clock.limit.due_at <= ctx.clock.now()
        if not is_history and not is_known(tx, origin, new.kind, new.received_at):
            tx.deadlines.add(clock)
            tx.deadlines.note(event(ctx, clock, EventKind.IMPORTED, by))


def _entry(admitted: _Admitted, namnd: NamndId, details: dict[str, int]) -> AuditEntry:
    return AuditEntry(
        admitted.staff_id, ACT, f"namnd:{namnd}", admitted.ground, namnd, details=details, world=World.MYNDIGHET
    )
