"""What an import adds in few statements is what the same rows would have been one by one."""

from dataclasses import replace

import pytest
from sqlalchemy.exc import IntegrityError
from sqlmodel import Session, col, select

from bot.domain.errors import AuditEntry
from bot.domain.ids import YouthId, new_id
from bot.domain.people import AgeBand, Basis, Link, LinkRole, Role, StaffRole, World, Youth
from bot.ports import Tx
from storage.store import SqlStore
from storage.tables import AuditRow
from tests.storage.given import NORRVIK, SODERMARK, STAFF_NUMBER, a_youth, shift, staff

MANY = 700  # more than one statement takes


def youth(name: str = "Ture Lund", **changes: object) -> Youth:
    made = Youth(YouthId(new_id()), NORRVIK, "", name, AgeBand.FROM_15, Basis.GUARDIAN_CONSENT)
    return replace(made, **changes)  # type: ignore[arg-type]


async def test_staff_added_together_come_back_one_by_one(store: SqlStore) -> None:
    two_roles = frozenset(StaffRole(n, World.BEREDSKAP, Role.LEADER) for n in (NORRVIK, SODERMARK))
    people = [
        staff("Anna", phone=STAFF_NUMBER, is_phone_verified=True, roles=two_roles),
        staff("Bo", slack_user_id=None, phone="+46701740608", is_active=False),
        staff("Cia", roles=frozenset()),
    ]

    await store.write(lambda tx: tx.staff.add_all(people))
    await store.write(lambda tx: tx.staff.add_all([]))

    everyone = await store.read(lambda tx: tx.staff.everyone())
    assert everyone == sorted(people, key=lambda person: person.id)
    assert await store.read(lambda tx: [tx.staff.get(person.id) for person in people]) == people
    assert await store.read(lambda tx: tx.staff.by_verified_phone(STAFF_NUMBER)) == people[0]


async def test_shifts_added_together_come_back(store: SqlStore) -> None:
    anna = staff()
    first, second = shift(anna.id), shift(anna.id, hours=3)
    second = replace(second, starts_at=first.ends_at, ends_at=first.ends_at + (first.ends_at - first.starts_at))

    def add(tx: Tx) -> None:
        tx.staff.save(anna)
        tx.shifts.add_all([second, first])
        tx.shifts.add_all([])

    await store.write(add)

    assert await store.read(lambda tx: tx.shifts.between(first.starts_at, second.ends_at)) == [first, second]


async def test_youths_contacts_and_links_added_together_come_back(store: SqlStore) -> None:
    anna = staff()
    ture = youth(jav=frozenset({anna.id}), basis=Basis.OVERRIDE, basis_reason="Bo Ek har bestämt")
    tuva = youth("Tuva Lund", namnd=SODERMARK)

    def add(tx: Tx) -> None:
        tx.staff.save(anna)
        tx.people.add_youths([(ture, "rad 1"), (tuva, "rad 1")])
        ids = tx.people.add_contacts({"+46701740605": "sv", "+46701740606": "so"})
        links = [(("+46701740605"), ture, LinkRole.YOUTH), ("+46701740606", ture, LinkRole.GUARDIAN)]
        tx.people.add_links([Link(ids[number], who, role, "Gun") for number, who, role in links])

    await store.write(add)

    keys = [(NORRVIK, "rad 1"), (SODERMARK, "rad 1"), (NORRVIK, "rad 2")]
    found = await store.read(lambda tx: tx.people.youths_by_reference(keys))
    assert set(found) == set(keys[:2])
    stored = found[NORRVIK, "rad 1"]
    assert stored == replace(ture, case_code=stored.case_code)
    assert await store.read(lambda tx: tx.people.youth_by_reference(NORRVIK, "rad 1")) == stored

    theirs = await store.read(lambda tx: tx.people.contacts_with(["+46701740605"], [ture.id]))
    assert {contact.contact.number for contact in theirs} == {"+46701740605", "+46701740606"}
    assert theirs == await store.read(lambda tx: [tx.people.contact(contact.contact.id) for contact in theirs])
    assert {contact.contact.language for contact in theirs} == {"sv", "so"}
    assert {link.youth for contact in theirs for link in contact.links} == {stored}
    assert await store.read(lambda tx: tx.people.contacts_with([], [])) == []


async def test_many_are_found_although_a_statement_takes_only_so_many(store: SqlStore) -> None:
    youths = [(youth(), f"rad {n}") for n in range(MANY)]
    numbers = {f"avsändare {n}": "sv" for n in range(MANY)}

    def add(tx: Tx) -> None:
        tx.people.add_youths(youths)
        ids = list(tx.people.add_contacts(numbers).values())
        tx.people.add_links([Link(i, who, LinkRole.YOUTH, "") for i, (who, _) in zip(ids, youths, strict=True)])

    await store.write(add)

    keys = [(NORRVIK, reference) for _, reference in youths]
    found = await store.read(lambda tx: tx.people.youths_by_reference(keys))
    assert {who.id for who in found.values()} == {who.id for who, _ in youths}
    by_number = await store.read(lambda tx: tx.people.contacts_with(numbers, []))
    by_youth = await store.read(lambda tx: tx.people.contacts_with([], [who.id for who, _ in youths]))
    assert by_number == by_youth
    codes = [who.case_code for who in found.values()] + [contact.contact.code for contact in by_number]
    assert len(set(codes)) == 2 * MANY


async def test_one_that_was_not_new_undoes_all(store: SqlStore) -> None:
    await store.write(lambda tx: a_youth(tx, reference="rad 1"))

    with pytest.raises(IntegrityError):
        await store.write(lambda tx: tx.people.add_youths([(youth(), "rad 0"), (youth(), "rad 1")]))

    assert len(await store.read(lambda tx: tx.people.youths_of(NORRVIK))) == 1


async def test_audit_entries_recorded_together_stand_in_their_order(store: SqlStore) -> None:
    entries = [
        AuditEntry("s1", "enrol", f"youth:{n}", "import", NORRVIK, details={"line": n} if n % 2 else {})
        for n in range(5)
    ]

    await store.write(lambda tx: tx.audit.record_all(entries))
    await store.write(lambda tx: tx.audit.record_all([]))

    with Session(store.engine) as session:
        rows = session.exec(select(AuditRow).order_by(col(AuditRow.id))).all()
    kept = [AuditEntry(r.actor, r.act, r.subject, r.ground, r.namnd, r.is_allowed, r.details) for r in rows]
    assert kept == entries
