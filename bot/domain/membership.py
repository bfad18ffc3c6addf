"""What this process has asked Slack itself: whose account it has seen lately, and which channels are ours alone.

Slack lets guests, and people of other organisations, press and write where they are let in (facts: slack, section 15).
It tells when an account changes, and is asked when somebody is first seen and once a day after that, should it not have
been heard. What it said of an account is in the database, where every process finds it.
"""

from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Final

from bot.domain.calendar import local
from bot.domain.readiness import Account

KNOWN_FOR: Final = timedelta(hours=24)
ASK_AGAIN_AFTER: Final = timedelta(minutes=1)  # when Slack could not be asked, or said no to somebody who comes again


@dataclass(slots=True)
class Membership:
    """World time. Who is not known to be refused is let through: that Slack is away must not stop an answer."""

    _ask_at: dict[str, datetime] = field(default_factory=dict)
    _own_on: dict[str, str] = field(default_factory=dict)  # channel and the local day on which it was ours alone

    def must_ask(self, slack_user_id: str, now: datetime) -> bool:
        """Tell whether Slack should be asked about somebody before they are answered."""
        ask_at = self._ask_at.get(slack_user_id)
        return ask_at is None or ask_at <= now

    def has_asked(self, slack_user_id: str, account: Account, now: datetime) -> None:
        """Leave a member for a day, and whoever was refused for a moment: they may be a member again."""
        self._ask_at[slack_user_id] = now + (KNOWN_FOR if account.is_members else ASK_AGAIN_AFTER)

    def was_told(self, slack_user_id: str, now: datetime) -> None:
        """Ask about them in a moment, if they come: Slack tells of changes in any order."""
        self._ask_at[slack_user_id] = now + ASK_AGAIN_AFTER

    def could_not_ask(self, slack_user_id: str, now: datetime) -> None:
        """Leave it for a moment; what was known stays known."""
        self._ask_at[slack_user_id] = now + ASK_AGAIN_AFTER

    def is_own_channel(self, channel: str, now: datetime) -> bool:
        """Tell whether a channel has been seen to be private and ours alone today."""
        return self._own_on.get(channel) == local(now).date().isoformat()

    def found_own(self, channel: str, now: datetime) -> None:
        self._own_on[channel] = local(now).date().isoformat()
