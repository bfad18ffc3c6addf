"""What is missing in the rota ahead: facts, time, R12 and its vectors."""

from datetime import UTC, datetime, time, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.domain.calendar import STOCKHOLM, Hours, WeekHours
from bot.domain.coverage import AHEAD, Finding, Lack, Reach, survey
from bot.domain.duty import Shift, duty
from bot.domain.ids import NamndId, ShiftId, StaffId
from bot.domain.rules import NamndRules

NORRVIK, SODERMARK = NamndId("norrvik"), NamndId("sodermark")
ANNA, BO, CIA = StaffId("anna"), StaffId("bo"), StaffId("cia")
OFFICE = WeekHours(tuple((day, Hours(time(8), time(17))) for day in range(5)))
NIGHTS = WeekHours(tuple((day, Hours(time(17), time(8))) for day in range(7)))
EVENINGS = WeekHours(tuple((day, Hours(time(17), time(22))) for day in range(7)))
ALL = frozenset({ANNA, BO, CIA})
REACHED = Reach(ALL, ALL)
HOUR, MINUTE = timedelta(hours=1), timedelta(minutes=1)


def wall(text: str, fold: int = 0) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=STOCKHOLM, fold=fold).astimezone(UTC)


def shift(
    staff: StaffId, start: datetime, end: datetime, *, lends: NamndId = NORRVIK, is_backup: bool = False
) -> Shift:
    return Shift(ShiftId(f"{staff} {start} {is_backup}"), staff, lends, start, end, is_backup)


def rules(hours: WeekHours = NIGHTS, *, wants_backup: bool = True) -> NamndRules:
    return NamndRules(NORRVIK, "Nämnd", "N", "C1", OFFICE, hours, frozenset({NORRVIK}), wants_backup=wants_backup)


def night(*shifts: Shift, reach: Reach = REACHED, wants_backup: bool = True) -> tuple[Finding, ...]:
    """Look at the night of Friday 20 November."""
    namnd = rules(wants_backup=wants_backup)
    return survey(namnd, wall("2026-11-20 17:00"), wall("2026-11-21 08:00"), shifts, reach)


FIRST = shift(ANNA, wall("2026-11-20 17:00"), wall("2026-11-20 22:00"))
SECOND = shift(BO, wall("2026-11-20 22:00"), wall("2026-11-21 08:00"))
BEHIND = shift(CIA, wall("2026-11-20 17:00"), wall("2026-11-21 08:00"), is_backup=True)


def test_a_then_b_with_c_behind_them_throughout_lacks_nothing() -> None:
    assert night(FIRST, SECOND, BEHIND) == ()


def test_a_gap_of_a_minute_is_found() -> None:
    short = shift(ANNA, FIRST.starts_at, wall("2026-11-20 21:59"))

    (gap,) = night(short, SECOND, wants_backup=False)

    assert (gap.what, gap.starts_at, gap.ends_at) == (Lack.GAP, wall("2026-11-20 21:59"), wall("2026-11-20 22:00"))
    assert gap.length == MINUTE


def test_in_a_gap_with_a_backup_the_backup_alone_has_it() -> None:
    short = shift(ANNA, FIRST.starts_at, wall("2026-11-20 21:59"))

    (found,) = night(short, SECOND, BEHIND)

    assert (found.what, found.who, found.length) == (Lack.ONLY_BACKUP, (CIA,), MINUTE)


def test_two_who_lead_at_once_are_found() -> None:
    early = shift(BO, wall("2026-11-20 21:00"), SECOND.ends_at)

    (found,) = night(FIRST, early, BEHIND)

    assert (found.what, found.who) == (Lack.OVERLAP, (ANNA, BO))
    assert (found.starts_at, found.ends_at) == (wall("2026-11-20 21:00"), wall("2026-11-20 22:00"))


def test_one_person_with_two_shifts_at_once_is_no_overlap() -> None:
    again = shift(ANNA, wall("2026-11-20 21:00"), SECOND.ends_at)

    assert night(FIRST, again, BEHIND) == ()


def test_no_backup_is_said_of_each_who_has_none_where_one_is_wanted() -> None:
    found = night(FIRST, SECOND)

    assert [(f.what, f.who, f.length) for f in found] == [
        (Lack.NO_BACKUP, (ANNA,), 5 * HOUR),
        (Lack.NO_BACKUP, (BO,), 10 * HOUR),
    ]
    assert night(FIRST, SECOND, wants_backup=False) == ()


@pytest.mark.parametrize(
    ("ends", "starts", "length"),
    [
        (wall("2026-10-25 02:00"), wall("2026-10-25 03:00"), 2 * HOUR),  # 02-03 comes twice, and nobody has either
        (wall("2026-10-25 02:00", fold=1), wall("2026-10-25 03:00"), HOUR),  # the first of them is covered
        (wall("2026-10-25 03:00"), wall("2026-10-25 03:00"), None),
    ],
)
def test_the_hour_that_comes_twice_is_two_hours(ends: datetime, starts: datetime, length: timedelta | None) -> None:
    shifts = [shift(ANNA, wall("2026-10-24 17:00"), ends), shift(BO, starts, wall("2026-10-25 08:00"))]
    namnd = rules(wants_backup=False)

    found = survey(namnd, wall("2026-10-24 17:00"), wall("2026-10-25 08:00"), shifts, REACHED)

    assert [f.length for f in found] == ([] if length is None else [length])


def test_the_night_that_is_an_hour_short() -> None:
    (gap,) = survey(rules(), wall("2026-03-28 17:00"), wall("2026-03-29 08:00"), [], REACHED)

    assert gap.length == 14 * HOUR


def test_a_week_without_cover_is_one_finding() -> None:
    (gap,) = survey(rules(EVENINGS), wall("2026-11-20 12:00"), wall("2026-11-27 12:00"), [], REACHED)

    assert (gap.what, gap.stretches, gap.length) == (Lack.GAP, 7, 35 * HOUR)
    assert (gap.starts_at, gap.ends_at) == (wall("2026-11-20 17:00"), wall("2026-11-26 22:00"))


def test_an_evening_in_between_makes_it_two() -> None:
    monday = shift(ANNA, wall("2026-11-23 17:00"), wall("2026-11-23 22:00"))
    namnd = rules(EVENINGS, wants_backup=False)

    found = survey(namnd, wall("2026-11-20 12:00"), wall("2026-11-27 12:00"), [monday], REACHED)

    assert [(f.what, f.stretches) for f in found] == [(Lack.GAP, 3), (Lack.GAP, 3)]


def test_nobody_is_missed_in_office_hours_or_outside_what_should_be_covered() -> None:
    always = WeekHours(tuple((day, Hours(time(8), time(22))) for day in range(7)))

    (gap,) = survey(rules(always), wall("2026-11-23 00:00"), wall("2026-11-24 00:00"), [], REACHED)

    assert (gap.starts_at, gap.ends_at) == (wall("2026-11-23 17:00"), wall("2026-11-23 22:00"))


def test_a_shift_lent_by_somebody_else_does_not_count() -> None:
    theirs = shift(ANNA, FIRST.starts_at, SECOND.ends_at, lends=SODERMARK)

    assert [f.what for f in night(theirs)] == [Lack.GAP]


@pytest.mark.parametrize(
    ("slack", "phone", "lacks"),
    [
        ({ANNA, CIA}, {ANNA, CIA}, []),
        ({CIA}, {CIA}, [Lack.ONLY_BACKUP]),  # the backup has it, since the owner has no Slack
        ({ANNA}, {ANNA}, [Lack.NO_BACKUP]),  # somebody stands behind who cannot be reached
        ({ANNA}, {CIA}, []),  # Slack for the first and a phone for the second: somebody is reached
        ({ANNA, CIA}, set(), [Lack.NO_PHONE]),
        (set(), {ANNA, CIA}, [Lack.UNREACHABLE]),
        (set(), set(), [Lack.UNREACHABLE]),
    ],
)
def test_a_chain_that_reaches_nobody(slack: set[StaffId], phone: set[StaffId], lacks: list[Lack]) -> None:
    evening = shift(ANNA, FIRST.starts_at, SECOND.ends_at)

    found = night(evening, BEHIND, reach=Reach(frozenset(slack), frozenset(phone)))

    assert [f.what for f in found] == lacks


minutes = st.integers(0, 20 * 24 * 60)
lengths = st.integers(1, 40 * 60)
SINCE = wall("2026-10-19 00:00")


@given(
    st.lists(st.tuples(st.sampled_from([ANNA, BO, CIA]), minutes, lengths, st.booleans()), max_size=12),
    st.integers(0, int(AHEAD / MINUTE) - 1),
)
def test_a_minute_is_a_gap_when_duty_says_so(drawn: list[tuple[StaffId, int, int, bool]], minute: int) -> None:
    """Whatever the rota: the survey and the rule that decides who has duty agree about every minute."""
    shifts = [
        shift(staff, SINCE + start * MINUTE, SINCE + (start + length) * MINUTE, is_backup=backup)
        for staff, start, length, backup in drawn
    ]
    namnd, at = rules(), SINCE + minute * MINUTE
    gaps = [f for f in survey(namnd, SINCE, SINCE + AHEAD, shifts, REACHED) if f.what is Lack.GAP]

    found = duty(namnd, at, shifts)

    is_wanted = NIGHTS.covers(at) and not OFFICE.covers(at)
    is_gap = any(f.starts_at <= at < f.ends_at for f in gaps) and is_wanted
    assert is_gap == (is_wanted and found.is_gap)
