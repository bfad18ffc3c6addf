"""What must leave: the kinds of outbox rows, their order of urgency, and their states."""

from enum import Enum, IntEnum
from typing import Final

PACED: Final = "paced"  # noted with a row that waits because we post no faster than Slack wants us to
UNCERTAIN_FINAL: Final = "uncertain_final"  # ... that its author has been told of: nobody knows what became of it
RESTORED: Final = "restored"  # ... that waited in a backup: what was made of it after that only the other side knows
POSTED_AGAIN: Final = "repeated"  # noted with a row that was looked for in vain


class OutboxKind(str, Enum):
    """What a row asks the worker to do. The payload holds ids only."""

    CARD = "card"  # post or update the card of a conversation at one place
    THREAD = "thread"  # a reply in a card's thread: a ping, an inline text, a held reply
    NOTICE = "notice"  # a direct message to a member of staff
    WITHDRAW = "withdraw"  # delete one of our own posts
    SMS = "sms"
    DIGEST = "digest"  # post or update a nämnd's handover at one place
    ADDENDUM = "addendum"  # say in the post's thread what has turned up after it
    HANDOVER = "handover"  # Överlämning to whoever takes over the duty
    CLOCKS = "clocks"  # post or update the morning's list of one handläggare
    CLOCK = "clock"  # tell somebody of one clock at once
    UNIT = "unit"  # tell a leader what is overdue and what nobody has
    STAFF_SMS = "staff_sms"  # an sms to a member of staff's own phone; may come twice rather than not at all
    ALERT = "alert"  # tell the alert channel what somebody must act on, or that it is over
    CALL = "call"  # ring a member of staff's own phone; about a text it may ring twice rather than not at all
    ERASE = "erase"  # delete something of ours on the other side: a post, or an sms at the provider


class Priority(IntEnum):
    """Smaller goes first: an urgent notice never waits behind a nag."""

    URGENT = 0
    SMS = 1
    NORMAL = 5
    LOW = 9


class OutboxState(str, Enum):
    """`due` -> `sending` -> one of the others. `uncertain` may become any of them once we know."""

    DUE = "due"
    SENDING = "sending"
    SENT = "sent"
    FAILED = "failed"
    UNCERTAIN = "uncertain"
    DROPPED = "dropped"  # permission was gone when it was to leave, or nothing was left to say
