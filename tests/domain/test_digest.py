"""The handover as a list: nothing is left out, nothing stands twice, and what is late stands first."""

from collections import Counter
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from random import Random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.domain.calendar import ONE_DAY, local
from bot.domain.cards import Sender
from bot.domain.digest import DigestAction, DigestRow, DigestView, OwnerKind, arrange, must_happen
from bot.domain.notes import ActionCode
from bot.domain.reaction import ActionState

MONDAY = date(2026, 11, 23)
FRIDAY, SATURDAY, SUNDAY = (MONDAY - ONE_DAY * n for n in (3, 2, 1))
TUESDAY = MONDAY + ONE_DAY
EVENING = datetime(2026, 11, 20, 21, 14, tzinfo=UTC)
OPEN, DONE, DROPPED = ActionState.OPEN, ActionState.DONE, ActionState.DROPPED


def due(on: date, state: ActionState = OPEN) -> DigestAction:
    return DigestAction(
        ActionCode.NEXT_WORKING_DAY, on, OwnerKind.TEAM, "", state, is_late=state is OPEN and on < MONDAY
    )


def row(
    name: str,
    *,
    at: datetime = EVENING,
    day: date | None = None,
    action: DigestAction | None = None,
    is_open: bool = False,
    is_carried: bool = False,
) -> DigestRow:
    return DigestRow(
        episode_id=name,
        day=local(at).date() if day is None else day,
        codes=("4TK9M",),
        sender=Sender.YOUTH,
        first_at=at,
        is_ours_first=False,
        answered_within=timedelta(minutes=9),
        by=("U1",),
        is_open=is_open,
        waiting_since=at if is_open else None,
        has_note=action is not None,
        action=action,
        is_carried=is_carried,
    )


def later(hours: int) -> datetime:
    return EVENING + timedelta(hours=hours)


def view(*rows: DigestRow) -> DigestView:
    first, still_open, rest = arrange(rows, MONDAY)
    return DigestView("d", "Norrvik", MONDAY, None, first, still_open, rest)


def names(rows: tuple[DigestRow, ...]) -> list[str]:
    return [one.episode_id for one in rows]


@pytest.mark.parametrize(
    ("action", "expected"),
    [
        (None, False),
        (due(FRIDAY), True),
        (due(MONDAY), True),
        (due(TUESDAY), False),
        (due(MONDAY, DONE), True),  # it keeps its place, with a tick
        (due(FRIDAY, DROPPED), True),
        (due(TUESDAY, DONE), False),
    ],
)
def test_what_must_happen(action: DigestAction | None, expected: bool) -> None:
    assert must_happen(row("a", action=action), MONDAY) is expected


def test_what_is_late_stands_first_and_what_is_done_last() -> None:
    found = view(
        row("done on its day", at=later(0), action=due(FRIDAY, DONE)),
        row("today", at=later(1), action=due(MONDAY)),
        row("late", at=later(2), action=due(SATURDAY)),
        row("dropped", at=later(3), action=due(MONDAY, DROPPED)),
        row("today too", at=later(4), action=due(MONDAY), is_open=True),
        row("later still", at=later(5), action=due(FRIDAY)),
    )

    assert names(found.must_happen) == ["later still", "late", "today", "today too", "done on its day", "dropped"]
    assert (found.still_open, found.rest) == ((), ())


def test_what_is_open_and_what_is_not_day_by_day() -> None:
    found = view(
        row("sunday", at=later(40)),
        row("open", at=later(20), is_open=True),
        row("saturday, the small hours of friday's shift", at=later(4), day=FRIDAY),
        row("friday", at=later(0)),
        row("open before", at=later(1), is_open=True, action=due(TUESDAY)),
        row("saturday", at=later(14)),
    )

    assert found.must_happen == ()
    assert names(found.still_open) == ["open before", "open"]
    assert [(day, names(rows)) for day, rows in found.rest] == [
        (FRIDAY, ["friday", "saturday, the small hours of friday's shift"]),
        (SATURDAY, ["saturday"]),
        (SUNDAY, ["sunday"]),
    ]


def test_two_at_once_stand_the_same_way_everywhere() -> None:
    assert names(view(row("b"), row("a")).rest[0][1]) == ["a", "b"]


def test_nothing_has_come_in() -> None:
    """What is left from earlier days is shown, and the post still says that nothing is new."""
    carried = row("a", action=due(FRIDAY), is_carried=True)

    assert view().is_empty
    assert view(carried).is_empty
    assert view(carried).rows == (carried,)
    assert not view(carried, row("b")).is_empty
    assert not view(replace(carried, is_carried=False)).is_empty
    assert not view(row("b", is_open=True)).is_empty
    assert not view(row("b", action=due(MONDAY, DONE))).is_empty


# --- laws ---

days = st.sampled_from([MONDAY + ONE_DAY * n for n in range(-4, 3)])
rows = st.lists(
    st.builds(
        row,
        st.integers(0, 99).map(str),
        at=st.integers(-60, 60).map(later),
        day=days,
        action=st.none() | st.builds(due, days, st.sampled_from(ActionState)),
        is_open=st.booleans(),
        is_carried=st.booleans(),
    ),
    max_size=12,
    unique_by=lambda one: one.episode_id,
)


@given(rows)
def test_every_row_stands_in_one_place(given_rows: list[DigestRow]) -> None:
    found = view(*given_rows)

    assert Counter(names(found.rows)) == Counter(one.episode_id for one in given_rows)
    assert sorted(found.rows, key=lambda one: one.episode_id) == sorted(given_rows, key=lambda one: one.episode_id)


@given(rows)
def test_every_row_stands_where_it_belongs(given_rows: list[DigestRow]) -> None:
    found = view(*given_rows)

    assert all(one.action is not None and one.action.due_on <= MONDAY for one in found.must_happen)
    left = (*found.still_open, *(one for _, some in found.rest for one in some))
    assert not any(one.action is not None and one.action.due_on <= MONDAY for one in left)
    assert all(one.is_open for one in found.still_open)
    assert all(some and all(one.day == day and not one.is_open for one in some) for day, some in found.rest)


@given(rows)
def test_the_sections_are_in_order(given_rows: list[DigestRow]) -> None:
    found = view(*given_rows)
    actions = [one.action for one in found.must_happen if one.action is not None]
    settled = [action.state is not OPEN for action in actions]
    waiting = [action for action in actions if action.state is OPEN]

    assert settled == sorted(settled)
    assert [action.is_late for action in waiting] == sorted((action.is_late for action in waiting), reverse=True)
    assert [action.due_on for action in waiting] == sorted(action.due_on for action in waiting)
    for some in (found.still_open, *(some for _, some in found.rest)):
        assert [one.first_at for one in some] == sorted(one.first_at for one in some)
    assert [day for day, _ in found.rest] == sorted({day for day, _ in found.rest})


@given(rows, st.randoms(use_true_random=False))
def test_the_order_in_which_they_are_found_does_not_matter(given_rows: list[DigestRow], chance: Random) -> None:
    shuffled = list(given_rows)
    chance.shuffle(shuffled)

    assert view(*shuffled) == view(*given_rows)


@given(rows)
def test_it_is_empty_when_everything_is_carried(given_rows: list[DigestRow]) -> None:
    found = view(*given_rows)

    assert found.is_empty == all(one.is_carried for one in given_rows)
    assert view(*(replace(one, is_carried=True) for one in given_rows)).is_empty
