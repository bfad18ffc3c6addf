"""The three ledgers: what the phones sent and got, what Slack shows, what the database says. And what people wrote.

Every text and every answer carries a mark of its own, which says whose phone it belongs to; so each ledger can be
read by itself, without believing another.
"""

import re
from collections import Counter
from dataclasses import dataclass, field
from enum import Enum
from typing import Final

MARK: Final = re.compile(r"\b([ts])-(\d\d)-(\d+-\d{6})\b")


class How(str, Enum):
    """How an answer was written."""

    MODAL = "modal"
    THREAD = "thread"


@dataclass(frozen=True, slots=True)
class Texted:
    """A text that a phone has sent."""

    mark: str
    phone: str
    sid: str


@dataclass(slots=True)
class Wrote:
    """An answer that somebody wrote to whoever they read. `is_accepted`: Slack has shown them that it was taken."""

    mark: str
    phone: str
    author: str
    how: How
    is_accepted: bool = False
    event_id: str = ""
    place: str = ""  # channel:ts of what was typed in a thread


@dataclass(frozen=True, slots=True)
class Got:
    """An sms that the carrier took for a phone, and how far it came."""

    phone: str
    body: str
    sid: str
    status: str


@dataclass(frozen=True, slots=True)
class Card:
    """A card as it stands in somebody's DM."""

    conversation: str
    reader: str
    waiting: int  # texts that wait for an answer, by the card's own words
    is_repetition: bool


@dataclass(frozen=True, slots=True)
class Line:
    """One thing said in a conversation, by its mark; `is_warned` when it is shown that it may not have arrived."""

    mark: str
    is_warned: bool = False


@dataclass(frozen=True, slots=True)
class Read:
    """What somebody reads when they open a conversation and turn back to its beginning."""

    conversation: str
    reader: str
    number: str  # as the modal says it
    lines: tuple[Line, ...]


@dataclass(frozen=True, slots=True)
class Message:
    """One message in the database. `status` and `is_lost` are of the newest attempt to deliver it."""

    mark: str  # "" for what carries none: an automatic text
    direction: str
    seq: int
    body: str
    status: str | None = None
    is_lost: bool = False
    provider_id: str | None = None


@dataclass(frozen=True, slots=True)
class Conversation:
    id: str
    phone: str
    namnd: str | None
    messages: tuple[Message, ...]


@dataclass
class PhoneLedger:
    """What the phones and the carrier know. `namnd` and `reader` are where each phone's texts belong."""

    texted: list[Texted] = field(default_factory=list)
    got: list[Got] = field(default_factory=list)
    namnd: dict[str, str | None] = field(default_factory=dict)
    reader: dict[str, str] = field(default_factory=dict)


@dataclass
class SlackLedger:
    """What Slack shows. `taken` are the marks of answers that the bot has acknowledged to Slack; `turned_away` counts,
    by person, how often it has said that it does not know what an answer was about, and that nothing was sent.
    """

    cards: list[Card] = field(default_factory=list)
    read: list[Read] = field(default_factory=list)
    wrote: list[Wrote] = field(default_factory=list)
    taken: set[str] = field(default_factory=set)
    turned_away: Counter[str] = field(default_factory=Counter)


@dataclass
class DatabaseLedger:
    """What the database says. `left` counts rows that are not done, by table, state and kind; `turned_away` are the
    places of typed answers whose authors have been sent the notice that nothing was sent.
    """

    conversations: list[Conversation] = field(default_factory=list)
    left: Counter[str] = field(default_factory=Counter)
    turned_away: set[str] = field(default_factory=set)


@dataclass
class Ledgers:
    phones: PhoneLedger
    slack: SlackLedger
    database: DatabaseLedger
    leaked: list[str] = field(default_factory=list)  # what of theirs stands in a log
