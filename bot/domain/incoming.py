"""What the providers tell us, in our own words."""

from dataclasses import dataclass, field
from datetime import datetime


@dataclass(frozen=True, slots=True)
class ReceivedSms:
    """One incoming sms. `received_at` is aware UTC; `is_late` when reconciliation found it."""

    provider_id: str
    from_: str = field(repr=False)
    to: str = field(repr=False)
    body: str = field(repr=False)
    media_count: int
    received_at: datetime
    is_late: bool = False


@dataclass(frozen=True, slots=True)
class ReceivedStatus:
    """A report on one of our texts. `delivery_id` is ours, from the callback's address, when it carries one."""

    provider_id: str
    delivery_id: str | None
    word: str
    reason: str | None
    provider_code: str | None


@dataclass(frozen=True, slots=True)
class TypedInSlack:
    """Somebody wrote, edited or deleted a message in the DM with the bot."""

    event_id: str
    user: str
    channel: str
    ts: str
    thread_ts: str | None
    text: str = field(repr=False)
    what: str = "said"  # said, edited, deleted
    has_files: bool = False
