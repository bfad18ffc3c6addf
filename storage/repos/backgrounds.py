"""Bakgrund till beredskapen, sealed."""

from datetime import date
from typing import Final

from sqlmodel import Session, col, select

from bot.domain.background import Background
from bot.domain.ids import NamndId, StaffId, YouthId
from storage.tables import BackgroundRow, YouthRow
from storage.vault import Vault

PURPOSE: Final = "background"


class BackgroundRows:
    def __init__(self, session: Session, vault: Vault) -> None:
        self._session = session
        self._vault = vault

    def get(self, youth_id: YouthId) -> Background | None:
        row = self._session.get(BackgroundRow, youth_id)
        return None if row is None else self._domain(row)

    def save(self, background: Background) -> None:
        """Insert or replace what is written about a youth."""
        seal = self._vault.seal
        row = BackgroundRow(
            youth_id=background.youth_id,
            agreements=seal(PURPOSE, background.agreements),
            watch_for=seal(PURPOSE, background.watch_for),
            interpreter=seal(PURPOSE, background.interpreter),
            call_first=seal(PURPOSE, background.call_first),
            review_on=background.review_on,
            written_by=background.written_by,
            written_at=background.written_at,
        )
        self._session.merge(row)
        self._session.flush()

    def stale(self, namnd: NamndId, today: date) -> list[YouthId]:
        """Return the active youths whose background is to be looked over by now, the longest overdue first."""
        rows = self._session.exec(
            select(BackgroundRow.youth_id)
            .join(YouthRow, col(YouthRow.id) == col(BackgroundRow.youth_id))
            .where(YouthRow.namnd == namnd, col(YouthRow.is_active).is_(True), BackgroundRow.review_on <= today)
            .order_by(col(BackgroundRow.review_on), col(BackgroundRow.youth_id))
        )
        return [YouthId(youth_id) for youth_id in rows]

    def _domain(self, row: BackgroundRow) -> Background:
        return Background(
            youth_id=YouthId(row.youth_id),
            agreements=self._vault.open(PURPOSE, row.agreements),
            watch_for=self._vault.open(PURPOSE, row.watch_for),
            interpreter=self._vault.open(PURPOSE, row.interpreter),
            call_first=self._vault.open(PURPOSE, row.call_first),
            review_on=row.review_on,
            written_by=StaffId(row.written_by),
            written_at=row.written_at,
        )
