"""The reaction clock: what must be done the same day or the next working day, and who has it.

A broken plan is to be reacted to immediately: the same day or the next working day (domain facts, section 6).
"""

from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from datetime import date, datetime, time
from enum import Enum
from typing import Final

from bot.domain.calendar import ONE_DAY, instant, is_working_day, local, next_working_day
from bot.domain.ids import ActionTaskId, ConversationId, NamndId, NoteId, StaffId
from bot.domain.notes import ActionCode
from bot.domain.rules import NamndRules

NOON: Final = time(12)
EVENING: Final = time(20)  # the end of a day on which neither office nor beredskap closes


class ActionState(str, Enum):
    OPEN = "open"
    DONE = "done"
    DROPPED = "dropped"  # with a reason


class Step(str, Enum):
    """What is due next for an action that is not done."""

    REMIND = "remind"  # whoever has it
    TELL_LEADER = "tell_leader"


@dataclass(frozen=True, slots=True)
class Action:
    """Something that must be done by the local date `due_on`.

    `with_duty`: whoever has the duty has it, shift after shift. Otherwise `owner`, or the team when that is None.
    """

    id: ActionTaskId
    note_id: NoteId
    conversation_id: ConversationId
    namnd: NamndId
    code: ActionCode
    due_on: date
    owner: StaffId | None = None
    with_duty: bool = False
    state: ActionState = ActionState.OPEN
    settled_by: StaffId | None = None
    settled_at: datetime | None = None
    reason: str = field(default="", repr=False)
    next_at: datetime | None = None
    next_step: Step | None = None

    @property
    def is_open(self) -> bool:
        return self.state is ActionState.OPEN

    def take(self, staff_id: StaffId) -> "Action":
        return replace(self, owner=staff_id, with_duty=False)

    def settle(self, state: ActionState, staff_id: StaffId, *, at: datetime, reason: str = "") -> "Action":
        return replace(
            self, state=state, settled_by=staff_id, settled_at=at, reason=reason, next_at=None, next_step=None
        )

    def is_late(self, today: date) -> bool:
        return self.is_open and self.due_on < today


def due_day(code: ActionCode, now: datetime, counted_from: date, closed_days: frozenset[date]) -> date | None:
    """Return the local date by which something coded at `now` must be done; None when nothing must."""
    if code is ActionCode.TODAY:
        return local(now).date()
    return next_working_day(counted_from, closed_days) if code is ActionCode.NEXT_WORKING_DAY else None


def counted_from(now: datetime, morning: time, *, is_on_duty: bool) -> date:
    """Return the local day from which the next working day is counted.

    For whoever has the duty a night belongs to the day on which it began: at 01.30 on Monday the next working day is
    Monday, whose handover, at `morning`, is yet to come.
    """
    wall = local(now)
    return wall.date() - ONE_DAY if is_on_duty and wall.time() < morning else wall.date()


def belongs_to_duty(code: ActionCode, due_on: date, *, has_duty_now: bool, closed_days: frozenset[date]) -> bool:
    """Tell whether whoever has the duty has it: what is due the same day on a day off, or while a shift is running."""
    return code is ActionCode.TODAY and (has_duty_now or not is_working_day(due_on, closed_days))


def end_of_day(namnd: NamndRules, day: date, closed_days: frozenset[date]) -> datetime:
    """Return when `day` ends for those who work: when the office closes, on a day off when the beredskap does.

    The last time that it closes, and not for lunch. 20.00 where it does not close in the afternoon or evening, so
    that nobody is told of it at night.
    """
    hours = namnd.office_hours if is_working_day(day, closed_days) else namnd.beredskap_hours
    ends = None
    closing = hours.next_closing(instant(day, NOON), closed_days)
    while closing is not None and local(closing).date() == day:
        ends = closing
        closing = hours.next_closing(closing, closed_days)
    return ends if ends is not None else instant(day, EVENING)


def next_step(
    action: Action, namnd: NamndRules, after: datetime, closed_days: frozenset[date]
) -> tuple[datetime, Step] | None:
    """Return when an action is next spoken of after the instant `after`, and how; None when it is settled.

    At noon whoever has it is reminded, and at the end of the day the leader is told: on the day it is due, and then
    on each working day until it is done or dropped; on each day while whoever has the duty has it.
    """
    if not action.is_open:
        return None
    days = _every_day(action.due_on) if action.with_duty else _working_days(action.due_on, closed_days)
    for day in days:
        for at, step in ((instant(day, NOON), Step.REMIND), (end_of_day(namnd, day, closed_days), Step.TELL_LEADER)):
            if at > after:
                return at, step
    return None  # pragma: no cover - the days never end


def scheduled(action: Action, namnd: NamndRules, after: datetime, closed_days: frozenset[date]) -> Action:
    """Return the action with its next step written into it."""
    found = next_step(action, namnd, after, closed_days)
    at, step = found if found is not None else (None, None)
    return replace(action, next_at=at, next_step=step)


def _every_day(first: date) -> Iterator[date]:
    """Yield `first` and every day after it."""
    day = first
    while True:
        yield day
        day += ONE_DAY


def _working_days(first: date, closed_days: frozenset[date]) -> Iterator[date]:
    day = first
    while True:
        yield day
        day = next_working_day(day, closed_days)
