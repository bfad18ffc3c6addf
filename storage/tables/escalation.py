"""Tables of the escalation: texts that nobody has acknowledged, and whom we have reached for. World time."""

from datetime import datetime

from sqlalchemy import Index, UniqueConstraint, false
from sqlmodel import Field

from storage.tables.base import Base, one_of, partial


class EscalationRow(Base, table=True):
    """One text that waits; a conversation has one at a time. `next_at` is when the next step or reminder is due."""

    __tablename__ = "escalation"
    __table_args__ = (
        one_of("state", "running", "acknowledged", "ended"),
        Index("ix_escalation_state_next_at", "state", "next_at"),
        partial("uq_escalation_open", "conversation_id", where="state <> 'ended'", unique=True),
    )

    id: str = Field(primary_key=True)
    conversation_id: str = Field(foreign_key="conversation.id", index=True)
    since_seq: int  # of the text that it began with
    shift_id: str | None = None  # whose it was when it began; a new one begins it anew
    is_urgent: bool = Field(default=False, sa_column_kwargs={"server_default": false()})
    state: str = "running"
    started_at: datetime
    last_at: datetime
    next_at: datetime | None = None
    round: int = 1
    done: int = 0
    reminders: int = 0
    acknowledged_by: str | None = Field(default=None, foreign_key="staff.id")
    ended_at: datetime | None = None
    ended_by: str = ""


class EscalationStepRow(Base, table=True):
    """One person reached for, once in a round, and what is known of it."""

    __tablename__ = "escalation_step"
    __table_args__ = (
        one_of("how", "sms", "call"),
        one_of(
            "state",
            "due",
            "sent",
            "delivered",
            "covered",
            "dropped",
            "failed",
            "ringing",
            "answered",
            "unanswered",
            "pressed",
        ),
        UniqueConstraint("escalation_id", "round", "rung", "staff_id"),
    )

    id: str = Field(primary_key=True)
    escalation_id: str = Field(foreign_key="escalation.id")
    staff_id: str = Field(foreign_key="staff.id")
    how: str
    round: int
    rung: int
    at: datetime
    state: str = "due"
    provider_id: str | None = None
    receipt_at: datetime | None = None
    sequence: int = -1  # of the newest report on a call
