"""Bakgrund till beredskapen: what somebody who knows the plan would say to whoever answers at night."""

from dataclasses import dataclass, field
from datetime import date, datetime

from bot.domain.ids import StaffId, YouthId


@dataclass(frozen=True, slots=True)
class Background:
    """Written by the home nämnd, read on duty. Stale from the local date `review_on` on."""

    youth_id: YouthId
    agreements: str = field(repr=False)
    watch_for: str = field(repr=False)
    interpreter: str = field(repr=False)
    call_first: str = field(repr=False)
    review_on: date
    written_by: StaffId
    written_at: datetime

    def is_stale(self, today: date) -> bool:
        return self.review_on <= today
