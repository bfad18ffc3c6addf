"""Active time is one's own: corrected, added and taken away by nobody else, and never out of one's shift."""

from datetime import timedelta

import pytest

from bot.domain.errors import BadInput, BotError, NotAllowed, NotFound
from bot.domain.rest.active import Source
from bot.services.context import Context
from bot.services.rest.correct_active_time import WrittenTime, correct_active_time, remove_active_time
from bot.services.rest.show_active_time import show_active_time
from tests.domain.rest_given import wall
from tests.frozen import FrozenClock
from tests.rest.given import active_of, context, did, logged, stored, turn
from tests.storage.given import staff

ANNA, BO = staff("Anna Ek", slack_user_id="U01"), staff("Bo Lind", slack_user_id="U02")
EVENING = turn(ANNA, "2026-11-19 17:00", "2026-11-19 22:00")
LATE = turn(ANNA, "2026-11-18 22:00", "2026-11-19 07:00")
BOS = turn(BO, "2026-11-18 17:00", "2026-11-18 22:00")
READ = did(EVENING, "2026-11-19 18:00", "2026-11-19 18:01", Source.READ)
BOS_READ = did(BOS, "2026-11-18 18:00", "2026-11-18 18:01")
KEY = "U01:1"


@pytest.fixture
async def evening(ctx: Context) -> Context:
    """It is Friday 2026-11-20 22.14; on Thursday Anna read something."""
    await stored(ctx, ANNA, BO, EVENING, LATE, BOS, READ, BOS_READ)
    return ctx


def written(day: str, start: str, end: str, active_id: str = "") -> WrittenTime:
    return WrittenTime(active_id, day, start, end)


async def test_correcting_keeps_what_it_was_in_the_log(evening: Context, database_url: str) -> None:
    await correct_active_time("U01", written("2026-11-19", "17.50", "18.35", READ.id), KEY, ctx=evening)

    [found] = await active_of(evening, ANNA.id)
    assert (found.started_at, found.ended_at) == (wall("2026-11-19 17:50"), wall("2026-11-19 18:35"))
    assert (found.source, found.corrected_at) == (Source.READ, evening.clock.now())
    [(actor, ground, is_allowed, details)] = logged(database_url, "correct_active_time")
    assert (actor, ground, is_allowed) == (ANNA.id, "self", True)
    assert details == {
        "start": "2026-11-19T16:50:00+00:00",
        "end": "2026-11-19T17:35:00+00:00",
        "was_start": "2026-11-19T17:00:00+00:00",
        "was_end": "2026-11-19T17:01:00+00:00",
    }


async def test_a_call_is_added_once_and_may_go_past_midnight(evening: Context, database_url: str) -> None:
    for _ in range(2):
        await correct_active_time("U01", written("2026-11-18", "23:50", "0020"), KEY, ctx=evening)

    added, _ = await active_of(evening, ANNA.id)
    assert (added.started_at, added.ended_at) == (wall("2026-11-18 23:50"), wall("2026-11-19 00:20"))
    assert (added.source, added.shift_id, added.corrected_at) == (Source.MANUAL, LATE.id, None)
    assert len(logged(database_url, "add_active_time")) == 1


async def test_work_that_began_in_the_shift_may_end_after_it(evening: Context) -> None:
    await correct_active_time("U01", written("2026-11-19", "21.50", "22.30"), KEY, ctx=evening)

    assert (await active_of(evening, ANNA.id))[-1].ended_at == wall("2026-11-19 22:30")


async def test_taking_away_stands_in_the_log(evening: Context, database_url: str) -> None:
    await remove_active_time("U01", READ.id, ctx=evening)

    assert await active_of(evening, ANNA.id) == []
    [(_, _, is_allowed, details)] = logged(database_url, "remove_active_time")
    assert is_allowed
    assert details["was_start"] == "2026-11-19T17:00:00+00:00"
    with pytest.raises(NotFound):
        await remove_active_time("U01", READ.id, ctx=evening)


@pytest.mark.parametrize(
    ("asked", "problems"),
    [
        (written("", "", "tio"), {"active_day": "pick_date", "active_start": "not_a_time", "active_end": "not_a_time"}),
        (written("2026-11-20", "18.00", "18.30"), {"active_start": "time_outside_shift"}),
        (written("2026-11-19", "22.00", "22.30"), {"active_start": "time_outside_shift"}),  # the shift ended at 22
        (written("2026-11-18", "18.00", "18.30"), {"active_start": "time_outside_shift"}),  # Bo's
        (written("2026-11-20", "21.50", "22.15"), {"active_end": "time_to_come"}),
        (written("2026-10-15", "18.00", "18.30"), {"active_day": "time_too_old"}),
    ],
)
async def test_what_cannot_be_is_said_at_its_field(
    evening: Context, asked: WrittenTime, problems: dict[str, str]
) -> None:
    with pytest.raises(BadInput) as refusal:
        await correct_active_time("U01", asked, KEY, ctx=evening)

    assert refusal.value.problems == problems
    assert len(await active_of(evening, ANNA.id)) == 1


async def test_the_hour_that_is_missing_in_spring_holds_no_work(evening: Context, clock: FrozenClock) -> None:
    night = turn(ANNA, "2027-03-27 22:00", "2027-03-28 08:00")
    await stored(evening, night)
    clock.passes(wall("2027-03-28 12:00") - clock.now())

    with pytest.raises(BadInput, match="bad_input"):
        await correct_active_time("U01", written("2027-03-28", "02.30", "03.20"), KEY, ctx=evening)


async def test_nobody_touches_the_time_of_another(evening: Context, database_url: str) -> None:
    for attempt in (
        correct_active_time("U02", written("2026-11-18", "17.00", "21.00", READ.id), KEY, ctx=evening),
        remove_active_time("U02", READ.id, ctx=evening),
    ):
        with pytest.raises(NotAllowed) as refusal:
            await attempt
        assert refusal.value.reason == "not_own_time"

    assert await active_of(evening, ANNA.id) == [READ]
    refused = logged(database_url, "correct_active_time")
    assert [(actor, is_allowed) for actor, _, is_allowed, _ in refused] == [(BO.id, False)] * 2
    assert [line.id for line in await show_active_time("U02", ctx=evening)] == [BOS_READ.id]


async def test_where_it_is_not_decided_nothing_is_written_down(evening: Context, clock: FrozenClock) -> None:
    undecided = context(evening.store, clock, record_active_time=False)

    with pytest.raises(NotAllowed) as refusal:
        await correct_active_time("U01", written("2026-11-19", "18.00", "18.30"), KEY, ctx=undecided)
    assert refusal.value.reason == "no_active_time"


async def test_only_the_last_weeks_are_shown_the_newest_first(evening: Context, clock: FrozenClock) -> None:
    late = did(EVENING, "2026-11-19 21:00", "2026-11-19 21:20", Source.MANUAL)
    await stored(evening, late)

    lines = await show_active_time("U01", ctx=evening)
    assert [(line.id, line.source, line.shift_starts_at) for line in lines] == [
        (late.id, Source.MANUAL, EVENING.starts_at),
        (READ.id, Source.READ, EVENING.starts_at),
    ]
    clock.passes(timedelta(days=36))
    assert await show_active_time("U01", ctx=evening) == ()


async def test_a_stranger_is_refused(evening: Context) -> None:
    with pytest.raises(BotError):
        await show_active_time("U99", ctx=evening)
