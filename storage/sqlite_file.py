"""The file that we have open must be the one that stands at its path.

SQLite goes on committing into a file that somebody has deleted or replaced, and nobody ever finds what was put there.
"""

import os
import sqlite3
from typing import Any, Final

import sqlalchemy as sa
from sqlalchemy.engine import Engine, make_url
from sqlalchemy.engine.interfaces import DBAPIConnection
from sqlalchemy.pool import ConnectionPoolEntry, PoolProxiedConnection

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

    begin, connect = engine.dialect.do_begin, engine.dialect.connect

    def begin_in_it(connection: PoolProxiedConnection) -> None:
        standing = _identity(path)
        if standing != connection.info.get(OPENED):
            if standing is not None:  # while there is none, an engine that makes it must not connect anew
                connection.invalidate()
            raise FileGone
        begin(connection)

    def connect_to_it(*arguments: Any, **more: Any) -> DBAPIConnection:
        if not makes_it and _identity(path) is None:
            raise FileGone
        return connect(*arguments, **more)

    # Not by events of the engine: with one of those it looks for listeners at every statement.
    vars(engine.dialect).update(do_begin=begin_in_it, connect=connect_to_it)
    sa.event.listen(engine, "connect", note)


def _identity(path: str) -> tuple[int, int] | None:
    try:
        found = os.stat(path)
    except OSError:
        return None
    return found.st_dev, found.st_ino
