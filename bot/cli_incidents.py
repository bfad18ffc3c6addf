"""The commands of the nödstopp: order it, lift it, and tick off the reports of the incident (docs/drift.md)."""

import asyncio
import sys
from collections.abc import Callable, Coroutine
from contextlib import AbstractAsyncContextManager
from typing import Any, Final, TypeVar

import click

from bot.domain.errors import BadInput, Busy, NotAllowed, NotFound, Stale
from bot.domain.ids import NamndId
from bot.services.context import Context
from bot.services.incident.clocks import settle_incident
from bot.services.incident.lift import lift_stop
from bot.services.incident.stop import by_email, stop_sending
from bot.services.incident.telling import names
from bot.texts import Texts
from bot.texts import incident_words as words

OK: Final = 0
CANNOT_RUN: Final = 2

OpenContext = Callable[[], AbstractAsyncContextManager[Context]]
T = TypeVar("T")
WHO = click.option("--as", "as_email", metavar="E-POST", required=True, help=words.AS_HELP)
WHY = click.option("--reason", metavar="SKÄL", required=True, help=words.REASON_HELP)
WHERE = click.option("--namnd", metavar="NÄMND", help=words.NAMND_HELP)


class _CannotRun(Exception):
    """The message is for the person at the terminal."""


def register(cli: click.Group, open_context: OpenContext) -> None:
    """Add the commands to `cli`; `open_context` gives the loaded program, and closes it."""

    @cli.command("nodstopp", help=words.STOP_HELP)
    @WHO
    @WHY
    @WHERE
    def stop(as_email: str, reason: str, namnd: str | None) -> None:
        _say(_stop(open_context, as_email, reason, namnd))

    @cli.command("haev-nodstopp", help=words.LIFT_HELP)
    @WHO
    @WHY
    @WHERE
    def lift(as_email: str, reason: str, namnd: str | None) -> None:
        _say(_lift(open_context, as_email, reason, namnd))

    @cli.command("incident-klar", help=words.SETTLE_HELP)
    @click.argument("code", metavar="KOD")
    @WHO
    @click.option("--reference", metavar="BETECKNING", required=True, help=words.REFERENCE_HELP)
    def settle(code: str, as_email: str, reference: str) -> None:
        _say(_settle(open_context, code, as_email, reference))


def _say(work: Coroutine[Any, Any, list[str]]) -> None:
    try:
        lines = asyncio.run(work)
    except _CannotRun as why:
        click.echo(str(why), err=True)
        sys.exit(CANNOT_RUN)
    for line in lines:
        click.echo(line)


async def _stop(open_context: OpenContext, as_email: str, reason: str, namnd: str | None) -> list[str]:
    async with open_context() as ctx:
        done = await _done(ctx, stop_sending(by_email(as_email), reason, _namnd(ctx, namnd), ctx=ctx))
        said = []
        if done.stopped:
            said.append(ctx.texts.staff("incident.stop_done", namnd=names(ctx, done.stopped), count=done.told))
        if done.already:
            said.append(ctx.texts.staff("incident.stop_already", namnd=names(ctx, done.already)))
        return said


async def _lift(open_context: OpenContext, as_email: str, reason: str, namnd: str | None) -> list[str]:
    async with open_context() as ctx:
        chosen = _namnd(ctx, namnd)
        done = await _done(ctx, lift_stop(by_email(as_email), reason, chosen, ctx=ctx))
        said = []
        if done.stopped:
            said.append(ctx.texts.staff("incident.lift_done", namnd=names(ctx, done.stopped)))
        elif chosen is not None or not done.already:
            asked = ctx.rules.namnder if chosen is None else [chosen]
            said.append(ctx.texts.staff("incident.lift_none", namnd=names(ctx, asked)))
        if done.already:
            said.append(ctx.texts.staff("incident.lift_still", namnd=names(ctx, done.already)))
        return said


async def _settle(open_context: OpenContext, code: str, as_email: str, reference: str) -> list[str]:
    async with open_context() as ctx:
        clock = await _done(ctx, settle_incident(by_email(as_email), code, reference, ctx=ctx))
        return [ctx.texts.staff("incident.settle_done", what=ctx.texts.staff(f"incident.{clock.duty.value}"))]


async def _done(ctx: Context, work: Coroutine[Any, Any, T]) -> T:
    try:
        return await work
    except NotAllowed as refusal:
        raise _CannotRun(_refused(ctx.texts, refusal)) from None
    except BadInput as bad:
        raise _CannotRun(" ".join(ctx.texts.staff(f"problem.{key}") for key in bad.problems.values())) from None
    except NotFound:
        raise _CannotRun(words.UNKNOWN_CODE) from None
    except Stale:
        raise _CannotRun(words.ALREADY_DONE) from None
    except Busy:
        raise _CannotRun(f"{words.BUSY} {words.SHUT_DOWN}") from None


def _refused(texts: Texts, refusal: NotAllowed) -> str:
    return words.UNKNOWN_AS if refusal.reason == "not_staff" else texts.staff(f"refusal.{refusal.reason}")


def _namnd(ctx: Context, written: str | None) -> NamndId | None:
    if written is None:
        return None
    chosen = NamndId(written.strip())
    if chosen not in ctx.rules.namnder:
        raise _CannotRun(words.UNKNOWN_NAMND.format(known=", ".join(sorted(ctx.rules.namnder))))
    return chosen
