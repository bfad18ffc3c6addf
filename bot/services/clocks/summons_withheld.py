"""Whether a text in the world of myndighet may still leave: asked again at the moment when it is to."""

from datetime import datetime

from bot.domain.conversation import Conversation, Direction, Message
from bot.domain.deadline import Deadline
from bot.domain.people import World
from bot.domain.summons import Purpose, Summons, SummonsState
from bot.ports import Tx
from bot.services.shared.responsible import clocks_behind


def why_withheld(tx: Tx, conversation: Conversation, message: Message, now: datetime) -> str | None:
    """Return the key of why a text may not leave: the police ask us to wait, or the summons no longer holds.

    That nobody reads now is said all the same: it answers what the family wrote, and tells them nothing.
    """
    if conversation.world is not World.MYNDIGHET:
        return None
    tied = tx.summons.by_message(message.id)
    if tied is None:
        is_held = message.direction is Direction.OUT and any(map(_waits_for_police, clocks_behind(tx, conversation)))
        return "police_hold" if is_held else None
    summons = tx.summons.get(tied.summons_id)
    clock = None if summons is None else tx.deadlines.get(summons.deadline_id)
    if summons is None or clock is None:
        return "not_found"
    if clock.talk is not None and clock.talk.police_hold:
        return "police_hold"
    return None if _still_holds(summons, tied.purpose, now) else "summons_closed"


def _waits_for_police(clock: Deadline) -> bool:
    return clock.is_running and clock.talk is not None and clock.talk.police_hold


def _still_holds(summons: Summons, purpose: Purpose, now: datetime) -> bool:
    if purpose is Purpose.OFFER:
        return summons.state is not SummonsState.CLOSED and any(at > now for at in summons.times)
    if purpose in {Purpose.CONFIRMATION, Purpose.REMINDER}:
        is_booked = summons.state is SummonsState.BOOKED
        return is_booked and summons.booked_at is not None and summons.booked_at > now
    return True
