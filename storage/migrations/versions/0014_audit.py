"""The audit log: sealed in segments, kept from being changed, told of daily, reviewed monthly; in which world it was.

Phase: expand. Runs before the code that uses it; the running version ignores the new tables, and leaves `world` empty.
Locks: the column rewrites no row. The index on `at` reads the log once, and on PostgreSQL holds off those who write to
it meanwhile; so do the triggers, for a moment.

SQLite forgets the triggers of a table that is copied: a later migration that alters `audit` or `audit_segment` by
batch has to make them again (tests/audit/test_append_only.py finds out).
"""

import sqlalchemy as sa
from alembic import op

revision = "0014"
down_revision = "0013"
branch_labels = None
depends_on = None

INSTANT = sa.DateTime(timezone=True)
REFUSED = "the audit log is append-only"
RELEASED = (  # rows that somebody has decided may go
    "EXISTS (SELECT 1 FROM audit_segment WHERE OLD.id BETWEEN first_id AND last_id AND released_by IS NOT NULL)"
)
FIXED = ("number", "first_id", "last_id", "count", "first_at", "last_at", "sealed_at", "previous", "hash")


def upgrade() -> None:
    op.add_column("audit", sa.Column("world", sa.String(), nullable=True))
    op.create_index("ix_audit_at", "audit", ["at"])
    _create_segments()
    _create_reviews()
    for statement in _guards():
        op.execute(statement)


def downgrade() -> None:
    """Forget the seals and the reviews. The rows stay, without a guard."""
    is_sqlite = op.get_bind().dialect.name == "sqlite"
    for name, table in (("no_update", "audit"), ("no_delete", "audit")):
        op.execute(f"DROP TRIGGER {table}_{name}" + ("" if is_sqlite else f" ON {table}"))
    if not is_sqlite:
        op.execute("DROP TRIGGER audit_no_truncate ON audit")
    op.drop_table("audit_review_item")
    op.drop_table("audit_review")
    op.drop_table("audit_day")
    op.drop_table("audit_segment")
    if not is_sqlite:
        for function in ("audit_refuse", "audit_guard_row", "audit_guard_segment"):
            op.execute(f"DROP FUNCTION {function}()")
    op.drop_index("ix_audit_at", table_name="audit")
    op.drop_column("audit", "world")


def _create_segments() -> None:
    op.create_table(
        "audit_segment",
        sa.Column("number", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("first_id", sa.Integer(), nullable=False),
        sa.Column("last_id", sa.Integer(), nullable=False),
        sa.Column("count", sa.Integer(), nullable=False),
        sa.Column("first_at", INSTANT, nullable=False),
        sa.Column("last_at", INSTANT, nullable=False),
        sa.Column("sealed_at", INSTANT, nullable=False),
        sa.Column("previous", sa.String(), nullable=False),
        sa.Column("hash", sa.String(), nullable=False),
        sa.Column("released_by", sa.String(), nullable=True),
        sa.CheckConstraint("first_id <= last_id", name=op.f("ck_audit_segment_some_row")),
        sa.CheckConstraint("count > 0", name=op.f("ck_audit_segment_counts")),
        sa.PrimaryKeyConstraint("number", name="pk_audit_segment"),
        sa.UniqueConstraint("last_id", name="uq_audit_segment_last_id"),
        sa.UniqueConstraint("hash", name="uq_audit_segment_hash"),
    )
    op.create_table(
        "audit_day",
        sa.Column("day", sa.String(), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("count", sa.Integer(), nullable=False),
        sa.Column("hash", sa.String(), nullable=False),
        sa.PrimaryKeyConstraint("day", name="pk_audit_day"),
    )


def _create_reviews() -> None:
    op.create_table(
        "audit_review",
        sa.Column("id", sa.String(), nullable=False),
        sa.Column("namnd", sa.String(), nullable=False),
        sa.Column("world", sa.String(), nullable=False),
        sa.Column("month", sa.String(), nullable=False),
        sa.Column("made_at", INSTANT, nullable=False),
        sa.Column("remind_at", INSTANT, nullable=True),
        sa.Column("reminded", sa.Integer(), nullable=False),
        sa.CheckConstraint("world IN ('beredskap', 'myndighet')", name=op.f("ck_audit_review_world_known")),
        sa.PrimaryKeyConstraint("id", name="pk_audit_review"),
        sa.UniqueConstraint("namnd", "world", "month", name="uq_audit_review_namnd_world_month"),
    )
    op.create_index("ix_audit_review_remind_at", "audit_review", ["remind_at"])
    op.create_table(
        "audit_review_item",
        sa.Column("review_id", sa.String(), nullable=False),
        sa.Column("nth", sa.Integer(), nullable=False),
        sa.Column("audit_id", sa.Integer(), nullable=False),
        sa.Column("finding", sa.String(), nullable=True),
        sa.Column("reason", sa.String(), nullable=True),
        sa.Column("reviewed_by", sa.String(), nullable=True),
        sa.Column("reviewed_at", INSTANT, nullable=True),
        sa.CheckConstraint("finding IN ('fine', 'follow_up')", name=op.f("ck_audit_review_item_finding_known")),
        sa.CheckConstraint(
            "(finding IS NULL) = (reviewed_by IS NULL)", name=op.f("ck_audit_review_item_somebody_found")
        ),
        sa.CheckConstraint(
            "(finding IS NULL) = (reviewed_at IS NULL)", name=op.f("ck_audit_review_item_found_at_some_time")
        ),
        sa.CheckConstraint(
            "(finding = 'follow_up') = (reason IS NOT NULL) OR finding IS NULL",
            name=op.f("ck_audit_review_item_reason_to_follow"),
        ),
        sa.ForeignKeyConstraint(["review_id"], ["audit_review.id"], name="fk_audit_review_item_review_id"),
        sa.ForeignKeyConstraint(["reviewed_by"], ["staff.id"], name="fk_audit_review_item_reviewed_by"),
        sa.PrimaryKeyConstraint("review_id", "nth", name="pk_audit_review_item"),
    )


def _guards() -> list[str]:
    return _sqlite_guards() if op.get_bind().dialect.name == "sqlite" else _postgres_guards()


def _sqlite_guards() -> list[str]:
    changed = " OR ".join(f"NEW.{column} IS NOT OLD.{column}" for column in FIXED)
    refuse = f"BEGIN SELECT RAISE(ABORT, '{REFUSED}'); END"
    return [
        f"CREATE TRIGGER audit_no_update BEFORE UPDATE ON audit {refuse}",
        f"CREATE TRIGGER audit_no_delete BEFORE DELETE ON audit WHEN NOT {RELEASED} {refuse}",
        "CREATE TRIGGER audit_segment_no_update BEFORE UPDATE ON audit_segment "
        f"WHEN OLD.released_by IS NOT NULL OR {changed} {refuse}",
        f"CREATE TRIGGER audit_segment_no_delete BEFORE DELETE ON audit_segment {refuse}",
    ]


def _postgres_guards() -> list[str]:
    changed = " OR ".join(f"NEW.{column} IS DISTINCT FROM OLD.{column}" for column in FIXED)
    raises = f"RAISE EXCEPTION '{REFUSED}'"
    return [
        f"CREATE FUNCTION audit_refuse() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN {raises}; END $$",
        "CREATE FUNCTION audit_guard_row() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN "
        f"IF NOT {RELEASED} THEN {raises}; END IF; RETURN OLD; END $$",
        "CREATE FUNCTION audit_guard_segment() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN "
        f"IF OLD.released_by IS NOT NULL OR {changed} THEN {raises}; END IF; RETURN NEW; END $$",
        "CREATE TRIGGER audit_no_update BEFORE UPDATE ON audit FOR EACH ROW EXECUTE FUNCTION audit_refuse()",
        "CREATE TRIGGER audit_no_delete BEFORE DELETE ON audit FOR EACH ROW EXECUTE FUNCTION audit_guard_row()",
        "CREATE TRIGGER audit_no_truncate BEFORE TRUNCATE ON audit FOR EACH STATEMENT EXECUTE FUNCTION audit_refuse()",
        "CREATE TRIGGER audit_segment_no_update BEFORE UPDATE ON audit_segment "
        "FOR EACH ROW EXECUTE FUNCTION audit_guard_segment()",
        "CREATE TRIGGER audit_segment_no_delete BEFORE DELETE ON audit_segment "
        "FOR EACH ROW EXECUTE FUNCTION audit_refuse()",
        "CREATE TRIGGER audit_segment_no_truncate BEFORE TRUNCATE ON audit_segment "
        "FOR EACH STATEMENT EXECUTE FUNCTION audit_refuse()",
    ]
