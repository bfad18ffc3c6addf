"""Accounts: what Slack last said of the account of somebody of the staff, and when.

Phase: expand. Runs before the code that uses it; the running version ignores the new columns.
Locks: on PostgreSQL `staff` is held for a moment; a column with a constant default rewrites no row (11 or later).
"""

import sqlalchemy as sa
from alembic import op

revision = "0019"
down_revision = "0018"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("staff", sa.Column("is_refused", sa.Boolean(), nullable=False, server_default=sa.false()))
    op.add_column("staff", sa.Column("account_at", sa.DateTime(timezone=True), nullable=True))


def downgrade() -> None:
    """Forget it: Slack is asked again about everybody."""
    op.drop_column("staff", "account_at")  # as it is: a table that others refer to is not made anew
    op.drop_column("staff", "is_refused")
