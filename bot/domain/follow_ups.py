"""The clocks that the end of another starts."""

from dataclasses import dataclass
from datetime import datetime

from bot.domain.calendar import instant
from bot.domain.clocks import MIDNIGHT, ClockKind
from bot.domain.deadline import Deadline, Outcome


@dataclass(frozen=True, slots=True)
class FollowUp:
    """A clock to be started. `received_at` tells it from others of its case; its time runs from `starts_at`."""

    kind: ClockKind
    received_at: datetime
    starts_at: datetime


def follow_ups(settled: Deadline) -> tuple[FollowUp, ...]:
    """Return what a settled clock starts, from the local midnight of the day of its decision.

    An utredning that was decided (SoL 2025:400 20 kap. 3 §), unless one is open; feedback to whoever reported and
    asked for it (19 kap. 6 §), once for each report; feedback to the child at the end of an utredning.
    """
    if settled.decided_on is None:
        return ()
    begins = instant(settled.decided_on, MIDNIGHT)
    found = []
    if settled.outcome is Outcome.INLEDS:
        found.append(FollowUp(ClockKind.UTREDNING, begins, begins))
    if settled.outcome in {Outcome.INLEDS, Outcome.INLEDS_INTE} and settled.wants_feedback:
        found.append(FollowUp(ClockKind.ATERKOPPLING_ANMALARE, settled.received_at, begins))
    if settled.outcome is Outcome.AVSLUTAD:
        found.append(FollowUp(ClockKind.ATERKOPPLING_BARN, begins, begins))
    return tuple(found)
