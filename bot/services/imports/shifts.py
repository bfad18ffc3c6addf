"""Import the rota. The key is person, lending nämnd and start; shifts that are not in the file are left alone."""

import asyncio
import re
from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from typing import Final

from bot.domain.calendar import STOCKHOLM, local
from bot.domain.duty import Shift
from bot.domain.errors import AuditEntry
from bot.domain.ids import NamndId, ShiftId, StaffId, new_id
from bot.domain.people import Role, Staff
from bot.domain.rules import Rules
from bot.ports import Tx
from bot.services.context import Context
from bot.services.imports.cells import Cells, quoted
from bot.services.imports.csv_table import Remark, Row, Table
from bot.services.imports.run import (
    Change,
    Effect,
    ImportResult,
    Need,
    Progress,
    Saving,
    in_rounds,
    quiet,
    run_import,
)
from bot.texts import Texts
from bot.texts import import_words as words

COLUMNS: Final = ("epost", "nämnd", "start", "slut")
LONG: Final = timedelta(hours=24)  # longer is asked about
LONGEST: Final = timedelta(hours=72)  # longer is refused
WRITTEN: Final = re.compile(r"^(\d{4})-(\d\d)-(\d\d)(?: |T| T|T )(\d\d?)[:.](\d\d)(?:[:.]00)?$", re.ASCII | re.I)
YEARS: Final = range(2000, 2100)

Key = tuple[StaffId, NamndId, datetime]


@dataclass(frozen=True, slots=True)
class ShiftLine:
    """One row that could be read; the instants are UTC."""

    line: int
    email: str = field(repr=False)
    namnd: NamndId
    starts_at: datetime
    ends_at: datetime


@dataclass(frozen=True, slots=True)
class ShiftLines:
    lines: tuple[ShiftLine, ...]
    problems: tuple[Remark, ...] = ()
    notes: tuple[Remark, ...] = ()


@dataclass(frozen=True, slots=True)
class KnownShifts:
    """`shifts` are those that touch the days of the file."""

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
                tx.shifts.upsert(shift)
        return [
            AuditEntry(actor, act, f"shift:{shift.id}", "import", shift.lending_namnd)
            for act, shifts in (("shift_added", self.new), ("shift_changed", self.changed))
            for shift in shifts
        ]


def read_shifts(rows: Sequence[Row], rules: Rules, texts: Texts, progress: Progress = quiet) -> ShiftLines:
    """Turn rows into shifts, or say what is wrong with them; looks at nothing but the file."""
    problems: list[Remark] = []
    notes: list[Remark] = []
    lines: list[ShiftLine] = []
    first: dict[tuple[str, NamndId, datetime], int] = {}
    for row in in_rounds(rows, words.READING, progress):
        cells = Cells(row, problems, rules, texts, phones=())
        email, namnd = cells.email("epost"), cells.namnd("nämnd")
        start, end = read_time(cells, "start", notes), read_time(cells, "slut", notes)
        if start is not None and end is not None:
            _check_length(cells, end - start, notes)
        if email is None or namnd is None or start is None or end is None:
            continue
        earlier = first.setdefault((email, namnd, start), row.line)
        if earlier != row.line:
            cells.wrong("", words.TWICE.format(line=earlier))
        if cells.is_good:
            lines.append(ShiftLine(row.line, email, namnd, start, end))
    return ShiftLines(tuple(lines), tuple(problems), tuple(notes))


def read_time(cells: Cells, column: str, notes: list[Remark]) -> datetime | None:
    """Return the instant of a Stockholm wall-clock time, or None after noting why there is none."""
    value = cells.text(column, is_required=True)
    if value is None:
        return None
    said = quoted(value, is_time=True)
    found = WRITTEN.match(value)
    if found is not None and found[4] == "24":
        cells.wrong(column, words.MIDNIGHT)
        return None
    try:
        wall = None if found is None else datetime(*(int(part) for part in found.groups()), tzinfo=STOCKHOLM)  # type: ignore[arg-type, misc]
    except ValueError:
        wall = None
    if wall is None or wall.year not in YEARS:
        cells.wrong(column, words.BAD_TIME.format(value=said))
        return None
    at = wall.astimezone(UTC)
    if local(at).replace(tzinfo=None) != wall.replace(tzinfo=None):
        cells.wrong(column, words.NO_SUCH_TIME.format(value=said))
        return None
    if wall.replace(fold=1).astimezone(UTC) != at:
        notes.append(Remark(cells.row.line, column, words.TWO_SUCH_TIMES.format(value=said)))
    return at


def _check_length(cells: Cells, length: timedelta, notes: list[Remark]) -> None:
    hours = f"{length / timedelta(hours=1):.4g}".replace(".", ",")
    if length <= timedelta(0):
        cells.wrong("slut", words.ENDS_BEFORE)
    elif length > LONGEST:
        cells.wrong("slut", words.TOO_LONG_SHIFT.format(hours=hours))
    elif length > LONG:
        notes.append(Remark(cells.row.line, "slut", words.LONG_SHIFT.format(hours=hours)))


def plan_shifts(read: ShiftLines, known: KnownShifts) -> ShiftPlan:
    """Decide what becomes of each shift, given who there is and the rota as it stands."""
    problems = list(read.problems)
    notes = list(read.notes)
    staff = {person.email.casefold(): person for person in known.everyone}
    before: dict[Key, Shift] = {(s.staff_id, s.lending_namnd, s.starts_at): s for s in known.shifts}
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
        if person.slack_user_id is None:
            notes.append(Remark(line.line, "epost", words.ONLY_BACKUP))
        old = before.get((person.id, line.namnd, line.starts_at))
        shift = _shift(line, person, old)
        rota[shift.id] = (shift, line.line)
        columns = ("slut",) if old is not None and old != shift else ()
        effect = Effect.NEW if old is None else Effect.CHANGED if columns else Effect.SAME
        changes.append(Change(line.line, effect, columns))
        if effect is not Effect.SAME:
            needs.add(Need("shifts", line.namnd))
            (new if old is None else changed).append(shift)
    without_slack = frozenset(person.id for person in known.everyone if person.slack_user_id is None)
    notes += _overlaps(list(rota.values()), without_slack)
    return ShiftPlan(tuple(changes), tuple(problems), tuple(notes), frozenset(needs), tuple(new), tuple(changed))


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
    if old is not None:
        return replace(old, ends_at=line.ends_at)
    return Shift(ShiftId(new_id()), person.id, line.namnd, line.starts_at, line.ends_at)


def _overlaps(rota: Sequence[tuple[Shift, int]], without_slack: frozenset[StaffId]) -> list[Remark]:
    """Return a note for each shift of the file that overlaps another; line 0 is a shift that is not in the file."""
    by_namnd: defaultdict[str, list[tuple[Shift, int]]] = defaultdict(list)
    by_person: defaultdict[str, list[tuple[Shift, int]]] = defaultdict(list)
    for shift, line in rota:
        by_person[shift.staff_id].append((shift, line))
        if shift.staff_id not in without_slack:
            by_namnd[shift.lending_namnd].append((shift, line))
    notes: list[Remark] = []
    for groups, text in ((by_namnd, words.OVERLAP), (by_person, words.TWO_AT_ONCE)):
        for group in groups.values():
            notes += _overlapping(group, text, across_people=groups is by_namnd)
    return notes


def _overlapping(group: list[tuple[Shift, int]], text: str, *, across_people: bool) -> list[Remark]:
    notes: list[Remark] = []
    ordered = sorted(group, key=lambda pair: (pair[0].starts_at, pair[0].id))
    last: tuple[Shift, int] | None = None
    for shift, line in ordered:
        if last is not None and shift.starts_at < last[0].ends_at:
            mine, other = (line, last[1]) if line else (last[1], 0)
            if mine and (not across_people or shift.staff_id != last[0].staff_id):
                notes.append(Remark(mine, "start", text.format(line=f" (rad {other})" if other else "")))
        if last is None or shift.ends_at > last[0].ends_at:
            last = (shift, line)
    return notes


async def import_shifts(
    rows: Table, *, ctx: Context, as_email: str | None, dry_run: bool = False, progress: Progress = quiet
) -> ImportResult:
    """Import the rota. Raises CannotImport, NotAllowed or Busy."""
    read = await asyncio.to_thread(read_shifts, rows.rows, ctx.rules, ctx.texts, progress)
    first = min((line.starts_at for line in read.lines), default=None)
    last = max((line.ends_at for line in read.lines), default=None)

    def look(tx: Tx) -> KnownShifts:
        shifts = tx.shifts.between(first, last) if first is not None and last is not None else []
        return KnownShifts(tuple(tx.staff.everyone()), tuple(shifts))

    return await run_import(
        "shifts",
        ctx=ctx,
        as_email=as_email,
        dry_run=dry_run,
        progress=progress,
        form_problems=rows.problems,
        look=look,
        plan=lambda known: plan_shifts(read, known),
    )
