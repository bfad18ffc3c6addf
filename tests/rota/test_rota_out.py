"""The rota goes out as a calendar, as a table that can be read in again, and on paper."""

import re
from pathlib import Path

import pytest

from bot.texts import rota_words as words
from tests.rota.conftest import Run
from tests.rota.test_feed import read
from tests.rota.test_rota_cli import ANNA, FILE

PERIOD = ("--from", "2026-12-01", "--to", "2026-12-31")


@pytest.fixture
def published(run: Run, tmp_path: Path) -> Path:
    file = tmp_path / "schema.csv"
    file.write_text(FILE, encoding="utf-8")
    assert run("publish", str(file)).exit_code == 0
    return file


def test_everybodys_shifts_in_one_calendar_with_names(run: Run, published: Path, tmp_path: Path) -> None:
    out = tmp_path / "alla.ics"

    assert run("export", *PERIOD, "--out", str(out)).exit_code == 0

    titles = sorted(event.summary.value for event in read(out.read_bytes()))
    assert titles == [
        "Beredskap (reserv): Bo Lund",
        "Beredskap (reserv): Elin Sand",
        "Beredskap: Anna Berg",
        "Beredskap: David Ek",
    ]


def test_one_persons_shifts(run: Run, published: Path, tmp_path: Path) -> None:
    out = tmp_path / "anna.ics"

    assert run("export", *PERIOD, "--person", ANNA.upper(), "--out", str(out)).exit_code == 0

    assert [event.summary.value for event in read(out.read_bytes())] == ["Beredskap"]


@pytest.mark.parametrize("form", ["csv", "xlsx"])
def test_a_table_that_is_read_in_again_changes_nothing(run: Run, published: Path, tmp_path: Path, form: str) -> None:
    out = tmp_path / f"ut.{form}"

    assert run("export", *PERIOD, "--out", str(out)).exit_code == 0

    assert words.NOTHING_NEW in run("publish", str(out)).stdout


def test_a_month_on_paper(run: Run, published: Path, tmp_path: Path) -> None:
    out = tmp_path / "manad.html"

    assert run("print", "--month", "2026-12", "--out", str(out)).exit_code == 0

    page = out.read_text(encoding="utf-8")
    assert "<h1>Beredskapsschema december 2026</h1>" in page
    monday = re.search(r'<td><span class="day">7</span>(.*?)</td>', page)
    assert monday
    assert re.findall(r">([^<]+)<", monday[1]) == ["17.00–22.00", "Anna Berg", "Reserv: Bo Lund"]
    assert '<td class="free"><span class="day">24</span>' in page  # julafton
    assert re.findall(r'<td class="week">(\d+)</td>', page) == ["49", "50", "51", "52", "53"]


def test_a_file_that_is_there_is_kept(run: Run, published: Path, tmp_path: Path) -> None:
    out = tmp_path / "alla.ics"
    out.write_text("mitt", encoding="utf-8")

    refused = run("export", *PERIOD, "--out", str(out))

    assert (refused.exit_code, out.read_text(encoding="utf-8")) == (2, "mitt")
    assert run("export", *PERIOD, "--out", str(out), "--overwrite").exit_code == 0
    assert out.read_bytes().startswith(b"BEGIN:VCALENDAR")


def test_what_is_asked_for_wrongly_is_said(run: Run, tmp_path: Path) -> None:
    assert words.BAD_MONTH in run("print", "--month", "2026-13", "--out", str(tmp_path / "x.html")).stderr
    assert words.NO_SUCH_FORM in run("export", *PERIOD, "--out", str(tmp_path / "x.pdf")).stderr
    strange = run("export", *PERIOD, "--person", "ingen@example.se", "--out", str(tmp_path / "x.ics"))
    assert words.UNKNOWN_PERSON in strange.stderr
    assert words.DENIED in run("print", "--month", "2026-12", "--out", str(tmp_path / "x.html"), as_=ANNA).stderr
