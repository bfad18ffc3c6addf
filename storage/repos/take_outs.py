"""Content that is to leave the program, and who has said that it may."""

from typing import Any, Final

import sqlalchemy as sa
from sqlmodel import Session

from bot.domain.ids import NamndId, StaffId
from bot.domain.taking_out import TakeOut, TakeOutKind
from storage.tables import TakenOutRow
from storage.vault import Vault

ONE_AT_A_TIME: Final = sa.text("SELECT pg_advisory_xact_lock(8201144, hashtext(:of))")  # any constant of our own
TABLE: sa.Table = TakenOutRow.__table__  # type: ignore[attr-defined]


class TakeOutRows:
    def __init__(self, session: Session, vault: Vault) -> None:
        self._session = session
        self._vault = vault

    def save(self, asked: TakeOut) -> None:
        """Insert it, or write down what has been said of it since."""
        settled = {name: getattr(asked, name) for name in ("approved_by", "approved_at", "used_at")}
        changed = sa.update(TABLE).where(TABLE.c.id == asked.id).values(**settled)
        if self._session.connection().execute(changed).rowcount:
            return
        plain = {name: getattr(asked, name) for name in ("id", "namnd", "subject", "code", "asked_by", "asked_at")}
        sealed = {
            "ground": self._vault.seal("reason", asked.ground),
            "decider": self._vault.seal("name", asked.decider),
            "given": self._vault.seal("reason", asked.given),
        }
        self._session.connection().execute(sa.insert(TABLE), {"kind": asked.kind.value, **plain, **sealed, **settled})

    def get(self, take_out_id: str, *, lock: bool = False) -> TakeOut | None:
        statement = sa.select(TABLE).where(TABLE.c.id == take_out_id)
        return self._first(statement.with_for_update() if lock else statement)

    def newest(self, subject: str, asked_by: StaffId) -> TakeOut | None:
        connection = self._session.connection()
        if connection.dialect.name == "postgresql":  # on SQLite there is one writer
            connection.execute(ONE_AT_A_TIME, {"of": f"{asked_by} {subject}"})  # the first request has no row to lock
        return self._first(
            sa.select(TABLE)
            .where(TABLE.c.subject == subject, TABLE.c.asked_by == asked_by)
            .order_by(TABLE.c.asked_at.desc(), TABLE.c.id)
            .limit(1)
            .with_for_update()
        )

    def used(self, subject: str) -> list[TakeOut]:
        of_it = sa.select(TABLE).where(TABLE.c.subject == subject, TABLE.c.used_at.is_not(None))
        rows = self._session.connection().execute(of_it.order_by(TABLE.c.used_at, TABLE.c.id))
        return [self._domain(row) for row in rows]

    def _first(self, statement: sa.Select[Any]) -> TakeOut | None:
        row = self._session.connection().execute(statement).first()
        return None if row is None else self._domain(row)

    def _domain(self, row: sa.Row[Any]) -> TakeOut:
        return TakeOut(
            id=row.id,
            kind=TakeOutKind(row.kind),
            namnd=NamndId(row.namnd),
            subject=row.subject,
            code=row.code,
            asked_by=StaffId(row.asked_by),
            asked_at=row.asked_at,
            ground=self._vault.open("reason", row.ground),
            decider=self._vault.open("name", row.decider),
            given=self._vault.open("reason", row.given),
            approved_by=None if row.approved_by is None else StaffId(row.approved_by),
            approved_at=row.approved_at,
            used_at=row.used_at,
        )
