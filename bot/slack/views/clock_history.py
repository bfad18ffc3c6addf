"""What has happened to a clock, newest first: a line each, and what somebody wrote as it was written."""

import re
from collections.abc import Sequence
from datetime import date, datetime
from typing import Final

from bot.domain.calendar import local
from bot.domain.clock_views import EventLine
from bot.domain.deadline import EventKind
from bot.slack.kit import Block, context, mention, plain_context
from bot.texts import Texts, listed, near_day, when

USER_ID: Final = re.compile(r"[UW][A-Z0-9]{2,20}")
MEANT: Final[dict[EventKind, str]] = {  # what an event's code is a member of
    EventKind.SETTLED: "outcome",
    EventKind.REASON: "reason",
    EventKind.SUMMONED: "party",
    EventKind.ANSWERED: "party",
}


def event_blocks(line: EventLine, texts: Texts, now: datetime) -> list[Block]:
    """Return one event."""
    what = texts.staff(f"clock.event.{line.kind.value}")
    meant = _meant(line, texts, now)
    if meant:
        what = texts.staff("clock.history_what", what=what, code=meant)
    key = "clock.history_line_by" if line.by else "clock.history_line"
    blocks = [context(texts.staff(key, at=when(line.at, now), what=what, who=mention(line.by)))]
    return [*blocks, plain_context(line.text)] if line.text.strip() else blocks


def newest_first(events: Sequence[EventLine]) -> list[EventLine]:
    return sorted(events, key=lambda line: line.at, reverse=True)


def _meant(line: EventLine, texts: Texts, now: datetime) -> str:
    """Return an event's code in words; "" for one that says nothing to a person."""
    family = MEANT.get(line.kind)
    parts = [_word(code, family, texts, now) for code in re.split(r"[,\s]+", line.code) if code]
    return listed([part for part in parts if part])


def _word(code: str, family: str | None, texts: Texts, now: datetime) -> str:
    if family is not None and texts.has(f"clock.{family}.{code}"):
        return texts.staff(f"clock.{family}.{code}")
    if USER_ID.fullmatch(code):
        return mention(code)
    try:
        at = datetime.fromisoformat(code)
    except ValueError:
        return ""
    if at.tzinfo is not None:
        return when(at, now)
    return near_day(date.fromisoformat(code), local(now).date()) if len(code) == len("2026-11-20") else ""
