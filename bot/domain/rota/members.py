"""Who can have shifts, when they are away, and what they wish."""

from dataclasses import dataclass
from datetime import date, datetime
from enum import Enum

from bot.domain.calendar import ONE_DAY, last_day, local
from bot.domain.ids import NamndId, StaffId
from bot.domain.people import Role, Staff
from bot.domain.rota.slots import Slot, Team


@dataclass(frozen=True, slots=True)
class Member:
    """Somebody who can have shifts, lent by one of `namnder`. Without Slack they can only be backup."""

    id: StaffId
    name: str
    email: str
    namnder: frozenset[NamndId]
    has_slack: bool = True

    def lender_for(self, team: Team) -> NamndId | None:
        """Return the nämnd that lends this person to the team; None when none may."""
        return min(self.namnder & team.lenders, default=None)


class DayWish(str, Enum):
    """What somebody has said of some days."""

    AWAY = "away"  # cannot: semester, leave, a course
    RATHER_NOT = "rather_not"
    GLADLY = "gladly"


@dataclass(frozen=True, slots=True)
class WishedDays:
    """Local days, both included, of which somebody has said something."""

    id: str
    staff_id: StaffId
    wish: DayWish
    first: date
    last: date

    def touches(self, starts_at: datetime, ends_at: datetime) -> bool:
        """Tell whether a shift has any of its time on these days; the hours after midnight are the night before's."""
        return self.first <= last_day(starts_at, ends_at) and local(starts_at).date() <= self.last

    def covers(self, day: date) -> bool:
        return self.first <= day <= self.last

    @property
    def days(self) -> int:
        return (self.last - self.first) // ONE_DAY + 1


def member_of(staff: Staff) -> Member | None:
    """Return the person as the rota knows them; None for whoever has no shifts."""
    namnder = staff.namnder(Role.FAMILJEBEHANDLARE)
    if not staff.is_active or not namnder:
        return None
    return Member(staff.id, staff.name, staff.email, namnder, has_slack=staff.slack_user_id is not None)


def is_away(member: Member, slot: Slot, wishes: tuple[WishedDays, ...]) -> bool:
    """Tell whether somebody cannot have the slot because they are away."""
    return any(
        w.wish is DayWish.AWAY and w.staff_id == member.id and w.touches(slot.starts_at, slot.ends_at) for w in wishes
    )
