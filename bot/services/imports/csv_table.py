"""Rows out of a CSV file as people save it: Excel's semicolons, a BOM, headers in any case."""

import csv
import io
import unicodedata
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from bot.texts import import_words as words

DELIMITERS = ";,\t"
UTF16_MARKS = (b"\xff\xfe", b"\xfe\xff")


@dataclass(frozen=True, slots=True)
class Remark:
    """Something about the file, for the administrator. `column` "" is the whole row. Never holds a name or number."""

    line: int
    column: str
    text: str


@dataclass(frozen=True, slots=True)
class Row:
    """One row; `line` is where it starts in the file. A cell has no space around it and is composed (NFC)."""

    line: int
    cells: Mapping[str, str] = field(repr=False)


@dataclass(frozen=True, slots=True)
class Table:
    """What was read. `problems` are those of the file's form; the rows that could be read stand all the same."""

    rows: tuple[Row, ...]
    problems: tuple[Remark, ...] = ()


def read_table(data: bytes, columns: Sequence[str], optional: Sequence[str] = ()) -> Table:
    """Read a CSV file that should have exactly `columns`, and may have `optional`, in any order."""
    try:
        text = _decoded(data)
    except _NotText as error:
        return Table((), (error.remark,))
    text, skipped = _without_sep_line(text)
    header_line = next((line for line in text.splitlines() if line.strip()), "")
    if not header_line:
        return Table((), (Remark(1, "", words.EMPTY_FILE.format(columns="; ".join(columns))),))
    delimiter = max(DELIMITERS, key=header_line.count)
    rows: list[Row] = []
    problems: list[Remark] = []
    places: dict[str, int] | None = None
    width = 0
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=delimiter, strict=True)
    line = skipped + 1
    try:
        for cells in reader:
            start, line = line, skipped + reader.line_num + 1
            cleaned = [clean(cell) for cell in cells]
            if not any(cleaned):
                continue
            if places is None:
                places, width = header_of(cleaned, columns, optional, start, problems)
                if problems:
                    break  # without a header nothing can be said of the rows
                continue
            if len(cleaned) < width or any(cleaned[width:]):
                problems.append(Remark(start, "", words.TOO_FEW.format(found=len(cleaned), wanted=width)))
                continue
            rows.append(Row(start, {column: cleaned[place] for column, place in places.items()}))
    except csv.Error:
        problems.append(Remark(line, "", words.BAD_QUOTES))
    if not rows and not problems:
        problems.append(Remark(1, "", words.NO_ROWS))
    return Table(tuple(rows), tuple(problems))


def clean(cell: str) -> str:
    """Return the cell composed and without space around it; inner space (also the unbreakable) is one blank."""
    composed = unicodedata.normalize("NFC", cell).replace("\ufeff", "").replace("\u200b", "")
    return "\n".join(" ".join(part.split()) for part in composed.strip().splitlines())


def fold(text: str) -> str:
    """Return what makes two spellings of a word the same: case, accents and dashes set aside.

    >>> fold(" Nämnd ") == fold("namnd")
    True
    """
    parts = unicodedata.normalize("NFKD", text.replace("–", "-").replace("−", "-"))
    return " ".join("".join(c for c in parts if not unicodedata.combining(c)).casefold().split())


class _NotText(Exception):
    def __init__(self, line: int, text: str) -> None:
        self.remark = Remark(line, "", text)
        super().__init__(text)


def _decoded(data: bytes) -> str:
    if data.startswith(UTF16_MARKS):
        raise _NotText(1, words.UTF16)
    if b"\0" in data:
        raise _NotText(data.count(b"\n", 0, data.index(b"\0")) + 1, words.NOT_TEXT)
    try:
        return data.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        raise _NotText(data.count(b"\n", 0, error.start) + 1, words.NOT_UTF8) from None


def _without_sep_line(text: str) -> tuple[str, int]:
    """Excel may begin with a line `sep=;`, which is no row."""
    first, newline, rest = text.partition("\n")
    if newline and first.strip().casefold() in {f"sep={delimiter}" for delimiter in DELIMITERS}:
        return rest, 1
    return text, 0


def header_of(
    cells: list[str], columns: Sequence[str], optional: Sequence[str], line: int, problems: list[Remark]
) -> tuple[dict[str, int], int]:
    """Return where each column stands and how wide the table is, after noting what is wrong with the header."""
    by_fold = {fold(column): column for column in (*columns, *optional)}
    places: dict[str, int] = {}
    while cells and not cells[-1]:
        cells.pop()
    for place, cell in enumerate(cells):
        column = by_fold.get(fold(cell))
        if column is None:
            problems.append(Remark(line, "", words.HEADER_UNKNOWN.format(place=place + 1)))
        elif column in places:
            problems.append(Remark(line, column, words.HEADER_TWICE))
        else:
            places[column] = place
    missing = [column for column in columns if column not in places]
    if missing:
        said = words.HEADER_MISSING.format(missing=", ".join(missing), columns="; ".join(columns))
        problems.append(Remark(line, "", said))
    return places, len(cells)
