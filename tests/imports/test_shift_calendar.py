"""Shifts out of calendars as people and programs write them."""

from collections.abc import Sequence
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.domain.duty import Shift
from bot.domain.ids import NamndId, ShiftId, StaffId
from bot.domain.people import Role, Staff, StaffRole, World
from bot.icalendars import OURS, Entry, calendar_of
from bot.services.imports.run import Effect
from bot.services.imports.shift_calendar import EventTable, named, read_calendar
from bot.services.imports.shift_file import read_shift_file
from bot.services.imports.shifts import KnownShifts, ShiftPlan, plan_shifts
from bot.texts import import_words as words
from tests.imports.given import RULES, TEXTS, said

NOW = datetime(2026, 11, 20, 12, tzinfo=UTC)
NORRVIK, SODERMARK = NamndId("norrvik"), NamndId("sodermark")
STOCKHOLM_ZONE = ";TZID=Europe/Stockholm"


def person(name: str, *namnder: NamndId) -> Staff:
    held = frozenset(StaffRole(namnd, World.BEREDSKAP, Role.FAMILJEBEHANDLARE) for namnd in namnder or (NORRVIK,))
    email = f"{name.split()[0].casefold()}@example.se"
    return Staff(StaffId(name), name, email, f"U{name}", held)


STAFF = (person("Anna Berg"), person("Bo Lund"), person("Elin Sand", NORRVIK, SODERMARK))


def event(*lines: str, title: str = "Anna Berg", start: str = "20261127T170000", end: str = "20261127T220000") -> str:
    times = (f"DTSTART{STOCKHOLM_ZONE}:{start}", f"DTEND{STOCKHOLM_ZONE}:{end}")
    own = {line.partition(":")[0].partition(";")[0] for line in lines}
    kept = [line for line in (*times, f"SUMMARY:{title}") if line.partition(":")[0].partition(";")[0] not in own]
    return "\r\n".join(["BEGIN:VEVENT", *kept, *lines, "END:VEVENT"])


def calendar(*events: str) -> bytes:
    return "\r\n".join(["BEGIN:VCALENDAR", "VERSION:2.0", "PRODID:x", *events, "END:VCALENDAR", ""]).encode()


def read(*events: str) -> EventTable:
    found = read_shift_file(calendar(*events))
    assert isinstance(found, EventTable)
    return found


def planned(*events: str, shifts: Sequence[Shift] = (), now: datetime = NOW) -> ShiftPlan:
    table = read(*events)
    assert not table.problems
    return plan_shifts(named(table.rows, STAFF, shifts, RULES, TEXTS), KnownShifts(STAFF, tuple(shifts)), now)


def known(start: str = "2026-11-27T16:00", end: str = "2026-11-27T21:00", **more: bool) -> Shift:
    begins, ends = (datetime.fromisoformat(f"{at}+00:00") for at in (start, end))
    return Shift(ShiftId("s1"), STAFF[0].id, NORRVIK, begins, ends, **more)


@pytest.mark.parametrize(
    "times",
    [
        ("DTSTART;TZID=Europe/Stockholm:20261127T170000", "DTEND;TZID=Europe/Stockholm:20261127T220000"),
        ("DTSTART;TZID=W. Europe Standard Time:20261127T170000", "DTEND:20261127T210000Z"),
        ("DTSTART:20261127T160000Z", "DTEND:20261127T210000Z"),
        ("DTSTART:20261127T170000", "DTEND:20261127T220000"),
        ("DTSTART;TZID=America/New_York:20261127T110000", "DTEND;TZID=Europe/Helsinki:20261127T230000"),
        ("DTSTART:20261127T160000Z", "DURATION:PT5H", "DTEND;X-NO=1:"),
        ("DTSTART:20261127T170000", "DURATION:PT5H", "DTEND;X-NO=1:"),
    ],
)
def test_a_time_is_the_same_instant_in_every_zone(times: tuple[str, ...]) -> None:
    lines = [line for line in event(*times).split("\r\n") if not line.startswith("DTEND;X-NO")]

    (shift,) = planned("\r\n".join(lines)).new

    assert (shift.starts_at, shift.ends_at) == (known().starts_at, known().ends_at)
    assert (shift.staff_id, shift.lending_namnd, shift.is_backup) == (STAFF[0].id, NORRVIK, False)


@pytest.mark.parametrize(
    ("wrong", "column", "text"),
    [
        (event("DTSTART;VALUE=DATE:20261127", "DTEND;VALUE=DATE:20261128"), "start", words.ALL_DAY),
        (event("RRULE:FREQ=WEEKLY"), "", words.REPEATED),
        (event("RECURRENCE-ID:20261127T160000Z"), "", words.REPEATED),
        (event("DTSTART:20261127Q170000"), "start", words.NO_START),
        (event("DTEND:nu"), "slut", words.NO_END),
        (event("DTSTART;TZID=Ingen/Stans:20261127T170000"), "start", words.UNKNOWN_ZONE),
        (event(start="20261127T230000"), "slut", words.ENDS_BEFORE),
        (event(end="20261130T180000"), "slut", "längre än 72"),
        (event(start="20260329T023000", end="20260329T080000"), "start", "finns inte"),
        (event(start="19991231T220000", end="20000101T080000"), "start", "förstås inte"),
    ],
)
def test_an_event_that_is_no_shift_is_told_with_its_line(wrong: str, column: str, text: str) -> None:
    table = read(event(), wrong)

    assert said(table.problems) == [(9, column)]
    assert text in table.problems[0].text
    assert len(table.rows) == 1


@pytest.mark.parametrize(
    ("data", "text"),
    [
        (calendar(), words.NO_EVENTS),
        (b"BEGIN:VCALENDAR\r\nBEGIN:VEVENT\r\n", words.BAD_CALENDAR),
        (b"BEGIN:VCALENDAR\r\nSUMMARY:\xe5\r\nEND:VCALENDAR\r\n", words.BAD_CALENDAR),
    ],
)
def test_a_calendar_without_shifts_is_refused_as_a_whole(data: bytes, text: str) -> None:
    assert [(remark.line, remark.text) for remark in read_calendar(data).problems] == [(1, text)]


@pytest.mark.parametrize(
    "lines", [("SUMMARY:Mamma",), ("SUMMARY:Anna",), ("ATTENDEE:mailto:okand@example.se", "SUMMARY:Pass")]
)
def test_an_event_that_names_nobody_is_told(lines: tuple[str, ...]) -> None:
    plan = planned(event(*lines))

    assert [(remark.column, remark.text) for remark in plan.problems] == [("person", words.NAMES_NOBODY)]


@pytest.mark.parametrize(
    "lines",
    [
        ("SUMMARY:anna  berg",),
        ("SUMMARY:Beredskap: Anna Berg",),
        ("SUMMARY:anna@example.se",),
        ("SUMMARY:Pass", "ATTENDEE;CN=A:mailto:Anna@Example.se"),
        ("SUMMARY:Pass", "ATTENDEE:mailto:anna@example.se", "ATTENDEE:mailto:chef@example.se"),
    ],
)
def test_the_heading_or_the_one_invited_says_who(lines: tuple[str, ...]) -> None:
    assert [shift.staff_id for shift in planned(event(*lines)).new] == [STAFF[0].id]


def test_two_of_the_staff_in_one_event_are_told() -> None:
    plan = planned(event("ATTENDEE:mailto:anna@example.se", "ATTENDEE:mailto:bo@example.se"))

    assert [remark.text for remark in plan.problems] == [words.NAMES_SEVERAL]


def test_whoever_may_be_lent_by_two_needs_the_category() -> None:
    asked = planned(event(title="Elin Sand"))
    told = planned(event("CATEGORIES:Jobb,Sodermark", title="Elin Sand"))

    assert [remark.text for remark in asked.problems] == [words.NAMES_NO_NAMND.format(known="norrvik, sodermark")]
    assert [shift.lending_namnd for shift in told.new] == [SODERMARK]


def test_what_is_cancelled_is_told_and_changes_nothing() -> None:
    alone = read(event("STATUS:CANCELLED", f"UID:s1{OURS}"))
    whole = read("METHOD:CANCEL", event())

    assert alone.rows == whole.rows == ()
    assert [note.text for note in (*alone.notes, *whole.notes)] == [words.CANCELLED] * 2
    assert not alone.problems


def test_our_own_event_is_known_by_its_mark_when_it_is_moved_or_given_away() -> None:
    same = planned(event(f"UID:s1{OURS}", title="Beredskap"), shifts=[known()])
    moved = planned(event(f"UID:s1{OURS}", title="Beredskap", start="20261127T180000"), shifts=[known()])
    given_away = planned(event(f"UID:s1{OURS}", title="Beredskap (reserv): Bo Lund"), shifts=[known()])

    assert [change.effect for change in same.changes] == [Effect.SAME]
    assert [change.columns for change in (*moved.changes, *given_away.changes)] == [("start",), ("epost", "del")]
    assert moved.changed[0].id == given_away.changed[0].id == "s1"
    assert (given_away.changed[0].staff_id, given_away.changed[0].is_backup) == (STAFF[1].id, True)


def test_a_name_that_is_unknown_is_not_taken_for_the_one_who_had_it() -> None:
    plan = planned(event(f"UID:s1{OURS}", title="Beredskap: Nils Ny"), shifts=[known()])

    assert [remark.text for remark in plan.problems] == [words.NAMES_NOBODY]


def test_of_a_shift_that_has_begun_only_the_end_is_changed() -> None:
    begun = known().starts_at + timedelta(minutes=1)
    longer = planned(event(f"UID:s1{OURS}", end="20261127T230000"), shifts=[known()], now=begun)
    moved = planned(event(f"UID:s1{OURS}", start="20261127T180000"), shifts=[known()], now=begun)

    assert [change.columns for change in longer.changes] == [("slut",)]
    assert [(remark.column, remark.text) for remark in moved.problems] == [("start", words.HAS_BEGUN)]


def test_a_shift_is_not_moved_onto_another_of_the_same_person() -> None:
    other = Shift(ShiftId("s2"), STAFF[0].id, NORRVIK, known().starts_at + timedelta(hours=1), known().ends_at)
    plan = planned(event(f"UID:s1{OURS}", start="20261127T180000"), shifts=[known(), other])

    assert [remark.text for remark in plan.problems] == [words.HAS_ONE_THEN]


def test_the_same_event_or_the_same_shift_twice_is_told() -> None:
    assert said(read(event(f"UID:s1{OURS}"), event(f"UID:s1{OURS}")).problems) == [(10, "")]
    assert said(planned(event("UID:a"), event("UID:b")).problems) == [(10, "")]


AT = st.datetimes(datetime(2026, 1, 1), datetime(2027, 12, 1)).map(lambda at: at.replace(tzinfo=UTC))  # noqa: DTZ001


@given(starts_at=AT, minutes=st.integers(1, 72 * 60), is_backup=st.booleans())
def test_whatever_our_own_calendar_says_comes_back_unchanged(
    starts_at: datetime, minutes: int, is_backup: bool
) -> None:
    """Also in the hour that comes twice, and for a shift that was taken over in the middle of a second."""
    shift = Shift(ShiftId("s1"), STAFF[0].id, NORRVIK, starts_at, starts_at + timedelta(minutes=minutes), is_backup)
    title = TEXTS.staff("calendar.backup" if is_backup else "calendar.shift")
    entry = Entry(f"s1{OURS}", shift.starts_at, shift.ends_at, title, "Utlånad", "Norrvik")

    table = read_calendar(calendar_of("Beredskap", [entry], NOW))
    plan = plan_shifts(named(table.rows, STAFF, [shift], RULES, TEXTS), KnownShifts(STAFF, (shift,)), NOW)

    assert [change.effect for change in plan.changes] == [Effect.SAME]
    assert (table.problems, plan.problems) == ((), ())
