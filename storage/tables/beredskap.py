"""Tables of the beredskap: who is enrolled, shifts, conversations and what was said."""

from datetime import datetime

import sqlalchemy as sa
from sqlalchemy import CheckConstraint, Column, Index, LargeBinary, UniqueConstraint, false, text
from sqlmodel import Field

from storage.tables.base import Base, one_of, sealed


class YouthRow(Base, table=True):
    __tablename__ = "youth"
    __table_args__ = (
        one_of("age_band", "under_12", "12_to_14", "15_or_over"),
        one_of("basis", "guardian_consent", "child_consent_21_1", "fifteen_or_over", "override"),
        UniqueConstraint("namnd", "reference"),
    )

    id: str = Field(primary_key=True)
    namnd: str = Field(index=True)
    reference: str | None = None  # the importer's own key for the row, never a personnummer
    case_code: str = Field(unique=True)
    name: bytes = sealed()
    age_band: str
    basis: str
    basis_reason: bytes | None = sealed(nullable=True)
    is_active: bool = True
    created_at: datetime


class JavRow(Base, table=True):
    __tablename__ = "jav"

    youth_id: str = Field(primary_key=True, foreign_key="youth.id")
    staff_id: str = Field(primary_key=True, foreign_key="staff.id")


class ContactRow(Base, table=True):
    __tablename__ = "contact"

    id: str = Field(primary_key=True)
    number: bytes = sealed()
    number_hash: bytes = Field(sa_column=Column(LargeBinary, nullable=False, unique=True))
    code: str = Field(unique=True)
    language: str = "sv"
    is_answerable: bool = True
    is_blocked: bool = False
    created_at: datetime


class ContactLinkRow(Base, table=True):
    __tablename__ = "contact_link"
    __table_args__ = (one_of("role", "youth", "guardian"),)

    contact_id: str = Field(primary_key=True, foreign_key="contact.id")
    youth_id: str = Field(primary_key=True, foreign_key="youth.id", index=True)
    role: str = Field(primary_key=True)
    name: bytes = sealed()


class ShiftRow(Base, table=True):
    __tablename__ = "shift"
    __table_args__ = (
        CheckConstraint("starts_at < ends_at", name="starts_before_end"),
        UniqueConstraint("staff_id", "lending_namnd", "starts_at"),
        Index("ix_shift_starts_at_ends_at", "starts_at", "ends_at"),
    )

    id: str = Field(primary_key=True)
    staff_id: str = Field(foreign_key="staff.id")
    lending_namnd: str
    starts_at: datetime
    ends_at: datetime
    is_backup: bool = Field(default=False, sa_column_kwargs={"server_default": false()})


class ConversationRow(Base, table=True):
    __tablename__ = "conversation"
    __table_args__ = (
        one_of("world", "beredskap", "myndighet"),
        CheckConstraint("seen_seq <= last_seq AND answered_seq <= last_seq", name="seqs_in_order"),
        Index(
            "uq_conversation_open",
            "contact_id",
            text("coalesce(namnd, '')"),
            "world",
            unique=True,
            postgresql_where=text("is_open"),
            sqlite_where=text("is_open"),
        ),
        Index(
            "ix_conversation_nudge",
            "nudge_at",
            postgresql_where=text("nudge_at IS NOT NULL"),
            sqlite_where=text("nudge_at IS NOT NULL"),
        ),
    )

    id: str = Field(primary_key=True)
    contact_id: str = Field(foreign_key="contact.id", index=True)
    world: str = "beredskap"
    namnd: str | None = None
    our_number: str
    opened_at: datetime
    is_open: bool = True
    closed_at: datetime | None = None
    taken_by: str | None = Field(default=None, foreign_key="staff.id")
    taken_at: datetime | None = None
    last_seq: int = 0
    last_inbound_seq: int = 0
    seen_seq: int = 0
    answered_seq: int = 0
    first_unanswered_at: datetime | None = None
    last_activity_at: datetime | None = None
    pinged_at: datetime | None = None
    nudge_at: datetime | None = None
    nudge_stage: int = 0
    is_namnd_open: bool = False
    concerns: list[str] = Field(default_factory=list, sa_column=Column(sa.JSON, nullable=False))
    erased_at: datetime | None = None  # what was written is deleted; the coded rows stay


class ConversationRouteRow(Base, table=True):
    __tablename__ = "conversation_route"

    id: int | None = Field(default=None, primary_key=True)
    conversation_id: str = Field(foreign_key="conversation.id", index=True)
    at: datetime
    ground: str
    staff_id: str | None = None
    shift_id: str | None = Field(default=None, index=True)


class MessageRow(Base, table=True):
    __tablename__ = "message"
    __table_args__ = (
        one_of("direction", "in", "out", "note", "auto"),
        UniqueConstraint("conversation_id", "seq"),
    )

    id: str = Field(primary_key=True)
    conversation_id: str = Field(foreign_key="conversation.id")
    seq: int
    direction: str
    body: bytes = sealed()
    at: datetime
    author: str | None = None
    shift_id: str | None = None
    media_count: int = 0
    is_late: bool = False
    auto_kind: str | None = None
    redacted_at: datetime | None = None  # when its words were to be blanked at the provider; ours stay
    source: str | None = Field(default=None, unique=True)  # what it came from: "sms:SM..", "slack:D1:170..", "held:.."


class DeliveryRow(Base, table=True):
    """One attempt to bring a message to the phone. The newest attempt of a message counts."""

    __tablename__ = "delivery"
    __table_args__ = (
        UniqueConstraint("message_id", "attempt"),
        one_of(
            "status",
            "pending",
            "uncertain",
            "accepted",
            "scheduled",
            "queued",
            "sending",
            "sent",
            "delivered",
            "undelivered",
            "failed",
            "canceled",
        ),
    )

    id: str = Field(primary_key=True)
    message_id: str = Field(foreign_key="message.id", index=True)
    attempt: int = 1
    status: str = "pending"
    reason: str | None = None
    provider_code: str | None = None
    provider_id: str | None = Field(default=None, unique=True)
    is_corrected: bool = False  # it was reported lost and arrived all the same
    redacted_at: datetime | None = None  # as in message
    updated_at: datetime


class HeldReplyRow(Base, table=True):
    __tablename__ = "held_reply"
    __table_args__ = (one_of("state", "held", "sent", "discarded"), UniqueConstraint("channel", "ts"))

    id: str = Field(primary_key=True)
    conversation_id: str = Field(foreign_key="conversation.id")
    staff_id: str = Field(foreign_key="staff.id")
    channel: str
    ts: str
    body: bytes = sealed()
    state: str = "held"
    created_at: datetime
