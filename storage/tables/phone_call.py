"""Tables of calls through our number. World time. Whose number it was stands with the contact, sealed."""

from datetime import datetime

from sqlalchemy import CheckConstraint, UniqueConstraint
from sqlmodel import Field

from storage.tables.base import Base, one_of, partial


class PhoneCallRow(Base, table=True):
    """One call. `due_at` is when it is settled if nothing more is heard; None once it is over."""

    __tablename__ = "phone_call"
    __table_args__ = (
        one_of("way", "in", "out"),
        one_of("state", "ringing", "taken", "ended", "missed", "busy", "no_answer", "failed", "not_begun"),
        CheckConstraint("state IN ('ringing', 'taken') OR due_at IS NULL", name="nothing_due_when_over"),
        CheckConstraint("state NOT IN ('taken', 'ended') OR taken_at IS NOT NULL", name="taken_at_some_time"),
        partial("ix_phone_call_due", "due_at", where="due_at IS NOT NULL"),
    )

    id: str = Field(primary_key=True)
    way: str
    contact_id: str = Field(foreign_key="contact.id", index=True)
    our_number: str
    began_at: datetime
    due_at: datetime | None = None
    state: str = "ringing"
    provider_id: str | None = Field(default=None, unique=True)
    conversation_id: str | None = Field(default=None, foreign_key="conversation.id", index=True)
    staff_id: str | None = Field(default=None, foreign_key="staff.id")
    shift_id: str | None = None
    taken_at: datetime | None = None
    ended_at: datetime | None = None


class PhoneLegRow(Base, table=True):
    """One phone of a call: of a member of staff, or of the contact when `staff_id` is None."""

    __tablename__ = "phone_leg"
    __table_args__ = (
        one_of("state", "due", "ringing", "answered", "pressed", "over", "busy", "no_answer", "canceled", "failed"),
        UniqueConstraint("call_id", "nth"),
    )

    id: str = Field(primary_key=True)
    call_id: str = Field(foreign_key="phone_call.id")
    nth: int
    staff_id: str | None = Field(default=None, foreign_key="staff.id")
    state: str = "due"
    provider_id: str | None = None
    sequence: int = -1  # of the newest report
