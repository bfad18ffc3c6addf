"""The rota knows who was planned as backup.

Phase: expand. The running version does not know the new column, which has a default; to it a planned backup is one
who overlaps, as before.
Locks: on PostgreSQL `shift` is held for a moment; no row is rewritten, for the default is a constant.
"""

import sqlalchemy as sa
from alembic import op

revision = "0005"
down_revision = "0004"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("shift", sa.Column("is_backup", sa.Boolean(), server_default=sa.false(), nullable=False))


def downgrade() -> None:
    """Forget who was planned as backup: what stands in the rota overlaps again."""
    op.drop_column("shift", "is_backup")
