"""A database is served with the keys that it was sealed with, or with clear words about which is missing."""

from pathlib import Path

import pytest
import sqlalchemy as sa
from sqlalchemy.engine import make_url
from sqlmodel import Session, select

from storage.engine import is_sqlite, writer_engine
from storage.known_keys import WrongKeys, note_keys, require_keys
from storage.migrate import migrate
from storage.store import SqlStore
from storage.tables import EncryptionKeyRow
from storage.vault import Vault, generate_key, parse_keys
from tests.frozen import FrozenClock
from tests.storage.given import incoming
from tests.storage.test_migrations import opened, run
from tests.storage.test_secrets import plant

K1, K2, OTHER_K1 = generate_key("k1"), generate_key("k2"), generate_key("k1")


def of(*keys: str) -> Vault:
    return Vault(parse_keys(",".join(keys)))


async def sealed_with(url: str, vault: Vault, clock: FrozenClock) -> None:
    """Plant something of every kind, as the program does once it has noted its keys."""
    store = SqlStore(url, vault, clock)
    try:
        await store.write(plant)
        await store.put(incoming())
    finally:
        await store.close()


def noted(url: str) -> list[str]:
    with opened(url) as engine, Session(engine) as session:
        return sorted(session.exec(select(EncryptionKeyRow.key_id)))


def files(url: str) -> dict[str, bytes]:
    """Return what lies on disk; nothing for a server."""
    path = Path(str(make_url(url).database))
    return {found.name: found.read_bytes() for found in path.parent.glob(f"{path.name}*")} if is_sqlite(url) else {}


def test_a_fresh_database_fits_every_key_and_notes_the_first(database_url: str) -> None:
    require_keys(database_url, of(K1))
    assert noted(database_url) == []

    note_keys(database_url, of(K1))
    note_keys(database_url, of(K1))  # a repeat changes nothing
    assert noted(database_url) == ["k1"]
    require_keys(database_url, of(K1))
    require_keys(database_url, of(K2, K1))


async def test_another_key_under_the_same_id_is_refused(database_url: str, clock: FrozenClock) -> None:
    note_keys(database_url, of(K1))

    with pytest.raises(WrongKeys, match=of(OTHER_K1).fingerprint("k1")) as refused:
        require_keys(database_url, of(OTHER_K1))

    assert of(K1).fingerprint("k1") in str(refused.value)  # by which the right one is found
    for key in (K1, OTHER_K1):
        assert key.partition(":")[2] not in str(refused.value)


async def test_a_key_that_rows_are_under_may_not_be_missing(database_url: str, clock: FrozenClock) -> None:
    note_keys(database_url, of(K1))
    require_keys(database_url, of(K2))  # nothing is sealed with the first one yet

    await sealed_with(database_url, of(K1), clock)
    with pytest.raises(WrongKeys, match="saknar nyckeln k1"):
        require_keys(database_url, of(K2))
    require_keys(database_url, of(K2, K1))


async def test_a_database_from_before_keys_were_noted(database_url: str, clock: FrozenClock) -> None:
    await sealed_with(database_url, of(K1), clock)

    for wrong, said in (((OTHER_K1,), "är en annan"), ((K2,), "saknar nyckeln k1"), ((K2, OTHER_K1), "är en annan")):
        before = files(database_url)
        with pytest.raises(WrongKeys, match=said):
            require_keys(database_url, of(*wrong))
        assert {name: held for name, held in files(database_url).items() if name in before} == before
    require_keys(database_url, of(K1))
    note_keys(database_url, of(K1))


def test_a_database_of_an_older_revision_is_asked_before_it_is_migrated(empty_database_url: str) -> None:
    run(empty_database_url, "0001")
    with opened(empty_database_url) as engine, engine.begin() as connection:
        connection.execute(
            sa.text(
                "INSERT INTO inbox (provider, provider_id, lane, raw, received_at, is_late, state, attempts)"
                " VALUES ('twilio', 'SM1', 'x', :raw, '2026-11-20 21:14:00+00:00', :late, 'done', 0)"
            ),
            {"raw": of(K1).seal("raw", "From=1"), "late": False},
        )

    with pytest.raises(WrongKeys, match="är en annan"):
        require_keys(empty_database_url, of(OTHER_K1))
    require_keys(empty_database_url, of(K1))
    migrate(empty_database_url)
    note_keys(empty_database_url, of(K1))


def test_two_that_start_with_different_keys_at_once(database_url: str) -> None:
    """Both found a fresh database; the one that notes its key last is refused, and leaves nothing behind."""
    first, second = of(K1), of(OTHER_K1, K2)
    require_keys(database_url, first)
    require_keys(database_url, second)
    note_keys(database_url, first)

    with pytest.raises(WrongKeys, match="är en annan"):
        require_keys(database_url, second)
    engine = writer_engine(database_url)
    engine.dispose()
    with pytest.raises(WrongKeys, match="är en annan"):
        note_keys(database_url, second)
    assert noted(database_url) == ["k1"]


def test_a_file_that_is_not_there_is_not_made_by_asking(tmp_path: Path) -> None:
    require_keys(f"sqlite:///{tmp_path / 'none.sqlite3'}", of(K1))

    assert list(tmp_path.iterdir()) == []
