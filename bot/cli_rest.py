"""The command that takes out a month of beredskap and rest in a nämnd (docs/vila.md)."""

import re
from collections.abc import Callable
from contextlib import AbstractAsyncContextManager
from datetime import date
from pathlib import Path
from typing import Final

import click

from bot.cli_exports import CannotExport
from bot.cli_files import CSV, EXCEL, check_file, explained, missing, running, writing
from bot.domain.ids import NamndId
from bot.rest_sheets import rest_rows, rest_sheets
from bot.services.clocks.export_clocks import UnknownNamnd
from bot.services.context import Context
from bot.services.rest.report_rest import RestReport, report_rest
from bot.spreadsheets import save, save_csv
from bot.texts import Texts, export_words
from bot.texts import clock_export_words as file_words
from bot.texts import rest_words as words

MONTH: Final = re.compile(r"20\d\d-(0[1-9]|1[0-2])", re.ASCII)

OpenContext = Callable[[], AbstractAsyncContextManager[Context]]


def register(cli: click.Group, open_context: OpenContext) -> None:
    """Add the command to `cli`; `open_context` gives the loaded program, and closes it."""

    @cli.command(
        "rest-report", help="Ta ut en månads beredskap, arbetstid och vila i en nämnd som en fil.\n\nSe docs/vila.md."
    )
    @click.option("--month", metavar="MÅNAD", help="Månaden, som 2026-11.")
    @click.option("--namnd", metavar="NÄMND", help="Nyckeln ur beredskap.toml.")
    @click.option("--as", "as_email", metavar="E-POST", help="Den i personalen som gör det; står i åtkomstloggen.")
    @click.option(
        "--xlsx", "xlsx_file", type=click.Path(path_type=Path), metavar="FIL", help="Filen som skrivs, .xlsx."
    )
    @click.option(
        "--csv", "csv_file", type=click.Path(path_type=Path), metavar="FIL", help="Eller .csv, bara per person."
    )
    @click.option("--overwrite", is_flag=True, help="Ersätt filen om den finns.")
    @click.pass_context
    def command(
        click_context: click.Context,
        month: str | None,
        namnd: str | None,
        as_email: str | None,
        xlsx_file: Path | None,
        csv_file: Path | None,
        overwrite: bool,
    ) -> None:
        with explained(click_context):
            if month is None or namnd is None or as_email is None:
                raise missing({"--month": month, "--namnd": namnd, "--as": as_email})
            out = csv_file if xlsx_file is None else xlsx_file
            if out is None or (csv_file is not None and xlsx_file is not None):
                raise CannotExport(file_words.ONE_FILE)
            check_file(out, CSV if xlsx_file is None else EXCEL, overwrite=overwrite)
            report, texts = running(_read(open_context, namnd, _asked_month(month), as_email), words.DENIED)
            with writing(out):
                if xlsx_file is None:
                    save_csv(out, rest_rows(report), overwrite=overwrite)
                else:
                    save(out, rest_sheets(report, texts), overwrite=overwrite)
            click.echo(words.DONE.format(count=len(report.people), path=out))


def _asked_month(text: str) -> date:
    if MONTH.fullmatch(text.strip()) is None:
        raise CannotExport(words.BAD_MONTH)
    return date.fromisoformat(f"{text.strip()}-01")


async def _read(open_context: OpenContext, namnd: str, month: date, as_email: str) -> tuple[RestReport, Texts]:
    async with open_context() as ctx:
        key = NamndId(namnd.strip())
        if key not in ctx.rules.namnder:
            raise UnknownNamnd(export_words.UNKNOWN_NAMND.format(known=", ".join(sorted(ctx.rules.namnder))))
        return await report_rest(key, month, ctx=ctx, as_email=as_email), ctx.texts


__all__ = ["register"]
