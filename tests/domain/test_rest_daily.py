"""R1, R2 and R3: the vectors of facts/time.md section 5, by their names, with what was measured."""

from datetime import date, time, timedelta

import pytest

from bot.domain.ids import NamndId
from bot.domain.rest.daily import daily_rest, night_in_rest, rest_before_pass
from bot.domain.rest.findings import Finding, Level
from bot.domain.rest.rules import OFFICE, Ground, RestException, RestRules, cuts_night_rest
from bot.domain.rest.spans import WORK, Kind, Span, day_window, gaps, longest, of_kinds
from tests.domain.rest_given import ANNA, AT_EIGHT, AT_SIX, active, day, span, work

MONDAY = date(2026, 11, 16)
TWO_DAYS = (work("2026-11-16 08:00", "17:00"), work("2026-11-17 08:00", "17:00"))
HOUR, MINUTE = timedelta(hours=1), timedelta(minutes=1)


def rest_on_monday(*more: Span, rules: RestRules = AT_EIGHT) -> timedelta:
    """Return the longest time without work in Monday's dygn."""
    rest = longest(gaps(of_kinds([*TWO_DAYS, *more], WORK), day_window(MONDAY, rules.dygnsbryt)))
    assert rest is not None
    return rest.length


def r1(*more: Span, rules: RestRules = AT_EIGHT) -> list[Finding]:
    return daily_rest(ANNA, [*TWO_DAYS, *more], rules, MONDAY, MONDAY)


def r2(*spans: Span, rules: RestRules = AT_EIGHT) -> list[Finding]:
    first, last = day("2026-01-01"), day("2027-12-31")
    return rest_before_pass(ANNA, spans, first, last, daily_rest(ANNA, spans, rules, first, last))


@pytest.mark.parametrize(
    ("until", "rest"),
    [("", 15 * HOUR), ("21:00", 11 * HOUR)],
)
def test_r1_passes(until: str, rest: timedelta) -> None:
    more = [active("2026-11-16 19:00", until)] if until else []

    assert rest_on_monday(*more) == rest
    assert r1(*more) == []


@pytest.mark.parametrize(
    ("start", "end", "rules", "rest"),
    [
        ("19:00", "21:01", AT_EIGHT, timedelta(hours=10, minutes=59)),
        ("22:30", "23:15", AT_EIGHT, timedelta(hours=8, minutes=45)),
        ("22:30", "23:15", AT_SIX, timedelta(hours=6, minutes=45)),
    ],
)
def test_r1_fails(start: str, end: str, rules: RestRules, rest: timedelta) -> None:
    [found] = r1(active(f"2026-11-16 {start}", end), rules=rules)

    assert (found.level, found.found, found.limit) == (Level.ERROR, rest, 11 * HOUR)
    assert found.short_of == 11 * HOUR - rest
    assert found.when == day_window(MONDAY, rules.dygnsbryt)


def test_r1_jour_breaks_the_rest_and_beredskap_does_not() -> None:
    assert r1(span(Kind.PASSIVE, "2026-11-16 17:00", "2026-11-17 08:00")) == []
    [found] = r1(span(Kind.JOUR, "2026-11-16 17:00", "2026-11-17 08:00"))
    assert found.found == timedelta(0)


def exception(ground: Ground, reason: str = "Akut", approver: str = "Lena Holm") -> RestException:
    return RestException(ground, NamndId("norrvik"), MONDAY, MONDAY, reason, approver)


@pytest.mark.parametrize(
    ("until", "rest", "recorded", "level"),
    [
        ("23:00", 9 * HOUR, exception(Ground.PLANNED), Level.EXCEPTED),
        ("23:01", 9 * HOUR - MINUTE, exception(Ground.PLANNED), Level.ERROR),
        ("23:00", 9 * HOUR, exception(Ground.PLANNED, reason=" "), Level.ERROR),
        ("23:00", 9 * HOUR, exception(Ground.PLANNED, approver=""), Level.ERROR),
        ("23:59", 8 * HOUR + MINUTE, exception(Ground.UNFORESEEN), Level.EXCEPTED),
        ("23:59", 8 * HOUR + MINUTE, exception(Ground.UNFORESEEN, approver=""), Level.ERROR),
    ],
)
def test_r1_exception(until: str, rest: timedelta, recorded: RestException, level: Level) -> None:
    """A passes with 9 h 00; 8 h 59, no reason or no approver fails. 8b is open to every activity."""
    [found] = r1(active("2026-11-16 19:00", until), rules=RestRules(dygnsbryt=time(8), exceptions=(recorded,)))

    assert (found.found, found.level) == (rest, level)


def test_r1_an_exception_holds_on_its_days_only() -> None:
    rules = RestRules(dygnsbryt=time(8), exceptions=(exception(Ground.UNFORESEEN),))
    tuesday = active("2026-11-17 19:00", "23:00"), work("2026-11-18 08:00", "17:00")

    [found] = daily_rest(ANNA, [*TWO_DAYS, *tuesday], rules, MONDAY, MONDAY + timedelta(days=1))
    assert (found.when.starts_at.day, found.level) == (17, Level.ERROR)


@pytest.mark.parametrize(
    ("before", "after", "rest"),
    [
        (work("2026-11-16 08:00", "17:00"), work("2026-11-17 08:00", "17:00"), 15 * HOUR),
        (work("2026-10-24 14:00", "22:00"), work("2026-10-25 08:00", "16:00"), 11 * HOUR),  # by the wall clock 10
        (work("2026-10-24 14:00", "22:00"), work("2026-10-25 09:00", "16:00"), 12 * HOUR),
    ],
)
def test_r2_passes(before: Span, after: Span, rest: timedelta) -> None:
    assert after.stretch.starts_at - before.stretch.ends_at == rest
    assert r2(before, after) == []


@pytest.mark.parametrize(
    ("before", "after", "rest"),
    [
        (work("2026-11-16 14:00", "22:00"), work("2026-11-17 07:00", "16:00"), 9 * HOUR),
        (work("2026-03-28 14:00", "22:00"), work("2026-03-29 09:00", "17:00"), 10 * HOUR),  # by the wall clock 11
        (work("2027-03-27 14:00", "22:00"), work("2027-03-28 09:00", "17:00"), 10 * HOUR),
    ],
)
def test_r2_fails(before: Span, after: Span, rest: timedelta) -> None:
    [found] = r2(before, after)

    assert (found.found, found.limit) == (rest, 11 * HOUR)
    assert (found.when.starts_at, found.when.ends_at) == (before.stretch.ends_at, after.stretch.starts_at)


def test_r2_is_an_error_only_where_r1_fails_too() -> None:
    """Nine hours from 22 to 07: a dygn from 08 to 08 holds no more than they, one from 20 to 20 begins with 13."""
    spans = work("2026-11-16 20:00", "22:00"), work("2026-11-17 07:00", "08:00")

    assert [f.level for f in r2(*spans, rules=RestRules(dygnsbryt=time(8)))] == [Level.WARN]
    long_day = work("2026-11-16 08:00", "22:00"), work("2026-11-17 07:00", "16:00")
    assert [f.level for f in r2(*long_day, rules=RestRules(dygnsbryt=time(8)))] == [Level.ERROR]


def test_r2_is_told_of_the_pass_and_not_of_each_text_in_beredskap() -> None:
    """Twice read in the evening: what counts is the rest from the last of them to the morning."""
    spans = [*TWO_DAYS, active("2026-11-16 18:00", "18:10"), active("2026-11-16 21:30", "21:40")]

    [found] = rest_before_pass(ANNA, spans, MONDAY, date(2026, 11, 17), [])
    assert found.found == timedelta(hours=10, minutes=20)


def test_r3_passes() -> None:
    more = active("2026-11-16 19:00", "21:00")  # the gap 21:00-08:00

    assert night_in_rest(ANNA, [*TWO_DAYS, more], AT_EIGHT, MONDAY, MONDAY) == []


def test_r3_fails() -> None:
    """Night work 22-06 and a dygn from 22: the gap 06:00-22:00 is 16 h, and holds no night."""
    rules = RestRules(dygnsbryt=time(22))
    spans = [work("2026-11-16 22:00", "2026-11-17 06:00")]

    [found] = night_in_rest(ANNA, spans, rules, MONDAY, MONDAY)
    assert (found.level, found.found) == (Level.WARN, 16 * HOUR)
    assert daily_rest(ANNA, spans, rules, MONDAY, MONDAY) == []


def test_r3_says_nothing_where_r1_has() -> None:
    spans = [*TWO_DAYS, active("2026-11-17 02:00", "03:30")]

    assert r1(*spans) != []
    assert night_in_rest(ANNA, spans, AT_EIGHT, MONDAY, MONDAY) == []


def test_dygnsbryt_at_midnight_fails_plain_office_hours() -> None:
    """Section 4: 00:00-08:00 is 8 h 00 without any active work, 3 h 00 short."""
    midnight = RestRules(dygnsbryt=time(0))
    [found] = daily_rest(ANNA, TWO_DAYS, midnight, date(2026, 11, 17), date(2026, 11, 17))

    assert (found.found, found.short_of) == (8 * HOUR, 3 * HOUR)


@pytest.mark.parametrize(
    ("at", "cuts"),
    [
        ("00:00", True),
        ("02:00", True),
        ("04:00", True),
        ("05:00", False),
        ("06:00", False),
        ("08:00", False),
        ("17:00", False),
        ("21:00", False),
        ("21:01", True),
        ("23:00", True),
    ],
)
def test_a_dygnsbryt_that_cuts_the_night_is_known(at: str, cuts: bool) -> None:
    assert cuts_night_rest(time.fromisoformat(at), OFFICE) is cuts


@pytest.mark.parametrize(
    ("on", "length"), [("2026-03-28", 23), ("2026-10-24", 25), ("2027-03-27", 23), ("2026-11-16", 24)]
)
def test_the_dygn_of_a_change_of_the_clock(on: str, length: int) -> None:
    assert day_window(day(on), time(6)).length == length * HOUR
