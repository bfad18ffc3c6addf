"""Write and read Excel files. It knows nothing of what stands in them.

Text is always text: a cell that begins with = + - or @ is marked as quoted, so that neither opening nor editing it
makes a formula of it.
"""

import csv
import io
import os
import tempfile
import zipfile
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import date, datetime, time
from pathlib import Path
from typing import IO, Any, Final

from openpyxl import Workbook, load_workbook
from openpyxl.cell import WriteOnlyCell
from openpyxl.cell.cell import ILLEGAL_CHARACTERS_RE
from openpyxl.styles import Alignment, Font
from openpyxl.utils import get_column_letter

FORMULA_STARTS: Final = ("=", "+", "-", "@", "\t", "\r")
DATE_FORMAT: Final = "yyyy-mm-dd"
TIME_FORMAT: Final = "yyyy-mm-dd hh:mm"
MOST_UNPACKED: Final = 100 * 2**20  # bytes; a year of shifts, or 50,000 cases, is a tenth of it
MADE_WITH: Final = "Beredskapsbot"

Cell = str | int | date | datetime | None  # a datetime is naive: Excel knows no zones
Value = str | int | float | bool | date | datetime | time | None  # what a cell may turn out to hold


class BadSpreadsheet(Exception):
    """It is no .xlsx that can be opened."""


class TooLarge(BadSpreadsheet):
    """It would unpack to more than any file of ours can need."""


@dataclass(frozen=True, slots=True)
class Sheet:
    """One sheet. `widths` are in characters.

    With `headings` it is a table: they are bold, stay in sight, and can be filtered by. `is_prose`: the first cell of
    each row names what the second one tells, on as many lines as that takes.
    """

    title: str
    widths: Sequence[int]
    rows: Iterable[Sequence[Cell]]
    headings: Sequence[str] = ()
    is_prose: bool = False


def save(path: Path, sheets: Iterable[Sheet], *, overwrite: bool) -> None:
    """Write the file for its owner's eyes only, whole or not at all.

    Raises FileExistsError when it is there already and is not to be replaced, and OSError.
    """
    with _whole(path, overwrite=overwrite) as file:
        _write(file, sheets)


def save_csv(path: Path, rows: Iterable[Sequence[Cell]], *, overwrite: bool) -> None:
    """Write the rows as CSV that Excel reads: semicolons, UTF-8 with a mark. Otherwise as `save`."""
    with _whole(path, overwrite=overwrite) as file:
        text = io.TextIOWrapper(file, encoding="utf-8-sig", errors="replace", newline="")
        csv.writer(text, delimiter=";").writerows([_plain(value) for value in row] for row in rows)
        text.flush()
        text.detach()


def save_bytes(path: Path, data: bytes, *, overwrite: bool) -> None:
    """Write what has been made already. Otherwise as `save`."""
    with _whole(path, overwrite=overwrite) as file:
        file.write(data)


@contextmanager
def _whole(path: Path, *, overwrite: bool) -> Iterator[IO[bytes]]:
    """Give a file to write to, which takes its place at `path` when all of it is there."""
    descriptor, temporary = tempfile.mkstemp(dir=path.parent, prefix=".uttag-", suffix=".tmp")  # mode 0600
    try:
        with os.fdopen(descriptor, "wb") as file:
            yield file
            file.flush()
            os.fsync(file.fileno())
        if not overwrite and path.exists():
            raise FileExistsError(path)
        os.replace(temporary, path)
    except BaseException:
        os.unlink(temporary)
        raise


def _plain(value: Cell) -> str:
    """Return a cell as text that no spreadsheet makes a formula of."""
    if isinstance(value, datetime):
        return f"{value:%Y-%m-%d %H:%M}"
    if not isinstance(value, str):
        return "" if value is None else str(value)
    text = _clean(value)
    return f"'{text}" if text.startswith(FORMULA_STARTS) else text


def read_rows(data: bytes) -> Iterator[tuple[int, tuple[Value, ...]]]:
    """Yield the rows of the first sheet with their numbers; of a formula, its last value.

    Raises BadSpreadsheet, and TooLarge before anything has been unpacked: 200 kB can become 400 MB.
    """
    _check_size(data)
    try:
        workbook = load_workbook(io.BytesIO(data), read_only=True, data_only=True)
        sheet = workbook.worksheets[0]
        sheet.reset_dimensions()  # some systems state them wrongly, and rows would be lost
        for number, values in enumerate(sheet.iter_rows(values_only=True), start=1):
            yield number, tuple(_value(value) for value in values)
    except Exception as error:  # a damaged file can fail anywhere, in zip, in XML or in openpyxl
        raise BadSpreadsheet from error


def _check_size(data: bytes) -> None:
    """Add up what the parts say they hold. One that holds more than it says is cut there by the library, and fails."""
    try:
        with zipfile.ZipFile(io.BytesIO(data)) as packed:
            size = sum(part.file_size for part in packed.infolist())
    except (zipfile.BadZipFile, ValueError, OSError) as error:
        raise BadSpreadsheet from error
    if size > MOST_UNPACKED:
        raise TooLarge


def _value(value: Any) -> Value:
    return value if isinstance(value, str | int | float | bool | date | time | None) else str(value)


def _write(file: IO[bytes], sheets: Iterable[Sheet]) -> None:
    workbook = Workbook(write_only=True)
    workbook.properties.creator = MADE_WITH
    for sheet in sheets:
        _add(workbook, sheet)
    workbook.save(file)


def _add(workbook: Workbook, sheet: Sheet) -> None:
    made = workbook.create_sheet(sheet.title)
    for place, width in enumerate(sheet.widths, start=1):
        made.column_dimensions[get_column_letter(place)].width = width
    if sheet.headings:
        made.freeze_panes = "A2"
        made.append([_wrapped(made, heading, is_bold=True) for heading in sheet.headings])
    count = 0
    for row in sheet.rows:
        count += 1
        if sheet.is_prose:
            made.append([_wrapped(made, str(value), is_bold=place == 0) for place, value in enumerate(row)])
        else:
            made.append([_cell(made, value) for value in row])
    if sheet.headings:
        made.auto_filter.ref = f"A1:{get_column_letter(len(sheet.headings))}{count + 1}"


def _cell(made: Any, value: Cell) -> Any:
    if isinstance(value, datetime):
        return _formatted(made, value, TIME_FORMAT)
    if isinstance(value, date):
        return _formatted(made, value, DATE_FORMAT)
    return _text(made, value) if isinstance(value, str) else value


def _formatted(made: Any, value: Any, number_format: str) -> Any:
    cell = WriteOnlyCell(made, value)
    cell.number_format = number_format
    return cell


def _text(made: Any, text: str) -> Any:
    cell = WriteOnlyCell(made, _clean(text))
    cell.data_type = "s"  # openpyxl takes what begins with = for a formula, and "#N/A" for an error
    if text.startswith(FORMULA_STARTS):
        cell.quotePrefix = True
    return cell


def _wrapped(made: Any, text: str, *, is_bold: bool) -> Any:
    cell = _text(made, text)
    cell.alignment = Alignment(vertical="top", wrap_text=True)
    cell.font = Font(bold=is_bold)
    return cell


def _clean(text: str) -> str:
    """Return `text` without what cannot stand in XML."""
    return ILLEGAL_CHARACTERS_RE.sub("", text).encode("utf-8", "replace").decode("utf-8")
