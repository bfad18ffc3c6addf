"""Tables of the watch that the program keeps over itself: instances, ticks and what somebody must act on."""

from datetime import datetime
from typing import Any

import sqlalchemy as sa
from sqlalchemy import Column
from sqlmodel import Field

from storage.tables.base import Base, partial


class InstanceRow(Base, table=True):
    """One running process. All times are wire time."""

    __tablename__ = "instance"

    id: str = Field(primary_key=True)
    started_at: datetime
    seen_at: datetime
    stopped_at: datetime | None = None  # it said goodbye
    version: str
    settings_hash: str  # of what all must agree on; no secret can be told from it


class TickRow(Base, table=True):
    """When each tick last did its work to the end, in any instance (wire time), and since when it has not."""

    __tablename__ = "tick"

    name: str = Field(primary_key=True)
    ran_at: datetime
    failing_since: datetime | None = None


class AlertRow(Base, table=True):
    """What a human must act on: told once, and again when it is over. World time."""

    __tablename__ = "alert"
    __table_args__ = (partial("uq_alert_open", "key", where="closed_at IS NULL", unique=True),)

    id: int | None = Field(default=None, primary_key=True)
    key: str
    code: str
    values: dict[str, Any] = Field(sa_column=Column(sa.JSON, nullable=False))
    opened_at: datetime
    closed_at: datetime | None = None
    channel: str | None = None
    ts: str | None = None
