"""What is secret is sealed at rest, found by keyed hash, and opened with the right key only."""

from collections.abc import Callable
from dataclasses import replace
from itertools import count
from pathlib import Path

import pytest
import sqlalchemy as sa
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy.engine import make_url
from sqlmodel import Session, select

from bot.domain.clocks import ClockKind
from bot.domain.deadline import ClockEvent, EventKind
from bot.domain.handover import Settled
from bot.domain.people import Basis, LinkRole
from bot.domain.reaction import ActionState
from bot.ports import Tx
from storage.engine import is_sqlite
from storage.store import SqlStore
from storage.tables import ActionRow, BackgroundRow, Base, EpisodeRow, NoteRow
from storage.vault import NONCE_BYTES, BadKeys, Vault, WrongKey, generate_key, parse_keys
from tests.frozen import FrozenClock
from tests.storage.given import (
    GUARDIAN_NUMBER,
    MINUTE,
    NORRVIK,
    NOW,
    STAFF_NUMBER,
    YOUTH_NUMBER,
    a_conversation,
    a_youth,
    action,
    background,
    deadline,
    episode,
    held,
    incoming,
    message,
    note,
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
    "Kom in planterat",
    "Stöd planterat",
    "Lovat planterat",
    "Struken planterat",
    "Journal planterad 2026-114",
    "Överenskommet planterat",
    "Var uppmärksam planterat",
    "Tolk planterat",
    "Ring först planterat",
    "Bestämt planterat",
    "Förlängt planterat",
    "Vilar planterat",
    "Hänt planterat",
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
    in_record = Settled(anna.id, NOW, PLANTED[11])
    row = episode(made.id, transferred=in_record)
    tx.episodes.add(row)
    written = note(made.id, anna.id, came_in=PLANTED[7], support=PLANTED[8], promised=PLANTED[9])
    tx.notes.add(written, [row.id])
    tx.notes.add_action(action(written).settle(ActionState.DROPPED, anna.id, at=NOW, reason=PLANTED[10]))
    about = dict(zip(("agreements", "watch_for", "interpreter", "call_first"), PLANTED[12:16], strict=True))
    tx.backgrounds.save(background(youth.id, anna.id, **about))
    tx.episodes.save(replace(row, transferred=in_record))  # what is saved again is sealed again
    tx.backgrounds.save(background(youth.id, anna.id, **about))
    written_of = dict(zip(("extended_by", "extension_reason", "snooze_reason"), PLANTED[16:19], strict=True))
    clock = deadline(owner=anna.id, **written_of)
    tx.deadlines.add(clock)
    tx.deadlines.save(clock)
    tx.deadlines.add_all([deadline(**written_of)])
    tx.deadlines.note(ClockEvent(clock.id, NOW, EventKind.SNOOZED, text=PLANTED[19]))


def said_in_handover(tx: Tx) -> list[str]:
    """Read back what was planted about the handover."""
    [talk] = tx.conversations.open_ones()
    [row] = tx.episodes.of_conversation(talk.id)
    [written] = tx.notes.of_episodes([row.id])[row.id]
    [todo] = tx.notes.actions_of([written.id])[written.id]
    [about] = [tx.backgrounds.get(youth.id) for youth in tx.people.youths_of(NORRVIK)]
    assert row.transferred is not None
    assert about is not None
    texts = [about.agreements, about.watch_for, about.interpreter, about.call_first]
    return [written.came_in, written.support, written.promised, todo.reason, row.transferred.reference, *texts]


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


def said_of_the_clock(tx: Tx) -> list[str]:
    """Read back what was planted about the clock that somebody owns."""
    [clock] = [
        found for found in tx.deadlines.received_between(NORRVIK, list(ClockKind), NOW, NOW + MINUTE) if found.owner
    ]
    [event] = tx.deadlines.events(clock.id)
    return [clock.extended_by, clock.extension_reason, clock.snooze_reason, event.text]


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
        assert await rotating.read(said_in_handover) == PLANTED[7:16]
        assert await rotating.read(said_of_the_clock) == PLANTED[16:20]

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
    [youth_id] = [youth.id for youth in await store.read(lambda tx: tx.people.youths_of(NORRVIK))]
    newest = await store.read(lambda tx: tx.notes.newest_of(tx.conversations.open_ones()[0].id))
    noted = [] if newest is None else [newest.id]

    stranger = SqlStore(database_url, Vault(parse_keys(generate_key())), clock)
    try:
        queries: tuple[Callable[[Tx], object], ...] = (
            lambda tx: tx.people.contacts_of(NORRVIK),
            lambda tx: tx.messages.of(tx.conversations.open_ones()[0].id, limit=30),
            lambda tx: tx.notes.newest_of(tx.conversations.open_ones()[0].id),
            lambda tx: tx.notes.actions_of(noted),
            lambda tx: tx.episodes.of_conversation(tx.conversations.open_ones()[0].id),
            lambda tx: tx.backgrounds.get(youth_id),
            lambda tx: tx.deadlines.running(NORRVIK, [None], limit=9),
            said_of_the_clock,
        )
        for query in queries:
            with pytest.raises(WrongKey):
                await stranger.read(query)
        unread = await stranger.write(lambda tx: tx.inbox.next())  # to be parked, so that the next one is served
        assert unread is not None
        assert unread.raw == ""
    finally:
        await stranger.close()


async def test_each_text_is_sealed_for_its_own_purpose(store: SqlStore, vault: Vault) -> None:
    """What has been sealed can be opened with the purpose that it was sealed for only: these may never change."""
    await store.write(plant)

    with Session(store.engine) as session:
        written, todo = session.exec(select(NoteRow)).one(), session.exec(select(ActionRow)).one()
        row, about = session.exec(select(EpisodeRow)).one(), session.exec(select(BackgroundRow)).one()
    sealed = {
        "note": [written.came_in, written.support, written.promised],
        "reason": [todo.reason or b""],
        "reference": [row.reference or b""],
        "background": [about.agreements, about.watch_for, about.interpreter, about.call_first],
    }
    opened = [vault.open(purpose, blob) for purpose, blobs in sealed.items() for blob in blobs]
    assert opened == PLANTED[7:16]


@given(
    text=st.text(),
    purpose=st.sampled_from(["body", "name", "number", "raw", "note", "reason", "reference", "background", "event"]),
)
def test_what_is_sealed_is_opened_again(text: str, purpose: str) -> None:
    vault = Vault(parse_keys(generate_key()))

    assert vault.open(purpose, vault.seal(purpose, text)) == text
    assert vault.seal(purpose, text) != vault.seal(purpose, text)


@given(st.lists(st.text(), max_size=8))
def test_what_is_sealed_together_is_sealed_each_by_itself(texts: list[str]) -> None:
    vault = Vault(parse_keys(generate_key()))
    sealed = vault.seal_all("raw", texts)

    assert [vault.open("raw", blob) for blob in sealed] == texts
    nonces = {blob.partition(b":")[2][:NONCE_BYTES] for blob in sealed}
    assert len(nonces) == len(texts)


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
    ids=count(),  # the keys are others each time, and a test is called the same in every process
)
def test_keys_that_cannot_be_used_are_refused_without_being_shown(text: str, said: str) -> None:
    with pytest.raises(BadKeys, match=said) as caught:
        parse_keys(text)

    assert GOOD not in str(caught.value)


def test_keys_are_in_the_order_in_which_they_stand() -> None:
    old, new = key_pair()

    assert list(parse_keys(f" {new} , {old} ,")) == ["new", "old"]
