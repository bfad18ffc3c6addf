"""What whoever has the duty has turned to others with: socialjouren, and orosanmälningar.

Phase: expand. Runs before the code that uses it; the running version ignores the new table.
Locks: on PostgreSQL the foreign keys hold off those who write to `conversation`, `episode` and `staff` until the
commit. No row is rewritten.
"""

import sqlalchemy as sa
from alembic import op

revision = "0010"
down_revision = "0009"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "outward",
        sa.Column("id", sa.String(), nullable=False),
        sa.Column("conversation_id", sa.String(), nullable=False),
        sa.Column("episode_id", sa.String(), nullable=False),
        sa.Column("namnd", sa.String(), nullable=False),
        sa.Column("kind", sa.String(), nullable=False),
        sa.Column("outcome", sa.String(), nullable=False),
        sa.Column("staff_id", sa.String(), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("place", sa.LargeBinary(), nullable=False),
        sa.Column("who", sa.LargeBinary(), nullable=False),
        sa.Column("shift_id", sa.String(), nullable=True),
        sa.CheckConstraint("kind IN ('socialjour', 'orosanmalan')", name=op.f("ck_outward_kind_known")),
        sa.CheckConstraint(
            "(kind = 'socialjour' AND outcome IN ('takes_over', 'informed', 'not_reached'))"
            " OR (kind = 'orosanmalan' AND outcome IN ('by_phone', 'by_e_service', 'otherwise'))",
            name=op.f("ck_outward_outcome_of_its_kind"),
        ),
        sa.ForeignKeyConstraint(["conversation_id"], ["conversation.id"], name="fk_outward_conversation_id"),
        sa.ForeignKeyConstraint(["episode_id"], ["episode.id"], name="fk_outward_episode_id"),
        sa.ForeignKeyConstraint(["staff_id"], ["staff.id"], name="fk_outward_staff_id"),
        sa.PrimaryKeyConstraint("id", name="pk_outward"),
    )
    op.create_index("ix_outward_conversation_id", "outward", ["conversation_id"])
    op.create_index("ix_outward_episode_id", "outward", ["episode_id"])


def downgrade() -> None:
    """Forget to whom anybody has turned. The notes still say whether a case was left to socialjouren."""
    op.drop_table("outward")
