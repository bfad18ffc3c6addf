"""Killed at every point of gallring, sealing, changing keys, releasing and taking out: in the end all is as it should.

Each story is played to its end once, which gives its points and what it should come to. Then it is played once for each
of these points, dies there, starts again, and must come to the same: deleted here and on the other side, and written
down once.
"""

import asyncio
import contextlib
from collections import Counter
from collections.abc import AsyncIterator, Awaitable, Callable
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any, Final

import pytest
import sqlalchemy as sa
from sqlalchemy.engine import make_url

from bot.domain.retention import Standing
from bot.domain.taking_out import TakeOutKind
from bot.sender import Sender
from bot.services.amend.end_enrolment import end_enrolment
from bot.services.audit import seal
from bot.services.audit.seal import seal_audit
from bot.services.audit.verify import verify_audit
from bot.services.context import Context
from bot.services.keys import rotate as rotating
from bot.services.keys.rotate import ask_for_rotation, left_to_move, rotate
from bot.services.look_for_uncertain import LONGEST_SEND, look_for_uncertain
from bot.services.retention.delete_old import delete_old
from bot.services.take_out.approve import approve_take_out
from bot.services.take_out.take_out import TakeOutWanted, take_out
from bot.services.watch.observer import Unobserved
from storage.engine import is_sqlite
from storage.store import SqlStore
from storage.tables import Base, ErasureRow
from storage.vault import Vault, generate_key, parse_keys
from tests.acceptance.night import a_night, local_time
from tests.database import copied_postgres, copy_sqlite
from tests.frozen import FrozenClock
from tests.process.mortal import ALIVE, Fate, lives, that_differ
from tests.retain.given import SETTINGS
from tests.retain.test_stories import NOVA, an_evening, carries_over

LEASE: Final = timedelta(seconds=30)
LAPSED: Final = LEASE + LONGEST_SEND + timedelta(minutes=20)
SIGNED: Final = ("kind", "namnd", "subject", "decision", "rows", "places")
NEW: Final = generate_key("k2")
EVERY: Final = 60  # statements, of which one is died at too
ERASURES: Final[sa.Table] = ErasureRow.__table__  # type: ignore[attr-defined]


@dataclass
class OtherSide:
    """Slack and the provider at once: what stands there, and how often each thing has been deleted."""

    fate: Fate
    deleted: Counter[str] = field(default_factory=Counter)

    async def withdraw(self, channel: str, ts: str) -> None:
        await self.erase(f"{channel}:{ts}")

    async def erase(self, address: str) -> bool:
        self.fate.meets("call")
        self.deleted[address] += 1
        self.fate.meets("answer")
        return True

    async def find(self, *_: Any) -> None:
        return None


@dataclass
class World:
    """What there is before the story: a database to be copied, and a program to begin in it."""

    url: str
    keys: str
    ctx: Context
    case_code: str
    lena: str
    at: datetime
    folder: Path
    numbers: int = 0

    @contextlib.contextmanager
    def copy(self) -> Any:
        """Give the address of a copy of its own."""
        if is_sqlite(self.url):
            self.numbers += 1
            path = self.folder / f"copy-{self.numbers}.sqlite3"
            yield copy_sqlite(Path(str(make_url(self.url).database)), path)
            for left in self.folder.glob(f"{path.name}*"):
                left.unlink()
            return
        with copied_postgres(self.url) as url:
            yield url


@dataclass
class Life:
    """One process: it opens the database, works, and ends or dies."""

    store: SqlStore
    clock: FrozenClock
    ctx: Context

    async def sends(self) -> None:
        """Send all that may leave now."""
        sender = Sender(self.ctx, lambda: LEASE, Unobserved())
        while await self.store.read(lambda tx: tx.outbox.waiting()) or sender.in_hand:
            sender.news.clear()
            await sender.send_some()
            if sender._on_the_way:
                await asyncio.wait(sender._on_the_way)
                for ended in [task for task in sender._on_the_way if task.done()]:
                    ended.result()


Work = Callable[[Life], Awaitable[object]]


@contextlib.asynccontextmanager
async def begun(
    world: World, url: str, fate: Fate, other: OtherSide, after: timedelta, keys: str
) -> AsyncIterator[Life]:
    clock = FrozenClock(world.at)
    clock.passes(after)
    store = SqlStore(url, Vault(parse_keys(keys)), clock)
    other.fate = fate
    parts: Any = other
    life = Life(store, clock, replace(world.ctx, store=store, clock=clock, chat=parts, sms=parts))
    try:
        with fate.over(store.engine):
            yield life
    finally:
        await store.close()


@dataclass
class Story:
    """`work` is what dies, and is done again by whoever comes after; `state` is what it should come to."""

    work: Work
    state: Callable[[Life, OtherSide], Awaitable[Any]]
    keys: str = ""

    async def played(self, world: World, dies_at: int = ALIVE) -> tuple[Any, list[str]]:
        """Play it, dying at a point; return what it comes to, and the points that were passed before."""
        keys = self.keys or world.keys
        with world.copy() as url:
            fate = Fate(dies_at)
            other = OtherSide(fate)
            async with begun(world, url, fate, other, timedelta(0), keys) as life:
                lived = await lives(fate, lambda: self.work(life))
            assert lived is (dies_at == ALIVE), fate.passed[-3:]
            if not lived:
                async with begun(world, url, Fate(), other, LAPSED, keys) as life:
                    await look_for_uncertain(ctx=life.ctx)
                    await self.work(life)
            async with begun(world, url, Fate(), other, LAPSED, keys) as life:
                return await self.state(life, other), fate.passed

    async def comes_to_the_same_wherever_it_dies(self, world: World) -> int:
        """Return at how many points it was killed."""
        expected, points = await self.played(world)
        chosen = that_differ(points, EVERY)
        for number in chosen:
            try:
                found, _ = await self.played(world, dies_at=number)
                assert found == expected
            except BaseException as error:
                error.add_note(f"killed before {number} of {len(points)}: {points[number - 1]}")
                raise
        return len(chosen)


@pytest.fixture
async def world(tmp_path: Path, database_url: str) -> World:
    """Eight days after it went to the record: the words are due, and so is who somebody was."""
    async with a_night(tmp_path, database_url, "2026-11-20 16:55", settings=SETTINGS) as night:
        anna, lena, youth = await an_evening(night)
        await carries_over(anna)
        assert night.sandbox.bot is not None
        ctx, vault = night.sandbox.bot.ctx, night.sandbox._secrets["encryption_keys"]
        await end_enrolment(youth.case_code, "dnr 77", ctx=ctx, as_email="anna@example.se")
        await night.settles()
    return World(database_url, vault, ctx, youth.case_code, lena.user, local_time("2026-12-04 12:00"), tmp_path)


def rows(life: Life, table: sa.Table) -> list[Any]:
    with life.store.engine.connect() as connection:
        return list(connection.execute(sa.select(table)))


def counts(life: Life) -> dict[str, int]:
    """Return how many rows there are of each kind, but of what the outbox has behind it and of what has been run."""
    left_out = {"outbox", "job_run", "audit_segment"}
    return {t.name: len(rows(life, t)) for t in Base.metadata.sorted_tables if t.name not in left_out}


async def is_well(life: Life) -> list[Any]:
    while await seal_audit(ctx=life.ctx):
        pass
    return list((await verify_audit([], ctx=life.ctx)).wrong)


# --- gallring ----------------------------------------------------------------------


async def deletes(life: Life) -> None:
    await delete_old(ctx=life.ctx)
    await life.sends()


async def deleted(life: Life, other: OtherSide) -> Any:
    """Everything is gone on both sides, each deletion is written down once, and the log is whole."""
    erasures = Counter(tuple(getattr(row, name) for name in SIGNED) for row in rows(life, ERASURES))
    told = Counter((row.subject, row.ground) for row in rows(life, Base.metadata.tables["audit"]) if row.act == "erase")
    assert max(erasures.values()) == max(told.values()) == 1
    standing = await life.store.read(lambda tx: tx.retention.standing())
    unsettled = [row for row in rows(life, Base.metadata.tables["outbox"]) if row.state not in {"sent", "dropped"}]
    assert (standing, unsettled) == (Standing(0, 0), [])
    assert await is_well(life) == []
    return sorted(other.deleted), erasures, told, counts(life)


@pytest.mark.timeout(300)
async def test_gallring(world: World) -> None:
    points = await Story(deletes, deleted).comes_to_the_same_wherever_it_dies(world)
    assert points > 20


# --- the audit log -----------------------------------------------------------------


async def sealed(life: Life, _: OtherSide) -> Any:
    log = [(row.id, row.act, row.subject) for row in rows(life, Base.metadata.tables["audit"])]
    segments = rows(life, Base.metadata.tables["audit_segment"])
    assert sum(segment.count for segment in segments) == len(log)
    return log, [(segment.number, segment.count) for segment in segments], await is_well(life)


@pytest.mark.timeout(300)
async def test_sealing(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(seal, "MOST_ROWS", 4)
    await Story(lambda life: seal_audit(ctx=life.ctx), sealed).comes_to_the_same_wherever_it_dies(world)


@pytest.mark.timeout(300)
async def test_releasing_segments_of_the_log(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(seal, "MOST_ROWS", 4)

    async def releases(life: Life) -> None:
        await seal_audit(ctx=life.ctx)
        await life.store.write(lambda tx: tx.seals.release(world.at, "dnr 9", 2))

    async def released(life: Life, _: OtherSide) -> Any:
        found = await verify_audit([], ctx=life.ctx)
        held = [segment for segment in rows(life, Base.metadata.tables["audit_segment"]) if segment.released_by is None]
        assert sum(segment.count for segment in held) == found.rows == len(rows(life, Base.metadata.tables["audit"]))
        return [], list(found.wrong)

    await Story(releases, released).comes_to_the_same_wherever_it_dies(world)


# --- keys --------------------------------------------------------------------------


@pytest.mark.timeout(300)
async def test_changing_keys(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(rotating, "AT_A_TIME", 2)

    async def rotates(life: Life) -> None:
        await ask_for_rotation(ctx=life.ctx)
        await rotate(ctx=life.ctx)

    async def rotated(life: Life, _: OtherSide) -> Any:
        assert await life.store.read(left_to_move) == 0
        contact = await life.store.read(lambda tx: tx.people.contact_by_number(NOVA))  # found under its new hash
        assert contact is not None
        assert contact.contact.number == NOVA
        rounds = rows(life, Base.metadata.tables["key_rotation"])
        assert {(one.to_key, one.stuck, one.finished_at is not None) for one in rounds} == {("k2", 0, True)}
        return sum(one.moved for one in rounds), await is_well(life)

    story = Story(rotates, rotated, keys=f"{NEW},{world.keys}")
    await story.comes_to_the_same_wherever_it_dies(world)


# --- taking out --------------------------------------------------------------------


@pytest.mark.timeout(300)
async def test_taking_out(world: World) -> None:
    """What is let out leaves once at most: whoever dies between the commit and the file asks the leader anew."""
    wanted = TakeOutWanted(TakeOutKind.RELEASE, world.case_code, None, "OSL 10 kap. 21 §", "Nils Ny", "Polisen")

    async def takes(life: Life) -> None:
        as_email = "anna@example.se"
        if await take_out(wanted, ctx=life.ctx, as_email=as_email) is None:
            asked = rows(life, Base.metadata.tables["taken_out"])
            waiting = [row.id for row in asked if row.used_at is None]
            for take_out_id in waiting:
                await approve_take_out(world.lena, take_out_id, ctx=life.ctx)
            await take_out(wanted, ctx=life.ctx, as_email=as_email)

    async def taken(life: Life, _: OtherSide) -> Any:
        log = Counter(row.act for row in rows(life, Base.metadata.tables["audit"]))
        used = [row for row in rows(life, Base.metadata.tables["taken_out"]) if row.used_at is not None]
        assert log["take_out"] == len(used) >= 1
        assert log["approve_take_out"] == len({row.id for row in used})
        return await is_well(life)

    await Story(takes, taken).comes_to_the_same_wherever_it_dies(world)
