"""What was turned to others with is kept, sealed where it tells where a child may be."""

from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest
import sqlalchemy as sa

from bot.domain.ids import EpisodeId, OutwardId, ShiftId, new_id
from bot.domain.outward import OUTCOMES, Outward, OutwardKind, OutwardOutcome
from bot.ports import Tx
from storage.store import SqlStore
from storage.tables import OutwardRow
from tests.storage.given import MINUTE, NORRVIK, NOW, a_conversation, episode, staff

PLACE, WHO = "Nykvarn-Planterad", "Socialjouren-Planterad"


def an_outward(tx: Tx, number: str = "+46701740605", **changes: Any) -> Outward:
    """Store one in a conversation and an episode of its own."""
    talk, anna = a_conversation(tx, number), staff()
    tx.staff.save(anna)
    told = episode(talk.id)
    tx.episodes.add(told)
    made = Outward(
        OutwardId(new_id()),
        talk.id,
        told.id,
        NORRVIK,
        OutwardKind.SOCIALJOUR,
        OutwardOutcome.INFORMED,
        anna.id,
        NOW,
        PLACE,
        WHO,
        ShiftId("s1"),
    )
    made = replace(made, **changes)
    tx.outward.add(made)
    return made


@pytest.mark.parametrize(("kind", "outcome"), [(kind, one) for kind, some in OUTCOMES.items() for one in some])
async def test_it_comes_back_as_it_was_written(store: SqlStore, kind: OutwardKind, outcome: OutwardOutcome) -> None:
    kept = await store.write(lambda tx: an_outward(tx, kind=kind, outcome=outcome))

    assert await store.read(lambda tx: tx.outward.of_conversation(kept.conversation_id)) == [kept]


async def test_it_may_say_little(store: SqlStore) -> None:
    kept = await store.write(lambda tx: an_outward(tx, place="", who="", shift_id=None))

    assert await store.read(lambda tx: tx.outward.of_conversation(kept.conversation_id)) == [kept]


async def test_they_stand_in_the_order_in_which_they_were_done(store: SqlStore) -> None:
    def change(tx: Tx) -> tuple[Outward, Outward, Outward]:
        first = an_outward(tx)
        later = replace(first, id=OutwardId(new_id()), at=NOW + MINUTE, outcome=OutwardOutcome.TAKES_OVER)
        earlier = replace(first, id=OutwardId(new_id()), at=NOW - MINUTE, outcome=OutwardOutcome.NOT_REACHED)
        for one in (later, earlier):
            tx.outward.add(one)
        return earlier, first, later

    kept = await store.write(change)
    nothing = EpisodeId("x")

    assert tuple(await store.read(lambda tx: tx.outward.of_conversation(kept[0].conversation_id))) == kept
    found = await store.read(lambda tx: tx.outward.of_episodes([kept[0].episode_id, nothing]))
    assert found == {kept[0].episode_id: list(kept), nothing: []}


async def test_those_of_others_are_not_among_them(store: SqlStore) -> None:
    mine = await store.write(an_outward)
    other = await store.write(lambda tx: an_outward(tx, "+46701740606", at=NOW + timedelta(days=1)))

    assert await store.read(lambda tx: tx.outward.of_conversation(mine.conversation_id)) == [mine]
    assert await store.read(lambda tx: tx.outward.of_episodes([other.episode_id])) == {other.episode_id: [other]}


async def test_an_outcome_is_one_of_its_kind(store: SqlStore) -> None:
    """The rule lives in the database too."""
    with pytest.raises(sa.exc.IntegrityError):
        await store.write(lambda tx: an_outward(tx, outcome=OutwardOutcome.BY_PHONE))


async def test_where_and_with_whom_is_sealed(store: SqlStore) -> None:
    kept = await store.write(an_outward)
    with store.engine.connect() as connection:
        [row] = connection.execute(sa.select(OutwardRow.__table__))  # type: ignore[attr-defined]

    assert not any(secret.encode() in bytes(value) for secret in (PLACE, WHO) for value in (row.place, row.who))
    assert PLACE not in repr(kept)
    assert WHO not in repr(kept)
