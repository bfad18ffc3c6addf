"""The database itself refuses that a row of the log is changed or deleted, but by decision."""

from datetime import timedelta

import pytest
import sqlalchemy as sa
from sqlalchemy.exc import DatabaseError

from tests.audit.given import Log


@pytest.mark.parametrize(
    "statement",
    [
        "UPDATE audit SET actor = 's2' WHERE id = 1",
        "UPDATE audit SET actor = 's2' WHERE id = 4",
        "DELETE FROM audit WHERE id = 1",
        "DELETE FROM audit WHERE id = 4",
        "UPDATE audit_segment SET hash = 'x'",
        "UPDATE audit_segment SET last_id = 2",
        "UPDATE audit_segment SET released_by = 'beslut', count = 2",
        "DELETE FROM audit_segment",
    ],
)
async def test_no_row_is_changed_or_deleted_sealed_or_not(log: Log, statement: str) -> None:
    await log.grows()
    await log.grows(1, seals=False)

    with pytest.raises(DatabaseError, match="append-only"):
        log.executes(statement, unguarded=False)

    assert len(log.rows("SELECT id FROM audit")) == 4
    assert await log.flaws() == []


async def test_what_has_been_released_may_go_and_nothing_takes_that_back(log: Log) -> None:
    await log.grows()
    await log.grows()
    assert log.executes("UPDATE audit_segment SET released_by = 'KS 1' WHERE number = 1", unguarded=False) == 1
    assert log.executes("DELETE FROM audit WHERE id <= 3", unguarded=False) == 3

    for statement in (
        "DELETE FROM audit WHERE id = 4",
        "UPDATE audit_segment SET released_by = NULL WHERE number = 1",
        "UPDATE audit_segment SET released_by = 'KS 2' WHERE number = 1",
    ):
        with pytest.raises(DatabaseError, match="append-only"):
            log.executes(statement, unguarded=False)


async def test_nothing_younger_than_decided_is_released(log: Log) -> None:
    await log.grows()
    oldest = await log.store.read(lambda tx: tx.seals.oldest_after(0))
    assert oldest is not None
    late = oldest + timedelta(minutes=2)  # when the newest of its rows was written
    assert await log.store.write(lambda tx: tx.seals.release(late, "KS 1", 10)) == 0
    assert await log.store.write(lambda tx: tx.seals.release(late + timedelta(seconds=1), "KS 1", 10)) == 3


@pytest.mark.parametrize("database_url", ["postgres"], indirect=True)
@pytest.mark.parametrize("table", ["audit", "audit_segment"])
async def test_postgres_truncates_neither(log: Log, table: str) -> None:
    await log.grows()
    with pytest.raises(DatabaseError, match="append-only"):
        log.executes(f"TRUNCATE {table}", unguarded=False)


async def test_the_guards_are_there_after_the_last_migration(log: Log) -> None:
    """A batch migration of SQLite copies the table, and leaves its triggers behind."""
    query = (
        "SELECT tgname FROM pg_trigger WHERE NOT tgisinternal"
        if log.store.engine.dialect.name == "postgresql"
        else "SELECT name FROM sqlite_master WHERE type = 'trigger'"
    )
    with log.store.engine.connect() as connection:
        found = set(connection.execute(sa.text(query)).scalars())
    wanted = {f"{table}_no_{what}" for table in ("audit", "audit_segment") for what in ("update", "delete")}
    assert wanted <= found
