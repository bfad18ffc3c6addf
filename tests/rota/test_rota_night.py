"""A published rota, told in Slack, and what is kept of it, on both databases."""

import asyncio
from dataclasses import replace
from datetime import date
from pathlib import Path

from bot.domain.ids import StaffId
from bot.domain.people import Role
from bot.domain.rota.draft import DraftState, FreeDay, RotaDraft, Turn
from bot.domain.rota.members import DayWish
from bot.ports import Tx
from bot.services.rota.publish import publish
from bot.texts import rota_words as words
from storage.store import SqlStore
from tests.acceptance.night import NORRVIK, a_night
from tests.frozen import FrozenClock
from tests.rota.given import wall, wished
from tests.storage.given import staff


async def test_two_who_publish_at_once_publish_once_and_everybody_is_told_once(
    tmp_path: Path, database_url: str
) -> None:
    async with a_night(tmp_path, database_url, "2026-11-20 16:00") as night:
        anna, bo = await night.hires("Anna Ek", NORRVIK), await night.hires("Bo Lund", NORRVIK)
        gunilla = await night.hires("Gunilla Holm", NORRVIK, Role.LEADER)
        night.opens_channels()
        start, end = wall("2026-11-20 17:00"), wall("2026-11-20 22:00")
        turns = (
            Turn(anna.staff.id, NORRVIK, start, end),
            Turn(bo.staff.id, NORRVIK, start, end, is_backup=True),
            Turn(bo.staff.id, NORRVIK, wall("2026-11-21 10:00"), wall("2026-11-21 22:00")),
        )
        days = date(2026, 11, 20), date(2026, 11, 21)
        draft = RotaDraft("d1", wall("2026-11-20 15:00"), gunilla.staff.id, *days, turns)
        assert night.sandbox.bot is not None
        ctx = night.sandbox.bot.ctx

        both = [publish(draft, ctx=ctx, as_email=gunilla.staff.email, despite="prov") for _ in range(2)]
        await asyncio.gather(*both)
        await night.settles()

        assert "reserv" not in anna.is_told("fre 20 nov 17.00–22.00").words
        told = bo.is_told("fre 20 nov 17.00–22.00 (reserv)").words
        assert "lör 21 nov 10.00–22.00" in told
        assert words.TOLD_NO_REST in told  # the days on which Bo could have been free have been

        shifts = await ctx.store.read(lambda tx: tx.shifts.between(start, wall("2026-11-22 00:00")))
        assert [(s.staff_id, s.is_backup) for s in shifts].count((anna.staff.id, False)) == 1
        assert len(shifts) == len(turns)
        night.expect_nothing_else()


async def test_a_draft_is_read_as_it_was_kept(store: SqlStore, clock: FrozenClock) -> None:
    anna = staff("Anna")

    def keep(tx: Tx) -> RotaDraft:
        tx.staff.save(anna)
        draft = RotaDraft(
            "d1",
            clock.now(),
            anna.id,
            date(2026, 12, 7),
            date(2026, 12, 13),
            (Turn(anna.id, NORRVIK, wall("2026-12-07 17:00"), wall("2026-12-07 22:00"), is_backup=True),),
            (FreeDay(anna.id, date(2026, 12, 11)),),
        )
        tx.rota.save_draft(draft)
        return draft

    draft = await store.write(keep)
    published = replace(draft, state=DraftState.PUBLISHED, despite="skälet")

    assert await store.read(lambda tx: tx.rota.draft("d1")) == draft
    await store.write(lambda tx: tx.rota.save_draft(published))
    assert await store.read(lambda tx: tx.rota.drafts(date(2026, 12, 13), date(2026, 12, 20))) == [published]
    assert await store.read(lambda tx: tx.rota.drafts(date(2026, 12, 14), date(2026, 12, 20))) == []


async def test_days_and_addresses_are_kept_and_forgotten(store: SqlStore, clock: FrozenClock) -> None:
    anna = staff("Anna")
    await store.write(lambda tx: tx.staff.save(anna))
    said = replace(wished(1, "2026-12-07", "2026-12-09", DayWish.GLADLY), staff_id=anna.id)

    await store.write(lambda tx: tx.rota.add_wish(said))
    await store.write(lambda tx: tx.rota.save_feed(anna.id, b"old", clock.now()))
    await store.write(lambda tx: tx.rota.save_feed(anna.id, b"new", clock.now()))

    assert await store.read(lambda tx: tx.rota.wishes(date(2026, 12, 9), date(2026, 12, 9))) == [said]
    assert await store.read(lambda tx: tx.rota.wishes(date(2026, 12, 10), date(2026, 12, 10))) == []
    assert await store.read(lambda tx: (tx.rota.whose_feed(b"old"), tx.rota.whose_feed(b"new"))) == (None, anna.id)
    assert await store.write(lambda tx: (tx.rota.remove_feed(anna.id), tx.rota.remove_feed(StaffId("x")))) == (
        True,
        False,
    )
    assert await store.write(lambda tx: (tx.rota.remove_wish(said.id), tx.rota.remove_wish(said.id))) == (True, False)
    assert await store.read(lambda tx: tx.rota.feed_made_at(anna.id)) is None
