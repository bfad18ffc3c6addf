"""What a leader is told of a rota before it is published, and what publishing would change."""

from dataclasses import replace
from datetime import date, timedelta

from hypothesis import given, settings
from hypothesis import strategies as st

from bot.domain.ids import ShiftId, StaffId
from bot.domain.rota.draft import FreeDay, Turn, change_of
from bot.domain.rota.members import DayWish
from bot.domain.rota.proposal import Part, Proposal
from bot.domain.rota.review import Finding, FindingKind, Review, review
from bot.domain.rota.rules import RotaRules, WeeklyRest
from bot.services.rota.solve import solve
from tests.rota.given import NORRVIK, QUICK, SODERMARK, problem, shift, wall, wished

LONG_BEFORE = wall("2026-11-01 12:00")
ANNA, BO = StaffId("p01"), StaffId("p02")


def turn(who: StaffId, start: str, end: str, *, is_backup: bool = False) -> Turn:
    return Turn(who, NORRVIK if who == ANNA else SODERMARK, wall(start), wall(end), is_backup)


def turns_of(found: Proposal) -> list[Turn]:
    return [
        Turn(a.staff_id, a.lending_namnd, a.slot.starts_at, a.slot.ends_at, a.part is Part.BACKUP)
        for a in found.assignments
    ]


def kinds(found: Review, *wanted: FindingKind) -> list[Finding]:
    return [finding for finding in found.findings if finding.kind in wanted]


def test_what_the_solver_proposes_is_clean_and_asks_for_the_same_days_off() -> None:
    asked = problem(weeks=3, count=6)
    found = solve(asked, QUICK)
    chosen = [FreeDay(off.staff_id, off.day) for off in found.days_off]

    looked = review(asked, turns_of(found), LONG_BEFORE, chosen)

    assert (looked.findings, looked.is_clean) == ((), True)
    assert set(looked.free_days) <= set(chosen)


def test_an_owner_who_leaves_early_leaves_a_hole() -> None:
    asked = replace(problem(), rules=RotaRules(has_backup=False))
    full, short = (turn(ANNA, "2026-12-07 17:00", f"2026-12-07 {end}") for end in ("22:00", "21:59"))

    def holes(*turns: Turn) -> list[date]:
        return [f.at.date() for f in kinds(review(asked, turns, LONG_BEFORE), FindingKind.HOLE)]  # type: ignore[union-attr]

    assert len(holes(full)) == 6
    assert len(holes(short)) == 7
    assert len(holes(short, turn(BO, "2026-12-07 21:59", "2026-12-07 22:00"))) == 6
    assert len(holes(replace(full, is_backup=True))) == 7


def test_what_breaks_rest_is_named_with_how_long_it_was() -> None:
    days = [turn(ANNA, f"2026-12-{day:02} 17:00", f"2026-12-{day:02} 22:00") for day in range(7, 14)]
    found = review(problem(), [*days, turn(ANNA, "2026-12-08 06:00", "2026-12-08 07:00")], LONG_BEFORE)

    (between, week) = (kinds(found, kind)[0] for kind in (FindingKind.BETWEEN, FindingKind.WEEK))
    assert (between.at, between.lasts, between.staff_id) == (date(2026, 12, 8), timedelta(hours=8), ANNA)
    assert (week.at, week.lasts) == (date(2026, 12, 7), timedelta(hours=19))
    assert not found.is_clean


def test_a_saturday_is_given_the_day_off_that_was_chosen() -> None:
    saturday = turn(ANNA, "2026-12-12 10:00", "2026-12-12 22:00")
    chosen = FreeDay(ANNA, date(2026, 12, 9))

    assert review(problem(), [saturday], LONG_BEFORE, [chosen]).free_days == (chosen,)
    assert [f.staff_id for f in review(problem(), [saturday], LONG_BEFORE).free_days] == [ANNA]
    agreed = replace(problem(), rules=RotaRules(weekly_rest=WeeklyRest.AGREEMENT))
    assert review(agreed, [saturday], LONG_BEFORE).free_days == ()


def test_a_day_that_has_been_is_no_day_off_unless_it_was_given() -> None:
    saturday, friday = turn(ANNA, "2026-12-12 10:00", "2026-12-12 22:00"), FreeDay(ANNA, date(2026, 12, 11))
    tuesday, friday_noon = FreeDay(ANNA, date(2026, 12, 8)), wall("2026-12-11 12:00")

    late = review(problem(), [saturday], friday_noon, [tuesday])
    given_before = review(problem(), [saturday], friday_noon, [], [tuesday])

    assert (late.free_days, [f.staff_id for f in kinds(late, FindingKind.WEEK)]) == ((), [ANNA])
    assert (given_before.free_days, kinds(given_before, FindingKind.WEEK)) == ((tuesday,), [])
    assert review(problem(), [saturday], wall("2026-12-10 12:00")).free_days == (friday,)


def test_days_away_and_wishes_are_held_against_it() -> None:
    wishes = (wished(1, "2026-12-07", "2026-12-07"), wished(2, "2026-12-08", "2026-12-08", DayWish.RATHER_NOT))
    given_turns = [turn(ANNA, "2026-12-07 17:00", "2026-12-07 22:00"), turn(BO, "2026-12-08 17:00", "2026-12-08 22:00")]
    found = review(problem(wishes=wishes), given_turns, LONG_BEFORE)

    assert [f.staff_id for f in kinds(found, FindingKind.AWAY, FindingKind.RATHER_NOT)] == [ANNA, BO]


def test_short_notice_is_remarked_on_from_the_thirteenth_day() -> None:
    """Made on 20 November for 4 December is in time, for 3 December is not (facts: time, R10)."""
    made = wall("2026-11-20 17:00")
    for day, is_late in (("2026-12-04", False), ("2026-12-03", True)):
        found = review(problem(), [turn(ANNA, f"{day} 17:00", f"{day} 22:00")], made)
        assert bool(kinds(found, FindingKind.LATE)) is is_late


TURNS = st.lists(
    st.builds(
        lambda who, day, is_backup: turn(
            who, f"2026-12-{day:02} 17:00", f"2026-12-{day:02} 22:00", is_backup=is_backup
        ),
        st.sampled_from([ANNA, BO]),
        st.integers(7, 13),
        st.booleans(),
    ),
    unique_by=lambda t: (t.staff_id, t.starts_at),
)


@settings(deadline=None)
@given(TURNS, TURNS, st.integers(6, 14))
def test_publishing_makes_what_is_to_come_as_the_draft_and_touches_nothing_else(
    before: list[Turn], after: list[Turn], day: int
) -> None:
    now = wall(f"2026-12-{day:02} 18:00")
    standing = [t.as_shift(ShiftId(f"old {n}")) for n, t in enumerate(before)]
    change = change_of(after, standing, now, [ShiftId(f"new {n}") for n in range(len(after))])

    gone = {shift.id for shift in change.removes}
    rota = [shift for shift in standing if shift.id not in gone] + list(change.adds)
    wanted = {(t.staff_id, t.starts_at, t.is_backup) for t in after if t.starts_at > now}
    assert {(s.staff_id, s.starts_at, s.is_backup) for s in rota if s.starts_at > now} == wanted
    assert all(shift.starts_at > now for shift in (*change.adds, *change.removes))
    again = change_of(after, rota, now, [])
    assert (again.adds, again.removes) == ((), ())


def test_a_shift_that_stays_keeps_its_id() -> None:
    known = shift("p01", "2026-12-07 17:00", "2026-12-07 22:00")
    mine = turn(ANNA, "2026-12-07 17:00", "2026-12-07 22:00")

    assert change_of([mine], [known], LONG_BEFORE, []).stays == (known,)
