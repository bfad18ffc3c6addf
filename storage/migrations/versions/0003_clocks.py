"""The clocks: deadlines and their history, the morning's lists, summons and absences; three more kinds of posts.

Phase: expand. Runs before the code that uses it; the running version ignores the new tables, and writes only kinds
that the wider CHECKs allow.
Locks: as 0002. On PostgreSQL the new foreign keys hold off those who write to `staff`, `contact` and `message`, and
the new CHECKs everybody who wants `outbox` or `slack_post`, until the commit. No row is rewritten; both tables are
read once for the CHECK. SQLite copies the two into new tables; no table refers to them.
"""

import sqlalchemy as sa
from alembic import op

revision = "0003"
down_revision = "0002"
branch_labels = None
depends_on = None

INSTANT = sa.DateTime(timezone=True)
# each before what it refers to
TABLES = ("absence", "summons_message", "summons", "deadline_event", "deadline", "clock_list")
NEW_KINDS = ("clocks", "clock", "unit")
OUTBOX_KINDS = ("card", "thread", "notice", "withdraw", "sms", "digest", "addendum", "handover")
POST_KINDS = ("card", "thread", "notice", "digest", "addendum", "handover")
ALONE = {"resolve_fks": False}  # SQLAlchemy cannot reflect the index of `conversation`, and warns


def upgrade() -> None:
    _create_deadline()
    _create_deadline_indexes()
    _create_event()
    _create_summons()
    _create_absence()
    _allow((*OUTBOX_KINDS, *NEW_KINDS), (*POST_KINDS, *NEW_KINDS))


def downgrade() -> None:
    """Forget the clocks. What is still to be posted about them is deleted with them."""
    for table in ("outbox", "slack_post"):
        kind = sa.column("kind", sa.String())
        op.execute(sa.delete(sa.table(table, kind)).where(kind.in_(NEW_KINDS)))
    _allow(OUTBOX_KINDS, POST_KINDS)
    for table in TABLES:
        op.drop_table(table)


def _allow(outbox_kinds: tuple[str, ...], post_kinds: tuple[str, ...]) -> None:
    with op.batch_alter_table("outbox") as outbox:
        outbox.drop_constraint(op.f("ck_outbox_kind_known"), type_="check")
        outbox.create_check_constraint(op.f("ck_outbox_kind_known"), _in("kind", *outbox_kinds))
    with op.batch_alter_table("slack_post", reflect_kwargs=ALONE) as post:
        post.drop_constraint(op.f("ck_slack_post_kind_known"), type_="check")
        post.create_check_constraint(op.f("ck_slack_post_kind_known"), _in("kind", *post_kinds))


def _in(column: str, *values: str) -> str:
    return "{} IN ({})".format(column, ", ".join(f"'{value}'" for value in values))


def _create_deadline() -> None:
    op.create_table(
        "clock_list",
        sa.Column("id", sa.String(), nullable=False),
        sa.Column("namnd", sa.String(), nullable=False),
        sa.Column("staff_id", sa.String(), nullable=False),
        sa.Column("day", sa.Date(), nullable=False),
        sa.Column("channel", sa.String(), nullable=True),
        sa.Column("ts", sa.String(), nullable=True),
        sa.Column("shown", sa.String(), nullable=True),
        sa.ForeignKeyConstraint(["staff_id"], ["staff.id"], name="fk_clock_list_staff_id"),
        sa.PrimaryKeyConstraint("id", name="pk_clock_list"),
        sa.UniqueConstraint("namnd", "staff_id", "day", name="uq_clock_list_namnd_staff_id_day"),
    )
    op.create_table(
        "deadline",
        sa.Column("id", sa.String(), nullable=False),
        sa.Column("report_id", sa.String(), nullable=False),
        sa.Column("namnd", sa.String(), nullable=False),
        sa.Column("kind", sa.String(), nullable=False),
        sa.Column("case_ref", sa.String(), nullable=False),
        sa.Column("case_key", sa.String(), nullable=False),
        sa.Column("received_at", INSTANT, nullable=False),
        sa.Column("starts_at", INSTANT, nullable=False),
        sa.Column("due_at", INSTANT, nullable=False),
        sa.Column("due_on", sa.Date(), nullable=False),
        sa.Column("plan_on", sa.Date(), nullable=False),
        sa.Column("act_before", INSTANT, nullable=False),
        sa.Column("late_on", sa.Date(), nullable=True),
        sa.Column("registered_at", INSTANT, nullable=False),
        sa.Column("registered_by", sa.String(), nullable=True),
        sa.Column("owner", sa.String(), nullable=True),
        sa.Column("gender", sa.String(), nullable=False),
        sa.Column("wants_feedback", sa.Boolean(), nullable=False),
        sa.Column("at_once", sa.Boolean(), nullable=False),
        sa.Column("state", sa.String(), nullable=False),
        sa.Column("outcome", sa.String(), nullable=True),
        sa.Column("decided_on", sa.Date(), nullable=True),
        sa.Column("settled_at", INSTANT, nullable=True),
        sa.Column("settled_by", sa.String(), nullable=True),
        sa.Column("reason", sa.String(), nullable=True),
        sa.Column("extended_to", sa.Date(), nullable=True),
        sa.Column("extended_by", sa.LargeBinary(), nullable=True),
        sa.Column("extension_reason", sa.LargeBinary(), nullable=True),
        sa.Column("snoozed_until", sa.Date(), nullable=True),
        sa.Column("snooze_reason", sa.LargeBinary(), nullable=True),
        sa.Column("listed_in", sa.String(), nullable=True),
        sa.Column("next_at", INSTANT, nullable=True),
        sa.Column("is_talk", sa.Boolean(), nullable=False),
        sa.Column("has_contact", sa.Boolean(), nullable=True),
        sa.Column("police_hold", sa.Boolean(), nullable=True),
        sa.Column("child_summoned_at", INSTANT, nullable=True),
        sa.Column("guardian_summoned_at", INSTANT, nullable=True),
        sa.Column("summoned_at", INSTANT, nullable=True),
        sa.Column("booked_at", INSTANT, nullable=True),
        sa.Column("ended_at", INSTANT, nullable=True),
        sa.Column("with_police", sa.Boolean(), nullable=True),
        *_deadline_checks(),
        sa.ForeignKeyConstraint(["listed_in"], ["clock_list.id"], name="fk_deadline_listed_in"),
        sa.ForeignKeyConstraint(["owner"], ["staff.id"], name="fk_deadline_owner"),
        sa.PrimaryKeyConstraint("id", name="pk_deadline"),
    )


def _deadline_checks() -> list[sa.CheckConstraint]:
    kinds = (
        "skyddsbedomning",
        "forhandsbedomning",
        "utredning",
        "aterkoppling_anmalare",
        "aterkoppling_barn",
        "allvarssamtal",
    )
    outcomes = ("done", "inleds", "inleds_inte", "avslutad", "held", "declined", "cancelled")
    reasons = (
        "arbetsbelastning",
        "familj_kunde_ej",
        "skola",
        "kontaktuppgifter_saknas",
        "polisforhor",
        "ej_samtycke",
        "ej_lampligt",
    )
    rules = {
        "kind_known": _in("kind", *kinds),
        "gender_known": _in("gender", "pojke", "flicka", "okant"),
        "state_known": _in("state", "running", "settled", "withdrawn"),
        "outcome_known": _in("outcome", *outcomes),
        "reason_known": _in("reason", *reasons),
        "settled_or_running": "(state = 'running') = (settled_at IS NULL)",
        "settled_somehow": "state <> 'settled' OR outcome IS NOT NULL",
        "only_running_is_spoken_of": "state = 'running' OR next_at IS NULL",
        "only_talk_is_summoned": "is_talk OR summoned_at IS NULL",
    }
    return [sa.CheckConstraint(rule, name=op.f(f"ck_deadline_{name}")) for name, rule in rules.items()]


def _create_deadline_indexes() -> None:
    """Of the many that run few are due: the partial indexes keep each question as cheap as its answer."""
    op.create_index("ix_deadline_report_id", "deadline", ["report_id"])
    op.create_index("ix_deadline_case", "deadline", ["namnd", "case_key"])
    op.create_index("ix_deadline_received", "deadline", ["namnd", "kind", "received_at"])
    op.create_index(
        "uq_deadline_case_once",
        "deadline",
        ["namnd", "case_key", "kind", "received_at"],
        unique=True,
        postgresql_where=sa.text("state <> 'withdrawn'"),
        sqlite_where=sa.text("state <> 'withdrawn'"),
    )
    _create_partial_index("ix_deadline_due", "deadline", ["next_at", "id"], "next_at IS NOT NULL")
    _create_partial_index("ix_deadline_running", "deadline", ["namnd", "owner", "due_at", "id"], "state = 'running'")
    late = "state = 'running' AND summoned_at IS NULL"
    _create_partial_index("ix_deadline_overdue", "deadline", ["namnd", "due_at", "id"], late)
    _create_partial_index("ix_deadline_listed", "deadline", ["listed_in", "due_at", "id"], "listed_in IS NOT NULL")


def _create_event() -> None:
    op.create_table(
        "deadline_event",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("deadline_id", sa.String(), nullable=False),
        sa.Column("at", INSTANT, nullable=False),
        sa.Column("kind", sa.String(), nullable=False),
        sa.Column("by", sa.String(), nullable=True),
        sa.Column("code", sa.String(), nullable=False),
        sa.Column("text", sa.LargeBinary(), nullable=True),
        sa.ForeignKeyConstraint(["deadline_id"], ["deadline.id"], name="fk_deadline_event_deadline_id"),
        sa.PrimaryKeyConstraint("id", name="pk_deadline_event"),
    )
    op.create_index("ix_deadline_event_deadline_id_at", "deadline_event", ["deadline_id", "at", "id"])


def _create_summons() -> None:
    op.create_table(
        "summons",
        sa.Column("id", sa.String(), nullable=False),
        sa.Column("deadline_id", sa.String(), nullable=False),
        sa.Column("namnd", sa.String(), nullable=False),
        sa.Column("times", sa.JSON(), nullable=False),
        sa.Column("created_at", INSTANT, nullable=False),
        sa.Column("created_by", sa.String(), nullable=False),
        sa.Column("first_number", sa.Integer(), nullable=False),
        sa.Column("state", sa.String(), nullable=False),
        sa.Column("booked_at", INSTANT, nullable=True),
        sa.Column("next_at", INSTANT, nullable=True),
        sa.Column("next_step", sa.String(), nullable=True),
        sa.CheckConstraint(_in("state", "offered", "booked", "closed"), name=op.f("ck_summons_state_known")),
        sa.CheckConstraint(_in("next_step", "day_before", "same_day"), name=op.f("ck_summons_next_step_known")),
        sa.CheckConstraint("state <> 'booked' OR booked_at IS NOT NULL", name=op.f("ck_summons_booked_at_a_time")),
        sa.CheckConstraint("(next_at IS NULL) = (next_step IS NULL)", name=op.f("ck_summons_next_step_has_a_time")),
        sa.CheckConstraint("state = 'booked' OR next_at IS NULL", name=op.f("ck_summons_only_booked_is_reminded_of")),
        sa.ForeignKeyConstraint(["created_by"], ["staff.id"], name="fk_summons_created_by"),
        sa.ForeignKeyConstraint(["deadline_id"], ["deadline.id"], name="fk_summons_deadline_id"),
        sa.PrimaryKeyConstraint("id", name="pk_summons"),
    )
    op.create_index("ix_summons_deadline_id", "summons", ["deadline_id"])
    _create_partial_index("ix_summons_due", "summons", ["next_at", "id"], "next_at IS NOT NULL")
    purposes = ("offer", "confirmation", "reminder", "called_off", "answer")
    op.create_table(
        "summons_message",
        sa.Column("message_id", sa.String(), nullable=False),
        sa.Column("summons_id", sa.String(), nullable=False),
        sa.Column("contact_id", sa.String(), nullable=False),
        sa.Column("party", sa.String(), nullable=False),
        sa.Column("purpose", sa.String(), nullable=False),
        sa.Column("at", INSTANT, nullable=False),
        sa.Column("language", sa.String(), nullable=False),
        sa.CheckConstraint(_in("party", "child", "guardian"), name=op.f("ck_summons_message_party_known")),
        sa.CheckConstraint(_in("purpose", *purposes), name=op.f("ck_summons_message_purpose_known")),
        sa.ForeignKeyConstraint(["contact_id"], ["contact.id"], name="fk_summons_message_contact_id"),
        sa.ForeignKeyConstraint(["message_id"], ["message.id"], name="fk_summons_message_message_id"),
        sa.ForeignKeyConstraint(["summons_id"], ["summons.id"], name="fk_summons_message_summons_id"),
        sa.PrimaryKeyConstraint("message_id", "party", name="pk_summons_message"),
    )
    op.create_index("ix_summons_message_contact_id", "summons_message", ["contact_id"])
    op.create_index("ix_summons_message_summons_id", "summons_message", ["summons_id"])


def _create_absence() -> None:
    op.create_table(
        "absence",
        sa.Column("id", sa.String(), nullable=False),
        sa.Column("namnd", sa.String(), nullable=False),
        sa.Column("staff_id", sa.String(), nullable=False),
        sa.Column("first_day", sa.Date(), nullable=False),
        sa.Column("last_day", sa.Date(), nullable=False),
        sa.Column("stand_in", sa.String(), nullable=True),
        sa.CheckConstraint("first_day <= last_day", name=op.f("ck_absence_first_before_last")),
        sa.ForeignKeyConstraint(["staff_id"], ["staff.id"], name="fk_absence_staff_id"),
        sa.ForeignKeyConstraint(["stand_in"], ["staff.id"], name="fk_absence_stand_in"),
        sa.PrimaryKeyConstraint("id", name="pk_absence"),
    )
    op.create_index("ix_absence_namnd_last_day", "absence", ["namnd", "last_day"])


def _create_partial_index(name: str, table: str, columns: list[str], where: str) -> None:
    op.create_index(name, table, columns, postgresql_where=sa.text(where), sqlite_where=sa.text(where))
