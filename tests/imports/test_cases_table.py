"""The rows of an export out of the file, however the case system writes it, and back again as rejected ones."""

import csv
import io
import stat
import zipfile
from datetime import date, datetime, time
from pathlib import Path

import pytest

from bot.domain.case_import import REQUIRED
from bot.services.imports.case_lines import Rejected
from bot.services.imports.case_table import CannotRead, CaseTable, read_cases
from bot.services.imports.rejected import rejected_csv, rejected_path, write_rejected
from bot.services.imports.written_moment import BadMoment, Moment, NoSuchMoment, read_moment, read_time
from bot.texts import case_words as words
from tests.imports.given_cases import CONFIG, HEADINGS, excel_of

TWENTIETH = date(2026, 11, 20)
HEADER = "Ärendenr;Typ;Inkom datum;Handläggare;Annat"


def read(data: bytes) -> CaseTable:
    return read_cases(data, CONFIG.columns, REQUIRED)


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "cp1252", "utf-16"])
@pytest.mark.parametrize("delimiter", [";", ",", "\t"])
def test_a_csv_is_read_as_it_comes(encoding: str, delimiter: str) -> None:
    text = f"{HEADER}\r\nK-1;Orosanmälan;2026-11-20;Åsa Ek;x\r\n".replace(";", delimiter)

    table = read(text.encode(encoding))

    (row,) = table.rows
    assert (row.line, row.cells) == (2, ("K-1", "Orosanmälan", "2026-11-20", "Åsa Ek", "x"))
    assert (table.cell(row, "kind"), table.cell(row, "owner"), table.cell(row, "gender")) == (
        "Orosanmälan",
        "Åsa Ek",
        "",
    )


def test_columns_in_any_order_and_case_and_others_are_ignored() -> None:
    table = read("Personnr;INKOM  DATUM;typ;Arendenr\n201212121212;2026-11-20;Ansökan;K-1\n".encode())

    assert [table.cell(table.rows[0], column) for column in REQUIRED] == ["K-1", "Ansökan", "2026-11-20"]


def test_empty_rows_and_a_separator_line_are_no_rows_and_lines_are_counted_as_in_the_file() -> None:
    table = read(f'sep=;\n{HEADER}\n\n"K-1";"Orosanmälan";"2026-11-20";"två\nrader";\n;;;;\nK-2;a;b;c;d\n'.encode())

    assert [row.line for row in table.rows] == [4, 7]


def test_an_excel_file_is_read_with_its_dates_and_numbers() -> None:
    rows = [
        [HEADINGS["case_ref"], "Typ", "Inkom datum", "Inkom kl", "Återkoppling"],
        [2026114, "Ansökan", datetime(2026, 11, 20), time(14, 20), True],  # noqa: DTZ001 - Excel knows no zones
        [7.0, "Ansökan", datetime(2026, 11, 20, 9, 5), None, None],  # noqa: DTZ001
        [None, None, None, None, None],
        ["K-9", "Ansökan", date(2026, 11, 20), "14.20", "nej"],
    ]

    table = read(excel_of(rows))

    assert [(row.line, row.cells) for row in table.rows] == [
        (2, ("2026114", "Ansökan", "2026-11-20", "14:20:00", "ja")),
        (3, ("7", "Ansökan", "2026-11-20 09:05:00", "", "")),
        (5, ("K-9", "Ansökan", "2026-11-20", "14.20", "nej")),
    ]


def test_an_excel_file_that_states_its_size_wrongly_is_read_whole() -> None:
    """Some systems write that the sheet is one cell large."""
    data = excel_of([["Ärendenr", "Typ", "Inkom datum"], ["K-1", "Ansökan", "2026-11-20"]])
    packed = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(data)) as source, zipfile.ZipFile(packed, "w") as target:
        for name in source.namelist():
            content = source.read(name).replace(b'ref="A1:C2"', b'ref="A1"')
            target.writestr(name, content)

    assert len(read(packed.getvalue()).rows) == 1


@pytest.mark.parametrize(
    ("data", "said"),
    [
        (b"", words.EMPTY),
        (b"\n;;\n", words.EMPTY),
        (b"PK\x03\x04 no zip", words.BAD_EXCEL),
        (b"\xd0\xcf\x11\xe0\x00\x00", words.NOT_TEXT),  # the old .xls
        (b"Typ;Inkom datum\nx;y\n", words.HEADER_MISSING.format(missing="Ärendenr")),
        ("Ärendenr;Typ;Typ;Inkom datum\n".encode(), words.HEADER_TWICE.format(columns="Typ")),
        (f'{HEADER}\nK-1;"a;b;c;d\n'.encode(), words.BAD_QUOTES.format(line=2)),
    ],
)
def test_what_cannot_be_read_as_a_whole_is_refused_as_a_whole(data: bytes, said: str) -> None:
    with pytest.raises(CannotRead) as refused:
        read(data)

    assert str(refused.value) == said


# --- what was rejected ---


def test_rejected_rows_stand_as_they_were_and_can_be_read_again() -> None:
    table = read(f"{HEADER}\nK-1;Ansökan;i går;=1+1;rad\nK-2;x\n".encode())
    bad = [Rejected(table.rows[0], ("dagen", "annat")), Rejected(table.rows[1], ("för få",))]

    written = rejected_csv(table, bad)

    assert written.startswith(b"\xef\xbb\xbf")
    lines = list(csv.reader(io.StringIO(written.decode("utf-8-sig")), delimiter=";"))
    assert lines == [
        [words.REJECTED_LINE, words.REJECTED_WHY, *HEADER.split(";")],
        ["2", "dagen; annat", "K-1", "Ansökan", "i går", "'=1+1", "rad"],
        ["3", "för få", "K-2", "x", "", "", ""],
    ]
    again = read(written)
    assert again.rows[0].cells[2:] == table.rows[0].cells
    assert rejected_csv(again, [Rejected(again.rows[0], ("nytt",))]).decode("utf-8-sig").splitlines()[0] == (
        ";".join(lines[0])
    )


def test_the_file_is_for_its_owner_and_never_written_over(tmp_path: Path) -> None:
    source = tmp_path / "natt.csv"
    table = read(f"{HEADER}\nK-1;x;y;z;å\n".encode())

    paths = []
    for _ in range(3):
        paths.append(rejected_path(source))
        write_rejected(paths[-1], table, [])

    assert [path.name for path in paths] == ["natt-avvisade.csv", "natt-avvisade-2.csv", "natt-avvisade-3.csv"]
    assert {stat.S_IMODE(path.stat().st_mode) for path in paths} == {0o600}
    with pytest.raises(FileExistsError):
        write_rejected(paths[0], table, [])


# --- days and times ---


@pytest.mark.parametrize(
    ("text", "wall"),
    [
        ("2026-11-20", None),
        (" 20261120 ", None),
        ("2026-11-20 14:20", time(14, 20)),
        ("2026-11-20 14.20", time(14, 20)),
        ("2026-11-20 14:20:33", time(14, 20)),
        ("2026-11-20T14:20:33.123", time(14, 20)),
        ("2026-11-20, kl. 9", time(9)),
        ("2026-11-20T13:20:05Z", time(14, 20)),
        ("2026-11-20 13:20+00:00", time(14, 20)),
        ("20261120 1420", time(14, 20)),
        ("20/11/2026", None),
        ("20/11/2026 14:20", time(14, 20)),
    ],
)
def test_a_day_as_case_systems_write_it(text: str, wall: time | None) -> None:
    assert read_moment(text, "%d/%m/%Y") == Moment(TWENTIETH, wall)


@pytest.mark.parametrize(
    "text", ["", "i går", "2026-02-30", "2026-11-20 25:00", "20121212-1212", "11/20/2026", "45981"]
)
def test_a_day_that_cannot_be_read_is_not_guessed(text: str) -> None:
    with pytest.raises(BadMoment):
        read_moment(text, "%d/%m/%Y")


def test_a_format_may_have_the_time_in_it() -> None:
    assert read_moment("20.11.2026 14:20", "%d.%m.%Y %H:%M") == Moment(TWENTIETH, time(14, 20))


@pytest.mark.parametrize("text", ["24:00", "14:61", "halv tre", "1", ""])
def test_a_time_of_day(text: str) -> None:
    if text == "1":
        assert read_time(text) == time(1)
        return
    with pytest.raises(BadMoment):
        read_time(text)


def test_the_night_when_the_clocks_are_changed() -> None:
    with pytest.raises(NoSuchMoment):
        Moment(date(2026, 3, 29), time(2, 30)).at(time(0))
    assert f"{Moment(date(2026, 10, 25), time(2, 30)).at(time(0)):%H:%M}" == "00:30"  # the first of the two
