"""Tables of both worlds: staff, inbox, outbox, our own posts, the log."""

from datetime import datetime
from typing import Any

import sqlalchemy as sa
from sqlalchemy import Column, Index, LargeBinary, UniqueConstraint, text
from sqlmodel import Field

from storage.tables.base import Base, one_of, sealed


class StaffRow(Base, table=True):
    __tablename__ = "staff"

    id: str = Field(primary_key=True)
    slack_user_id: str | None = Field(default=None, unique=True)
    email_hash: bytes = Field(sa_column=Column(LargeBinary, nullable=False, unique=True))
    name: bytes = sealed()
    email: bytes = sealed()
    is_active: bool = True
    is_refused: bool = False  # as Slack last said of the account; asked of Slack or told by it, never by a file
    account_at: datetime | None = None


class StaffRoleRow(Base, table=True):
    __tablename__ = "staff_role"
    __table_args__ = (
        one_of("world", "beredskap", "myndighet"),
        one_of("role", "familjebehandlare", "handlaggare", "leader", "admin"),
    )

    staff_id: str = Field(primary_key=True, foreign_key="staff.id")
    namnd: str = Field(primary_key=True)
    world: str = Field(primary_key=True)
    role: str = Field(primary_key=True)


class StaffPhoneRow(Base, table=True):
    __tablename__ = "staff_phone"

    staff_id: str = Field(primary_key=True, foreign_key="staff.id")
    number: bytes = sealed()
    number_hash: bytes = Field(sa_column=Column(LargeBinary, nullable=False, unique=True))
    verified_at: datetime | None = None


class InboxRow(Base, table=True):
    __tablename__ = "inbox"
    __table_args__ = (
        UniqueConstraint("provider", "provider_id"),
        one_of("state", "waiting", "done", "parked", "emptied"),
        Index("ix_inbox_state_id", "state", "id"),
        Index(
            "ix_inbox_lane_waiting",
            "lane",
            "id",
            postgresql_where=text("state = 'waiting'"),
            sqlite_where=text("state = 'waiting'"),
        ),
    )

    id: int | None = Field(default=None, primary_key=True)
    provider: str
    provider_id: str
    lane: str
    raw: bytes = sealed()
    received_at: datetime
    is_late: bool = False
    state: str = "waiting"
    attempts: int = 0
    done_at: datetime | None = None


class OutboxRow(Base, table=True):
    __tablename__ = "outbox"
    __table_args__ = (
        one_of(
            "kind",
            "card",
            "thread",
            "notice",
            "withdraw",
            "sms",
            "digest",
            "addendum",
            "handover",
            "clocks",
            "clock",
            "unit",
            "staff_sms",
            "alert",
            "call",
            "erase",
        ),
        one_of("state", "due", "sending", "sent", "failed", "uncertain", "dropped"),
        Index("ix_outbox_state_next_at", "state", "next_at"),
        Index("ix_outbox_lane_state", "lane", "state", "id"),
        Index(
            "uq_outbox_fold_due",
            "fold_key",
            unique=True,
            postgresql_where=text("state = 'due'"),
            sqlite_where=text("state = 'due'"),
        ),
    )

    id: int | None = Field(default=None, primary_key=True)
    kind: str
    lane: str  # rows of one lane leave one at a time, in order
    dedupe_key: str = Field(unique=True)
    fold_key: str | None = None  # of several waiting updates of one card only one is kept
    priority: int
    payload: dict[str, Any] = Field(sa_column=Column(sa.JSON, nullable=False))
    state: str = "due"
    attempts: int = 0
    looks: int = 0  # how often an uncertain row has been looked for
    next_at: datetime  # wire time
    lease_until: datetime | None = None  # wire time
    lease_owner: str | None = None
    provider_id: str | None = Field(default=None, index=True)
    last_error: str | None = None
    created_at: datetime
    settled_at: datetime | None = None


class SlackPostRow(Base, table=True):
    """Our own posts: where they are and what they are about, so that they can be updated and withdrawn."""

    __tablename__ = "slack_post"
    __table_args__ = (
        one_of("kind", "card", "thread", "notice", "digest", "addendum", "handover", "clocks", "clock", "unit"),
        UniqueConstraint("channel", "ts"),
        Index(
            "uq_slack_post_digest_place",
            "digest_id",
            "target",
            unique=True,
            postgresql_where=text("kind = 'digest' AND is_current"),
            sqlite_where=text("kind = 'digest' AND is_current"),
        ),
        Index(
            "uq_slack_post_card_place",
            "conversation_id",
            "target",
            unique=True,
            postgresql_where=text("kind = 'card' AND is_current"),
            sqlite_where=text("kind = 'card' AND is_current"),
        ),
    )

    id: str = Field(primary_key=True)
    kind: str
    conversation_id: str | None = Field(default=None, foreign_key="conversation.id", index=True)
    digest_id: str | None = Field(default=None, foreign_key="digest.id")
    target: str  # "staff:<id>" for a direct message, "channel:<id>" for a channel
    channel: str | None = None
    ts: str | None = None
    is_current: bool = True  # False: an older card that was replaced
    is_repeat: bool = False  # posted again because we do not know whether the first arrived
    shown: str | None = None  # a digest of what it says now: an update that would say the same is not sent
    created_at: datetime


class OpenViewRow(Base, table=True):
    __tablename__ = "open_view"
    __table_args__ = (Index("ix_open_view_conversation_id", "conversation_id"),)

    external_id: str = Field(primary_key=True)
    staff_id: str = Field(foreign_key="staff.id")
    conversation_id: str = Field(foreign_key="conversation.id")
    shift_id: str | None = None
    view_id: str | None = None
    view_hash: str | None = None
    last_seen: int = 0
    warned_of: str | None = None  # what the author has been asked about once: see bot.services.reply
    shown: int = 30
    is_dirty: bool = False
    refreshed_at: datetime | None = None  # wire time
    opened_at: datetime


class JobRunRow(Base, table=True):
    __tablename__ = "job_run"

    job: str = Field(primary_key=True)
    scheduled_for: str = Field(primary_key=True)
    ran_at: datetime


class DoneOnceRow(Base, table=True):
    """Idempotency keys: written in the transaction of the work that they guard."""

    __tablename__ = "done_once"

    scope: str = Field(primary_key=True)
    key: str = Field(primary_key=True)
    at: datetime


class ClosedDayRow(Base, table=True):
    __tablename__ = "closed_day"

    day: str = Field(primary_key=True)  # local date, ISO
    reason: str = ""
