"""What has been done outward in words, for cards, modals, handovers and the record; and whether a jour answers now."""

from collections.abc import Iterable
from datetime import date, datetime
from typing import Final

from bot.domain.outward import OutwardMark, OutwardView
from bot.domain.socialjour import Answering, Listing
from bot.slack.kit import Block, plain_context
from bot.texts import Texts, capital, short_when, when

MOST_DONE: Final = 5


def mark_words(mark: OutwardMark, texts: Texts, at: str) -> str:
    """Return for instance "socialjouren kontaktad 23.12: de tar över"; `at` is its time as it is said there."""
    return texts.staff(f"outward.{mark.outcome.value}", at=at)


def marks_now(marks: Iterable[OutwardMark], texts: Texts, now: datetime) -> list[str]:
    """Return a phrase for each, for what is read now."""
    return [mark_words(mark, texts, when(mark.at, now)) for mark in marks]


def short_marks(marks: Iterable[OutwardMark], texts: Texts, today: date) -> list[str]:
    """Return a phrase for each, for a row of a handover."""
    return [mark_words(mark, texts, short_when(mark.at, today)) for mark in marks]


def done_words(view: OutwardView, texts: Texts, at: str) -> str:
    """Return what was done, by whom and where, for those who may read."""
    what, where = capital(mark_words(view.mark, texts, at)), where_words(view)
    if where:
        return texts.staff("outward.told_where", what=what, where=where, by=view.by)
    return texts.staff("outward.told", what=what, by=view.by)


def where_words(view: OutwardView) -> str:
    """Return the jour and the place, as far as they are known."""
    return ", ".join(filter(None, (view.who, view.place)))


def done_block(done: tuple[OutwardView, ...], texts: Texts, now: datetime) -> list[Block]:
    """Return what has been done already, the newest last; nothing when there is nothing."""
    lines = [done_words(view, texts, when(view.mark.at, now)) for view in done[-MOST_DONE:]]
    return [plain_context("\n".join(lines))] if lines else []


def state_words(listing: Listing, texts: Texts, now: datetime) -> str:
    """Return whether a jour answers now, and until when or from when."""
    if listing.jour.is_always_open:
        return texts.staff("socialjour.open_always")
    if listing.answering is Answering.UNKNOWN:
        return texts.staff("socialjour.unknown")
    if listing.until is None:
        is_open = listing.answering is Answering.OPEN
        return texts.staff("socialjour.open_always" if is_open else "socialjour.closed_unknown")
    key = "socialjour.open" if listing.answering is Answering.OPEN else "socialjour.closed"
    return texts.staff(key, until=when(listing.until, now))
