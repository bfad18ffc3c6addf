"""The commands that take the rota out: as a calendar, a table, or a month to put on the wall (docs/schema.md)."""

import re
from collections.abc import Sequence
from datetime import date, timedelta
from pathlib import Path
from typing import Final

import click

from bot.cli_rota_frame import AS, TABLES, CannotRota, OpenContext, day_of, run, said, write_rows
from bot.domain.calendar import ONE_DAY
from bot.domain.duty import Shift
from bot.domain.rota.draft import Turn
from bot.icalendars import calendar_of
from bot.rota_page import month_page
from bot.services.context import Context
from bot.services.rota.feed import day_off_of, entry_of
from bot.services.rota.files import lines_of
from bot.services.rota.show import Shown, show_rota
from bot.services.shared.staff_sms import trial_first
from bot.spreadsheets import save_bytes
from bot.texts import rota_words as words

CALENDAR: Final = ".ics"
MONTH: Final = re.compile(r"\d{4}-\d\d", re.ASCII)
OUT = click.option("--out", type=click.Path(path_type=Path), metavar="FIL", required=True)
OVERWRITE = click.option("--overwrite", is_flag=True, help="Ersätt filen om den finns.")


def register(rota: click.Group, open_context: OpenContext) -> None:
    """Add the two commands to the group `rota`."""

    @rota.command("export", help="Ta ut passen till .ics, .csv eller .xlsx.")
    @click.option("--from", "first", metavar="DATUM", required=True)
    @click.option("--to", "last", metavar="DATUM", required=True)
    @click.option("--person", metavar="E-POST", help="Bara den personens pass. Utan: allas.")
    @OUT
    @OVERWRITE
    @AS
    def export(first: str, last: str, person: str | None, out: Path, overwrite: bool, as_email: str) -> None:
        with said():
            begins, ends = day_of(first, "--from"), day_of(last, "--to")
            if ends < begins:
                raise CannotRota(words.WRONG_ORDER)
            if out.suffix.casefold() not in (CALENDAR, *TABLES):
                raise CannotRota(words.NO_SUCH_FORM)
            shown, calendar = run(open_context, lambda ctx: _taken(ctx, begins, ends, person, as_email))
            if out.suffix.casefold() == CALENDAR:
                _write(out, calendar, overwrite=overwrite)
            else:
                write_rows(out, [line.cells for line in lines_of(_turns(shown.shifts), shown.people)], overwrite)

    @rota.command("print", help="Skriv en månad som en sida att skriva ut, liggande A4.")
    @click.option("--month", metavar="MÅNAD", required=True, help="Som 2026-12.")
    @OUT
    @OVERWRITE
    @AS
    def print_month(month: str, out: Path, overwrite: bool, as_email: str) -> None:
        with said():
            first = _month(month)
            page = run(open_context, lambda ctx: _page(ctx, first, as_email))
            _write(out, page.encode(), overwrite=overwrite)


async def _taken(ctx: Context, first: date, last: date, person: str | None, as_email: str) -> tuple[Shown, bytes]:
    shown = await show_rota(first, last, ctx=ctx, as_email=as_email)
    if person is not None:
        wanted = person.strip().casefold()
        mine = [who.id for who in shown.people.values() if who.email.casefold() == wanted]
        if not mine:
            raise CannotRota(words.UNKNOWN_PERSON)
        shown = shown.only(mine[0])
    entries = [entry_of(ctx, shift, "" if person else shown.name(shift.staff_id)) for shift in shown.shifts]
    days = [day_off_of(ctx, free, "" if person else shown.name(free.staff_id)) for free in shown.days_off]
    return shown, calendar_of(trial_first(ctx, ctx.texts.staff("calendar.name")), entries, ctx.clock.now(), days)


async def _page(ctx: Context, first: date, as_email: str) -> str:
    last = (first + timedelta(days=31)).replace(day=1) - ONE_DAY
    shown = await show_rota(first, last, ctx=ctx, as_email=as_email)
    trial = ctx.texts.staff("reserve.trial") if ctx.rules.is_trial else ""
    return month_page(first, shown.shifts, lambda shift: shown.name(shift.staff_id), ctx.clock.now(), trial)


def _turns(shifts: Sequence[Shift]) -> list[Turn]:
    return [Turn(s.staff_id, s.lending_namnd, s.starts_at, s.ends_at, s.is_backup) for s in shifts]


def _month(text: str) -> date:
    if not MONTH.fullmatch(text.strip()):
        raise CannotRota(words.BAD_MONTH)
    try:
        return date.fromisoformat(f"{text.strip()}-01")
    except ValueError:
        raise CannotRota(words.BAD_MONTH) from None


def _write(path: Path, data: bytes, *, overwrite: bool) -> None:
    try:
        save_bytes(path, data, overwrite=overwrite)
    except FileExistsError:
        raise CannotRota(words.EXISTS.format(path=path)) from None
    except OSError as error:
        raise CannotRota(words.UNWRITABLE.format(path=path, why=error.strerror)) from None
    click.echo(words.WRITTEN.format(path=path))
