"""The note that closes a conversation: what came in, what was given, and what must be done."""

from dataclasses import dataclass, field
from datetime import datetime
from enum import Enum

from bot.domain.ids import ConversationId, NamndId, NoteId, ShiftId, StaffId, YouthId


class Situation(str, Enum):
    """Why somebody turned to the beredskap (domain facts, section 2: when they may)."""

    BROKEN_PLAN = "broken_plan"
    DIFFICULT = "difficult"
    NEITHER = "neither"


class ActionCode(str, Enum):
    """What must be done, coded: only this stands in a handover, never what was written."""

    NOTHING = "nothing"
    TODAY = "today"
    NEXT_WORKING_DAY = "next_working_day"


@dataclass(frozen=True, slots=True)
class Note:
    """What its author left behind. Free text is `repr=False`: it belongs in a modal and nowhere else.

    `promised` is for whoever takes over: what has been promised, and what may be expected. `socialjouren_at` is when
    the case was left to socialjouren, None when it was not.
    """

    id: NoteId
    conversation_id: ConversationId
    namnd: NamndId
    author: StaffId
    at: datetime
    came_in: str = field(repr=False)
    support: str = field(repr=False)
    promised: str = field(repr=False)
    situation: Situation
    code: ActionCode
    socialjouren_at: datetime | None = None
    concerns: frozenset[YouthId] = field(default_factory=frozenset)
    shift_id: ShiftId | None = None
