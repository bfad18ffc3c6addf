"""In a trial whatever a listener shows says so: modals that it opens, and what it answers a click or a command with."""

from collections.abc import Awaitable, Callable
from typing import Any

from slack_sdk.web.async_client import AsyncWebClient

from bot.slack.trial import bannered_message, bannered_view
from bot.texts import Texts


class TrialClient:
    """The client that a listener is given; all else is as it was."""

    def __init__(self, client: AsyncWebClient, texts: Texts) -> None:
        self._client = client
        self._texts = texts

    def __getattr__(self, name: str) -> Any:
        return getattr(self._client, name)

    async def views_open(self, *, view: Any, **more: Any) -> Any:
        return await self._client.views_open(view=bannered_view(view, self._texts), **more)

    async def views_push(self, *, view: Any, **more: Any) -> Any:
        return await self._client.views_push(view=bannered_view(view, self._texts), **more)

    async def views_update(self, *, view: Any, **more: Any) -> Any:
        return await self._client.views_update(view=bannered_view(view, self._texts), **more)


def trial_answer(answer: Callable[..., Awaitable[Any]], texts: Texts) -> Callable[..., Awaitable[Any]]:
    """Return `ack` or `respond`, which now says so too."""

    async def said(*args: Any, **given: Any) -> Any:
        if given.get("view") is not None:
            given["view"] = bannered_view(given["view"], texts)
        if given.get("text") or given.get("blocks"):
            given = bannered_message(given, texts)
        return await answer(*args, **given)

    return said


def in_trial(given: dict[str, Any], texts: Texts) -> dict[str, Any]:
    """Return a listener's arguments as they are in a trial."""
    dressed = dict(given)
    if "client" in dressed:
        dressed["client"] = TrialClient(dressed["client"], texts)
    for name in ("ack", "respond", "say"):
        if name in dressed:
            dressed[name] = trial_answer(dressed[name], texts)
    return dressed
