"""The escalation: what nobody has acknowledged, whom we have reached for, and calls in the outbox.

Phase: expand. Runs before the code that uses it; the running version ignores the new tables, and writes only kinds
that the wider CHECK allows.
Locks: as 0004. On PostgreSQL the new foreign keys hold off those who write to `conversation` and `staff`, and the new
CHECK everybody who wants `outbox`, until the commit. No row is rewritten; the outbox is read once for the CHECK.
SQLite copies it.
"""

import sqlalchemy as sa
from alembic import op

revision = "0009"
down_revision = "0008"
branch_labels = None
depends_on = None

INSTANT = sa.DateTime(timezone=True)
NEW_KIND = "call"
OUTBOX_KINDS = (
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
)
STEP_STATES = (
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
)


def upgrade() -> None:
    _create_escalation()
    _create_steps()
    _allow((*OUTBOX_KINDS, NEW_KIND))


def downgrade() -> None:
    """Forget what nobody has acknowledged. Calls that are still to be made are deleted with it."""
    kind = sa.column("kind", sa.String())
    op.execute(sa.delete(sa.table("outbox", kind)).where(kind == NEW_KIND))
    _allow(OUTBOX_KINDS)
    op.drop_table("escalation_step")
    op.drop_table("escalation")


def _allow(kinds: tuple[str, ...]) -> None:
    with op.batch_alter_table("outbox") as outbox:
        outbox.drop_constraint(op.f("ck_outbox_kind_known"), type_="check")
        outbox.create_check_constraint(op.f("ck_outbox_kind_known"), f"kind IN ({_listed(kinds)})")


def _listed(values: tuple[str, ...]) -> str:
    return ", ".join(f"'{value}'" for value in values)


def _create_escalation() -> None:
    op.create_table(
        "escalation",
        sa.Column("id", sa.String(), nullable=False),
        sa.Column("conversation_id", sa.String(), nullable=False),
        sa.Column("since_seq", sa.Integer(), nullable=False),
        sa.Column("shift_id", sa.String(), nullable=True),
        sa.Column("is_urgent", sa.Boolean(), server_default=sa.false(), nullable=False),
        sa.Column("state", sa.String(), nullable=False),
        sa.Column("started_at", INSTANT, nullable=False),
        sa.Column("last_at", INSTANT, nullable=False),
        sa.Column("next_at", INSTANT, nullable=True),
        sa.Column("round", sa.Integer(), nullable=False),
        sa.Column("done", sa.Integer(), nullable=False),
        sa.Column("reminders", sa.Integer(), nullable=False),
        sa.Column("acknowledged_by", sa.String(), nullable=True),
        sa.Column("ended_at", INSTANT, nullable=True),
        sa.Column("ended_by", sa.String(), nullable=False),
        sa.CheckConstraint("state IN ('running', 'acknowledged', 'ended')", name=op.f("ck_escalation_state_known")),
        sa.ForeignKeyConstraint(["conversation_id"], ["conversation.id"], name="fk_escalation_conversation_id"),
        sa.ForeignKeyConstraint(["acknowledged_by"], ["staff.id"], name="fk_escalation_acknowledged_by"),
        sa.PrimaryKeyConstraint("id", name="pk_escalation"),
    )
    op.create_index("ix_escalation_conversation_id", "escalation", ["conversation_id"])
    op.create_index("ix_escalation_state_next_at", "escalation", ["state", "next_at"])
    is_open = sa.text("state <> 'ended'")
    op.create_index(
        "uq_escalation_open",
        "escalation",
        ["conversation_id"],
        unique=True,
        postgresql_where=is_open,
        sqlite_where=is_open,
    )


def _create_steps() -> None:
    op.create_table(
        "escalation_step",
        sa.Column("id", sa.String(), nullable=False),
        sa.Column("escalation_id", sa.String(), nullable=False),
        sa.Column("staff_id", sa.String(), nullable=False),
        sa.Column("how", sa.String(), nullable=False),
        sa.Column("round", sa.Integer(), nullable=False),
        sa.Column("rung", sa.Integer(), nullable=False),
        sa.Column("at", INSTANT, nullable=False),
        sa.Column("state", sa.String(), nullable=False),
        sa.Column("provider_id", sa.String(), nullable=True),
        sa.Column("receipt_at", INSTANT, nullable=True),
        sa.Column("sequence", sa.Integer(), nullable=False),
        sa.CheckConstraint("how IN ('sms', 'call')", name=op.f("ck_escalation_step_how_known")),
        sa.CheckConstraint(f"state IN ({_listed(STEP_STATES)})", name=op.f("ck_escalation_step_state_known")),
        sa.ForeignKeyConstraint(["escalation_id"], ["escalation.id"], name="fk_escalation_step_escalation_id"),
        sa.ForeignKeyConstraint(["staff_id"], ["staff.id"], name="fk_escalation_step_staff_id"),
        sa.PrimaryKeyConstraint("id", name="pk_escalation_step"),
        sa.UniqueConstraint(
            "escalation_id", "round", "rung", "staff_id", name="uq_escalation_step_escalation_id_round_rung_staff_id"
        ),
    )
