"""A month of the rota as a page that prints well: A4, lying, a week to a row, readable in black and white."""

from collections.abc import Callable, Sequence
from datetime import date, datetime, timedelta
from typing import Final

from bot.domain.calendar import ONE_DAY, SATURDAY, free_days, local
from bot.domain.duty import Shift
from bot.domain.rest.spans import WEEK, monday_of
from bot.texts import capital, clock_time, long_day
from bot.texts import rota_words as words
from bot.texts.times import MONTHS, WEEKDAYS
from handlers.reserve.markup import Html, joined, tag

STYLE: Final = """
@page { size: A4 landscape; margin: 10mm; }
* { box-sizing: border-box; }
body { font: 9.5pt/1.35 system-ui, "Helvetica Neue", Arial, sans-serif; color: #111; margin: 0 auto; max-width: 277mm; }
h1 { font-size: 16pt; margin: 0 0 3mm; }
table { width: 100%; border-collapse: collapse; table-layout: fixed; }
th { text-align: left; font-size: 9pt; padding: 1mm 1.5mm; border-bottom: 1.5pt solid #111; }
th.week { width: 9mm; }
td { vertical-align: top; border: 0.5pt solid #999; padding: 1mm 1.5mm; height: 27mm; overflow-wrap: anywhere; }
td.week { border: 0; color: #666; font-size: 8pt; padding-left: 0; }
td.other { background: none; color: #999; }
td.free { background: #f1f1f1; }
.day { font-weight: 700; }
.shift { margin-top: 1mm; break-inside: avoid; }
.hours { font-size: 8pt; color: #444; }
.who { font-weight: 600; }
.backup { font-size: 8.5pt; }
tr { break-inside: avoid; }
footer { margin-top: 2mm; font-size: 8pt; color: #444; }
@media print { td.free { print-color-adjust: exact; -webkit-print-color-adjust: exact; } }
@media screen { body { padding: 8mm; } }
"""

Named = Callable[[Shift], str]


def month_page(month: date, shifts: Sequence[Shift], name: Named, made_at: datetime, trial: str = "") -> str:
    """Return the page for the month that begins on `month`. A shift stands on the local day on which it begins.

    `trial` is said first, where there is any.
    """
    title = words.PAGE_TITLE.format(month=MONTHS[month.month - 1], year=month.year)
    heads = [tag("th", words.PAGE_WEEK, class_="week"), *(tag("th", capital(day)) for day in WEEKDAYS)]
    weeks = [_week(monday, month, shifts, name) for monday in _mondays(month)]
    table = tag("table", tag("thead", tag("tr", *heads)), tag("tbody", *weeks))
    today = local(made_at).date()
    footer = tag("footer", words.PAGE_FOOTER.format(day=long_day(today), year=today.year, time=clock_time(made_at)))
    head = tag("head", tag("meta", charset="utf-8"), tag("title", title), tag("style", Html(STYLE)))
    body = tag("body", tag("p", trial) if trial else None, tag("h1", title), table, footer)
    return f"<!doctype html>\n{tag('html', head, body, lang='sv')}\n"


def _mondays(month: date) -> list[date]:
    first = monday_of(month)
    following = (month + timedelta(days=31)).replace(day=1)
    return [first + n * WEEK for n in range(6) if first + n * WEEK < following]


def _week(monday: date, month: date, shifts: Sequence[Shift], name: Named) -> Html:
    days = [_day(monday + n * ONE_DAY, month, shifts, name) for n in range(7)]
    return tag("tr", tag("td", str(monday.isocalendar().week), class_="week"), *days)


def _day(day: date, month: date, shifts: Sequence[Shift], name: Named) -> Html:
    if day.month != month.month:
        return tag("td", tag("span", str(day.day), class_="day"), class_="other")
    is_free = day.weekday() >= SATURDAY or day in free_days(day.year)
    mine = [shift for shift in shifts if local(shift.starts_at).date() == day]
    spans = sorted({(shift.starts_at, shift.ends_at) for shift in mine})
    parts = [
        _span(start, end, [s for s in mine if (s.starts_at, s.ends_at) == (start, end)], name) for start, end in spans
    ]
    return tag("td", tag("span", str(day.day), class_="day"), *parts, class_="free" if is_free else None)


def _span(start: datetime, end: datetime, mine: Sequence[Shift], name: Named) -> Html:
    """Return who has one stretch: the one who answers first, backups under."""
    hours = tag("div", f"{clock_time(start)}–{clock_time(end)}", class_="hours")
    who = [tag("div", name(shift), class_="who") for shift in mine if not shift.is_backup]
    behind = [tag("div", words.PAGE_BACKUP.format(name=name(s)), class_="backup") for s in mine if s.is_backup]
    return tag("div", joined(hours, *who, *behind), class_="shift")
