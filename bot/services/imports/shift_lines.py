"""The shifts that a file speaks of, one by one: read from a table, and checked without looking at anything else."""

import re
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Final

from bot.domain.calendar import STOCKHOLM, local
from bot.domain.ids import NamndId, ShiftId
from bot.domain.rota.proposal import Part
from bot.domain.rules import Rules
from bot.services.imports.cells import Cells, quoted
from bot.services.imports.csv_table import Remark, Row, fold
from bot.services.imports.run import Progress, in_rounds, quiet
from bot.texts import Texts, rota_words
from bot.texts import import_words as words

COLUMNS: Final = ("epost", "nämnd", "start", "slut")
OPTIONAL: Final = ("namn", "del")  # as `rota export` has them
PARTS: Final = {Part.OWNER: rota_words.OWNER, Part.BACKUP: rota_words.BACKUP}
LONG: Final = timedelta(hours=24)  # longer is asked about
LONGEST: Final = timedelta(hours=72)  # longer is refused
WRITTEN: Final = re.compile(r"^(\d{4})-(\d\d)-(\d\d)(?: |T| T|T )(\d\d?)[:.](\d\d)(?:[:.]00)?$", re.ASCII | re.I)
WITH_ZONE: Final = re.compile(r"^\d{4}-\d\d-\d\d[ T]\d\d:\d\d(?::\d\d(?:\.\d+)?)?(?:Z|[+-]\d\d:\d\d)$", re.ASCII)
YEARS: Final = range(2000, 2100)


@dataclass(frozen=True, slots=True)
class ShiftLine:
    """One shift that could be read; the instants are UTC.

    `is_backup` is None where the file does not say. `shift_id` is which shift of ours it is, where the file says so.
    """

    line: int
    email: str = field(repr=False)
    namnd: NamndId
    starts_at: datetime
    ends_at: datetime
    is_backup: bool | None = None
    shift_id: ShiftId | None = None


@dataclass(frozen=True, slots=True)
class ShiftLines:
    lines: tuple[ShiftLine, ...]
    problems: tuple[Remark, ...] = ()
    notes: tuple[Remark, ...] = ()


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
        part = read_part(cells) if cells.raw("del") else None
        if start is not None and end is not None:
            _check_length(cells, end - start, notes)
        if email is None or namnd is None or start is None or end is None:
            continue
        earlier = first.setdefault((email, namnd, start), row.line)
        if earlier != row.line:
            cells.wrong("", words.TWICE.format(line=earlier))
        if cells.is_good:
            is_backup = None if part is None else part is Part.BACKUP
            lines.append(ShiftLine(row.line, email, namnd, start, end, is_backup))
    return ShiftLines(tuple(lines), tuple(problems), tuple(notes))


def read_part(cells: Cells) -> Part | None:
    """Return what the cell `del` says, or None after noting that it cannot be understood."""
    written = fold(cells.raw("del"))
    found = next((part for part, word in PARTS.items() if fold(word) == written), None)
    if found is None:
        cells.wrong("del", rota_words.BAD_PART)
    return found


def read_time(cells: Cells, column: str, notes: list[Remark]) -> datetime | None:
    """Return the instant of a Stockholm wall-clock time, or None after noting why there is none.

    With a zone after it, as 2026-10-25T02:30+01:00, it is that instant: an hour that comes twice can be told apart.
    """
    value = cells.text(column, is_required=True)
    if value is None:
        return None
    said = quoted(value, is_time=True)
    if WITH_ZONE.match(value):
        return _with_zone(cells, column, value, said)
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
    try:
        at, is_twice = instant_of(wall)
    except NoSuchTime:
        cells.wrong(column, words.NO_SUCH_TIME.format(value=said))
        return None
    if is_twice:
        notes.append(Remark(cells.row.line, column, words.TWO_SUCH_TIMES.format(value=said)))
    return at


class NoSuchTime(ValueError):
    """The clocks were put forward past it."""


def instant_of(wall: datetime) -> tuple[datetime, bool]:
    """Return the instant of a wall-clock time in its zone, and whether it comes twice that night. Raises NoSuchTime."""
    at = wall.astimezone(UTC)
    if at.astimezone(wall.tzinfo).replace(tzinfo=None) != wall.replace(tzinfo=None):
        raise NoSuchTime
    return at, wall.replace(fold=1).astimezone(UTC) != at


def _with_zone(cells: Cells, column: str, value: str, said: str) -> datetime | None:
    try:
        at = datetime.fromisoformat(value).astimezone(UTC)
    except (ValueError, OverflowError):
        at = None
    if at is None or local(at).year not in YEARS:
        cells.wrong(column, words.BAD_TIME.format(value=said))
        return None
    return at


def _check_length(cells: Cells, length: timedelta, notes: list[Remark]) -> None:
    wrong, odd = about_length(length)
    if wrong:
        cells.wrong("slut", wrong)
    elif odd:
        notes.append(Remark(cells.row.line, "slut", odd))


def about_length(length: timedelta) -> tuple[str, str]:
    """Return what is wrong with so long a shift, and what is odd about it; "" when there is nothing."""
    hours = f"{length / timedelta(hours=1):.4g}".replace(".", ",")
    if length <= timedelta(0):
        return words.ENDS_BEFORE, ""
    if length > LONGEST:
        return words.TOO_LONG_SHIFT.format(hours=hours), ""
    return "", words.LONG_SHIFT.format(hours=hours) if length > LONG else ""
