"""Binds listeners so that none is lost: Bolt keeps only a weak hold of what it runs after the acknowledgement,
and cancels it at SIGTERM (facts: slack, section 5, B10 and B11). Here each runs in a task that we hold and drain.
"""

import asyncio
import functools
from collections.abc import Awaitable, Callable
from typing import Any, TypeVar

import structlog
from slack_bolt.async_app import AsyncApp

log = structlog.get_logger(__name__)

Listener = TypeVar("Listener", bound=Callable[..., Awaitable[Any]])


class Background:
    """Tasks that are under way, held until they are done."""

    def __init__(self) -> None:
        self._tasks: set[asyncio.Task[Any]] = set()

    def held(self, listener: Listener) -> Listener:
        """Return the same listener, which now runs to its end whatever happens to whoever waits for it."""

        @functools.wraps(listener)  # Bolt reads the names of the arguments through it
        async def run(*args: Any, **kwargs: Any) -> Any:
            task = asyncio.ensure_future(listener(*args, **kwargs))
            self._tasks.add(task)
            task.add_done_callback(self._tasks.discard)
            return await asyncio.shield(task)

        return run  # type: ignore[return-value]

    async def quiet(self) -> None:
        """Return when nothing is under way."""
        while self._tasks:
            await asyncio.wait(self._tasks)

    async def drain(self, within: float) -> None:
        """Let what is under way finish within so many seconds; the rest is cancelled."""
        if not self._tasks:
            return
        _, late = await asyncio.wait(self._tasks, timeout=within)
        if late:
            log.warning("listeners_cut_off", count=len(late))
        for task in late:
            task.cancel()


class Listeners:
    """The part of AsyncApp that the modules here need, with every listener held."""

    def __init__(self, app: AsyncApp, background: Background) -> None:
        self._app = app
        self._background = background

    def action(self, action_id: str) -> Callable[[Listener], Listener]:
        return self._bind(self._app.action(action_id))

    def options(self, action_id: str) -> Callable[[Listener], Listener]:
        return self._bind(self._app.options(action_id))

    def view(self, callback_id: str) -> Callable[[Listener], Listener]:
        return self._bind(self._app.view(callback_id))

    def view_closed(self, callback_id: str) -> Callable[[Listener], Listener]:
        return self._bind(self._app.view_closed(callback_id))

    def command(self, name: str) -> Callable[[Listener], Listener]:
        return self._bind(self._app.command(name))

    def _bind(self, register: Callable[..., Any]) -> Callable[[Listener], Listener]:
        def bind(listener: Listener) -> Listener:
            register(self._background.held(listener))
            return listener

        return bind
