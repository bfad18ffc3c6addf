"""Calls in words, for cards, modals and handovers: coded, with times and whoever of the staff took them."""

from collections.abc import Callable, Iterable
from datetime import date, datetime
from functools import partial
from typing import Final

from bot.domain.calendar import local
from bot.domain.phone_call import CallMark, CallState
from bot.slack.kit import Block, mention, plain_context
from bot.texts import Texts, capital, clock_time, short_when, when

MOST_CALLS: Final = 5


def mark_words(mark: CallMark, texts: Texts, who: str, said: Callable[[datetime], str]) -> str:
    """Return for instance "telefonsamtal 21.14-21.20, taget av Anna"; `said` words a time, `who` a member of staff."""
    at = said(mark.taken_at or mark.began_at)
    until = _until(mark, said)
    by = who or texts.staff("digest.colleague")
    if mark.state is CallState.ENDED and not until:
        return texts.staff(f"voice.{mark.way.value}.ended_unknown", at=at, who=by)
    return texts.staff(f"voice.{mark.way.value}.{mark.state.value}", at=at, until=until, who=by)


def _until(mark: CallMark, said: Callable[[datetime], str]) -> str:
    if mark.ended_at is None:
        return ""
    same_day = mark.taken_at is not None and local(mark.taken_at).date() == local(mark.ended_at).date()
    return clock_time(mark.ended_at) if same_day else said(mark.ended_at)


def marks_now(marks: Iterable[CallMark], texts: Texts, now: datetime) -> list[str]:
    """Return a phrase for each, for what is read now in Slack."""
    return [mark_words(mark, texts, mention(mark.by), partial(when, now=now)) for mark in marks]


def short_marks(marks: Iterable[CallMark], texts: Texts, today: date) -> list[str]:
    """Return a phrase for each, for a row of a handover."""
    return [mark_words(mark, texts, mention(mark.by), partial(short_when, today=today)) for mark in marks]


def calls_block(calls: tuple[CallMark, ...], texts: Texts, now: datetime) -> list[Block]:
    """Return the newest calls for those who may read, the newest last; nothing when there are none."""
    lines = [capital(mark_words(call, texts, call.by, partial(when, now=now))) for call in calls[-MOST_CALLS:]]
    return [plain_context("\n".join(f"📞 {line}." for line in lines))] if lines else []
