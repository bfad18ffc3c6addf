"""The command line, files that are read in and taken out, and whoever reads the database or the log."""

import asyncio
import io
import zipfile
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import click
import sqlalchemy as sa
from click.testing import CliRunner, Result
from openpyxl import Workbook, load_workbook

from bot import cli_clocks, cli_exports, cli_imports, cli_rest, cli_rota, cli_rota_out
from bot.app import open_context
from bot.services.context import Context
from bot.services.imports import youths
from storage.engine import normal_url
from storage.tables import Base
from tests.acceptance.night import NORRVIK
from tests.redteam.attempts import ANYTHING, attempt
from tests.redteam.watch import House

SHELL = "Somebody at the command line without the right"
READER = "Whoever reads the database"
LOG_READER = "Whoever reads the log"
FILE_MAKER = "Whoever makes a file that is read in"
NAMER = "Whoever chooses their name"
PERIOD = ("--from", "2026-11-01", "--to", "2026-11-30")
FORMULA = "=cmd|' /C calc'!A0"
CLOCKS = frozenset({"myndighet"})


def folder_of(house: House) -> Path:
    return Path(house.night.sandbox.options.folder)


def is_there(path: Path) -> bool:
    return path.exists()


async def shell(house: House, *arguments: str) -> Result:
    """Run a command beside the running program; what it says has been heard."""

    @asynccontextmanager
    async def opened() -> AsyncIterator[Context]:
        async with open_context(house.night.sandbox.settings(), house.night.sandbox.clock) as ctx:
            yield ctx

    cli = click.Group()
    for module in (cli_exports, cli_imports, cli_clocks, cli_rest):
        register: Callable[[click.Group, Any], Any] = module.register
        register(cli, opened)
    cli_rota_out.register(cli_rota.register(cli, opened), opened)
    result = await asyncio.to_thread(CliRunner().invoke, cli, list(arguments))
    house.heard.append(result.output)
    return result


async def refused(house: House, out: Path, *arguments: str) -> None:
    """Check that a command ended with an error and left no file."""
    result = await shell(house, *arguments)
    assert result.exit_code != 0, result.output
    assert result.exception is None or isinstance(result.exception, SystemExit), result.exception
    assert not is_there(out)


@attempt(
    SHELL,
    "the handovers of a nämnd",
    "--as colleagues of other nämnder and worlds, who has left, nobody",
    "refused and logged; no file",
)
async def handovers_of_another(house: House) -> None:
    out = folder_of(house) / "ut.xlsx"
    for email in ("sara", "vera", "lars", "ines", "ingrid", "ingen"):
        given = ("--namnd", "norrvik", *PERIOD, "--as", f"{email}@example.se", "--out", str(out))
        await refused(house, out, "export-handovers", *given)
    given = ("--namnd", "sodermark", *PERIOD, "--as", "anna@example.se", "--out", str(out))
    await refused(house, out, "export-handovers", *given)
    assert [row.act for row in house.logged() if row.is_allowed] == []
    assert len([row for row in house.logged() if not row.is_allowed]) >= 6


@attempt(
    SHELL,
    "the clocks of a nämnd",
    "--as the person on duty, her leader, other nämnder, a handläggare",
    "refused and logged; no file",
)
async def clocks_of_another(house: House) -> None:
    out = folder_of(house) / "ut.csv"
    for email in ("anna", "gunilla", "sara", "hugo", "vera", "ines", "ingen"):
        given = ("--namnd", "norrvik", *PERIOD, "--as", f"{email}@example.se", "--csv", str(out))
        await refused(house, out, "export-clocks", *given)
    for email in ("anna", "gunilla", "hugo"):
        asked = (str(out), "--namnd", "norrvik", "--year", "2026", "--as", f"{email}@example.se")
        await refused(house, out, "indicator", *asked)
    assert [row.act for row in house.logged() if row.is_allowed] == []


@attempt(
    SHELL,
    "the working time of others",
    "rest-report --as a colleague, another nämnd's leader, a handläggare",
    "refused and logged; no file",
)
async def rest_of_others(house: House) -> None:
    out = folder_of(house) / "vila.xlsx"
    for email in ("anna", "lars", "ingrid", "ines"):
        given = ("--namnd", "norrvik", "--month", "2026-11", "--as", f"{email}@example.se", "--xlsx", str(out))
        await refused(house, out, "rest-report", *given)
    assert [row.act for row in house.logged() if row.is_allowed] == []


@attempt(
    SHELL,
    "to write over a file or into a folder",
    "--out a folder, another suffix, a file that is there, /etc/passwd",
    "refused before anything is read",
)
async def odd_places(house: House) -> None:
    there = folder_of(house) / "finns.xlsx"
    there.write_bytes(b"x")
    for out in (str(folder_of(house)), str(there), "/etc/passwd", "/nonexistent/x.xlsx", "/dev/null"):
        given = ("--namnd", "norrvik", *PERIOD, "--as", "anna@example.se", "--out", out)
        result = await shell(house, "export-handovers", *given)
        assert result.exit_code != 0
    assert there.read_bytes() == b"x"
    assert house.logged() == []


@attempt(
    FILE_MAKER,
    "to enrol into another nämnd",
    "import-youths with rows of Norrvik's, --as Sara of Södermark",
    "refused and logged; no row is kept",
)
async def anothers_rows(house: House) -> None:
    file = folder_of(house) / "ungdomar.csv"
    row = {"nämnd": "norrvik", "referens": "X", "ungdom": "Någon", "åldersgrupp": "15+", "telefon": "0701740620"}
    cells = [";".join(youths.COLUMNS), ";".join(row.get(column, "") for column in youths.COLUMNS)]
    file.write_text("\n".join(cells) + "\n", "utf-8")
    for email in ("sara", "vera", "ines", "ingrid"):
        result = await shell(house, "import-youths", str(file), "--as", f"{email}@example.se")
        assert result.exit_code != 0, result.output
    for kind in ("staff", "shifts"):
        result = await shell(house, f"import-{kind}", str(file), "--as", "sara@example.se")
        assert result.exit_code != 0
    assert [row.act for row in house.logged() if row.is_allowed] == []


@attempt(
    FILE_MAKER,
    "to fill the memory",
    "an .xlsx of 200 kB that unpacks to 400 MB",
    "refused before it is unpacked",
)
async def a_zip_bomb(house: House) -> None:
    file = folder_of(house) / "bomb.xlsx"
    genuine = io.BytesIO()
    Workbook().save(genuine)
    with zipfile.ZipFile(genuine) as source, zipfile.ZipFile(file, "w", zipfile.ZIP_DEFLATED) as target:
        for name in source.namelist():
            if name != "xl/worksheets/sheet1.xml":
                target.writestr(name, source.read(name))
        with target.open("xl/worksheets/sheet1.xml", "w", force_zip64=True) as sheet:
            for _ in range(400):
                sheet.write(b" " * 2**20)
    assert file.stat().st_size < 2**20
    result = await shell(house, "import-shifts", str(file), "--as", "gunilla@example.se")
    assert result.exit_code == 1, result.output
    assert "packas upp" in result.output


@attempt(
    FILE_MAKER,
    "to have a file of the machine read",
    "XML that names /etc/passwd, and entities upon entities",
    "nothing of it is read",
)
async def an_xml_bomb(house: House) -> None:
    for nth, inside in enumerate(
        (
            '<!DOCTYPE x [<!ENTITY a SYSTEM "file:///etc/passwd">]><x>&a;</x>',
            '<!DOCTYPE x [<!ENTITY a "aaaaaaaaaa">'
            + "".join(f'<!ENTITY {chr(98 + n)} "{("&" + chr(97 + n) + ";") * 10}">' for n in range(9))
            + "]><x>&j;</x>",
        )
    ):
        file = folder_of(house) / f"xml{nth}.xlsx"
        genuine = io.BytesIO()
        Workbook().save(genuine)
        with zipfile.ZipFile(genuine) as source, zipfile.ZipFile(file, "w") as target:
            for name in source.namelist():
                is_sheet = name in {"xl/worksheets/sheet1.xml", "xl/workbook.xml"}
                target.writestr(name, f'<?xml version="1.0"?>{inside}' if is_sheet else source.read(name))
        result = await shell(house, "import-shifts", str(file), "--as", "gunilla@example.se")
        assert result.exit_code != 0
        assert "root:" not in result.output


@attempt(
    NAMER,
    "to put a formula into a spreadsheet",
    "a colleague whose name begins with =, the rota as .csv and .xlsx",
    "it stands as text",
    changes=ANYTHING,
)
async def formulas_in_files(house: House) -> None:
    house.night.people.setdefault("=cmd|'", await house.night.hires(FORMULA, NORRVIK))
    shift = ("2026-12-01 17:00", "2026-12-01 22:00")
    await house.night.on_beredskap(house.night.people["=cmd|'"], *shift)
    days = ("--from", "2026-12-01", "--to", "2026-12-02")
    for suffix in ("csv", "xlsx"):
        out = folder_of(house) / f"schema.{suffix}"
        result = await shell(house, "rota", "export", *days, "--out", str(out), "--as", "gunilla@example.se")
        assert result.exit_code == 0, result.output
        if suffix == "csv":
            assert not any(
                cell.lstrip('"').startswith("=")
                for line in out.read_text("utf-8-sig").splitlines()
                for cell in line.split(";")
            )
        else:
            cells = [cell for row in load_workbook(out).worksheets[0].iter_rows() for cell in row]
            assert {cell.data_type for cell in cells} <= {"s", "n", "d"}


@attempt(
    NAMER,
    "to put an event into a calendar",
    "a name with line breaks and BEGIN:VALARM, the rota as .ics",
    "it stays one line of one event",
    changes=ANYTHING,
)
async def events_in_calendars(house: House) -> None:
    name = "Eve Ros\r\nEND:VEVENT\r\nBEGIN:VEVENT\r\nSUMMARY:Ledig\r\nATTACH:http://evil.example/x"
    person = house.night.people.get("Eve") or await house.night.hires(name, NORRVIK)
    await house.night.on_beredskap(person, "2026-12-03 17:00", "2026-12-03 22:00")
    out = folder_of(house) / "schema.ics"
    days = ("--from", "2026-12-03", "--to", "2026-12-04")
    result = await shell(house, "rota", "export", *days, "--out", str(out), "--as", "gunilla@example.se")
    assert result.exit_code == 0, result.output
    lines = out.read_bytes().replace(b"\r\n ", b"").split(b"\r\n")
    assert lines.count(b"BEGIN:VEVENT") == 1
    assert not any(line.startswith((b"ATTACH", b"BEGIN:VALARM")) for line in lines)
    assert b"\n" not in b"".join(lines).replace(b"\\n", b"")


@attempt(
    NAMER,
    "to run a script in the printed rota",
    "a name of HTML, the rota as a page",
    "it stands as text",
    changes=ANYTHING,
)
async def html_in_the_printed_rota(house: House) -> None:
    person = await house.night.hires("<script>alert(1)</script> Ros", NORRVIK)
    await house.night.on_beredskap(person, "2026-12-05 17:00", "2026-12-05 22:00")
    out = folder_of(house) / "schema.html"
    result = await shell(house, "rota", "print", "--month", "2026-12", "--out", str(out), "--as", "gunilla@example.se")
    assert result.exit_code == 0, result.output
    assert "<script" not in out.read_text("utf-8")
    assert "&lt;script&gt;" in out.read_text("utf-8")


@attempt(
    READER,
    "what families wrote, and who they are",
    "every column of every table, as it lies there",
    "no word, name or number can be read",
)
async def reads_the_database(house: House) -> None:
    engine = sa.create_engine(normal_url(house.night.sandbox.database_url), poolclass=sa.NullPool)
    try:
        with engine.connect() as connection:
            for table in Base.metadata.sorted_tables:
                for row in connection.execute(sa.text(f"SELECT * FROM {table.name}")):  # noqa: S608 - our own names
                    house.heard.extend(_plain(value) for value in row if value is not None)
    finally:
        engine.dispose()
    assert len(house.heard) > 500
    house.heard[:] = [
        said.replace("K-4711", "") for said in house.heard
    ]  # the authority's own reference is no secret at rest


def _plain(value: object) -> str:
    if isinstance(value, bytes | memoryview):
        return bytes(value).decode("utf-8", "replace") + bytes(value).decode("utf-16-le", "replace")
    return str(value)


@attempt(
    LOG_READER,
    "what families wrote, and who they are",
    "every line since the evening began, with its fields",
    "ids and counts only",
)
async def reads_the_log(house: House) -> None:
    lines = [line.getMessage() + str(line.__dict__) for line in house.night.log_lines]
    assert len(lines) > 20
    house.heard.extend(lines)
