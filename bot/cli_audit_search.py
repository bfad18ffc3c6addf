"""The commands that search the audit log and take it out as a file (docs/ledare.md)."""

from collections.abc import Callable
from contextlib import AbstractAsyncContextManager
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path
from typing import Any, Final

import click

from bot.audit_sheets import audit_csv, audit_rows, audit_sheets
from bot.cli_exports import CannotExport, asked_day
from bot.cli_files import CSV, EXCEL, check_file, explained, missing, running, writing
from bot.cli_progress import shown
from bot.domain.ids import NamndId
from bot.domain.people import World
from bot.services.audit.search import CannotSearch, Found, Wanted, search_audit
from bot.services.clocks.export_clocks import UnknownNamnd
from bot.services.context import Context
from bot.services.imports.run import Progress
from bot.spreadsheets import save, save_csv
from bot.texts import Texts, export_words
from bot.texts import audit_words as words
from bot.texts import clock_export_words as file_words

SHOWN: Final = 500  # lines at a terminal
LONG_PERIOD: Final = timedelta(days=31)

OpenContext = Callable[[], AbstractAsyncContextManager[Context]]


@dataclass(frozen=True, slots=True)
class _Asked:
    wanted: Wanted
    as_email: str


def register(group: click.Group, open_context: OpenContext) -> None:
    """Add the commands to `group`; `open_context` gives the loaded program, and closes it."""

    @group.command("search", help="Sök i en nämnds åtkomstlogg.\n\nVisar högst 500 rader. Se docs/ledare.md.")
    @_options
    @click.pass_context
    def search(click_context: click.Context, /, **given: str | None) -> None:
        with explained(click_context):
            asked = _asked(given)
            found, texts = _found(asked, open_context, "audit_search")
            for row in list(audit_rows(found, texts))[:SHOWN]:
                click.echo("  ".join(str(cell) for cell in row[:-1] if cell))
            count = len(found.entries)
            line = words.MORE_ROWS if count > SHOWN else words.COUNT if count else words.NONE
            click.echo(line.format(shown=SHOWN, count=count))

    @group.command("export", help="Ta ut en nämnds åtkomstlogg som en fil.\n\nSe docs/ledare.md.")
    @_options
    @click.option(
        "--xlsx", "xlsx_file", type=click.Path(path_type=Path), metavar="FIL", help="Filen som skrivs, .xlsx."
    )
    @click.option("--csv", "csv_file", type=click.Path(path_type=Path), metavar="FIL", help="Eller .csv, bara raderna.")
    @click.option("--overwrite", is_flag=True, help="Ersätt filen om den finns.")
    @click.pass_context
    def export(
        click_context: click.Context,
        /,
        xlsx_file: Path | None,
        csv_file: Path | None,
        overwrite: bool,
        **given: str | None,
    ) -> None:
        with explained(click_context):
            asked = _asked(given)
            out = csv_file if xlsx_file is None else xlsx_file
            if out is None or (csv_file is not None and xlsx_file is not None):
                raise CannotExport(file_words.ONE_FILE)
            check_file(out, CSV if xlsx_file is None else EXCEL, overwrite=overwrite)
            found, texts = _found(asked, open_context, "audit_export")
            with writing(out):
                if xlsx_file is None:
                    save_csv(out, audit_csv(found, texts), overwrite=overwrite)
                else:
                    save(out, audit_sheets(found, texts), overwrite=overwrite)
            click.echo(words.DONE.format(count=len(found.entries), path=out))


def _options(command: Any) -> Any:
    """Give a command the options that say what is looked for."""
    worlds = click.Choice([world.value for world in World])
    for option in (
        click.option("--case", metavar="BETECKNING", help="Det som rör ett ärende i myndighetsutövningen."),
        click.option("--youth", metavar="KOD", help="Det som rör en ungdom: ärendekoden, eller registrets referens."),
        click.option("--person", metavar="E-POST", help="Vad en i personalen har sett och gjort."),
        click.option("--to", "last", metavar="DATUM", help="Sista dagen."),
        click.option("--from", "first", metavar="DATUM", help="Första dagen, som 2026-11-01."),
        click.option("--world", type=worlds, default=World.BEREDSKAP.value, show_default=True, help="Verksamheten."),
        click.option("--namnd", metavar="NÄMND", help="Nyckeln ur beredskap.toml."),
        click.option("--as", "as_email", metavar="E-POST", help="Den som söker; står i åtkomstloggen."),
    ):
        command = option(command)
    return command


def _asked(given: dict[str, str | None]) -> _Asked:
    namnd, first, last, as_email = (given[name] for name in ("namnd", "first", "last", "as_email"))
    if namnd is None or first is None or last is None or as_email is None:
        raise missing({"--namnd": namnd, "--from": first, "--to": last, "--as": as_email})
    world, youth, case = World(given["world"]), given["youth"] or "", given["case"] or ""
    if youth and case:
        raise CannotExport(words.ONE_OF)
    if (youth and world is not World.BEREDSKAP) or (case and world is not World.MYNDIGHET):
        raise CannotExport(words.WRONG_WORLD)
    since, until = asked_day(first, "--from"), asked_day(last, "--to")
    if since > until:
        raise CannotExport(export_words.WRONG_ORDER)
    return _Asked(Wanted(NamndId(namnd.strip()), world, since, until, given["person"] or "", youth, case), as_email)


def _found(asked: _Asked, open_context: OpenContext, act: str) -> tuple[Found, Texts]:
    is_long = asked.wanted.last - asked.wanted.first >= LONG_PERIOD
    with shown(is_long=is_long) as progress:
        try:
            return running(_search(asked, open_context, act, progress), words.DENIED)
        except CannotSearch as reason:
            raise CannotExport(str(reason)) from None


async def _search(asked: _Asked, open_context: OpenContext, act: str, progress: Progress) -> tuple[Found, Texts]:
    async with open_context() as ctx:
        if asked.wanted.namnd not in ctx.rules.namnder:
            raise UnknownNamnd(export_words.UNKNOWN_NAMND.format(known=", ".join(sorted(ctx.rules.namnder))))
        found = await search_audit(asked.wanted, ctx=ctx, as_email=asked.as_email, act=act, progress=progress)
        return found, ctx.texts


__all__ = ["register"]
