"""Templates in local wall time, across holidays and both changes of the clocks."""

from datetime import date, timedelta
from itertools import pairwise

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bot.domain.calendar import STOCKHOLM
from bot.domain.ids import NamndId
from bot.domain.rota.slots import ClockTurn, SlotKind, kind_of, slots_of, teams
from bot.domain.rules import NamndRules
from tests.domain.test_duty import OFFICE, rules
from tests.rota.given import HOURS, NORRVIK, SODERMARK, hours, team, wall

DAYS = st.dates(date(2024, 1, 1), date(2030, 12, 31))


def test_a_week_has_evenings_and_weekend_days() -> None:
    found = slots_of([team()], date(2026, 12, 7), date(2026, 12, 13))

    assert [slot.kind for slot in found] == [SlotKind.EVENING] * 5 + [SlotKind.WEEKEND] * 2
    assert (found[0].starts_at, found[0].ends_at) == (wall("2026-12-07 17:00"), wall("2026-12-07 22:00"))
    assert (found[6].starts_at, found[6].ends_at) == (wall("2026-12-13 10:00"), wall("2026-12-13 22:00"))


def test_christmas_has_the_hours_of_a_holiday_and_the_day_before_it_has_its_own() -> None:
    week = hours("mån-fre 17.00-22.00", "helgdagsafton 17.00-24.00", "lör-sön 10.00-22.00", "helgdag 10.00-22.00")
    found = slots_of([team(week)], date(2026, 12, 22), date(2026, 12, 26))

    assert [slot.kind for slot in found] == [SlotKind.EVENING] * 2 + [SlotKind.HOLIDAY] * 3
    assert found[0].ends_at == wall("2026-12-22 22:00")
    assert found[1].ends_at == wall("2026-12-24 00:00")  # the evening before julafton
    assert found[2].starts_at == wall("2026-12-24 10:00")


def test_without_a_row_of_its_own_the_day_before_a_holiday_is_like_any_other() -> None:
    found = slots_of([team()], date(2026, 12, 23), date(2026, 12, 23))

    assert [slot.ends_at for slot in found] == [wall("2026-12-23 22:00")]


def test_a_closed_day_is_staffed_like_a_holiday_but_counts_as_an_evening() -> None:
    day = date(2026, 12, 9)
    found = slots_of([team()], day, day, frozenset({day}))

    assert [(slot.starts_at, slot.kind) for slot in found] == [(wall("2026-12-09 10:00"), SlotKind.EVENING)]


@pytest.mark.parametrize(
    ("day", "line", "length", "turns"),
    [
        (date(2026, 3, 28), "lör 17.00-08.00", 14, ()),
        (date(2026, 10, 24), "lör 17.00-08.00", 16, ()),
        (date(2026, 3, 29), "sön 02.30-08.00", 4.5, (ClockTurn.MISSING,)),
        (date(2026, 3, 28), "lör 17.00-02.30", 9.5, (ClockTurn.MISSING,)),
        (date(2026, 10, 25), "sön 02.30-08.00", 6.5, (ClockTurn.TWICE,)),
        (date(2026, 10, 24), "lör 17.00-02.30", 9.5, (ClockTurn.TWICE,)),
    ],
)
def test_the_clocks_are_changed(day: date, line: str, length: float, turns: tuple[ClockTurn, ...]) -> None:
    (found,) = slots_of([team(hours(line))], day, day)

    assert (found.stretch.length, found.turns) == (timedelta(hours=length), turns)


@settings(deadline=None)
@given(DAYS)
def test_shifts_that_meet_in_the_wall_clock_meet_in_time(day: date) -> None:
    """Also where the clocks are changed at the hour of the meeting: no minute without anybody, none with two."""
    round_the_clock = team(
        hours("mån-sön 08.00-02.30", "mån-sön 02.30-08.00", "helgdag 08.00-02.30", "helgdag 02.30-08.00")
    )
    found = slots_of([round_the_clock], day, day + timedelta(days=3))

    covered = sorted((slot.starts_at, slot.ends_at) for slot in found)
    assert all(earlier[1] == later[0] for earlier, later in pairwise(covered))


@settings(deadline=None)
@given(DAYS)
def test_every_slot_begins_at_its_wall_time_on_its_day(day: date) -> None:
    for slot in slots_of([team()], day, day + timedelta(days=10)):
        wall_time = slot.starts_at.astimezone(STOCKHOLM)
        assert wall_time.date() == slot.day
        assert wall_time.hour in {10, 17}
        assert slot.kind is kind_of(slot.day)


def test_namnder_that_answer_for_each_other_share_a_rota() -> None:
    both = frozenset({NORRVIK, SODERMARK})
    known = {n: rules(n, answered_by=both) for n in (NORRVIK, SODERMARK)}

    assert [t.namnder for t in teams(known, HOURS)] == [(NORRVIK, SODERMARK)]


def test_a_namnd_that_nobody_else_may_answer_for_has_its_own() -> None:
    known: dict[NamndId, NamndRules] = {n: rules(n) for n in (NORRVIK, SODERMARK)}
    found = teams(known, HOURS)

    assert [(t.namnder, t.lenders) for t in found] == [
        ((NORRVIK,), frozenset({NORRVIK})),
        ((SODERMARK,), frozenset({SODERMARK})),
    ]


def test_without_templates_the_hours_are_those_of_the_namnd() -> None:
    (found,) = teams({NORRVIK: rules()}, hours())

    assert found.hours == rules().beredskap_hours
    assert found.hours != OFFICE
