"""The audit log goes by decision, in whole segments; what is left can still be proved, and what waits keeps it."""

from collections.abc import Callable
from dataclasses import replace
from datetime import date, timedelta
from typing import TypeVar

import pytest

from bot.domain.audit_review import Finding, Review, ReviewId, ReviewItem
from bot.domain.ids import NamndId, new_id
from bot.domain.people import World
from bot.domain.retention import HeldBack, LegalHold
from bot.ports import Tx
from bot.services.audit.verify import Expected, Flaw, verify_audit
from bot.services.retention.delete_old import delete_old
from bot.services.retention.report_retention import held_back_lines
from bot.services.retention.standing import RetentionOf, retention_state
from bot.settings.retention import RetentionConfig
from storage.store import SqlStore
from tests.audit.given import Log
from tests.clocks.given import JOHAN, NORRVIK, SODERMARK, person
from tests.frozen import FrozenClock
from tests.imports.given import TEXTS, context

T = TypeVar("T")
HALF_A_YEAR = timedelta(days=180)
LEADER = person(JOHAN)


def decided(decision: object = "KS 2026/1") -> RetentionConfig:
    return RetentionConfig.model_validate({"audit_log": {"days": 180, "decision": decision}})


@pytest.fixture
async def log(store: SqlStore, clock: FrozenClock, database_url: str) -> Log:
    """Three segments, an hour apart, on either database; all nämnder have decided to keep half a year."""
    ctx = context(store, clock)
    rules = replace(ctx.rules, retention=decided().rules(set(ctx.rules.namnder)))
    made = Log(replace(ctx, rules=rules), store, clock, database_url)
    await store.write(lambda tx: tx.staff.save(LEADER))
    for _ in range(3):
        await made.grows()
        clock.passes(timedelta(hours=1))
    return made


async def writes(log: Log, change: Callable[[Tx], T]) -> T:
    return await log.store.write(change)


def ids(log: Log) -> list[int]:
    return [row[0] for row in log.rows("SELECT id FROM audit WHERE actor <> 'system' ORDER BY id")]


async def test_what_is_old_goes_and_the_rest_is_proved(log: Log) -> None:
    """A hash that left the machine while the rows were there is still found; a hole in what is left is still seen."""
    before = ids(log)
    newest = await log.store.read(lambda tx: tx.seals.newest())
    assert newest is not None
    log.clock.passes(HALF_A_YEAR - timedelta(hours=2, minutes=30))  # the first segment's time is out
    assert await delete_old(ctx=log.ctx) == 3
    assert await delete_old(ctx=log.ctx) == 0
    assert ids(log) == before[3:]

    found = await verify_audit([Expected(newest.hash)], ctx=log.ctx)
    tail = [wrong for wrong in found.wrong if wrong.flaw is not Flaw.UNSEALED]
    assert (tail, found.released, found.segments) == ([], {"KS 2026/1": 1}, 3)
    [(kind, decision, rows)] = log.rows("SELECT kind, decision, rows FROM erasure")
    assert (kind, decision, rows) == ("audit_log", "KS 2026/1", 3)
    assert log.rows("SELECT COUNT(*) FROM audit WHERE act = 'erase' AND ground = 'audit_log'")[0][0] == 1

    assert before[4] == 5
    log.executes("DELETE FROM audit WHERE id = 5")
    assert (Flaw.FEWER, 2) in await log.flaws(Expected(newest.hash))


async def test_what_nobody_has_reviewed_keeps_itself_and_all_after_it(log: Log) -> None:
    made = Review(ReviewId(new_id()), NORRVIK, World.BEREDSKAP, date(2026, 10, 1), log.clock.now(), None)
    first, asked = ids(log)[0], ids(log)[4]
    await writes(log, lambda tx: tx.reviews.add(made, [first, asked]))
    seen = ReviewItem(1, first, Finding.FINE, None, LEADER.id, log.clock.now())
    await writes(log, lambda tx: tx.reviews.settle(made.id, seen))
    log.clock.passes(HALF_A_YEAR + timedelta(days=1))

    assert await delete_old(ctx=log.ctx) == 3
    assert [item.audit_id for item in await log.store.read(lambda tx: tx.reviews.items(made.id))] == [asked]
    state = await log.store.read(lambda tx: retention_state(tx, log.ctx.rules, log.clock.now()))
    assert state.not_reviewed == 1
    told = " ".join(held_back_lines(TEXTS, RetentionOf(NORRVIK, {}, 0), 0, state.not_reviewed))
    assert told == TEXTS.staff(f"retention.held.{HeldBack.NOT_REVIEWED.value}", count=1)

    later = ReviewItem(2, asked, Finding.FINE, None, LEADER.id, log.clock.now())
    await writes(log, lambda tx: tx.reviews.settle(made.id, later))
    assert await delete_old(ctx=log.ctx) >= 6
    assert await log.store.read(lambda tx: tx.reviews.get(made.id)) is None
    assert log.rows("SELECT COUNT(*) FROM audit_review_item")[0][0] == 0


async def test_anything_on_hold_anywhere_keeps_it(log: Log) -> None:
    hold = LegalHold(new_id(), SODERMARK, "mål 1", LEADER.id, log.clock.now(), world=World.MYNDIGHET, case_key="K-123")
    await writes(log, lambda tx: tx.retention.add_hold(hold))
    log.clock.passes(HALF_A_YEAR + timedelta(days=1))
    assert await delete_old(ctx=log.ctx) == 0
    await writes(log, lambda tx: tx.retention.lift_hold(hold.id, LEADER.id, log.clock.now()))
    assert await delete_old(ctx=log.ctx) == 9


async def test_every_namnd_must_have_decided(log: Log) -> None:
    only = decided({"norrvik": "KS 2026/1"}).rules({NamndId("norrvik")})
    ctx = replace(log.ctx, rules=replace(log.ctx.rules, retention=only))
    log.clock.passes(HALF_A_YEAR + timedelta(days=1))
    assert await delete_old(ctx=ctx) == 0
    assert len(ids(log)) == 9
