"""The clocks: each field comes back, each question finds what it asks for, and nothing written lies open."""

import asyncio
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
import sqlalchemy as sa
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy.exc import IntegrityError, NoResultFound
from sqlmodel import Session

from bot.domain.clocks import ClockKind
from bot.domain.deadline import (
    ClockEvent,
    ClockState,
    Deadline,
    EventKind,
    Gender,
    Outcome,
    Reason,
    Talk,
)
from bot.domain.ids import ClockListId, DeadlineId, ReportId, StaffId, new_id
from bot.ports import OwnerCount, Posted, PostedList, Tx
from storage.engine import is_sqlite
from storage.repos.deadlines import DeadlineRows
from storage.store import SqlStore
from storage.tables import Base, DeadlineEventRow, DeadlineRow
from storage.vault import Vault, generate_key, parse_keys
from tests.storage.given import FRIDAY, MINUTE, MONDAY, NORRVIK, NOW, SODERMARK, TUESDAY, deadline, limit, staff

MANY = 1100  # more than two statements take
DAY = timedelta(days=1)
SUMMONED = Talk(True, child_summoned_at=NOW, guardian_summoned_at=NOW + MINUTE)
NUMBER_AT_REST = "Gun Lund på 0701740606 har bestämt"


def somebody(tx: Tx) -> StaffId:
    anna = staff()
    tx.staff.save(anna)
    return anna.id


def kept(tx: Tx, **changes: Any) -> Deadline:
    made = deadline(**changes)
    tx.deadlines.add(made)
    return made


def full(owner: StaffId, listed_in: ClockListId) -> Deadline:
    """A clock of which every field says something."""
    return deadline(
        kind=ClockKind.ALLVARSSAMTAL,
        limit=replace(limit(NOW + 2 * DAY), late_on=MONDAY),
        received_at=NOW - MINUTE,
        starts_at=NOW + MINUTE,
        registered_at=NOW + 2 * MINUTE,
        registered_by=owner,
        owner=owner,
        gender=Gender.GIRL,
        wants_feedback=True,
        at_once=True,
        reason=Reason.SKOLA,
        extended_to=TUESDAY,
        extended_by="Bo Ek",
        extension_reason="Åäö 👩‍👧 مرحبا",
        snoozed_until=FRIDAY,
        snooze_reason="\x00 \ud83d",
        listed_in=listed_in,
        next_at=NOW + 3 * MINUTE,
        talk=Talk(True, True, NOW, NOW + MINUTE, NOW + DAY, NOW + 2 * DAY, with_police=False),
    )


# --- what comes back ---


async def test_every_field_comes_back(store: SqlStore) -> None:
    def keep(tx: Tx) -> list[Deadline]:
        anna = somebody(tx)
        made = full(anna, tx.deadlines.ensure_list(NORRVIK, anna, MONDAY)[0].id)
        settled = replace(made, id=DeadlineId("settled"), case_ref="K-2").settle(
            Outcome.HELD, anna, at=NOW, on=FRIDAY, reason=Reason.POLISFORHOR
        )
        withdrawn = replace(made, id=DeadlineId("withdrawn")).withdraw(anna, at=NOW)
        tx.deadlines.add(made)
        tx.deadlines.add_all([settled, withdrawn])
        return [made, settled, withdrawn]

    made = await store.write(keep)

    assert await store.read(lambda tx: [tx.deadlines.get(one.id) for one in made]) == made
    assert await store.write(lambda tx: tx.deadlines.get(made[0].id, lock=True)) == made[0]


KINDS: list[tuple[str, Any]] = [
    *(("kind", kind) for kind in ClockKind),
    *(("gender", gender) for gender in Gender),
    *(("reason", reason) for reason in Reason),
]


async def test_every_word_of_the_law_and_every_outcome_is_known(store: SqlStore) -> None:
    """What an enum of the domain says must be allowed by the CHECKs."""
    made = [deadline(**{name: value}) for name, value in KINDS]
    made += [deadline().settle(outcome, StaffId("s1"), at=NOW, on=FRIDAY) for outcome in Outcome]
    made += [deadline(talk=Talk(with_police=police)) for police in (None, True, False)]

    await store.write(lambda tx: tx.deadlines.add_all(made))

    assert await store.read(lambda tx: [tx.deadlines.get(one.id) for one in made]) == made


async def test_what_is_saved_replaces_what_was(store: SqlStore) -> None:
    def change(tx: Tx) -> Deadline:
        anna = somebody(tx)
        first = kept(tx)
        changed = replace(full(anna, tx.deadlines.ensure_list(NORRVIK, anna, MONDAY)[0].id), id=first.id)
        tx.deadlines.save(changed)
        return changed

    changed = await store.write(change)
    assert await store.read(lambda tx: tx.deadlines.get(changed.id)) == changed

    emptied = deadline(id=changed.id, talk=Talk())
    await store.write(lambda tx: tx.deadlines.save(emptied))
    assert await store.read(lambda tx: tx.deadlines.get(changed.id)) == emptied


async def test_what_does_not_exist_is_not_saved(store: SqlStore) -> None:
    with pytest.raises(NoResultFound):
        await store.write(lambda tx: tx.deadlines.save(deadline()))


async def test_nothing_is_none(store: SqlStore) -> None:
    def found(tx: Tx) -> list[object]:
        clocks = tx.deadlines
        return [
            clocks.get(DeadlineId("x")),
            clocks.get(DeadlineId("x"), lock=True),
            clocks.next_due(NOW),
            clocks.posted_list(ClockListId("x")),
            *clocks.of_case(NORRVIK, "K-1"),
            *clocks.of_report(ReportId("x")),
            *clocks.known(NORRVIK, []),
            *clocks.known(NORRVIK, [("K-1", ClockKind.UTREDNING, NOW)]),
            *clocks.due(NOW, limit=9),
            *clocks.running(NORRVIK, [None, StaffId("x")], limit=9),
            *clocks.overdue(NORRVIK, NOW, limit=9),
            *clocks.counts(NORRVIK, NOW, NOW),
            *clocks.received_between(NORRVIK, [], NOW - DAY, NOW + DAY),
            *clocks.events(DeadlineId("x")),
            *clocks.in_list(ClockListId("x")),
        ]

    def add_none(tx: Tx) -> None:
        tx.deadlines.add_all([])
        tx.deadlines.note_all([])

    await store.write(add_none)
    assert await store.write(found) == [None] * 4
    assert await store.read(lambda tx: tx.deadlines.count_running(NORRVIK, [])) == 0
    assert await store.read(lambda tx: tx.deadlines.count_overdue(NORRVIK, NOW)) == 0


instants = st.datetimes(datetime(2000, 1, 1), datetime(2100, 1, 1), timezones=st.just(UTC))  # noqa: DTZ001
maybe_instants = st.none() | instants
maybe_days = st.none() | st.dates()
talks = st.none() | st.builds(
    Talk,
    has_contact=st.booleans(),
    police_hold=st.booleans(),
    child_summoned_at=maybe_instants,
    guardian_summoned_at=maybe_instants,
    booked_at=maybe_instants,
    ended_at=maybe_instants,
    with_police=st.sampled_from([None, True, False]),
)
deadlines = st.builds(
    lambda due_at, **changes: deadline(limit=limit(due_at), **changes),
    due_at=instants,
    kind=st.sampled_from(ClockKind),
    case_ref=st.text(st.characters(exclude_categories=["Cs", "Cc"]), min_size=1),
    received_at=instants,
    starts_at=instants,
    wants_feedback=st.booleans(),
    at_once=st.booleans(),
    extended_to=maybe_days,
    extended_by=st.text(),
    extension_reason=st.text(),
    snoozed_until=maybe_days,
    snooze_reason=st.text(),
    next_at=maybe_instants,
    talk=talks,
)


@pytest.fixture(scope="module")
def in_memory() -> Iterator[sa.Engine]:
    engine = sa.create_engine("sqlite://")
    Base.metadata.create_all(engine)
    yield engine
    engine.dispose()


@given(made=deadlines, now=instants)
def test_any_clock_comes_back_and_is_overdue_when_the_domain_says_so(
    in_memory: sa.Engine, made: Deadline, now: datetime
) -> None:
    with Session(in_memory) as session:
        repo = DeadlineRows(session, Vault(parse_keys(generate_key())))
        repo.add(made)
        session.expire_all()

        assert repo.get(made.id) == made
        assert repo.of_case(NORRVIK, made.case_ref.lower()) == [made] or made.case_ref.lower().upper() != (
            made.case_ref.upper()
        )
        assert bool(repo.count_overdue(NORRVIK, now)) is made.is_overdue(now)
        session.rollback()


# --- once ---


async def test_a_case_has_one_clock_of_a_kind_and_time(store: SqlStore) -> None:
    first = await store.write(lambda tx: kept(tx, case_ref="K-1"))
    same = replace(first, id=DeadlineId("other"), case_ref="k-1", report_id=ReportId("other"))

    with pytest.raises(IntegrityError):
        await store.write(lambda tx: tx.deadlines.add(same))
    with pytest.raises(IntegrityError):
        await store.write(lambda tx: tx.deadlines.add_all([deadline(), same]))

    others = [
        replace(same, namnd=SODERMARK),
        replace(same, id=DeadlineId("b"), kind=ClockKind.UTREDNING),
        replace(same, id=DeadlineId("c"), received_at=NOW + timedelta(seconds=1)),
        replace(same, id=DeadlineId("d"), case_ref="K-1-1"),
        replace(same, id=DeadlineId("e")).withdraw(StaffId("s1"), at=NOW),
        replace(same, id=DeadlineId("f")).withdraw(StaffId("s1"), at=NOW),
    ]
    await store.write(lambda tx: tx.deadlines.add_all(others))
    assert await store.read(lambda tx: tx.deadlines.count_running(NORRVIK, [None])) == 4


async def test_a_clock_registered_by_mistake_can_be_registered_again_but_not_brought_back_beside_it(
    store: SqlStore,
) -> None:
    def again(tx: Tx) -> tuple[Deadline, Deadline]:
        wrong = kept(tx, case_ref="K-1")
        tx.deadlines.save(wrong.withdraw(StaffId("s1"), at=NOW))
        return wrong, kept(tx, case_ref="K-1")

    wrong, _ = await store.write(again)

    with pytest.raises(IntegrityError):
        await store.write(lambda tx: tx.deadlines.save(wrong))


@pytest.mark.parametrize(
    "wrong",
    [
        {"state": ClockState.SETTLED, "settled_at": NOW},  # how?
        {"state": ClockState.WITHDRAWN},  # when?
        {"settled_at": NOW},
        {"state": ClockState.WITHDRAWN, "settled_at": NOW, "next_at": NOW},
        {"owner": StaffId("nobody")},
        {"listed_in": ClockListId("nowhere")},
    ],
    ids=str,
)
async def test_what_cannot_be_is_refused(store: SqlStore, wrong: dict[str, Any]) -> None:
    with pytest.raises(IntegrityError):
        await store.write(lambda tx: kept(tx, **wrong))


# --- found by case, report and key ---


async def test_the_clocks_of_a_case_and_of_a_report(store: SqlStore) -> None:
    def keep(tx: Tx) -> dict[str, Deadline]:
        report = ReportId("r1")
        first = kept(tx, case_ref="K-1", report_id=report, kind=ClockKind.UTREDNING, limit=limit(NOW + DAY))
        last = kept(tx, case_ref="k-1", report_id=report)
        later = kept(tx, case_ref="K-1", received_at=NOW + DAY).settle(Outcome.DONE, StaffId("s"), at=NOW, on=FRIDAY)
        tx.deadlines.save(later)
        kept(tx, case_ref="K-1", namnd=SODERMARK)
        kept(tx, case_ref="K-10")
        return {"first": first, "last": last, "later": later}

    made = await store.write(keep)

    of_case = await store.read(lambda tx: tx.deadlines.of_case(NORRVIK, "k-1"))
    assert of_case == [made["first"], made["last"], made["later"]]
    assert await store.read(lambda tx: tx.deadlines.of_report(ReportId("r1"))) == of_case[:2]


async def test_known_are_found_as_they_were_asked_for(store: SqlStore) -> None:
    def keep(tx: Tx) -> Deadline:
        kept(tx, case_ref="K-1", received_at=NOW + DAY)
        kept(tx, case_ref="K-1", namnd=SODERMARK, kind=ClockKind.UTREDNING)
        return kept(tx, case_ref="K-1")

    made = await store.write(keep)
    keys = [(ref, ClockKind.FORHANDSBEDOMNING, NOW) for ref in ("K-1", "k-1", "K-2")]
    asked = [*keys, ("K-1", ClockKind.UTREDNING, NOW), ("K-1", made.kind, NOW + MINUTE)]

    known = await store.read(lambda tx: tx.deadlines.known(NORRVIK, iter(asked)))

    assert known == {keys[0]: made, keys[1]: made}


async def test_a_withdrawn_clock_is_known_until_there_is_another(store: SqlStore) -> None:
    key = ("K-1", ClockKind.FORHANDSBEDOMNING, NOW)
    withdrawn = deadline(id=DeadlineId("z"), case_ref="K-1").withdraw(StaffId("s1"), at=NOW)
    running = deadline(id=DeadlineId("a"), case_ref="K-1")

    await store.write(lambda tx: tx.deadlines.add(withdrawn))
    assert await store.read(lambda tx: tx.deadlines.known(NORRVIK, [key])) == {key: withdrawn}

    await store.write(lambda tx: tx.deadlines.add(running))
    assert await store.read(lambda tx: tx.deadlines.known(NORRVIK, [key])) == {key: running}

    settled = running.settle(Outcome.INLEDS, StaffId("s1"), at=NOW - DAY, on=FRIDAY)
    await store.write(lambda tx: tx.deadlines.save(settled))
    assert await store.read(lambda tx: tx.deadlines.known(NORRVIK, [key])) == {key: settled}


@contextmanager
def counted(store: SqlStore) -> Iterator[list[tuple[str, Any]]]:
    """Collect the statements that are sent, with their parameters."""
    sent: list[tuple[str, Any]] = []

    def collect(*given: Any) -> None:
        if not given[2].startswith("BEGIN"):
            sent.append((given[2], given[3]))

    sa.event.listen(store.engine, "before_cursor_execute", collect)
    try:
        yield sent
    finally:
        sa.event.remove(store.engine, "before_cursor_execute", collect)


async def test_many_are_added_and_found_in_few_statements(store: SqlStore) -> None:
    """Also when each lacks other things than the one before."""
    made = [deadline(next_at=NOW if n % 2 else None, talk=SUMMONED if n % 3 else None) for n in range(MANY)]
    events = [ClockEvent(one.id, NOW, EventKind.IMPORTED, text="a" if n % 2 else "") for n, one in enumerate(made)]
    keys = {(one.case_ref, one.kind, one.received_at): one for one in made}

    def add(tx: Tx) -> None:
        tx.deadlines.add_all(made)
        tx.deadlines.note_all(events)

    with counted(store) as sent:
        await store.write(add)
        assert await store.write(lambda tx: tx.deadlines.known(NORRVIK, keys)) == keys

    assert len(sent) <= 9
    assert await store.read(lambda tx: tx.deadlines.events(made[-2].id)) == [events[-2]]


# --- due ---


async def test_due_are_those_whose_time_has_come_the_longest_waiting_first(store: SqlStore) -> None:
    def keep(tx: Tx) -> list[DeadlineId]:
        last, first = kept(tx, next_at=NOW).id, kept(tx, next_at=NOW - DAY, namnd=SODERMARK).id
        kept(tx, next_at=NOW + MINUTE)
        kept(tx)
        return [first, last]

    first, last = await store.write(keep)

    due = await store.read(lambda tx: tx.deadlines.due(NOW, limit=9))
    assert [one.id for one in due] == [first, last]
    assert [one.id for one in await store.read(lambda tx: tx.deadlines.due(NOW, limit=1))] == [first]
    after = await store.read(lambda tx: [tx.deadlines.next_due(NOW - 2 * DAY), tx.deadlines.next_due(NOW)])
    assert after == [NOW - DAY, NOW + MINUTE]
    assert await store.read(lambda tx: tx.deadlines.next_due(NOW + MINUTE)) is None


# --- whose, and how they stand ---


async def test_the_running_clocks_of_some_by_when_they_run_out(store: SqlStore) -> None:
    def keep(tx: Tx) -> tuple[list[StaffId], list[DeadlineId]]:
        anna, bo, cia = somebody(tx), somebody(tx), somebody(tx)
        late = kept(tx, owner=anna, limit=limit(NOW + 3 * DAY))
        nobodys = kept(tx, limit=limit(NOW + 2 * DAY))
        early = kept(tx, owner=bo, limit=limit(NOW - DAY))
        kept(tx, owner=cia)
        kept(tx, owner=anna, namnd=SODERMARK)
        tx.deadlines.add(deadline(owner=anna).settle(Outcome.INLEDS, anna, at=NOW, on=FRIDAY))
        tx.deadlines.add(deadline(owner=anna).withdraw(anna, at=NOW))
        return [anna, bo], [early.id, nobodys.id, late.id]

    [anna, bo], [early, nobodys, late] = await store.write(keep)

    cases: list[tuple[list[StaffId | None], list[DeadlineId]]] = [
        ([anna, bo, None], [early, nobodys, late]),
        ([anna], [late]),
        ([bo, anna], [early, late]),
        ([None], [nobodys]),
        ([], []),
    ]
    for owners, expected in cases:
        found = await store.read(lambda tx, who=owners: tx.deadlines.running(NORRVIK, who, limit=9))  # type: ignore[misc]
        assert [one.id for one in found] == expected
        count = await store.read(lambda tx, who=owners: tx.deadlines.count_running(NORRVIK, who))  # type: ignore[misc]
        assert count == len(expected)
    some = await store.read(lambda tx: tx.deadlines.running(NORRVIK, {anna, bo, None}, limit=2))
    assert [one.id for one in some] == [early, nobodys]


async def test_overdue_is_what_the_domain_calls_overdue(store: SqlStore) -> None:
    times = [NOW - DAY, NOW, NOW + MINUTE]
    half = Talk(child_summoned_at=NOW - 3 * DAY)
    both = replace(half, guardian_summoned_at=NOW - 3 * DAY)
    made = [deadline(limit=limit(at), talk=talk) for at in times for talk in (None, Talk(), half, both)]
    made += [deadline(limit=limit(times[0])).settle(Outcome.DONE, StaffId("s"), at=NOW, on=FRIDAY)]
    made += [deadline(limit=limit(times[0])).withdraw(StaffId("s"), at=NOW)]
    await store.write(lambda tx: tx.deadlines.add_all([*made, deadline(limit=limit(times[0]), namnd=SODERMARK)]))

    expected = sorted((one for one in made if one.is_overdue(NOW)), key=lambda one: (one.limit.due_at, one.id))
    assert len(expected) == 6
    assert await store.read(lambda tx: tx.deadlines.overdue(NORRVIK, NOW, limit=9)) == expected
    assert await store.read(lambda tx: tx.deadlines.overdue(NORRVIK, NOW, limit=2)) == expected[:2]
    assert await store.read(lambda tx: tx.deadlines.count_overdue(NORRVIK, NOW)) == 6


async def test_how_each_owner_stands(store: SqlStore) -> None:
    """A talk that both have been summoned to is not overdue, and does not run out when its time has passed."""
    soon = NOW + 2 * DAY

    def keep(tx: Tx) -> list[StaffId]:
        anna, bo = sorted([somebody(tx), somebody(tx)])
        for at in (NOW, NOW + MINUTE, soon - MINUTE, soon):
            kept(tx, owner=bo, limit=limit(at))
        kept(tx, owner=anna, limit=limit(NOW - DAY), talk=SUMMONED)
        kept(tx, limit=limit(NOW - DAY))
        kept(tx, namnd=SODERMARK)
        tx.deadlines.add(deadline(owner=anna, limit=limit(NOW)).withdraw(anna, at=NOW))
        return [anna, bo]

    anna, bo = await store.write(keep)

    with counted(store) as sent:
        counts = await store.write(lambda tx: tx.deadlines.counts(NORRVIK, NOW, soon))
    assert counts == [OwnerCount(anna, 1, 0, 0), OwnerCount(bo, 4, 1, 2), OwnerCount(None, 1, 1, 0)]
    assert len(sent) == 1


async def test_received_between_takes_the_first_instant_and_not_the_last(store: SqlStore) -> None:
    last = NOW + 2 * DAY

    def keep(tx: Tx) -> list[Deadline]:
        late = kept(tx, received_at=last - MINUTE, kind=ClockKind.UTREDNING)
        early = kept(tx, received_at=NOW).settle(Outcome.INLEDS, StaffId("s"), at=NOW, on=FRIDAY)
        tx.deadlines.save(early)
        for at in (NOW - MINUTE, last):
            kept(tx, received_at=at)
        kept(tx, received_at=NOW, kind=ClockKind.ALLVARSSAMTAL)
        kept(tx, received_at=NOW, namnd=SODERMARK)
        tx.deadlines.add(deadline().withdraw(StaffId("s"), at=NOW))
        return [early, late]

    expected = await store.write(keep)

    kinds = {ClockKind.UTREDNING, ClockKind.FORHANDSBEDOMNING}
    assert await store.read(lambda tx: tx.deadlines.received_between(NORRVIK, kinds, NOW, last)) == expected


# --- history ---


async def test_the_history_comes_back_in_its_order(store: SqlStore) -> None:
    def keep(tx: Tx) -> list[ClockEvent]:
        clock, other = kept(tx).id, kept(tx).id
        events = [ClockEvent(clock, NOW, kind, StaffId("s1"), "2026-11-23", "Ö\x00") for kind in EventKind]
        early = ClockEvent(clock, NOW - MINUTE, EventKind.IMPORTED)
        for event in (*events, early, ClockEvent(other, NOW, EventKind.REGISTERED)):
            tx.deadlines.note(event)
        return [early, *events]

    expected = await store.write(keep)

    assert await store.read(lambda tx: tx.deadlines.events(expected[0].deadline_id)) == expected


async def test_what_somebody_wrote_is_sealed(store: SqlStore, vault: Vault) -> None:
    made = deadline(
        case_ref="K-123", extended_by=NUMBER_AT_REST, extension_reason=NUMBER_AT_REST, snooze_reason=NUMBER_AT_REST
    )

    def keep(tx: Tx) -> None:
        tx.deadlines.add(made)
        tx.deadlines.save(made)
        tx.deadlines.note(ClockEvent(made.id, NOW, EventKind.SNOOZED, text=NUMBER_AT_REST))

    await store.write(keep)

    with store.engine.connect() as connection:
        row = connection.execute(sa.select(DeadlineRow)).one()._mapping
        event = connection.execute(sa.select(DeadlineEventRow)).one()._mapping
    assert not any(NUMBER_AT_REST in str(value) for value in (*row.values(), *event.values()))
    assert NUMBER_AT_REST.encode() not in b"".join(
        bytes(value) for value in (*row.values(), *event.values()) if isinstance(value, bytes | memoryview)
    )
    sealed = {
        "name": [row["extended_by"]],
        "reason": [row["extension_reason"], row["snooze_reason"]],
        "event": [event["text"]],
    }
    opened = [vault.open(purpose, blob) for purpose, blobs in sealed.items() for blob in blobs]
    assert opened == [NUMBER_AT_REST] * 4


# --- the morning's lists ---


async def test_there_is_one_list_a_person_and_day(store: SqlStore) -> None:
    def ensure(tx: Tx) -> tuple[PostedList, list[tuple[PostedList, bool]]]:
        anna, bo = somebody(tx), somebody(tx)
        made, is_new = tx.deadlines.ensure_list(NORRVIK, anna, MONDAY)
        assert is_new
        asked = [(NORRVIK, anna, MONDAY), (NORRVIK, anna, TUESDAY), (NORRVIK, bo, MONDAY), (SODERMARK, anna, MONDAY)]
        return made, [tx.deadlines.ensure_list(*one) for one in asked]

    made, asked = await store.write(ensure)

    assert asked[0] == (made, False)
    assert [is_new for _, is_new in asked[1:]] == [True] * 3
    assert len({found.id for found, _ in asked}) == 4
    assert (made.namnd, made.day, made.channel, made.ts, made.shown) == (NORRVIK, MONDAY, None, None, None)


async def test_two_who_ask_for_a_list_at_once_get_the_same(store: SqlStore) -> None:
    anna = await store.write(somebody)

    asked = await asyncio.gather(
        *(store.write(lambda tx: tx.deadlines.ensure_list(NORRVIK, anna, MONDAY)) for _ in range(6))
    )

    assert len({found.id for found, _ in asked}) == 1
    assert [is_new for _, is_new in asked].count(True) == 1


async def test_where_a_list_stands_and_what_stands_in_it(store: SqlStore) -> None:
    def keep(tx: Tx) -> tuple[PostedList, list[Deadline]]:
        anna = somebody(tx)
        made = tx.deadlines.ensure_list(NORRVIK, anna, MONDAY)[0]
        other = tx.deadlines.ensure_list(NORRVIK, anna, TUESDAY)[0]
        tx.deadlines.list_placed(made.id, Posted("D1", "170.1"))
        tx.deadlines.list_placed(made.id, Posted("D1", "170.1"), "så")
        late = kept(tx, listed_in=made.id)
        early = kept(tx, listed_in=made.id, limit=limit(NOW)).settle(Outcome.INLEDS, anna, at=NOW, on=FRIDAY)
        tx.deadlines.save(early)
        kept(tx, listed_in=other.id)
        kept(tx)
        return replace(made, channel="D1", ts="170.1", shown="så"), [early, late]

    placed, listed = await store.write(keep)

    assert await store.read(lambda tx: tx.deadlines.posted_list(placed.id)) == placed
    assert await store.read(lambda tx: tx.deadlines.in_list(placed.id)) == listed
    with pytest.raises(NoResultFound):
        await store.write(lambda tx: tx.deadlines.list_placed(ClockListId(new_id()), Posted("D1", "1")))


# --- each question has an index ---


def questions(tx: Tx) -> Iterator[tuple[str, object]]:
    """Ask what is asked often; yield the index that is to answer it."""
    anna = StaffId("anna")
    yield "ix_deadline_due", tx.deadlines.due(NOW, limit=100)
    yield "ix_deadline_due", tx.deadlines.next_due(NOW)
    yield "ix_deadline_running", tx.deadlines.running(NORRVIK, [anna], limit=9)
    yield "ix_deadline_running", tx.deadlines.running(NORRVIK, [None], limit=9)
    yield "ix_deadline_overdue", tx.deadlines.overdue(NORRVIK, NOW, limit=9)
    yield "ix_deadline_overdue", tx.deadlines.count_overdue(NORRVIK, NOW)
    yield "ix_deadline_listed", tx.deadlines.in_list(ClockListId("x"))
    yield "ix_deadline_case", tx.deadlines.of_case(NORRVIK, "K-1")
    yield "ix_deadline_report_id", tx.deadlines.of_report(ReportId("x"))
    yield (
        "ix_deadline_received",
        tx.deadlines.received_between(NORRVIK, [ClockKind.UTREDNING], NOW, NOW + DAY),
    )
    yield "ix_deadline_event_deadline_id_at", tx.deadlines.events(DeadlineId("x"))


async def test_each_question_is_answered_by_its_index(store: SqlStore, database_url: str) -> None:
    def keep(tx: Tx) -> None:
        owners = [None, *(somebody(tx) for _ in range(19))]
        tx.deadlines.add_all(
            [
                deadline(owner=owners[n % 20], next_at=None if n % 50 else NOW, limit=limit(NOW + n * MINUTE))
                for n in range(MANY)
            ]
        )

    await store.write(keep)

    with counted(store) as sent:
        expected = await store.write(lambda tx: [index for index, _ in questions(tx)])
    asked = list(sent)
    with store.engine.connect() as connection:
        connection.exec_driver_sql("ANALYZE")
        if not is_sqlite(database_url):
            connection.exec_driver_sql("SET enable_seqscan = off")  # a small table is read as quickly
        explain = "EXPLAIN QUERY PLAN" if is_sqlite(database_url) else "EXPLAIN"
        plans = [
            " ".join(str(row) for row in connection.exec_driver_sql(f"{explain} {statement}", parameters))
            for statement, parameters in asked
        ]

    missed = [(index, plan) for index, plan in zip(expected, plans, strict=True) if index not in plan]
    assert missed == []
