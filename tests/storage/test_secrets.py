"""What is secret is sealed at rest, found by keyed hash, and opened with the right key only."""

from pathlib import Path

import pytest
import sqlalchemy as sa
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy.engine import make_url

from bot.domain.people import Basis, LinkRole
from bot.ports import Tx
from storage.engine import is_sqlite
from storage.store import SqlStore
from storage.tables import Base
from storage.vault import BadKeys, Vault, WrongKey, generate_key, parse_keys
from tests.frozen import FrozenClock
from tests.storage.given import (
    GUARDIAN_NUMBER,
    STAFF_NUMBER,
    YOUTH_NUMBER,
    a_conversation,
    a_youth,
    held,
    incoming,
    message,
    staff,
)

PLANTED = [
    "Ture Lund-Planterad",
    "Gun Lund-Planterad",
    "Anna Ek-Planterad",
    "anna.planterad@example.se",
    "Kan nån ringa planterat",
    "Jag ringer planterat",
    "Planterat skäl",
    YOUTH_NUMBER,
    GUARDIAN_NUMBER,
    STAFF_NUMBER,
]


def plant(tx: Tx) -> None:
    anna = staff(PLANTED[2], email=PLANTED[3], phone=STAFF_NUMBER, is_phone_verified=True)
    tx.staff.save(anna)
    youth = a_youth(tx, PLANTED[0], basis=Basis.OVERRIDE, basis_reason=PLANTED[6], jav=[anna.id])
    tx.people.link(tx.people.ensure_contact(YOUTH_NUMBER).contact.id, youth.id, LinkRole.YOUTH, PLANTED[0])
    tx.people.link(tx.people.ensure_contact(GUARDIAN_NUMBER).contact.id, youth.id, LinkRole.GUARDIAN, PLANTED[1])
    made = a_conversation(tx)
    tx.messages.add(message(made.id, body=PLANTED[4]), "sms:SM1")
    tx.messages.hold(held(made.id, anna.id, PLANTED[5]))


async def test_nothing_that_was_planted_lies_open(
    database_url: str, store: SqlStore, vault: Vault, clock: FrozenClock
) -> None:
    await store.write(plant)
    await store.put(incoming(lane=YOUTH_NUMBER, raw=f"From={YOUTH_NUMBER}&Body={PLANTED[4]}"))

    lying = at_rest(database_url, store.engine)
    await store.close()
    lying += at_rest(database_url, None) if is_sqlite(database_url) else []

    assert lying
    for secret in PLANTED:
        for spelling in (secret, secret.removeprefix("+")):
            needles = {spelling.encode(), spelling.encode().hex().encode(), spelling.encode("utf-16-le")}
            assert not any(needle in blob for needle in needles for blob in lying), "something lies open"


def at_rest(url: str, engine: sa.Engine | None) -> list[bytes]:
    """Return everything that the database has written: its files, or all columns of all tables."""
    if is_sqlite(url):
        path = Path(str(make_url(url).database))
        return [found.read_bytes() for found in sorted(path.parent.glob(f"{path.name}*"))]
    assert engine is not None
    with engine.connect() as connection:
        return [
            bytes(value) if isinstance(value, bytes | memoryview) else str(value).encode()
            for table in Base.metadata.sorted_tables
            for row in connection.execute(sa.select(table))
            for value in row
        ]


def key_pair() -> tuple[str, str]:
    return generate_key("old"), generate_key("new")


async def test_what_the_old_key_sealed_is_found_and_read_while_rotating(database_url: str, clock: FrozenClock) -> None:
    old, new = key_pair()
    before = SqlStore(database_url, Vault(parse_keys(old)), clock)
    try:
        await before.write(plant)
    finally:
        await before.close()

    rotating = SqlStore(database_url, Vault(parse_keys(f"{new},{old}")), clock)
    try:
        known = await rotating.read(lambda tx: tx.people.contact_by_number(YOUTH_NUMBER))
        assert known is not None
        assert known.links[0].name == PLANTED[0]
        assert await rotating.write(lambda tx: tx.people.ensure_contact(YOUTH_NUMBER)) == known
        person = await rotating.read(lambda tx: tx.staff.by_verified_phone(STAFF_NUMBER))
        assert person is not None
        assert await rotating.read(lambda tx: tx.staff.by_email(PLANTED[3])) == person
        [said] = await rotating.read(lambda tx: tx.messages.of(tx.conversations.open_ones()[0].id, limit=30))
        assert said.body == PLANTED[4]

        await rotating.write(lambda tx: tx.staff.save(person))  # sealed with the new key from now on
    finally:
        await rotating.close()

    after = SqlStore(database_url, Vault(parse_keys(new)), clock)
    try:
        assert await after.read(lambda tx: tx.staff.by_email(PLANTED[3])) == person
        assert await after.read(lambda tx: tx.people.contact_by_number(YOUTH_NUMBER)) is None
    finally:
        await after.close()


async def test_without_the_key_nothing_is_opened(database_url: str, store: SqlStore, clock: FrozenClock) -> None:
    await store.write(plant)
    await store.put(incoming())

    stranger = SqlStore(database_url, Vault(parse_keys(generate_key())), clock)
    try:
        for query in (
            lambda tx: tx.people.contacts_of("norrvik"),
            lambda tx: tx.messages.of(tx.conversations.open_ones()[0].id, limit=30),
        ):
            with pytest.raises(WrongKey):
                await stranger.read(query)
        unread = await stranger.write(lambda tx: tx.inbox.next())  # to be parked, so that the next one is served
        assert unread is not None
        assert unread.raw == ""
    finally:
        await stranger.close()


@given(text=st.text(), purpose=st.sampled_from(["body", "name", "number", "raw"]))
def test_what_is_sealed_is_opened_again(text: str, purpose: str) -> None:
    vault = Vault(parse_keys(generate_key()))

    assert vault.open(purpose, vault.seal(purpose, text)) == text
    assert vault.seal(purpose, text) != vault.seal(purpose, text)


@given(text=st.text(), flipped=st.integers(min_value=0), bit=st.integers(0, 7))
def test_what_has_been_altered_is_not_opened(text: str, flipped: int, bit: int) -> None:
    vault = Vault(parse_keys(generate_key()))
    blob = bytearray(vault.seal("body", text))
    blob[flipped % len(blob)] ^= 1 << bit

    with pytest.raises(WrongKey):
        vault.open("body", bytes(blob))


@pytest.mark.parametrize("blob", [b"", b"k1", b"k1:", b":x", b"\xff:x", b"k2:" + b"0" * 40], ids=repr)
def test_rubbish_is_not_opened(vault: Vault, blob: bytes) -> None:
    with pytest.raises(WrongKey):
        vault.open("body", blob)


def test_a_name_cannot_pose_as_a_body(vault: Vault) -> None:
    with pytest.raises(WrongKey):
        vault.open("body", vault.seal("name", "Ture"))


def test_hashes_differ_by_key_and_purpose(vault: Vault) -> None:
    other = Vault(parse_keys(generate_key()))

    assert vault.find_hash("number", YOUTH_NUMBER) == vault.find_hash("number", YOUTH_NUMBER)
    assert vault.find_hash("number", YOUTH_NUMBER) != vault.find_hash("email", YOUTH_NUMBER)
    assert vault.find_hash("number", YOUTH_NUMBER) != other.find_hash("number", YOUTH_NUMBER)
    assert YOUTH_NUMBER.encode() not in vault.find_hash("number", YOUTH_NUMBER)
    assert vault.lane(YOUTH_NUMBER) != other.lane(YOUTH_NUMBER)


GOOD = generate_key("k1").partition(":")[2]


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("", "no key"),
        (" , ", "no key"),
        (GOOD, "not of the form"),
        (f":{GOOD}", "not of the form"),
        (f"k 1:{GOOD}", "not of the form"),
        (f"{'k' * 17}:{GOOD}", "not of the form"),
        ("k1:åäö", "base64"),
        ("k1:!!!!", "base64"),
        ("k1:AAAA", "3 bytes long"),
        (f"k1:{GOOD},k1:{GOOD}", "stands twice"),
    ],
)
def test_keys_that_cannot_be_used_are_refused_without_being_shown(text: str, said: str) -> None:
    with pytest.raises(BadKeys, match=said) as caught:
        parse_keys(text)

    assert GOOD not in str(caught.value)


def test_keys_are_in_the_order_in_which_they_stand() -> None:
    old, new = key_pair()

    assert list(parse_keys(f" {new} , {old} ,")) == ["new", "old"]
