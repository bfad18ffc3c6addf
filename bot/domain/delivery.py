"""The ladder an outgoing sms climbs. Reports of it come late, twice and in any order.

The rule is facts/twilio.md section 5: upwards only, a final state stands, with one open
correction: what was reported as not delivered may turn out to have been.
"""

from collections.abc import Mapping
from enum import Enum
from typing import Final


class DeliveryStatus(str, Enum):
    """How far an sms has come. The first two are our own words, the others the provider's."""

    PENDING = "pending"  # not handed over yet
    UNCERTAIN = "uncertain"  # the provider may have it
    ACCEPTED = "accepted"
    SCHEDULED = "scheduled"
    QUEUED = "queued"
    SENDING = "sending"
    SENT = "sent"  # the network has it, not the phone
    DELIVERED = "delivered"
    UNDELIVERED = "undelivered"
    FAILED = "failed"
    CANCELED = "canceled"


FINAL: Final = frozenset(
    {DeliveryStatus.DELIVERED, DeliveryStatus.UNDELIVERED, DeliveryStatus.FAILED, DeliveryStatus.CANCELED}
)
_NOT_DELIVERED: Final = frozenset({DeliveryStatus.UNDELIVERED, DeliveryStatus.FAILED})

_RANK: Final[Mapping[DeliveryStatus, int]] = {
    DeliveryStatus.PENDING: 0,
    DeliveryStatus.UNCERTAIN: 1,
    DeliveryStatus.ACCEPTED: 2,
    DeliveryStatus.SCHEDULED: 2,
    DeliveryStatus.QUEUED: 3,
    DeliveryStatus.SENDING: 4,
    DeliveryStatus.SENT: 5,
    **dict.fromkeys(FINAL, 6),
}


def from_provider(word: str) -> DeliveryStatus | None:
    """Read the provider's status; None for one we do not know, which changes nothing.

    `read` implies that it arrived. Our own two words are not the provider's to say.
    """
    if word == "read":
        return DeliveryStatus.DELIVERED
    try:
        status = DeliveryStatus(word)
    except ValueError:
        return None
    return status if _RANK[status] > _RANK[DeliveryStatus.UNCERTAIN] else None


def advance(current: DeliveryStatus, incoming: DeliveryStatus | None) -> DeliveryStatus | None:
    """Return the new status, or None when `incoming` changes nothing: known, older or unheard of.

    >>> advance(DeliveryStatus.SENT, DeliveryStatus.QUEUED) is None
    True
    """
    if incoming is None:
        return None
    is_up = _RANK[incoming] > _RANK[current]
    return incoming if is_up or is_correction(current, incoming) else None


def is_correction(current: DeliveryStatus, incoming: DeliveryStatus) -> bool:
    """Whether we have told somebody that it failed, and must now tell them that it did not."""
    return current in _NOT_DELIVERED and incoming is DeliveryStatus.DELIVERED
