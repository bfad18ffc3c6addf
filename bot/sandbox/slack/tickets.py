"""What Slack hands out for a short while: trigger ids and response urls. Both follow wire time."""

import secrets
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Final

from bot.clock import Clock

from .errors import ApiError

TRIGGER_LIFE: Final = timedelta(seconds=3)  # facts/slack.md section 13
RESPONSE_URL_LIFE: Final = timedelta(minutes=30)  # facts/slack.md section 7
RESPONSE_URL_USES: Final = 5  # facts/slack.md section 7


@dataclass
class Trigger:
    """A right to open one modal, for one person."""

    user: str
    issued_at: datetime
    view_id: str | None = None  # the modal it came from, when it came from one
    is_used: bool = False


@dataclass
class ResponseUrl:
    """A right to answer one interaction a few times."""

    user: str
    channel: str
    issued_at: datetime
    message_ts: str | None = None  # the message that was clicked, None for a command
    uses: int = 0


@dataclass
class Tickets:
    """The trigger ids and response urls in circulation."""

    clock: Clock
    team_id: str
    triggers: dict[str, Trigger] = field(default_factory=dict)
    response_urls: dict[str, ResponseUrl] = field(default_factory=dict)

    def clear(self) -> None:
        """Take back everything that was handed out."""
        self.triggers.clear()
        self.response_urls.clear()

    def new_trigger(self, user: str, view_id: str | None = None) -> str:
        """Return a trigger id."""
        trigger_id = f"{len(self.triggers) + 1}.{self.team_id[1:]}.{secrets.token_hex(16)}"
        self.triggers[trigger_id] = Trigger(user, self.clock.wire_now(), view_id)
        return trigger_id

    def check_trigger(self, trigger_id: str) -> Trigger:
        """Return a trigger that is still good, without using it up.

        facts/slack.md section 13: expires 3 s after the interaction and is single use
        (`expired_trigger_id`, `exchanged_trigger_id`).
        """
        trigger = self.triggers.get(trigger_id)
        if trigger is None:
            raise ApiError("invalid_trigger_id")
        if trigger.is_used:
            raise ApiError("exchanged_trigger_id")
        if self.clock.wire_now() - trigger.issued_at > TRIGGER_LIFE:
            raise ApiError("expired_trigger_id")
        return trigger

    def new_response_url(self, user: str, channel: str, message_ts: str | None = None) -> str:
        """Return the token at the end of a response_url."""
        token = secrets.token_urlsafe(18)
        self.response_urls[token] = ResponseUrl(user, channel, self.clock.wire_now(), message_ts)
        return token

    def use_response_url(self, token: str) -> ResponseUrl:
        """Count one use. facts/slack.md section 7: at most 5 uses within 30 min."""
        found = self.response_urls.get(token)
        if found is None or self.clock.wire_now() - found.issued_at > RESPONSE_URL_LIFE:
            raise ApiError("expired_url", status=404)
        if found.uses >= RESPONSE_URL_USES:
            raise ApiError("used_url", status=404)
        found.uses += 1
        return found
