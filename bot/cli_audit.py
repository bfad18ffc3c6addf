"""The command that says whether the audit log is what was sealed (docs/drift.md)."""

import re
from collections.abc import Callable, Iterator
from contextlib import AbstractAsyncContextManager
from datetime import datetime
from pathlib import Path
from typing import Final

import click

from bot.cli_exports import CANNOT_RUN, OK, CannotExport
from bot.cli_files import running
from bot.cli_progress import shown
from bot.domain.calendar import local
from bot.services.audit.verify import Expected, Flaw, Verified, Wrong, verify_audit
from bot.services.context import Context
from bot.services.imports.run import Progress
from bot.texts import audit_words as words
from bot.texts import export_words

BROKEN: Final = 1
HASH: Final = re.compile(r"\b[0-9a-f]{64}\b")
DAY: Final = re.compile(r"\b\d{4}-\d\d-\d\d\b")
NUMBER: Final = re.compile(r"\bsegment (\d{1,9})\b")
FILES: Final = words.FILE.format(day="*")
TELLS: Final = {
    Flaw.CHANGED: words.CHANGED,
    Flaw.FEWER: words.FEWER,
    Flaw.MORE: words.MORE,
    Flaw.UNLINKED: words.UNLINKED,
    Flaw.UNSEALED: words.UNSEALED,
}

OpenContext = Callable[[], AbstractAsyncContextManager[Context]]


def register(cli: click.Group, open_context: OpenContext) -> click.Group:
    """Add the commands to `cli` and return their group; `open_context` gives the loaded program, and closes it."""

    @cli.group("audit", help="Kontrollera, sök i och ta ut åtkomstloggen.\n\nSe docs/drift.md.")
    def group() -> None:
        pass

    @group.command(
        "verify", help="Kontrollera att åtkomstloggen inte har ändrats.\n\nSlutar med 1 när något inte stämmer."
    )
    @click.option("--against", "given", multiple=True, metavar="FIL|HASH", help="Det som har lämnat datorn.")
    @click.pass_context
    def verify(click_context: click.Context, given: tuple[str, ...]) -> None:
        try:
            against = [one for text in given for one in expected(text.strip())]
            with shown(is_long=True) as progress:
                found = running(_verify(open_context, against, progress), export_words.DENIED)
        except CannotExport as reason:
            click.echo(str(reason), err=True)
            click_context.exit(CANNOT_RUN)
        for line in told(found):
            click.echo(line)
        click_context.exit(BROKEN if found.wrong else OK)

    return group


async def _verify(open_context: OpenContext, against: list[Expected], progress: Progress) -> Verified:
    async with open_context() as ctx:
        return await verify_audit(against, ctx=ctx, progress=progress)


def expected(given: str) -> list[Expected]:
    """Return the hashes in what stood on the command line: a hash, a file, or a folder of files."""
    if HASH.fullmatch(given.casefold()):
        return [Expected(given.casefold())]
    path = Path(given)
    if not path.exists():
        raise CannotExport(words.NO_FILE.format(path=given))
    try:
        files = sorted(path.glob(FILES)) if path.is_dir() else [path]
        lines = [line for file in files for line in file.read_text(encoding="utf-8", errors="replace").splitlines()]
    except OSError as error:
        raise CannotExport(words.UNREADABLE.format(path=given, why=error.strerror)) from None
    found = [one for line in lines for one in _in_line(line)]
    if not found:
        raise CannotExport(words.NO_HASH.format(path=given))
    return found


def _in_line(line: str) -> Iterator[Expected]:
    day, number = DAY.search(line), NUMBER.search(line)
    for match in HASH.findall(line):
        yield Expected(match, "" if day is None else day.group(), 0 if number is None else int(number.group(1)))


def told(found: Verified) -> Iterator[str]:
    """Yield what is said of it, in Swedish."""
    if found.wrong:
        yield words.BROKEN
        yield from (f"  {_wrong(wrong)}" for wrong in found.wrong)
    elif found.newest is None:
        yield words.EMPTY
    else:
        yield words.FINE.format(rows=found.rows, segments=found.segments)
    if found.newest is not None:
        since, until = _at(found.newest.first_at), _at(found.newest.last_at)
        yield words.NEWEST.format(number=found.newest.number, since=since, until=until, hash=found.newest.hash)
    if found.waiting and all(wrong.flaw is not Flaw.UNSEALED for wrong in found.wrong):
        yield words.WAITING.format(count=found.waiting)
    for decision, count in sorted(found.released.items()):
        yield words.RELEASED.format(count=count, decision=decision)
    unknown = sum(wrong.flaw is Flaw.UNKNOWN for wrong in found.wrong)
    yield words.COMPARED.format(count=found.expected - unknown) if found.expected else words.NOT_COMPARED


def _wrong(wrong: Wrong) -> str:
    if wrong.flaw is Flaw.UNKNOWN:
        key = words.UNKNOWN_WHEN if wrong.number else words.UNKNOWN_DAY if wrong.day else ""
        return words.UNKNOWN.format(hash=wrong.hash, when=key.format(day=wrong.day, number=wrong.number))
    values = {
        "number": wrong.number,
        "last_number": wrong.last_number,
        "since": words.BEGINNING if wrong.since is None else _at(wrong.since),
        "until": "" if wrong.until is None else _at(wrong.until),
        "count": wrong.count,
    }
    if wrong.flaw is Flaw.MISSING:
        return (words.MISSING_ONE if wrong.number == wrong.last_number else words.MISSING_SOME).format(**values)
    return TELLS[wrong.flaw].format(**values)


def _at(at: datetime) -> str:
    return f"{local(at):%Y-%m-%d %H.%M}"


__all__ = ["register"]
