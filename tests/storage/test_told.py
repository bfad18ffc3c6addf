"""What a handover is composed of: the same by the short way as by the long one, and in few statements."""

from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from dataclasses import replace
from functools import partial
from random import Random

import pytest

from bot.domain.conversation import Direction
from bot.domain.errors import AuditEntry, Busy, NotAllowed, NotFound
from bot.domain.ids import DigestId, NamndId, StaffId, YouthId
from bot.domain.people import LinkRole, World, Youth
from bot.ports import Tx
from bot.services import meeting
from bot.services.context import Context
from bot.services.shared.digest_view import codes_of, digest_view, tell
from bot.services.shared.logged import read_logged
from storage.store import SqlStore
from storage.vault import Vault
from tests.frozen import FrozenClock
from tests.imports.given import context
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
    digest,
    episode,
    message,
    note,
    staff,
)
from tests.storage.test_notes import counted

ENTRY = AuditEntry("anna", "read_note", "conversation:1", "home_namnd", NORRVIK)


@pytest.fixture
def ctx(store: SqlStore, clock: FrozenClock) -> Context:
    return context(store, clock)


# --- codes ---


def youths(tx: Tx, chance: Random, namnd: NamndId) -> list[Youth]:
    made = [a_youth(tx, f"Ture {n}", namnd) for n in range(4)]
    for youth in made:
        if chance.random() < 0.3:
            tx.people.save_youth(replace(youth, is_active=False))
    return made


def a_heap(tx: Tx, chance: Random) -> DigestId:
    """Conversations of every kind, with episodes in earlier handovers; return today's."""
    anna = staff()
    tx.staff.save(anna)
    friday, monday = digest(FRIDAY), digest(MONDAY)
    tx.digests.add(friday)
    tx.digests.add(monday)
    known = youths(tx, chance, NORRVIK) + youths(tx, chance, SODERMARK)
    roles = [LinkRole.YOUTH, LinkRole.GUARDIAN]
    for n in range(30):
        contact = tx.people.ensure_contact(f"avsändare {n}").contact
        for youth in chance.sample(known, chance.randrange(4)):
            for role in chance.sample(roles, chance.randrange(1, 3)):
                tx.people.link(contact.id, youth.id, role, "Gun")
        talk = a_conversation(
            tx,
            f"avsändare {n}",
            namnd=chance.choice([NORRVIK, NORRVIK, NORRVIK, None]),
            world=chance.choice([World.BEREDSKAP, World.BEREDSKAP, World.MYNDIGHET]),
            concerns=some_of(chance, known),
            is_open=False,
            closed_at=NOW,
        )
        for _ in range(2):
            row = episode(talk.id, NOW + chance.randrange(50) * MINUTE, digest_id=chance.choice([friday, monday]).id)
            tx.episodes.add(row)
            for _ in range(chance.randrange(3)):
                tx.notes.add(note(talk.id, anna.id, concerns=some_of(chance, known)), [row.id])
    tuesday = digest(TUESDAY)
    tx.digests.add(tuesday)
    return tuesday.id


def some_of(chance: Random, known: list[Youth]) -> frozenset[YouthId]:
    return frozenset(youth.id for youth in chance.sample(known, chance.choice([0, 0, 1, 2])))


@pytest.mark.parametrize("seed", range(6))
async def test_codes_are_the_same_without_the_messages(store: SqlStore, seed: int) -> None:
    today = await store.write(lambda tx: a_heap(tx, Random(seed)))

    with counted(store) as sent:
        coded = await store.write(lambda tx: tx.episodes.coded_not_transferred(NORRVIK, today))
    assert len(sent) <= 4  # one of them may begin the transaction
    told = await store.read(lambda tx: tell(tx, tx.episodes.not_transferred(NORRVIK, today)))
    assert len(told) == 60
    assert [(one.episode_id, codes_of(one)) for one in coded] == [(one.episode.id, one.codes) for one in told]


# --- what was said ---


async def test_what_is_told_of_an_episode_opens_no_message(
    store: SqlStore, vault: Vault, monkeypatch: pytest.MonkeyPatch
) -> None:
    opened: list[str] = []
    really_open = vault.open

    def spied_on(kind: str, sealed: bytes) -> str:
        opened.append(kind)
        return really_open(kind, sealed)

    monkeypatch.setattr(vault, "open", spied_on)
    anna = staff()

    def keep(tx: Tx) -> None:
        tx.staff.save(anna)
        for n in range(20):
            talk = a_conversation(tx, f"avsändare {n}")
            tx.episodes.add(episode(talk.id, id=f"e{n}"))
            tx.messages.add(message(talk.id, 1))
            for seq, minutes in ((2, 5), (3, 9)):
                at = NOW + minutes * MINUTE
                said = message(talk.id, seq, at=at, direction=Direction.OUT, author=anna.id)
                tx.messages.add(said)
                delivery = tx.messages.add_delivery(said.id)
                if seq == 2 and n == 0:
                    tx.messages.set_delivery(delivery.id, "failed")

    await store.write(keep)
    opened.clear()

    rows = await store.read(lambda tx: tx.episodes.waiting(NORRVIK, MONDAY))
    told = await store.read(lambda tx: tell(tx, rows))

    assert "body" not in opened
    within = {one.episode.id: one.answered.within for one in told}
    assert within == {f"e{n}": (9 if n == 0 else 5) * MINUTE for n in range(20)}
    assert {one.answered.by for one in told} == {(anna.id,)}


# --- Mötesläge ---


def left_behind(tx: Tx, numbers: Iterable[int], digest_id: DigestId, author: StaffId) -> None:
    """Store closed conversations of some length that stand in an earlier handover and are in no record."""
    for n in numbers:
        talk = a_conversation(tx, f"avsändare {n}", is_open=False, closed_at=NOW)
        tx.episodes.add(episode(talk.id, NOW + n * MINUTE, id=f"e{n:02}", digest_id=digest_id))
        for seq in range(1, 5):
            tx.messages.add(message(talk.id, seq, direction=Direction.OUT, author=author))


@contextmanager
def writes_counted(store: SqlStore) -> Iterator[list[str]]:
    """Collect what is sent outside the engine that only reads; on PostgreSQL there is one for both."""
    with counted(store) as sent:
        yield sent
    sent[:] = [statement for statement in sent if not statement.startswith("BEGIN")]


async def test_a_step_is_as_quick_however_much_is_left(ctx: Context, store: SqlStore) -> None:
    anna, monday, tuesday = staff(), digest(MONDAY), digest(TUESDAY)

    def keep(tx: Tx) -> None:
        tx.staff.save(anna)
        tx.digests.add(monday)
        tx.digests.add(tuesday)
        left_behind(tx, range(3), monday.id, anna.id)

    await store.write(keep)
    user = anna.slack_user_id or ""
    sent: list[int] = []
    for more in (range(3, 3), range(3, 40)):
        await store.write(partial(left_behind, numbers=more, digest_id=monday.id, author=anna.id))
        with writes_counted(store) as few:
            first = await meeting.open_meeting(user, tuesday.id, ctx=ctx)
            second = await meeting.step(user, tuesday.id, first.episode_id, 1, ctx=ctx)
        sent.append(len(few))
        assert (first.episode_id, second.episode_id) == ("e00", "e01")
        assert (second.index, second.count) == (2, 3 + len(more))
        assert (await store.read(lambda tx: digest_view(tx, ctx, tuesday))).not_transferred == tuple(
            [one.codes[0] for one in await store.read(lambda tx: tell(tx, tx.episodes.of_digest(monday.id)))]
        )

    assert sent[0] == sent[1]
    if store.engine.dialect.name == "sqlite":
        assert sent[0] == 2  # the audit rows of each page, and nothing else


# --- the log of a read ---


def logged(store: SqlStore) -> list[tuple[str, bool]]:
    with store.engine.connect() as connection:
        rows = connection.exec_driver_sql("SELECT subject, is_allowed FROM audit ORDER BY id").all()
    return [(subject, bool(is_allowed)) for subject, is_allowed in rows]


async def test_what_is_read_is_in_the_log_before_anybody_gets_it(ctx: Context, store: SqlStore) -> None:
    def query(tx: Tx) -> str:
        tx.audit.record(ENTRY)
        tx.audit.record_all([replace(ENTRY, subject="conversation:2")])
        return "the note"

    assert await read_logged(query, ctx=ctx) == "the note"
    assert logged(store) == [("conversation:1", True), ("conversation:2", True)]


async def test_a_refusal_in_a_read_is_logged_alone(ctx: Context, store: SqlStore) -> None:
    def query(tx: Tx) -> None:
        tx.audit.record(ENTRY)
        raise NotAllowed("jav", audit=replace(ENTRY, subject="conversation:2", is_allowed=False))

    with pytest.raises(NotAllowed):
        await read_logged(query, ctx=ctx)
    assert logged(store) == [("conversation:2", False)]


async def test_what_is_not_there_leaves_nothing_in_the_log(ctx: Context, store: SqlStore) -> None:
    def query(tx: Tx) -> None:
        tx.audit.record(ENTRY)
        raise NotFound

    with pytest.raises(NotFound):
        await read_logged(query, ctx=ctx)
    assert await read_logged(lambda tx: tx.staff.get(StaffId("x")), ctx=ctx) is None
    assert logged(store) == []


async def test_what_cannot_be_logged_is_not_shown(
    ctx: Context, store: SqlStore, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def busy(*_: object) -> None:
        raise Busy

    monkeypatch.setattr(store, "write", busy)

    def query(tx: Tx) -> str:
        tx.audit.record(ENTRY)
        return "the note"

    with pytest.raises(Busy):
        await read_logged(query, ctx=ctx)
