"""Kalla via sms: one child a summons, one to three times to choose from, and what becomes of it. Times are UTC."""

from dataclasses import dataclass, replace
from datetime import date, datetime, time, timedelta
from enum import Enum
from typing import Final

from bot.domain.calendar import ONE_DAY, WeekHours, instant, local
from bot.domain.ids import ContactId, DeadlineId, MessageId, NamndId, StaffId, SummonsId

MOST_TIMES: Final = 3
DAY_BEFORE: Final = time(16)  # local
HOURS_BEFORE: Final = timedelta(hours=2)
EARLIEST: Final = time(7)  # local; nobody is reminded before


class SummonsState(str, Enum):
    OFFERED = "offered"
    BOOKED = "booked"
    CLOSED = "closed"  # replaced, declined, cancelled or held: nothing more is sent


class Purpose(str, Enum):
    """What one of our texts in a summons is for, or that it is the family's answer."""

    OFFER = "offer"
    CONFIRMATION = "confirmation"
    REMINDER = "reminder"
    CALLED_OFF = "called_off"
    ANSWER = "answer"


class Party(str, Enum):
    CHILD = "child"
    GUARDIAN = "guardian"


class Reminder(str, Enum):
    DAY_BEFORE = "day_before"
    SAME_DAY = "same_day"


@dataclass(frozen=True, slots=True)
class Summons:
    """`first_number` is the figure that the first time is chosen with: 1, or 4 where somebody has another to answer."""

    id: SummonsId
    deadline_id: DeadlineId
    namnd: NamndId
    times: tuple[datetime, ...]
    created_at: datetime
    created_by: StaffId
    first_number: int = 1
    state: SummonsState = SummonsState.OFFERED
    booked_at: datetime | None = None
    next_at: datetime | None = None  # when the family is next reminded
    next_step: Reminder | None = None

    def chosen(self, number: int) -> datetime | None:
        """Return the time that was offered under `number`."""
        place = number - self.first_number
        return self.times[place] if 0 <= place < len(self.times) else None

    def book(self, at: datetime, now: datetime) -> "Summons":
        return scheduled(replace(self, state=SummonsState.BOOKED, booked_at=at), now)

    def close(self) -> "Summons":
        return replace(self, state=SummonsState.CLOSED, next_at=None, next_step=None)


@dataclass(frozen=True, slots=True)
class SummonsMessage:
    """One text of a summons, in or out, with one of the people it concerns."""

    summons_id: SummonsId
    message_id: MessageId
    contact_id: ContactId
    party: Party
    purpose: Purpose
    at: datetime
    language: str = "sv"


def scheduled(summons: Summons, after: datetime) -> Summons:
    """Return a booked summons with the family's next reminder written into it: the day before, and two hours before."""
    booked = summons.booked_at
    if summons.state is not SummonsState.BOOKED or booked is None:
        return replace(summons, next_at=None, next_step=None)
    day = local(booked).date()
    early = max(booked - HOURS_BEFORE, instant(day, EARLIEST))
    steps = ((instant(day - ONE_DAY, DAY_BEFORE), Reminder.DAY_BEFORE), (early, Reminder.SAME_DAY))
    coming = [(at, step) for at, step in steps if after < at < booked]
    at, step = min(coming, default=(None, None))
    return replace(summons, next_at=at, next_step=step)


def problem_with(
    times: tuple[datetime, ...], now: datetime, school: WeekHours, closed_days: frozenset[date], *, in_school_too: bool
) -> str | None:
    """Return the key of what is wrong with the times that somebody wants to offer; None when nothing is."""
    if not times:
        return "summons_no_time"
    if len(times) > MOST_TIMES or len(set(times)) < len(times):
        return "summons_times"
    if any(at <= now for at in times):
        return "summons_past"
    if not in_school_too and any(school.covers(at, closed_days) for at in times):
        return "summons_school"
    return None
