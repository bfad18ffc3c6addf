"""Each finding about rest, as the person and their leader read it."""

from datetime import UTC, date, datetime, timedelta

import pytest

from bot.domain.duty import Shift
from bot.domain.ids import NamndId, ShiftId, StaffId
from bot.domain.rest.check import check_person, check_rest
from bot.domain.rest.cover import GAP, NO_BACKUP, TWO, cover
from bot.domain.rest.findings import Finding, Level, Rule
from bot.domain.rest.limits import Change, short_notice
from bot.domain.rest.rules import OFFICE, Compensation, Ground, RestException, RestRules, ordinary_work
from bot.domain.rest.spans import Kind, Span, Stretch
from bot.texts import Texts, in_hours
from bot.texts.findings import finding_words, level_words
from tests.domain.rest_given import ANNA, active, beredskap, hours, of, stretch, wall

TEXTS = Texts()
MONDAY, SUNDAY = date(2026, 11, 16), date(2026, 11, 22)
WEEK = ordinary_work(OFFICE, MONDAY, date(2026, 11, 30))
HOUR = timedelta(hours=1)


def said(rule: Rule, *more: Span, rules: RestRules = RestRules()) -> list[str]:  # noqa: B008 - frozen
    found = check_person(ANNA, [*WEEK, *more], rules, MONDAY, SUNDAY)
    return [finding_words(finding, TEXTS) for finding in of(rule, found)]


LATE = (beredskap("2026-11-16 17:00", "2026-11-17 00:00"), active("2026-11-16 22:30", "23:15"))


def test_a_night_that_was_cut_short() -> None:
    assert said(Rule.R1, *LATE) == [
        "Dygnsvila: 6 tim 45 min i följd utan arbete i dygnet från mån 16/11 06.00. Det ska vara minst 11 tim."
    ]
    assert said(Rule.R2, *LATE) == [
        "Vila före arbetspass: 8 tim 45 min från mån 16/11 23.15 till tis 17/11 08.00. Det ska vara minst 11 tim."
    ]
    assert said(Rule.R6, *LATE) == [
        "Störd vila: 45 min arbete under beredskap i dygnet från mån 16/11 06.00. Vilan blev 6 tim 45 min i följd. "
        "Vila att ersätta: 4 tim 15 min eller 45 min (avtalet avgör), efter beredskapen som slutar tis 17/11 00.00."
    ]
    decided = RestRules(compensation=Compensation.DISTURBANCE)
    assert "Vila att ersätta: 45 min, efter" in said(Rule.R6, *LATE, rules=decided)[0]


def test_work_in_the_small_hours_proposes_when_to_start() -> None:
    night = beredskap("2026-11-16 17:00", "2026-11-17 08:00"), active("2026-11-17 02:00", "03:30")

    assert said(Rule.R6, *night)[0].endswith(
        "Nästa arbetspass börjar tis 17/11 08.00. Förslag: börja tis 17/11 09.30 (timme för timme för arbete "
        "00.00–06.00) eller tis 17/11 14.30 (elva timmars vila)."
    )


def test_an_exception_is_told() -> None:
    excepted = RestException(Ground.UNFORESEEN, NamndId("norrvik"), MONDAY, MONDAY, "Brand", "Lena Holm")

    assert said(Rule.R1, *LATE, rules=RestRules(exceptions=(excepted,)))[0].endswith("Undantag är beslutat.")


def test_a_week_without_rest() -> None:
    evenings = [beredskap(f"2026-11-{day} 17:00", "22:00") for day in range(16, 23)]

    assert said(Rule.R4, *evenings) == [
        "Veckovila: 19 tim i följd utan arbete och beredskap i veckan från mån 16/11. Det ska vara minst 36 tim."
    ]
    assert said(Rule.R5, beredskap("2026-11-22 12:00", "22:00")) == [
        "Veckovila: 43 tim i följd i veckan från mån 16/11. 36 timmar finns, men inte 47 tim, som behövs om dygnsvilan "
        "inte har tagits ut före."
    ]


def test_a_rest_by_day() -> None:
    night = [Span(Kind.JOUR, stretch("2026-11-21 20:00", "2026-11-22 04:00"))]

    assert said(Rule.R3, *night) == ["Dygnsvila: vilan i dygnet från lör 21/11 06.00 täcker inte 00.00–05.00."]


def test_too_many_hours() -> None:
    month = [hours(Kind.PASSIVE, f"2026-11-{day:02} 17:00", 5 * HOUR) for day in range(1, 28)]
    extra = hours(Kind.OVERTIME, "2026-11-20 00:00", 49 * HOUR)

    assert said(Rule.R7, *month) == ["Beredskap: 135 tim 2026-11-01–2026-11-30. Gränsen är 130 tim."]
    assert said(Rule.R8, extra) == ["Övertid: 49 tim 2026-10-26–2026-11-22. Gränsen är 48 tim."]
    long_weeks = ordinary_work(OFFICE, date(2026, 7, 1), SUNDAY)
    sundays = [hours(Kind.OVERTIME, f"{SUNDAY - timedelta(weeks=week)} 08:00", 9 * HOUR) for week in range(17)]
    found = check_person(ANNA, [*long_weeks, *sundays], RestRules(), MONDAY, SUNDAY)
    [words] = [finding_words(finding, TEXTS) for finding in of(Rule.R9, found)]
    assert words == "Arbetstid: 49 tim i veckan i snitt, 2026-07-27–2026-11-22. Gränsen är 48 tim."


def test_short_notice() -> None:
    made_at = datetime(2026, 11, 20, 12, tzinfo=UTC)
    [found] = short_notice([Change(ANNA, stretch("2026-12-03 17:00", "22:00"), made_at)], RestRules())

    assert finding_words(found, TEXTS) == (
        "Varsel: passet tor 3 dec 17.00–22.00 bestämdes 13 dagar i förväg. Det ska vara minst 14, annars ska någon ha "
        "godkänt det."
    )


def test_too_many_disturbed() -> None:
    [found] = of(Rule.R11, check_rest({ANNA: LATE}, RestRules(), MONDAY, SUNDAY))

    assert finding_words(found, TEXTS) == (
        "Störda pass: 1 av 1, 2026-09-28–2026-11-22. Det är mer än 25 procent: överväg jour eller ordinarie arbetstid."
    )


@pytest.mark.parametrize(
    ("count", "wrong", "words"),
    [
        (0, GAP, "Ingen har beredskap fre 20 nov 17.00–22.00."),
        (1, NO_BACKUP, "Ingen reserv fre 20 nov 17.00–22.00."),
        (2, TWO, "Två har beredskap samtidigt fre 20 nov 17.00–22.00."),
    ],
)
def test_nobody_or_two(count: int, wrong: str, words: str) -> None:
    evening = Stretch(wall("2026-11-20 17:00"), wall("2026-11-20 22:00"))
    people = [StaffId("anna"), StaffId("bo")][:count]
    shifts = [Shift(ShiftId(who), who, NamndId("norrvik"), evening.starts_at, evening.ends_at) for who in people]

    [found] = cover([evening], shifts)
    assert (found.figures["wrong"], finding_words(found, TEXTS)) == (wrong, words)


def test_every_rule_and_level_has_words() -> None:
    lengths = {"active": HOUR, "owed": HOUR, "or_owed": None, "due_after": wall("2026-11-20 22:00"), "wrong": GAP}
    figures = {**lengths, "next_pass": None, "by_the_hour": None, "after_rest": None}
    for rule in Rule:
        found = Finding(rule, Level.WARN, ANNA, stretch("2026-11-20 17:00", "22:00"), HOUR, HOUR, figures)
        assert "{" not in finding_words(found, TEXTS)
    assert len({level_words(level, TEXTS) for level in Level}) == len(Level)


@pytest.mark.parametrize(
    ("length", "words"),
    [(timedelta(), "0 min"), (timedelta(seconds=59), "0 min"), (45 * HOUR / 60, "45 min"), (130 * HOUR, "130 tim")],
)
def test_hours_in_words(length: timedelta, words: str) -> None:
    assert in_hours(length) == words
