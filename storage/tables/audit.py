"""The audit log: its rows, the segments that seal them, and what its reviewers have found."""

from datetime import datetime
from typing import Any

import sqlalchemy as sa
from sqlalchemy import CheckConstraint, Column, Index, UniqueConstraint
from sqlmodel import Field

from storage.tables.base import Base, one_of


class AuditRow(Base, table=True):
    """Append-only, which the database sees to as well. Ids and codes; never content, a name or a number."""

    __tablename__ = "audit"
    __table_args__ = (
        Index("ix_audit_subject_id", "subject", "id"),
        Index("ix_audit_actor_id", "actor", "id"),
        Index("ix_audit_at", "at"),
    )

    id: int | None = Field(default=None, primary_key=True)
    at: datetime
    actor: str  # staff id, or "system"
    act: str
    subject: str  # for instance "conversation:<id>"
    namnd: str | None = None
    world: str | None = None  # None only in rows from before it was kept
    is_allowed: bool = True
    ground: str
    details: dict[str, Any] = Field(default_factory=dict, sa_column=Column(sa.JSON, nullable=False))


class AuditSegmentRow(Base, table=True):
    """Written once. Only `released_by` is ever set, once: by the decision under which the rows may be deleted."""

    __tablename__ = "audit_segment"
    __table_args__ = (
        CheckConstraint("first_id <= last_id", name="some_row"),
        CheckConstraint("count > 0", name="counts"),
    )

    number: int = Field(primary_key=True, sa_column_kwargs={"autoincrement": False})
    first_id: int
    last_id: int = Field(unique=True)
    count: int
    first_at: datetime
    last_at: datetime
    sealed_at: datetime
    previous: str
    hash: str = Field(unique=True)
    released_by: str | None = None


class AuditDayRow(Base, table=True):
    """What left the machine on a local day."""

    __tablename__ = "audit_day"

    day: str = Field(primary_key=True)  # local date, ISO
    number: int
    count: int
    hash: str


class AuditReviewRow(Base, table=True):
    """A month's sample in a nämnd and world, for its leaders."""

    __tablename__ = "audit_review"
    __table_args__ = (one_of("world", "beredskap", "myndighet"), UniqueConstraint("namnd", "world", "month"))

    id: str = Field(primary_key=True)
    namnd: str
    world: str
    month: str  # 2026-10
    made_at: datetime
    remind_at: datetime | None = Field(default=None, index=True)  # None: nothing is left to review
    reminded: int = 0


class AuditReviewItemRow(Base, table=True):
    """One entry to be looked at, and what was found."""

    __tablename__ = "audit_review_item"
    __table_args__ = (
        one_of("finding", "fine", "follow_up"),
        CheckConstraint("(finding IS NULL) = (reviewed_by IS NULL)", name="somebody_found"),
        CheckConstraint("(finding IS NULL) = (reviewed_at IS NULL)", name="found_at_some_time"),
        CheckConstraint("(finding = 'follow_up') = (reason IS NOT NULL) OR finding IS NULL", name="reason_to_follow"),
    )

    review_id: str = Field(primary_key=True, foreign_key="audit_review.id")
    nth: int = Field(primary_key=True)
    audit_id: int
    finding: str | None = None
    reason: str | None = None
    reviewed_by: str | None = Field(default=None, foreign_key="staff.id")
    reviewed_at: datetime | None = None
