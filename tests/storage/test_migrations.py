"""The migrations make the schema that the tables describe, on both databases, and can be taken back."""

import itertools
import warnings
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta, timezone
from pathlib import Path
from typing import Any

import pytest
import sqlalchemy as sa
from alembic import command
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlmodel import Session, select

from bot.domain.calendar import STOCKHOLM
from storage.engine import is_sqlite, writer_engine
from storage.migrate import WrongSchema, config, current, head, migrate, require_current
from storage.tables import Base, JobRunRow


@contextmanager
def opened(url: str) -> Iterator[sa.Engine]:
    engine = writer_engine(url)
    try:
        yield engine
    finally:
        engine.dispose()


@contextmanager
def index_on_expression_is_known() -> Iterator[None]:
    """SQLAlchemy cannot reflect the index on coalesce(namnd, '') of SQLite, and says so; `_rules` reads it itself."""
    with warnings.catch_warnings():
        warnings.filterwarnings("ignore", message=".*expression-based index.*")
        yield


def run(url: str, revision: str, *, back: bool = False) -> None:
    """Upgrade to `revision`, or with `back` downgrade to it."""
    with opened(url) as engine, engine.begin() as connection:
        configuration = config()
        configuration.attributes["connection"] = connection
        (command.downgrade if back else command.upgrade)(configuration, revision)


def shape(url: str) -> dict[str, Any]:
    """Return what stands in the database: columns, checks, keys and indexes of every table."""
    with opened(url) as engine:
        if is_sqlite(url):
            with engine.connect() as connection:
                rows = connection.exec_driver_sql("SELECT name, sql FROM sqlite_master WHERE sql IS NOT NULL")
                return {name: _lines(sql) for name, sql in rows if not name.startswith("alembic")}
        found = sa.inspect(engine)
        return {
            table: (
                [(c["name"], str(c["type"]), c["nullable"]) for c in found.get_columns(table)],
                sorted((c["name"], c["sqltext"]) for c in found.get_check_constraints(table)),
                sorted(str(c) for c in found.get_foreign_keys(table)),
                sorted(str(c) for c in found.get_indexes(table)),
            )
            for table in sorted(found.get_table_names())
            if not table.startswith("alembic")
        }


def _lines(sql: str) -> list[str]:
    """Return the lines of a CREATE. SQLite's copy of a table has a quoted name, and its constraints in any order."""
    lines = [line.strip().rstrip(",").replace('"', "") for line in sql.splitlines()]
    return sorted(lines, key=lambda line: line if line.startswith("CONSTRAINT") else "")


def test_there_is_one_head() -> None:
    assert ScriptDirectory.from_config(config()).get_heads() == [head()]


def test_up_down_and_up_again_gives_the_same_schema(empty_database_url: str) -> None:
    run(empty_database_url, "head")
    first = shape(empty_database_url)

    run(empty_database_url, "base", back=True)
    assert shape(empty_database_url) == {}

    run(empty_database_url, "head")
    assert shape(empty_database_url) == first


def test_the_migrations_make_what_the_tables_describe(database_url: str) -> None:
    with opened(database_url) as engine, engine.connect() as connection:
        context = MigrationContext.configure(connection, opts={"compare_type": True})
        with index_on_expression_is_known():
            assert compare_metadata(context, Base.metadata) == []


def test_every_check_and_index_is_the_one_that_the_tables_would_make(
    empty_database_url: str, request: pytest.FixtureRequest
) -> None:
    """What autogenerate does not compare: CHECK constraints, partial and expression indexes."""
    with opened(empty_database_url) as engine:
        Base.metadata.create_all(engine)
        described = _rules(engine)
        Base.metadata.drop_all(engine)
    migrate(empty_database_url)
    with opened(empty_database_url) as engine:
        assert _rules(engine) == described
        assert any("coalesce" in rule.lower() for rule in described)


def _rules(engine: sa.Engine) -> set[str]:
    """Return every index and check as the database itself words it, whitespace folded, and the names of the keys."""
    found = sa.inspect(engine)
    rules = {
        f"{table}: {check['name']} {check['sqltext']}"
        for table in found.get_table_names()
        for check in found.get_check_constraints(table)
    }
    with index_on_expression_is_known():
        rules |= {
            f"{table}: {key['name']}"
            for table in found.get_table_names()
            for key in (
                found.get_pk_constraint(table),
                *found.get_foreign_keys(table),
                *found.get_unique_constraints(table),
            )
        }
    statement = (
        "SELECT sql FROM sqlite_master WHERE type = 'index' AND sql IS NOT NULL"
        if engine.dialect.name == "sqlite"
        else "SELECT indexdef FROM pg_indexes WHERE schemaname = 'public'"
    )
    with engine.connect() as connection:
        rules |= {" ".join(row[0].split()) for row in connection.exec_driver_sql(statement)}
    return {rule for rule in rules if "alembic" not in rule}


# --- 0002: rows that stand in what it changes ---

AT = "2026-11-20 21:14:00.000000+00:00"
STATES = ("due", "sending", "sent", "failed", "uncertain", "dropped")
OLD_OUTBOX = ("card", "thread", "notice", "withdraw", "sms")
OLD_POSTS = ("card", "thread", "notice")
NEW_KINDS = ("digest", "addendum", "handover")
Row = tuple[str, dict[str, Any]]


def insert(url: str, *rows: Row) -> None:
    """Insert rows as they lie in the tables: the repositories know only the newest schema."""
    with opened(url) as engine, engine.begin() as connection:
        for table, values in rows:
            names, places = ", ".join(values), ", ".join(f":{name}" for name in values)
            connection.execute(sa.text(f"INSERT INTO {table} ({names}) VALUES ({places})"), values)  # noqa: S608


def standing(url: str) -> list[tuple[Any, ...]]:
    """Return the rows of what 0002 changes, as they lie in the columns that they had before it."""
    with opened(url) as engine, engine.connect() as connection:
        return [
            tuple(row)
            for table, values in (outbox_row(1, "card"), post_row("card", "card"))
            for row in connection.exec_driver_sql(f"SELECT {', '.join(values)} FROM {table} ORDER BY id")  # noqa: S608
        ]


def outbox_row(number: int, kind: str, state: str = "due") -> Row:
    is_taken = state in ("sending", "uncertain")
    return "outbox", {
        "id": number,
        "kind": kind,
        "lane": "staff:å",
        "dedupe_key": f"k{number}",
        "fold_key": f"f{number}" if number % 2 else None,
        "priority": number % 4,
        "payload": f'{{"row": {number}, "ö": null}}',
        "state": state,
        "attempts": 2,
        "looks": 1,
        "next_at": AT,
        "lease_until": AT if is_taken else None,
        "lease_owner": "me" if is_taken else None,
        "provider_id": f"SM{number}",
        "last_error": None,
        "created_at": AT,
        "settled_at": AT if state == "sent" else None,
    }


def post_row(name: str, kind: str, **changes: Any) -> Row:
    values = {
        "id": name,
        "kind": kind,
        "conversation_id": "c1",
        "target": "staff:anna",
        "channel": "D1",
        "ts": name,
        "is_current": True,
        "is_repeat": False,
        "shown": None,
        "created_at": AT,
    }
    return "slack_post", {**values, **changes}


CONTACT: Row = (
    "contact",
    {
        "id": "k1",
        "number": b"x",
        "number_hash": b"x",
        "code": "4TK9M",
        "language": "sv",
        "is_answerable": True,
        "is_blocked": False,
        "created_at": AT,
    },
)
CONVERSATION: Row = (
    "conversation",
    {
        "id": "c1",
        "contact_id": "k1",
        "world": "beredskap",
        "our_number": "+46701740699",
        "opened_at": AT,
        "is_open": True,
        **dict.fromkeys(("last_seq", "last_inbound_seq", "seen_seq", "answered_seq", "nudge_stage"), 0),
        "is_namnd_open": False,
        "concerns": "[]",
    },
)
OLD_ROWS = (
    *(outbox_row(n, *found) for n, found in enumerate(itertools.product(OLD_OUTBOX, STATES), start=1)),
    *(post_row(f"p{kind}", kind) for kind in OLD_POSTS),
    post_row("replaced", "card", is_current=False),
    post_row("about nobody", "notice", conversation_id=None, shown="så", is_repeat=True),
)
NEW_ROWS = tuple(
    row for n, kind in enumerate(NEW_KINDS, start=100) for row in (outbox_row(n, kind), post_row(kind, kind))
)


@pytest.fixture
def old_url(empty_database_url: str) -> str:
    """Return a database as 0001 left it, with rows of every kind in every state."""
    run(empty_database_url, "0001")
    insert(empty_database_url, CONTACT, CONVERSATION, *OLD_ROWS)
    return empty_database_url


def test_rows_survive_the_migration_to_handovers_and_back(old_url: str) -> None:
    before, old_shape = standing(old_url), shape(old_url)
    assert len(before) == len(OLD_ROWS)

    assert migrate(old_url) == head()
    assert standing(old_url) == before

    run(old_url, "0001", back=True)
    assert standing(old_url) == before
    assert shape(old_url) == old_shape


def test_the_new_kinds_are_allowed_afterwards_and_others_are_not(old_url: str) -> None:
    with pytest.raises(sa.exc.IntegrityError):
        insert(old_url, outbox_row(99, "digest"))
    migrate(old_url)

    insert(old_url, *NEW_ROWS)
    wrong = [
        outbox_row(200, "letter"),
        post_row("letter", "letter"),
        post_row("another", "card"),  # in the place of the one that stands there
        post_row("of nothing", "digest", digest_id="none"),
    ]
    for row in wrong:
        with pytest.raises(sa.exc.IntegrityError):
            insert(old_url, row)


def test_going_back_forgets_the_handovers_and_nothing_else(old_url: str) -> None:
    before = standing(old_url)
    migrate(old_url)
    digest = {"id": "d1", "namnd": "norrvik", "day": "2026-11-23", "due_at": AT, "posted_at": AT}
    episode = {
        "id": "e1",
        "conversation_id": "c1",
        "namnd": "norrvik",
        "period": "day:2026-11-20",
        "ordinal": 1,
        "day": "2026-11-20",
        "first_at": AT,
        "summary_on": "2026-11-23",
        "digest_id": "d1",
        "note_stage": 0,
    }
    posted = post_row("posted", "digest", conversation_id=None, digest_id="d1")
    insert(old_url, *NEW_ROWS, ("digest", digest), ("episode", episode), posted)

    run(old_url, "0001", back=True)

    assert standing(old_url) == before
    assert migrate(old_url) == head()
    assert standing(old_url) == before


# --- 0003: the clocks ---

CLOCK_KINDS = ("clocks", "clock", "unit")
HANDOVER_ROWS = (
    *(outbox_row(n, *found) for n, found in enumerate(itertools.product(NEW_KINDS, STATES), start=300)),
    *(post_row(f"{kind} on a day", kind, digest_id="d1") for kind in NEW_KINDS),
)
CLOCK_ROWS = tuple(
    row for n, kind in enumerate(CLOCK_KINDS, start=400) for row in (outbox_row(n, kind), post_row(kind, kind))
)
STAFF: Row = (
    "staff",
    {"id": "anna", "email_hash": b"x", "name": b"x", "email": b"x", "is_active": True},
)
CLOCK: Row = (
    "deadline",
    {
        "id": "u1",
        "report_id": "r1",
        "namnd": "norrvik",
        "kind": "utredning",
        "case_ref": "K-1",
        "case_key": "K-1",
        **dict.fromkeys(("received_at", "starts_at", "due_at", "act_before", "registered_at"), AT),
        **dict.fromkeys(("due_on", "plan_on"), "2026-11-20"),
        "owner": "anna",
        "gender": "okant",
        "state": "running",
        **dict.fromkeys(("wants_feedback", "at_once", "is_talk"), False),
    },
)
EVENT: Row = ("deadline_event", {"deadline_id": "u1", "at": AT, "kind": "imported", "code": ""})


@pytest.fixture
def handover_url(old_url: str) -> str:
    """Return a database as 0002 left it, with rows of every kind in every state."""
    run(old_url, "0002")
    digest = {"id": "d1", "namnd": "norrvik", "day": "2026-11-23", "due_at": AT, "posted_at": AT}
    insert(old_url, ("digest", digest), *HANDOVER_ROWS)
    return old_url


def test_rows_survive_the_migration_to_clocks_and_back(handover_url: str) -> None:
    before, old_shape = standing(handover_url), shape(handover_url)
    assert len(before) == len(OLD_ROWS) + len(HANDOVER_ROWS)
    with pytest.raises(sa.exc.IntegrityError):
        insert(handover_url, outbox_row(99, "clocks"))

    run(handover_url, "0003")
    assert standing(handover_url) == before
    insert(handover_url, *CLOCK_ROWS, STAFF, CLOCK, EVENT)
    for row in (outbox_row(200, "letter"), post_row("letter", "letter")):
        with pytest.raises(sa.exc.IntegrityError):
            insert(handover_url, row)

    run(handover_url, "0002", back=True)  # the clocks are forgotten, and nothing else
    assert standing(handover_url) == before
    assert shape(handover_url) == old_shape

    assert migrate(handover_url) == head()
    assert standing(handover_url) == before
    assert handover_posts(handover_url) == dict.fromkeys((f"{kind} on a day" for kind in NEW_KINDS), "d1")


def handover_posts(url: str) -> dict[str, str]:
    with opened(url) as engine, engine.connect() as connection:
        rows = connection.exec_driver_sql("SELECT id, digest_id FROM slack_post WHERE digest_id IS NOT NULL")
        return {row.id: row.digest_id for row in rows}


def test_no_table_refers_to_what_sqlite_copies() -> None:
    """Foreign keys are on while 0002 and 0003 drop the old `outbox` and `slack_post`: rows that refer to them would be
    in their way. A later migration that copies a table must look, too."""
    referred_to = {key.column.table.name for table in Base.metadata.sorted_tables for key in table.foreign_keys}

    assert not referred_to & {"outbox", "slack_post"}


def test_migrating_twice_changes_nothing(empty_database_url: str) -> None:
    assert migrate(empty_database_url) == head()
    first = shape(empty_database_url)

    assert migrate(empty_database_url) == head()
    assert shape(empty_database_url) == first


def test_an_empty_database_is_not_served(empty_database_url: str) -> None:
    with pytest.raises(WrongSchema, match="beredskapsbot migrate"):
        require_current(empty_database_url)


def test_a_migrated_database_is_served(database_url: str) -> None:
    require_current(database_url)


def test_a_later_revision_than_ours_is_served(database_url: str) -> None:
    with opened(database_url) as engine, engine.begin() as connection:
        connection.exec_driver_sql("UPDATE alembic_version SET version_num = 'later'")

    require_current(database_url)

    with opened(database_url) as engine:
        assert current(engine) == "later"


def test_sqlite_is_backed_up_before_it_is_migrated(sqlite_database_url: str, tmp_path: Path) -> None:
    with opened(sqlite_database_url) as engine, engine.begin() as connection:
        connection.exec_driver_sql("UPDATE alembic_version SET version_num = 'older'")

    with pytest.raises(Exception, match="older"):
        migrate(sqlite_database_url)  # nothing leads from there; the copy was made first

    assert (tmp_path / "test.sqlite3.before-older.bak").exists()


INSTANTS = [
    datetime(2026, 11, 20, 22, 14, tzinfo=STOCKHOLM),
    datetime(2026, 10, 25, 2, 30, tzinfo=STOCKHOLM, fold=0),
    datetime(2026, 10, 25, 2, 30, tzinfo=STOCKHOLM, fold=1),
    datetime(2026, 3, 29, 3, 30, tzinfo=STOCKHOLM),
    datetime(2026, 7, 1, 0, 30, 0, 123456, tzinfo=timezone(timedelta(hours=-5))),
]


@pytest.mark.parametrize("at", INSTANTS, ids=str)
def test_an_instant_comes_back_as_aware_utc(database_url: str, at: datetime) -> None:
    with opened(database_url) as engine, Session(engine) as session:
        session.add(JobRunRow(job="digest", scheduled_for="x", ran_at=at))
        session.commit()
        session.expire_all()
        row = session.exec(select(JobRunRow)).one()

        assert row.ran_at == at.astimezone(UTC)
        assert row.ran_at.utcoffset() == timedelta(0)
        assert session.exec(select(JobRunRow).where(JobRunRow.ran_at <= at)).one_or_none() is not None
        assert session.exec(select(JobRunRow).where(JobRunRow.ran_at < at)).one_or_none() is None


def test_a_naive_time_is_refused(database_url: str) -> None:
    with opened(database_url) as engine, Session(engine) as session:
        session.add(JobRunRow(job="digest", scheduled_for="x", ran_at=datetime(2026, 11, 20, 22, 14)))  # noqa: DTZ001
        with pytest.raises(sa.exc.StatementError, match="timezone"):
            session.commit()
