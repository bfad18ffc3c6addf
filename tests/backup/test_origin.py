"""A PostgreSQL database that has been loaded from a dump shows that it is a copy, wherever it was loaded."""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import psycopg
import pytest
import sqlalchemy as sa
from psycopg import sql
from sqlalchemy.engine import make_url

from storage.backup import IsCopy, require_original
from storage.engine import normal_url
from storage.migrate import DatabaseAway, migrate
from storage.origin import JOB, is_elsewhere, note_origin, settle
from storage.tables import JobRunRow
from tests.database import Postgres, dump, load, made_anew

NOTES: sa.Table = JobRunRow.__table__  # type: ignore[attr-defined]


@pytest.fixture
def url(postgres_database_url: str) -> str:
    """A database that has been served where it is."""
    require_original(postgres_database_url)
    note_origin(postgres_database_url)
    return postgres_database_url


@contextmanager
def loaded(postgres: Postgres, url: str, folder: Path) -> Iterator[str]:
    dump(url, folder / "dump")
    with postgres.database(migrated=False) as another:
        load(folder / "dump", another)
        yield another


def notes(url: str) -> list[str]:
    engine = sa.create_engine(normal_url(url))
    with engine.connect() as connection:
        found = list(connection.execute(sa.select(NOTES.c.scheduled_for).where(NOTES.c.job == JOB)).scalars())
    engine.dispose()
    return found


def test_where_it_was_made_it_is_an_original_and_is_noted_once(url: str) -> None:
    before = notes(url)
    note_origin(url)
    require_original(url)
    assert (notes(url), len(before)) == (before, 1)


def test_loaded_into_another_database_it_is_a_copy_until_it_is_settled(
    postgres: Postgres, url: str, tmp_path: Path
) -> None:
    with loaded(postgres, url, tmp_path) as copy:
        note_origin(copy)  # a mark is never taken off by the way
        with pytest.raises(IsCopy, match="restore --in-place"):
            require_original(copy)
        settle(copy)
        require_original(copy)
        assert len(notes(copy)) == 1
    require_original(url)


def test_loaded_over_itself_it_is_a_copy(url: str, tmp_path: Path) -> None:
    dump(url, tmp_path / "dump")
    load(tmp_path / "dump", url, "--clean")
    assert is_elsewhere(url)


def test_loaded_where_the_database_was_it_is_a_copy(url: str, tmp_path: Path) -> None:
    dump(url, tmp_path / "dump")
    made_anew(url)
    load(tmp_path / "dump", url)
    assert is_elsewhere(url)


def test_its_rows_alone_loaded_into_one_that_is_served_make_that_a_copy(
    postgres: Postgres, url: str, tmp_path: Path
) -> None:
    dump(url, tmp_path / "dump")
    with postgres.database() as another:
        note_origin(another)
        load(tmp_path / "dump", another, "--data-only", "--table=job_run")
        assert is_elsewhere(another)


def test_on_another_server_it_is_a_copy_though_all_numbers_are_the_same(url: str) -> None:
    [note] = notes(url)
    server, _, numbers = note.partition("/")
    engine = sa.create_engine(normal_url(url))
    with engine.begin() as connection:
        connection.execute(
            sa.update(NOTES).where(NOTES.c.job == JOB).values(scheduled_for=f"{int(server) + 1}/{numbers}")
        )
    engine.dispose()
    assert is_elsewhere(url)


def test_a_server_that_does_not_say_which_it_is_is_told_by_its_numbers(
    postgres: Postgres, url: str, tmp_path: Path
) -> None:
    role = sql.Identifier("of_few_rights")
    with loaded(postgres, url, tmp_path) as copy:
        settle(copy)
        with psycopg.connect(copy, autocommit=True) as connection:
            connection.execute(sql.SQL("CREATE ROLE {} LOGIN").format(role))
            connection.execute("REVOKE EXECUTE ON FUNCTION pg_control_system() FROM PUBLIC")
            connection.execute(sql.SQL("GRANT ALL ON job_run TO {}").format(role))
        try:
            theirs = make_url(copy).set(username="of_few_rights").render_as_string(hide_password=False)
            settle(theirs)
            require_original(theirs)
            assert [note.partition("/")[0] for note in notes(theirs)] == ["-"]
        finally:
            with psycopg.connect(copy, autocommit=True) as connection:
                connection.execute(sql.SQL("DROP OWNED BY {}").format(role))
                connection.execute(sql.SQL("DROP ROLE {}").format(role))


def test_an_empty_one_and_one_on_sqlite_are_nobodys_copy(empty_database_url: str) -> None:
    assert not is_elsewhere(empty_database_url)


def test_it_says_when_it_cannot_be_asked(url: str) -> None:
    nowhere = make_url(url).set(database="nowhere").render_as_string(hide_password=False)
    with pytest.raises(DatabaseAway):
        is_elsewhere(nowhere)


def test_migrating_makes_no_original(postgres: Postgres, url: str, tmp_path: Path) -> None:
    with loaded(postgres, url, tmp_path) as copy:
        migrate(copy)
        assert is_elsewhere(copy)
