"""What the providers tell us, in our own words."""

from dataclasses import dataclass, field
from datetime import UTC, datetime


@dataclass(frozen=True, slots=True)
class ReceivedSms:
    """One incoming sms. `received_at` is aware UTC; `is_late` when reconciliation found it.

    `is_call`: a call that nobody took, with the words that stand for it. It is put before people as a text is.
    """

    provider_id: str
    from_: str = field(repr=False)
    to: str = field(repr=False)
    body: str = field(repr=False)
    media_count: int
    received_at: datetime
    is_late: bool = False
    is_call: bool = False


@dataclass(frozen=True, slots=True)
class ReceivedStatus:
    """A report on one of our texts. `delivery_id` is ours, from the callback's address, when it carries one."""

    provider_id: str
    delivery_id: str | None
    word: str
    reason: str | None
    provider_code: str | None


@dataclass(frozen=True, slots=True)
class ReceivedCall:
    """A report on one of our calls, or what was pressed in it. `step_id` is ours, from the address.

    `sequence` orders the reports of one call; None for what was pressed, which is true whenever it comes.
    """

    provider_id: str
    step_id: str
    word: str
    digits: str
    sequence: int | None


@dataclass(frozen=True, slots=True)
class ToldOfCall:
    """What the provider tells of a call through our number, in its own `word` for how it goes.

    `provider_id` is of the phone that it is about; `ours` our id of the call or of one phone in it, from the address.
    `sequence` orders the reports on one phone, None where there is none. `is_bridged`: the two have spoken.
    """

    provider_id: str
    ours: str = ""
    from_: str = field(default="", repr=False)
    to: str = field(default="", repr=False)
    word: str = ""
    digits: str = ""
    sequence: int | None = None
    is_bridged: bool = False


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

    @property
    def at(self) -> datetime:
        """When it was first written (UTC): Slack names a message by that."""
        return datetime.fromtimestamp(float(self.ts), UTC)
