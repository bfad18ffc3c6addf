"""A rota as a file that can be edited in Excel, and read again."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Final

from bot.domain.calendar import local
from bot.domain.ids import NamndId, StaffId, new_id
from bot.domain.people import Staff
from bot.domain.rota.draft import RotaDraft, Turn
from bot.domain.rota.proposal import Part
from bot.domain.rota.review import FindingKind, Review
from bot.services.context import Context
from bot.services.imports.case_table import CannotRead, CaseTable, SourceRow, read_cases
from bot.services.imports.cells import Cells
from bot.services.imports.csv_table import Remark, Row
from bot.services.imports.run import in_order
from bot.services.imports.shift_lines import PARTS, read_part, read_time
from bot.spreadsheets import Cell
from bot.texts import import_words, rota_words

COLUMNS: Final = ("epost", "namn", "nämnd", "start", "slut", "del")
REQUIRED: Final = ("epost", "nämnd", "start", "slut", "del")
NOBODY: Final = StaffId("")
ONLY_DAY: Final = len("2026-12-07")


class BadRota(Exception):
    """The file cannot be read as a rota; `problems` say where and why."""

    def __init__(self, problems: Sequence[Remark]) -> None:
        self.problems = in_order(problems)
        super().__init__()


@dataclass(frozen=True, slots=True)
class Line:
    """One shift of a file, as a table shows it. Without a person it is a hole that somebody should fill."""

    email: str
    name: str
    namnd: str
    starts_at: datetime
    ends_at: datetime
    part: Part

    @property
    def cells(self) -> tuple[Cell, ...]:
        return self.email, self.name, self.namnd, _time(self.starts_at), _time(self.ends_at), PARTS[self.part]


def _time(at: datetime) -> datetime | str:
    """Return the wall-clock time to the minute; with its zone what that cannot say, as an hour that comes twice."""
    wall = local(at)
    return wall.isoformat() if wall.fold or wall.second or wall.microsecond else wall.replace(tzinfo=None)


def lines_of(turns: Sequence[Turn], people: Mapping[StaffId, Staff], found: Review | None = None) -> list[Line]:
    """Return the shifts by time, and a line without a person for each hole: nothing is left out in silence."""
    lines = [
        Line(
            people[turn.staff_id].email,
            people[turn.staff_id].name,
            turn.lending_namnd,
            turn.starts_at,
            turn.ends_at,
            Part.BACKUP if turn.is_backup else Part.OWNER,
        )
        for turn in turns
    ]
    for finding in () if found is None else found.findings:
        if finding.kind is FindingKind.HOLE and finding.slot is not None and finding.part is not None:
            slot = finding.slot
            lines.append(Line("", rota_words.NOBODY, slot.team.namnder[0], slot.starts_at, slot.ends_at, finding.part))
    return sorted(lines, key=lambda line: (line.starts_at, line.part is Part.BACKUP, line.namnd))


def read_rota(data: bytes, people: Sequence[Staff], *, ctx: Context) -> RotaDraft:
    """Read a rota from CSV or Excel. Its days are those from the first shift to the last.

    Nobody has made it until it is published. Raises BadRota.
    """
    try:
        table = read_cases(data, {column: column for column in COLUMNS}, REQUIRED)
    except CannotRead as error:
        raise BadRota([Remark(0, "", str(error))]) from None
    problems: list[Remark] = []
    by_email = {person.email.casefold(): person for person in people}
    found = [turn for row in table.rows for turn in _turn(table, row, by_email, ctx, problems)]
    if not found and not problems:
        problems.append(Remark(1, "", import_words.NO_ROWS))
    if problems:
        raise BadRota(problems)
    days = [local(turn.starts_at).date() for turn in found]
    turns = tuple(sorted(found, key=lambda turn: (turn.starts_at, turn.is_backup, turn.staff_id)))
    return RotaDraft(new_id(), ctx.clock.now(), NOBODY, min(days), max(days), turns)


def _turn(
    table: CaseTable, row: SourceRow, people: Mapping[str, Staff], ctx: Context, problems: list[Remark]
) -> Iterator[Turn]:
    written = {column: table.cell(row, column) for column in REQUIRED}
    if not written["epost"]:
        problems.append(Remark(row.line, "epost", rota_words.NOBODY_NAMED))
        return
    written |= {column: _with_time(written[column]) for column in ("start", "slut")}
    cells = Cells(Row(row.line, written), problems, ctx.rules, ctx.texts, phones=())
    email, namnd, part = cells.email("epost"), cells.namnd("nämnd"), read_part(cells)
    notes: list[Remark] = []
    start, end = read_time(cells, "start", notes), read_time(cells, "slut", notes)
    person = None if email is None else people.get(email)
    if email is not None and person is None:
        cells.wrong("epost", import_words.UNKNOWN_PERSON)
    if start is not None and end is not None and end <= start:
        cells.wrong("slut", import_words.ENDS_BEFORE)
    if cells.is_good and person and namnd and part and start and end:
        yield Turn(person.id, NamndId(namnd), start, end, is_backup=part is Part.BACKUP)


def _with_time(cell: str) -> str:
    """Excel leaves out the time of midnight."""
    return f"{cell} 00:00" if len(cell) == ONLY_DAY else cell
