"""Active time: when somebody worked in their beredskap. It starts as what they did in the bot, and they correct it."""

from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from enum import Enum
from typing import Final

from bot.domain.ids import ActiveTimeId, ConversationId, ShiftId, StaffId
from bot.domain.rest.spans import Stretch

JOIN_WITHIN: Final = timedelta(minutes=10)  # of the last that was done: it is the same work
LEAST: Final = timedelta(minutes=1)  # that anything takes


class Source(str, Enum):
    """How we know."""

    READ = "read"
    ANSWER = "answer"
    MANUAL = "manual"  # the person wrote it themselves


@dataclass(frozen=True, slots=True)
class ActiveTime:
    """Work in one shift, [started_at, ended_at) in UTC. `conversation_id` is None when it was about several, or none.

    `corrected_at` is when the person said that it was otherwise; what it was before stands in the audit log.
    """

    id: ActiveTimeId
    staff_id: StaffId
    shift_id: ShiftId
    conversation_id: ConversationId | None
    started_at: datetime
    ended_at: datetime
    source: Source
    corrected_at: datetime | None = None

    @property
    def stretch(self) -> Stretch:
        return Stretch(self.started_at, self.ended_at)

    def may_go_on(self, shift_id: ShiftId, at: datetime) -> bool:
        """Tell whether what is done at `at` is the same work. What somebody has corrected stays as they said."""
        is_near = self.started_at <= at <= self.ended_at + JOIN_WITHIN
        return self.shift_id == shift_id and self.corrected_at is None and self.source is not Source.MANUAL and is_near

    def going_on(self, conversation_id: ConversationId, at: datetime, source: Source) -> "ActiveTime":
        """Return the same work, with what is done at `at` in it."""
        return replace(
            self,
            ended_at=max(self.ended_at, at + LEAST),
            conversation_id=self.conversation_id if self.conversation_id == conversation_id else None,
            source=Source.ANSWER if Source.ANSWER in {self.source, source} else self.source,
        )

    def corrected(self, started_at: datetime, ended_at: datetime, shift_id: ShiftId, at: datetime) -> "ActiveTime":
        return replace(self, started_at=started_at, ended_at=ended_at, shift_id=shift_id, corrected_at=at)


@dataclass(frozen=True, slots=True)
class ActiveTimeLine:
    """One stretch of active time as the person sees it. `shift_starts_at` says in which beredskap."""

    id: str
    started_at: datetime
    ended_at: datetime
    source: Source
    is_corrected: bool
    shift_starts_at: datetime | None
