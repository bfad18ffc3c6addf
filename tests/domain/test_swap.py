"""To give a shift away, whole or in part: what becomes of it, and what rest is left."""

from datetime import UTC, datetime, time, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.domain.calendar import STOCKHOLM
from bot.domain.duty import Shift
from bot.domain.ids import NamndId, ShiftId, StaffId
from bot.domain.people import Role, Staff, StaffRole, World
from bot.domain.rest.planning import shortest_rest
from bot.domain.rest.spans import Stretch
from bot.domain.swap import (
    SwapId,
    SwapOffer,
    handed,
    is_taken_up,
    left_of,
    may_take,
    part_of,
)

NORRVIK = NamndId("norrvik")
ANNA, BO = StaffId("anna"), StaffId("bo")
MINUTE, HOUR = timedelta(minutes=1), timedelta(hours=1)


def wall(text: str, fold: int = 0) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=STOCKHOLM, fold=fold).astimezone(UTC)


def shift(start: str, end: str, staff: StaffId = ANNA, *, is_backup: bool = False) -> Shift:
    return Shift(ShiftId(f"{staff} {start}"), staff, NORRVIK, wall(start), wall(end), is_backup)


def stretch(of: Shift) -> Stretch:
    return Stretch(of.starts_at, of.ends_at)


EVENING = shift("2026-11-20 17:00", "2026-11-20 22:00")
NIGHT = shift("2026-11-20 17:00", "2026-11-21 08:00")
LONG_BEFORE = wall("2026-11-19 12:00")


@pytest.mark.parametrize(
    ("of", "first", "last", "now", "part"),
    [
        (EVENING, None, None, LONG_BEFORE, ("2026-11-20 17:00", "2026-11-20 22:00")),
        (EVENING, time(19, 30), None, LONG_BEFORE, ("2026-11-20 19:30", "2026-11-20 22:00")),
        (EVENING, None, time(19, 30), LONG_BEFORE, ("2026-11-20 17:00", "2026-11-20 19:30")),
        (NIGHT, time(22), time(2), LONG_BEFORE, ("2026-11-20 22:00", "2026-11-21 02:00")),
        (NIGHT, time(2), time(22), LONG_BEFORE, None),
        (EVENING, time(16), None, LONG_BEFORE, None),
        (EVENING, time(22), None, LONG_BEFORE, None),
        (EVENING, None, None, wall("2026-11-20 19:00"), ("2026-11-20 19:00", "2026-11-20 22:00")),
        (EVENING, time(18), None, wall("2026-11-20 19:00"), None),  # has been
        (EVENING, time(20), None, wall("2026-11-20 19:00"), ("2026-11-20 20:00", "2026-11-20 22:00")),
        (EVENING, None, time(18), wall("2026-11-20 19:00"), None),
    ],
)
def test_the_part_between_two_times(
    of: Shift, first: time | None, last: time | None, now: datetime, part: tuple[str, str] | None
) -> None:
    assert part_of(of, first, last, now) == (None if part is None else tuple(wall(edge) for edge in part))


def test_a_time_that_comes_twice_is_the_first() -> None:
    night = shift("2026-10-24 22:00", "2026-10-25 08:00")

    part = part_of(night, time(2, 30), None, LONG_BEFORE - timedelta(days=60))

    assert part == (wall("2026-10-25 02:30"), wall("2026-10-25 08:00"))
    assert part[1] - part[0] == 6 * HOUR + 30 * MINUTE


def test_a_whole_shift_stays_the_same_with_another_owner() -> None:
    (given,) = handed(EVENING, EVENING.starts_at, EVENING.ends_at, BO)

    assert (given.id, given.staff_id) == (EVENING.id, BO)


@given(st.integers(0, 299), st.integers(1, 300))
def test_every_minute_has_one_owner_before_and_after(first: int, length: int) -> None:
    start = EVENING.starts_at + first * MINUTE
    end = min(start + length * MINUTE, EVENING.ends_at)

    given, *kept = handed(EVENING, start, end, BO)

    assert (given.staff_id, given.starts_at, given.ends_at) == (BO, start, end)
    assert all(part.staff_id == ANNA for part in kept)
    assert len({part.id for part in (given, *kept)}) == len(kept) + 1
    assert EVENING.id in {part.id for part in (given, *kept)}
    for minute in range(300):
        at = EVENING.starts_at + minute * MINUTE
        owners = [part.staff_id for part in (given, *kept) if part.covers(at)]
        assert owners == [BO if start <= at < end else ANNA]


def test_what_is_left_of_a_shift_that_is_touched_from_outside() -> None:
    hour_in = EVENING.starts_at + HOUR

    assert left_of(EVENING, EVENING.starts_at - HOUR, EVENING.ends_at + HOUR) == ()
    (left,) = left_of(EVENING, EVENING.starts_at - HOUR, hour_in)
    assert (left.id, left.starts_at) == (EVENING.id, hour_in)


@pytest.mark.parametrize(
    ("others", "rest"),
    [
        ([], None),
        ([shift("2026-11-21 09:00", "2026-11-21 12:00")], 11 * HOUR),
        ([shift("2026-11-21 08:59", "2026-11-21 12:00")], 11 * HOUR - MINUTE),
        ([shift("2026-11-20 02:00", "2026-11-20 07:00")], 10 * HOUR),
        ([shift("2026-11-20 22:00", "2026-11-21 02:00"), shift("2026-11-21 10:00", "2026-11-21 12:00")], 8 * HOUR),
        ([shift("2026-11-20 21:00", "2026-11-20 23:00")], None),
        ([shift("2026-11-18 17:00", "2026-11-18 22:00"), shift("2026-11-19 02:00", "2026-11-19 08:00")], 33 * HOUR),
    ],
)
def test_the_shortest_rest_around_it(others: list[Shift], rest: timedelta | None) -> None:
    assert shortest_rest(stretch(EVENING), map(stretch, others)) == rest


@pytest.mark.parametrize(
    ("ends", "starts", "rest"),
    [
        ("2026-10-24 22:00", "2026-10-25 08:00", 11 * HOUR),  # the wall clock says 10
        ("2026-03-28 22:00", "2026-03-29 09:00", 10 * HOUR),  # the wall clock says 11
    ],
)
def test_rest_is_counted_in_elapsed_time(ends: str, starts: str, rest: timedelta) -> None:
    """Facts: time, R2 and its vectors."""
    before = shift(f"{ends[:10]} 17:00", ends)

    assert shortest_rest(Stretch(wall(starts), wall(starts) + 5 * HOUR), [stretch(before)]) == rest


def test_who_may_take_it() -> None:
    offer = SwapOffer(SwapId("o"), EVENING.id, ANNA, NORRVIK, EVENING.starts_at, EVENING.ends_at, LONG_BEFORE)
    roles = frozenset({StaffRole(NORRVIK, World.BEREDSKAP, Role.FAMILJEBEHANDLARE)})
    others = frozenset({StaffRole(NamndId("sodermark"), World.BEREDSKAP, Role.FAMILJEBEHANDLARE)})

    assert may_take(Staff(BO, "Bo", "bo@example.se", "U2", roles), offer)
    assert not may_take(Staff(ANNA, "Anna", "anna@example.se", "U1", roles), offer)
    assert not may_take(Staff(BO, "Bo", "bo@example.se", None, roles), offer)
    assert not may_take(Staff(BO, "Bo", "bo@example.se", "U2", roles, is_active=False), offer)
    assert not may_take(Staff(BO, "Bo", "bo@example.se", "U2", others), offer)


def test_a_backup_is_free_to_take_it_and_one_who_leads_elsewhere_is_not() -> None:
    behind = shift("2026-11-20 17:00", "2026-11-20 22:00", BO, is_backup=True)
    leads = shift("2026-11-20 21:00", "2026-11-20 23:00", BO)

    assert not is_taken_up(BO, EVENING.starts_at, EVENING.ends_at, [EVENING, behind])
    assert is_taken_up(BO, EVENING.starts_at, EVENING.ends_at, [EVENING, leads])
