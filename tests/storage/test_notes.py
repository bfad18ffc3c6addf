"""Notes, the actions that they ask for, and the background of each youth."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from typing import Any

import pytest
import sqlalchemy as sa
from sqlalchemy.exc import IntegrityError, NoResultFound

from bot.domain.ids import ActionTaskId, ConversationId, EpisodeId, NoteId, ShiftId, StaffId, YouthId
from bot.domain.notes import ActionCode, Note, Situation
from bot.domain.people import Staff
from bot.domain.reaction import Action, ActionState, Step
from bot.ports import Tx
from storage.store import SqlStore
from tests.storage.given import (
    FRIDAY,
    GUARDIAN_NUMBER,
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
    episode,
    note,
    staff,
)

MANY = 700  # more than one statement takes


def somebody(tx: Tx) -> Staff:
    anna = staff()
    tx.staff.save(anna)
    return anna


def a_note(tx: Tx, **changes: Any) -> Note:
    """Store a note in a conversation of its own; it covers no episode."""
    number = f"avsändare {len(tx.conversations.open_ones())}"
    made = note(a_conversation(tx, number).id, somebody(tx).id, **changes)
    tx.notes.add(made, [])
    return made


def an_action(tx: Tx, of: Note | None = None, **changes: Any) -> Action:
    made = action(of or a_note(tx), **changes)
    tx.notes.add_action(made)
    return made


@contextmanager
def counted(store: SqlStore) -> Iterator[list[str]]:
    """Collect the statements that are sent."""
    sent: list[str] = []

    def collect(*given: Any) -> None:
        sent.append(given[2])

    sa.event.listen(store.engine, "before_cursor_execute", collect)
    try:
        yield sent
    finally:
        sa.event.remove(store.engine, "before_cursor_execute", collect)


# --- notes ---


@pytest.mark.parametrize("text", ["", "åäö 👩‍👧 مرحبا", "\x00 \ud83d", "x" * 3000], ids=["none", "all", "odd", "long"])
async def test_a_note_comes_back_as_it_was_written(store: SqlStore, text: str) -> None:
    kept = await store.write(
        lambda tx: a_note(
            tx,
            came_in=text,
            support=f"{text}2",
            promised=f"{text}3",
            situation=Situation.DIFFICULT,
            code=ActionCode.TODAY,
            socialjouren_at=NOW - MINUTE,
            concerns=frozenset({YouthId("b"), YouthId("a")}),
            shift_id=ShiftId("s1"),
        )
    )

    assert await store.read(lambda tx: tx.notes.get(kept.id)) == kept


async def test_a_note_may_say_little(store: SqlStore) -> None:
    kept = await store.write(lambda tx: a_note(tx, situation=Situation.NEITHER, code=ActionCode.NOTHING))

    assert await store.read(lambda tx: tx.notes.get(kept.id)) == kept


async def test_nothing_is_none(store: SqlStore) -> None:
    def found(tx: Tx) -> list[object]:
        return [
            tx.notes.get(NoteId("x")),
            tx.notes.newest_of(ConversationId("x")),
            tx.notes.action(ActionTaskId("x")),
            tx.notes.action(ActionTaskId("x"), lock=True),
            tx.notes.next_action(NOW),
            tx.notes.episode_of_action(ActionTaskId("x")),
            tx.backgrounds.get(YouthId("x")),
        ]

    assert await store.write(found) == [None] * 7
    assert await store.read(lambda tx: (tx.notes.of_episodes([]), tx.notes.actions_of([]))) == ({}, {})
    assert await store.read(lambda tx: tx.notes.of_episodes([EpisodeId("x")])) == {"x": []}
    assert await store.read(lambda tx: tx.notes.actions_of([NoteId("x")])) == {"x": []}


async def test_the_newest_note_of_a_conversation(store: SqlStore) -> None:
    def keep(tx: Tx) -> Note:
        first = a_note(tx)
        newest = replace(first, id=NoteId("2"), at=NOW + MINUTE)
        tx.notes.add(newest, [])
        tx.notes.add(replace(first, id=NoteId("3"), at=NOW - MINUTE), [])
        a_note(tx, at=NOW + 2 * MINUTE)
        return newest

    newest = await store.write(keep)

    assert await store.read(lambda tx: tx.notes.newest_of(newest.conversation_id)) == newest


async def test_notes_are_found_by_the_episodes_that_they_cover(store: SqlStore) -> None:
    def keep(tx: Tx) -> tuple[list[EpisodeId], list[Note]]:
        first = a_note(tx)
        rows = [episode(first.conversation_id, NOW + n * MINUTE) for n in range(3)]
        for row in rows:
            tx.episodes.add(row)
        ids = [row.id for row in rows]
        later = replace(first, id=NoteId("later"), at=NOW + MINUTE)
        both = replace(first, id=NoteId("both"), at=NOW - MINUTE)
        tx.notes.add(later, ids[:1])
        tx.notes.add(both, ids[:2])
        return ids, [both, later]

    (one, two, none), (both, later) = await store.write(keep)

    found = await store.read(lambda tx: tx.notes.of_episodes([none, two, one, one]))
    assert found == {none: [], two: [both], one: [both, later]}
    assert list(found) == [none, two, one]


async def test_a_digest_of_many_rows_asks_few_questions(store: SqlStore) -> None:
    def keep(tx: Tx) -> tuple[list[EpisodeId], list[NoteId]]:
        first = a_note(tx)
        rows = [episode(first.conversation_id) for _ in range(MANY)]
        notes = [replace(first, id=NoteId(f"n{n}")) for n in range(MANY)]
        for row, written in zip(rows, notes, strict=True):
            tx.episodes.add(row)
            tx.notes.add(written, [row.id])
            an_action(tx, written)
        return [row.id for row in rows], [written.id for written in notes]

    episodes, notes = await store.write(keep)

    with counted(store) as sent:
        found = await store.write(lambda tx: tx.notes.of_episodes(episodes))
        actions = await store.write(lambda tx: tx.notes.actions_of(notes))

    assert [[written.id for written in found[row]] for row in episodes] == [[n] for n in notes]
    assert {key: [todo.note_id for todo in theirs] for key, theirs in actions.items()} == {n: [n] for n in notes}
    assert len([statement for statement in sent if statement.startswith("SELECT")]) == 4


# --- actions ---


async def test_an_action_comes_back_and_is_saved_as_a_whole(store: SqlStore) -> None:
    plain = await store.write(an_action)
    anna = await store.write(somebody)
    waiting = replace(
        plain,
        namnd=SODERMARK,
        code=ActionCode.TODAY,
        due_on=FRIDAY,
        owner=anna.id,
        with_duty=True,
        next_at=NOW,
        next_step=Step.REMIND,
    )
    done = waiting.settle(ActionState.DROPPED, anna.id, at=NOW, reason="Flyttad till 👋")

    for expected in (plain, waiting, done, plain):

        def save_and_find(tx: Tx, saved: Action = expected) -> list[Action | None]:
            tx.notes.save_action(saved)
            return [tx.notes.action(saved.id), tx.notes.action(saved.id, lock=True)]

        assert await store.write(save_and_find) == [expected, expected]
        assert await store.read(lambda tx: tx.notes.action(plain.id)) == expected


async def test_an_action_that_was_never_added_cannot_be_saved(store: SqlStore) -> None:
    with pytest.raises(NoResultFound):
        await store.write(lambda tx: tx.notes.save_action(action(a_note(tx))))


@pytest.mark.parametrize(
    "impossible",
    [
        {"code": ActionCode.NOTHING},
        {"state": ActionState.DONE},
        {"settled_at": NOW},
        {"next_at": NOW},
        {"next_step": Step.TELL_LEADER},
    ],
    ids=str,
)
async def test_an_action_that_cannot_be_is_refused(store: SqlStore, impossible: dict[str, Any]) -> None:
    with pytest.raises(IntegrityError):
        await store.write(lambda tx: an_action(tx, **impossible))


async def test_the_actions_of_a_note_are_in_the_order_of_their_days(store: SqlStore) -> None:
    def keep(tx: Tx) -> list[Action]:
        written = a_note(tx)
        later = an_action(tx, written, due_on=TUESDAY)
        second, first = (an_action(tx, written, id=ActionTaskId(name)) for name in "ba")
        an_action(tx)
        return [first, second, later]

    first, second, later = await store.write(keep)

    found = await store.read(lambda tx: tx.notes.actions_of([first.note_id]))
    assert found == {first.note_id: [first, second, later]}


async def test_the_open_actions_of_a_namnd_come_by_due_day(store: SqlStore) -> None:
    def keep(tx: Tx) -> list[Action]:
        done = an_action(tx)
        tx.notes.save_action(done.settle(ActionState.DONE, StaffId("anna"), at=NOW))
        an_action(tx, namnd=SODERMARK)
        later = an_action(tx, due_on=TUESDAY)
        second, first = (an_action(tx, id=ActionTaskId(name)) for name in "ba")
        return [first, second, later]

    expected = await store.write(keep)

    assert await store.read(lambda tx: tx.notes.open_actions(NORRVIK)) == expected


async def test_an_action_is_spoken_of_when_its_time_comes(store: SqlStore) -> None:
    def keep(tx: Tx) -> list[ActionTaskId]:
        an_action(tx)
        later, first = (an_action(tx, next_at=NOW + n * MINUTE, next_step=Step.REMIND).id for n in (2, 1))
        return [first, later]

    first, later = await store.write(keep)

    minutes = [NOW + n * MINUTE for n in range(3)]
    due = await store.read(lambda tx: [tx.notes.actions_due(now) for now in minutes])
    assert due == [[], [first], [first, later]]
    following = await store.read(lambda tx: [tx.notes.next_action(now) for now in minutes])
    assert following == [NOW + MINUTE, NOW + 2 * MINUTE, None]


async def test_an_action_whose_note_covers_nothing_stands_nowhere(store: SqlStore) -> None:
    todo = await store.write(an_action)

    assert await store.read(lambda tx: tx.notes.episode_of_action(todo.id)) is None


async def test_where_many_actions_stand_is_found_in_few_statements(store: SqlStore) -> None:
    def keep(tx: Tx) -> dict[ActionTaskId, EpisodeId | None]:
        first, nowhere = a_note(tx), a_note(tx)
        rows = [episode(first.conversation_id, NOW + n * MINUTE) for n in range(3)]
        for row in rows:
            tx.episodes.add(row)
        covering = replace(first, id=NoteId("covering"))
        tx.notes.add(covering, [rows[1].id, rows[0].id])
        actions = [an_action(tx, covering).id for _ in range(MANY)]
        an_action(tx, nowhere)
        return dict.fromkeys(actions, rows[1].id)

    expected = await store.write(keep)

    with counted(store) as sent:
        found = await store.write(lambda tx: tx.notes.episodes_of_actions([*expected, ActionTaskId("x")]))
    assert found == expected
    assert len(sent) <= 3  # one of them may begin the transaction
    one = next(iter(expected))
    assert found[one] == await store.read(lambda tx: tx.notes.episode_of_action(one))
    assert await store.read(lambda tx: tx.notes.episodes_of_actions([])) == {}


async def test_of_episodes_that_began_at_once_the_higher_ordinal_is_the_newer(store: SqlStore) -> None:
    def keep(tx: Tx) -> tuple[ActionTaskId, EpisodeId]:
        written = a_note(tx)
        first = replace(episode(written.conversation_id), id=EpisodeId("z"))
        second = replace(first, id=EpisodeId("a"), ordinal=2)
        tx.episodes.add(first)
        tx.episodes.add(second)
        covering = replace(written, id=NoteId("covering"))
        tx.notes.add(covering, [second.id, first.id])
        return an_action(tx, covering).id, second.id

    action_id, newest = await store.write(keep)

    assert await store.read(lambda tx: tx.notes.episode_of_action(action_id)) == newest


async def test_a_conversation_that_moves_takes_notes_and_actions_with_it(store: SqlStore) -> None:
    def move(tx: Tx) -> tuple[list[object], Note, Action]:
        written, other = a_note(tx), a_note(tx)
        todo, others = an_action(tx, written), an_action(tx, other)
        tx.notes.move(written.conversation_id, SODERMARK)
        found = [tx.notes.get(written.id), tx.notes.action(todo.id), tx.notes.get(other.id), tx.notes.action(others.id)]
        expected = [replace(written, namnd=SODERMARK), replace(todo, namnd=SODERMARK), other, others]
        return [(a, b) for a, b in zip(found, expected, strict=True) if a != b], written, todo

    differing, written, todo = await store.write(move)

    assert differing == []
    assert await store.read(lambda tx: tx.notes.get(written.id)) == replace(written, namnd=SODERMARK)
    assert await store.read(lambda tx: tx.notes.open_actions(SODERMARK)) == [replace(todo, namnd=SODERMARK)]


# --- backgrounds ---


async def test_a_background_is_one_per_youth(store: SqlStore) -> None:
    def keep(tx: Tx) -> tuple[YouthId, StaffId, StaffId]:
        return a_youth(tx).id, somebody(tx).id, somebody(tx).id

    ture, anna, bo = await store.write(keep)
    first = background(ture, anna)
    changed = replace(
        first,
        agreements="Får vara ute till 23 på fredagar",
        watch_for="",
        interpreter="Somaliska",
        call_first="Farmor",
        review_on=TUESDAY,
        written_by=bo,
        written_at=NOW + MINUTE,
    )

    for expected in (first, changed, changed):

        def save_and_find(tx: Tx, saved: Any = expected) -> object:
            tx.backgrounds.save(saved)
            return tx.backgrounds.get(ture)

        assert await store.write(save_and_find) == expected
        assert await store.read(lambda tx: tx.backgrounds.get(ture)) == expected


async def test_a_background_is_stale_from_its_day_on(store: SqlStore) -> None:
    def keep(tx: Tx) -> list[YouthId]:
        anna = somebody(tx).id
        monday, friday, ended, elsewhere, none = (
            a_youth(tx, namnd=namnd) for namnd in (NORRVIK, NORRVIK, NORRVIK, SODERMARK, NORRVIK)
        )
        for youth, day in ((monday, MONDAY), (friday, FRIDAY), (ended, FRIDAY), (elsewhere, FRIDAY)):
            tx.backgrounds.save(background(youth.id, anna, review_on=day))
        tx.people.save_youth(replace(ended, is_active=False))
        assert tx.backgrounds.get(none.id) is None
        return [friday.id, monday.id]

    friday, monday = await store.write(keep)

    days = (FRIDAY - (MONDAY - FRIDAY), FRIDAY, MONDAY)
    stale = await store.read(lambda tx: [tx.backgrounds.stale(NORRVIK, day) for day in days])
    assert stale == [[], [friday], [friday, monday]]


async def test_a_guardian_and_a_youth_have_notes_of_their_own(store: SqlStore) -> None:
    def keep(tx: Tx) -> tuple[Note, ConversationId]:
        return a_note(tx), a_conversation(tx, GUARDIAN_NUMBER).id

    written, guardians = await store.write(keep)

    assert await store.read(lambda tx: tx.notes.newest_of(guardians)) is None
    assert await store.read(lambda tx: tx.notes.newest_of(written.conversation_id)) == written
