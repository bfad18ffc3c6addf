"""Calls, as the pretend carrier keeps them: a phone rings until somebody answers, or nobody does.

Sections are those of facts/twilio.md.
"""

import uuid
from dataclasses import asdict, dataclass, field
from datetime import datetime, timedelta
from typing import Any, Final

RINGING: Final = frozenset({"queued", "ringing"})
ENDED: Final = frozenset({"completed", "busy", "failed", "no-answer", "canceled"})  # section 16
EVENT_OF: Final = {"queued": "initiated", "ringing": "ringing", "in-progress": "answered"}  # all else is `completed`


@dataclass
class Call:
    """One call between us and a phone. Instants are world time.

    A phone that is dialled within a call has that as its `parent`: `screen` is run for whoever answers on it, and
    `when_done` is asked what comes next when it is done with. `heard` is all that was said in the call.
    """

    sid: str
    from_: str
    to: str
    status: str
    created_at: datetime
    timeout_s: int
    direction: str = "outbound-api"  # or inbound, outbound-dial
    twiml: str = ""
    parent: str = ""
    screen: str = ""
    when_done: str = ""
    heard: list[str] = field(default_factory=list)
    is_bridged: bool = False
    hides_number: bool = False
    status_callback: str | None = None
    events: list[str] = field(default_factory=lambda: ["completed"])  # section 16: the default
    sequence: int = 0
    digits: str = ""

    @property
    def is_inbound(self) -> bool:
        return self.direction == "inbound"

    @property
    def phone(self) -> str:
        """The number at the other end from ours."""
        return self.from_ if self.is_inbound else self.to

    @property
    def is_over(self) -> bool:
        return self.status in ENDED

    @property
    def is_ringing(self) -> bool:
        """Whether a phone rings: one that calls us only hears it."""
        return self.status in RINGING and not self.is_inbound

    def rings_until(self) -> datetime:
        """Return when it is given up."""
        return self.created_at + timedelta(seconds=self.timeout_s)

    def shown(self) -> dict[str, Any]:
        """Return it as its phone shows it (docs/sandbox.md, State)."""
        return {
            "sid": self.sid,
            "mine": self.is_inbound,
            "with": self.to if self.is_inbound else self.from_,
            "at": self.created_at.isoformat(),
            "status": self.status,
            "says": " ".join(self.heard),
            "bridged": self.is_bridged,
            "asks": bool(self.screen or self.twiml),
            "digits": self.digits,
        }

    def plain(self) -> dict[str, Any]:
        """Return everything, JSON-able."""
        return {**asdict(self), "created_at": self.created_at.isoformat()}

    @classmethod
    def restored(cls, entry: dict[str, Any]) -> "Call":
        """Return the call that `plain` described."""
        return cls(**{**entry, "created_at": datetime.fromisoformat(entry["created_at"])})


def new_call_sid() -> str:
    """Return `CA` and 32 hex digits."""
    return "CA" + uuid.uuid4().hex
