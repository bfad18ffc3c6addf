"""Tables of the world of myndighet: clocks, their history and lists, summons, absence."""

from datetime import date, datetime

import sqlalchemy as sa
from sqlalchemy import CheckConstraint, Column, Index, UniqueConstraint
from sqlmodel import Field

from storage.tables.base import Base, one_of, partial, sealed


class ClockListRow(Base, table=True):
    """The morning's list of one handläggare, and where it was posted."""

    __tablename__ = "clock_list"
    __table_args__ = (UniqueConstraint("namnd", "staff_id", "day"),)

    id: str = Field(primary_key=True)
    namnd: str
    staff_id: str = Field(foreign_key="staff.id")
    day: date
    channel: str | None = None
    ts: str | None = None
    shown: str | None = None  # a digest of what it says now, as in slack_post


class DeadlineRow(Base, table=True):
    """One clock. Of the many that run few are due: each question that is asked often has an index of its own rows."""

    __tablename__ = "deadline"
    __table_args__ = (
        one_of(
            "kind",
            "skyddsbedomning",
            "forhandsbedomning",
            "utredning",
            "aterkoppling_anmalare",
            "aterkoppling_barn",
            "allvarssamtal",
        ),
        one_of("gender", "pojke", "flicka", "okant"),
        one_of("state", "running", "settled", "withdrawn"),
        one_of("outcome", "done", "inleds", "inleds_inte", "avslutad", "held", "declined", "cancelled"),
        one_of(
            "reason",
            "arbetsbelastning",
            "familj_kunde_ej",
            "skola",
            "kontaktuppgifter_saknas",
            "polisforhor",
            "ej_samtycke",
            "ej_lampligt",
        ),
        CheckConstraint("(state = 'running') = (settled_at IS NULL)", name="settled_or_running"),
        CheckConstraint("state <> 'settled' OR outcome IS NOT NULL", name="settled_somehow"),
        CheckConstraint("state = 'running' OR next_at IS NULL", name="only_running_is_spoken_of"),
        CheckConstraint("is_talk OR summoned_at IS NULL", name="only_talk_is_summoned"),
        Index("ix_deadline_case", "namnd", "case_key"),
        Index("ix_deadline_received", "namnd", "kind", "received_at"),
        partial(
            "uq_deadline_case_once",
            "namnd",
            "case_key",
            "kind",
            "received_at",
            unique=True,
            where="state <> 'withdrawn'",
        ),
        partial("ix_deadline_due", "next_at", "id", where="next_at IS NOT NULL"),
        partial("ix_deadline_running", "namnd", "owner", "due_at", "id", where="state = 'running'"),
        partial("ix_deadline_overdue", "namnd", "due_at", "id", where="state = 'running' AND summoned_at IS NULL"),
        partial("ix_deadline_listed", "listed_in", "due_at", "id", where="listed_in IS NOT NULL"),
    )

    id: str = Field(primary_key=True)
    report_id: str = Field(index=True)
    namnd: str
    kind: str
    case_ref: str  # as it was given; never a personnummer
    case_key: str  # the same in capitals, by which it is found
    received_at: datetime
    starts_at: datetime
    due_at: datetime
    due_on: date
    plan_on: date
    act_before: datetime
    late_on: date | None = None
    registered_at: datetime
    registered_by: str | None = None
    owner: str | None = Field(default=None, foreign_key="staff.id")
    gender: str
    wants_feedback: bool = False
    at_once: bool = False
    state: str = "running"
    outcome: str | None = None
    decided_on: date | None = None
    settled_at: datetime | None = None
    settled_by: str | None = None
    reason: str | None = None
    extended_to: date | None = None
    extended_by: bytes | None = sealed(nullable=True)
    extension_reason: bytes | None = sealed(nullable=True)
    snoozed_until: date | None = None
    snooze_reason: bytes | None = sealed(nullable=True)
    listed_in: str | None = Field(default=None, foreign_key="clock_list.id")
    next_at: datetime | None = None
    is_talk: bool = False  # an allvarssamtal, which has the columns below
    has_contact: bool | None = None
    police_hold: bool | None = None
    child_summoned_at: datetime | None = None
    guardian_summoned_at: datetime | None = None
    summoned_at: datetime | None = None  # Talk.summoned_at, so that what is overdue can be asked for
    booked_at: datetime | None = None
    ended_at: datetime | None = None
    with_police: bool | None = None


class DeadlineEventRow(Base, table=True):
    """The history of a clock. Appended to only."""

    __tablename__ = "deadline_event"
    __table_args__ = (Index("ix_deadline_event_deadline_id_at", "deadline_id", "at", "id"),)

    id: int | None = Field(default=None, primary_key=True)
    deadline_id: str = Field(foreign_key="deadline.id")
    at: datetime
    kind: str
    by: str | None = None
    code: str = ""
    text: bytes | None = sealed(nullable=True)


class ClockRecordRow(Base, table=True):
    """That what a clock holds is in the record, or need not go there; without it nothing of the clock is deleted."""

    __tablename__ = "clock_record"
    __table_args__ = (
        one_of("ground", "carried", "waived", "case_system"),
        CheckConstraint("(ground = 'waived') = (reason IS NOT NULL)", name="waived_for_a_reason"),
    )

    deadline_id: str = Field(primary_key=True, foreign_key="deadline.id")
    ground: str
    at: datetime
    by: str = Field(foreign_key="staff.id")
    reference: bytes = sealed()
    reason: bytes | None = sealed(nullable=True)


class SummonsRow(Base, table=True):
    __tablename__ = "summons"
    __table_args__ = (
        one_of("state", "offered", "booked", "closed"),
        one_of("next_step", "day_before", "same_day"),
        CheckConstraint("state <> 'booked' OR booked_at IS NOT NULL", name="booked_at_a_time"),
        CheckConstraint("(next_at IS NULL) = (next_step IS NULL)", name="next_step_has_a_time"),
        CheckConstraint("state = 'booked' OR next_at IS NULL", name="only_booked_is_reminded_of"),
        partial("ix_summons_due", "next_at", "id", where="next_at IS NOT NULL"),
    )

    id: str = Field(primary_key=True)
    deadline_id: str = Field(foreign_key="deadline.id", index=True)
    namnd: str
    times: list[str] = Field(default_factory=list, sa_column=Column(sa.JSON, nullable=False))  # ISO, UTC
    created_at: datetime
    created_by: str = Field(foreign_key="staff.id")
    first_number: int = 1
    state: str = "offered"
    booked_at: datetime | None = None
    next_at: datetime | None = None
    next_step: str | None = None


class SummonsMessageRow(Base, table=True):
    """Which of the texts belong to a summons; their words are in `message`."""

    __tablename__ = "summons_message"
    __table_args__ = (
        one_of("party", "child", "guardian"),
        one_of("purpose", "offer", "confirmation", "reminder", "called_off", "answer"),
    )

    message_id: str = Field(primary_key=True, foreign_key="message.id")
    party: str = Field(primary_key=True)  # a text to a shared phone stands twice
    summons_id: str = Field(foreign_key="summons.id", index=True)
    contact_id: str = Field(foreign_key="contact.id", index=True)
    purpose: str
    at: datetime
    language: str


class AbsenceRow(Base, table=True):
    __tablename__ = "absence"
    __table_args__ = (
        CheckConstraint("first_day <= last_day", name="first_before_last"),
        Index("ix_absence_namnd_last_day", "namnd", "last_day"),
    )

    id: str = Field(primary_key=True)
    namnd: str
    staff_id: str = Field(foreign_key="staff.id")
    first_day: date
    last_day: date
    stand_in: str | None = Field(default=None, foreign_key="staff.id")
