"""R6 and compensatory rest: the vectors of facts/time.md sections 1, 4, 5 and 6."""

from datetime import date, timedelta

import pytest

from bot.domain.rest.compensation import Owed, beredskap_periods, owed, rest_owed
from bot.domain.rest.findings import Level
from bot.domain.rest.rules import OFFICE, Compensation, RestRules, ordinary_work
from bot.domain.rest.spans import Span
from tests.domain.rest_given import ANNA, AT_EIGHT, AT_SIX, active, beredskap, wall, work

HOUR, MINUTE = timedelta(hours=1), timedelta(minutes=1)
MONDAY = date(2026, 11, 16)
WORK = (work("2026-11-16 08:00", "17:00"), work("2026-11-17 08:00", "17:00"))
EVENING = beredskap("2026-11-16 17:00", "2026-11-17 00:00")


def on_monday(*more: Span, rules: RestRules = AT_EIGHT) -> list[Owed]:
    return owed([*WORK, *more], rules, MONDAY, MONDAY)


def test_r6_no_active_work() -> None:
    assert on_monday(EVENING) == []


@pytest.mark.parametrize(
    ("rules", "restricted"), [(AT_EIGHT, 2 * HOUR + 15 * MINUTE), (AT_SIX, 4 * HOUR + 15 * MINUTE)]
)
def test_r6_the_example_of_section_4(rules: RestRules, restricted: timedelta) -> None:
    """Worked 22:30-23:15: 2 h 15 are owed, 4 h 15 with the other dygnsbryt; the cap of section 6 gives 45 min."""
    [found] = on_monday(EVENING, active("2026-11-16 22:30", "23:15"), rules=rules)

    assert (found.restricted, found.capped, found.active) == (restricted, 45 * MINUTE, 45 * MINUTE)
    assert found.amounts(Compensation.UNDECIDED) == (restricted, 45 * MINUTE)
    assert found.amounts(Compensation.FULL) == (restricted,)
    assert found.amounts(Compensation.DISTURBANCE) == (45 * MINUTE,)
    assert (found.next_pass, found.by_the_hour, found.after_rest) == (None, None, None)


def test_r6_one_number_where_there_is_nothing_to_decide() -> None:
    [found] = on_monday(EVENING, active("2026-11-16 19:00", "21:01"))

    assert found.amounts(Compensation.UNDECIDED) == (MINUTE,)


def test_r6_after_the_small_hours_the_next_start_is_shown() -> None:
    """Worked 02:00-03:30: an hour and a half later than 08:00, or when 11 hours have gone since 03:30."""
    night = beredskap("2026-11-16 17:00", "2026-11-17 08:00")
    [found] = on_monday(night, active("2026-11-17 02:00", "03:30"))

    assert found.next_pass == wall("2026-11-17 08:00")
    assert found.by_the_hour == wall("2026-11-17 09:30")
    assert found.after_rest == wall("2026-11-17 14:30")
    assert (found.rest, found.restricted) == (9 * HOUR, 2 * HOUR)


def test_r6_only_what_was_done_after_midnight_moves_the_start() -> None:
    [found] = on_monday(
        beredskap("2026-11-16 17:00", "2026-11-17 08:00"), active("2026-11-16 23:30", "2026-11-17 00:20")
    )

    assert found.by_the_hour == wall("2026-11-17 08:20")


def test_r6_the_night_in_which_the_clock_goes_back() -> None:
    """Worked 02:00 to 03:00 on 2026-10-25 is two hours; from 17 to 02 there were nine."""
    spans = [
        work("2026-10-24 08:00", "17:00"),
        beredskap("2026-10-24 17:00", "2026-10-25 08:00"),
        active("2026-10-25 02:00", "03:00"),
        work("2026-10-25 08:00", "17:00"),
    ]
    [found] = owed(spans, AT_EIGHT, date(2026, 10, 24), date(2026, 10, 24))

    assert (found.active, found.rest, found.restricted) == (2 * HOUR, 9 * HOUR, 2 * HOUR)
    assert found.by_the_hour == wall("2026-10-25 10:00")


def test_r6_with_11_hours_left_before_the_next_pass_nothing_is_proposed() -> None:
    """Saturday night disturbed, and Monday is the next pass."""
    spans = [beredskap("2026-11-21 10:00", "2026-11-22 06:00"), active("2026-11-22 01:00", "01:30")]
    spans += ordinary_work(OFFICE, MONDAY, date(2026, 11, 23))

    assert owed(spans, AT_SIX, date(2026, 11, 21), date(2026, 11, 21)) == []


def test_r6_is_a_task_for_the_leader_due_after_the_beredskap() -> None:
    [found] = rest_owed(ANNA, [*WORK, EVENING, active("2026-11-16 22:30", "23:15")], AT_EIGHT, MONDAY, MONDAY)

    assert (found.level, found.found, found.short_of) == (Level.TASK, 8 * HOUR + 45 * MINUTE, 2 * HOUR + 15 * MINUTE)
    assert found.figures["due_after"] == EVENING.stretch.ends_at
    assert (found.figures["owed"], found.figures["or_owed"]) == (2 * HOUR + 15 * MINUTE, 45 * MINUTE)


def test_skr_example_3_is_several_days_in_a_row() -> None:
    """Work 07-16 and beredskap 16-22 on two days: the rest is due after the last of them."""
    spans = [
        work("2026-11-16 07:00", "16:00"),
        beredskap("2026-11-16 16:00", "22:00"),
        work("2026-11-17 07:00", "16:00"),
        beredskap("2026-11-17 16:00", "22:00"),
    ]
    [period] = beredskap_periods(spans)
    assert period.is_several_days
    assert period.when.ends_at == wall("2026-11-17 22:00")

    [found] = owed([*spans, active("2026-11-16 20:30", "21:30")], AT_SIX, MONDAY, date(2026, 11, 17))
    assert found.due_after == wall("2026-11-17 22:00")


@pytest.mark.parametrize(
    ("turns", "several"),
    [
        ([EVENING], [False]),
        ([beredskap("2026-11-20 17:00", "2026-11-21 17:00")], [False]),  # 24 hours are not more than 24
        ([beredskap("2026-11-20 17:00", "2026-11-21 17:01")], [True]),
        ([EVENING, beredskap("2026-11-18 17:00", "22:00")], [False, False]),  # a day between them
        ([beredskap("2026-11-20 17:00", "2026-11-21 02:00"), beredskap("2026-11-22 10:00", "22:00")], [True]),
    ],
)
def test_a_period_of_beredskap(turns: list[Span], several: list[bool]) -> None:
    assert [period.is_several_days for period in beredskap_periods(turns)] == several
