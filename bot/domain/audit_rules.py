"""What has been decided about the audit log: [audit]."""

from dataclasses import dataclass
from datetime import time, timedelta


@dataclass(frozen=True, slots=True)
class AuditRules:
    """Where the day's hash is written ("" nowhere), and how much of a month its leaders review.

    `openings` of none and `denials` of none: nothing is put before anybody. `review_at` is local.
    """

    folder: str = ""
    openings: int = 10
    denials: int = 10
    review_at: time = time(9)
    remind_after: timedelta = timedelta(days=7)

    @property
    def reviews(self) -> bool:
        return self.openings > 0 or self.denials > 0
