"""The handovers: one per nämnd and working day."""

from dataclasses import asdict
from datetime import date

from sqlalchemy.dialects import postgresql, sqlite
from sqlmodel import Session, col, select

from bot.domain.handover import DigestRecord
from bot.domain.ids import DigestId, NamndId
from storage.tables import DigestRow


class DigestRows:
    def __init__(self, session: Session) -> None:
        self._session = session

    def add(self, digest: DigestRecord) -> bool:
        """Add a handover; False when that nämnd and day have theirs already."""
        build = sqlite.insert if self._session.get_bind().dialect.name == "sqlite" else postgresql.insert
        statement = (
            build(DigestRow)
            .values(**asdict(digest))
            .on_conflict_do_nothing(index_elements=["namnd", "day"])
            .returning(col(DigestRow.id))
        )
        return self._session.execute(statement).first() is not None

    def get(self, digest_id: DigestId) -> DigestRecord | None:
        row = self._session.get(DigestRow, digest_id)
        return None if row is None else _domain(row)

    def on(self, namnd: NamndId, day: date) -> DigestRecord | None:
        row = self._session.exec(select(DigestRow).where(DigestRow.namnd == namnd, DigestRow.day == day)).first()
        return None if row is None else _domain(row)

    def newest(self, namnd: NamndId) -> DigestRecord | None:
        row = self._session.exec(
            select(DigestRow).where(DigestRow.namnd == namnd).order_by(col(DigestRow.day).desc()).limit(1)
        ).first()
        return None if row is None else _domain(row)

    def until(self, namnd: NamndId, day: date, *, limit: int) -> list[DigestRecord]:
        """Return the handovers of `day` and before, newest first."""
        rows = self._session.exec(
            select(DigestRow)
            .where(DigestRow.namnd == namnd, DigestRow.day <= day)
            .order_by(col(DigestRow.day).desc())
            .limit(limit)
        )
        return [_domain(row) for row in rows]


def _domain(row: DigestRow) -> DigestRecord:
    return DigestRecord(DigestId(row.id), NamndId(row.namnd), row.day, row.due_at, row.posted_at, row.since)
