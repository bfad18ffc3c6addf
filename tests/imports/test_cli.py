"""The commands as somebody types them. Their own event loop: a store is opened and closed for each."""

from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from datetime import UTC, datetime
from pathlib import Path

import click
import pytest
import sqlalchemy as sa
from click.testing import CliRunner, Result

from bot.cli_imports import ranges, register
from bot.sandbox.seed import STAFF, YOUTHS
from bot.services.context import Context
from bot.texts import import_words as words
from storage.engine import writer_engine
from storage.store import SqlStore
from storage.vault import Vault
from tests.frozen import FrozenClock
from tests.imports.given import ADMIN, context

Run = Callable[..., Result]


@pytest.fixture
def run(sqlite_database_url: str, vault: Vault) -> Run:
    @asynccontextmanager
    async def opened() -> AsyncIterator[Context]:
        clock = FrozenClock(datetime(2026, 11, 20, 21, 14, tzinfo=UTC))
        store = SqlStore(sqlite_database_url, vault, clock)
        try:
            yield context(store, clock)
        finally:
            await store.close()

    cli = click.Group()
    register(cli, opened)
    return lambda *arguments: CliRunner().invoke(cli, [str(argument) for argument in arguments])


@pytest.fixture
def staffed(run: Run) -> Run:
    assert run("import-staff", STAFF).exit_code == 0
    return run


def audit(url: str) -> list[tuple[str, str, bool]]:
    engine = writer_engine(url)
    with engine.connect() as connection:
        rows = connection.execute(sa.text("SELECT actor, act, is_allowed FROM audit ORDER BY id")).all()
    engine.dispose()
    return [(str(actor), str(act), bool(allowed)) for actor, act, allowed in rows]


def test_a_first_evening_with_three_files(run: Run, tmp_path: Path, sqlite_database_url: str) -> None:
    rota = tmp_path / "pass.csv"
    rota.write_text(
        "epost;nämnd;start;slut\nanna.berg@example.se;norrvik;2026-11-20 17:00;2026-11-20 22:00\n", encoding="utf-8-sig"
    )

    people = run("import-staff", STAFF)
    families = run("import-youths", YOUTHS, "--as", ADMIN)
    shifts = run("import-shifts", rota, "--as", ADMIN)
    again = run("import-shifts", rota, "--as", ADMIN.upper())

    assert people.output == "Klart: 14 nya, 0 ändrade, 0 oförändrade\n"
    assert families.output.splitlines() == [
        f"Obs, rad 9, telefon: {words.SHARED_PHONE}",
        "Klart: 8 nya, 0 ändrade, 0 oförändrade",
    ]
    assert shifts.output == "Klart: 1 nya, 0 ändrade, 0 oförändrade\n"
    assert again.output == "Klart: 0 nya, 0 ändrade, 1 oförändrade\n"
    assert {r.exit_code for r in (people, families, shifts, again)} == {0}
    written = audit(sqlite_database_url)
    assert ("cli", "import_staff", True) in written
    assert [act for _, act, _ in written].count("enrolled") == 4
    assert [actor for actor, act, _ in written if act == "import_youths"] != ["cli"]


def test_a_dry_run_says_what_it_would_do_and_saves_nothing(run: Run, sqlite_database_url: str) -> None:
    dry = run("import-staff", STAFF, "--dry-run")

    assert dry.output == "Nya: rad 2-15\nProvläsning, inget är sparat: 14 nya, 0 ändrade, 0 oförändrade\n"
    assert dry.exit_code == 0
    assert audit(sqlite_database_url) == []
    assert "14 nya" in run("import-staff", STAFF).output


def test_a_dry_run_names_the_columns_that_change(staffed: Run, tmp_path: Path) -> None:
    changed = tmp_path / "personal.csv"
    text = STAFF.read_text(encoding="utf-8").replace("Anna Berg;", "Anna Berg Ek;").replace("U02", "U22")
    changed.write_text(text, encoding="utf-8")

    dry = staffed("import-staff", changed, "--as", ADMIN, "--dry-run")

    assert dry.output.splitlines()[:2] == ["Ändras: rad 2 (namn)", "Ändras: rad 3 (slack_id)"]
    assert "Anna" not in dry.output


@pytest.mark.parametrize("options", [[], ["--dry-run"]])
def test_all_bad_rows_are_listed_and_nothing_is_saved(
    staffed: Run, tmp_path: Path, options: list[str], sqlite_database_url: str
) -> None:
    bad = tmp_path / "ungdomar.csv"
    lines = YOUTHS.read_text(encoding="utf-8").splitlines()
    lines[2] = lines[2].replace("norrvik", "ostmark")
    lines[5] = lines[5].replace("070-174 06 08", "12345")
    bad.write_text("\n".join([*lines, "för;få"]), encoding="utf-8")
    before = audit(sqlite_database_url)

    result = staffed("import-youths", bad, "--as", ADMIN, *options)

    assert result.exit_code == 1
    assert result.output.splitlines() == [
        "rad 3, nämnd: nämnden ”ostmark” finns inte. Nämnderna är: norrvik, sodermark",
        "rad 6, telefon: Det ser inte ut som ett telefonnummer. Skriv till exempel 070-174 06 05.",
        "rad 10: raden har 2 celler men rubriken har 16",
        f"Obs, rad 9, telefon: {words.SHARED_PHONE}",
        "3 fel. Inget är sparat.",
    ]
    assert audit(sqlite_database_url) == before


@pytest.mark.parametrize(
    ("arguments", "part"),
    [
        (["import-staff", "finns-inte.csv", "--as", ADMIN], "finns inte"),
        (["import-staff", ".", "--as", ADMIN], "går inte att läsa"),
        (["import-staff", STAFF], "--as"),
        (["import-staff", STAFF, "--as", "nobody@example.se"], words.UNKNOWN_AS),
        (["import-youths", YOUTHS], "--as"),
        (["import-youths", YOUTHS, "--as", "ingrid.strand@example.se"], words.DENIED),
    ],
)
def test_what_cannot_be_run_ends_with_two(staffed: Run, arguments: list[str | Path], part: str) -> None:
    result = staffed(*arguments)

    assert result.exit_code == 2
    assert part in result.stderr
    assert result.stdout == ""


def test_youths_cannot_come_before_staff(run: Run) -> None:
    assert run("import-youths", YOUTHS).exit_code == 2


def test_a_denial_stands_in_the_log(staffed: Run, sqlite_database_url: str) -> None:
    staffed("import-youths", YOUTHS, "--as", "anna.berg@example.se")

    actor, act, is_allowed = audit(sqlite_database_url)[-1]
    assert (act, is_allowed) == ("import_youths", False)
    assert actor != "cli"


def test_latin_1_is_explained(run: Run, tmp_path: Path) -> None:
    old = tmp_path / "personal.csv"
    old.write_bytes(STAFF.read_text(encoding="utf-8").encode("latin-1"))

    result = run("import-staff", old)

    assert result.exit_code == 1
    assert "CSV UTF-8" in result.output


def test_settings_that_are_not_ready_end_with_two(tmp_path: Path) -> None:
    @asynccontextmanager
    async def refused() -> AsyncIterator[Context]:
        raise click.ClickException("Databasen är tom.")
        yield

    cli = click.Group()
    register(cli, refused)

    result = CliRunner().invoke(cli, ["import-staff", str(STAFF)])

    assert result.exit_code == 2
    assert result.stderr == "Databasen är tom.\n"


def test_a_long_file_is_read_and_its_progress_told(staffed: Run, tmp_path: Path) -> None:
    """A line per ten per cent, on standard error, for each of the two stages."""
    rows = [
        f"anna.berg@example.se;norrvik;{2000 + n // 336}-{n % 336 // 28 + 1:02}-{n % 28 + 1:02} 10:00;"
        f"{2000 + n // 336}-{n % 336 // 28 + 1:02}-{n % 28 + 1:02} 12:00"
        for n in range(6000)
    ]
    rota = tmp_path / "pass.csv"
    rota.write_text("\n".join(["epost;nämnd;start;slut", *rows]), encoding="utf-8")

    result = staffed("import-shifts", rota, "--as", ADMIN)

    assert result.stdout == "Klart: 6000 nya, 0 ändrade, 0 oförändrade\n"
    lines = result.stderr.splitlines()
    assert "Kontrollerar: 50 %" in lines
    assert lines[-1] == "Sparar: 100 %"
    assert len(lines) == 20


def test_runs_of_lines_are_folded() -> None:
    assert ranges([2, 3, 4, 9, 11, 12]) == "2-4, 9, 11-12"
    assert ranges([]) == ""
