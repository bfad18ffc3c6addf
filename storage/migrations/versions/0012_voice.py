"""Calls through our number, and the phones that rang in them.

Phase: expand. Runs before the code that uses it; the running version ignores the new tables.
Locks: on PostgreSQL the foreign keys hold off those who write to `contact`, `conversation` and `staff` until the
commit. No row is rewritten.
"""

import sqlalchemy as sa
from alembic import op

revision = "0012"
down_revision = "0011"
branch_labels = None
depends_on = None

INSTANT = sa.DateTime(timezone=True)
CALL_STATES = ("ringing", "taken", "ended", "missed", "busy", "no_answer", "failed", "not_begun")
LEG_STATES = ("due", "ringing", "answered", "pressed", "over", "busy", "no_answer", "canceled", "failed")


def upgrade() -> None:
    _create_calls()
    _create_legs()


def downgrade() -> None:
    """Forget who has called whom. A missed call stays as a text does in its conversation."""
    op.drop_table("phone_leg")
    op.drop_table("phone_call")


def _listed(values: tuple[str, ...]) -> str:
    return ", ".join(f"'{value}'" for value in values)


def _create_calls() -> None:
    op.create_table(
        "phone_call",
        sa.Column("id", sa.String(), nullable=False),
        sa.Column("way", sa.String(), nullable=False),
        sa.Column("contact_id", sa.String(), nullable=False),
        sa.Column("our_number", sa.String(), nullable=False),
        sa.Column("began_at", INSTANT, nullable=False),
        sa.Column("due_at", INSTANT, nullable=True),
        sa.Column("state", sa.String(), nullable=False),
        sa.Column("provider_id", sa.String(), nullable=True),
        sa.Column("conversation_id", sa.String(), nullable=True),
        sa.Column("staff_id", sa.String(), nullable=True),
        sa.Column("shift_id", sa.String(), nullable=True),
        sa.Column("taken_at", INSTANT, nullable=True),
        sa.Column("ended_at", INSTANT, nullable=True),
        sa.CheckConstraint("way IN ('in', 'out')", name=op.f("ck_phone_call_way_known")),
        sa.CheckConstraint(f"state IN ({_listed(CALL_STATES)})", name=op.f("ck_phone_call_state_known")),
        sa.CheckConstraint(
            "state IN ('ringing', 'taken') OR due_at IS NULL", name=op.f("ck_phone_call_nothing_due_when_over")
        ),
        sa.CheckConstraint(
            "state NOT IN ('taken', 'ended') OR taken_at IS NOT NULL", name=op.f("ck_phone_call_taken_at_some_time")
        ),
        sa.ForeignKeyConstraint(["contact_id"], ["contact.id"], name="fk_phone_call_contact_id"),
        sa.ForeignKeyConstraint(["conversation_id"], ["conversation.id"], name="fk_phone_call_conversation_id"),
        sa.ForeignKeyConstraint(["staff_id"], ["staff.id"], name="fk_phone_call_staff_id"),
        sa.PrimaryKeyConstraint("id", name="pk_phone_call"),
        sa.UniqueConstraint("provider_id", name="uq_phone_call_provider_id"),
    )
    op.create_index("ix_phone_call_contact_id", "phone_call", ["contact_id"])
    op.create_index("ix_phone_call_conversation_id", "phone_call", ["conversation_id"])
    is_due = sa.text("due_at IS NOT NULL")
    op.create_index("ix_phone_call_due", "phone_call", ["due_at"], postgresql_where=is_due, sqlite_where=is_due)


def _create_legs() -> None:
    op.create_table(
        "phone_leg",
        sa.Column("id", sa.String(), nullable=False),
        sa.Column("call_id", sa.String(), nullable=False),
        sa.Column("nth", sa.Integer(), nullable=False),
        sa.Column("staff_id", sa.String(), nullable=True),
        sa.Column("state", sa.String(), nullable=False),
        sa.Column("provider_id", sa.String(), nullable=True),
        sa.Column("sequence", sa.Integer(), nullable=False),
        sa.CheckConstraint(f"state IN ({_listed(LEG_STATES)})", name=op.f("ck_phone_leg_state_known")),
        sa.ForeignKeyConstraint(["call_id"], ["phone_call.id"], name="fk_phone_leg_call_id"),
        sa.ForeignKeyConstraint(["staff_id"], ["staff.id"], name="fk_phone_leg_staff_id"),
        sa.PrimaryKeyConstraint("id", name="pk_phone_leg"),
        sa.UniqueConstraint("call_id", "nth", name="uq_phone_leg_call_id_nth"),
    )
