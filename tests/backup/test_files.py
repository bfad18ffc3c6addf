"""A backup is whole or is not there, is never written over anything, and is put back in an empty place only."""

import sqlite3
import threading
from collections.abc import AsyncIterator
from pathlib import Path

import pytest
import sqlalchemy as sa

from bot.domain.outbound import OutboxKind, OutboxState
from bot.ports import Tx
from storage.backup import BackupFailed, IsCopy, back_up, put_beside, put_in_place, require_original, unmark
from storage.engine import normal_url
from storage.known_keys import WrongKeys, note_keys, require_keys
from storage.store import SqlStore
from storage.tables import OutboxRow
from storage.vault import Vault, generate_key, parse_keys
from tests.frozen import FrozenClock
from tests.storage.given import MINUTE, incoming
from tests.storage.test_secrets import PLANTED, plant

TABLE: sa.Table = OutboxRow.__table__  # type: ignore[attr-defined]


@pytest.fixture
async def live(sqlite_database_url: str, vault: Vault, clock: FrozenClock) -> AsyncIterator[Path]:
    """A database with something in it, open, and in use."""
    note_keys(sqlite_database_url, vault)
    store = SqlStore(sqlite_database_url, vault, clock)
    try:
        await store.write(plant)
        await store.put(incoming())
        yield Path(sqlite_database_url.removeprefix("sqlite:///"))
    finally:
        await store.close()


def test_it_says_what_it_holds(live: Path, tmp_path: Path) -> None:
    copied = back_up(live, tmp_path / "copy")

    assert copied.keys == ("k1",)
    assert copied.rows > 10
    assert (tmp_path / "copy").stat().st_mode & 0o777 == 0o600
    assert sorted(path.name for path in tmp_path.glob("copy*")) == ["copy"]
    assert not any(secret.encode() in (tmp_path / "copy").read_bytes() for secret in PLANTED)


def test_it_is_never_written_over_a_file(live: Path, tmp_path: Path) -> None:
    (tmp_path / "copy").write_text("något annat", encoding="utf-8")

    with pytest.raises(BackupFailed, match="finns redan"):
        back_up(live, tmp_path / "copy")
    assert (tmp_path / "copy").read_text(encoding="utf-8") == "något annat"


def test_where_it_cannot_be_written_nothing_is_left(live: Path, tmp_path: Path) -> None:
    with pytest.raises(BackupFailed, match="går inte att skriva"):
        back_up(live, tmp_path / "none" / "copy")


async def test_it_is_of_one_moment_while_texts_come_in(
    live: Path, tmp_path: Path, sqlite_database_url: str, vault: Vault, clock: FrozenClock
) -> None:
    store = SqlStore(sqlite_database_url, vault, clock)
    done = threading.Thread(target=back_up, args=(live, tmp_path / "copy"))
    try:
        done.start()
        for number in range(50):
            await store.put(incoming(provider_id=f"SMX{number}"))
        done.join()
    finally:
        await store.close()
    put_beside(tmp_path / "copy", tmp_path / "elsewhere")


def test_it_is_put_back_in_an_empty_place_only(live: Path, tmp_path: Path) -> None:
    back_up(live, tmp_path / "copy")
    before = live.read_bytes()

    with pytest.raises(BackupFailed, match="finns redan"):
        put_beside(tmp_path / "copy", live)
    with pytest.raises(BackupFailed, match="finns inte"):
        put_beside(tmp_path / "another", tmp_path / "place")
    assert live.read_bytes() == before


@pytest.mark.parametrize("damage", ["cut", "overwritten", "rubbish"])
def test_what_is_damaged_is_not_put_back(live: Path, tmp_path: Path, damage: str) -> None:
    copy = tmp_path / "copy"
    back_up(live, copy)
    held = copy.read_bytes()
    spoiled = {"cut": held[: len(held) // 2], "rubbish": b"rubbish" * 1000}
    spoiled["overwritten"] = held[: len(held) // 3] + b"\xff" * 20000 + held[len(held) // 3 + 20000 :]
    copy.write_bytes(spoiled[damage])

    with pytest.raises(BackupFailed):
        put_beside(copy, tmp_path / "place")
    assert not (tmp_path / "place").exists()


def test_one_that_is_newer_than_the_program_is_refused(live: Path, tmp_path: Path) -> None:
    back_up(live, tmp_path / "copy")
    with sqlite3.connect(tmp_path / "copy") as connection:
        connection.execute("UPDATE alembic_version SET version_num = '9999'")
    connection.close()

    with pytest.raises(BackupFailed, match="nyare än programmet"):
        put_beside(tmp_path / "copy", tmp_path / "place")
    assert not list(tmp_path.glob("place*"))


def test_without_the_key_it_is_refused_in_clear_words(live: Path, tmp_path: Path, vault: Vault) -> None:
    back_up(live, tmp_path / "copy")
    url = f"sqlite:///{put_beside(tmp_path / 'copy', tmp_path / 'place')}"

    require_keys(url, vault)
    with pytest.raises(WrongKeys, match="Nyckeln k1"):
        require_keys(url, Vault(parse_keys(generate_key("k1"))))
    with pytest.raises(WrongKeys, match="saknar nyckeln k1"):
        require_keys(url, Vault(parse_keys(generate_key("k2"))))


def test_it_is_a_copy_until_it_has_been_put_in_its_place(live: Path, tmp_path: Path) -> None:
    place = tmp_path / "place"
    back_up(live, tmp_path / "copy")
    require_original(f"sqlite:///{live}")
    for copy in (tmp_path / "copy", put_beside(tmp_path / "copy", place)):
        with pytest.raises(IsCopy):
            require_original(f"sqlite:///{copy}")

    put_in_place(tmp_path / "place.restoring", place)
    require_original(f"sqlite:///{place}")
    unmark(tmp_path / "copy")
    require_original(f"sqlite:///{tmp_path / 'copy'}")


async def test_what_waits_is_held(database_url: str, store: SqlStore, clock: FrozenClock) -> None:
    """On both databases: what can be looked for is looked for, what was of the moment is dropped, the rest stands."""

    def fill(tx: Tx) -> None:
        for number, kind in enumerate((OutboxKind.SMS, OutboxKind.CARD, OutboxKind.STAFF_SMS, OutboxKind.CALL)):
            tx.outbox.add(kind, f"lane{number}", {}, dedupe_key=f"waits{number}")
        tx.outbox.add(OutboxKind.SMS, "left", {}, dedupe_key="sent")
        left = tx.outbox.by_key("sent")
        assert left is not None
        tx.outbox.record(left.id, OutboxState.SENT)

    await store.write(fill)
    claimed = await store.write(lambda tx: tx.outbox.claim("me", MINUTE))
    assert claimed is not None

    assert await store.write(lambda tx: tx.outbox.hold_restored()) == (2, 2)

    engine = sa.create_engine(normal_url(database_url))
    with engine.connect() as connection:
        found = {row.dedupe_key: (row.state, row.last_error) for row in connection.execute(sa.select(TABLE))}
    engine.dispose()
    assert [found[f"waits{number}"] for number in range(4)] == [
        ("uncertain", "restored"),
        ("uncertain", "restored"),
        ("dropped", "restored"),
        ("dropped", "restored"),
    ]
    assert found["sent"] == ("sent", None)
    assert await store.write(lambda tx: tx.outbox.claim("me", MINUTE)) is None
    await store.write(lambda tx: tx.outbox.add(OutboxKind.SMS, "new", {}, dedupe_key="new"))
    newest = await store.read(lambda tx: tx.outbox.by_key("new"))
    assert newest is not None
    assert newest.id > 1_000_000
