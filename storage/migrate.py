"""Bring the schema up to date.

SQLite migrates itself at start, after a backup beside the file. On PostgreSQL only `migrate` does, under an
advisory transaction lock; `serve` accepts its own revision or a later one that says it is compatible.
"""

import contextlib
import functools
import shutil
import sqlite3
from collections.abc import Iterator
from pathlib import Path
from typing import Final

import sqlalchemy as sa
from alembic import command
from alembic.config import Config
from alembic.runtime.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy.engine import make_url
from sqlalchemy.exc import DatabaseError, ProgrammingError

from storage.engine import is_sqlite, writer_engine
from storage.trouble import is_away, said_by

LOCK: Final = 8_201_143  # any constant of our own: one migration at a time
MIGRATE_STATEMENT_MS: Final = 60_000
MARK_COPY: Final = "PRAGMA user_version = 1"  # see storage.backup: it is not served before it has been restored
NONSENSE: Final = "SQLITE_ERROR"


class WrongSchema(Exception):
    """The database has not been migrated to what this program needs; the message says what to do."""


class DatabaseAway(Exception):
    """The database cannot be reached, read or written; the message says so in the word of whoever noticed."""

    def __init__(self, said: str) -> None:
        super().__init__(
            f"Databasen går inte att nå eller skriva i ({said}). Utan den tar boten inte emot något. "
            "Starta igen när den är tillbaka."
        )


class NoDatabase(DatabaseAway):
    """There is no SQLite file where one should be: a disk that is not mounted looks like a new installation."""

    def __init__(self, path: str) -> None:
        Exception.__init__(
            self,
            f"Databasfilen {path} finns inte. Är disken den ska ligga på monterad? "
            "Är det en ny installation: kör först beredskapsbot migrate.",
        )


@contextlib.contextmanager
def _reached() -> Iterator[None]:
    try:
        yield
    except DatabaseError as error:
        if not is_away(error) or isinstance(error, ProgrammingError) or said_by(error) == NONSENSE:
            raise  # a migration of ours that cannot be right
        raise DatabaseAway(said_by(error)) from None


def config() -> Config:
    """Return Alembic's configuration, without an ini file."""
    made = Config()
    made.set_main_option("script_location", str(Path(__file__).parent / "migrations"))
    made.set_main_option("path_separator", "os")
    return made


@functools.cache  # a program's own migrations stay what they are while it runs, and each is a module to be read
def head() -> str:
    revision = ScriptDirectory.from_config(config()).get_current_head()
    if revision is None:
        raise WrongSchema("Programmet saknar migreringar.")
    return revision


@functools.cache
def older_revisions() -> frozenset[str]:
    """Return the revisions that this program knows and cannot work with."""
    known = {script.revision for script in ScriptDirectory.from_config(config()).walk_revisions()}
    return frozenset(known - {head()})


def known_revisions() -> frozenset[str]:
    """Return the revisions that this program can work with, or bring up to date."""
    return older_revisions() | {head()}


def current(engine: sa.Engine) -> str | None:
    with engine.connect() as connection:
        return MigrationContext.configure(connection).get_current_revision()


def migrate(url: str) -> str:
    """Migrate the database at `url` to the newest revision and return it; a no-op when it is there."""
    engine = writer_engine(url)
    try:
        with _reached():
            before = current(engine)
        if before == head():
            return before
        if is_sqlite(url) and before is not None:
            _back_up(url, before)
        with _reached(), engine.begin() as connection:
            if not is_sqlite(url):
                connection.exec_driver_sql(f"SET LOCAL statement_timeout = {MIGRATE_STATEMENT_MS}")
                connection.exec_driver_sql(f"SELECT pg_advisory_xact_lock({LOCK})")
            configuration = config()
            configuration.attributes["connection"] = connection
            command.upgrade(configuration, "head")
        return head()
    finally:
        engine.dispose()


def require_file(url: str) -> None:
    """Raise NoDatabase where an SQLite file should be and is not: an empty one would answer as if nobody had texted."""
    path = sqlite_file(url)
    if path is not None and not path.exists():
        raise NoDatabase(str(path))


def sqlite_file(url: str) -> Path | None:
    """Return the file of an SQLite database; None for any other."""
    path = make_url(url).database
    return Path(path) if is_sqlite(url) and path and path != ":memory:" else None


def require_current(url: str) -> None:
    """Raise WrongSchema unless the database is at a revision that this program can work with."""
    engine = writer_engine(url)
    try:
        with _reached():
            found = current(engine)
    finally:
        engine.dispose()
    if found is None:
        raise WrongSchema("Databasen är tom. Kör först: beredskapsbot migrate")
    if found in older_revisions():
        raise WrongSchema("Databasen är äldre än programmet. Kör först: beredskapsbot migrate")
    # A revision that we do not know is a later one: migrations are written to work with the previous program.


def _back_up(url: str, revision: str) -> None:
    database = make_url(url).database
    if not database or not Path(database).exists():
        return
    copy = Path(f"{database}.before-{revision}.bak")
    with sqlite3.connect(database) as source, sqlite3.connect(f"{copy}.tmp") as target:
        source.backup(target)
        target.execute(MARK_COPY)
    shutil.move(f"{copy}.tmp", copy)
