"""With whom a summons is: a shared phone counts for both, and neither world learns of the other's."""

from datetime import datetime, timedelta

import pytest

from bot.domain.conversation import Direction
from bot.domain.people import World
from bot.domain.summons import Party, Purpose, Summons, SummonsMessage
from bot.ports import Tx
from storage.store import SqlStore
from tests.storage.given import GUARDIAN_NUMBER, NORRVIK, NOW, SODERMARK, a_conversation, message, staff
from tests.storage.test_summons import a_summons

DAY = timedelta(days=1)


async def test_a_text_to_a_shared_phone_stands_for_both(store: SqlStore) -> None:
    def change(tx: Tx) -> tuple[Summons, list[SummonsMessage], SummonsMessage | None]:
        summons = a_summons(tx)
        conversation = a_conversation(tx, GUARDIAN_NUMBER, world=World.MYNDIGHET)
        said = message(conversation.id, direction=Direction.OUT)
        tx.messages.add(said)
        for party in Party:
            tied = SummonsMessage(summons.id, said.id, conversation.contact_id, party, Purpose.OFFER, NOW, "so")
            tx.summons.add_message(tied)
        return summons, tx.summons.messages_of(summons.id), tx.summons.by_message(said.id)

    _, tied, one = await store.write(change)

    assert {(m.party, m.language) for m in tied} == {(Party.CHILD, "so"), (Party.GUARDIAN, "so")}
    assert one is not None
    assert one.party is Party.CHILD


@pytest.mark.parametrize(("since", "is_found"), [(NOW - DAY, True), (NOW, True), (NOW + DAY, False)])
async def test_the_newest_summons_with_a_phone(store: SqlStore, since: datetime, is_found: bool) -> None:
    def change(tx: Tx) -> tuple[Summons, Summons | None, Summons | None]:
        made = a_summons(tx)
        conversation = a_conversation(tx, GUARDIAN_NUMBER, world=World.MYNDIGHET)
        said = message(conversation.id, direction=Direction.OUT)
        tx.messages.add(said)
        tx.summons.add_message(
            SummonsMessage(made.id, said.id, conversation.contact_id, Party.GUARDIAN, Purpose.OFFER, NOW)
        )
        tx.summons.save(made.close())
        found = tx.summons.newest_with(conversation.contact_id, NORRVIK, since)
        return made, found, tx.summons.newest_with(conversation.contact_id, SODERMARK, NOW - DAY)

    made, found, elsewhere = await store.write(change)

    assert (found is not None and found.id == made.id) is is_found
    assert elsewhere is None


async def test_who_wrote_last_is_asked_within_the_beredskap(store: SqlStore) -> None:
    """A summons must not decide to which nämnd a youth's text to the beredskap goes."""

    def change(tx: Tx) -> object:
        author = staff()
        tx.staff.save(author)
        for namnd, world, minutes in ((NORRVIK, World.BEREDSKAP, 1), (SODERMARK, World.MYNDIGHET, 2)):
            conversation = a_conversation(tx, GUARDIAN_NUMBER, namnd=namnd, world=world)
            at = NOW + timedelta(minutes=minutes)
            tx.messages.add(message(conversation.id, direction=Direction.OUT, author=author.id, at=at))
        return tx.conversations.last_written_from(conversation.contact_id)

    assert await store.write(change) == NORRVIK
