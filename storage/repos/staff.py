"""Staff, their roles and phones."""

from collections import defaultdict
from collections.abc import Iterable, Sequence
from datetime import datetime, timedelta
from typing import Any, Final

import sqlalchemy as sa
from sqlmodel import Session, col, select

from bot.clock import Clock
from bot.domain.ids import NamndId, StaffId
from bot.domain.people import Role, Staff, StaffRole, World
from storage.repos.chunks import chunks
from storage.tables import StaffPhoneRow, StaffRoleRow, StaffRow
from storage.vault import Vault

STAFF: sa.Table = StaffRow.__table__  # type: ignore[attr-defined]
ROLES: sa.Table = StaffRoleRow.__table__  # type: ignore[attr-defined]
PHONES: sa.Table = StaffPhoneRow.__table__  # type: ignore[attr-defined]
CLOCKS_DIFFER: Final = timedelta(seconds=5)  # Slack tells in whole seconds, and by a clock of its own

# Made once: every text that comes in or leaves asks these, and making a statement costs more than running it.
SOME: Final[sa.BindParameter[Any]] = sa.bindparam("some", expanding=True)
PEOPLE: Final = (
    sa.select(STAFF, ROLES.c.namnd, ROLES.c.world, ROLES.c.role, PHONES.c.number, PHONES.c.verified_at)
    .outerjoin(ROLES, ROLES.c.staff_id == STAFF.c.id)
    .outerjoin(PHONES, PHONES.c.staff_id == STAFF.c.id)
    .where(STAFF.c.id.in_(SOME))
)
BY_SLACK_ID: Final = sa.select(STAFF.c.id).where(STAFF.c.slack_user_id == sa.bindparam("of"))
BY_EMAIL: Final = sa.select(STAFF.c.id).where(STAFF.c.email_hash.in_(SOME))
BY_VERIFIED_PHONE: Final = (
    sa.select(STAFF.c.id)
    .join(PHONES, PHONES.c.staff_id == STAFF.c.id)
    .where(PHONES.c.number_hash.in_(SOME), PHONES.c.verified_at.is_not(None), STAFF.c.is_active.is_(True))
)
WITH_ROLE: Final = (
    sa.select(STAFF.c.id)
    .join(ROLES, ROLES.c.staff_id == STAFF.c.id)
    .where(
        ROLES.c.role == sa.bindparam("as_role"),
        ROLES.c.namnd == sa.bindparam("in_namnd"),
        ROLES.c.world == sa.bindparam("in_world"),
        STAFF.c.is_active.is_(True),
    )
    .order_by(STAFF.c.id)
)


class StaffRows:
    def __init__(self, session: Session, vault: Vault, clock: Clock) -> None:
        self._session = session
        self._vault = vault
        self._clock = clock
        self._known: dict[StaffId, Staff | None] = {}  # as this transaction has seen them

    def get(self, staff_id: StaffId) -> Staff | None:
        return self.several([staff_id]).get(staff_id)

    def several(self, staff_ids: Iterable[StaffId]) -> dict[StaffId, Staff]:
        """Return those of the staff that there are, in one statement."""
        wanted = list(dict.fromkeys(staff_ids))
        for some in chunks([staff_id for staff_id in wanted if staff_id not in self._known]):
            self._known.update(dict.fromkeys(some))
            whole: defaultdict[StaffId, list[sa.Row[Any]]] = defaultdict(list)  # a row for each of somebody's roles
            for row in self._session.connection().execute(PEOPLE, {"some": list(some)}):
                whole[StaffId(row.id)].append(row)
            for staff_id, rows in whole.items():
                roles = [row for row in rows if row.role is not None]
                self._known[staff_id] = self._built(rows[0], roles, None if rows[0].number is None else rows[0])
        return {staff_id: found for staff_id in wanted if (found := self._known[staff_id]) is not None}

    def by_slack_id(self, slack_user_id: str) -> Staff | None:
        return self._first(BY_SLACK_ID, of=slack_user_id)

    def by_email(self, email: str) -> Staff | None:
        hashes = self._vault.find_hashes("email", email.casefold())
        return self._first(BY_EMAIL, some=hashes)

    def by_verified_phone(self, number: str) -> Staff | None:
        hashes = self._vault.find_hashes("number", number)
        return self._first(BY_VERIFIED_PHONE, some=hashes)

    def with_role(self, role: Role, namnd: NamndId, world: World = World.BEREDSKAP) -> list[Staff]:
        given = {"as_role": role.value, "in_namnd": namnd, "in_world": world.value}
        ids = self._session.connection().execute(WITH_ROLE, given)
        return list(self.several(ids.scalars()).values())

    def save(self, staff: Staff) -> None:
        """Insert or replace a person with all roles and the phone."""
        self._known.clear()
        row = self._session.get(StaffRow, staff.id)
        if row is None:
            row = StaffRow(id=staff.id, email_hash=b"", name=b"", email=b"")
        row.slack_user_id = staff.slack_user_id
        row.email_hash = self._vault.find_hash("email", staff.email.casefold())
        row.name = self._vault.seal("name", staff.name)
        row.email = self._vault.seal("email", staff.email)
        row.is_active = staff.is_active
        self._session.add(row)
        self._session.flush()
        self._session.execute(sa.delete(StaffRoleRow).where(col(StaffRoleRow.staff_id) == staff.id))
        self._session.add_all(StaffRoleRow(**values) for values in _role_values(staff))
        self._save_phone(staff)
        self._session.flush()

    def everyone(self) -> list[Staff]:
        """Return all staff, the inactive ones too."""
        roles: defaultdict[str, list[StaffRoleRow]] = defaultdict(list)
        for held in self._session.exec(select(StaffRoleRow)):
            roles[held.staff_id].append(held)
        phones = {phone.staff_id: phone for phone in self._session.exec(select(StaffPhoneRow))}
        rows = self._session.exec(select(StaffRow).order_by(StaffRow.id))
        return [self._built(row, roles[row.id], phones.get(row.id)) for row in rows]

    def add_all(self, staff: Sequence[Staff]) -> None:
        """Add people who are known to be new, in few statements."""
        self._known.clear()
        people = [
            {
                "id": person.id,
                "slack_user_id": person.slack_user_id,
                "email_hash": self._vault.find_hash("email", person.email.casefold()),
                "name": self._vault.seal("name", person.name),
                "email": self._vault.seal("email", person.email),
                "is_active": person.is_active,
            }
            for person in staff
        ]
        phones = [
            {
                "staff_id": person.id,
                "number": self._vault.seal("number", person.phone),
                "number_hash": self._vault.find_hash("number", person.phone),
                "verified_at": self._clock.now() if person.is_phone_verified else None,
            }
            for person in staff
            if person.phone is not None
        ]
        roles = [role for person in staff for role in _role_values(person)]
        for table, rows in ((StaffRow, people), (StaffRoleRow, roles), (StaffPhoneRow, phones)):
            if rows:
                self._session.execute(sa.insert(table), rows)

    def note_account(self, slack_user_id: str, *, is_refused: bool, at: datetime) -> Staff | None:
        """Note what Slack said of an account at `at`; return who it is where that is news.

        Slack tells in any order: what is older than what is known is left, but for what may be a clock that differs.
        Of what it tells in one second the no stands.
        """
        row = self._session.exec(select(StaffRow).where(col(StaffRow.slack_user_id) == slack_user_id)).first()
        if row is None or (row.account_at is not None and at + CLOCKS_DIFFER < row.account_at):
            return None
        if row.is_refused and not is_refused and row.account_at is not None and at <= row.account_at:
            return None
        is_news = row.is_refused is not is_refused
        row.is_refused, row.account_at = is_refused, max(at, row.account_at or at)
        self._session.add(row)
        self._session.flush()
        self._known.clear()
        return self.get(StaffId(row.id)) if is_news else None

    def _save_phone(self, staff: Staff) -> None:
        old = self._session.get(StaffPhoneRow, staff.id)
        if staff.phone is None:
            if old is not None:
                self._session.delete(old)
            return
        row = old or StaffPhoneRow(staff_id=staff.id, number=b"", number_hash=b"")
        row.number = self._vault.seal("number", staff.phone)
        row.number_hash = self._vault.find_hash("number", staff.phone)
        row.verified_at = (row.verified_at or self._clock.now()) if staff.is_phone_verified else None
        self._session.add(row)

    def _first(self, ids: sa.Select[Any], **given: Any) -> Staff | None:
        found = self._session.connection().execute(ids, given).scalars().first()
        return None if found is None else self.get(StaffId(found))

    def _built(self, row: Any, roles: Iterable[Any], phone: Any) -> Staff:
        return Staff(
            id=StaffId(row.id),
            name=self._vault.open("name", row.name),
            email=self._vault.open("email", row.email),
            slack_user_id=row.slack_user_id,
            roles=frozenset(StaffRole(NamndId(r.namnd), World(r.world), Role(r.role)) for r in roles),
            phone=None if phone is None else self._vault.open("number", phone.number),
            is_phone_verified=phone is not None and phone.verified_at is not None,
            is_active=row.is_active,
            is_refused=row.is_refused,
        )


def _role_values(staff: Staff) -> list[dict[str, Any]]:
    return [
        {"staff_id": staff.id, "namnd": held.namnd, "world": held.world.value, "role": held.role.value}
        for held in sorted(staff.roles, key=lambda r: (r.namnd, r.world.value, r.role.value))
    ]
