"""The rota before it is published: drafts, wishes and absences, and the secret addresses of calendars.

Phase: expand. Runs before the code that uses it; the running version ignores the new tables.
Locks: on PostgreSQL the new foreign keys hold off those who write to `staff` until the commit. No row is rewritten.
"""

import sqlalchemy as sa
from alembic import op

revision = "0008"
down_revision = "0007"
branch_labels = None
depends_on = None

INSTANT = sa.DateTime(timezone=True)


def upgrade() -> None:
    op.create_table(
        "rota_draft",
        sa.Column("id", sa.String(), nullable=False),
        sa.Column("made_at", INSTANT, nullable=False),
        sa.Column("made_by", sa.String(), nullable=False),
        sa.Column("first_day", sa.Date(), nullable=False),
        sa.Column("last_day", sa.Date(), nullable=False),
        sa.Column("state", sa.String(), nullable=False),
        sa.Column("slots", sa.JSON(), nullable=False),
        sa.Column("despite", sa.String(), nullable=False),
        sa.CheckConstraint("state IN ('draft', 'published')", name=op.f("ck_rota_draft_state_known")),
        sa.CheckConstraint("first_day <= last_day", name=op.f("ck_rota_draft_first_before_last")),
        sa.ForeignKeyConstraint(["made_by"], ["staff.id"], name="fk_rota_draft_made_by"),
        sa.PrimaryKeyConstraint("id", name="pk_rota_draft"),
    )
    op.create_table(
        "rota_wish",
        sa.Column("id", sa.String(), nullable=False),
        sa.Column("staff_id", sa.String(), nullable=False),
        sa.Column("wish", sa.String(), nullable=False),
        sa.Column("first_day", sa.Date(), nullable=False),
        sa.Column("last_day", sa.Date(), nullable=False),
        sa.CheckConstraint("wish IN ('away', 'rather_not', 'gladly')", name=op.f("ck_rota_wish_wish_known")),
        sa.CheckConstraint("first_day <= last_day", name=op.f("ck_rota_wish_first_before_last")),
        sa.ForeignKeyConstraint(["staff_id"], ["staff.id"], name="fk_rota_wish_staff_id"),
        sa.PrimaryKeyConstraint("id", name="pk_rota_wish"),
    )
    op.create_index("ix_rota_wish_last_day", "rota_wish", ["last_day"])
    op.create_table(
        "calendar_feed",
        sa.Column("staff_id", sa.String(), nullable=False),
        sa.Column("token_hash", sa.LargeBinary(), nullable=False),
        sa.Column("made_at", INSTANT, nullable=False),
        sa.ForeignKeyConstraint(["staff_id"], ["staff.id"], name="fk_calendar_feed_staff_id"),
        sa.PrimaryKeyConstraint("staff_id", name="pk_calendar_feed"),
        sa.UniqueConstraint("token_hash", name="uq_calendar_feed_token_hash"),
    )


def downgrade() -> None:
    """Forget drafts, wishes and calendars; what has been published stays in the rota."""
    for table in ("calendar_feed", "rota_wish", "rota_draft"):
        op.drop_table(table)
