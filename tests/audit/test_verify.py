"""Whoever changes the log is found out: what was edited, swapped, put in, taken out or cut off, and where."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.domain.audit import NOTHING_BEFORE, Logged, canonical, hash_of, sealed
from bot.services.audit.seal import seal_audit
from bot.services.audit.verify import PATIENCE, Expected, Flaw, verify_audit
from tests.audit.given import Log, an_entry


@pytest.fixture
async def three(log: Log) -> Log:
    """Three segments of three rows."""
    for _ in range(3):
        await log.grows()
    return log


async def test_a_log_that_nobody_has_touched_is_whole(three: Log) -> None:
    found = await verify_audit([], ctx=three.ctx)

    assert found.wrong == ()
    assert (found.segments, found.rows, found.waiting) == (3, 9, 0)
    assert found.newest is not None
    assert found.newest.number == 3


async def test_an_empty_log_is_whole(log: Log) -> None:
    found = await verify_audit([], ctx=log.ctx)
    assert (found.wrong, found.newest) == ((), None)


@pytest.mark.parametrize(
    "change",
    [
        "actor = 's2'",
        "act = 'reply'",
        "subject = 'conversation:c2'",
        "namnd = 'sodermark'",
        "namnd = NULL",
        "world = 'myndighet'",
        "world = 'elsewhere'",
        "ground = 'leader'",
        "is_allowed = false",
        """details = '{"count": 2, "ok": true, "na": null}'""",
        "details = '{}'",
        "at = '2026-11-20 21:00:00.000000+00:00'",
    ],
)
async def test_every_column_of_a_row_is_under_the_seal(three: Log, change: str) -> None:
    assert three.executes(f"UPDATE audit SET {change} WHERE id = 5") == 1  # noqa: S608 - ours
    assert await three.flaws() == [(Flaw.CHANGED, 2)]


async def test_rows_that_have_changed_places(three: Log) -> None:
    """Within a segment, and between two."""
    three.executes("UPDATE audit SET id = CASE id WHEN 1 THEN -2 WHEN 2 THEN -1 END WHERE id IN (1, 2)")
    three.executes("UPDATE audit SET id = -id WHERE id < 0")
    assert await three.flaws() == [(Flaw.CHANGED, 1)]

    three.executes("UPDATE audit SET id = CASE id WHEN 4 THEN -9 WHEN 9 THEN -4 END WHERE id IN (4, 9)")
    three.executes("UPDATE audit SET id = -id WHERE id < 0")
    assert await three.flaws() == [(Flaw.CHANGED, 1), (Flaw.CHANGED, 2), (Flaw.CHANGED, 3)]


async def test_rows_that_are_gone_or_too_many(three: Log) -> None:
    three.executes("DELETE FROM audit WHERE id IN (4, 5)")
    [gone] = (await verify_audit([], ctx=three.ctx)).wrong
    assert (gone.flaw, gone.number, gone.count) == (Flaw.FEWER, 2, 2)

    three.executes(
        "INSERT INTO audit (id, at, actor, act, subject, is_allowed, ground, details) "
        "SELECT 0, at, actor, act, subject, is_allowed, ground, details FROM audit WHERE id = 1"
    )
    assert await three.flaws() == [(Flaw.MORE, 1), (Flaw.FEWER, 2)]  # it stands before everything

    three.executes("UPDATE audit SET id = 5 WHERE id = 0")
    assert await three.flaws() == [(Flaw.FEWER, 2)]
    three.executes("UPDATE audit SET id = 4 WHERE id = 3")
    assert await three.flaws() == [(Flaw.FEWER, 1), (Flaw.CHANGED, 2)]


async def test_a_row_put_between_two_segments(log: Log) -> None:
    await log.grows()
    await log.store.write(lambda tx: tx.audit.record_all([an_entry()] * 3))
    log.executes("DELETE FROM audit WHERE id = 4")  # an id that was never committed leaves a gap
    assert await seal_audit(ctx=log.ctx) == 1
    assert await log.flaws() == []

    log.executes(
        "INSERT INTO audit (id, at, actor, act, subject, is_allowed, ground, details) "
        "SELECT 4, at, actor, act, subject, is_allowed, ground, details FROM audit WHERE id = 1"
    )
    assert await log.flaws() == [(Flaw.MORE, 2)]


async def test_a_segment_that_is_gone_with_its_rows(three: Log) -> None:
    three.executes("DELETE FROM audit WHERE id BETWEEN 4 AND 6")
    three.executes("DELETE FROM audit_segment WHERE number = 2")

    [gone] = (await verify_audit([], ctx=three.ctx)).wrong

    assert (gone.flaw, gone.number, gone.last_number) == (Flaw.MISSING, 2, 2)
    assert gone.since is not None
    assert gone.until is not None
    assert gone.since < gone.until


async def test_the_first_segments_are_gone(three: Log) -> None:
    three.executes("DELETE FROM audit WHERE id < 7")
    three.executes("DELETE FROM audit_segment WHERE number < 3")
    assert await three.flaws() == [(Flaw.MISSING, 1)]


async def test_a_segment_made_anew_over_edited_rows_does_not_join_the_next(three: Log) -> None:
    three.executes("UPDATE audit SET actor = 's2' WHERE id = 5")
    first, second, _ = await three.store.read(lambda tx: tx.seals.segments(0, 9))
    rows = await three.store.read(lambda tx: tx.seals.rows(3, 6, 9))
    forged = hash_of(second, rows)
    three.executes(f"UPDATE audit_segment SET hash = '{forged}' WHERE number = 2")  # noqa: S608 - ours

    assert await three.flaws() == [(Flaw.UNLINKED, 3)]
    assert first.previous == NOTHING_BEFORE


async def test_a_tail_that_is_cut_off_shows_against_what_has_left(three: Log) -> None:
    newest = await three.store.read(lambda tx: tx.seals.newest())
    assert newest is not None
    three.executes("DELETE FROM audit WHERE id > 6")
    three.executes("DELETE FROM audit_segment WHERE number = 3")

    assert await three.flaws() == []
    assert await three.flaws(Expected(newest.hash, "2026-11-20", 3)) == [(Flaw.UNKNOWN, 3)]


async def test_a_chain_made_anew_from_the_edit_on_shows_against_what_has_left(three: Log) -> None:
    """Whoever owns the database can make every segment anew: nothing in it shows that, but the hash outside does."""
    newest = await three.store.read(lambda tx: tx.seals.newest())
    assert newest is not None
    three.executes("UPDATE audit SET actor = 's2' WHERE id = 5")
    three.executes("DELETE FROM audit_segment WHERE number > 1")
    assert await seal_audit(ctx=three.ctx) == 1

    assert await three.flaws() == []
    assert await three.flaws(Expected(newest.hash)) == [(Flaw.UNKNOWN, 0)]


async def test_what_has_not_been_sealed_for_an_hour_is_told_of(log: Log) -> None:
    await log.grows(seals=False)
    assert await log.flaws() == []
    log.clock.passes(PATIENCE)
    [old] = (await verify_audit([], ctx=log.ctx)).wrong
    assert (old.flaw, old.count) == (Flaw.UNSEALED, 3)

    assert await seal_audit(ctx=log.ctx) == 1
    assert await log.flaws() == []


async def test_released_rows_leave_a_chain_that_holds(three: Log) -> None:
    """Only whole segments go, the oldest first, and none that holds a row that is younger than was decided."""
    second = (await three.store.read(lambda tx: tx.seals.segments(1, 1)))[0]
    assert await three.store.write(lambda tx: tx.seals.release(second.last_at, "KS 2026/1", 10)) == 3
    assert await three.store.write(lambda tx: tx.seals.release(second.last_at, "KS 2026/1", 10)) == 0

    found = await verify_audit([], ctx=three.ctx)
    assert (found.wrong, found.released, found.rows) == ((), {"KS 2026/1": 1}, 6)

    three.executes("DELETE FROM audit WHERE id = 4")
    assert await three.flaws() == [(Flaw.FEWER, 2)]


AT = datetime(2026, 10, 25, 0, 30, tzinfo=UTC)
codes = st.text(max_size=8)
logged = st.builds(
    Logged,
    id=st.integers(1, 9),
    at=st.integers(0, 10**9).map(lambda us: AT + timedelta(microseconds=us)),
    actor=codes,
    act=codes,
    subject=codes,
    namnd=st.none() | codes,
    world=st.sampled_from([None, "beredskap", "myndighet"]),
    is_allowed=st.booleans(),
    ground=codes,
    details=st.dictionaries(codes, st.none() | st.booleans() | st.integers(-9, 9) | codes, max_size=3),
)


@given(logged, logged)
def test_two_rows_are_the_same_bytes_only_when_they_are_the_same_row(one: Logged, other: Logged) -> None:
    """Text that looks like a border between columns is quoted; 1 and True, None and "" are told apart."""
    same = repr(one) == repr(other) or (
        repr(dict(sorted(one.details.items()))) == repr(dict(sorted(other.details.items())))
        and (one.id, one.at, one.actor, one.act, one.subject)
        == (other.id, other.at, other.actor, other.act, other.subject)
        and (one.namnd, one.world, one.is_allowed, one.ground)
        == (other.namnd, other.world, other.is_allowed, other.ground)
    )
    assert (canonical(one) == canonical(other)) == same


@given(st.lists(logged, min_size=1, max_size=4))
def test_what_a_segment_says_of_itself_is_under_the_seal(rows: list[Logged]) -> None:

    made = sealed(rows, None, AT)
    for change in ({"number": 2}, {"previous": "1" * 64}, {"sealed_at": AT + timedelta(seconds=1)}, {"count": 9}):
        assert hash_of(replace(made, **change), rows) != made.hash
    assert hash_of(made, rows) == made.hash


def test_the_bytes_of_a_row_never_change() -> None:
    """Whoever wants to check a log of years ago needs the same bytes then."""
    row = Logged(7, AT, "å", "read", "youth:1", None, "beredskap", True, "x", {"b": 1, "a": None})
    assert canonical(row) == (
        b'[7,"2026-10-25T00:30:00.000000+00:00","\\u00e5","read","youth:1",null,"beredskap",true,"x",'
        b'{"a":null,"b":1}]\n'
    )
    assert sealed([row], None, AT).hash == "1993378f06367b5c4b8e2905a3179d8364ff42fe00b274af39f593526f7c6022"
