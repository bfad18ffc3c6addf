"""The tables. Secret text is stored sealed (see storage.vault) and found by keyed hash.

Rows are not domain objects: the repositories turn one into the other. Every state has a CHECK.
"""

from datetime import date, datetime
from typing import Any, ClassVar

import sqlalchemy as sa
from sqlalchemy import CheckConstraint, Column, Index, LargeBinary, MetaData, UniqueConstraint, text
from sqlmodel import Field, SQLModel

NAMING = {
    "ix": "ix_%(table_name)s_%(column_0_N_name)s",
    "uq": "uq_%(table_name)s_%(column_0_N_name)s",
    "ck": "ck_%(table_name)s_%(constraint_name)s",
    "fk": "fk_%(table_name)s_%(column_0_N_name)s",
    "pk": "pk_%(table_name)s",
}


class Base(SQLModel):
    """Common metadata with names for every constraint, which Alembic needs."""

    metadata: ClassVar[MetaData] = MetaData(naming_convention=NAMING)


def one_of(column: str, *values: str) -> CheckConstraint:
    listed = ", ".join(f"'{value}'" for value in values)
    return CheckConstraint(f"{column} IN ({listed})", name=f"{column}_known")


def partial(name: str, *columns: str, where: str, unique: bool = False) -> Index:
    """An index over the rows that `where` is true of. Queries must say `where` in these words, without parameters."""
    return Index(name, *columns, unique=unique, postgresql_where=text(where), sqlite_where=text(where))


def sealed(*, nullable: bool = False) -> Any:
    """A column that holds sealed bytes."""
    return Field(sa_column=Column(LargeBinary, nullable=nullable))


# --- common -----------------------------------------------------------------


class StaffRow(Base, table=True):
    __tablename__ = "staff"

    id: str = Field(primary_key=True)
    slack_user_id: str | None = Field(default=None, unique=True)
    email_hash: bytes = Field(sa_column=Column(LargeBinary, nullable=False, unique=True))
    name: bytes = sealed()
    email: bytes = sealed()
    is_active: bool = True


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
        one_of("state", "waiting", "done", "parked"),
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


class AuditRow(Base, table=True):
    """Append-only. Ids and codes; never content, a name or a number."""

    __tablename__ = "audit"
    __table_args__ = (Index("ix_audit_subject_id", "subject", "id"), Index("ix_audit_actor_id", "actor", "id"))

    id: int | None = Field(default=None, primary_key=True)
    at: datetime
    actor: str  # staff id, or "system"
    act: str
    subject: str  # for instance "conversation:<id>"
    namnd: str | None = None
    is_allowed: bool = True
    ground: str
    details: dict[str, Any] = Field(default_factory=dict, sa_column=Column(sa.JSON, nullable=False))


class ClosedDayRow(Base, table=True):
    __tablename__ = "closed_day"

    day: str = Field(primary_key=True)  # local date, ISO
    reason: str = ""


# --- beredskap --------------------------------------------------------------


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


# --- the handover -----------------------------------------------------------


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


# --- myndighet --------------------------------------------------------------


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
