"""The audit log: append-only."""

from collections.abc import Iterable
from typing import Final

import sqlalchemy as sa
from sqlmodel import Session

from bot.clock import Clock
from bot.domain.errors import AuditEntry
from storage.tables import AuditRow

INTO: Final = sa.insert(AuditRow.__table__)  # type: ignore[attr-defined]


class AuditRows:
    def __init__(self, session: Session, clock: Clock) -> None:
        self._session = session
        self._clock = clock

    def record(self, entry: AuditEntry) -> None:
        self.record_all([entry])

    def record_all(self, entries: Iterable[AuditEntry]) -> None:
        """Record many entries, in their order, in few statements."""
        rows = [
            {
                "at": self._clock.now(),
                "actor": entry.actor,
                "act": entry.act,
                "subject": entry.subject,
                "namnd": entry.namnd,
                "is_allowed": entry.is_allowed,
                "ground": entry.ground,
                "details": dict(entry.details),
            }
            for entry in entries
        ]
        if rows:
            self._session.connection().execute(INTO, rows)
