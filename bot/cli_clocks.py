"""The commands that take out the clocks of a nämnd, and the indicator table (docs/exportera.md)."""

from collections.abc import Callable
from contextlib import AbstractAsyncContextManager
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Final

import click

from bot.cli_exports import LONG_PERIOD, MOST, CannotExport, asked_day
from bot.cli_files import CSV, EXCEL, check_file, explained, missing, running, writing
from bot.cli_progress import shown
from bot.clock_sheets import clock_rows, clock_sheets, indicator_rows, indicator_sheets
from bot.domain.clocks import ClockRules
from bot.domain.ids import NamndId
from bot.domain.indicator import Part, Period
from bot.services.clocks.export_clocks import (
    ClockExport,
    IndicatorExport,
    export_clocks,
    indicator_table,
)
from bot.services.context import Context
from bot.services.imports.run import Progress, in_rounds
from bot.spreadsheets import save, save_csv
from bot.texts import Texts, export_words
from bot.texts import clock_export_words as words

YEARS: Final = range(2000, 2100)

OpenContext = Callable[[], AbstractAsyncContextManager[Context]]


@dataclass(frozen=True, slots=True)
class Asked:
    """What stood on the command line, checked. The clocks are those that came in from `first` to `last`."""

    namnd: str
    first: date
    last: date
    as_email: str
    out: Path
    overwrite: bool


def register(cli: click.Group, open_context: OpenContext) -> None:
    """Add the two commands to `cli`; `open_context` gives the loaded program, and closes it."""
    _register_export(cli, open_context)
    _register_indicator(cli, open_context)


def _register_export(cli: click.Group, open_context: OpenContext) -> None:
    @cli.command("export-clocks", help="Ta ut en nämnds frister som en fil.\n\nSe docs/exportera.md.")
    @click.option("--namnd", metavar="NÄMND", help="Nyckeln ur beredskap.toml.")
    @click.option("--from", "first", metavar="DATUM", help="Första dagen, som 2026-11-01.")
    @click.option("--to", "last", metavar="DATUM", help="Sista dagen.")
    @click.option("--as", "as_email", metavar="E-POST", help="Den i personalen som gör det; står i åtkomstloggen.")
    @click.option("--csv", "csv_file", type=click.Path(path_type=Path), metavar="FIL", help="Filen som skrivs, .csv.")
    @click.option("--xlsx", "xlsx_file", type=click.Path(path_type=Path), metavar="FIL", help="Eller .xlsx.")
    @click.option("--overwrite", is_flag=True, help="Ersätt filen om den finns.")
    @click.pass_context
    def command(
        click_context: click.Context,
        namnd: str | None,
        first: str | None,
        last: str | None,
        as_email: str | None,
        csv_file: Path | None,
        xlsx_file: Path | None,
        overwrite: bool,
    ) -> None:
        with explained(click_context):
            given = {"--namnd": namnd, "--from": first, "--to": last, "--as": as_email}
            if namnd is None or first is None or last is None or as_email is None:
                raise missing(given)
            out = csv_file if xlsx_file is None else xlsx_file
            if out is None or (csv_file is not None and xlsx_file is not None):
                raise CannotExport(words.ONE_FILE)
            check_file(out, CSV if xlsx_file is None else EXCEL, overwrite=overwrite)
            days = asked_day(first, "--from"), asked_day(last, "--to")
            _check_period(*days)
            _export(Asked(namnd, *days, as_email, out, overwrite), open_context)


def _register_indicator(cli: click.Group, open_context: OpenContext) -> None:
    @cli.command(
        "indicator", help="Ta ut indikatortabellen: andel inom tiden, till rapporten.\n\nSe docs/exportera.md."
    )
    @click.argument("file", type=click.Path(path_type=Path), metavar="FIL")
    @click.option("--namnd", metavar="NÄMND", help="Nyckeln ur beredskap.toml.")
    @click.option("--year", type=int, metavar="ÅR", help="Året, som 2026.")
    @click.option("--period", type=click.Choice([part.value for part in Part]), default="VB", show_default=True)
    @click.option("--as", "as_email", metavar="E-POST", help="Den i personalen som gör det; står i åtkomstloggen.")
    @click.option("--overwrite", is_flag=True, help="Ersätt filen om den finns.")
    @click.pass_context
    def command(
        click_context: click.Context,
        file: Path,
        namnd: str | None,
        year: int | None,
        period: str,
        as_email: str | None,
        overwrite: bool,
    ) -> None:
        with explained(click_context):
            if namnd is None or year is None or as_email is None:
                raise missing({"--namnd": namnd, "--year": year, "--as": as_email})
            if year not in YEARS:
                raise CannotExport(words.BAD_YEAR)
            check_file(file, EXCEL, CSV, overwrite=overwrite)
            asked = Period(year, Part(period))
            export, rules = running(_read_indicator(open_context, namnd, asked, as_email), words.DENIED)
            _write_indicator(file, export, rules, overwrite=overwrite)
            _print(export, rules)
            click.echo(words.TABLE_DONE.format(path=file))


def _check_period(first: date, last: date) -> None:
    if first > last:
        raise CannotExport(export_words.WRONG_ORDER)
    if last - first >= MOST:
        raise CannotExport(export_words.TOO_LONG)


def _export(asked: Asked, open_context: OpenContext) -> None:
    with shown(is_long=asked.last - asked.first >= LONG_PERIOD) as progress:
        export, texts = running(_read_clocks(asked, open_context, progress), words.DENIED)
        rows = in_rounds(export.rows, export_words.WRITING, progress)
        with writing(asked.out):
            if asked.out.suffix.casefold() == EXCEL:
                save(asked.out, clock_sheets(export, rows, texts), overwrite=asked.overwrite)
            else:
                save_csv(asked.out, clock_rows(rows, texts), overwrite=asked.overwrite)
    click.echo(words.DONE.format(count=len(export.rows), path=asked.out))


async def _read_clocks(asked: Asked, open_context: OpenContext, progress: Progress) -> tuple[ClockExport, Texts]:
    async with open_context() as ctx:
        export = await export_clocks(
            asked.namnd, asked.first, asked.last, ctx=ctx, as_email=asked.as_email, progress=progress
        )
        return export, ctx.texts


async def _read_indicator(
    open_context: OpenContext, namnd: str, period: Period, as_email: str
) -> tuple[IndicatorExport, ClockRules]:
    async with open_context() as ctx:
        export = await indicator_table(namnd, period, ctx=ctx, as_email=as_email)
        return export, ctx.rules.namnder[NamndId(namnd.strip())].clocks


def _write_indicator(out: Path, export: IndicatorExport, rules: ClockRules, *, overwrite: bool) -> None:
    with writing(out):
        if out.suffix.casefold() == EXCEL:
            save(out, indicator_sheets(export, rules), overwrite=overwrite)
        else:
            save_csv(out, indicator_rows(export, rules), overwrite=overwrite)


def _print(export: IndicatorExport, rules: ClockRules) -> None:
    """Print the table, a few lines a row: a terminal is not as wide as a sheet."""
    rows = [[str(cell) for cell in row if cell is not None] for row in indicator_rows(export, rules)]
    headings = rows[0]
    for row in rows[1 : 1 + len(export.table.rows)]:
        click.echo(row[0])
        said = (f"{heading}: {cell}" for heading, cell in zip(headings[1:], row[1:], strict=True) if cell)
        click.echo(f"  {'; '.join(said)}")


__all__ = ["register"]
