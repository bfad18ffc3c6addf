"""A few threads that run transactions, the most urgent first.

Transactions are plain functions: the event loop never waits inside one, and on SQLite the one thread
here is the one writer that owns all writes.
"""

import itertools
import queue
import threading
from collections.abc import Callable
from concurrent.futures import Future
from dataclasses import dataclass, field
from typing import Any, Final, TypeVar

T = TypeVar("T")

INGEST: Final = 0  # a webhook is waiting for its 200
ORDINARY: Final = 1


@dataclass(order=True)
class _Job:
    priority: int
    number: int
    work: Callable[[], Any] | None = field(compare=False)
    result: "Future[Any]" = field(compare=False)


class Threads:
    """Run jobs in `count` threads; `close` waits for those that have begun."""

    def __init__(self, name: str, count: int) -> None:
        self._jobs: queue.PriorityQueue[_Job] = queue.PriorityQueue()
        self._numbers = itertools.count()
        self._threads = [threading.Thread(target=self._run, name=f"{name} {n}", daemon=True) for n in range(count)]
        for thread in self._threads:
            thread.start()

    def submit(self, work: Callable[[], T], priority: int = ORDINARY) -> "Future[T]":
        result: Future[T] = Future()
        self._jobs.put(_Job(priority, next(self._numbers), work, result))
        return result

    def close(self) -> None:
        for _ in self._threads:
            self._jobs.put(_Job(ORDINARY + 1, next(self._numbers), None, Future()))
        for thread in self._threads:
            thread.join()

    def _run(self) -> None:
        while True:
            job = self._jobs.get()
            if job.work is None:
                return
            if not job.result.set_running_or_notify_cancel():
                continue
            try:
                job.result.set_result(job.work())
            except BaseException as error:  # it belongs to whoever waits for the result
                job.result.set_exception(error)
