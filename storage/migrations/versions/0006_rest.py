"""Active time: when people worked in their beredskap.

Phase: expand. Runs before the code that uses it; the running version ignores the new table.
Locks: on PostgreSQL the new foreign keys hold off those who write to `staff` and `conversation` until the commit.
"""

import sqlalchemy as sa
from alembic import op

revision = "0006"
down_revision = "0005"
branch_labels = None
depends_on = None

INSTANT = sa.DateTime(timezone=True)


def upgrade() -> None:
    op.create_table(
        "active_time",
        sa.Column("id", sa.String(), nullable=False),
        sa.Column("staff_id", sa.String(), nullable=False),
        sa.Column("shift_id", sa.String(), nullable=False),
        sa.Column("conversation_id", sa.String(), nullable=True),
        sa.Column("started_at", INSTANT, nullable=False),
        sa.Column("ended_at", INSTANT, nullable=False),
        sa.Column("source", sa.String(), nullable=False),
        sa.Column("corrected_at", INSTANT, nullable=True),
        sa.CheckConstraint("source IN ('read', 'answer', 'manual')", name=op.f("ck_active_time_source_known")),
        sa.CheckConstraint("started_at < ended_at", name=op.f("ck_active_time_starts_before_end")),
        sa.ForeignKeyConstraint(["staff_id"], ["staff.id"], name="fk_active_time_staff_id"),
        sa.ForeignKeyConstraint(["conversation_id"], ["conversation.id"], name="fk_active_time_conversation_id"),
        sa.PrimaryKeyConstraint("id", name="pk_active_time"),
    )
    op.create_index("ix_active_time_staff_id_started_at", "active_time", ["staff_id", "started_at"])


def downgrade() -> None:
    """Forget all active time, what people have corrected too: take out the rest report first."""
    op.drop_table("active_time")
