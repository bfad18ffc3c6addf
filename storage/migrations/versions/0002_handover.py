"""The handover: episodes, notes, actions, digests and backgrounds; posts and outbox rows of three new kinds.

Phase: expand. Runs before the code that uses it; the running version ignores the new tables and the new column, and
writes only kinds that the wider CHECKs allow.
Locks: on PostgreSQL the new foreign keys hold off those who write to `conversation`, `staff` and `youth`, and the new
CHECKs everybody who wants `outbox` or `slack_post`, until the commit. No row is rewritten; both tables are read once
for the CHECK, `slack_post` once more for its index. NOT VALID would win nothing, since all is one transaction. SQLite
copies the two into new tables; no table refers to them, so that foreign keys may stay on meanwhile.
"""

import sqlalchemy as sa
from alembic import op

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None

INSTANT = sa.DateTime(timezone=True)
TABLES = ("action", "episode_note", "note", "episode", "digest", "background")  # each before what it refers to
NEW_KINDS = ("digest", "addendum", "handover")
OUTBOX_KINDS = ("card", "thread", "notice", "withdraw", "sms")
POST_KINDS = ("card", "thread", "notice")
ALONE = {"resolve_fks": False}  # SQLAlchemy cannot reflect the index of `conversation`, and warns


def upgrade() -> None:
    _create_digest_and_episode()
    _create_note_and_action()
    _create_background()
    with op.batch_alter_table("outbox") as outbox:
        outbox.drop_constraint(op.f("ck_outbox_kind_known"), type_="check")
        outbox.create_check_constraint(op.f("ck_outbox_kind_known"), _kind_in(*OUTBOX_KINDS, *NEW_KINDS))
    with op.batch_alter_table("slack_post", reflect_kwargs=ALONE) as post:
        post.add_column(sa.Column("digest_id", sa.String(), nullable=True))
        post.create_foreign_key(op.f("fk_slack_post_digest_id"), "digest", ["digest_id"], ["id"])
        post.drop_constraint(op.f("ck_slack_post_kind_known"), type_="check")
        post.create_check_constraint(op.f("ck_slack_post_kind_known"), _kind_in(*POST_KINDS, *NEW_KINDS))
    op.create_index(
        "uq_slack_post_digest_place",
        "slack_post",
        ["digest_id", "target"],
        unique=True,
        postgresql_where=sa.text("kind = 'digest' AND is_current"),
        sqlite_where=sa.text("kind = 'digest' AND is_current"),
    )


def downgrade() -> None:
    """Forget the handovers. What is still to be posted about them is deleted with them."""
    for table in ("outbox", "slack_post"):
        kind = sa.column("kind", sa.String())
        op.execute(sa.delete(sa.table(table, kind)).where(kind.in_(NEW_KINDS)))
    with op.batch_alter_table("outbox") as outbox:
        outbox.drop_constraint(op.f("ck_outbox_kind_known"), type_="check")
        outbox.create_check_constraint(op.f("ck_outbox_kind_known"), _kind_in(*OUTBOX_KINDS))
    op.drop_index("uq_slack_post_digest_place", "slack_post")
    with op.batch_alter_table("slack_post", reflect_kwargs=ALONE) as post:
        post.drop_constraint(op.f("ck_slack_post_kind_known"), type_="check")
        post.create_check_constraint(op.f("ck_slack_post_kind_known"), _kind_in(*POST_KINDS))
        post.drop_constraint(op.f("fk_slack_post_digest_id"), type_="foreignkey")
        post.drop_column("digest_id")
    for table in TABLES:
        op.drop_table(table)


def _kind_in(*kinds: str) -> str:
    return "kind IN ({})".format(", ".join(f"'{kind}'" for kind in kinds))


def _create_digest_and_episode() -> None:
    op.create_table(
        "digest",
        sa.Column("id", sa.String(), nullable=False),
        sa.Column("namnd", sa.String(), nullable=False),
        sa.Column("day", sa.Date(), nullable=False),
        sa.Column("due_at", INSTANT, nullable=False),
        sa.Column("posted_at", INSTANT, nullable=False),
        sa.Column("since", INSTANT, nullable=True),
        sa.PrimaryKeyConstraint("id", name="pk_digest"),
        sa.UniqueConstraint("namnd", "day", name="uq_digest_namnd_day"),
    )
    op.create_table(
        "episode",
        sa.Column("id", sa.String(), nullable=False),
        sa.Column("conversation_id", sa.String(), nullable=False),
        sa.Column("namnd", sa.String(), nullable=False),
        sa.Column("period", sa.String(), nullable=False),
        sa.Column("ordinal", sa.Integer(), nullable=False),
        sa.Column("day", sa.Date(), nullable=False),
        sa.Column("shift_id", sa.String(), nullable=True),
        sa.Column("first_at", INSTANT, nullable=False),
        sa.Column("summary_on", sa.Date(), nullable=False),
        sa.Column("digest_id", sa.String(), nullable=True),
        sa.Column("added_at", INSTANT, nullable=True),
        sa.Column("note_next_at", INSTANT, nullable=True),
        sa.Column("note_stage", sa.Integer(), nullable=False),
        sa.Column("reviewed_by", sa.String(), nullable=True),
        sa.Column("reviewed_at", INSTANT, nullable=True),
        sa.Column("transferred_by", sa.String(), nullable=True),
        sa.Column("transferred_at", INSTANT, nullable=True),
        sa.Column("reference", sa.LargeBinary(), nullable=True),
        sa.CheckConstraint(
            "(transferred_at IS NULL) = (transferred_by IS NULL)", name=op.f("ck_episode_transferred_by_somebody")
        ),
        sa.CheckConstraint(
            "(reviewed_at IS NULL) = (reviewed_by IS NULL)", name=op.f("ck_episode_reviewed_by_somebody")
        ),
        sa.ForeignKeyConstraint(["conversation_id"], ["conversation.id"], name="fk_episode_conversation_id"),
        sa.ForeignKeyConstraint(["digest_id"], ["digest.id"], name="fk_episode_digest_id"),
        sa.PrimaryKeyConstraint("id", name="pk_episode"),
        sa.UniqueConstraint(
            "conversation_id", "namnd", "period", "ordinal", name="uq_episode_conversation_id_namnd_period_ordinal"
        ),
    )
    op.create_index("ix_episode_conversation_id", "episode", ["conversation_id"])
    op.create_index("ix_episode_digest_id", "episode", ["digest_id"])
    op.create_index("ix_episode_namnd_day", "episode", ["namnd", "day"])
    _create_partial_index("ix_episode_waiting", "episode", ["namnd", "summary_on"], "digest_id IS NULL")
    _create_partial_index("ix_episode_note_due", "episode", ["note_next_at"], "note_next_at IS NOT NULL")
    _create_partial_index("ix_episode_not_transferred", "episode", ["namnd"], "transferred_at IS NULL")


def _create_note_and_action() -> None:
    op.create_table(
        "note",
        sa.Column("id", sa.String(), nullable=False),
        sa.Column("conversation_id", sa.String(), nullable=False),
        sa.Column("namnd", sa.String(), nullable=False),
        sa.Column("author", sa.String(), nullable=False),
        sa.Column("at", INSTANT, nullable=False),
        sa.Column("came_in", sa.LargeBinary(), nullable=False),
        sa.Column("support", sa.LargeBinary(), nullable=False),
        sa.Column("promised", sa.LargeBinary(), nullable=False),
        sa.Column("situation", sa.String(), nullable=False),
        sa.Column("code", sa.String(), nullable=False),
        sa.Column("socialjouren_at", INSTANT, nullable=True),
        sa.Column("concerns", sa.JSON(), nullable=False),
        sa.Column("shift_id", sa.String(), nullable=True),
        sa.CheckConstraint(
            "situation IN ('broken_plan', 'difficult', 'neither')", name=op.f("ck_note_situation_known")
        ),
        sa.CheckConstraint("code IN ('nothing', 'today', 'next_working_day')", name=op.f("ck_note_code_known")),
        sa.ForeignKeyConstraint(["author"], ["staff.id"], name="fk_note_author"),
        sa.ForeignKeyConstraint(["conversation_id"], ["conversation.id"], name="fk_note_conversation_id"),
        sa.PrimaryKeyConstraint("id", name="pk_note"),
    )
    op.create_index("ix_note_conversation_id", "note", ["conversation_id"])
    op.create_table(
        "episode_note",
        sa.Column("episode_id", sa.String(), nullable=False),
        sa.Column("note_id", sa.String(), nullable=False),
        sa.ForeignKeyConstraint(["episode_id"], ["episode.id"], name="fk_episode_note_episode_id"),
        sa.ForeignKeyConstraint(["note_id"], ["note.id"], name="fk_episode_note_note_id"),
        sa.PrimaryKeyConstraint("episode_id", "note_id", name="pk_episode_note"),
    )
    op.create_index("ix_episode_note_note_id", "episode_note", ["note_id"])
    op.create_table(
        "action",
        sa.Column("id", sa.String(), nullable=False),
        sa.Column("note_id", sa.String(), nullable=False),
        sa.Column("conversation_id", sa.String(), nullable=False),
        sa.Column("namnd", sa.String(), nullable=False),
        sa.Column("code", sa.String(), nullable=False),
        sa.Column("due_on", sa.Date(), nullable=False),
        sa.Column("owner", sa.String(), nullable=True),
        sa.Column("with_duty", sa.Boolean(), nullable=False),
        sa.Column("state", sa.String(), nullable=False),
        sa.Column("settled_by", sa.String(), nullable=True),
        sa.Column("settled_at", INSTANT, nullable=True),
        sa.Column("reason", sa.LargeBinary(), nullable=True),
        sa.Column("next_at", INSTANT, nullable=True),
        sa.Column("next_step", sa.String(), nullable=True),
        sa.CheckConstraint("code IN ('today', 'next_working_day')", name=op.f("ck_action_code_known")),
        sa.CheckConstraint("state IN ('open', 'done', 'dropped')", name=op.f("ck_action_state_known")),
        sa.CheckConstraint("next_step IN ('remind', 'tell_leader')", name=op.f("ck_action_next_step_known")),
        sa.CheckConstraint("(state = 'open') = (settled_at IS NULL)", name=op.f("ck_action_settled_or_open")),
        sa.CheckConstraint("(next_at IS NULL) = (next_step IS NULL)", name=op.f("ck_action_next_step_has_a_time")),
        sa.ForeignKeyConstraint(["conversation_id"], ["conversation.id"], name="fk_action_conversation_id"),
        sa.ForeignKeyConstraint(["note_id"], ["note.id"], name="fk_action_note_id"),
        sa.ForeignKeyConstraint(["owner"], ["staff.id"], name="fk_action_owner"),
        sa.PrimaryKeyConstraint("id", name="pk_action"),
    )
    op.create_index("ix_action_conversation_id", "action", ["conversation_id"])
    op.create_index("ix_action_namnd_state", "action", ["namnd", "state"])
    op.create_index("ix_action_note_id", "action", ["note_id"])
    _create_partial_index("ix_action_due", "action", ["next_at"], "next_at IS NOT NULL")


def _create_background() -> None:
    op.create_table(
        "background",
        sa.Column("youth_id", sa.String(), nullable=False),
        sa.Column("agreements", sa.LargeBinary(), nullable=False),
        sa.Column("watch_for", sa.LargeBinary(), nullable=False),
        sa.Column("interpreter", sa.LargeBinary(), nullable=False),
        sa.Column("call_first", sa.LargeBinary(), nullable=False),
        sa.Column("review_on", sa.Date(), nullable=False),
        sa.Column("written_by", sa.String(), nullable=False),
        sa.Column("written_at", INSTANT, nullable=False),
        sa.ForeignKeyConstraint(["written_by"], ["staff.id"], name="fk_background_written_by"),
        sa.ForeignKeyConstraint(["youth_id"], ["youth.id"], name="fk_background_youth_id"),
        sa.PrimaryKeyConstraint("youth_id", name="pk_background"),
    )


def _create_partial_index(name: str, table: str, columns: list[str], where: str) -> None:
    op.create_index(name, table, columns, postgresql_where=sa.text(where), sqlite_where=sa.text(where))
