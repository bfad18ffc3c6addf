"""A clock that stands still until it is told to go on."""

from datetime import UTC, datetime, timedelta


class FrozenClock:
    """World time and wire time, each moved by hand. Both are aware UTC."""

    def __init__(self, at: datetime) -> None:
        self._world = self._wire = at.astimezone(UTC)

    def now(self) -> datetime:
        return self._world

    def wire_now(self) -> datetime:
        return self._wire

    def passes(self, span: timedelta) -> None:
        """Let `span` pass in both."""
        self._world += span
        self._wire += span

    def world_jumps(self, span: timedelta) -> None:
        """Let `span` pass in the world, and no time at all on the wire."""
        self._world += span
