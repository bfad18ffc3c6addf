"""Write and read shifts as iCalendar (RFC 5545). It knows nothing of who may read them.

Times stand in Stockholm wall time with the zone in the file. An hour that comes twice in the autumn night is no
single wall time, so the second one is written in UTC.
"""

import re
import warnings
from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta
from typing import Any, Final

from icalendar import Calendar, Event, Timezone, TimezoneDaylight, TimezoneStandard

from bot.domain.calendar import local

ZONE: Final = "Europe/Stockholm"
PRODUCT: Final = "-//Beredskapsbot//SV"
OURS: Final = "@beredskapsbot"  # how the uid of a shift of ours ends; before it stands the shift's id
OURS_FREE: Final = "@ledig.beredskapsbot"  # and that of a day off
OFTEN: Final = timedelta(hours=1)  # how often a calendar is asked to look again
WINTER, SUMMER = timedelta(hours=1), timedelta(hours=2)
BEGINS: Final = re.compile(r"BEGIN:VEVENT\s*", re.IGNORECASE)
MAILTO: Final = "mailto:"


@dataclass(frozen=True, slots=True)
class Entry:
    """One event. The `uid` is the same for as long as it is the same shift; instants are UTC."""

    uid: str
    starts_at: datetime
    ends_at: datetime
    title: str
    words: str = ""
    category: str = ""


@dataclass(frozen=True, slots=True)
class WholeDay:
    """A local day on which nothing is to be done; others may book it all the same."""

    uid: str
    day: date
    title: str
    words: str = ""


class BadCalendar(Exception):
    """It is no calendar that can be read."""


@dataclass(frozen=True, slots=True)
class ReadEvent:
    """One event of a file; `line` is where it begins.

    A time without a zone of its own is naive, a whole day is a date, and None what is missing or cannot be read.
    """

    line: int
    uid: str
    start: datetime | date | None
    end: datetime | date | None
    title: str = field(repr=False)
    attendees: tuple[str, ...] = field(repr=False)
    categories: tuple[str, ...]
    is_cancelled: bool
    is_repeated: bool
    is_zone_known: bool


def calendar_of(name: str, entries: Iterable[Entry], made_at: datetime, days: Iterable[WholeDay] = ()) -> bytes:
    """Return a whole calendar file."""
    made = Calendar()
    made.add("prodid", PRODUCT)
    made.add("version", "2.0")
    made.add("x-wr-calname", name)
    made.add("x-wr-timezone", ZONE)
    made.add("refresh-interval", OFTEN, parameters={"VALUE": "DURATION"})
    made.add_component(_stockholm())
    for entry in entries:
        made.add_component(_event(entry, made_at))
    for day in days:
        made.add_component(_whole_day(day, made_at))
    return bytes(made.to_ical())


def _event(entry: Entry, made_at: datetime) -> Event:
    event = Event()
    event.add("uid", entry.uid)
    event.add("dtstamp", made_at)
    event.add("dtstart", _wall(entry.starts_at))
    event.add("dtend", _wall(entry.ends_at))
    event.add("summary", entry.title)
    if entry.words:
        event.add("description", entry.words)
    if entry.category:
        event.add("categories", [entry.category])
    return event


def _whole_day(day: WholeDay, made_at: datetime) -> Event:
    event = Event()
    event.add("uid", day.uid)
    event.add("dtstamp", made_at)
    event.add("dtstart", day.day)
    event.add("dtend", day.day + timedelta(days=1))
    event.add("summary", day.title)
    if day.words:
        event.add("description", day.words)
    event.add("transp", "TRANSPARENT")
    return event


def _wall(at: datetime) -> datetime:
    wall = local(at)
    return at.astimezone(UTC) if wall.fold else wall


def _stockholm() -> Timezone:
    """Return the rules of the EU since 1996: the last Sundays of March and October, at 01.00 UTC."""
    zone = Timezone()
    zone.add("tzid", ZONE)
    for part, name, begins, month, before, after in (
        (TimezoneDaylight(), "CEST", datetime(1996, 3, 31, 2), 3, WINTER, SUMMER),  # noqa: DTZ001 - wall time
        (TimezoneStandard(), "CET", datetime(1996, 10, 27, 3), 10, SUMMER, WINTER),  # noqa: DTZ001
    ):
        part.add("dtstart", begins)
        part.add("rrule", {"freq": "yearly", "bymonth": month, "byday": "-1su"})
        part.add("tzoffsetfrom", before)
        part.add("tzoffsetto", after)
        part.add("tzname", name)
        zone.add_component(part)
    return zone


def read_events(data: bytes) -> list[ReadEvent]:
    """Return the events of a calendar file, in its order. Raises BadCalendar."""
    try:
        text = data.decode("utf-8-sig")
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # of a zone that is written in an unusual way
            calendars = Calendar.from_ical(text, multiple=True)
    except (ValueError, KeyError, IndexError) as error:
        raise BadCalendar from error
    events = [
        (event, str(calendar.get("METHOD", "")).upper() == "CANCEL")
        for calendar in calendars
        for event in calendar.walk("VEVENT")
    ]
    lines = [number for number, line in enumerate(text.splitlines(), start=1) if BEGINS.fullmatch(line)]
    if len(lines) != len(events) or not calendars:
        raise BadCalendar
    return [_read(event, line, is_cancelled) for (event, is_cancelled), line in zip(events, lines, strict=True)]


def _read(event: Any, line: int, is_cancelled: bool) -> ReadEvent:
    start, end, lasts = (_value(event, name) for name in ("DTSTART", "DTEND", "DURATION"))
    if end is None and isinstance(start, datetime) and isinstance(lasts, timedelta):
        end = start + lasts if start.tzinfo is None else start.astimezone(UTC) + lasts
    return ReadEvent(
        line=line,
        uid=str(event.get("UID", "")),
        start=start,
        end=end,
        title=str(event.get("SUMMARY", "")),
        attendees=tuple(_address(str(each)) for each in _several(event, "ATTENDEE")),
        categories=tuple(str(one) for each in _several(event, "CATEGORIES") for one in getattr(each, "cats", ())),
        is_cancelled=is_cancelled or str(event.get("STATUS", "")).upper() == "CANCELLED",
        is_repeated=any(name in event for name in ("RRULE", "RDATE", "RECURRENCE-ID")),
        is_zone_known=all(_is_zone_known(event, name) for name in ("DTSTART", "DTEND")),
    )


def _value(event: Any, name: str) -> Any:
    """Return what a property means; None when it is missing, broken or there twice."""
    try:
        return getattr(event.get(name), "dt", None)
    except ValueError:
        return None


def _is_zone_known(event: Any, name: str) -> bool:
    """Tell whether a time that names a zone was given one: otherwise the library leaves it naive."""
    found = _value(event, name)
    names_zone = isinstance(found, datetime) and "TZID" in event.get(name).params
    return not names_zone or found.tzinfo is not None


def _several(event: Any, name: str) -> list[Any]:
    found = event.get(name, [])
    return found if isinstance(found, list) else [found]


def _address(text: str) -> str:
    return text[len(MAILTO) :] if text.casefold().startswith(MAILTO) else text
