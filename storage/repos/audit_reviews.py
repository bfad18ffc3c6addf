"""Monthly samples of the audit log, and what was found."""

from collections.abc import Sequence
from datetime import date, datetime

import sqlalchemy as sa
from sqlmodel import Session, col, select

from bot.domain.audit_review import Finding, Reason, Review, ReviewCount, ReviewId, ReviewItem
from bot.domain.ids import NamndId, StaffId
from bot.domain.people import World
from storage.tables import AuditReviewItemRow, AuditReviewRow


class ReviewRows:
    """See bot.ports.ReviewRepo."""

    def __init__(self, session: Session) -> None:
        self._session = session

    def add(self, review: Review, audit_ids: Sequence[int]) -> None:
        self._session.add(
            AuditReviewRow(
                id=review.id,
                namnd=review.namnd,
                world=review.world.value,
                month=f"{review.month:%Y-%m}",
                made_at=review.made_at,
                remind_at=review.remind_at,
                reminded=review.reminded,
            )
        )
        self._session.flush()
        for nth, audit_id in enumerate(audit_ids, start=1):
            self._session.add(AuditReviewItemRow(review_id=review.id, nth=nth, audit_id=audit_id))
        self._session.flush()

    def get(self, review_id: ReviewId, *, lock: bool = False) -> Review | None:
        row = self._session.get(AuditReviewRow, review_id, with_for_update=lock, populate_existing=lock)
        return None if row is None else _review(row)

    def set_reminder(self, review_id: ReviewId, remind_at: datetime | None, reminded: int) -> None:
        values = {"remind_at": remind_at, "reminded": reminded}
        self._session.execute(sa.update(AuditReviewRow).where(col(AuditReviewRow.id) == review_id).values(values))

    def items(self, review_id: ReviewId) -> list[ReviewItem]:
        statement = select(AuditReviewItemRow).where(col(AuditReviewItemRow.review_id) == review_id)
        return [_item(row) for row in self._session.exec(statement.order_by(col(AuditReviewItemRow.nth)))]

    def settle(self, review_id: ReviewId, item: ReviewItem) -> None:
        row = self._session.get(AuditReviewItemRow, (review_id, item.nth), populate_existing=True)
        if row is None or item.finding is None:
            return
        row.finding = item.finding.value
        row.reason = None if item.reason is None else item.reason.value
        row.reviewed_by, row.reviewed_at = item.reviewed_by, item.reviewed_at
        self._session.add(row)
        self._session.flush()

    def due(self, now: datetime) -> list[ReviewId]:
        statement = select(AuditReviewRow.id).where(col(AuditReviewRow.remind_at) <= now)
        return [ReviewId(key) for key in self._session.exec(statement.order_by(col(AuditReviewRow.id)))]

    def next_due(self, after: datetime) -> datetime | None:
        statement = sa.select(sa.func.min(AuditReviewRow.remind_at)).where(col(AuditReviewRow.remind_at) > after)
        found: datetime | None = self._session.connection().scalar(statement)
        return found

    def oldest_unread(self) -> int | None:
        statement = sa.select(sa.func.min(AuditReviewItemRow.audit_id)).where(col(AuditReviewItemRow.finding).is_(None))
        found: int | None = self._session.connection().scalar(statement)
        return found

    def count_unread(self, before: datetime) -> int:
        statement = (
            sa.select(sa.func.count())
            .select_from(AuditReviewItemRow)
            .join(AuditReviewRow, col(AuditReviewItemRow.review_id) == col(AuditReviewRow.id))
            .where(col(AuditReviewItemRow.finding).is_(None), col(AuditReviewRow.made_at) < before)
        )
        return self._session.connection().scalar(statement) or 0

    def forget(self, released_to: int) -> int:
        item, review = col(AuditReviewItemRow.review_id), col(AuditReviewRow.id)
        connection = self._session.connection()
        gone = connection.execute(sa.delete(AuditReviewItemRow).where(col(AuditReviewItemRow.audit_id) <= released_to))
        if gone.rowcount:
            left = sa.exists(sa.select(item).where(item == review))
            connection.execute(sa.delete(AuditReviewRow).where(~left))
        return int(gone.rowcount)

    def counts(self, namnd: NamndId, world: World) -> list[ReviewCount]:
        finding = col(AuditReviewItemRow.finding)
        statement = (
            sa.select(
                col(AuditReviewRow.month),
                sa.func.count().filter(finding == Finding.FINE.value),
                sa.func.count().filter(finding == Finding.FOLLOW_UP.value),
                sa.func.count().filter(finding.is_(None)),
            )
            .join(AuditReviewItemRow, col(AuditReviewItemRow.review_id) == col(AuditReviewRow.id))
            .where(col(AuditReviewRow.namnd) == namnd, col(AuditReviewRow.world) == world.value)
            .group_by(col(AuditReviewRow.month))
            .order_by(col(AuditReviewRow.month))
        )
        return [ReviewCount(_month(month), *counts) for month, *counts in self._session.connection().execute(statement)]


def _month(text: str) -> date:
    return date.fromisoformat(f"{text}-01")


def _review(row: AuditReviewRow) -> Review:
    return Review(
        ReviewId(row.id),
        NamndId(row.namnd),
        World(row.world),
        _month(row.month),
        row.made_at,
        row.remind_at,
        row.reminded,
    )


def _item(row: AuditReviewItemRow) -> ReviewItem:
    return ReviewItem(
        row.nth,
        row.audit_id,
        None if row.finding is None else Finding(row.finding),
        None if row.reason is None else Reason(row.reason),
        None if row.reviewed_by is None else StaffId(row.reviewed_by),
        row.reviewed_at,
    )
