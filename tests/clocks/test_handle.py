"""What is done with a running clock, and given to whom."""

from collections.abc import Awaitable, Callable
from dataclasses import replace
from datetime import date
from typing import Any

import pytest

from bot.domain.clocks import ClockKind, StartEvent
from bot.domain.deadline import Reason, Stage
from bot.domain.errors import BadInput, NotFound, NotYet, Stale
from bot.domain.ids import new_id
from bot.services.clocks.assign import assign_clock, assignment_choices
from bot.services.clocks.handle import (
    extend_clock,
    found_contact,
    give_reason,
    mark_summoned,
    set_hold,
    snooze_clock,
    want_feedback,
)
from bot.services.clocks.settle import settle_clock
from tests.clocks.given import INGRID, JOHAN, KERSTIN, LARS, MONA, NORRVIK, Office, staff_id, wall

PERSONNUMMER = "se 20121212-1212"
BOTH = ("child", "guardian")


async def problems_of(work: Any) -> dict[str, str]:
    with pytest.raises(BadInput) as refused:
        await work
    return refused.value.problems


# --- extended ---


async def test_an_extension_moves_the_limit_and_says_who_and_why(office: Office) -> None:
    forhand = await office.has_clock()
    row = await extend_clock(INGRID, forhand, "2026-12-11", " Johan ", "Tolk saknas.", "x", ctx=office.ctx)

    clock = await office.deadline(forhand)
    assert row.limit.due_on == clock.limit.due_on == clock.extended_to == date(2026, 12, 11)
    assert (clock.extended_by, clock.extension_reason) == ("Johan", "Tolk saknas.")
    assert (await office.history(forhand))[-1] == ("extended", "2026-12-11")


@pytest.mark.parametrize(
    ("changed", "problems"),
    [
        ({"to": ""}, {"to": "pick_date"}),
        ({"to": "2026-12-04"}, {"to": "clock_extend_later"}),  # that is the limit
        ({"to": "2028-01-01"}, {"to": "clock_extend_far"}),
        ({"decided_by": " "}, {"decided_by": "clock_decider"}),
        ({"reason": ""}, {"reason": "clock_why"}),
        ({"reason": PERSONNUMMER}, {"reason": "personnummer"}),
        ({"decided_by": PERSONNUMMER}, {"decided_by": "personnummer"}),
    ],
)
async def test_an_extension_needs_a_later_day_a_decider_and_a_reason(
    office: Office, changed: dict[str, str], problems: dict[str, str]
) -> None:
    forhand = await office.has_clock()
    given = {"to": "2026-12-11", "decided_by": "Johan", "reason": "Tolk saknas.", "key": "x"} | changed

    assert await problems_of(extend_clock(INGRID, forhand, **given, ctx=office.ctx)) == problems
    assert (await office.deadline(forhand)).extended_to is None


async def test_hours_are_not_extended(office: Office) -> None:
    talk = await office.has_clock("allvarssamtal")
    with pytest.raises(Stale):
        await extend_clock(INGRID, talk, "2026-12-11", "Johan", "Tolk.", "x", ctx=office.ctx)


# --- put off ---


async def test_a_reminder_is_put_off_until_a_day_with_a_reason(office: Office) -> None:
    forhand = await office.has_clock()
    row = await snooze_clock(INGRID, forhand, "2026-12-03", "Väntar på skolan.", "x", ctx=office.ctx)

    clock = await office.deadline(forhand)
    assert row.snoozed_until == date(2026, 12, 3)
    assert clock.next_at == wall("2026-12-03 08:00")
    assert clock.limit.due_on == date(2026, 12, 4)
    assert (await office.history(forhand))[-1] == ("snoozed", "2026-12-03")


@pytest.mark.parametrize(
    ("kind", "until", "problem"),
    [
        ("forhandsbedomning", "", "pick_date"),
        ("forhandsbedomning", "2026-11-20", "date_passed"),
        ("forhandsbedomning", "2026-11-22", "clock_snooze_day_off"),
        ("forhandsbedomning", "2026-12-07", "clock_snooze_far"),  # past the last day that helps
        ("allvarssamtal", "2026-11-23", "clock_snooze_far"),
    ],
)
async def test_a_reminder_is_never_put_off_past_what_helps(office: Office, kind: str, until: str, problem: str) -> None:
    deadline_id = await office.has_clock(kind)
    wrong = await problems_of(snooze_clock(INGRID, deadline_id, until, "Väntar.", "x", ctx=office.ctx))

    assert wrong == {"until": problem}


@pytest.mark.parametrize(("until", "is_allowed"), [("2026-12-21", True), ("2026-12-22", False)])
async def test_what_has_run_out_is_put_off_ten_working_days_at_most(
    office: Office, until: str, is_allowed: bool
) -> None:
    forhand = await office.has_clock()
    office.is_now("2026-12-07 09:00")
    work = snooze_clock(INGRID, forhand, until, "Väntar.", "x", ctx=office.ctx)
    if is_allowed:
        assert (await work).snoozed_until == date(2026, 12, 21)
    else:
        assert await problems_of(work) == {"until": "clock_snooze_far"}


@pytest.mark.parametrize(("reason", "problem"), [("", "clock_why"), (PERSONNUMMER, "personnummer")])
async def test_to_put_off_needs_a_reason(office: Office, reason: str, problem: str) -> None:
    forhand = await office.has_clock()
    work = snooze_clock(INGRID, forhand, "2026-11-23", reason, "x", ctx=office.ctx)

    assert await problems_of(work) == {"reason": problem}


# --- explained ---


async def test_a_reason_is_one_press(office: Office) -> None:
    forhand = await office.has_clock()
    row = await give_reason(INGRID, forhand, "kontaktuppgifter_saknas", "x", ctx=office.ctx)

    assert row.reason is Reason.KONTAKTUPPGIFTER_SAKNAS
    assert (await office.history(forhand))[-1] == ("reason", "kontaktuppgifter_saknas")


@pytest.mark.parametrize("reason", ["", "lat"])
async def test_a_reason_is_one_of_those_that_are_counted(office: Office, reason: str) -> None:
    forhand = await office.has_clock()

    assert await problems_of(give_reason(INGRID, forhand, reason, "x", ctx=office.ctx)) == {
        "reason": "clock_reason_needed"
    }


# --- the police, and how to reach the family ---


async def test_a_hold_is_set_and_lifted(office: Office) -> None:
    talk = await office.has_clock("allvarssamtal", has_contact=True)
    held = await set_hold(INGRID, talk, "1", on=True, ctx=office.ctx)
    assert held.stage is Stage.HOLD
    lifted = await set_hold(INGRID, talk, "2", on=False, ctx=office.ctx)

    assert lifted.stage is Stage.SUMMON
    assert [kind for kind, _ in await office.history(talk)] == ["registered", "hold_set", "hold_lifted"]
    assert ("hold_lifted", INGRID) not in office.told()  # it was they who pressed


async def test_the_responsible_is_told_that_a_hold_was_lifted(office: Office) -> None:
    talk = await office.has_clock("allvarssamtal", police_hold=True)
    await set_hold(JOHAN, talk, "2", on=False, ctx=office.ctx)

    assert office.told() == [("hold_lifted", INGRID)]


async def test_a_hold_that_is_set_already_changes_nothing(office: Office) -> None:
    talk = await office.has_clock("allvarssamtal", police_hold=True)
    await set_hold(INGRID, talk, "1", on=True, ctx=office.ctx)

    assert await office.history(talk) == [("registered", "")]


async def test_contact_details_are_found(office: Office) -> None:
    talk = await office.has_clock("allvarssamtal")
    row = await found_contact(INGRID, talk, "1", ctx=office.ctx)
    await found_contact(INGRID, talk, "2", ctx=office.ctx)

    assert row.stage is Stage.SUMMON
    assert await office.history(talk) == [("registered", ""), ("contact_found", "")]


@pytest.mark.parametrize("press", ["hold", "contact", "summoned"])
async def test_only_a_talk_has_a_family_to_reach(office: Office, press: str) -> None:
    forhand = await office.has_clock()
    work: dict[str, Callable[[], Awaitable[Any]]] = {
        "hold": lambda: set_hold(INGRID, forhand, "1", on=True, ctx=office.ctx),
        "contact": lambda: found_contact(INGRID, forhand, "1", ctx=office.ctx),
        "summoned": lambda: mark_summoned(INGRID, forhand, BOTH, "2026-11-20", "14.30", "1", ctx=office.ctx),
    }
    with pytest.raises(Stale):
        await work[press]()


# --- summoned in another way ---


async def test_both_are_summoned_by_telephone(office: Office) -> None:
    talk = await office.has_clock("allvarssamtal", received_time="10.00")
    await mark_summoned(INGRID, talk, ("guardian",), "2026-11-20", "11.00", "1", ctx=office.ctx)
    row = await mark_summoned(INGRID, talk, BOTH, "2026-11-20", "14.00", "2", ctx=office.ctx)

    clock = await office.deadline(talk)
    assert clock.talk is not None
    assert clock.talk.guardian_summoned_at == wall("2026-11-20 11:00")  # the first time counts
    assert clock.talk.summoned_at == wall("2026-11-20 14:00")
    assert row.stage is Stage.ANSWER
    assert (await office.history(talk))[1:] == [
        ("summoned", "guardian"),
        ("summoned", "child"),
    ]


@pytest.mark.parametrize(
    ("changed", "problems"),
    [
        ({"who": ()}, {"who": "clock_who"}),
        ({"who": ("polis",)}, {"who": "clock_who"}),
        ({"on": ""}, {"on": "pick_date"}),
        ({"time": "x"}, {"time": "clock_time"}),
        ({"time": "14.45"}, {"time": "clock_future"}),
        ({"time": "09.59"}, {"on": "clock_before_received"}),
    ],
)
async def test_a_summons_by_hand_says_whom_and_when(
    office: Office, changed: dict[str, Any], problems: dict[str, str]
) -> None:
    talk = await office.has_clock("allvarssamtal", received_time="10.00")
    given = {"who": BOTH, "on": "2026-11-20", "time": "14.00", "key": "x"} | changed

    assert await problems_of(mark_summoned(INGRID, talk, **given, ctx=office.ctx)) == problems


async def test_nobody_is_summoned_while_the_police_ask_us_to_wait(office: Office) -> None:
    talk = await office.has_clock("allvarssamtal", police_hold=True)
    with pytest.raises(NotYet) as refused:
        await mark_summoned(INGRID, talk, BOTH, "2026-11-20", "14.30", "1", ctx=office.ctx)

    assert office.ctx.texts.has(f"refusal.{refused.value.reason}")


# --- whoever reported asks to be told ---


async def test_asked_before_the_decision_the_week_begins_with_it(office: Office) -> None:
    skydd, forhand = [r.deadline_id for r in await office.registers("skyddsbedomning", "forhandsbedomning")]
    await want_feedback(INGRID, skydd, "1", ctx=office.ctx)

    assert (await office.deadline(forhand)).wants_feedback
    assert len(await office.of_case()) == 2


@pytest.mark.parametrize("of", ["the settled one", "the utredning"])
async def test_asked_after_the_decision_it_is_due_the_same_day(office: Office, of: str) -> None:
    forhand = await office.has_clock()
    await settle_clock(INGRID, forhand, "inleds", "2026-11-20", key="s", ctx=office.ctx)
    utredning = next(c.id for c in await office.of_case() if c.kind is ClockKind.UTREDNING)
    office.is_now("2026-12-01 10:00")
    asked = forhand if of == "the settled one" else utredning
    await want_feedback(INGRID, asked, "1", ctx=office.ctx)
    await want_feedback(INGRID, asked, "2", ctx=office.ctx)

    due = [c.limit.due_on for c in await office.of_case() if c.kind is ClockKind.ATERKOPPLING_ANMALARE]
    assert due == [date(2026, 12, 1)]


async def test_there_is_nothing_to_tell_of_a_talk(office: Office) -> None:
    talk = await office.has_clock("allvarssamtal")
    with pytest.raises(Stale):
        await want_feedback(INGRID, talk, "1", ctx=office.ctx)


# --- given to somebody ---


async def test_a_leader_gives_a_clock_to_somebody_who_is_told(office: Office) -> None:
    forhand = await office.has_clock(owner="")
    choices = await assignment_choices(JOHAN, forhand, ctx=office.ctx)
    row = await assign_clock(JOHAN, forhand, staff_id(LARS), "x", ctx=office.ctx)

    assert [choice.name for choice in choices] == ["Ingrid", "Johan", "Kerstin", "Lars", "Mona"]
    assert row.owner == LARS
    assert [t for t in office.told() if t[0] == "assigned"] == [("assigned", LARS)]
    assert (await office.history(forhand))[-1] == ("assigned", staff_id(LARS))


async def test_a_leader_who_takes_it_is_not_told(office: Office) -> None:
    forhand = await office.has_clock()
    await assign_clock(JOHAN, forhand, staff_id(JOHAN), "x", ctx=office.ctx)

    assert office.told() == []


async def test_given_to_somebody_who_is_away_it_goes_to_the_stand_in(office: Office) -> None:
    await office.is_away(LARS, "2026-11-16", "2026-11-27", MONA)
    forhand = await office.has_clock()
    await assign_clock(JOHAN, forhand, staff_id(LARS), "x", ctx=office.ctx)

    assert office.told() == [("stand_in", MONA)]


async def test_given_to_somebody_who_is_away_without_one_the_leaders_hear_of_it(office: Office) -> None:
    await office.is_away(LARS, "2026-11-16", "2026-11-27")
    forhand = await office.has_clock()
    await assign_clock(JOHAN, forhand, staff_id(LARS), "x", ctx=office.ctx)

    assert sorted(office.told()) == [("unowned", JOHAN), ("unowned", KERSTIN)]


async def test_it_leaves_the_list_of_whoever_had_it(office: Office) -> None:
    forhand = await office.has_clock()
    clock = await office.deadline(forhand)
    posted, _ = await office.writes(lambda tx: tx.deadlines.ensure_list(NORRVIK, staff_id(INGRID), date(2026, 11, 20)))
    await office.writes(lambda tx: tx.deadlines.save(replace(clock, listed_in=posted.id)))
    await assign_clock(JOHAN, forhand, staff_id(LARS), "x", ctx=office.ctx)

    assert (await office.deadline(forhand)).listed_in is None
    assert office.drawn() == [posted.id]


@pytest.mark.parametrize(("owner", "restarts"), [("", True), (staff_id(MONA), False)])
async def test_the_first_assignment_may_start_the_hours(office: Office, owner: str, restarts: bool) -> None:
    there = office.with_clock_rules(talk_starts=StartEvent.ASSIGNED)
    office.is_now("2026-11-19 09:00")
    talk = await there.has_clock("allvarssamtal", owner=owner)
    office.is_now("2026-11-20 14:30")
    await assign_clock(JOHAN, talk, staff_id(LARS), "x", ctx=there.ctx)

    clock = await there.deadline(talk)
    assert clock.limit.due_at == wall("2026-11-22 14:30" if restarts else "2026-11-21 09:00")


@pytest.mark.parametrize("who", ["", "staff-upetra", "staff-uanna", "nobody"])
async def test_a_clock_is_given_only_to_the_units_own(office: Office, who: str) -> None:
    forhand = await office.has_clock()

    assert await problems_of(assign_clock(JOHAN, forhand, who, "x", ctx=office.ctx)) == {"staff": "clock_owner"}


# --- twice, too late, and not there ---

PRESSES: dict[str, Any] = {
    "extend": lambda d, key, ctx: extend_clock(JOHAN, d, "2027-06-01", "Johan", "Tolk.", key, ctx=ctx),
    "snooze": lambda d, key, ctx: snooze_clock(JOHAN, d, "2026-11-23", "Väntar.", key, ctx=ctx),
    "reason": lambda d, key, ctx: give_reason(JOHAN, d, "skola", key, ctx=ctx),
    "assign": lambda d, key, ctx: assign_clock(JOHAN, d, staff_id(MONA), key, ctx=ctx),
    "hold": lambda d, key, ctx: set_hold(JOHAN, d, key, on=True, ctx=ctx),
    "contact": lambda d, key, ctx: found_contact(JOHAN, d, key, ctx=ctx),
    "summoned": lambda d, key, ctx: mark_summoned(JOHAN, d, BOTH, "2026-11-20", "14.30", key, ctx=ctx),
}
OF_A_TALK = {"hold", "contact", "summoned"}


def kind_for(press: str) -> str:
    return "allvarssamtal" if press in OF_A_TALK else "utredning"


@pytest.mark.parametrize("press", sorted(PRESSES))
async def test_a_press_twice_is_done_once(office: Office, press: str) -> None:
    deadline_id = await office.has_clock(kind_for(press))
    first = await PRESSES[press](deadline_id, "press", office.ctx)
    history = await office.history(deadline_id)
    again = await PRESSES[press](deadline_id, "press", office.ctx)

    assert again == first
    assert await office.history(deadline_id) == history
    assert len(history) > 1


@pytest.mark.parametrize("press", sorted(PRESSES))
async def test_what_is_settled_is_left_alone(office: Office, press: str) -> None:
    kind = kind_for(press)
    deadline_id = await office.has_clock(kind)
    outcome = "cancelled" if kind == "allvarssamtal" else "avslutad"
    await settle_clock(INGRID, deadline_id, outcome, "2026-11-20", reason="skola", key="s", ctx=office.ctx)

    with pytest.raises(Stale):
        await PRESSES[press](deadline_id, "press", office.ctx)


@pytest.mark.parametrize("press", sorted(PRESSES))
async def test_what_is_not_there_is_not_found(office: Office, press: str) -> None:
    with pytest.raises(NotFound):
        await PRESSES[press](new_id(), "press", office.ctx)
