"""From the outbox to Slack: asked again, composed as it is now, kept up to date, and never sent in the night."""

from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest
import sqlalchemy as sa

from bot.domain.cards import Notice
from bot.domain.clock_views import ClockNotice
from bot.domain.clocks import ClockKind
from bot.domain.deadline import ClockState, Deadline, Outcome
from bot.domain.ids import StaffId
from bot.domain.outbound import OutboxState
from bot.domain.people import Role
from bot.domain.sending import SendRejected, SendUncertain
from bot.ports import Tx
from bot.services import deliver_clocks as module
from bot.services.clocks.changing import draw_list, save, tell
from bot.services.clocks.speak import speak_of_clocks
from bot.services.look_for_uncertain import look_for_uncertain
from storage.store import SqlStore
from storage.tables import SlackPostRow
from tests.clocks.given_speaking import Office, an_office, at, refs
from tests.frozen import FrozenClock

MONDAY = "2026-11-23 08:00"


@pytest.fixture
async def office(store: SqlStore, clock: FrozenClock) -> Office:
    """Monday, just before the office opens; Anna and Bo have two clocks each that are spoken of today."""
    made = an_office(store, clock)
    clock.passes(at("2026-11-12 10:00") - clock.now())
    for name in ("Anna", "Bo"):
        owner = await made.hires(name)
        await made.has(*(made.clock_of(owner, "2026-11-16 09:00", case_ref=f"K-{name}-{n}") for n in (1, 2)))
    await made.hires("Lena", Role.LEADER)
    made.jumps_to("2026-11-23 07:59")
    return made


async def found(office: Office, ref: str) -> Deadline:
    (clock,) = await office.ctx.store.read(lambda tx: tx.deadlines.of_case(office_namnd(office), ref))
    return clock


def office_namnd(office: Office) -> Any:
    return next(iter(office.people["Anna"].roles)).namnd


async def changed(office: Office, ref: str, **changes: Any) -> None:
    """Change a clock as a service does."""
    clock = await found(office, ref)
    await office.changes(lambda tx: save(tx, office.ctx, replace(clock, **changes)))


async def settled(office: Office, ref: str, by: StaffId) -> None:
    clock, now = await found(office, ref), office.clock.now()
    done = clock.settle(Outcome.INLEDS, by, at=now, on=now.date())
    await office.changes(lambda tx: save(tx, office.ctx, done))


async def test_a_settled_row_shows_as_settled_in_the_posted_list(office: Office) -> None:
    await office.time_is(MONDAY)

    await settled(office, "K-Anna-1", office.people["Anna"].id)
    await office.sends()

    (said,) = office.lists_of("Anna")
    rows = {row.case_ref: (row.state, row.outcome) for row in said.rows}
    assert rows == {"K-Anna-1": (ClockState.SETTLED, Outcome.INLEDS), "K-Anna-2": (ClockState.RUNNING, None)}
    assert [row.case_ref for row in said.rows] == ["K-Anna-1", "K-Anna-2"]  # it stands where it stood
    assert office.slack.updates == 1


async def test_the_next_morning_a_settled_row_is_gone(office: Office) -> None:
    await office.time_is(MONDAY)
    await settled(office, "K-Anna-1", office.people["Anna"].id)
    await office.time_is("2026-11-30 08:00")  # the last day
    assert refs(office.lists_of("Anna")[-1].rows) == ["K-Anna-2"]


async def test_what_was_given_to_somebody_else_leaves_the_posted_list(office: Office) -> None:
    await office.time_is(MONDAY)

    await changed(office, "K-Anna-1", owner=office.people["Bo"].id)
    await office.sends()
    assert refs(office.lists_of("Anna")[0].rows) == ["K-Anna-2"]
    assert set(refs(office.lists_of("Bo")[0].rows)) == {"K-Bo-1", "K-Bo-2"}

    await office.time_is("2026-11-27 08:00")
    assert "K-Anna-1" in refs(office.lists_of("Bo")[-1].rows)
    assert len(office.lists_of("Anna")) == len(office.lists_of("Bo"))


async def test_a_leader_who_has_clocks_of_her_own_loses_the_row_too(office: Office) -> None:
    lena = office.people["Lena"].id
    await office.has(office.clock_of(lena, "2026-11-16 09:00", case_ref="K-Lena"))
    await office.time_is(MONDAY)
    assert refs(office.lists_of("Lena")[0].rows) == ["K-Lena"]

    await changed(office, "K-Lena", owner=office.people["Bo"].id)
    await office.sends()

    assert office.lists_of("Lena")[0].rows == ()


async def test_an_update_that_changes_nothing_is_not_sent(office: Office) -> None:
    await office.time_is(MONDAY)
    clock = await found(office, "K-Anna-1")
    assert clock.listed_in is not None
    listed_in = clock.listed_in

    await office.changes(lambda tx: draw_list(tx, listed_in))

    assert await office.sends() == [OutboxState.DROPPED]
    assert office.slack.updates == 0


async def test_what_comes_due_later_is_added_to_the_list_of_the_day(office: Office) -> None:
    await office.time_is(MONDAY)
    later = office.clock_of(office.people["Anna"].id, "2026-11-20 09:00", case_ref="K-senare")
    await office.has(replace(later, next_at=at("2026-11-23 10:00")))

    await office.time_is("2026-11-23 10:00")

    (said,) = office.lists_of("Anna")
    assert "K-senare" in refs(said.rows)
    assert office.told("Anna") == []


async def test_a_list_of_which_nothing_is_left_is_not_posted(office: Office) -> None:
    office.jumps_to(MONDAY)
    await speak_of_clocks(ctx=office.ctx)
    for n in (1, 2):
        await changed(office, f"K-Anna-{n}", owner=office.people["Bo"].id)

    await office.sends()

    assert office.lists_of("Anna") == []


async def test_somebody_who_has_left_is_sent_nothing(office: Office) -> None:
    office.jumps_to(MONDAY)
    await speak_of_clocks(ctx=office.ctx)
    await office.changes(lambda tx: tx.staff.save(replace(office.people["Anna"], is_active=False)))

    await office.sends()

    assert office.lists_of("Anna") == []
    assert len(office.lists_of("Bo")) == 1


async def test_the_ledger_knows_every_post(office: Office) -> None:
    talk = office.clock_of(office.people["Anna"].id, "2026-11-23 07:30", ClockKind.ALLVARSSAMTAL)
    await office.has(office.clock_of(None, "2026-11-05 09:00"), talk)
    await office.time_is(MONDAY)
    await office.changes(lambda tx: tell(tx, talk, office.people["Anna"].id, "assigned", key="1"))
    await office.sends()

    def kinds(tx: Any) -> set[tuple[str, str]]:
        rows = tx._session.execute(sa.select(SlackPostRow.__table__)).all()  # type: ignore[attr-defined]
        return {(row.kind, row.target) for row in rows}

    anna, bo, lena = (f"staff:{office.people[name].id}" for name in ("Anna", "Bo", "Lena"))
    assert await office.ctx.store.read(kinds) == {("clocks", anna), ("clocks", bo), ("clock", anna), ("unit", lena)}


@pytest.mark.parametrize("name", ["Bo", "Anna"])
async def test_a_notice_is_for_whoever_has_the_clock_when_it_leaves(office: Office, name: str) -> None:
    office.jumps_to(MONDAY)
    clock = await found(office, "K-Anna-1")
    await office.changes(lambda tx: tell(tx, clock, office.people[name].id, "ladder", key="1"))

    await office.sends()

    assert office.told(name) == (["ladder"] if name == "Anna" else [])


async def test_a_notice_of_what_has_been_settled_is_dropped(office: Office) -> None:
    office.jumps_to(MONDAY)
    clock, anna = await found(office, "K-Anna-1"), office.people["Anna"].id
    await office.changes(lambda tx: tell(tx, clock, anna, "ladder", key="1"))
    await settled(office, "K-Anna-1", anna)

    assert OutboxState.DROPPED in await office.sends()
    assert office.told("Anna") == []


async def test_what_slack_was_away_for_is_not_said_in_the_night(office: Office) -> None:
    office.jumps_to(MONDAY)
    await speak_of_clocks(ctx=office.ctx)
    clock, anna = await found(office, "K-Anna-1"), office.people["Anna"].id
    await office.changes(lambda tx: tell(tx, clock, anna, "last_hour", key="1"))
    office.jumps_to("2026-11-23 22:14")

    assert set(await office.sends()) == {OutboxState.DROPPED}
    assert office.slack.messages == []
    await office.time_is("2026-11-24 08:00")

    assert set(refs(office.lists_of("Anna")[0].rows)) == {"K-Anna-1", "K-Anna-2"}
    assert set(refs(office.lists_of("Bo")[0].rows)) == {"K-Bo-1", "K-Bo-2"}
    assert office.told("Anna") == []


async def test_what_was_put_off_meanwhile_is_not_woken(office: Office) -> None:
    office.jumps_to(MONDAY)
    await speak_of_clocks(ctx=office.ctx)
    await changed(office, "K-Anna-1", snoozed_until=at("2026-11-26 08:00").date(), snooze_reason="Väntar på läkaren")
    office.jumps_to("2026-11-23 22:14")

    await office.sends()
    await office.time_is("2026-11-24 08:00")

    assert refs(office.lists_of("Anna")[0].rows) == ["K-Anna-2"]
    assert (await found(office, "K-Anna-1")).next_at == at("2026-11-26 08:00")


async def test_yesterdays_list_becomes_todays(office: Office) -> None:
    office.jumps_to(MONDAY)
    await speak_of_clocks(ctx=office.ctx)
    office.jumps_to("2026-11-24 09:00")

    await office.sends()
    assert office.slack.messages == []
    await office.ticks()

    (said,) = office.lists_of("Anna")
    assert said.day.day == 24
    assert len(said.rows) == 2


async def test_what_was_said_as_the_office_closed_still_leaves(office: Office) -> None:
    office.jumps_to("2026-11-23 16:59")
    clock, anna = await found(office, "K-Anna-1"), office.people["Anna"].id
    await office.changes(lambda tx: tell(tx, clock, anna, "last_hour", key="1"))
    office.clock.passes(timedelta(minutes=2))

    await office.sends()

    assert office.told("Anna") == ["last_hour"]


async def test_a_list_that_slack_refuses_is_told_to_the_leaders_once(office: Office) -> None:
    await office.hires("Lo", Role.LEADER)
    office.slack.refuses["UANNA"] = SendRejected("account_inactive")
    office.jumps_to(MONDAY)
    await office.ticks()
    clock = await found(office, "K-Anna-1")
    await office.changes(lambda tx: tell(tx, clock, office.people["Anna"].id, "ladder", key="1"))
    await office.sends()
    await office.ticks()

    for name in ("Lena", "Lo"):
        (said,) = office.said_to(name, Notice)
        assert said.key == "clocks_failed"
        assert dict(said.values) == {"who": "<@UANNA>", "namnd": "Norrvik"}
        assert office.ctx.texts.staff("notice.clocks_failed", **dict(said.values)).count("<@UANNA>") == 1
    assert len(office.lists_of("Bo")) == 1


async def test_a_leader_whom_slack_refuses_is_told_of_to_the_others(office: Office) -> None:
    await office.hires("Lo", Role.LEADER)
    await office.has(office.clock_of(None, "2026-11-05 09:00"))
    office.slack.refuses["ULENA"] = SendRejected("account_inactive")

    await office.time_is(MONDAY)

    assert [notice.key for notice in office.said_to("Lo", Notice)] == ["clocks_failed"]
    assert len(office.units_of("Lo")) == 1


async def test_a_list_that_is_gone_is_posted_anew(office: Office) -> None:
    await office.time_is(MONDAY)
    (first,) = [m for m in office.slack.messages if m.to == "UANNA"]
    office.slack.gone[first.ts] = SendRejected("message_not_found")

    await settled(office, "K-Anna-1", office.people["Anna"].id)
    assert OutboxState.SENT in await office.sends()
    assert len(office.lists_of("Anna")) == 2

    await settled(office, "K-Anna-2", office.people["Anna"].id)
    await office.sends()
    assert len(office.lists_of("Anna")) == 2
    assert {row.state for row in office.lists_of("Anna")[1].rows} == {ClockState.SETTLED}


async def test_an_older_list_that_is_gone_stays_gone(office: Office) -> None:
    await office.time_is(MONDAY)
    (first,) = [m for m in office.slack.messages if m.to == "UANNA"]
    office.slack.gone[first.ts] = SendRejected("message_not_found")
    office.jumps_to("2026-11-24 09:00")

    await settled(office, "K-Anna-1", office.people["Anna"].id)

    assert await office.sends() == [OutboxState.DROPPED]
    assert len(office.lists_of("Anna")) == 1


async def test_an_update_that_slack_refuses_troubles_nobody(office: Office) -> None:
    await office.time_is(MONDAY)
    (first,) = [m for m in office.slack.messages if m.to == "UANNA"]
    office.slack.gone[first.ts] = SendRejected("account_inactive")

    await settled(office, "K-Anna-1", office.people["Anna"].id)

    assert await office.sends() == [OutboxState.FAILED]
    assert office.said_to("Lena", Notice) == []


async def test_a_list_that_may_have_been_posted_is_found_and_adopted(office: Office) -> None:
    await office.time_is(MONDAY)
    office.jumps_to("2026-11-27 07:59")
    honest = office.slack.post_clocks

    async def unheard(to: str, said: Any, outbox_id: int) -> Any:
        await honest(to, said, outbox_id)
        raise SendUncertain("timeout")

    office.slack.post_clocks = unheard  # type: ignore[method-assign]
    office.jumps_to("2026-11-27 08:00")
    await speak_of_clocks(ctx=office.ctx)
    assert set(await office.sends()) == {OutboxState.UNCERTAIN}
    office.slack.post_clocks = honest  # type: ignore[method-assign]

    office.clock.passes(timedelta(seconds=10))
    assert await look_for_uncertain(ctx=office.ctx) == 2
    await office.sends()
    assert len(office.lists_of("Anna")) == 2

    await settled(office, "K-Anna-1", office.people["Anna"].id)
    await office.sends()
    assert len(office.lists_of("Anna")) == 2
    assert ClockState.SETTLED in {row.state for row in office.lists_of("Anna")[1].rows}


async def test_a_notice_that_cannot_be_found_is_said_again(office: Office) -> None:
    office.jumps_to(MONDAY)
    clock, anna = await found(office, "K-Anna-1"), office.people["Anna"].id
    await office.changes(lambda tx: tell(tx, clock, anna, "ladder", key="1"))
    office.slack.refuses["UANNA"] = SendUncertain("timeout")
    await office.sends()
    office.slack.refuses.clear()

    office.clock.passes(timedelta(seconds=10))
    await look_for_uncertain(ctx=office.ctx)
    await office.sends()

    assert office.told("Anna") == ["ladder"]


async def test_what_cannot_be_composed_is_told_and_does_not_go_round(
    office: Office, monkeypatch: pytest.MonkeyPatch
) -> None:
    def broken(*_: Any, **__: Any) -> Any:
        raise KeyError("a field that is not there")

    monkeypatch.setattr(module, "row_of", broken)
    await office.time_is(MONDAY)

    assert {dict(n.values)["who"] for n in office.said_to("Lena", Notice)} == {"<@UANNA>", "<@UBO>"}
    assert await office.sends() == []


async def test_a_stand_in_reads_for_whom(office: Office) -> None:
    await office.is_away(office.people["Anna"].id, "2026-11-23", "2026-11-24", stand_in=office.people["Bo"].id)
    office.jumps_to(MONDAY)
    clock = await found(office, "K-Anna-1")
    await office.changes(lambda tx: tell(tx, clock, office.people["Bo"].id, "stand_in", key="1"))

    await office.sends()

    (said,) = office.said_to("Bo", ClockNotice)
    assert (said.row.stand_in_for, said.namnd_name) == ("UANNA", "Norrvik")


async def test_a_leader_hears_of_what_nobody_has_until_somebody_has_it(office: Office) -> None:
    office.jumps_to(MONDAY)
    clock = office.clock_of(None, "2026-11-20 09:00", case_ref="K-ingens")
    await office.has(clock)
    lena = office.people["Lena"].id

    def say(tx: Tx, key: str) -> None:
        tell(tx, clock, lena, "unowned", key=key)

    await office.changes(lambda tx: say(tx, "1"))
    await office.sends()
    assert office.told("Lena") == ["unowned"]
    await office.changes(lambda tx: say(tx, "2"))
    await changed(office, "K-ingens", owner=office.people["Bo"].id)
    await office.sends()
    assert office.told("Lena") == ["unowned"]
