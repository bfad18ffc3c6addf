"""Being ready for a shift: who has been asked, and what they said; codes that verify a phone; swaps.

Phase: expand. Runs before the code that uses it; the running version ignores the new tables.
Locks: on PostgreSQL the new foreign keys hold off those who write to `staff` until the commit. No row is rewritten.
"""

import sqlalchemy as sa
from alembic import op

revision = "0007"
down_revision = "0006"
branch_labels = None
depends_on = None

INSTANT = sa.DateTime(timezone=True)
STATES = "'open', 'asked', 'done', 'withdrawn', 'refused', 'lapsed'"


def upgrade() -> None:
    op.create_table(
        "readiness",
        sa.Column("shift_id", sa.String(), nullable=False),
        sa.Column("staff_id", sa.String(), nullable=False),
        sa.Column("starts_at", INSTANT, nullable=False),
        sa.Column("ends_at", INSTANT, nullable=False),
        sa.Column("told_first_at", INSTANT, nullable=True),
        sa.Column("told_last_at", INSTANT, nullable=True),
        sa.Column("confirmed_at", INSTANT, nullable=True),
        sa.Column("warned_at", INSTANT, nullable=True),
        sa.Column("released_at", INSTANT, nullable=True),
        sa.Column("troubles", sa.String(), nullable=False),
        sa.ForeignKeyConstraint(["staff_id"], ["staff.id"], name="fk_readiness_staff_id"),
        sa.PrimaryKeyConstraint("shift_id", "staff_id", name="pk_readiness"),
    )
    op.create_index("ix_readiness_ends_at", "readiness", ["ends_at"])
    op.create_table(
        "phone_code",
        sa.Column("staff_id", sa.String(), nullable=False),
        sa.Column("number_key", sa.String(), nullable=False),
        sa.Column("code_hash", sa.LargeBinary(), nullable=False),
        sa.Column("made_at", INSTANT, nullable=False),
        sa.Column("failures", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(["staff_id"], ["staff.id"], name="fk_phone_code_staff_id"),
        sa.PrimaryKeyConstraint("staff_id", name="pk_phone_code"),
    )
    _create_swaps()


def _create_swaps() -> None:
    op.create_table(
        "swap_offer",
        sa.Column("id", sa.String(), nullable=False),
        sa.Column("shift_id", sa.String(), nullable=False),
        sa.Column("giver", sa.String(), nullable=False),
        sa.Column("namnd", sa.String(), nullable=False),
        sa.Column("starts_at", INSTANT, nullable=False),
        sa.Column("ends_at", INSTANT, nullable=False),
        sa.Column("made_at", INSTANT, nullable=False),
        sa.Column("offered_to", sa.String(), nullable=True),
        sa.Column("state", sa.String(), nullable=False),
        sa.Column("taker", sa.String(), nullable=True),
        sa.Column("declined", sa.String(), nullable=False),
        sa.CheckConstraint(f"state IN ({STATES})", name=op.f("ck_swap_offer_state_known")),
        sa.ForeignKeyConstraint(["giver"], ["staff.id"], name="fk_swap_offer_giver"),
        sa.ForeignKeyConstraint(["offered_to"], ["staff.id"], name="fk_swap_offer_offered_to"),
        sa.ForeignKeyConstraint(["taker"], ["staff.id"], name="fk_swap_offer_taker"),
        sa.PrimaryKeyConstraint("id", name="pk_swap_offer"),
    )
    is_live = sa.text("state IN ('open', 'asked')")
    op.create_index("ix_swap_offer_live", "swap_offer", ["ends_at"], postgresql_where=is_live, sqlite_where=is_live)


def downgrade() -> None:
    """Forget who has been asked: they are asked anew. A code that is on its way is worth nothing, nor is an offer."""
    op.drop_table("swap_offer")
    op.drop_table("phone_code")
    op.drop_table("readiness")
