"""Who answers for whom while somebody is away."""

from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.domain.absence import Absence, responsible
from bot.domain.ids import AbsenceId, NamndId, StaffId

HERE, THERE = NamndId("norrvik"), NamndId("sodermark")
ANNA, BO, CAJ, DORIS = (StaffId(name) for name in ("anna", "bo", "caj", "doris"))
MONDAY = date(2026, 11, 23)


def away(
    who: StaffId, stand_in: StaffId | None, *, first: int = 0, last: int = 4, namnd: NamndId = HERE, id: str = "a"
) -> Absence:
    """Return an absence in days counted from Monday."""
    return Absence(AbsenceId(id), namnd, who, MONDAY + timedelta(days=first), MONDAY + timedelta(days=last), stand_in)


@pytest.mark.parametrize(
    ("absences", "found"),
    [
        ([], ANNA),
        ([away(ANNA, BO)], BO),
        ([away(ANNA, None)], None),  # left to the leader
        ([away(BO, CAJ)], ANNA),
        # chains
        ([away(ANNA, BO), away(BO, CAJ)], CAJ),
        ([away(BO, CAJ), away(ANNA, BO), away(CAJ, DORIS)], DORIS),
        ([away(ANNA, BO), away(BO, None)], None),
        # rings
        ([away(ANNA, ANNA)], None),
        ([away(ANNA, BO), away(BO, ANNA)], None),
        ([away(ANNA, BO), away(BO, CAJ), away(CAJ, BO)], None),
        # two that overlap: the one that began last, whatever the order
        ([away(ANNA, BO, first=-20, last=20), away(ANNA, CAJ)], CAJ),
        ([away(ANNA, CAJ), away(ANNA, BO, first=-20, last=20)], CAJ),
        ([away(ANNA, BO, first=-20, last=20), away(ANNA, None)], None),
        ([away(ANNA, BO, id="a"), away(ANNA, CAJ, id="b")], CAJ),
        ([away(ANNA, CAJ, id="b"), away(ANNA, BO, id="a")], CAJ),
        # another nämnd is another authority
        ([away(ANNA, BO, namnd=THERE)], ANNA),
        ([away(ANNA, BO), away(BO, CAJ, namnd=THERE)], BO),
        # over, or not yet
        ([away(ANNA, BO, first=-5, last=-1)], ANNA),
        ([away(ANNA, BO, first=1, last=5)], ANNA),
    ],
)
def test_who_has_it_on_a_monday(absences: list[Absence], found: StaffId | None) -> None:
    assert responsible(ANNA, HERE, MONDAY, absences) == found


def test_both_ends_are_days_away() -> None:
    week = away(ANNA, BO)
    days = [MONDAY + timedelta(days=n) for n in range(-1, 6)]

    assert [responsible(ANNA, HERE, day, [week]) for day in days] == [ANNA, BO, BO, BO, BO, BO, ANNA]


def test_what_nobody_owns_nobody_stands_in_for() -> None:
    assert responsible(None, HERE, MONDAY, [away(ANNA, BO)]) is None


people = st.sampled_from([ANNA, BO, CAJ, DORIS])
absences = st.lists(
    st.builds(
        lambda who, stand_in, first, length, namnd, n: away(
            who, stand_in, first=first, last=first + length, namnd=namnd, id=str(n)
        ),
        people,
        st.none() | people,
        st.integers(-4, 2),
        st.integers(0, 6),
        st.sampled_from([HERE, THERE]),
        st.integers(0, 9),
    ),
    max_size=8,
)


@given(people, absences)
def test_whoever_has_it_is_not_away(owner: StaffId, some: list[Absence]) -> None:
    found = responsible(owner, HERE, MONDAY, some)

    assert not any(a.staff_id == found and a.namnd == HERE and a.covers(MONDAY) for a in some)


@given(people, absences)
def test_another_namnds_absences_change_nothing(owner: StaffId, some: list[Absence]) -> None:
    here = [absence for absence in some if absence.namnd == HERE]

    assert responsible(owner, HERE, MONDAY, some) == responsible(owner, HERE, MONDAY, here)
