"""Tables of the rota before it is published, and of the calendars that follow it."""

from datetime import date, datetime
from typing import Any

import sqlalchemy as sa
from sqlalchemy import CheckConstraint, Column, Index, LargeBinary
from sqlmodel import Field

from storage.tables.base import Base, one_of


class RotaDraftRow(Base, table=True):
    """A proposed rota, and when published the shifts that came of it. World time."""

    __tablename__ = "rota_draft"
    __table_args__ = (
        one_of("state", "draft", "published"),
        CheckConstraint("first_day <= last_day", name="first_before_last"),
    )

    id: str = Field(primary_key=True)
    made_at: datetime
    made_by: str = Field(foreign_key="staff.id")
    first_day: date
    last_day: date
    state: str
    slots: list[dict[str, Any]] = Field(sa_column=Column(sa.JSON, nullable=False))
    despite: str = ""  # why it was published with something serious found


class RotaWishRow(Base, table=True):
    """Days on which somebody is away, or has a wish."""

    __tablename__ = "rota_wish"
    __table_args__ = (
        one_of("wish", "away", "rather_not", "gladly"),
        CheckConstraint("first_day <= last_day", name="first_before_last"),
        Index("ix_rota_wish_last_day", "last_day"),
    )

    id: str = Field(primary_key=True)
    staff_id: str = Field(foreign_key="staff.id")
    wish: str
    first_day: date
    last_day: date


class DayOffRow(Base, table=True):
    """A working day on which a published rota lets somebody be free, for the rest of the week. A local day."""

    __tablename__ = "day_off"
    __table_args__ = (Index("ix_day_off_day", "day"),)

    staff_id: str = Field(primary_key=True, foreign_key="staff.id")
    day: date = Field(primary_key=True)


class CalendarFeedRow(Base, table=True):
    """The secret address of somebody's calendar; only a hash of it is kept. World time."""

    __tablename__ = "calendar_feed"

    staff_id: str = Field(primary_key=True, foreign_key="staff.id")
    token_hash: bytes = Field(sa_column=Column(LargeBinary, nullable=False, unique=True))
    made_at: datetime
