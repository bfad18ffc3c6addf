"""The table for the nämnd's report: the paper's own figures, what is counted, and what is never shown."""

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.domain.calendar import WeekHours
from bot.domain.clocks import ClockKind, ClockRules, limit_of
from bot.domain.deadline import ClockState, Deadline, Gender, Outcome, Reason, Talk
from bot.domain.ids import DeadlineId, NamndId, ReportId, StaffId, new_id
from bot.domain.indicator import (
    MASKED,
    Cell,
    Indicator,
    IndicatorRow,
    Measure,
    Part,
    Period,
    indicator,
    is_counted,
    is_met,
    lies_outside,
    percent_text,
    read_percent,
    total_of,
)

VB = Period(2022)
RULES = ClockRules()
NOW = datetime(2023, 1, 20, 12, tzinfo=UTC)
RECEIVED = datetime(2022, 3, 8, 9, tzinfo=UTC)  # a Tuesday
INGRID = StaffId("ingrid")
HOUR = timedelta(hours=1)
IN_TIME, LATE = RECEIVED + 47 * HOUR, RECEIVED + 49 * HOUR


def a_clock(kind: ClockKind = ClockKind.ALLVARSSAMTAL, received_at: datetime = RECEIVED, **changes: Any) -> Deadline:
    made = Deadline(
        id=DeadlineId(new_id()),
        report_id=ReportId(new_id()),
        namnd=NamndId("norrvik"),
        kind=kind,
        case_ref="K-1",
        received_at=received_at,
        starts_at=received_at,
        limit=limit_of(kind, received_at, RULES, WeekHours(), frozenset()),
        registered_at=received_at,
        gender=Gender.BOY,
        talk=Talk() if kind is ClockKind.ALLVARSSAMTAL else None,
    )
    return replace(made, **changes)


def a_talk(summoned_at: datetime | None = None, held_at: datetime | None = None, **changes: Any) -> Deadline:
    """A talk that was held, or declined when no time is given."""
    made = a_clock(talk=Talk(child_summoned_at=summoned_at, guardian_summoned_at=summoned_at, ended_at=held_at))
    outcome = Outcome.DECLINED if held_at is None else Outcome.HELD
    return replace(made.settle(outcome, INGRID, at=NOW, on=date(2022, 3, 10)), **changes)


def decided(kind: ClockKind, on: date, received_at: datetime = RECEIVED, **changes: Any) -> Deadline:
    outcome = Outcome.INLEDS_INTE if kind is ClockKind.FORHANDSBEDOMNING else Outcome.AVSLUTAD
    return replace(a_clock(kind, received_at).settle(outcome, INGRID, at=NOW, on=on), **changes)


def table(*clocks: Deadline, before: tuple[Deadline, ...] = (), rules: ClockRules = RULES, **where: Any) -> Indicator:
    return indicator(clocks, before, where.get("period", VB), rules, where.get("now", NOW))


def row(made: Indicator, measure: Measure) -> IndicatorRow:
    return next(r for r in made.rows if r.measure is measure)


def said(cell: Cell, decimals: int = 1) -> str:
    return "" if cell.percent is None else percent_text(cell.percent, decimals)


# --- the table of the paper (facts: domain, section 4) ---


def the_year_2022() -> list[Deadline]:
    """136 children: 25 of 113 boys and 4 of 23 girls were summoned in time, and 66 talks were held at all."""
    boys = [a_talk(IN_TIME, IN_TIME) for _ in range(25)]
    boys += [a_talk(LATE, LATE + 90 * HOUR) for _ in range(31)]
    boys += [a_talk() for _ in range(57)]
    girls = [a_talk(IN_TIME, IN_TIME) for _ in range(4)]
    girls += [a_talk(LATE, LATE + 90 * HOUR) for _ in range(6)]
    girls += [a_talk() for _ in range(13)]
    return boys + [replace(girl, gender=Gender.GIRL) for girl in girls]


def test_the_table_of_2022() -> None:
    """The row says 21,3 % | 22,1 % | 17,4 % | 56,5 % | 90 % | tas fram av nämnd | VB 2022; talks in all: 48,53 %."""
    last_year = datetime(2021, 5, 4, 9, tzinfo=UTC)
    before = tuple(
        replace(a_talk(RECEIVED if number < 13 else None), received_at=last_year, gender=Gender.GIRL)
        for number in range(23)
    )

    made = table(*the_year_2022(), before=before)

    summoned, ever = row(made, Measure.TALK_SUMMONED), row(made, Measure.TALK_HELD_EVER)
    assert made.period.label == "VB 2022"
    assert [said(cell) for cell in (summoned.total, summoned.boys, summoned.girls, summoned.year_before)] == [
        "21,3 %",
        "22,1 %",
        "17,4 %",
        "56,5 %",
    ]
    assert (summoned.total, summoned.boys, summoned.girls) == (Cell(29, 136), Cell(25, 113), Cell(4, 23))
    assert (summoned.target, summoned.warning) == (90, False)
    assert (ever.total, said(ever.total, 2), ever.target) == (Cell(66, 136), "48,53 %", None)
    assert row(made, Measure.TALK_HELD).total == Cell(29, 136)


@pytest.mark.parametrize(
    ("total", "boys", "girls", "is_impossible"),
    [
        ("98,18", "97,62", "98,77", False),
        ("22,4", "23,1", "21,7", False),
        ("68,97", "61,54", "75", False),
        ("52,61", "53,94", "51,23", False),
        ("75,11", "78,22", "81,11", True),  # below both, in the paper itself
        ("82", "78,22 %", "81.11", True),
        ("78,22", "78,22", "81,11", False),
    ],
)
def test_a_total_lies_between_its_parts(total: str, boys: str, girls: str, is_impossible: bool) -> None:
    """The five rows of facts: domain, section 5."""
    assert lies_outside(read_percent(total), (read_percent(boys), read_percent(girls))) is is_impossible


def test_nothing_is_said_of_a_total_with_a_part_unknown() -> None:
    assert not lies_outside(Decimal(75), (None, Decimal(80)))
    assert not lies_outside(None, (Decimal(80), Decimal(81)))
    with pytest.raises(ValueError, match="percentage"):
        read_percent("tas fram av nämnd")


def test_children_of_unknown_gender_may_pull_the_total_outside_and_then_it_is_said() -> None:
    clocks = [a_talk(IN_TIME) for _ in range(10)]
    clocks += [replace(clock, gender=Gender.GIRL) for clock in clocks]
    clocks += [replace(a_talk(), gender=Gender.UNKNOWN) for _ in range(5)]

    summoned = row(table(*clocks), Measure.TALK_SUMMONED)

    assert (summoned.total, summoned.unknown, summoned.warning) == (Cell(20, 25), Cell(0, 5), True)


# --- what is counted ---


@pytest.mark.parametrize(
    ("child", "guardian", "is_summoned"),
    [
        (IN_TIME, IN_TIME, True),
        (IN_TIME, None, False),
        (None, IN_TIME, False),
        (IN_TIME, LATE, False),
        (IN_TIME, RECEIVED + 48 * HOUR, False),
        (IN_TIME, RECEIVED + 48 * HOUR - timedelta(seconds=1), True),
    ],
)
def test_a_child_is_summoned_together_with_a_guardian(
    child: datetime | None, guardian: datetime | None, is_summoned: bool
) -> None:
    clock = a_clock(talk=Talk(child_summoned_at=child, guardian_summoned_at=guardian))

    assert is_met(clock, Measure.TALK_SUMMONED, RULES) is is_summoned


@pytest.mark.parametrize("outcome", [Outcome.DECLINED, Outcome.CANCELLED])
def test_a_talk_that_came_to_nothing_was_not_held(outcome: Outcome) -> None:
    clock = replace(a_talk(IN_TIME, IN_TIME), outcome=outcome)

    assert not is_met(clock, Measure.TALK_HELD, RULES)
    assert not is_met(clock, Measure.TALK_HELD_EVER, RULES)


def test_what_runs_with_time_left_is_not_counted_and_what_is_overdue_is_missed() -> None:
    summoned = a_clock(talk=Talk(child_summoned_at=IN_TIME, guardian_summoned_at=IN_TIME))
    overdue = a_clock()

    assert not is_counted(summoned, Measure.TALK_SUMMONED, RULES, RECEIVED + 47 * HOUR)
    assert is_counted(summoned, Measure.TALK_SUMMONED, RULES, RECEIVED + 48 * HOUR)
    for measure, expected in ((Measure.TALK_SUMMONED, Cell(5, 10)), (Measure.TALK_HELD, Cell(0, 10))):
        assert row(table(*[summoned] * 5, *[overdue] * 5), measure).boys == expected


def test_what_was_registered_by_mistake_counts_nowhere() -> None:
    clocks = [a_talk(IN_TIME).withdraw(INGRID, at=NOW) for _ in range(9)]

    assert {r.total for r in table(*clocks).rows} == {Cell(0, 0)}


@pytest.mark.parametrize("reason", list(Reason))
def test_raw_first_and_coded_second(reason: Reason) -> None:
    """Three of the reasons take a miss out of the coded figure; workload and school do not."""
    leaves = reason in {Reason.POLISFORHOR, Reason.EJ_SAMTYCKE, Reason.EJ_LAMPLIGT}
    clocks = [a_talk(IN_TIME, IN_TIME, reason=reason) for _ in range(10)] + [a_talk(reason=reason) for _ in range(8)]

    made = table(*clocks)

    for raw, coded in (
        (Measure.TALK_SUMMONED, Measure.TALK_SUMMONED_CODED),
        (Measure.TALK_HELD, Measure.TALK_HELD_CODED),
    ):
        assert row(made, raw).boys == Cell(10, 18)
        assert row(made, coded).boys == (Cell(10, 10) if leaves else Cell(10, 18))


@pytest.mark.parametrize(
    ("received_at", "on", "is_in_time"),
    [
        (datetime(2022, 11, 18, 15, tzinfo=UTC), date(2022, 12, 2), True),
        (datetime(2022, 11, 18, 15, tzinfo=UTC), date(2022, 12, 3), False),
        (datetime(2022, 11, 17, 23, 30, tzinfo=UTC), date(2022, 12, 2), True),  # 00.30 on the 18th in Stockholm
        (datetime(2022, 11, 17, 22, 30, tzinfo=UTC), date(2022, 12, 2), False),
    ],
)
def test_a_forhandsbedomning_within_fourteen_local_days(received_at: datetime, on: date, is_in_time: bool) -> None:
    clock = decided(ClockKind.FORHANDSBEDOMNING, on, received_at)

    assert is_met(clock, Measure.FORHANDSBEDOMNING, RULES) is is_in_time


def test_an_extension_counts_in_the_second_figure_only() -> None:
    extended = decided(ClockKind.UTREDNING, date(2022, 9, 1))
    limit = limit_of(
        ClockKind.UTREDNING, RECEIVED, RULES, WeekHours(), frozenset(), extended_to=(until := date(2022, 9, 8))
    )
    extended = replace(extended, limit=limit, extended_to=until)

    made = table(*[extended] * 6)

    assert row(made, Measure.UTREDNING).total == Cell(0, 6)
    assert row(made, Measure.UTREDNING_EXTENDED).total == Cell(6, 6)
    running = replace(extended, state=ClockState.RUNNING, outcome=None, decided_on=None)
    in_august = datetime(2022, 8, 1, tzinfo=UTC)
    assert is_counted(running, Measure.UTREDNING, RULES, in_august)
    assert not is_counted(running, Measure.UTREDNING_EXTENDED, RULES, in_august)


# --- the period ---


@pytest.mark.parametrize(
    ("part", "last", "ends_at"),
    [
        (Part.T1, date(2026, 4, 30), datetime(2026, 4, 30, 22, tzinfo=UTC)),
        (Part.T2, date(2026, 8, 31), datetime(2026, 8, 31, 22, tzinfo=UTC)),
        (Part.VB, date(2026, 12, 31), datetime(2026, 12, 31, 23, tzinfo=UTC)),
    ],
)
def test_the_parts_of_a_year(part: Part, last: date, ends_at: datetime) -> None:
    period = Period(2026, part)

    assert (period.first, period.last, period.ends_at) == (date(2026, 1, 1), last, ends_at)
    assert period.starts_at == datetime(2025, 12, 31, 23, tzinfo=UTC)
    assert period.year_before == Period(2025, part)


def test_only_what_came_in_during_the_period_is_counted() -> None:
    clocks = [replace(a_talk(IN_TIME), received_at=datetime(2022, 4, 30, 21, 59, tzinfo=UTC)) for _ in range(5)]
    after = [replace(clock, received_at=datetime(2022, 4, 30, 22, 0, tzinfo=UTC)) for clock in clocks]

    made = table(*clocks, *after, before=tuple(clocks), period=Period(2022, Part.T1))

    assert row(made, Measure.TALK_SUMMONED).boys.of == 5
    assert row(made, Measure.TALK_SUMMONED).year_before == Cell(0, 0)


# --- small counts ---


@pytest.mark.parametrize(
    ("met", "of", "is_masked"),
    [(0, 0, False), (0, 4, False), (1, 9, True), (3, 9, True), (4, 9, False), (0, 3, True), (9, 9, False)],
)
def test_a_small_count_is_never_shown(met: int, of: int, is_masked: bool) -> None:
    clocks = [a_talk(IN_TIME) for _ in range(met)] + [a_talk() for _ in range(of - met)]

    boys = row(table(*clocks), Measure.TALK_SUMMONED).boys

    assert boys == (MASKED if is_masked else Cell(met, of))
    assert boys.percent is None or not is_masked


def test_a_masked_cell_cannot_be_worked_out_from_the_total() -> None:
    clocks = [a_talk(IN_TIME) for _ in range(20)]
    clocks += [replace(a_talk(IN_TIME), gender=Gender.GIRL) for _ in range(2)]

    summoned = row(table(*clocks), Measure.TALK_SUMMONED)

    assert summoned.girls == MASKED
    assert summoned.total == summoned.boys == Cell(20, 20)


def test_a_few_coded_reasons_cannot_be_worked_out_from_the_raw_figure() -> None:
    clocks = [a_talk(IN_TIME) for _ in range(20)] + [a_talk(reason=Reason.EJ_SAMTYCKE) for _ in range(2)]

    made = table(*clocks)

    assert row(made, Measure.TALK_SUMMONED).boys == Cell(20, 22)
    assert row(made, Measure.TALK_SUMMONED_CODED).boys == MASKED


def test_a_few_that_were_held_late_cannot_be_worked_out_from_those_held_in_time() -> None:
    clocks = [a_talk(IN_TIME, IN_TIME) for _ in range(10)] + [a_talk(LATE, LATE) for _ in range(2)]
    clocks += [a_talk() for _ in range(8)]

    made = table(*clocks)

    assert row(made, Measure.TALK_HELD).boys == Cell(10, 20)
    assert row(made, Measure.TALK_HELD_EVER).boys == MASKED


def test_a_few_who_were_summoned_and_declined_cannot_be_worked_out_from_the_coded_figures() -> None:
    """Both leave out what a reason explains; by how many more, for what was held, would be the small count."""
    clocks = [a_talk(IN_TIME, IN_TIME) for _ in range(10)] + [a_talk(reason=Reason.POLISFORHOR) for _ in range(5)]
    clocks += [a_talk(IN_TIME, reason=Reason.EJ_SAMTYCKE) for _ in range(2)]

    made = table(*clocks)

    assert row(made, Measure.TALK_SUMMONED_CODED).boys == Cell(12, 12)
    assert row(made, Measure.TALK_HELD_CODED).boys == MASKED


def test_with_nothing_but_masked_parts_the_total_is_masked_too() -> None:
    assert total_of([MASKED, Cell(0, 0)]) == MASKED
    assert total_of([Cell(0, 0), Cell(0, 0)]) == Cell(0, 0)


def test_the_threshold_is_the_namnds_own() -> None:
    clocks = [a_talk(IN_TIME) for _ in range(5)]

    assert row(table(*clocks, rules=replace(RULES, mask_at_most=5)), Measure.TALK_SUMMONED).boys == MASKED
    assert row(table(*clocks[:1], rules=replace(RULES, mask_at_most=0)), Measure.TALK_SUMMONED).boys == Cell(1, 1)


counts = st.integers(min_value=0, max_value=12)


@given(st.lists(st.tuples(counts, counts), min_size=3, max_size=3), st.integers(min_value=0, max_value=5))
def test_whatever_the_counts_none_of_the_masked_ones_leaks(pairs: list[tuple[int, int]], mask: int) -> None:
    """The total is the sum of what is shown: taking away what is shown leaves nothing of what is not."""
    clocks = [
        replace(a_talk(IN_TIME if is_met else None), gender=gender)
        for gender, (met, missed) in zip(Gender, pairs, strict=True)
        for is_met, count in ((True, met), (False, missed))
        for _ in range(count)
    ]

    for shown in table(*clocks, rules=replace(RULES, mask_at_most=mask)).rows:
        parts = [part for part in (shown.boys, shown.girls, shown.unknown) if part.of is not None]
        for part in parts:
            assert part.met is not None
            assert not {part.met, part.of} & set(range(1, mask + 1))
        if not shown.total.is_masked:
            assert shown.total.of == sum(part.of or 0 for part in parts)
            assert shown.total.met == sum(part.met or 0 for part in parts)


@pytest.mark.parametrize(
    ("percent", "decimals", "text"),
    [
        (Decimal("48.529"), 2, "48,53 %"),
        (Decimal("22.45"), 1, "22,5 %"),
        (Decimal(0), 1, "0,0 %"),
        (Decimal(90), 0, "90 %"),
    ],
)
def test_a_percentage_has_the_comma(percent: Decimal, decimals: int, text: str) -> None:
    assert percent_text(percent, decimals) == text
