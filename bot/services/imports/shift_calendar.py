"""Shifts out of a calendar (.ics): our own, perhaps moved, or those that somebody has drawn up elsewhere.

An event of ours is known by its mark, the uid. Of another, the one invited or the heading says who, and the category
which nämnd lends. Nothing is guessed: what an event does not say is told, and nothing is saved.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from bot.domain.calendar import STOCKHOLM
from bot.domain.duty import Shift
from bot.domain.ids import NamndId, ShiftId
from bot.domain.people import Role, Staff
from bot.domain.rules import Rules
from bot.icalendars import OURS, OURS_FREE, BadCalendar, ReadEvent, read_events
from bot.services.imports.csv_table import Remark, fold
from bot.services.imports.shift_lines import (
    YEARS,
    NoSuchTime,
    ShiftLine,
    ShiftLines,
    about_length,
    instant_of,
)
from bot.texts import Texts
from bot.texts import import_words as words

CALENDAR_BEGINS = b"BEGIN:VCALENDAR"
SECOND = timedelta(seconds=1)  # a calendar knows nothing shorter


@dataclass(frozen=True, slots=True)
class ShiftEvent:
    """One event that could be read as a shift; the instants are UTC. `shift_id` is what its uid says, if it is ours."""

    line: int
    starts_at: datetime
    ends_at: datetime
    shift_id: ShiftId | None
    title: str = field(repr=False)
    attendees: tuple[str, ...] = field(repr=False)
    categories: tuple[str, ...]

    @property
    def names_somebody(self) -> bool:
        """Somebody is invited, or the heading says more than that it is beredskap."""
        return bool(self.attendees) or ":" in self.title


@dataclass(frozen=True, slots=True)
class EventTable:
    """What was read of a calendar; with problems, the events that could be read stand all the same."""

    rows: tuple[ShiftEvent, ...]
    problems: tuple[Remark, ...] = ()
    notes: tuple[Remark, ...] = ()


def is_calendar(data: bytes) -> bool:
    return data.removeprefix(b"\xef\xbb\xbf").lstrip()[: len(CALENDAR_BEGINS)].upper() == CALENDAR_BEGINS


def read_calendar(data: bytes) -> EventTable:
    """Read the events, and say of each that is no shift why; looks at nothing but the file."""
    try:
        events = read_events(data)
    except BadCalendar:
        return EventTable((), (Remark(1, "", words.BAD_CALENDAR),))
    problems: list[Remark] = []
    notes: list[Remark] = []
    if not events:
        problems.append(Remark(1, "", words.NO_EVENTS))
    found: list[ShiftEvent] = []
    first: dict[ShiftId, int] = {}
    for event in events:
        if event.uid.endswith(OURS_FREE):
            continue  # a day off of ours follows from the shifts
        shift = _shift_event(event, problems, notes)
        if shift is None:
            continue
        earlier = shift.line if shift.shift_id is None else first.setdefault(shift.shift_id, shift.line)
        if earlier != shift.line:
            problems.append(Remark(shift.line, "", words.TWICE.format(line=earlier)))
        else:
            found.append(shift)
    return EventTable(tuple(found), tuple(problems), tuple(notes))


def _shift_event(event: ReadEvent, problems: list[Remark], notes: list[Remark]) -> ShiftEvent | None:
    if event.is_cancelled:
        notes.append(Remark(event.line, "", words.CANCELLED))
        return None
    wrong = _why_no_shift(event)
    if wrong:
        problems.append(Remark(event.line, *wrong))
        return None
    start = _instant(event, "start", event.start, problems, notes)
    end = _instant(event, "slut", event.end, problems, notes)
    if start is None or end is None:
        return None
    too_long, odd = about_length(end - start)
    if too_long:
        problems.append(Remark(event.line, "slut", too_long))
        return None
    if odd:
        notes.append(Remark(event.line, "slut", odd))
    ours = ShiftId(event.uid.removesuffix(OURS)) if event.uid.endswith(OURS) else None
    return ShiftEvent(event.line, start, end, ours, event.title, event.attendees, event.categories)


def _why_no_shift(event: ReadEvent) -> tuple[str, str] | None:
    """Return the column and what is wrong, or None."""
    if event.is_repeated:
        return "", words.REPEATED
    if event.start is None:
        return "start", words.NO_START
    if not isinstance(event.start, datetime):
        return "start", words.ALL_DAY
    if not isinstance(event.end, datetime):
        return "slut", words.NO_END
    return None if event.is_zone_known else ("start", words.UNKNOWN_ZONE)


def _instant(
    event: ReadEvent, column: str, time: object, problems: list[Remark], notes: list[Remark]
) -> datetime | None:
    """Return the instant of a time, by the Stockholm wall clock when it has no zone."""
    if not isinstance(time, datetime):
        return None
    wall = time.replace(tzinfo=STOCKHOLM) if time.tzinfo is None else time
    said = f" ”{wall:%Y-%m-%d %H:%M}”"
    if wall.year not in YEARS:
        problems.append(Remark(event.line, column, words.BAD_TIME.format(value=said)))
        return None
    try:
        at, is_twice = instant_of(wall)
    except NoSuchTime:
        problems.append(Remark(event.line, column, words.NO_SUCH_TIME.format(value=said)))
        return None
    if is_twice:
        notes.append(Remark(event.line, column, words.TWO_SUCH_TIMES.format(value=said)))
    return at


def named(
    events: Iterable[ShiftEvent], everyone: Sequence[Staff], shifts: Iterable[Shift], rules: Rules, texts: Texts
) -> ShiftLines:
    """Return whose shifts these are and who lends them, or say what an event does not tell."""
    problems: list[Remark] = []
    known = {shift.id: shift for shift in shifts}
    people = {person.id: person for person in everyone}
    lines: list[ShiftLine] = []
    first: dict[tuple[str, NamndId, datetime], int] = {}
    for event in events:
        old = known.get(event.shift_id) if event.shift_id is not None else None
        person, wrong = _person(event, everyone)
        if old is not None and not event.names_somebody:
            person = people.get(old.staff_id)
        if person is None:
            problems.append(Remark(event.line, "person", wrong))
            continue
        namnd = _namnd(event, person, old, rules)
        if namnd is None:
            can_lend = ", ".join(sorted(person.namnder(Role.FAMILJEBEHANDLARE)) or sorted(rules.namnder))
            problems.append(Remark(event.line, "nämnd", words.NAMES_NO_NAMND.format(known=can_lend)))
            continue
        start, end = _as_known(event, old)
        email = person.email.casefold()
        earlier = first.setdefault((email, namnd, start), event.line)
        if earlier != event.line:
            problems.append(Remark(event.line, "", words.TWICE.format(line=earlier)))
            continue
        is_backup = _is_backup(event, texts)
        lines.append(ShiftLine(event.line, email, namnd, start, end, is_backup, None if old is None else old.id))
    return ShiftLines(tuple(lines), tuple(problems))


def _person(event: ShiftEvent, everyone: Iterable[Staff]) -> tuple[Staff | None, str]:
    """Return who is invited or named in the heading, all of it or what stands after the colon; else why nobody is."""
    addresses = {address.casefold() for address in event.attendees}
    invited = [person for person in everyone if person.email.casefold() in addresses]
    said = {fold(event.title), fold(event.title.rpartition(":")[2])}
    found = invited or [person for person in everyone if {fold(person.name), fold(person.email)} & said]
    if len(found) == 1:
        return found[0], ""
    return None, words.NAMES_SEVERAL if found else words.NAMES_NOBODY


def _namnd(event: ShiftEvent, person: Staff, old: Shift | None, rules: Rules) -> NamndId | None:
    """Return the nämnd that the event names by key or name; else that of the shift, or the only one that can lend."""
    said = {fold(category) for category in event.categories}
    found = [key for key, namnd in rules.namnder.items() if {fold(key), fold(namnd.name)} & said]
    if len(found) == 1:
        return found[0]
    if old is not None:
        return old.lending_namnd
    theirs = person.namnder(Role.FAMILJEBEHANDLARE)
    return next(iter(theirs)) if len(theirs) == 1 and not found else None


def _is_backup(event: ShiftEvent, texts: Texts) -> bool | None:
    """Return what our own headings say of the part; None when the heading is another."""
    said = fold(event.title.partition(":")[0])
    parts = {fold(texts.staff("calendar.backup")): True, fold(texts.staff("calendar.shift")): False}
    return parts.get(said)


def _as_known(event: ShiftEvent, old: Shift | None) -> tuple[datetime, datetime]:
    """Return the times, those of the shift where they are the same to the second."""
    if old is None:
        return event.starts_at, event.ends_at
    pairs = ((event.starts_at, old.starts_at), (event.ends_at, old.ends_at))
    start, end = (known if abs(at - known) < SECOND else at for at, known in pairs)
    return start, end
