"""Frånvaro: who may say so of whom, who stands in, and who hears of what cannot wait."""

from datetime import date
from typing import Any

import pytest

from bot.domain.errors import BadInput, NotAllowed, NotFound
from bot.services.clocks.absences import absence_choices, add_absence, remove_absence
from tests.clocks.given import (
    ANNA,
    INGRID,
    JOHAN,
    KERSTIN,
    LARS,
    MONA,
    NILS,
    NORRVIK,
    PETRA,
    Office,
    staff_id,
)


async def adds(office: Office, by: str = INGRID, **changes: Any) -> Any:
    given = {
        "namnd": NORRVIK,
        "staff_id": staff_id(INGRID),
        "first": "2026-11-23",
        "last": "2026-11-27",
        "stand_in": staff_id(LARS),
        "key": "press",
    } | changes
    return await add_absence(by, **given, ctx=office.ctx)


async def lines(office: Office, who: str) -> list[tuple[str, str, bool]]:
    choices = await absence_choices(who, ctx=office.ctx)
    return [(line.staff, line.stand_in, line.may_remove) for line in choices.lines]


async def test_somebody_says_that_they_are_away(office: Office) -> None:
    line = await adds(office, staff_id="")

    assert (line.staff, line.stand_in) == (INGRID, LARS)
    assert (line.first, line.last) == (date(2026, 11, 23), date(2026, 11, 27))
    assert office.audit(INGRID) == [("set_absence", "responsible", True)]


async def test_without_a_stand_in_it_says_so(office: Office) -> None:
    assert (await adds(office, stand_in="")).stand_in == ""


async def test_a_press_twice_adds_one(office: Office) -> None:
    await adds(office)
    await adds(office)

    assert await lines(office, INGRID) == [(INGRID, LARS, True)]


async def test_a_leader_says_so_of_anybody_in_the_unit(office: Office) -> None:
    await adds(office, by=JOHAN)

    assert await lines(office, JOHAN) == [(INGRID, LARS, True)]


@pytest.mark.parametrize("who", [LARS, ANNA, NILS, PETRA])
async def test_nobody_else_says_so_of_a_colleague(office: Office, who: str) -> None:
    with pytest.raises(NotAllowed):
        await adds(office, by=who)

    assert await lines(office, INGRID) == []
    assert [is_allowed for _, _, is_allowed in office.audit(who)] == [False]


async def test_who_sees_which_absence(office: Office) -> None:
    await adds(office)

    assert await lines(office, INGRID) == [(INGRID, LARS, True)]
    assert await lines(office, LARS) == [(INGRID, LARS, False)]  # who stands in
    assert await lines(office, MONA) == []
    assert await lines(office, KERSTIN) == [(INGRID, LARS, True)]
    assert await lines(office, NILS) == []


async def test_what_the_form_offers(office: Office) -> None:
    mine, leaders = await absence_choices(INGRID, ctx=office.ctx), await absence_choices(JOHAN, ctx=office.ctx)

    assert [choice.name for choice in mine.people[NORRVIK]] == ["Ingrid"]
    assert [choice.name for choice in leaders.people[NORRVIK]] == ["Ingrid", "Johan", "Kerstin", "Lars", "Mona"]
    assert mine.stand_ins == leaders.stand_ins
    assert mine.me == staff_id(INGRID)


async def test_an_absence_that_is_over_is_not_shown(office: Office) -> None:
    await adds(office)
    office.is_now("2026-11-28 09:00")

    assert await lines(office, INGRID) == []


# --- taken away ---


@pytest.mark.parametrize("who", [INGRID, JOHAN])
async def test_an_absence_is_taken_away(office: Office, who: str) -> None:
    absence_id = (await adds(office)).absence_id
    await remove_absence(who, absence_id, "x", ctx=office.ctx)
    await remove_absence(who, absence_id, "x", ctx=office.ctx)

    assert await lines(office, INGRID) == []
    with pytest.raises(NotFound):
        await remove_absence(who, absence_id, "another press", ctx=office.ctx)


@pytest.mark.parametrize("who", [LARS, MONA, NILS, ANNA])
async def test_nobody_else_takes_it_away(office: Office, who: str) -> None:
    absence_id = (await adds(office)).absence_id
    with pytest.raises(NotAllowed):
        await remove_absence(who, absence_id, "x", ctx=office.ctx)

    assert await lines(office, INGRID) == [(INGRID, LARS, True)]


# --- away from today: who hears of what cannot wait ---


async def falls_ill(office: Office, stand_in: str) -> None:
    await office.registers("allvarssamtal", case_ref="K-1", owner=staff_id(INGRID), police_hold=True)
    await office.registers("utredning", case_ref="K-2", owner=staff_id(INGRID))
    await adds(office, by=JOHAN, first="2026-11-20", stand_in=stand_in)


async def test_a_stand_in_hears_of_what_must_be_done_today(office: Office) -> None:
    await falls_ill(office, staff_id(LARS))

    assert office.told() == [("stand_in", LARS)]


async def test_without_a_stand_in_the_leaders_hear_of_it(office: Office) -> None:
    await falls_ill(office, "")

    assert sorted(office.told()) == [("unowned", JOHAN), ("unowned", KERSTIN)]


async def test_an_absence_to_come_is_not_spoken_of(office: Office) -> None:
    await office.registers("allvarssamtal", police_hold=True)
    await adds(office)

    assert office.told() == []


# --- what is refused ---


@pytest.mark.parametrize(
    ("changes", "problems"),
    [
        ({"namnd": "vastervik"}, {"namnd": "pick_namnd"}),
        ({"staff_id": staff_id(PETRA)}, {"staff": "clock_owner"}),
        ({"first": ""}, {"first": "pick_date"}),
        ({"last": "27/11"}, {"last": "pick_date"}),
        ({"last": "2026-11-22"}, {"last": "absence_backwards"}),
        ({"first": "2026-11-01", "last": "2026-11-19"}, {"last": "absence_over"}),
        ({"stand_in": staff_id(INGRID)}, {"stand_in": "absence_oneself"}),
        ({"stand_in": staff_id(PETRA)}, {"stand_in": "clock_owner"}),
        ({"stand_in": staff_id(ANNA)}, {"stand_in": "clock_owner"}),
    ],
)
async def test_what_was_filled_in_wrongly_is_said_by_its_field(
    office: Office, changes: dict[str, str], problems: dict[str, str]
) -> None:
    with pytest.raises(BadInput) as refused:
        await adds(office, by=JOHAN, **changes)

    assert refused.value.problems == problems
    assert all(office.ctx.texts.has(f"problem.{key}") for key in problems.values())
    assert await lines(office, JOHAN) == []
