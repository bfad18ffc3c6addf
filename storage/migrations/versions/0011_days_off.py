"""Days off that a published rota gives for the rest of the week.

Phase: expand. Runs before the code that uses it; the running version ignores the new table.
Locks: on PostgreSQL the foreign key holds off those who write to `staff` until the commit. No row is rewritten.
"""

import sqlalchemy as sa
from alembic import op

revision = "0011"
down_revision = "0010"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "day_off",
        sa.Column("staff_id", sa.String(), nullable=False),
        sa.Column("day", sa.Date(), nullable=False),
        sa.ForeignKeyConstraint(["staff_id"], ["staff.id"], name="fk_day_off_staff_id"),
        sa.PrimaryKeyConstraint("staff_id", "day", name="pk_day_off"),
    )
    op.create_index("ix_day_off_day", "day_off", ["day"])


def downgrade() -> None:
    """Forget the days off. Those of a published rota still stand in its draft."""
    op.drop_table("day_off")
