"""Avgör: how each clock ends, what follows from it, and what is refused."""

from datetime import date, datetime
from typing import Any

import pytest

from bot.domain.clocks import ClockKind
from bot.domain.deadline import OUTCOMES, ClockState, Outcome, Reason, Talk
from bot.domain.errors import BadInput, Stale
from bot.domain.ids import NamndId, SummonsId, new_id
from bot.domain.summons import Summons, SummonsState
from bot.services.clocks.handle import give_reason, mark_summoned
from bot.services.clocks.settle import settle_clock, withdraw_clock
from tests.clocks.given import INGRID, JOHAN, Office, staff_id, wall

FRIDAY, TODAY = "2026-11-20", "2026-11-24"  # when it came in, and when it is settled


async def settled(office: Office, deadline_id: str, outcome: str, on: str = TODAY, **more: Any) -> Any:
    given: dict[str, Any] = {"key": new_id(), "ctx": office.ctx} | more
    return await settle_clock(given.pop("by", INGRID), deadline_id, outcome, on, **given)


async def running(office: Office, kind: ClockKind) -> list[tuple[date, datetime]]:
    """Return when the running clocks of a kind run out, and when they came in."""
    return [(c.limit.due_on, c.received_at) for c in await office.of_case() if c.kind is kind and c.is_running]


async def has_clock(office: Office, kind: str = "forhandsbedomning", **changes: Any) -> str:
    """Register a clock on Friday, and go on to Tuesday."""
    deadline_id = await office.has_clock(kind, **changes)
    office.is_now(f"{TODAY} 14:30")
    return deadline_id


# --- how each ends ---


@pytest.mark.parametrize(("kind", "outcome"), [(kind, outcome) for kind in ClockKind for outcome in OUTCOMES[kind]])
async def test_each_kind_ends_in_its_own_ways(office: Office, kind: ClockKind, outcome: Outcome) -> None:
    deadline_id = await has_clock(office, kind.value)
    row = await settled(office, deadline_id, outcome.value, FRIDAY, time="14.30", reason="skola")

    clock = await office.deadline(deadline_id)
    assert (row.state, row.outcome) == (ClockState.SETTLED, outcome)
    assert (clock.outcome, clock.decided_on, clock.reason) == (outcome, date(2026, 11, 20), Reason.SKOLA)
    assert (clock.settled_at, clock.settled_by, clock.next_at) == (office.clock.now(), staff_id(INGRID), None)
    assert (await office.history(deadline_id))[-1] == ("settled", outcome.value)


async def test_an_utredning_that_is_opened_starts_its_clock(office: Office) -> None:
    forhand = await has_clock(office, gender="pojke")
    await settled(office, forhand, "inleds", "2026-11-23")

    (utredning,) = [c for c in await office.of_case() if c.kind is ClockKind.UTREDNING]
    before = await office.deadline(forhand)
    assert utredning.starts_at == utredning.received_at == wall("2026-11-23 00:00")
    assert utredning.limit.due_on == date(2027, 3, 23)
    assert (utredning.report_id, utredning.owner, utredning.gender) == (before.report_id, before.owner, before.gender)
    assert utredning.next_at is not None


async def test_an_utredning_that_is_open_already_is_not_opened_again(office: Office) -> None:
    await office.registers("utredning", received_time="08.00")
    await settled(office, await has_clock(office), "inleds")

    assert await running(office, ClockKind.UTREDNING) == [(date(2027, 3, 20), wall("2026-11-20 08:00"))]


@pytest.mark.parametrize("outcome", ["inleds", "inleds_inte"])
@pytest.mark.parametrize("asked", [True, False])
async def test_whoever_reported_is_told_within_a_week_if_they_asked(office: Office, outcome: str, asked: bool) -> None:
    await settled(office, await has_clock(office, wants_feedback=asked), outcome, "2026-11-23")

    expected = [(date(2026, 11, 30), wall("2026-11-20 14:30"))] if asked else []
    assert await running(office, ClockKind.ATERKOPPLING_ANMALARE) == expected


async def test_two_reports_decided_the_same_day_are_both_answered(office: Office) -> None:
    first = await office.has_clock(wants_feedback=True, received_time="13.00")
    second = await has_clock(office, wants_feedback=True)
    await settled(office, first, "inleds")
    await settled(office, second, "inleds_inte")

    assert len(await running(office, ClockKind.ATERKOPPLING_ANMALARE)) == 2
    assert len(await running(office, ClockKind.UTREDNING)) == 1


async def test_the_child_is_told_when_an_utredning_ends(office: Office) -> None:
    await settled(office, await has_clock(office, "utredning"), "avslutad")

    assert await running(office, ClockKind.ATERKOPPLING_BARN) == [(date(2026, 12, 1), wall(f"{TODAY} 00:00"))]


# --- a talk ---


async def test_a_talk_that_was_held(office: Office) -> None:
    talk = await has_clock(office, "allvarssamtal")
    await mark_summoned(INGRID, talk, ("child", "guardian"), FRIDAY, "14.30", "s", ctx=office.ctx)
    await settled(office, talk, "held", "2026-11-23", time="16", with_police="yes")

    clock = await office.deadline(talk)
    assert clock.talk is not None
    assert (clock.talk.ended_at, clock.talk.with_police) == (wall("2026-11-23 16:00"), True)
    assert clock.reason is None  # both had been summoned in time


@pytest.mark.parametrize(("said", "kept"), [("no", False), ("", None)])
async def test_whether_the_police_were_there(office: Office, said: str, kept: bool | None) -> None:
    talk = await has_clock(office, "allvarssamtal")
    await settled(office, talk, "held", FRIDAY, time="14.30", with_police=said)

    clock = await office.deadline(talk)
    assert clock.talk is not None
    assert clock.talk.with_police is kept


async def test_when_a_family_declined_is_not_made_up(office: Office) -> None:
    talk = await has_clock(office, "allvarssamtal")
    await settled(office, talk, "declined", reason="ej_samtycke")

    clock = await office.deadline(talk)
    assert clock.talk == Talk()
    assert clock.decided_on == date(2026, 11, 24)


@pytest.mark.parametrize("end", ["settled", "withdrawn"])
async def test_what_the_family_was_offered_is_closed(office: Office, end: str) -> None:
    talk = await has_clock(office, "allvarssamtal")
    clock, now = await office.deadline(talk), office.clock.now()
    times = (wall("2026-11-25 16:00"),)
    offer = Summons(SummonsId(new_id()), clock.id, NamndId("norrvik"), times, now, staff_id(INGRID))
    await office.writes(lambda tx: tx.summons.add(offer))

    if end == "settled":
        await settled(office, talk, "cancelled", reason="ej_lampligt")
    else:
        await withdraw_clock(INGRID, talk, "w", ctx=office.ctx)

    (kept,) = await office.reads(lambda tx: tx.summons.of_deadline(clock.id))
    assert (kept.state, kept.next_at) == (SummonsState.CLOSED, None)


# --- too late ---


async def test_a_limit_that_was_missed_needs_a_reason(office: Office) -> None:
    forhand = await office.has_clock()
    office.is_now("2026-12-07 09:00")

    with pytest.raises(BadInput) as refused:
        await settled(office, forhand, "inleds", "2026-12-05")
    assert refused.value.problems == {"reason": "clock_reason_late"}

    await settled(office, forhand, "inleds", "2026-12-05", reason="arbetsbelastning")
    assert (await office.deadline(forhand)).reason is Reason.ARBETSBELASTNING


async def test_what_was_decided_in_time_may_be_entered_late_without_one(office: Office) -> None:
    forhand = await office.has_clock()
    office.is_now("2026-12-07 09:00")
    await settled(office, forhand, "inleds", "2026-12-04")

    assert (await office.deadline(forhand)).reason is None


async def test_a_reason_that_was_given_before_is_enough(office: Office) -> None:
    talk = await has_clock(office, "allvarssamtal")
    await give_reason(INGRID, talk, "skola", "r", ctx=office.ctx)
    await settled(office, talk, "held", time="10.00")

    assert (await office.deadline(talk)).reason is Reason.SKOLA


# --- by mistake, twice, and too late ---


async def test_what_was_registered_by_mistake_counts_nowhere(office: Office) -> None:
    deadline_id = await has_clock(office)
    row = await withdraw_clock(INGRID, deadline_id, "w", ctx=office.ctx)

    assert row.state is ClockState.WITHDRAWN
    assert await office.history(deadline_id) == [("registered", ""), ("withdrawn", "")]
    assert (await office.deadline(deadline_id)).next_at is None


async def test_a_press_twice_settles_once(office: Office) -> None:
    forhand = await has_clock(office)
    first = await settled(office, forhand, "inleds", key="press")
    again = await settled(office, forhand, "inleds", key="press")

    assert again == first
    assert len(await office.history(forhand)) == 2
    assert len(await running(office, ClockKind.UTREDNING)) == 1


async def test_what_is_settled_stays_so(office: Office) -> None:
    forhand = await has_clock(office)
    await settled(office, forhand, "inleds")

    with pytest.raises(Stale):
        await settled(office, forhand, "inleds_inte", by=JOHAN)
    with pytest.raises(Stale):
        await withdraw_clock(INGRID, forhand, "w", ctx=office.ctx)

    assert (await office.deadline(forhand)).outcome is Outcome.INLEDS


# --- what is refused ---


@pytest.mark.parametrize(
    ("kind", "given", "problems"),
    [
        ("forhandsbedomning", {"outcome": "done"}, {"outcome": "pick_one"}),
        ("forhandsbedomning", {"outcome": ""}, {"outcome": "pick_one"}),
        ("forhandsbedomning", {"on": ""}, {"on": "pick_date"}),
        ("forhandsbedomning", {"on": "2026-11-25"}, {"on": "clock_future"}),
        ("forhandsbedomning", {"on": "2026-11-19"}, {"on": "clock_before_received"}),
        ("forhandsbedomning", {"reason": "lat"}, {"reason": "clock_reason_needed"}),
        ("allvarssamtal", {"outcome": "held"}, {"time": "clock_time"}),
        ("allvarssamtal", {"outcome": "held", "time": "15.00"}, {"time": "clock_future"}),
        ("allvarssamtal", {"outcome": "held", "on": FRIDAY, "time": "14.00"}, {"time": "clock_before_received"}),
        ("allvarssamtal", {"outcome": "held", "time": "10.00"}, {"reason": "clock_reason_late"}),
        ("allvarssamtal", {"outcome": "declined"}, {"reason": "clock_reason_needed"}),
        ("allvarssamtal", {"outcome": "cancelled"}, {"reason": "clock_reason_needed"}),
    ],
)
async def test_what_was_filled_in_wrongly_is_said_by_its_field(
    office: Office, kind: str, given: dict[str, str], problems: dict[str, str]
) -> None:
    deadline_id = await has_clock(office, kind)
    with pytest.raises(BadInput) as refused:
        await settled(office, deadline_id, **({"outcome": "inleds"} | given))

    assert refused.value.problems == problems
    assert all(office.ctx.texts.has(f"problem.{key}") for key in problems.values())
    assert (await office.deadline(deadline_id)).is_running
