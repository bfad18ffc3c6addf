"""Why a text did not arrive, and whether sending it again makes sense (facts: twilio, section 6)."""

from typing import Final

WORTH_ANOTHER_TRY: Final = frozenset(
    {
        "stuck_in_queue",
        "handset_unreachable",
        "network_congested",
        "expired",
        "unknown_carrier_error",
        "unknown_error",
        "uncertain_final",
        "too_old",
        "technical",
        "rejected",
    }
)
ALARMING: Final = frozenset({"account_suspended"})  # reported late, and for operations to act on
WORTH_ONE_MORE: Final = frozenset({"unknown_carrier_error", "unknown_error"})


def may_resend(reason: str | None, attempt: int) -> bool:
    """Tell whether *Skicka igen* is offered after attempt number `attempt` failed for `reason`."""
    if reason not in WORTH_ANOTHER_TRY:
        return False
    return attempt < 2 or reason not in WORTH_ONE_MORE
