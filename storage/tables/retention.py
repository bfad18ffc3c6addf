"""Tables of gallring: what may not be deleted, what need not be carried over, and what has been deleted. World time."""

from datetime import date, datetime

from sqlalchemy import CheckConstraint, Index
from sqlmodel import Field

from storage.tables.base import Base, one_of, partial, sealed


class LegalHoldRow(Base, table=True):
    """No job deletes this: all of a nämnd when neither youth, conversation nor case is named.

    `world` is the one whose leaders have set it, and who see it and may lift it.
    """

    __tablename__ = "legal_hold"
    __table_args__ = (
        one_of("world", "beredskap", "myndighet"),
        CheckConstraint("youth_id IS NULL OR conversation_id IS NULL", name="one_thing"),
        CheckConstraint(
            "case_key IS NULL OR (youth_id IS NULL AND conversation_id IS NULL AND world = 'myndighet')",
            name="case_alone",
        ),
        CheckConstraint("(lifted_at IS NULL) = (lifted_by IS NULL)", name="lifted_by_somebody"),
        partial("ix_legal_hold_standing", "namnd", where="lifted_at IS NULL"),
    )

    id: str = Field(primary_key=True)
    namnd: str
    youth_id: str | None = Field(default=None, foreign_key="youth.id")
    conversation_id: str | None = Field(default=None, foreign_key="conversation.id", index=True)
    reference: bytes = sealed()
    until: date | None = None
    set_by: str = Field(foreign_key="staff.id")
    set_at: datetime
    lifted_by: str | None = Field(default=None, foreign_key="staff.id")
    lifted_at: datetime | None = None
    world: str = Field(default="beredskap", sa_column_kwargs={"server_default": "beredskap"})
    case_key: str | None = None  # as in deadline


class RetentionWaiverRow(Base, table=True):
    """What a conversation holds up to `at` need not go to the record."""

    __tablename__ = "retention_waiver"

    id: str = Field(primary_key=True)
    conversation_id: str = Field(foreign_key="conversation.id", index=True)
    namnd: str
    at: datetime
    by: str = Field(foreign_key="staff.id")
    reason: bytes = sealed()
    reference: bytes = sealed()


class EndedYouthRow(Base, table=True):
    """An enrolment that has ended. `erased_at` is when name, links and background were deleted."""

    __tablename__ = "ended_youth"
    __table_args__ = (partial("ix_ended_youth_kept", "ended_at", where="erased_at IS NULL"),)

    youth_id: str = Field(primary_key=True, foreign_key="youth.id")
    ended_at: datetime
    ended_by: str = Field(foreign_key="staff.id")
    reference: bytes = sealed()
    erased_at: datetime | None = None


class ErasureRow(Base, table=True):
    """One deletion: ids and counts. It outlives what was deleted, so what it names is no foreign key."""

    __tablename__ = "erasure"
    __table_args__ = (
        one_of(
            "kind",
            "inbox",
            "conversations",
            "unknown_numbers",
            "ended_youths",
            "handovers",
            "slack_posts",
            "summonses",
            "clocks",
            "provider_texts",
            "audit_log",
        ),
        Index("ix_erasure_namnd_at", "namnd", "at"),
    )

    id: str = Field(primary_key=True)
    kind: str
    namnd: str  # "" when it belongs to no single one
    subject: str  # "conversation:<id>", "youth:<id>"; "" when it is many rows
    decision: str
    at: datetime
    rows: int
    places: int = 0  # things that were to be deleted on the other side


class ErasurePlaceRow(Base, table=True):
    """Something of ours that is still to be deleted on the other side; gone from here when it is gone there."""

    __tablename__ = "erasure_place"
    __table_args__ = (one_of("side", "slack", "sms", "words"), Index("ix_erasure_place_next_at", "next_at"))

    id: str = Field(primary_key=True)
    erasure_id: str = Field(foreign_key="erasure.id", index=True)
    side: str
    address: str  # "<channel>:<ts>", or the provider's id
    tries: int = 0
    next_at: datetime
    error: str | None = None


class TakenOutRow(Base, table=True):
    """Content that somebody wants to take out of the program, or has. The form is kept, what was taken out is not."""

    __tablename__ = "taken_out"
    __table_args__ = (
        one_of("kind", "register", "release"),
        CheckConstraint("(approved_at IS NULL) = (approved_by IS NULL)", name="approved_by_somebody"),
        CheckConstraint("used_at IS NULL OR approved_at IS NOT NULL", name="approved_before_it_is_used"),
        Index("ix_taken_out_subject_asked_at", "subject", "asked_at"),
    )

    id: str = Field(primary_key=True)
    kind: str
    namnd: str
    subject: str  # whose it is: "youth:<id>" or "contact:<id>"
    code: str
    asked_by: str = Field(foreign_key="staff.id")
    asked_at: datetime
    ground: bytes = sealed()
    decider: bytes = sealed()
    given: bytes = sealed()
    approved_by: str | None = Field(default=None, foreign_key="staff.id")
    approved_at: datetime | None = None
    used_at: datetime | None = None
