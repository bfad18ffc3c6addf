"""How a month of rest stands in a file: a row for each person, a row for each finding, and what it all means."""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final

from bot.domain.calendar import local
from bot.domain.rest.findings import Finding, Level
from bot.services.rest.report_rest import PersonMonth, RestReport
from bot.spreadsheets import Cell, Sheet
from bot.texts import Texts, export_words
from bot.texts import rest_words as words
from bot.texts.findings import finding_words, level_words

MINUTE: Final = timedelta(minutes=1)
NOTE_WIDTH: Final = 100
FINDING_WIDTHS: Final = (26, 10, 14, 17, 17, 120)


@dataclass(frozen=True, slots=True)
class Column:
    """A column of the file: its heading, what it means, its width in characters, and what stands in a cell."""

    told: tuple[str, str]
    width: int
    value: Callable[[PersonMonth], Cell]


COLUMNS: Final = (
    Column(words.NAME, 26, lambda row: row.name),
    Column(words.TURNS, 8, lambda row: row.turns.turns),
    Column(words.WORKING_DAYS, 16, lambda row: row.on_working_days // MINUTE),
    Column(words.FREE_DAYS, 16, lambda row: row.on_free_days // MINUTE),
    Column(words.BEREDSKAP, 16, lambda row: (row.on_working_days + row.on_free_days) // MINUTE),
    Column(words.ACTIVE, 14, lambda row: row.active // MINUTE),
    Column(words.DISTURBED, 10, lambda row: row.turns.disturbed),
    Column(words.SHARE, 10, lambda row: row.turns.disturbed * 100 // row.turns.turns if row.turns.turns else None),
    Column(words.ERRORS, 8, lambda row: row.count(Level.ERROR)),
    Column(words.WARNINGS, 11, lambda row: row.count(Level.WARN)),
    Column(words.TASKS, 12, lambda row: row.count(Level.TASK)),
    Column(words.EXCEPTED, 11, lambda row: row.count(Level.EXCEPTED)),
)


def rest_sheets(report: RestReport, texts: Texts) -> Iterator[Sheet]:
    """Yield the sheets of people and of findings, and the one that says what they are."""
    headings, *rows = rest_rows(report)
    widths = [column.width for column in COLUMNS]
    yield Sheet(words.PEOPLE_SHEET, widths, rows, headings=[str(heading) for heading in headings])
    found = list(_findings(report, texts))
    yield Sheet(words.FINDINGS_SHEET, FINDING_WIDTHS, found, headings=words.FINDINGS)
    yield Sheet(export_words.ABOUT_SHEET, (24, NOTE_WIDTH), list(_about(report)), is_prose=True)


def rest_rows(report: RestReport) -> Iterator[Sequence[Cell]]:
    """Yield the headings, and a row for each person."""
    yield [column.told[0] for column in COLUMNS]
    for person in report.people:
        yield [column.value(person) for column in COLUMNS]


def _findings(report: RestReport, texts: Texts) -> Iterator[Sequence[Cell]]:
    for finding in report.of_all:
        yield _finding(words.EVERYBODY, finding, texts)
    for person in report.people:
        for finding in person.findings:
            yield _finding(person.name, finding, texts)


def _finding(name: str, finding: Finding, texts: Texts) -> Sequence[Cell]:
    said, level = finding_words(finding, texts), level_words(finding.level, texts)
    when = finding.when
    return name, finding.rule.value.upper(), level, _wall(when.starts_at), _wall(when.ends_at), said


def _about(report: RestReport) -> Iterator[Sequence[Cell]]:
    yield export_words.ABOUT_NAMND, report.namnd_name
    yield words.ABOUT_MONTH, f"{report.month:%Y-%m}"
    yield export_words.ABOUT_MADE_AT, f"{local(report.made_at):%Y-%m-%d %H:%M}"
    yield export_words.ABOUT_MADE_BY, report.made_by
    yield words.ABOUT_PEOPLE, str(len(report.people))
    if report.is_trial:
        yield export_words.ABOUT_TRIAL, export_words.TRIAL
    yield export_words.ABOUT_CONTENT, words.CONTENT
    yield words.ABOUT_HANDLE, words.HANDLE
    yield words.ABOUT_RECORDED, words.RECORDED if report.is_recorded else words.NOT_RECORDED
    yield words.ABOUT_ASSUMED, words.ASSUMED
    yield words.ABOUT_CHECKS, words.CHECKS
    yield export_words.ABOUT_STATE, words.STATE
    yield ()
    yield export_words.ABOUT_COLUMNS, export_words.ABOUT_MEANING
    for column in COLUMNS:
        yield column.told


def _wall(at: datetime) -> datetime:
    """Return the Stockholm wall-clock time to the minute, as Excel wants it: without a zone."""
    return local(at).replace(second=0, microsecond=0, tzinfo=None)
