"""What a library or an exception says of somebody never becomes a line of the log: by how a line is made."""

import asyncio
import json
import logging
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import structlog
from hypothesis import given
from hypothesis import strategies as st

from bot.logs import SHORTEST_WORDS, safe_record, set_up_logging, way_of

PLANTED = " ".join(["Nova", "Berg", "på", "+46701740605", "skrev:", "jag", "är", "rädd"])  # nowhere in any source
LEVELS = (logging.DEBUG, logging.INFO, logging.WARNING, logging.ERROR, logging.CRITICAL)
LIBRARIES = (
    "aiohttp.access", "aiohttp.server", "apscheduler.scheduler", "asyncio", "concurrent.futures", "psycopg",
    "py.warnings", "slack_bolt.AsyncApp", "slack_sdk.web.async_base_client", "sqlalchemy.engine.Engine",
    "sqlalchemy.pool", "twilio.http_client", "a.library.of.tomorrow",
)  # fmt: skip


class Kept(logging.Handler):
    """Keeps all that any handler could make of a record."""

    def __init__(self) -> None:
        super().__init__(logging.DEBUG)
        self.lines: list[str] = []
        self.given: list[str] = []

    def emit(self, record: logging.LogRecord) -> None:
        self.lines.append(record.getMessage())
        self.given.append(logging.Formatter().format(record) + str(record.__dict__))


@pytest.fixture
def kept() -> Iterator[Kept]:
    set_up_logging()
    handler, root = Kept(), logging.getLogger()
    before = root.level
    root.addHandler(handler)
    root.setLevel(logging.DEBUG)
    yield handler
    root.removeHandler(handler)
    root.setLevel(before)


def heard(name: str) -> logging.Logger:
    logger = logging.getLogger(name)
    logger.setLevel(logging.DEBUG)
    return logger


@pytest.mark.parametrize("level", LEVELS, ids=logging.getLevelName)
@pytest.mark.parametrize("name", LIBRARIES)
def test_no_library_can_say_it(kept: Kept, name: str, level: int) -> None:
    """In the words, between them, as an argument, in an exception, in what it stands on."""
    logger = heard(name)
    logger.log(level, PLANTED[:])
    logger.log(level, f"Sending {PLANTED}")
    logger.log(level, "Received %s from %r", PLANTED, {"body": PLANTED})
    logger.log(level, {"text": PLANTED})
    logger.log(level, ValueError(PLANTED))
    try:
        raise KeyError(PLANTED) from ValueError(PLANTED)
    except KeyError as error:
        error.add_note(PLANTED)
        logger.log(level, "It went wrong", exc_info=True, stack_info=True)
        logger.log(level, "It went wrong: %s", error, exc_info=error)
    assert len(kept.given) == 7
    for line in kept.given:
        for word in ("46701740605", "rädd", "Nova", "Berg"):
            assert word not in line
    assert [json.loads(line)["logger"] for line in kept.lines] == [name] * 7
    assert all("tests/edge/test_logs.py:" in json.loads(line)["at"] for line in kept.lines)


def test_the_words_of_the_code_are_kept(kept: Kept) -> None:
    """They help whoever reads the log, and cannot be about anybody."""
    heard("a.library").warning("Rate limited, waiting %s seconds", PLANTED)
    heard("a.library").warning("short")
    assert [json.loads(line).get("said") for line in kept.lines] == ["Rate limited, waiting %s seconds", None]


@given(st.text(min_size=1, max_size=60))
def test_what_people_write_is_not_in_the_code(said: str) -> None:
    record = safe_record("slack_sdk", logging.DEBUG, __file__, 1, said, (), None)
    told = json.loads(record.getMessage())
    assert "said" not in told or (len(said) >= SHORTEST_WORDS and said in Path(__file__).read_text(encoding="utf-8"))


def test_our_own_line_keeps_its_ids_and_loses_the_words_of_an_exception(kept: Kept) -> None:
    log = structlog.get_logger("handlers.something")
    try:
        raise RuntimeError(PLANTED) from ExceptionGroup(PLANTED, [ValueError(PLANTED)])
    except RuntimeError:
        log.exception("it_failed", inbox_id=7)
    told = json.loads(kept.lines[0])
    assert (told["event"], told["inbox_id"], told["level"]) == ("it_failed", 7, "error")
    assert [each["kind"] for each in told["exception"]] == ["RuntimeError", "ExceptionGroup", "ValueError"]
    assert told["exception"][0]["frames"][0].startswith("tests/edge/test_logs.py:")
    assert PLANTED not in kept.lines[0] + kept.given[0]


def test_a_chain_that_bites_its_tail_ends() -> None:
    first, second = ValueError(), KeyError()
    first.__cause__, second.__cause__ = second, first
    assert [each["kind"] for each in way_of(first)] == ["ValueError", "KeyError"]


async def test_a_task_that_nobody_waits_for(kept: Kept) -> None:
    """asyncio tells of it with the whole exception, and with what the task was made of."""

    async def fails(_: str) -> None:
        raise RuntimeError(PLANTED)

    task = asyncio.get_running_loop().create_task(fails(PLANTED), name=PLANTED)
    await asyncio.wait([task])
    asyncio.get_running_loop().call_exception_handler({"message": PLANTED, "task": task, "exception": task.exception()})
    told = [json.loads(line) for line in kept.lines if json.loads(line)["logger"] == "asyncio"]
    assert told[-1]["exception"][0]["kind"] == "RuntimeError"
    assert PLANTED not in str(kept.given)


CRASH: dict[str, str] = {
    "in the open": "raise RuntimeError(planted) from ValueError(planted)",
    "in a thread": "t = threading.Thread(target=fails); t.start(); t.join()",
    "in a destructor": "Dies(); import gc; gc.collect()",
    "in the loop": "asyncio.run(coroutine())",
}
PROGRAM = """
import asyncio, os, threading
from bot.logs import log_crashes, set_up_logging
set_up_logging()
log_crashes()
planted = os.environ["PLANTED"]
def fails(): raise RuntimeError(planted)
async def coroutine(): fails()
class Dies:
    def __del__(self): fails()
"""


@pytest.mark.parametrize("where", CRASH)
def test_a_crash_prints_nothing_that_it_held(where: str) -> None:
    ran = subprocess.run(
        [sys.executable, "-c", PROGRAM + CRASH[where]],
        env={"PLANTED": PLANTED, "PYTHONPATH": str(Path(__file__).parents[2])},
        capture_output=True,
        text=True,
        check=False,
    )
    assert PLANTED not in ran.stdout + ran.stderr
    told: dict[str, Any] = json.loads(ran.stderr.strip().splitlines()[-1])
    assert told["exception"][0]["kind"] == "RuntimeError"
    assert "Traceback" not in ran.stderr
