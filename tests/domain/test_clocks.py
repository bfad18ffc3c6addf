"""When each limit runs out. The dates are those of the facts on time, sections 8, 9, 10 and 12."""

from datetime import UTC, date, datetime, time, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.domain.calendar import FREE_DAY, STOCKHOLM, Hours, WeekHours, instant, is_working_day, local
from bot.domain.clocks import (
    GROUNDS,
    ClockKind,
    ClockRules,
    Counting,
    Limit,
    add_months,
    counted_until,
    is_working_time,
    last_open,
    limit_of,
    morning_on_or_before,
    next_morning,
    open_from,
    open_spans,
    opening_on,
    worked_back,
)

SKYDD, FORHAND, UTREDNING = ClockKind.SKYDDSBEDOMNING, ClockKind.FORHANDSBEDOMNING, ClockKind.UTREDNING
ANMALARE, BARN, TALK = ClockKind.ATERKOPPLING_ANMALARE, ClockKind.ATERKOPPLING_BARN, ClockKind.ALLVARSSAMTAL
ELAPSED, WORKING_DAYS, OFFICE_HOURS = Counting.ELAPSED, Counting.WORKING_DAYS, Counting.OFFICE_HOURS
NONE_CLOSED: frozenset[date] = frozenset()
PLANNING = frozenset({date(2026, 11, 23)})  # a Monday that the municipality keeps closed
HOUR = timedelta(hours=1)


def span(start: str, end: str, *rows: int) -> tuple[tuple[int, Hours], ...]:
    return tuple((row, Hours(time.fromisoformat(start), time.fromisoformat(end))) for row in rows)


OFFICE = WeekHours(span("08:00", "17:00", 0, 1, 2, 3, 4))
SHORT_FRIDAY = WeekHours(span("08:00", "16:30", 0, 1, 2, 3) + span("08:00", "15:00", 4))
WITH_LUNCH = WeekHours(span("08:00", "12:00", 0, 1, 2, 3, 4) + span("13:00", "17:00", 0, 1, 2, 3, 4))
NO_FRIDAYS = WeekHours(span("08:00", "17:00", 0, 1, 2, 3))
HALF_AN_HOUR = WeekHours(span("10:00", "10:30", 0, 1, 2, 3, 4))
NEVER = WeekHours()


def wall(text: str, *, fold: int = 0) -> datetime:
    """Return a Stockholm wall-clock time as a UTC instant."""
    return datetime.fromisoformat(text).replace(tzinfo=STOCKHOLM, fold=fold).astimezone(UTC)


def said(at: datetime) -> str:
    return f"{local(at):%Y-%m-%d %H:%M}"


def a_limit(
    kind: ClockKind,
    starts: str,
    rules: ClockRules | None = None,
    office: WeekHours = OFFICE,
    closed: frozenset[date] = NONE_CLOSED,
) -> Limit:
    return limit_of(kind, wall(starts), rules or ClockRules(), office, closed)


# --- förhandsbedömning: section 8 ---


@pytest.mark.parametrize(
    ("received", "due", "plan", "late"),
    [
        ("2026-11-20", "2026-12-04", "2026-12-04", None),  # Fri, Fri
        ("2026-12-10", "2026-12-24", "2026-12-23", "2026-12-28"),  # Thu, Thu julafton
        ("2026-12-17", "2026-12-31", "2026-12-30", "2027-01-04"),  # Thu, Thu nyårsafton
        ("2027-06-11", "2027-06-25", "2027-06-24", "2027-06-28"),  # Fri, Fri midsommarafton
        ("2026-03-20", "2026-04-03", "2026-04-02", "2026-04-07"),  # Fri, långfredag
    ],
)
def test_the_fourteen_days(received: str, due: str, plan: str, late: str | None) -> None:
    """Anmälan in | D+14 | plan | late. `late` is where it is a working day: the day itself, so nothing to inform of."""
    limit = a_limit(FORHAND, f"{received} 09:00")

    assert (limit.due_on.isoformat(), limit.plan_on.isoformat()) == (due, plan)
    assert (limit.late_on.isoformat() if limit.late_on is not None else None) == late
    assert limit.due_at == instant(limit.due_on + timedelta(days=1), time(0))
    assert limit.act_before == instant(limit.plan_on, time(17))


@pytest.mark.parametrize(
    ("received", "due"),
    [
        ("2026-07-01 00:30", "2026-07-15"),  # 2026-06-30T22:30Z: the UTC date would give 07-14
        ("2026-11-20 00:30", "2026-12-04"),  # not 12-03
        ("2026-11-20 23:59", "2026-12-04"),
        ("2026-10-12 09:00", "2026-10-26"),  # the day after the clock went back
        ("2026-03-15 09:00", "2026-03-29"),  # a Sunday with 23 hours
        ("2026-10-11 09:00", "2026-10-25"),  # a Sunday with 25 hours
    ],
)
def test_the_day_of_receipt_is_the_local_one(received: str, due: str) -> None:
    limit = a_limit(FORHAND, received)

    assert limit.due_on.isoformat() == due
    assert said(limit.due_at - timedelta(minutes=1)) == f"{due} 23:59"


def test_the_day_of_receipt_counts_where_the_namnd_has_decided_so() -> None:
    assert a_limit(FORHAND, "2026-11-20 09:00", ClockRules(counts_receipt_day=True)).due_on == date(2026, 12, 3)
    assert a_limit(FORHAND, "2026-11-20 09:00", ClockRules(forhand_days=10)).due_on == date(2026, 11, 30)


def test_a_start_with_a_zone_of_its_own_is_the_same_instant() -> None:
    """Hours that are added to a local time would be those of the wall clock (section 13)."""
    here = datetime(2026, 3, 28, 10, tzinfo=STOCKHOLM)

    for kind in ClockKind:
        rules = ClockRules()
        assert limit_of(kind, here, rules, OFFICE, NONE_CLOSED) == limit_of(
            kind, here.astimezone(UTC), rules, OFFICE, NONE_CLOSED
        )
    assert said(limit_of(TALK, here, ClockRules(), OFFICE, NONE_CLOSED).due_at) == "2026-03-30 11:00"


# --- allvarssamtal: section 9 ---


@pytest.mark.parametrize(
    ("received", "after_24", "after_40", "due"),
    [
        ("2026-11-20 16:00", "2026-11-21 16:00", "2026-11-22 08:00", "2026-11-22 16:00"),  # Fri; Sat, Sun, Sun
        ("2026-11-19 09:00", "2026-11-20 09:00", "2026-11-21 01:00", "2026-11-21 09:00"),  # Thu; Fri, Sat, Sat
        ("2026-10-24 10:00", "2026-10-25 09:00", "2026-10-26 01:00", "2026-10-26 09:00"),  # Sat; the clock goes back
        ("2027-03-27 10:00", "2027-03-28 11:00", "2027-03-29 03:00", "2027-03-29 11:00"),  # Sat; it goes forward
        ("2026-03-28 10:00", "2026-03-29 11:00", "2026-03-30 03:00", "2026-03-30 11:00"),  # Sat; it goes forward
        ("2027-03-26 16:00", "2027-03-27 16:00", "2027-03-28 09:00", "2027-03-28 17:00"),  # Fri; it goes forward
    ],
)
def test_the_forty_eight_hours(received: str, after_24: str, after_40: str, due: str) -> None:
    """Received | +24 h | +40 h | Due: elapsed time."""
    limit = a_limit(TALK, received)
    marks = [
        counted_until(wall(received), timedelta(hours=hours), ELAPSED, OFFICE, NONE_CLOSED) for hours in (24, 40, 48)
    ]

    assert [said(at) for at in marks] == [after_24, after_40, due]
    assert limit.due_at - wall(received) == timedelta(hours=48)
    assert (said(limit.due_at), limit.due_on.isoformat()) == (due, due[:10])
    assert limit.late_on is None  # no statute, so nothing to roll forward


def test_on_a_short_friday_there_is_less_time_than_it_seems() -> None:
    """A report at 14.20 must be acted on before 15.00; the time runs out on Sunday at 14.20."""
    limit = a_limit(TALK, "2026-11-20 14:20", office=SHORT_FRIDAY)

    assert said(limit.act_before) == "2026-11-20 15:00"
    assert (said(limit.due_at), limit.due_on, limit.plan_on) == (
        "2026-11-22 14:20",
        date(2026, 11, 22),
        date(2026, 11, 20),
    )


def test_the_plan_day_is_the_day_of_the_last_office_hour() -> None:
    """Due before the office opens on Monday: Monday does not help."""
    early = a_limit(TALK, "2026-11-21 07:00")  # a Saturday: until Monday 07.00
    later = a_limit(TALK, "2026-11-21 08:10")

    assert (early.due_on, early.plan_on, said(early.act_before)) == (
        date(2026, 11, 23),
        date(2026, 11, 20),
        "2026-11-20 17:00",
    )
    assert (later.plan_on, said(later.act_before)) == (date(2026, 11, 23), "2026-11-23 08:10")
    assert a_limit(FORHAND, "2026-11-20 09:00", office=NO_FRIDAYS).plan_on == date(2026, 12, 3)


def test_what_runs_out_before_the_office_opens_again_had_no_office_hours() -> None:
    limit = a_limit(TALK, "2026-11-20 17:30")

    assert said(limit.due_at) == "2026-11-22 17:30"
    assert limit.act_before == wall("2026-11-20 17:00")  # before it came in: too late to say


def test_a_limit_at_midnight_belongs_to_the_day_that_ended() -> None:
    assert a_limit(TALK, "2026-11-18 00:00").due_on == date(2026, 11, 19)


@pytest.mark.parametrize(
    ("counting", "received", "due"),
    [
        (ELAPSED, "2026-11-18 09:00", "2026-11-20 09:00"),
        (WORKING_DAYS, "2026-11-18 09:00", "2026-11-20 09:00"),
        (WORKING_DAYS, "2026-11-20 16:00", "2026-11-24 16:00"),  # over a weekend
        (WORKING_DAYS, "2026-11-21 10:00", "2026-11-25 00:00"),  # Saturday: all of Monday and Tuesday
        (WORKING_DAYS, "2026-10-23 16:00", "2026-10-27 16:00"),  # the weekend had 49 hours
        (WORKING_DAYS, "2027-03-25 16:00", "2027-03-31 16:00"),  # Thursday before Easter; långfredag, annandag påsk
        (OFFICE_HOURS, "2026-11-16 08:00", "2026-11-23 11:00"),  # nine hours a day: 5 x 9 + 3
        (OFFICE_HOURS, "2026-11-20 16:00", "2026-11-30 10:00"),  # 1 + 5 x 9 + 2
        (OFFICE_HOURS, "2026-11-20 19:00", "2026-11-30 11:00"),  # the evening counts nothing
        (OFFICE_HOURS, "2026-10-23 16:00", "2026-11-02 10:00"),
    ],
)
def test_the_three_ways_of_counting_hours(counting: Counting, received: str, due: str) -> None:
    assert said(a_limit(TALK, received, ClockRules(talk_counting=counting)).due_at) == due


@pytest.mark.parametrize(
    ("counting", "office", "due"),
    [
        (ELAPSED, OFFICE, "2026-11-22 16:00"),
        (WORKING_DAYS, OFFICE, "2026-11-25 16:00"),  # Tuesday and the first 16 hours of Wednesday
        (OFFICE_HOURS, OFFICE, "2026-12-01 10:00"),
        (OFFICE_HOURS, WITH_LUNCH, "2026-12-01 16:00"),  # eight hours a day: 1 + 5 x 8 + 7
    ],
)
def test_the_municipalitys_own_closed_days_count_nothing(counting: Counting, office: WeekHours, due: str) -> None:
    rules = ClockRules(talk_counting=counting)

    assert said(a_limit(TALK, "2026-11-20 16:00", rules, office, PLANNING).due_at) == due


def test_hours_that_overlap_are_counted_once_and_saturdays_are_no_working_days() -> None:
    twice = WeekHours(span("08:00", "12:00", 0, 1, 2, 3, 4) + span("10:00", "17:00", 0, 1, 2, 3, 4))
    saturdays = WeekHours((*OFFICE.days, *span("10:00", "14:00", 5)))

    for office in (twice, saturdays):
        assert said(counted_until(wall("2026-11-20 16:00"), 2 * HOUR, OFFICE_HOURS, office, NONE_CLOSED)) == (
            "2026-11-23 09:00"
        )


# --- the others: section 10 ---


@pytest.mark.parametrize(
    ("received", "due"),
    [
        ("2026-11-21 14:00", "2026-11-21"),  # received Sat 14:00: Sat
        ("2026-11-21 15:00", "2026-11-22"),
        ("2026-11-18 08:00", "2026-11-18"),
        ("2026-11-18 14:59", "2026-11-18"),
        ("2026-11-18 15:00", "2026-11-19"),
        ("2026-11-18 23:59", "2026-11-19"),
        ("2026-11-19 00:10", "2026-11-19"),
        ("2026-11-20 16:00", "2026-11-21"),  # Friday: the next day, though it is a Saturday
        ("2026-03-28 16:00", "2026-03-29"),
        ("2026-10-25 02:30", "2026-10-25"),
    ],
)
def test_the_omedelbara_skyddsbedomningen(received: str, due: str) -> None:
    limit = a_limit(SKYDD, received)

    assert limit.due_on.isoformat() == due
    assert limit.late_on is None  # genast: there is no last day to roll forward


def test_the_hour_after_which_it_is_late_is_the_namnds_own() -> None:
    rules = ClockRules(skydd_late_after=time(12))

    assert a_limit(SKYDD, "2026-11-18 11:59", rules).due_on == date(2026, 11, 18)
    assert a_limit(SKYDD, "2026-11-18 12:00", rules).due_on == date(2026, 11, 19)


def test_on_a_saturday_the_last_office_hours_were_fridays() -> None:
    limit = a_limit(SKYDD, "2026-11-21 14:00")

    assert (limit.plan_on, said(limit.act_before)) == (date(2026, 11, 20), "2026-11-20 17:00")


@pytest.mark.parametrize(
    ("opened", "due", "late"),
    [
        ("2026-10-31", "2027-02-28", "2027-03-01"),  # Sun, late Mon 03-01
        ("2026-10-28", "2027-02-28", "2027-03-01"),
        ("2026-11-30", "2027-03-30", None),
        ("2027-10-29", "2028-02-29", None),
        ("2027-10-30", "2028-02-29", None),
        ("2027-10-31", "2028-02-29", None),
    ],
)
def test_the_utredning_ends_on_the_same_day_four_months_later(opened: str, due: str, late: str | None) -> None:
    limit = a_limit(UTREDNING, f"{opened} 00:30")

    assert limit.due_on.isoformat() == due
    assert (limit.late_on.isoformat() if limit.late_on is not None else None) == late


@pytest.mark.parametrize(
    ("day", "months", "then"),
    [
        ("2026-01-31", 1, "2026-02-28"),
        ("2028-01-31", 1, "2028-02-29"),
        ("2026-08-31", 1, "2026-09-30"),
        ("2026-12-31", 12, "2027-12-31"),
        ("2026-12-01", 1, "2027-01-01"),
        ("2026-05-15", 0, "2026-05-15"),
        ("2026-11-30", 24, "2028-11-30"),
    ],
)
def test_months_end_on_the_same_day_or_the_last(day: str, months: int, then: str) -> None:
    assert add_months(date.fromisoformat(day), months).isoformat() == then


@given(st.dates(date(2020, 1, 1), date(2035, 12, 31)), st.integers(0, 40))
def test_months_later_is_never_a_later_day_of_the_month(day: date, months: int) -> None:
    then = add_months(day, months)

    assert (then.year * 12 + then.month) - (day.year * 12 + day.month) == months
    assert then.day == day.day or (then.day < day.day and (then + timedelta(days=1)).day == 1)


def test_whoever_reported_hears_within_a_week_or_at_once() -> None:
    """Decision 2026-11-20: 2026-11-27; genast when they asked later."""
    decided = wall("2026-11-20 15:00")

    assert limit_of(ANMALARE, decided, ClockRules(), OFFICE, NONE_CLOSED).due_on == date(2026, 11, 27)
    assert limit_of(ANMALARE, decided, ClockRules(), OFFICE, NONE_CLOSED, at_once=True).due_on == date(2026, 11, 20)
    assert a_limit(BARN, "2026-11-20 15:00", ClockRules(child_feedback_days=10)).due_on == date(2026, 11, 30)


def test_an_extension_is_the_last_day_that_was_decided() -> None:
    extended = limit_of(
        FORHAND, wall("2026-11-20 09:00"), ClockRules(), OFFICE, NONE_CLOSED, extended_to=date(2026, 12, 11)
    )

    assert (extended.due_on, extended.plan_on) == (date(2026, 12, 11), date(2026, 12, 11))


# --- the roll-forward: section 12 ---


def test_what_may_be_late_is_only_for_a_statutory_last_day() -> None:
    """All of these end on a Saturday; 20 kap. 1 § says genast, and a goal of the nämnd's own is no law."""
    saturday, week_before = wall("2026-11-21 09:00"), wall("2026-11-14 09:00")
    late = {
        kind: limit_of(kind, week_before, ClockRules(), OFFICE, NONE_CLOSED, extended_to=date(2026, 11, 21)).late_on
        for kind in ClockKind
    }

    assert late == {
        SKYDD: None,
        FORHAND: date(2026, 11, 23),
        UTREDNING: date(2026, 11, 23),
        ANMALARE: date(2026, 11, 23),
        BARN: None,
        TALK: None,
    }
    assert limit_of(ANMALARE, saturday, ClockRules(), OFFICE, NONE_CLOSED, at_once=True).late_on is None


def test_the_municipalitys_own_closed_days_move_the_plan_and_nothing_else() -> None:
    """Lag 1930:173 knows nothing of them: the limit stands, and nothing may be late."""
    limit = a_limit(FORHAND, "2026-11-09 09:00", closed=PLANNING)

    assert (limit.due_on, limit.plan_on, limit.late_on) == (date(2026, 11, 23), date(2026, 11, 20), None)
    assert said(limit.act_before) == "2026-11-20 17:00"


@given(
    st.sampled_from(ClockKind),
    st.integers(0, 2 * 365 * 24 * 60).map(lambda n: datetime(2026, 1, 1, tzinfo=UTC) + timedelta(minutes=n)),
    st.sampled_from(Counting),
    st.sampled_from([OFFICE, SHORT_FRIDAY, WITH_LUNCH, NO_FRIDAYS, HALF_AN_HOUR, NEVER]),
    st.frozensets(st.dates(date(2026, 1, 1), date(2028, 1, 1)), max_size=5),
)
def test_a_limit_hangs_together(
    kind: ClockKind, starts: datetime, counting: Counting, office: WeekHours, closed: frozenset[date]
) -> None:
    limit = limit_of(kind, starts, ClockRules(talk_counting=counting), office, closed)

    assert starts < limit.due_at
    assert limit.act_before <= limit.due_at
    assert limit.plan_on <= limit.due_on
    assert limit.due_on == local(limit.due_at - timedelta(microseconds=1)).date()
    assert is_working_day(limit.plan_on, closed)
    assert is_working_time(office, limit.act_before - timedelta(microseconds=1), closed)
    if limit.late_on is not None:
        assert not is_working_day(limit.due_on)
        assert limit.late_on > limit.due_on


def test_every_limit_says_where_it_comes_from() -> None:
    assert set(GROUNDS) == set(ClockKind)
    assert all(ground.says for ground in GROUNDS.values())
    assert all("2025:400" in ground.section for ground in GROUNDS.values() if ground.section)


# --- office hours ---


@pytest.mark.parametrize(
    ("office", "before", "length", "found"),
    [
        (OFFICE, "2026-11-20 17:00", HOUR, "2026-11-20 16:00"),
        (OFFICE, "2026-11-22 16:00", HOUR, "2026-11-20 16:00"),  # Sunday: the last hour of Friday
        (OFFICE, "2026-11-23 08:10", HOUR, "2026-11-20 16:10"),  # ten minutes of Monday, fifty of Friday
        (OFFICE, "2026-11-23 08:00", HOUR, "2026-11-20 16:00"),
        (WITH_LUNCH, "2026-11-20 13:20", HOUR, "2026-11-20 11:20"),
        (WITH_LUNCH, "2026-11-20 12:30", HOUR, "2026-11-20 11:00"),
        (HALF_AN_HOUR, "2026-11-20 10:30", HOUR, "2026-11-19 10:00"),  # half an hour on each of two days
        (NO_FRIDAYS, "2026-11-20 12:00", HOUR, "2026-11-19 16:00"),
        (OFFICE, "2026-10-25 04:00", HOUR, "2026-10-23 16:00"),
        (OFFICE, "2026-12-28 08:00", HOUR, "2026-12-23 16:00"),  # over Christmas
    ],
)
def test_the_last_hour_is_one_of_office_hours(office: WeekHours, before: str, length: timedelta, found: str) -> None:
    assert said(worked_back(office, wall(before), length, NONE_CLOSED)) == found


def test_the_last_open_instant() -> None:
    assert said(last_open(OFFICE, wall("2026-11-20 12:30"), NONE_CLOSED)) == "2026-11-20 12:30"
    assert said(last_open(WITH_LUNCH, wall("2026-11-20 12:30"), NONE_CLOSED)) == "2026-11-20 12:00"
    assert said(last_open(OFFICE, wall("2026-11-23 12:00"), PLANNING)) == "2026-11-20 17:00"
    assert said(last_open(NEVER, wall("2026-11-22 12:00"), NONE_CLOSED)) == "2026-11-20 17:00"


def test_the_next_morning() -> None:
    assert said(next_morning(WITH_LUNCH, wall("2026-11-19 12:30"), NONE_CLOSED)) == "2026-11-20 08:00"  # not 13.00
    assert said(next_morning(OFFICE, wall("2026-11-20 07:59"), NONE_CLOSED)) == "2026-11-20 08:00"
    assert said(next_morning(OFFICE, wall("2026-11-20 08:00"), PLANNING)) == "2026-11-24 08:00"
    assert said(next_morning(NO_FRIDAYS, wall("2026-11-19 09:00"), NONE_CLOSED)) == "2026-11-23 08:00"
    assert said(next_morning(NEVER, wall("2026-11-20 09:00"), NONE_CLOSED)) == "2026-11-23 08:00"
    assert said(next_morning(OFFICE, wall("2026-10-24 09:00"), NONE_CLOSED)) == "2026-10-26 08:00"


def test_a_morning_is_found_also_after_a_long_closure() -> None:
    summer = frozenset(date(2026, 6, 22) + timedelta(days=n) for n in range(60))

    assert said(next_morning(OFFICE, wall("2026-06-18 18:00"), summer)) == "2026-08-21 08:00"
    assert said(last_open(OFFICE, wall("2026-08-20 18:00"), summer)) == "2026-06-18 17:00"


def test_when_the_office_opens() -> None:
    assert said(opening_on(OFFICE, date(2026, 11, 20), NONE_CLOSED)) == "2026-11-20 08:00"
    assert said(opening_on(HALF_AN_HOUR, date(2026, 11, 20), NONE_CLOSED)) == "2026-11-20 10:00"
    assert said(opening_on(HALF_AN_HOUR, date(2026, 11, 21), NONE_CLOSED)) == "2026-11-21 08:00"  # a Saturday
    assert said(morning_on_or_before(NO_FRIDAYS, date(2026, 11, 22), NONE_CLOSED)) == "2026-11-19 08:00"
    assert said(morning_on_or_before(OFFICE, date(2026, 11, 20), NONE_CLOSED)) == "2026-11-20 08:00"


def test_open_from() -> None:
    assert said(open_from(WITH_LUNCH, wall("2026-11-20 11:59"), NONE_CLOSED)) == "2026-11-20 11:59"
    assert said(open_from(WITH_LUNCH, wall("2026-11-20 12:00"), NONE_CLOSED)) == "2026-11-20 13:00"
    assert said(open_from(WITH_LUNCH, wall("2026-11-20 06:00"), NONE_CLOSED)) == "2026-11-20 08:00"
    assert said(open_from(WITH_LUNCH, wall("2026-11-20 17:00"), NONE_CLOSED)) == "2026-11-23 08:00"


def test_nobody_works_on_a_day_off_whatever_the_hours_say() -> None:
    always = WeekHours(span("00:00", "00:00", 0, 1, 2, 3, 4, 5, 6, FREE_DAY))

    assert list(open_spans(always, date(2026, 11, 21), NONE_CLOSED)) == []
    assert list(open_spans(always, date(2026, 12, 24), NONE_CLOSED)) == []
    assert not is_working_time(always, wall("2026-11-21 09:00"), NONE_CLOSED)
    assert is_working_time(always, wall("2026-11-20 09:00"), NONE_CLOSED)
    evenings = WeekHours(span("20:00", "06:00", 4))  # past midnight is Saturday
    assert [(said(a), said(b)) for a, b in open_spans(evenings, date(2026, 11, 20), NONE_CLOSED)] == [
        ("2026-11-20 20:00", "2026-11-21 00:00")
    ]
