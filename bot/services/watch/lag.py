"""How late the event loop is: whatever blocks it blocks every text and every click."""

import asyncio
from collections import deque
from typing import Final

from bot.services.watch.observer import Observer

EVERY: Final = 0.5  # seconds
REMEMBERED: Final = 60  # measurements: half a minute


class LoopLag:
    """Measures how much later than asked the loop wakes us."""

    def __init__(self, observer: Observer) -> None:
        self._observer = observer
        self._late: deque[float] = deque(maxlen=REMEMBERED)
        self._task: asyncio.Task[None] | None = None

    @property
    def worst(self) -> float:
        """The longest delay of the last half minute, in seconds."""
        return max(self._late, default=0.0)

    def start(self) -> None:
        self._task = asyncio.create_task(self._measure(), name="loop lag")

    async def stop(self) -> None:
        if self._task is not None:
            self._task.cancel()
            await asyncio.gather(self._task, return_exceptions=True)

    async def _measure(self) -> None:
        loop = asyncio.get_running_loop()
        while True:
            asked = loop.time()
            await asyncio.sleep(EVERY)
            late = max(0.0, loop.time() - asked - EVERY)
            self._late.append(late)
            self._observer.lagged(late)
