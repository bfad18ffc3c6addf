"""Everything that is sealed is sealed anew, beside whatever else goes on; afterwards the old key is needed no more."""

import asyncio
import contextlib
from collections.abc import AsyncIterator
from types import SimpleNamespace
from typing import cast

import pytest
import sqlalchemy as sa

from bot.domain.errors import BotError
from bot.services.context import Context
from bot.services.keys.rotate import ask_for_rotation, left_to_move, rotate
from storage.engine import is_sqlite
from storage.known_keys import note_keys, require_keys
from storage.sealed_columns import PURPOSES
from storage.store import SqlStore
from storage.tables import ContactRow, InboxRow, KeyRotationRow
from storage.vault import Vault, generate_key, parse_keys, prefix_of
from tests.frozen import FrozenClock
from tests.storage.given import NORRVIK, STAFF_NUMBER, YOUTH_NUMBER, incoming
from tests.storage.test_migrations import opened
from tests.storage.test_secrets import PLANTED, at_rest, plant, said_in_handover, said_of_the_clock

OLD, NEW = generate_key("k1"), generate_key("k2")
MANY = 250  # rows of one table: more than one stretch


def of(*keys: str) -> Vault:
    return Vault(parse_keys(",".join(keys)))


@contextlib.asynccontextmanager
async def running(url: str, clock: FrozenClock, *keys: str) -> AsyncIterator[Context]:
    """What a service needs of a program that has these keys."""
    vault = of(*keys)
    require_keys(url, vault)
    note_keys(url, vault)
    store = SqlStore(url, vault, clock)
    try:
        yield cast(Context, SimpleNamespace(store=store, clock=clock))
    finally:
        await store.close()


@pytest.fixture
async def planted(database_url: str, clock: FrozenClock) -> str:
    """A database with something of every kind under the old key, and many texts."""
    async with running(database_url, clock, OLD) as ctx:
        await ctx.store.write(plant)
        await asyncio.gather(
            *(ctx.store.put(incoming(provider_id=f"SM{number}", raw=f"From={number}")) for number in range(MANY))
        )
    return database_url


async def all_of_it(ctx: Context) -> None:
    for _ in range(100):
        rotation = await rotate(ctx=ctx, stretches=3)
        if rotation is None or rotation.finished_at is not None:
            return
    raise AssertionError("it never ends")


async def reads_all(ctx: Context) -> None:
    """Read back what was planted, by the ordinary ways."""
    known = await ctx.store.read(lambda tx: tx.people.contact_by_number(YOUTH_NUMBER))
    assert known is not None
    assert known.links[0].name == PLANTED[0]
    assert await ctx.store.read(lambda tx: tx.staff.by_verified_phone(STAFF_NUMBER)) is not None
    assert await ctx.store.read(lambda tx: tx.staff.by_email(PLANTED[3])) is not None
    [said] = await ctx.store.read(lambda tx: tx.messages.of(tx.conversations.open_ones()[0].id, limit=30))
    assert said.body == PLANTED[4]
    assert await ctx.store.read(said_in_handover) == PLANTED[7:16]
    assert await ctx.store.read(said_of_the_clock) == PLANTED[16:20]
    youths = await ctx.store.read(lambda tx: tx.people.youths_of(NORRVIK))
    assert [youth.basis_reason for youth in youths] == [PLANTED[6]]


async def test_afterwards_the_old_key_is_needed_no_more(planted: str, clock: FrozenClock) -> None:
    async with running(planted, clock, NEW, OLD) as ctx:
        left = await ctx.store.read(left_to_move)
        assert left > MANY
        asked = await ask_for_rotation(ctx=ctx)
        assert await ask_for_rotation(ctx=ctx) == asked  # twice is one round
        await all_of_it(ctx)
        done = await ctx.store.read(lambda tx: tx.keys.rotation())
        assert done is not None
        assert (done.moved, done.stuck, done.finished_at) == (left, 0, clock.now())
        assert {use.key_id: use.total for use in await ctx.store.read(lambda tx: tx.keys.uses())} == {
            "k2": left,
            "k1": 0,
        }
        assert await rotate(ctx=ctx) is None  # there is nothing to go on with

    async with running(planted, clock, NEW) as ctx:
        await reads_all(ctx)
    if is_sqlite(planted):
        with opened(planted) as engine, engine.connect() as connection:
            for table, purposes in PURPOSES.items():
                for column in purposes:
                    rows = connection.execute(sa.text(f"SELECT {column} FROM {table}")).scalars()  # noqa: S608
                    assert not any(bytes(blob).startswith(prefix_of("k1")) for blob in rows if blob is not None)


async def test_every_stretch_may_be_the_last_one_for_a_while(planted: str, clock: FrozenClock) -> None:
    """Killed after each transaction and started again: nothing is lost or done twice, and all is read all the time."""
    async with running(planted, clock, NEW, OLD) as ctx:
        total = await ctx.store.read(left_to_move)
        await ask_for_rotation(ctx=ctx)
    for _ in range(100):
        async with running(planted, clock, NEW, OLD) as ctx:
            moving = await ctx.store.read(lambda tx: tx.keys.rotation())
            assert moving is not None
            if moving.finished_at is not None:
                break
            await rotate(ctx=ctx, stretches=1 if moving.moved < total else 2)
            await reads_all(ctx)
    assert moving is not None
    assert moving.moved == total


async def test_in_the_middle_a_number_is_one_contact(planted: str, clock: FrozenClock) -> None:
    async with running(planted, clock, NEW, OLD) as ctx, running(planted, clock, OLD, NEW) as behind:
        before = await ctx.store.read(lambda tx: tx.people.contact_by_number(YOUTH_NUMBER))
        await ask_for_rotation(ctx=ctx)
        for step in range(20):
            await rotate(ctx=ctx, stretches=1 + step)
            for where in (ctx, behind):  # somebody texts, and somebody enrols them
                again = await where.store.write(lambda tx: tx.people.ensure_contact(YOUTH_NUMBER, language="so"))
                assert before is not None
                assert again.contact.id == before.contact.id
        assert await behind.store.read(lambda tx: tx.staff.by_verified_phone(STAFF_NUMBER)) is not None


async def test_two_that_meet_a_new_number_at_once_make_one_contact(planted: str, clock: FrozenClock) -> None:
    """One instance has the new key first, the other the old: the hashes differ, and the contact is one all the same."""
    async with running(planted, clock, NEW, OLD) as ctx, running(planted, clock, OLD, NEW) as behind:
        for number in (f"+4670174{last}" for last in range(6080, 6095)):
            made = await asyncio.gather(
                *(
                    where.store.write(lambda tx, its=number: tx.people.ensure_contact(its))  # type: ignore[misc]
                    for where in (ctx, behind, ctx, behind)
                )
            )
            assert len({contact.contact.id for contact in made}) == 1


async def test_two_at_once_and_one_that_still_has_the_old_key_first(planted: str, clock: FrozenClock) -> None:
    async with (
        running(planted, clock, NEW, OLD) as one,
        running(planted, clock, NEW, OLD) as two,
        running(planted, clock, OLD, NEW) as behind,
    ):
        await asyncio.gather(ask_for_rotation(ctx=one), ask_for_rotation(ctx=two))
        late = behind.store.put(incoming(provider_id="SMLATE"))
        await asyncio.gather(all_of_it(one), all_of_it(two), late, return_exceptions=False)
        waiting = await behind.store.read(lambda tx: tx.keys.rotation())
        assert waiting is not None
        assert waiting.stuck == 0

        await behind.store.put(incoming(provider_id="SMLATER"))
        assert await rotate(ctx=behind) is None
        left = await one.store.read(left_to_move)
        assert left >= 1
        await ask_for_rotation(ctx=one)
        unmoved = await rotate(ctx=behind)  # it has the old key first, and leaves it alone
        assert unmoved is not None
        assert unmoved.finished_at is None
        await all_of_it(one)
        assert await one.store.read(left_to_move) == 0
    with opened(planted) as engine, engine.connect() as connection:
        assert connection.execute(sa.select(sa.func.count()).select_from(InboxRow)).scalar_one() == MANY + 2
        assert connection.execute(sa.select(sa.func.count()).select_from(KeyRotationRow)).scalar_one() == 2


async def test_what_cannot_be_opened_is_left_and_said(planted: str, clock: FrozenClock) -> None:
    with opened(planted) as engine, engine.begin() as connection:
        altered = sa.update(InboxRow).where(sa.column("provider_id") == "SM7").values(raw=b"k1:" + b"0" * 40)
        connection.execute(altered)
    async with running(planted, clock, NEW, OLD) as ctx:
        await ask_for_rotation(ctx=ctx)
        await all_of_it(ctx)
        done = await ctx.store.read(lambda tx: tx.keys.rotation())
        assert done is not None
        assert done.stuck == 1
        assert await ctx.store.read(left_to_move) == 1
        await reads_all(ctx)


async def test_a_number_that_stands_twice_does_not_stop_the_others(planted: str, clock: FrozenClock) -> None:
    """It may from a change of keys before this one: both stay, each under its own hash, and a person is told."""
    with opened(planted) as engine, engine.begin() as connection:
        twin = {"id": "zz", "number": of(NEW).seal("number", YOUTH_NUMBER), "code": "ZZZZZ", "created_at": clock.now()}
        twin["number_hash"] = of(NEW).find_hash("number", YOUTH_NUMBER)
        connection.execute(sa.insert(ContactRow).values(**twin, language="sv", is_answerable=True, is_blocked=False))
    async with running(planted, clock, NEW, OLD) as ctx:
        await ask_for_rotation(ctx=ctx)
        await all_of_it(ctx)
        done = await ctx.store.read(lambda tx: tx.keys.rotation())
        assert done is not None
        assert done.stuck == 1


async def test_numbers_that_have_been_erased_are_nobodys(planted: str, clock: FrozenClock) -> None:
    """Gallring leaves an empty number under a hash of chance: several of them must not become one."""
    with opened(planted) as engine, engine.begin() as connection:
        for number in range(3):
            erased = {"id": f"e{number}", "number": of(OLD).seal("number", ""), "number_hash": b"%d" % number}
            more = {"code": f"EEE{number}", "language": "sv", "created_at": clock.now()}
            values = {**erased, **more, "is_answerable": False, "is_blocked": False}
            connection.execute(sa.insert(ContactRow).values(values))
    async with running(planted, clock, NEW, OLD) as ctx:
        await ask_for_rotation(ctx=ctx)
        await all_of_it(ctx)
        done = await ctx.store.read(lambda tx: tx.keys.rotation())
        assert done is not None
        assert done.stuck == 0


async def test_a_new_round_to_another_key_takes_over(planted: str, clock: FrozenClock) -> None:
    third = generate_key("k3")
    async with running(planted, clock, NEW, OLD) as ctx:
        await ask_for_rotation(ctx=ctx)
        await rotate(ctx=ctx, stretches=2)
    async with running(planted, clock, third, NEW, OLD) as ctx:
        await ask_for_rotation(ctx=ctx)
        await all_of_it(ctx)
        assert await ctx.store.read(left_to_move) == 0
    async with running(planted, clock, third) as ctx:
        await reads_all(ctx)


async def test_nothing_lies_open_while_it_goes_on(planted: str, clock: FrozenClock) -> None:
    async with running(planted, clock, NEW, OLD) as ctx:
        await ask_for_rotation(ctx=ctx)
        with contextlib.suppress(BotError):
            await all_of_it(ctx)
        with opened(planted) as engine:
            lying = at_rest(planted, engine)
    for secret in PLANTED:
        assert not any(secret.encode() in blob for blob in lying)
