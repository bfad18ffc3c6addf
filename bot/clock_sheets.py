"""How clocks, and the indicator table, stand in a file: the columns and what each of them means."""

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Final

from bot.domain.calendar import local
from bot.domain.clocks import ClockRules
from bot.domain.deadline import Deadline, Outcome, Reason, Talk
from bot.domain.indicator import DECIMALS, Cell, IndicatorRow, percent_text
from bot.services.clocks.export_clocks import ClockExport, ExportedClock, IndicatorExport
from bot.spreadsheets import Cell as FileCell
from bot.spreadsheets import Sheet
from bot.texts import Texts, export_words
from bot.texts import clock_export_words as words

NOTE_WIDTH: Final = 100
TABLE_WIDTHS: Final = (70, 16, 10, 10, 14, 8, 20, 10, 12, 14, 14, 24, 60)


@dataclass(frozen=True, slots=True)
class Column:
    """A column of the file: its heading, what it means, its width in characters, and what stands in a cell."""

    told: tuple[str, str]
    width: int
    value: Callable[[ExportedClock], FileCell]


def clock_columns(texts: Texts) -> list[Column]:
    """Return the columns of the clocks in their order."""
    return [
        Column(words.CASE, 18, lambda row: row.clock.case_ref),
        Column(words.KIND, 30, lambda row: texts.staff(f"clock.kind.{row.clock.kind.value}")),
        Column(words.OWNER, 24, lambda row: row.owner or None),
        Column(words.GENDER, 14, lambda row: texts.staff(f"clock.gender.{row.clock.gender.value}")),
        Column(words.RECEIVED, 17, lambda row: _wall(row.clock.received_at)),
        Column(words.STARTS, 17, lambda row: _wall(row.clock.starts_at)),
        Column(words.DUE_ON, 12, lambda row: row.clock.limit.due_on),
        Column(words.DUE_AT, 17, lambda row: _wall(row.clock.limit.due_at)),
        Column(words.STATE_COLUMN, 10, lambda row: words.STATES[row.clock.state.value]),
        Column(words.DECIDED, 12, lambda row: row.clock.decided_on),
        Column(words.OUTCOME, 26, lambda row: _outcome(texts, row.clock.outcome)),
        Column(words.DAYS_OVER, 12, lambda row: row.days_over),
        Column(words.HOURS_OVER, 12, lambda row: row.hours_over),
        Column(words.REASON, 30, lambda row: _reason(texts, row.clock.reason)),
        Column(words.EXTENDED, 14, lambda row: row.clock.extended_to),
        Column(words.CHILD, 17, _of_talk(lambda talk: _wall(talk.child_summoned_at))),
        Column(words.GUARDIAN, 22, _of_talk(lambda talk: _wall(talk.guardian_summoned_at))),
        Column(words.BOOKED, 17, _of_talk(lambda talk: _wall(talk.booked_at))),
        Column(words.HELD, 17, lambda row: _held(row.clock)),
        Column(words.POLICE, 10, _of_talk(lambda talk: _yes(talk.with_police))),
    ]


def clock_sheets(export: ClockExport, rows: Iterable[ExportedClock], texts: Texts) -> Iterator[Sheet]:
    """Yield the sheet of clocks, and the one that says what they are."""
    columns = clock_columns(texts)
    yield Sheet(
        title=words.ROWS_SHEET,
        widths=[column.width for column in columns],
        headings=[column.told[0] for column in columns],
        rows=([column.value(row) for column in columns] for row in rows),
    )
    about = list(_about_clocks(export, columns))
    yield Sheet(export_words.ABOUT_SHEET, (24, NOTE_WIDTH), about, is_prose=True)


def clock_rows(rows: Iterable[ExportedClock], texts: Texts) -> Iterator[Sequence[FileCell]]:
    """Yield the headings, and a row for each clock."""
    columns = clock_columns(texts)
    yield [column.told[0] for column in columns]
    for row in rows:
        yield [column.value(row) for column in columns]


def _about_clocks(export: ClockExport, columns: Sequence[Column]) -> Iterator[Sequence[FileCell]]:
    yield export_words.ABOUT_NAMND, export.namnd_name
    yield export_words.ABOUT_PERIOD, words.PERIOD.format(first=export.first, last=export.last)
    yield from _made(export.made_at, export.made_by, is_trial=export.is_trial)
    yield export_words.ABOUT_ROWS, str(len(export.rows))
    yield export_words.ABOUT_CONTENT, words.CONTENT
    yield export_words.ABOUT_SECRECY, words.SECRECY
    yield export_words.ABOUT_STATE, words.STATE
    yield ()
    yield export_words.ABOUT_COLUMNS, export_words.ABOUT_MEANING
    for column in columns:
        yield column.told


def _made(at: datetime, by: str, *, is_trial: bool) -> Iterator[Sequence[FileCell]]:
    yield export_words.ABOUT_MADE_AT, f"{local(at):%Y-%m-%d %H:%M}"
    yield export_words.ABOUT_MADE_BY, by
    if is_trial:
        yield export_words.ABOUT_TRIAL, export_words.TRIAL


def indicator_sheets(export: IndicatorExport, rules: ClockRules) -> Iterator[Sheet]:
    """Yield the indicator table, and the sheet that says how it was counted."""
    yield Sheet(words.TABLE_SHEET, TABLE_WIDTHS, list(_table(export, rules)), headings=words.HEADINGS)
    yield Sheet(export_words.ABOUT_SHEET, (24, NOTE_WIDTH), list(_about_indicator(export)), is_prose=True)


def indicator_rows(export: IndicatorExport, rules: ClockRules) -> Iterator[Sequence[FileCell]]:
    """Yield the table with its headings, and under it how it was counted."""
    yield words.HEADINGS
    yield from _table(export, rules)
    yield ()
    yield from _about_indicator(export)


def _about_indicator(export: IndicatorExport) -> Iterator[Sequence[FileCell]]:
    period = export.table.period
    yield export_words.ABOUT_NAMND, export.namnd_name
    said = words.TABLE_PERIOD.format(label=period.label, first=period.first, last=period.last)
    yield words.ABOUT_PERIOD, said
    yield from _made(export.made_at, export.made_by, is_trial=export.is_trial)
    yield words.ABOUT_COUNTED, words.COUNTED
    yield words.ABOUT_CODED, words.CODED
    if export.table.mask_at_most:
        yield words.ABOUT_MASK, words.MASK.format(most=export.table.mask_at_most)


def _table(export: IndicatorExport, rules: ClockRules) -> Iterator[Sequence[FileCell]]:
    limits = {"hours": rules.talk_hours, "days": rules.forhand_days, "months": rules.utredning_months}
    for row in export.table.rows:
        yield _table_row(row, words.MEASURES[row.measure.value].format(**limits), export.table.period.label)


def _table_row(row: IndicatorRow, name: str, period: str) -> Sequence[FileCell]:
    decimals = DECIMALS.get(row.measure, 1)
    return (
        name,
        *(share(cell, decimals) for cell in (row.total, row.boys, row.girls, row.year_before)),
        words.NOTHING if row.target is None else f"{row.target} %",
        words.BY_NAMND,
        period,
        *(count(cell) for cell in (row.total, row.boys, row.girls, row.unknown)),
        words.OUTSIDE if row.warning else "",
    )


def share(cell: Cell, decimals: int = 1) -> str:
    """Return a share as it is printed: a star when masked, a dash when there was nothing to measure."""
    if cell.is_masked:
        return words.MASKED
    return words.NOTHING if cell.percent is None else percent_text(cell.percent, decimals)


def count(cell: Cell) -> str:
    """Return for instance "29 av 136"."""
    return words.MASKED if cell.is_masked else words.COUNT.format(met=cell.met, of=cell.of)


def _wall(at: datetime | None) -> datetime | None:
    """Return the Stockholm wall-clock time to the minute, as Excel wants it: without a zone."""
    return None if at is None else local(at).replace(second=0, microsecond=0, tzinfo=None)


def _outcome(texts: Texts, outcome: Outcome | None) -> str | None:
    return None if outcome is None else texts.staff(f"clock.outcome.{outcome.value}")


def _reason(texts: Texts, reason: Reason | None) -> str | None:
    return None if reason is None else texts.staff(f"clock.reason.{reason.value}")


def _of_talk(value: Callable[[Talk], FileCell]) -> Callable[[ExportedClock], FileCell]:
    return lambda row: None if row.clock.talk is None else value(row.clock.talk)


def _held(clock: Deadline) -> datetime | None:
    if clock.talk is None or clock.outcome is not Outcome.HELD:
        return None
    return _wall(clock.talk.ended_at)


def _yes(answer: bool | None) -> str | None:
    if answer is None:
        return None
    return export_words.YES if answer else export_words.NO
