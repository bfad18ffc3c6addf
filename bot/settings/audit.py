"""What has been decided about the audit log: [audit]."""

from datetime import timedelta

from pydantic import Field, field_validator

from bot.domain.audit_rules import AuditRules
from bot.settings.base import Strict
from bot.settings.hours import parse_time


class AuditConfig(Strict):
    """What has been decided about the audit log: [audit]."""

    folder: str = ""
    openings: int = Field(10, ge=0, le=20)  # with the denials they fit in one modal
    denials: int = Field(10, ge=0, le=20)
    review_at: str = "09.00"
    remind_days: int = Field(7, ge=1, le=31)

    @field_validator("review_at")
    @classmethod
    def _time(cls, value: str) -> str:
        parse_time(value)
        return value

    def rules(self) -> AuditRules:
        """Return the same as the domain works with."""
        return AuditRules(
            folder=self.folder.strip(),
            openings=self.openings,
            denials=self.denials,
            review_at=parse_time(self.review_at),
            remind_after=timedelta(days=self.remind_days),
        )
