"""The family is reminded the day before and two hours before, and never of a time that does not hold."""

import pytest

from bot.ports import Tx
from bot.services.clocks.handle import set_hold
from bot.services.clocks.remind_families import remind_families
from bot.services.clocks.summons import call_off
from tests.clocks.given import INGRID, Office, wall
from tests.clocks.given_summons import CHILD, GUARDIAN, Desk

REMINDER = (
    "Påminnelse: ni är välkomna till oss på socialtjänsten i Norrvik ons 25/11 16.30. Kan ni inte komma, skriv det här."
)


@pytest.fixture
def desk(office: Office) -> Desk:
    return Desk(office)


def reminders(desk: Desk, number: str = GUARDIAN) -> int:
    return desk.sms_to(number).count(REMINDER)


async def test_the_day_before_and_two_hours_before(desk: Desk) -> None:
    await desk.has_booked()
    counted = []

    for at in ("2026-11-24 15:59", "2026-11-24 16:00", "2026-11-24 16:05", "2026-11-25 14:29", "2026-11-25 14:30"):
        await desk.is_now(at)
        counted.append((reminders(desk), reminders(desk, CHILD)))
    await desk.is_now("2026-11-25 17:00")

    assert counted == [(0, 0), (1, 1), (1, 1), (1, 1), (2, 2)]
    assert reminders(desk) == 2


async def test_it_is_known_when_the_next_is_due(desk: Desk) -> None:
    await desk.has_booked()

    due = await desk.office.reads(lambda tx: tx.summons.next_due(desk.office.clock.now()))

    assert due == wall("2026-11-24 16:00")


async def test_after_downtime_one_that_is_late_is_sent_while_the_talk_is_ahead(desk: Desk) -> None:
    await desk.has_booked()

    await desk.is_now("2026-11-25 09:00")
    late = reminders(desk)
    await desk.is_now("2026-11-25 15:00")

    assert (late, reminders(desk)) == (1, 2)


async def test_after_downtime_nothing_is_said_of_a_talk_that_has_been(desk: Desk) -> None:
    await desk.has_booked()

    await desk.is_now("2026-11-25 16:31")

    assert reminders(desk) == 0


@pytest.mark.parametrize("at", ["2026-11-24 21:00", "2026-11-24 23:30", "2026-11-25 05:00"])
async def test_a_late_one_wakes_nobody_at_night(desk: Desk, at: str) -> None:
    await desk.has_booked()

    await desk.is_now(at)
    at_night = reminders(desk)
    await desk.is_now("2026-11-25 14:30")

    assert (at_night, reminders(desk)) == (0, 1)


async def test_not_while_the_police_ask_us_to_wait(desk: Desk) -> None:
    deadline_id = await desk.has_booked()
    await set_hold(INGRID, deadline_id, "hold", on=True, ctx=desk.office.ctx)
    await desk.is_now("2026-11-24 16:00")
    held = reminders(desk)
    await set_hold(INGRID, deadline_id, "lift", on=False, ctx=desk.office.ctx)

    await desk.is_now("2026-11-25 14:30")

    assert (held, reminders(desk)) == (0, 1)


async def test_a_reminder_that_was_on_its_way_when_the_time_was_called_off(desk: Desk) -> None:
    deadline_id = await desk.has_booked()
    desk.office.is_now("2026-11-24 16:00")
    await remind_families(ctx=desk.office.ctx)  # it waits in the outbox
    await call_off(INGRID, deadline_id, "press", ctx=desk.office.ctx)

    await desk.leaves()
    await desk.is_now("2026-11-25 14:30")

    assert reminders(desk) == 0
    assert "gäller inte längre" in desk.sms_to(GUARDIAN)[-1]


async def test_two_instances_remind_once(desk: Desk) -> None:
    await desk.has_booked()
    desk.office.is_now("2026-11-24 16:00")

    counts = [await remind_families(ctx=desk.office.ctx), await remind_families(ctx=desk.office.ctx)]
    await desk.leaves()

    assert (counts, reminders(desk)) == ([1, 0], 1)


async def test_one_that_stumbles_holds_up_no_other(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    await desk.has_booked()
    other = await desk.has_talk(case_ref="K-124")
    await desk.summons(other, child_number="", guardian_number="+46701740608")
    await desk.texts("+46701740608", "2")
    first = (await desk.office.reads(lambda tx: tx.summons.due(wall("2026-11-24 16:00"))))[0]

    def broken(tx: Tx, *args: object) -> None:
        summons = args[1]
        if getattr(summons, "id", None) == first:
            raise RuntimeError("broken")
        sent.append(summons)

    sent: list[object] = []
    monkeypatch.setattr("bot.services.clocks.summons_texts.remind", broken)
    desk.office.is_now("2026-11-24 16:00")

    assert await remind_families(ctx=desk.office.ctx) == 1
    assert len(sent) == 1
