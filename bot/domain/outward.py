"""Turning to others: that socialjouren was contacted, and that an orosanmälan was made. The bot does neither itself.

Whoever has the duty gives råd and stöd and makes a bedömning; myndighetsutövning is for others (domain facts, section
2). An orosanmälan that is recorded here starts no clock: those start when it reaches the nämnd (law facts, section 4).
"""

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import datetime
from enum import Enum
from typing import Final

from bot.domain.ids import ConversationId, EpisodeId, NamndId, OutwardId, ShiftId, StaffId
from bot.domain.socialjour import Answer


class OutwardKind(str, Enum):
    """To whom somebody has turned."""

    SOCIALJOUR = "socialjour"
    OROSANMALAN = "orosanmalan"


class OutwardOutcome(str, Enum):
    """What came of it, coded: only this and the time stand in Slack. For an orosanmälan it is how it was made."""

    TAKES_OVER = "takes_over"
    INFORMED = "informed"
    NOT_REACHED = "not_reached"
    BY_PHONE = "by_phone"
    BY_E_SERVICE = "by_e_service"
    OTHERWISE = "otherwise"


OUTCOMES: Final = {
    OutwardKind.SOCIALJOUR: (OutwardOutcome.TAKES_OVER, OutwardOutcome.INFORMED, OutwardOutcome.NOT_REACHED),
    OutwardKind.OROSANMALAN: (OutwardOutcome.BY_PHONE, OutwardOutcome.BY_E_SERVICE, OutwardOutcome.OTHERWISE),
}


@dataclass(frozen=True, slots=True)
class Outward:
    """That somebody has turned to others about a conversation, at `at` as they say themselves.

    `place` is the municipality that it was about and `who` the jour's name, "" where they are not known: where a
    child is may be what must not be told, so neither stands in Slack.
    """

    id: OutwardId
    conversation_id: ConversationId
    episode_id: EpisodeId
    namnd: NamndId
    kind: OutwardKind
    outcome: OutwardOutcome
    staff_id: StaffId
    at: datetime
    place: str = field(repr=False)
    who: str = field(repr=False)
    shift_id: ShiftId | None = None

    @property
    def mark(self) -> "OutwardMark":
        return OutwardMark(self.kind, self.outcome, self.at)


@dataclass(frozen=True, slots=True)
class OutwardMark:
    """The same as it may stand in Slack: coded, with its time."""

    kind: OutwardKind
    outcome: OutwardOutcome
    at: datetime


def newest_marks(done: Iterable[Outward]) -> tuple[OutwardMark, ...]:
    """Return the last of each kind in `done`, in the order of the kinds."""
    newest = {one.kind: one.mark for one in done}
    return tuple(newest[kind] for kind in OutwardKind if kind in newest)


@dataclass(frozen=True, slots=True)
class OutwardView:
    """The same as a modal shows it to somebody who may read. `by` is a name of staff."""

    mark: OutwardMark
    by: str
    place: str = ""
    who: str = ""


@dataclass(frozen=True, slots=True)
class SocialjourPage:
    """Kontakta socialjouren. `places` are those that can be chosen; `now` is what its time begins with.

    `chosen` is the place that was chosen, "" for one that is not among them; None: that of the nämnd is shown.
    `police` is the number for what is not urgent, "" when nobody has verified it.
    """

    conversation_id: str
    codes: tuple[str, ...]
    answer: Answer
    chosen: str | None
    places: tuple[str, ...]
    now: datetime
    police: str = ""
    done: tuple[OutwardView, ...] = ()
    is_trial: bool = False


@dataclass(frozen=True, slots=True)
class ReportPage:
    """Orosanmälan. `channel` is how one is made to the nämnd, in its own words; "" when it has not said."""

    conversation_id: str
    codes: tuple[str, ...]
    namnd_name: str
    channel: str
    place: str
    places: tuple[str, ...]
    now: datetime
    done: tuple[OutwardView, ...] = ()
    is_trial: bool = False
