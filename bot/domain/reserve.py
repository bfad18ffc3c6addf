"""The reservväg: a link in an sms and a PIN, for whoever is needed while Slack is away."""

import itertools
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final

from bot.domain.ids import StaffId

LINK_FOR: Final = timedelta(minutes=15)  # from when it is texted
SESSION_FOR: Final = timedelta(minutes=30)  # from the last thing done in it
SESSION_AT_MOST: Final = timedelta(hours=4)  # from when the link was opened, whatever is done
MOST_FAILURES: Final = 5  # wrong PINs: then the link is dead, and the person is locked for a while
LOCKED_FOR: Final = timedelta(minutes=15)
PIN_DIGITS: Final = 6
LINK_KEPT_FOR: Final = timedelta(days=30)  # then nothing asks for it: an outage of Slack is over, and the audit stands


@dataclass(frozen=True, slots=True)
class StaffPin:
    """What is kept of a PIN."""

    staff_id: StaffId
    pin_hash: bytes
    set_at: datetime
    failures: int = 0
    locked_until: datetime | None = None


@dataclass(frozen=True, slots=True)
class ReserveLink:
    """A link, and the session that it became. World time."""

    id: str
    staff_id: StaffId
    token_hash: bytes
    made_at: datetime
    expires_at: datetime
    used_at: datetime | None = None
    failures: int = 0
    session_hash: bytes | None = None
    session_until: datetime | None = None

    def may_open(self, now: datetime) -> bool:
        """Tell whether the link still opens: once, in time, and not after too many wrong PINs."""
        return self.used_at is None and now < self.expires_at and self.failures < MOST_FAILURES

    def is_live(self, now: datetime) -> bool:
        """Tell whether its session still runs."""
        if self.session_until is None or self.used_at is None:
            return False
        return now < self.session_until and now - self.used_at <= SESSION_AT_MOST


def is_guessable(pin: str) -> bool:
    """Tell whether a PIN is not six digits, or one of those that are tried first: 111111, 123456, 654321, 121212.

    >>> is_guessable("123456"), is_guessable("480271")
    (True, False)
    """
    if len(pin) != PIN_DIGITS or not pin.isascii() or not pin.isdigit():
        return True
    steps = {(int(after) - int(before)) % 10 for before, after in itertools.pairwise(pin)}
    return len(steps) == 1 or len(set(pin)) < 3 or pin[:3] == pin[3:] or pin[:2] * 3 == pin
