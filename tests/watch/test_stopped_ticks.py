"""A stop in the middle of a tick is no failure: the log of a night should hold none that nobody has to look at."""

import asyncio
import logging
from pathlib import Path

import pytest
from structlog.testing import capture_logs

from bot.services.context import Context
from scheduler.ticks import Ticker
from storage.store import SqlStore
from tests.frozen import FrozenClock
from tests.watch.given import a_program


async def test_a_tick_that_is_stopped_is_not_told_of_as_an_error(
    store: SqlStore, clock: FrozenClock, tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.INFO)
    begun, ended = asyncio.Event(), asyncio.Event()

    async def hanging_tick(ctx: Context) -> None:
        begun.set()
        try:
            await asyncio.Event().wait()
        finally:
            ended.set()

    ticker = Ticker(a_program(store, clock, tmp_path).ctx)
    with capture_logs() as said:
        ticker.start()
        ticker.soon(hanging_tick)
        await begun.wait()
        ticker.stop()
        await ended.wait()
        await asyncio.sleep(0)  # the scheduler hears of it in the next turn of the loop

    assert [(line["event"], line["log_level"]) for line in said] == [("tick_broken_off", "info")]
    assert [record.getMessage() for record in caplog.records if record.levelno >= logging.WARNING] == []
