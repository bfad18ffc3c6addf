"""A phone in a call, and the call, held for this transaction."""

from bot.domain.ids import PhoneLegId
from bot.domain.phone_call import PhoneCall, PhoneLeg
from bot.ports import Tx


def held(tx: Tx, leg_id: str) -> tuple[PhoneCall, PhoneLeg] | None:
    """Return the call and the phone as they stand when nobody else can change them; None for what is not ours."""
    leg = tx.phone_calls.leg(PhoneLegId(leg_id))
    call = None if leg is None else tx.phone_calls.get(leg.call_id, lock=True)
    if leg is None or call is None:
        return None
    return call, tx.phone_calls.leg(leg.id) or leg  # again: it may have changed while we waited for the call
