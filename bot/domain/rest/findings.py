"""What a check has found. The words for it stand in bot/texts/rest.toml."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from enum import Enum

from bot.domain.ids import StaffId
from bot.domain.rest.spans import Stretch

Figure = timedelta | datetime | int | str | None


class Rule(str, Enum):
    """The checks (facts: time, section 5). The value is also a key into the texts."""

    R1 = "r1"  # dygnsvila
    R2 = "r2"  # rest before the next arbetspass
    R3 = "r3"  # the rest covers the night
    R4 = "r4"  # veckovila
    R5 = "r5"  # veckovila and dygnsvila apart
    R6 = "r6"  # rest owed after a disturbance
    R7 = "r7"  # beredskap in a month
    R8 = "r8"  # övertid
    R9 = "r9"  # average working time
    R10 = "r10"  # notice
    R11 = "r11"  # how often beredskap is disturbed
    R12 = "r12"  # somebody always answers


class Level(str, Enum):
    """How grave a finding is, the gravest first."""

    ERROR = "error"  # must be put right, or answered for
    WARN = "warn"
    TASK = "task"  # something that a leader must decide
    REPORT = "report"
    EXCEPTED = "excepted"  # would be graver; somebody has answered for it


@dataclass(frozen=True, slots=True)
class Finding:
    """One finding. `staff` is None for what concerns a whole group.

    `found` is what was measured and `limit` what it should have been, in elapsed time; `figures` is what else is
    needed to say it.
    """

    rule: Rule
    level: Level
    staff: StaffId | None
    when: Stretch
    found: timedelta | None = None
    limit: timedelta | None = None
    figures: Mapping[str, Figure] = field(default_factory=dict, hash=False)

    @property
    def short_of(self) -> timedelta:
        """Return how far the measure is from the limit, on either side."""
        return timedelta() if self.found is None or self.limit is None else abs(self.limit - self.found)
