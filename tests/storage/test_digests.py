"""Handovers, where they have been posted, and what happens when several write at once."""

import asyncio
import threading
from collections.abc import Callable
from dataclasses import replace
from typing import TypeVar

import pytest
from sqlalchemy.exc import NoResultFound
from sqlmodel import Session, SQLModel, select

from bot.domain.ids import DigestId, EpisodeId, YouthId, new_id
from bot.domain.people import Staff
from bot.domain.reaction import Action
from bot.ports import Posted, Tx
from storage.engine import is_sqlite
from storage.store import SqlStore
from storage.tables import BackgroundRow, DigestRow, EpisodeRow, SlackPostRow
from tests.frozen import FrozenClock
from tests.storage.given import (
    FRIDAY,
    MINUTE,
    MONDAY,
    NORRVIK,
    NOW,
    SODERMARK,
    TUESDAY,
    a_conversation,
    a_youth,
    action,
    background,
    digest,
    episode,
    note,
    staff,
)

T = TypeVar("T")
TEAM = "channel:C1"


async def a_digest(store: SqlStore) -> DigestId:
    made = digest()
    assert await store.write(lambda tx: tx.digests.add(made))
    return made.id


# --- handovers ---


async def test_a_handover_is_one_per_namnd_and_day(store: SqlStore) -> None:
    monday = digest(since=NOW)
    others = [digest(TUESDAY), digest(namnd=SODERMARK), digest(FRIDAY)]

    assert await store.write(lambda tx: [tx.digests.add(made) for made in (monday, *others)]) == [True] * 4
    assert not await store.write(lambda tx: tx.digests.add(digest()))

    assert await store.read(lambda tx: [tx.digests.get(made.id) for made in (monday, *others)]) == [monday, *others]
    assert await store.read(lambda tx: tx.digests.on(NORRVIK, MONDAY)) == monday
    assert await store.read(lambda tx: tx.digests.on(SODERMARK, MONDAY)) == others[1]


async def test_the_newest_handover_is_that_of_the_latest_day(store: SqlStore) -> None:
    monday, tuesday, friday = (digest(day) for day in (MONDAY, TUESDAY, FRIDAY))
    await store.write(lambda tx: [tx.digests.add(made) for made in (monday, tuesday, friday, digest(namnd=SODERMARK))])

    assert await store.read(lambda tx: tx.digests.newest(NORRVIK)) == tuesday

    def until(tx: Tx) -> list[object]:
        asked = ((TUESDAY, 9), (MONDAY, 9), (TUESDAY, 2), (FRIDAY, 0))
        return [tx.digests.until(NORRVIK, day, limit=limit) for day, limit in asked]

    assert await store.read(until) == [[tuesday, monday, friday], [monday, friday], [tuesday, monday], []]


async def test_no_handover_is_none(store: SqlStore) -> None:
    def found(tx: Tx) -> list[object]:
        return [tx.digests.get(DigestId("x")), tx.digests.on(NORRVIK, MONDAY), tx.digests.newest(NORRVIK)]

    assert await store.read(found) == [None] * 3


# --- where they stand ---


async def test_a_handovers_post_is_one_per_place(store: SqlStore, clock: FrozenClock) -> None:
    digest_id, another = await a_digest(store), digest(TUESDAY)
    await store.write(lambda tx: tx.digests.add(another))
    post, is_new = await store.write(lambda tx: tx.posts.ensure_digest(digest_id, TEAM))
    again, is_new_again = await store.write(lambda tx: tx.posts.ensure_digest(digest_id, TEAM))
    clock.passes(MINUTE)
    in_dm, _ = await store.write(lambda tx: tx.posts.ensure_digest(digest_id, "staff:anna"))
    others, _ = await store.write(lambda tx: tx.posts.ensure_digest(another.id, TEAM))

    assert (is_new, is_new_again) == (True, False)
    assert again == post
    assert (post.kind, post.digest_id, post.conversation_id, post.ts) == ("digest", digest_id, None, None)
    assert await store.read(lambda tx: tx.posts.digest_posts(digest_id)) == [post, in_dm]
    assert await store.read(lambda tx: tx.posts.digest_posts(another.id)) == [others]
    assert await store.read(lambda tx: tx.posts.get(post.id)) == post


async def test_a_post_that_has_been_retired_leaves_its_place_to_another(store: SqlStore) -> None:
    digest_id = await a_digest(store)
    first, _ = await store.write(lambda tx: tx.posts.ensure_digest(digest_id, TEAM))
    await store.write(lambda tx: tx.posts.placed(first.id, Posted("C1", "1.0")))
    await store.write(lambda tx: tx.posts.retire(first.id))

    assert await store.read(lambda tx: tx.posts.digest_posts(digest_id)) == []
    kept = await store.read(lambda tx: tx.posts.at("C1", "1.0"))  # still to be withdrawn one day
    assert kept == replace(first, channel="C1", ts="1.0", is_current=False)

    second, is_new = await store.write(lambda tx: tx.posts.ensure_digest(digest_id, TEAM))
    assert is_new
    assert second.id != first.id
    assert await store.read(lambda tx: tx.posts.digest_posts(digest_id)) == [second]


async def test_a_card_that_has_been_retired_is_no_card_of_its_conversation(store: SqlStore) -> None:
    made = await store.write(a_conversation)
    card, _ = await store.write(lambda tx: tx.posts.ensure_card(made.id, TEAM))

    await store.write(lambda tx: tx.posts.retire(card.id))

    assert await store.read(lambda tx: tx.posts.cards_of(made.id)) == []
    with pytest.raises(NoResultFound):
        await store.write(lambda tx: tx.posts.retire("x"))


async def test_what_was_added_to_a_handover_is_found_by_its_place(store: SqlStore, clock: FrozenClock) -> None:
    digest_id = await a_digest(store)

    async def remember(kind: str, target: str, *where: str) -> None:
        await store.write(lambda tx: tx.posts.remember(kind, None, target, Posted(*where), digest_id=digest_id))
        clock.passes(MINUTE)

    await remember("addendum", TEAM, "C1", "3.0")
    await remember("addendum", TEAM, "C1", "2.0")
    await remember("addendum", TEAM, "C1", "2.0")
    await remember("addendum", "staff:anna", "D1", "2.0")
    await remember("handover", TEAM, "C1", "4.0")
    await store.write(lambda tx: tx.posts.ensure_digest(digest_id, TEAM))

    assert await store.read(lambda tx: tx.posts.replies_to(digest_id, TEAM)) == [("C1", "3.0"), ("C1", "2.0")]
    assert await store.read(lambda tx: tx.posts.replies_to(digest_id, "staff:anna")) == [("D1", "2.0")]
    assert await store.read(lambda tx: tx.posts.replies_to(DigestId("x"), TEAM)) == []
    handover = await store.read(lambda tx: tx.posts.at("C1", "4.0"))
    assert handover is not None
    assert (handover.kind, handover.digest_id) == ("handover", digest_id)


# --- at once ---


async def together(store: SqlStore, changes: list[Callable[[Tx], T]]) -> list[T]:
    """Run transactions at once. On PostgreSQL all of them have begun before any of them writes."""
    everybody = None if is_sqlite(str(store.engine.url)) else threading.Barrier(len(changes), timeout=10)

    def begun(change: Callable[[Tx], T]) -> Callable[[Tx], T]:
        waits = iter([everybody])  # once: what is run again waits for nobody

        def run(tx: Tx) -> T:
            tx.digests.newest(NORRVIK)
            barrier = next(waits, None)
            if barrier is not None:
                barrier.wait()
            return change(tx)

        return run

    return await asyncio.gather(*(store.write(begun(change)) for change in changes))


def rows(store: SqlStore, table: type[SQLModel]) -> int:
    with Session(store.engine) as session:
        return len(session.exec(select(table)).all())


async def test_of_two_handovers_for_one_day_one_is_made(store: SqlStore) -> None:
    first, second = digest(), digest()
    answers = await together(store, [lambda tx: tx.digests.add(first), lambda tx: tx.digests.add(second)])

    assert sorted(answers) == [False, True]
    assert rows(store, DigestRow) == 1
    kept = await store.read(lambda tx: tx.digests.on(NORRVIK, MONDAY))
    assert kept == (first if answers[0] else second)


async def test_of_two_episodes_for_one_period_one_is_made(store: SqlStore) -> None:
    first = episode((await store.write(a_conversation)).id)
    second = replace(first, id=EpisodeId(new_id()))
    answers = await together(store, [lambda tx: tx.episodes.add(first), lambda tx: tx.episodes.add(second)])

    assert sorted(answers) == [False, True]
    assert rows(store, EpisodeRow) == 1


async def test_what_waits_is_attached_by_one(store: SqlStore) -> None:
    monday, tuesday = digest(), digest(TUESDAY)

    def keep(tx: Tx) -> list[EpisodeId]:
        tx.digests.add(monday)
        tx.digests.add(tuesday)
        made = [episode(a_conversation(tx, f"avsändare {n}").id, NOW + n * MINUTE) for n in range(5)]
        assert all(tx.episodes.add(one) for one in made)
        return [one.id for one in made]

    waiting = await store.write(keep)
    attached = await together(
        store,
        [
            lambda tx: tx.episodes.attach(NORRVIK, MONDAY, monday.id),
            lambda tx: tx.episodes.attach(NORRVIK, TUESDAY, tuesday.id),
        ],
    )

    assert sorted(attached, key=len) == [[], waiting]


async def test_of_two_posts_of_one_handover_one_is_made(store: SqlStore) -> None:
    digest_id = await a_digest(store)
    made = await together(store, [lambda tx: tx.posts.ensure_digest(digest_id, TEAM) for _ in range(2)])

    assert sorted(is_new for _, is_new in made) == [False, True]
    assert made[0][0] == made[1][0]
    assert rows(store, SlackPostRow) == 1


async def test_of_two_backgrounds_the_last_one_stands(store: SqlStore) -> None:
    def keep(tx: Tx) -> tuple[YouthId, Staff]:
        anna = staff()
        tx.staff.save(anna)
        return a_youth(tx).id, anna

    ture, anna = await store.write(keep)
    written = [background(ture, anna.id, agreements=text) for text in ("Hemma 22", "Hemma 23")]
    await together(store, [lambda tx: tx.backgrounds.save(written[0]), lambda tx: tx.backgrounds.save(written[1])])

    assert rows(store, BackgroundRow) == 1
    assert await store.read(lambda tx: tx.backgrounds.get(ture)) in written


async def test_an_episode_that_is_held_is_read_as_it_is_now(store: SqlStore) -> None:
    made = episode((await store.write(a_conversation)).id)
    await store.write(lambda tx: tx.episodes.add(made))

    def count(tx: Tx) -> None:
        tx.episodes.get(made.id)  # what is known from before must not be believed
        held = tx.episodes.get(made.id, lock=True)
        assert held is not None
        tx.episodes.save(replace(held, note_stage=held.note_stage + 1))

    await asyncio.gather(*(store.write(count) for _ in range(8)))

    found = await store.read(lambda tx: tx.episodes.get(made.id))
    assert found is not None
    assert found.note_stage == 8


async def test_of_many_who_take_an_action_one_has_it(store: SqlStore) -> None:
    team = [staff() for _ in range(5)]

    def keep(tx: Tx) -> Action:
        tx.staff.add_all(team)
        written = note(a_conversation(tx).id, team[0].id)
        tx.notes.add(written, [])
        todo = action(written)
        tx.notes.add_action(todo)
        return todo

    todo = await store.write(keep)

    def taking(who: Staff) -> Callable[[Tx], bool]:
        def take(tx: Tx) -> bool:
            tx.notes.action(todo.id)
            held = tx.notes.action(todo.id, lock=True)
            assert held is not None
            if held.owner is not None:
                return False
            tx.notes.save_action(held.take(who.id))
            return True

        return take

    answers = await together(store, [taking(who) for who in team])

    assert sorted(answers) == [False] * 4 + [True]
    found = await store.read(lambda tx: tx.notes.action(todo.id))
    assert found == todo.take(team[answers.index(True)].id)
