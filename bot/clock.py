"""The only place that asks the system for the time.

Two times are kept apart. *World* time is what shifts, statutory clocks, Slack `ts` and Twilio dates
follow; a sandbox or a test may move it forward. *Wire* time is the machine's own and is what
signatures, leases, `Retry-After` and time-outs follow; nobody may move it.
"""

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Protocol


def machine_now() -> datetime:
    """Return the machine's time as aware UTC."""
    return datetime.now(UTC)


class Clock(Protocol):
    """What everybody else may know about time. Both answers are aware UTC."""

    def now(self) -> datetime:
        """Return world time."""

    def wire_now(self) -> datetime:
        """Return wire time."""


class SystemClock:
    """World time and wire time are the machine's."""

    def now(self) -> datetime:
        return machine_now()

    def wire_now(self) -> datetime:
        return machine_now()


class ClockWentBack(ValueError):
    """World time only moves forward; what was already recorded would otherwise lie in the future."""


class WorldClock:
    """A clock for the sandbox and for tests: runs at the machine's pace, and may jump forward."""

    def __init__(self, offset: timedelta = timedelta(0), *, machine: Callable[[], datetime] = machine_now) -> None:
        self._offset = offset
        self._machine = machine

    @property
    def offset(self) -> timedelta:
        """How far world time is ahead of (or, when seeded in the past, behind) the machine's."""
        return self._offset

    def now(self) -> datetime:
        return self._machine() + self._offset

    def wire_now(self) -> datetime:
        return self._machine()

    def start_over(self, offset: timedelta) -> None:
        """Begin a fresh world with another offset; for nothing that anybody remembers."""
        self._offset = offset

    def move_to(self, at: datetime) -> None:
        """Jump forward to `at` (aware). Raises ClockWentBack when `at` has passed."""
        ahead = at.astimezone(UTC) - self.now()
        if ahead < timedelta(0):
            raise ClockWentBack
        self._offset += ahead
