"""The commands that change what stands about somebody who is enrolled (docs/kontoret.md).

What is secret is asked for: it stands neither on the command line nor in the history of the shell.
"""

from collections.abc import Callable
from contextlib import AbstractAsyncContextManager

import click

from bot.cli_files import explained
from bot.cli_retention import AS, CODE, REFERENCE, asked_of
from bot.services.amend.admitted import admitted
from bot.services.amend.correct import OF_A_NUMBER, Correction, Field, correct
from bot.services.amend.end_enrolment import end_enrolment
from bot.services.amend.remove_number import Removal, Written, remove_number
from bot.services.context import Context
from bot.texts import retention_words as words

OpenContext = Callable[[], AbstractAsyncContextManager[Context]]


def register(cli: click.Group, open_context: OpenContext) -> None:
    """Add the commands to `cli`; `open_context` gives the loaded program, and closes it."""

    @cli.group("enrolled", help=words.ENROLLED_HELP)
    def enrolled() -> None:
        pass

    @enrolled.command("end", help=words.END_HELP)
    @CODE
    @REFERENCE
    @AS
    @click.pass_context
    def end_command(click_context: click.Context, code: str, reference: str, as_email: str) -> None:
        with explained(click_context):
            asked_of(open_context, lambda ctx: end_enrolment(code, reference, ctx=ctx, as_email=as_email))
            click.echo(words.ENDED)

    @enrolled.command("remove-number", help=words.REMOVE_HELP)
    @CODE
    @click.option(
        "--written",
        type=click.Choice([written.value for written in Written]),
        required=True,
        help="Vad beslutet säger om det som skrevs: kept (stannar hos nämnden) eller deleted (gallras nu).",
    )
    @REFERENCE
    @AS
    @click.pass_context
    def remove_command(click_context: click.Context, code: str, written: str, reference: str, as_email: str) -> None:
        with explained(click_context):
            asked_of(open_context, lambda ctx: admitted(code, ctx=ctx, as_email=as_email))
            number = click.prompt(words.ASK_NUMBER, hide_input=True)
            removal = Removal(code, number, reference, Written(written))
            count = asked_of(open_context, lambda ctx: remove_number(removal, ctx=ctx, as_email=as_email))
            click.echo(words.REMOVED.format(count=count))

    @enrolled.command("correct", help=words.CORRECT_HELP)
    @CODE
    @click.option("--what", type=click.Choice([what.value for what in Field]), required=True, help="Vilken uppgift.")
    @REFERENCE
    @AS
    @click.pass_context
    def correct_command(click_context: click.Context, code: str, what: str, reference: str, as_email: str) -> None:
        with explained(click_context):
            asked_of(open_context, lambda ctx: admitted(code, ctx=ctx, as_email=as_email))
            chosen = Field(what)
            number = click.prompt(words.ASK_NUMBER, hide_input=True) if chosen in OF_A_NUMBER else None
            value = click.prompt(words.ASK_VALUE)
            correction = Correction(code, chosen, value, reference, number)
            before = asked_of(open_context, lambda ctx: correct(correction, ctx=ctx, as_email=as_email))
            click.echo(words.CORRECTED.format(before=before))


__all__ = ["register"]
