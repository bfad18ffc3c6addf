"""A consistent copy of an SQLite database beside whoever writes in it, and putting one back.

The copy carries a mark, and is not served before it has been restored: it must not send what its original has sent.
On PostgreSQL a copy is made with the server's own tools, and is known by where it is: see storage.origin.
"""

import contextlib
import os
import sqlite3
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from bot.texts import backup_words as words
from storage.migrate import MARK_COPY, WrongSchema, known_revisions, sqlite_file
from storage.origin import is_elsewhere

MARK: Final = 1
FINE: Final = "ok"
FOR_THE_OWNER: Final = 0o600
UNMARK: Final = "PRAGMA user_version = 0"


class BackupFailed(Exception):
    """No copy was made, or none put back; the message says why. Nothing has been changed."""


class IsCopy(WrongSchema):
    """The database is a backup that nobody has restored."""

    def __init__(self) -> None:
        super().__init__(words.IS_COPY)


@dataclass(frozen=True, slots=True)
class Copied:
    """What a copy holds."""

    revision: str
    rows: int
    keys: tuple[str, ...]


def require_original(url: str) -> None:
    """Raise IsCopy for a backup that lies where the database should, or a dump that has been loaded.

    Raises DatabaseAway, on PostgreSQL.
    """
    path = sqlite_file(url)
    if path is None and is_elsewhere(url):
        raise IsCopy
    if path is None or not path.exists():
        return
    with contextlib.suppress(sqlite3.Error), _opened(path, "ro") as connection:  # what is wrong with it is found later
        if _mark(connection) == MARK:
            raise IsCopy


def back_up(database: Path, target: Path) -> Copied:
    """Copy `database` to `target` while it is written in, check the copy, and return what it holds.

    Raises BackupFailed; a file that is there already is never written over, and half a copy is never left behind.
    """
    half = target.with_name(f"{target.name}.half")
    if target.exists():
        raise BackupFailed(words.EXISTS.format(path=target))
    try:
        half.unlink(missing_ok=True)
        os.close(os.open(half, os.O_WRONLY | os.O_CREAT | os.O_EXCL, FOR_THE_OWNER))
        with _opened(database, "ro") as source, _opened(half, "rw") as copy:
            source.execute("BEGIN")
            expected = _counts(source)  # from here on it is the state of this moment
            source.backup(copy)
            copy.execute("PRAGMA journal_mode = DELETE")  # one file, with nothing beside it
            copy.execute(MARK_COPY)
            if _counts(copy) != expected:
                raise BackupFailed(words.DIFFERS)
            copied = _checked(copy)
        os.link(half, target)  # fails where somebody else has put a file meanwhile
    except FileExistsError:
        raise BackupFailed(words.EXISTS.format(path=target)) from None
    except OSError as error:
        raise BackupFailed(words.UNWRITABLE.format(path=target, why=error.strerror)) from None
    except sqlite3.Error as error:
        raise BackupFailed(words.NOT_COPIED.format(why=_name(error))) from None
    finally:
        with contextlib.suppress(OSError):
            half.unlink(missing_ok=True)
    return copied


def put_beside(backup: Path, database: Path) -> Path:
    """Copy `backup` beside where the database is to be, check it, and return the copy, which is marked still.

    Raises BackupFailed: nothing is put where a database is, or what is broken, or newer than the program.
    """
    if database.exists():
        raise BackupFailed(words.NOT_EMPTY.format(path=database))
    if not backup.is_file():
        raise BackupFailed(words.NO_FILE.format(path=backup))
    beside = database.with_name(f"{database.name}.restoring")
    try:
        for left in database.parent.glob(f"{beside.name}*"):
            left.unlink()
        os.close(os.open(beside, os.O_WRONLY | os.O_CREAT | os.O_EXCL, FOR_THE_OWNER))
        with _opened(backup, "ro") as source, _opened(beside, "rw") as copy:
            source.backup(copy)
            copied = _checked(copy)
    except OSError as error:
        raise BackupFailed(words.UNWRITABLE.format(path=database, why=error.strerror)) from None
    except sqlite3.Error as error:
        raise BackupFailed(words.BROKEN.format(path=backup, why=_name(error))) from None
    if copied.revision not in known_revisions():
        beside.unlink()
        raise BackupFailed(words.NEWER)
    return beside


def put_in_place(beside: Path, database: Path) -> None:
    """Make a copy that has been prepared the database: from now on it is an original."""
    with _opened(beside, "rw") as connection:
        connection.execute("PRAGMA wal_checkpoint(TRUNCATE)")
        connection.execute(UNMARK)
        connection.execute("PRAGMA journal_mode = DELETE")
    beside.rename(database)


def unmark(database: Path) -> None:
    """Make a copy that lies in its place already an original."""
    with _opened(database, "rw") as connection:
        connection.execute(UNMARK)


def _checked(connection: sqlite3.Connection) -> Copied:
    try:
        [said] = connection.execute("PRAGMA integrity_check").fetchone()
    except UnicodeDecodeError:  # it quotes what is damaged, whatever that is
        raise BackupFailed(words.DAMAGED) from None
    if said != FINE:
        raise BackupFailed(words.DAMAGED)
    [revision] = connection.execute("SELECT version_num FROM alembic_version").fetchone() or ("",)
    counts = _counts(connection)
    keys = connection.execute("SELECT key_id FROM encryption_key ORDER BY key_id") if "encryption_key" in counts else ()
    return Copied(str(revision), sum(counts.values()), tuple(str(row[0]) for row in keys))


def _counts(connection: sqlite3.Connection) -> dict[str, int]:
    tables = connection.execute("SELECT name FROM sqlite_master WHERE type = 'table' AND name NOT LIKE 'sqlite_%'")
    return {
        name: int(connection.execute(f'SELECT count(*) FROM "{name}"').fetchone()[0])  # noqa: S608 - our own tables
        for (name,) in tables.fetchall()
    }


def _mark(connection: sqlite3.Connection) -> int:
    return int(connection.execute("PRAGMA user_version").fetchone()[0])


@contextlib.contextmanager
def _opened(path: Path, mode: str) -> Iterator[sqlite3.Connection]:
    connection = sqlite3.connect(f"{path.absolute().as_uri()}?mode={mode}", uri=True, isolation_level=None)
    try:
        yield connection
    finally:
        connection.close()


def _name(error: sqlite3.Error) -> str:
    return str(getattr(error, "sqlite_errorname", type(error).__name__))
