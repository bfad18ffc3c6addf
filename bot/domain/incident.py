"""Nödstopp: what a stop holds back, who may order and lift it, and the clocks that an incident starts. Pure.

Cybersäkerhetslagen (2025:1506) 2 kap. 5 § (early warning within 24 h), 6 § (notification within 72 h) and 8 § (final
report within a month of the notification); dataskyddsförordningen art. 33 (IMY within 72 h, for each controller). The
hours are counted from when the stop was ordered: whoever knew before that counts from then.
"""

from collections.abc import Collection, Iterable
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from enum import Enum
from typing import Final

from bot.domain.calendar import instant, local
from bot.domain.clocks import add_months
from bot.domain.ids import NamndId, StaffId
from bot.domain.outbound import OutboxKind
from bot.domain.people import Role, Staff
from bot.domain.secrecy import Act, Actor, Allowed, Denied, Subject, may

STOPPED: Final = "emergency_stop"  # why something is refused, and noted with a row of the outbox that a stop holds back

# What a person may do all the same: see who has duty, take what waits, let in what comes, and look in the log for what
# went astray. Nothing of it shows content, and nothing of it sends any.
FREE_ACTS: Final = frozenset(
    {
        *(Act.SEE_DUTY, Act.SEE_STATE, Act.TAKE, Act.HAND_OVER, Act.ENROL, Act.REGISTER_CLOCK, Act.SET_ABSENCE),
        Act.SEE_LOG,
    }
)
# What leaves all the same: it says that something waits, to whom we can reach, and nothing of anybody. A call is
# between people. A withdrawn post is one less.
FREE_KINDS: Final = frozenset({OutboxKind.STAFF_SMS, OutboxKind.CALL, OutboxKind.ALERT, OutboxKind.WITHDRAW})


class IncidentDuty(str, Enum):
    """What must be done about an incident. Each is a key into the texts."""

    EARLY_WARNING = "early_warning"
    NOTIFICATION = "notification"
    IMY = "imy"  # of each nämnd, which is its own controller
    FINAL_REPORT = "final_report"


WITHIN: Final = {
    IncidentDuty.EARLY_WARNING: timedelta(hours=24),
    IncidentDuty.NOTIFICATION: timedelta(hours=72),
    IncidentDuty.IMY: timedelta(hours=72),
}
REMINDED: Final = {  # so long before they run out
    IncidentDuty.EARLY_WARNING: (timedelta(hours=12), timedelta(hours=4), timedelta(hours=1)),
    IncidentDuty.NOTIFICATION: (timedelta(hours=48), timedelta(hours=24), timedelta(hours=4)),
    IncidentDuty.IMY: (timedelta(hours=48), timedelta(hours=24), timedelta(hours=4)),
    IncidentDuty.FINAL_REPORT: (timedelta(days=14), timedelta(days=7), timedelta(days=1)),
}
OVERDUE_EVERY: Final = timedelta(hours=12)


@dataclass(frozen=True, slots=True)
class Stop:
    """That nothing with content leaves for one nämnd, since `since` (world time)."""

    incident_id: str
    namnd: NamndId
    since: datetime
    by: StaffId


@dataclass(frozen=True, slots=True)
class IncidentClock:
    """What must be done by `due_at`, and when leaders are next reminded of it. `namnd` None: for all of them.

    `id` is short, for somebody types it. `reference` is what whoever ticked it off wrote: sealed at rest.
    """

    id: str
    incident_id: str
    duty: IncidentDuty
    namnd: NamndId | None
    due_at: datetime
    next_at: datetime | None
    done_at: datetime | None = None
    done_by: StaffId | None = None
    reference: str = ""

    def is_overdue(self, now: datetime) -> bool:
        return self.done_at is None and now >= self.due_at

    def reminded(self, now: datetime) -> "IncidentClock":
        """Return it as it is when leaders have been told at `now`."""
        return replace(self, next_at=next_reminder(self.duty, self.due_at, now))

    def done(self, by: StaffId, reference: str, at: datetime) -> "IncidentClock":
        """Return it ticked off."""
        return replace(self, done_at=at, done_by=by, reference=reference, next_at=None)

    def counted_from(self, notified_at: datetime) -> "IncidentClock":
        """Return a final report as it runs when the notification has been made."""
        due_at = a_month_after(notified_at)
        return replace(self, due_at=due_at, next_at=next_reminder(self.duty, due_at, notified_at))


def a_month_after(at: datetime) -> datetime:
    """Return the same local time a month later, or on the last day of that month.

    >>> from datetime import UTC
    >>> a_month_after(datetime(2027, 1, 31, 2, 0, tzinfo=UTC)).isoformat()
    '2027-02-28T02:00:00+00:00'
    """
    wall = local(at)
    return instant(add_months(wall.date(), 1), wall.time().replace(tzinfo=None, fold=0))


def next_reminder(duty: IncidentDuty, due_at: datetime, after: datetime) -> datetime:
    """Return the first reminder after `after`: some before it runs out, one then, and one every so often until done."""
    ahead = [due_at - before for before in REMINDED[duty] if due_at - before > after]
    if ahead:
        return min(ahead)
    if after < due_at:
        return due_at
    return due_at + OVERDUE_EVERY * ((after - due_at) // OVERDUE_EVERY + 1)


def begin_clocks(
    incident_id: str, namnder: Iterable[NamndId], at: datetime, ids: Iterable[str]
) -> tuple[IncidentClock, ...]:
    """Return the clocks that start at `at`: those of the municipality once, that of the controller for each nämnd.

    The final report runs from the notification: until that is made, from the last moment at which it can be.
    """
    names = iter(ids)
    duties: list[tuple[IncidentDuty, NamndId | None]] = [
        (IncidentDuty.EARLY_WARNING, None),
        (IncidentDuty.NOTIFICATION, None),
        *((IncidentDuty.IMY, namnd) for namnd in sorted(namnder)),
        (IncidentDuty.FINAL_REPORT, None),
    ]
    latest = a_month_after(at + WITHIN[IncidentDuty.NOTIFICATION])
    dues = [(duty, namnd, at + WITHIN[duty] if duty in WITHIN else latest) for duty, namnd in duties]
    return tuple(
        IncidentClock(next(names), incident_id, duty, namnd, due_at, next_reminder(duty, due_at, at))
        for duty, namnd, due_at in dues
    )


def may_act(actor: Actor, act: Act, namnder: Collection[NamndId], at: datetime) -> Allowed | Denied:
    """Ask the rule about all of `namnder`; what is about none of them is asked about without one."""
    answers = [may(actor, act, Subject(namnd), at) for namnd in namnder] or [may(actor, act, Subject(None), at)]
    return next((answer for answer in answers if isinstance(answer, Denied)), answers[0])


def leads(staff: Staff) -> frozenset[NamndId]:
    """Return the nämnder that somebody leads, in either world."""
    return frozenset(held.namnd for held in staff.roles if held.role is Role.LEADER)


def holds(stops: Iterable[Stop], namnder: Collection[NamndId]) -> bool:
    """Tell whether one of the stops concerns one of `namnder`; where none of them is known it may be any."""
    stopped = {stop.namnd for stop in stops}
    return bool(stopped) if not namnder else bool(stopped & set(namnder))
