"""Binds listeners so that none is lost: Bolt keeps only a weak hold of what it runs after the acknowledgement,
and cancels it at SIGTERM (facts: slack, section 5, B10 and B11). Here each runs in a task that we hold and drain.
"""

import asyncio
import functools
from collections.abc import Awaitable, Callable
from http import HTTPStatus
from typing import Any, Final, TypeVar

import structlog
from aiohttp import ClientError
from slack_bolt.async_app import AsyncApp
from slack_sdk.errors import SlackApiError

from bot.domain.errors import Busy
from bot.texts import Texts
from handlers.slack.trial import in_trial

log = structlog.get_logger(__name__)

TOO_LATE_OR_BUSY: Final = frozenset(
    {"expired_trigger_id", "exchanged_trigger_id", "ratelimited", "internal_error", "fatal_error", "not_found"}
)

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
            try:
                return await asyncio.shield(task)
            except (SlackApiError, ClientError, OSError, TimeoutError, Busy) as error:
                if isinstance(error, SlackApiError) and not _costs_a_click(error):
                    raise
                log.warning("click_lost", listener=listener.__name__, kind=type(error).__name__)
                return None

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


def _costs_a_click(error: SlackApiError) -> bool:
    """Tell whether Slack was too busy, broken, or asked too late; anything else is a mistake of ours."""
    return error.response.status_code != HTTPStatus.OK or error.response.get("error") in TOO_LATE_OR_BUSY


class Listeners:
    """The part of AsyncApp that the modules here need, with every listener held. `trial` are the texts in a trial."""

    def __init__(self, app: AsyncApp, background: Background, trial: Texts | None = None) -> None:
        self._app = app
        self._background = background
        self._trial = trial

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
            register(self._background.held(self._dressed(listener)))
            return listener

        return bind

    def _dressed(self, listener: Listener) -> Listener:
        texts = self._trial
        if texts is None:
            return listener

        @functools.wraps(listener)
        async def run(*args: Any, **given: Any) -> Any:
            return await listener(*args, **in_trial(given, texts))

        return run  # type: ignore[return-value]
