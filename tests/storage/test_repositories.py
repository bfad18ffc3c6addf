"""Each repository gives back what it was given."""

from dataclasses import replace
from datetime import datetime, timedelta
from functools import partial

import pytest
from sqlalchemy.exc import NoResultFound

from bot.domain.conversation import Direction, DraftState, Ground, HeldReply, Route
from bot.domain.duty import Shift
from bot.domain.ids import ContactId, ConversationId, MessageId, ShiftId, StaffId, YouthId
from bot.domain.people import AgeBand, Basis, LinkRole, Role, StaffRole, World, Youth
from bot.ports import Delivery, OpenView, Posted, Spoken, Tx
from storage.store import SqlStore
from tests.frozen import FrozenClock
from tests.storage.given import (
    GUARDIAN_NUMBER,
    MINUTE,
    NORRVIK,
    NOW,
    SODERMARK,
    STAFF_NUMBER,
    YOUTH_NUMBER,
    a_conversation,
    a_youth,
    held,
    message,
    shift,
    staff,
)
from tests.storage.test_notes import MANY, counted

# --- staff ---


async def test_staff_come_back_with_roles_and_phone(store: SqlStore) -> None:
    roles = frozenset(
        {
            StaffRole(NORRVIK, World.BEREDSKAP, Role.FAMILJEBEHANDLARE),
            StaffRole(NORRVIK, World.BEREDSKAP, Role.LEADER),
            StaffRole(SODERMARK, World.MYNDIGHET, Role.HANDLAGGARE),
        }
    )
    anna = staff("Anna Åkerö", email="Anna@Example.se", roles=roles, phone=STAFF_NUMBER, is_phone_verified=True)
    await store.write(lambda tx: tx.staff.save(anna))

    def found(tx: Tx) -> list[object]:
        return [
            tx.staff.get(anna.id),
            tx.staff.by_slack_id(anna.slack_user_id or ""),
            tx.staff.by_email("anna@example.SE"),
            tx.staff.by_verified_phone(STAFF_NUMBER),
        ]

    assert await store.read(found) == [anna] * 4


async def test_staff_are_replaced_as_a_whole(store: SqlStore) -> None:
    anna = staff(phone=STAFF_NUMBER, is_phone_verified=True)
    changed = replace(anna, name="Anna Ny", slack_user_id=None, roles=frozenset(), phone=None, is_phone_verified=False)

    await store.write(lambda tx: tx.staff.save(anna))
    await store.write(lambda tx: tx.staff.save(changed))

    assert await store.read(lambda tx: tx.staff.get(anna.id)) == changed
    assert await store.read(lambda tx: tx.staff.by_verified_phone(STAFF_NUMBER)) is None


async def test_a_phone_that_is_not_verified_is_nobody(store: SqlStore) -> None:
    await store.write(lambda tx: tx.staff.save(staff(phone=STAFF_NUMBER)))

    assert await store.read(lambda tx: tx.staff.by_verified_phone(STAFF_NUMBER)) is None


async def test_only_active_holders_of_the_very_role_are_listed(store: SqlStore) -> None:
    anna = staff()
    others = [
        staff(is_active=False),
        staff(roles=frozenset({StaffRole(SODERMARK, World.BEREDSKAP, Role.FAMILJEBEHANDLARE)})),
        staff(roles=frozenset({StaffRole(NORRVIK, World.MYNDIGHET, Role.FAMILJEBEHANDLARE)})),
        staff(roles=frozenset({StaffRole(NORRVIK, World.BEREDSKAP, Role.LEADER)})),
    ]

    def save(tx: Tx) -> None:
        for person in [anna, *others]:
            tx.staff.save(person)

    await store.write(save)

    assert await store.read(lambda tx: tx.staff.with_role(Role.FAMILJEBEHANDLARE, NORRVIK)) == [anna]


async def test_nobody_is_none(store: SqlStore) -> None:
    def found(tx: Tx) -> list[object]:
        return [
            tx.staff.get(StaffId("x")),
            tx.staff.by_slack_id("U0"),
            tx.staff.by_email("x@example.se"),
            tx.staff.by_verified_phone(STAFF_NUMBER),
            tx.people.youth(YouthId("x")),
            tx.people.youth_by_reference(NORRVIK, "x"),
            tx.people.contact_by_number(YOUTH_NUMBER),
            tx.shifts.get(ShiftId("x")),
            tx.shifts.next_boundary(NOW),
            tx.conversations.get(ConversationId("x")),
            tx.conversations.lock(ConversationId("x")),
            tx.conversations.latest(ContactId("x"), NORRVIK, World.BEREDSKAP),
            tx.conversations.last_written_from(ContactId("x")),
            tx.conversations.newest_namnd(ContactId("x"), World.BEREDSKAP),
            tx.conversations.next_nudge(NOW),
            tx.messages.get(MessageId("x")),
            tx.messages.by_source("x"),
            tx.messages.last_answer(ConversationId("x")),
            tx.messages.delivery("x"),
            tx.messages.newest_delivery(MessageId("x")),
            tx.messages.delivery_by_provider_id("x"),
            tx.messages.held("x"),
            tx.messages.held_at("D", "1"),
            tx.outbox.get(0),
            tx.outbox.claim("me", MINUTE),
            tx.inbox.next(),
            tx.inbox.get(0),
            tx.posts.card(ConversationId("x"), "staff:x"),
            tx.posts.get("x"),
            tx.posts.at("D", "1"),
            tx.posts.dm_channel("staff:x"),
            tx.views.get("x"),
        ]

    assert set(await store.write(found)) == {None}


# --- youths and contacts ---


async def test_a_youth_comes_back(store: SqlStore) -> None:
    def enrol(tx: Tx) -> tuple[Youth, StaffId]:
        anna = staff()
        tx.staff.save(anna)
        made = a_youth(
            tx,
            "Tūre Lünd 👩‍👧",
            age_band=AgeBand.FROM_12_TO_14,
            basis=Basis.OVERRIDE,
            basis_reason="Bo Ek har bestämt",
            reference="rad 7",
            jav=[anna.id],
        )
        return made, anna.id

    made, anna_id = await store.write(enrol)

    found = await store.read(lambda tx: tx.people.youth_by_reference(NORRVIK, "rad 7"))
    assert found is not None
    assert found == made
    assert (found.jav, found.basis_reason) == (frozenset({anna_id}), "Bo Ek har bestämt")
    assert await store.read(lambda tx: tx.people.youth(found.id)) == found
    assert await store.read(lambda tx: tx.people.youths_of(NORRVIK)) == [found]
    assert await store.read(lambda tx: tx.people.youths_of(SODERMARK)) == []


async def test_a_youth_can_be_changed_and_ended(store: SqlStore) -> None:
    made = await store.write(a_youth)
    changed = replace(made, name="Ture Ny", case_code="4TK9M", is_active=False)

    await store.write(lambda tx: tx.people.save_youth(changed))

    assert await store.read(lambda tx: tx.people.youth(made.id)) == changed
    assert await store.read(lambda tx: tx.people.youths_of(NORRVIK)) == []


async def test_a_contact_is_one_per_number(store: SqlStore) -> None:
    first = await store.write(lambda tx: tx.people.ensure_contact(YOUTH_NUMBER, language="so"))
    again = await store.write(lambda tx: tx.people.ensure_contact(YOUTH_NUMBER))
    other = await store.write(lambda tx: tx.people.ensure_contact("BANKEN", is_answerable=False))

    assert again == first
    assert (first.contact.number, first.contact.language, first.links) == (YOUTH_NUMBER, "so", ())
    assert (other.contact.language, other.contact.is_answerable) == ("sv", False)
    assert await store.read(lambda tx: tx.people.contact_by_number(YOUTH_NUMBER)) == first
    assert await store.read(lambda tx: tx.people.contact(first.contact.id)) == first

    changed = await store.write(lambda tx: tx.people.ensure_contact(YOUTH_NUMBER, language="ar"))
    assert changed.contact.language == "ar"


async def test_a_contact_that_does_not_exist_is_an_error(store: SqlStore) -> None:
    with pytest.raises(NoResultFound):
        await store.read(lambda tx: tx.people.contact(ContactId("x")))


async def test_links_come_back_and_a_namnd_sees_its_own(store: SqlStore) -> None:
    def enrol(tx: Tx) -> ContactId:
        contact = tx.people.ensure_contact(GUARDIAN_NUMBER).contact
        for namnd, name in ((NORRVIK, "Ture"), (NORRVIK, "Tuva"), (SODERMARK, "Siri")):
            youth = a_youth(tx, name, namnd)
            tx.people.link(contact.id, youth.id, LinkRole.GUARDIAN, "Gun Lund")
        tx.people.link(contact.id, youth.id, LinkRole.GUARDIAN, "Gun Berg")  # the name is replaced
        return contact.id

    contact_id = await store.write(enrol)

    linked = await store.read(lambda tx: tx.people.contact(contact_id))
    assert {(link.youth.name, link.name, link.role) for link in linked.links} == {
        ("Ture", "Gun Lund", LinkRole.GUARDIAN),
        ("Tuva", "Gun Lund", LinkRole.GUARDIAN),
        ("Siri", "Gun Berg", LinkRole.GUARDIAN),
    }
    [here] = await store.read(lambda tx: tx.people.contacts_of(NORRVIK))
    assert {link.youth.name for link in here.links} == {"Ture", "Tuva"}
    [there] = await store.read(lambda tx: tx.people.contacts_of(SODERMARK))
    assert {link.youth.name for link in there.links} == {"Siri"}


async def test_a_number_is_blocked_and_let_in_again(store: SqlStore) -> None:
    contact = (await store.write(lambda tx: tx.people.ensure_contact(YOUTH_NUMBER))).contact
    for blocked in (True, False):

        def set_and_look(tx: Tx, blocked: bool = blocked) -> bool:
            tx.people.set_blocked(contact.id, blocked)
            return tx.people.contact(contact.id).contact.is_blocked

        assert await store.write(set_and_look) is blocked


async def test_every_code_is_its_own(store: SqlStore) -> None:
    def enrol(tx: Tx) -> list[str]:
        youths = [a_youth(tx).case_code for _ in range(30)]
        return youths + [tx.people.ensure_contact(f"sender {n}").contact.code for n in range(30)]

    codes = await store.write(enrol)
    assert len(set(codes)) == 60


# --- shifts ---


async def test_a_shift_comes_back_and_is_the_same_when_imported_again(store: SqlStore) -> None:
    anna = staff()
    await store.write(lambda tx: tx.staff.save(anna))
    first = shift(anna.id)
    imported = replace(shift(anna.id), ends_at=first.ends_at)
    longer = replace(shift(anna.id), ends_at=first.ends_at + MINUTE)

    assert await store.write(lambda tx: tx.shifts.upsert(first))
    assert not await store.write(lambda tx: tx.shifts.upsert(imported))
    assert await store.write(lambda tx: tx.shifts.upsert(longer))

    kept = await store.read(lambda tx: tx.shifts.get(first.id))
    assert kept == replace(first, ends_at=longer.ends_at)
    assert await store.read(lambda tx: tx.shifts.get(longer.id)) is None


async def test_a_shift_changes_hands_and_is_taken_out(store: SqlStore) -> None:
    anna, bo = staff(), staff("Bo Lind")
    first = shift(anna.id)

    def arrange(tx: Tx) -> None:
        tx.staff.save(anna)
        tx.staff.save(bo)
        tx.shifts.upsert(first)

    await store.write(arrange)
    swapped = replace(first, staff_id=bo.id, is_backup=True)

    assert await store.write(lambda tx: tx.shifts.change(swapped))
    assert await store.read(lambda tx: tx.shifts.get(first.id)) == swapped
    assert await store.read(lambda tx: tx.shifts.between(NOW, NOW + MINUTE)) == [swapped]
    assert await store.write(lambda tx: tx.shifts.remove(first.id))
    assert not await store.write(lambda tx: tx.shifts.remove(first.id))
    assert not await store.write(lambda tx: tx.shifts.change(swapped))


async def test_shifts_that_touch_a_span_are_found_ends_excluded(store: SqlStore) -> None:
    anna = staff()
    evening, night = shift(anna.id, NOW, 5), shift(anna.id, NOW + timedelta(hours=5), 10)

    def save(tx: Tx) -> None:
        tx.staff.save(anna)
        tx.shifts.upsert(night)
        tx.shifts.upsert(evening)

    await store.write(save)

    for start, end, expected in [
        (NOW, NOW + MINUTE, [evening]),
        (NOW - MINUTE, NOW, []),
        (evening.ends_at, evening.ends_at + MINUTE, [night]),
        (NOW, night.ends_at, [evening, night]),
        (night.ends_at, night.ends_at + MINUTE, []),
    ]:
        assert await store.read(partial(_between, start=start, end=end)) == expected

    for after, boundary in [
        (NOW - MINUTE, NOW),
        (NOW, evening.ends_at),
        (evening.ends_at, night.ends_at),
        (night.ends_at, None),
    ]:
        assert await store.read(partial(_next_boundary, after=after)) == boundary


def _between(tx: Tx, start: datetime, end: datetime) -> list[Shift]:
    return tx.shifts.between(start, end)


def _next_boundary(tx: Tx, after: datetime) -> datetime | None:
    return tx.shifts.next_boundary(after)


# --- conversations ---


async def test_a_conversation_comes_back_with_everything(store: SqlStore) -> None:
    anna = staff()

    def open_one(tx: Tx) -> ConversationId:
        tx.staff.save(anna)
        made = a_conversation(tx)
        routed = replace(
            made.receive(1, at=NOW)
            .routed(Route(NOW, Ground.DUTY, anna.id, ShiftId("s1")))
            .routed(Route(NOW + MINUTE, Ground.UNTAKEN, anna.id))
            .take(anna.id, at=NOW + MINUTE),
            pinged_at=NOW,
            nudge_at=NOW + 2 * MINUTE,
            nudge_stage=2,
            is_namnd_open=True,
            concerns=frozenset({YouthId("b"), YouthId("a")}),
        )
        tx.conversations.save(routed)
        expected.append(routed)
        return made.id

    expected: list[object] = []
    conversation_id = await store.write(open_one)

    assert await store.read(lambda tx: tx.conversations.get(conversation_id)) == expected[-1]
    assert await store.write(lambda tx: tx.conversations.lock(conversation_id)) == expected[-1]


async def test_routes_are_added_and_never_rewritten(store: SqlStore) -> None:
    made = await store.write(a_conversation)
    first = made.routed(Route(NOW, Ground.OFFICE))
    second = first.routed(Route(NOW + MINUTE, Ground.DUTY, None, ShiftId("s1")))

    await store.write(lambda tx: tx.conversations.save(first))
    await store.write(lambda tx: tx.conversations.save(second))
    await store.write(lambda tx: tx.conversations.save(second))

    found = await store.read(lambda tx: tx.conversations.get(made.id))
    assert found is not None
    assert found.routes == second.routes


async def test_the_latest_is_the_open_one_else_the_newest_closed(store: SqlStore) -> None:
    def closed_ones(tx: Tx) -> list[ConversationId]:
        ids = []
        for days in (3, 1, 2):
            made = a_conversation(tx, opened_at=NOW - timedelta(days=days))
            tx.conversations.save(made.close(at=NOW))
            ids.append(made.id)
        return ids

    ids = await store.write(closed_ones)
    contact = await store.read(lambda tx: tx.people.contact_by_number(YOUTH_NUMBER))
    assert contact is not None

    async def latest() -> ConversationId | None:
        found = await store.write(lambda tx: tx.conversations.latest(contact.contact.id, NORRVIK, World.BEREDSKAP))
        return None if found is None else found.id

    assert await latest() == ids[1]

    old_and_open = await store.write(lambda tx: a_conversation(tx, opened_at=NOW - timedelta(days=9)))
    assert await latest() == old_and_open.id

    def elsewhere(tx: Tx) -> list[object]:
        of = tx.conversations.latest
        here = contact.contact.id
        places = ((SODERMARK, World.BEREDSKAP), (None, World.BEREDSKAP), (NORRVIK, World.MYNDIGHET))
        return [of(here, namnd, world) for namnd, world in places]

    assert await store.write(elsewhere) == [None] * 3


async def test_an_unknown_numbers_conversation_is_found_by_no_namnd(store: SqlStore) -> None:
    made = await store.write(lambda tx: a_conversation(tx, namnd=None))

    found = await store.write(lambda tx: tx.conversations.latest(made.contact_id, None, World.BEREDSKAP))
    assert found == made


async def test_the_namnd_last_written_from_is_where_a_person_wrote(store: SqlStore) -> None:
    def talk(tx: Tx) -> ContactId:
        here = a_conversation(tx, namnd=NORRVIK, opened_at=NOW)
        there = a_conversation(tx, namnd=SODERMARK, opened_at=NOW + MINUTE)
        tx.messages.add(message(here.id, 1, direction=Direction.OUT, at=NOW + 2 * MINUTE))
        tx.messages.add(message(there.id, 1, direction=Direction.OUT, at=NOW + MINUTE))
        for direction in (Direction.IN, Direction.AUTO, Direction.NOTE):
            seq = 2 + list(Direction).index(direction)
            tx.messages.add(message(there.id, seq, direction=direction, at=NOW + 3 * MINUTE))
        return here.contact_id

    contact_id = await store.write(talk)

    assert await store.read(lambda tx: tx.conversations.last_written_from(contact_id)) == NORRVIK
    assert await store.read(lambda tx: tx.conversations.newest_namnd(contact_id, World.BEREDSKAP)) == SODERMARK
    assert await store.read(lambda tx: tx.conversations.newest_namnd(contact_id, World.MYNDIGHET)) is None


async def test_what_falls_due_is_found_when_it_does(store: SqlStore) -> None:
    made = await store.write(lambda tx: a_conversation(tx, nudge_at=NOW + MINUTE))
    await store.write(lambda tx: a_conversation(tx, GUARDIAN_NUMBER))

    assert await store.read(lambda tx: tx.conversations.nudges_due(NOW)) == []
    assert await store.read(lambda tx: tx.conversations.next_nudge(NOW)) == NOW + MINUTE
    assert await store.read(lambda tx: tx.conversations.nudges_due(NOW + MINUTE)) == [made.id]
    assert await store.read(lambda tx: tx.conversations.next_nudge(NOW + MINUTE)) is None


async def test_the_open_ones_are_listed_oldest_first(store: SqlStore) -> None:
    second = await store.write(lambda tx: a_conversation(tx, opened_at=NOW))
    first = await store.write(lambda tx: a_conversation(tx, GUARDIAN_NUMBER, opened_at=NOW - MINUTE))
    await store.write(lambda tx: a_conversation(tx, namnd=SODERMARK, is_open=False, closed_at=NOW))

    assert await store.read(lambda tx: tx.conversations.open_ones()) == [first, second]


# --- messages ---


@pytest.mark.parametrize("body", ["", "hej", "åäö 👩‍👧 مرحبا", "\x00 \ud83d", "x" * 1600], ids=repr)
async def test_a_message_comes_back_as_it_was_written(store: SqlStore, body: str) -> None:
    def say(tx: Tx) -> object:
        made = a_conversation(tx)
        said = message(made.id, 1, body, author=StaffId("s"), shift_id=ShiftId("p"), media_count=2, is_late=True)
        assert tx.messages.add(said, "sms:SM1")
        assert not tx.messages.add(message(made.id, 2), "sms:SM1")
        return said

    said = await store.write(say)

    assert await store.read(lambda tx: tx.messages.by_source("sms:SM1")) == said


async def test_the_newest_messages_are_given_oldest_first(store: SqlStore) -> None:
    def talk(tx: Tx) -> ConversationId:
        made = a_conversation(tx)
        for seq in range(1, 6):
            direction = Direction.OUT if seq == 3 else Direction.IN
            tx.messages.add(message(made.id, seq, f"nr {seq}", direction=direction))
        return made.id

    conversation_id = await store.write(talk)

    newest = await store.read(lambda tx: tx.messages.of(conversation_id, limit=3))
    assert [m.seq for m in newest] == [3, 4, 5]
    assert await store.read(lambda tx: tx.messages.count_inbound_after(conversation_id, 1)) == 3
    assert await store.read(lambda tx: tx.messages.count_inbound_after(conversation_id, 5)) == 0
    answer = await store.read(lambda tx: tx.messages.last_answer(conversation_id))
    assert answer is not None
    assert answer.seq == 3


async def test_when_and_by_whom_something_was_said_is_known_without_opening_it(store: SqlStore) -> None:
    def talk(tx: Tx) -> ConversationId:
        made = a_conversation(tx)
        tx.messages.add(message(made.id, 1, at=NOW - MINUTE))
        tx.messages.add(message(made.id, 2))
        tx.messages.add(message(made.id, 3, direction=Direction.OUT, at=NOW + MINUTE, author=StaffId("anna")))
        tx.messages.add(message(made.id, 4, direction=Direction.AUTO, at=NOW + MINUTE))
        return made.id

    conversation_id = await store.write(talk)

    for limit in (2, 10):
        said = await store.read(lambda tx, n=limit: tx.messages.since(conversation_id, NOW, limit=n))  # type: ignore[misc]
        spoken = await store.read(lambda tx, n=limit: tx.messages.spoken_since(conversation_id, NOW, limit=n))  # type: ignore[misc]
        assert spoken == [Spoken(m.id, m.seq, m.direction, m.at, m.author) for m in said]
        assert len(spoken) == min(limit, 3)


async def test_of_many_messages_the_newest_attempts_are_found_in_few_statements(store: SqlStore) -> None:
    def say(tx: Tx) -> tuple[list[MessageId], list[Delivery]]:
        made = a_conversation(tx)
        ids = [MessageId(f"m{n}") for n in range(MANY)]
        for seq, message_id in enumerate(ids, start=1):
            tx.messages.add(replace(message(made.id, seq), id=message_id))
        tx.messages.add_delivery(ids[0])
        return ids, [tx.messages.add_delivery(ids[n]) for n in (0, 1, MANY - 1)]

    ids, newest = await store.write(say)

    with counted(store) as sent:
        found = await store.write(lambda tx: tx.messages.newest_deliveries([*ids, ids[0], MessageId("x")]))
    assert found == {delivery.message_id: delivery for delivery in newest}
    assert found[ids[0]].attempt == 2
    assert len(sent) <= 3  # one of them may begin the transaction
    assert await store.read(lambda tx: tx.messages.newest_deliveries([])) == {}


@pytest.mark.parametrize(
    ("status", "reason", "is_lost"),
    [
        ("pending", None, False),
        ("delivered", None, False),
        ("uncertain", None, False),
        ("uncertain", "uncertain_final", True),
        ("undelivered", "landline", True),
        ("failed", None, True),
        ("canceled", None, True),
    ],
)
def test_what_is_lost(status: str, reason: str | None, is_lost: bool) -> None:
    attempt = Delivery("d", MessageId("m"), 1, status, reason, None, is_corrected=False, updated_at=NOW)
    assert attempt.is_lost is is_lost


async def test_the_newest_attempt_to_deliver_counts(store: SqlStore, clock: FrozenClock) -> None:
    def say(tx: Tx) -> MessageId:
        said = message(a_conversation(tx).id)
        tx.messages.add(said)
        return said.id

    message_id = await store.write(say)
    first = await store.write(lambda tx: tx.messages.add_delivery(message_id))
    await store.write(
        lambda tx: tx.messages.set_delivery(
            first.id, "undelivered", reason="landline", provider_code="30006", provider_id="SM1"
        )
    )
    second = await store.write(lambda tx: tx.messages.add_delivery(message_id))

    assert (first.attempt, first.status, second.attempt) == (1, "pending", 2)
    assert await store.read(lambda tx: tx.messages.newest_delivery(message_id)) == second
    clock.passes(MINUTE)
    await store.write(lambda tx: tx.messages.set_delivery(first.id, "delivered", is_corrected=True))
    await store.write(lambda tx: tx.messages.set_delivery(first.id, "delivered"))
    found = await store.write(lambda tx: tx.messages.delivery(first.id, lock=True))
    assert found is not None
    assert (found.status, found.reason, found.provider_id, found.is_corrected) == ("delivered", None, "SM1", True)
    assert found.updated_at == NOW + MINUTE
    assert await store.read(lambda tx: tx.messages.delivery_by_provider_id("SM1")) == found


async def test_a_held_reply_is_kept_once_and_decided_on(store: SqlStore) -> None:
    anna = staff()

    def keep(tx: Tx) -> HeldReply:
        tx.staff.save(anna)
        reply = held(a_conversation(tx).id, anna.id)
        assert tx.messages.hold(reply)
        assert not tx.messages.hold(replace(reply, id="another"))
        return reply

    reply = await store.write(keep)
    found = await store.write(lambda tx: tx.messages.held(reply.id))
    assert found == reply
    assert found is not None

    await store.write(lambda tx: tx.messages.set_held(found.id, DraftState.HELD, "Jag ringer nu"))
    await store.write(lambda tx: tx.messages.set_held(found.id, DraftState.SENT))
    decided = await store.read(lambda tx: tx.messages.held_at(found.channel, found.ts))
    assert decided == replace(found, body="Jag ringer nu", state=DraftState.SENT)


# --- our posts and open views ---


async def test_a_card_is_one_per_place(store: SqlStore, clock: FrozenClock) -> None:
    made = await store.write(a_conversation)
    card, is_new = await store.write(lambda tx: tx.posts.ensure_card(made.id, "staff:anna"))
    again, is_new_again = await store.write(lambda tx: tx.posts.ensure_card(made.id, "staff:anna"))
    clock.passes(MINUTE)
    other, _ = await store.write(lambda tx: tx.posts.ensure_card(made.id, "channel:C1"))

    assert (is_new, is_new_again, again.id) == (True, False, card.id)
    assert (card.channel, card.ts) == (None, None)
    assert [post.id for post in await store.read(lambda tx: tx.posts.cards_of(made.id))] == [card.id, other.id]

    await store.write(lambda tx: tx.posts.placed(card.id, Posted("D1", "1.0")))
    await store.write(lambda tx: tx.posts.mark_repeat(card.id))
    placed = await store.read(lambda tx: tx.posts.at("D1", "1.0"))
    assert placed == replace(card, channel="D1", ts="1.0", is_repeat=True)
    assert await store.read(lambda tx: tx.posts.get(card.id)) == placed
    assert await store.read(lambda tx: tx.posts.dm_channel("staff:anna")) == "D1"

    await store.write(lambda tx: tx.posts.placed(card.id, Posted("D1", "1.0"), "a digest"))
    redrawn = await store.read(lambda tx: tx.posts.get(card.id))
    assert redrawn is not None
    assert redrawn.shown == "a digest"

    await store.write(lambda tx: tx.posts.lost(card.id))
    lost = await store.read(lambda tx: tx.posts.card(made.id, "staff:anna"))
    assert lost is not None
    assert (lost.channel, lost.ts) == ("D1", None)


async def test_other_posts_are_remembered_once(store: SqlStore) -> None:
    made = await store.write(a_conversation)
    for _ in range(2):
        await store.write(lambda tx: tx.posts.remember("thread", made.id, "staff:anna", Posted("D1", "2.0")))

    post = await store.read(lambda tx: tx.posts.at("D1", "2.0"))
    assert post is not None
    assert (post.kind, post.conversation_id) == ("thread", made.id)
    assert await store.read(lambda tx: tx.posts.cards_of(made.id)) == []


async def test_open_views_are_drawn_again_at_most_so_often(store: SqlStore, clock: FrozenClock) -> None:
    anna, every = staff(), timedelta(seconds=2)

    def open_modal(tx: Tx) -> OpenView:
        tx.staff.save(anna)
        view = OpenView("e1", anna.id, a_conversation(tx).id, None, "V1", "h1", 3, None, 30)
        tx.views.save(view)
        tx.views.save(replace(view, view_hash="h2", last_seen=4, warned_of="newer_text"))
        return replace(view, view_hash="h2", last_seen=4, warned_of="newer_text")

    view = await store.write(open_modal)
    assert await store.read(lambda tx: tx.views.get("e1")) == view
    assert await store.write(lambda tx: tx.views.take_dirty(every=every)) == []

    await store.write(lambda tx: tx.views.mark_dirty(view.conversation_id))
    assert await store.read(lambda tx: tx.views.dirty_count()) == 1
    assert await store.write(lambda tx: tx.views.take_dirty(every=every)) == [view]
    assert await store.read(lambda tx: tx.views.dirty_count()) == 0

    await store.write(lambda tx: tx.views.mark_dirty(view.conversation_id))
    clock.world_jumps(timedelta(hours=1))
    assert await store.write(lambda tx: tx.views.take_dirty(every=every)) == []
    clock.passes(every)
    assert await store.write(lambda tx: tx.views.take_dirty(every=every)) == [view]

    await store.write(lambda tx: tx.views.drop("e1"))
    assert await store.read(lambda tx: tx.views.get("e1")) is None


async def test_views_that_nobody_closed_are_forgotten(store: SqlStore, clock: FrozenClock) -> None:
    anna = staff()

    def open_modal(tx: Tx, external_id: str) -> None:
        tx.staff.save(anna)
        found = tx.conversations.open_ones() or [a_conversation(tx)]
        tx.views.save(OpenView(external_id, anna.id, found[0].id, None, None, None, 0, None, 30))

    await store.write(lambda tx: open_modal(tx, "old"))
    clock.passes(timedelta(hours=12, minutes=1))
    await store.write(lambda tx: open_modal(tx, "new"))
    await store.write(lambda tx: tx.views.mark_all_dirty())

    dirty = await store.write(lambda tx: tx.views.take_dirty(every=MINUTE))
    assert [view.external_id for view in dirty] == ["new"]
