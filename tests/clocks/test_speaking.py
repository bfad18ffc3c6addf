"""Each clock is spoken of in time, to whoever has it, in office hours, and once."""

import asyncio
from collections import Counter
from dataclasses import replace
from datetime import datetime
from typing import Any

import pytest

from bot.domain.alerts import AlertCode
from bot.domain.calendar import local
from bot.domain.clocks import ClockKind
from bot.domain.deadline import Outcome, Talk
from bot.domain.ids import DeadlineId
from bot.domain.people import Role
from bot.services.clocks import speak
from bot.services.clocks.speak import speak_of_clocks
from storage.store import SqlStore
from tests.clocks.given_speaking import SODERMARK, Office, an_office, at, refs
from tests.frozen import FrozenClock


@pytest.fixture
def office(store: SqlStore, clock: FrozenClock) -> Office:
    return an_office(store, clock)


def starts(office: Office, when: str) -> None:
    """Set the clock back to where the story begins: nothing has happened yet."""
    office.clock.passes(at(when) - office.clock.now())


async def test_two_hundred_clocks_are_one_message_on_a_monday_morning(office: Office) -> None:
    starts(office, "2026-11-12 10:00")
    anna = await office.hires("Anna")
    await office.has(*(office.clock_of(anna, "2026-11-09 09:00", case_ref=f"K-{n:03}") for n in range(200)))
    office.jumps_to("2026-11-22 12:00")
    await office.ticks()
    assert office.slack.messages == []

    await office.time_is("2026-11-23 08:00")

    (said,) = office.lists_of("Anna")
    assert len(said.rows) + said.more == 200
    assert said.day.isoformat() == "2026-11-23"
    assert office.told("Anna") == []


async def test_the_list_tells_the_whole_morning(office: Office) -> None:
    starts(office, "2026-11-10 10:00")
    anna = await office.hires("Anna")
    await office.has(
        office.clock_of(anna, "2026-11-16 09:00", case_ref="K-seventh-day"),
        office.clock_of(anna, "2026-11-12 09:00", case_ref="K-soon"),  # runs out on the 26th, spoken of on that day
        office.clock_of(anna, "2026-11-20 09:00", case_ref="K-far"),
        office.clock_of(anna, "2026-11-05 09:00", case_ref="K-over"),
        office.clock_of(anna, "2026-11-11 09:00", case_ref="K-asleep", snoozed_until=at("2026-11-25 08:00").date()),
    )
    office.jumps_to("2026-11-22 12:00")

    await office.time_is("2026-11-23 08:00")

    (said,) = office.lists_of("Anna")
    assert refs(said.rows) == ["K-over", "K-soon", "K-seventh-day"]
    assert said.rows[0].is_overdue


async def test_what_has_been_put_off_wakes_in_the_list(office: Office) -> None:
    starts(office, "2026-11-16 10:00")
    anna = await office.hires("Anna")
    asleep = office.clock_of(
        anna, "2026-11-11 09:00", snoozed_until=at("2026-11-24 08:00").date(), snooze_reason="Väntar på läkaren"
    )
    await office.has(asleep)

    await office.time_is("2026-11-23 17:00")
    assert office.slack.messages == []
    await office.time_is("2026-11-24 08:00")

    (said,) = office.lists_of("Anna")
    assert refs(said.rows) == [asleep.case_ref]
    assert said.rows[0].snoozed_until is None
    assert (await office.clock_with(asleep.id)).snooze_reason == ""


async def test_what_turns_critical_is_said_at_once_and_once(office: Office) -> None:
    starts(office, "2026-11-19 14:20")
    anna = await office.hires("Anna")
    await office.has(office.clock_of(anna, "2026-11-19 14:20", ClockKind.ALLVARSSAMTAL))

    await office.time_is("2026-11-23 07:59")

    assert office.told("Anna") == ["ladder", "last_hour"]  # 24 hours on Friday; 40 and 48 fall on a Saturday
    assert [f"{local(posted):%d %H.%M}" for posted in office.slack.posted_at] == ["20 08.00", "20 14.20", "20 16.00"]
    await office.time_is("2026-11-23 08:00")
    assert office.lists_of("Anna")[-1].rows[0].is_overdue


async def test_missing_contact_details_are_asked_for_by_themselves(office: Office) -> None:
    starts(office, "2026-11-23 09:00")
    anna = await office.hires("Anna")
    await office.has(office.clock_of(anna, "2026-11-23 09:00", ClockKind.ALLVARSSAMTAL, talk=Talk()))

    await office.time_is("2026-11-23 11:00")

    assert office.told("Anna") == ["contact_missing"]


async def test_whether_the_talk_was_held_is_asked_an_hour_after(office: Office) -> None:
    starts(office, "2026-11-23 09:00")
    anna = await office.hires("Anna")
    summoned = at("2026-11-23 09:30")
    talk = Talk(
        has_contact=True,
        child_summoned_at=summoned,
        guardian_summoned_at=summoned,
        booked_at=at("2026-11-24 13:00"),
    )
    await office.has(office.clock_of(anna, "2026-11-23 09:00", ClockKind.ALLVARSSAMTAL, talk=talk))

    await office.time_is("2026-11-24 13:59")
    assert office.told("Anna") == []
    await office.time_is("2026-11-24 14:00")

    assert office.told("Anna") == ["outcome_wanted"]


async def test_nothing_is_said_at_christmas(office: Office) -> None:
    starts(office, "2026-12-10 09:00")
    anna = await office.hires("Anna")
    await office.hires("Lena", Role.LEADER)
    await office.has(
        office.clock_of(anna, "2026-12-10 09:00"),  # 24 December: the 23rd is the last day that helps
        office.clock_of(anna, "2026-12-22 15:00", ClockKind.ALLVARSSAMTAL, registered_at=at("2026-12-10 09:00")),
        office.clock_of(None, "2026-12-11 09:00"),
    )

    await office.time_is("2026-12-23 17:00")
    before = len(office.slack.messages)
    assert "last_hour" in office.told("Anna")
    await office.time_is("2026-12-27 23:59")

    assert len(office.slack.messages) == before
    await office.time_is("2026-12-28 08:00")
    assert office.lists_of("Anna")[-1].day.isoformat() == "2026-12-28"
    assert all(row.is_overdue for row in office.lists_of("Anna")[-1].rows)


async def test_every_message_of_a_month_falls_in_office_hours(office: Office) -> None:
    starts(office, "2026-12-01 08:00")
    anna = await office.hires("Anna")
    await office.hires("Lena", Role.LEADER)
    received = [f"2026-12-{day:02} {hour:02}:17" for day in (1, 4, 5, 10) for hour in (0, 12, 16, 23)]
    kinds = list(ClockKind)
    await office.has(*(office.clock_of(anna, when, kinds[n % len(kinds)]) for n, when in enumerate(received)))

    await office.time_is("2026-12-31 12:00")

    odd = {posted for posted in office.slack.posted_at if not _is_office_time(posted)}
    assert odd == set()
    mornings = Counter(said.day for said in office.lists_of("Anna"))
    assert set(mornings.values()) == {1}
    assert len(mornings) > 10


def _is_office_time(posted: datetime) -> bool:
    wall = local(posted)
    return wall.weekday() < 5 and 8 <= wall.hour < 17 and wall.day not in {24, 25, 31}


async def test_whatever_was_planned_nobody_is_told_at_night(office: Office) -> None:
    starts(office, "2026-11-20 22:14")
    anna = await office.hires("Anna")
    planned = office.clock_of(anna, "2026-11-18 09:00")
    await office.has(replace(planned, next_at=at("2026-11-20 22:00")))

    assert await speak_of_clocks(ctx=office.ctx) == 0
    assert (await office.clock_with(planned.id)).next_at == at("2026-11-23 08:00")


async def test_a_stand_in_has_the_summer(office: Office) -> None:
    starts(office, "2026-06-22 09:00")
    anna, bo = await office.hires("Anna"), await office.hires("Bo")
    await office.is_away(anna, "2026-07-06", "2026-07-31", stand_in=bo)
    await office.has(
        office.clock_of(anna, "2026-06-29 09:00", case_ref="K-anna"),  # spoken of on 6 July, the first day away
        office.clock_of(bo, "2026-06-29 09:00", case_ref="K-bo"),
    )

    await office.time_is("2026-07-06 12:00")
    assert office.lists_of("Anna") == []
    (said,) = office.lists_of("Bo")
    assert {row.case_ref: row.stand_in_for for row in said.rows} == {"K-anna": "UANNA", "K-bo": ""}

    await office.time_is("2026-07-31 16:59")
    assert office.lists_of("Anna") == []
    await office.time_is("2026-08-03 08:00")
    assert refs(office.lists_of("Anna")[-1].rows) == ["K-anna"]
    assert refs(office.lists_of("Bo")[-1].rows) == ["K-bo"]


async def test_killed_between_two_people_each_is_told_once(office: Office, monkeypatch: pytest.MonkeyPatch) -> None:
    starts(office, "2026-11-09 10:00")
    names = ["Anna", "Bo", "Disa"]
    for name in names:
        owner = await office.hires(name)
        await office.has(office.clock_of(owner, "2026-11-16 09:00", case_ref=f"K-{name}"))
    office.jumps_to("2026-11-23 08:00")
    honest, tried = speak._speak_to, []

    def stumbles(tx: Any, ctx: Any, staff_id: Any, *rest: Any) -> None:
        honest(tx, ctx, staff_id, *rest)
        tried.append(staff_id)
        if len(tried) == 2:
            raise RuntimeError("killed after the work and before the commit")

    monkeypatch.setattr(speak, "_speak_to", stumbles)
    assert await speak_of_clocks(ctx=office.ctx) == 2
    await office.sends()
    assert sorted(len(office.lists_of(name)) for name in names) == [0, 1, 1]

    assert await speak_of_clocks(ctx=office.ctx) == 1
    await office.sends()
    await office.ticks()

    assert [len(office.lists_of(name)) for name in names] == [1, 1, 1]
    assert [refs(office.lists_of(name)[0].rows) for name in names] == [[f"K-{name}"] for name in names]


async def test_two_runs_at_once_tell_each_once(office: Office) -> None:
    starts(office, "2026-11-09 10:00")
    names = [f"Anna{n}" for n in range(6)]
    for name in names:
        owner = await office.hires(name)
        await office.has(
            *(office.clock_of(owner, "2026-11-16 09:00") for _ in range(5)),
            office.clock_of(owner, "2026-11-21 16:00", ClockKind.ALLVARSSAMTAL, registered_at=at("2026-11-09 10:00")),
        )
    office.jumps_to("2026-11-23 08:00")

    runs = await asyncio.gather(*(speak_of_clocks(ctx=office.ctx) for _ in range(4)))
    await office.sends()

    assert sum(runs) == 6
    assert [len(office.lists_of(name)) for name in names] == [1] * 6
    assert [len(office.lists_of(name)[0].rows) for name in names] == [6] * 6


async def test_three_days_of_downtime_are_one_message(office: Office) -> None:
    starts(office, "2026-11-09 10:00")
    anna = await office.hires("Anna")
    await office.hires("Lena", Role.LEADER)
    await office.has(
        office.clock_of(anna, "2026-11-05 09:00", case_ref="K-over"),
        office.clock_of(anna, "2026-11-16 09:00", case_ref="K-week"),
        office.clock_of(anna, "2026-11-18 10:00", ClockKind.ALLVARSSAMTAL, case_ref="K-talk"),
    )
    office.jumps_to("2026-11-25 10:30")

    await office.ticks()
    await office.ticks()

    (said,) = office.lists_of("Anna")
    assert set(refs(said.rows)) == {"K-over", "K-week", "K-talk"}
    assert office.told("Anna") == []  # what should have been said at once days ago stands in the list
    assert len(office.units_of("Lena")) == 1
    await office.time_is("2026-11-26 08:00")
    assert len(office.lists_of("Anna")) == 2


async def test_up_again_in_the_evening_waits_for_the_morning(office: Office) -> None:
    starts(office, "2026-11-19 10:00")
    anna = await office.hires("Anna")
    await office.hires("Lena", Role.LEADER)
    await office.has(office.clock_of(anna, "2026-11-19 10:00", ClockKind.ALLVARSSAMTAL))
    office.jumps_to("2026-11-20 18:00")

    await office.ticks()
    assert office.slack.messages == []
    await office.time_is("2026-11-23 08:00")

    assert [len(said.rows) for said in office.lists_of("Anna")] == [1]
    assert office.told("Anna") == []


async def test_what_cannot_wait_and_nobody_has_goes_to_the_leaders(office: Office) -> None:
    starts(office, "2026-11-19 14:20")
    gone = await office.hires("Anna", is_active=False)
    away = await office.hires("Bo")
    await office.is_away(away, "2026-11-18", "2026-11-30")
    await office.hires("Lena", Role.LEADER)
    await office.has(
        office.clock_of(None, "2026-11-19 14:20", ClockKind.ALLVARSSAMTAL),
        office.clock_of(gone, "2026-11-19 14:21", ClockKind.ALLVARSSAMTAL),
        office.clock_of(away, "2026-11-19 14:22", ClockKind.ALLVARSSAMTAL),
    )

    await office.time_is("2026-11-20 14:30")

    assert office.told("Lena") == ["unowned"] * 3
    assert office.told("Bo") == []
    (unit,) = office.units_of("Lena")
    assert len(unit.unowned) == 3


async def test_that_a_clock_reaches_nobody_is_an_alarm(office: Office, caplog: pytest.LogCaptureFixture) -> None:
    starts(office, "2026-11-19 14:20")
    await office.hires("Lena", Role.LEADER, slack_user_id=None)
    lost = office.clock_of(None, "2026-11-19 14:20", ClockKind.ALLVARSSAMTAL)
    await office.has(lost)
    said: list[Any] = []

    class Log:
        def error(self, event: str, **ids: Any) -> None:
            said.append((event, ids))

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(speak, "log", Log())
        await office.time_is("2026-11-20 14:30")

    assert said[-1] == ("clock_reaches_nobody", {"deadline_id": lost.id})
    assert office.slack.messages == []
    assert [alert.code for alert in office.slack.alerts] == [AlertCode.NOBODY_REACHED]


async def test_nobody_is_told_of_another_namnds_clocks(office: Office) -> None:
    starts(office, "2026-11-09 10:00")
    anna = await office.hires("Anna")
    petra = await office.hires("Petra", namnd=SODERMARK)
    await office.hires("Lena", Role.LEADER)
    await office.hires("Nils", Role.LEADER, namnd=SODERMARK)
    await office.has(
        office.clock_of(anna, "2026-11-16 09:00", case_ref="K-norr"),
        office.clock_of(None, "2026-11-16 09:00", case_ref="K-norr-ingen"),
        office.clock_of(petra, "2026-11-16 09:00", case_ref="K-soder", namnd=SODERMARK),
        office.clock_of(anna, "2026-11-16 09:00", case_ref="K-fel", namnd=SODERMARK),  # she does not work there
    )

    await office.time_is("2026-11-23 12:00")

    assert [refs(said.rows) for said in office.lists_of("Anna")] == [["K-norr"]]
    assert [refs(said.rows) for said in office.lists_of("Petra")] == [["K-soder"]]
    assert {ref for unit in office.units_of("Lena") for ref in refs(unit.unowned)} == {"K-norr-ingen"}
    assert {ref for unit in office.units_of("Nils") for ref in refs(unit.unowned)} == {"K-fel"}


async def test_a_settled_clock_is_not_spoken_of(office: Office) -> None:
    starts(office, "2026-11-16 09:00")
    anna = await office.hires("Anna")
    clock = office.clock_of(anna, "2026-11-16 09:00")
    done = clock.settle(Outcome.INLEDS, anna, at=at("2026-11-17 09:00"), on=at("2026-11-17 09:00").date())
    await office.has(done)

    await office.time_is("2026-12-02 12:00")

    assert office.slack.messages == []


async def test_more_than_a_portion_at_once(office: Office, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(speak, "PORTION", 7)
    starts(office, "2026-11-09 10:00")
    names = [f"Anna{n}" for n in range(4)]
    clocks: list[DeadlineId] = []
    for name in names:
        owner = await office.hires(name)
        made = [office.clock_of(owner, "2026-11-16 09:00") for _ in range(10)]
        clocks += [clock.id for clock in made]
        await office.has(*made)
    await office.has(*(office.clock_of(None, "2026-11-16 09:00") for _ in range(20)))
    office.jumps_to("2026-11-23 08:00")

    await office.ticks()

    assert [[len(said.rows) for said in office.lists_of(name)] for name in names] == [[10]] * 4
    assert await office.ctx.store.read(lambda tx: tx.deadlines.due(at("2026-11-23 08:00"), limit=100)) == []
