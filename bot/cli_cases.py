"""The command that reads an export from the case system (docs/importera.md).

Nothing of what stands in a row goes to the log or to the terminal; rejected rows go to a file of their own.
"""

import asyncio
from collections.abc import Callable
from contextlib import AbstractAsyncContextManager
from dataclasses import dataclass
from pathlib import Path
from typing import Final

import click

from bot.cli_imports import BAD_FILE, CANNOT_RUN, LONG_FILE, MOST_NOTES, OK, ranges
from bot.cli_progress import shown
from bot.domain.case_import import REQUIRED
from bot.domain.errors import Busy, NotAllowed
from bot.domain.ids import NamndId
from bot.services.context import Context
from bot.services.imports.case_table import CannotRead, read_cases
from bot.services.imports.cases import CasesResult, import_cases
from bot.services.imports.rejected import rejected_path, write_rejected
from bot.services.imports.run import CannotImport, Effect, Progress
from bot.texts import case_words as words
from bot.texts import listed

FIRST_ROWS: Final = 20  # of the rejected ones, told at the terminal
EXCEL: Final = ".xlsx"

OpenContext = Callable[[], AbstractAsyncContextManager[Context]]


@dataclass(frozen=True, slots=True)
class Asked:
    """What stood on the command line."""

    file: Path
    namnd: NamndId
    as_email: str
    dry_run: bool
    rejected: Path | None


class _CannotRun(Exception):
    """The message is for the person at the terminal."""


def register(cli: click.Group, open_context: OpenContext) -> None:
    """Add the command to `cli`; `open_context` gives the loaded program, and closes it."""

    @cli.command("import-cases", help=words.CASES_HELP)
    @click.argument("file", type=click.Path(path_type=Path), metavar="FIL")
    @click.option("--namnd", metavar="NÄMND", help="Nyckeln ur beredskap.toml.")
    @click.option("--as", "as_email", metavar="E-POST", help="Den i personalen som gör det; står i åtkomstloggen.")
    @click.option("--dry-run", is_flag=True, help="Kontrollera bara. Inget sparas.")
    @click.option("--rejected", type=click.Path(path_type=Path), metavar="FIL", help="Dit avvisade rader skrivs.")
    @click.pass_context
    def command(
        click_context: click.Context,
        file: Path,
        namnd: str | None,
        as_email: str | None,
        dry_run: bool,
        rejected: Path | None,
    ) -> None:
        missing = [name for name, value in (("--namnd", namnd), ("--as", as_email)) if value is None]
        try:
            if namnd is None or as_email is None:
                raise _CannotRun(words.MISSING.format(missing=listed(missing)))
            asked = Asked(file, NamndId(namnd.strip()), as_email, dry_run, rejected)
            click_context.exit(_run(asked, open_context))
        except _CannotRun as reason:
            click.echo(str(reason), err=True)
            click_context.exit(CANNOT_RUN)


def _run(asked: Asked, open_context: OpenContext) -> int:
    if asked.rejected is not None and asked.rejected.exists():
        raise _CannotRun(words.EXISTS.format(path=asked.rejected))
    data = _read(asked.file)
    is_long = data.count(b"\n") >= LONG_FILE or asked.file.suffix.casefold() == EXCEL
    try:
        with shown(is_long=is_long) as progress:
            result = asyncio.run(_import(asked, data, open_context, progress))
    except (CannotRead, CannotImport) as reason:
        raise _CannotRun(words.NOT_READ.format(why=str(reason).rstrip("."))) from None
    except NotAllowed as refusal:
        raise _CannotRun(words.UNKNOWN_AS if refusal.reason == "not_staff" else words.DENIED) from None
    except Busy:
        raise _CannotRun(words.BUSY) from None
    except click.ClickException as error:  # the settings or the database are not as they should be
        raise _CannotRun(error.format_message()) from None
    return _tell(asked, result)


def _read(file: Path) -> bytes:
    try:
        return file.read_bytes()
    except FileNotFoundError:
        raise _CannotRun(words.NO_FILE.format(path=file)) from None
    except OSError as error:
        raise _CannotRun(words.UNREADABLE.format(path=file, why=error.strerror)) from None


async def _import(asked: Asked, data: bytes, open_context: OpenContext, progress: Progress) -> CasesResult:
    async with open_context() as ctx:
        config = ctx.rules.case_import
        if config is None:
            raise CannotImport(words.NO_SETTINGS)
        table = await asyncio.to_thread(read_cases, data, config.columns, REQUIRED)
        return await import_cases(
            table,
            ctx=ctx,
            namnd=asked.namnd,
            as_email=asked.as_email,
            dry_run=asked.dry_run,
            progress=progress,
        )


def _tell(asked: Asked, result: CasesResult) -> int:
    if asked.dry_run:
        _tell_changes(result)
    for note in result.notes[:MOST_NOTES]:
        click.echo(words.NOTE.format(line=note.line, text=note.text))
    _tell_of_more(len(result.notes) - MOST_NOTES)
    for bad in result.rejected[:FIRST_ROWS]:
        click.echo(words.REJECTED_ROW.format(line=bad.row.line, reasons="; ".join(bad.reasons)))
    _tell_of_more(len(result.rejected) - FIRST_ROWS)
    click.echo((words.DRY_RUN if asked.dry_run else words.DONE).format(summary=result.summary))
    if result.rejected and (asked.rejected is not None or not asked.dry_run):
        _write_rejected(asked, result)
    return BAD_FILE if result.rejected else OK


def _tell_changes(result: CasesResult) -> None:
    for effect, text in ((Effect.NEW, words.NEW_ROWS), (Effect.CHANGED, words.CHANGED_ROWS)):
        lines = [change.line for change in result.changes if change.effect is effect]
        if lines:
            click.echo(text.format(lines=ranges(lines)))


def _tell_of_more(count: int) -> None:
    if count > 0:
        click.echo(words.AND_MORE.format(count=count))


def _write_rejected(asked: Asked, result: CasesResult) -> None:
    path = asked.rejected or rejected_path(asked.file)
    try:
        write_rejected(path, result.table, result.rejected)
    except OSError as error:
        raise _CannotRun(words.UNWRITABLE.format(path=path, why=error.strerror)) from None
    click.echo(words.REJECTED_IN.format(path=path))


__all__ = ["register"]
