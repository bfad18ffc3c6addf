"""The watch and the reservväg: instances, ticks, alerts, PINs, links; two more kinds of outbox rows.

Phase: expand. Runs before the code that uses it; the running version ignores the new tables, and writes only kinds
that the wider CHECK allows.
Locks: as 0003. On PostgreSQL the new foreign keys hold off those who write to `staff`, and the new CHECK everybody
who wants `outbox`, until the commit. No row is rewritten; the outbox is read once for the CHECK. SQLite copies it.
"""

import sqlalchemy as sa
from alembic import op

revision = "0004"
down_revision = "0003"
branch_labels = None
depends_on = None

INSTANT = sa.DateTime(timezone=True)
TABLES = ("reserve_link", "staff_pin", "alert", "tick", "instance")
NEW_KINDS = ("staff_sms", "alert")
OUTBOX_KINDS = (
    "card",
    "thread",
    "notice",
    "withdraw",
    "sms",
    "digest",
    "addendum",
    "handover",
    "clocks",
    "clock",
    "unit",
)


def upgrade() -> None:
    _create_watch()
    _create_reserve()
    _allow((*OUTBOX_KINDS, *NEW_KINDS))


def downgrade() -> None:
    """Forget the watch. What is still to be said of it is deleted with it."""
    kind = sa.column("kind", sa.String())
    op.execute(sa.delete(sa.table("outbox", kind)).where(kind.in_(NEW_KINDS)))
    _allow(OUTBOX_KINDS)
    for table in TABLES:
        op.drop_table(table)


def _allow(kinds: tuple[str, ...]) -> None:
    with op.batch_alter_table("outbox") as outbox:
        outbox.drop_constraint(op.f("ck_outbox_kind_known"), type_="check")
        listed = ", ".join(f"'{kind}'" for kind in kinds)
        outbox.create_check_constraint(op.f("ck_outbox_kind_known"), f"kind IN ({listed})")


def _create_watch() -> None:
    op.create_table(
        "instance",
        sa.Column("id", sa.String(), nullable=False),
        sa.Column("started_at", INSTANT, nullable=False),
        sa.Column("seen_at", INSTANT, nullable=False),
        sa.Column("stopped_at", INSTANT, nullable=True),
        sa.Column("version", sa.String(), nullable=False),
        sa.Column("settings_hash", sa.String(), nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_instance"),
    )
    op.create_table(
        "tick",
        sa.Column("name", sa.String(), nullable=False),
        sa.Column("ran_at", INSTANT, nullable=False),
        sa.Column("failing_since", INSTANT, nullable=True),
        sa.PrimaryKeyConstraint("name", name="pk_tick"),
    )
    op.create_table(
        "alert",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("key", sa.String(), nullable=False),
        sa.Column("code", sa.String(), nullable=False),
        sa.Column("values", sa.JSON(), nullable=False),
        sa.Column("opened_at", INSTANT, nullable=False),
        sa.Column("closed_at", INSTANT, nullable=True),
        sa.Column("channel", sa.String(), nullable=True),
        sa.Column("ts", sa.String(), nullable=True),
        sa.PrimaryKeyConstraint("id", name="pk_alert"),
    )
    is_open = sa.text("closed_at IS NULL")
    op.create_index("uq_alert_open", "alert", ["key"], unique=True, postgresql_where=is_open, sqlite_where=is_open)


def _create_reserve() -> None:
    op.create_table(
        "staff_pin",
        sa.Column("staff_id", sa.String(), nullable=False),
        sa.Column("pin_hash", sa.LargeBinary(), nullable=False),
        sa.Column("set_at", INSTANT, nullable=False),
        sa.Column("failures", sa.Integer(), nullable=False),
        sa.Column("locked_until", INSTANT, nullable=True),
        sa.ForeignKeyConstraint(["staff_id"], ["staff.id"], name="fk_staff_pin_staff_id"),
        sa.PrimaryKeyConstraint("staff_id", name="pk_staff_pin"),
    )
    op.create_table(
        "reserve_link",
        sa.Column("id", sa.String(), nullable=False),
        sa.Column("staff_id", sa.String(), nullable=False),
        sa.Column("token_hash", sa.LargeBinary(), nullable=False),
        sa.Column("made_at", INSTANT, nullable=False),
        sa.Column("expires_at", INSTANT, nullable=False),
        sa.Column("used_at", INSTANT, nullable=True),
        sa.Column("failures", sa.Integer(), nullable=False),
        sa.Column("session_hash", sa.LargeBinary(), nullable=True),
        sa.Column("session_until", INSTANT, nullable=True),
        sa.ForeignKeyConstraint(["staff_id"], ["staff.id"], name="fk_reserve_link_staff_id"),
        sa.PrimaryKeyConstraint("id", name="pk_reserve_link"),
        sa.UniqueConstraint("token_hash", name="uq_reserve_link_token_hash"),
        sa.UniqueConstraint("session_hash", name="uq_reserve_link_session_hash"),
    )
    op.create_index("ix_reserve_link_staff_id", "reserve_link", ["staff_id"])
