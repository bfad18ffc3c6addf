"""A few threads that run transactions, the most urgent first.

Transactions are plain functions: the event loop never waits inside one, and on SQLite the one thread
here is the one writer that owns all writes.
"""

import threading
import time
from collections import deque
from collections.abc import Callable
from concurrent.futures import Future
from dataclasses import dataclass, field
from typing import Any, Final, TypeVar

T = TypeVar("T")

INGEST: Final = 0  # a webhook is waiting for its 200
ORDINARY: Final = 1
CLOSE_WITHIN: Final = 3.0  # seconds


@dataclass(slots=True)
class _Job:
    work: Callable[[], Any]
    result: "Future[Any]" = field(default_factory=Future)


class Threads:
    """Run jobs in `count` threads; `close` waits for those that have begun.

    Urgent jobs go first, but never two in a row while others wait: a flood of webhooks must not keep what has come in
    from being answered.
    """

    def __init__(self, name: str, count: int) -> None:
        self._urgent: deque[_Job] = deque()
        self._others: deque[_Job] = deque()
        self._is_others_turn = False
        self._is_closing = False
        self._change = threading.Condition()
        self._threads = [threading.Thread(target=self._run, name=f"{name} {n}", daemon=True) for n in range(count)]
        for thread in self._threads:
            thread.start()

    def submit(self, work: Callable[[], T], priority: int = ORDINARY) -> "Future[T]":
        job = _Job(work)
        with self._change:
            (self._urgent if priority == INGEST else self._others).append(job)
            self._change.notify()
        return job.result

    def close(self, within: float = CLOSE_WITHIN) -> bool:
        """Do what has been handed in, and end. False when some of it hangs: that is left behind after `within` s."""
        with self._change:
            self._is_closing = True
            self._change.notify_all()
        until = time.monotonic() + within
        for thread in self._threads:
            thread.join(max(0.0, until - time.monotonic()))
        return not any(thread.is_alive() for thread in self._threads)

    def _next(self) -> _Job | None:
        with self._change:
            while not (self._urgent or self._others):
                if self._is_closing:
                    return None
                self._change.wait()
            if self._urgent and not (self._is_others_turn and self._others):
                self._is_others_turn = True
                return self._urgent.popleft()
            self._is_others_turn = False
            return self._others.popleft()

    def _run(self) -> None:
        while (job := self._next()) is not None:
            if not job.result.set_running_or_notify_cancel():
                continue
            try:
                job.result.set_result(job.work())
            except BaseException as error:  # it belongs to whoever waits for the result
                job.result.set_exception(error)
            del job  # an idle thread keeps nothing of what it last did
