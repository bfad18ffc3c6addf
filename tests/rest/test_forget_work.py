"""What people did in their beredskap is kept as long as has been decided, and not a day longer."""

from datetime import date, timedelta

import pytest

from bot.domain.ids import ActiveTimeId
from bot.domain.rota.draft import FreeDay
from bot.services.context import Context
from bot.services.rest.forget_work import forget_work
from bot.settings import RestConfig
from scheduler.ticks import forget_tick
from tests.domain.rest_given import wall
from tests.rest.given import did, logged, stored, turn
from tests.storage.given import staff

ANNA = staff("Anna Ek")
SHIFT = turn(ANNA, "2024-11-19 17:00", "2024-11-19 23:00")
OLD = did(SHIFT, "2024-11-20 21:00", "2024-11-20 22:13")
JUST_KEPT = did(SHIFT, "2024-11-20 21:30", "2024-11-20 22:14")
LAST_YEAR = did(SHIFT, "2025-11-20 21:00", "2025-11-20 22:00")


async def test_two_years_to_the_minute(ctx: Context, database_url: str) -> None:
    """It is Friday 2026-11-20 22.14, 730 days after 2024-11-20 22.14."""
    assert ctx.clock.now() == wall("2026-11-20 22:14")
    days = [FreeDay(ANNA.id, date(2024, 11, day)) for day in (19, 20)]
    await stored(ctx, ANNA, SHIFT, OLD, JUST_KEPT, LAST_YEAR)
    await ctx.store.write(lambda tx: tx.rota.add_days_off(days))

    assert [await forget_work(ctx=ctx), await forget_work(ctx=ctx)] == [2, 0]

    assert await kept(ctx) == [JUST_KEPT.id, LAST_YEAR.id]
    assert await ctx.store.read(lambda tx: tx.rota.days_off(date(2024, 1, 1), date(2026, 12, 31))) == days[1:]
    assert logged(database_url, "forget_work") == [("system", "kept_for", True, {"active_times": 1, "days_off": 1})]


async def test_the_tick_that_forgets_does_it(ctx: Context) -> None:
    await stored(ctx, ANNA, SHIFT, OLD, LAST_YEAR)

    await forget_tick(ctx)

    assert await kept(ctx) == [LAST_YEAR.id]


async def kept(ctx: Context) -> list[ActiveTimeId]:
    start, end = wall("2024-01-01 00:00"), wall("2026-12-31 00:00")
    return [active.id for active in await ctx.store.read(lambda tx: tx.active_times.between(start, end, {ANNA.id}))]


def test_how_long_is_decided_in_the_settings() -> None:
    assert RestConfig(kept_days=500).rules().kept_for == timedelta(days=500)
    with pytest.raises(ValueError, match="kept_days"):
        RestConfig(kept_days=499)
