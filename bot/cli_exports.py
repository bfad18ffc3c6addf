"""The command that takes out the handovers of a nämnd as an Excel file (docs/exportera.md). Coded rows, no content."""

import asyncio
import os
import re
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import AbstractAsyncContextManager
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from pathlib import Path
from typing import Final

import click

from bot.cli_progress import shown
from bot.domain.calendar import local
from bot.domain.cards import Sender
from bot.domain.digest import OwnerKind
from bot.domain.errors import Busy, NotAllowed
from bot.domain.incident import STOPPED
from bot.domain.notes import Situation
from bot.domain.outward import OutwardMark
from bot.services.context import Context
from bot.services.export_handovers import (
    Export,
    ExportedAction,
    ExportedRow,
    UnknownNamnd,
    Wanted,
    export_handovers,
)
from bot.services.imports.run import Progress, in_rounds
from bot.spreadsheets import Cell, Sheet, save
from bot.texts import Texts, incident_words, listed
from bot.texts import export_words as words

OK: Final = 0
CANNOT_RUN: Final = 2
LONG_PERIOD: Final = timedelta(days=31)  # from here on progress is shown
MOST: Final = timedelta(days=3653)
DATE: Final = re.compile(r"\d{4}-\d\d-\d\d", re.ASCII)
MINUTE: Final = timedelta(minutes=1)

OpenContext = Callable[[], AbstractAsyncContextManager[Context]]


class CannotExport(Exception):
    """Something that was asked for is not right; the message is for the person at the terminal."""


@dataclass(frozen=True, slots=True)
class Asked:
    """What stood on the command line, checked."""

    wanted: Wanted
    as_email: str
    out: Path
    overwrite: bool


@dataclass(frozen=True, slots=True)
class Column:
    """A column of the file: its heading, what it means, its width in characters, and what stands in a cell."""

    told: tuple[str, str]
    width: int
    value: Callable[[ExportedRow], Cell]


def register(cli: click.Group, open_context: OpenContext) -> None:
    """Add the command to `cli`; `open_context` gives the loaded program, and closes it."""

    @cli.command(
        "export-handovers",
        help="Ta ut en nämnds överlämningar som en Excelfil.\n\nKodade rader utan innehåll. Se docs/exportera.md.",
    )
    @click.option("--namnd", metavar="NÄMND", help="Nyckeln ur beredskap.toml.")
    @click.option("--from", "first", metavar="DATUM", help="Första dagen, som 2026-11-01.")
    @click.option("--to", "last", metavar="DATUM", help="Sista dagen.")
    @click.option("--as", "as_email", metavar="E-POST", help="Den i personalen som gör det; står i åtkomstloggen.")
    @click.option("--out", type=click.Path(path_type=Path), metavar="FIL", help="Filen som skrivs, .xlsx.")
    @click.option("--overwrite", is_flag=True, help="Ersätt filen om den finns.")
    @click.pass_context
    def command(
        click_context: click.Context,
        namnd: str | None,
        first: str | None,
        last: str | None,
        as_email: str | None,
        out: Path | None,
        overwrite: bool,
    ) -> None:
        given = {"--namnd": namnd, "--from": first, "--to": last, "--as": as_email, "--out": out}
        missing = [option for option, value in given.items() if value is None]
        try:
            if namnd is None or first is None or last is None or as_email is None or out is None:
                raise CannotExport(words.MISSING.format(missing=listed(missing)))
            wanted = Wanted(namnd, asked_day(first, "--from"), asked_day(last, "--to"))
            click_context.exit(_run(_checked(Asked(wanted, as_email, out, overwrite)), open_context))
        except CannotExport as reason:
            click.echo(str(reason), err=True)
            click_context.exit(CANNOT_RUN)


def asked_day(text: str, option: str) -> date:
    """Return the day that was given with `option`; raises CannotExport."""
    try:
        if DATE.fullmatch(text.strip()):
            return date.fromisoformat(text.strip())
    except ValueError:
        pass
    raise CannotExport(words.BAD_DATE.format(option=option))


def _checked(asked: Asked) -> Asked:
    """Return what was asked for when it can be done; nothing has been read or written yet."""
    if asked.wanted.first > asked.wanted.last:
        raise CannotExport(words.WRONG_ORDER)
    if asked.wanted.last - asked.wanted.first >= MOST:
        raise CannotExport(words.TOO_LONG)
    out = asked.out
    if out.is_dir():
        raise CannotExport(words.IS_FOLDER.format(path=out))
    if out.suffix.casefold() != ".xlsx":
        raise CannotExport(words.NOT_XLSX)
    if not out.parent.is_dir():
        raise CannotExport(words.NO_FOLDER.format(folder=out.parent))
    if out.exists() and not asked.overwrite:
        raise CannotExport(words.EXISTS.format(path=out))
    if not os.access(out.parent, os.W_OK | os.X_OK):
        raise CannotExport(words.UNWRITABLE.format(path=out, why=words.NO_RIGHT))
    return asked


def _run(asked: Asked, open_context: OpenContext) -> int:
    with shown(is_long=asked.wanted.last - asked.wanted.first >= LONG_PERIOD) as progress:
        export, texts = _read(asked, open_context, progress)
        _write(asked, export, texts, progress)
    click.echo(words.DONE.format(count=len(export.rows), path=asked.out))
    return OK


def _read(asked: Asked, open_context: OpenContext, progress: Progress) -> tuple[Export, Texts]:
    try:
        return asyncio.run(_export(asked, open_context, progress))
    except UnknownNamnd as reason:
        raise CannotExport(str(reason)) from None
    except NotAllowed as refusal:
        if refusal.reason == STOPPED:
            raise CannotExport(incident_words.STOPPED) from None
        raise CannotExport(words.UNKNOWN_AS if refusal.reason == "not_staff" else words.DENIED) from None
    except Busy:
        raise CannotExport(words.BUSY) from None
    except click.ClickException as error:  # the settings or the database are not as they should be
        raise CannotExport(error.format_message()) from None


def _write(asked: Asked, export: Export, texts: Texts, progress: Progress) -> None:
    rows = in_rounds(export.rows, words.WRITING, progress)
    try:
        save(asked.out, sheets(export, rows, texts), overwrite=asked.overwrite)
    except FileExistsError:
        raise CannotExport(words.EXISTS.format(path=asked.out)) from None
    except OSError as error:
        raise CannotExport(words.UNWRITABLE.format(path=asked.out, why=error.strerror)) from None


async def _export(asked: Asked, open_context: OpenContext, progress: Progress) -> tuple[Export, Texts]:
    async with open_context() as ctx:
        export = await export_handovers(asked.wanted, ctx=ctx, as_email=asked.as_email, progress=progress)
        return export, ctx.texts


def sheets(export: Export, rows: Iterable[ExportedRow], texts: Texts) -> Iterator[Sheet]:
    """Yield the sheet of rows, and the one that says what they are."""
    columns = columns_of(texts)
    yield Sheet(
        title=words.ROWS_SHEET,
        widths=[column.width for column in columns],
        headings=[column.told[0] for column in columns],
        rows=([column.value(row) for column in columns] for row in rows),
    )
    yield Sheet(words.ABOUT_SHEET, (24, 100), list(_about(export, columns)), is_prose=True)


def _about(export: Export, columns: Sequence[Column]) -> Iterator[Sequence[Cell]]:
    yield words.ABOUT_NAMND, export.namnd_name
    yield words.ABOUT_PERIOD, words.PERIOD.format(first=export.first, last=export.last)
    yield words.ABOUT_MADE_AT, f"{local(export.made_at):%Y-%m-%d %H:%M}"
    yield words.ABOUT_MADE_BY, export.made_by
    yield words.ABOUT_ROWS, str(len(export.rows))
    if export.is_trial:
        yield words.ABOUT_TRIAL, words.TRIAL
    yield words.ABOUT_CONTENT, words.CONTENT
    yield words.ABOUT_SECRECY, words.SECRECY
    yield words.ABOUT_JAV, words.JAV
    yield words.ABOUT_STATE, words.STATE
    yield ()
    yield words.ABOUT_COLUMNS, words.ABOUT_MEANING
    for column in columns:
        yield column.told


def columns_of(texts: Texts) -> list[Column]:
    """Return the columns in their order."""
    senders = {sender: texts.staff(f"sender.{sender.value}") for sender in Sender}
    situations = {situation: texts.staff(f"situation.{situation.value}") for situation in Situation}
    sender_told = (words.SENDER[0], words.SENDER[1].format(senders=", ".join(senders.values())))
    situation_told = (words.SITUATION[0], words.SITUATION[1].format(situations=", ".join(situations.values())))
    return [
        Column(words.DAY, 12, lambda row: row.day),
        Column(words.DIGEST, 13, lambda row: row.digest_day),
        Column(words.CASE, 16, lambda row: ", ".join(row.codes)),
        Column(sender_told, 18, lambda row: senders[row.sender]),
        Column(words.FIRST, 17, lambda row: _wall(row.first_at)),
        Column(words.OURS_FIRST, 11, lambda row: _yes(row.is_ours_first)),
        Column(words.WITHIN, 13, lambda row: _minutes(row.answered_within)),
        Column(words.BY, 26, lambda row: ", ".join(row.by) or None),
        Column(situation_told, 17, lambda row: None if row.situation is None else situations[row.situation]),
        Column(words.SOCIALJOUREN, 14, lambda row: _yes(row.socialjouren)),
        Column(words.ACTION, 17, _action),
        Column(words.DUE, 12, _of_action(lambda action: action.due_on)),
        Column(words.OWNER, 24, _of_action(lambda action: _owner(action))),
        Column(words.STATE_OF_ACTION, 10, _of_action(lambda action: words.STATES[action.state.value])),
        Column(words.SETTLED, 17, _of_action(lambda action: _wall(action.settled_at))),
        Column(words.REVIEWED, 14, lambda row: _yes(row.is_reviewed)),
        Column(words.TRANSFERRED, 12, lambda row: _yes(row.transferred_at is not None)),
        Column(words.TRANSFERRED_AT, 17, lambda row: _wall(row.transferred_at)),
        Column(words.NOTED, 13, lambda row: _yes(row.has_note)),
        Column(words.ADDED, 10, lambda row: _yes(row.is_added)),
        Column(words.CONTACT, 19, lambda row: _outcome(row.contact)),
        Column(words.CONTACT_AT, 17, lambda row: None if row.contact is None else _wall(row.contact.at)),
        Column(words.REPORT, 15, lambda row: _outcome(row.report)),
        Column(words.REPORT_AT, 17, lambda row: None if row.report is None else _wall(row.report.at)),
    ]


def _wall(at: datetime | None) -> datetime | None:
    """Return the Stockholm wall-clock time to the minute, as Excel wants it: without a zone."""
    return None if at is None else local(at).replace(second=0, microsecond=0, tzinfo=None)


def _minutes(length: timedelta | None) -> int | None:
    return None if length is None else length // MINUTE


def _yes(answer: bool | None) -> str | None:
    if answer is None:
        return None
    return words.YES if answer else words.NO


def _outcome(mark: OutwardMark | None) -> str | None:
    return None if mark is None else words.OUTCOMES[mark.outcome.value]


def _action(row: ExportedRow) -> str | None:
    if row.action is not None:
        return words.CODES[row.action.code.value]
    return words.CODES["nothing"] if row.is_without_action else None


def _of_action(value: Callable[[ExportedAction], Cell]) -> Callable[[ExportedRow], Cell]:
    return lambda row: None if row.action is None else value(row.action)


def _owner(action: ExportedAction) -> str:
    if action.owner_kind is OwnerKind.DUTY:
        return words.DUTY
    return action.owner or words.TEAM


__all__ = ["register"]
