"""The migrations make the schema that the tables describe, on both databases, and can be taken back."""

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


def run(url: str, revision: str) -> None:
    """Upgrade or downgrade to `revision`."""
    with opened(url) as engine, engine.begin() as connection:
        configuration = config()
        configuration.attributes["connection"] = connection
        (command.downgrade if revision == "base" else command.upgrade)(configuration, revision)


def shape(url: str) -> dict[str, Any]:
    """Return what stands in the database: columns, checks, keys and indexes of every table."""
    with opened(url) as engine:
        if is_sqlite(url):
            with engine.connect() as connection:
                rows = connection.exec_driver_sql("SELECT name, sql FROM sqlite_master WHERE sql IS NOT NULL")
                return {name: sql for name, sql in rows if not name.startswith("alembic")}
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


def test_there_is_one_head() -> None:
    assert ScriptDirectory.from_config(config()).get_heads() == [head()]


def test_up_down_and_up_again_gives_the_same_schema(empty_database_url: str) -> None:
    run(empty_database_url, "head")
    first = shape(empty_database_url)

    run(empty_database_url, "base")
    assert shape(empty_database_url) == {}

    run(empty_database_url, "head")
    assert shape(empty_database_url) == first


def test_the_migrations_make_what_the_tables_describe(database_url: str) -> None:
    with opened(database_url) as engine, engine.connect() as connection:
        context = MigrationContext.configure(connection, opts={"compare_type": True})
        with warnings.catch_warnings():
            # SQLite cannot reflect the index on coalesce(namnd, ''); the next test reads it.
            warnings.filterwarnings("ignore", message=".*expression-based index.*")
            warnings.filterwarnings("ignore", message=".*reflection of expression-based index.*")
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
    """Return every index and check as the database itself words it, whitespace folded."""
    found = sa.inspect(engine)
    rules = {
        f"{table}: {check['name']} {check['sqltext']}"
        for table in found.get_table_names()
        for check in found.get_check_constraints(table)
    }
    statement = (
        "SELECT sql FROM sqlite_master WHERE type = 'index' AND sql IS NOT NULL"
        if engine.dialect.name == "sqlite"
        else "SELECT indexdef FROM pg_indexes WHERE schemaname = 'public'"
    )
    with engine.connect() as connection:
        rules |= {" ".join(row[0].split()) for row in connection.exec_driver_sql(statement)}
    return {rule for rule in rules if "alembic" not in rule}


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
