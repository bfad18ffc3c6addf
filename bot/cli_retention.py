"""The commands for what may not be deleted, and what need not be carried over (docs/drift.md, Gallring)."""

from collections.abc import Awaitable, Callable
from contextlib import AbstractAsyncContextManager
from datetime import date
from functools import partial
from typing import TypeVar

import click

from bot.cli_exports import CannotExport, asked_day
from bot.cli_files import explained, running
from bot.domain.calendar import local
from bot.domain.errors import BadInput, NotFound
from bot.domain.people import World
from bot.domain.retention import LegalHold
from bot.services.context import Context
from bot.services.retention.hold import HoldWanted, lift_hold, list_holds, set_hold, subject_of
from bot.services.retention.waive import waive, waive_case
from bot.services.withdraw_posts import Withdrawal, withdraw_posts
from bot.texts import retention_words as words

OpenContext = Callable[[], AbstractAsyncContextManager[Context]]
T = TypeVar("T")

AS = click.option("--as", "as_email", required=True, metavar="E-POST", help=words.AS_HELP)
WORLD = click.option(
    "--world", type=click.Choice([world.value for world in World]), default=World.BEREDSKAP.value, help=words.WORLD_HELP
)
CASE = click.option("--case", "case_ref", metavar="ÄRENDE", help=words.CASE_HELP)
CODE = click.option("--code", required=True, metavar="BETECKNING", help=words.CODE_HELP)
REFERENCE = click.option("--reference", default="", metavar="DNR", help=words.REFERENCE_HELP)


def asked_of(open_context: OpenContext, work: Callable[[Context], Awaitable[T]]) -> T:
    """Run `work` with the loaded program; what goes wrong is raised as CannotExport, in words."""

    async def run() -> T:
        async with open_context() as ctx:
            try:
                return await work(ctx)
            except BadInput as wrong:
                said = (ctx.texts.staff(f"problem.{key}") for key in wrong.problems.values())
                raise CannotExport("\n".join(said)) from None

    try:
        return running(run(), words.DENIED)
    except NotFound:
        raise CannotExport(words.NOT_FOUND) from None


def register(cli: click.Group, open_context: OpenContext) -> None:
    """Add the commands to `cli`; `open_context` gives the loaded program, and closes it."""

    @cli.group("hold", help=words.HOLD_HELP)
    def hold() -> None:
        pass

    @hold.command("set", help=words.SET_HELP)
    @click.option("--namnd", metavar="NÄMND", help=words.NAMND_HELP)
    @click.option("--code", metavar="BETECKNING", help=words.CODE_HELP)
    @CASE
    @WORLD
    @click.option("--until", metavar="DATUM", help="Sista dagen, som 2027-12-31. Utan den gäller det tills vidare.")
    @REFERENCE
    @AS
    @click.pass_context
    def set_command(
        click_context: click.Context,
        namnd: str | None,
        code: str | None,
        case_ref: str | None,
        world: str,
        until: str | None,
        reference: str,
        as_email: str,
    ) -> None:
        with explained(click_context):
            if (namnd is None) == (code is None):
                raise CannotExport(words.ONE_OF)
            if case_ref is not None and namnd is None:
                raise CannotExport(words.CASE_WHERE)
            last: date | None = None if until is None else asked_day(until, "--until")
            wanted = HoldWanted(reference, namnd, code, last, case_ref, World(world))
            ids = asked_of(open_context, lambda ctx: set_hold(wanted, ctx=ctx, as_email=as_email))
            click.echo(words.HELD.format(ids=", ".join(ids)) if ids else words.NOTHING_THERE)

    @hold.command("lift", help=words.LIFT_HELP)
    @click.argument("hold_id", metavar="ID")
    @AS
    @click.pass_context
    def lift_command(click_context: click.Context, hold_id: str, as_email: str) -> None:
        with explained(click_context):
            asked_of(open_context, lambda ctx: lift_hold(hold_id, ctx=ctx, as_email=as_email))
            click.echo(words.LIFTED)

    @hold.command("list", help=words.LIST_HELP)
    @click.option("--namnd", required=True, metavar="NÄMND", help=words.NAMND_HELP)
    @WORLD
    @AS
    @click.pass_context
    def list_command(click_context: click.Context, namnd: str, world: str, as_email: str) -> None:
        with explained(click_context):
            work = partial(list_holds, namnd, as_email=as_email, world=World(world))
            found = asked_of(open_context, lambda ctx: work(ctx=ctx))
            for one in found:
                click.echo(_line(one))
            if not found:
                click.echo(words.NO_HOLDS)

    @cli.command("waive", help=words.WAIVE_HELP)
    @click.option("--code", metavar="BETECKNING", help=words.CODE_HELP)
    @click.option("--namnd", metavar="NÄMND", help=words.NAMND_HELP)
    @CASE
    @WORLD
    @click.option("--reason", default="", metavar="SKÄL", help="Varför det inte behöver föras till akten.")
    @REFERENCE
    @AS
    @click.pass_context
    def waive_command(
        click_context: click.Context,
        code: str | None,
        namnd: str | None,
        case_ref: str | None,
        world: str,
        reason: str,
        reference: str,
        as_email: str,
    ) -> None:
        with explained(click_context):
            if code is not None and case_ref is None:
                by_code = partial(waive, code, reason, reference, as_email=as_email, world=World(world))
                count = asked_of(open_context, lambda ctx: by_code(ctx=ctx))
                click.echo(words.WAIVED.format(count=count))
                return
            if code is not None or case_ref is None or namnd is None:
                raise CannotExport(words.CODE_OR_CASE)
            by_case = partial(waive_case, namnd, case_ref, reason, reference, as_email=as_email)
            count = asked_of(open_context, lambda ctx: by_case(ctx=ctx))
            click.echo(words.WAIVED_CLOCKS.format(count=count))

    @cli.command("withdraw", help=words.WITHDRAW_HELP)
    @click.option("--conversation", "code", metavar="BETECKNING", help=words.CODE_HELP)
    @click.option("--channel", metavar="KANAL", help="Kanalens id i Slack, som C0NORRVIK.")
    @click.option("--reason", default="", metavar="SKÄL", help="Varför inläggen tas bort.")
    @AS
    @click.pass_context
    def withdraw_command(
        click_context: click.Context, code: str | None, channel: str | None, reason: str, as_email: str
    ) -> None:
        with explained(click_context):
            if (code is None) == (channel is None):
                raise CannotExport(words.ONE_PLACE)
            wanted = Withdrawal(reason, code, channel)
            count = asked_of(open_context, lambda ctx: withdraw_posts(wanted, ctx=ctx, as_email=as_email))
            click.echo(words.WITHDRAWN.format(count=count) if count else words.NOTHING_STANDS)


def _line(hold: LegalHold) -> str:
    until = words.NO_END if hold.until is None else words.UNTIL.format(day=hold.until.isoformat())
    return words.HOLD.format(
        id=hold.id,
        what=words.HOLD_OF[subject_of(hold).partition(":")[0]].format(case=hold.case_key),
        reference=hold.reference,
        by=hold.set_by,
        at=local(hold.set_at).date().isoformat(),
        until=until,
    )


__all__ = ["AS", "CODE", "REFERENCE", "asked_of", "register"]
