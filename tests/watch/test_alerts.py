"""Each alert opens once and is over once, whatever comes and goes, and however many look."""

import asyncio
from dataclasses import replace
from datetime import date, timedelta

import pytest

from bot.domain.alerts import AlertCode
from bot.domain.calendar import local
from bot.domain.health import SLACK_REFUSALS, SMS_REFUSALS
from bot.domain.outbound import OutboxKind, OutboxState, Priority
from bot.domain.people import Role
from bot.ports import Incoming, Tx
from bot.services.open_raw import park
from bot.services.watch.raising import MOST_OF_A_CODE, end_alert, raise_alert
from bot.slack.gateway import TOKEN_ERRORS
from bot.sms.errors import REASONS
from scheduler.ticks import INTERVALS
from tests.watch.given import MINUTE, SECOND, Program

KARINS, GUNILLAS = "+46701740690", "+46701740691"


async def test_nothing_is_told_when_all_is_well(program: Program) -> None:
    await program.queues(OutboxKind.CARD, "card")
    assert await program.looks() == []
    assert await program.told() == []


async def test_slack_is_away_and_comes_back(program: Program) -> None:
    row = await program.queues(OutboxKind.CARD, "card", error="slack_unreachable")
    assert await program.looks() == []
    await program.passes(2 * MINUTE + SECOND)
    assert await program.looks() == ["slack_away"]
    assert await program.looks() == ["slack_away"]

    await program.settles(row, OutboxState.SENT)
    assert await program.looks() == ["slack_away"]  # it must have been well for a while
    await program.passes(2 * MINUTE)
    assert await program.looks() == []
    [(opened, _), (over, _)] = told = await program.told()
    assert told == [(opened, "open"), (opened, "over")]
    assert over == opened


async def test_what_comes_and_goes_is_one_alert(program: Program) -> None:
    row = await program.queues(OutboxKind.CARD, "card", error="slack_unreachable")
    await program.passes(3 * MINUTE)
    for _ in range(5):
        await program.looks()
        await program.settles(row, OutboxState.SENT)
        await program.passes(MINUTE)
        assert await program.looks() == ["slack_away"]
        await program.settles(row, OutboxState.DUE, "slack_unreachable")
        await program.passes(MINUTE)
    assert len(await program.told()) == 1


async def test_two_instances_that_look_at_once_raise_one(program: Program) -> None:
    await program.queues(OutboxKind.CARD, "card", error="slack_error")
    await program.passes(3 * MINUTE)
    await asyncio.gather(*(program.looks() for _ in range(6)))
    assert len(await program.told()) == 1
    assert len(await program.open()) == 1


@pytest.mark.parametrize("kind", [OutboxKind.CARD, OutboxKind.SMS])
async def test_silence_does_not_show_that_we_are_let_in_again(program: Program, kind: OutboxKind) -> None:
    reason, key = ("token_revoked", "slack_refuses") if kind is OutboxKind.CARD else ("not_logged_in", "sms_refuses")
    row = await program.queues(kind, "row", error=reason)
    assert await program.looks() == [key]
    await program.settles(row, OutboxState.DROPPED)
    await program.passes(30 * MINUTE)
    assert await program.looks() == [key]
    sent = await program.queues(kind, "another")
    await program.settles(sent, OutboxState.SENT)
    await program.looks()
    await program.passes(2 * MINUTE)
    assert await program.looks() == []


async def test_sms_that_were_refused_for_our_own_fault_are_an_alert_until_one_goes(program: Program) -> None:
    row = await program.queues(OutboxKind.SMS, "sms")
    await program.settles(row, OutboxState.FAILED, "sender_cannot_send")
    assert await program.looks() == ["sms_refuses"]
    [alert] = await program.open()
    assert dict(alert.values) == {"reason": "sender_cannot_send"}


async def test_a_number_that_cannot_be_texted_is_no_alert(program: Program) -> None:
    row = await program.queues(OutboxKind.SMS, "sms")
    await program.settles(row, OutboxState.FAILED, "not_a_mobile")
    assert await program.looks() == []


async def test_the_provider_is_away(program: Program) -> None:
    await program.queues(OutboxKind.SMS, "sms", priority=Priority.SMS, error="provider_unreachable")
    await program.passes(3 * MINUTE)
    assert await program.looks() == ["sms_away"]


async def test_many_uncertain_texts_at_once(program: Program) -> None:
    rows = [await program.queues(OutboxKind.SMS, f"sms{n}") for n in range(3)]
    for row in rows[:2]:
        await program.settles(row, OutboxState.UNCERTAIN, "maybe_sent")
    assert await program.looks() == []
    await program.settles(rows[2], OutboxState.UNCERTAIN, "maybe_sent")
    assert await program.looks() == ["uncertain"]
    [alert] = await program.open()
    assert dict(alert.values) == {"count": "3"}


async def test_one_that_has_been_uncertain_for_long(program: Program) -> None:
    row = await program.queues(OutboxKind.SMS, "sms")
    await program.settles(row, OutboxState.UNCERTAIN, "maybe_sent")
    await program.passes(9 * MINUTE)
    assert await program.looks() == []
    await program.passes(2 * MINUTE)
    assert await program.looks() == ["uncertain"]


async def test_what_has_come_in_waits(program: Program) -> None:
    incoming = Incoming("twilio", "SM1", "lane", "[]", program.clock.now())
    late = Incoming("twilio", "SM2", "other", "[]", program.clock.now() - timedelta(hours=5), is_late=True)
    await program.store.put(late)  # its time says when it should have come, not how long it waits
    assert await program.looks() == []
    await program.store.put(incoming)
    await program.passes(61 * SECOND)
    assert await program.looks() == ["waiting_in"]


async def test_what_is_to_leave_waits_although_nobody_refuses_it(program: Program) -> None:
    await program.queues(OutboxKind.CARD, "card", priority=Priority.URGENT)
    await program.queues(OutboxKind.NOTICE, "notice", priority=Priority.LOW)
    await program.passes(2 * MINUTE + SECOND)
    assert await program.looks() == ["waiting_out"]
    [alert] = await program.open()
    assert dict(alert.values) == {"count": "1"}  # the other may wait longer


async def test_what_waits_for_slack_is_told_of_as_that(program: Program) -> None:
    await program.queues(OutboxKind.CARD, "card", priority=Priority.URGENT, error="slack_unreachable")
    await program.queues(OutboxKind.THREAD, "thread", priority=Priority.URGENT, error="card_not_yet")
    await program.passes(20 * MINUTE)
    assert await program.looks() == ["slack_away"]


async def test_a_tick_that_does_not_run(program: Program) -> None:
    await program.passes(105 * SECOND, ticks=False)
    assert await program.looks() == ["tick:uncertain_tick"]  # every 2 s: stale after 66
    await program.passes(MINUTE, ticks=False)
    assert {"tick:duty_tick", "tick:many"} <= set(await program.looks())
    [rest] = [alert for alert in await program.open() if alert.key == "tick:many"]
    assert "watch_tick" in rest.values["tick"]
    await program.beats("i1")
    assert await program.looks() == []


async def test_a_tick_that_fails_is_told_of_although_it_runs_seldom(program: Program) -> None:
    await program.store.write(lambda tx: tx.watch.failed("numbers_tick", program.clock.wire_now()))
    for _ in range(11):
        await program.passes(MINUTE, ticks=False)
    now = program.clock.wire_now()

    def others_ran(tx: Tx) -> None:
        for tick in [*INTERVALS, "reconcile"]:
            if tick != "numbers_tick":
                tx.watch.ran(tick, now)

    await program.store.write(others_ran)
    assert await program.looks() == ["tick:numbers_tick"]


async def test_a_night_without_any_instance_is_no_stale_tick(program: Program) -> None:
    program.clock.passes(timedelta(hours=9))
    await program.runs("i2")
    assert await program.looks() == []


async def test_the_list_has_not_been_compared(program: Program) -> None:
    for _ in range(16):
        program.clock.passes(MINUTE)
        await program.beats("i1", ticks=False)
        now = program.clock.wire_now()
        await program.store.write(lambda tx: tx.watch.ran("uncertain_tick", now))  # noqa: B023 - awaited at once
    assert "reconcile" in await program.looks()


async def test_instances_with_different_settings(program: Program) -> None:
    await program.runs("i2", settings_hash="other")
    await program.passes(2 * MINUTE, "i1", "i2")
    assert await program.looks() == []  # the change may be on its way to all
    await program.passes(SECOND, "i1", "i2")
    assert await program.looks() == ["settings_differ"]
    await program.passes(2 * MINUTE, "i1")  # the other has stopped
    await program.store.write(lambda tx: tx.watch.forget_instances(program.clock.wire_now()))
    assert await program.looks() == ["settings_differ"]
    await program.passes(2 * MINUTE, "i1")
    assert await program.looks() == []


async def test_an_instance_is_lost_and_comes_back(program: Program) -> None:
    await program.runs("i2")
    await program.passes(61 * SECOND, "i1")
    assert await program.looks() == ["instance_lost:i2"]
    await program.beats("i1", "i2")  # it had been frozen
    assert await program.looks() == []


async def test_an_instance_that_is_replaced_is_not_missed(program: Program) -> None:
    await program.runs("i2")
    program.clock.passes(5 * SECOND)
    await program.runs("i3")
    await program.passes(2 * MINUTE, "i1", "i3")
    assert await program.looks() == []


async def test_an_instance_that_says_goodbye_is_not_missed(program: Program) -> None:
    await program.runs("i2", stopped_at=program.clock.wire_now())
    born = program.instances["i2"]
    await program.store.write(lambda tx: tx.watch.beat(born))
    await program.passes(2 * MINUTE, "i1")
    assert await program.looks() == []


async def test_instances_that_die_again_and_again(program: Program) -> None:
    for name in ("i2", "i3", "i4", "i5"):
        await program.runs(name)
        await program.passes(MINUTE, "i1")
    await program.passes(2 * MINUTE, "i1", "i5")
    assert "restarts" in await program.looks()


async def test_alerts_beyond_the_first_few_of_a_code_are_one(program: Program) -> None:
    def many(tx: Tx) -> None:
        for number in range(50):
            raise_alert(tx, program.ctx, AlertCode.NOBODY_REACHED, f"digest:{number}", namnd="Norrvik")

    await program.store.write(many)
    assert len(await program.told()) == MOST_OF_A_CODE + 1
    await program.passes(timedelta(hours=1))
    assert len(await program.looks()) == MOST_OF_A_CODE + 1


async def test_what_one_namnd_is_texted_of_does_not_silence_another(program: Program) -> None:
    """Each at most once an hour; what the limit holds back is told when the hour has passed, while it stands."""
    await program.hires("karin", Role.ADMIN, KARINS)

    async def nobody_gets(digest: int, namnd: str) -> int:
        await program.store.write(
            lambda tx: raise_alert(tx, program.ctx, AlertCode.NOBODY_REACHED, f"digest:{digest}", namnd=namnd)
        )
        await program.looks()
        return (await program.open())[-1].id

    first, second = await nobody_gets(1, "Norrvik"), await nobody_gets(2, "Södermark")
    assert program.texted() == [("karin", first), ("karin", second)]
    await nobody_gets(3, "Norrvik")
    third = await nobody_gets(4, "Norrvik")
    assert len(program.texted()) == 2
    for _ in range(3):
        await program.passes(timedelta(hours=1))
        await program.looks()
    assert program.texted()[2:] == [("karin", third)]  # one text for both: it would read the same


async def test_one_namnd_does_not_use_up_the_alerts_of_another(program: Program) -> None:
    def storm(tx: Tx) -> None:
        for number in range(50):
            raise_alert(tx, program.ctx, AlertCode.NOBODY_REACHED, f"digest:{number}", namnd="Norrvik")
        raise_alert(tx, program.ctx, AlertCode.NOBODY_REACHED, "digest:50", namnd="Södermark")

    await program.store.write(storm)
    assert "digest:50" in await program.looks()


async def test_who_may_not_be_texted_in_a_trial_is_not_counted_on(program: Program) -> None:
    await program.hires("karin", Role.ADMIN, KARINS)
    await program.hires("gunilla", Role.LEADER, GUNILLAS)
    rules = replace(program.ctx.rules, is_trial=True, trial_numbers=frozenset({GUNILLAS}))
    program.ctx = replace(program.ctx, rules=rules)
    await program.store.write(
        lambda tx: raise_alert(tx, program.ctx, AlertCode.NOBODY_REACHED, "digest:1", namnd="Norrvik")
    )
    await program.looks()
    assert [name for name, _ in program.texted()] == ["gunilla"]


async def test_what_nobody_was_told_of_is_over_after_a_day_where_nothing_tells_us(program: Program) -> None:
    await program.store.write(
        lambda tx: raise_alert(tx, program.ctx, AlertCode.NOBODY_REACHED, "digest:1", namnd="Norrvik")
    )
    await program.looks()
    await program.passes(timedelta(hours=23))
    assert await program.looks() == ["digest:1"]
    await program.passes(timedelta(hours=1))
    assert await program.looks() == []


async def test_an_unread_text_that_could_not_be_digested_stays_an_alert(program: Program) -> None:
    await program.store.put(Incoming("twilio", "SM1", "lane", "[]", program.clock.now()))

    def set_aside(tx: Tx) -> int:
        row = tx.inbox.next()
        assert row is not None
        park(tx, program.ctx, row)
        return row.id

    row_id = await program.store.write(set_aside)
    await program.passes(timedelta(days=3))
    assert await program.looks() == [f"parked_text:{row_id}"]
    assert await program.store.write(lambda tx: end_alert(tx, program.ctx, f"parked_text:{row_id}"))
    assert await program.looks() == []
    assert [what for _, what in await program.told()] == ["open", "over"]


async def test_what_is_undone_is_not_told(program: Program) -> None:
    def stumbles(tx: Tx) -> None:
        raise_alert(tx, program.ctx, AlertCode.NOBODY_REACHED, "digest:1", namnd="Norrvik")
        raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        await program.store.write(stumbles)
    assert await program.open() == []
    assert await program.told() == []


def test_the_errors_are_those_that_the_adapters_give() -> None:
    assert SLACK_REFUSALS == TOKEN_ERRORS
    assert SMS_REFUSALS <= REASONS


async def test_a_decision_that_ends_is_told_thirty_days_ahead_until_the_day_is_moved(program: Program) -> None:
    last = local(program.clock.now()).date() + timedelta(days=31)
    moved = program.ctx

    def ends(on: date) -> None:
        program.ctx = replace(moved, rules=replace(moved.rules, valid_until=(("references.dpia_ref", on),)))

    ends(last)
    assert await program.looks() == []
    await program.passes(timedelta(days=1))
    assert await program.looks() == [f"decision:references.dpia_ref:{last}"]
    ends(last + timedelta(days=365))
    await program.looks()
    await program.passes(timedelta(minutes=3))
    assert await program.looks() == []
