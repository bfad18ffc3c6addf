"""Who consented or decided and when, what goes for each number, and who has asked us not to text.

Phase: expand. Runs before the code that uses it; the running version ignores the new tables.
Locks: on PostgreSQL the foreign keys hold off those who write to `contact` and `youth` until the commit. No row is
rewritten.
"""

import sqlalchemy as sa
from alembic import op

revision = "0015"
down_revision = "0014"
branch_labels = None
depends_on = None

INSTANT = sa.DateTime(timezone=True)


def upgrade() -> None:
    op.create_table(
        "youth_consent",
        sa.Column("youth_id", sa.String(), nullable=False),
        sa.Column("decided_by", sa.LargeBinary(), nullable=False),
        sa.Column("decided_on", sa.Date(), nullable=True),
        sa.Column("review_on", sa.Date(), nullable=True),
        sa.Column("recorded_by", sa.String(), nullable=True),
        sa.Column("recorded_at", INSTANT, nullable=False),
        sa.ForeignKeyConstraint(["youth_id"], ["youth.id"], name="fk_youth_consent_youth_id", ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("youth_id", name="pk_youth_consent"),
    )
    op.create_table(
        "link_consent",
        sa.Column("contact_id", sa.String(), nullable=False),
        sa.Column("youth_id", sa.String(), nullable=False),
        sa.Column("says", sa.String(), nullable=False),
        sa.Column("said_on", sa.Date(), nullable=True),
        sa.Column("bars_other", sa.Boolean(), nullable=False),
        sa.CheckConstraint("says IN ('unknown', 'given', 'refused')", name=op.f("ck_link_consent_says_known")),
        sa.ForeignKeyConstraint(["contact_id"], ["contact.id"], name="fk_link_consent_contact_id", ondelete="CASCADE"),
        sa.ForeignKeyConstraint(["youth_id"], ["youth.id"], name="fk_link_consent_youth_id", ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("contact_id", "youth_id", name="pk_link_consent"),
    )
    op.create_index("ix_link_consent_youth_id", "link_consent", ["youth_id"])
    op.create_table(
        "sms_stop",
        sa.Column("contact_id", sa.String(), nullable=False),
        sa.Column("namnd", sa.String(), nullable=False),
        sa.Column("world", sa.String(), nullable=False),
        sa.Column("state", sa.String(), nullable=False),
        sa.Column("staff_id", sa.String(), nullable=True),
        sa.Column("at", INSTANT, nullable=False),
        sa.CheckConstraint("world IN ('beredskap', 'myndighet')", name=op.f("ck_sms_stop_world_known")),
        sa.CheckConstraint(
            "state IN ('open', 'asked', 'stopped', 'asked_again')", name=op.f("ck_sms_stop_state_known")
        ),
        sa.ForeignKeyConstraint(["contact_id"], ["contact.id"], name="fk_sms_stop_contact_id", ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("contact_id", "namnd", "world", name="pk_sms_stop"),
    )


def downgrade() -> None:
    """Forget who decided, and who has asked us not to text: tell the nämnder first, for we would text them again."""
    op.drop_table("sms_stop")
    op.drop_table("link_consent")
    op.drop_table("youth_consent")
