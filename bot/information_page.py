"""The page for families (docs/information.md): each sentence follows from the settings. Markdown, or a page of A4."""

from collections.abc import Sequence
from dataclasses import dataclass
from html import escape
from typing import Final

from bot.domain.information import Information, OpenHours
from bot.domain.phone import pretty
from bot.texts import Texts

RIGHT_TO_LEFT: Final = frozenset({"ar"})
STYLE: Final = (
    "@page{size:A4;margin:18mm}body{font:11pt/1.4 sans-serif;max-width:44em;margin:1em auto;padding:0 1em}"
    "h1{font-size:18pt;margin:0 0 .4em}h2{font-size:12pt;margin:.9em 0 .1em}p{margin:.15em 0}"
)


@dataclass(frozen=True, slots=True)
class Part:
    """A heading and what stands under it."""

    title: str
    lines: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Page:
    language: str
    title: str
    intro: tuple[str, ...]
    parts: tuple[Part, ...]
    made: str


def languages(texts: Texts) -> tuple[str, ...]:
    """Return the languages in which the page can be written."""
    return tuple(code for code in texts.languages if texts.has(f"information.{code}.title"))


def page_of(facts: Information, texts: Texts, language: str) -> Page:
    """Return the page in one of `languages`."""

    def say(part: str, **values: object) -> str:
        return texts.staff(f"information.{language}.{part}", **values)

    def hours(name: str, rows: Sequence[OpenHours]) -> list[str]:
        days = say("weekdays").split(",")
        return [say(name, hours="; ".join(_hours(row, days, say("to")) for row in rows))] if rows else []

    joint = f" {say('and')} "
    kept = facts.kept
    how_long = (
        say("kept_decision", namnd=facts.namnd_name)
        if kept is None
        else say("kept", namnd=facts.namnd_name, days=kept.days, decision=kept.decision)
    )
    phone = [say("phone", number=pretty(facts.office_phone))] if facts.office_phone else []
    parts = [
        ("who_title", [say("who", controller=facts.controller, dpo=facts.dpo_contact)]),
        ("why_title", [say("why"), say("ground")]),
        ("what_title", [say("what")]),
        (
            "readers_title",
            [
                say("readers", namnd=facts.namnd_name),
                *([say("others", others=joint.join(facts.others))] if facts.others else []),
                say("secrecy"),
            ],
        ),
        ("companies_title", [say("companies"), say("sealed") if facts.is_sealed else say("inline"), say("sms")]),
        ("kept_title", [how_long]),
        ("rights_title", [say("rights"), say("stop"), say("complain")]),
        (
            "hours_title",
            [
                *(say("number", number=pretty(number)) for number in facts.numbers),
                *hours("beredskap", facts.beredskap),
                *hours("office", facts.office),
                *phone,
            ],
        ),
        (
            "danger_title",
            [
                say("danger"),
                *(say("help", name=number.name, number=pretty(number.number)) for number in facts.help_numbers),
            ],
        ),
    ]
    trial = (say("trial"),) if facts.is_trial else ()
    return Page(
        language,
        say("title"),
        (*trial, say("intro", namnd=facts.namnd_name)),
        tuple(Part(say(title), tuple(lines)) for title, lines in parts),
        say("made", day=facts.made_on.isoformat()),
    )


def _hours(row: OpenHours, days: Sequence[str], to: str) -> str:
    first, last = days[row.first], days[row.last]
    spans = ", ".join(f"{span.start:%H.%M}-{span.end:%H.%M}" for span in row.hours)
    return f"{first if first == last else f'{first} {to} {last}'} {spans}"


def as_markdown(page: Page) -> str:
    """Return the page as text that can be put on a web page of the municipality's own."""
    paragraphs = [f"# {page.title}", *page.intro]
    for part in page.parts:
        paragraphs += [f"## {part.title}", *part.lines]
    return "\n\n".join([*paragraphs, page.made]) + "\n"


def as_html(page: Page) -> str:
    """Return the page complete, to be printed on A4 or put somewhere as it is: nothing is fetched from elsewhere."""
    way = "rtl" if page.language in RIGHT_TO_LEFT else "ltr"
    body = [f"<h1>{escape(page.title)}</h1>", *(f"<p>{escape(line)}</p>" for line in page.intro)]
    for part in page.parts:
        body += [f"<h2>{escape(part.title)}</h2>", *(f"<p>{escape(line)}</p>" for line in part.lines)]
    body.append(f"<p><small>{escape(page.made)}</small></p>")
    head = f'<meta charset="utf-8"><title>{escape(page.title)}</title><style>{STYLE}</style>'
    lines = "\n".join(body)
    begin = f'<!doctype html>\n<html lang="{page.language}" dir="{way}"><head>{head}</head><body>'
    return f"{begin}\n{lines}\n</body></html>\n"
