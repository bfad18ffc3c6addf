"""What App Home shows of a nödstopp, and of the reports that its incident calls for."""

from dataclasses import dataclass
from datetime import datetime

from bot.domain.ids import NamndId
from bot.domain.incident import IncidentDuty


@dataclass(frozen=True, slots=True)
class HomeStop:
    """A nämnd for which nothing with content leaves."""

    namnd_name: str
    since: datetime


@dataclass(frozen=True, slots=True)
class HomeReport:
    """What is to be reported, and whether it should have been."""

    code: str
    duty: IncidentDuty
    names: str  # of the nämnder
    due_at: datetime
    is_overdue: bool


@dataclass(frozen=True, slots=True)
class IncidentHome:
    """`can_stop` are the nämnder that may be stopped, for whoever may; `can_lift` tells whether somebody leads one."""

    stops: tuple[HomeStop, ...] = ()
    reports: tuple[HomeReport, ...] = ()
    can_stop: tuple[tuple[NamndId, str], ...] = ()
    can_lift: bool = False
