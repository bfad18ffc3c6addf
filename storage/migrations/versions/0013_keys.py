"""The encryption keys that have been used, and how far a change of them has come.

Phase: expand. Runs before the code that uses it; the running version ignores the new tables.
Locks: none that anybody would notice. No row is rewritten, and nothing is sealed anew by migrating.
"""

import sqlalchemy as sa
from alembic import op

revision = "0013"
down_revision = "0012"
branch_labels = None
depends_on = None

INSTANT = sa.DateTime(timezone=True)


def upgrade() -> None:
    op.create_table(
        "encryption_key",
        sa.Column("key_id", sa.String(), nullable=False),
        sa.Column("check_value", sa.LargeBinary(), nullable=False),
        sa.Column("fingerprint", sa.String(), nullable=False),
        sa.Column("noted_at", INSTANT, nullable=False),
        sa.PrimaryKeyConstraint("key_id", name=op.f("pk_encryption_key")),
    )
    op.create_table(
        "key_rotation",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("to_key", sa.String(), nullable=False),
        sa.Column("asked_at", INSTANT, nullable=False),
        sa.Column("moved", sa.Integer(), nullable=False),
        sa.Column("stuck", sa.Integer(), nullable=False),
        sa.Column("finished_at", INSTANT, nullable=True),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_key_rotation")),
    )
    is_open = sa.text("finished_at IS NULL")
    op.create_index(
        "uq_key_rotation_open", "key_rotation", ["to_key"], unique=True, postgresql_where=is_open, sqlite_where=is_open
    )


def downgrade() -> None:
    """Forget which keys have been used. What they have sealed is read as before."""
    op.drop_table("key_rotation")
    op.drop_table("encryption_key")
