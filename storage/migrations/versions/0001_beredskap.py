"""beredskap: the first schema, complete.

Phase: expand. Runs on an empty database, before any code; there is nothing that could be in its way.
Locks: none that anybody waits for, since every table is new.

Instants are stored in UTC: `TIMESTAMP WITH TIME ZONE` on PostgreSQL, ISO text on SQLite. The tables read and write
them through SQLModel's own type, which gives aware UTC back and refuses naive times. `op.f` marks a name as
finished: for CHECK constraints the naming convention would otherwise be applied once more.
"""

import sqlalchemy as sa
from alembic import op

revision = "0001"
down_revision = None
branch_labels = None
depends_on = None

INSTANT = sa.DateTime(timezone=True)
TABLES = (
    "delivery",
    "slack_post",
    "open_view",
    "message",
    "held_reply",
    "conversation_route",
    "staff_role",
    "staff_phone",
    "shift",
    "jav",
    "conversation",
    "contact_link",
    "youth",
    "staff",
    "outbox",
    "job_run",
    "inbox",
    "done_once",
    "contact",
    "closed_day",
    "audit",
)  # each before what it refers to


def upgrade() -> None:
    op.create_table(
        "audit",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("at", INSTANT, nullable=False),
        sa.Column("actor", sa.String(), nullable=False),
        sa.Column("act", sa.String(), nullable=False),
        sa.Column("subject", sa.String(), nullable=False),
        sa.Column("namnd", sa.String(), nullable=True),
        sa.Column("is_allowed", sa.Boolean(), nullable=False),
        sa.Column("ground", sa.String(), nullable=False),
        sa.Column("details", sa.JSON(), nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_audit"),
    )
    op.create_index("ix_audit_actor_id", "audit", ["actor", "id"])
    op.create_index("ix_audit_subject_id", "audit", ["subject", "id"])
    op.create_table(
        "closed_day",
        sa.Column("day", sa.String(), nullable=False),
        sa.Column("reason", sa.String(), nullable=False),
        sa.PrimaryKeyConstraint("day", name="pk_closed_day"),
    )
    op.create_table(
        "contact",
        sa.Column("id", sa.String(), nullable=False),
        sa.Column("number", sa.LargeBinary(), nullable=False),
        sa.Column("number_hash", sa.LargeBinary(), nullable=False),
        sa.Column("code", sa.String(), nullable=False),
        sa.Column("language", sa.String(), nullable=False),
        sa.Column("is_answerable", sa.Boolean(), nullable=False),
        sa.Column("is_blocked", sa.Boolean(), nullable=False),
        sa.Column("created_at", INSTANT, nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_contact"),
        sa.UniqueConstraint("code", name="uq_contact_code"),
        sa.UniqueConstraint("number_hash", name="uq_contact_number_hash"),
    )
    op.create_table(
        "done_once",
        sa.Column("scope", sa.String(), nullable=False),
        sa.Column("key", sa.String(), nullable=False),
        sa.Column("at", INSTANT, nullable=False),
        sa.PrimaryKeyConstraint("scope", "key", name="pk_done_once"),
    )
    op.create_table(
        "inbox",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("provider", sa.String(), nullable=False),
        sa.Column("provider_id", sa.String(), nullable=False),
        sa.Column("lane", sa.String(), nullable=False),
        sa.Column("raw", sa.LargeBinary(), nullable=False),
        sa.Column("received_at", INSTANT, nullable=False),
        sa.Column("is_late", sa.Boolean(), nullable=False),
        sa.Column("state", sa.String(), nullable=False),
        sa.Column("attempts", sa.Integer(), nullable=False),
        sa.Column("done_at", INSTANT, nullable=True),
        sa.CheckConstraint("state IN ('waiting', 'done', 'parked')", name=op.f("ck_inbox_state_known")),
        sa.PrimaryKeyConstraint("id", name="pk_inbox"),
        sa.UniqueConstraint("provider", "provider_id", name="uq_inbox_provider_provider_id"),
    )
    op.create_index(
        "ix_inbox_lane_waiting",
        "inbox",
        ["lane", "id"],
        postgresql_where=sa.text("state = 'waiting'"),
        sqlite_where=sa.text("state = 'waiting'"),
    )
    op.create_index("ix_inbox_state_id", "inbox", ["state", "id"])
    op.create_table(
        "job_run",
        sa.Column("job", sa.String(), nullable=False),
        sa.Column("scheduled_for", sa.String(), nullable=False),
        sa.Column("ran_at", INSTANT, nullable=False),
        sa.PrimaryKeyConstraint("job", "scheduled_for", name="pk_job_run"),
    )
    op.create_table(
        "outbox",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("kind", sa.String(), nullable=False),
        sa.Column("lane", sa.String(), nullable=False),
        sa.Column("dedupe_key", sa.String(), nullable=False),
        sa.Column("fold_key", sa.String(), nullable=True),
        sa.Column("priority", sa.Integer(), nullable=False),
        sa.Column("payload", sa.JSON(), nullable=False),
        sa.Column("state", sa.String(), nullable=False),
        sa.Column("attempts", sa.Integer(), nullable=False),
        sa.Column("looks", sa.Integer(), nullable=False),
        sa.Column("next_at", INSTANT, nullable=False),
        sa.Column("lease_until", INSTANT, nullable=True),
        sa.Column("lease_owner", sa.String(), nullable=True),
        sa.Column("provider_id", sa.String(), nullable=True),
        sa.Column("last_error", sa.String(), nullable=True),
        sa.Column("created_at", INSTANT, nullable=False),
        sa.Column("settled_at", INSTANT, nullable=True),
        sa.CheckConstraint(
            "kind IN ('card', 'thread', 'notice', 'withdraw', 'sms')", name=op.f("ck_outbox_kind_known")
        ),
        sa.CheckConstraint(
            "state IN ('due', 'sending', 'sent', 'failed', 'uncertain', 'dropped')", name=op.f("ck_outbox_state_known")
        ),
        sa.PrimaryKeyConstraint("id", name="pk_outbox"),
        sa.UniqueConstraint("dedupe_key", name="uq_outbox_dedupe_key"),
    )
    op.create_index("ix_outbox_lane_state", "outbox", ["lane", "state", "id"])
    op.create_index("ix_outbox_provider_id", "outbox", ["provider_id"])
    op.create_index("ix_outbox_state_next_at", "outbox", ["state", "next_at"])
    op.create_index(
        "uq_outbox_fold_due",
        "outbox",
        ["fold_key"],
        unique=True,
        postgresql_where=sa.text("state = 'due'"),
        sqlite_where=sa.text("state = 'due'"),
    )
    op.create_table(
        "staff",
        sa.Column("id", sa.String(), nullable=False),
        sa.Column("slack_user_id", sa.String(), nullable=True),
        sa.Column("email_hash", sa.LargeBinary(), nullable=False),
        sa.Column("name", sa.LargeBinary(), nullable=False),
        sa.Column("email", sa.LargeBinary(), nullable=False),
        sa.Column("is_active", sa.Boolean(), nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_staff"),
        sa.UniqueConstraint("email_hash", name="uq_staff_email_hash"),
        sa.UniqueConstraint("slack_user_id", name="uq_staff_slack_user_id"),
    )
    op.create_table(
        "youth",
        sa.Column("id", sa.String(), nullable=False),
        sa.Column("namnd", sa.String(), nullable=False),
        sa.Column("reference", sa.String(), nullable=True),
        sa.Column("case_code", sa.String(), nullable=False),
        sa.Column("name", sa.LargeBinary(), nullable=False),
        sa.Column("age_band", sa.String(), nullable=False),
        sa.Column("basis", sa.String(), nullable=False),
        sa.Column("basis_reason", sa.LargeBinary(), nullable=True),
        sa.Column("is_active", sa.Boolean(), nullable=False),
        sa.Column("created_at", INSTANT, nullable=False),
        sa.CheckConstraint("age_band IN ('under_12', '12_to_14', '15_or_over')", name=op.f("ck_youth_age_band_known")),
        sa.CheckConstraint(
            "basis IN ('guardian_consent', 'child_consent_21_1', 'fifteen_or_over', 'override')",
            name=op.f("ck_youth_basis_known"),
        ),
        sa.PrimaryKeyConstraint("id", name="pk_youth"),
        sa.UniqueConstraint("case_code", name="uq_youth_case_code"),
        sa.UniqueConstraint("namnd", "reference", name="uq_youth_namnd_reference"),
    )
    op.create_index("ix_youth_namnd", "youth", ["namnd"])
    op.create_table(
        "contact_link",
        sa.Column("contact_id", sa.String(), nullable=False),
        sa.Column("youth_id", sa.String(), nullable=False),
        sa.Column("role", sa.String(), nullable=False),
        sa.Column("name", sa.LargeBinary(), nullable=False),
        sa.CheckConstraint("role IN ('youth', 'guardian')", name=op.f("ck_contact_link_role_known")),
        sa.ForeignKeyConstraint(["contact_id"], ["contact.id"], name="fk_contact_link_contact_id"),
        sa.ForeignKeyConstraint(["youth_id"], ["youth.id"], name="fk_contact_link_youth_id"),
        sa.PrimaryKeyConstraint("contact_id", "youth_id", "role", name="pk_contact_link"),
    )
    op.create_index("ix_contact_link_youth_id", "contact_link", ["youth_id"])
    op.create_table(
        "conversation",
        sa.Column("id", sa.String(), nullable=False),
        sa.Column("contact_id", sa.String(), nullable=False),
        sa.Column("world", sa.String(), nullable=False),
        sa.Column("namnd", sa.String(), nullable=True),
        sa.Column("our_number", sa.String(), nullable=False),
        sa.Column("opened_at", INSTANT, nullable=False),
        sa.Column("is_open", sa.Boolean(), nullable=False),
        sa.Column("closed_at", INSTANT, nullable=True),
        sa.Column("taken_by", sa.String(), nullable=True),
        sa.Column("taken_at", INSTANT, nullable=True),
        sa.Column("last_seq", sa.Integer(), nullable=False),
        sa.Column("last_inbound_seq", sa.Integer(), nullable=False),
        sa.Column("seen_seq", sa.Integer(), nullable=False),
        sa.Column("answered_seq", sa.Integer(), nullable=False),
        sa.Column("first_unanswered_at", INSTANT, nullable=True),
        sa.Column("last_activity_at", INSTANT, nullable=True),
        sa.Column("pinged_at", INSTANT, nullable=True),
        sa.Column("nudge_at", INSTANT, nullable=True),
        sa.Column("nudge_stage", sa.Integer(), nullable=False),
        sa.Column("is_namnd_open", sa.Boolean(), nullable=False),
        sa.Column("concerns", sa.JSON(), nullable=False),
        sa.CheckConstraint("world IN ('beredskap', 'myndighet')", name=op.f("ck_conversation_world_known")),
        sa.CheckConstraint(
            "seen_seq <= last_seq AND answered_seq <= last_seq", name=op.f("ck_conversation_seqs_in_order")
        ),
        sa.ForeignKeyConstraint(["contact_id"], ["contact.id"], name="fk_conversation_contact_id"),
        sa.ForeignKeyConstraint(["taken_by"], ["staff.id"], name="fk_conversation_taken_by"),
        sa.PrimaryKeyConstraint("id", name="pk_conversation"),
    )
    op.create_index("ix_conversation_contact_id", "conversation", ["contact_id"])
    op.create_index(
        "uq_conversation_open",
        "conversation",
        ["contact_id", sa.text("coalesce(namnd, '')"), "world"],
        unique=True,
        postgresql_where=sa.text("is_open"),
        sqlite_where=sa.text("is_open"),
    )
    op.create_index(
        "ix_conversation_nudge",
        "conversation",
        ["nudge_at"],
        postgresql_where=sa.text("nudge_at IS NOT NULL"),
        sqlite_where=sa.text("nudge_at IS NOT NULL"),
    )
    op.create_table(
        "jav",
        sa.Column("youth_id", sa.String(), nullable=False),
        sa.Column("staff_id", sa.String(), nullable=False),
        sa.ForeignKeyConstraint(["staff_id"], ["staff.id"], name="fk_jav_staff_id"),
        sa.ForeignKeyConstraint(["youth_id"], ["youth.id"], name="fk_jav_youth_id"),
        sa.PrimaryKeyConstraint("youth_id", "staff_id", name="pk_jav"),
    )
    op.create_table(
        "shift",
        sa.Column("id", sa.String(), nullable=False),
        sa.Column("staff_id", sa.String(), nullable=False),
        sa.Column("lending_namnd", sa.String(), nullable=False),
        sa.Column("starts_at", INSTANT, nullable=False),
        sa.Column("ends_at", INSTANT, nullable=False),
        sa.CheckConstraint("starts_at < ends_at", name=op.f("ck_shift_starts_before_end")),
        sa.ForeignKeyConstraint(["staff_id"], ["staff.id"], name="fk_shift_staff_id"),
        sa.PrimaryKeyConstraint("id", name="pk_shift"),
        sa.UniqueConstraint("staff_id", "lending_namnd", "starts_at", name="uq_shift_staff_id_lending_namnd_starts_at"),
    )
    op.create_index("ix_shift_starts_at_ends_at", "shift", ["starts_at", "ends_at"])
    op.create_table(
        "staff_phone",
        sa.Column("staff_id", sa.String(), nullable=False),
        sa.Column("number", sa.LargeBinary(), nullable=False),
        sa.Column("number_hash", sa.LargeBinary(), nullable=False),
        sa.Column("verified_at", INSTANT, nullable=True),
        sa.ForeignKeyConstraint(["staff_id"], ["staff.id"], name="fk_staff_phone_staff_id"),
        sa.PrimaryKeyConstraint("staff_id", name="pk_staff_phone"),
        sa.UniqueConstraint("number_hash", name="uq_staff_phone_number_hash"),
    )
    op.create_table(
        "staff_role",
        sa.Column("staff_id", sa.String(), nullable=False),
        sa.Column("namnd", sa.String(), nullable=False),
        sa.Column("world", sa.String(), nullable=False),
        sa.Column("role", sa.String(), nullable=False),
        sa.CheckConstraint(
            "role IN ('familjebehandlare', 'handlaggare', 'leader', 'admin')", name=op.f("ck_staff_role_role_known")
        ),
        sa.CheckConstraint("world IN ('beredskap', 'myndighet')", name=op.f("ck_staff_role_world_known")),
        sa.ForeignKeyConstraint(["staff_id"], ["staff.id"], name="fk_staff_role_staff_id"),
        sa.PrimaryKeyConstraint("staff_id", "namnd", "world", "role", name="pk_staff_role"),
    )
    op.create_table(
        "conversation_route",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("conversation_id", sa.String(), nullable=False),
        sa.Column("at", INSTANT, nullable=False),
        sa.Column("ground", sa.String(), nullable=False),
        sa.Column("staff_id", sa.String(), nullable=True),
        sa.Column("shift_id", sa.String(), nullable=True),
        sa.ForeignKeyConstraint(["conversation_id"], ["conversation.id"], name="fk_conversation_route_conversation_id"),
        sa.PrimaryKeyConstraint("id", name="pk_conversation_route"),
    )
    op.create_index("ix_conversation_route_conversation_id", "conversation_route", ["conversation_id"])
    op.create_index("ix_conversation_route_shift_id", "conversation_route", ["shift_id"])
    op.create_table(
        "held_reply",
        sa.Column("id", sa.String(), nullable=False),
        sa.Column("conversation_id", sa.String(), nullable=False),
        sa.Column("staff_id", sa.String(), nullable=False),
        sa.Column("channel", sa.String(), nullable=False),
        sa.Column("ts", sa.String(), nullable=False),
        sa.Column("body", sa.LargeBinary(), nullable=False),
        sa.Column("state", sa.String(), nullable=False),
        sa.Column("created_at", INSTANT, nullable=False),
        sa.CheckConstraint("state IN ('held', 'sent', 'discarded')", name=op.f("ck_held_reply_state_known")),
        sa.ForeignKeyConstraint(["conversation_id"], ["conversation.id"], name="fk_held_reply_conversation_id"),
        sa.ForeignKeyConstraint(["staff_id"], ["staff.id"], name="fk_held_reply_staff_id"),
        sa.PrimaryKeyConstraint("id", name="pk_held_reply"),
        sa.UniqueConstraint("channel", "ts", name="uq_held_reply_channel_ts"),
    )
    op.create_table(
        "message",
        sa.Column("id", sa.String(), nullable=False),
        sa.Column("conversation_id", sa.String(), nullable=False),
        sa.Column("seq", sa.Integer(), nullable=False),
        sa.Column("direction", sa.String(), nullable=False),
        sa.Column("body", sa.LargeBinary(), nullable=False),
        sa.Column("at", INSTANT, nullable=False),
        sa.Column("author", sa.String(), nullable=True),
        sa.Column("shift_id", sa.String(), nullable=True),
        sa.Column("media_count", sa.Integer(), nullable=False),
        sa.Column("is_late", sa.Boolean(), nullable=False),
        sa.Column("auto_kind", sa.String(), nullable=True),
        sa.Column("source", sa.String(), nullable=True),
        sa.CheckConstraint("direction IN ('in', 'out', 'note', 'auto')", name=op.f("ck_message_direction_known")),
        sa.ForeignKeyConstraint(["conversation_id"], ["conversation.id"], name="fk_message_conversation_id"),
        sa.PrimaryKeyConstraint("id", name="pk_message"),
        sa.UniqueConstraint("conversation_id", "seq", name="uq_message_conversation_id_seq"),
        sa.UniqueConstraint("source", name="uq_message_source"),
    )
    op.create_table(
        "open_view",
        sa.Column("external_id", sa.String(), nullable=False),
        sa.Column("staff_id", sa.String(), nullable=False),
        sa.Column("conversation_id", sa.String(), nullable=False),
        sa.Column("shift_id", sa.String(), nullable=True),
        sa.Column("view_id", sa.String(), nullable=True),
        sa.Column("view_hash", sa.String(), nullable=True),
        sa.Column("last_seen", sa.Integer(), nullable=False),
        sa.Column("warned_of", sa.String(), nullable=True),
        sa.Column("shown", sa.Integer(), nullable=False),
        sa.Column("is_dirty", sa.Boolean(), nullable=False),
        sa.Column("refreshed_at", INSTANT, nullable=True),
        sa.Column("opened_at", INSTANT, nullable=False),
        sa.ForeignKeyConstraint(["conversation_id"], ["conversation.id"], name="fk_open_view_conversation_id"),
        sa.ForeignKeyConstraint(["staff_id"], ["staff.id"], name="fk_open_view_staff_id"),
        sa.PrimaryKeyConstraint("external_id", name="pk_open_view"),
    )
    op.create_index("ix_open_view_conversation_id", "open_view", ["conversation_id"])
    op.create_table(
        "slack_post",
        sa.Column("id", sa.String(), nullable=False),
        sa.Column("kind", sa.String(), nullable=False),
        sa.Column("conversation_id", sa.String(), nullable=True),
        sa.Column("target", sa.String(), nullable=False),
        sa.Column("channel", sa.String(), nullable=True),
        sa.Column("ts", sa.String(), nullable=True),
        sa.Column("is_current", sa.Boolean(), nullable=False),
        sa.Column("is_repeat", sa.Boolean(), nullable=False),
        sa.Column("shown", sa.String(), nullable=True),
        sa.Column("created_at", INSTANT, nullable=False),
        sa.CheckConstraint("kind IN ('card', 'thread', 'notice')", name=op.f("ck_slack_post_kind_known")),
        sa.ForeignKeyConstraint(["conversation_id"], ["conversation.id"], name="fk_slack_post_conversation_id"),
        sa.PrimaryKeyConstraint("id", name="pk_slack_post"),
        sa.UniqueConstraint("channel", "ts", name="uq_slack_post_channel_ts"),
    )
    op.create_index("ix_slack_post_conversation_id", "slack_post", ["conversation_id"])
    op.create_index(
        "uq_slack_post_card_place",
        "slack_post",
        ["conversation_id", "target"],
        unique=True,
        postgresql_where=sa.text("kind = 'card' AND is_current"),
        sqlite_where=sa.text("kind = 'card' AND is_current"),
    )
    op.create_table(
        "delivery",
        sa.Column("id", sa.String(), nullable=False),
        sa.Column("message_id", sa.String(), nullable=False),
        sa.Column("attempt", sa.Integer(), nullable=False),
        sa.Column("status", sa.String(), nullable=False),
        sa.Column("reason", sa.String(), nullable=True),
        sa.Column("provider_code", sa.String(), nullable=True),
        sa.Column("provider_id", sa.String(), nullable=True),
        sa.Column("is_corrected", sa.Boolean(), nullable=False),
        sa.Column("updated_at", INSTANT, nullable=False),
        sa.CheckConstraint(
            "status IN ('pending', 'uncertain', 'accepted', 'scheduled', 'queued', 'sending', 'sent',"
            " 'delivered', 'undelivered', 'failed', 'canceled')",
            name=op.f("ck_delivery_status_known"),
        ),
        sa.ForeignKeyConstraint(["message_id"], ["message.id"], name="fk_delivery_message_id"),
        sa.PrimaryKeyConstraint("id", name="pk_delivery"),
        sa.UniqueConstraint("message_id", "attempt", name="uq_delivery_message_id_attempt"),
        sa.UniqueConstraint("provider_id", name="uq_delivery_provider_id"),
    )
    op.create_index("ix_delivery_message_id", "delivery", ["message_id"])


def downgrade() -> None:
    for table in TABLES:
        op.drop_table(table)
