"""Gallring: what may not be deleted, what need not be carried over, what has been deleted, and what was taken out.

Phase: expand. Runs before the code that uses it; the running version ignores the new tables and the new column, and
writes only states and kinds that the wider CHECKs allow. It shows a conversation whose words are gone as an empty one.
Locks: on PostgreSQL the foreign keys hold off those who write to `conversation`, `youth` and `staff`, and the new
CHECKs everybody who wants `outbox` or `inbox`, until the commit. No row is rewritten; outbox and inbox are read once
for their CHECKs. SQLite copies those two.
"""

import sqlalchemy as sa
from alembic import op

revision = "0016"
down_revision = "0015"
branch_labels = None
depends_on = None

INSTANT = sa.DateTime(timezone=True)
NEW_KIND, NEW_STATE = "erase", "emptied"
INBOX_STATES = ("waiting", "done", "parked")
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
    "staff_sms",
    "alert",
    "call",
)
DATA_KINDS = ("inbox", "conversations", "unknown_numbers", "ended_youths", "handovers", "slack_posts")


def upgrade() -> None:
    op.add_column("conversation", sa.Column("erased_at", INSTANT, nullable=True))
    _allow("outbox", "kind", (*OUTBOX_KINDS, NEW_KIND))
    _allow("inbox", "state", (*INBOX_STATES, NEW_STATE))
    _create_holds()
    _create_waivers()
    _create_ended()
    _create_erasures()
    _create_taken_out()


def downgrade() -> None:
    """Forget what is on hold and what has been waived or ended. What has been deleted stays deleted.

    What is still to be deleted elsewhere stays there: wait until `beredskapsbot status` says that nothing is left.
    """
    for table in ("taken_out", "erasure_place", "erasure", "ended_youth", "retention_waiver", "legal_hold"):
        op.drop_table(table)
    kind, state = sa.column("kind", sa.String()), sa.column("state", sa.String())
    op.execute(sa.delete(sa.table("outbox", kind)).where(kind == NEW_KIND))
    op.execute(sa.update(sa.table("inbox", state)).where(state == NEW_STATE).values(state="done"))
    _allow("outbox", "kind", OUTBOX_KINDS)
    _allow("inbox", "state", INBOX_STATES)
    op.drop_column("conversation", "erased_at")


def _allow(table: str, column: str, values: tuple[str, ...]) -> None:
    with op.batch_alter_table(table) as changed:
        changed.drop_constraint(op.f(f"ck_{table}_{column}_known"), type_="check")
        changed.create_check_constraint(op.f(f"ck_{table}_{column}_known"), f"{column} IN ({_listed(values)})")


def _listed(values: tuple[str, ...]) -> str:
    return ", ".join(f"'{value}'" for value in values)


def _create_holds() -> None:
    op.create_table(
        "legal_hold",
        sa.Column("id", sa.String(), nullable=False),
        sa.Column("namnd", sa.String(), nullable=False),
        sa.Column("youth_id", sa.String(), nullable=True),
        sa.Column("conversation_id", sa.String(), nullable=True),
        sa.Column("reference", sa.LargeBinary(), nullable=False),
        sa.Column("until", sa.Date(), nullable=True),
        sa.Column("set_by", sa.String(), nullable=False),
        sa.Column("set_at", INSTANT, nullable=False),
        sa.Column("lifted_by", sa.String(), nullable=True),
        sa.Column("lifted_at", INSTANT, nullable=True),
        sa.CheckConstraint("youth_id IS NULL OR conversation_id IS NULL", name=op.f("ck_legal_hold_one_thing")),
        sa.CheckConstraint("(lifted_at IS NULL) = (lifted_by IS NULL)", name=op.f("ck_legal_hold_lifted_by_somebody")),
        sa.ForeignKeyConstraint(["youth_id"], ["youth.id"], name="fk_legal_hold_youth_id"),
        sa.ForeignKeyConstraint(["conversation_id"], ["conversation.id"], name="fk_legal_hold_conversation_id"),
        sa.ForeignKeyConstraint(["set_by"], ["staff.id"], name="fk_legal_hold_set_by"),
        sa.ForeignKeyConstraint(["lifted_by"], ["staff.id"], name="fk_legal_hold_lifted_by"),
        sa.PrimaryKeyConstraint("id", name="pk_legal_hold"),
    )
    op.create_index("ix_legal_hold_conversation_id", "legal_hold", ["conversation_id"])
    _partial("ix_legal_hold_standing", "legal_hold", "namnd", "lifted_at IS NULL")


def _create_waivers() -> None:
    op.create_table(
        "retention_waiver",
        sa.Column("id", sa.String(), nullable=False),
        sa.Column("conversation_id", sa.String(), nullable=False),
        sa.Column("namnd", sa.String(), nullable=False),
        sa.Column("at", INSTANT, nullable=False),
        sa.Column("by", sa.String(), nullable=False),
        sa.Column("reason", sa.LargeBinary(), nullable=False),
        sa.Column("reference", sa.LargeBinary(), nullable=False),
        sa.ForeignKeyConstraint(["conversation_id"], ["conversation.id"], name="fk_retention_waiver_conversation_id"),
        sa.ForeignKeyConstraint(["by"], ["staff.id"], name="fk_retention_waiver_by"),
        sa.PrimaryKeyConstraint("id", name="pk_retention_waiver"),
    )
    op.create_index("ix_retention_waiver_conversation_id", "retention_waiver", ["conversation_id"])


def _create_ended() -> None:
    op.create_table(
        "ended_youth",
        sa.Column("youth_id", sa.String(), nullable=False),
        sa.Column("ended_at", INSTANT, nullable=False),
        sa.Column("ended_by", sa.String(), nullable=False),
        sa.Column("reference", sa.LargeBinary(), nullable=False),
        sa.Column("erased_at", INSTANT, nullable=True),
        sa.ForeignKeyConstraint(["youth_id"], ["youth.id"], name="fk_ended_youth_youth_id"),
        sa.ForeignKeyConstraint(["ended_by"], ["staff.id"], name="fk_ended_youth_ended_by"),
        sa.PrimaryKeyConstraint("youth_id", name="pk_ended_youth"),
    )
    _partial("ix_ended_youth_kept", "ended_youth", "ended_at", "erased_at IS NULL")


def _create_erasures() -> None:
    op.create_table(
        "erasure",
        sa.Column("id", sa.String(), nullable=False),
        sa.Column("kind", sa.String(), nullable=False),
        sa.Column("namnd", sa.String(), nullable=False),
        sa.Column("subject", sa.String(), nullable=False),
        sa.Column("decision", sa.String(), nullable=False),
        sa.Column("at", INSTANT, nullable=False),
        sa.Column("rows", sa.Integer(), nullable=False),
        sa.Column("places", sa.Integer(), nullable=False),
        sa.CheckConstraint(f"kind IN ({_listed(DATA_KINDS)})", name=op.f("ck_erasure_kind_known")),
        sa.PrimaryKeyConstraint("id", name="pk_erasure"),
    )
    op.create_index("ix_erasure_namnd_at", "erasure", ["namnd", "at"])
    op.create_table(
        "erasure_place",
        sa.Column("id", sa.String(), nullable=False),
        sa.Column("erasure_id", sa.String(), nullable=False),
        sa.Column("side", sa.String(), nullable=False),
        sa.Column("address", sa.String(), nullable=False),
        sa.Column("tries", sa.Integer(), nullable=False),
        sa.Column("next_at", INSTANT, nullable=False),
        sa.Column("error", sa.String(), nullable=True),
        sa.CheckConstraint("side IN ('slack', 'sms')", name=op.f("ck_erasure_place_side_known")),
        sa.ForeignKeyConstraint(["erasure_id"], ["erasure.id"], name="fk_erasure_place_erasure_id"),
        sa.PrimaryKeyConstraint("id", name="pk_erasure_place"),
    )
    op.create_index("ix_erasure_place_erasure_id", "erasure_place", ["erasure_id"])
    op.create_index("ix_erasure_place_next_at", "erasure_place", ["next_at"])


def _create_taken_out() -> None:
    op.create_table(
        "taken_out",
        sa.Column("id", sa.String(), nullable=False),
        sa.Column("kind", sa.String(), nullable=False),
        sa.Column("namnd", sa.String(), nullable=False),
        sa.Column("subject", sa.String(), nullable=False),
        sa.Column("code", sa.String(), nullable=False),
        sa.Column("asked_by", sa.String(), nullable=False),
        sa.Column("asked_at", INSTANT, nullable=False),
        sa.Column("ground", sa.LargeBinary(), nullable=False),
        sa.Column("decider", sa.LargeBinary(), nullable=False),
        sa.Column("given", sa.LargeBinary(), nullable=False),
        sa.Column("approved_by", sa.String(), nullable=True),
        sa.Column("approved_at", INSTANT, nullable=True),
        sa.Column("used_at", INSTANT, nullable=True),
        sa.CheckConstraint("kind IN ('register', 'release')", name=op.f("ck_taken_out_kind_known")),
        sa.CheckConstraint(
            "(approved_at IS NULL) = (approved_by IS NULL)", name=op.f("ck_taken_out_approved_by_somebody")
        ),
        sa.CheckConstraint(
            "used_at IS NULL OR approved_at IS NOT NULL", name=op.f("ck_taken_out_approved_before_it_is_used")
        ),
        sa.ForeignKeyConstraint(["asked_by"], ["staff.id"], name="fk_taken_out_asked_by"),
        sa.ForeignKeyConstraint(["approved_by"], ["staff.id"], name="fk_taken_out_approved_by"),
        sa.PrimaryKeyConstraint("id", name="pk_taken_out"),
    )
    op.create_index("ix_taken_out_subject_asked_at", "taken_out", ["subject", "asked_at"])


def _partial(name: str, table: str, column: str, where: str) -> None:
    op.create_index(name, table, [column], postgresql_where=sa.text(where), sqlite_where=sa.text(where))
