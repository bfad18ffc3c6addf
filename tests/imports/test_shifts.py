from collections.abc import Sequence
from datetime import UTC, date, datetime

import pytest

from bot.clock import Clock
from bot.domain.duty import Shift
from bot.domain.errors import NotAllowed
from bot.domain.ids import NamndId, ShiftId, StaffId
from bot.domain.people import Role, Staff, StaffRole, World
from bot.sandbox.seed import shifts_csv
from bot.services.imports.csv_table import read_table
from bot.services.imports.shift_lines import COLUMNS, read_shifts
from bot.services.imports.shifts import KnownShifts, ShiftPlan, import_shifts, plan_shifts
from bot.texts import import_words as words
from storage.store import SqlStore
from tests.imports.given import ADMIN, RULES, TEXTS, context, said, table, with_staff

NOW = datetime(2026, 11, 20, 12, tzinfo=UTC)
NORRVIK, SODERMARK = NamndId("norrvik"), NamndId("sodermark")
GOOD = {"epost": "anna@example.se", "nämnd": "norrvik", "start": "2026-11-20 17:00", "slut": "2026-11-20 22:00"}


def person(name: str, *, role: Role = Role.FAMILJEBEHANDLARE, slack: str | None = "U1", active: bool = True) -> Staff:
    world = World.MYNDIGHET if role is Role.HANDLAGGARE else World.BEREDSKAP
    held = frozenset({StaffRole(NORRVIK, world, role)})
    return Staff(StaffId(name), name, f"{name}@example.se", slack, held, is_active=active)


STAFF = (
    person("anna"),
    person("bo", slack="U2"),
    person("utan", slack=None),
    person("borta", active=False),
    person("ledare", role=Role.LEADER),
)


def planned(*rows: dict[str, str], shifts: Sequence[Shift] = ()) -> ShiftPlan:
    read = read_shifts(table(COLUMNS, rows).rows, RULES, TEXTS)
    return plan_shifts(read, KnownShifts(STAFF, tuple(shifts)), NOW)


@pytest.mark.parametrize(
    ("written", "at"),
    [
        ("2026-11-20 17:00", datetime(2026, 11, 20, 16, tzinfo=UTC)),
        ("2026-11-20 17.00", datetime(2026, 11, 20, 16, tzinfo=UTC)),
        ("2026-11-20T17:00", datetime(2026, 11, 20, 16, tzinfo=UTC)),
        ("2026-11-20 17:00:00", datetime(2026, 11, 20, 16, tzinfo=UTC)),
        ("2026-11-20 7:30", datetime(2026, 11, 20, 6, 30, tzinfo=UTC)),
        ("2026-11-19 23:59", datetime(2026, 11, 19, 22, 59, tzinfo=UTC)),
    ],
)
def test_a_time_is_stockholms_however_it_is_written(written: str, at: datetime) -> None:
    assert planned({**GOOD, "start": written}).new[0].starts_at == at


@pytest.mark.parametrize(
    ("change", "column", "part"),
    [
        ({"start": ""}, "start", words.MISSING),
        ({"start": "20/11 17:00"}, "start", "”20/11 17:00”"),
        ({"start": "2026-11-20"}, "start", "förstås inte"),
        ({"start": "2026-13-20 17:00"}, "start", "förstås inte"),
        ({"start": "0026-11-20 17:00"}, "start", "förstås inte"),
        ({"start": "2026-11-20 25:00"}, "start", "förstås inte"),
        ({"slut": "2026-11-20 24:00"}, "slut", "00:00 nästa dag"),
        ({"slut": "2026-11-20 17:00"}, "slut", words.ENDS_BEFORE),
        ({"slut": "2026-11-20 16:59"}, "slut", words.ENDS_BEFORE),
        ({"slut": "2026-11-23 17:01"}, "slut", "längre än 72"),
        ({"start": "2026-03-29 02:30", "slut": "2026-03-29 08:00"}, "start", "finns inte"),
        ({"epost": "anna"}, "epost", words.NOT_EMAIL),
        ({"epost": "okand@example.se"}, "epost", words.UNKNOWN_PERSON),
        ({"epost": "borta@example.se"}, "epost", words.INACTIVE_PERSON),
        ({"epost": "ledare@example.se"}, "epost", words.NOT_IN_BEREDSKAP),
        ({"nämnd": "sodermark"}, "epost", words.NOT_IN_NAMND),
        ({"nämnd": "ostmark"}, "nämnd", "norrvik, sodermark"),
    ],
)
def test_a_bad_shift_is_told_with_line_and_column(change: dict[str, str], column: str, part: str) -> None:
    plan = planned({**GOOD, **change})

    assert said(plan.problems) == [(2, column)]
    assert part in plan.problems[0].text


@pytest.mark.parametrize(
    ("change", "part"),
    [
        ({"start": "2026-10-25 02:30", "slut": "2026-10-25 08:00"}, "två gånger"),
        ({"slut": "2026-11-21 18:00"}, "25 timmar"),
        ({"epost": "utan@example.se"}, words.ONLY_BACKUP),
    ],
)
def test_what_is_odd_is_noted_and_taken(change: dict[str, str], part: str) -> None:
    plan = planned({**GOOD, **change})

    assert not plan.problems
    assert [part in note.text for note in plan.notes] == [True]
    assert len(plan.new) == 1


def test_the_hour_that_comes_twice_is_the_first() -> None:
    plan = planned({**GOOD, "start": "2026-10-25 02:30", "slut": "2026-10-25 03:00"})

    assert plan.new[0].starts_at == datetime(2026, 10, 25, 0, 30, tzinfo=UTC)
    assert plan.new[0].ends_at == datetime(2026, 10, 25, 2, 0, tzinfo=UTC)


def test_length_is_counted_in_elapsed_time() -> None:
    """In spring 01.30 to 03.00 is half an hour; in autumn 72 hours on the wall are 73."""
    assert not planned({**GOOD, "start": "2026-03-29 01:30", "slut": "2026-03-29 03:00"}).problems
    autumn = planned({**GOOD, "start": "2026-10-24 12:00", "slut": "2026-10-27 12:00"})
    assert "73 timmar" in autumn.problems[0].text


def test_shifts_that_overlap_are_told_and_not_refused() -> None:
    later = {**GOOD, "epost": "bo@example.se", "start": "2026-11-20 21:00", "slut": "2026-11-20 23:00"}

    plan = planned(GOOD, later)

    assert not plan.problems
    assert [(note.line, note.text) for note in plan.notes] == [(3, words.OVERLAP.format(line=" (rad 2)"))]
    assert len(plan.new) == 2


def test_a_backup_without_slack_and_shifts_end_to_end_do_not_overlap() -> None:
    backup = {**GOOD, "epost": "utan@example.se"}
    after = {**GOOD, "epost": "bo@example.se", "start": "2026-11-20 22:00", "slut": "2026-11-20 23:00"}

    assert [note.text for note in planned(GOOD, backup, after).notes] == [words.ONLY_BACKUP]


def test_an_overlap_with_the_rota_as_it_stands_is_told() -> None:
    start = datetime(2026, 11, 20, 18, tzinfo=UTC)
    old = Shift(ShiftId("x"), StaffId("bo"), NORRVIK, start, start.replace(hour=20))

    assert [(n.line, n.text) for n in planned(GOOD, shifts=[old]).notes] == [(2, words.OVERLAP.format(line=""))]


def test_the_same_shift_twice_is_refused_and_another_end_is_a_change() -> None:
    assert said(planned(GOOD, {**GOOD, "slut": "2026-11-20 23:00"}).problems) == [(3, "")]

    old = planned(GOOD).new[0]
    assert planned(GOOD, shifts=[old]).changes[0].columns == ()
    plan = planned({**GOOD, "slut": "2026-11-20 23:00"}, shifts=[old])
    assert plan.changed[0].id == old.id
    assert plan.changes[0].columns == ("slut",)


async def test_the_rota_of_the_sandbox_twice_changes_nothing(store: SqlStore, clock: Clock) -> None:
    ctx = context(store, clock)
    await with_staff(ctx)
    rota = read_table(shifts_csv(date(2026, 11, 22)).encode(), COLUMNS)

    first = await import_shifts(rota, ctx=ctx, as_email=ADMIN)
    second = await import_shifts(rota, ctx=ctx, as_email=ADMIN)

    assert (first.problems, first.notes) == ((), ())
    assert first.summary == "42 nya, 0 ändrade, 0 oförändrade"
    assert second.summary == "0 nya, 0 ändrade, 42 oförändrade"


async def test_one_bad_row_leaves_the_rota_as_it_was(store: SqlStore, clock: Clock) -> None:
    ctx = context(store, clock)
    await with_staff(ctx)
    good = {**GOOD, "epost": "anna.berg@example.se"}

    result = await import_shifts(table(COLUMNS, [good, {**good, "start": "x"}]), ctx=ctx, as_email=ADMIN)

    assert not result.is_written
    assert said(result.problems) == [(3, "start")]
    start = datetime(2026, 11, 20, tzinfo=UTC)
    assert await store.read(lambda tx: tx.shifts.between(start, start.replace(day=21))) == []


async def test_a_changed_end_is_saved(store: SqlStore, clock: Clock) -> None:
    ctx = context(store, clock)
    await with_staff(ctx)
    good = {**GOOD, "epost": "anna.berg@example.se"}
    await import_shifts(table(COLUMNS, [good]), ctx=ctx, as_email=ADMIN)

    result = await import_shifts(table(COLUMNS, [{**good, "slut": "2026-11-20 23:00"}]), ctx=ctx, as_email=ADMIN)

    assert result.summary == "0 nya, 1 ändrade, 0 oförändrade"
    start = datetime(2026, 11, 20, tzinfo=UTC)
    (shift,) = await store.read(lambda tx: tx.shifts.between(start, start.replace(day=21)))
    assert shift.ends_at == datetime(2026, 11, 20, 22, tzinfo=UTC)


async def test_a_leader_makes_the_rota_of_their_own_namnd_only(store: SqlStore, clock: Clock) -> None:
    ctx = context(store, clock)
    await with_staff(ctx)
    row = {**GOOD, "epost": "david.ek@example.se", "nämnd": "sodermark"}

    with pytest.raises(NotAllowed):
        await import_shifts(table(COLUMNS, [row]), ctx=ctx, as_email="gunilla.holm@example.se")

    done = await import_shifts(table(COLUMNS, [row]), ctx=ctx, as_email="henrik.vall@example.se")
    assert done.added == 1
