"""The database is full, locked, gone, frozen or restarted: 503 and few words; then everything goes on by itself."""

import asyncio
import contextlib
import logging
import subprocess
from collections.abc import Callable, Iterator, Sequence
from contextlib import AbstractContextManager
from pathlib import Path

import psycopg
import pytest
import sqlalchemy as sa

from storage.migrate import DatabaseAway, migrate
from storage.trouble import is_away, said_by
from tests.acceptance.night import Night, Person, a_night
from tests.database import Postgres, copy_sqlite, sqlite_url
from tests.http.doors import SENDER, Doors, form, locked
from tests.http.test_slack_door import a_card, click, event

STARTS = "2026-11-20 18:00"
BODY = "det är tyst här nu"
PATIENCE = 60  # seconds
NOT_DONE = "Databasen svarar inte just nu"
KNOWN = {"database_unavailable", "webhook_not_stored", "heartbeat_missed", "tick_postponed"}
FEW = 15  # ERROR lines of a whole outage, in which every door was knocked at
Away = Callable[[], AbstractContextManager[None]]
REPORT = [("MessageSid", "SM" + "a" * 32), ("MessageStatus", "delivered"), ("To", SENDER)]


async def survives(night: Night, away: Away, *says: str) -> None:
    """Knock at every door while the database is away, and again when it is back."""
    anna = await a_card(night)
    doors = Doors(night)
    night.secret_words.add(BODY)
    night.expected_errors.update(KNOWN)
    before = len(night.log_lines)
    with away():
        assert (await doors.twilio(form("SM01", BODY))).status == 503
        assert (await doors.twilio(REPORT, path="/twilio/status")).status == 503
        assert (await doors.slack(event("Ev1"))).status == 503
        assert (await doors.slack(click(night, anna, "take"), form=True)).status == 200
        assert (await doors.get("/readyz")).status == 503
        assert (await doors.get("/livez")).status == 200
    await is_stored(doors, night)
    assert (await doors.twilio(REPORT, path="/twilio/status")).status == 200
    assert (await doors.slack(event("Ev1"))).status == 200
    await all_is_done(night, doors, anna, says or (NOT_DONE,))
    lines = night.log_lines[before:]
    assert not any("Traceback" in line.getMessage() for line in lines), [line.getMessage() for line in lines]
    errors = [line.getMessage() for line in lines if line.levelno >= logging.ERROR]
    assert len(errors) <= FEW, errors


async def is_stored(doors: Doors, night: Night) -> None:
    """The carrier comes again until it is told 200, and once more for luck."""
    async with asyncio.timeout(PATIENCE):
        while (await doors.twilio(form("SM01", BODY))).status != 200:  # noqa: ASYNC110 - the door is knocked at
            await asyncio.sleep(0.2)
        assert (await doors.twilio(form("SM01", BODY))).status == 200
        while (await doors.get("/readyz")).status != 200:  # noqa: ASYNC110
            await asyncio.sleep(0.1)


async def all_is_done(night: Night, doors: Doors, anna: Person, says: Sequence[str]) -> None:
    await night.settles()
    assert doors.stored().count("SM01") == 1
    assert doors.stored("slack") == ["Ev1"]
    assert "2 sms väntar på svar" in anna.card().words
    for words in ("Jag vet inte vilket samtal det gäller", *says):
        anna.is_told(words)
    # What was pressed was done before the text was stored, and she is told of a new one; or after it, and she is not.
    night.expected.update((m.channel, m.ts) for m in anna.messages() if "Nytt sms 18.00" in m.words)
    night.expect_nothing_else()
    await night.nothing_waits()


@pytest.mark.parametrize("kind", ["sqlite", "postgres"])
async def test_a_click_while_somebody_holds_what_it_needs(
    tmp_path: Path, kind: str, request: pytest.FixtureRequest
) -> None:
    url = str(request.getfixturevalue(f"{kind}_database_url"))
    async with a_night(tmp_path, url, STARTS) as night:
        anna = await a_card(night)
        night.expected_errors.update(KNOWN)
        with locked(url, "conversation"):
            assert (await Doors(night).slack(click(night, anna, "take"), form=True)).status == 200
        await night.settles()
        anna.is_told(NOT_DONE)
        night.expect_nothing_else()
        await night.nothing_waits()


# --- SQLite --------------------------------------------------------------------


@pytest.fixture
def small_disk(tmp_path: Path) -> Iterator[Path]:
    """A file system of a few megabytes, where we may make one."""
    place = tmp_path / "small"
    place.mkdir()
    made = subprocess.run(["mount", "-t", "tmpfs", "-o", "size=8m", "tmpfs", place], capture_output=True, check=False)
    if made.returncode != 0:
        pytest.skip("a file system of our own cannot be mounted here")
    yield place
    subprocess.run(["umount", "--lazy", place], check=True)


async def test_a_disk_that_is_full(tmp_path: Path, small_disk: Path, migrated_sqlite: Path) -> None:
    url = copy_sqlite(migrated_sqlite, small_disk / "bot.sqlite3")

    @contextlib.contextmanager
    def full() -> Iterator[None]:
        filler = small_disk / "filler"
        with contextlib.suppress(OSError), filler.open("wb", buffering=0) as taken:
            while taken.write(bytes(4096)):
                pass
        yield
        filler.unlink()

    async with a_night(tmp_path, url, STARTS) as night:
        await survives(night, full)


async def test_a_database_that_may_not_grow(tmp_path: Path, sqlite_database_url: str) -> None:
    async with a_night(tmp_path, sqlite_database_url, STARTS) as night:
        await a_card(night)
        doors = Doors(night)
        night.expected_errors.update(KNOWN)
        _pragma(night, "max_page_count = 1")  # SQLite makes of it what it has
        sids = [f"SM{number:02}" for number in range(40)]
        answers = {sid: (await doors.twilio(form(sid, BODY * 80))).status for sid in sids}
        assert set(answers.values()) == {200, 503}, answers
        assert "SQLITE_FULL" in doors.log()
        _pragma(night, "max_page_count = 4294967294")

        for sid in sids:
            assert (await doors.twilio(form(sid, BODY * 80))).status == 200
        assert sorted(sid for sid in doors.stored() if sid in answers) == sids
        await night.settles()
        await night.nothing_waits()


async def test_a_file_that_may_only_be_read(tmp_path: Path, sqlite_database_url: str) -> None:
    async with a_night(tmp_path, sqlite_database_url, STARTS) as night:

        @contextlib.contextmanager
        def read_only() -> Iterator[None]:
            _pragma(night, "query_only = ON")
            yield
            _pragma(night, "query_only = OFF")

        await survives(night, read_only)


async def test_a_file_that_is_moved_away_and_back(tmp_path: Path, sqlite_database_url: str) -> None:
    """What SQLite would commit into a file that nobody finds again is refused."""
    file = tmp_path / "test.sqlite3"

    @contextlib.contextmanager
    def gone() -> Iterator[None]:
        file.rename(tmp_path / "elsewhere")
        yield
        assert not file.exists(), "an empty database was made in its place"
        (tmp_path / "elsewhere").rename(file)

    async with a_night(tmp_path, sqlite_database_url, STARTS) as night:
        await survives(night, gone)


async def test_a_file_that_is_replaced_by_its_backup(tmp_path: Path, sqlite_database_url: str) -> None:
    async with a_night(tmp_path, sqlite_database_url, STARTS) as night:
        await a_card(night)
        doors = Doors(night)
        night.expected_errors.update(KNOWN)
        _replace(tmp_path / "test.sqlite3")
        await is_stored(doors, night)
        await night.settles()
        assert doors.stored().count("SM01") == 1
        await night.nothing_waits()


def _replace(file: Path) -> None:
    copy_sqlite(file, file.with_name("backup"))
    for part in file.parent.glob(f"{file.name}-*"):
        part.unlink()
    file.with_name("backup").rename(file)


async def test_a_file_that_is_damaged(tmp_path: Path) -> None:
    """It is no reason to throw a text away either."""
    (tmp_path / "torn.sqlite3").write_bytes(b"SQLite format 3\x00" + b"\xff" * 8192)
    engine = sa.create_engine(sqlite_url(tmp_path / "torn.sqlite3"))
    with pytest.raises(sa.exc.DatabaseError) as raised, engine.connect() as connection:
        connection.exec_driver_sql("SELECT * FROM inbox")
    engine.dispose()
    assert is_away(raised.value)
    assert said_by(raised.value) in {"SQLITE_NOTADB", "SQLITE_CORRUPT"}


def _pragma(night: Night, pragma: str) -> None:
    assert night.sandbox.bot is not None
    connection = night.sandbox.bot.store.engine.raw_connection()
    try:
        connection.cursor().execute(f"PRAGMA {pragma}")
    finally:
        connection.close()


# --- PostgreSQL ------------------------------------------------------------------


@pytest.fixture(scope="module")
def own_server(postgres_on_demand: object) -> Iterator[Postgres]:
    """A server that a test may stop, freeze and kill."""
    server = Postgres()
    server.start()
    yield server
    server.stop()


@pytest.fixture
def own_url(own_server: Postgres) -> Iterator[str]:
    with own_server.database() as url:
        yield url


async def test_a_server_that_is_stopped(tmp_path: Path, own_server: Postgres, own_url: str) -> None:
    @contextlib.contextmanager
    def stopped() -> Iterator[None]:
        own_server.halt()
        yield
        own_server.restart()

    async with a_night(tmp_path, own_url, STARTS) as night:
        await survives(night, stopped)


async def test_a_server_that_says_nothing(
    tmp_path: Path, own_server: Postgres, own_url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """It is frozen, or the network has swallowed it: whoever waits is answered, and what was pressed may be done."""

    @contextlib.contextmanager
    def silent() -> Iterator[None]:
        with monkeypatch.context() as patched, own_server.frozen():
            patched.setattr("handlers.twilio.STORE_WITHIN", 1.0)
            patched.setattr("handlers.slack.app.STORE_WITHIN", 1.0)
            patched.setattr("handlers.slack.app.SAY_WITHIN", 2.0)
            patched.setattr("bot.app_watch.ANSWER_WITHIN", 0.8)
            patched.setattr("handlers.slack.interaction.ACK_WITHIN", 2.5)
            yield

    async with a_night(tmp_path, own_url, STARTS) as night:
        await survives(night, silent, "Det tar längre tid än vanligt")


@pytest.mark.parametrize("how", ["immediate", "fast", "terminate"])
async def test_a_server_that_throws_us_out(tmp_path: Path, own_server: Postgres, own_url: str, how: str) -> None:
    """Every connection is cut while texts pour in; the carrier comes again with what was not answered 200."""
    async with a_night(tmp_path, own_url, STARTS) as night:
        await a_card(night)
        doors = Doors(night)
        night.expected_errors.update(KNOWN | {"outcome_not_recorded"})
        sids = [f"SM{number:03}" for number in range(60)]

        async def comes_until_told(number: int, sid: str) -> None:
            await asyncio.sleep(number * 0.01)
            while (await doors.twilio(form(sid, BODY, from_=f"BANK{number % 7}"))).status != 200:  # noqa: ASYNC110
                await asyncio.sleep(0.1)

        async with asyncio.timeout(PATIENCE):
            carriers = [asyncio.create_task(comes_until_told(n, sid)) for n, sid in enumerate(sids)]
            await asyncio.sleep(0.2)
            await asyncio.to_thread(_throw_out, own_server, own_url, how)
            await asyncio.gather(*carriers)
        await _heals(night)
        assert set(sids) <= set(doors.stored())  # this server would rather not wait for its disk: we make it
        assert len(doors.stored()) == len(set(doors.stored()))
        assert not any("Traceback" in line.getMessage() for line in night.log_lines)


def _throw_out(server: Postgres, url: str, how: str) -> None:
    if how != "terminate":
        server.restart(how)
        return
    with psycopg.connect(url, autocommit=True) as connection:
        connection.execute(
            "SELECT pg_terminate_backend(pid) FROM pg_stat_activity "
            "WHERE datname = current_database() AND pid <> pg_backend_pid()"
        )


async def _heals(night: Night) -> None:
    """Nothing waits in the end, without anybody's help."""
    async with asyncio.timeout(PATIENCE):
        while True:
            with contextlib.suppress(Exception):
                await night.settles()
                await night.nothing_waits()
                return
            await asyncio.sleep(0.2)


@pytest.mark.parametrize(
    "state",
    ["42P01", "57P01", "57P02", "57P03", "57014", "53100", "53300", "25006", "25P03", "08006", "55P03", "XX001"],
)
def test_what_a_server_in_trouble_says_means_later(state: str) -> None:
    original = psycopg.errors.lookup(state)("secret")
    wrapped = sa.exc.DBAPIError.instance("SELECT", None, original, psycopg.Error)
    assert is_away(wrapped)
    assert "secret" not in said_by(wrapped)


def test_what_is_wrong_with_our_own_rows_or_statements_does_not() -> None:
    for state in ("23505", "22P02", "22021", "42601", "42703", "42804", "42883"):
        original = psycopg.errors.lookup(state)("secret")
        assert not is_away(sa.exc.DBAPIError.instance("SELECT", None, original, psycopg.Error))


@pytest.mark.parametrize(
    ("asked", "later"),
    [
        (sa.text("SELECT * FROM no_such_table"), True),
        (sa.text("SELECT no_such_column"), False),
        (sa.text("SELECT no_such_function(1)"), False),
        (sa.text("SELEC 1"), False),
        (sa.text("SELECT :what").bindparams(what=object()), False),
    ],
)
def test_sqlite_says_it_in_words(asked: sa.Executable, later: bool) -> None:
    with sa.create_engine("sqlite://").connect() as connection, pytest.raises(sa.exc.DBAPIError) as raised:
        connection.execute(asked)
    assert is_away(raised.value) is later


async def test_it_is_away_before_we_have_begun(tmp_path: Path) -> None:
    """The sentence is for whoever reads the service manager's log; tests/process/test_stop.py has the exit code."""
    (tmp_path / "torn.sqlite3").write_bytes(b"SQLite format 3\x00" + b"\xff" * 8192)
    with pytest.raises(DatabaseAway, match="Databasen går inte att nå"):
        migrate(sqlite_url(tmp_path / "torn.sqlite3"))
