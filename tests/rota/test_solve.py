"""The solver: nothing that must hold is broken, and what cannot be met is said."""

from collections import Counter
from dataclasses import replace
from datetime import date, timedelta

import pytest

from bot.domain.rest.check import check_rest
from bot.domain.rest.findings import Rule
from bot.domain.rest.planning import gap_between
from bot.domain.rest.rules import RestRules, ordinary_work
from bot.domain.rest.spans import Kind, Span
from bot.domain.rota.fairness import Load, spread
from bot.domain.rota.members import DayWish
from bot.domain.rota.proposal import Part, Problem, Proposal, WhyNot, explain, fairness, wishes_not_met
from bot.domain.rota.rules import RotaRules, WeeklyRest
from bot.domain.rota.slots import Slot
from bot.services.rota.solve import NotSolved, solve
from tests.rota.given import NORRVIK, QUICK, SODERMARK, broken, hours, member, people, problem, shift, wished

HOUR = timedelta(hours=1)


@pytest.fixture(scope="module")
def half_a_year() -> tuple[Problem, Proposal]:
    given = problem(weeks=26, count=6, rules=RotaRules(max_share={NORRVIK: 60, SODERMARK: 60}))
    return given, solve(given, replace(QUICK, steps=0.8))


def test_six_people_for_half_a_year_without_a_breach_or_a_hole(half_a_year: tuple[Problem, Proposal]) -> None:
    given, found = half_a_year

    assert (found.unfilled, found.is_proven) == ((), True)
    assert broken(given, found) == []
    parts = Counter((a.slot.starts_at, a.part) for a in found.assignments)
    assert parts == Counter({(s.starts_at, part): 1 for s in given.slots for part in Part})


def test_the_report_of_rest_finds_nothing_in_what_was_proposed(half_a_year: tuple[Problem, Proposal]) -> None:
    """R1, R2, R4 and R7 as the month's report counts them: the solver is held to nothing less."""
    given, found = half_a_year
    rules = RestRules()
    people = {}
    for person in given.members:
        away = frozenset(off.day for off in found.days_off if off.staff_id == person.id)
        passive = [Span(Kind.PASSIVE, one.stretch) for one in found.of(person.id)]
        people[person.id] = [*passive, *ordinary_work(rules.ordinary_hours, given.first, given.last, away=away)]

    said = check_rest(people, rules, given.first, given.last)

    assert [f for f in said if f.rule in {Rule.R1, Rule.R2, Rule.R4, Rule.R7}] == []


def test_it_is_shared_fairly() -> None:
    given = problem(weeks=4)
    rows = fairness(given, solve(given, QUICK))

    assert [load for load in Load if spread(rows, load) > 2] == []


def test_no_namnd_lends_more_than_its_share(half_a_year: tuple[Problem, Proposal]) -> None:
    given, found = half_a_year

    lent = Counter(a.lending_namnd for a in found.assignments if a.part is Part.OWNER)
    assert max(lent.values()) <= len(given.slots) * 60 // 100


def test_nobody_is_owner_and_backup_at_once(half_a_year: tuple[Problem, Proposal]) -> None:
    _, found = half_a_year

    both = Counter((a.slot.starts_at, a.staff_id) for a in found.assignments)
    assert set(both.values()) == {1}


def test_the_same_seed_gives_the_same_rota() -> None:
    given = problem(weeks=2)

    assert solve(given, QUICK).assignments == solve(given, QUICK).assignments


def test_each_better_rota_is_told_of() -> None:
    told: list[float] = []

    solve(problem(), QUICK, told.append)

    assert told
    assert told == sorted(told)


@pytest.mark.parametrize("first", [date(2026, 3, 23), date(2026, 10, 19)])
def test_nights_across_the_change_of_the_clocks(first: date) -> None:
    given = problem(
        first=first, count=8, week=hours("mån-fre 17.00-08.00", "lör-sön 08.00-20.00", "lör-sön 20.00-08.00")
    )
    found = solve(given, QUICK)

    assert broken(given, found) == []
    for person in given.members:
        mine = [a.stretch for a in found.of(person.id)]
        assert all(gap_between(one, other) >= 11 * HOUR for one in mine for other in mine if one != other)


def test_who_is_away_has_nothing_and_who_would_rather_not_is_spared() -> None:
    wishes = (
        wished(1, "2026-12-07", "2026-12-20"),
        wished(2, "2026-12-12", "2026-12-13", DayWish.RATHER_NOT),
        wished(3, "2026-12-08", "2026-12-08", DayWish.GLADLY),
    )
    given = problem(weeks=2, count=8, wishes=wishes)
    found = solve(given, QUICK)

    assert found.of(given.members[0].id) == ()
    assert wishes_not_met(given, found) == ()
    assert [a for a in found.of(given.members[2].id) if a.slot.day == date(2026, 12, 8)]


def test_a_wish_that_was_not_met_is_named() -> None:
    wishes = tuple(wished(n, "2026-12-12", "2026-12-12", DayWish.RATHER_NOT) for n in range(1, 7))
    given = problem(wishes=wishes)
    found = solve(given, QUICK)

    assert [w.starts_at.date() for w in wishes_not_met(given, found)] == [date(2026, 12, 12)] * 2


def test_too_few_people_leaves_slots_empty_and_says_why() -> None:
    given = problem(count=3, wishes=(wished(1, "2026-12-07", "2026-12-13"),))
    found = solve(given, QUICK)
    said = explain(given, found)

    assert found.is_proven
    assert broken(given, found) == []
    assert len(said) == len(found.unfilled) > 0
    assert all(sum(count for _, count in one.reasons) == 3 for one in said)
    assert all((WhyNot.AWAY, 1) in one.reasons for one in said)
    assert not any(why is WhyNot.NOTHING for one in said for why, _ in one.reasons)


def test_rather_a_shift_without_backup_than_one_that_nobody_answers_in() -> None:
    found = solve(problem(count=2, rules=RotaRules(weekly_rest=WeeklyRest.AGREEMENT)), QUICK)
    alone = solve(problem(count=1, rules=RotaRules(weekly_rest=WeeklyRest.AGREEMENT)), QUICK)

    assert found.unfilled == ()
    assert {part for _, part in alone.unfilled} == {Part.BACKUP}


def test_a_namnd_that_may_not_answer_for_all_lends_nobody() -> None:
    given = problem(members=tuple(member(n, SODERMARK) for n in range(1, 7)))
    only_norrvik = Problem(
        given.first,
        given.last,
        tuple(_lent_by_norrvik(slot) for slot in given.slots),
        given.members,
    )
    found = solve(only_norrvik, QUICK)

    assert found.assignments == ()
    assert {one.reasons for one in explain(only_norrvik, found)} == {((WhyNot.NOT_LENT, 6),)}


def _lent_by_norrvik(slot: Slot) -> Slot:
    return replace(slot, team=replace(slot.team, lenders=frozenset({NORRVIK})))


def test_without_slack_only_backup() -> None:
    members = (*people(5), member(6, has_slack=False))
    found = solve(problem(members=members), QUICK)

    assert {a.part for a in found.of(members[5].id)} == {Part.BACKUP}


def test_a_share_that_is_too_small_leaves_slots_without_an_owner() -> None:
    given = problem(rules=RotaRules(max_share={NORRVIK: 28, SODERMARK: 28}))
    found = solve(given, QUICK)

    assert Counter(part for _, part in found.unfilled) == {Part.OWNER: 5}  # one of seven each
    assert all(dict(one.reasons).get(WhyNot.SHARE) for one in explain(given, found))


def test_with_a_local_agreement_nobody_needs_a_day_off() -> None:
    given = problem(count=3, rules=RotaRules(weekly_rest=WeeklyRest.AGREEMENT, has_backup=False))
    found = solve(given, QUICK)

    assert (found.days_off, found.unfilled) == ((), ())


def test_shifts_that_stay_are_rested_from_and_counted() -> None:
    """Anna had the Sunday until 22.00 and a night of Monday elsewhere: no evening of hers may follow too soon."""
    fixed = (shift("p01", "2026-12-06 10:00", "2026-12-07 08:00"), shift("p01", "2026-12-09 00:00", "2026-12-09 07:00"))
    given = problem(count=6, fixed=fixed)
    found = solve(given, QUICK)

    mine = {a.slot.day for a in found.of(given.members[0].id)}
    assert mine.isdisjoint({date(2026, 12, 7), date(2026, 12, 8), date(2026, 12, 9)})
    assert found.unfilled == ()


def test_a_search_that_was_cut_off_says_so() -> None:
    with pytest.raises(NotSolved):
        solve(problem(weeks=8, count=12), replace(QUICK, steps=0.0001))
