"""The commands of the rota: propose, check, publish, show, and what people have said of some days (docs/schema.md)."""

import asyncio
from datetime import date, timedelta
from pathlib import Path

import click

from bot.cli_progress import shown
from bot.cli_rota_frame import (
    AS,
    SERIOUS,
    CannotRota,
    OpenContext,
    can_be_written,
    day_of,
    run,
    said,
    stop,
    write_rows,
)
from bot.domain.calendar import local
from bot.domain.people import Staff
from bot.domain.rota.draft import RotaDraft
from bot.domain.rota.members import DayWish
from bot.domain.rota.proposal import explain, fairness
from bot.rota_report import fairness_table, findings, free_days
from bot.services.context import Context
from bot.services.imports.run import Progress
from bot.services.rota.days import forget_days, say_of_days
from bot.services.rota.files import lines_of, read_rota
from bot.services.rota.publish import Looked, draft_by_id, look_through, publish, without_slack
from bot.services.rota.show import Shown, show_rota
from bot.texts import rota_words as words
from bot.texts import short_day, span


def register(cli: click.Group, open_context: OpenContext) -> click.Group:
    """Add the group of commands to `cli` and return it; `open_context` gives the loaded program, and closes it."""

    @cli.group("rota", help=words.GROUP)
    def rota() -> None:
        pass

    _register_propose(rota, open_context)
    _register_check(rota, open_context)
    _register_publish(rota, open_context)
    _register_show(rota, open_context)
    _register_away(rota, open_context)
    return rota


def _register_propose(rota: click.Group, open_context: OpenContext) -> None:
    @rota.command("propose", help="Föreslå ett rättvist schema. Inget publiceras.")
    @click.option("--weeks", type=click.IntRange(1, 53), default=8, show_default=True, metavar="ANTAL")
    @click.option("--from", "first", metavar="DATUM", required=True, help="Första dagen, helst en måndag.")
    @AS
    @click.option(
        "--seed", type=click.IntRange(0), default=1, show_default=True, help="Ett annat tal kan ge ett annat."
    )
    @click.option("--minutes", type=click.FloatRange(0.05, 60), default=0.8, show_default=True, help="Längsta tiden.")
    @click.option("--out", type=click.Path(path_type=Path), metavar="FIL", help="Skriv det också, .csv eller .xlsx.")
    @click.option("--overwrite", is_flag=True, help="Ersätt filen om den finns.")
    def command(
        weeks: int, first: str, as_email: str, seed: int, minutes: float, out: Path | None, overwrite: bool
    ) -> None:
        with said():
            begins = day_of(first, "--from")
            if out is not None:
                can_be_written(out, overwrite)
            with shown(is_long=True) as progress:
                work = _proposed(open_context, begins, weeks, as_email, seed, minutes, progress)
                looked, lines, email = asyncio.run(work)
            for line in lines:
                click.echo(line)
            if out is not None:
                write_rows(
                    out, [line.cells for line in lines_of(looked.draft.turns, looked.people, looked.review)], overwrite
                )
            click.echo(words.HOW_ON.format(id=looked.draft.id, email=email))
            stop(0 if looked.review.is_clean else SERIOUS)


async def _proposed(
    open_context: OpenContext,
    first: date,
    weeks: int,
    as_email: str,
    seed: int,
    minutes: float,
    progress: Progress,
) -> tuple[Looked, list[str], str]:
    # OR-Tools takes a third of a second and a hundred megabytes: only this command needs it
    from bot.services.rota.propose import NothingToFill, propose
    from bot.services.rota.solve import Effort, NotSolved

    effort = Effort(within=timedelta(minutes=minutes) / 2, seed=seed)  # for each of the two searches
    async with open_context() as ctx:
        try:
            made = await propose(first, weeks, ctx=ctx, as_email=as_email, effort=effort, progress=progress)
        except NotSolved:
            raise CannotRota(words.NOT_SOLVED) from None
        except NothingToFill:
            raise CannotRota(words.NOTHING_TO_FILL) from None
        looked = await look_through(made.draft, ctx=ctx, as_email=as_email)
    proposal, problem = made.proposal, made.problem
    lines = [
        words.PROPOSED.format(
            id=made.draft.id,
            first=short_day(made.draft.first),
            last=short_day(made.draft.last),
            count=len(made.draft.turns),
            seconds=round(proposal.took.total_seconds()),
        ),
        *([] if proposal.is_proven else [words.NOT_PROVEN]),
        *fairness_table(fairness(problem, proposal), looked.people),
        *free_days(looked.review.free_days, looked.people),
        *findings(looked, explain(problem, proposal)),
    ]
    return looked, lines, as_email


def _register_check(rota: click.Group, open_context: OpenContext) -> None:
    @rota.command("check", help="Kontrollera ett förslag eller en fil. Inget publiceras.")
    @click.argument("what", metavar="FÖRSLAG|FIL")
    @AS
    def command(what: str, as_email: str) -> None:
        with said():
            data = _file(what)

            async def work(ctx: Context) -> Looked:
                return await look_through(await _draft(what, data, ctx), ctx=ctx, as_email=as_email)

            looked = run(open_context, work)
            for line in (*free_days(looked.review.free_days, looked.people), *findings(looked)):
                click.echo(line)
            stop(SERIOUS if looked.needs_reason else 0)


def _register_publish(rota: click.Group, open_context: OpenContext) -> None:
    @rota.command("publish", help="Publicera ett förslag eller en fil. Var och en får sina pass i Slack.")
    @click.argument("what", metavar="FÖRSLAG|FIL")
    @AS
    @click.option("--despite", default="", metavar="SKÄL", help="Publicera trots allvarliga brister, av detta skäl.")
    def command(what: str, as_email: str, despite: str) -> None:
        with said():
            data = _file(what)

            async def work(ctx: Context) -> Looked:
                return await publish(await _draft(what, data, ctx), ctx=ctx, as_email=as_email, despite=despite)

            _tell(run(open_context, work))


def _tell(looked: Looked) -> None:
    change = looked.change
    counts = {"added": len(change.adds), "removed": len(change.removes), "unchanged": len(change.stays)}
    is_new = bool(change.adds or change.removes)
    click.echo(words.PUBLISHED.format(**counts) if is_new else words.NOTHING_NEW)
    if change.past:
        click.echo(words.PAST.format(count=len(change.past)))
    names = without_slack(looked)
    if names:
        click.echo(words.TELL_YOURSELF.format(names=", ".join(names)))
    for line in (*free_days(looked.review.free_days, looked.people), *findings(looked)):
        click.echo(line)


def _register_show(rota: click.Group, open_context: OpenContext) -> None:
    @rota.command("show", help="Visa pass, förslag, frånvaro och önskemål.")
    @click.option("--from", "first", metavar="DATUM", help="Första dagen. Utan: i dag.")
    @click.option("--weeks", type=click.IntRange(1, 53), default=4, show_default=True, metavar="ANTAL")
    @AS
    def command(first: str | None, weeks: int, as_email: str) -> None:
        with said():
            asked = None if first is None else day_of(first, "--from")

            async def work(ctx: Context) -> Shown:
                begins = local(ctx.clock.now()).date() if asked is None else asked
                return await show_rota(begins, begins + timedelta(weeks=weeks, days=-1), ctx=ctx, as_email=as_email)

            for line in _shown(run(open_context, work)):
                click.echo(line)


def _shown(found: Shown) -> list[str]:
    shifts = [
        words.SHIFT_LINE.format(
            span=span(s.starts_at, s.ends_at),
            name=found.name(s.staff_id),
            backup=words.IS_BACKUP if s.is_backup else "",
        )
        for s in found.shifts
    ]
    drafts = [
        words.DRAFT_LINE.format(
            id=d.id, first=short_day(d.first), last=short_day(d.last), state=words.STATES[d.state.value]
        )
        for d in found.drafts
    ]
    days = [
        words.DAYS_LINE.format(
            id=w.id,
            name=found.name(w.staff_id),
            wish=words.WISHES[w.wish.value],
            first=short_day(w.first),
            last=short_day(w.last),
        )
        for w in found.wishes
    ]
    parts = ((words.SHIFTS_HEADING, shifts), (words.DRAFTS_HEADING, drafts), (words.DAYS_HEADING, days))
    return [line for heading, lines in parts for line in (heading, *(lines or [words.NOTHING]))]


def _register_away(rota: click.Group, open_context: OpenContext) -> None:
    @rota.command("away", help="Anteckna att någon är borta eller önskar något. Med --remove tas en anteckning bort.")
    @click.argument("email", metavar="[E-POST]", required=False)
    @click.argument("first", metavar="[FÖRSTA]", required=False)
    @click.argument("last", metavar="[SISTA]", required=False)
    @click.option("--wish", type=click.Choice([wish.value for wish in DayWish]), default=DayWish.AWAY.value)
    @click.option("--remove", metavar="ID", help="Anteckningen som tas bort, som i rota show.")
    @AS
    def command(
        email: str | None, first: str | None, last: str | None, wish: str, remove: str | None, as_email: str
    ) -> None:
        with said():
            if remove is not None:
                run(open_context, lambda ctx: forget_days(remove, ctx=ctx, as_email=as_email))
                click.echo(words.DAYS_FORGOTTEN)
                return
            if email is None or first is None:
                raise CannotRota(words.AWAY_HOW)
            begins = day_of(first, "FÖRSTA")
            ends = begins if last is None else day_of(last, "SISTA")
            said_of = DayWish(wish)
            noted = run(open_context, lambda ctx: say_of_days(email, said_of, begins, ends, ctx=ctx, as_email=as_email))
            click.echo(words.DAYS_NOTED.format(id=noted.id))


async def _draft(what: str, data: bytes | None, ctx: Context) -> RotaDraft:
    """Return what stands in the file, or without one the draft with that id. Raises CannotRota, BadRota."""
    if data is not None:
        everyone: list[Staff] = await ctx.store.read(lambda tx: tx.staff.everyone())
        return read_rota(data, everyone, ctx=ctx)
    known = await draft_by_id(what, ctx=ctx)
    if known is None:
        raise CannotRota(words.NO_DRAFT.format(what=what))
    return known


def _file(what: str) -> bytes | None:
    """Return what stands in the file of that name; None when there is none. Raises CannotRota."""
    path = Path(what)
    try:
        return path.read_bytes() if path.is_file() else None
    except OSError as error:
        raise CannotRota(words.UNREADABLE.format(path=path, why=error.strerror)) from None
