"""Turn what Slack gives for typed text into what the author meant, for an sms."""

import html
import re
from typing import Final

import emoji

NOTE_MARKS: Final = ("anteckning:", "notering:", "//")
_LINK: Final = re.compile(r"<(?P<target>[^<>|]+)(?:\|(?P<label>[^<>]*))?>")


def plain_from_slack(text: str) -> str:
    """Return readable text: links as their words, entities and `:emoji:` as characters (facts: slack, section 9).

    >>> plain_from_slack("ring <tel:0701740605|070-174 06 05> &amp; vänta")
    'ring 070-174 06 05 & vänta'
    """
    return html.unescape(emoji.emojize(_LINK.sub(_readable, text), language="alias"))


def _readable(match: re.Match[str]) -> str:
    target, label = match["target"], match["label"]
    if target.startswith("!"):
        return f"@{label or target[1:].split('^')[0]}"
    if target.startswith(("@", "#")):
        return f"{target[0]}{label}" if label else ""
    return label or target.removeprefix("mailto:").removeprefix("tel:")


def is_note(text: str) -> bool:
    """Tell whether a text in an inline thread is marked as a note to colleagues, which never leaves."""
    return text.strip().casefold().startswith(NOTE_MARKS)


def without_note_mark(text: str) -> str:
    stripped = text.strip()
    for mark in NOTE_MARKS:
        if stripped.casefold().startswith(mark):
            return stripped[len(mark) :].strip()
    return stripped


def escape_mrkdwn(text: str) -> str:
    """Make foreign text harmless in a mrkdwn string."""
    return text.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")
