"""What the commands that write a file have in common: what was asked for wrongly, and what went wrong."""

import asyncio
import os
from collections.abc import Coroutine, Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Any, TypeVar

import click

from bot.cli_exports import CANNOT_RUN, OK, CannotExport
from bot.domain.errors import Busy, NotAllowed
from bot.domain.incident import STOPPED
from bot.services.clocks.export_clocks import UnknownNamnd
from bot.texts import clock_export_words as words
from bot.texts import export_words, incident_words, listed

EXCEL, CSV = ".xlsx", ".csv"
T = TypeVar("T")


@contextmanager
def explained(click_context: click.Context) -> Iterator[None]:
    """End with the right code, and with what is wrong on standard error."""
    try:
        yield
    except CannotExport as reason:
        click.echo(str(reason), err=True)
        click_context.exit(CANNOT_RUN)
    click_context.exit(OK)


def missing(given: Mapping[str, object]) -> CannotExport:
    absent = [option for option, value in given.items() if value is None]
    return CannotExport(export_words.MISSING.format(missing=listed(absent)))


def check_file(out: Path, *suffixes: str, overwrite: bool) -> None:
    """Raise CannotExport when the file cannot be written; nothing has been read or written yet."""
    if out.is_dir():
        raise CannotExport(words.IS_FOLDER.format(path=out))
    if out.suffix.casefold() not in suffixes:
        raise CannotExport(words.NOT_SUFFIX.format(suffix=" eller ".join(suffixes)))
    if not out.parent.is_dir():
        raise CannotExport(words.NO_FOLDER.format(folder=out.parent))
    if out.exists() and not overwrite:
        raise CannotExport(export_words.EXISTS.format(path=out))
    if not os.access(out.parent, os.W_OK | os.X_OK):
        raise CannotExport(export_words.UNWRITABLE.format(path=out, why=export_words.NO_RIGHT))


def running(work: Coroutine[Any, Any, T], denied: str) -> T:
    """Run it, and say what went wrong as CannotExport; `denied` to whoever may not."""
    try:
        return asyncio.run(work)
    except UnknownNamnd as reason:
        raise CannotExport(str(reason)) from None
    except NotAllowed as refusal:
        if refusal.reason == STOPPED:
            raise CannotExport(incident_words.STOPPED) from None
        raise CannotExport(export_words.UNKNOWN_AS if refusal.reason == "not_staff" else denied) from None
    except Busy:
        raise CannotExport(export_words.BUSY) from None
    except click.ClickException as error:  # the settings or the database are not as they should be
        raise CannotExport(error.format_message()) from None


@contextmanager
def writing(out: Path) -> Iterator[None]:
    try:
        yield
    except FileExistsError:
        raise CannotExport(export_words.EXISTS.format(path=out)) from None
    except OSError as error:
        raise CannotExport(export_words.UNWRITABLE.format(path=out, why=error.strerror)) from None
