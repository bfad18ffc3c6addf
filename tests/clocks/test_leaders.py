"""What a unit's leaders are told when the office opens, and what they are spared."""

from dataclasses import replace
from datetime import date
from typing import Any

import pytest

from bot.domain.calendar import WeekHours
from bot.domain.clocks import USUAL, ClockKind, ClockRules
from bot.domain.people import Role
from bot.services.clocks import leaders as module
from bot.services.clocks.leaders import overview_on, tell_leaders
from bot.services.post_digests import FIRST_START
from storage.store import SqlStore
from tests.clocks.given_speaking import NORRVIK, Office, an_office, at, refs
from tests.frozen import FrozenClock
from tests.imports.given import RULES

CLOSED: frozenset[date] = frozenset()


@pytest.fixture
def office(store: SqlStore, clock: FrozenClock) -> Office:
    return an_office(store, clock)


def starts(office: Office, when: str) -> None:
    office.clock.passes(at(when) - office.clock.now())


async def test_what_is_overdue_and_what_nobody_has_each_morning(office: Office) -> None:
    starts(office, "2026-11-23 09:00")
    anna, bo = await office.hires("Anna"), await office.hires("Bo")
    gone = await office.hires("Cilla", is_active=False)
    await office.hires("Lena", Role.LEADER)
    await office.hires("Lo", Role.LEADER)
    await office.is_away(bo, "2026-11-20", "2026-11-27")
    await office.has(
        office.clock_of(anna, "2026-11-09 09:00", case_ref="K-over"),
        office.clock_of(anna, "2026-11-20 09:00", case_ref="K-calm"),
        office.clock_of(None, "2026-11-20 09:00", case_ref="K-ingens"),
        office.clock_of(bo, "2026-11-20 09:00", case_ref="K-borta"),
        office.clock_of(gone, "2026-11-20 09:00", case_ref="K-slutat"),
    )

    await office.ticks()  # Monday's, an hour late, with the week in it
    await office.time_is("2026-11-24 07:59")
    assert [len(office.units_of(name)) for name in ("Lena", "Lo")] == [1, 1]
    await office.time_is("2026-11-24 08:00")
    await office.time_is("2026-11-24 16:59")

    for name in ("Lena", "Lo"):
        _, unit = office.units_of(name)
        assert refs(unit.overdue) == ["K-over"]
        assert set(refs(unit.unowned)) == {"K-ingens", "K-borta", "K-slutat"}
        assert (unit.more_overdue, unit.more_unowned, unit.is_week) == (0, 0, False)


async def test_a_calm_morning_is_silent_and_a_calm_monday_is_surveyed(office: Office) -> None:
    starts(office, "2026-11-20 16:00")
    anna = await office.hires("Anna")
    await office.hires("Lena", Role.LEADER)
    await office.has(*(office.clock_of(anna, "2026-11-20 09:00") for _ in range(3)))

    await office.time_is("2026-11-22 23:00")
    assert office.units_of("Lena") == []
    await office.time_is("2026-11-26 16:00")

    (unit,) = office.units_of("Lena")
    assert unit.is_week
    assert unit.day == date(2026, 11, 23)
    assert [(line.owner, line.running, line.overdue, line.this_week) for line in unit.owners] == [("UANNA", 3, 0, 0)]


async def test_the_survey_says_who_is_away_and_who_stands_in(office: Office) -> None:
    starts(office, "2026-11-23 07:00")
    anna, bo = await office.hires("Anna"), await office.hires("Bo")
    await office.hires("Lena", Role.LEADER)
    await office.is_away(anna, "2026-11-16", "2026-11-27", stand_in=bo)
    await office.has(
        office.clock_of(anna, "2026-11-12 09:00"),
        office.clock_of(bo, "2026-11-05 09:00"),
        office.clock_of(None, "2026-11-20 09:00"),
    )

    await office.time_is("2026-11-23 08:00")

    (unit,) = office.units_of("Lena")
    lines = {line.owner: line for line in unit.owners}
    assert (lines["UANNA"].away_until, lines["UANNA"].stand_in) == (date(2026, 11, 27), "UBO")
    assert lines["UANNA"].this_week == lines["UBO"].overdue == lines[""].running == 1


async def test_the_survey_moves_to_tuesday_when_monday_is_a_day_off(office: Office) -> None:
    starts(office, "2026-04-02 16:00")
    anna = await office.hires("Anna")
    await office.hires("Lena", Role.LEADER)
    await office.has(office.clock_of(anna, "2026-04-02 09:00"))

    await office.time_is("2026-04-06 23:00")  # annandag påsk
    assert office.units_of("Lena") == []
    await office.time_is("2026-04-07 08:00")

    assert [(unit.is_week, unit.day) for unit in office.units_of("Lena")] == [(True, date(2026, 4, 7))]


@pytest.mark.parametrize(
    ("day", "weekday", "expected"),
    [
        ("2026-11-26", 0, "2026-11-23"),
        ("2026-04-08", 0, "2026-04-07"),  # annandag påsk
        ("2026-04-01", 4, "2026-04-02"),  # långfredag: nothing of the week is left, so the day before
        ("2026-12-22", 3, "2026-12-23"),  # julafton
        ("2026-12-23", 1, "2026-12-22"),
        ("2026-11-22", 0, "2026-11-16"),  # a Sunday belongs to the week before
    ],
)
def test_the_day_of_the_survey(day: str, weekday: int, expected: str) -> None:
    assert overview_on(date.fromisoformat(day), weekday, USUAL, CLOSED) == date.fromisoformat(expected)


def test_an_office_that_is_closed_on_fridays_has_its_survey_before() -> None:
    until_thursday = WeekHours(USUAL.days[:4])
    assert overview_on(date(2026, 11, 23), 4, until_thursday, CLOSED) == date(2026, 11, 26)


async def test_the_survey_of_a_friday_comes_though_the_office_is_closed_then(office: Office) -> None:
    norrvik = office.ctx.rules.namnder[NORRVIK]
    own = replace(norrvik, office_hours=WeekHours(USUAL.days[:4]), clocks=replace(ClockRules(), overview_weekday=4))
    rules = replace(office.ctx.rules, namnder={**office.ctx.rules.namnder, NORRVIK: own})
    office.ctx = replace(office.ctx, rules=rules)
    starts(office, "2026-11-20 10:00")
    await office.hires("Lena", Role.LEADER)
    await office.has(office.clock_of(await office.hires("Anna"), "2026-11-20 09:00"))

    await office.time_is("2026-11-29 12:00")

    assert [(unit.is_week, unit.day) for unit in office.units_of("Lena")] == [(True, date(2026, 11, 26))]


def test_a_week_that_is_off_has_no_survey() -> None:
    off = frozenset(date(2026, 7, day) for day in range(13, 18))
    assert overview_on(date(2026, 7, 15), 0, USUAL, off) is None


async def test_each_namnd_chooses_its_day(store: SqlStore, clock: FrozenClock) -> None:
    wednesday = replace(RULES.namnder[NORRVIK], clocks=ClockRules(overview_weekday=2))
    office = an_office(store, clock, namnder={**RULES.namnder, NORRVIK: wednesday})
    starts(office, "2026-11-20 16:00")
    anna = await office.hires("Anna")
    await office.hires("Lena", Role.LEADER)
    await office.has(office.clock_of(anna, "2026-11-20 09:00"))

    await office.time_is("2026-11-26 16:00")

    assert [unit.day for unit in office.units_of("Lena")] == [date(2026, 11, 25)]


async def test_after_downtime_one_message_with_the_week_in_it(office: Office) -> None:
    starts(office, "2026-11-20 09:00")
    anna = await office.hires("Anna")
    await office.hires("Lena", Role.LEADER)
    await office.has(office.clock_of(anna, "2026-11-05 09:00"))
    office.jumps_to("2026-11-25 13:00")  # a Wednesday

    await office.ticks()
    await office.ticks()

    assert [(unit.is_week, unit.day.day) for unit in office.units_of("Lena")] == [(True, 25)]
    await office.time_is("2026-11-27 12:00")
    assert [(unit.is_week, unit.day.day) for unit in office.units_of("Lena")] == [(True, 25), (False, 26), (False, 27)]


async def test_an_evening_is_not_made_up_for(office: Office) -> None:
    starts(office, "2026-11-24 19:00")
    anna = await office.hires("Anna")
    await office.hires("Lena", Role.LEADER)
    await office.has(office.clock_of(anna, "2026-11-05 09:00"))

    await office.ticks()
    assert office.slack.messages == []
    await office.time_is("2026-11-25 08:00")
    assert len(office.units_of("Lena")) == 1


async def test_nothing_from_before_the_first_start_is_made_up_for(office: Office) -> None:
    starts(office, "2026-11-25 10:00")  # a Wednesday
    anna = await office.hires("Anna")
    await office.hires("Lena", Role.LEADER)
    await office.has(office.clock_of(anna, "2026-11-05 09:00"))
    await office.changes(lambda tx: tx.note_run(FIRST_START))

    await office.ticks()
    assert office.units_of("Lena") == []
    await office.time_is("2026-11-30 08:00")

    assert [(unit.day.day, unit.is_week) for unit in office.units_of("Lena")] == [(26, False), (27, False), (30, True)]


async def test_a_restart_between_two_leaders_tells_each_once(office: Office, monkeypatch: pytest.MonkeyPatch) -> None:
    starts(office, "2026-11-24 08:00")
    anna = await office.hires("Anna")
    names = ["Lena", "Lo", "Liv"]
    leaders = [await office.hires(name, Role.LEADER) for name in names]
    await office.has(office.clock_of(anna, "2026-11-05 09:00"))

    honest, tried = module.says_something, []

    def stumbles(unit: Any) -> bool:
        tried.append(unit)
        if len(tried) == 2:
            raise RuntimeError("killed")
        return honest(unit)

    monkeypatch.setattr(module, "says_something", stumbles)
    assert await tell_leaders(ctx=office.ctx) == len(leaders) - 1
    assert await tell_leaders(ctx=office.ctx) == 1
    assert await tell_leaders(ctx=office.ctx) == 0
    await office.sends()

    assert [len(office.units_of(name)) for name in names] == [1, 1, 1]


async def test_what_has_no_room_is_counted(office: Office) -> None:
    starts(office, "2026-11-23 07:00")
    anna = await office.hires("Anna")
    await office.hires("Lena", Role.LEADER)
    await office.has(
        *(office.clock_of(anna, "2026-11-05 09:00") for _ in range(50)),
        *(office.clock_of(None, "2026-11-20 09:00") for _ in range(40)),
    )

    await office.time_is("2026-11-23 08:00")

    (unit,) = office.units_of("Lena")
    assert len(unit.overdue) + unit.more_overdue == 50
    assert len(unit.unowned) + unit.more_unowned == 40
    assert len(unit.overdue) + len(unit.unowned) <= 40


async def test_a_talk_that_both_were_summoned_to_is_not_overdue(office: Office) -> None:
    starts(office, "2026-11-24 07:00")
    anna = await office.hires("Anna")
    await office.hires("Lena", Role.LEADER)
    clock = office.clock_of(anna, "2026-11-19 09:00", ClockKind.ALLVARSSAMTAL)
    assert clock.talk is not None
    called = at("2026-11-20 09:00")
    await office.has(replace(clock, talk=replace(clock.talk, child_summoned_at=called, guardian_summoned_at=called)))

    await office.time_is("2026-11-24 08:00")

    assert [unit.overdue for unit in office.units_of("Lena")] == [()]  # the week's survey, since Monday's was missed
