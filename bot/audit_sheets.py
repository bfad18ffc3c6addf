"""The audit log as a file: a row for each entry, in words, and a sheet that says what they are."""

from collections.abc import Iterator, Sequence

from bot.domain.audit import Entry
from bot.domain.calendar import local
from bot.services.audit.search import Found
from bot.spreadsheets import Cell, Sheet
from bot.texts import Texts
from bot.texts import audit_words as words
from bot.texts.log_words import act_words, actor_words, ground_words, month_words, subject_words

HEADINGS = (words.AT, words.WHO, words.DID, words.WHAT, words.GROUND, words.NAMND, words.OUTCOME, words.ROW)
WIDTHS = (20, 26, 40, 28, 40, 24, 10, 10)


def audit_rows(found: Found, texts: Texts) -> Iterator[Sequence[Cell]]:
    """Yield the entries in words, with Stockholm times to the second."""
    return (cells(entry, found.namnd_name, texts) for entry in found.entries)


def cells(entry: Entry, namnd_name: str, texts: Texts) -> tuple[Cell, ...]:
    row = entry.row
    return (
        f"{local(row.at):%Y-%m-%d %H:%M:%S}",
        actor_words(row.actor, entry.who, texts),
        act_words(row.act, texts),
        subject_words(row.subject, entry.code, texts),
        ground_words(row.ground, texts),
        "" if row.namnd is None else namnd_name,
        texts.staff("audit_row.allowed" if row.is_allowed else "audit_row.denied"),
        row.id,
    )


def audit_csv(found: Found, texts: Texts) -> Iterator[Sequence[Cell]]:
    yield HEADINGS
    yield from audit_rows(found, texts)


def audit_sheets(found: Found, texts: Texts) -> Iterator[Sheet]:
    yield Sheet(words.SHEET, WIDTHS, audit_rows(found, texts), HEADINGS)
    yield Sheet(words.REVIEWS, (20, 14, 12, 18), _reviews(found), words.REVIEW_HEADINGS)
    yield Sheet(words.ABOUT, (24, 100), list(_about(found)), is_prose=True)


def _reviews(found: Found) -> Iterator[Sequence[Cell]]:
    for count in found.reviews:
        yield month_words(count.month), count.fine, count.follow_up, count.open


def _about(found: Found) -> Iterator[Sequence[Cell]]:
    wanted = found.wanted
    yield words.ABOUT_NAMND, found.namnd_name
    yield words.ABOUT_WORLD, words.WORLDS[wanted.world.value]
    yield words.ABOUT_PERIOD, words.PERIOD.format(first=wanted.first, last=wanted.last)
    for limit in _limits(found):
        yield words.ABOUT_LIMIT, limit
    yield words.ABOUT_MADE, words.MADE.format(at=f"{local(found.made_at):%Y-%m-%d %H:%M}", by=found.made_by)
    yield words.ABOUT_ROWS, str(len(found.entries))
    if found.is_trial:
        yield words.ABOUT_TRIAL, words.TRIAL
    yield words.ABOUT_TIME, words.TIME
    yield words.ABOUT_SCOPE, words.SCOPE
    if wanted.youth:
        yield words.ABOUT_YOUTH, words.YOUTH
    yield words.ABOUT_SECRECY, words.SECRECY


def _limits(found: Found) -> Iterator[str]:
    wanted = found.wanted
    if wanted.person:
        yield words.LIMIT_PERSON.format(person=wanted.person)
    if wanted.youth:
        yield words.LIMIT_YOUTH.format(youth=wanted.youth)
    if wanted.case:
        yield words.LIMIT_CASE.format(case=wanted.case)
