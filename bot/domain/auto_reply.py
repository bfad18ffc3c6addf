"""Which automatic text a sender gets, if any.

One per kind, sender and stretch of duty (the storage keeps that promise); never to somebody who cannot
be answered, so that two machines do not talk to each other (Twilio error 14107).
"""

from enum import Enum

from bot.domain.duty import Duty, DutyState
from bot.domain.people import LinkedContact, LinkRole, World


class AutoKind(str, Enum):
    """The kinds; each is a key into the texts for families."""

    YOUTH = "youth"
    GUARDIAN = "guardian"
    SHARED = "shared"  # youth and guardian on one number: only ask them to call
    UNKNOWN = "unknown"  # confirms nothing
    UNKNOWN_CLOSED = "unknown_closed"
    OFFICE_YOUTH = "office_youth"
    OFFICE_GUARDIAN = "office_guardian"
    CLOSED = "closed"
    NOBODY = "nobody"
    MYNDIGHET_UNREAD = "myndighet_unread"
    WAITING = "waiting"  # the first round has ended, and nobody has read it
    UNANSWERED = "unanswered"  # all rounds have, and the leader is reached for each hour
    MISSED_CALL = "missed_call"  # nobody took a call: that we have seen it
    STOPPED = "stopped"  # during a nödstopp, where it has been decided: the same to everybody


def choose(contact: LinkedContact, state: Duty, world: World, *, is_call: bool = False) -> AutoKind | None:
    """Return the kind of automatic text that an incoming text, or a call that nobody took, calls for; or None.

    `contact` holds only the links of the nämnd that the text went to, so an outsider is told the same
    whether or not somebody else knows them.
    """
    if not contact.contact.is_answerable or contact.contact.is_blocked:
        return None
    is_read_now = world is World.MYNDIGHET and state.state is DutyState.OFFICE
    if is_call and not (contact.is_shared_phone or is_read_now):  # on a shared phone it would tell who has called
        return AutoKind.MISSED_CALL
    if world is World.MYNDIGHET:
        return None if state.state is DutyState.OFFICE else AutoKind.MYNDIGHET_UNREAD
    if contact.role is None:
        return AutoKind.UNKNOWN_CLOSED if state.state is DutyState.CLOSED else AutoKind.UNKNOWN
    if contact.is_shared_phone:
        return AutoKind.SHARED
    if state.state is DutyState.CLOSED:
        return AutoKind.NOBODY if state.is_gap else AutoKind.CLOSED
    is_youth = contact.role is LinkRole.YOUTH
    if state.state is DutyState.OFFICE:
        return AutoKind.OFFICE_YOUTH if is_youth else AutoKind.OFFICE_GUARDIAN
    return AutoKind.YOUTH if is_youth else AutoKind.GUARDIAN
