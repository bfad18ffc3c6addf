"""Write an Excel file. It knows nothing of what stands in it.

Text is always text: a cell that begins with = + - or @ is marked as quoted, so that neither opening nor editing it
makes a formula of it.
"""

import os
import tempfile
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from pathlib import Path
from typing import IO, Any, Final

from openpyxl import Workbook
from openpyxl.cell import WriteOnlyCell
from openpyxl.cell.cell import ILLEGAL_CHARACTERS_RE
from openpyxl.styles import Alignment, Font
from openpyxl.utils import get_column_letter

FORMULA_STARTS: Final = ("=", "+", "-", "@", "\t", "\r")
DATE_FORMAT: Final = "yyyy-mm-dd"
TIME_FORMAT: Final = "yyyy-mm-dd hh:mm"
MADE_WITH: Final = "Beredskapsbot"

Cell = str | int | date | datetime | None  # a datetime is naive: Excel knows no zones


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
    descriptor, temporary = tempfile.mkstemp(dir=path.parent, prefix=".uttag-", suffix=".tmp")  # mode 0600
    try:
        with os.fdopen(descriptor, "wb") as file:
            _write(file, sheets)
            file.flush()
            os.fsync(file.fileno())
        if not overwrite and path.exists():
            raise FileExistsError(path)
        os.replace(temporary, path)
    except BaseException:
        os.unlink(temporary)
        raise


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
