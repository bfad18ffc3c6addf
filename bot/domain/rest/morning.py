"""When somebody is told what a disturbed beredskap did to their rest."""

from datetime import datetime, time, timedelta
from typing import Final

from bot.domain.calendar import ONE_DAY, instant, local
from bot.domain.duty import Shift
from bot.domain.rest.rules import RestRules

MORNING: Final = time(6)  # nobody is told between NIGHT and MORNING what can wait
NIGHT: Final = time(22)
AHEAD: Final = timedelta(hours=1)  # of the ordinary start, so that there is time to decide
LOOK_BACK: Final = timedelta(hours=12)


def told_at(shift: Shift, rules: RestRules) -> datetime:
    """Return when to look at the rest after `shift`: when it ends, or in the morning if that is at night.

    An hour before the next ordinary working time begins at the latest, although the shift may still be running: later
    would be too late to start later.
    """
    ends = local(shift.ends_at)
    clock = ends.time().replace(fold=0)
    told = shift.ends_at
    if clock < MORNING:
        told = instant(ends.date(), MORNING)
    elif clock > NIGHT:
        told = instant(ends.date() + ONE_DAY, MORNING)
    opening = rules.ordinary_hours.next_opening(max(shift.starts_at, shift.ends_at - LOOK_BACK))
    return told if opening is None else min(told, opening - AHEAD)
