"""What goes wrong in the pretend Slack: towards the bot, and towards the person at the controls."""

from collections.abc import Sequence
from typing import Any


class ApiError(Exception):
    """Slack answers `ok: false`. Most such answers have status 200 (facts/slack.md section 6, S8)."""

    def __init__(
        self,
        error: str,
        *,
        messages: Sequence[str] = (),
        status: int = 200,
        retry_after_s: int | None = None,
        **extra: Any,
    ) -> None:
        super().__init__(error)
        self.error = error
        self.messages = tuple(messages)
        self.status = status
        self.retry_after_s = retry_after_s
        self.extra = extra

    def body(self) -> dict[str, Any]:
        """Return the JSON that Slack would send."""
        body: dict[str, Any] = {"ok": False, "error": self.error, **self.extra}
        if self.messages:
            body["response_metadata"] = {"messages": list(self.messages)}
        return body


class ControlError(Exception):
    """A person cannot do that in Slack: 400 malformed, 404 no such thing, 409 not now or not by them."""

    def __init__(self, status: int, error: str) -> None:
        super().__init__(error)
        self.status = status
        self.error = error
