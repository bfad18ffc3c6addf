"""Rows out of an Excel file, as `read_table` gives them out of a CSV file."""

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Final

from bot.services.imports.case_table import as_text
from bot.services.imports.csv_table import Remark, Row, Table, clean, header_of
from bot.spreadsheets import MOST_UNPACKED, BadSpreadsheet, TooLarge, Value, read_rows
from bot.texts import import_words as words

HALF_A_SECOND: Final = timedelta(milliseconds=500)  # a time that Excel has counted out may be a hair off


def read_excel(data: bytes, columns: Sequence[str], optional: Sequence[str] = ()) -> Table:
    """Read the first sheet, which should have exactly `columns` and may have `optional`, in any order."""
    rows: list[Row] = []
    problems: list[Remark] = []
    places: dict[str, int] | None = None
    try:
        for line, values in read_rows(data):
            cells = [clean(_text(value)) for value in values]
            if not any(cells):
                continue
            if places is None:
                places, width = header_of(cells, columns, optional, line, problems)
                if problems:
                    break  # without a header nothing can be said of the rows
                continue
            if any(cells[width:]):
                problems.append(Remark(line, "", words.TOO_FEW.format(found=len(cells), wanted=width)))
                continue
            rows.append(Row(line, {name: cells[at] if at < len(cells) else "" for name, at in places.items()}))
    except TooLarge:
        return Table((), (Remark(1, "", words.LARGE_EXCEL.format(most=MOST_UNPACKED // 2**20)),))
    except BadSpreadsheet:
        return Table((), (Remark(1, "", words.BAD_EXCEL),))
    if places is None:
        problems.append(Remark(1, "", words.EMPTY_FILE.format(columns="; ".join(columns))))
    elif not rows and not problems:
        problems.append(Remark(1, "", words.NO_ROWS))
    return Table(tuple(rows), tuple(problems))


def _text(value: Value) -> str:
    """Return a cell as somebody would write it; a day alone is its midnight, which Excel shows without the time."""
    if not isinstance(value, datetime):
        return as_text(value)
    at = (value + HALF_A_SECOND).replace(microsecond=0)
    return f"{at:%Y-%m-%d %H:%M:%S}"
