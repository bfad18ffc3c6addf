"""The file that we have open must be the one that stands at its path.

SQLite goes on committing into a file that somebody has deleted or replaced, and nobody ever finds what was put there.
"""

import os
import sqlite3
from typing import Any, Final

import sqlalchemy as sa
from sqlalchemy.engine import Connection, Engine, make_url
from sqlalchemy.pool import ConnectionPoolEntry

OPENED: Final = "opened_file"


class FileGone(sqlite3.OperationalError):
    """The file is not there any more, or is another one."""


def require_same_file(engine: Engine, url: str, *, makes_it: bool) -> None:
    """Refuse every transaction whose file has gone; open the one that has taken its place.

    Only an engine that `makes_it` connects where there is no file, and with that makes an empty one.
    """
    path = make_url(url).database
    if not path or path == ":memory:":
        return

    def note(_connection: Any, entry: ConnectionPoolEntry) -> None:
        entry.info[OPENED] = _identity(path)

    def check(connection: Connection) -> None:
        standing = _identity(path)
        if standing == connection.info.get(OPENED):
            return
        if standing is not None:  # while there is none, an engine that makes it must not connect anew
            connection.invalidate()
        raise sa.exc.OperationalError("BEGIN", None, FileGone())

    def must_stand(*_: Any) -> None:
        if _identity(path) is None:
            raise FileGone

    if not makes_it:
        sa.event.listen(engine, "do_connect", must_stand)
    sa.event.listen(engine, "connect", note)
    sa.event.listen(engine, "begin", check)


def _identity(path: str) -> tuple[int, int] | None:
    try:
        found = os.stat(path)
    except OSError:
        return None
    return found.st_dev, found.st_ino
