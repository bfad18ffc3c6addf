"""R7 to R12, at the limits that facts/time.md section 5 names."""

from datetime import UTC, date, datetime, timedelta

import pytest

from bot.domain.duty import Shift
from bot.domain.ids import NamndId, ShiftId, StaffId, new_id
from bot.domain.rest.cover import GAP, NO_BACKUP, TWO, cover
from bot.domain.rest.findings import Finding, Level
from bot.domain.rest.limits import (
    Change,
    Disturbed,
    beredskap_in_months,
    disturbed,
    disturbed_too_often,
    overtime,
    short_notice,
    weekly_average,
)
from bot.domain.rest.rules import RestRules
from bot.domain.rest.spans import Kind, Span, Stretch, days_window, month_window, year_window
from tests.domain.rest_given import ANNA, active, beredskap, hours, span, stretch, wall

HOUR, MINUTE = timedelta(hours=1), timedelta(minutes=1)
RULES = RestRules()
FIRST, LAST = date(2026, 11, 1), date(2026, 11, 30)


def evenings(count: int, length: timedelta = 5 * HOUR) -> list[Span]:
    return [hours(Kind.PASSIVE, f"2026-11-{day:02} 17:00", length) for day in range(1, count + 1)]


def test_r7_passes() -> None:
    assert beredskap_in_months(ANNA, evenings(26), RULES, FIRST, LAST) == []


def test_r7_fails() -> None:
    more = hours(Kind.PASSIVE, "2026-11-28 17:00", MINUTE)
    [found] = beredskap_in_months(ANNA, [*evenings(26), more], RULES, FIRST, LAST)

    assert (found.level, found.found, found.limit) == (Level.WARN, 130 * HOUR + MINUTE, 130 * HOUR)
    assert found.when == month_window(FIRST)


def test_r7_active_time_lies_within_the_beredskap_and_a_night_in_both_its_months() -> None:
    spans = [*evenings(26), active("2026-11-03 18:00", "19:00"), beredskap("2026-10-31 17:00", "2026-11-01 00:00")]

    assert beredskap_in_months(ANNA, spans, RULES, FIRST, LAST) == []
    over = beredskap("2026-10-31 23:00", "2026-11-01 00:01")
    [found] = beredskap_in_months(ANNA, [*spans, over], RULES, FIRST, LAST)
    assert found.found == 130 * HOUR + MINUTE


def extra(*pieces: tuple[str, timedelta]) -> list[Span]:
    return [hours(Kind.OVERTIME, start, length) for start, length in pieces]


def r8(spans: list[Span], first: date = FIRST, last: date = LAST) -> list[Finding]:
    return overtime(ANNA, spans, RULES, first, last)


def test_r8_passes_at_each_limit() -> None:
    assert r8(extra(("2026-11-02 17:00", 24 * HOUR), ("2026-11-28 17:00", 24 * HOUR))) == []  # 48 h in 28 days
    assert r8(extra(("2026-11-01 00:00", 25 * HOUR), ("2026-11-29 12:00", 25 * HOUR))) == []  # 50 h in a month
    months = [(f"2026-{month:02}-10 00:00", 20 * HOUR) for month in range(1, 11)]
    assert r8(extra(*months)) == []  # 200 h in a year


def test_r8_fails_in_four_weeks() -> None:
    [found] = r8(extra(("2026-11-02 17:00", 24 * HOUR), ("2026-11-27 17:00", 24 * HOUR + MINUTE)))

    assert (found.level, found.found, found.limit) == (Level.WARN, 48 * HOUR + MINUTE, 48 * HOUR)
    assert found.when.length == 28 * 24 * HOUR


def test_r8_fails_in_a_month() -> None:
    found = r8(extra(("2026-11-01 00:00", 25 * HOUR), ("2026-11-29 12:00", 25 * HOUR + MINUTE)))

    assert [(f.found, f.limit, f.level) for f in found] == [(50 * HOUR + MINUTE, 50 * HOUR, Level.WARN)]


def test_r8_fails_in_a_year() -> None:
    months = [(f"2026-{month:02}-10 00:00", 20 * HOUR) for month in range(1, 11)]
    [found] = r8(extra(*months, ("2026-12-10 12:00", MINUTE)))

    assert (found.level, found.found, found.limit) == (Level.ERROR, 200 * HOUR + MINUTE, 200 * HOUR)
    assert found.when == year_window(2026)


def test_r8_active_work_in_beredskap_is_overtime() -> None:
    [found] = r8([active("2026-11-06 00:00", "2026-11-08 00:01")])

    assert found.found == 48 * HOUR + MINUTE


def weeks_of_48(more: timedelta = timedelta()) -> list[Span]:
    """Return 17 weeks before and with that of 2026-11-30, six days of eight hours each."""
    monday = date(2026, 8, 10)
    spans = [
        hours(Kind.JOUR, f"{monday + timedelta(weeks=week, days=day)} 08:00", 8 * HOUR)
        for week in range(17)
        for day in range(6)
    ]
    return [*spans, *([hours(Kind.JOUR, "2026-11-25 20:00", more)] if more else [])]


def test_r9_passes() -> None:
    assert weekly_average(ANNA, weeks_of_48(), RULES, date(2026, 11, 30), date(2026, 12, 6)) == []


def test_r9_fails() -> None:
    """816 h 30 in 17 weeks."""
    spans = weeks_of_48(timedelta(minutes=30))
    [found] = weekly_average(ANNA, spans, RULES, date(2026, 11, 30), date(2026, 12, 6))

    assert found.level is Level.WARN
    assert found.found == (816 * HOUR + 30 * MINUTE) / 17
    assert found.when == days_window(date(2026, 8, 10), date(2026, 12, 6))


def test_r9_an_ordinary_day_holds_a_rast() -> None:
    """Nine hours at the office are eight of work: 17 weeks of them and 8 h more a week are 48 h."""
    monday = date(2026, 8, 10)
    week_days = [monday + timedelta(weeks=week, days=day) for week in range(17) for day in range(5)]
    office = [hours(Kind.ORDINARY, f"{day} 08:00", 9 * HOUR) for day in week_days]
    extra_day = [
        hours(Kind.OVERTIME, f"{day} 08:00", 8 * HOUR) for day in (monday + timedelta(5 + 7 * w) for w in range(17))
    ]
    last = date(2026, 12, 6)

    assert weekly_average(ANNA, [*office, *extra_day], RULES, last, last) == []
    more = hours(Kind.OVERTIME, "2026-11-23 18:00", MINUTE)
    assert weekly_average(ANNA, [*office, *extra_day, more], RULES, last, last) != []


@pytest.mark.parametrize(
    ("shift_on", "approver", "levels"),
    [
        ("2026-12-04", "", []),
        ("2026-12-03", "", [Level.WARN]),
        ("2026-12-03", "Lena Holm", [Level.EXCEPTED]),
    ],
)
def test_r10(shift_on: str, approver: str, levels: list[Level]) -> None:
    """Made 2026-11-20 for 12-04 is 14 days ahead; for 12-03 it is 13, and somebody must answer for it."""
    made_at = datetime(2026, 11, 20, 22, 30, tzinfo=UTC)  # 23.30 in Stockholm
    found = short_notice([Change(ANNA, stretch(f"{shift_on} 17:00", "22:00"), made_at, approver)], RULES)

    assert [f.level for f in found] == levels
    assert [f.found for f in found] == [timedelta(days=13)] * len(levels)


@pytest.mark.parametrize(("count", "told"), [(10, []), (11, [(Level.REPORT, None, 11, 40)])])
def test_r11(count: int, told: list[object]) -> None:
    """Of 40 turns 10 are 25 %, which is not more than 25; 11 are."""
    turn_days = [date(2026, 10, 7) + timedelta(days=day) for day in range(40)]
    turns = [hours(Kind.PASSIVE, f"{day} 17:00", 5 * HOUR) for day in turn_days]
    work = [hours(Kind.ACTIVE, f"{day} 21:59", 5 * MINUTE) for day in turn_days[:count]]
    anna, bo = [*turns[:20], *work], turns[20:]

    found = disturbed_too_often([anna, bo], RULES, LAST)
    assert [(f.level, f.staff, f.figures["disturbed"], f.figures["turns"]) for f in found] == told
    assert disturbed(anna, days_window(turn_days[0], LAST)) == Disturbed(20, count)


def test_r11_what_others_did_disturbs_nobody() -> None:
    turns = [hours(Kind.PASSIVE, "2026-11-20 17:00", 5 * HOUR)]
    work = [active("2026-11-20 18:00", "18:30")]

    assert disturbed_too_often([turns, work], RULES, LAST) == []
    assert disturbed_too_often([[*turns, *work]], RULES, LAST) != []


def test_r11_without_turns_there_is_nothing_to_tell() -> None:
    assert disturbed_too_often([], RULES, LAST) == []


A, B, C = StaffId("a"), StaffId("b"), StaffId("c")


def turn(staff: StaffId, start: str, end: str, *, is_backup: bool = False, fold: int = 0) -> Shift:
    starts_at, ends_at = wall(start, fold), wall(end)
    return Shift(ShiftId(new_id()), staff, NamndId("norrvik"), starts_at, ends_at, is_backup)


NIGHT = Stretch(wall("2026-11-20 17:00"), wall("2026-11-21 08:00"))
BEHIND = turn(C, "2026-11-20 17:00", "2026-11-21 08:00", is_backup=True)
EVENING, AFTER = turn(A, "2026-11-20 17:00", "2026-11-20 22:00"), turn(B, "2026-11-20 22:00", "2026-11-21 08:00")


def test_r12_passes() -> None:
    assert cover([NIGHT], [EVENING, AFTER, BEHIND]) == []


@pytest.mark.parametrize(
    ("shifts", "wrong", "start", "end"),
    [
        ([turn(A, "2026-11-20 17:00", "2026-11-20 21:59"), AFTER, BEHIND], GAP, "20 21:59", "20 22:00"),
        ([EVENING, turn(B, "2026-11-20 21:00", "2026-11-21 08:00"), BEHIND], TWO, "20 21:00", "20 22:00"),
        ([EVENING, AFTER], NO_BACKUP, "20 17:00", "21 08:00"),
        (
            [EVENING, AFTER, turn(A, "2026-11-20 17:00", "2026-11-21 08:00", is_backup=True)],
            NO_BACKUP,
            "20 17:00",
            "20 22:00",
        ),
        ([BEHIND], GAP, "20 17:00", "21 08:00"),
    ],
)
def test_r12_fails(shifts: list[Shift], wrong: str, start: str, end: str) -> None:
    [found] = cover([NIGHT], shifts)

    assert (found.level, found.figures["wrong"]) == (Level.ERROR, wrong)
    assert found.when == stretch(f"2026-11-{start}", f"2026-11-{end}")


def test_r12_the_hour_that_comes_twice_must_be_covered_twice() -> None:
    """A until 02:00 and B from 02:00 meet on the wall clock, but B means the second one."""
    night = Stretch(wall("2026-10-24 17:00"), wall("2026-10-25 08:00"))
    behind = turn(C, "2026-10-24 17:00", "2026-10-25 08:00", is_backup=True)
    first, second = (
        turn(A, "2026-10-24 17:00", "2026-10-25 02:00"),
        turn(B, "2026-10-25 02:00", "2026-10-25 08:00", fold=1),
    )

    [found] = cover([night], [first, second, behind])
    assert (found.figures["wrong"], found.found) == (GAP, HOUR)
    assert night.length == 16 * HOUR
    whole = turn(B, "2026-10-25 02:00", "2026-10-25 08:00")
    assert cover([night], [first, whole, behind]) == []


def test_a_pass_over_a_change_of_the_clock() -> None:
    """A pass Saturday 17:00 to Sunday 08:00 is 15 h by the wall clock: 14 h on 2026-03-28, 16 h on 2026-10-24."""
    spring = span(Kind.PASSIVE, "2026-03-28 17:00", "2026-03-29 08:00")
    autumn = span(Kind.PASSIVE, "2026-10-24 17:00", "2026-10-25 08:00")

    assert (spring.stretch.length, autumn.stretch.length) == (14 * HOUR, 16 * HOUR)
