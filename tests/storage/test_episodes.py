"""Episodes: what stands in which handover, what is carried on, and what is still to be done about it."""

from dataclasses import replace
from datetime import date, datetime, timedelta
from random import Random
from typing import Any

import pytest
from sqlalchemy.exc import NoResultFound

from bot.domain.handover import DigestRecord, Episode, Period, Settled
from bot.domain.ids import ConversationId, DigestId, EpisodeId, NoteId, StaffId, YouthId
from bot.domain.notes import Note
from bot.domain.people import LinkRole
from bot.domain.reaction import Action, ActionState
from bot.ports import Tx
from storage.store import SqlStore
from tests.storage.given import (
    FRIDAY,
    GUARDIAN_NUMBER,
    MINUTE,
    MONDAY,
    NORRVIK,
    NOW,
    SATURDAY,
    SODERMARK,
    TUESDAY,
    WEDNESDAY,
    YOUTH_NUMBER,
    a_conversation,
    a_youth,
    action,
    digest,
    episode,
    note,
    staff,
)

HOUR = 60 * MINUTE


def add(tx: Tx, made: Episode) -> Episode:
    assert tx.episodes.add(made)
    return made


def an_episode(tx: Tx, number: str = YOUTH_NUMBER, **changes: Any) -> Episode:
    """Store an episode of a conversation of its own, which is closed."""
    return add(tx, episode(a_conversation(tx, number, is_open=False, closed_at=NOW).id, **changes))


def a_digest(tx: Tx, day: date = MONDAY, **changes: Any) -> DigestRecord:
    made = digest(day, **changes)
    assert tx.digests.add(made)
    return made


def a_note(tx: Tx, *episodes: Episode, **changes: Any) -> Note:
    anna = staff()
    tx.staff.save(anna)
    made = note(episodes[0].conversation_id, anna.id, **changes)
    tx.notes.add(made, [covered.id for covered in episodes])
    return made


def an_action(tx: Tx, of: Note, **changes: Any) -> Action:
    made = action(of, **changes)
    tx.notes.add_action(made)
    return made


# --- one by one ---


async def test_an_episode_comes_back_with_everything(store: SqlStore) -> None:
    def keep(tx: Tx) -> Episode:
        return an_episode(
            tx,
            period="day:2026-11-21",
            ordinal=3,
            day=SATURDAY,
            shift_id=None,
            digest_id=a_digest(tx).id,
            added_at=NOW + HOUR,
            note_next_at=NOW + MINUTE,
            note_stage=2,
            reviewed=Settled(StaffId("anna"), NOW + 2 * HOUR),
            transferred=Settled(StaffId("bo"), NOW + 3 * HOUR, "Journal 2026-114, åäö"),
        )

    kept = await store.write(keep)

    assert await store.read(lambda tx: tx.episodes.get(kept.id)) == kept
    assert await store.write(lambda tx: tx.episodes.get(kept.id, lock=True)) == kept


async def test_nothing_is_none(store: SqlStore) -> None:
    def found(tx: Tx) -> list[object]:
        return [
            tx.episodes.get(EpisodeId("x")),
            tx.episodes.get(EpisodeId("x"), lock=True),
            tx.episodes.latest(ConversationId("x"), NORRVIK, Period("day:2026-11-20", FRIDAY)),
            tx.episodes.next_note(NOW),
        ]

    assert await store.write(found) == [None] * 4

    with pytest.raises(NoResultFound):
        await store.write(lambda tx: tx.episodes.save(episode(ConversationId("x"))))


async def test_an_episode_is_saved_as_a_whole(store: SqlStore) -> None:
    first = await store.write(an_episode)
    other = await store.write(lambda tx: a_digest(tx, namnd=SODERMARK))
    changed = replace(
        first,
        namnd=SODERMARK,
        ordinal=2,
        summary_on=TUESDAY,
        digest_id=other.id,
        added_at=NOW,
        note_next_at=NOW,
        note_stage=1,
        reviewed=Settled(StaffId("anna"), NOW),
        transferred=Settled(StaffId("anna"), NOW, "Journal 1"),
    )

    await store.write(lambda tx: tx.episodes.save(changed))
    assert await store.read(lambda tx: tx.episodes.get(first.id)) == changed

    await store.write(lambda tx: tx.episodes.save(first))  # and everything is undone again
    assert await store.read(lambda tx: tx.episodes.get(first.id)) == first


async def test_a_transfer_may_be_without_a_reference(store: SqlStore) -> None:
    kept = await store.write(lambda tx: an_episode(tx, transferred=Settled(StaffId("anna"), NOW)))

    assert await store.read(lambda tx: tx.episodes.get(kept.id)) == kept


async def test_an_episode_is_one_per_period_and_ordinal(store: SqlStore) -> None:
    first = await store.write(an_episode)
    again = replace(episode(first.conversation_id), period=first.period)

    assert not await store.write(lambda tx: tx.episodes.add(again))
    others = [replace(again, ordinal=2), replace(again, namnd=SODERMARK), replace(again, period="shift:other")]
    renamed = [replace(other, id=EpisodeId(f"e{n}")) for n, other in enumerate(others)]
    assert await store.write(lambda tx: [tx.episodes.add(other) for other in renamed]) == [True] * 3

    def latest(tx: Tx) -> list[int | None]:
        keys = [(NORRVIK, first.period), (SODERMARK, first.period), (NORRVIK, "shift:other"), (SODERMARK, "day:x")]
        found = [tx.episodes.latest(first.conversation_id, n, Period(key, FRIDAY)) for n, key in keys]
        return [None if one is None else one.ordinal for one in found]

    assert await store.read(latest) == [2, 1, 1, None]


# --- of a conversation ---


async def test_the_episodes_of_a_conversation_are_in_their_order(store: SqlStore) -> None:
    def keep(tx: Tx) -> list[Episode]:
        third, first, second = (an_episode(tx, first_at=NOW + n * MINUTE) for n in (3, 1, 1))
        second = replace(second, conversation_id=first.conversation_id, period=first.period, ordinal=2)
        third = replace(third, conversation_id=first.conversation_id)
        for moved in (third, second):
            tx.episodes.save(moved)
        an_episode(tx)  # of another conversation
        a_note(tx, second)
        return [first, second, third]

    first, second, third = await store.write(keep)

    assert await store.read(lambda tx: tx.episodes.of_conversation(first.conversation_id)) == [first, second, third]
    assert await store.read(lambda tx: tx.episodes.without_note(first.conversation_id)) == [first, third]


# --- handovers ---


async def test_what_waits_is_taken_into_the_handover_that_it_is_planned_for(store: SqlStore) -> None:
    def keep(tx: Tx) -> list[Episode]:
        later, same, before = (
            an_episode(tx, summary_on=day, first_at=NOW + minutes * MINUTE)
            for day, minutes in ((TUESDAY, 0), (MONDAY, 2), (FRIDAY, 1))
        )
        an_episode(tx, namnd=SODERMARK)
        an_episode(tx, digest_id=a_digest(tx, FRIDAY).id)
        return [before, same, later]

    before, same, later = await store.write(keep)
    monday = await store.write(a_digest)

    assert await store.read(lambda tx: tx.episodes.waiting(NORRVIK, MONDAY)) == [before, same]
    assert await store.write(lambda tx: tx.episodes.attach(NORRVIK, MONDAY, monday.id)) == [before.id, same.id]
    assert await store.write(lambda tx: tx.episodes.attach(NORRVIK, MONDAY, monday.id)) == []
    attached = [replace(one, digest_id=monday.id) for one in (before, same)]
    assert await store.read(lambda tx: tx.episodes.of_digest(monday.id)) == attached
    assert await store.read(lambda tx: tx.episodes.waiting(NORRVIK, MONDAY)) == []
    assert await store.read(lambda tx: tx.episodes.get(later.id)) == later


async def test_what_was_attached_is_seen_at_once(store: SqlStore) -> None:
    def attach_what_was_read(tx: Tx) -> tuple[Episode | None, DigestId]:
        made, monday = an_episode(tx), a_digest(tx)
        assert tx.episodes.get(made.id) == made
        tx.episodes.attach(NORRVIK, MONDAY, monday.id)
        return tx.episodes.get(made.id), monday.id

    found, digest_id = await store.write(attach_what_was_read)
    assert found is not None
    assert found.digest_id == digest_id


# --- carried ---


async def carried(store: SqlStore, digest: DigestRecord) -> list[EpisodeId]:
    return [found.id for found in await store.read(lambda tx: tx.episodes.carried(NORRVIK, digest))]


async def test_an_open_action_is_carried_until_it_is_settled(store: SqlStore) -> None:
    def keep(tx: Tx) -> tuple[Episode, Action]:
        row = an_episode(tx, digest_id=a_digest(tx, MONDAY).id)
        return row, an_action(tx, a_note(tx, row))

    row, todo = await store.write(keep)
    tuesday, wednesday = await store.write(lambda tx: [a_digest(tx, day) for day in (TUESDAY, WEDNESDAY)])
    assert await carried(store, tuesday) == [row.id]

    settled = todo.settle(ActionState.DONE, StaffId("anna"), at=tuesday.posted_at)
    await store.write(lambda tx: tx.notes.save_action(settled))

    assert await carried(store, tuesday) == [row.id]  # ticked off where it stood
    assert await carried(store, wednesday) == []
    just_before = replace(settled, settled_at=tuesday.posted_at - timedelta(microseconds=1))
    await store.write(lambda tx: tx.notes.save_action(just_before))
    assert await carried(store, tuesday) == []


async def test_an_open_conversation_is_carried_until_it_is_closed(store: SqlStore) -> None:
    def keep(tx: Tx) -> tuple[ConversationId, list[Episode]]:
        made, monday = a_conversation(tx), a_digest(tx)
        rows = [add(tx, episode(made.id, NOW + n * MINUTE, digest_id=monday.id)) for n in range(2)]
        add(tx, episode(made.id, NOW + 3 * MINUTE))  # it waits for its own handover: it is not carried
        add(tx, episode(made.id, NOW + 4 * MINUTE, namnd=SODERMARK, digest_id=a_digest(tx, namnd=SODERMARK).id))
        return made.id, rows

    conversation_id, rows = await store.write(keep)
    tuesday = await store.write(lambda tx: a_digest(tx, TUESDAY))

    assert await carried(store, tuesday) == [rows[1].id]  # its newest row only

    def close(tx: Tx) -> None:
        found = tx.conversations.lock(conversation_id)
        assert found is not None
        tx.conversations.save(found.close(at=NOW))

    await store.write(close)
    assert await carried(store, tuesday) == []


async def test_a_conversation_that_stands_in_the_handover_itself_is_not_carried_to_it(store: SqlStore) -> None:
    def keep(tx: Tx) -> DigestRecord:
        made, tuesday = a_conversation(tx), a_digest(tx, TUESDAY)
        add(tx, episode(made.id, NOW, digest_id=a_digest(tx).id))
        add(tx, episode(made.id, NOW + MINUTE, digest_id=tuesday.id))
        return tuesday

    assert await carried(store, await store.write(keep)) == []


async def test_an_action_stands_in_the_newest_row_of_its_note(store: SqlStore) -> None:
    def keep(tx: Tx) -> tuple[list[Episode], Action]:
        monday = a_digest(tx)
        first = an_episode(tx, digest_id=monday.id)
        second = add(tx, episode(first.conversation_id, NOW + MINUTE, digest_id=monday.id))
        return [first, second], an_action(tx, a_note(tx, second, first))

    rows, todo = await store.write(keep)
    tuesday = await store.write(lambda tx: a_digest(tx, TUESDAY))

    assert await carried(store, tuesday) == [rows[1].id]
    assert await store.read(lambda tx: tx.notes.episode_of_action(todo.id)) == rows[1].id


async def test_an_action_whose_newest_row_waits_is_not_carried(store: SqlStore) -> None:
    def keep(tx: Tx) -> None:
        first = an_episode(tx, digest_id=a_digest(tx).id)
        second = add(tx, episode(first.conversation_id, NOW + MINUTE))
        an_action(tx, a_note(tx, first, second))

    await store.write(keep)

    assert await carried(store, await store.write(lambda tx: a_digest(tx, TUESDAY))) == []


async def test_what_is_carried_stands_once_in_order_and_from_earlier_days_only(store: SqlStore) -> None:
    def keep(tx: Tx) -> tuple[DigestRecord, list[EpisodeId]]:
        friday, monday, tuesday = (a_digest(tx, day) for day in (FRIDAY, MONDAY, TUESDAY))
        elsewhere = a_digest(tx, FRIDAY, namnd=SODERMARK)
        both = add(tx, episode(a_conversation(tx).id, NOW + MINUTE, digest_id=monday.id))
        first = an_episode(tx, digest_id=friday.id)
        theirs = an_episode(tx, namnd=SODERMARK, digest_id=elsewhere.id)
        same_day = an_episode(tx, digest_id=tuesday.id)
        for row in (both, first, theirs, same_day):
            for written in (a_note(tx, row), a_note(tx, row)):
                an_action(tx, written)
                an_action(tx, written)
        return tuesday, [first.id, both.id]

    tuesday, expected = await store.write(keep)

    assert await carried(store, tuesday) == expected
    monday = await store.read(lambda tx: tx.digests.on(NORRVIK, MONDAY))
    assert monday is not None
    assert await carried(store, monday) == expected[:1]


@pytest.mark.parametrize("seed", range(4))
async def test_what_is_carried_is_what_the_rule_says(store: SqlStore, seed: int) -> None:
    """A heap of episodes, notes and actions, and the rule written out once more, in Python."""
    chance = Random(seed)
    settled_at = digest(TUESDAY).posted_at

    def keep(tx: Tx) -> tuple[Heap, DigestRecord]:
        digests = [a_digest(tx, day) for day in (FRIDAY, MONDAY, TUESDAY, WEDNESDAY)]
        heap = Heap({found.id: found.day for found in digests})
        for _ in range(8):
            is_open = chance.random() < 0.4
            talk = a_conversation(tx, f"avsändare {len(heap.is_open)}", is_open=is_open)
            heap.is_open[talk.id] = is_open
            rows = [
                add(
                    tx,
                    episode(
                        talk.id,
                        NOW + chance.randrange(3) * MINUTE,
                        ordinal=chance.randrange(1, 3),
                        namnd=chance.choice([NORRVIK, NORRVIK, NORRVIK, SODERMARK]),
                        digest_id=chance.choice([None, *heap.days]),
                    ),
                )
                for _ in range(5)
            ]
            heap.rows += rows
            for _ in range(3):
                covered = chance.sample(rows, chance.randrange(1, 4))
                written = a_note(tx, *covered)
                heap.covers[written.id] = covered
                at = settled_at + chance.choice([-MINUTE, timedelta(0), MINUTE])
                for todo in (action(written), action(written).settle(ActionState.DROPPED, written.author, at=at)):
                    if chance.random() < 0.3:
                        tx.notes.add_action(todo)
                        heap.actions.append(todo)
        return heap, digests[2]

    heap, tuesday = await store.write(keep)

    expected = heap.carried(tuesday)
    assert expected
    assert await carried(store, tuesday) == [row.id for row in expected]
    rows = await store.read(lambda tx: [tx.notes.episode_of_action(todo.id) for todo in heap.actions])
    assert rows == [max(heap.covers[todo.note_id], key=by_time).id for todo in heap.actions]
    ids = [todo.id for todo in heap.actions]
    assert await store.read(lambda tx: tx.notes.episodes_of_actions(ids)) == dict(zip(ids, rows, strict=True))
    every = [row.id for row in heap.rows]
    for day in (SATURDAY, MONDAY):  # every action is due on Monday
        due = await store.read(lambda tx, by=day: tx.episodes.with_action_by(every, by))  # type: ignore[misc]
        assert due == (set(rows) if day == MONDAY else set())
    by_talk = await store.read(lambda tx: tx.episodes.of_conversations(list(heap.is_open)))
    assert by_talk == await store.read(lambda tx: {talk: tx.episodes.of_conversation(talk) for talk in heap.is_open})


def by_time(row: Episode) -> tuple[datetime, int, str]:
    return row.first_at, row.ordinal, row.id


class Heap:
    def __init__(self, days: dict[DigestId, date]) -> None:
        self.days = days
        self.is_open: dict[ConversationId, bool] = {}
        self.rows: list[Episode] = []
        self.covers: dict[NoteId, list[Episode]] = {}
        self.actions: list[Action] = []

    def carried(self, digest: DigestRecord) -> list[Episode]:
        earlier = [
            row
            for row in self.rows
            if row.namnd == NORRVIK and row.digest_id is not None and self.days[row.digest_id] < digest.day
        ]
        return sorted((r for r in earlier if self.has_action(r, digest) or self.is_newest_of_open(r)), key=by_time)

    def has_action(self, row: Episode, digest: DigestRecord) -> bool:
        return any(
            max(self.covers[todo.note_id], key=by_time) == row
            and (todo.settled_at is None or todo.settled_at >= digest.posted_at)
            for todo in self.actions
        )

    def is_newest_of_open(self, row: Episode) -> bool:
        attached = [
            other
            for other in self.rows
            if other.conversation_id == row.conversation_id and other.namnd == row.namnd and other.digest_id is not None
        ]
        return self.is_open[row.conversation_id] and max(attached, key=by_time) == row


# --- what is to be done about them ---


async def test_what_is_not_in_the_record_yet_is_found_from_the_next_handover_on(store: SqlStore) -> None:
    def keep(tx: Tx) -> tuple[list[DigestId], list[Episode]]:
        friday, monday = a_digest(tx, FRIDAY), a_digest(tx, MONDAY)
        second = an_episode(tx, first_at=NOW + MINUTE, digest_id=monday.id)
        first = an_episode(tx, digest_id=friday.id)
        an_episode(tx, digest_id=friday.id, transferred=Settled(StaffId("anna"), NOW))
        an_episode(tx)  # stands in no handover
        an_episode(tx, namnd=SODERMARK, digest_id=a_digest(tx, FRIDAY, namnd=SODERMARK).id)
        return [friday.id, monday.id, a_digest(tx, TUESDAY).id, DigestId("x")], [first, second]

    digests, (first, second) = await store.write(keep)

    found = await store.read(lambda tx: [tx.episodes.not_transferred(NORRVIK, before) for before in digests])
    assert found == [[], [first], [first, second], []]
    tuesday = digests[2]
    some = await store.read(lambda tx: [tx.episodes.not_transferred(NORRVIK, tuesday, limit=n) for n in range(3)])
    assert some == [[], [first], [first, second]]


async def test_an_action_of_another_day_puts_no_episode_first(store: SqlStore) -> None:
    """A settled one still does: what was to be done keeps its place."""

    def keep(tx: Tx) -> list[EpisodeId]:
        later, due, done = (an_episode(tx, number) for number in (YOUTH_NUMBER, GUARDIAN_NUMBER, "avsändare 3"))
        an_action(tx, a_note(tx, later), due_on=TUESDAY)
        an_action(tx, a_note(tx, due))
        written = a_note(tx, done)
        tx.notes.add_action(action(written).settle(ActionState.DONE, written.author, at=NOW))
        return [later.id, due.id, done.id]

    later, due, done = await store.write(keep)

    assert await store.read(lambda tx: tx.episodes.with_action_by([later, due, done], MONDAY)) == {due, done}
    assert await store.read(lambda tx: tx.episodes.with_action_by([later, due], TUESDAY)) == {later, due}
    assert await store.read(lambda tx: tx.episodes.with_action_by([], TUESDAY)) == set()


async def test_episodes_of_no_conversation(store: SqlStore) -> None:
    assert await store.read(lambda tx: tx.episodes.of_conversations([])) == {}
    assert await store.read(lambda tx: tx.episodes.of_conversations([ConversationId("x")])) == {"x": []}


async def test_a_note_is_asked_for_when_its_time_comes(store: SqlStore) -> None:
    def keep(tx: Tx) -> list[Episode]:
        later, first = (an_episode(tx, note_next_at=NOW + n * MINUTE) for n in (2, 1))
        an_episode(tx)
        return [first, later]

    first, later = await store.write(keep)

    minutes = [NOW + n * MINUTE for n in range(3)]
    due = await store.read(lambda tx: [tx.episodes.notes_due(now) for now in minutes])
    assert due == [[], [first.id], [first.id, later.id]]
    following = await store.read(lambda tx: [tx.episodes.next_note(now) for now in minutes])
    assert following == [NOW + MINUTE, NOW + 2 * MINUTE, None]


# --- looking back ---


async def test_looking_back_is_by_page_and_newest_first(store: SqlStore) -> None:
    def keep(tx: Tx) -> list[EpisodeId]:
        friday = [an_episode(tx, first_at=NOW + n * MINUTE, day=FRIDAY).id for n in range(3)]
        saturday = an_episode(tx, first_at=NOW - HOUR, day=SATURDAY).id
        an_episode(tx, day=MONDAY)
        an_episode(tx, namnd=SODERMARK)
        return [saturday, *reversed(friday)]

    expected = await store.write(keep)

    async def page(offset: int, limit: int) -> list[EpisodeId]:
        found = await store.read(
            lambda tx: tx.episodes.look_back(NORRVIK, until=SATURDAY, youth=None, offset=offset, limit=limit)
        )
        return [one.id for one in found]

    assert await page(0, 10) == expected
    assert [await page(offset, 2) for offset in (0, 2, 4)] == [expected[:2], expected[2:], []]


async def test_looking_back_at_one_youth(store: SqlStore) -> None:
    def keep(tx: Tx) -> tuple[list[YouthId], Episode, Episode]:
        ture, tuva = a_youth(tx).id, a_youth(tx, "Tuva").id
        own, guardians = an_episode(tx), an_episode(tx, GUARDIAN_NUMBER, first_at=NOW + MINUTE)
        an_episode(tx, "+46701740699")  # unknown
        youths = tx.people.ensure_contact(YOUTH_NUMBER).contact.id
        guardian = tx.people.ensure_contact(GUARDIAN_NUMBER).contact.id
        tx.people.link(youths, ture, LinkRole.YOUTH, "Ture")
        for youth in (ture, tuva):
            tx.people.link(guardian, youth, LinkRole.GUARDIAN, "Gun")
        tx.people.link(guardian, ture, LinkRole.YOUTH, "Ture")  # a shared phone: still one row each
        return [ture, tuva], own, guardians

    (ture, tuva), own, guardians = await store.write(keep)

    def look_back(tx: Tx) -> list[list[Episode]]:
        youths = (ture, tuva, YouthId("x"))
        return [tx.episodes.look_back(NORRVIK, until=MONDAY, youth=who, offset=0, limit=10) for who in youths]

    assert await store.read(look_back) == [[guardians, own], [guardians], []]


async def test_the_days_of_a_span_are_both_included(store: SqlStore) -> None:
    def keep(tx: Tx) -> list[Episode]:
        monday, friday, saturday = (
            an_episode(tx, first_at=NOW + n * MINUTE, day=day) for day, n in ((MONDAY, 3), (FRIDAY, 1), (SATURDAY, 2))
        )
        an_episode(tx, day=SATURDAY, namnd=SODERMARK)
        return [friday, saturday, monday]

    friday, saturday, monday = await store.write(keep)

    spans = {
        (FRIDAY, MONDAY): [friday, saturday, monday],
        (FRIDAY, SATURDAY): [friday, saturday],
        (MONDAY, MONDAY): [monday],
        (TUESDAY, WEDNESDAY): [],
    }
    assert await store.read(lambda tx: {span: tx.episodes.between(NORRVIK, *span) for span in spans}) == spans
