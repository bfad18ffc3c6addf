"""Kalla via sms: what was offered and to whom comes back, and what is due is found."""

from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any

import pytest
from sqlalchemy.exc import IntegrityError, NoResultFound

from bot.domain.calendar import STOCKHOLM
from bot.domain.conversation import Direction
from bot.domain.ids import ContactId, DeadlineId, MessageId, NamndId, StaffId, SummonsId, new_id
from bot.domain.summons import Party, Purpose, Reminder, Summons, SummonsMessage, SummonsState
from bot.ports import Tx
from storage.store import SqlStore
from tests.storage.given import (
    GUARDIAN_NUMBER,
    MINUTE,
    NORRVIK,
    NOW,
    SODERMARK,
    YOUTH_NUMBER,
    a_conversation,
    deadline,
    message,
    staff,
)

DAY = timedelta(days=1)
TIMES = (NOW + 3 * DAY, NOW + 4 * DAY, NOW + 2 * DAY)  # in the order in which they were offered


def a_summons(tx: Tx, of: Summons | None = None, **changes: Any) -> Summons:
    """Store a summons; of the clock of `of`, or of one of its own."""
    if of is None:
        anna, clock = staff(), deadline()
        tx.staff.save(anna)
        tx.deadlines.add(clock)
        of = Summons(SummonsId(new_id()), clock.id, NORRVIK, TIMES, NOW, anna.id)
    made = replace(of, id=SummonsId(new_id()), **changes)
    tx.summons.add(made)
    return made


def a_text(tx: Tx, summons: Summons, number: str = YOUTH_NUMBER, **changes: Any) -> SummonsMessage:
    """Store a text of a summons, in a conversation of its own that is closed afterwards."""
    talk = a_conversation(tx, number)
    said = message(talk.id, direction=Direction.OUT)
    tx.messages.add(said)
    tx.conversations.save(replace(talk, is_open=False))
    made = SummonsMessage(summons.id, said.id, talk.contact_id, Party.CHILD, Purpose.OFFER, NOW)
    made = replace(made, **changes)
    tx.summons.add_message(made)
    return made


def booked(summons: Summons, at: datetime, step: Reminder = Reminder.DAY_BEFORE) -> Summons:
    return replace(
        summons, state=SummonsState.BOOKED, booked_at=NOW + 3 * DAY, next_at=at, next_step=step, first_number=4
    )


async def test_every_field_comes_back(store: SqlStore) -> None:
    def keep(tx: Tx) -> list[Summons]:
        offered = a_summons(tx)
        both = [a_summons(tx, booked(offered, NOW + DAY, step), created_at=NOW + DAY) for step in Reminder]
        closed = a_summons(tx, both[0].close(), created_at=NOW + 2 * DAY)
        one_time = a_summons(tx, of=offered, times=(NOW,), first_number=7, created_at=NOW - DAY)
        return [one_time, offered, *sorted(both, key=lambda one: one.id), closed]

    made = await store.write(keep)

    assert await store.read(lambda tx: [tx.summons.get(one.id) for one in made]) == made
    assert await store.read(lambda tx: tx.summons.of_deadline(made[0].deadline_id)) == made
    assert await store.write(lambda tx: tx.summons.get(made[1].id, lock=True)) == made[1]


async def test_times_are_the_same_instants_whatever_zone_they_were_given_in(store: SqlStore) -> None:
    twice = tuple(datetime(2026, 10, 25, 2, 30, tzinfo=STOCKHOLM, fold=fold) for fold in (0, 1))  # half past two, twice

    kept = await store.write(lambda tx: a_summons(tx, times=twice))

    found = await store.read(lambda tx: tx.summons.get(kept.id))
    assert found is not None
    assert [at.isoformat() for at in found.times] == ["2026-10-25T00:30:00+00:00", "2026-10-25T01:30:00+00:00"]


async def test_what_is_saved_replaces_what_was(store: SqlStore) -> None:
    def change(tx: Tx) -> list[Summons]:
        first, other = a_summons(tx), a_summons(tx)
        changed = replace(booked(first, NOW + DAY), times=TIMES[:1])
        tx.summons.save(changed)
        tx.summons.save(changed.close())
        return [changed.close(), other]

    made = await store.write(change)

    assert await store.read(lambda tx: [tx.summons.get(one.id) for one in made]) == made
    with pytest.raises(NoResultFound):
        await store.write(lambda tx: tx.summons.save(replace(made[0], id=SummonsId("x"))))


async def test_nothing_is_none(store: SqlStore) -> None:
    def found(tx: Tx) -> list[object]:
        return [
            tx.summons.get(SummonsId("x")),
            tx.summons.get(SummonsId("x"), lock=True),
            tx.summons.by_message(MessageId("x")),
            tx.summons.next_due(NOW),
            *tx.summons.of_deadline(DeadlineId("x")),
            *tx.summons.open_with(ContactId("x"), NORRVIK),
            *tx.summons.messages_of(SummonsId("x")),
            *tx.summons.due(NOW),
        ]

    assert await store.write(found) == [None] * 4


@pytest.mark.parametrize("party", Party)
@pytest.mark.parametrize("purpose", Purpose)
async def test_a_text_comes_back(store: SqlStore, party: Party, purpose: Purpose) -> None:
    kept = await store.write(lambda tx: a_text(tx, a_summons(tx), party=party, purpose=purpose, at=NOW + MINUTE))

    assert await store.read(lambda tx: tx.summons.by_message(kept.message_id)) == kept


async def test_the_texts_of_a_summons_stand_in_their_order(store: SqlStore) -> None:
    def keep(tx: Tx) -> list[SummonsMessage]:
        summons = a_summons(tx)
        later = a_text(tx, summons, at=NOW + MINUTE, purpose=Purpose.ANSWER)
        first = a_text(tx, summons, GUARDIAN_NUMBER, party=Party.GUARDIAN)
        a_text(tx, a_summons(tx))
        return [first, later]

    kept = await store.write(keep)

    assert await store.read(lambda tx: tx.summons.messages_of(kept[0].summons_id)) == kept


async def test_a_text_belongs_to_one_summons(store: SqlStore) -> None:
    def again(tx: Tx) -> None:
        said = a_text(tx, a_summons(tx))
        tx.summons.add_message(replace(said, summons_id=a_summons(tx).id))

    with pytest.raises(IntegrityError):
        await store.write(again)


async def test_open_are_those_offered_or_booked_with_the_one_who_writes(store: SqlStore) -> None:
    """Once each, however many texts there are; the other's summons are not theirs."""

    def keep(tx: Tx) -> tuple[ContactId, list[SummonsId]]:
        offered = a_summons(tx, created_at=NOW + MINUTE)
        early = a_summons(tx, booked(offered, NOW + DAY), created_at=NOW)
        closed = a_summons(tx, booked(offered, NOW + DAY).close())
        elsewhere, others = a_summons(tx, namnd=SODERMARK), a_summons(tx)
        contact = a_text(tx, offered).contact_id
        for summons in (offered, early, closed, elsewhere):
            a_text(tx, summons)
        a_text(tx, offered, GUARDIAN_NUMBER, party=Party.GUARDIAN)
        a_text(tx, others, GUARDIAN_NUMBER, party=Party.GUARDIAN)
        return contact, [early.id, offered.id]

    contact, expected = await store.write(keep)

    for lock in (False, True):
        found = await store.write(lambda tx, lock=lock: tx.summons.open_with(contact, NORRVIK, lock=lock))  # type: ignore[misc]
        assert [summons.id for summons in found] == expected
    assert await store.read(lambda tx: tx.summons.open_with(contact, NamndId("x"))) == []


async def test_due_are_those_to_be_reminded_the_longest_waiting_first(store: SqlStore) -> None:
    def keep(tx: Tx) -> list[SummonsId]:
        offered = a_summons(tx)
        late, early, _ = (a_summons(tx, booked(offered, at)).id for at in (NOW, NOW - DAY, NOW + MINUTE))
        a_summons(tx, booked(offered, NOW).close())
        return [early, late]

    expected = await store.write(keep)

    assert await store.read(lambda tx: tx.summons.due(NOW)) == expected
    after = await store.read(lambda tx: [tx.summons.next_due(NOW + n * MINUTE) for n in (-1, 0, 1)])
    assert after == [NOW, NOW + MINUTE, None]


@pytest.mark.parametrize(
    "wrong",
    [
        {"state": SummonsState.BOOKED},
        {"next_at": NOW, "next_step": Reminder.SAME_DAY},
        {"state": SummonsState.BOOKED, "booked_at": NOW, "next_at": NOW},
        {"deadline_id": DeadlineId("x")},
        {"created_by": StaffId("nobody")},
    ],
    ids=["when?", "not booked", "how?", "no clock", "nobody"],
)
async def test_what_cannot_be_is_refused(store: SqlStore, wrong: dict[str, Any]) -> None:
    with pytest.raises(IntegrityError):
        await store.write(lambda tx: a_summons(tx, **wrong))
