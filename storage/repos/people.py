"""Youths, contacts and the links between them."""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from typing import Any, Final

import sqlalchemy as sa
from sqlalchemy.orm.exc import StaleDataError
from sqlmodel import Session, SQLModel, col, select

from bot.clock import Clock
from bot.domain.ids import ContactId, NamndId, StaffId, YouthId, new_case_code, new_id
from bot.domain.people import AgeBand, Basis, Contact, Link, LinkedContact, LinkRole, Youth
from storage.repos.chunks import chunks
from storage.tables import ContactLinkRow, ContactRow, JavRow, LinkConsentRow, YouthRow
from storage.vault import Vault

CONTACTS: sa.Table = ContactRow.__table__  # type: ignore[attr-defined]
LINKS: sa.Table = ContactLinkRow.__table__  # type: ignore[attr-defined]
YOUTHS: sa.Table = YouthRow.__table__  # type: ignore[attr-defined]
JAV: sa.Table = JavRow.__table__  # type: ignore[attr-defined]

# Made once: every text that comes in or leaves asks these, and making a statement costs more than running it.
LINKED: Final = (LINKS.c.role, LINKS.c.name.label("known_as"), YOUTHS, JAV.c.staff_id.label("in_jav"))
BY_LINK: Final = (YOUTHS.c.id, LINKS.c.role)
LINKS_OF: Final = (
    sa.select(*LINKED)
    .join(YOUTHS, YOUTHS.c.id == LINKS.c.youth_id)
    .outerjoin(JAV, JAV.c.youth_id == YOUTHS.c.id)
    .where(LINKS.c.contact_id == sa.bindparam("of"))
    .order_by(*BY_LINK)
)
WHOLE: Final = (
    sa.select(*(column.label(f"contact_{column.name}") for column in CONTACTS.columns), *LINKED)
    .outerjoin(LINKS, LINKS.c.contact_id == CONTACTS.c.id)
    .outerjoin(YOUTHS, YOUTHS.c.id == LINKS.c.youth_id)
    .outerjoin(JAV, JAV.c.youth_id == YOUTHS.c.id)
    .order_by(CONTACTS.c.id, *BY_LINK)
)
CONTACT: Final = WHOLE.where(CONTACTS.c.id == sa.bindparam("of"))
HOLD: Final = sa.text("SELECT pg_advisory_xact_lock(:of)")
BY_NUMBER: Final = WHOLE.where(CONTACTS.c.number_hash.in_(sa.bindparam("hashes", expanding=True)))


class PeopleRows:
    def __init__(self, session: Session, vault: Vault, clock: Clock) -> None:
        self._session = session
        self._vault = vault
        self._clock = clock

    def youth(self, youth_id: YouthId, *, lock: bool = False) -> Youth | None:
        held: dict[str, Any] = {"with_for_update": {"key_share": True}, "populate_existing": True} if lock else {}
        row = self._session.get(YouthRow, youth_id, **held)
        return None if row is None else self._youth(row)

    def youth_by_reference(self, namnd: NamndId, reference: str) -> Youth | None:
        row = self._session.exec(
            select(YouthRow).where(YouthRow.namnd == namnd, YouthRow.reference == reference)
        ).first()
        return None if row is None else self._youth(row)

    def youths_of(self, namnd: NamndId) -> list[Youth]:
        rows = self._session.exec(
            select(YouthRow).where(YouthRow.namnd == namnd, col(YouthRow.is_active).is_(True)).order_by(YouthRow.id)
        )
        return [self._youth(row) for row in rows]

    def add_youth(
        self,
        *,
        namnd: NamndId,
        name: str,
        age_band: AgeBand,
        basis: Basis,
        basis_reason: str,
        reference: str | None,
        jav: Iterable[StaffId],
    ) -> Youth:
        row = YouthRow(
            id=new_id(),
            namnd=namnd,
            reference=reference,
            case_code=self._free_code(),
            name=b"",
            age_band=age_band.value,
            basis=basis.value,
            created_at=self._clock.now(),
        )
        youth = Youth(YouthId(row.id), namnd, row.case_code, name, age_band, basis, basis_reason, frozenset(jav))
        self._fill(row, youth)
        return youth

    def save_youth(self, youth: Youth) -> None:
        row = self._session.get_one(YouthRow, youth.id)
        self._fill(row, youth)

    def contact(self, contact_id: ContactId) -> LinkedContact:
        found = self._whole(CONTACT, of=contact_id)
        if found is None:
            raise sa.exc.NoResultFound
        return found

    def contact_by_number(self, number: str) -> LinkedContact | None:
        return self._whole(BY_NUMBER, hashes=self._vault.find_hashes("number", number))

    def ensure_contact(self, number: str, *, is_answerable: bool = True, language: str | None = None) -> LinkedContact:
        """Return the contact of `number`, made if it is new; a language that is given replaces the old one."""
        found = self.contact_by_number(number)
        if found is None and self._holds([number]):
            found = self.contact_by_number(number)
        if found is not None and language is None:
            return found
        row = None if found is None else self._session.get_one(ContactRow, found.contact.id)
        if row is None:
            row = ContactRow(
                id=new_id(),
                number=self._vault.seal("number", number),
                number_hash=self._vault.find_hash("number", number),
                code=self._free_code(),
                language=language or "sv",
                is_answerable=is_answerable,
                created_at=self._clock.now(),
            )
        elif language is not None:
            row.language = language
        self._session.add(row)
        self._session.flush()
        return self._linked(row)

    def link(self, contact_id: ContactId, youth_id: YouthId, role: LinkRole, name: str) -> None:
        row = self._session.get(ContactLinkRow, (contact_id, youth_id, role.value))
        row = row or ContactLinkRow(contact_id=contact_id, youth_id=youth_id, role=role.value, name=b"")
        row.name = self._vault.seal("name", name)
        self._session.add(row)
        self._session.flush()

    def set_blocked(self, contact_id: ContactId, blocked: bool) -> None:
        self._session.execute(sa.update(ContactRow).where(col(ContactRow.id) == contact_id).values(is_blocked=blocked))
        self._session.expire_all()

    def unlink(self, contact_id: ContactId, youth_id: YouthId) -> None:
        """Let a number be a youth's no longer, in whatever role."""
        self._session.execute(
            sa.delete(ContactLinkRow).where(
                col(ContactLinkRow.contact_id) == contact_id, col(ContactLinkRow.youth_id) == youth_id
            )
        )
        self._session.execute(
            sa.delete(LinkConsentRow).where(
                col(LinkConsentRow.contact_id) == contact_id, col(LinkConsentRow.youth_id) == youth_id
            )
        )
        self._session.expire_all()

    def contacts_of(self, namnd: NamndId) -> list[LinkedContact]:
        """Return the contacts with a link in `namnd`, each with that nämnd's links only."""
        rows = self._session.exec(
            select(ContactRow)
            .join(ContactLinkRow, col(ContactLinkRow.contact_id) == col(ContactRow.id))
            .join(YouthRow, col(YouthRow.id) == col(ContactLinkRow.youth_id))
            .where(YouthRow.namnd == namnd, col(YouthRow.is_active).is_(True))
            .distinct()
            .order_by(ContactRow.id)
        )
        return [self._linked(row).within(namnd) for row in rows]

    def youths_by_reference(self, keys: Iterable[tuple[NamndId, str]]) -> dict[tuple[NamndId, str], Youth]:
        """Return those of the youths that there are, by nämnd and reference; the inactive ones too."""
        found: dict[tuple[NamndId, str], Youth] = {}
        wanted = sorted(set(keys))
        for some in chunks(wanted):
            references = {reference for _, reference in some}
            rows = self._session.exec(select(YouthRow).where(col(YouthRow.reference).in_(references))).all()
            asked = {(NamndId(row.namnd), row.reference or ""): row for row in rows}
            jav = self._jav_of([row.id for row in rows])
            found.update({key: self._built(asked[key], jav[asked[key].id]) for key in some if key in asked})
        return found

    def contacts_with(self, numbers: Iterable[str], youths: Iterable[YouthId]) -> list[LinkedContact]:
        """Return the contacts that have one of `numbers` or a link to one of `youths`, in few statements."""
        found: dict[str, LinkedContact] = {}
        for some in chunks(sorted(set(numbers))):
            hashes = [hashed for number in some for hashed in self._vault.find_hashes("number", number)]
            rows = self._session.exec(select(ContactRow).where(col(ContactRow.number_hash).in_(hashes))).all()
            found.update({row.id: linked for row, linked in zip(rows, self._all_linked(rows), strict=True)})
        for some_ids in chunks(sorted(set(youths))):
            linked_to = select(ContactLinkRow.contact_id).where(col(ContactLinkRow.youth_id).in_(some_ids))
            rows = self._session.exec(select(ContactRow).where(col(ContactRow.id).in_(linked_to))).all()
            rows = [row for row in rows if row.id not in found]
            found.update({row.id: linked for row, linked in zip(rows, self._all_linked(rows), strict=True)})
        return [found[key] for key in sorted(found)]

    def add_youths(self, youths: Sequence[tuple[Youth, str]]) -> None:
        """Add youths that are known to be new, each with its reference and a case code of its own."""
        codes = self._free_codes(len(youths))
        rows = [
            {
                "id": youth.id,
                "namnd": youth.namnd,
                "reference": reference,
                "case_code": code,
                "name": self._vault.seal("name", youth.name),
                "age_band": youth.age_band.value,
                "basis": youth.basis.value,
                "basis_reason": self._vault.seal("reason", youth.basis_reason) if youth.basis_reason else None,
                "is_active": youth.is_active,
                "created_at": self._clock.now(),
            }
            for (youth, reference), code in zip(youths, codes, strict=True)
        ]
        self._insert(YouthRow, rows)
        self._insert(JavRow, [{"youth_id": y.id, "staff_id": s} for y, _ in youths for s in sorted(y.jav)])

    def add_contacts(self, languages: Mapping[str, str]) -> dict[str, ContactId]:
        """Add contacts that are known to be new, number to language; return their ids by number."""
        if self._holds(languages) and self.contacts_with(languages, ()):
            raise StaleDataError  # somebody with another key first was before us: see what they made, and try again
        ids = {number: ContactId(new_id()) for number in languages}
        codes = self._free_codes(len(languages))
        rows = [
            {
                "id": ids[number],
                "number": self._vault.seal("number", number),
                "number_hash": self._vault.find_hash("number", number),
                "code": code,
                "language": language,
                "is_answerable": True,
                "is_blocked": False,
                "created_at": self._clock.now(),
            }
            for (number, language), code in zip(languages.items(), codes, strict=True)
        ]
        self._insert(ContactRow, rows)
        return ids

    def add_links(self, links: Sequence[Link]) -> None:
        """Add links that are known to be new, in few statements."""
        rows = [
            {
                "contact_id": link.contact_id,
                "youth_id": link.youth.id,
                "role": link.role.value,
                "name": self._vault.seal("name", link.name),
            }
            for link in links
        ]
        self._insert(ContactLinkRow, rows)

    def _holds(self, numbers: Iterable[str]) -> bool:
        """Hold numbers for this transaction; False where nobody needs to.

        While keys are changed, two instances may keep the same number under two hashes, and that each is unique says
        nothing. Whoever has waited for a number has to look again.
        """
        connection = self._session.connection()
        if connection.dialect.name == "sqlite" or len(self._vault.key_ids) == 1:
            return False
        for lane in sorted({self._vault.lane(number) for number in numbers}):
            connection.execute(HOLD, {"of": int(lane[:15], 16)})
        return True

    def _insert(self, table: type[SQLModel], rows: list[dict[str, Any]]) -> None:
        if rows:
            self._session.execute(sa.insert(table), rows)

    def _all_linked(self, rows: Sequence[ContactRow]) -> list[LinkedContact]:
        links: defaultdict[str, list[tuple[ContactLinkRow, YouthRow]]] = defaultdict(list)
        for some in chunks([row.id for row in rows]):
            found = self._session.exec(
                select(ContactLinkRow, YouthRow)
                .join(YouthRow, col(YouthRow.id) == col(ContactLinkRow.youth_id))
                .where(col(ContactLinkRow.contact_id).in_(some))
                .order_by(YouthRow.id, ContactLinkRow.role)
            )
            for link, youth in found:
                links[link.contact_id].append((link, youth))
        linked = {youth.id: youth for pairs in links.values() for _, youth in pairs}
        jav = self._jav_of(list(linked))
        youths = {youth.id: self._built(youth, jav[youth.id]) for youth in linked.values()}
        return [
            LinkedContact(
                contact := self._contact(row),
                tuple(
                    Link(contact.id, youths[youth.id], LinkRole(link.role), self._vault.open("name", link.name))
                    for link, youth in links[row.id]
                ),
            )
            for row in rows
        ]

    def _jav_of(self, youth_ids: Sequence[str]) -> defaultdict[str, list[str]]:
        jav: defaultdict[str, list[str]] = defaultdict(list)
        for some in chunks(youth_ids):
            for row in self._session.exec(select(JavRow).where(col(JavRow.youth_id).in_(some))):
                jav[row.youth_id].append(row.staff_id)
        return jav

    def _free_codes(self, count: int) -> list[str]:
        """Return codes that nobody has, each once."""
        codes: dict[str, None] = {}
        while len(codes) < count:
            tried = {new_case_code() for _ in range(count - len(codes))}
            for some in chunks(sorted(tried)):
                taken = self._session.exec(select(YouthRow.case_code).where(col(YouthRow.case_code).in_(some))).all()
                tried.difference_update(taken)
                taken = self._session.exec(select(ContactRow.code).where(col(ContactRow.code).in_(some))).all()
                tried.difference_update(taken)
            codes.update(dict.fromkeys(tried))
        return list(codes)

    def _whole(self, statement: sa.Select[Any], **given: Any) -> LinkedContact | None:
        """Return a contact with its links, in one statement: a row for each link and each jav of its youth."""
        rows = self._session.connection().execute(statement, given).all()
        if not rows:
            return None
        first = rows[0]
        contact = Contact(
            id=ContactId(first.contact_id),
            number=self._vault.open("number", first.contact_number),
            code=first.contact_code,
            language=first.contact_language,
            is_answerable=first.contact_is_answerable,
            is_blocked=first.contact_is_blocked,
        )
        return LinkedContact(contact, self._links(contact.id, [row for row in rows if row.contact_id == contact.id]))

    def _linked(self, row: ContactRow) -> LinkedContact:
        links = self._session.connection().execute(LINKS_OF, {"of": row.id}).all()
        return LinkedContact(self._contact(row), self._links(ContactId(row.id), links))

    def _links(self, contact_id: ContactId, rows: Sequence[sa.Row[Any]]) -> tuple[Link, ...]:
        links: dict[tuple[str, str], list[sa.Row[Any]]] = {}
        for row in rows:
            if row.role is not None:
                links.setdefault((row.id, row.role), []).append(row)
        return tuple(
            Link(
                contact_id,
                self._built(same[0], [row.in_jav for row in same if row.in_jav is not None]),
                LinkRole(role),
                self._vault.open("name", same[0].known_as),
            )
            for (_, role), same in links.items()
        )

    def _contact(self, row: ContactRow) -> Contact:
        return Contact(
            id=ContactId(row.id),
            number=self._vault.open("number", row.number),
            code=row.code,
            language=row.language,
            is_answerable=row.is_answerable,
            is_blocked=row.is_blocked,
        )

    def _fill(self, row: YouthRow, youth: Youth) -> None:
        row.name = self._vault.seal("name", youth.name)
        row.age_band, row.basis = youth.age_band.value, youth.basis.value
        row.basis_reason = self._vault.seal("reason", youth.basis_reason) if youth.basis_reason else None
        row.is_active = youth.is_active
        row.case_code = youth.case_code
        self._session.add(row)
        self._session.flush()
        self._session.execute(sa.delete(JavRow).where(col(JavRow.youth_id) == youth.id))
        for staff_id in sorted(youth.jav):
            self._session.add(JavRow(youth_id=youth.id, staff_id=staff_id))
        self._session.flush()

    def _youth(self, row: YouthRow) -> Youth:
        return self._built(row, self._session.exec(select(JavRow.staff_id).where(JavRow.youth_id == row.id)))

    def _built(self, row: YouthRow | sa.Row[Any], jav: Iterable[str]) -> Youth:
        return Youth(
            id=YouthId(row.id),
            namnd=NamndId(row.namnd),
            case_code=row.case_code,
            name=self._vault.open("name", row.name),
            age_band=AgeBand(row.age_band),
            basis=Basis(row.basis),
            basis_reason="" if row.basis_reason is None else self._vault.open("reason", row.basis_reason),
            jav=frozenset(StaffId(staff_id) for staff_id in jav),
            is_active=row.is_active,
        )

    def _free_code(self) -> str:
        while True:
            code = new_case_code()
            taken = self._session.exec(select(YouthRow.id).where(YouthRow.case_code == code)).first()
            taken = taken or self._session.exec(select(ContactRow.id).where(ContactRow.code == code)).first()
            if taken is None:
                return code
