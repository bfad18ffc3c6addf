"""What leaves as sms, and the three ways in which that can go wrong, sorted by what comes next.

Addresses and bodies are kept out of `repr`, and the exceptions carry identifiers only: both end
up in logs sooner or later.
"""

from dataclasses import dataclass, field
from datetime import datetime, timedelta
from enum import Enum
from typing import ClassVar


@dataclass(frozen=True, slots=True)
class OutgoingSms:
    """One sms to send. `status_callback` carries our outbox id, so that a callback can be placed
    before the provider has answered. `validity_s` is how long it may wait in the queue, in seconds.
    """

    outbox_id: str
    to: str = field(repr=False)
    from_: str = field(repr=False)
    body: str = field(repr=False)
    status_callback: str
    validity_s: int


@dataclass(frozen=True, slots=True)
class SmsReceipt:
    """The provider has taken the sms; `status` is the provider's own word for where it is."""

    provider_id: str
    status: str


@dataclass(frozen=True, slots=True)
class OutgoingCall:
    """One call to a member of staff. `says` is read aloud, to voicemail too, and says nothing of anybody.

    What is pressed comes to `answer_url`, how the call goes to `status_callback`. `ring_s` is short, so that voicemail
    is seldom reached. `no_key` is said when nothing was pressed.
    """

    outbox_id: str
    to: str = field(repr=False)
    from_: str = field(repr=False)
    says: str
    no_key: str
    answer_url: str
    status_callback: str
    ring_s: int


@dataclass(frozen=True, slots=True)
class CallReceipt:
    """The provider has taken the call; `status` is the provider's own word for where it is."""

    provider_id: str
    status: str


class SmsDirection(str, Enum):
    """Seen from us."""

    INBOUND = "inbound"
    OUTBOUND = "outbound"


@dataclass(frozen=True, slots=True)
class ProviderSms:
    """One sms as the provider lists it. Instants are aware UTC, cut to whole seconds.

    `sent_at` is None while it waits; for an inbound one it is when our webhook was called.
    """

    provider_id: str
    direction: SmsDirection
    from_: str = field(repr=False)
    to: str = field(repr=False)
    body: str = field(repr=False)
    status: str
    error_code: int | None
    media_count: int
    created_at: datetime | None
    sent_at: datetime | None


class SendError(Exception):
    """An sms was rejected, postponed or uncertain; one subclass for each.

    `reason` is a key to a text; `provider_code` is the provider's number for it, if it gave one;
    `alarm` says that operations must be told, whatever becomes of this sms.
    """

    code: ClassVar[str] = "send_error"

    def __init__(
        self, reason: str, *, provider_code: int | None = None, alarm: bool = False, outbox_id: str | None = None
    ) -> None:
        self.reason = reason
        self.provider_code = provider_code
        self.alarm = alarm
        self.outbox_id = outbox_id
        super().__init__(
            f"{self.code}: {reason}" if provider_code is None else f"{self.code}: {reason} {provider_code}"
        )


class SendRejected(SendError):
    """Not sent, and trying again would change nothing: tell the author why."""

    code = "send_rejected"


class SendPostponed(SendError):
    """Not sent, and worth another attempt once `wait` (wire time) has passed."""

    code = "send_postponed"

    def __init__(
        self,
        wait: timedelta,
        reason: str,
        *,
        provider_code: int | None = None,
        alarm: bool = False,
        outbox_id: str | None = None,
    ) -> None:
        self.wait = wait
        super().__init__(reason, provider_code=provider_code, alarm=alarm, outbox_id=outbox_id)


class SendUncertain(SendError):
    """It may have left. Look for it at the provider; never send it again unasked."""

    code = "send_uncertain"


class LookupFailed(Exception):
    """The provider could not be asked. Nothing is known, and nothing was changed."""

    code: ClassVar[str] = "lookup_failed"

    def __init__(
        self, reason: str, *, provider_code: int | None = None, alarm: bool = False, wait: timedelta | None = None
    ) -> None:
        self.reason = reason
        self.provider_code = provider_code
        self.alarm = alarm
        self.wait = wait
        super().__init__(
            f"{self.code}: {reason}" if provider_code is None else f"{self.code}: {reason} {provider_code}"
        )
