"""Gallring of the clocks, of texts at the provider and of the audit log: what is in the record, and what may not go.

Phase: expand. Runs before the code that uses it; the running version ignores the new table and columns, and writes
only kinds and sides that the wider CHECKs allow. A hold that it sets is one of the beredskap, as they all were.
Locks: on PostgreSQL the new columns rewrite no rows; the CHECKs read `erasure`, `erasure_place` and `legal_hold` once,
and the foreign keys of the new table hold off those who write to `deadline` and `staff`, until the commit. SQLite
copies those three.
"""

import sqlalchemy as sa
from alembic import op

revision = "0018"
down_revision = "0017"
branch_labels = None
depends_on = None

INSTANT = sa.DateTime(timezone=True)
KINDS = ("inbox", "conversations", "unknown_numbers", "ended_youths", "handovers", "slack_posts")
NEW_KINDS = ("summonses", "clocks", "provider_texts", "audit_log")
SIDES, NEW_SIDE = ("slack", "sms"), "words"
NOT_BEYOND = {"resolve_fks": False}  # the tables that it refers to need not be read
CASE_ALONE = "case_key IS NULL OR (youth_id IS NULL AND conversation_id IS NULL AND world = 'myndighet')"


def upgrade() -> None:
    op.add_column("message", sa.Column("redacted_at", INSTANT, nullable=True))
    op.add_column("delivery", sa.Column("redacted_at", INSTANT, nullable=True))
    _allow("erasure", "kind", (*KINDS, *NEW_KINDS))
    _allow("erasure_place", "side", (*SIDES, NEW_SIDE))
    with op.batch_alter_table("legal_hold", reflect_kwargs=NOT_BEYOND) as hold:
        hold.add_column(sa.Column("world", sa.String(), nullable=False, server_default="beredskap"))
        hold.add_column(sa.Column("case_key", sa.String(), nullable=True))
        hold.create_check_constraint(op.f("ck_legal_hold_world_known"), "world IN ('beredskap', 'myndighet')")
        hold.create_check_constraint(op.f("ck_legal_hold_case_alone"), CASE_ALONE)
    op.create_table(
        "clock_record",
        sa.Column("deadline_id", sa.String(), nullable=False),
        sa.Column("ground", sa.String(), nullable=False),
        sa.Column("at", INSTANT, nullable=False),
        sa.Column("by", sa.String(), nullable=False),
        sa.Column("reference", sa.LargeBinary(), nullable=False),
        sa.Column("reason", sa.LargeBinary(), nullable=True),
        sa.CheckConstraint("ground IN ('carried', 'waived', 'case_system')", name=op.f("ck_clock_record_ground_known")),
        sa.CheckConstraint(
            "(ground = 'waived') = (reason IS NOT NULL)", name=op.f("ck_clock_record_waived_for_a_reason")
        ),
        sa.ForeignKeyConstraint(["deadline_id"], ["deadline.id"], name="fk_clock_record_deadline_id"),
        sa.ForeignKeyConstraint(["by"], ["staff.id"], name="fk_clock_record_by"),
        sa.PrimaryKeyConstraint("deadline_id", name="pk_clock_record"),
    )


def downgrade() -> None:
    """Forget what is in the record of the clocks, and holds on cases. What has been deleted stays deleted.

    The account of deletions that the older version has no kind for goes too: print it before.
    """
    op.drop_table("clock_record")
    place = sa.table("erasure_place", sa.column("erasure_id", sa.String()))
    erasure = sa.table("erasure", sa.column("id", sa.String()), sa.column("kind", sa.String()))
    newer = sa.select(erasure.c.id).where(erasure.c.kind.in_(NEW_KINDS))
    op.execute(sa.delete(place).where(place.c.erasure_id.in_(newer)))
    op.execute(sa.delete(erasure).where(erasure.c.kind.in_(NEW_KINDS)))
    hold = sa.table("legal_hold", sa.column("world", sa.String()))
    op.execute(sa.delete(hold).where(hold.c.world == "myndighet"))
    with op.batch_alter_table("legal_hold", reflect_kwargs=NOT_BEYOND) as holds:
        holds.drop_constraint(op.f("ck_legal_hold_case_alone"), type_="check")
        holds.drop_constraint(op.f("ck_legal_hold_world_known"), type_="check")
        holds.drop_column("case_key")
        holds.drop_column("world")
    _allow("erasure_place", "side", SIDES)
    _allow("erasure", "kind", KINDS)
    op.drop_column("delivery", "redacted_at")
    op.drop_column("message", "redacted_at")


def _allow(table: str, column: str, values: tuple[str, ...]) -> None:
    with op.batch_alter_table(table) as changed:
        changed.drop_constraint(op.f(f"ck_{table}_{column}_known"), type_="check")
        changed.create_check_constraint(op.f(f"ck_{table}_{column}_known"), f"{column} IN ({_listed(values)})")


def _listed(values: tuple[str, ...]) -> str:
    return ", ".join(f"'{value}'" for value in values)
