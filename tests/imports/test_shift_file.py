"""Shifts out of Excel, and the columns that our own export has."""

from datetime import UTC, date, datetime, time
from pathlib import Path

import pytest

from bot.services.imports.csv_table import Table
from bot.services.imports.shift_file import read_shift_file
from bot.services.imports.shift_lines import COLUMNS, ShiftLines, read_shifts
from bot.spreadsheets import Sheet, save
from bot.texts import import_words as words
from bot.texts import rota_words
from tests.imports.given import RULES, TEXTS, said

ANNA = "anna@example.se"


def excel(folder: Path, *rows: tuple[object, ...], headings: tuple[str, ...] = COLUMNS) -> Table:
    path = folder / "pass.xlsx"
    save(path, [Sheet("Pass", (20,) * len(headings), rows, headings)], overwrite=True)  # type: ignore[arg-type]
    found = read_shift_file(path.read_bytes())
    assert isinstance(found, Table)
    return found


def shifts(table: Table) -> ShiftLines:
    return read_shifts(table.rows, RULES, TEXTS)


def naive(*parts: int) -> datetime:
    return datetime(*parts)  # type: ignore[arg-type]  # noqa: DTZ001 - as Excel has it


@pytest.mark.parametrize(
    ("start", "end"),
    [
        (naive(2026, 11, 20, 17), naive(2026, 11, 21, 0)),
        ("2026-11-20 17:00", "2026-11-21 00:00"),
        (naive(2026, 11, 20, 17), date(2026, 11, 21)),
        (naive(2026, 11, 20, 16, 59, 59, 999_700), naive(2026, 11, 21, 0, 0, 0, 300)),  # as Excel counts
    ],
)
def test_a_time_may_be_a_date_of_excels_or_text(tmp_path: Path, start: object, end: object) -> None:
    found = shifts(excel(tmp_path, (ANNA, "norrvik", start, end)))

    assert not found.problems
    (line,) = found.lines
    assert (line.starts_at, line.ends_at) == (
        datetime(2026, 11, 20, 16, tzinfo=UTC),
        datetime(2026, 11, 20, 23, tzinfo=UTC),
    )


@pytest.mark.parametrize("start", [time(17), 46346.7, "fredag", True, "2026-11-20"])
def test_what_is_no_time_is_told_with_row_and_column(tmp_path: Path, start: object) -> None:
    good = (ANNA, "norrvik", "2026-11-19 17:00", "2026-11-19 22:00")
    found = shifts(excel(tmp_path, good, (ANNA, "norrvik", start, "2026-11-20 22:00")))

    assert said(found.problems) == [(3, "start")]
    assert len(found.lines) == 1


def test_columns_in_any_order_and_empty_rows_between(tmp_path: Path) -> None:
    table = excel(
        tmp_path,
        ("norrvik", "2026-11-20 17:00", "2026-11-20 22:00", ANNA),
        (None, None, None, None),
        ("norrvik", "2026-11-21 17:00", "2026-11-21 22:00", ANNA),
        headings=("Nämnd", "START", "slut", "EPOST"),
    )

    assert [row.line for row in table.rows] == [2, 4]
    assert len(shifts(table).lines) == 2


@pytest.mark.parametrize(
    ("headings", "part"),
    [(("epost", "nämnd", "start"), "saknar slut"), ((*COLUMNS, "lön"), "känns inte igen")],
)
def test_a_wrong_header_is_told(tmp_path: Path, headings: tuple[str, ...], part: str) -> None:
    table = excel(tmp_path, ("x",) * len(headings), headings=headings)

    assert [(remark.line, part in remark.text) for remark in table.problems] == [(1, True)]
    assert table.rows == ()


def test_what_stands_beside_the_table_is_told(tmp_path: Path) -> None:
    row = (ANNA, "norrvik", "2026-11-20 17:00", "2026-11-20 22:00")

    assert said(excel(tmp_path, (*row, "obs")).problems) == [(2, "")]


def test_an_empty_or_damaged_file_is_told(tmp_path: Path) -> None:
    only_header = excel(tmp_path)
    damaged = read_shift_file(b"PK\x03\x04 something else")

    assert [remark.text for remark in only_header.problems] == [words.NO_ROWS]
    assert [remark.text for remark in damaged.problems] == [words.BAD_EXCEL]


def test_the_part_is_read_where_it_stands_and_the_name_is_only_for_people() -> None:
    head = "epost;namn;nämnd;start;slut;del\n"
    rows = [f"{ANNA};Anna;norrvik;2026-11-{day} 17:00;2026-11-{day} 22:00;{part}" for day, part in PARTS]
    table = read_shift_file((head + "\n".join(rows)).encode())
    assert isinstance(table, Table)

    found = shifts(table)

    assert [line.is_backup for line in found.lines] == [False, True, None]
    assert [(remark.line, remark.text) for remark in found.problems] == [(5, rota_words.BAD_PART)]


PARTS = (("20", "Ansvarig"), ("21", "reserv"), ("22", ""), ("23", "chef"))


@pytest.mark.parametrize(
    ("written", "at"),
    [
        ("2026-10-25T02:30:00+01:00", datetime(2026, 10, 25, 1, 30, tzinfo=UTC)),
        ("2026-10-25 02:30+02:00", datetime(2026, 10, 25, 0, 30, tzinfo=UTC)),
        ("2026-10-25T01:30:15.250000Z", datetime(2026, 10, 25, 1, 30, 15, 250_000, tzinfo=UTC)),
    ],
)
def test_with_its_zone_an_hour_that_comes_twice_is_one_of_them(written: str, at: datetime) -> None:
    table = read_shift_file(f"epost;nämnd;start;slut\n{ANNA};norrvik;{written};2026-10-25 08:00\n".encode())
    assert isinstance(table, Table)

    found = shifts(table)

    assert ([line.starts_at for line in found.lines], found.notes) == ([at], ())
