"""The log says what happened and never to whom: not by care in each place, but by how a line is made.

A line of our own is structured: a constant event, with ids, counts and codes. A line of a library, at whatever level,
may hold anything (facts: slack, section 18; twilio, section 1). So of those we keep who said it, where in its code, and
the words that stand literally in that code. An exception is its kind and the way it came, without what it says.
"""

import functools
import json
import linecache
import logging
import sys
import threading
from collections.abc import Iterator, Mapping, MutableMapping
from pathlib import Path
from types import TracebackType
from typing import Any, Final

import structlog

from bot.clock import machine_now

log = structlog.get_logger(__name__)

QUIET: Final = (  # loggers that say what nobody needs to read
    "aiohttp.access",
    "alembic",
    "apscheduler",
    "slack_bolt",
    "slack_sdk",
    "twilio",
    "twilio.async_http_client",
)
SHORTEST_WORDS: Final = 12  # letters: something shorter may stand in the code by chance
MOST_CAUSES: Final = 10
MOST_FRAMES: Final = 40
PARTS_OF_PATH: Final = 3

Excepted = tuple[type[BaseException], BaseException, TracebackType | None] | tuple[None, None, None]


class Ours(str):
    """A line that we have made: it may be written as it is."""

    __slots__ = ()


def set_up_logging() -> None:
    """Structured lines on stderr. Nothing in them is about a person, at any level and whoever says it."""
    logging.setLogRecordFactory(safe_record)
    logging.basicConfig(level=logging.INFO, format="%(message)s")
    for name in QUIET:
        logging.getLogger(name).setLevel(logging.WARNING)
    structlog.configure(
        processors=[
            structlog.contextvars.merge_contextvars,
            structlog.stdlib.add_log_level,
            structlog.processors.TimeStamper(fmt="iso", utc=True),
            exception_without_words,
            structlog.processors.JSONRenderer(),
            _as_ours,
        ],
        logger_factory=structlog.stdlib.LoggerFactory(),
        wrapper_class=structlog.stdlib.BoundLogger,
    )


def log_crashes() -> None:
    """Have what nobody catches written as a line of the log: Python would print it with all that it holds."""

    def crashed(kind: type[BaseException], error: BaseException, trace: TracebackType | None) -> None:
        if not issubclass(kind, KeyboardInterrupt):
            log.critical("crashed", exception=way_of(error))

    def thread_crashed(args: threading.ExceptHookArgs) -> None:
        log.critical("thread_crashed", exception=way_of(args.exc_value))

    def not_raised(args: Any) -> None:  # in a destructor, where nobody can catch it
        log.error("crashed_at_the_end", exception=way_of(args.exc_value))

    sys.excepthook, threading.excepthook, sys.unraisablehook = crashed, thread_crashed, not_raised


def safe_record(
    name: str,
    level: int,
    pathname: str,
    line: int,
    message: object,
    args: Any,
    exc_info: Excepted | None,
    func: str | None = None,
    sinfo: str | None = None,
    **_: Any,
) -> logging.LogRecord:
    """Return what all handlers get of something that was logged: a line of ours, or the safe part of a foreign one."""
    said: object = message
    if not isinstance(message, Ours):
        said = json.dumps(_of_a_library(name, level, pathname, line, message, exc_info), ensure_ascii=False)
    return logging.LogRecord(name, level, pathname, line, said, (), None, func, None)


def _of_a_library(
    name: str, level: int, pathname: str, line: int, message: object, exc_info: Excepted | None
) -> dict[str, Any]:
    told: dict[str, Any] = {"event": "library", "logger": name, "at": f"{_short(pathname)}:{line}"}
    words = str(message) if isinstance(message, str) else ""
    if len(words) >= SHORTEST_WORDS and words in _source(pathname):
        told["said"] = words
    if exc_info and exc_info[1] is not None:
        told["exception"] = way_of(exc_info[1])
    return {**told, "level": logging.getLevelName(level).lower(), "timestamp": machine_now().isoformat()}


@functools.lru_cache(maxsize=256)
def _source(pathname: str) -> str:
    return "".join(linecache.getlines(pathname))


def exception_without_words(_: Any, __: str, event: MutableMapping[str, Any]) -> MutableMapping[str, Any]:
    """Replace `exc_info` by the kind of the exception and the way it came."""
    given = event.pop("exc_info", None)
    error = given if isinstance(given, BaseException) else sys.exc_info()[1] if given is True else None
    if isinstance(given, tuple):
        error = given[1]
    if error is not None:
        event["exception"] = way_of(error)
    return event


def _as_ours(_: Any, __: str, line: str | bytes | Mapping[str, Any]) -> Ours:
    return Ours(line)


def way_of(error: BaseException | None) -> list[dict[str, Any]]:
    """Return the kind of an exception and of what caused it, each with the lines of code that it came through.

    >>> [each["kind"] for each in way_of(ValueError("a name"))]
    ['ValueError']
    """
    return [{"kind": _kind(each), "frames": list(_frames(each.__traceback__))[-MOST_FRAMES:]} for each in _chain(error)]


def _chain(error: BaseException | None) -> list[BaseException]:
    """Return an exception, what is in its group, and what caused it, in that order and each once."""
    found: list[BaseException] = []
    waiting = [error]
    while waiting and len(found) < MOST_CAUSES:
        each = waiting.pop(0)
        if each is None or any(each is other for other in found):
            continue
        found.append(each)
        if isinstance(each, BaseExceptionGroup):
            waiting += each.exceptions
        waiting.append(each.__cause__ or (None if each.__suppress_context__ else each.__context__))
    return found


def _kind(error: BaseException) -> str:
    kind = type(error)
    return kind.__qualname__ if kind.__module__ == "builtins" else f"{kind.__module__}.{kind.__qualname__}"


def _frames(trace: TracebackType | None) -> Iterator[str]:
    while trace is not None:
        code = trace.tb_frame.f_code
        yield f"{_short(code.co_filename)}:{trace.tb_lineno} in {code.co_name}"
        trace = trace.tb_next


def _short(pathname: str) -> str:
    return "/".join(Path(pathname).parts[-PARTS_OF_PATH:])
