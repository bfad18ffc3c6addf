"""What the commands of the rota have in common: who asks, what is written, and how what is wrong is said."""

import asyncio
from collections.abc import Callable, Coroutine, Iterator
from contextlib import AbstractAsyncContextManager, contextmanager
from datetime import date
from pathlib import Path
from typing import Any, Final, NoReturn, TypeVar

import click

from bot.domain.errors import Busy, NotAllowed
from bot.services.context import Context
from bot.services.rota.asking import NOT_IN_EACH
from bot.services.rota.days import CannotNote
from bot.services.rota.files import COLUMNS, BadRota
from bot.services.rota.publish import CannotPublish
from bot.spreadsheets import Cell, Sheet, save, save_csv
from bot.texts import rota_words as words

SERIOUS: Final = 1  # something serious was found in the rota, or a file is wrong
CANNOT_RUN: Final = 2
EXCEL: Final = ".xlsx"
TABLES: Final = (".csv", EXCEL)

REFUSED: Final = {"not_staff": words.UNKNOWN_AS, NOT_IN_EACH: words.DENIED_IN_EACH}
OpenContext = Callable[[], AbstractAsyncContextManager[Context]]
T = TypeVar("T")
AS = click.option("--as", "as_email", metavar="E-POST", required=True, help="Den i personalen som gör det.")


class CannotRota(Exception):
    """It could not be done; the message is for the person at the terminal."""


def run(open_context: OpenContext, work: Callable[[Context], Coroutine[Any, Any, T]]) -> T:
    """Do one thing with the loaded program."""

    async def within() -> T:
        async with open_context() as ctx:
            return await work(ctx)

    return asyncio.run(within())


def day_of(text: str, option: str) -> date:
    """Return the day that was given; raises CannotRota."""
    try:
        return date.fromisoformat(text.strip())
    except ValueError:
        raise CannotRota(words.BAD_DATE.format(option=option)) from None


def can_be_written(path: Path, overwrite: bool) -> None:
    """Raise CannotRota for what could not be written when the long work is done."""
    if path.suffix.casefold() not in TABLES:
        raise CannotRota(words.NO_SUCH_TABLE)
    if path.exists() and not overwrite:
        raise CannotRota(words.EXISTS.format(path=path))


def write_rows(path: Path, rows: list[tuple[Cell, ...]], overwrite: bool) -> None:
    """Write a rota as Excel or CSV, by the name of the file. Raises CannotRota."""
    try:
        if path.suffix.casefold() == EXCEL:
            save(path, [Sheet(words.SHEET, words.WIDTHS, rows, COLUMNS)], overwrite=overwrite)
        else:
            save_csv(path, [COLUMNS, *rows], overwrite=overwrite)
    except FileExistsError:
        raise CannotRota(words.EXISTS.format(path=path)) from None
    except OSError as error:
        raise CannotRota(words.UNWRITABLE.format(path=path, why=error.strerror)) from None
    click.echo(words.WRITTEN.format(path=path))


@contextmanager
def said() -> Iterator[None]:
    """Turn whatever can go wrong into a sentence, and the right exit code."""
    try:
        yield
    except BadRota as error:
        for problem in error.problems:
            click.echo(words.AT.format(line=problem.line, column=problem.column, text=problem.text))
        click.echo(words.NOTHING_SAVED.format(count=len(error.problems)))
        stop(SERIOUS)
    except (CannotRota, CannotNote, CannotPublish) as reason:
        _fail(str(reason))
    except NotAllowed as refusal:
        _fail(REFUSED.get(refusal.reason, words.DENIED))
    except Busy:
        _fail(words.BUSY)
    except click.ClickException as error:  # the settings or the database are not as they should be
        _fail(error.format_message())


def _fail(why: str) -> NoReturn:
    click.echo(why, err=True)
    stop(CANNOT_RUN)


def stop(code: int) -> NoReturn:
    click.get_current_context().exit(code)
