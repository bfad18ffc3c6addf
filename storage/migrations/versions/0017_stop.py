"""Nödstopp: incidents, the nämnder that they stop, and the clocks that they start.

Phase: expand. Runs before the code that uses it; the running version ignores the new tables.
Locks: on PostgreSQL the foreign keys hold off those who write to `staff` until the commit. No row is rewritten.
"""

import sqlalchemy as sa
from alembic import op

revision = "0017"
down_revision = "0016"
branch_labels = None
depends_on = None

INSTANT = sa.DateTime(timezone=True)
DUTIES = "'early_warning', 'notification', 'imy', 'final_report'"


def upgrade() -> None:
    op.create_table(
        "incident",
        sa.Column("id", sa.String(), nullable=False),
        sa.Column("at", INSTANT, nullable=False),
        sa.Column("staff_id", sa.String(), nullable=False),
        sa.Column("reason", sa.LargeBinary(), nullable=False),
        sa.ForeignKeyConstraint(["staff_id"], ["staff.id"], name="fk_incident_staff_id"),
        sa.PrimaryKeyConstraint("id", name="pk_incident"),
    )
    _create_stops()
    _create_clocks()


def downgrade() -> None:
    """Forget the stops, and with that lift them; their orders are in the audit log."""
    op.drop_table("incident_clock")
    op.drop_table("incident_stop")
    op.drop_table("incident")


def _create_stops() -> None:
    op.create_table(
        "incident_stop",
        sa.Column("incident_id", sa.String(), nullable=False),
        sa.Column("namnd", sa.String(), nullable=False),
        sa.Column("lifted_at", INSTANT, nullable=True),
        sa.Column("lifted_by", sa.String(), nullable=True),
        sa.Column("lift_reason", sa.LargeBinary(), nullable=True),
        sa.ForeignKeyConstraint(["incident_id"], ["incident.id"], name="fk_incident_stop_incident_id"),
        sa.ForeignKeyConstraint(["lifted_by"], ["staff.id"], name="fk_incident_stop_lifted_by"),
        sa.PrimaryKeyConstraint("incident_id", "namnd", name="pk_incident_stop"),
    )
    stands = sa.text("lifted_at IS NULL")
    op.create_index(
        "uq_incident_stop_standing",
        "incident_stop",
        ["namnd"],
        unique=True,
        postgresql_where=stands,
        sqlite_where=stands,
    )


def _create_clocks() -> None:
    op.create_table(
        "incident_clock",
        sa.Column("id", sa.String(), nullable=False),
        sa.Column("incident_id", sa.String(), nullable=False),
        sa.Column("duty", sa.String(), nullable=False),
        sa.Column("namnd", sa.String(), nullable=True),
        sa.Column("due_at", INSTANT, nullable=False),
        sa.Column("next_at", INSTANT, nullable=True),
        sa.Column("done_at", INSTANT, nullable=True),
        sa.Column("done_by", sa.String(), nullable=True),
        sa.Column("reference", sa.LargeBinary(), nullable=True),
        sa.CheckConstraint(f"duty IN ({DUTIES})", name=op.f("ck_incident_clock_duty_known")),
        sa.ForeignKeyConstraint(["incident_id"], ["incident.id"], name="fk_incident_clock_incident_id"),
        sa.ForeignKeyConstraint(["done_by"], ["staff.id"], name="fk_incident_clock_done_by"),
        sa.PrimaryKeyConstraint("id", name="pk_incident_clock"),
    )
    runs = sa.text("done_at IS NULL")
    op.create_index("ix_incident_clock_next", "incident_clock", ["next_at"], postgresql_where=runs, sqlite_where=runs)
