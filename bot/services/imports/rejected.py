"""The rows that were not read in, in a file that can be mended and read in again. It holds what the source held."""

import csv
import io
import os
from collections.abc import Iterable, Sequence
from itertools import count
from pathlib import Path
from typing import Final

from bot.services.imports.case_lines import Rejected
from bot.services.imports.case_table import CaseTable
from bot.services.imports.csv_table import fold
from bot.texts import case_words as words

FORMULA_STARTS: Final = ("=", "+", "-", "@")  # a spreadsheet would make formulas of them
OURS: Final = (words.REJECTED_LINE, words.REJECTED_WHY)


def rejected_path(source: Path) -> Path:
    """Return where the rows of `source` go: beside it, and never over a file that somebody may be mending."""
    stem = source.with_name(f"{source.stem}{words.REJECTED_END}")
    names = (stem if number == 1 else stem.with_name(f"{stem.name}-{number}") for number in count(1))
    return next(path for name in names if not (path := name.with_name(f"{name.name}.csv")).exists())


def write_rejected(path: Path, table: CaseTable, rejected: Sequence[Rejected]) -> None:
    """Write the file for its owner's eyes only. Raises FileExistsError when it is there already, and OSError."""
    descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    with os.fdopen(descriptor, "wb") as file:
        file.write(rejected_csv(table, rejected))
        file.flush()
        os.fsync(file.fileno())


def rejected_csv(table: CaseTable, rejected: Iterable[Rejected]) -> bytes:
    """Return the rows as they stood, before them the line in the file and the reasons."""
    ours = {fold(heading) for heading in OURS}  # of a file that was mended, and has them already
    kept = [place for place, heading in enumerate(table.header) if fold(heading) not in ours]
    text = io.StringIO(newline="")
    writer = csv.writer(text, delimiter=";")
    writer.writerow([*OURS, *(table.header[place] for place in kept)])
    for bad in rejected:
        cells = bad.row.cells
        beyond = cells[len(table.header) :]
        row = [*(cells[place] if place < len(cells) else "" for place in kept), *beyond]
        writer.writerow([bad.row.line, "; ".join(bad.reasons), *(_as_text(cell) for cell in row)])
    return text.getvalue().encode("utf-8-sig")


def _as_text(cell: str) -> str:
    return f"'{cell}" if cell.startswith(FORMULA_STARTS) else cell
