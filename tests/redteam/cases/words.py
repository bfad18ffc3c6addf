"""What is written to be taken for something else: markup, pages, marks that turn a screen around."""

import re
from html import escape
from typing import Any

from bot.domain.people import LinkRole
from tests.acceptance.night import NORRVIK
from tests.redteam import ways
from tests.redteam.attempts import ANYTHING, Scene, attempt
from tests.redteam.cases.families import texted
from tests.redteam.watch import House

WRITER = "Whoever chooses the words"
MARKUP = "<!channel> <!here> <@U77> <#C0NORRVIK> <https://evil.example|klicka här> *fet* `kod` &lt;!everyone&gt;"
WRITTEN = "Kl. 9 < 10 & <b>inte</b> =1+1"
ODD = "\u202eVÄND\u2066\x07\x1b[31m\x00\u200f rad\r\ntvå\u2028tre"


def marked_up(value: Any) -> list[str]:
    """Return every text in which Slack would see markup: fallback texts and mrkdwn, wherever they stand."""
    found: list[str] = []
    if isinstance(value, dict):
        text, kind = value.get("text"), value.get("type")
        if isinstance(text, str) and kind not in {"plain_text", "text"}:
            found.append(text)
        for inner in value.values():
            found += marked_up(inner)
    elif isinstance(value, list):
        for inner in value:
            found += marked_up(inner)
    return found


def orders(house: House, since: int) -> list[str]:
    """Return what Slack would have obeyed of what was written, since a record."""
    records = house.night.sandbox.slack.recorder.records[since:]
    texts = [text for record in records for text in marked_up(record.decoded)]
    return [text for text in texts if re.search(r"<!|<@U77>|<https?:|<#C0", text)]


async def seen_by_staff(house: House, number: str, body: str) -> None:
    """Let a phone write, and the person on duty open it, answer and write a note."""
    await texted(house, number, body)
    await house.night.paced_posts_leave()
    await house.anna.opens(house.anna.cards()[-1])
    ways.leave_modals(house)


@attempt(
    WRITER,
    "to wake a whole channel or hide a link",
    "an sms of Slack's markup, in a sealed nämnd",
    "it is nowhere obeyed",
    changes=ANYTHING,
)
async def markup_in_a_sealed_namnd(house: House) -> None:
    since = len(house.night.sandbox.slack.recorder)
    await seen_by_staff(house, "+46701740650", MARKUP)
    assert orders(house, since) == [], orders(house, since)


@attempt(
    WRITER,
    "the same, where what is written stands in Slack",
    "an sms of Slack's markup, in an inline nämnd",
    "it stands as plain text",
    scene=Scene.INLINE,
    changes=ANYTHING,
)
async def markup_in_an_inline_namnd(house: House) -> None:
    await house.night.enrols("Ture Ros", "+46701740651", NORRVIK)
    since = len(house.night.sandbox.slack.recorder)
    await seen_by_staff(house, "+46701740651", MARKUP)
    assert any(record.contains("klicka här") for record in house.night.sandbox.slack.recorder.records[since:])
    assert orders(house, since) == [], orders(house, since)


@attempt(
    WRITER,
    "to be obeyed by their name",
    "a youth and a guardian whose names are markup",
    "they stand as plain text",
    changes=ANYTHING,
)
async def markup_in_names(house: House) -> None:
    since = len(house.night.sandbox.slack.recorder)
    _, youth = await house.night.enrols("<!channel> <@U77>", "+46701740652", NORRVIK)
    await house.night.enrols("<https://evil.example|Maj>", "+46701740653", NORRVIK, role=LinkRole.GUARDIAN, of=youth)
    for number in ("+46701740652", "+46701740653"):
        await seen_by_staff(house, number, "hej")
    assert orders(house, since) == [], orders(house, since)


@attempt(
    WRITER,
    "to turn the reader's screen around",
    "direction marks, control characters, a bell, a NUL",
    "shown as pictures or left out",
    changes=ANYTHING,
)
async def odd_marks(house: House) -> None:
    since = len(house.night.sandbox.slack.recorder)
    await seen_by_staff(house, "+46701740654", ODD)
    shown = "".join(str(record.decoded) for record in house.night.sandbox.slack.recorder.records[since:])
    assert "VÄND" in shown
    for mark in ("\u202e", "\u2066", "\u200f", "\x07", "\x1b", "\\x07", "\\x1b", "\\u202e"):
        assert mark not in shown, repr(mark)


@attempt(
    WRITER,
    "to have a reply changed on its way",
    "markup and entities in what staff answer",
    "the phone gets it as it was written",
    changes=ANYTHING,
)
async def markup_in_an_answer(house: House) -> None:
    view = ways.forged_view("conversation", house.ids["ottos"], external_id="markup")
    await ways.submit(house, house.anna, view, {"reply": escape(WRITTEN), "kind": "sms"})
    house.night.phone("+46701740607").receives(WRITTEN, times=1)


@attempt(
    WRITER,
    "to run a script in the sandbox's page",
    "the page and its scripts, as they are served",
    "nothing is put into the page as HTML",
)
async def html_in_the_sandbox(house: House) -> None:
    base = house.night.sandbox.url
    async with house.http.get(base) as answer:
        page = await answer.text()
    names = set(re.findall(r'(?:src|href)="([^"]+\.js)"', page)) | {"/main.js"}
    seen: set[str] = set()
    while names - seen:
        name = (names - seen).pop()
        seen.add(name)
        async with house.http.get(base + "/" + name.lstrip("./")) as answer:
            script = await answer.text() if answer.status == 200 else ""
        folder = name.rsplit("/", 1)[0]
        names |= {f"{folder}/{found}" for found in re.findall(r'from "\./([^"]+\.js)"', script)}
        for order in ("innerHTML", "outerHTML", "insertAdjacentHTML", "document.write", "eval(", "new Function"):
            assert order not in script, (name, order)
    assert len(seen) > 5, seen
