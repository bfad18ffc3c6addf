"""The store: one transaction is all or nothing, is run again as a whole, and says when the database is away."""

import asyncio
import sqlite3
import traceback
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta
from typing import Any

import pytest
import sqlalchemy as sa
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm.exc import StaleDataError
from sqlmodel import Session, select

from bot.domain.errors import AuditEntry, Busy, NotAllowed, NotFound
from bot.domain.ids import StaffId
from bot.ports import Tx
from storage.store import TRIES, SqlStore
from storage.tables import AuditRow, ContactRow
from storage.threads import ORDINARY, Threads
from storage.vault import Vault
from tests.frozen import FrozenClock
from tests.storage.given import (
    NORRVIK,
    NOW,
    SODERMARK,
    YOUTH_NUMBER,
    a_conversation,
    incoming,
    message,
    shift,
    staff,
    to_send,
)

DENIED = AuditEntry("s1", "read", "conversation:c1", "other_namnd", "norrvik", is_allowed=False, details={"n": 1})


def audit_rows(store: SqlStore) -> list[AuditRow]:
    with Session(store.engine) as session:
        return list(session.exec(select(AuditRow).order_by(AuditRow.id)))  # type: ignore[arg-type]


async def test_of_many_at_once_one_is_the_first(store: SqlStore) -> None:
    answers = await asyncio.gather(*(store.write(lambda tx: tx.once("click", "k")) for _ in range(20)))

    assert sorted(answers) == [False] * 19 + [True]
    assert await store.write(lambda tx: tx.once("modal", "k"))


async def test_a_key_is_kept_only_with_the_work_that_it_guards(store: SqlStore) -> None:
    def crash(tx: Tx) -> None:
        assert tx.once("click", "k")
        raise RuntimeError("after the key")

    with pytest.raises(RuntimeError):
        await store.write(crash)

    assert await store.write(lambda tx: tx.once("click", "k"))


async def test_a_refusal_undoes_everything_but_its_audit_entry(store: SqlStore, clock: FrozenClock) -> None:
    def refuse(tx: Tx) -> None:
        a_conversation(tx)
        to_send(tx, "k")
        tx.once("click", "k")
        tx.audit.record(AuditEntry("s1", "open", "conversation:c1", "on_duty"))
        raise NotAllowed("other_namnd", audit=DENIED)

    with pytest.raises(NotAllowed):
        await store.write(refuse)

    [row] = audit_rows(store)
    assert (row.actor, row.act, row.subject, row.ground) == ("s1", "read", "conversation:c1", "other_namnd")
    assert (row.namnd, row.is_allowed, row.details, row.at) == ("norrvik", False, {"n": 1}, clock.now())
    assert await store.read(lambda tx: tx.people.contact_by_number(YOUTH_NUMBER)) is None
    assert await store.read(lambda tx: tx.outbox.by_key("k")) is None
    assert await store.write(lambda tx: tx.once("click", "k"))


async def test_a_refusal_without_an_entry_leaves_nothing(store: SqlStore) -> None:
    def refuse(tx: Tx) -> None:
        a_conversation(tx)
        raise NotFound()

    with pytest.raises(NotFound):
        await store.write(refuse)

    assert audit_rows(store) == []
    assert await store.read(lambda tx: tx.conversations.open_ones()) == []


async def test_what_is_allowed_is_in_the_audit_log_with_its_change(store: SqlStore) -> None:
    await store.write(lambda tx: tx.audit.record(AuditEntry("s1", "read", "conversation:c1", "on_duty")))

    [row] = audit_rows(store)
    assert (row.is_allowed, row.details, row.namnd) == (True, {}, None)


async def test_a_lost_race_is_run_again_as_a_whole(store: SqlStore) -> None:
    await store.write(lambda tx: tx.staff.save(staff(slack_user_id="U1")))
    tries = 0

    def change(tx: Tx) -> str:
        nonlocal tries
        tries += 1
        to_send(tx, "notice")
        tx.staff.save(staff(slack_user_id="U1" if tries == 1 else "U2"))  # the first time somebody was quicker
        return f"try {tries}"

    assert await store.write(change) == "try 2"
    assert await store.read(lambda tx: tx.staff.by_slack_id("U2")) is not None
    assert await store.read(lambda tx: tx.outbox.waiting()) == 1


async def test_a_row_that_somebody_deleted_meanwhile_is_looked_for_again(store: SqlStore) -> None:
    """A modal is closed in one process while another draws it."""
    tries = 0

    def change(tx: Tx) -> str:
        nonlocal tries
        tries += 1
        to_send(tx, "notice")
        if tries == 1:
            raise StaleDataError("UPDATE statement expected to update 1 row(s); 0 were matched.")
        return f"try {tries}"

    assert await store.write(change) == "try 2"
    assert await store.read(lambda tx: tx.outbox.waiting()) == 1


async def test_a_contradiction_is_given_up_and_not_hidden(store: SqlStore) -> None:
    await store.write(lambda tx: tx.staff.save(staff(slack_user_id="U1")))
    tries = 0

    def change(tx: Tx) -> None:
        nonlocal tries
        tries += 1
        tx.staff.save(staff(slack_user_id="U1"))

    with pytest.raises(IntegrityError):
        await store.write(change)
    assert tries == TRIES


async def test_eight_first_texts_of_a_number_make_one_contact(store: SqlStore) -> None:
    made = await asyncio.gather(*(store.write(lambda tx: tx.people.ensure_contact(YOUTH_NUMBER)) for _ in range(8)))

    assert len({linked.contact.id for linked in made}) == 1
    with Session(store.engine) as session:
        assert len(session.exec(select(ContactRow)).all()) == 1


async def test_concurrent_texts_get_one_number_each_in_their_conversation(store: SqlStore) -> None:
    made = await store.write(a_conversation)

    def receive(tx: Tx) -> int:
        current = tx.conversations.lock(made.id)
        assert current is not None
        changed = current.receive(current.last_seq + 1, at=NOW)
        tx.messages.add(message(made.id, changed.last_seq))
        tx.conversations.save(changed)
        return changed.last_seq

    seqs = await asyncio.gather(*(store.write(receive) for _ in range(12)))

    assert sorted(seqs) == list(range(1, 13))


@pytest.mark.parametrize("namnd", [NORRVIK, None], ids=["one nämnd", "unknown number"])
async def test_two_open_conversations_of_one_contact_and_namnd_cannot_be(store: SqlStore, namnd: str | None) -> None:
    first = await store.write(lambda tx: a_conversation(tx, namnd=namnd))

    with pytest.raises(IntegrityError):
        await store.write(lambda tx: a_conversation(tx, namnd=namnd))

    assert await store.read(lambda tx: tx.conversations.open_ones()) == [first]


async def test_another_namnd_and_another_time_may_have_one_more(store: SqlStore) -> None:
    first = await store.write(a_conversation)
    other = await store.write(lambda tx: a_conversation(tx, namnd=SODERMARK))
    closed = first.close(at=NOW)
    await store.write(lambda tx: tx.conversations.save(closed))

    again = await store.write(lambda tx: a_conversation(tx, opened_at=NOW + timedelta(days=8)))

    assert {c.id for c in await store.read(lambda tx: tx.conversations.open_ones())} == {other.id, again.id}


@pytest.mark.parametrize("changes", [{"seen_seq": 1}, {"answered_seq": 1}], ids=str)
async def test_what_has_not_been_said_cannot_have_been_seen_or_answered(
    store: SqlStore, changes: dict[str, Any]
) -> None:
    with pytest.raises(IntegrityError):
        await store.write(lambda tx: a_conversation(tx, **changes))


async def test_nothing_may_refer_to_what_is_not_there(store: SqlStore) -> None:
    with pytest.raises(IntegrityError):
        await store.write(lambda tx: tx.shifts.upsert(shift(StaffId("nobody"))))


async def test_a_read_cannot_write(sqlite_database_url: str, vault: Vault, clock: FrozenClock) -> None:
    store = SqlStore(sqlite_database_url, vault, clock)
    try:
        with pytest.raises(Busy):
            await store.read(lambda tx: tx.once("click", "k"))
        assert await store.write(lambda tx: tx.once("click", "k"))
    finally:
        await store.close()


async def test_a_commit_that_made_work_wakes_the_loop_it_is_for(store: SqlStore) -> None:
    woken: list[frozenset[str]] = []
    store.on_commit = woken.append

    await store.put(incoming())
    await store.write(lambda tx: to_send(tx, "k"))
    assert woken == [{"inbox"}, {"outbox"}]

    await store.write(lambda tx: tx.once("click", "k"))
    await store.read(lambda tx: tx.inbox.waiting())
    with pytest.raises(NotFound):
        await store.write(_refused_after_work)
    assert len(woken) == 2


def _refused_after_work(tx: Tx) -> None:
    to_send(tx, "refused")
    raise NotFound()


@contextmanager
def locked(url: str) -> Iterator[None]:
    """Hold the one write lock of an SQLite database from another connection."""
    other = sqlite3.connect(str(sa.make_url(url).database), isolation_level=None)
    try:
        other.execute("BEGIN IMMEDIATE")
        yield
        other.execute("ROLLBACK")
    finally:
        other.close()


async def test_a_locked_database_is_busy_and_reads_go_on(
    sqlite_database_url: str, vault: Vault, clock: FrozenClock, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("storage.engine.SQLITE_BUSY_MS", 20)
    store = SqlStore(sqlite_database_url, vault, clock)
    asked: list[object] = []
    begin = store.engine.dialect.do_begin

    def told(connection: Any) -> None:
        asked.append(connection)
        begin(connection)

    monkeypatch.setattr(store.engine.dialect, "do_begin", told)
    try:
        with locked(sqlite_database_url):
            with pytest.raises(Busy):
                await store.write(lambda tx: tx.once("click", "k"))
            asked.clear()
            answers = await asyncio.gather(*(store.put(incoming(f"SM{n}")) for n in range(3)), return_exceptions=True)
            assert [type(answer) for answer in answers] == [Busy] * 3
            assert len(asked) == 1  # those who wait for their 200 do not wait one after another
            assert await store.read(lambda tx: tx.inbox.waiting()) == 0

        assert await store.put(incoming())
        assert await store.write(lambda tx: tx.once("click", "k"))
    finally:
        await store.close()


async def test_a_server_that_is_away_is_busy(vault: Vault, clock: FrozenClock) -> None:
    store = SqlStore("postgresql://postgres@127.0.0.1:1/none", vault, clock)
    try:
        with pytest.raises(Busy):
            await store.write(lambda tx: tx.once("click", "k"))
        with pytest.raises(Busy):
            await store.read(lambda tx: tx.inbox.waiting())
        with pytest.raises(Busy):
            await store.ping()
    finally:
        await store.close()


def cut_the_others(connection: sa.Connection) -> None:
    connection.exec_driver_sql(
        "SELECT pg_terminate_backend(pid) FROM pg_stat_activity"
        " WHERE datname = current_database() AND pid <> pg_backend_pid()"
    )


@pytest.fixture
def server(postgres_database_url: str) -> Iterator[sa.Engine]:
    """Yield what reaches the same server by a way of its own."""
    engine = sa.create_engine(postgres_database_url.replace("postgresql://", "postgresql+psycopg://"))
    yield engine
    engine.dispose()


@pytest.mark.parametrize("what", ["write", "read", "put"])
async def test_a_connection_that_was_cut_is_replaced(
    postgres_database_url: str, server: sa.Engine, vault: Vault, clock: FrozenClock, what: str
) -> None:
    """It was used a moment ago, and nobody asks it whether it is alive."""
    store = SqlStore(postgres_database_url, vault, clock)
    try:
        await store.ping()
        with server.begin() as connection:
            cut_the_others(connection)

        if what == "write":
            assert await store.write(lambda tx: tx.once("click", "k"))
        elif what == "read":
            assert await store.read(lambda tx: tx.inbox.waiting()) == 0
        else:
            assert await store.put(incoming())
    finally:
        await store.close()


async def test_what_has_rested_is_asked_whether_it_is_alive(
    postgres_database_url: str, server: sa.Engine, vault: Vault, clock: FrozenClock, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("storage.engine.RESTED_S", 0.0)
    store = SqlStore(postgres_database_url, vault, clock)
    ran: list[int] = []
    try:
        await store.ping()
        with server.begin() as connection:
            cut_the_others(connection)

        assert await store.write(lambda tx: ran.append(1) or tx.once("click", "k"))  # type: ignore[func-returns-value]
        assert ran == [1]
    finally:
        await store.close()


async def test_what_was_cut_at_its_commit_is_not_run_again(
    postgres_database_url: str, server: sa.Engine, vault: Vault, clock: FrozenClock
) -> None:
    """Perhaps it stands: nobody knows."""
    store = SqlStore(postgres_database_url, vault, clock)
    ran: list[int] = []

    def change(tx: Tx) -> None:
        ran.append(1)
        tx.once("click", "k")
        with server.begin() as connection:
            cut_the_others(connection)

    try:
        with pytest.raises(Busy):
            await store.write(change)
        assert ran == [1]
    finally:
        await store.close()


async def test_a_change_that_nobody_waits_for_any_more_is_not_begun(store: SqlStore) -> None:
    """A click that timed out before its turn does nothing; one that had begun is finished."""
    ran: list[str] = []
    threads = Threads("test", 1)
    try:
        held_up = threads.submit(lambda: ran.append("first"), ORDINARY)
        held_up.result()
        late = threads.submit(lambda: ran.append("late"), ORDINARY)
        late.cancel()
        threads.submit(lambda: ran.append("next"), ORDINARY).result()
    finally:
        threads.close()

    assert ran[0] == "first"
    assert ran[-1] == "next"
    assert ("late" in ran) is not late.cancelled()


async def test_an_error_from_the_database_holds_no_content(store: SqlStore) -> None:
    secret = "".join(["Tu", "re"])  # a traceback quotes the lines of this file
    made = await store.write(a_conversation)
    await store.write(lambda tx: tx.messages.add(message(made.id, seq=1)))

    with pytest.raises(IntegrityError) as caught:
        await store.write(lambda tx: tx.messages.add(message(made.id, seq=1, body=secret)))

    said = "".join(traceback.format_exception(caught.value))
    assert secret not in said
    assert secret.encode().hex() not in said
