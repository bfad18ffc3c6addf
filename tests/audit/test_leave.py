"""Once a day the newest hash leaves the machine; and the command that compares with it."""

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from typing import Any

import click
import pytest
import sqlalchemy as sa
from click.testing import CliRunner, Result
from structlog.testing import capture_logs

from bot.cli_audit import BROKEN, register
from bot.domain.outbound import OutboxKind
from bot.services.audit.leave import leave_hash, next_leaving
from bot.services.context import Context
from scheduler.ticks import audit_tick
from storage.tables import OutboxRow
from tests.acceptance.night import NORRVIK, a_night, local_time
from tests.audit.given import Log, with_folder
from tests.watch.given import ALERTS, CHANNEL

DAY = timedelta(days=1)


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    made = tmp_path / "utanför"
    made.mkdir()
    return made


@pytest.fixture
def run(log: Log) -> Callable[..., Result]:
    """Run `audit verify`, in a thread of its own as a command would."""

    @asynccontextmanager
    async def open_context() -> AsyncIterator[Context]:
        yield log.ctx

    cli = click.Group()
    register(cli, open_context)
    return lambda *arguments: CliRunner().invoke(cli, ["audit", "verify", *arguments])


def files_in(folder: Path) -> list[Path]:
    return sorted(folder.iterdir())


async def test_the_hash_leaves_once_a_day_and_not_at_night(log: Log, folder: Path) -> None:
    ctx = with_folder(log.ctx, folder)
    await log.grows()  # 22.17 on a Friday
    assert await leave_hash(ctx=ctx)
    assert not await leave_hash(ctx=ctx)

    await log.grows()
    log.clock.passes(timedelta(hours=8))  # 06.20
    assert not await leave_hash(ctx=ctx)
    log.clock.passes(timedelta(hours=1))
    assert await leave_hash(ctx=ctx)

    first, second = files_in(folder)
    assert [first.name, second.name] == ["atkomstlogg-2026-11-20.txt", "atkomstlogg-2026-11-21.txt"]
    segments = await log.store.read(lambda tx: tx.seals.segments(0, 9))
    assert first.read_text() == f"2026-11-20 segment 1 rader 3 sha256 {segments[0].hash}\n"
    assert segments[1].hash in second.read_text()


async def test_a_day_without_a_log_says_nothing(log: Log, folder: Path) -> None:
    assert not await leave_hash(ctx=with_folder(log.ctx, folder))
    assert files_in(folder) == []


async def test_a_folder_that_was_away_is_made_up_for_and_no_file_is_written_over(log: Log, folder: Path) -> None:
    ctx = with_folder(log.ctx, folder)
    await log.grows()
    away = await asyncio.to_thread(folder.rename, folder.with_name("bortkopplad"))
    assert await leave_hash(ctx=ctx)
    await asyncio.to_thread(away.rename, folder)
    log.clock.passes(DAY)
    await log.grows()
    assert await leave_hash(ctx=ctx)
    assert len(files_in(folder)) == 2

    kept = folder / "atkomstlogg-2026-11-20.txt"
    kept.write_text("något annat")
    await leave_hash(ctx=ctx)
    assert kept.read_text() == "något annat"


async def test_it_is_known_when_the_next_one_leaves(log: Log, folder: Path) -> None:
    at = local_time("2026-11-20 06:59")
    nowhere = replace(log.ctx, rules=replace(log.ctx.rules, alert_channel=""))
    assert next_leaving(nowhere, at) is None
    ctx = with_folder(log.ctx, folder)
    assert next_leaving(ctx, at) == local_time("2026-11-20 07:00")
    assert next_leaving(ctx, local_time("2026-11-20 07:00")) == local_time("2026-11-21 07:00")
    assert next_leaving(log.ctx, at) is not None  # it has an alert channel


async def test_two_instances_log_and_post_once(log: Log, folder: Path) -> None:
    ctx = with_folder(log.ctx, folder, channel="C0DRIFT")
    await log.grows()
    with capture_logs() as lines:
        await leave_hash(ctx=ctx)
        await leave_hash(ctx=ctx)

    newest = await log.store.read(lambda tx: tx.seals.newest())
    assert newest is not None
    assert [(line["day"], line["segment"], line["count"], line["hash"]) for line in lines] == [
        ("2026-11-20", 1, 3, newest.hash)
    ]
    table: sa.Table = OutboxRow.__table__  # type: ignore[attr-defined]
    with log.store.engine.connect() as connection:
        rows = connection.execute(sa.select(table.c.kind, table.c.payload)).all()
    assert [tuple(row) for row in rows] == [(OutboxKind.ALERT.value, {"audit_day": "2026-11-20"})]


async def test_what_has_left_can_be_given_to_the_command(
    log: Log, folder: Path, run: Callable[..., Result], tmp_path: Path
) -> None:
    await log.grows()
    await leave_hash(ctx=with_folder(log.ctx, folder))
    [file] = files_in(folder)
    [segment] = await log.store.read(lambda tx: tx.seals.segments(0, 9))

    for given in (str(folder), str(file), segment.hash, segment.hash.upper()):
        done = await _in_thread(run, "--against", given)
        assert done.exit_code == 0, done.output
        assert "Loggen är hel: 3 rader i 1 segment stämmer." in done.output
        assert "1 hashar som har lämnat datorn finns i loggen." in done.output

    other = await _in_thread(run, "--against", "f" * 64)
    assert other.exit_code == BROKEN
    assert f"Hashen {'f' * 64} finns inte i loggen" in other.output

    (tmp_path / "tom.txt").write_text("inget här")
    for given in ("finns-inte.txt", str(tmp_path / "tom.txt")):
        assert (await _in_thread(run, "--against", given)).exit_code == 2


async def test_the_command_says_where_and_from_when(log: Log, folder: Path, run: Callable[..., Result]) -> None:
    await log.grows()
    await log.grows()
    await leave_hash(ctx=with_folder(log.ctx, folder))
    log.executes("UPDATE audit SET actor = 's2' WHERE id = 5")
    log.executes("DELETE FROM audit WHERE id = 1")

    done = await _in_thread(run)

    assert done.exit_code == BROKEN
    assert "Segment 1 (2026-11-20 22.15 till 2026-11-20 22.17): 1 rader saknas." in done.output
    assert "Segment 2 (2026-11-20 22.18 till 2026-11-20 22.20): minst en rad är ändrad" in done.output

    log.executes("DELETE FROM audit WHERE id > 3")
    log.executes("DELETE FROM audit_segment WHERE number = 2")
    cut = await _in_thread(run, "--against", str(folder))
    assert "från 2026-11-20 (segment 2) finns inte i loggen: slutet av loggen är borttaget" in cut.output


async def _in_thread(run: Callable[..., Result], *arguments: str) -> Result:

    return await asyncio.to_thread(run, *arguments)


async def test_the_channel_has_the_hash_in_the_morning(tmp_path: Path, database_url: str) -> None:
    async with a_night(tmp_path, database_url, "2026-11-20 18:00", settings=ALERTS) as night:
        night.sandbox.slack.add_channel(CHANNEL, "drift", [])
        anna = await night.hires("Anna Ek", NORRVIK)
        night.opens_channels()
        await night.on_beredskap(anna, "2026-11-20 17:00", "2026-11-21 17:00")
        youth, _ = await night.enrols("Ture Lund", "+46701740605", NORRVIK)
        await youth.texts("kan nån ringa")
        await anna.opens()
        await anna.closes_modal()

        await night.clock_reaches("2026-11-21 07:01")

        posts = [said for said in night.messages(CHANNEL) if "Åtkomstloggens hash" in said.words]
        assert [said.words.split(",")[0] for said in posts][-1].startswith("🔒 Åtkomstloggens hash 2026-11-21: segment")
        days: list[Any] = night.rows(sa.text("SELECT day, hash FROM audit_day ORDER BY day"))  # type: ignore[arg-type]
        assert [row.day for row in days] == ["2026-11-21"]
        assert all(row.hash in "".join(said.words for said in posts) for row in days)
        assert night.sandbox.bot is not None
        await audit_tick(night.sandbox.bot.ctx)
        assert len([said for said in night.messages(CHANNEL) if "Åtkomstloggens hash" in said.words]) == 1
