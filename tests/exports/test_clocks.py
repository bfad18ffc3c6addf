"""What is taken out of the clocks as somebody types it: a row for each, and the indicator table."""

import asyncio
import csv
import stat
from collections.abc import AsyncIterator, Callable, Sequence
from contextlib import asynccontextmanager
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any

import click
import pytest
import sqlalchemy as sa
from click.testing import CliRunner, Result
from openpyxl import load_workbook

from bot.cli_clocks import register
from bot.cli_imports import register as register_imports
from bot.domain.calendar import WeekHours
from bot.domain.clocks import ClockKind, ClockRules, limit_of
from bot.domain.deadline import Deadline, Gender, Outcome, Reason, Talk
from bot.domain.ids import DeadlineId, NamndId, ReportId, StaffId, new_id
from bot.ports import Tx
from bot.sandbox.seed import STAFF
from bot.services.context import Context
from bot.texts import clock_export_words as words
from bot.texts import export_words
from storage.engine import writer_engine
from storage.store import SqlStore
from storage.vault import Vault
from tests.frozen import FrozenClock
from tests.imports.given import context

Run = Callable[..., Result]
Stored = Callable[[Sequence[Deadline]], None]
JOHAN, INGRID, NILS, ANNA = (
    f"{name}@example.se" for name in ("johan.kvist", "ingrid.strand", "nils.gran", "anna.berg")
)
NOW = datetime(2026, 11, 24, 9, 5, tzinfo=UTC)
FRIDAY = datetime(2026, 11, 6, 13, 20, tzinfo=UTC)  # 14.20 in Stockholm
HOUR = timedelta(hours=1)
RULES = ClockRules()


@pytest.fixture
def opened(sqlite_database_url: str, vault: Vault) -> Any:
    @asynccontextmanager
    async def open_context() -> AsyncIterator[Context]:
        clock = FrozenClock(NOW)
        store = SqlStore(sqlite_database_url, vault, clock)
        try:
            yield context(store, clock)
        finally:
            await store.close()

    return open_context


@pytest.fixture
def cli(opened: Any) -> click.Group:
    made = click.Group()
    register(made, opened)
    register_imports(made, opened)
    assert CliRunner().invoke(made, ["import-staff", str(STAFF)]).exit_code == 0
    return made


@pytest.fixture
def export(cli: click.Group, tmp_path: Path) -> Run:
    """Run export-clocks with what is usual, changed by options."""
    usual = {"namnd": "norrvik", "from": "2026-11-01", "to": "2026-11-30", "as": JOHAN, "csv": str(tmp_path / "ut.csv")}
    return runner(cli, ["export-clocks"], usual)


@pytest.fixture
def indicator(cli: click.Group, tmp_path: Path) -> Run:
    return runner(cli, ["indicator", str(tmp_path / "tabell.csv")], {"namnd": "norrvik", "year": "2026", "as": JOHAN})


def runner(cli: click.Group, command: list[str], usual: dict[str, str]) -> Run:
    def invoke(*more: str, **changes: str | None) -> Result:
        given = {**usual, **{name.rstrip("_"): value for name, value in changes.items()}}
        options = [part for name, value in given.items() if value is not None for part in (f"--{name}", value)]
        return CliRunner().invoke(cli, [*command, *options, *more])

    return invoke


@pytest.fixture
def stored(opened: Any, cli: click.Group) -> Stored:
    async def store(clocks: Sequence[Deadline]) -> None:
        async with opened() as ctx:
            await ctx.store.write(lambda tx: tx.deadlines.add_all(clocks))

    return lambda clocks: asyncio.run(store(clocks))


@pytest.fixture
def ingrid(opened: Any, cli: click.Group) -> StaffId:
    async def find() -> StaffId:
        async with opened() as ctx:
            found = await ctx.store.read(lambda tx: tx.staff.by_email(INGRID))
            return StaffId(found.id)

    return asyncio.run(find())


def a_clock(kind: ClockKind = ClockKind.FORHANDSBEDOMNING, received_at: datetime = FRIDAY, **changes: Any) -> Deadline:
    made = Deadline(
        id=DeadlineId(new_id()),
        report_id=ReportId(new_id()),
        namnd=NamndId("norrvik"),
        kind=kind,
        case_ref=f"K-{new_id()[:8].upper()}1",
        received_at=received_at,
        starts_at=received_at,
        limit=limit_of(kind, received_at, RULES, WeekHours(), frozenset()),
        registered_at=received_at,
        talk=Talk() if kind is ClockKind.ALLVARSSAMTAL else None,
    )
    return replace(made, **changes)


def a_talk(summoned_at: datetime | None = None, received_at: datetime = FRIDAY, **changes: Any) -> Deadline:
    talk = Talk(child_summoned_at=summoned_at, guardian_summoned_at=summoned_at, ended_at=summoned_at)
    made = a_clock(ClockKind.ALLVARSSAMTAL, received_at, talk=talk)
    outcome = Outcome.DECLINED if summoned_at is None else Outcome.HELD
    return replace(made.settle(outcome, StaffId("x"), at=NOW, on=received_at.date()), **changes)


def cells(path: Path) -> list[dict[str, str]]:
    with path.open(encoding="utf-8-sig", newline="") as file:
        return list(csv.DictReader(file, delimiter=";"))


def audit(url: str) -> list[tuple[str, bool]]:
    engine = writer_engine(url)
    with engine.connect() as connection:
        rows = connection.execute(
            sa.text(
                "SELECT act, is_allowed FROM audit WHERE act != 'import_staff' AND act != 'staff_added' ORDER BY id"
            )
        ).all()
    engine.dispose()
    return [(str(act), bool(allowed)) for act, allowed in rows]


# --- export-clocks ---


def test_a_row_for_each_clock(export: Run, stored: Stored, ingrid: StaffId, tmp_path: Path) -> None:
    summoned = FRIDAY + 51 * HOUR
    late = a_clock(case_ref="K-1", owner=ingrid, gender=Gender.GIRL).settle(
        Outcome.INLEDS_INTE, ingrid, at=NOW, on=date(2026, 11, 23), reason=Reason.ARBETSBELASTNING
    )
    held = a_talk(summoned, case_ref="K-2", received_at=FRIDAY)
    held = replace(held, talk=replace(held.talk or Talk(), with_police=True))
    stored([late, held, a_clock(case_ref="K-3", received_at=FRIDAY + HOUR)])

    result = export()

    assert (result.exit_code, result.output) == (0, words.DONE.format(count=3, path=tmp_path / "ut.csv") + "\n")
    rows = {row["Ärende"]: {name: value for name, value in row.items() if value} for row in cells(tmp_path / "ut.csv")}
    assert rows["K-1"] == {
        "Ärende": "K-1",
        "Frist": "förhandsbedömning",
        "Handläggare": "Ingrid Strand",
        "Kön": "flicka",
        "Kom in": "2026-11-06 14:20",
        "Räknas från": "2026-11-06 14:20",
        "Sista dag": "2026-11-20",
        "Går ut": "2026-11-21 00:00",
        "Läge": "avgjord",
        "Avgjord": "2026-11-23",
        "Utfall": "utredning inleds inte",
        "Dagar över": "3",
        "Orsak": "hög arbetsbelastning",
    }
    assert {name: rows["K-2"][name] for name in ("Timmar över", "Barnet kallat", "Samtalet hölls", "Polis med")} == {
        "Timmar över": "3",
        "Barnet kallat": "2026-11-08 17:20",
        "Samtalet hölls": "2026-11-08 17:20",
        "Polis med": "ja",
    }
    assert (rows["K-3"]["Läge"], rows["K-3"]["Dagar över"]) == ("pågår", "4")  # it is the 24th


def test_what_ran_in_time_or_was_a_mistake(export: Run, stored: Stored, tmp_path: Path) -> None:
    in_time = a_talk(FRIDAY + HOUR, case_ref="K-1")
    mistake = a_clock(case_ref="K-2").withdraw(StaffId("x"), at=NOW)
    elsewhere = a_clock(case_ref="K-3", namnd=NamndId("sodermark"))
    december = a_clock(case_ref="K-4", received_at=datetime(2026, 10, 31, 22, 59, tzinfo=UTC))
    stored([in_time, mistake, elsewhere, december])

    export()

    (row,) = cells(tmp_path / "ut.csv")
    assert (row["Ärende"], row["Timmar över"], row["Dagar över"]) == ("K-1", "", "")


def test_the_excel_file_has_dates_and_says_what_it_is(export: Run, stored: Stored, tmp_path: Path) -> None:
    stored([a_clock(case_ref="K-1")])
    out = tmp_path / "ut.xlsx"

    result = export(csv=None, xlsx=str(out))

    assert result.exit_code == 0
    assert stat.S_IMODE(out.stat().st_mode) == 0o600
    book = load_workbook(out)
    assert book.sheetnames == ["Frister", "Om filen"]
    assert (book["Frister"]["E2"].is_date, book["Frister"]["G2"].number_format) == (True, "yyyy-mm-dd")
    about: Any = book["Om filen"].iter_rows(values_only=True)
    told = {row[0]: row[1] for row in about if row[0] is not None}
    assert (told["Skapad av"], told["Antal rader"]) == ("Johan Kvist", "1")
    assert all(told[heading.value] for heading in book["Frister"][1])


def test_a_name_is_never_a_formula_in_csv_either(
    export: Run, stored: Stored, opened: Any, ingrid: StaffId, tmp_path: Path
) -> None:
    async def rename() -> None:
        def change(tx: Tx) -> None:
            found = tx.staff.get(ingrid)
            assert found is not None
            tx.staff.save(replace(found, name="=HYPERLINK(1)"))

        async with opened() as ctx:
            await ctx.store.write(change)

    asyncio.run(rename())
    stored([a_clock(owner=ingrid)])

    export()

    assert cells(tmp_path / "ut.csv")[0]["Handläggare"] == "'=HYPERLINK(1)"
    assert stat.S_IMODE((tmp_path / "ut.csv").stat().st_mode) == 0o600


@pytest.mark.parametrize(
    ("changes", "said"),
    [
        ({"as_": INGRID}, words.DENIED),  # leaders only
        ({"as_": NILS}, words.DENIED),
        ({"as_": ANNA}, words.DENIED),
        ({"as_": "x@example.se"}, export_words.UNKNOWN_AS),
        ({"as_": None, "to": None}, "Ange också --to och --as."),
        ({"namnd": "ostmark"}, "norrvik, sodermark"),
        ({"from": "2026-12-01"}, export_words.WRONG_ORDER),
        ({"from": "1999-12-01"}, export_words.TOO_LONG),
        ({"from": "i går"}, "--from: datumet"),
        ({"csv": None}, words.ONE_FILE),
        ({"xlsx": "ut.xlsx"}, words.ONE_FILE),
        ({"csv": "ut.xlsx"}, "ska sluta på .csv"),
        ({"csv": "finns/inte/ut.csv"}, "finns inte"),
        ({"csv": "."}, "är en mapp"),
    ],
)
def test_what_cannot_be_done_is_said_and_nothing_is_written(
    export: Run, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, changes: dict[str, str | None], said: str
) -> None:
    folder = tmp_path / "mapp"
    folder.mkdir()
    monkeypatch.chdir(folder)

    result = export(**{"csv": "ut.csv", **changes})

    assert (result.exit_code, said in result.stderr, result.stdout) == (2, True, "")
    assert list(folder.iterdir()) == []


def test_a_file_is_replaced_only_when_that_is_asked_for(export: Run, tmp_path: Path) -> None:
    (tmp_path / "ut.csv").write_text("gammal")

    assert export().exit_code == 2
    assert (tmp_path / "ut.csv").read_text() == "gammal"
    assert export("--overwrite").exit_code == 0


def test_taking_out_and_being_refused_stand_in_the_log(export: Run, sqlite_database_url: str) -> None:
    export()
    export(as_=INGRID, csv="annan.csv")

    assert audit(sqlite_database_url) == [("see_unit", True), ("export_clocks", True), ("see_unit", False)]


# --- the indicator table ---


def the_year(received_at: datetime, met: int, missed: int, gender: Gender) -> list[Deadline]:
    in_time, late = received_at + HOUR, received_at + 50 * HOUR
    clocks = [a_talk(in_time, received_at, gender=gender) for _ in range(met)]
    return clocks + [a_talk(late, received_at, gender=gender) for _ in range(missed)]


def test_the_table_of_the_paper(indicator: Run, stored: Stored, tmp_path: Path) -> None:
    before = datetime(2025, 5, 5, 9, tzinfo=UTC)
    stored(
        the_year(FRIDAY, 25, 88, Gender.BOY)
        + the_year(FRIDAY, 4, 19, Gender.GIRL)
        + the_year(before, 13, 10, Gender.GIRL)
    )

    result = indicator()

    row = cells(tmp_path / "tabell.csv")[0]
    assert list(row.values())[:12] == [
        "Allvarssamtal: kallade tillsammans med vårdnadshavare inom 48 timmar",
        "21,3 %",
        "22,1 %",
        "17,4 %",
        "56,5 %",
        "90 %",
        "tas fram av nämnd",
        "VB 2026",
        "29 av 136",
        "25 av 113",
        "4 av 23",
        "0 av 0",
    ]
    assert result.output.splitlines()[:2] == [
        "Allvarssamtal: kallade tillsammans med vårdnadshavare inom 48 timmar",
        "  Periodens utfall: 21,3 %; Pojkar: 22,1 %; Flickor: 17,4 %; Föregående år: 56,5 %; Årsmål: 90 %; "
        "KF:s årsmål: tas fram av nämnd; Period: VB 2026; Antal: 29 av 136; Antal pojkar: 25 av 113; "
        "Antal flickor: 4 av 23; Antal utan uppgift om kön: 0 av 0",
    ]


def test_small_counts_are_stars_and_nothing_is_a_dash(indicator: Run, stored: Stored, tmp_path: Path) -> None:
    stored(the_year(FRIDAY, 5, 5, Gender.BOY) + the_year(FRIDAY, 1, 8, Gender.GIRL))

    indicator()

    row = cells(tmp_path / "tabell.csv")[0]
    assert [row[name] for name in ("Pojkar", "Flickor", "Antal flickor", "Antal", "Föregående år")] == [
        "50,0 %",
        "*",
        "*",
        "5 av 10",
        "–",
    ]
    assert "Antal från 1 till 3" in (tmp_path / "tabell.csv").read_text(encoding="utf-8-sig")


def test_a_total_outside_its_parts_is_said(indicator: Run, stored: Stored, tmp_path: Path) -> None:
    stored(
        the_year(FRIDAY, 9, 1, Gender.BOY)
        + the_year(FRIDAY, 9, 1, Gender.GIRL)
        + the_year(FRIDAY, 0, 9, Gender.UNKNOWN)
    )

    result = indicator()

    assert cells(tmp_path / "tabell.csv")[0]["Obs"] == words.OUTSIDE
    assert words.OUTSIDE in result.output


def test_a_tertial_and_excel(cli: click.Group, stored: Stored, tmp_path: Path) -> None:
    stored(the_year(FRIDAY, 9, 1, Gender.BOY) + the_year(datetime(2026, 4, 30, 9, tzinfo=UTC), 6, 0, Gender.BOY))
    out = tmp_path / "tabell.xlsx"

    options = ["--namnd", "norrvik", "--year", "2026", "--period", "T1", "--as", JOHAN]
    result = CliRunner().invoke(cli, ["indicator", str(out), *options])

    assert result.exit_code == 0
    sheet = load_workbook(out)["Indikator"]
    assert [cell.value for cell in sheet[2]][1:3] == ["100,0 %", "100,0 %"]
    assert (sheet["H2"].value, sheet["I2"].value) == ("T1 2026", "6 av 6")


@pytest.mark.parametrize(
    ("changes", "said"),
    [
        ({"as_": INGRID}, words.DENIED),
        ({"year": None}, "Ange också --year."),
        ({"year": "26"}, words.BAD_YEAR),
        ({"namnd": "ostmark"}, "norrvik, sodermark"),
    ],
)
def test_the_table_is_for_leaders(indicator: Run, tmp_path: Path, changes: dict[str, str | None], said: str) -> None:
    result = indicator(**changes)

    assert (result.exit_code, said in result.stderr, result.stdout) == (2, True, "")
    assert not (tmp_path / "tabell.csv").exists()
