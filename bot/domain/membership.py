"""What this process has learned of Slack itself: whose account is no member's, and which channels are ours alone.

Slack lets guests, and people of other organisations, press and write where they are let in (facts: slack, section 15).
It is asked when somebody or some channel is first seen, and once a day after that; a restart asks anew.
"""

from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Final

from bot.domain.calendar import local
from bot.domain.readiness import Account

KNOWN_FOR: Final = timedelta(hours=24)
ASK_AGAIN_AFTER: Final = timedelta(minutes=1)  # when Slack could not be asked


@dataclass(slots=True)
class Membership:
    """World time. Who is not known to be refused is let through: that Slack is away must not stop an answer."""

    _ask_at: dict[str, datetime] = field(default_factory=dict)
    _refused: set[str] = field(default_factory=set)
    _own_on: dict[str, str] = field(default_factory=dict)  # channel and the local day on which it was ours alone

    def must_ask(self, slack_user_id: str, now: datetime) -> bool:
        """Tell whether Slack should be asked about somebody before they are answered."""
        ask_at = self._ask_at.get(slack_user_id)
        return ask_at is None or ask_at <= now

    def learn(self, slack_user_id: str, account: Account, now: datetime) -> None:
        """Note what Slack says of an account; a member who was a guest is one no longer."""
        self._ask_at[slack_user_id] = now + KNOWN_FOR
        if account.is_members:
            self._refused.discard(slack_user_id)
        else:
            self._refused.add(slack_user_id)

    def could_not_ask(self, slack_user_id: str, now: datetime) -> None:
        """Leave it for a moment; what was known stays known."""
        self._ask_at[slack_user_id] = now + ASK_AGAIN_AFTER

    def is_refused(self, slack_user_id: str | None) -> bool:
        """Tell whether somebody's account is a guest's, a stranger's, a bot's or closed."""
        return slack_user_id in self._refused

    def is_own_channel(self, channel: str, now: datetime) -> bool:
        """Tell whether a channel has been seen to be private and ours alone today."""
        return self._own_on.get(channel) == local(now).date().isoformat()

    def found_own(self, channel: str, now: datetime) -> None:
        self._own_on[channel] = local(now).date().isoformat()
