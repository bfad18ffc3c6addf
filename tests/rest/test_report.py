"""A month of beredskap as a leader takes it out: hours for pay, what was disturbed, and what the checks say."""

import asyncio
import csv
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from datetime import datetime
from pathlib import Path
from typing import Any

import click
import pytest
from click.testing import CliRunner, Result
from openpyxl import load_workbook

from bot.cli_rest import register
from bot.domain.duty import Shift
from bot.domain.people import Role, Staff, StaffRole, World
from bot.domain.rest.active import ActiveTime
from bot.services.context import Context
from bot.texts import export_words
from bot.texts import rest_words as words
from storage.store import SqlStore
from storage.vault import Vault
from tests.domain.rest_given import wall
from tests.frozen import FrozenClock
from tests.rest.given import context, did, leader, logged, stored, turn
from tests.storage.given import NORRVIK, SODERMARK, staff

Run = Callable[..., Result]
Store = Callable[..., None]
ANNA, BO, LENA = staff("Anna Ek"), staff("Bo Lind"), leader()
CHIEF = staff("Ingrid Strand", roles=frozenset({StaffRole(NORRVIK, World.MYNDIGHET, Role.LEADER)}))
THERE = staff("Kim Alm", roles=frozenset({StaffRole(SODERMARK, World.BEREDSKAP, Role.LEADER)}))


@pytest.fixture
def opened(sqlite_database_url: str, vault: Vault) -> Any:
    @asynccontextmanager
    async def open_context() -> AsyncIterator[Context]:
        clock = FrozenClock(wall("2026-12-01 09:05"))
        store = SqlStore(sqlite_database_url, vault, clock)
        try:
            yield context(store, clock)
        finally:
            await store.close()

    return open_context


@pytest.fixture
def store(opened: Any) -> Store:
    async def keep(things: tuple[Staff | Shift | ActiveTime, ...]) -> None:
        async with opened() as ctx:
            await stored(ctx, *things)

    def kept(*things: Staff | Shift | ActiveTime) -> None:
        asyncio.run(keep(things))

    kept(ANNA, BO, LENA, CHIEF, THERE)
    return kept


@pytest.fixture
def report(opened: Any, store: Store, tmp_path: Path) -> Run:
    """Run rest-report with what is usual, changed by options."""
    cli = click.Group()
    register(cli, opened)
    usual = {"month": "2026-11", "namnd": "norrvik", "as": LENA.email, "csv": str(tmp_path / "vila.csv")}

    def invoke(*more: str, **changes: str | None) -> Result:
        given = {**usual, **{name.rstrip("_"): value for name, value in changes.items()}}
        options = [part for name, value in given.items() if value is not None for part in (f"--{name}", value)]
        return CliRunner().invoke(cli, ["rest-report", *options, *more])

    return invoke


def a_month() -> list[Shift | ActiveTime]:
    """Anna: a Thursday evening that was disturbed, and a Friday night. Bo: a Saturday, and a backup."""
    thursday = turn(ANNA, "2026-11-19 17:00", "2026-11-19 22:00")
    return [
        thursday,
        turn(ANNA, "2026-11-20 17:00", "2026-11-21 02:00"),
        did(thursday, "2026-11-19 21:30", "2026-11-19 22:15"),  # it went on after the shift
        turn(BO, "2026-11-21 10:00", "2026-11-21 22:00"),
        turn(BO, "2026-11-24 17:00", "2026-11-24 22:00", is_backup=True),
    ]


def test_a_row_for_each_person(report: Run, store: Store, tmp_path: Path) -> None:
    store(*a_month())
    done = report()

    assert done.output == f"Klart: 2 personer i {tmp_path / 'vila.csv'}. Uttaget står i åtkomstloggen.\n"
    with (tmp_path / "vila.csv").open(encoding="utf-8-sig", newline="") as file:
        anna, bo = csv.DictReader(file, delimiter=";")
    assert anna == {
        "Namn": "Anna Ek",
        "Pass": "2",
        "Beredskap arbetsdagar (min)": str((5 + 7) * 60),
        "Beredskap lör, sön, helg (min)": "120",  # Saturday 00 to 02
        "Beredskap totalt (min)": str(14 * 60),
        "Arbetstid (min)": "45",
        "Störda pass": "1",
        "Störda (%)": "50",
        "Fel": "2",
        "Varningar": "1",  # free Saturday 02.00 to Monday 00.00, 46 hours
        "Att besluta": "1",
        "Undantag": "0",
    }
    assert [bo[name] for name in ("Namn", "Pass", "Beredskap lör, sön, helg (min)", "Arbetstid (min)")] == [
        "Bo Lind",
        "2",
        str(12 * 60),
        "0",
    ]


def test_the_excel_file_says_what_was_found_and_what_it_is(report: Run, store: Store, tmp_path: Path) -> None:
    store(*a_month())
    out = tmp_path / "vila.xlsx"
    assert report(csv=None, xlsx=str(out)).exit_code == 0

    people, found, about = load_workbook(out).worksheets
    assert [sheet.title for sheet in (people, found, about)] == ["Per person", "Iakttagelser", "Om filen"]
    assert [row[0].value for row in people.iter_rows()] == ["Namn", "Anna Ek", "Bo Lind"]
    rows = [[cell.value for cell in row] for row in found.iter_rows(min_row=2)]
    assert [row[:3] for row in rows] == [
        ["Anna Ek", "R5", "varning"],
        ["Anna Ek", "R1", "fel"],
        ["Anna Ek", "R6", "att besluta"],
        ["Anna Ek", "R2", "fel"],
        ["Bo Lind", "R4", "fel"],  # Saturday 10 to 22 leaves 26 hours
    ]
    assert rows[2][3:5] == [datetime(2026, 11, 19, 6), datetime(2026, 11, 20, 6)]  # noqa: DTZ001 - Excel knows no zones
    assert str(rows[2][5]).startswith("Störd vila: 45 min arbete under beredskap i dygnet från tor 19/11 06.00.")
    said = {row[0].value: row[1].value for row in about.iter_rows() if row[0].value}
    assert (said["Nämnd"], said["Månad"], said["Skapad av"]) == ("Norrviks stadsdelsnämnd", "2026-11", "Lena Holm")
    assert said["Arbetstid"] == words.RECORDED
    assert said["Störda pass"] == words.DISTURBED[1]


def test_a_month_disturbed_more_often_than_one_time_in_four(report: Run, store: Store, tmp_path: Path) -> None:
    evening = turn(ANNA, "2026-11-18 17:00", "2026-11-18 22:00")
    store(evening, did(evening, "2026-11-18 18:00", "2026-11-18 18:10"))
    out = tmp_path / "vila.xlsx"
    assert report(csv=None, xlsx=str(out)).exit_code == 0

    [row] = [[cell.value for cell in row] for row in load_workbook(out).worksheets[1].iter_rows(min_row=2)]
    assert row[:3] == ["Alla", "R11", "uppföljning"]
    assert str(row[5]).startswith("Störda pass: 1 av 1,")


def test_the_month_is_that_of_the_wall_clock_and_of_the_namnd(report: Run, store: Store, tmp_path: Path) -> None:
    """The night into November counts from midnight; what another nämnd lent does not. October has 25 hours in a day."""
    over = turn(ANNA, "2026-10-31 17:00", "2026-11-01 02:00")
    other = turn(BO, "2026-11-05 17:00", "2026-11-05 22:00")
    store(over, Shift(other.id, other.staff_id, SODERMARK, other.starts_at, other.ends_at))
    assert report().exit_code == 0

    with (tmp_path / "vila.csv").open(encoding="utf-8-sig", newline="") as file:
        [anna] = csv.DictReader(file, delimiter=";")
    assert (anna["Pass"], anna["Beredskap totalt (min)"], anna["Störda (%)"]) == ("0", "120", "")
    autumn = turn(ANNA, "2026-10-24 17:00", "2026-10-25 08:00")
    store(autumn)
    assert report("--overwrite", month="2026-10").exit_code == 0
    with (tmp_path / "vila.csv").open(encoding="utf-8-sig", newline="") as file:
        [anna] = csv.DictReader(file, delimiter=";")
    assert anna["Beredskap lör, sön, helg (min)"] == str((16 + 7) * 60)


def test_a_month_without_beredskap_is_a_file_all_the_same(report: Run, tmp_path: Path) -> None:
    assert report().output.startswith("Klart: 0 personer")
    assert len((tmp_path / "vila.csv").read_text(encoding="utf-8-sig").splitlines()) == 1


@pytest.mark.parametrize(
    ("changes", "said"),
    [
        ({"month": None}, export_words.MISSING.format(missing="--month")),
        ({"month": "november"}, words.BAD_MONTH),
        ({"month": "2026-13"}, words.BAD_MONTH),
        ({"csv": None}, "Ange en av --csv FIL och --xlsx FIL."),
        ({"namnd": "ostanfors"}, export_words.UNKNOWN_NAMND.format(known="norrvik, sodermark")),
        ({"as": "ingen@example.se"}, export_words.UNKNOWN_AS),
        ({"as": ANNA.email}, words.DENIED),
        ({"as": CHIEF.email}, words.DENIED),
        ({"as": THERE.email}, words.DENIED),
    ],
)
def test_what_cannot_be_done_is_said_and_nothing_is_written(
    report: Run, tmp_path: Path, changes: dict[str, str | None], said: str
) -> None:
    done = report(**changes)

    assert (done.exit_code, done.stderr) == (2, f"{said}\n")
    assert list(tmp_path.glob("vila*")) == []


def test_taking_out_and_being_refused_stand_in_the_log(report: Run, store: Store, sqlite_database_url: str) -> None:
    store(*a_month())
    report()
    report("--overwrite", as_=ANNA.email)

    assert logged(sqlite_database_url, "rest_report") == [
        (LENA.id, "leader", True, {"month": "2026-11", "people": 2}),
    ]
    assert [(who, ground, ok) for who, ground, ok, _ in logged(sqlite_database_url, "see_rest")] == [
        (LENA.id, "leader", True),
        (ANNA.id, "leaders_only", False),
    ]
