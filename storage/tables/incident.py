"""Tables of the nödstopp: incidents, the nämnder that they stop, and the clocks that they start. World time."""

from datetime import datetime

from sqlmodel import Field

from storage.tables.base import Base, one_of, partial, sealed

STANDING = "lifted_at IS NULL"
RUNNING = "done_at IS NULL"


class IncidentRow(Base, table=True):
    """Somebody has ordered a stop. Why is sealed."""

    __tablename__ = "incident"

    id: str = Field(primary_key=True)
    at: datetime
    staff_id: str = Field(foreign_key="staff.id")
    reason: bytes = sealed()


class IncidentStopRow(Base, table=True):
    """A nämnd for which nothing with content leaves, until somebody lifts it. One at a time."""

    __tablename__ = "incident_stop"
    __table_args__ = (partial("uq_incident_stop_standing", "namnd", where=STANDING, unique=True),)

    incident_id: str = Field(primary_key=True, foreign_key="incident.id")
    namnd: str = Field(primary_key=True)
    lifted_at: datetime | None = None
    lifted_by: str | None = Field(default=None, foreign_key="staff.id")
    lift_reason: bytes | None = sealed(nullable=True)


class IncidentClockRow(Base, table=True):
    """What must be done about an incident, and when leaders are reminded of it next."""

    __tablename__ = "incident_clock"
    __table_args__ = (
        one_of("duty", "early_warning", "notification", "imy", "final_report"),
        partial("ix_incident_clock_next", "next_at", where=RUNNING),
    )

    id: str = Field(primary_key=True)
    incident_id: str = Field(foreign_key="incident.id")
    duty: str
    namnd: str | None = None
    due_at: datetime
    next_at: datetime | None = None
    done_at: datetime | None = None
    done_by: str | None = Field(default=None, foreign_key="staff.id")
    reference: bytes | None = sealed(nullable=True)
