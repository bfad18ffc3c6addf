"""A disturbed beredskap is told of once, to the person and to those who lead, in time for the morning."""

from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
import sqlalchemy as sa

from bot.domain.people import Role, Staff
from bot.domain.rest.active import Source
from bot.services.context import Context
from bot.services.rest.tell_of_rest import next_rest_told, tell_of_rest
from storage.engine import writer_engine
from storage.tables import OutboxRow
from tests.acceptance.night import NORRVIK, a_night
from tests.domain.rest_given import wall
from tests.frozen import FrozenClock
from tests.rest.given import RECORDED, context, did, leader, stored, turn
from tests.storage.given import staff

ANNA, LENA = staff("Anna Ek", slack_user_id="U01"), replace(leader(), slack_user_id="U02")
NIGHT = turn(ANNA, "2026-11-19 22:00", "2026-11-20 08:00")
WOKEN = did(NIGHT, "2026-11-20 02:00", "2026-11-20 03:30")


def told(database_url: str) -> list[tuple[str, str, dict[str, str]]]:
    """Return the notices that lie in the outbox: to whom, which, with what, and about whom."""
    table = OutboxRow.__table__  # type: ignore[attr-defined]
    engine = writer_engine(database_url)
    try:
        with engine.connect() as connection:
            rows = connection.execute(sa.select(table).where(table.c.kind == "notice").order_by(table.c.id)).all()
    finally:
        engine.dispose()
    about = [{"about": row.payload["about"]} if "about" in row.payload else {} for row in rows]
    return [
        (row.payload["staff"], row.payload["key"], row.payload["values"] | who)
        for row, who in zip(rows, about, strict=True)
    ]


async def at(ctx: Context, clock: FrozenClock, time: str) -> int:
    """Let it be that time, and the tick run."""
    clock.passes(wall(time) - clock.now())
    return await tell_of_rest(ctx=ctx)


@pytest.fixture
def clock() -> FrozenClock:
    return FrozenClock(wall("2026-11-19 21:00"))


async def test_a_night_that_was_disturbed_is_told_an_hour_before_work(
    ctx: Context, clock: FrozenClock, database_url: str
) -> None:
    await stored(ctx, ANNA, LENA, NIGHT, WOKEN)

    assert await ctx.store.read(lambda tx: next_rest_told(tx, ctx, clock.now())) == wall("2026-11-20 07:00")
    assert await at(ctx, clock, "2026-11-20 06:59") == 0
    assert await at(ctx, clock, "2026-11-20 07:00") == 1
    assert await at(ctx, clock, "2026-11-20 09:00") == 0
    assert await ctx.store.read(lambda tx: next_rest_told(tx, ctx, clock.now())) is None

    (to, key, values), (boss, boss_key, boss_values) = told(database_url)
    assert [(to, key), (boss, boss_key)] == [(ANNA.id, "rest_self"), (LENA.id, "rest_leader")]
    assert (values["leaders"], boss_values["about"]) == ("<@U02>", ANNA.id)
    assert values["span"] == "tor 19 nov 22.00–fre 08.00"
    assert values["details"] == boss_values["details"]
    assert "Vila att ersätta: 2 tim eller 1 tim 30 min (avtalet avgör)" in values["details"]
    assert "börja fre 20/11 09.30 (timme för timme" in values["details"]
    assert "eller fre 20/11 14.30 (elva timmars vila)" in values["details"]


@pytest.mark.parametrize(
    "things", [[ANNA, LENA, NIGHT], [ANNA, LENA, turn(ANNA, "2026-11-19 17:00", "2026-11-19 22:00")]]
)
async def test_a_quiet_night_is_not_told_of(
    ctx: Context, clock: FrozenClock, database_url: str, things: list[Any]
) -> None:
    await stored(ctx, *things)

    assert await at(ctx, clock, "2026-11-20 09:00") == 0
    assert told(database_url) == []


async def test_work_that_leaves_the_rest_whole_is_not_told_of(
    ctx: Context, clock: FrozenClock, database_url: str
) -> None:
    """Answered at 18 and 18.30; from then to 06 there are eleven hours and a half."""
    evening = turn(ANNA, "2026-11-19 17:00", "2026-11-19 22:00")
    await stored(ctx, ANNA, LENA, evening, did(evening, "2026-11-19 18:00", "2026-11-19 18:30"))

    assert await at(ctx, clock, "2026-11-20 09:00") == 0
    assert told(database_url) == []


async def test_what_is_corrected_later_may_break_the_rest_after_all(
    ctx: Context, clock: FrozenClock, database_url: str
) -> None:
    evening = turn(ANNA, "2026-11-19 17:00", "2026-11-19 22:00")
    await stored(ctx, ANNA, LENA, evening, did(evening, "2026-11-19 18:00", "2026-11-19 18:30"))
    assert await at(ctx, clock, "2026-11-19 22:00") == 0

    await stored(ctx, did(evening, "2026-11-19 21:00", "2026-11-19 22:20", Source.MANUAL))
    assert await at(ctx, clock, "2026-11-20 06:30") == 1
    assert await at(ctx, clock, "2026-11-20 06:31") == 0
    assert len(told(database_url)) == 2


async def test_what_is_corrected_after_it_was_told_is_told_as_it_is_now(
    ctx: Context, clock: FrozenClock, database_url: str
) -> None:
    """Told at 22.00 of what was answered; there was a telephone call until 00.40 that the bot knew nothing of."""
    evening = turn(ANNA, "2026-11-19 17:00", "2026-11-19 22:00")
    await stored(ctx, ANNA, LENA, evening, did(evening, "2026-11-19 21:00", "2026-11-19 21:50"))
    assert await at(ctx, clock, "2026-11-19 22:00") == 1

    await stored(ctx, did(evening, "2026-11-19 22:20", "2026-11-20 00:40", Source.MANUAL))
    assert await at(ctx, clock, "2026-11-20 06:30") == 1
    assert await at(ctx, clock, "2026-11-20 06:31") == 0
    assert [who for who, _, _ in told(database_url)] == [ANNA.id, LENA.id] * 2
    *_, now = (values["details"] for who, _, values in told(database_url) if who == LENA.id)
    assert now.startswith("Arbetstiden är rättad. Så här är det nu:")
    assert "00.40" in now


async def test_work_that_goes_on_is_not_told_of_again_and_again(
    ctx: Context, clock: FrozenClock, database_url: str
) -> None:
    await stored(ctx, ANNA, LENA, NIGHT, WOKEN)
    assert await at(ctx, clock, "2026-11-20 07:00") == 1
    await stored(ctx, did(NIGHT, "2026-11-20 07:05", "2026-11-20 07:20"))
    assert await at(ctx, clock, "2026-11-20 07:30") == 0


async def test_each_shift_is_told_of_by_itself_and_a_late_tick_tells_both(
    ctx: Context, clock: FrozenClock, database_url: str
) -> None:
    evenings = [turn(ANNA, f"2026-11-{day} 17:00", f"2026-11-{day} 22:00") for day in (18, 19)]
    work = [did(s, f"2026-11-{day} 21:00", f"2026-11-{day} 22:00") for s, day in zip(evenings, (18, 19), strict=True)]
    await stored(ctx, ANNA, LENA, *evenings, *work)

    assert await at(ctx, clock, "2026-11-20 10:00") == 2
    assert [values["span"] for who, _, values in told(database_url) if who == ANNA.id] == [
        "ons 18 nov 17.00–22.00",
        "tor 19 nov 17.00–22.00",
    ]
    assert all(
        "efter beredskapen som slutar tor 19/11 22.00" in values["details"] for _, _, values in told(database_url)
    )


BOSS = replace(ANNA, roles=ANNA.roles | {replace(next(iter(ANNA.roles)), role=Role.LEADER)})


@pytest.mark.parametrize(
    ("people", "keys"),
    [
        ([ANNA], ["rest_self_alone"]),
        ([BOSS], ["rest_self_alone"]),  # who leads and has the shift is told once
        ([ANNA, replace(LENA, slack_user_id=None)], ["rest_self_alone"]),
        ([replace(ANNA, slack_user_id=None), LENA], ["rest_leader"]),
    ],
)
async def test_whoever_can_be_told_is_told(
    ctx: Context, clock: FrozenClock, database_url: str, people: list[Staff], keys: list[str]
) -> None:
    await stored(ctx, *people, NIGHT, WOKEN)

    assert await at(ctx, clock, "2026-11-20 07:00") == 1
    assert [key for _, key, _ in told(database_url)] == keys


async def test_without_a_decision_nobody_is_told(ctx: Context, clock: FrozenClock) -> None:
    undecided = context(ctx.store, clock, record_active_time=False)
    await stored(ctx, ANNA, LENA, NIGHT, WOKEN)

    assert await at(undecided, clock, "2026-11-20 07:00") == 0
    assert await ctx.store.read(lambda tx: next_rest_told(tx, undecided, wall("2026-11-19 21:00"))) is None


async def test_a_late_answer_as_it_is_read_in_slack(tmp_path: Path, database_url: str) -> None:
    """Answered at 21.40 on a Thursday: at 22.00 both know, and the night and a restart bring nothing more."""
    async with a_night(tmp_path, database_url, "2026-11-19 21:30", settings=RECORDED) as night:
        anna = await night.hires("Anna Ek", NORRVIK)
        lena = await night.hires("Lena Holm", NORRVIK, Role.LEADER)
        night.opens_channels()
        await night.on_beredskap(anna, "2026-11-19 17:00", "2026-11-19 22:00")
        nova, _ = await night.enrols("Nova Berg", "+46701740605", NORRVIK)

        await night.clock_reaches("2026-11-19 21:40")
        await nova.texts("kan nån ringa mig")
        await anna.replies("Jag ringer nu")
        lena.is_not_told("kortade vilan")
        await night.clock_reaches("2026-11-19 22:00")
        await night.restarts()
        await night.clock_reaches("2026-11-20 07:30")

        said = anna.is_told("Beredskapen tor 19 nov 17.00–22.00 kortade din vila.").words
        assert "Vilan blev 8 tim 19 min i följd. Vila att ersätta: 2 tim 41 min eller 1 min (avtalet avgör)" in said
        assert "Vila före arbetspass: 10 tim 19 min från tor 19/11 21.41 till fre 20/11 08.00." in said
        assert f"<@{lena.user}> har fått samma besked" in said
        said = lena.is_told(f"kortade vilan för <@{anna.user}>").words
        assert "Boten räknar och föreslår men beslutar ingenting." in said
        assert "ringa" not in said

        anna.card()
        anna.is_told("Anteckning saknas")
        nova.receives("Jag ringer nu")
        nova.receives("Ditt sms har kommit fram")
        night.expect_handovers()
        night.expect_nothing_else()
