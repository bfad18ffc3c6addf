"""Which key everything is sealed with, and sealing it anew in small stretches."""

from collections.abc import Sequence
from typing import Any, Final

import sqlalchemy as sa
from sqlmodel import Session, col, select

from bot.clock import Clock
from bot.domain.rotation import Bookmark, KeyUse, Rotation, Stretch
from storage.sealed_columns import FOUND_BY, PURPOSES, is_under, sealed_tables
from storage.tables import Base, EncryptionKeyRow, KeyRotationRow
from storage.vault import Vault, WrongKey

ORDER: Final = tuple(PURPOSES)


class KeyRows:
    """See bot.ports.KeyRepo."""

    def __init__(self, session: Session, vault: Vault, clock: Clock) -> None:
        self._session = session
        self._vault = vault
        self._clock = clock

    def current(self) -> str:
        return self._vault.current

    def uses(self) -> list[KeyUse]:
        noted = {row.key_id: row.fingerprint for row in self._session.exec(select(EncryptionKeyRow))}
        ids = list(dict.fromkeys([*self._vault.key_ids, *sorted(noted)]))
        rows: dict[str, dict[str, int]] = {key_id: {} for key_id in ids}
        for table, purposes in sealed_tables():
            has = {key_id: sa.or_(*(is_under(table.c[name], key_id) for name in purposes)) for key_id in ids}
            counts = [sa.func.sum(sa.case((any_of, 1), else_=0)) for any_of in has.values()]
            found = self._session.execute(sa.select(*counts)).one()
            for key_id, count in zip(ids, found, strict=True):
                if count:
                    rows[key_id][table.name] = int(count)
        return [KeyUse(key_id, rows[key_id], noted.get(key_id)) for key_id in ids]

    def rotation(self) -> Rotation | None:
        statement = select(KeyRotationRow).order_by(col(KeyRotationRow.id).desc()).limit(1)
        row = self._session.exec(statement).first()
        return None if row is None else _domain(row)

    def ask(self) -> Rotation:
        newest = self.rotation()
        if newest is not None and newest.finished_at is None:
            if newest.to_key == self._vault.current:
                return newest
            self.finish(newest.id, 0)  # it was to a key that is first no longer: this one takes all of it
        row = KeyRotationRow(to_key=self._vault.current, asked_at=self._clock.now())
        self._session.add(row)
        self._session.flush()
        return _domain(row)

    def move_some(self, rotation_id: int, after: Bookmark | None, limit: int) -> Stretch:
        name, last = after or (ORDER[0], ())
        rows = self._old(name, last, limit)
        while not rows and name != ORDER[-1]:
            name = ORDER[ORDER.index(name) + 1]
            rows = self._old(name, (), limit)
        moved = sum(self._move(name, row) for row in rows)
        if moved:
            more = {"moved": col(KeyRotationRow.moved) + moved}
            self._session.execute(sa.update(KeyRotationRow).where(col(KeyRotationRow.id) == rotation_id).values(more))
        is_last = name == ORDER[-1] and len(rows) < limit
        keys = Base.metadata.tables[name].primary_key
        return Stretch(
            moved,
            len(rows) - moved,
            None if is_last else (name, tuple(rows[-1][column.name] for column in keys)),
        )

    def finish(self, rotation_id: int, stuck: int) -> None:
        is_open = (col(KeyRotationRow.id) == rotation_id, col(KeyRotationRow.finished_at).is_(None))
        values = {"finished_at": self._clock.now(), "stuck": stuck}
        self._session.execute(sa.update(KeyRotationRow).where(*is_open).values(values))

    def _old(self, name: str, last: Sequence[str | int], limit: int) -> Sequence[sa.RowMapping]:
        """Return rows with something under another key, held for this transaction; who else holds one has it now."""
        table, purposes = Base.metadata.tables[name], PURPOSES[name]
        keys = list(table.primary_key)
        statement = (
            sa.select(*keys, *(table.c[name] for name in purposes))
            .where(sa.or_(*(self._is_old(table.c[name]) for name in purposes)))
            .order_by(*keys)
            .limit(limit)
            .with_for_update(skip_locked=True, key_share=True)
        )
        if last:
            statement = statement.where(sa.tuple_(*keys) > sa.tuple_(*(sa.literal(value) for value in last)))
        return self._session.connection().execute(statement).mappings().all()

    def _is_old(self, column: sa.Column[Any]) -> sa.ColumnElement[bool]:
        return sa.and_(column.is_not(None), ~is_under(column, self._vault.current))

    def _move(self, name: str, row: sa.RowMapping) -> bool:
        """Seal one row anew, and its hash with it; False when it cannot be opened, or its hash is another row's."""
        table, purposes = Base.metadata.tables[name], PURPOSES[name]
        try:
            opened = {of: self._vault.open(purposes[of], row[of]) for of in purposes if row[of] is not None}
        except WrongKey:
            return False
        values: dict[str, bytes] = {of: self._vault.seal(purposes[of], text) for of, text in opened.items()}
        is_it = [column == row[column.name] for column in table.primary_key]
        found = FOUND_BY.get(table.name)
        if found is not None and opened[found.by]:  # what has been erased is found by nothing
            hashed = self._vault.find_hash(found.purpose, found.spelt(opened[found.by]))
            if self._is_taken(table.c[found.column], hashed, sa.not_(sa.and_(*is_it))):
                return False
            values[found.column] = hashed
        self._session.connection().execute(sa.update(table).where(*is_it).values(values))
        return True

    def _is_taken(self, column: sa.Column[Any], hashed: bytes, other: sa.ColumnElement[bool]) -> bool:
        statement = sa.select(sa.literal(1)).where(column == hashed, other).limit(1)
        return self._session.connection().execute(statement).first() is not None


def _domain(row: KeyRotationRow) -> Rotation:
    return Rotation(row.id or 0, row.to_key, row.asked_at, row.moved, row.stuck, row.finished_at)
