"""What was taken out, as sheets for Excel and as a page to read and print."""

from collections.abc import Iterator
from typing import Final

from bot.domain.calendar import local
from bot.services.take_out.events import SEPARATOR
from bot.services.take_out.take_out import TakenOut
from bot.spreadsheets import Sheet
from bot.texts import take_out_words as words
from handlers.reserve.markup import Html, tag

STYLE: Final = """
@page { size: A4; margin: 15mm; }
body { font: 11pt/1.45 system-ui, "Helvetica Neue", Arial, sans-serif; color: #111; margin: 0 auto; max-width: 180mm; }
table { width: 100%; border-collapse: collapse; }
th, td { text-align: left; vertical-align: top; padding: 1.5mm 2mm; border-bottom: 0.5pt solid #999; }
td { white-space: pre-wrap; overflow-wrap: anywhere; }
@media screen { body { padding: 8mm; } }
"""
TIME: Final = "%Y-%m-%d %H.%M"

Row = tuple[str, ...]


def taken_out_sheets(taken: TakenOut) -> Iterator[Sheet]:
    """Yield the sheets."""
    yield Sheet(words.ABOUT, (22, 80), list(_about(taken)), is_prose=True)
    if taken.facts:
        yield Sheet(words.FACTS, (34, 80), list(_facts(taken)), is_prose=True)
    yield Sheet(words.LINES, (17, 22, 26, 100), list(_lines(taken)), words.HEADINGS)
    if taken.facts:
        yield Sheet(words.EVENTS, (17, 34, 26, 92), list(_events(taken)), words.HEADINGS)
        yield Sheet(words.NOT_HERE, (60, 80), list(_not_here()), words.NOT_HERE_HEADINGS, is_prose=True)


def taken_out_page(taken: TakenOut) -> str:
    """Return the same as one page of HTML that needs nothing else."""
    title = words.TITLE[taken.asked.kind.value]
    parts = [tag("h1", title), _table(_about(taken))]
    if taken.facts:
        parts += [tag("h2", words.FACTS), _table(_facts(taken))]
    parts += [tag("h2", words.LINES), _table(_lines(taken), words.HEADINGS)]
    if taken.facts:
        parts += [tag("h2", words.EVENTS), _table(_events(taken), words.HEADINGS)]
        parts += [tag("h2", words.NOT_HERE), _table(_not_here(), words.NOT_HERE_HEADINGS)]
    head = tag("head", tag("meta", charset="utf-8"), tag("title", title), tag("style", Html(STYLE)))
    return f"<!doctype html>\n{tag('html', head, tag('body', *parts), lang='sv')}\n"


def _table(rows: Iterator[Row], headings: tuple[str, ...] = ()) -> Html:
    head = [tag("tr", *(tag("th", heading) for heading in headings))] if headings else []
    return tag("table", *head, *(tag("tr", *(tag("td", cell) for cell in row)) for row in rows))


def _about(taken: TakenOut) -> Iterator[Row]:
    asked = taken.asked
    yield words.TITLE[asked.kind.value], words.READ_FIRST_WHY
    yield words.NAMND, taken.namnd_name
    yield words.CODE, asked.code
    yield words.MADE, f"{local(taken.made_at):{TIME}}"
    yield words.BY, taken.made_by
    yield words.APPROVED, taken.approved_by
    for heading, value in ((words.GROUND, asked.ground), (words.DECIDER, asked.decider), (words.GIVEN, asked.given)):
        if value:
            yield heading, value


def _facts(taken: TakenOut) -> Iterator[Row]:
    for key, value in taken.facts:
        yield words.FACT[key], words.SAID.get(key, {}).get(value, value)


def _lines(taken: TakenOut) -> Iterator[Row]:
    for line in taken.lines:
        yield f"{local(line.at):{TIME}}", words.WHAT[line.what], line.who, line.text


def _events(taken: TakenOut) -> Iterator[Row]:
    for line in taken.events:
        coded, *more = line.text.split(SEPARATOR)
        text = SEPARATOR.join([words.EVENT_TEXT.get(coded, coded), *more])
        yield f"{local(line.at):{TIME}}", words.WHAT[line.what], line.who, text


def _not_here() -> Iterator[Row]:
    yield from dict.fromkeys(words.LEFT_OUT.values())


__all__ = ["taken_out_page", "taken_out_sheets"]
