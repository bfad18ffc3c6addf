"""The command as somebody types it, and the file that comes of it."""

import asyncio
import stat
import zipfile
from collections.abc import AsyncIterator, Callable
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

from bot import cli_exports
from bot.cli_exports import register
from bot.cli_imports import register as register_imports
from bot.domain.errors import Busy
from bot.domain.handover import Settled
from bot.domain.notes import ActionCode
from bot.domain.people import LinkRole
from bot.domain.reaction import ActionState
from bot.ports import Tx
from bot.sandbox.seed import STAFF
from bot.services.context import Context
from bot.texts import export_words as words
from storage.engine import writer_engine
from storage.store import SqlStore
from storage.vault import Vault
from tests.exports.given import ANNA, BO, DAVID, EVENING, MINUTE, a_case, an_episode, came_in, person, went_out
from tests.frozen import FrozenClock
from tests.imports.given import context
from tests.storage.given import FRIDAY, GUARDIAN_NUMBER, MONDAY, SATURDAY, YOUTH_NUMBER, action, digest, note

Run = Callable[..., Result]
SECRETS = (
    "Ture",
    "Lund-Hemlig",
    "Jenny",
    "0701740605",
    "701740605",
    "070-174 06 05",
    "kommer inte hem",
    "hemligt svar",
    "Rymde",
    "Lugnade",
    "Lovade",
    "Blad 14",
    "Pappan hann före",
)


@pytest.fixture
def opened(sqlite_database_url: str, vault: Vault) -> Any:
    @asynccontextmanager
    async def open_context() -> AsyncIterator[Context]:
        clock = FrozenClock(datetime(2026, 11, 24, 9, 5, tzinfo=UTC))
        store = SqlStore(sqlite_database_url, vault, clock)
        try:
            yield context(store, clock)
        finally:
            await store.close()

    return open_context


@pytest.fixture
def run(opened: Any, tmp_path: Path) -> Run:
    """Run the command with what is usual, changed by options; the staff are there, and some evenings."""
    cli = click.Group()
    register(cli, opened)
    register_imports(cli, opened)
    assert CliRunner().invoke(cli, ["import-staff", str(STAFF)]).exit_code == 0
    usual = {
        "--namnd": "norrvik",
        "--from": "2026-11-01",
        "--to": "2026-11-30",
        "--as": ANNA,
        "--out": str(tmp_path / "ut.xlsx"),
    }

    def invoke(*more: str, **changes: str | None) -> Result:
        given = {**usual, **{f"--{name.removesuffix('_')}": value for name, value in changes.items()}}
        options = [part for name, value in given.items() if value is not None for part in (name, str(value))]
        return CliRunner().invoke(cli, ["export-handovers", *options, *more])

    return invoke


async def _stored(opened: Any, change: Callable[[Tx], Any]) -> Any:
    async with opened() as ctx:
        return await ctx.store.write(change)


@pytest.fixture
def stored(opened: Any, run: Run) -> Callable[[Callable[[Tx], Any]], Any]:
    return lambda change: asyncio.run(_stored(opened, change))


def evenings(tx: Tx) -> tuple[str, str]:
    """A Friday with everything, and a Saturday with nothing but a text; return the codes."""
    anna, bo = person(tx, ANNA), person(tx, BO)
    ture = a_case(tx, YOUTH_NUMBER, name="Ture Lund-Hemlig")
    jenny = a_case(tx, GUARDIAN_NUMBER, name="Jenny", role=LinkRole.GUARDIAN)
    monday = digest(MONDAY)
    tx.digests.add(monday)
    friday = an_episode(
        tx,
        ture,
        digest_id=monday.id,
        reviewed=Settled(anna.id, EVENING),
        transferred=Settled(anna.id, EVENING + timedelta(days=3), "Blad 14"),
    )
    came_in(tx, ture, 1, EVENING, "Jag kommer inte hem")
    went_out(tx, ture, 2, EVENING + 12 * MINUTE, bo.id, "Ett hemligt svar")
    written = note(
        ture.conversation.id,
        bo.id,
        came_in="Rymde",
        support="Lugnade",
        promised="Lovade",
        code=ActionCode.TODAY,
        concerns=frozenset({ture.youth.id}),
    )
    tx.notes.add(written, [friday.id])
    dropped = replace(action(written), code=ActionCode.TODAY, due_on=FRIDAY, owner=anna.id)
    tx.notes.add_action(
        dropped.settle(ActionState.DROPPED, anna.id, at=EVENING + 60 * MINUTE, reason="Pappan hann före")
    )
    an_episode(tx, jenny, EVENING + timedelta(days=1), SATURDAY)
    came_in(tx, jenny, 1, EVENING + timedelta(days=1))
    return ture.youth.case_code, jenny.youth.case_code


def audit(url: str) -> list[tuple[str, bool]]:
    engine = writer_engine(url)
    with engine.connect() as connection:
        rows = connection.execute(sa.text("SELECT act, is_allowed FROM audit WHERE actor != 'cli' ORDER BY id")).all()
    engine.dispose()
    return [(str(act), bool(allowed)) for act, allowed in rows]


def read(path: Path) -> Any:
    return load_workbook(path)


def wall(text: str) -> datetime:
    """Return what a cell holds: a date is midnight to Excel, and a time has no zone."""
    return datetime.fromisoformat(text)


# --- the file ---


def test_the_rows_as_a_leader_opens_them(run: Run, stored: Any, tmp_path: Path) -> None:
    ture, jenny = stored(evenings)

    result = run()

    assert result.exit_code == 0, result.output
    assert result.output == f"Klart: 2 rader i {tmp_path / 'ut.xlsx'}. Uttaget står i åtkomstloggen.\n"
    book = read(tmp_path / "ut.xlsx")
    assert book.sheetnames == ["Överlämningar", "Om filen"]
    heading, friday, saturday = book["Överlämningar"].iter_rows(values_only=True)
    assert dict(zip(heading, friday, strict=True)) == {
        "Dag": wall("2026-11-20"),
        "Överlämning": wall("2026-11-23"),
        "Ärendekod": ture,
        "Avsändare": "ungdom",
        "Första sms": wall("2026-11-20 19:30"),
        "Vi skrev först": "nej",
        "Besvarat inom (min)": 12,
        "Besvarat av": "Bo Lund",
        "Situation": "bruten planering",
        "Socialjouren": "nej",
        "Åtgärd": "i dag",
        "Senast": wall("2026-11-20"),
        "Ägare": "Anna Berg",
        "Läge": "släppt",
        "Klar när": wall("2026-11-20 20:30"),
        "Genomgånget": "ja",
        "Förd till akten": "ja",
        "Förd när": wall("2026-11-23 19:30"),
        "Anteckning finns": "ja",
        "Tillägg": "nej",
        "Kontakt socialjour": None,
        "Kontakt när": None,
        "Orosanmälan": None,
        "Anmäld när": None,
    }
    empty = {name for name, value in zip(heading, saturday, strict=True) if value is None}
    assert (saturday[2], saturday[3]) == (jenny, "vårdnadshavare")
    assert empty == {
        "Överlämning",
        "Besvarat inom (min)",
        "Besvarat av",
        "Situation",
        "Socialjouren",
        "Åtgärd",
        "Senast",
        "Ägare",
        "Läge",
        "Klar när",
        "Förd när",
        "Kontakt socialjour",
        "Kontakt när",
        "Orosanmälan",
        "Anmäld när",
    }


def test_the_sheet_is_ready_to_filter_and_to_sort(run: Run, stored: Any, tmp_path: Path) -> None:
    stored(evenings)

    run()

    sheet = read(tmp_path / "ut.xlsx")["Överlämningar"]
    assert sheet.freeze_panes == "A2"
    assert sheet.auto_filter.ref == "A1:X3"
    assert all(sheet.column_dimensions[cell.column_letter].width >= 10 for cell in sheet[1])
    assert all(cell.font.bold for cell in sheet[1])
    assert (sheet["A2"].is_date, sheet["A2"].number_format) == (True, "yyyy-mm-dd")
    assert (sheet["E2"].is_date, sheet["E2"].number_format) == (True, "yyyy-mm-dd hh:mm")
    assert sheet["G2"].data_type == "n"


def test_the_file_says_what_it_is(run: Run, stored: Any, tmp_path: Path) -> None:
    stored(evenings)

    run()

    book = read(tmp_path / "ut.xlsx")
    told = dict(row for row in book["Om filen"].iter_rows(values_only=True) if row[0] is not None)
    assert told["Nämnd"] == "Norrviks stadsdelsnämnd"
    assert told["Period"] == "2026-11-01 till och med 2026-11-30, efter kolumnen Dag"
    assert (told["Skapad"], told["Skapad av"], told["Antal rader"]) == ("2026-11-24 10:05", "Anna Berg", "2")
    assert "inga telefonnummer" in told["Innehåll"]
    assert "Provdrift" not in told
    assert all(told[heading.value] for heading in book["Överlämningar"][1])
    assert "vårdnadshavare" in told["Avsändare"]


def test_nothing_that_was_said_or_written_is_in_the_file(run: Run, stored: Any, tmp_path: Path) -> None:
    codes = stored(evenings)

    run()

    with zipfile.ZipFile(tmp_path / "ut.xlsx") as packed:
        raw = b"\n".join(packed.read(name) for name in packed.namelist()).decode("utf-8")
    assert all(code in raw for code in codes)  # the search would find it
    assert [secret for secret in SECRETS if secret in raw] == []


def test_the_file_is_for_its_owner_only(run: Run, tmp_path: Path) -> None:
    run()

    assert stat.S_IMODE((tmp_path / "ut.xlsx").stat().st_mode) == 0o600
    assert [path.name for path in tmp_path.glob("*ut*")] == ["ut.xlsx"]


def test_a_period_without_rows_is_a_file_all_the_same(run: Run, tmp_path: Path) -> None:
    result = run(from_="2026-10-01", to="2026-10-01")

    assert (result.exit_code, "Klart: 0 rader" in result.output) == (0, True)
    assert read(tmp_path / "ut.xlsx")["Överlämningar"].max_row == 1


def test_times_are_told_by_the_wall_clock_on_both_sides_of_the_change(run: Run, stored: Any, tmp_path: Path) -> None:
    def happened(tx: Tx) -> None:
        case = a_case(tx)
        an_episode(tx, case, datetime(2026, 10, 24, 20, 15, tzinfo=UTC), date(2026, 10, 24))
        an_episode(tx, case, datetime(2026, 10, 25, 20, 15, tzinfo=UTC), date(2026, 10, 25))

    stored(happened)

    run(from_="2026-10-01", to="2026-10-31")

    sheet = read(tmp_path / "ut.xlsx")["Överlämningar"]
    assert [sheet[place].value for place in ("E2", "E3")] == [
        wall("2026-10-24 22:15"),
        wall("2026-10-25 21:15"),
    ]


@pytest.mark.parametrize("name", ["=HYPERLINK(1)", "+46", "-1+1", "@SUM(A1)", "#N/A", "Anna\x00\ud83d"])
def test_a_name_is_never_a_formula(run: Run, stored: Any, tmp_path: Path, name: str) -> None:
    def happened(tx: Tx) -> None:
        tx.staff.save(replace(person(tx, BO), name=name))
        evenings(tx)

    stored(happened)

    assert run().exit_code == 0

    cell = read(tmp_path / "ut.xlsx")["Överlämningar"]["H2"]
    assert cell.data_type == "s"
    assert cell.value == name.replace("\x00", "").replace("\ud83d", "?")
    assert bool(cell.quotePrefix) == (name[0] in "=+-@")


def test_provdrift_is_told(tmp_path: Path, opened: Any, run: Run) -> None:
    @asynccontextmanager
    async def on_trial() -> AsyncIterator[Context]:
        async with opened() as ctx:
            yield replace(ctx, rules=replace(ctx.rules, is_trial=True))

    cli = click.Group()
    register(cli, on_trial)
    options = ["--namnd=norrvik", "--from=2026-11-01", "--to=2026-11-30", f"--as={ANNA}"]

    CliRunner().invoke(cli, ["export-handovers", *options, f"--out={tmp_path / 'prov.xlsx'}"])

    told = dict(read(tmp_path / "prov.xlsx")["Om filen"].iter_rows(values_only=True))
    assert told["Provdrift"] == words.TRIAL


# --- what does not go ---


@pytest.mark.parametrize(
    ("changes", "part"),
    [
        ({"from_": "2026-11-30", "to": "2026-11-01"}, words.WRONG_ORDER),
        ({"from_": "1999-01-01"}, words.TOO_LONG),
        ({"from_": "2026-02-29"}, "--from: datumet förstås inte"),
        ({"from_": "20261101"}, "--from: datumet förstås inte"),
        ({"to": "2026-W48-1"}, "--to: datumet förstås inte"),
        ({"to": "i dag"}, "--to: datumet förstås inte"),
        ({"namnd": "ostmark"}, "Nämnderna är: norrvik, sodermark."),
        ({"as_": "okand@example.se"}, words.UNKNOWN_AS),
        ({"as_": ""}, words.UNKNOWN_AS),
        ({"as_": DAVID}, words.DENIED),
        ({"as_": None}, "Ange också --as."),
        ({"namnd": None, "from_": None, "to": None}, "Ange också --namnd, --from och --to."),
        ({"out": "ut.csv"}, words.NOT_XLSX),
        ({"out": "finns/inte/ut.xlsx"}, "mappen finns/inte finns inte"),
        ({"out": "."}, "är en mapp"),
    ],
)
def test_what_cannot_be_done_is_said_and_nothing_is_written(
    run: Run, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, changes: dict[str, str | None], part: str
) -> None:
    folder = tmp_path / "mapp"
    folder.mkdir()
    monkeypatch.chdir(folder)

    result = run(**{"out": "ut.xlsx", **changes})

    assert result.exit_code == 2
    assert part in result.stderr
    assert result.stdout == ""
    assert list(folder.iterdir()) == []


def test_a_denial_stands_in_the_log(run: Run, sqlite_database_url: str) -> None:
    run(as_=DAVID)

    assert audit(sqlite_database_url) == [("see_handover", False)]


def test_what_is_asked_for_wrongly_is_no_attempt(run: Run, sqlite_database_url: str, tmp_path: Path) -> None:
    (tmp_path / "ut.xlsx").write_bytes(b"")

    run()
    run(to="2026-01-01")

    assert audit(sqlite_database_url) == []


def test_a_file_is_replaced_only_when_that_is_asked_for(run: Run, tmp_path: Path) -> None:
    there = tmp_path / "ut.xlsx"
    there.write_bytes(b"gammal")
    there.chmod(0o644)

    refused = run()

    assert (refused.exit_code, "finns redan" in refused.stderr) == (2, True)
    assert there.read_bytes() == b"gammal"
    assert run("--overwrite").exit_code == 0
    assert read(there).sheetnames[0] == "Överlämningar"
    assert stat.S_IMODE(there.stat().st_mode) == 0o600


def test_a_file_that_turns_up_meanwhile_is_left_alone(
    run: Run, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    there = tmp_path / "ut.xlsx"
    made = cli_exports.sheets
    monkeypatch.setattr(cli_exports, "sheets", lambda *given: [there.write_bytes(b"annans"), *made(*given)][1:])

    result = run()

    assert (result.exit_code, "finns redan" in result.stderr) == (2, True)
    assert there.read_bytes() == b"annans"
    assert list(tmp_path.glob(".uttag*")) == []


def test_a_disk_that_is_full_leaves_nothing_behind(run: Run, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def full(*_: object) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr("bot.spreadsheets.os.fsync", full)

    result = run()

    assert (result.exit_code, "går inte att skriva" in result.stderr) == (2, True)
    assert list(tmp_path.glob("*ut*")) == []


def test_a_folder_that_is_closed_is_said_before_anything_is_read(
    run: Run, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, sqlite_database_url: str
) -> None:
    monkeypatch.setattr("bot.cli_exports.os.access", lambda *_: False)  # the one who tests may be root

    result = run()

    assert (result.exit_code, words.NO_RIGHT in result.stderr) == (2, True)
    assert audit(sqlite_database_url) == []


@pytest.mark.parametrize(
    ("error", "said"), [(click.ClickException("Databasen är tom."), "Databasen är tom."), (Busy(), words.BUSY)]
)
def test_a_database_that_is_not_ready_ends_with_two(tmp_path: Path, error: Exception, said: str) -> None:
    @asynccontextmanager
    async def refused() -> AsyncIterator[Context]:
        raise error
        yield

    cli = click.Group()
    register(cli, refused)
    options = ["--namnd=norrvik", "--from=2026-11-01", "--to=2026-11-30", f"--as={ANNA}", f"--out={tmp_path}/ut.xlsx"]

    result = CliRunner().invoke(cli, ["export-handovers", *options])

    assert (result.exit_code, result.stderr) == (2, f"{said}\n")


def test_a_long_period_tells_how_far_it_has_come(run: Run, stored: Any) -> None:
    def happened(tx: Tx) -> None:
        for number in range(60):
            an_episode(tx, a_case(tx, f"+46701741{number:03}"))

    stored(happened)

    assert run(out=None, from_="2026-01-01").exit_code == 2
    long, short = run("--overwrite", from_="2026-01-01"), run("--overwrite")

    assert long.stderr.splitlines() == ["Läser: 30 %", "Läser: 60 %", "Läser: 100 %", "Skriver: 100 %"]
    assert short.stderr == ""
