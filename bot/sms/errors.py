"""Twilio's error codes as data: what we call them, and what may be done about them.

The words for people are in `bot/texts`, under the reasons listed here. Codes and meanings are
facts/twilio.md sections 6.1 (refused at once) and 6.2 (reported later).
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

UNKNOWN_REFUSAL: Final = "rejected"
UNKNOWN_FAILURE: Final = "unknown_error"
NOT_LOGGED_IN: Final = "not_logged_in"
PROVIDER_BUSY: Final = "provider_busy"
PROVIDER_UNREACHABLE: Final = "provider_unreachable"
MAYBE_SENT: Final = "maybe_sent"


@dataclass(frozen=True, slots=True)
class Refusal:
    """Twilio would not take it. `is_later` means that the same sms may be taken another time."""

    reason: str
    alarm: bool = False
    is_later: bool = False


@dataclass(frozen=True, slots=True)
class Failure:
    """The network did not deliver it.

    `may_resend` decides whether *Skicka igen* is offered; with `only_once` not a second time.
    """

    reason: str
    may_resend: bool = False
    only_once: bool = False
    alarm: bool = False


_NOT_A_MOBILE: Final = Refusal("not_a_mobile")
_OUR_BUG: Final = Refusal("incomplete", alarm=True)
_OUR_NUMBER: Final = Refusal("sender_cannot_send", alarm=True)
_SETTINGS: Final = Refusal("wrong_settings", alarm=True)

REFUSALS: Final[Mapping[int, Refusal]] = {  # section 6.1
    13224: Refusal("number_cannot_be_called"),
    14107: Refusal("reply_loop", alarm=True),
    20003: Refusal(NOT_LOGGED_IN, alarm=True, is_later=True),
    20404: Refusal("technical", alarm=True),
    20429: Refusal(PROVIDER_BUSY, is_later=True),
    21208: _SETTINGS,
    21210: Refusal("number_cannot_call", alarm=True),
    21211: Refusal("not_a_number"),
    21214: Refusal("number_cannot_be_called"),
    21217: Refusal("number_cannot_be_called"),
    21408: Refusal("country_closed", alarm=True),
    21601: _OUR_NUMBER,
    21602: Refusal("empty"),
    21603: _OUR_BUG,
    21604: _OUR_BUG,
    21606: _OUR_NUMBER,
    21610: Refusal("opted_out"),
    21611: Refusal("queue_full", alarm=True, is_later=True),
    21612: Refusal("unreachable_from_us"),
    21614: _NOT_A_MOBILE,
    21617: Refusal("too_long"),
    21635: _NOT_A_MOBILE,
    21659: _OUR_NUMBER,
    21663: _SETTINGS,
    21668: _SETTINGS,
    21670: _SETTINGS,
}

_UNKNOWN: Final = Failure(UNKNOWN_FAILURE, may_resend=True, only_once=True)
_CONGESTED: Final = Failure("network_congested", may_resend=True)

FAILURES: Final[Mapping[int, Failure]] = {  # section 6.2
    30001: Failure("stuck_in_queue", may_resend=True),
    30002: Failure("account_suspended", alarm=True),
    30003: Failure("handset_unreachable", may_resend=True),
    30004: Failure("blocked_by_recipient"),
    30005: Failure("unknown_number"),
    30006: Failure("landline"),
    30007: Failure("filtered"),
    30008: Failure("unknown_carrier_error", may_resend=True, only_once=True),
    30011: Failure("picture_not_received"),
    30017: _CONGESTED,
    30036: Failure("expired", may_resend=True),
    30410: _CONGESTED,
}

REASONS: Final[frozenset[str]] = frozenset(
    {UNKNOWN_REFUSAL, UNKNOWN_FAILURE, NOT_LOGGED_IN, PROVIDER_BUSY, PROVIDER_UNREACHABLE, MAYBE_SENT}
    | {refusal.reason for refusal in REFUSALS.values()}
    | {failure.reason for failure in FAILURES.values()}
)


def failure(code: int | None) -> Failure:
    """Look up the `ErrorCode` of an undelivered or failed sms; an unknown one is treated as 30008."""
    return _UNKNOWN if code is None else FAILURES.get(code, _UNKNOWN)
