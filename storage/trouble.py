"""Does the driver say that the database is not there for us, or that we have asked for nonsense?"""

import threading
from typing import Final

import sqlalchemy as sa
import structlog
from sqlalchemy.exc import DBAPIError, InternalError, OperationalError

from bot.domain.errors import Busy

log = structlog.get_logger(__name__)

# A full or read-only disk, a lock, a lost connection and a server that goes down are OperationalError. PostgreSQL
# says InternalError of a standby that only reads and of damaged pages; SQLite a bare DatabaseError of a damaged file.
_AWAY: Final = (OperationalError, InternalError, sa.exc.InterfaceError, sa.exc.TimeoutError)
# A table that is missing is one that a backup or a migration is about to bring; any other complaint about what we ask
# (a column, a type) is a bug of ours, and would be one for ever: what asks it is set aside, and the rest goes on.
NO_SUCH_TABLE: Final = "42P01"


def is_away(error: BaseException) -> bool:
    """Tell whether the same may succeed later, without anybody changing what was asked."""
    original = getattr(error, "orig", None)
    if isinstance(error, sa.exc.ProgrammingError):
        return getattr(original, "sqlstate", None) == NO_SUCH_TABLE
    if getattr(original, "sqlite_errorname", None) == "SQLITE_ERROR":
        return str(original).startswith("no such table")
    return isinstance(error, _AWAY) or type(error) is sa.exc.DatabaseError


def said_by(error: BaseException) -> str:
    """Return the driver's short name for it: SQLITE_FULL, 57P01. Never its message, which may hold values."""
    original = error.orig if isinstance(error, DBAPIError) else error
    name = getattr(original, "sqlite_errorname", None) or getattr(original, "sqlstate", None)
    return str(name or type(original).__name__)


class Outage:
    """Says once that the database has gone, and once that it is back: a line a second would hide everything else."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._said: str | None = None

    def sorted(self, error: Exception) -> Exception:
        """Return Busy where the database was not there for us, else the error itself."""
        if not is_away(error):
            return error
        said = said_by(error)
        with self._lock:
            is_news, self._said = said != self._said, said
        if is_news:
            log.error("database_unavailable", kind=said)
        return Busy()

    def is_over(self) -> None:
        """Something has been committed."""
        if self._said is None:
            return
        with self._lock:
            was, self._said = self._said, None
        if was is not None:
            log.warning("database_is_back", after=was)
