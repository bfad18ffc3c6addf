"""When is an alert over?

What is looked for again and again is over when it has been well for a while. What was told of by an event is over by
what puts it right; where nothing tells us of that, after a time.
"""

from collections.abc import Callable, Mapping
from datetime import timedelta
from typing import Final

from bot.domain.alerts import Alert, AlertCode
from bot.domain.conversation import Ground
from bot.domain.health import SLACK_KINDS, SMS_KINDS
from bot.domain.ids import ConversationId, NamndId
from bot.domain.people import Role
from bot.ports import Tx
from bot.services.shared.responsible import leaders_of
from bot.services.watch.raising import CLOCKS, CONVERSATION, LEADER, PARKED_TEXT, STOP

AT_ONCE: Final = timedelta(0)
WELL_FOR: Final = timedelta(minutes=2)  # world time; what comes and goes is one alert, not many
CALM: Final[Mapping[AlertCode, timedelta]] = {
    AlertCode.BAD_SIGNATURES: timedelta(minutes=15),
    AlertCode.PARKED: timedelta(days=1),
    AlertCode.NOBODY_REACHED: timedelta(days=1),
    AlertCode.NOBODY_ON_RUNG: timedelta(days=1),
    AlertCode.CHANNEL_OPEN: timedelta(days=1),
    AlertCode.RECONCILE: AT_ONCE,
    AlertCode.TICK: AT_ONCE,
    AlertCode.INSTANCE_LOST: AT_ONCE,
    AlertCode.RESTARTS: AT_ONCE,
}


def over_after(tx: Tx, alert: Alert) -> timedelta | None:
    """Return how long it must have been well before an alert that is not found any more is over; None if it stands."""
    if alert.code is AlertCode.MISSED_WEBHOOKS:
        return None  # until the lists have been compared and nothing was missing
    if alert.code is AlertCode.SLACK_REFUSES:  # silence proves nothing: something must have been let through
        return WELL_FOR if tx.watch.has_sent(SLACK_KINDS, alert.opened_at) else None
    if alert.code is AlertCode.SMS_REFUSES:
        return WELL_FOR if tx.watch.has_sent(SMS_KINDS, alert.opened_at) else None
    kind, _, subject = alert.key.partition(":")
    stands = _STANDS.get(kind)
    if stands is not None:
        return None if stands(tx, alert, subject) else AT_ONCE
    return CALM.get(alert.code, WELL_FOR)


def _is_unread(tx: Tx, alert: Alert, row_id: str) -> bool:
    return True  # ended by whoever reads it


def _is_with_nobody(tx: Tx, alert: Alert, conversation_id: str) -> bool:
    held = tx.conversations.get(ConversationId(conversation_id))
    if held is None or not held.is_open or not held.is_unanswered:
        return False
    since = [route for route in held.routes if route.at > alert.opened_at]
    return not any(route.staff_id is not None or route.ground is Ground.OFFICE for route in since)


def _nobody_leads_the_clocks(tx: Tx, alert: Alert, namnd: str) -> bool:
    return not leaders_of(tx, NamndId(namnd))


def _nobody_leads(tx: Tx, alert: Alert, namnd: str) -> bool:
    leaders = tx.staff.with_role(Role.LEADER, NamndId(namnd))
    return all(leader.slack_user_id is None for leader in leaders)


def _is_stopped(tx: Tx, alert: Alert, namnd: str) -> bool:
    return any(stop.namnd == namnd for stop in tx.incidents.stops())


_STANDS: Final[Mapping[str, Callable[[Tx, Alert, str], bool]]] = {
    PARKED_TEXT: _is_unread,
    CONVERSATION: _is_with_nobody,
    CLOCKS: _nobody_leads_the_clocks,
    LEADER: _nobody_leads,
    STOP: _is_stopped,
}
