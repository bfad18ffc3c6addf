"""The rows of an export from the case system, CSV or Excel, each cell as text.

Whatever is wrong with a row is found later, so that the others may go in; only a file that cannot be read as a whole
is refused.
"""

import csv
import io
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, time
from typing import Final

from bot.services.imports.csv_table import DELIMITERS, UTF16_MARKS, clean, fold
from bot.spreadsheets import MOST_UNPACKED, BadSpreadsheet, TooLarge, Value, read_rows
from bot.texts import case_words as words

MOST_BYTES: Final = 64 * 1024 * 1024
ZIP: Final = b"PK\x03\x04"  # what an .xlsx begins with
QUOTED_STARTS: Final = ("'=", "'+", "'-", "'@")  # as the file of rejected rows has them
SEPARATOR_LINE: Final = "sep="  # Excel may begin with such a line, which is no row
MIDNIGHT: Final = time(0)


class CannotRead(Exception):
    """The file as a whole cannot be read; the message is for a person, and quotes nothing of it."""


@dataclass(frozen=True, slots=True)
class SourceRow:
    """One row as it stood; `line` is where it starts in the file. `cells` are cleaned, as many as there were."""

    line: int
    cells: tuple[str, ...] = field(repr=False)


@dataclass(frozen=True, slots=True)
class CaseTable:
    """`places` are where the mapped columns stand, by what we call them."""

    header: tuple[str, ...] = field(repr=False)
    rows: tuple[SourceRow, ...]
    places: Mapping[str, int]

    def cell(self, row: SourceRow, column: str) -> str:
        """Return what stands in one of our columns; "" when the file has it not."""
        place = self.places.get(column)
        return row.cells[place] if place is not None and place < len(row.cells) else ""

    def heading(self, column: str) -> str:
        """Return what a column of ours is called in the file."""
        place = self.places.get(column)
        return column if place is None else self.header[place]


def read_cases(data: bytes, columns: Mapping[str, str], required: Iterable[str]) -> CaseTable:
    """Read an export whose `columns` (ours -> theirs) may stand in any order, among others. Raises CannotRead."""
    if len(data) > MOST_BYTES:
        raise CannotRead(words.TOO_BIG.format(most=MOST_BYTES // 1024**2))
    rows = [row for row in (_excel(data) if data.startswith(ZIP) else _csv(data)) if any(row.cells)]
    if not rows:
        raise CannotRead(words.EMPTY)
    header = _without_trailing_blanks(rows[0].cells)
    return CaseTable(header, tuple(rows[1:]), _places(header, columns, frozenset(required)))


def _places(header: Sequence[str], columns: Mapping[str, str], required: frozenset[str]) -> dict[str, int]:
    folded = [fold(cell) for cell in header]
    twice = [theirs for theirs in columns.values() if folded.count(fold(theirs)) > 1]
    if twice:
        raise CannotRead(words.HEADER_TWICE.format(columns=", ".join(twice)))
    missing = [theirs for ours, theirs in columns.items() if ours in required and fold(theirs) not in folded]
    if missing:
        raise CannotRead(words.HEADER_MISSING.format(missing=", ".join(missing)))
    return {ours: folded.index(fold(theirs)) for ours, theirs in columns.items() if fold(theirs) in folded}


def _without_trailing_blanks(cells: tuple[str, ...]) -> tuple[str, ...]:
    last = max(place for place, cell in enumerate(cells) if cell)
    return cells[: last + 1]


def _excel(data: bytes) -> Iterator[SourceRow]:
    """Yield the rows of the first sheet, as wide as the heading: Excel leaves out empty cells at the end."""
    width = 0
    try:
        for line, values in read_rows(data):
            cells = tuple(clean(as_text(value)) for value in values)
            width = width or (len(cells) if any(cells) else 0)
            yield SourceRow(line, cells + ("",) * (width - len(cells)))
    except TooLarge:
        raise CannotRead(words.LARGE_EXCEL.format(most=MOST_UNPACKED // 2**20)) from None
    except BadSpreadsheet:
        raise CannotRead(words.BAD_EXCEL) from None


def as_text(value: Value) -> str:
    """Return a cell of a spreadsheet as somebody would write it: days in ISO, whole numbers without a decimal."""
    if value is None:
        return ""
    if isinstance(value, bool):
        return "ja" if value else "nej"
    if isinstance(value, datetime):
        return f"{value:%Y-%m-%d}" if value.time() == MIDNIGHT else f"{value:%Y-%m-%d %H:%M:%S}"
    if isinstance(value, date):
        return value.isoformat()
    if isinstance(value, time):
        return f"{value:%H:%M:%S}"
    return str(int(value)) if isinstance(value, float) and value.is_integer() else str(value)


def _csv(data: bytes) -> Iterator[SourceRow]:
    text = _decoded(data)
    header_line = next((line for line in text.splitlines() if line.strip()), "")
    delimiter = max(DELIMITERS, key=header_line.count)
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=delimiter, strict=True)
    line = 1
    try:
        for cells in reader:
            start, line = line, reader.line_num + 1
            if cells[:1] != [SEPARATOR_LINE]:
                yield SourceRow(start, tuple(_unquoted(clean(cell)) for cell in cells))
    except csv.Error:
        raise CannotRead(words.BAD_QUOTES.format(line=line)) from None


def _unquoted(cell: str) -> str:
    return cell[1:] if cell.startswith(QUOTED_STARTS) else cell


def _decoded(data: bytes) -> str:
    """Return the text: UTF-8, what Excel calls Unicode, or the Windows code page that old systems write."""
    encodings = ("utf-16",) if data.startswith(UTF16_MARKS) else ("utf-8-sig", "cp1252")
    for encoding in encodings:
        try:
            text = data.decode(encoding)
        except UnicodeDecodeError:
            continue
        if "\0" not in text:
            return text
    raise CannotRead(words.NOT_TEXT)
