"""Ny frist: what starts, from when it counts, who is told, and what is refused."""

from datetime import date
from typing import Any

import pytest

from bot.domain.clocks import ClockKind, Counting, StartEvent
from bot.domain.deadline import ClockState, Gender
from bot.domain.errors import BadInput, NotAllowed
from bot.services.clocks.register import register_clocks, registration_choices
from bot.services.clocks.settle import withdraw_clock
from tests.clocks.given import (
    ANNA,
    INGRID,
    JOHAN,
    KERSTIN,
    LARS,
    NILS,
    NORRVIK,
    Office,
    staff_id,
    wall,
)

EVERYTHING = ("skyddsbedomning", "forhandsbedomning", "allvarssamtal")


async def test_one_report_starts_several_clocks(office: Office) -> None:
    rows = await office.registers(*EVERYTHING, gender="flicka", wants_feedback=True)

    assert [row.kind for row in rows] == [
        ClockKind.SKYDDSBEDOMNING,
        ClockKind.ALLVARSSAMTAL,
        ClockKind.FORHANDSBEDOMNING,
    ]
    clocks = [await office.deadline(row.deadline_id) for row in rows]
    assert len({clock.report_id for clock in clocks}) == 1
    assert {clock.gender for clock in clocks} == {Gender.GIRL}
    assert all(clock.wants_feedback and clock.owner == staff_id(INGRID) for clock in clocks)
    assert all(clock.next_at is not None and clock.next_at > office.clock.now() for clock in clocks)
    assert [await office.history(clock.id) for clock in clocks] == [[("registered", "")]] * 3


async def test_the_limits_of_a_friday_afternoon(office: Office) -> None:
    rows = {row.kind: row.limit for row in await office.registers(*EVERYTHING, received_time="14.20")}

    assert rows[ClockKind.FORHANDSBEDOMNING].due_on == date(2026, 12, 4)
    assert rows[ClockKind.SKYDDSBEDOMNING].due_on == date(2026, 11, 20)
    assert rows[ClockKind.ALLVARSSAMTAL].due_at == wall("2026-11-22 14:20")
    assert rows[ClockKind.ALLVARSSAMTAL].act_before == wall("2026-11-20 17:00")


@pytest.mark.parametrize("typed", ["14.20", "14:20", "1420", " kl. 14.20"])
async def test_a_time_of_day_may_be_written_in_several_ways(office: Office, typed: str) -> None:
    clock = await office.deadline(await office.has_clock(received_time=typed))

    assert clock.received_at == clock.starts_at == wall("2026-11-20 14:20")


async def test_a_reference_is_kept_clean(office: Office) -> None:
    (row,) = await office.registers(case_ref=" k – 77 ")

    assert row.case_ref == "K-77"


async def test_an_open_utredning_needs_no_forhandsbedomning(office: Office) -> None:
    rows = await office.registers("forhandsbedomning", "skyddsbedomning", has_open_utredning=True)

    assert [row.kind for row in rows] == [ClockKind.SKYDDSBEDOMNING]


async def test_whoever_asks_while_an_utredning_is_open_is_told_the_same_day(office: Office) -> None:
    (row,) = await office.registers(has_open_utredning=True, wants_feedback=True)

    assert row.kind is ClockKind.ATERKOPPLING_ANMALARE
    assert row.limit.due_on == date(2026, 11, 20)
    assert (await office.deadline(row.deadline_id)).at_once


async def test_whoever_asked_is_told_within_a_week_of_an_utredning_that_was_opened(office: Office) -> None:
    rows = await office.registers("utredning", received_on="2026-11-18", wants_feedback=True)

    limits = {row.kind: row.limit.due_on for row in rows}
    assert limits == {ClockKind.UTREDNING: date(2027, 3, 18), ClockKind.ATERKOPPLING_ANMALARE: date(2026, 11, 25)}


# --- from when the hours of a talk are counted ---


async def test_a_talk_counts_from_when_the_report_came_in(office: Office) -> None:
    clock = await office.deadline(await office.has_clock("allvarssamtal", received_time="09.00", has_contact=True))

    assert clock.starts_at == wall("2026-11-20 09:00")
    assert clock.talk is not None
    assert (clock.talk.has_contact, clock.talk.police_hold) == (True, False)


async def test_a_talk_may_count_from_the_suspicion(office: Office) -> None:
    there = office.with_clock_rules(talk_starts=StartEvent.SUSPICION)
    suspicion = {"suspicion_on": "2026-11-19", "suspicion_time": "22"}
    clock = await there.deadline(await there.has_clock("allvarssamtal", **suspicion))

    assert clock.starts_at == wall("2026-11-19 22:00")
    assert clock.limit.due_at == wall("2026-11-21 22:00")


@pytest.mark.parametrize(("owner", "starts"), [(staff_id(INGRID), "14:30"), ("", "09:00")])
async def test_a_talk_may_count_from_when_it_was_assigned(office: Office, owner: str, starts: str) -> None:
    there = office.with_clock_rules(talk_starts=StartEvent.ASSIGNED)
    clock = await there.deadline(await there.has_clock("allvarssamtal", received_time="09.00", owner=owner))

    assert clock.starts_at == wall(f"2026-11-20 {starts}")


async def test_a_talk_may_count_working_days_only(office: Office) -> None:
    there = office.with_clock_rules(talk_counting=Counting.WORKING_DAYS)
    (row,) = await there.registers("allvarssamtal")

    assert row.limit.due_at == wall("2026-11-24 14:30")


# --- who is told at once ---


async def test_what_must_be_done_today_is_said_also_to_whoever_registered_it(office: Office) -> None:
    await office.registers("allvarssamtal", "forhandsbedomning")

    assert office.told() == [("registered_critical", INGRID)]


async def test_what_has_little_working_time_left_is_said(office: Office) -> None:
    office.is_now("2026-11-19 16:00")
    there = office.with_clock_rules(talk_hours=18)  # until Friday 10.00: one hour today and two tomorrow
    await there.registers("allvarssamtal")
    assert there.told() == []

    await there.registers("allvarssamtal", case_ref="K-124", received_time="15.59")
    assert there.told() == [("registered_critical", INGRID)]


async def test_while_the_police_ask_us_to_wait_nothing_is_urgent(office: Office) -> None:
    await office.registers("allvarssamtal", police_hold=True)

    assert office.told() == []


async def test_a_colleague_is_told_what_they_have_been_given_once_for_a_report(office: Office) -> None:
    await office.registers("forhandsbedomning", "utredning", owner=staff_id(LARS))

    assert office.told() == [("assigned", LARS)]


async def test_a_stand_in_is_told_instead(office: Office) -> None:
    await office.is_away(LARS, "2026-11-16", "2026-11-27", INGRID)
    await office.is_away(INGRID, "2026-11-30", "2026-12-01")
    await office.registers(owner=staff_id(LARS), by=JOHAN)

    assert office.told() == [("stand_in", INGRID)]


async def test_what_nobody_has_is_told_to_every_leader_of_the_namnd(office: Office) -> None:
    await office.registers(owner="")

    assert sorted(office.told()) == [("unowned", JOHAN), ("unowned", KERSTIN)]


async def test_what_is_urgent_and_nobody_has_is_told_to_the_leaders_as_urgent(office: Office) -> None:
    await office.registers("allvarssamtal", owner="")

    assert sorted(office.told()) == [("registered_critical", JOHAN), ("registered_critical", KERSTIN)]


@pytest.mark.parametrize("at", ["2026-11-20 17:30", "2026-11-21 14:00", "2026-11-23 07:59"])
async def test_nobody_is_told_outside_office_hours(office: Office, at: str) -> None:
    office.is_now(at)
    rows = await office.registers("allvarssamtal", "forhandsbedomning", owner="")

    assert office.told() == []
    talk = await office.deadline(rows[0].deadline_id)
    assert talk.next_at == wall("2026-11-23 08:00")  # first thing, and then as passed


# --- twice ---


async def test_a_press_twice_registers_once(office: Office) -> None:
    command = office.registration(*EVERYTHING, owner=staff_id(LARS))
    first = await register_clocks(command, ctx=office.ctx)
    again = await register_clocks(command, ctx=office.ctx)

    assert again == first
    assert len(await office.of_case()) == 3
    assert len(office.told()) == 2  # the talk and the skyddsbedömning, once each


async def test_the_same_clock_again_is_refused(office: Office) -> None:
    await office.registers()

    with pytest.raises(BadInput) as refused:
        await office.registers("skyddsbedomning", "forhandsbedomning", case_ref="k-123", by=LARS)

    assert refused.value.problems == {"case_ref": "clock_known"}
    assert len(await office.of_case()) == 1


async def test_what_was_registered_by_mistake_may_be_registered_again(office: Office) -> None:
    deadline_id = await office.has_clock()
    await withdraw_clock(INGRID, deadline_id, "x", ctx=office.ctx)
    await office.registers()

    assert sorted(clock.state.value for clock in await office.of_case()) == ["running", "withdrawn"]


async def test_a_form_that_was_wrong_may_be_sent_again_under_its_key(office: Office) -> None:
    with pytest.raises(BadInput):
        await office.registers(received_on="", key="form")
    await office.registers(key="form")

    assert [clock.state for clock in await office.of_case()] == [ClockState.RUNNING]


# --- what is refused ---


@pytest.mark.parametrize(
    ("changes", "problems"),
    [
        ({"namnd": "vastervik"}, {"namnd": "pick_namnd"}),
        ({"case_ref": ""}, {"case_ref": "case_ref_empty"}),
        ({"case_ref": "Nova"}, {"case_ref": "case_ref_form"}),
        ({"case_ref": "20121212-1212"}, {"case_ref": "case_ref_personnummer"}),
        ({"kinds": ()}, {"kinds": "clock_kinds"}),
        ({"kinds": ("samtal",)}, {"kinds": "clock_kinds"}),
        ({"has_open_utredning": True}, {"kinds": "clock_no_forhand"}),
        ({"kinds": ("allvarssamtal",), "wants_feedback": True}, {"kinds": "clock_feedback_of_what"}),
        ({"received_on": ""}, {"received_on": "pick_date"}),
        ({"received_on": "20/11"}, {"received_on": "pick_date"}),
        ({"received_time": ""}, {"received_time": "clock_time"}),
        ({"received_time": "25.00"}, {"received_time": "clock_time"}),
        ({"received_time": "14.31"}, {"received_time": "clock_future"}),
        ({"received_on": "2026-11-21"}, {"received_on": "clock_future"}),
        ({"received_on": "2025-11-19"}, {"received_on": "clock_too_old"}),
        ({"owner": "staff-unils"}, {"owner": "clock_owner"}),  # of the other nämnd
        ({"owner": "staff-uanna"}, {"owner": "clock_owner"}),  # of the beredskap
        ({"case_ref": "", "received_time": "x"}, {"case_ref": "case_ref_empty", "received_time": "clock_time"}),
    ],
)
async def test_what_was_filled_in_wrongly_is_said_by_its_field(
    office: Office, changes: dict[str, Any], problems: dict[str, str]
) -> None:
    with pytest.raises(BadInput) as refused:
        await office.registers(**({"kinds": ("forhandsbedomning",)} | changes))

    assert refused.value.problems == problems
    assert all(office.ctx.texts.has(f"problem.{key}") for key in problems.values())
    assert await office.of_case() == []


@pytest.mark.parametrize(
    ("suspicion", "problem"),
    [
        ({}, "clock_suspicion"),
        ({"suspicion_on": "2026-11-20"}, "clock_suspicion"),
        ({"suspicion_on": "2026-11-20", "suspicion_time": "15.00"}, "clock_future"),
        ({"suspicion_on": "2026-11-20", "suspicion_time": "x"}, "clock_time"),
    ],
)
async def test_where_the_suspicion_counts_it_must_be_there(
    office: Office, suspicion: dict[str, str], problem: str
) -> None:
    there = office.with_clock_rules(talk_starts=StartEvent.SUSPICION)
    with pytest.raises(BadInput) as refused:
        await there.registers("allvarssamtal", **suspicion)

    assert refused.value.problems == {"suspicion_on": problem}


@pytest.mark.parametrize("who", [ANNA, NILS])
async def test_only_the_unit_registers(office: Office, who: str) -> None:
    with pytest.raises(NotAllowed):
        await office.registers(by=who, namnd=NORRVIK)

    assert await office.of_case() == []


# --- what the form offers ---


async def test_the_form_offers_the_own_namnd_and_those_who_work_there(office: Office) -> None:
    there = office.with_clock_rules(talk_starts=StartEvent.SUSPICION)
    choices = await registration_choices(INGRID, ctx=there.ctx)

    assert [choice.value for choice in choices.namnder] == [NORRVIK]
    assert [choice.name for choice in choices.staff[NORRVIK]] == ["Ingrid", "Johan", "Kerstin", "Lars", "Mona"]
    assert choices.me == staff_id(INGRID)
    assert choices.asks_for_suspicion == {NORRVIK}
