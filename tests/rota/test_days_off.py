"""The days off of a published rota: kept, shown in the calendar, counted as rest, and taken back when not needed."""

from dataclasses import replace
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any

from bot.domain.duty import Shift
from bot.domain.people import Role
from bot.domain.rest.findings import Rule
from bot.domain.rota.draft import FreeDay, RotaDraft, Turn
from bot.icalendars import calendar_of
from bot.ports import Tx
from bot.services.context import Context
from bot.services.imports.shift_calendar import read_calendar
from bot.services.rest.report_rest import report_rest
from bot.services.rota.feed import day_off_of, make_feed, read_feed
from bot.services.rota.publish import publish
from bot.services.rota.withdraw_days_off import withdraw_days_off
from storage.store import SqlStore
from tests.acceptance.night import NORRVIK, Night, Person, a_night
from tests.frozen import FrozenClock
from tests.imports.given import context
from tests.rota.given import wall
from tests.rota.test_feed import read
from tests.storage.given import staff

FRIDAY, SATURDAY = date(2026, 11, 27), date(2026, 11, 28)


def rota(night: Night, anna: Person, bo: Person, *, saturday_to: Person) -> RotaDraft:
    evening = wall("2026-11-25 17:00"), wall("2026-11-25 22:00")
    turns = (
        Turn(anna.staff.id, NORRVIK, *evening),
        Turn(bo.staff.id, NORRVIK, *evening, is_backup=True),
        Turn(saturday_to.staff.id, NORRVIK, wall("2026-11-28 10:00"), wall("2026-11-28 22:00")),
    )
    free = (FreeDay(saturday_to.staff.id, FRIDAY),)
    leader = night.people["Gunilla"].staff.id
    return RotaDraft("d1", wall("2026-11-20 15:00"), leader, date(2026, 11, 25), SATURDAY, turns, free)


async def given_days(ctx: Context) -> list[FreeDay]:
    return await ctx.store.read(lambda tx: tx.rota.days_off(date(2026, 1, 1), date(2027, 12, 31)))


def ctx_of(night: Night) -> Context:
    assert night.sandbox.bot is not None
    return night.sandbox.bot.ctx


async def test_a_day_off_follows_the_saturday_it_is_given_for(tmp_path: Path, database_url: str) -> None:
    """Anna has the Saturday and is free on the Friday; she swaps it away, and both she and Gunilla are told."""
    async with a_night(tmp_path, database_url, "2026-11-20 16:00") as night:
        anna, bo = await night.hires("Anna Ek", NORRVIK), await night.hires("Bo Lund", NORRVIK)
        gunilla = await night.hires("Gunilla Holm", NORRVIK, Role.LEADER)
        night.opens_channels()
        ctx, by = ctx_of(night), gunilla.staff.email
        address = await make_feed(anna.user, ctx=ctx)

        await publish(rota(night, anna, bo, saturday_to=anna), ctx=ctx, as_email=by, despite="prov")
        await night.settles()

        assert "ledig från ditt vanliga arbete: fredag 27/11" in anna.is_told("Dina pass").words
        bo.is_told("Dina pass")
        assert await given_days(ctx) == [FreeDay(anna.staff.id, FRIDAY)]
        assert [(e.summary.value, e.dtstart.value) for e in await events(ctx, address)][2:] == [("Ledig", FRIDAY)]
        assert await weeks_without_rest(ctx, by) == []

        def swapped(tx: Tx) -> Shift:
            (saturday,) = tx.shifts.between(wall("2026-11-28 00:00"), wall("2026-11-29 00:00"))
            tx.shifts.change(replace(saturday, staff_id=bo.staff.id))
            return saturday

        await night.writes(swapped)
        await night.clock_reaches("2026-11-20 16:30")

        anna.is_told("Du är inte längre ledig från ditt vanliga arbete fredag 27/11", times=1)
        gunilla.is_told(f"<@{anna.user}> är inte längre ledig", times=1)
        assert await given_days(ctx) == []
        assert len(await events(ctx, address)) == 1
        assert await weeks_without_rest(ctx, by) == ["Bo Lund"]  # who has had no day off for it
        night.expect_nothing_else()


async def events(ctx: Context, address: str) -> list[Any]:
    found = await read_feed(address.rpartition("/")[2].removesuffix(".ics"), ctx=ctx)
    assert found is not None
    return list(read(found.body))


async def weeks_without_rest(ctx: Context, by: str) -> list[str]:
    report = await report_rest(NORRVIK, date(2026, 11, 1), ctx=ctx, as_email=by)
    return [person.name for person in report.people for finding in person.findings if finding.rule is Rule.R4]


async def test_another_rota_for_the_same_days_gives_other_days_off(tmp_path: Path, sqlite_database_url: str) -> None:
    async with a_night(tmp_path, sqlite_database_url, "2026-11-20 16:00") as night:
        anna, bo = await night.hires("Anna Ek", NORRVIK), await night.hires("Bo Lund", NORRVIK)
        gunilla = await night.hires("Gunilla Holm", NORRVIK, Role.LEADER)
        night.opens_channels()
        ctx, by = ctx_of(night), gunilla.staff.email
        for has_it in (anna, bo, bo):
            await publish(rota(night, anna, bo, saturday_to=has_it), ctx=ctx, as_email=by, despite="prov")

        assert await given_days(ctx) == [FreeDay(bo.staff.id, FRIDAY)]


async def test_a_day_that_has_come_is_not_taken_back(store: SqlStore) -> None:
    anna, clock = staff("Anna"), FrozenClock(datetime(2026, 11, 27, 9, tzinfo=UTC))
    ctx = context(store, clock)
    both = [FreeDay(anna.id, FRIDAY), FreeDay(anna.id, date(2026, 12, 4))]
    await store.write(lambda tx: tx.staff.save(anna))
    await store.write(lambda tx: tx.rota.add_days_off(both))
    await store.write(lambda tx: tx.rota.add_days_off(both))

    assert [await withdraw_days_off(ctx=ctx), await withdraw_days_off(ctx=ctx)] == [1, 0]

    assert await given_days(ctx) == both[:1]
    assert await store.write(lambda tx: tx.rota.remove_days_off(both)) == 1


async def test_a_day_off_in_a_calendar_is_read_as_no_shift(store: SqlStore, clock: FrozenClock) -> None:
    ctx = context(store, clock)
    body = calendar_of("Beredskap", [], clock.now(), [day_off_of(ctx, FreeDay(staff("Anna").id, FRIDAY), "Anna Ek")])

    (event,) = read(body)
    assert (event.summary.value, event.transp.value) == ("Ledig: Anna Ek", "TRANSPARENT")
    table = read_calendar(body)
    assert (table.rows, table.problems, table.notes) == ((), (), ())
