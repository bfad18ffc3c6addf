"""Table of what people did in their beredskap. World time."""

from datetime import datetime

from sqlalchemy import CheckConstraint, Index
from sqlmodel import Field

from storage.tables.base import Base, one_of


class ActiveTimeRow(Base, table=True):
    """A stretch of work in a shift. The shift may have been taken out of the rota since."""

    __tablename__ = "active_time"
    __table_args__ = (
        one_of("source", "read", "answer", "manual"),
        CheckConstraint("started_at < ended_at", name="starts_before_end"),
        Index("ix_active_time_staff_id_started_at", "staff_id", "started_at"),
    )

    id: str = Field(primary_key=True)
    staff_id: str = Field(foreign_key="staff.id")
    shift_id: str
    conversation_id: str | None = Field(default=None, foreign_key="conversation.id")
    started_at: datetime
    ended_at: datetime
    source: str
    corrected_at: datetime | None = None
