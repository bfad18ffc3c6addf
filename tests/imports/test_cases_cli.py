"""The command as somebody types it: what is told, and the file of rejected rows."""

import stat
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import click
import pytest
from click.testing import CliRunner, Result

from bot.cli_cases import register
from bot.cli_imports import register as register_imports
from bot.domain.errors import Busy
from bot.sandbox.seed import STAFF
from bot.services.context import Context
from bot.texts import case_words as words
from storage.store import SqlStore
from storage.vault import Vault
from tests.frozen import FrozenClock
from tests.imports.given import context
from tests.imports.given_cases import ANNA, INGRID, case, configured, csv_of, excel_of

Run = Callable[..., Result]


@pytest.fixture
def run(sqlite_database_url: str, vault: Vault) -> Run:
    @asynccontextmanager
    async def opened() -> AsyncIterator[Context]:
        clock = FrozenClock(datetime(2026, 11, 20, 21, 14, tzinfo=UTC))
        store = SqlStore(sqlite_database_url, vault, clock)
        try:
            yield configured(context(store, clock))
        finally:
            await store.close()

    cli = click.Group()
    register(cli, opened)
    register_imports(cli, opened)
    assert CliRunner().invoke(cli, ["import-staff", str(STAFF)]).exit_code == 0

    def invoke(*arguments: object, **options: str | None) -> Result:
        given = {"--namnd": "norrvik", "--as": INGRID, **{f"--{name.rstrip('_')}": v for name, v in options.items()}}
        said = [part for name, value in given.items() if value is not None for part in (name, value)]
        return CliRunner().invoke(cli, ["import-cases", *(str(argument) for argument in arguments), *said])

    return invoke


@pytest.fixture
def export(tmp_path: Path) -> Path:
    path = tmp_path / "natt.csv"
    rows = [case(), case(case_ref="Nova Lindgren"), case(case_ref="K-2", owner="Vera Okänd")]
    path.write_bytes(csv_of(rows, encoding="cp1252"))
    return path


def test_the_first_time_and_the_second(run: Run, export: Path, tmp_path: Path) -> None:
    first, second = run(export), run(export)

    rejected = tmp_path / "natt-avvisade.csv"
    assert first.output.splitlines() == [
        f"Obs, rad 4: {words.UNKNOWN_OWNER}",
        "Avvisas, rad 3: " + words.REF["case_ref_form"].format(column="Ärendenr"),
        "Klart: 2 nya, 0 ändrade, 0 oförändrade, 1 avvisade",
        words.REJECTED_IN.format(path=rejected),
    ]
    assert "Klart: 0 nya, 0 ändrade, 2 oförändrade, 1 avvisade" in second.output
    assert (first.exit_code, second.exit_code) == (1, 1)
    assert stat.S_IMODE(rejected.stat().st_mode) == 0o600
    assert sorted(path.name for path in tmp_path.glob("natt*")) == [
        "natt-avvisade-2.csv",
        "natt-avvisade.csv",
        "natt.csv",
    ]
    assert "Nova" not in first.output + first.stderr


def test_rejected_rows_are_mended_and_read_in(run: Run, export: Path, tmp_path: Path) -> None:
    run(export)
    rejected = tmp_path / "natt-avvisade.csv"
    mended = rejected.read_text(encoding="utf-8-sig").replace("Nova Lindgren", "K-3")
    rejected.write_text(mended, encoding="utf-8-sig")

    result = run(rejected)

    assert (result.exit_code, result.output) == (0, "Klart: 1 nya, 0 ändrade, 0 oförändrade, 0 avvisade\n")


def test_a_dry_run_previews(run: Run, export: Path, tmp_path: Path) -> None:
    result = run(export, "--dry-run")

    assert result.output.splitlines()[0] == "Nya: rad 2, 4"
    assert result.output.splitlines()[-1] == (
        "Provläsning, inget är sparat: 2 nya, 0 ändrade, 0 oförändrade, 1 avvisade"
    )
    assert [path.name for path in tmp_path.glob("natt*")] == ["natt.csv"]
    assert "2 nya" in run(export).output


def test_the_rejected_rows_go_where_they_are_asked_to(run: Run, export: Path, tmp_path: Path) -> None:
    wanted = tmp_path / "fel.csv"

    assert run(export, rejected=str(wanted)).exit_code == 1
    again = run(export, rejected=str(wanted))

    assert wanted.read_text(encoding="utf-8-sig").count("Nova Lindgren") == 1
    assert (again.exit_code, again.stderr) == (2, words.EXISTS.format(path=wanted) + "\n")


def test_an_excel_file_is_read_the_same_way(run: Run, tmp_path: Path) -> None:
    path = tmp_path / "natt.xlsx"
    path.write_bytes(
        excel_of([["Ärendenr", "Typ", "Inkom datum"], ["K-1", "Ansökan", datetime(2026, 11, 16, 9, 15)]])  # noqa: DTZ001
    )

    assert "Klart: 1 nya" in run(path).output


def test_a_long_file_tells_how_far_it_has_come(run: Run, tmp_path: Path) -> None:
    path = tmp_path / "lang.csv"
    path.write_bytes(csv_of([case(case_ref=f"K-{number}") for number in range(2000)]))

    result = run(path)

    lines = result.stderr.splitlines()
    assert "Klart: 2000 nya" in result.stdout
    assert ("Kontrollerar: 50 %" in lines, lines[-1]) == (True, "Sparar: 100 %")


@pytest.mark.parametrize(
    ("options", "said"),
    [
        ({"as_": None}, "Ange också --as."),
        ({"namnd": None, "as_": None}, "Ange också --namnd och --as."),
        ({"namnd": "ostmark"}, "norrvik, sodermark"),
        ({"as_": "x@example.se"}, words.UNKNOWN_AS),
        ({"as_": ANNA}, words.DENIED),
    ],
)
def test_what_cannot_be_run_ends_with_two(run: Run, export: Path, options: dict[str, Any], said: str) -> None:
    result = run(export, **options)

    assert (result.exit_code, said in result.stderr, result.stdout) == (2, True, "")


@pytest.mark.parametrize(
    ("content", "said"),
    [
        (None, "finns inte"),
        (b"Typ;Inkom datum\nx;y\n", "rubriken saknar Ärendenr"),
        (b"PK\x03\x04", words.BAD_EXCEL),
    ],
)
def test_a_file_that_cannot_be_read_ends_with_two(run: Run, tmp_path: Path, content: bytes | None, said: str) -> None:
    path = tmp_path / "fil.csv"
    if content is not None:
        path.write_bytes(content)

    result = run(path)

    assert (result.exit_code, said in result.stderr) == (2, True)


@pytest.mark.parametrize(
    ("error", "said"), [(click.ClickException("Databasen är tom."), "Databasen är tom."), (Busy(), words.BUSY)]
)
def test_a_database_that_is_not_ready_ends_with_two(export: Path, error: Exception, said: str) -> None:
    @asynccontextmanager
    async def refused() -> AsyncIterator[Context]:
        raise error
        yield

    cli = click.Group()
    register(cli, refused)

    result = CliRunner().invoke(cli, ["import-cases", str(export), "--namnd", "norrvik", "--as", INGRID])

    assert (result.exit_code, result.stderr) == (2, f"{said}\n")
