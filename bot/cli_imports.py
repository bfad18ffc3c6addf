"""The commands that read staff, youths and the rota from files (docs/importera.md).

Nothing of the content goes to the log or to the terminal: a name or a number is pointed out by line and column.
"""

import asyncio
from collections.abc import Callable, Sequence
from contextlib import AbstractAsyncContextManager
from functools import partial
from pathlib import Path
from typing import Any, Final, Protocol, TypeVar

import click

from bot.cli_progress import shown
from bot.domain.errors import Busy, NotAllowed
from bot.services.context import Context
from bot.services.imports import consent_lines, shift_file, shift_lines, shifts, staff, youths
from bot.services.imports.csv_table import Remark, read_table
from bot.services.imports.run import CannotImport, Effect, ImportResult, Progress
from bot.texts import import_words as words

OK: Final = 0
BAD_FILE: Final = 1  # something in the file is wrong
CANNOT_RUN: Final = 2  # the file or the database is not there, or --as is wrong
LONG_FILE: Final = 1000  # rows; from here on progress is shown
MOST_NOTES: Final = 50
MOST_CHANGED_ROWS: Final = 200

OpenContext = Callable[[], AbstractAsyncContextManager[Context]]


class Source(Protocol):
    """What was read of a file."""

    @property
    def rows(self) -> Sequence[Any]: ...


S = TypeVar("S", bound=Source)
Of = TypeVar("Of", contravariant=True)


class Import(Protocol[Of]):
    """What the three imports have in common."""

    async def __call__(
        self, rows: Of, *, ctx: Context, as_email: str | None, dry_run: bool = ..., progress: Progress = ...
    ) -> ImportResult: ...


def register(cli: click.Group, open_context: OpenContext) -> None:
    """Add the three commands to `cli`; `open_context` gives the loaded program, and closes it."""
    read_staff = partial(read_table, columns=staff.COLUMNS)
    read_youths = partial(read_table, columns=youths.COLUMNS, optional=consent_lines.OPTIONAL)
    told = "Läs in personal från en CSV-fil."
    cli.add_command(_command("import-staff", told, staff.COLUMNS, read_staff, staff.import_staff, open_context))
    told = "Läs in ungdomar och deras nummer från en CSV-fil."
    cli.add_command(_command("import-youths", told, youths.COLUMNS, read_youths, youths.import_youths, open_context))
    told, columns = "Läs in beredskapspass från CSV, Excel (.xlsx) eller en kalender (.ics).", shift_lines.COLUMNS
    read = shift_file.read_shift_file
    cli.add_command(_command("import-shifts", told, columns, read, shifts.import_shifts, open_context))


def _command(
    name: str,
    told: str,
    columns: Sequence[str],
    read: Callable[[bytes], S],
    action: Import[S],
    open_context: OpenContext,
) -> click.Command:
    @click.command(name, help=f"{told}\n\nKolumner: {'; '.join(columns)}. Se docs/importera.md.")
    @click.argument("file", type=click.Path(path_type=Path), metavar="FIL")
    @click.option("--dry-run", is_flag=True, help="Kontrollera bara. Inget sparas.")
    @click.option("--as", "as_email", metavar="E-POST", help="Den i personalen som gör det; står i åtkomstloggen.")
    @click.pass_context
    def command(click_context: click.Context, file: Path, dry_run: bool, as_email: str | None) -> None:
        click_context.exit(_run(file, read, action, open_context, as_email, dry_run))

    return command


def _run(
    file: Path,
    read: Callable[[bytes], S],
    action: Import[S],
    open_context: OpenContext,
    as_email: str | None,
    dry_run: bool,
) -> int:
    try:
        table = read(file.read_bytes())
    except FileNotFoundError:
        return _cannot(words.NO_FILE.format(path=file))
    except OSError as error:
        return _cannot(words.UNREADABLE.format(path=file, why=error.strerror))
    try:
        with shown(is_long=len(table.rows) >= LONG_FILE) as progress:
            result = asyncio.run(_import(action, table, open_context, as_email, dry_run, progress))
    except CannotImport as reason:
        return _cannot(str(reason))
    except click.ClickException as error:  # the settings or the database are not as they should be
        return _cannot(error.format_message())
    except NotAllowed:
        return _cannot(words.DENIED)
    except Busy:
        return _cannot(words.BUSY)
    return _tell(result, dry_run=dry_run)


async def _import(
    action: Import[S], table: S, open_context: OpenContext, as_email: str | None, dry_run: bool, progress: Progress
) -> ImportResult:
    async with open_context() as ctx:
        return await action(table, ctx=ctx, as_email=as_email, dry_run=dry_run, progress=progress)


def _cannot(why: str) -> int:
    click.echo(why, err=True)
    return CANNOT_RUN


def _tell(result: ImportResult, *, dry_run: bool) -> int:
    for problem in result.problems:
        click.echo(f"{_where(problem)}: {problem.text}")
    if dry_run and not result.problems:
        _tell_changes(result)
    for note in result.notes[:MOST_NOTES]:
        click.echo(words.NOTE.format(where=_where(note), text=note.text))
    if len(result.notes) > MOST_NOTES:
        click.echo(words.AND_MORE.format(count=len(result.notes) - MOST_NOTES))
    if result.problems:
        click.echo(words.BAD_ROWS.format(count=len(result.problems)))
        return BAD_FILE
    click.echo((words.DRY_RUN if dry_run else words.DONE).format(summary=result.summary))
    return OK


def _tell_changes(result: ImportResult) -> None:
    new = [change.line for change in result.changes if change.effect is Effect.NEW]
    if new:
        click.echo(words.NEW_ROWS.format(lines=ranges(new)))
    changed = [change for change in result.changes if change.effect is Effect.CHANGED]
    for change in changed[:MOST_CHANGED_ROWS]:
        click.echo(words.CHANGED_ROW.format(line=change.line, columns=", ".join(change.columns)))
    if len(changed) > MOST_CHANGED_ROWS:
        click.echo(words.AND_MORE.format(count=len(changed) - MOST_CHANGED_ROWS))


def _where(remark: Remark) -> str:
    if remark.line == 0:
        return "hela filen"
    return f"rad {remark.line}, {remark.column}" if remark.column else f"rad {remark.line}"


def ranges(lines: Sequence[int]) -> str:
    """Return the numbers with runs folded together.

    >>> ranges([2, 3, 4, 9])
    '2-4, 9'
    """
    runs: list[list[int]] = []
    for line in sorted(lines):
        if runs and line == runs[-1][1] + 1:
            runs[-1][1] = line
        else:
            runs.append([line, line])
    return ", ".join(str(first) if first == last else f"{first}-{last}" for first, last in runs)


__all__ = ["register"]
