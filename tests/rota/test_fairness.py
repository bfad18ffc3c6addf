"""What is fair, with what people have had before."""

from datetime import timedelta

from hypothesis import given, settings
from hypothesis import strategies as st

from bot.domain.ids import StaffId
from bot.domain.rota.fairness import TENTHS, Fairness, Load, spread, tallies, targets
from bot.domain.rota.members import DayWish
from tests.rota.given import shift, wished

ANNA, BO, CIA = StaffId("anna"), StaffId("bo"), StaffId("cia")


def test_what_was_had_is_counted_by_kind_and_part() -> None:
    found = tallies(
        [
            shift("anna", "2026-11-20 17:00", "2026-11-20 22:00"),
            shift("anna", "2026-11-21 10:00", "2026-11-21 22:00"),
            shift("anna", "2026-12-24 10:00", "2026-12-24 22:00"),
            shift("bo", "2026-11-20 17:00", "2026-11-20 22:00", is_backup=True),
        ]
    )

    assert found == {ANNA: {Load.EVENINGS: 1, Load.WEEKENDS: 1, Load.HOLIDAYS: 1}, BO: {Load.BACKUPS: 1}}


def test_everybody_who_can_gets_the_same() -> None:
    assert targets(Load.EVENINGS, 6, {ANNA: 10, BO: 10, CIA: 10}, {}) == dict.fromkeys((ANNA, BO, CIA), 2 * TENTHS)


def test_whoever_is_away_half_the_time_gets_half_as_many() -> None:
    assert targets(Load.EVENINGS, 6, {ANNA: 10, BO: 5}, {}) == {ANNA: 4 * TENTHS, BO: 2 * TENTHS}


def test_whoever_has_had_less_gets_more_and_the_new_one_starts_at_the_average() -> None:
    before = {ANNA: {Load.WEEKENDS: 4}, BO: {Load.WEEKENDS: 2}}
    found = targets(Load.WEEKENDS, 6, {ANNA: 5, BO: 5, CIA: 5}, before)

    assert found == {ANNA: TENTHS, BO: 3 * TENTHS, CIA: 2 * TENTHS}


@settings(deadline=None)
@given(st.dictionaries(st.sampled_from([ANNA, BO, CIA]), st.integers(0, 60), min_size=1), st.integers(0, 300))
def test_what_is_owed_is_made_good_a_few_at_a_time(before: dict[StaffId, int], total: int) -> None:
    able = dict.fromkeys((ANNA, BO, CIA), 100)
    plain = targets(Load.EVENINGS, total, able, {})
    found = targets(Load.EVENINGS, total, able, {staff: {Load.EVENINGS: n} for staff, n in before.items()})

    assert all(0 <= found[staff] <= plain[staff] + 3 * TENTHS for staff in able)


def test_the_spread_is_over_the_year_and_now_together() -> None:
    rows = [Fairness(ANNA, {Load.EVENINGS: 5}, {Load.EVENINGS: 1}), Fairness(BO, {}, {Load.EVENINGS: 3})]

    assert (spread(rows, Load.EVENINGS), spread(rows, Load.HOLIDAYS), spread([], Load.EVENINGS)) == (3, 0, 0)


def test_a_night_that_ends_on_the_first_day_away_is_the_night_before() -> None:
    away = wished(1, "2026-12-12", "2026-12-12", DayWish.AWAY)
    night = shift("p01", "2026-12-11 17:00", "2026-12-12 02:00")
    day = shift("p01", "2026-12-12 10:00", "2026-12-12 22:00")

    assert not away.touches(night.starts_at, night.ends_at)
    assert away.touches(day.starts_at, day.ends_at)
    assert not away.touches(day.starts_at + timedelta(days=1), day.ends_at + timedelta(days=1))
