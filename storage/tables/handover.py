"""Tables of the handover: digests, episodes, notes, actions, backgrounds."""

from datetime import date, datetime

import sqlalchemy as sa
from sqlalchemy import CheckConstraint, Column, Index, UniqueConstraint, text
from sqlmodel import Field

from storage.tables.base import Base, one_of, sealed


class DigestRow(Base, table=True):
    """One handover per nämnd and working day, whoever posts it."""

    __tablename__ = "digest"
    __table_args__ = (UniqueConstraint("namnd", "day"),)

    id: str = Field(primary_key=True)
    namnd: str
    day: date
    due_at: datetime
    posted_at: datetime
    since: datetime | None = None


class EpisodeRow(Base, table=True):
    """What happened in one conversation during one shift, or one day without one."""

    __tablename__ = "episode"
    __table_args__ = (
        UniqueConstraint("conversation_id", "namnd", "period", "ordinal"),
        Index("ix_episode_namnd_day", "namnd", "day"),
        Index(
            "ix_episode_waiting",
            "namnd",
            "summary_on",
            postgresql_where=text("digest_id IS NULL"),
            sqlite_where=text("digest_id IS NULL"),
        ),
        Index(
            "ix_episode_note_due",
            "note_next_at",
            postgresql_where=text("note_next_at IS NOT NULL"),
            sqlite_where=text("note_next_at IS NOT NULL"),
        ),
        Index(
            "ix_episode_not_transferred",
            "namnd",
            postgresql_where=text("transferred_at IS NULL"),
            sqlite_where=text("transferred_at IS NULL"),
        ),
        CheckConstraint("(transferred_at IS NULL) = (transferred_by IS NULL)", name="transferred_by_somebody"),
        CheckConstraint("(reviewed_at IS NULL) = (reviewed_by IS NULL)", name="reviewed_by_somebody"),
    )

    id: str = Field(primary_key=True)
    conversation_id: str = Field(foreign_key="conversation.id", index=True)
    namnd: str
    period: str  # "shift:<id>" or "day:<iso date>"
    ordinal: int = 1  # a new one when something comes in after the note
    day: date
    shift_id: str | None = None
    first_at: datetime
    summary_on: date
    digest_id: str | None = Field(default=None, foreign_key="digest.id", index=True)
    added_at: datetime | None = None
    note_next_at: datetime | None = None
    note_stage: int = 0
    reviewed_by: str | None = None
    reviewed_at: datetime | None = None
    transferred_by: str | None = None
    transferred_at: datetime | None = None
    reference: bytes | None = sealed(nullable=True)


class NoteRow(Base, table=True):
    __tablename__ = "note"
    __table_args__ = (
        one_of("situation", "broken_plan", "difficult", "neither"),
        one_of("code", "nothing", "today", "next_working_day"),
    )

    id: str = Field(primary_key=True)
    conversation_id: str = Field(foreign_key="conversation.id", index=True)
    namnd: str
    author: str = Field(foreign_key="staff.id")
    at: datetime
    came_in: bytes = sealed()
    support: bytes = sealed()
    promised: bytes = sealed()
    situation: str
    code: str
    socialjouren_at: datetime | None = None
    concerns: list[str] = Field(default_factory=list, sa_column=Column(sa.JSON, nullable=False))
    shift_id: str | None = None


class EpisodeNoteRow(Base, table=True):
    """A note may cover several episodes, and an episode may have several notes."""

    __tablename__ = "episode_note"

    episode_id: str = Field(primary_key=True, foreign_key="episode.id")
    note_id: str = Field(primary_key=True, foreign_key="note.id", index=True)


class ActionRow(Base, table=True):
    """What must be done the same day or the next working day."""

    __tablename__ = "action"
    __table_args__ = (
        one_of("code", "today", "next_working_day"),
        one_of("state", "open", "done", "dropped"),
        CheckConstraint("next_step IN ('remind', 'tell_leader')", name="next_step_known"),
        CheckConstraint("(state = 'open') = (settled_at IS NULL)", name="settled_or_open"),
        CheckConstraint("(next_at IS NULL) = (next_step IS NULL)", name="next_step_has_a_time"),
        Index("ix_action_namnd_state", "namnd", "state"),
        Index(
            "ix_action_due",
            "next_at",
            postgresql_where=text("next_at IS NOT NULL"),
            sqlite_where=text("next_at IS NOT NULL"),
        ),
    )

    id: str = Field(primary_key=True)
    note_id: str = Field(foreign_key="note.id", index=True)
    conversation_id: str = Field(foreign_key="conversation.id", index=True)
    namnd: str
    code: str
    due_on: date
    owner: str | None = Field(default=None, foreign_key="staff.id")
    with_duty: bool = False
    state: str = "open"
    settled_by: str | None = None
    settled_at: datetime | None = None
    reason: bytes | None = sealed(nullable=True)
    next_at: datetime | None = None
    next_step: str | None = None


class BackgroundRow(Base, table=True):
    """Bakgrund till beredskapen, per youth."""

    __tablename__ = "background"

    youth_id: str = Field(primary_key=True, foreign_key="youth.id")
    agreements: bytes = sealed()
    watch_for: bytes = sealed()
    interpreter: bytes = sealed()
    call_first: bytes = sealed()
    review_on: date
    written_by: str = Field(foreign_key="staff.id")
    written_at: datetime
