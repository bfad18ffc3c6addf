"""Import the rota. The key is person, lending nämnd and start; shifts that are not in the file are left alone."""

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime

from bot.domain.duty import Shift
from bot.domain.errors import AuditEntry
from bot.domain.ids import NamndId, ShiftId, StaffId, new_id
from bot.domain.people import Role, Staff
from bot.ports import Tx
from bot.services.context import Context
from bot.services.imports.csv_table import Remark, Table
from bot.services.imports.run import Change, Effect, ImportResult, Need, Progress, Saving, quiet, run_import
from bot.services.imports.shift_calendar import EventTable, named
from bot.services.imports.shift_lines import ShiftLine, ShiftLines, read_shifts
from bot.services.imports.shift_overlaps import overlaps
from bot.texts import import_words as words

Key = tuple[StaffId, NamndId, datetime]


@dataclass(frozen=True, slots=True)
class KnownShifts:
    """`shifts` are those that touch the days of the file, and those that it names."""

    everyone: tuple[Staff, ...]
    shifts: tuple[Shift, ...] = ()


@dataclass(frozen=True, slots=True)
class ShiftPlan:
    changes: tuple[Change, ...]
    problems: tuple[Remark, ...]
    notes: tuple[Remark, ...]
    needs: frozenset[Need]
    new: tuple[Shift, ...] = ()
    changed: tuple[Shift, ...] = ()

    def apply(self, tx: Tx, actor: str, progress: Progress) -> list[AuditEntry]:
        saving = Saving(len(self.changed) + len(self.new), progress)
        for new in saving.rounds(self.new):
            tx.shifts.add_all(new)
        for changed in saving.rounds(self.changed):
            for shift in changed:
                tx.shifts.change(shift)
        return [
            AuditEntry(actor, act, f"shift:{shift.id}", "import", shift.lending_namnd)
            for act, shifts in (("shift_added", self.new), ("shift_changed", self.changed))
            for shift in shifts
        ]


def plan_shifts(read: ShiftLines, known: KnownShifts, now: datetime) -> ShiftPlan:
    """Decide what becomes of each shift, given who there is and the rota as it stands."""
    problems = list(read.problems)
    notes = list(read.notes)
    staff = {person.email.casefold(): person for person in known.everyone}
    by_id = {shift.id: shift for shift in known.shifts}
    by_key = {_key(shift): shift for shift in known.shifts}
    rota: dict[ShiftId, tuple[Shift, int]] = {shift.id: (shift, 0) for shift in known.shifts}
    new: list[Shift] = []
    changed: list[Shift] = []
    changes: list[Change] = []
    needs: set[Need] = set()
    for line in read.lines:
        person = staff.get(line.email)
        wrong = _why_not(person, line.namnd)
        if wrong or person is None:
            problems.append(Remark(line.line, "epost", wrong))
            continue
        same_start = by_key.get((person.id, line.namnd, line.starts_at))
        old = by_id.get(line.shift_id, same_start) if line.shift_id is not None else same_start
        shift = _shift(line, person, old)
        columns = () if old is None else _differing(old, shift)
        wrong = _why_not_moved(old, shift, same_start, now)
        if wrong:
            problems.append(Remark(line.line, columns[0], wrong))
            continue
        if person.slack_user_id is None:
            notes.append(Remark(line.line, "epost", words.ONLY_BACKUP))
        rota[shift.id] = (shift, line.line)
        effect = Effect.NEW if old is None else Effect.CHANGED if columns else Effect.SAME
        changes.append(Change(line.line, effect, columns))
        if effect is not Effect.SAME:
            needs |= {Need("shifts", line.namnd)} | ({Need("shifts", old.lending_namnd)} if old is not None else set())
            (new if old is None else changed).append(shift)
    without_slack = frozenset(person.id for person in known.everyone if person.slack_user_id is None)
    notes += overlaps(list(rota.values()), without_slack)
    return ShiftPlan(tuple(changes), tuple(problems), tuple(notes), frozenset(needs), tuple(new), tuple(changed))


def _key(shift: Shift) -> Key:
    return shift.staff_id, shift.lending_namnd, shift.starts_at


def _why_not(person: Staff | None, namnd: NamndId) -> str:
    """Return why this person cannot have a shift lent by `namnd`, or ""."""
    if person is None:
        return words.UNKNOWN_PERSON
    if not person.is_active:
        return words.INACTIVE_PERSON
    if not person.namnder(Role.FAMILJEBEHANDLARE):
        return words.NOT_IN_BEREDSKAP
    # the lending nämnd decides whose texts the shift may read
    return "" if person.has(Role.FAMILJEBEHANDLARE, namnd) else words.NOT_IN_NAMND


def _shift(line: ShiftLine, person: Staff, old: Shift | None) -> Shift:
    if old is None:
        shift_id = ShiftId(new_id())
        return Shift(shift_id, person.id, line.namnd, line.starts_at, line.ends_at, line.is_backup is True)
    is_backup = old.is_backup if line.is_backup is None else line.is_backup
    return Shift(old.id, person.id, line.namnd, line.starts_at, line.ends_at, is_backup)


def _differing(old: Shift, shift: Shift) -> tuple[str, ...]:
    """Return the columns in which a shift is other than it was."""
    pairs = (
        ("epost", old.staff_id != shift.staff_id),
        ("nämnd", old.lending_namnd != shift.lending_namnd),
        ("start", old.starts_at != shift.starts_at),
        ("slut", old.ends_at != shift.ends_at),
        ("del", old.is_backup != shift.is_backup),
    )
    return tuple(column for column, differs in pairs if differs)


def _why_not_moved(old: Shift | None, shift: Shift, same_start: Shift | None, now: datetime) -> str:
    """Return why a shift that the file knows by its mark cannot become this, or ""."""
    if old is None or _key(old) == _key(shift):
        return ""
    if old.starts_at <= now:
        return words.HAS_BEGUN
    return words.HAS_ONE_THEN if same_start is not None else ""


async def import_shifts(
    rows: Table | EventTable, *, ctx: Context, as_email: str | None, dry_run: bool = False, progress: Progress = quiet
) -> ImportResult:
    """Import the rota, from a table or a calendar. Raises CannotImport, NotAllowed or Busy."""
    now = ctx.clock.now()
    if isinstance(rows, Table):
        read = await asyncio.to_thread(read_shifts, rows.rows, ctx.rules, ctx.texts, progress)
        spans = [(line.starts_at, line.ends_at) for line in read.lines]
        marked: list[ShiftId] = []
    else:
        read = ShiftLines((), notes=rows.notes)
        spans = [(event.starts_at, event.ends_at) for event in rows.rows]
        marked = [event.shift_id for event in rows.rows if event.shift_id is not None]

    def look(tx: Tx) -> KnownShifts:
        shifts: Sequence[Shift] = ()
        if spans:
            shifts = tx.shifts.between(min(start for start, _ in spans), max(end for _, end in spans))
        seen = {shift.id for shift in shifts}
        others = [tx.shifts.get(shift_id) for shift_id in dict.fromkeys(marked) if shift_id not in seen]
        return KnownShifts(tuple(tx.staff.everyone()), (*shifts, *(shift for shift in others if shift is not None)))

    def plan(known: KnownShifts) -> ShiftPlan:
        if isinstance(rows, Table):
            return plan_shifts(read, known, now)
        found = named(rows.rows, known.everyone, known.shifts, ctx.rules, ctx.texts)
        return plan_shifts(replace(found, notes=(*read.notes, *found.notes)), known, now)

    return await run_import(
        "shifts",
        ctx=ctx,
        as_email=as_email,
        dry_run=dry_run,
        progress=progress,
        form_problems=rows.problems,
        look=look,
        plan=plan,
    )
