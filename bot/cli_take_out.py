"""The commands that take out what stands about one person (docs/exportera.md). A leader approves it in Slack."""

from collections.abc import Callable
from contextlib import AbstractAsyncContextManager
from pathlib import Path
from typing import Final

import click

from bot.cli_files import EXCEL, check_file, explained, writing
from bot.cli_retention import AS, CODE, asked_of
from bot.domain.taking_out import TakeOutKind
from bot.services.amend.admitted import admitted
from bot.services.context import Context
from bot.services.take_out.take_out import TakeOutWanted, take_out
from bot.spreadsheets import save, save_bytes
from bot.taken_out_file import taken_out_page, taken_out_sheets
from bot.texts import retention_words
from bot.texts import take_out_words as words

PAGE: Final = ".html"
OUT = click.option("--out", type=click.Path(path_type=Path), required=True, metavar="FIL", help=words.OUT_HELP)
OVERWRITE = click.option("--overwrite", is_flag=True, help="Ersätt filen om den finns.")
GUARDIAN = click.option("--guardian", is_flag=True, help=words.GUARDIAN_HELP)

OpenContext = Callable[[], AbstractAsyncContextManager[Context]]


def register(cli: click.Group, open_context: OpenContext) -> None:
    """Add the commands to `cli`; `open_context` gives the loaded program, and closes it."""

    @cli.group("take-out", help=words.HELP)
    def taking_out() -> None:
        pass

    @taking_out.command("register", help=words.REGISTER_HELP)
    @CODE
    @GUARDIAN
    @AS
    @OUT
    @OVERWRITE
    @click.pass_context
    def register_command(
        click_context: click.Context, code: str, guardian: bool, as_email: str, out: Path, overwrite: bool
    ) -> None:
        with explained(click_context):
            check_file(out, EXCEL, PAGE, overwrite=overwrite)
            asked_of(open_context, lambda ctx: admitted(code, ctx=ctx, as_email=as_email))
            wanted = TakeOutWanted(TakeOutKind.REGISTER, code, _number(is_asked_for=guardian))
            _run(open_context, wanted, as_email, out, overwrite=overwrite)

    @taking_out.command("release", help=words.RELEASE_HELP)
    @CODE
    @GUARDIAN
    @click.option("--ground", default="", metavar="GRUND", help=words.GROUND_HELP)
    @click.option("--decider", default="", metavar="NAMN", help=words.DECIDER_HELP)
    @click.option("--given", default="", metavar="VAD", help=words.GIVEN_HELP)
    @AS
    @OUT
    @OVERWRITE
    @click.pass_context
    def release_command(
        click_context: click.Context,
        code: str,
        guardian: bool,
        ground: str,
        decider: str,
        given: str,
        as_email: str,
        out: Path,
        overwrite: bool,
    ) -> None:
        with explained(click_context):
            check_file(out, EXCEL, PAGE, overwrite=overwrite)
            asked_of(open_context, lambda ctx: admitted(code, ctx=ctx, as_email=as_email))
            number = _number(is_asked_for=guardian)
            wanted = TakeOutWanted(TakeOutKind.RELEASE, code, number, ground, decider, given)
            _run(open_context, wanted, as_email, out, overwrite=overwrite)


def _number(*, is_asked_for: bool) -> str | None:
    return str(click.prompt(retention_words.ASK_NUMBER, hide_input=True)) if is_asked_for else None


def _run(open_context: OpenContext, wanted: TakeOutWanted, as_email: str, out: Path, *, overwrite: bool) -> None:
    taken = asked_of(open_context, lambda ctx: take_out(wanted, ctx=ctx, as_email=as_email))
    if taken is None:
        click.echo(words.ASKED)
        return
    with writing(out):
        if out.suffix.casefold() == PAGE:
            save_bytes(out, taken_out_page(taken).encode(), overwrite=overwrite)
        else:
            save(out, taken_out_sheets(taken), overwrite=overwrite)
    click.echo(words.DONE.format(count=len(taken.lines), path=out))


__all__ = ["register"]
