"""What is drawn for review: openings and denials, so many at most, and what crosses the border of the nämnd oftener."""

import random
from datetime import UTC, date, datetime, time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.domain.audit import Logged
from bot.domain.audit_review import OPENINGS, draw, due_at, month_before
from bot.domain.ids import StaffId
from tests.acceptance.night import local_time

AT = datetime(2026, 10, 5, tzinfo=UTC)
OWN, OTHER = StaffId("own"), StaffId("other")


def a_row(key: int, act: str = "read", actor: str = OWN, *, is_allowed: bool = True) -> Logged:
    return Logged(key, AT, actor, act, "conversation:c", "norrvik", "beredskap", is_allowed, "home_namnd")


rows = st.lists(
    st.tuples(st.sampled_from(["read", "see_clock", "reply", "receive"]), st.sampled_from([OWN, OTHER]), st.booleans()),
    max_size=40,
).map(lambda made: [a_row(i, act, actor, is_allowed=ok) for i, (act, actor, ok) in enumerate(made)])


@given(rows, st.integers(0, 6), st.integers(0, 6), st.integers(0, 999))
def test_as_many_as_there_are_and_no_more_than_asked_for(
    log: list[Logged], openings: int, denials: int, seed: int
) -> None:
    drawn = set(draw(log, {OWN}, openings, denials, random.Random(seed).random))
    opened = {row.id for row in log if row.is_allowed and row.act in OPENINGS}
    denied = {row.id for row in log if not row.is_allowed}

    assert drawn <= opened | denied
    assert len(drawn & opened) == min(openings, len(opened))
    assert len(drawn & denied) == min(denials, len(denied))


def test_what_crosses_the_border_is_drawn_oftener_and_everything_may_be() -> None:
    """One of ten is across: drawn one at a time it comes about 4 times in 13."""
    log = [a_row(i) for i in range(9)] + [a_row(9, actor=OTHER)]
    chance = random.Random(1).random
    drawn = [draw(log, {OWN}, 1, 0, chance)[0] for _ in range(2000)]

    assert set(drawn) == set(range(10))
    assert 0.25 < drawn.count(9) / 2000 < 0.37


@pytest.mark.parametrize(
    ("month", "expected"),
    [
        (date(2026, 12, 1), "2026-12-01 09:00"),  # a Tuesday
        (date(2026, 11, 1), "2026-11-02 09:00"),  # a Sunday, and All Saints' was the day before
        (date(2027, 1, 1), "2027-01-04 09:00"),  # New Year's Day, a Friday
        (date(2026, 8, 1), "2026-08-03 09:00"),
    ],
)
def test_the_first_working_day_of_the_month(month: date, expected: str) -> None:
    assert due_at(month, time(9), frozenset()) == local_time(expected)
    assert due_at(month, time(9), frozenset({due_at(month, time(9), frozenset()).date()})) > local_time(expected)


def test_the_month_before() -> None:
    assert month_before(date(2027, 1, 31)) == date(2026, 12, 1)
    assert month_before(date(2026, 3, 1)) == date(2026, 2, 1)
