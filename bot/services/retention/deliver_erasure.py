"""Delete one thing of ours on the other side: a post in Slack, an sms at the provider, or its words only.

Deleting twice is harmless, so what may have been deleted is deleted again. What cannot be deleted now is tried again
tomorrow, for as long as it takes (facts: twilio, section 14; slack, section 12).
"""

from datetime import timedelta
from typing import Final

import structlog

from bot.domain.outbound import OutboxKind, OutboxState, Priority
from bot.domain.retention import SLACK, WORDS, Place
from bot.domain.sending import LookupFailed, SendRejected, SendUncertain
from bot.ports import Outbound, Tx
from bot.services.context import Context
from bot.services.shared.outcome import FIRST_LOOK, Outcome

log = structlog.get_logger(__name__)

AGAIN_AFTER: Final = timedelta(days=1)
TOO_EARLY: Final = "not_final"
GIVEN_UP: Final = "given_up"


def leave(tx: Tx, place_id: str, place: Place, *, tries: int) -> bool:
    """Have something deleted on the other side: one at a time on each, behind everything that somebody waits for.

    False when that has been left already, after so many tries.
    """
    return tx.outbox.add(
        OutboxKind.ERASE,
        f"erase:{place.side}",
        {"place": place_id},
        dedupe_key=_key(place_id, tries),
        priority=Priority.LOW,
    )


def was_given_up(tx: Tx, place_id: str, *, tries: int) -> bool:
    """Tell whether nobody goes on trying, though it still stands there: our own code could not, or somebody's hand."""
    row = tx.outbox.by_key(_key(place_id, tries))
    return row is not None and row.state in {OutboxState.SENT, OutboxState.FAILED, OutboxState.DROPPED}


def _key(place_id: str, tries: int) -> str:
    return f"erase:{place_id}:{tries}"


async def deliver_erasure(row: Outbound, *, ctx: Context) -> Outcome:
    """Delete it; what is not there any more is done. Raises SendPostponed."""
    place_id: str = row.payload["place"]
    place = await ctx.store.read(lambda tx: tx.retention.place(place_id))
    if place is None:
        return Outcome(OutboxState.DROPPED)
    try:
        is_gone = await _deleted(place, ctx)
    except SendUncertain as unknown:
        return Outcome(OutboxState.DUE, error=unknown.reason, wait=FIRST_LOOK)
    except SendRejected as refusal:
        return _later(place_id, refusal.reason, ctx)
    except LookupFailed as error:
        return _later(place_id, error.reason, ctx)
    if not is_gone:
        return _later(place_id, TOO_EARLY, ctx)
    return Outcome(OutboxState.SENT, then=lambda tx: tx.retention.gone(place_id))


async def _deleted(place: Place, ctx: Context) -> bool:
    if place.side == SLACK:
        await ctx.chat.withdraw(*place.post)
        return True
    if place.side == WORDS:
        return await ctx.sms.redact(place.address)
    return await ctx.sms.erase(place.address)


def _later(place_id: str, reason: str, ctx: Context) -> Outcome:
    log.warning("erasure_put_off", place_id=place_id, reason=reason)
    again_at = ctx.clock.now() + AGAIN_AFTER
    return Outcome(OutboxState.DROPPED, error=reason, then=lambda tx: tx.retention.not_yet(place_id, reason, again_at))
