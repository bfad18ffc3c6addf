"""Each question about what may go is asked of one row: no subquery draws in a table that it meant to share."""

import re
from datetime import date, datetime, timedelta

import pytest
import sqlalchemy as sa

from bot.domain.conversation import Conversation
from bot.domain.handover import Episode
from bot.domain.ids import ConversationId, EpisodeId, NamndId, new_id
from bot.domain.people import AgeBand, Basis, LinkRole, World
from bot.domain.retention import HeldBack, LegalHold, Waiver
from bot.ports import Tx
from storage.repos import clocks_kept, retention
from storage.store import SqlStore
from tests.frozen import FrozenClock
from tests.storage.given import NORRVIK, staff

JOINED_BY_COMMA = re.compile(r"FROM [^()]*?, \w+(?: AS \w+)? *\n?WHERE")
STATEMENTS = {
    **{f"retention.{name}": found for name, found in vars(retention).items() if isinstance(found, sa.Select)},
    **{f"clocks_kept.{name}": found for name, found in vars(clocks_kept).items() if isinstance(found, sa.Select)},
}
WHOLE = {
    name: found for name, found in STATEMENTS.items() if not name.endswith((".TIES", ".ABOUT_IT", ".TIES_OF"))
}  # the others are parts
COUNTED = {
    **{f"held {why.value}": sa.select(retention.C.id).where(one) for why, one in retention.HINDRANCES.items()},
    **{f"text {why.value}": sa.select(retention.C.id).where(one) for why, one in clocks_kept.TEXT_HINDRANCES.items()},
    **{f"clock {why.value}": sa.select(clocks_kept.D.id).where(one) for why, one in clocks_kept.HINDRANCES.items()},
}


def test_there_are_statements_to_look_at() -> None:
    assert len(WHOLE) >= 9
    assert JOINED_BY_COMMA.search("EXISTS (SELECT x.id \nFROM x, conversation \nWHERE x.id = conversation.id)")


@pytest.mark.parametrize("name", sorted(WHOLE | COUNTED))
def test_no_subquery_asks_about_any_row(name: str) -> None:
    said = str((WHOLE | COUNTED)[name])
    assert JOINED_BY_COMMA.findall(said) == [], said


ANNA = staff("Anna Ek")
A_WEEK = timedelta(days=7)


def closed(tx: Tx, number: str, at: datetime) -> ConversationId:
    """Store somebody enrolled, and a conversation with them that was closed and is in no record."""
    youth = tx.people.add_youth(
        namnd=NORRVIK, name="Nova Berg", age_band=AgeBand.FROM_15, basis=Basis.FIFTEEN_OR_OVER,
        basis_reason="", reference=None, jav=(),
    )  # fmt: skip
    contact = tx.people.ensure_contact(number).contact
    tx.people.link(contact.id, youth.id, LinkRole.YOUTH, "Nova Berg")
    made = Conversation(ConversationId(new_id()), contact.id, World.BEREDSKAP, NORRVIK, "+46701740699", opened_at=at)
    tx.conversations.add(made)
    tx.conversations.save(made.close(at=at))
    day = date(2026, 11, 20)
    tx.episodes.add(Episode(EpisodeId(new_id()), made.id, NORRVIK, "day", 1, day, None, at, day))
    return made.id


def due(tx: Tx, before: datetime) -> list[ConversationId]:
    return tx.retention.due(NORRVIK, [], before, before.date(), linked=True, limit=9)


async def test_a_waiver_is_for_its_own_conversation(store: SqlStore, clock: FrozenClock) -> None:
    """What another conversation holds is in no record, and stays."""
    at, before = clock.now(), clock.now() + A_WEEK
    await store.write(lambda tx: tx.staff.save(ANNA))
    one = await store.write(lambda tx: closed(tx, "+46701740605", at))
    other = await store.write(lambda tx: closed(tx, "+46701740606", at))
    waiver = Waiver(one, NamndId(NORRVIK), at, ANNA.id, "dubblett", "dnr 9")
    await store.write(lambda tx: tx.retention.waive(waiver))

    assert await store.read(lambda tx: due(tx, before)) == [one]
    held = await store.read(lambda tx: tx.retention.held_back(NORRVIK, [], before, before.date(), linked=True))
    assert held[HeldBack.NOT_TRANSFERRED] == 1
    assert await store.read(lambda tx: tx.retention.to_waive([one, other])) == [other]


async def test_a_hold_on_one_youth_holds_no_other(store: SqlStore, clock: FrozenClock) -> None:
    at, before = clock.now(), clock.now() + A_WEEK
    await store.write(lambda tx: tx.staff.save(ANNA))
    one = await store.write(lambda tx: closed(tx, "+46701740605", at))
    other = await store.write(lambda tx: closed(tx, "+46701740606", at))

    def prepare(tx: Tx) -> None:
        found = tx.people.contact_by_number("+46701740605")
        assert found is not None
        youth_id = found.links[0].youth.id
        tx.retention.add_hold(LegalHold(new_id(), NORRVIK, "mål 1", ANNA.id, at, youth_id=youth_id))
        for conversation_id in (one, other):
            tx.retention.waive(Waiver(conversation_id, NamndId(NORRVIK), at, ANNA.id, "dubblett", "dnr 9"))

    await store.write(prepare)
    assert await store.read(lambda tx: due(tx, before)) == [other]
