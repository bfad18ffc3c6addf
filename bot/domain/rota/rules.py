"""What has been decided about the rota: [rota] in beredskap.toml."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import timedelta
from enum import Enum
from typing import Final

from bot.domain.calendar import WeekHours
from bot.domain.ids import NamndId
from bot.domain.rest.rules import DAILY_REST, OFFICE

BEFORE_FREE_DAY: Final = 8  # the row of a template that holds on a working day before a free weekday


class WeeklyRest(str, Enum):
    """How the 36 hours of R4 are found in a week with beredskap on the Saturday (facts: time, R4)."""

    DAY_OFF = "day_off"  # whoever needs it is free one working day of the same week
    AGREEMENT = "agreement"  # a local agreement lets beredskap be part of it: R4 warns only


@dataclass(frozen=True, slots=True)
class Weights:
    """What a step away from what is wanted costs, compared with the others. 0 means that it does not matter."""

    weekends: int = 8
    holidays: int = 8
    evenings: int = 3
    backups: int = 2
    wishes: int = 10
    single_nights: int = 2
    long_runs: int = 4
    days_off: int = 1


@dataclass(frozen=True, slots=True)
class RotaRules:
    """How a rota is made. Without `templates` each nämnd's own beredskap_hours are used.

    `max_share` is the largest part of the shifts that a nämnd lends people to, in per cent. `ordinary_hours` are
    what everybody is assumed to work by day, as decided for rest: beredskap is laid around them.
    """

    templates: WeekHours = field(default_factory=WeekHours)
    has_backup: bool = True
    max_share: Mapping[NamndId, int] = field(default_factory=dict)
    ordinary_hours: WeekHours = OFFICE
    rest_between: timedelta = DAILY_REST  # between two shifts of one person (facts: time, R1 and R2)
    weekly_rest: WeeklyRest = WeeklyRest.DAY_OFF
    most_in_month: timedelta = timedelta(hours=130)  # of beredskap, per person (facts: time, R7)
    notice: timedelta = timedelta(days=14)  # earlier than that a change is remarked on (facts: time, R10)
    weights: Weights = field(default_factory=Weights)
