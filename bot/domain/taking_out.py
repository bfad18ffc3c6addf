"""Content that leaves the program: asked for by one, approved by another, once and within the hour.

A register extract answers a person who asks what stands about them (GDPR, article 15). A release is the nämnd's own
decision to hand something out; the form says on what ground, who decided and what was given (facts: law, section 8).
"""

from dataclasses import dataclass, field
from datetime import datetime, timedelta
from enum import Enum
from typing import Final

from bot.domain.ids import NamndId, StaffId

VALID_FOR: Final = timedelta(hours=1)


class TakeOutKind(str, Enum):
    REGISTER = "register"
    RELEASE = "release"


@dataclass(frozen=True, slots=True)
class TakeOut:
    """One request. `subject` is whose it is: "youth:<id>", or "contact:<id>" for a guardian. Times are UTC."""

    id: str
    kind: TakeOutKind
    namnd: NamndId
    subject: str
    code: str
    asked_by: StaffId
    asked_at: datetime
    ground: str = field(default="", repr=False)
    decider: str = field(default="", repr=False)
    given: str = field(default="", repr=False)
    approved_by: StaffId | None = None
    approved_at: datetime | None = None
    used_at: datetime | None = None

    def may_be_used(self, now: datetime) -> bool:
        """Tell whether the file may be written now."""
        return self.used_at is None and self.approved_at is not None and now < self.approved_at + VALID_FOR

    def waits(self, now: datetime) -> bool:
        """Tell whether it may still be approved."""
        return self.approved_at is None and now < self.asked_at + VALID_FOR

    def is_like(self, other: "TakeOut") -> bool:
        """Tell whether the same is asked for, in the same words."""
        return all(getattr(self, name) == getattr(other, name) for name in ("kind", "ground", "decider", "given"))
