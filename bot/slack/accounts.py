"""What Slack tells of a user, in an answer or an event (docs.slack.dev/reference/objects/user-object)."""

from collections.abc import Mapping
from typing import Any, Final

from bot.domain.readiness import Account

OF_GUESTS: Final = ("is_restricted", "is_ultra_restricted", "is_stranger")
OF_ACCOUNTS: Final = ("id", "deleted", "is_bot", *OF_GUESTS)  # all that we keep of an event: no name, no picture


def account_of(user: Mapping[str, Any]) -> Account:
    """Return whose kind of account it is."""
    is_guest = any(user.get(flag) for flag in OF_GUESTS)
    return Account(is_active=not user.get("deleted"), is_guest=is_guest, is_bot=bool(user.get("is_bot")))
